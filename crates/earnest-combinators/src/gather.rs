//! One future made of many: what `join_all` and `race` have in common.

use earnest_core::{CancelHandle, Error, Future, Needs, Promise, promise};
use earnest_sync::{Mutex, mutant, window};
use std::sync::Arc;

/// When many futures are one future's outcome.
pub(crate) trait Rule<T>: Send + 'static {
    type Output: Send + 'static;

    const NEEDS: Needs;

    /// Takes an outcome in, of one future and once. A lock is held meanwhile: nothing that is the user's is dropped
    /// here.
    fn settled(&mut self, index: usize, outcome: Result<T, Error>) -> Verdict<T, Self::Output>;
}

pub(crate) enum Verdict<T, U> {
    /// Nothing is decided yet; here is an outcome that is not needed.
    Open(Option<Result<T, Error>>),
    /// This is what it comes to.
    Decided(Result<U, Error>),
}

/// The future of what `rule` makes of the futures' outcomes. If that is decided without some of them, these are
/// cancelled where the second entry says so.
#[track_caller]
pub(crate) fn gather<T: Send + 'static, R: Rule<T>>(
    (futures, cancel_losers): (Vec<Future<T>>, bool),
    rule: R,
) -> Future<R::Output> {
    let (promise, gathered) = promise();
    let handles: Arc<[CancelHandle]> = futures.iter().map(Future::cancel_handle).collect();
    let losers = if cancel_losers { handles.clone() } else { Arc::default() };
    promise.comes_from_many(handles, R::NEEDS);
    let gather = Arc::new(Gather { undecided: Mutex::new(Some((promise, rule))), losers });
    for (index, future) in futures.into_iter().enumerate() {
        let gather = gather.clone();
        future.on_settled(move |outcome| gather.settled(index, outcome));
    }
    gathered
}

struct Gather<T, R: Rule<T>> {
    /// `None` once it is decided.
    undecided: Mutex<Option<(Promise<R::Output>, R)>>,
    losers: Arc<[CancelHandle]>,
}

impl<T, R: Rule<T>> Gather<T, R> {
    /// Takes an outcome in, and gives it back where it is not needed.
    fn settled(&self, index: usize, outcome: Result<T, Error>) -> Option<Result<T, Error>> {
        let mut undecided = self.undecided.lock();
        let Some((_, rule)) = &mut *undecided else { return Some(outcome) };
        match rule.settled(index, outcome) {
            Verdict::Open(unneeded) => unneeded,
            Verdict::Decided(result) => {
                let decided = undecided.take();
                drop(undecided);
                window!("decided_not_settled");
                let is_late = mutant!("losers_cancelled_late");
                if !is_late {
                    // Before the outcome is seen, so that whoever sees it sees this too.
                    cancel_all(&self.losers);
                }
                if let Some((promise, _rule)) = decided {
                    promise.settle(result);
                }
                if is_late {
                    cancel_all(&self.losers);
                }
                None
            }
        }
    }
}

fn cancel_all(handles: &[CancelHandle]) {
    for handle in handles {
        handle.cancel();
    }
}
