//! Stand-ins for crossbeam's queues in models: atomics only, and no ordering that crossbeam does not promise.
//!
//! A push publishes with Release, taking is a compare-exchange, looking whether a queue is empty is Relaxed. A queue
//! behind a mutex would add orderings of its own, and hide a missing fence.

use super::Steal;
use core::fmt;
use earnest_sync::{
    AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    UnsafeCell,
};
use std::sync::Arc;

/// How many pushes a queue takes in one execution. Slots are not used twice.
const CAPACITY: usize = 6;

const EMPTY: usize = 0;
const FULL: usize = 1;
const TAKEN: usize = 2;

struct Slots<T> {
    state: [AtomicUsize; CAPACITY],
    item: [UnsafeCell<Option<T>>; CAPACITY],
    pushed: AtomicUsize,
}

// SAFETY: an item is reached by the one who won its slot only: the pusher before FULL, the taker after TAKEN.
unsafe impl<T: Send> Send for Slots<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Slots<T> {}

impl<T> Slots<T> {
    fn new() -> Self {
        Slots {
            state: std::array::from_fn(|_| AtomicUsize::new(EMPTY)),
            item: std::array::from_fn(|_| UnsafeCell::new(None)),
            pushed: AtomicUsize::new(0),
        }
    }

    fn push(&self, item: T) {
        // ORDERING: Relaxed; it only hands out slots. The store below publishes.
        let slot = self.pushed.fetch_add(1, Relaxed);
        assert!(slot < CAPACITY, "the model's queue is too small");
        // SAFETY: the slot was handed out to us alone, and nobody looks into it before FULL.
        self.item[slot].with_mut(|place| unsafe { *place = Some(item) });
        // ORDERING: Release publishes the item to the exchange in `take`; crossbeam promises the same.
        self.state[slot].store(FULL, Release);
    }

    fn take(&self, slot: usize) -> Steal<T> {
        // ORDERING: Relaxed on failure: nothing is taken then.
        match self.state[slot].compare_exchange(FULL, TAKEN, AcqRel, Relaxed) {
            // SAFETY: the exchange made the slot ours.
            Ok(_) => match self.item[slot].with_mut(|place| unsafe { (*place).take() }) {
                Some(item) => Steal::Success(item),
                None => unreachable!("a full slot has an item"),
            },
            Err(_) => Steal::Retry,
        }
    }

    fn full(&self) -> impl Iterator<Item = usize> + '_ {
        (0..CAPACITY).filter(|&slot| self.state[slot].load(Acquire) == FULL)
    }

    /// The oldest, as thieves take it. In order: an empty slot hides those behind it, as it does in the real queue.
    fn steal(&self) -> Steal<T> {
        for slot in 0..CAPACITY {
            match self.state[slot].load(Acquire) {
                FULL => return self.take(slot),
                EMPTY => return Steal::Empty,
                _ => {}
            }
        }
        Steal::Empty
    }

    fn len(&self) -> usize {
        // ORDERING: Relaxed; crossbeam's own look is no stronger without the caller's fence.
        self.state.iter().filter(|state| state.load(Relaxed) == FULL).count()
    }
}

pub(crate) struct Injector<T>(Slots<T>);

impl<T> Injector<T> {
    pub(crate) fn new() -> Self {
        Injector(Slots::new())
    }

    pub(crate) fn push(&self, item: T) {
        self.0.push(item);
    }

    pub(crate) fn steal(&self) -> Steal<T> {
        self.0.steal()
    }

    pub(crate) fn steal_batch_with_limit_and_pop(&self, _: &Worker<T>, _: usize) -> Steal<T> {
        self.0.steal()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

pub(crate) struct Worker<T> {
    slots: Arc<Slots<T>>,
    newest_first: bool,
}

impl<T> Worker<T> {
    pub(crate) fn new_lifo() -> Self {
        Worker { slots: Arc::new(Slots::new()), newest_first: true }
    }

    pub(crate) fn new_fifo() -> Self {
        Worker { slots: Arc::new(Slots::new()), newest_first: false }
    }

    pub(crate) fn stealer(&self) -> Stealer<T> {
        Stealer(self.slots.clone())
    }

    pub(crate) fn push(&self, item: T) {
        self.slots.push(item);
    }

    pub(crate) fn pop(&self) -> Option<T> {
        let mut full: Vec<usize> = self.slots.full().collect();
        if self.newest_first {
            full.reverse();
        }
        full.into_iter().find_map(|slot| self.slots.take(slot).success())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.len() == 0
    }
}

pub(crate) struct Stealer<T>(Arc<Slots<T>>);

impl<T> Stealer<T> {
    pub(crate) fn steal(&self) -> Steal<T> {
        self.0.steal()
    }

    pub(crate) fn steal_batch_and_pop(&self, _: &Worker<T>) -> Steal<T> {
        self.0.steal()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() == 0
    }
}

impl<T> fmt::Debug for Injector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Injector")
    }
}

impl<T> fmt::Debug for Stealer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stealer")
    }
}
