//! Stand-ins for crossbeam's queues in models: atomics only, and no ordering that crossbeam does not promise.
//!
//! A push publishes with Release, taking is a compare-exchange, looking whether a queue is empty is Relaxed. A queue
//! behind a mutex would add orderings of its own, and hide a missing fence. All of them are first in, first out: no
//! protocol of the pool depends on which task comes first.

use super::{Steal, until_settled};
use core::cell::Cell;
use core::fmt;
use earnest_sync::{
    AtomicBool, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    UnsafeCell, thread,
};
use std::sync::Arc;

/// How many pushes a queue takes in one execution. Slots are not used twice.
const CAPACITY: usize = 3;

struct Slots<T> {
    /// How many have been handed out to pushers.
    tail: AtomicUsize,
    /// How many have been taken.
    head: AtomicUsize,
    full: [AtomicBool; CAPACITY],
    item: [UnsafeCell<Option<T>>; CAPACITY],
}

// SAFETY: an item is reached by its pusher before the slot is full, and by the one who moved the head past it after.
unsafe impl<T: Send> Send for Slots<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Slots<T> {}

impl<T> Slots<T> {
    fn new() -> Self {
        Slots {
            tail: AtomicUsize::new(0),
            head: AtomicUsize::new(0),
            full: std::array::from_fn(|_| AtomicBool::new(false)),
            item: std::array::from_fn(|_| UnsafeCell::new(None)),
        }
    }

    fn push(&self, item: T) {
        // ORDERING: Relaxed; it only hands out slots. The store below publishes.
        let slot = self.tail.fetch_add(1, Relaxed);
        assert!(slot < CAPACITY, "the model's queue is too small");
        // SAFETY: the slot was handed out to us alone, and nobody looks into it before it is full.
        self.item[slot].with_mut(|place| unsafe { *place = Some(item) });
        // ORDERING: Release publishes the item to the load in `steal`; crossbeam promises the same.
        self.full[slot].store(true, Release);
    }

    fn steal(&self) -> Steal<T> {
        let slot = self.head.load(Acquire);
        if slot >= CAPACITY || !self.full[slot].load(Acquire) {
            return Steal::Empty;
        }
        // ORDERING: Relaxed on failure: nothing is taken then.
        if self.head.compare_exchange(slot, slot + 1, AcqRel, Relaxed).is_err() {
            return Steal::Retry;
        }
        // SAFETY: the exchange made the slot ours.
        match self.item[slot].with_mut(|place| unsafe { (*place).take() }) {
            Some(item) => Steal::Success(item),
            None => unreachable!("a full slot has an item"),
        }
    }

    fn is_empty(&self) -> bool {
        // ORDERING: Relaxed; crossbeam's own look is no stronger without the caller's fence.
        let slot = self.head.load(Relaxed);
        slot >= CAPACITY || !self.full[slot].load(Relaxed)
    }

    fn len(&self) -> usize {
        // ORDERING: Relaxed, as above.
        self.tail.load(Relaxed).saturating_sub(self.head.load(Relaxed))
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

    pub(crate) fn take(&self, _limit: usize, _rest: impl FnMut(T)) -> Option<T> {
        let taken = until_settled(|| self.0.steal());
        if taken.is_none() && !self.is_empty() {
            // Whoever takes now and then will not go on before the pusher does.
            thread::yield_now();
        }
        taken
    }

    /// Also false where a pusher has its slot, and has not filled it: then nothing can be taken.
    pub(crate) fn is_empty(&self) -> bool {
        let tail = self.0.tail.load(Acquire);
        self.0.head.load(Acquire) == tail
    }

    pub(crate) fn count(&self, limit: usize) -> usize {
        self.0.len().min(limit)
    }
}

pub(crate) struct Worker<T> {
    slots: Arc<Slots<T>>,
    /// An owner that has pushed nothing knows that there is nothing, without a step of the model.
    pushed: Cell<bool>,
}

impl<T> Worker<T> {
    pub(crate) fn new_lifo() -> Self {
        Worker { slots: Arc::new(Slots::new()), pushed: Cell::new(false) }
    }

    pub(crate) fn new_fifo() -> Self {
        Self::new_lifo()
    }

    pub(crate) fn stealer(&self) -> Stealer<T> {
        Stealer(self.slots.clone())
    }

    pub(crate) fn push(&self, item: T) {
        self.pushed.set(true);
        self.slots.push(item);
    }

    pub(crate) fn pop(&self) -> Option<T> {
        while self.pushed.get() {
            match self.slots.steal() {
                Steal::Success(item) => return Some(item),
                Steal::Empty => return None,
                Steal::Retry => {}
            }
        }
        None
    }

    pub(crate) fn len(&self) -> usize {
        if self.pushed.get() { self.slots.len() } else { 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.pushed.get() || self.slots.is_empty()
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
        self.0.is_empty()
    }
}

/// Names only: to look at the contents would be a step of the model.
macro_rules! opaque {
    ($($name:ident)*) => {$(
        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}
opaque! { Injector Worker Stealer }
