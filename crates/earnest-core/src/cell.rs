//! The one allocation behind a future: state word, closure, outcome; and the parties that hold it.
//!
//! A [`Producer`] brings the outcome about, a [`Consumer`] receives it, a [`Link`] can cancel and nothing else. Each is
//! one pointer to the same cell, each lets go when dropped, and the last one frees it. There is no reference count:
//! who is left is part of the state word. The rules R1 to R4 stand in [`state`](crate::state).
//!
//! The slot is shared by the closure, then the value or the error: a task costs one allocation, and a result no larger
//! than its closure costs no further memory.

use crate::error::{Broken, Error};
use crate::observer::{Chain, ErasedOutcome, Node, NodeVTable, Stage, callback, in_registration_order};
use crate::panic::{Panic, drop_caught, run_caught};
use crate::side::Side;
use crate::state::{Outcome, Party, View, Word};
use crate::waiter::{Waiter, spin_until, with_single};
use core::cell::RefCell;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, offset_of};
use core::panic::Location;
use core::ptr::{self, NonNull};
use earnest_sync::{
    AtomicPtr,
    Ordering::{AcqRel, Acquire},
    UnsafeCell, mutant,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

/// What every cell begins with, whatever its types.
#[repr(C)]
struct Header {
    vtable: &'static VTable,
    word: Word,
    /// The side box, or null; one reference of its own.
    side: AtomicPtr<Side>,
    location: &'static Location<'static>,
    /// Brackets each access to the slot for the model checker. Nothing at all in other builds.
    slot_access: UnsafeCell<()>,
}

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
struct VTable {
    slot_offset: usize,
    /// Runs the closure and leaves what it came to in the slot. The caller has won `start` (R1).
    call: unsafe fn(RawCell) -> Outcome,
    /// Drops the closure. The caller has claimed the task (R1).
    drop_closure: unsafe fn(RawCell),
    /// Drops the value. The caller owns the slot (R2).
    drop_value: unsafe fn(RawCell),
    /// Frees the memory, and looks at nothing in the slot. The caller was the last (R4).
    dealloc: unsafe fn(RawCell),
}

impl<F: FnOnce() -> T, T> Cell<F, T> {
    const TASK: VTable = VTable {
        slot_offset: offset_of!(Self, slot),
        call: Self::call,
        drop_closure: Self::drop_closure,
        drop_value: Self::drop_value,
        dealloc: Self::dealloc,
    };

    unsafe fn call(cell: RawCell) -> Outcome {
        // SAFETY: the slot holds the closure, and is ours until the outcome is published (R1).
        let closure = unsafe { cell.slot_mut(|slot| slot.cast::<F>().read()) };
        match catch_unwind(AssertUnwindSafe(closure)) {
            Ok(value) => {
                // SAFETY: as above; the closure has been moved out.
                unsafe { cell.slot_mut(|slot| slot.cast::<T>().write(value)) };
                Outcome::Value
            }
            Err(payload) => {
                let panic = Panic::new(payload, cell.header().location);
                // SAFETY: as above.
                unsafe { cell.write_error(Error::Panicked(panic)) }
            }
        }
    }

    unsafe fn drop_closure(cell: RawCell) {
        // SAFETY: the slot holds the closure, and the caller has claimed the task (R1).
        let closure = unsafe { cell.slot_mut(|slot| slot.cast::<F>().read()) };
        drop_caught(closure, "the destructor of a task that was dismissed");
    }
}

impl<F, T> Cell<F, T> {
    /// A cell without a closure: a promise.
    const PROMISE: VTable = VTable {
        slot_offset: offset_of!(Self, slot),
        call: |_| unreachable!("a promise is not run"),
        drop_closure: |_| {},
        drop_value: Self::drop_value,
        dealloc: Self::dealloc,
    };

    unsafe fn drop_value(cell: RawCell) {
        // SAFETY: the slot holds the value, and is the caller's (R2).
        drop(unsafe { cell.slot_mut(|slot| slot.cast::<T>().read()) });
    }

    unsafe fn dealloc(cell: RawCell) {
        // SAFETY: allocated by `allocate` as this type; the caller is the last to know the cell. Nothing in it has
        // drop glue but the header, which does not include the slot.
        drop(unsafe { Box::from_raw(cell.0.as_ptr().cast::<Self>()) });
    }

    fn allocate(
        vtable: &'static VTable,
        view: View,
        slot: Slot<F, T>,
        location: &'static Location<'static>,
    ) -> RawCell {
        let header = Header {
            vtable,
            word: Word::new(view),
            side: AtomicPtr::new(ptr::null_mut()),
            location,
            slot_access: UnsafeCell::new(()),
        };
        RawCell(NonNull::from(Box::leak(Box::new(Self { header, slot }))).cast())
    }
}

/// A cell, its types forgotten. Copies of it hold nothing: who may use one is up to the parties below.
#[derive(Clone, Copy, PartialEq, Eq)]
struct RawCell(NonNull<Header>);

impl RawCell {
    /// Valid while the party that `self` came from has not let go.
    fn header<'a>(self) -> &'a Header {
        // SAFETY: parties hold the cell alive (R4), and the header is only ever shared.
        unsafe { self.0.as_ref() }
    }

    /// # Safety
    ///
    /// The slot is the caller's, by R1 or R2, and `f` accesses it accordingly.
    unsafe fn slot_mut<R>(self, f: impl FnOnce(*mut u8) -> R) -> R {
        // SAFETY: the offset lies within the allocation, which the pointer's provenance spans.
        let slot = unsafe { self.0.as_ptr().cast::<u8>().add(self.header().vtable.slot_offset) };
        self.header().slot_access.with_mut(|_| f(slot))
    }

    /// # Safety
    ///
    /// Nobody writes the slot while `f` reads it, by R1 or R2.
    unsafe fn slot<R>(self, f: impl FnOnce(*const u8) -> R) -> R {
        // SAFETY: as in `slot_mut`.
        let slot = unsafe { self.0.as_ptr().cast::<u8>().add(self.header().vtable.slot_offset) };
        self.header().slot_access.with(|_| f(slot))
    }

    /// # Safety
    ///
    /// The slot is the caller's, and empty.
    unsafe fn write_error(self, error: Error) -> Outcome {
        let error = Box::new(error);
        // SAFETY: the slot is at least a pointer wide and aligned as one: `error` is one of the union's fields.
        unsafe { self.slot_mut(|slot| slot.cast::<Box<Error>>().write(error)) };
        Outcome::Error
    }

    /// # Safety
    ///
    /// `outcome` is what the slot holds, and nobody writes it during the use of what is returned.
    unsafe fn erased(self, outcome: Outcome) -> ErasedOutcome {
        let mut erased = ErasedOutcome::NONE;
        match dismissal(outcome) {
            Some(error) => erased.error = error,
            // SAFETY: the slot holds the value by the caller's promise.
            None if outcome == Outcome::Value => erased.value = unsafe { self.slot(|slot| slot.cast()) },
            // SAFETY: the slot holds the boxed error by the caller's promise.
            None => erased.error = unsafe { self.slot(|slot| &raw const **slot.cast::<Box<Error>>()) },
        }
        erased
    }

    /// # Safety
    ///
    /// `outcome` is what the slot holds, and the slot is the caller's (R2).
    unsafe fn drop_outcome(self, outcome: Outcome) {
        match outcome {
            // SAFETY: the slot holds a value, and is the caller's.
            Outcome::Value => unsafe { (self.header().vtable.drop_value)(self) },
            // SAFETY: the slot holds an error, and is the caller's.
            Outcome::Error => drop(unsafe { self.slot_mut(|slot| slot.cast::<Box<Error>>().read()) }),
            _ => {}
        }
    }

    /// Frees the cell.
    ///
    /// # Safety
    ///
    /// The caller was the last party (R4), and the outcome is taken, dropped, or needs neither.
    unsafe fn free(self) {
        let header = self.header();
        let side = header.side.load(Acquire);
        if !side.is_null() {
            // SAFETY: the pointer came from `Arc::into_raw` in `side`, and this is the cell's reference.
            drop(unsafe { Arc::from_raw(side) });
        }
        // SAFETY: the caller was the last.
        unsafe { (header.vtable.dealloc)(self) };
    }

    /// `party` lets go of a settled cell.
    fn release(self, party: Party) {
        if self.header().word.release(party) {
            // SAFETY: the word says that nobody else is left.
            unsafe { self.free() };
        }
    }

    /// Registers an observer. One that comes too late is told at once.
    fn observe(self, node: *mut Node) {
        // SAFETY: until the push succeeds the node is this thread's; each try writes it before publishing it.
        let link = |newest| unsafe { (*node).next = newest };
        if self.header().word.push(node, link) {
            return;
        }
        let outcome = self.header().word.load().outcome();
        // SAFETY: settled, and only the consumer, or a producer whose future is not settled, brings observers.
        let outcome = unsafe { self.erased(outcome) };
        // SAFETY: the push was refused, so the node is told here and nowhere else.
        unsafe { ((*node).vtable.tell)(node, outcome) };
    }

    /// The side box, made now if need be.
    fn side<'a>(self) -> &'a Side {
        let place = &self.header().side;
        let mut side = place.load(Acquire);
        if side.is_null() {
            let fresh = Side::new();
            let node = fresh.clone().into_node();
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

    /// Pending to settled as cancelled, with all that belongs to it. Says whether the future is cancelled now.
    fn cancel(self) -> bool {
        match self.header().word.cancel() {
            Ok(()) => {
                // SAFETY: the task is claimed (R1).
                unsafe { (self.header().vtable.drop_closure)(self) };
                // SAFETY: this thread made the transition, and the slot is empty.
                unsafe { self.settle(Outcome::Cancelled, Settler::Other) };
                true
            }
            Err(seen) => seen.is_cancelled(),
        }
    }

    /// Done to settled: runs the callbacks, publishes the outcome, wakes who waits, and lets the settler go.
    ///
    /// # Safety
    ///
    /// The caller made the transition to Settling or Cancelling, and the slot holds what `outcome` says.
    unsafe fn settle(self, mut outcome: Outcome, settler: Settler) {
        let word = &self.header().word;
        let mut later = Chain::new();
        let mut links = 0;
        let mut seen = word.load();
        loop {
            if !seen.newest().is_null() && !mutant!("publish_over_observers") {
                match word.take_observers(seen) {
                    // SAFETY: the observers are ours (R3); the slot is as the caller says, and stays so.
                    Ok(newest) => links += unsafe { self.run_callbacks(newest, outcome, &mut later) },
                    Err(actual) => {
                        seen = actual;
                        continue;
                    }
                }
                seen = word.load();
                continue;
            }
            if seen.is_detached() && matches!(outcome, Outcome::Value | Outcome::Error) {
                // Nobody will take it: the settler drops it in the consumer's stead, before others are let in (R2).
                // SAFETY: the slot holds `outcome`, and is ours as the consumer is gone.
                run_caught("the destructor of an outcome that nobody took", || unsafe { self.drop_unseen(outcome) });
                outcome = Outcome::Taken;
            }
            let held = settler == Settler::Other && !seen.is_released();
            let settled = View::settled(outcome, held, seen.is_detached(), links);
            if settled.nobody_left() {
                // SAFETY: no party is left but the settler, and the outcome has been dropped.
                unsafe { self.free() };
                break;
            }
            match word.publish(seen, settled) {
                Ok(()) => break,
                Err(actual) => seen = actual,
            }
        }
        // The cell may be gone from here on: what is told now owns its memory.
        // SAFETY: callbacks were not put there.
        unsafe { later.tell_all() };
    }

    /// Tells the callbacks of one list, puts the other observers aside, and counts the links among them.
    ///
    /// # Safety
    ///
    /// As for `settle`; the list was just taken off the word.
    unsafe fn run_callbacks(self, newest: *mut Node, outcome: Outcome, later: &mut Chain) -> usize {
        // SAFETY: the slot holds `outcome`; the settler does not write it while callbacks run.
        let erased = unsafe { self.erased(outcome) };
        let _settling = Settling::here(self, outcome);
        let mut links = 0;
        // SAFETY: the list is ours.
        let mut node = if mutant!("callbacks_reversed") { newest } else { unsafe { in_registration_order(newest) } };
        while !node.is_null() {
            // SAFETY: the list is ours; `next` is read before the node goes.
            let (next, vtable) = unsafe { ((*node).next, (*node).vtable) };
            links += usize::from(vtable.stage == Stage::Link);
            if vtable.stage == Stage::Callback {
                // SAFETY: each node is told once, by its own vtable, with the outcome of its cell.
                unsafe { (vtable.tell)(node, erased) };
            } else {
                // SAFETY: the node is ours, and no longer in the list we walk.
                unsafe { later.push(node) };
            }
            node = next;
        }
        links
    }

    /// Drops an outcome that nobody will see, and reports it if it is a panic: that must not be lost.
    ///
    /// # Safety
    ///
    /// As for `drop_outcome`.
    unsafe fn drop_unseen(self, outcome: Outcome) {
        if outcome == Outcome::Error {
            // SAFETY: the slot holds an error, as `outcome` says.
            let error = unsafe { &*self.erased(outcome).error };
            if let Error::Panicked(panic) = error {
                tracing::error!(target: "earnest", %panic, "nobody took the outcome of a task: {panic}");
            }
        }
        // SAFETY: by the caller's promise.
        unsafe { self.drop_outcome(outcome) };
    }

    /// The outcome, if others may look at it: it is settled, or this very thread is running its callbacks.
    ///
    /// # Safety
    ///
    /// The caller is the consumer, and keeps the outcome where it is during `'a`.
    unsafe fn peek<'a, T>(self) -> Option<Result<&'a T, &'a Error>> {
        let seen = self.header().word.load();
        let outcome = if seen.is_settled() { seen.outcome() } else { Settling::outcome_of(self)? };
        if outcome == Outcome::Taken {
            return Some(Err(&Error::Taken));
        }
        // SAFETY: the slot is the consumer's (R2), or its owner is below us on this thread's stack and only reads.
        Some(unsafe { self.erased(outcome).typed::<T>() })
    }
}

/// Who settles, and so which parties go on holding the cell afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settler {
    /// The producer itself, which lets go by settling.
    Producer,
    /// Another; the producer still has its reference, unless it has said otherwise.
    Other,
}

/// The error of a future that was dismissed without further data.
fn dismissal(outcome: Outcome) -> Option<&'static Error> {
    match outcome {
        Outcome::Value | Outcome::Error => None,
        Outcome::Cancelled => Some(&Error::Cancelled),
        Outcome::Abandoned => Some(&Error::Abandoned),
        Outcome::Rejected => Some(&Error::Rejected),
        Outcome::DeadlineExceeded => Some(&Error::DeadlineExceeded),
        Outcome::Taken => Some(&Error::Taken),
    }
}

