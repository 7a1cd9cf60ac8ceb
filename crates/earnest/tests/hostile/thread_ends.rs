//! Threads that end: what their thread-locals may still do with a pool.

use crate::support::pool;
use earnest::{Error, PoolHandle, ThreadPoolExecutor};
use earnest_testing::watched;
use std::cell::RefCell;
use std::sync::mpsc::{Sender, channel};

/// Submits a task and waits for its result while its thread ends.
struct AtTheEnd(PoolHandle, Sender<Result<u32, Error>>);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        let future = self.0.submit(|| 7);
        future.add_done_callback(|_| ());
        // A panic here would abort.
        let _nobody_listens = self.1.send(future.result());
    }
}

thread_local! {
    static AT_THE_END: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
}

/// What this thread has one of these do when it ends.
fn at_the_end(pool: PoolHandle, tell: Sender<Result<u32, Error>>) {
    AT_THE_END.set(Some(AtTheEnd(pool, tell)));
}

#[test]
fn a_thread_that_ends_may_submit_and_wait() {
    watched("a thread that ends", || {
        let pool = pool(1);
        let (tell, told) = channel();
        let handle = pool.handle();
        std::thread::spawn(move || {
            at_the_end(handle.clone(), tell);
            // What the thread itself keeps for waiting is made after that, and goes before it.
            assert_eq!(handle.submit(|| 1).result().unwrap(), 1);
        })
        .join()
        .unwrap();
        assert_eq!(told.recv().unwrap().unwrap(), 7);
    });
}

#[test]
fn a_worker_that_ends_is_refused_by_its_own_pool_and_served_by_another() {
    watched("a worker that ends", || {
        let other = pool(1);
        for (target, is_own) in [(None, true), (Some(&other), false)] {
            let pool = pool(2);
            let (tell, told) = channel();
            let handle = target.map_or_else(|| pool.handle(), ThreadPoolExecutor::handle);
            pool.submit(move || at_the_end(handle, tell)).result().unwrap();
            pool.shutdown();
            let outcome = told.recv().unwrap();
            assert_eq!(outcome.as_ref().is_err_and(Error::is_rejected), is_own, "{outcome:?}");
            assert_eq!(outcome.is_ok(), !is_own);
        }
    });
}
