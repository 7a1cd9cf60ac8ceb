//! A queue with room for so many: who may come in, who waits, and who is turned away.

use earnest_core::{Backlog, Inbox};
use earnest_sync::{
    AtomicUsize, Mutex,
    Ordering::{Acquire, Relaxed, Release},
    mutant, window,
};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// What becomes of a submission that finds the [queue full](crate::Builder::queue_capacity).
///
/// ```
/// use earnest_pool::{RejectionPolicy, ThreadPoolExecutor};
/// use std::sync::mpsc::channel;
///
/// let settings = ThreadPoolExecutor::builder().max_workers(1).queue_capacity(1);
/// let pool = settings.rejection_policy(RejectionPolicy::Reject).build()?;
/// let (begin, has_begun) = channel();
/// let (release, held) = channel::<()>();
/// let running = pool.submit(move || {
///     begin.send(()).unwrap();
///     held.recv().is_err()
/// });
/// has_begun.recv()?;
/// let queued = pool.submit(|| 1);
/// assert!(pool.submit(|| 2).result().unwrap_err().is_rejected(), "there is room for one");
/// drop(release);
/// assert!(running.result()? && queued.result()? == 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionPolicy {
    /// The submission blocks until there is room. Of several the one that has waited longest comes in first.
    ///
    /// A task that is cancelled by its token, or whose time is up, ends the wait, and does not come in.
    ///
    /// On a worker of the same pool it waits as for a future: another worker takes its place. Where there is none left that
    /// could run anything, the task runs at once, in place of the submission; it is refused where half of the worker's stack
    /// is in use, by tasks that have submitted from within each other. In an initializer it is refused.
    #[default]
    Block,
    /// Like [`Block`](Self::Block), for so long at most; then the task is refused.
    BlockTimeout(Duration),
    /// The task is refused.
    Reject,
    /// The task runs on the submitting thread, before the submission returns. One that needs a worker's state, and is
    /// submitted elsewhere, waits for room instead. On a worker it is refused where half of the stack is in use, by tasks that
    /// have submitted from within each other, and on the thread that keeps the time, in what is called when a deadline
    /// passes, it is always refused.
    CallerRuns,
    /// Of the tasks of the lowest priority, the one that has been queued longest makes room, its future ending with
    /// [`Error::Rejected`](earnest_core::Error::Rejected). It is one that was submitted from outside the pool, or by a task
    /// with another priority than the normal one; where none of those is left, the new one is refused. Turns of async
    /// blocks, which take no places, stay.
    DiscardOldest,
}

/// The places of a queue, each of which a task takes before it is queued and gives back when it begins, or never will.
#[derive(Debug)]
pub(crate) struct Bound {
    capacity: usize,
    pub(crate) policy: RejectionPolicy,
    state: Mutex<State>,
    /// How many tasks may have a place that are not in the queue yet.
    n_on_the_way: AtomicUsize,
}

/// A task is on its way into the queue, until this is dropped. Counted where others may look for it there, to discard it.
#[derive(Debug)]
pub(crate) struct OnTheWay(Option<Arc<Bound>>);

impl Drop for OnTheWay {
    fn drop(&mut self) {
        if let Some(bound) = &self.0 {
            // ORDERING: Release; pairs with `has_some_on_the_way`: who does not see the task on its way sees it in the queue.
            // NO MODEL: in models each push is followed by a fence, which has released it already; the shared queue has none.
            bound.n_on_the_way.fetch_sub(1, Release);
        }
    }
}

#[derive(Debug)]
struct State {
    n_taken: usize,
    /// Those who wait for a place, which is handed to the first. None of them while there is room.
    waiting: VecDeque<Arc<Inbox>>,
    is_closed: bool,
}

/// Put into the inbox of who waits: the place is its own.
pub(crate) const ENTERED: usize = 0;
/// Put into the inbox of who waits: there will be none.
pub(crate) const CLOSED: usize = 1;
/// Put there by others: who waits does so for a task that has ended meanwhile.
pub(crate) const OVER: usize = 2;
/// How many tokens there are.
pub(crate) const TOKENS: usize = 3;