/// The cells whose callbacks this thread is running, innermost last: inside a callback its own future answers.
struct Settling;

earnest_sync::thread_local! {
    static SETTLING: RefCell<Vec<(RawCell, Outcome)>> = RefCell::new(Vec::new());
}

impl Settling {
    fn here(cell: RawCell, outcome: Outcome) -> Settling {
        let _thread_is_ending = SETTLING.try_with(|cells| cells.borrow_mut().push((cell, outcome)));
        Settling
    }

    fn outcome_of(cell: RawCell) -> Option<Outcome> {
        let find = |cells: &RefCell<Vec<(RawCell, Outcome)>>| {
            cells.borrow().iter().find(|(settling, _)| *settling == cell).map(|(_, outcome)| *outcome)
        };
        SETTLING.try_with(find).ok().flatten()
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        let _thread_is_ending = SETTLING.try_with(|cells| cells.borrow_mut().pop());
    }
}

/// A task: what is needed to run it, and to receive what it comes to.
pub(crate) fn task<F, T>(closure: F, location: &'static Location<'static>) -> (Producer, Consumer<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let slot = Slot { closure: ManuallyDrop::new(closure) };
    parties(Cell::<F, T>::allocate(const { &Cell::<F, T>::TASK }, View::PENDING, slot, location))
}

