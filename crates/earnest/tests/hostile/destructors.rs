//! Destructors that panic, destructors that submit, and errors that cannot be told.

use crate::support::{Bomb, occupy, panics, pool};
use earnest::{MapExt, PoolHandle, Shutdown, promise};
use earnest_testing::{Events, watched};
use std::panic::panic_any;
use std::sync::mpsc::{Receiver, Sender, channel};

#[test]
fn a_result_that_panics_when_dropped_does_so_in_the_hands_of_who_drops_it() {
    watched("a result in the user's hands", || {
        let pool = pool(1);
        let future = pool.submit(|| Bomb("a dropped future"));
        future.wait();
        assert!(panics(|| drop(future)));
        let shared = pool.submit(|| Bomb("a shared future")).shared();
        shared.wait();
        drop(shared.clone());
        assert!(panics(|| drop(shared)));
        let taken = pool.submit(|| Bomb("a taken value")).result().unwrap();
        assert!(panics(|| drop(taken)));
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
    });
}

#[test]
fn a_result_that_panics_when_the_pool_drops_it_is_reported() {
    watched("a result in the pool's hands", || {
        let events = Events::record();
        let pool = pool(1);
        let (go, gate) = channel::<()>();
        let detached = pool.submit(move || (gate.recv().unwrap(), Bomb("a detached result")).1);
        detached.detach();
        go.send(()).unwrap();
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
        assert_eq!(events.containing("a detached result went off").len(), 1);
        assert_eq!(pool.worker_count(), 1);
    });
}

#[test]
fn a_payload_that_panics_when_dropped_harms_nobody() {
    watched("a payload", || {
        let events = Events::record();
        let pool = pool(1);
        drop(pool.submit(|| panic_any(Bomb("a payload that is dropped"))).result());
        assert_eq!(events.containing("a payload that is dropped went off").len(), 1);
        pool.submit(|| panic_any(Bomb("a payload that nobody sees"))).detach();
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
        assert_eq!(events.containing("a payload that nobody sees went off").len(), 1);
        let error = pool.submit(|| panic_any(Bomb("a payload that is taken"))).result().unwrap_err();
        let payload = error.into_panic().unwrap().into_panic();
        assert!(panics(|| drop(payload)), "in the user's hands it panics there");
    });
}

#[test]
fn captures_that_panic_when_dropped_do_not_keep_a_future_from_ending() {
    watched("captures", || {
        let events = Events::record();
        let pool = pool(1);
        let busy = occupy(&pool);
        let cancelled = captures(&pool.handle(), "a cancelled capture");
        assert!(cancelled.cancel());
        assert!(cancelled.result().unwrap_err().is_cancelled());
        let queued = captures(&pool.handle(), "a capture that is shut down");
        let at_once = Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() };
        pool.shutdown_with(at_once).unwrap();
        assert!(queued.result().unwrap_err().is_cancelled());
        assert!(captures(&pool.handle(), "a refused capture").result().unwrap_err().is_rejected());
        for which in ["a cancelled capture", "a capture that is shut down", "a refused capture"] {
            assert_eq!(events.containing(&format!("{which} went off")).len(), 1);
        }
        drop(busy);
    });
}

/// Submits a task with a bomb, which is not meant to run.
fn captures(pool: &PoolHandle, which: &'static str) -> earnest::Future<()> {
    let bomb = Bomb(which);
    pool.submit(move || std::mem::forget(bomb))
}

#[test]
fn captures_that_panic_when_a_task_ends_are_the_panic_of_the_task() {
    watched("captures of a task that runs", || {
        let pool = pool(1);
        let bomb = Bomb("a capture");
        let future = pool.submit(move || {
            let _captured = &bomb;
            7
        });
        assert_eq!(future.result().unwrap_err().into_panic().unwrap().message(), Some("a capture went off"));
        // Busy, until the call of `map` has let go of the function.
        let busy = occupy(&pool);
        let bomb = Bomb("a function's capture");
        let results = pool.map([1, 2, 3], move |n| {
            let _captured = &bomb;
            n
        });
        drop(busy);
        // The last task has the last hold on the function.
        let results: Vec<_> = results.map(|result| result.ok()).collect();
        assert_eq!(results, [Some(1), Some(2), None]);
    });
}

#[test]
fn captures_of_a_callback_that_panic_when_dropped_are_reported() {
    watched("captures of a callback", || {
        let events = Events::record();
        let (promise, future) = promise();
        let bomb = Bomb("a callback's capture");
        future.add_done_callback(move |_| {
            let _captured = &bomb;
        });
        promise.complete(7).unwrap();
        assert_eq!(events.containing("a callback's capture went off").len(), 1);
        assert_eq!(future.result().unwrap(), 7);
    });
}

/// Submits another task when it is dropped, which tells on which thread it runs.
struct Submits(PoolHandle, Sender<Option<String>>);

impl Drop for Submits {
    fn drop(&mut self) {
        let told = self.1.clone();
        let task = move || drop(told.send(std::thread::current().name().map(str::to_owned)));
        self.0.submit(task).detach();
    }
}

/// What a [`Submits`] that is dropped leads to.
fn submits(pool: &earnest::ThreadPoolExecutor) -> (Submits, Receiver<Option<String>>) {
    let (tell, told) = channel();
    (Submits(pool.handle(), tell), told)
}

#[test]
fn a_result_may_submit_when_it_is_dropped() {
    watched("a result that submits", || {
        let pool =
            earnest::ThreadPoolExecutor::builder().max_workers(1).thread_name_prefix("p").build().unwrap();
        // In the hands of this thread, in those of a worker, and as what a cancelled task captured.
        let (result, told) = submits(&pool);
        let future = pool.submit(move || result);
        future.wait();
        drop(future);
        assert_eq!(told.recv().unwrap().as_deref(), Some("p_0"));
        let (result, told) = submits(&pool);
        pool.submit(move || result).detach();
        assert_eq!(told.recv().unwrap().as_deref(), Some("p_0"));
        let busy = occupy(&pool);
        let (captured, told) = submits(&pool);
        assert!(pool.submit(move || drop(captured)).cancel());
        drop(busy);
        assert_eq!(told.recv().unwrap().as_deref(), Some("p_0"));
    });
}

#[test]
fn a_failure_that_nobody_sees_and_nobody_can_display_harms_nobody() {
    #[derive(Debug)]
    struct Mute;
    impl std::fmt::Display for Mute {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("a failure without words")
        }
    }
    impl std::error::Error for Mute {}
    watched("a mute error", || {
        let events = Events::record();
        let pool = pool(1);
        let (go, gate) = channel::<()>();
        pool.submit(move || gate.recv().map_err(|_| Mute).and(Err::<(), _>(Mute))).flatten().detach();
        go.send(()).unwrap();
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
        assert_eq!(events.containing("a failure without words").len(), 1);
        assert_eq!(pool.worker_count(), 1);
    });
}
