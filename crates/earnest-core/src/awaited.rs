//! What a thread waits for, through all that it is made of.

use crate::cancel::CancelHandle;
use crate::cell::RawCell;
use crate::deadlock::Deadlock;
use crate::owner::may_be_left_behind;
use crate::side::Side;
use crate::sources::{Needs, Sources};
use earnest_sync::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// What a thread waits for.
#[derive(Clone)]
pub(crate) enum Awaited {
    /// One future, whose cell the waiting thread holds.
    Cell(RawCell),
    /// The members of a set, as there are left.
    Set(Arc<Members>),
}

/// What is left of the futures that a [`Waiter`](crate::Waiter) waits for, by their tokens.
pub(crate) struct Members {
    needs: Needs,
    left: Mutex<LeftOver>,
}

struct LeftOver {
    handles: BTreeMap<usize, CancelHandle>,
    /// Whether others may be added.
    is_open: bool,
    /// Below this there is nothing to be run in place: looked through once, and not at every completion.
    unclaimed_from: usize,
}

impl Members {
    pub(crate) fn new(needs: Needs, handles: impl Iterator<Item = (usize, CancelHandle)>) -> Members {
        Members {
            needs,
            left: Mutex::new(LeftOver { handles: handles.collect(), is_open: false, unclaimed_from: 0 }),
        }
    }

    /// For the tasks of a scope, which come one by one.
    pub(crate) fn of_scope() -> Members {
        Members::new(Needs::All, core::iter::empty())
    }

    pub(crate) fn insert(&self, token: usize, handle: CancelHandle) {
        let mut left = self.left.lock();
        left.handles.insert(token, handle);
        left.unclaimed_from = left.unclaimed_from.min(token);
    }

    pub(crate) fn remove(&self, token: usize) {
        let removed = self.left.lock().handles.remove(&token);
        // It may be the last, and free the cell: not under the lock.
        drop(removed);
    }

    pub(crate) fn needs(&self) -> Needs {
        self.needs
    }

    pub(crate) fn set_open(&self, yes: bool) {
        self.left.lock().is_open = yes;
    }

    /// All that are left. `None`: others may be added.
    pub(crate) fn all(&self) -> Option<Vec<CancelHandle>> {
        let left = self.left.lock();
        (!left.is_open).then(|| left.handles.values().cloned().collect())
    }

    fn need_who_is_left_behind(&self) -> bool {
        let is_stuck = |handle: &CancelHandle| handle.cell().is_some_and(needs_who_is_left_behind);
        let Some(all) = self.all() else { return false };
        match self.needs {
            needs if needs.is_each() => all.iter().any(is_stuck),
            _ => !all.is_empty() && all.iter().all(is_stuck),
        }
    }

    fn find_task(
        &self,
        mut from: usize,
        any: bool,
        found: &mut impl FnMut(RawCell) -> bool,
    ) -> Option<usize> {
        loop {
            let (token, handle) = self.next_from(from)?;
            if handle.cell().is_some_and(|cell| find_below(cell, any, found)) {
                return Some(token);
            }
            from = token.checked_add(1)?;
        }
    }

    /// Whether `is_free` says so of any that is left, or others may be added.
    pub(crate) fn any_is(&self, is_free: impl Fn(RawCell) -> bool) -> bool {
        let left = self.left.lock();
        // One that had settled when its handle was made has its token under way.
        left.is_open || left.handles.values().any(|handle| handle.cell().is_none_or(&is_free))
    }

    fn next_from(&self, token: usize) -> Option<(usize, CancelHandle)> {
        self.left.lock().handles.range(token..).next().map(|(token, handle)| (*token, handle.clone()))
    }
}

impl Awaited {
    /// Refuses a wait without a deadline that needs a task whose pool has been left behind by a `fork`.
    ///
    /// # Errors
    ///
    /// [`Deadlock`], in the child.
    pub(crate) fn unless_left_behind(&self, deadline: Option<Instant>) -> Result<(), Deadlock> {
        let never = deadline.is_none()
            && may_be_left_behind()
            && match self {
                Awaited::Cell(cell) => needs_who_is_left_behind(*cell),
                Awaited::Set(members) => members.need_who_is_left_behind(),
            };
        if never { Err(Deadlock::forked()) } else { Ok(()) }
    }

    /// Goes through the futures that are waited for, and those that they are made of, until `found` says so. Where one of
    /// several would do, they are looked at only if `any`.
    pub(crate) fn find_task(&self, any: bool, mut found: impl FnMut(RawCell) -> bool) -> bool {
        match self {
            Awaited::Cell(cell) => find_below(*cell, any, &mut found),
            Awaited::Set(members) if !any && !members.needs.is_each() => false,
            Awaited::Set(members) => members.find_task(0, any, &mut found).is_some(),
        }
    }

    /// Like `find_task` for what is waited for in any case, and for a wait of several that asks again and again: what has
    /// been looked at in vain is not looked at again.
    pub(crate) fn find_next_task(&self, mut found: impl FnMut(RawCell) -> bool) -> bool {
        match self {
            Awaited::Set(members) if members.needs.is_each() => {
                // One that is added meanwhile sets it back, and is not to be passed over.
                let from = core::mem::replace(&mut members.left.lock().unclaimed_from, usize::MAX);
                let place = members.find_task(from, false, &mut found);
                let mut left = members.left.lock();
                left.unclaimed_from = left.unclaimed_from.min(place.unwrap_or(usize::MAX));
                place.is_some()
            }
            _ => self.find_task(false, found),
        }
    }
}

/// Whether a future cannot come because a task that it needs is that of another process.
fn needs_who_is_left_behind(cell: RawCell) -> bool {
    find_below(cell, false, &mut |cell: RawCell| {
        let header = cell.header();
        let elsewhere = header.owner.get().is_some_and(|owner| !owner.is_of_this_process());
        elsewhere && !header.word.load().is_done()
    })
}

/// Like `find_task`, for one future, which the caller holds.
fn find_below(cell: RawCell, any: bool, found: &mut impl FnMut(RawCell) -> bool) -> bool {
    let mut left = Vec::new();
    if found(cell) {
        return true;
    }
    add_sources(cell, any, &mut left);
    while let Some(handle) = next_of(&mut left) {
        // The handle keeps its cell while that is looked at.
        if let Some(cell) = handle.cell() {
            if found(cell) {
                return true;
            }
            add_sources(cell, any, &mut left);
        }
    }
    false
}

/// Sources that are still to be looked at, and from where on.
struct Left {
    sources: Sources,
    next: usize,
}

fn add_sources(cell: RawCell, any: bool, left: &mut Vec<Left>) {
    let sources = cell.side_if_made().and_then(Side::sources);
    let wanted = sources.filter(|sources| any || sources.needs().is_each());
    left.extend(wanted.map(|sources| Left { sources, next: 0 }));
}

fn next_of(left: &mut Vec<Left>) -> Option<CancelHandle> {
    loop {
        let last = left.last_mut()?;
        let handle = last.sources.handles().get(last.next).cloned();
        last.next += 1;
        if last.next >= last.sources.handles().len() {
            left.pop();
        }
        if handle.is_some() {
            return handle;
        }
    }
}
