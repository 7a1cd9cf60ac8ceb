use earnest_core::promise;
use earnest_pool::{PoolHandle, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};

#[test]
fn one_worker_runs_outside_submissions_in_the_order_queued() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    let log = Arc::new(Mutex::new(Vec::new()));
    let (open, gate) = promise::<()>();
    pool.execute(move || drop(gate.result())).unwrap();
    let n_tasks = if cfg!(miri) { 30 } else { 5_000 };
    for n in 0..n_tasks {
        let log = log.clone();
        pool.execute(move || log.lock().unwrap().push(n)).unwrap();
    }
    open.complete(()).unwrap();
    pool.shutdown();
    let log = log.lock().unwrap();
    assert!(log.iter().copied().eq(0..n_tasks), "{:?}", log.windows(2).find(|pair| pair[0] + 1 != pair[1]));
}

#[test]
fn a_lone_worker_that_feeds_itself_does_not_starve_what_it_has_queued_before() {
    fn again(pool: &PoolHandle, stop: Arc<AtomicBool>) {
        if !stop.load(SeqCst) {
            let next = pool.clone();
            pool.submit(move || again(&next, stop)).detach();
        }
    }
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    let handle = pool.handle();
    let oldest = pool.submit(move || {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = stop.clone();
        let oldest = handle.submit(move || stop.store(true, SeqCst));
        again(&handle, seen);
        oldest
    });
    let oldest = oldest.result().unwrap();
    watched("the oldest", || oldest.result().unwrap());
}

/// Newest first, a worker alone would have as many in its queue as the tree is deep. That the oldest goes first at times adds
/// some.
#[test]
fn a_lone_worker_that_divides_its_work_does_not_queue_much_of_it() {
    const LEVELS: u32 = if cfg!(miri) { 3 } else { 15 };
    fn grow(pool: &PoolHandle, queued: &Arc<AtomicUsize>, most: &mpsc::Sender<usize>, levels: u32) {
        queued.fetch_sub(1, SeqCst);
        if levels > 0 {
            for _ in 0..2 {
                let (next, queued, most) = (pool.clone(), queued.clone(), most.clone());
                queued.fetch_add(1, SeqCst);
                pool.submit(move || grow(&next, &queued, &most, levels - 1)).detach();
            }
        }
        most.send(queued.load(SeqCst)).unwrap();
    }
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    let (handle, queued) = (pool.handle(), Arc::new(AtomicUsize::new(1)));
    let (sender, of_each) = mpsc::channel();
    pool.execute(move || grow(&handle, &queued, &sender, LEVELS)).unwrap();
    let of_each: Vec<usize> = of_each.iter().collect();
    assert_eq!(of_each.len(), (2 << LEVELS) - 1);
    let most = of_each.into_iter().max().unwrap();
    assert!((LEVELS as usize..=100).contains(&most), "{most}");
}