impl Bound {
    pub(crate) fn new(capacity: usize, policy: RejectionPolicy) -> Bound {
        let state = State { n_taken: 0, waiting: VecDeque::new(), is_closed: false };
        Bound { capacity, policy, state: Mutex::new(state), n_on_the_way: AtomicUsize::new(0) }
    }

    /// Takes a place, if one is free.
    pub(crate) fn enter(&self) -> bool {
        self.state.lock().enter(self.capacity)
    }

    /// The same, for a task that is to be queued.
    pub(crate) fn enter_on_the_way(self: &Arc<Bound>) -> Option<OnTheWay> {
        let on_the_way = self.on_the_way();
        self.enter().then_some(on_the_way)
    }

    /// For a task that has its place, or is about to take one.
    pub(crate) fn on_the_way(self: &Arc<Bound>) -> OnTheWay {
        OnTheWay((self.policy == RejectionPolicy::DiscardOldest).then(|| {
            // ORDERING: Relaxed; who finds no place left has taken the lock under which this task took its own.
            self.n_on_the_way.fetch_add(1, Relaxed);
            self.clone()
        }))
    }

    /// Whether some that have a place may not be in the queue yet.
    pub(crate) fn has_some_on_the_way(&self) -> bool {
        self.n_on_the_way.load(Acquire) != 0
    }

    /// Takes a place, or waits for one: `inbox` is told of either, or that there will be none.
    pub(crate) fn enter_or_wait(&self, inbox: &Arc<Inbox>) {
        let mut state = self.state.lock();
        let token = if state.is_closed {
            CLOSED
        } else if state.enter(self.capacity) {
            ENTERED
        } else {
            state.waiting.push_back(inbox.clone());
            return;
        };
        drop(state);
        inbox.put(token);
    }

    /// Waits no longer. `false`: too late, the inbox has been told.
    pub(crate) fn withdraw(&self, inbox: &Arc<Inbox>) -> bool {
        let mut state = self.state.lock();
        let place = state.waiting.iter().position(|other| Arc::ptr_eq(other, inbox));
        place.and_then(|place| state.waiting.remove(place)).is_some()
    }

    /// Nobody comes in any more, and those who wait are told.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut state = self.state.lock();
            state.is_closed = true;
            core::mem::take(&mut state.waiting)
        };
        waiting.iter().for_each(|inbox| inbox.put(CLOSED));
    }

    /// How many places are taken.
    pub(crate) fn n_taken(&self) -> usize {
        self.state.lock().n_taken
    }
}

impl State {
    fn enter(&mut self, capacity: usize) -> bool {
        let has_room = self.n_taken < capacity;
        self.n_taken += usize::from(has_room);
        has_room
    }
}

impl Backlog for Bound {
    fn task_has_left(&self) {
        let next = {
            let mut state = self.state.lock();
            let next = if mutant!("bound_without_handing_on") { None } else { state.waiting.pop_front() };
            // The place is handed on, or free.
            state.n_taken -= usize::from(next.is_none());
            next
        };
        window!("place_given_not_told");
        if let Some(inbox) = next {
            inbox.put(ENTERED);
        }
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;
    use earnest_core::Waiter;

    #[test]
    fn whoever_has_waited_longest_comes_in_first() {
        let bound = Bound::new(1, RejectionPolicy::Block);
        assert!(bound.enter() && !bound.enter());
        let mut waiters = [(); 3].map(|()| Waiter::new(TOKENS));
        waiters.iter().for_each(|waiter| bound.enter_or_wait(waiter.inbox()));
        assert!(bound.withdraw(waiters[1].inbox()));
        bound.task_has_left();
        assert_eq!(waiters.each_mut().map(Waiter::try_next), [Some(ENTERED), None, None]);
        bound.task_has_left();
        assert_eq!(waiters.each_mut().map(Waiter::try_next), [None, None, Some(ENTERED)]);
        assert!(!bound.withdraw(waiters[2].inbox()));
        bound.enter_or_wait(waiters[0].inbox());
        bound.close();
        assert_eq!(waiters[0].try_next(), Some(CLOSED));
        assert_eq!(bound.n_taken(), 1);
    }
}
