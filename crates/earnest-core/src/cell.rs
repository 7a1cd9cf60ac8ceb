//! The one allocation behind a future: state word, closure, outcome.
//!
//! Three kinds of parties hold it. A [`Producer`](crate::producer::Producer) brings the outcome about,
//! a [`Consumer`](crate::consumer::Consumer) receives it, a
//! [`Link`](crate::link::Link) can cancel and nothing else. Each is one pointer to the same cell, each lets go when
//! dropped, and the last one frees it. There is no reference count: who is left is part of the state word. The rules R1
//! to R4 stand in [`state`](crate::state).
//!
//! The slot is shared by the closure, then the value or the error: a task costs one allocation, and a result no larger
//! than its closure costs no further memory.

use crate::closure::VTable;
use crate::error::{Error, dismissal};
use crate::observer::{Chain, ErasedOutcome, Node, Stage};
use crate::owner::OwnedBy;
use crate::settle::told_of;
use crate::side::Side;
use crate::state::{Outcome, Party, View, Word};
use crate::terms::Terms;
use alloc::boxed::Box;
use core::panic::Location;
use core::ptr::{self, NonNull};
use earnest_sync::Ordering::{AcqRel, Acquire, Relaxed};
use earnest_sync::{Arc, AtomicPtr, UnsafeCell};

/// What every cell begins with, whatever its types.
#[repr(C)]
pub(crate) struct Header {
    pub(crate) vtable: &'static VTable,
    pub(crate) word: Word,
    /// The side box, or null; one reference of its own.
    side: AtomicPtr<Side>,
    pub(crate) location: &'static Location<'static>,
    /// Whose task it is.
    pub(crate) owner: OwnedBy,
    /// Brackets each access to the slot for the model checker. Nothing at all in other builds.
    slot_access: UnsafeCell<()>,
}

impl Header {
    pub(crate) fn new(vtable: &'static VTable, view: View, location: &'static Location<'static>) -> Header {
        Header {
            vtable,
            word: Word::new(view),
            side: AtomicPtr::new(ptr::null_mut()),
            location,
            owner: OwnedBy::nobody(),
            slot_access: UnsafeCell::new(()),
        }
    }

    /// Whether it is a task that might still be queued by somebody.
    pub(crate) fn is_unqueued(&self) -> bool {
        self.vtable.is_task && self.owner.get().is_none() && self.word.load().is_pending()
    }
}

/// A cell, its types forgotten. Copies of it hold nothing: who may use one is up to the parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawCell(NonNull<Header>);

impl RawCell {
    /// The cell that begins there.
    pub(crate) fn new(header: NonNull<Header>) -> RawCell {
        RawCell(header)
    }

    /// Where it begins. The pointer spans all of it.
    pub(crate) fn as_ptr(self) -> *mut Header {
        self.0.as_ptr()
    }

    /// A number that tells this cell from all others that exist at the same time.
    pub(crate) fn address(self) -> usize {
        self.0.addr().get()
    }

    /// The cell as one pointer.
    pub(crate) fn into_thin(self) -> NonNull<()> {
        self.0.cast()
    }

    /// # Safety
    ///
    /// `thin` came from `into_thin`.
    pub(crate) unsafe fn from_thin(thin: NonNull<()>) -> RawCell {
        RawCell(thin.cast())
    }

    /// Valid while the party that `self` came from has not let go.
    pub(crate) fn header<'a>(self) -> &'a Header {
        // SAFETY: parties hold the cell alive (R4), and the header is only ever shared.
        unsafe { self.0.as_ref() }
    }

    fn slot<V>(self) -> *mut V {
        let offset = self.header().vtable.slot_offset;
        // SAFETY: the offset lies within the allocation, which the pointer's provenance spans.
        unsafe { self.0.as_ptr().byte_add(offset).cast() }
    }

    /// Moves a `V` out of the slot.
    ///
    /// # Safety
    ///
    /// The slot holds a `V`, is the caller's by R1 or R2, and counts as empty afterwards.
    pub(crate) unsafe fn read<V>(self) -> V {
        // SAFETY: by the caller's promise.
        self.header().slot_access.with_mut(|_| unsafe { self.slot::<V>().read() })
    }

    /// Puts `value` into the slot.
    ///
    /// # Safety
    ///
    /// The slot is empty, is the caller's by R1, and `V` is one of the types that it is made for.
    pub(crate) unsafe fn write<V>(self, value: V) {
        // SAFETY: by the caller's promise.
        self.header().slot_access.with_mut(|_| unsafe { self.slot::<V>().write(value) });
    }

    /// The value in the slot.
    ///
    /// # Safety
    ///
    /// The slot holds a `V`, and nobody writes it during `'a`, by R1 or R2.
    unsafe fn borrow<'a, V>(self) -> &'a V {
        // SAFETY: by the caller's promise.
        self.header().slot_access.with(|_| unsafe { &*self.slot::<V>() })
    }

    /// # Safety
    ///
    /// The slot is the caller's, and empty.
    pub(crate) unsafe fn write_error(self, error: Error) -> Outcome {
        let error = Box::new(error);
        // SAFETY: the slot is at least a pointer wide and aligned as one: `error` is one of the union's fields.
        unsafe { self.write::<Box<Error>>(error) };
        Outcome::Error
    }

