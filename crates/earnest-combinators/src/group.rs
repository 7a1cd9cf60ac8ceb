//! Tasks that belong together: how many run at a time, and what one of them means for the others.

use core::fmt;
use earnest_core::{
    CancelHandle, CancellationToken, Error, Executor, Future, Runnable, TaskSpan, Turns, run_caught, task,
};
use earnest_sync::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the end of one task means for the others of its [`TaskGroup`].
///
/// ```
/// use earnest_combinators::{GroupPolicy, TaskGroup};
/// # let executor = earnest_core::InlineExecutor;
/// let mut group = TaskGroup::new(executor).policy(GroupPolicy::FirstFailure);
/// group.submit(|| "x".parse::<u32>().unwrap());
/// group.submit(|| 2);
/// assert!(group.join()[1].as_ref().unwrap_err().is_cancelled(), "it was not needed any more");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GroupPolicy {
    /// Nothing: each runs.
    #[default]
    All,
    /// The first success cancels those that have not begun, and the group's token.
    FirstSuccess,
    /// The first failure cancels those that have not begun, and the group's token.
    FirstFailure,
}

/// Tasks that belong together: at most so many run at a time, and the [policy](GroupPolicy) says when the rest are not
/// needed.
///
/// A failure is an error other than a cancellation, unless [`failed_if`](Self::failed_if) has another rule. **Dropping
/// the group cancels** the tasks that have not begun; those that run are not waited for. For tasks that borrow, and that
/// are waited for in any case, there is [`scope`](earnest_core::scope()).
///
/// ```
/// use earnest_combinators::{GroupPolicy, TaskGroup};
/// # use earnest_core::InlineExecutor;
/// # let handle = InlineExecutor;
///
/// let mut mirrors = TaskGroup::new(handle).policy(GroupPolicy::FirstSuccess).max_concurrent(2);
/// for mirror in ["one", "two", "three"] {
///     mirrors.submit(move || if mirror == "one" { panic!("not there") } else { mirror });
/// }
/// let first = mirrors.join().into_iter().find_map(Result::ok);
/// assert_eq!(first, Some("two"));
/// ```
///
/// # Cost
///
/// Three allocations for each task, and two short locks of the group's own.
#[must_use = "dropping a group cancels the tasks that have not begun: `join` it, or take its `into_futures`"]
pub struct TaskGroup<E: Executor + Send + Sync + 'static, T> {
    shared: Arc<Shared<E>>,
    rule: Option<Rule<T>>,
    futures: Vec<Future<T>>,
}

type Rule<T> = Arc<dyn Fn(Result<&T, &Error>) -> bool + Send + Sync>;

struct Shared<E> {
    executor: E,
    policy: GroupPolicy,
    max_concurrent: usize,
    /// For running tasks: cancelled when the rest is not needed.
    token: CancellationToken,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Those that wait for their turn, by their places in the group.
    waiting: BTreeMap<usize, Waiting>,
    /// How many are with the executor.
    n_running: usize,
    /// Those, by their places, where others may have to wait for them.
    ahead: BTreeMap<usize, CancelHandle>,
    /// Whether some thread is handing tasks to the executor: it looks again before it stops.
    is_handing: bool,
    /// With which the others are cancelled. Empty where the policy does not ask for it, and once that has happened.
    handles: Vec<CancelHandle>,
    is_decided: bool,
}

/// A task that waits for its turn.
struct Waiting {
    runnable: Runnable,
    /// The span that it was submitted in.
    submitter: TaskSpan,
    /// Where there is a limit.
    handle: Option<CancelHandle>,
}

impl<E: Executor + Send + Sync + 'static, T: Send + 'static> TaskGroup<E, T> {
    /// An empty group, whose tasks run on `executor`, in any number, and whatever becomes of the others.
    pub fn new(executor: E) -> Self {
        let state = Mutex::new(State::default());
        let (policy, token) = (GroupPolicy::All, CancellationToken::new());
        let shared = Shared { executor, policy, max_concurrent: usize::MAX, token, state };
        Self { shared: Arc::new(shared), rule: None, futures: Vec::new() }
    }

    /// When the rest of the tasks are not needed.
    ///
    /// # Panics
    ///
    /// If tasks have been submitted.
    pub fn policy(self, policy: GroupPolicy) -> Self {
        self.with(|shared| shared.policy = policy)
    }

    /// How many tasks are with the executor at a time, at most. The others wait within the group, and are handed over in
    /// the order in which they were submitted.
    ///
    /// # Panics
    ///
    /// If `n` is zero, or tasks have been submitted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_combinators::TaskGroup;
    /// let executor = earnest_core::ManualExecutor::new();
    /// let mut group = TaskGroup::new(executor.clone()).max_concurrent(1);
    /// group.submit(|| 1);
    /// group.submit(|| 2);
    /// assert_eq!(executor.pending(), 1, "the second waits for the first");
    /// ```
    pub fn max_concurrent(self, n: usize) -> Self {
        assert!(n != 0, "a group of which none may run would never end");
        self.with(|shared| shared.max_concurrent = n)
    }

