//! What a thread waits for, through all that it is made of.

use crate::cancel::CancelHandle;
use crate::cell::RawCell;
use crate::deadlock::Deadlock;
use crate::owner::may_be_alone;
use crate::settling::Settling;
use crate::side::Side;
use crate::sources::{Needs, Sources};
use earnest_sync::{CAN_BLOCK, Mutex};
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
    /// Whether all that are left have been looked at by `may_depend_on`.
    is_looked_through: bool,
}

impl Members {
    pub(crate) fn new(needs: Needs, handles: impl Iterator<Item = (usize, CancelHandle)>) -> Members {
        Members {
            needs,
            left: Mutex::new(LeftOver {
                handles: handles.collect(),
                is_open: false,
                unclaimed_from: 0,
                is_looked_through: false,
            }),
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
        left.is_looked_through = false;
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

    fn find_task(
        &self,
        mut from: usize,
        any: bool,
        found: &mut impl FnMut(RawCell) -> bool,
        done_with: &mut impl FnMut(LookedAt),
    ) -> Option<usize> {
        loop {
            let (token, handle) = self.next_from(from)?;
            let is_found = handle.cell().is_some_and(|cell| find_below(cell, any, found, done_with));
            done_with(LookedAt::Handle(handle));
            if is_found {
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

    /// Asked before a look at all of them, which it saves a wait for many that asks again and again. Where any would do, one
    /// that may be completed any time is enough; where each has to come, what has been looked at is not looked at again.
    fn may_depend_on(&self, never_comes: impl Fn(RawCell) -> bool) -> bool {
        let is_free = |cell: RawCell| {
            let is_made_of_others = || cell.side_if_made().is_some_and(Side::has_sources);
            !never_comes(cell) && !cell.header().word.load().is_settled() && !is_made_of_others()
        };
        let mut left = self.left.lock();
        if self.needs.is_each() {
            return !core::mem::replace(&mut left.is_looked_through, true);
        }
        !left.is_open && !left.handles.values().any(|handle| handle.cell().is_some_and(&is_free))
    }

    fn next_from(&self, token: usize) -> Option<(usize, CancelHandle)> {
        self.left.lock().handles.range(token..).next().map(|(token, handle)| (*token, handle.clone()))
    }
}

impl Awaited {
    /// Refuses a wait that nobody here could bring to its end.
    ///
    /// # Errors
    ///
    /// [`Deadlock`]: see `unless_held_up` and `unless_alone`.
    pub(crate) fn unless_refused(&self, deadline: Option<Instant>) -> Result<(), Deadlock> {
        self.unless_held_up(deadline)?;
        self.unless_alone(deadline)
    }

    /// Refuses a wait without a deadline for what a callback holds up that this thread is in the middle of.
    ///
    /// # Errors
    ///
    /// [`Deadlock`], inside of such a callback.
    pub(crate) fn unless_held_up(&self, deadline: Option<Instant>) -> Result<(), Deadlock> {
        let is_held_up = |cell| Settling::outcome_of(cell).is_some();
        let may_be = || match self {
            Awaited::Cell(_) => true,
            Awaited::Set(members) => members.may_depend_on(is_held_up),
        };
        let never = deadline.is_none() && Settling::any() && may_be() && self.depends_on(is_held_up);
        if never { Err(Deadlock::own_callback()) } else { Ok(()) }
    }

    /// Refuses a wait without a deadline that needs a task whose pool has been left behind by a `fork`, and every such wait
    /// where there is no other thread: what this one could do itself has been done by the time it asks.
    ///
    /// # Errors
    ///
    /// [`Deadlock`], in the child of a `fork`, and on a platform without threads.
    pub(crate) fn unless_alone(&self, deadline: Option<Instant>) -> Result<(), Deadlock> {
        if !CAN_BLOCK && deadline.is_none() {
            return Err(Deadlock::alone());
        }
        let never = deadline.is_none()
            && may_be_alone()
            && self.depends_on(|cell| {
                let header = cell.header();
                let elsewhere = header.owner.get().is_some_and(|owner| !owner.is_of_this_process());
                elsewhere && !header.word.load().is_done()
            });
        if never { Err(Deadlock::forked()) } else { Ok(()) }
    }

    /// Whether the wait could never end if those do not come of which `never_comes` says so. Where one of several would do,
    /// it is all of them that must not come.
    pub(crate) fn depends_on(&self, never_comes: impl Fn(RawCell) -> bool) -> bool {
        match self {
            Awaited::Cell(cell) => depends_on(*cell, &never_comes),
            Awaited::Set(members) => {
                members.all().is_some_and(|handles| depends_on_each(&handles, members.needs, &never_comes))
            }
        }
    }

    /// Goes through the futures that are waited for, and those that they are made of, until `found` says so. Where one of
    /// several would do, they are looked at only if `any`.
    pub(crate) fn find_task(&self, any: bool, found: impl FnMut(RawCell) -> bool) -> bool {
        self.find_task_keeping(any, found, drop)
    }

    /// Like `find_task`, and leaves to `done_with` what had to be held for it.
    pub(crate) fn find_task_keeping(
        &self,
        any: bool,
        mut found: impl FnMut(RawCell) -> bool,
        mut done_with: impl FnMut(LookedAt),
    ) -> bool {
        match self {
            Awaited::Cell(cell) => find_below(*cell, any, &mut found, &mut done_with),
            Awaited::Set(members) if !any && !members.needs.is_each() => false,
            Awaited::Set(members) => members.find_task(0, any, &mut found, &mut done_with).is_some(),
        }
    }

    /// Like `find_task` for what is waited for in any case, and for a wait of several that asks again and again: what has
    /// been looked at in vain is not looked at again.
    pub(crate) fn find_next_task(&self, mut found: impl FnMut(RawCell) -> bool) -> bool {
        match self {
            Awaited::Set(members) if members.needs.is_each() => {
                // One that is added meanwhile sets it back, and is not to be passed over.
                let from = core::mem::replace(&mut members.left.lock().unclaimed_from, usize::MAX);
                let place = members.find_task(from, false, &mut found, &mut drop);
                let mut left = members.left.lock();
                left.unclaimed_from = left.unclaimed_from.min(place.unwrap_or(usize::MAX));
                place.is_some()
            }
            _ => self.find_task(false, found),
        }
    }
}

/// Like `Awaited::depends_on`, for one future, which the caller holds. However long a chain, it takes no stack; one of many
/// in another takes some.
fn depends_on(mut cell: RawCell, never_comes: &dyn Fn(RawCell) -> bool) -> bool {
    // What keeps the cell.
    let mut link;
    loop {
        if never_comes(cell) {
            return true;
        }
        if cell.header().word.load().is_done() {
            return false;
        }
        match cell.side_if_made().and_then(Side::sources) {
            Some(Sources::One(source)) => link = source,
            Some(sources) => return depends_on_each(sources.handles(), sources.needs(), never_comes),
            None => return false,
        }
        let Some(source) = link.cell() else { return false };
        cell = source;
    }
}

fn depends_on_each(handles: &[CancelHandle], needs: Needs, never_comes: &dyn Fn(RawCell) -> bool) -> bool {
    let is_stuck = |handle: &CancelHandle| handle.cell().is_some_and(|cell| depends_on(cell, never_comes));
    // One that has settled is out if that decided nothing; if it had when its handle was made, it has no cell.
    let is_out = |handle: &CancelHandle| match handle.cell().map(|cell| cell.header().word.load()) {
        Some(seen) => seen.is_settled() && needs.leaves_open(seen.outcome()),
        None => needs != Needs::Any,
    };
    let others_are_needed = needs == Needs::All;
    handles.iter().any(is_stuck)
        && (others_are_needed || handles.iter().all(|handle| is_out(handle) || is_stuck(handle)))
}

/// Like `find_task`, for one future, which the caller holds.
fn find_below(
    cell: RawCell,
    any: bool,
    found: &mut impl FnMut(RawCell) -> bool,
    done_with: &mut impl FnMut(LookedAt),
) -> bool {
    if found(cell) {
        return true;
    }
    let mut left = Vec::new();
    let mut is_found = false;
    add_sources(cell, any, &mut left, done_with);
    while !is_found {
        let Some(handle) = next_of(&mut left, done_with) else { break };
        // The handle keeps its cell while that is looked at.
        if let Some(cell) = handle.cell() {
            is_found = found(cell);
            add_sources(cell, any, &mut left, done_with);
        }
        done_with(LookedAt::Handle(handle));
    }
    left.into_iter().for_each(|left| done_with(LookedAt::Sources(left.sources)));
    is_found
}

/// What had to be held to look at it. It may be the last to hold a cell, and so is not to be dropped under a lock.
pub(crate) enum LookedAt {
    Handle(#[expect(dead_code, reason = "it is held")] CancelHandle),
    Sources(#[expect(dead_code, reason = "they are held")] Sources),
}

/// Sources that are still to be looked at, and from where on.
struct Left {
    sources: Sources,
    next: usize,
}

fn add_sources(cell: RawCell, any: bool, left: &mut Vec<Left>, done_with: &mut impl FnMut(LookedAt)) {
    match cell.side_if_made().and_then(Side::sources) {
        Some(sources) if any || sources.needs().is_each() => left.push(Left { sources, next: 0 }),
        Some(sources) => done_with(LookedAt::Sources(sources)),
        None => {}
    }
}

fn next_of(left: &mut Vec<Left>, done_with: &mut impl FnMut(LookedAt)) -> Option<CancelHandle> {
    loop {
        let last = left.last_mut()?;
        let handle = last.sources.handles().get(last.next).cloned();
        last.next += 1;
        if last.next >= last.sources.handles().len() {
            let last = left.pop();
            last.into_iter().for_each(|last| done_with(LookedAt::Sources(last.sources)));
        }
        if handle.is_some() {
            return handle;
        }
    }
}
