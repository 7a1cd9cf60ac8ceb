//! Who is to be told when a future is done: the nodes of the list that hangs off the state word.

use crate::error::Error;
use crate::panic::run_caught;
use alloc::boxed::Box;
use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr;

/// The head of every observer. It is the first field of a larger allocation, whose kind the vtable knows.
///
/// Sixteen-byte alignment leaves the state word its four tag bits, and is what allocators give anyway.
#[repr(C, align(16))]
pub(crate) struct Node {
    /// The observer registered before this one; once taken off the word, the one to be told after it.
    ///
    /// A cell, as the settler writes it while others hold references to what the node is part of.
    pub(crate) next: Cell<*mut Node>,
    pub(crate) vtable: &'static NodeVTable,
}

impl Node {
    pub(crate) const fn new(vtable: &'static NodeVTable) -> Node {
        Node { next: Cell::new(ptr::null_mut()), vtable }
    }
}

pub(crate) struct NodeVTable {
    pub(crate) stage: Stage,
    /// Tells the observer, and ends the list's hold on it. Gives back what is to be told next: what follows from one
    /// future being settled is not told from within, so that a long chain of futures needs no deep stack.
    ///
    /// # Safety
    ///
    /// Called once per registration, with a node of the kind that the vtable belongs to. At [`Stage::Callback`]
    /// and [`Stage::Notice`] the outcome is that of the node's cell and stays valid during the call; later there is none to look at but a
    /// dismissal, which is known without the cell.
    pub(crate) tell: Tell,
}

type Tell = unsafe fn(*mut Node, ErasedOutcome) -> Chain;

/// When an observer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before the outcome is published: it has the value to itself.
    Callback,
    /// At the same time, to learn whether the future was cancelled: it does not count as a look at a failure.
    Notice,
    /// Afterwards: threads and wakers, which will look at the outcome.
    Wake,
    /// Afterwards, and it goes on holding the cell's memory.
    Link,
    /// After all of these: it takes the outcome, and does something that may settle another future.
    Then,
}

impl Stage {
    /// Whether it is told of the outcome itself, which is the consumer's by then for all others.
    pub(crate) fn sees_outcome(self) -> bool {
        matches!(self, Stage::Callback | Stage::Notice)
    }
}

/// An outcome by reference, its type forgotten: one pointer is set, or none where there is nothing to see.
#[derive(Clone, Copy)]
pub(crate) struct ErasedOutcome {
    pub(crate) value: *const (),
    pub(crate) error: *const Error,
}

impl ErasedOutcome {
    pub(crate) const NONE: ErasedOutcome = ErasedOutcome { value: ptr::null(), error: ptr::null() };

    /// One that needs no cell.
    pub(crate) fn dismissal(error: &'static Error) -> ErasedOutcome {
        ErasedOutcome { value: ptr::null(), error }
    }

    /// For who comes after the consumer has taken it.
    pub(crate) fn taken() -> ErasedOutcome {
        ErasedOutcome::dismissal(&Error::Taken)
    }

    /// # Safety
    ///
    /// Exactly one pointer is set, to a `T` or an [`Error`] that outlives `'a` and is not written during it.
    pub(crate) unsafe fn typed<'a, T>(self) -> Result<&'a T, &'a Error> {
        if self.error.is_null() {
            // SAFETY: the error is not set, hence the value is, to a `T` as the caller promises.
            Ok(unsafe { &*self.value.cast::<T>() })
        } else {
            // SAFETY: set, and valid as the caller promises.
            Err(unsafe { &*self.error })
        }
    }
}

/// Turns a list of newest first into one of oldest first, which is the order of registration.
///
/// # Safety
///
/// `newest` heads a list that the caller has taken off a word, and so has to itself.
pub(crate) unsafe fn in_registration_order(mut newest: *mut Node) -> *mut Node {
    let mut oldest = ptr::null_mut();
    while !newest.is_null() {
        // SAFETY: not null, and ours by the caller's promise.
        let next = unsafe { (*newest).next.replace(oldest) };
        oldest = newest;
        newest = next;
    }
    oldest
}

/// A first-in, first-out chain of nodes that are to be told later.
#[must_use = "observers must be told"]
pub(crate) struct Chain {
    first: *mut Node,
    last: *mut Node,
}

