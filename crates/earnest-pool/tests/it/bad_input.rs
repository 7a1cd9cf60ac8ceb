//! Values whose destructors panic, submissions from where nothing runs any more, and sizes that no machine has.

use earnest_core::{Future, promise};
use earnest_pool::{BuildError, PoolHandle, Shutdown, ThreadPoolExecutor};
use earnest_testing::watched;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::mpsc::{Sender, channel};

/// Says that it goes off, and does.
struct Bomb(Sender<()>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.send(()).unwrap();
        panic!("going off");
    }
}

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// A pool of one worker that is busy, until the promise is kept.
fn busy() -> (ThreadPoolExecutor, earnest_core::Promise<()>) {
    let pool = pool(1);
    let (open, gate) = promise::<()>();
    let (started, running) = promise::<()>();
    pool.execute(move || {
        started.complete(()).unwrap();
        drop(gate.result());
    })
    .unwrap();
    running.result().unwrap();
    (pool, open)
}

#[test]
fn captures_that_panic_when_dropped_after_a_run_are_the_task_s_own_panic() {
    let pool = pool(1);
    let (told, goes_off) = channel();
    let bomb = Bomb(told);
    let error = pool.submit(move || drop(bomb)).result().unwrap_err();
    assert_eq!(error.into_panic().unwrap().message(), Some("going off"));
    assert_eq!(goes_off.iter().count(), 1);
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
}

#[test]
fn captures_that_panic_when_dropped_unrun_change_nothing_for_their_future() {
    watched("captures that panic when dropped unrun", || {
        let (told, goes_off) = channel();
        let bomb = || Bomb(told.clone());
        let (pool, open) = busy();

        let carries = |bomb: Bomb| move || drop(bomb);
        let cancelled = pool.submit(carries(bomb()));
        assert!(cancelled.cancel());
        assert!(cancelled.result().unwrap_err().is_cancelled());

        let queued = pool.submit(carries(bomb()));
        let begin = Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() };
        pool.shutdown_with(begin).unwrap();
        assert!(queued.result().unwrap_err().is_cancelled());

        let refused = pool.submit(carries(bomb()));
        assert!(refused.result().unwrap_err().is_rejected());
        open.complete(()).unwrap();
        pool.shutdown();

        let broken = ThreadPoolExecutor::builder().initializer(|| Err::<(), _>("unfit")).build().unwrap();
        assert!(broken.submit(carries(bomb())).result().unwrap_err().is_broken());
        drop(told);
        assert_eq!(goes_off.iter().count(), 4);
    });
}

#[test]
fn a_result_that_nobody_takes_may_panic_when_dropped() {
    watched("a result that panics when dropped", || {
        let pool = pool(1);
        let (told, goes_off) = channel();
        for _ in 0..3 {
            let bomb = Bomb(told.clone());
            pool.submit(move || bomb).detach();
        }
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
        pool.shutdown();
        drop(told);
        assert_eq!(goes_off.iter().count(), 3);
    });
}

#[test]
fn a_result_in_the_user_s_hands_panics_there() {
    let pool = pool(1);
    let (told, goes_off) = channel();
    let bomb = Bomb(told);
    let taken = pool.submit(move || bomb).result().unwrap();
    assert!(catch_unwind(AssertUnwindSafe(move || drop(taken))).is_err());
    assert_eq!(goes_off.iter().count(), 1);
}

#[test]
fn a_panic_payload_may_panic_when_dropped() {
    watched("a payload that panics when dropped", || {
        let pool = pool(1);
        let (told, goes_off) = channel();
        let throws = |bomb: Bomb| move || -> () { panic_any(bomb) };
        // Dropped by the pool, and with an error that was looked at.
        pool.execute(throws(Bomb(told.clone()))).unwrap();
        let error = pool.submit(throws(Bomb(told.clone()))).result().unwrap_err();
        assert!(error.is_panicked());
        drop(error);
        let bomb = Bomb(told);
        let breaks = std::sync::Mutex::new(Some(bomb));
        let broken = ThreadPoolExecutor::builder()
            .initializer(move || breaks.lock().unwrap().take().map_or((), |bomb| panic_any(bomb)))
            .build()
            .unwrap();
        assert!(broken.submit(|| ()).result().unwrap_err().is_broken());
        drop((pool, broken));
        assert_eq!(goes_off.iter().count(), 3);
    });
}