/// A promise: what is needed to keep it, and to receive it.
pub(crate) fn promise<T>(location: &'static Location<'static>) -> (Producer, Consumer<T>) {
    let slot = Slot { empty: () };
    parties(Cell::<(), T>::allocate(const { &Cell::<(), T>::PROMISE }, View::PENDING, slot, location))
}

/// A consumer whose outcome is there from the start.
pub(crate) fn settled<T>(result: Result<T, Error>, location: &'static Location<'static>) -> Consumer<T> {
    let (slot, outcome) = match result {
        Ok(value) => (Slot { value: ManuallyDrop::new(value) }, Outcome::Value),
        Err(error) => (Slot { error: ManuallyDrop::new(Box::new(error)) }, Outcome::Error),
    };
    let view = View::settled(outcome, false, false, 0);
    let cell = Cell::<(), T>::allocate(const { &Cell::<(), T>::PROMISE }, view, slot, location);
    Consumer { cell, outcome: PhantomData }
}

fn parties<T>(cell: RawCell) -> (Producer, Consumer<T>) {
    (Producer(cell), Consumer { cell, outcome: PhantomData })
}

/// Brings the outcome about. Dropped without doing so, it dismisses the future as abandoned.
///
/// It may be used on the types that it was made with only: the methods that name a type say so.
pub(crate) struct Producer(RawCell);

