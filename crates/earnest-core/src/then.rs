//! What follows from a future that is settled: another that is made of its outcome.
//!
//! It is told last, from a queue and not from within, so that a chain of a million futures completes without a deep
//! stack.

use crate::consumer::Consumer;
use crate::error::Error;
use crate::observer::{Chain, ErasedOutcome, Node, NodeVTable, Stage};
use alloc::boxed::Box;

/// Holds a consumer until its future is settled, and then hands its outcome on.
#[repr(C)]
struct Then<T, F> {
    node: Node,
    consumer: Consumer<T>,
    next: F,
}

impl<T, F: FnOnce(Result<T, Error>) -> Chain> Then<T, F> {
    const VTABLE: NodeVTable = NodeVTable { stage: Stage::Then, tell: Self::tell };

    unsafe fn tell(node: *mut Node, _: ErasedOutcome) -> Chain {
        // SAFETY: by `NodeVTable::tell` this is a node of ours, allocated by `then`, and told once.
        let this = unsafe { Box::from_raw(node.cast::<Self>()) };
        match this.consumer.take() {
            Ok(result) => (this.next)(result),
            Err(_) => unreachable!("nodes of this stage are told after the future is settled"),
        }
    }
}

/// Has `next` called with the outcome of `consumer`, once that is settled, by the thread that settles it; at once, if
/// it is settled. What follows from that is for the caller to tell in the second case.
///
/// `next` runs code of the user's only with its panics caught.
pub(crate) fn then<T, F>(consumer: Consumer<T>, next: F) -> Chain
where
    F: FnOnce(Result<T, Error>) -> Chain + Send + 'static,
{
    let cell = consumer.cell();
    let node = Node::new(const { &Then::<T, F>::VTABLE });
    let node = Box::into_raw(Box::new(Then { node, consumer, next })).cast();
    // Before it is told the node holds the consumer, and so the cell.
    cell.observe_chained(node)
}