/// Submits when it is dropped, and says what became of it.
struct Submits(PoolHandle, Sender<Future<u32>>);

impl Drop for Submits {
    fn drop(&mut self) {
        self.1.send(self.0.submit(|| 7)).unwrap();
    }
}

std::thread_local! {
    static SUBMITS: RefCell<Option<Submits>> = const { RefCell::new(None) };
}

#[test]
fn what_a_worker_s_thread_local_submits_at_the_end_is_refused() {
    watched("a thread-local that submits", || {
        let pool = pool(2);
        let (submitted, submissions) = channel();
        let last = Submits(pool.handle(), submitted);
        pool.submit(move || SUBMITS.with(|submits| *submits.borrow_mut() = Some(last))).result().unwrap();
        drop(pool);
        assert!(submissions.recv().unwrap().result().unwrap_err().is_rejected());
    });
}

#[test]
fn what_the_last_hook_submits_is_refused() {
    watched("a hook that submits", || {
        let own = std::sync::Arc::new(std::sync::Mutex::new(None::<PoolHandle>));
        let (submitted, submissions) = channel();
        let theirs = own.clone();
        let stop = move |_| submitted.send(theirs.lock().unwrap().take().unwrap().submit(|| 7)).unwrap();
        let pool = ThreadPoolExecutor::builder().max_workers(1).on_thread_stop(stop).build().unwrap();
        *own.lock().unwrap() = Some(pool.handle());
        pool.submit(|| ()).result().unwrap();
        pool.shutdown();
        assert!(submissions.recv().unwrap().result().unwrap_err().is_rejected());
    });
}

#[test]
fn a_result_that_nobody_takes_may_submit_when_dropped() {
    watched("a result that submits when dropped", || {
        let pool = pool(1);
        let (submitted, submissions) = channel();
        let last = Submits(pool.handle(), submitted);
        let (go, gate) = promise::<()>();
        pool.submit(move || {
            drop(gate.result());
            last
        })
        .detach();
        go.complete(()).unwrap();
        assert_eq!(submissions.recv().unwrap().result().unwrap(), 7);
    });
}

#[test]
fn a_pool_has_one_worker_at_least_and_no_more_than_it_can_count() {
    let built = |n| ThreadPoolExecutor::builder().max_workers(n).build().map(|pool| pool.max_workers());
    assert_eq!(built(0).unwrap_err(), BuildError::MaxWorkers(0));
    assert_eq!(built(usize::MAX).unwrap_err(), BuildError::MaxWorkers(usize::MAX));
    let most = built(1 << 20).unwrap_err().to_string();
    let most: usize =
        most.split(&[' ', ','][..]).find_map(|word| word.parse().ok()).expect("the message names the most");
    assert_eq!(built(most).unwrap(), most);
    assert_eq!(built(most + 1).unwrap_err(), BuildError::MaxWorkers(most + 1));
}

#[test]
fn a_stack_of_no_size_is_as_large_as_the_system_makes_it() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).stack_size(0).build().unwrap();
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
}

#[test]
fn a_stack_larger_than_memory_resolves_every_future() {
    for bytes in [usize::MAX, usize::MAX / 2, 1 << 47] {
        watched("a stack larger than memory", || {
            let pool = ThreadPoolExecutor::builder().max_workers(2).stack_size(bytes).build().unwrap();
            let futures = [(); 3].map(|()| pool.submit(|| 7));
            assert!(futures.into_iter().all(|future| future.result().unwrap_err().is_rejected()));
            assert_eq!(pool.worker_count(), 0);
            pool.shutdown();
        });
    }
}

#[test]
fn names_may_be_empty_or_long_and_contain_anything_but_nul() {
    for prefix in
        ["", " ", "a name longer than any system keeps, which is all the same to Rust", "ü/%s\n\u{7}"]
    {
        let pool = ThreadPoolExecutor::builder().thread_name_prefix(prefix).build().unwrap();
        let name = pool.submit(|| std::thread::current().name().map(str::to_owned)).result().unwrap();
        assert_eq!(name.unwrap(), format!("{prefix}_0"));
    }
    for prefix in ["\0", "a\0", "\0b", "a\0b"] {
        let refused = ThreadPoolExecutor::builder().thread_name_prefix(prefix).build().unwrap_err();
        assert_eq!(refused, BuildError::ThreadName(prefix.to_owned()));
    }
}
