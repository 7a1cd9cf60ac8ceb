//! Many futures watched by one thread, and left alone again when it is done with them.

use earnest_core::{Waitable, Waiter};
use std::collections::HashSet;
use std::time::Instant;

/// The items, each under its index as a token. Dropping it withdraws every registration that was not used.
pub(crate) struct Watch<W: Waitable> {
    waiter: Waiter,
    entries: Vec<Entry<W>>,
    /// Those that were settled from the start, in input order, and have not been handed out.
    settled_before: std::vec::IntoIter<usize>,
}

struct Entry<W> {
    /// `None` once it has been taken.
    item: Option<W>,
    /// Whether a registration stands.
    watched: bool,
}

impl<W: Waitable> Watch<W> {
    /// Watches all `items`; of several handles of one future, the first.
    pub(crate) fn new(items: impl IntoIterator<Item = W>) -> Watch<W> {
        let mut seen = HashSet::new();
        let entry = |item: W| Entry { item: Some(item), watched: false };
        let entries: Vec<_> = items.into_iter().filter(|item| seen.insert(item.address())).map(entry).collect();
        let waiter = Waiter::new(entries.len());
        let mut watch = Watch { waiter, entries, settled_before: Vec::new().into_iter() };
        let mut settled = Vec::new();
        for (token, entry) in watch.entries.iter_mut().enumerate() {
            entry.watched = entry.item.as_ref().is_some_and(|item| item.watch(&watch.waiter, token));
            if !entry.watched {
                settled.push(token);
            }
        }
        watch.settled_before = settled.into_iter();
        watch
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Blocks until one more has settled, and says which. `None`: the deadline has passed.
    ///
    /// Each is said once; the caller knows how many are left.
    pub(crate) fn next(&mut self, deadline: Option<Instant>) -> Option<usize> {
        self.settled_before.next().or_else(|| {
            let token = self.waiter.next(deadline)?;
            self.entries[token].watched = false;
            Some(token)
        })
    }

    pub(crate) fn get(&self, token: usize) -> Option<&W> {
        self.entries[token].item.as_ref()
    }

    /// Takes an item that `next` has named.
    pub(crate) fn take(&mut self, token: usize) -> Option<W> {
        self.entries[token].item.take()
    }

    /// Takes all that is left, in input order.
    pub(crate) fn take_rest(&mut self) -> Vec<W> {
        self.withdraw();
        self.entries.iter_mut().filter_map(|entry| entry.item.take()).collect()
    }

    fn withdraw(&mut self) {
        for (token, entry) in self.entries.iter_mut().enumerate().filter(|(_, entry)| entry.watched) {
            entry.watched = false;
            if let Some(item) = &entry.item {
                item.unwatch(&self.waiter, token);
            }
        }
    }
}

impl<W: Waitable> Drop for Watch<W> {
    fn drop(&mut self) {
        self.withdraw();
    }
}
