//! Futures that tell a waiter themselves that they have settled, by observers that cost no allocation each.
//!
//! Each token has a slot, which is an observer: it hangs on the future's state word, and when it is told it becomes a
//! link of the inbox's stack. It cannot be withdrawn. So a waiter that goes may leave some behind, and these are to have
//! their memory until they are told. They are not counted one by one, as that would cost every completion; the waiter says
//! when it goes how many have come back, and marks its inbox closed, and from then on those who are told count
//! themselves out. The last frees the inbox.

use super::cells::Cells;
use super::{ASLEEP, CLOSED, FREE, Inbox, LISTED, Waiter, entry_of, push};
use crate::cell::RawCell;
use crate::observer::{Chain, ErasedOutcome, Node, NodeVTable, Stage};
use crate::waitable::Waitable;
use alloc::sync::Arc;
use core::cell::Cell;
use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr;
use earnest_sync::{
    AtomicUsize,
    Ordering::{AcqRel, Relaxed},
    UnsafeCell, mutant,
};

/// Whoever has futures tell a [`Waiter`]. There is one to a waiter.
pub struct Roll {
    /// The reference that is held for all who count in `left`, and dropped by the last of them.
    inbox: ManuallyDrop<Arc<Inbox>>,
    /// How many slots have been given to futures in all.
    n_listed: usize,
}

/// The slots of one inbox.
pub(super) struct Slots {
    cells: Cells<Slot>,
    /// Who may still use the inbox by its address: the roll as `SHARE`, the waiter as one, and each slot that is, or
    /// was, listed and is not known to have come back.
    left: AtomicUsize,
    /// Brackets the use of slots for the model checker. Nothing at all in other builds.
    access: UnsafeCell<()>,
}

/// What the roll counts as in `left`, less the slots that it has listed: these are fewer, so that nothing ends before
/// the roll has.
const SHARE: usize = usize::MAX / 4;

/// The observer that is the place of one token.
#[repr(C)]
pub(super) struct Slot {
    node: Node,
    inbox: Cell<*const Inbox>,
    /// `FREE`, or its own entry with `HANGS`, or the entry below it on the stack.
    pub(super) link: AtomicUsize,
}

/// Marks the link of a slot that hangs on a future.
const HANGS: usize = 1 << (usize::BITS - 1);

// SAFETY: `node` is the list's, which hands it from thread to thread through the state word (R3). `inbox` is written by
// the roll, of which there is one, while the slot hangs nowhere, and read by whoever is told.
unsafe impl Send for Slot {}
// SAFETY: as above.
unsafe impl Sync for Slot {}

// SAFETY: `access` is no data.
unsafe impl Sync for Slots {}

impl Default for Slot {
    fn default() -> Slot {
        Slot { node: Node::new(&Slot::VTABLE), inbox: Cell::new(ptr::null()), link: AtomicUsize::new(FREE) }
    }
}

impl Slot {
    const VTABLE: NodeVTable = NodeVTable { stage: Stage::Wake, tell: Slot::tell };

    unsafe fn tell(node: *mut Node, _: ErasedOutcome) -> Chain {
        // SAFETY: by `NodeVTable::tell` this is a slot that was listed. It counts in `left` until it is put, or
        // has counted itself out below: until then there is the inbox, which has the slot.
        let slot = unsafe { &*node.cast_const().cast::<Slot>() };
        let inbox = slot.inbox.get();
        // SAFETY: as above.
        let Inbox { newest, slots, .. } = unsafe { &*inbox };
        if let Some(slots) = slots {
            slots.access.with(|_| ());
        }
        // ORDERING: Relaxed, as the state word has handed the slot to this thread.
        let entry = slot.link.load(Relaxed) & !HANGS;
        // Once it is put, the inbox may go any moment, which is not to be before the waiter has been woken.
        let mut kept = None;
        let replaced = push(newest, &slot.link, entry, || {
            // SAFETY: the slot is not put yet. The pointer is that of an `Arc`.
            kept.get_or_insert_with(|| unsafe { another(inbox) });
        });
        match (replaced, kept) {
            (ASLEEP, Some(inbox)) => inbox.wake(),
            // SAFETY: nothing was put, so this one still counts, and does no more.
            (CLOSED, _) => unsafe { let_go(inbox, 1) },
            _ => {}
        }
        Chain::new()
    }
}

/// # Safety
///
/// `inbox` came from an `Arc`, of which there is one left.
unsafe fn another(inbox: *const Inbox) -> Arc<Inbox> {
    // SAFETY: by the caller's promise.
    unsafe { Arc::increment_strong_count(inbox) };
    // SAFETY: this reference has just been made.
    unsafe { Arc::from_raw(inbox) }
}

/// Takes `n` off those who are left. The last drops the reference that was held for all of them.
///
/// # Safety
///
/// They are the caller's to take off, and do not use the inbox afterwards.
unsafe fn let_go(inbox: *const Inbox, n: usize) {
    // SAFETY: they count until they have been taken off here.
    let Some(slots) = (unsafe { &(*inbox).slots }) else { return };
    // ORDERING: Relaxed only as a seeded fault; AcqRel makes what the others did with the inbox happen before it goes.
    let order = if mutant!("let_go_relaxed") { Relaxed } else { AcqRel };
    if slots.left.fetch_sub(n, order) == n {
        slots.access.with_mut(|_| ());
        // SAFETY: the last; this is the reference that the roll was made with.
        drop(unsafe { Arc::from_raw(inbox) });
    }
}

