//! What a derived future is made of: how it is known which futures it waits for, and which are cancelled with it. And
//! which tasks have their turn before another.

use crate::cancel::CancelHandle;
use crate::observer::{Chain, ErasedOutcome, Node, NodeVTable, Stage};
use crate::state::Outcome;
use alloc::boxed::Box;
use alloc::sync::Arc;

/// The futures that another is made of. Kept in the side box of that one until it is settled.
#[derive(Clone)]
pub(crate) enum Sources {
    One(CancelHandle),
    Many(Arc<[CancelHandle]>, Needs),
    /// A task that has yet to be queued, and will be when one of some others has ended. They are not cancelled with it.
    Turn(Box<Turn>),
}

/// The turn for which a task waits.
#[derive(Clone)]
pub(crate) struct Turn {
    place: usize,
    of: Arc<dyn Turns>,
    /// Who has to end before: asked for when this is looked at.
    ahead: Option<Arc<[CancelHandle]>>,
}

/// Who has tasks queued one after another, as others end.
#[doc(hidden)]
pub trait Turns: Send + Sync {
    /// The tasks one of which has to end before that with this place is queued. `None`: none has to. It is called under a
    /// lock, and is to be short.
    fn ahead(&self, place: usize) -> Option<Arc<[CancelHandle]>>;
}

/// How many of its sources a future needs before it can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Needs {
    /// Every one.
    All,
    /// Whichever is first.
    Any,
    /// Every one, or whichever is the first that fails.
    AllOrFailure,
    /// Whichever is the first with a value, or every one, if all fail.
    AnyValue,
}

impl Needs {
    /// Whether each has to be done, as long as all goes well.
    pub(crate) fn is_each(self) -> bool {
        matches!(self, Needs::All | Needs::AllOrFailure)
    }

    /// Whether it depends on how the sources end, if not on this one, which has settled.
    pub(crate) fn leaves_open(self, outcome: Outcome) -> bool {
        match self {
            Needs::All | Needs::Any => false,
            Needs::AllOrFailure => outcome == Outcome::Value,
            Needs::AnyValue => outcome != Outcome::Value,
        }
    }
}

impl Sources {
    pub(crate) fn turn(place: usize, of: Arc<dyn Turns>) -> Sources {
        Sources::Turn(Box::new(Turn { place, of, ahead: None }))
    }

    pub(crate) fn handles(&self) -> &[CancelHandle] {
        match self {
            Sources::One(handle) => core::slice::from_ref(handle),
            Sources::Many(handles, _) => handles,
            Sources::Turn(turn) => turn.ahead.as_deref().unwrap_or_default(),
        }
    }

    pub(crate) fn needs(&self) -> Needs {
        match self {
            Sources::One(_) => Needs::All,
            Sources::Many(_, needs) => *needs,
            Sources::Turn(_) => Needs::Any,
        }
    }

    /// The same, as it is at this moment.
    pub(crate) fn look(mut self) -> Sources {
        if let Sources::Turn(turn) = &mut self {
            turn.ahead = turn.of.ahead(turn.place);
        }
        self
    }

    /// Cancels them all, and leaves to the caller what follows from that.
    pub(crate) fn cancel(&self) -> Chain {
        let mut following = Chain::new();
        for handle in self.handles() {
            following.append(handle.cancel_chained());
        }
        following
    }

    /// Has them cancelled among what follows from the derived future's end, so that a chain of a million futures is
    /// cancelled without a deep stack.
    pub(crate) fn cancel_later(self) -> Chain {
        let node =
            Box::into_raw(Box::new(CancelLater { node: Node::new(&CancelLater::VTABLE), sources: self }));
        let mut following = Chain::new();
        // SAFETY: nobody else knows the node.
        unsafe { following.push(node.cast()) };
        following
    }
}

#[repr(C)]
struct CancelLater {
    node: Node,
    sources: Sources,
}

impl CancelLater {
    const VTABLE: NodeVTable = NodeVTable { stage: Stage::Then, tell: Self::tell };

    unsafe fn tell(node: *mut Node, _: ErasedOutcome) -> Chain {
        // SAFETY: by `NodeVTable::tell` this is a node of ours, allocated by `cancel_later`, and told once.
        let this = unsafe { Box::from_raw(node.cast::<Self>()) };
        this.sources.cancel()
    }
}
