use earnest_core::Future;
use earnest_pool::{PoolHandle, ThreadPoolExecutor};
use earnest_testing::watched;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};

#[test]
fn each_worker_has_a_state_of_its_own_and_keeps_it() {
    let pool = ThreadPoolExecutor::builder().max_workers(3).worker_state(|index| (index, 0)).build().unwrap();
    for round in 1..=10 {
        let all = Arc::new(Barrier::new(3));
        let futures = [(); 3].map(|()| {
            let (all, handle) = (all.clone(), pool.handle());
            pool.submit_local(move |(index, count): &mut (usize, u32)| {
                all.wait();
                assert_eq!(handle.worker_index(), Some(*index));
                *count += 1;
                (*index, *count)
            })
        });
        let mut seen = futures.map(|future| future.result().unwrap());
        seen.sort_unstable();
        assert_eq!(seen, [(0, round), (1, round), (2, round)]);
    }
}

#[test]
fn a_state_need_not_be_send_and_is_dropped_on_the_thread_that_made_it() {
    struct Resident(Rc<Cell<u32>>, std::thread::ThreadId, std::sync::mpsc::Sender<bool>);
    impl Drop for Resident {
        fn drop(&mut self) {
            self.2.send(std::thread::current().id() == self.1).unwrap();
        }
    }
    let (dropped, drops) = std::sync::mpsc::channel();
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .worker_state(move |_| Resident(Rc::default(), std::thread::current().id(), dropped.clone()))
        .build()
        .unwrap();
    let count = |resident: &mut Resident| {
        let shared = resident.0.clone();
        shared.set(shared.get() + 1);
        shared.get()
    };
    assert_eq!(pool.submit_local(count).result().unwrap(), 1);
    assert_eq!(pool.submit_local(count).result().unwrap(), 2);
    pool.shutdown();
    assert!(drops.try_recv().unwrap());
    assert!(drops.try_recv().is_err());
}

#[test]
fn a_task_that_panics_leaves_the_state_for_the_next() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).worker_state(|_| vec![0]).build().unwrap();
    let panics = pool.submit_local(|state: &mut Vec<i32>| {
        state.push(1);
        panic!("on purpose");
    });
    assert!(panics.result().unwrap_err().is_panicked());
    assert_eq!(pool.submit_local(|state| state.clone()).result().unwrap(), [0, 1]);
}

#[test]
fn tasks_with_and_without_state_share_a_pool_and_its_order() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).worker_state(|_| 0).build().unwrap();
    let futures: Vec<_> = (0..100)
        .map(|n| {
            if n % 2 == 0 {
                pool.submit(move || n)
            } else {
                pool.submit_local(|odd: &mut i32| {
                    *odd += 1;
                    2 * *odd - 1
                })
            }
        })
        .collect();
    assert!(futures.into_iter().map(|future| future.result().unwrap()).eq(0..100));
}

/// Pushes `depth`, and waits for one that does so beneath it: what each has found in the state that it was lent.
fn nested(handle: PoolHandle<Vec<u32>>, depth: u32) -> Future<Vec<Vec<u32>>> {
    handle.clone().submit_local(move |state| {
        let found = state.clone();
        state.push(depth);
        let beneath = if depth == 0 { Vec::new() } else { nested(handle, depth - 1).result().unwrap() };
        assert_eq!(state.last(), Some(&depth), "nobody else has had it meanwhile");
        [vec![found], beneath].concat()
    })
}

#[test]
fn a_task_that_runs_in_place_while_another_waits_is_lent_a_state_of_its_own() {
    watched("nested tasks with state", || {
        let makes = Arc::new(AtomicUsize::new(0));
        let (made, counted) = (makes.clone(), makes.clone());
        let pool = ThreadPoolExecutor::builder()
            .max_workers(1)
            .worker_state(move |index| {
                assert_eq!(index, 0);
                counted.fetch_add(1, SeqCst);
                Vec::new()
            })
            .build()
            .unwrap();
        assert_eq!(nested(pool.handle(), 2).result().unwrap(), [[0; 0]; 3]);
        assert_eq!(made.load(SeqCst), 3);
        // The states are kept, and used again before another is made.
        let found = nested(pool.handle(), 2).result().unwrap();
        assert!(found.iter().all(|state| state.len() == 1), "{found:?}");
        assert_eq!(made.load(SeqCst), 3);
    });
}

#[test]
fn where_a_second_state_cannot_be_made_that_is_the_panic_of_the_task_that_needs_it() {
    watched("a second state that cannot be made", || {
        let makes = AtomicUsize::new(0);
        let only_one = move |_| assert_eq!(makes.fetch_add(1, SeqCst), 0, "there is only one");
        let pool = ThreadPoolExecutor::builder().max_workers(1).worker_state(only_one).build().unwrap();
        let handle = pool.handle();
        let inner = pool.submit_local(move |()| handle.submit_local(|()| 7).result()).result().unwrap();
        let panic = inner.unwrap_err().into_panic().unwrap();
        assert!(panic.message().unwrap().contains("there is only one"), "{panic}");
        assert_eq!(pool.submit_local(|()| 8).result().unwrap(), 8);
    });
}

#[test]
fn a_pool_without_a_state_lends_nothing() {
    let pool = ThreadPoolExecutor::new();
    assert_eq!(pool.submit_local(|nothing: &mut ()| *nothing).result().unwrap(), ());
}

#[test]
fn after_shutdown_what_would_borrow_the_state_is_refused() {
    let pool = ThreadPoolExecutor::builder().worker_state(|_| 0).build().unwrap();
    let handle = pool.handle();
    drop(pool);
    assert!(handle.submit_local(|state| *state).result().unwrap_err().is_rejected());
}

#[test]
fn a_panic_names_the_line_that_submitted_what_borrowed_the_state() {
    let pool = ThreadPoolExecutor::builder().worker_state(|_| 0).build().unwrap();
    let line = line!() + 1;
    let future = pool.submit_local(|_| -> () { panic!("on purpose") });
    assert_eq!(future.result().unwrap_err().into_panic().unwrap().location().line(), line);
}

#[test]
fn a_state_whose_destructor_panics_keeps_no_shutdown_from_returning() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("going off");
        }
    }
    watched("a state whose destructor panics", || {
        let pool = ThreadPoolExecutor::builder().max_workers(1).worker_state(|_| Bomb).build().unwrap();
        assert_eq!(pool.submit_local(|_| 7).result().unwrap(), 7);
        pool.shutdown();
        assert_eq!(pool.worker_count(), 0);
    });
}