    /// What counts as a failure, for the policy. A cancellation never does. A panic in `rule` is reported, and an error is
    /// a failure then.
    ///
    /// # Panics
    ///
    /// If tasks have been submitted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_combinators::{GroupPolicy, TaskGroup};
    /// # let executor = earnest_core::InlineExecutor;
    /// let group = TaskGroup::new(executor).policy(GroupPolicy::FirstFailure);
    /// let mut group = group.failed_if(|outcome| outcome.is_ok_and(|status: &u16| *status >= 500));
    /// group.submit(|| 503);
    /// assert!(group.is_decided());
    /// ```
    pub fn failed_if(mut self, rule: impl Fn(Result<&T, &Error>) -> bool + Send + Sync + 'static) -> Self {
        self.rule = Some(Arc::new(rule));
        self.with(|_| {})
    }

    fn with(mut self, set: impl FnOnce(&mut Shared<E>)) -> Self {
        let shared = Arc::get_mut(&mut self.shared);
        set(shared
            .filter(|_| self.futures.is_empty())
            .expect("the group is set up before tasks are submitted"));
        self
    }

    /// Adds a task. It is cancelled at once if the group is [decided](Self::is_decided).
    ///
    /// The call blocks only if the executor does in accepting tasks. Where the executor does not accept the task, that is
    /// its outcome.
    #[track_caller]
    pub fn submit(&mut self, f: impl FnOnce() -> T + Send + 'static) {
        let (mut runnable, future) = task(f);
        let place = self.futures.len();
        if self.shared.has_limit() {
            runnable.waits_for_turn(place, self.shared.clone());
        }
        let is_decided = self.shared.enter(place, runnable, || future.cancel_handle());
        let (shared, rule) = (self.shared.clone(), self.rule.clone());
        future.add_done_callback(move |outcome| {
            let mut is_failure = Some(outcome.is_err());
            match (outcome, rule) {
                (Err(Error::Cancelled), _) => is_failure = None,
                (outcome, Some(rule)) => {
                    run_caught("a group's rule", || is_failure = Some(rule(outcome)));
                }
                (_, None) => {}
            }
            shared.has_ended(place, is_failure);
        });
        if is_decided {
            future.cancel();
        }
        self.futures.push(future);
        self.shared.hand_over();
    }

    /// A token that is cancelled when the rest of the tasks are not needed, for tasks that are to look at it: see
    /// [`is_decided`](Self::is_decided). It is cancelled as well when the group is dropped with tasks in it.
    ///
    /// ```
    /// # use earnest_combinators::TaskGroup;
    /// # let mut group = TaskGroup::new(earnest_core::InlineExecutor);
    /// let token = group.token().clone();
    /// group.submit(move || token.is_cancelled());
    /// group.cancel();
    /// assert!(group.token().is_cancelled());
    /// ```
    pub fn token(&self) -> &CancellationToken {
        &self.shared.token
    }

    /// Whether the policy has found that the rest of the tasks are not needed, or the group was cancelled.
    ///
    /// ```
    /// # use earnest_combinators::{GroupPolicy, TaskGroup};
    /// # let executor = earnest_core::InlineExecutor;
    /// let mut group = TaskGroup::new(executor).policy(GroupPolicy::FirstSuccess);
    /// assert!(!group.is_decided());
    /// group.submit(|| "found");
    /// assert!(group.is_decided());
    /// ```
    pub fn is_decided(&self) -> bool {
        self.shared.state.lock().is_decided
    }

    /// How many tasks have been submitted.
    ///
    /// ```
    /// # let mut group = earnest_combinators::TaskGroup::new(earnest_core::InlineExecutor);
    /// group.submit(|| "done");
    /// assert_eq!(group.len(), 1, "be it done or not");
    /// ```
    pub fn len(&self) -> usize {
        self.futures.len()
    }

