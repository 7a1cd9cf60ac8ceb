//! Which tokens are whose children, for all that descend from one: a tree in the slots of one vector.
//!
//! Links are indices, so that a tree of any depth is walked and dropped without a deep stack. Nothing here calls back,
//! blocks or knows of threads: the one lock around it is its owner's.

use alloc::vec;
use alloc::vec::Vec;

/// A tree of members. Slots are used again, and given back when one is left of many.
///
/// A member that is removed while it has several children leaves its slot to hold them together, as a *relay*. One with
/// fewer children is taken out of the tree, then or later: so there are always fewer relays than members.
pub(super) struct Family<M> {
    slots: Vec<Slot<M>>,
    /// The first of the free slots, which are linked by `after`.
    free: usize,
    n_used: usize,
}

struct Slot<M> {
    /// `None` in a relay, and in a free slot.
    member: Option<M>,
    parent: usize,
    /// The siblings, in the order of their birth.
    before: usize,
    after: usize,
    /// The children at both ends.
    first: usize,
    last: usize,
}

const NONE: usize = usize::MAX;

/// As many slots are kept, whatever becomes of their members.
const KEPT: usize = 64;

impl<M> Family<M> {
    /// A tree of one, whose index is given back.
    pub(super) fn new(root: M) -> (Family<M>, usize) {
        let mut family = Family { slots: Vec::new(), free: NONE, n_used: 0 };
        let index = family.occupy(root, NONE);
        (family, index)
    }

    /// Adds `member` as the youngest child of `parent`, and gives its index.
    pub(super) fn insert(&mut self, parent: usize, member: M) -> usize {
        let index = self.occupy(member, parent);
        let before = self.slots[parent].last;
        self.slots[index].before = before;
        self.slots[parent].last = index;
        match self.slots.get_mut(before) {
            Some(sibling) => sibling.after = index,
            None => self.slots[parent].first = index,
        }
        index
    }

    /// Takes one member out. Its children stay, and are those of its parent from now on.
    pub(super) fn remove(&mut self, index: usize) -> Option<M> {
        let member = self.slots[index].member.take();
        self.tidy(index);
        member
    }

    /// Takes a member out with all its descendants, and calls `tell` with each: parents before their children, and
    /// siblings in the order of their birth. Where that says `false`, the member stays, alone, until it is removed.
    pub(super) fn remove_all(&mut self, index: usize, mut tell: impl FnMut(&M) -> bool) {
        let parent = self.slots[index].parent;
        self.unlink(index);
        let mut left = vec![index];
        while let Some(index) = left.pop() {
            let slot = &mut self.slots[index];
            (slot.parent, slot.before, slot.after, slot.first) = (NONE, NONE, NONE, NONE);
            let mut child = core::mem::replace(&mut slot.last, NONE);
            let stays = slot.member.as_ref().is_some_and(|member| !tell(member));
            // The oldest child ends up on top.
            while let Some(slot) = self.slots.get(child) {
                left.push(child);
                child = slot.before;
            }
            if !stays {
                self.vacate(index);
            }
        }
        self.tidy(parent);
    }

    /// How many slots there are, used or not.
    #[cfg(all(test, not(earnest_loom)))]
    pub(super) fn n_slots(&self) -> usize {
        self.slots.len()
    }

    /// How many slots are used, by members and relays.
    #[cfg(all(test, not(earnest_loom)))]
    pub(super) fn n_used(&self) -> usize {
        self.n_used
    }

    /// Removes what is no member and holds less than two children together, from `index` upwards.
    fn tidy(&mut self, mut index: usize) {
        while let Some(slot) = self.slots.get(index) {
            let (parent, child) = (slot.parent, slot.first);
            if slot.member.is_some() || child != slot.last {
                return;
            }
            if child == NONE {
                self.unlink(index);
                self.vacate(index);
                index = parent;
            } else {
                self.replace(index, child);
                self.vacate(index);
                return;
            }
        }
    }

    /// Takes a slot, with its children, out of the list of its siblings.
    fn unlink(&mut self, index: usize) {
        let Slot { parent, before, after, .. } = self.slots[index];
        self.relink(parent, before, after, (after, before));
    }

    /// Puts the only child of `index` into its place.
    fn replace(&mut self, index: usize, child: usize) {
        let Slot { parent, before, after, .. } = self.slots[index];
        let slot = &mut self.slots[child];
        (slot.parent, slot.before, slot.after) = (parent, before, after);
        self.relink(parent, before, after, (child, child));
    }

    /// Makes `first` what comes after `before`, and `last` what comes before `after`.
    fn relink(&mut self, parent: usize, before: usize, after: usize, (first, last): (usize, usize)) {
        if let Some(sibling) = self.slots.get_mut(before) {
            sibling.after = first;
        } else if let Some(parent) = self.slots.get_mut(parent) {
            parent.first = first;
        }
        if let Some(sibling) = self.slots.get_mut(after) {
            sibling.before = last;
        } else if let Some(parent) = self.slots.get_mut(parent) {
            parent.last = last;
        }
    }

    fn occupy(&mut self, member: M, parent: usize) -> usize {
        let slot = Slot { member: Some(member), parent, before: NONE, after: NONE, first: NONE, last: NONE };
        self.n_used += 1;
        let index = self.free;
        match self.slots.get_mut(index) {
            Some(free) => {
                self.free = free.after;
                *free = slot;
                index
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        }
    }

    fn vacate(&mut self, index: usize) {
        let slot = &mut self.slots[index];
        slot.member = None;
        slot.after = self.free;
        self.free = index;
        self.n_used -= 1;
        // The one that is left is no relay, which has children.
        if self.n_used == 1 && self.slots.len() > KEPT && self.slots[0].member.is_some() {
            self.slots.truncate(1);
            self.slots.shrink_to_fit();
            self.free = NONE;
        }
    }
}

#[cfg(all(test, not(earnest_loom)))]
#[path = "family_tests.rs"]
mod tests;