// SAFETY: `task` asks for closure and value to be Send; `Promise`, which has the other producers, is Send only where
// its value is. Everything else in a cell is made to be shared.
unsafe impl Send for Producer {}
// SAFETY: through a shared reference a producer can be asked for its state, and started; both are atomic.
unsafe impl Sync for Producer {}

impl Producer {
    fn into_raw(self) -> RawCell {
        ManuallyDrop::new(self).0
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.0.header().location
    }

    pub(crate) fn view(&self) -> View {
        self.0.header().word.load()
    }

    pub(crate) fn start(&self) -> bool {
        self.0.header().word.start()
    }

    /// Runs the closure, unless the task has been cancelled; `before_settling` runs between closure and publication.
    pub(crate) fn run(self, before_settling: impl FnOnce()) {
        let cell = self.into_raw();
        let header = cell.header();
        if !header.word.start() {
            // SAFETY: the producer lets go here, and is not used again.
            unsafe { let_producer_go(cell) };
            return;
        }
        // SAFETY: this thread has won `start`.
        let outcome = unsafe { (header.vtable.call)(cell) };
        before_settling();
        if !header.word.finish_unobserved(View::RUNNING, outcome) {
            // SAFETY: the slot holds `outcome`; none but the starter finishes a task, so it is not lost.
            let _won = unsafe { finish_observed(cell, outcome) };
        }
    }