impl Roll {
    fn new(inbox: &Arc<Inbox>) -> Roll {
        Roll { inbox: ManuallyDrop::new(inbox.clone()), n_listed: 0 }
    }

    /// Has `token` handed out by the waiter when `item` settles. `false`: it has settled already, and nothing was
    /// registered.
    ///
    /// An item that is the only handle of its future cannot be withdrawn: it is to be dropped with the waiter at the
    /// latest, unless it has settled.
    ///
    /// # Panics
    ///
    /// If the token was registered before, and has not been handed out since.
    pub fn enlist(&mut self, item: &(impl Waitable + ?Sized), token: usize) -> bool {
        match item.sole() {
            Some(sole) if self.n_listed < SHARE - 1 => self.list(sole.cell(), token),
            _ => {
                self.inbox.admit(token);
                item.watch(&self.inbox, token)
            }
        }
    }

    /// Like `enlist`, for a future that is held by the caller, and cannot be withdrawn either.
    pub(crate) fn list(&mut self, cell: RawCell, token: usize) -> bool {
        if cell.is_visible() {
            return false;
        }
        let Some(Slots { cells, .. }) = &self.inbox.slots else { unreachable!("it has a roll") };
        cells.admit(token);
        let slot = cells.of(token);
        assert!(self.n_listed < SHARE - 1, "more registrations than can be counted");
        // ORDERING: Relaxed; tokens are freed by the waiter's owner alone, who is the one that uses them again.
        assert_eq!(slot.link.load(Relaxed), FREE, "a token that is in use");
        slot.inbox.set(Arc::as_ptr(&self.inbox));
        // ORDERING: Relaxed; the state word hands the slot over.
        slot.link.store(HANGS | entry_of(token) | LISTED, Relaxed);
        let is_listed = cell.push(ptr::from_ref(slot).cast_mut().cast());
        if is_listed {
            self.n_listed += 1;
        } else {
            // ORDERING: Relaxed; only the roll looks at it.
            slot.link.store(FREE, Relaxed);
        }
        is_listed
    }

    /// Whether `waiter`, whose roll this is, has had back what was registered, so that both may serve again.
    pub(crate) fn is_done(&self, waiter: &Waiter) -> bool {
        // One reference is the waiter's, and one that which the roll holds.
        self.n_listed == waiter.n_returned && self.n_listed < SHARE / 2 && waiter.is_unwatched(2)
    }
}

impl Drop for Roll {
    fn drop(&mut self) {
        // SAFETY: the roll's share, but for the slots, which stay.
        unsafe { let_go(Arc::as_ptr(&self.inbox), SHARE - self.n_listed) };
    }
}

impl fmt::Debug for Roll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roll").field("listed", &self.n_listed).finish_non_exhaustive()
    }
}

impl Slots {
    fn new(capacity: usize) -> Slots {
        Slots { cells: Cells::new(capacity), left: AtomicUsize::new(SHARE + 1), access: UnsafeCell::new(()) }
    }

    pub(super) fn of(&self, token: usize) -> &Slot {
        self.cells.of(token)
    }
}

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots").finish_non_exhaustive()
    }
}

impl Waiter {
    /// A waiter with a [`Roll`] of room for tokens below `listed`, and room for other tokens below `others`.
    #[doc(hidden)]
    #[must_use]
    pub fn with_roll(listed: usize, others: usize) -> (Waiter, Roll) {
        let waiter = Waiter::with_slots(others, Some(Slots::new(listed)));
        let roll = Roll::new(waiter.inbox());
        (waiter, roll)
    }
}

/// What is registered then stays until it settles, and is told to nobody.
impl Drop for Waiter {
    fn drop(&mut self) {
        if self.inbox.slots.is_none() {
            return;
        }
        let last = if mutant!("closed_unsaid") { self.take_all() } else { self.close() };
        let untaken = self.taken.iter().chain(&last).filter(|entry| **entry & LISTED != 0).count();
        self.inbox.forget_waker();
        // SAFETY: the waiter itself, and the slots that have come back.
        unsafe { let_go(Arc::as_ptr(&self.inbox), 1 + self.n_returned + untaken) };
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;
    use crate::promise::promise;

    #[test]
    fn two_slots_fit_into_a_cache_line() {
        assert!(size_of::<Slot>() <= 4 * size_of::<usize>());
    }

    #[test]
    fn what_is_listed_keeps_the_inbox_until_it_settles() {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| promise::<u8>()).unzip();
        let (mut waiter, mut roll) = Waiter::with_roll(1, 1);
        let inbox = Arc::downgrade(waiter.inbox());
        assert!((0..).zip(&futures).all(|(token, future)| roll.list(future.consumer.cell(), token)));
        let mut promises = promises.into_iter();
        let mut complete = || promises.next().map(|promise| promise.complete(7));
        complete();
        assert_eq!(waiter.try_next(), Some(0));
        drop((waiter, roll));
        complete();
        assert_eq!(inbox.strong_count(), 1);
        complete();
        assert_eq!(inbox.strong_count(), 0);
    }

    #[test]
    #[should_panic(expected = "a token that is in use")]
    fn a_token_is_not_used_twice_at_a_time() {
        let [(_a, a), (_b, b)] = [(); 2].map(|()| promise::<u8>());
        let (_waiter, mut roll) = Waiter::with_roll(1, 1);
        roll.list(a.consumer.cell(), 0);
        roll.list(b.consumer.cell(), 0);
    }
}
