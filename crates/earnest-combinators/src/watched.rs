//! Which of several items settles next: what `wait` and `as_completed` are made of.

#[cfg(feature = "stream")]
use core::task::{Context, Poll, ready};
use earnest_core::{CancelHandle, Deadlock, Needs, Roll, Waitable, Waiter, Watching};
use std::collections::HashSet;
use std::time::Instant;

/// Items that are watched by one waiter, each under the token of its place.
///
/// A completion costs the same whatever the number of items: nothing looks at those that are pending. Whichever way
/// this ends, unwinding included, no registration is left behind.
pub(crate) struct Watched<W: Waitable> {
    /// What has not been handed out, in its place. Made of the vector that the items came in, if they came in one.
    places: Vec<Option<W>>,
    /// The place that has the first token.
    first_watched: usize,
    /// Per token: whether it is registered, and has not come back.
    is_watched: Vec<bool>,
    waiter: Waiter,
    watching: Watching,
    /// How far `next` has come among the items that had settled when watching began.
    next_early: usize,
    n_left: usize,
}

/// Whether items may leave before they have settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// They stay until they have settled, or are dropped.
    Never,
    /// Some may be given back, and be waited for again: nothing of this wait is to be left in them.
    MayLeave,
}

impl<W: Waitable> Watched<W> {
    /// Begins to watch `items`, which are distinct, and all or any of which are waited for.
    pub(crate) fn new(items: impl IntoIterator<Item = W>, needs: Needs, leaving: Leaving) -> Self {
        let places: Vec<_> = items.into_iter().map(Some).collect();
        let n_left = places.len();
        // Those that have settled need no means to wait.
        let is_pending = |place: &Option<W>| place.as_ref().is_some_and(|item| !item.is_settled());
        let first_watched = places.iter().position(is_pending).unwrap_or(n_left);
        let n_tokens = n_left - first_watched;
        let (waiter, mut roll) = waiter_for(places.get(first_watched), n_tokens, leaving);
        let (watching, is_watched) = (Watching::new(needs), Vec::with_capacity(n_tokens));
        let mut this = Self { places, first_watched, is_watched, waiter, watching, next_early: 0, n_left };
        for (token, item) in this.places[first_watched..].iter().enumerate() {
            this.is_watched.push(item.as_ref().is_some_and(|item| match &mut roll {
                Some(roll) => roll.enlist(item, token),
                None => item.watch(this.waiter.inbox(), token),
            }));
        }
        // An item that settled during the loop above may have been found settled, or have sent its token. Counting
        // the tokens in here makes both alike. It also makes whatever settled before one of the early items early
        // itself, so that input order among them never puts a late item before an earlier one.
        while let Some(token) = this.waiter.try_next() {
            this.is_watched[token] = false;
        }
        this
    }

    /// How many items have not been handed out.
    pub(crate) fn len(&self) -> usize {
        self.n_left
    }

    /// Hands out the next item that has settled: those that had when watching began, in input order, then the others
    /// as they settle. Blocks until there is one. `None`: none is left, or the deadline has passed.
    ///
    /// # Errors
    ///
    /// [`Deadlock`], where none that is left could ever settle.
    pub(crate) fn next(&mut self, deadline: Option<Instant>) -> Result<Option<W>, Deadlock> {
        if self.n_left == 0 {
            return Ok(None);
        }
        let item = match self.early() {
            None => self.late(deadline)?,
            early => early,
        };
        self.n_left -= usize::from(item.is_some());
        Ok(item)
    }

    /// Hands out the first that is left, though it has not settled.
    pub(crate) fn first_left(&mut self) -> Option<W> {
        let index = self.places.iter().position(Option::is_some)?;
        let item = self.places[index].take()?;
        let token = index.checked_sub(self.first_watched);
        if let Some(token) = token.filter(|token| std::mem::take(&mut self.is_watched[*token])) {
            // Refused where its token will come, to an empty place.
            let _was_registered = item.unwatch(self.waiter.inbox(), token);
            self.watching.remove(token);
        }
        self.n_left -= 1;
        Some(item)
    }