    /// Pending to done without running. What has been started or dismissed by another is left to that.
    pub(crate) fn dismiss(self, reason: Dismissal) {
        let cell = self.into_raw();
        let word = &cell.header().word;
        let won = if matches!(reason, Dismissal::Cancelled) { word.cancel().is_ok() } else { word.dismiss() };
        if !won {
            // SAFETY: the producer lets go here, and is not used again.
            unsafe { let_producer_go(cell) };
            return;
        }
        // SAFETY: the task is claimed (R1).
        unsafe { (cell.header().vtable.drop_closure)(cell) };
        let outcome = match reason {
            Dismissal::Cancelled => Outcome::Cancelled,
            Dismissal::Abandoned => Outcome::Abandoned,
            Dismissal::Rejected => Outcome::Rejected,
            // SAFETY: the slot is the producer's, and empty now.
            Dismissal::Broken(broken) => unsafe { cell.write_error(Error::Broken(broken)) },
        };
        // SAFETY: this thread made the transition, and the slot holds `outcome`.
        unsafe { cell.settle(outcome, Settler::Producer) };
    }

    /// Settles a promise with `result`. It comes back where the future was cancelled first.
    ///
    /// # Safety
    ///
    /// The cell is a promise for a `T`.
    pub(crate) unsafe fn resolve<T>(self, result: Result<T, Box<Error>>) -> Result<(), Result<T, Box<Error>>> {
        let cell = self.into_raw();
        // The slot is written before the future is claimed: a canceller leaves it alone (R1).
        let outcome = match result {
            Ok(value) => {
                // SAFETY: the slot is the producer's, empty, and fits a `T`.
                unsafe { cell.slot_mut(|slot| slot.cast::<T>().write(value)) };
                Outcome::Value
            }
            Err(error) => {
                // SAFETY: the slot is the producer's, empty, and fits a boxed error.
                unsafe { cell.slot_mut(|slot| slot.cast::<Box<Error>>().write(error)) };
                Outcome::Error
            }
        };
        let word = &cell.header().word;
        if word.finish_unobserved(View::PENDING, outcome) || word.finish_unobserved(View::RUNNING, outcome) {
            return Ok(());
        }
        // SAFETY: the slot holds `outcome`.
        if unsafe { finish_observed(cell, outcome) } {
            return Ok(());
        }
        // SAFETY: refused, so the slot is still the producer's, and holds what was written above.
        let back = unsafe { cell.slot_mut(|slot| read_outcome::<T>(slot, outcome)) };
        // SAFETY: the producer lets go here, and is not used again.
        unsafe { let_producer_go(cell) };
        Err(back)
    }

