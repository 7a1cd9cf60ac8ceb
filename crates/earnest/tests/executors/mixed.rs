//! Futures of all executors together, and executors that are not ours.

use crate::subject::{AnyExecutor, DrivenByThread, Handle, Inline, Manual, Pool, Subject};
use earnest::{
    Ended, Executor, ExecutorExt, Future, Refused, ReturnWhen, Runnable, as_completed, join_all, wait,
};
use std::sync::Arc;

/// One executor of each kind.
struct All {
    inline: Inline,
    manual: Manual,
    driven: DrivenByThread,
    pool: Pool,
    handle: Handle,
    #[cfg(feature = "rayon")]
    rayon: crate::on_rayon::OwnPool,
    #[cfg(feature = "tokio")]
    tokio: crate::on_tokio::Runtime,
}

impl All {
    fn new() -> Self {
        Self {
            inline: Inline,
            manual: Manual::in_order(),
            driven: DrivenByThread::new(),
            pool: Pool::new(),
            handle: Handle::new(),
            #[cfg(feature = "rayon")]
            rayon: crate::on_rayon::OwnPool::new(),
            #[cfg(feature = "tokio")]
            tokio: crate::on_tokio::Runtime::new(),
        }
    }

    fn handles(&self) -> Vec<AnyExecutor> {
        vec![
            self.inline.handle(),
            self.manual.handle(),
            self.driven.handle(),
            self.pool.handle(),
            self.handle.handle(),
            #[cfg(feature = "rayon")]
            self.rayon.handle(),
            #[cfg(feature = "tokio")]
            self.tokio.handle(),
        ]
    }

    /// Ten futures of each executor, all of which will come about.
    fn futures(&self) -> Vec<Future<usize>> {
        let handles = self.handles();
        let futures = (0..10 * handles.len()).map(|n| handles[n % handles.len()].submit(move || n)).collect();
        self.manual.drive();
        self.driven.drive();
        futures
    }
}

#[test]
fn futures_of_all_executors_are_waited_for_together() {
    let all = All::new();
    let futures = all.futures();
    let count = futures.len();
    let waited = wait(futures, ReturnWhen::AllCompleted, None);
    assert_eq!((waited.done.len(), waited.not_done.len(), waited.ended), (count, 0, Ended::Satisfied));
    let values = waited.done.into_iter().map(|future| future.result().unwrap());
    assert!(values.eq(0..count), "in input order");
}

#[test]
fn futures_of_all_executors_complete_in_one_iteration() {
    let all = All::new();
    let futures = all.futures();
    let count = futures.len();
    let mut values: Vec<_> = as_completed(futures).map(|future| future.result().unwrap()).collect();
    values.sort_unstable();
    assert!(values.into_iter().eq(0..count));
}

#[test]
fn futures_of_all_executors_join_into_one() {
    let all = All::new();
    let futures = all.futures();
    let count = futures.len();
    let values = join_all(futures).result().unwrap();
    assert!(values.into_iter().map(Result::unwrap).eq(0..count));
}

#[test]
fn the_first_that_fails_ends_the_wait_whichever_executor_it_is_of() {
    let all = All::new();
    for handle in all.handles() {
        let mut futures = all.futures();
        futures.push(handle.submit(|| panic!("the only one")));
        all.manual.drive();
        all.driven.drive();
        let waited = wait(futures, ReturnWhen::FirstException, None);
        assert_eq!(waited.ended, Ended::Satisfied);
        let failed: Vec<_> = waited.done.into_iter().filter_map(|future| future.result().err()).collect();
        assert!(matches!(&failed[..], [error] if error.is_panicked()));
    }
}

#[test]
fn one_chain_goes_over_all_executors() {
    let all = All::new();
    let mut handles = all.handles();
    let count = handles.len();
    // The two that are driven by hand come first, so that each is driven when its link is there: one drive does.
    handles.swap(0, 1);
    handles.swap(1, 2);
    let chain =
        handles.into_iter().fold(Future::ready(0), |link, executor| link.then_on(executor, |n| n + 1));
    all.manual.drive();
    all.driven.drive();
    assert_eq!(chain.result().unwrap(), count);
}

/// Accepts everything and runs nothing.
struct Drops;

impl Executor for Drops {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        drop(task);
        Ok(())
    }
}

#[test]
fn what_an_executor_drops_is_abandoned() {
    let captured = Arc::new(());
    let future = Drops.submit({
        let captured = captured.clone();
        move || captured
    });
    assert!(future.is_done());
    assert_eq!(Arc::strong_count(&captured), 1);
    assert!(future.result().unwrap_err().is_abandoned());
    assert!(Drops.try_submit(|| 7).unwrap().result().unwrap_err().is_abandoned());
    assert!(Future::ready(7).then_on(Drops, |n| n).result().unwrap_err().is_abandoned());
}

#[test]
fn one_that_is_dropped_does_not_keep_a_wait_from_ending() {
    let all = All::new();
    let mut futures = all.futures();
    futures.insert(3, Drops.submit(|| 7));
    let waited = wait(futures, ReturnWhen::AllCompleted, None);
    let errors: Vec<_> = waited.done.into_iter().map(|future| future.result().err()).collect();
    assert!(errors.iter().enumerate().all(|(n, error)| error.is_some() == (n == 3)));
}
