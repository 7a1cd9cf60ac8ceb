//! The party that can cancel, and nothing else.

use crate::cell::RawCell;
use crate::observer::{Chain, ErasedOutcome, Node, NodeVTable, Stage};
use crate::state::Party;
use earnest_sync::Arc;

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

    unsafe fn tell(node: *mut Node, _: ErasedOutcome) -> Chain {
        // SAFETY: by `NodeVTable::tell` this is the list's reference, from `Link::new`, told once. The settler has
        // counted it as a party before.
        drop(unsafe { Arc::from_raw(node.cast::<LinkNode>()) });
        Chain::new()
    }
}

impl Link {
    pub(crate) fn new(cell: RawCell) -> Link {
        let link =
            Arc::new(LinkNode { node: Node::new(&LinkNode::VTABLE), cell: Some(cell), was_cancelled: false });
        let node = Arc::into_raw(link.clone()).cast_mut().cast::<Node>();
        if cell.push(node) {
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

    /// Like `cancel`, and leaves to the caller what follows from it.
    pub(crate) fn cancel_chained(&self) -> Chain {
        self.0.cell.map_or_else(Chain::new, |cell| cell.cancel_chained().1)
    }

    pub(crate) fn cell(&self) -> Option<RawCell> {
        self.0.cell
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