    /// Registers a callback from the producer's side.
    ///
    /// # Safety
    ///
    /// The cell is a promise for a `T`.
    pub(crate) unsafe fn add_callback<T>(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'static) {
        // While the producer holds on, the future is settled only if it was cancelled: there is no slot to be seen.
        self.0.observe(callback(f));
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        Producer(self.0).dismiss(Dismissal::Abandoned);
    }
}

/// The producer of a future that another has claimed lets go.
///
/// # Safety
///
/// The producer's hold is the caller's, and ends here.
unsafe fn let_producer_go(cell: RawCell) {
    if cell.header().word.release_producer() {
        // SAFETY: the word says that nobody else is left.
        unsafe { cell.free() };
    }
}

/// The long way to done and settled. `false`: a canceller was first, and nothing has changed.
///
/// # Safety
///
/// The caller is the producer, and the slot holds `outcome`. If `true`, its hold has ended.
#[cold]
unsafe fn finish_observed(cell: RawCell, outcome: Outcome) -> bool {
    let won = cell.header().word.finish();
    if won {
        // SAFETY: this thread made the transition.
        unsafe { cell.settle(outcome, Settler::Producer) };
    }
    won
}

/// Moves an outcome out of the slot.
///
/// # Safety
///
/// `slot` holds `outcome`, Value or Error, for a `T`, and is the caller's.
unsafe fn read_outcome<T>(slot: *mut u8, outcome: Outcome) -> Result<T, Box<Error>> {
    match outcome {
        // SAFETY: by the caller's promise.
        Outcome::Value => Ok(unsafe { slot.cast::<T>().read() }),
        // SAFETY: by the caller's promise.
        _ => Err(unsafe { slot.cast::<Box<Error>>().read() }),
    }
}

/// Why a task will never run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Dismissal {
    /// Its future ends with [`Error::Cancelled`].
    Cancelled,
    /// Its future ends with [`Error::Abandoned`].
    Abandoned,
    /// Its future ends with [`Error::Rejected`].
    Rejected,
    /// Its future ends with [`Error::Broken`].
    Broken(Broken),
}

/// Receives the outcome. Dropped without doing so, it leaves the task to run, and its outcome to be dropped.
pub(crate) struct Consumer<T> {
    cell: RawCell,
    outcome: PhantomData<T>,
}