impl Chain {
    pub(crate) const fn new() -> Chain {
        Chain { first: ptr::null_mut(), last: ptr::null_mut() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// # Safety
    ///
    /// The caller has `node` to itself, and leaves it to the chain. It is not one of those that are
    /// told before publication: there is no outcome to show now.
    pub(crate) unsafe fn push(&mut self, node: *mut Node) {
        // SAFETY: ours by the caller's promise.
        unsafe { (*node).next.set(ptr::null_mut()) };
        self.append(Chain { first: node, last: node });
    }

    pub(crate) fn append(&mut self, other: Chain) {
        if self.first.is_null() {
            *self = other;
        } else if !other.first.is_null() {
            // SAFETY: `last` was pushed before, and a chain has its nodes to itself.
            unsafe { (*self.last).next.set(other.first) };
            self.last = other.last;
        }
    }

    /// Tells every node, in the order they were pushed, what `outcome` the cell came to that they watched. Gives back
    /// what follows from that.
    pub(crate) fn tell_each(mut self, outcome: ErasedOutcome) -> Chain {
        let mut following = Chain::new();
        while let Some((node, tell)) = self.pop() {
            // SAFETY: each node is told once, here, and by its own vtable; it is no callback.
            following.append(unsafe { tell(node, outcome) });
        }
        following
    }

    /// Tells every node, in the order they were pushed, and then what follows from that, until nothing does.
    pub(crate) fn tell_all(mut self) {
        while let Some((node, tell)) = self.pop() {
            // SAFETY: each node is told once, here, and by its own vtable; it is no callback.
            let following = unsafe { tell(node, ErasedOutcome::NONE) };
            self.append(following);
        }
    }

    /// The first node, and how to tell it.
    fn pop(&mut self) -> Option<(*mut Node, Tell)> {
        let node = self.first;
        // SAFETY: null, or a node that the chain has to itself; this is read before the node goes.
        let Node { next, vtable } = unsafe { node.as_ref() }?;
        self.first = next.get();
        Some((node, vtable.tell))
    }
}

/// A callback of the user's, waiting in the list.
#[repr(C)]
struct Callback<T, F> {
    node: Node,
    f: F,
    outcome: PhantomData<fn(&T)>,
}

impl<T, F: FnOnce(Result<&T, &Error>)> Callback<T, F> {
    const CALLBACK: NodeVTable = NodeVTable { stage: Stage::Callback, tell: Self::tell };
    const NOTICE: NodeVTable = NodeVTable { stage: Stage::Notice, tell: Self::tell };

    unsafe fn tell(node: *mut Node, outcome: ErasedOutcome) -> Chain {
        // SAFETY: by `NodeVTable::tell` this is a node of ours, allocated by `callback`, and told once.
        let this = unsafe { Box::from_raw(node.cast::<Self>()) };
        // SAFETY: by `NodeVTable::tell` the outcome is valid, of the cell's `T`.
        let outcome = unsafe { outcome.typed::<T>() };
        run_caught("a done callback", move || (this.f)(outcome));
        Chain::new()
    }
}

/// Puts `f` into a node of its own.
pub(crate) fn callback<T, F: FnOnce(Result<&T, &Error>)>(f: F) -> *mut Node {
    boxed(const { &Callback::<T, F>::CALLBACK }, f)
}

/// Like `callback`, for an `f` that looks at the outcome only to see whether it is a cancellation.
pub(crate) fn notice<T, F: FnOnce(Result<&T, &Error>)>(f: F) -> *mut Node {
    boxed(const { &Callback::<T, F>::NOTICE }, f)
}

/// Calls `f`, which is code of ours, where waiters are told: callbacks have run, and a value that nobody takes is gone.
pub(crate) fn told(f: impl FnOnce() + Send) -> *mut Node {
    #[repr(C)]
    struct Told<F> {
        node: Node,
        f: F,
    }
    impl<F: FnOnce()> Told<F> {
        const VTABLE: NodeVTable = NodeVTable { stage: Stage::Wake, tell: Self::tell };

        unsafe fn tell(node: *mut Node, _: ErasedOutcome) -> Chain {
            // SAFETY: by `NodeVTable::tell` this is a node of ours, allocated below, and told once.
            let this = unsafe { Box::from_raw(node.cast::<Self>()) };
            (this.f)();
            Chain::new()
        }
    }
    fn new<F: FnOnce()>(f: F) -> *mut Node {
        let node = Node::new(const { &Told::<F>::VTABLE });
        Box::into_raw(Box::new(Told { node, f })).cast()
    }
    new(f)
}

fn boxed<T, F: FnOnce(Result<&T, &Error>)>(vtable: &'static NodeVTable, f: F) -> *mut Node {
    let callback = Callback::<T, F> { node: Node::new(vtable), f, outcome: PhantomData };
    Box::into_raw(Box::new(callback)).cast()
}
