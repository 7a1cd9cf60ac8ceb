//! What differs from type to type among cells: what is in the slot, and what is done with it.

use crate::cell::{Header, RawCell};
use crate::context::TaskContext;
use crate::error::Error;
use crate::panic::{Panic, Payload, drop_caught};
use crate::state::{Outcome, View};
use crate::terms::Terms;
use alloc::boxed::Box;
use core::mem::{ManuallyDrop, needs_drop, offset_of};
use core::panic::Location;
use core::ptr::NonNull;
use earnest_sync::catch_unwind;

#[repr(C)]
struct Cell<F, T> {
    header: Header,
    slot: Slot<F, T>,
}

union Slot<F, T> {
    closure: ManuallyDrop<F>,
    value: ManuallyDrop<T>,
    error: ManuallyDrop<Box<Error>>,
    empty: (),
}

/// What differs from type to type. All functions take the cell, and are called in the order of the life of a task.
pub(crate) struct VTable {
    pub(crate) slot_offset: usize,
    /// Whether there is a closure, and so somebody else than the producer may have started it.
    pub(crate) is_task: bool,
    /// Runs the closure and leaves what it came to in the slot. The caller has won `start` (R1).
    pub(crate) call: unsafe fn(RawCell) -> Outcome,
    /// Drops the closure. The caller has claimed the task (R1).
    pub(crate) drop_closure: unsafe fn(RawCell),
    /// Drops the value, if that takes anything. The caller owns the slot (R2).
    pub(crate) drop_value: Option<unsafe fn(RawCell)>,
    /// Frees the memory, and looks at nothing in the slot. The caller was the last (R4).
    pub(crate) dealloc: unsafe fn(RawCell),
}

impl<F: FnOnce() -> T, T> Cell<F, T> {
    const TASK: VTable =
        VTable { is_task: true, call: Self::call, drop_closure: Self::drop_closure, ..Self::PROMISE };

    unsafe fn call(cell: RawCell) -> Outcome {
        // SAFETY: the slot holds the closure, and is ours until the outcome is published (R1).
        let closure = unsafe { cell.read::<F>() };
        let result = catch_unwind(closure);
        // SAFETY: as above; the closure has been moved out.
        unsafe { Self::returned(cell, result) }
    }
}

impl<F: FnOnce(&TaskContext<'_>) -> T, T> Cell<F, T> {
    /// A task that was submitted with options, and is told of them.
    const TASK_IN_CONTEXT: VTable = VTable {
        is_task: true,
        call: Self::call_in_context,
        drop_closure: Self::drop_closure,
        ..Self::PROMISE
    };

    unsafe fn call_in_context(cell: RawCell) -> Outcome {
        // SAFETY: the slot holds the closure, and is ours until the outcome is published (R1).
        let closure = unsafe { cell.read::<F>() };
        let side = cell.side();
        let Some(terms) = side.terms() else { unreachable!("they are set where the task is made") };
        if let Some(dismissed) = terms.dismissal() {
            drop_caught(closure, "the destructor of a task that was dismissed");
            return dismissed;
        }
        terms.begins();
        match catch_unwind(|| closure(&TaskContext::new(side, terms))) {
            Ok(value) if terms.is_too_late() => {
                drop_caught(value, "the destructor of a value that came too late");
                Outcome::DeadlineExceeded
            }
            // SAFETY: as above; the closure has been moved out.
            result => unsafe { Self::returned(cell, result) },
        }
    }
}

impl<F, T> Cell<F, T> {
    /// A cell without a closure: a promise.
    const PROMISE: VTable = VTable {
        slot_offset: offset_of!(Self, slot),
        is_task: false,
        call: |_| unreachable!("a promise is not run"),
        drop_closure: |_| {},
        drop_value: if needs_drop::<T>() { Some(Self::drop_value) } else { None },
        dealloc: Self::dealloc,
    };

    /// Leaves what the closure came to in the slot.
    ///
    /// # Safety
    ///
    /// The slot is the caller's (R1), and empty.
    unsafe fn returned(cell: RawCell, result: Result<T, Payload>) -> Outcome {
        match result {
            Ok(value) => {
                // SAFETY: by the caller's promise.
                unsafe { cell.write::<T>(value) };
                Outcome::Value
            }
            Err(payload) => {
                let name = cell.terms().and_then(|terms| terms.name.as_deref());
                let panic = Panic::new(payload, cell.header().location).of_task(name);
                // SAFETY: by the caller's promise.
                unsafe { cell.write_error(Error::Panicked(panic)) }
            }
        }
    }

    unsafe fn drop_closure(cell: RawCell) {
        // SAFETY: the slot holds the closure, and the caller has claimed the task (R1).
        let closure = unsafe { cell.read::<F>() };
        drop_caught(closure, "the destructor of a task that was dismissed");
    }

    unsafe fn drop_value(cell: RawCell) {
        // SAFETY: the slot holds the value, and is the caller's (R2).
        drop(unsafe { cell.read::<T>() });
    }

    unsafe fn dealloc(cell: RawCell) {
        // SAFETY: allocated by `allocate` as this type; the caller is the last to know the cell. Nothing in it has
        // drop glue but the header, which does not include the slot.
        drop(unsafe { Box::from_raw(cell.as_ptr().cast::<Self>()) });
    }

    fn allocate(
        vtable: &'static VTable,
        view: View,
        slot: Slot<F, T>,
        location: &'static Location<'static>,
    ) -> RawCell {
        let header = Header::new(vtable, view, location);
        RawCell::new(NonNull::from(Box::leak(Box::new(Self { header, slot }))).cast())
    }
}

impl RawCell {
    /// A pending cell for a closure.
    pub(crate) fn task<F, T>(closure: F, location: &'static Location<'static>) -> RawCell
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        let slot = Slot { closure: ManuallyDrop::new(closure) };
        Cell::<F, T>::allocate(const { &Cell::<F, T>::TASK }, View::PENDING, slot, location)
    }

    /// A pending cell for a closure that is told what it was submitted with.
    pub(crate) fn task_in_context<F, T>(
        closure: F,
        terms: Terms,
        location: &'static Location<'static>,
    ) -> RawCell
    where
        F: FnOnce(&TaskContext<'_>) -> T + Send + 'static,
        T: Send + 'static,
    {
        let slot = Slot { closure: ManuallyDrop::new(closure) };
        let vtable = const { &Cell::<F, T>::TASK_IN_CONTEXT };
        let cell = Cell::<F, T>::allocate(vtable, View::PENDING, slot, location);
        cell.side().set_terms(terms);
        cell
    }

    /// A pending cell without a closure.
    pub(crate) fn promise<T>(location: &'static Location<'static>) -> RawCell {
        let slot = Slot { empty: () };
        Cell::<(), T>::allocate(const { &Cell::<(), T>::PROMISE }, View::PENDING, slot, location)
    }

    /// A cell that is settled from the start, and has a consumer only.
    pub(crate) fn settled<T>(result: Result<T, Error>, location: &'static Location<'static>) -> RawCell {
        let (slot, outcome) = match result {
            Ok(value) => (Slot { value: ManuallyDrop::new(value) }, Outcome::Value),
            Err(error) => (Slot { error: ManuallyDrop::new(Box::new(error)) }, Outcome::Error),
        };
        let view = View::settled(outcome, false, false, 0);
        Cell::<(), T>::allocate(const { &Cell::<(), T>::PROMISE }, view, slot, location)
    }
}