    /// Like `next`, without blocking: where there is none yet, the task is woken when there is.
    #[cfg(feature = "stream")]
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<W>> {
        if self.n_left == 0 {
            return Poll::Ready(None);
        }
        let mut item = self.early();
        while item.is_none() {
            let token = ready!(self.waiter.poll_next(context));
            item = self.arrived(token);
        }
        self.n_left -= 1;
        Poll::Ready(item)
    }

    fn early(&mut self) -> Option<W> {
        if self.next_early >= self.first_watched {
            let unseen = self.is_watched.get(self.next_early - self.first_watched..)?;
            // One past the end, where there is none: nothing is early any more.
            self.next_early += unseen.iter().position(|is_watched| !is_watched).unwrap_or(unseen.len());
        }
        let item = self.places.get_mut(self.next_early).and_then(Option::take);
        self.next_early += 1;
        item
    }

    fn late(&mut self, deadline: Option<Instant>) -> Result<Option<W>, Deadlock> {
        loop {
            let token = match self.waiter.try_next() {
                Some(token) => token,
                None => {
                    self.watching.prepare(|| handles(&self.places[self.first_watched..], &self.is_watched));
                    let Some(token) = self.waiter.next_of(deadline, &mut self.watching)? else {
                        return Ok(None);
                    };
                    token
                }
            };
            let arrived = self.arrived(token);
            if arrived.is_some() {
                return Ok(arrived);
            }
        }
    }

    fn arrived(&mut self, token: usize) -> Option<W> {
        self.watching.remove(token);
        self.is_watched[token] = false;
        self.places[self.first_watched + token].take()
    }

    /// Ends watching, and hands out what is left in input order.
    pub(crate) fn give_up(&mut self) -> Vec<W> {
        self.withdraw();
        self.n_left = 0;
        std::mem::take(&mut self.places).into_iter().flatten().collect()
    }

    fn withdraw(&mut self) {
        for (token, _) in std::mem::take(&mut self.is_watched).into_iter().enumerate().filter(|(_, yes)| *yes)
        {
            if let Some(item) = &self.places[self.first_watched + token] {
                // Refused where the token has been sent or is being sent; it ends in a waiter that nobody asks.
                let _was_registered = item.unwatch(self.waiter.inbox(), token);
            }
        }
    }
}

impl<W: Waitable> Drop for Watched<W> {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// Those that are watched, by their tokens.
fn handles<W: Waitable>(
    places: &[Option<W>],
    is_watched: &[bool],
) -> impl Iterator<Item = (usize, CancelHandle)> {
    let watched = places.iter().zip(is_watched).enumerate().filter(|(_, (_, is_watched))| **is_watched);
    watched.filter_map(|(token, (item, _))| item.as_ref().map(|item| (token, item.cancel_handle())))
}

/// The means to wait for `n` items, of which this is the first.
fn waiter_for<W: Waitable>(first: Option<&Option<W>>, n: usize, leaving: Leaving) -> (Waiter, Option<Roll>) {
    if leaving == Leaving::MayLeave {
        return (Waiter::new(n), None);
    }
    // Room for the others, if there are any, is made when they come.
    let is_sole = first.and_then(Option::as_ref).is_some_and(|item| item.sole().is_some());
    let (waiter, roll) = if is_sole { Waiter::with_roll(n, 1) } else { Waiter::with_roll(1, n) };
    (waiter, Some(roll))
}

/// The items in input order, without those that stand for the same future as an earlier one.
pub(crate) fn distinct<W: Waitable>(items: impl IntoIterator<Item = W>) -> impl Iterator<Item = W> {
    let items = items.into_iter();
    let n = items.size_hint().0;
    let mut seen = HashSet::new();
    // Compared by address, which is safe as the earlier item is kept: it cannot be freed and the address used again.
    items.filter(move |item| {
        item.sole().is_some() || {
            if seen.is_empty() {
                seen.reserve(n);
            }
            seen.insert(item.address())
        }
    })
}