    /// Whether none has been submitted.
    ///
    /// ```
    /// # let mut group = earnest_combinators::TaskGroup::new(earnest_core::InlineExecutor);
    /// assert!(group.is_empty());
    /// group.submit(|| "done");
    /// assert!(!group.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.futures.is_empty()
    }

    /// Cancels the tasks that have not begun, and those that are submitted from now on, and the [token](Self::token).
    /// Callbacks of these run on this thread; otherwise it does not block.
    ///
    /// ```
    /// # use earnest_combinators::TaskGroup;
    /// let executor = earnest_core::ManualExecutor::new();
    /// let mut group = TaskGroup::new(executor);
    /// group.submit(|| "done");
    /// group.cancel();
    /// assert!(group.join()[0].as_ref().unwrap_err().is_cancelled());
    /// ```
    pub fn cancel(&self) {
        self.shared.state.lock().is_decided = true;
        for future in &self.futures {
            future.cancel();
        }
        self.shared.token.cancel();
    }

    /// Blocks until every task has ended, and gives what they came to, in the order in which they were submitted. Those
    /// that were not needed have [`Error::Cancelled`].
    ///
    /// On a worker's thread this is a wait like any other: what has not begun runs in place.
    pub fn join(self) -> Vec<Result<T, Error>> {
        self.into_futures().into_iter().map(Future::result).collect()
    }

    /// The futures of the tasks, in the order in which they were submitted: to be waited for in other ways. Policy and
    /// limit go on to hold.
    ///
    /// ```
    /// # use earnest_combinators::{TaskGroup, as_completed};
    /// # let mut group = TaskGroup::new(earnest_core::InlineExecutor).max_concurrent(2);
    /// (1..=4).for_each(|n| group.submit(move || n * n));
    /// let sum: u32 = as_completed(group.into_futures()).map(|future| future.result().unwrap()).sum();
    /// assert_eq!(sum, 30);
    /// ```
    pub fn into_futures(mut self) -> Vec<Future<T>> {
        core::mem::take(&mut self.futures)
    }
}

impl<E: Executor> Shared<E> {
    /// Whether the group is decided.
    fn enter(&self, place: usize, runnable: Runnable, handle: impl Fn() -> CancelHandle) -> bool {
        let to_cancel = (self.policy != GroupPolicy::All).then(&handle);
        let handle = self.has_limit().then(handle);
        let waiting = Waiting { runnable, submitter: TaskSpan::current(), handle };
        let mut state = self.state.lock();
        state.waiting.insert(place, waiting);
        if !state.is_decided {
            state.handles.extend(to_cancel);
        }
        state.is_decided
    }

    fn has_limit(&self) -> bool {
        self.max_concurrent != usize::MAX
    }

    /// Hands to the executor what may run. One thread at a time does: an executor that ends a task at once, by running or
    /// refusing it, brings the same thread back here.
    fn hand_over(&self) {
        let mut state = self.state.lock();
        if core::mem::replace(&mut state.is_handing, true) {
            return;
        }
        // Once the group is decided, those that wait are about to be cancelled by whoever decided it.
        while state.n_running < self.max_concurrent && !state.is_decided {
            let Some((place, waiting)) = state.waiting.pop_first() else { break };
            let Waiting { runnable, submitter, handle } = waiting;
            state.n_running += 1;
            state.ahead.extend(handle.map(|handle| (place, handle)));
            drop(state);
            runnable.has_turn();
            // Should it panic, the task has been dropped, and the others have their turn all the same.
            run_caught("an executor", || {
                if let Err(refused) = submitter.run(|| self.executor.spawn(runnable)) {
                    refused.dismiss();
                }
            });
            // Not under the lock: a subscriber's code is the user's.
            drop(submitter);
            state = self.state.lock();
        }
        state.is_handing = false;
    }

    /// `is_failure` is `None` for a cancellation.
    fn has_ended(&self, place: usize, is_failure: Option<bool>) {
        let decides = match self.policy {
            GroupPolicy::All => false,
            GroupPolicy::FirstSuccess => is_failure == Some(false),
            GroupPolicy::FirstFailure => is_failure == Some(true),
        };
        let mut state = self.state.lock();
        // Cancelled before its turn came.
        let waited = state.waiting.remove(&place);
        state.n_running -= usize::from(waited.is_none());
        let ended = state.ahead.remove(&place);
        let not_needed = if decides {
            state.is_decided = true;
            core::mem::take(&mut state.handles)
        } else {
            Vec::new()
        };
        drop(state);
        drop((waited, ended));
        for handle in not_needed {
            handle.cancel();
        }
        if decides {
            self.token.cancel();
        }
        self.hand_over();
    }
}

impl<E: Executor + Send + Sync> Turns for Shared<E> {
    fn ahead(&self, place: usize) -> Option<Arc<[CancelHandle]>> {
        let state = self.state.lock();
        let waits = state.n_running >= self.max_concurrent && !state.is_decided;
        (waits && state.waiting.contains_key(&place)).then(|| state.ahead.values().cloned().collect())
    }
}

impl<E: Executor + Send + Sync + 'static, T> Drop for TaskGroup<E, T> {
    fn drop(&mut self) {
        if !self.futures.is_empty() {
            self.shared.state.lock().is_decided = true;
        }
        for future in &self.futures {
            future.cancel();
        }
        if !self.futures.is_empty() {
            self.shared.token.cancel();
        }
    }
}

impl<E: Executor + Send + Sync + 'static, T> fmt::Debug for TaskGroup<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut group = f.debug_struct("TaskGroup");
        group.field("policy", &self.shared.policy).field("len", &self.futures.len()).finish_non_exhaustive()
    }
}
