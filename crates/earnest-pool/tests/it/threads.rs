use earnest_pool::ThreadPoolExecutor;
use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

#[test]
fn tasks_that_need_each_other_all_start() {
    for workers in [1, 2, 3, 8] {
        for _ in 0..50 {
            let pool = ThreadPoolExecutor::builder().max_workers(workers).build().unwrap();
            let all = Arc::new(Barrier::new(workers));
            let futures: Vec<_> = (0..workers)
                .map(|_| {
                    let all = all.clone();
                    pool.submit(move || all.wait().is_leader())
                })
                .collect();
            assert_eq!(
                futures.into_iter().filter_map(|f| f.result().ok()).filter(|&leader| leader).count(),
                1
            );
            assert_eq!(pool.worker_count(), workers);
        }
    }
}

#[test]
fn tasks_that_need_each_other_all_start_on_a_pool_that_has_been_at_rest() {
    let pool = ThreadPoolExecutor::builder().max_workers(4).build().unwrap();
    for _ in 0..500 {
        let all = Arc::new(Barrier::new(4));
        let futures: Vec<_> = (0..4)
            .map(|_| {
                let all = all.clone();
                pool.submit(move || all.wait().is_leader())
            })
            .collect();
        assert_eq!(futures.into_iter().filter_map(|f| f.result().ok()).filter(|&leader| leader).count(), 1);
    }
}

#[test]
fn nested_tasks_that_need_each_other_all_start() {
    for _ in 0..100 {
        let pool = ThreadPoolExecutor::builder().max_workers(4).build().unwrap();
        let handle = pool.handle();
        let all = Arc::new(Barrier::new(4));
        let leader = pool.submit(move || {
            for _ in 0..3 {
                let all = all.clone();
                handle.submit(move || all.wait()).detach();
            }
            all.wait();
        });
        leader.result().unwrap();
    }
}

#[test]
fn submit_result_submit_uses_one_thread() {
    let pool = ThreadPoolExecutor::builder().max_workers(8).build().unwrap();
    for n in 0..2_000 {
        assert_eq!(pool.submit(move || n).result().unwrap(), n);
    }
    assert_eq!(pool.worker_count(), 1);
}

#[test]
fn threads_are_started_on_demand_up_to_the_limit() {
    let pool = ThreadPoolExecutor::builder().max_workers(3).build().unwrap();
    assert_eq!(pool.worker_count(), 0);
    let (started, starts) = std::sync::mpsc::channel();
    let (gates, futures): (Vec<_>, Vec<_>) = (0..9)
        .map(|_| {
            // A gate that the pool knows nothing of: waiting for a future would let another worker run meanwhile.
            let (open, gate) = std::sync::mpsc::channel::<()>();
            let started = started.clone();
            let task = move || {
                started.send(()).unwrap();
                gate.recv().is_ok()
            };
            (open, pool.submit(task))
        })
        .unzip();
    (0..3).for_each(|_| starts.recv().unwrap());
    assert_eq!(pool.worker_count(), 3);
    assert!(starts.try_recv().is_err(), "a fourth task has begun");
    gates.into_iter().for_each(|open| open.send(()).unwrap());
    assert!(futures.into_iter().all(|future| future.result().unwrap()));
    assert_eq!(pool.worker_count(), 3);
}

#[test]
fn threads_are_named_and_have_the_stack_they_were_given() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .thread_name_prefix("special")
        .stack_size(8 << 20)
        .build()
        .unwrap();
    let both = Arc::new(Barrier::new(2));
    let names: BTreeSet<_> = [(); 2]
        .map(|()| {
            let both = both.clone();
            pool.submit(move || {
                both.wait();
                let big = [1_u8; 4 << 20];
                assert_eq!(std::hint::black_box(&big)[7], 1);
                std::thread::current().name().unwrap().to_owned()
            })
        })
        .into_iter()
        .map(|future| future.result().unwrap())
        .collect();
    assert_eq!(names, BTreeSet::from(["special_0".to_owned(), "special_1".to_owned()]));
}

#[test]
fn a_pool_without_threads_refuses_and_gives_the_closure_back() {
    let pool = ThreadPoolExecutor::builder().max_workers(2).stack_size(1 << 46).build().unwrap();
    let refused = pool.try_submit(|| 7).unwrap_err();
    assert_eq!(refused.into_inner()(), 7);
    assert!(pool.submit(|| 7).result().unwrap_err().is_rejected());
    assert_eq!(pool.worker_count(), 0);
    pool.shutdown();
}