    /// # Safety
    ///
    /// `outcome` is what the slot holds, and nobody writes it during the use of what is returned.
    pub(crate) unsafe fn erased(self, outcome: Outcome) -> ErasedOutcome {
        let mut erased = ErasedOutcome::NONE;
        match dismissal(outcome) {
            Some(error) => erased.error = error,
            None if outcome == Outcome::Value => erased.value = self.slot(),
            // SAFETY: the slot holds the boxed error by the caller's promise.
            None => erased.error = &raw const **unsafe { self.borrow::<Box<Error>>() },
        }
        erased
    }

    /// The outcome by reference.
    ///
    /// # Safety
    ///
    /// As for `erased`; the cell is for a `T`, or `outcome` is not a value.
    pub(crate) unsafe fn outcome<'a, T>(self, outcome: Outcome) -> Result<&'a T, &'a Error> {
        // SAFETY: by the caller's promise.
        let erased = unsafe { self.erased(outcome) };
        // SAFETY: `erased` has set exactly one pointer, and it is valid by the caller's promise.
        unsafe { erased.typed() }
    }

    /// # Safety
    ///
    /// `outcome` is what the slot holds, and the slot is the caller's (R2).
    pub(crate) unsafe fn drop_outcome(self, outcome: Outcome) {
        match outcome {
            Outcome::Value => {
                if let Some(drop_value) = self.header().vtable.drop_value {
                    // SAFETY: the slot holds a value, and is the caller's.
                    unsafe { drop_value(self) }
                }
            }
            // SAFETY: the slot holds an error, and is the caller's.
            Outcome::Error => drop(unsafe { self.read::<Box<Error>>() }),
            _ => {}
        }
    }

    /// Frees the cell.
    ///
    /// # Safety
    ///
    /// The caller was the last party (R4); the outcome is taken, dropped, or needs neither.
    #[inline]
    pub(crate) unsafe fn free(self) {
        let header = self.header();
        // ORDERING: Relaxed; whoever made the side box was a party then, or had the graph's lock, which a party took afterwards;
        // and the last party comes after all others (R4).
        let side = header.side.load(Relaxed);
        if !side.is_null() {
            // SAFETY: the pointer came from `Arc::into_raw` in `side`, and this is the cell's reference.
            drop(unsafe { Arc::from_raw(side) });
        }
        // SAFETY: the caller was the last.
        unsafe { (header.vtable.dealloc)(self) };
    }

    /// `party` lets go of a settled cell.
    pub(crate) fn release(self, party: Party) {
        if self.header().word.release(party) {
            // SAFETY: the word says that nobody else is left.
            unsafe { self.free() };
        }
    }

    /// Puts an observer, which is the caller's, on the list. `false`: it has come too late, and is the caller's still.
    #[must_use = "one that has come too late is not told"]
    pub(crate) fn push(self, node: *mut Node) -> bool {
        // SAFETY: until the push succeeds the node is this thread's; each try writes it before publishing it.
        self.header().word.push(node, |newest| unsafe { (*node).next.set(newest) })
    }

    /// Registers an observer. One that comes too late is told at once.
    pub(crate) fn observe(self, node: *mut Node) {
        self.observe_chained(node).tell_all();
    }

    /// Like `observe`, and leaves to the caller what follows from it.
    pub(crate) fn observe_chained(self, node: *mut Node) -> Chain {
        if self.push(node) {
            return Chain::new();
        }
        let seen = self.header().word.load();
        // SAFETY: the push was refused, so the node is still this thread's.
        let vtable = unsafe { (*node).vtable };
        let outcome = match seen.outcome() {
            // Others than the consumer bring these, who may empty the slot just now.
            outcome if !vtable.stage.sees_outcome() => told_of(outcome),
            Outcome::Value | Outcome::Error if seen.is_taken() => ErasedOutcome::taken(),
            // SAFETY: settled, and the slot is not empty. Who brings observers of these stages is the consumer, who alone
            // empties it, or a producer whose future another has dismissed, which leaves nothing in the slot.
            outcome => unsafe { self.erased(outcome) },
        };
        if vtable.stage == Stage::Callback && seen.outcome().is_failure() {
            self.header().word.mark_seen();
        }
        // SAFETY: for the same reason it is told here and nowhere else.
        unsafe { (vtable.tell)(node, outcome) }
    }

    /// The side box, if there is one.
    pub(crate) fn side_if_made<'a>(self) -> Option<&'a Side> {
        let side = self.header().side.load(Acquire);
        // SAFETY: null, or a pointer that the cell holds a reference to for as long as it exists.
        unsafe { side.as_ref() }
    }

    /// What the task was submitted with, if anything.
    pub(crate) fn terms<'a>(self) -> Option<&'a Terms> {
        self.side_if_made().and_then(Side::terms)
    }

    /// The side box, made now if need be.
    pub(crate) fn side<'a>(self) -> &'a Side {
        let place = &self.header().side;
        let mut side = place.load(Acquire);
        if side.is_null() {
            let fresh = Side::new();
            let node = Side::node_of(fresh.clone());
            let cell_reference = Arc::into_raw(fresh).cast_mut();
            match place.compare_exchange(ptr::null_mut(), cell_reference, AcqRel, Acquire) {
                Ok(_) => {
                    side = cell_reference;
                    self.observe(node);
                }
                Err(first) => {
                    side = first;
                    // SAFETY: both came from `into_raw`, and neither reference has been given to anyone.
                    drop(unsafe { Arc::from_raw(cell_reference) });
                    // SAFETY: as above; a node of the side box is a pointer to the box.
                    drop(unsafe { Arc::from_raw(node.cast::<Side>()) });
                }
            }
        }
        // SAFETY: the cell holds a reference for as long as it exists.
        unsafe { &*side }
    }
}