// SAFETY: what a consumer moves between threads is the outcome, a `T` or an error, and errors are Send and Sync.
unsafe impl<T: Send> Send for Consumer<T> {}
// SAFETY: through a shared reference a consumer gives out `&T`, which needs Sync, and registers callbacks, to which
// another thread will show the value: Send.
unsafe impl<T: Send + Sync> Sync for Consumer<T> {}

impl<T> Consumer<T> {
    pub(crate) fn view(&self) -> View {
        self.cell.header().word.load()
    }

    /// A number that tells this cell from all others that exist at the same time.
    pub(crate) fn address(&self) -> usize {
        self.cell.0.addr().get()
    }

    /// The outcome by reference, if it can be seen yet.
    pub(crate) fn peek(&self) -> Option<Result<&T, &Error>> {
        // SAFETY: this is the consumer, and the outcome stays where it is while `self` is borrowed.
        unsafe { self.cell.peek() }
    }

    pub(crate) fn is_visible(&self) -> bool {
        self.view().is_settled() || Settling::outcome_of(self.cell).is_some()
    }

    /// Moves the outcome out, if the future is settled.
    pub(crate) fn take(self) -> Result<Result<T, Error>, Self> {
        let seen = self.view();
        if !seen.is_settled() {
            return Err(self);
        }
        let cell = ManuallyDrop::new(self).cell;
        // SAFETY: settled, so the slot is the consumer's, which ends here and looks at it no more.
        let result = unsafe { move_out(cell, seen.outcome()) };
        cell.release(Party::Consumer);
        Ok(result)
    }

    /// Moves the outcome out, if the future is settled; later calls give [`Error::Taken`].
    pub(crate) fn take_in_place(&mut self) -> Option<Result<T, Error>> {
        let seen = self.view();
        if !seen.is_settled() {
            return None;
        }
        // SAFETY: settled, so the slot is the consumer's, and the line below says that it has been emptied.
        let result = unsafe { move_out(self.cell, seen.outcome()) };
        self.cell.header().word.mark_taken();
        Some(result)
    }

    /// Blocks until the outcome can be seen. `false`: the deadline has passed.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> bool {
        if self.is_visible() || spin_until(deadline, || self.view().is_settled()) {
            return true;
        }
        with_single(|waiter| {
            if !self.watch(waiter, 0) {
                return true;
            }
            // Woken, or out of time just as the future settles: either way it is settled.
            waiter.next(deadline).is_some() || !self.unwatch(waiter, 0)
        })
    }

    pub(crate) fn watch(&self, waiter: &Waiter, token: usize) -> bool {
        !self.is_visible() && self.cell.side().watch(waiter, token)
    }

    pub(crate) fn unwatch(&self, waiter: &Waiter, token: usize) -> bool {
        self.cell.side().unwatch(waiter, token)
    }

    /// Has `waker` woken once the future is settled. The caller looks at it once more afterwards.
    pub(crate) fn set_waker(&self, waker: Waker) {
        self.cell.side().set_waker(waker);
    }

    pub(crate) fn cancel(&self) -> bool {
        self.cell.cancel()
    }

    pub(crate) fn add_callback(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'static) {
        self.cell.observe(callback(f));
    }

    /// Undoes `task`: the closure, from a producer and a consumer of which the task has never been given away.
    ///
    /// `Err`: the producer is that of another task; it is dropped.
    ///
    /// # Safety
    ///
    /// `self` was made by [`task`] with an `F`, and has not been used since.
    pub(crate) unsafe fn unsubmit<F: FnOnce() -> T>(self, producer: Producer) -> Result<F, Self> {
        if producer.0 != self.cell {
            return Err(self);
        }
        let cell = producer.into_raw();
        std::mem::forget(self);
        // SAFETY: `producer` and `self` are the cell's parties, and have both ended; there are no others, as a link or
        // an observer needs a consumer to be made. Pending, hence the slot holds the closure.
        let closure = unsafe { cell.slot_mut(|slot| slot.cast::<F>().read()) };
        // SAFETY: the parties have ended, and the slot was emptied.
        unsafe { cell.free() };
        Ok(closure)
    }

    pub(crate) fn link(&self) -> Link {
        Link::new(self.cell)
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        let word = &self.cell.header().word;
        if word.detach() {
            return;
        }
        /// Lets go even when the value's destructor panics: that is the user's to see, and no reason to leak.
        struct LetGo(RawCell);
        impl Drop for LetGo {
            fn drop(&mut self) {
                self.0.release(Party::Consumer);
            }
        }
        let outcome = word.load().outcome();
        let _let_go = LetGo(self.cell);
        // SAFETY: settled, so the slot is the consumer's, and nobody looks at it afterwards.
        unsafe { self.cell.drop_unseen(outcome) };
    }
}

/// Moves the outcome of a settled cell out of it.
///
/// # Safety
///
/// The caller is the consumer of a cell for a `T`, `outcome` is what the word says, and nobody looks at the slot
/// afterwards.
unsafe fn move_out<T>(cell: RawCell, outcome: Outcome) -> Result<T, Error> {
    match outcome {
        Outcome::Value | Outcome::Error => {
            // SAFETY: the slot holds the outcome, and is the consumer's (R2).
            unsafe { cell.slot_mut(|slot| read_outcome(slot, outcome)) }.map_err(|error| *error)
        }
        Outcome::Cancelled => Err(Error::Cancelled),
        Outcome::Abandoned => Err(Error::Abandoned),
        Outcome::Rejected => Err(Error::Rejected),
        Outcome::DeadlineExceeded => Err(Error::DeadlineExceeded),
        Outcome::Taken => Err(Error::Taken),
    }
}

/// Can cancel, and keeps neither closure nor outcome alive: only the cell's memory.
pub(crate) struct Link(Arc<LinkNode>);

#[repr(C)]
struct LinkNode {
    node: Node,
    /// `None`: the future was settled before the link was made; then the last field says what came of it.
    cell: Option<RawCell>,
    was_cancelled: bool,
}

// SAFETY: a link reaches the state word and, by cancelling, the closure, which is Send; `node` is the list's (R3).
unsafe impl Send for LinkNode {}
// SAFETY: as above; cancelling is atomic.
unsafe impl Sync for LinkNode {}

impl LinkNode {
    const VTABLE: NodeVTable = NodeVTable { stage: Stage::Link, tell: Self::tell };

    unsafe fn tell(node: *mut Node, _: ErasedOutcome) {
        // SAFETY: by `NodeVTable::tell` this is the list's reference, from `Link::new`, told once. The settler has
        // counted it as a party before.
        drop(unsafe { Arc::from_raw(node.cast::<LinkNode>()) });
    }
}

impl Link {
    fn new(cell: RawCell) -> Link {
        let link = Arc::new(LinkNode { node: Node::new(&LinkNode::VTABLE), cell: Some(cell), was_cancelled: false });
        let node = Arc::into_raw(link.clone()).cast_mut().cast::<Node>();
        // SAFETY: until the push succeeds nobody else reaches the node.
        let link_to = |newest| unsafe { (*node).next = newest };
        if cell.header().word.push(node, link_to) {
            return Link(link);
        }
        // SAFETY: refused: the list's reference was not given away.
        let mut unlisted = unsafe { Arc::from_raw(node.cast_const().cast::<LinkNode>()) };
        drop(link);
        let settled = Arc::get_mut(&mut unlisted).map(|link| {
            link.cell = None;
            link.was_cancelled = cell.header().word.load().is_cancelled();
        });
        debug_assert!(settled.is_some(), "a link that was not listed is ours alone");
        Link(unlisted)
    }

    pub(crate) fn cancel(&self) -> bool {
        self.0.cell.map_or(self.0.was_cancelled, RawCell::cancel)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.cell.map_or(self.0.was_cancelled, |cell| cell.header().word.load().is_cancelled())
    }
}

impl Clone for Link {
    fn clone(&self) -> Link {
        Link(self.0.clone())
    }
}

impl Drop for LinkNode {
    fn drop(&mut self) {
        // The list let go after the future was settled, with this link counted among the parties.
        if let Some(cell) = self.cell {
            cell.release(Party::Link);
        }
    }
}
