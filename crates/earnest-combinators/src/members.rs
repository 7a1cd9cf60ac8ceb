//! What a completion set holds, for the set and its adders to reach.

use earnest_core::{Inbox, Needs, Roll, Waitable, Watching};
use earnest_sync::{Mutex, mutant, window};
use std::sync::Arc;

/// Items that are watched by one waiter, each under the token of its place. Tokens that have come back are used again.
///
/// Every item comes back by its token in the inbox: left there by the future when it settles, or by whoever adds an
/// item that has settled. The lock is for coming and going; a future that settles does not take it.
pub(crate) struct Members<W: Waitable> {
    inbox: Arc<Inbox>,
    held: Mutex<Held<W>>,
}

struct Held<W> {
    /// `None` once the set is gone.
    roll: Option<Roll>,
    /// By token. The place of `NEWS` is always empty.
    places: Vec<Option<W>>,
    /// The other tokens whose places are empty.
    free: Vec<usize>,
    /// How many tokens are out whose items have been given back unsettled, and which cannot be withdrawn.
    n_out: usize,
    n_adders: usize,
    /// The items once more, for a worker's thread that waits for them.
    watching: Watching,
    /// Whether a worker's thread may be waiting for them just now.
    is_awaited: bool,
}

/// The token that stands for no item: it says that the last adder has gone.
const NEWS: usize = 0;

impl<W> Held<W> {
    fn len(&self) -> usize {
        self.places.len() - 1 - self.free.len() - self.n_out
    }

    fn has_ended(&self) -> bool {
        self.len() == 0 && self.n_adders == 0
    }

    /// An item goes to whoever has waited, if anybody has.
    fn remove(&mut self, token: usize) {
        self.watching.remove(token);
        self.is_awaited = false;
    }
}

impl<W: Waitable> Members<W> {
    pub(crate) fn new(inbox: Arc<Inbox>, roll: Roll) -> Self {
        let held = Held {
            roll: Some(roll),
            places: vec![None],
            free: Vec::new(),
            n_out: 0,
            n_adders: 0,
            watching: Watching::new(Needs::Any),
            is_awaited: false,
        };
        Self { inbox, held: Mutex::new(held) }
    }

    pub(crate) fn len(&self) -> usize {
        self.held.lock().len()
    }

    /// Whether there is nothing to come: no item, and nobody who could add one.
    pub(crate) fn has_ended(&self) -> bool {
        self.held.lock().has_ended()
    }

    /// Watches `item`. `Err`: the set is gone.
    pub(crate) fn add(&self, item: W) -> Result<(), W> {
        let mut held = self.held.lock();
        let Held { roll: Some(roll), places, free, watching, .. } = &mut *held else { return Err(item) };
        let token = free.pop().unwrap_or_else(|| {
            places.push(None);
            places.len() - 1
        });
        // Its token may come back from here on, and is not looked up before the lock is released.
        let is_watched = roll.enlist(&item, token);
        watching.insert(token, || item.cancel_handle());
        places[token] = Some(item);
        let is_awaited = held.is_awaited;
        drop(held);
        if !is_watched {
            window!("enlisted_not_put");
            self.inbox.admit(token);
            self.inbox.put(token);
        } else if is_awaited {
            // It may be a task that only the one who waits could run now.
            self.inbox.call();
        }
        Ok(())
    }

    /// The item whose token has come back; `None` if it stands for no item.
    pub(crate) fn take(&self, token: usize) -> Option<W> {
        if token == NEWS {
            return None;
        }
        let mut held = self.held.lock();
        held.free.push(token);
        held.remove(token);
        let item = held.places[token].take();
        held.n_out -= usize::from(item.is_none());
        item
    }

    /// Cancels the items whose tasks have not begun.
    pub(crate) fn cancel_all(&self) {
        let handles: Vec<_> = {
            let held = self.held.lock();
            held.places.iter().flatten().map(|item| item.cancel_handle()).collect()
        };
        // Not under the lock: callbacks run.
        for handle in handles {
            handle.cancel();
        }
    }

    /// Takes any item, though it has not settled.
    pub(crate) fn take_unsettled(&self) -> Option<W> {
        let mut held = self.held.lock();
        let token = held.places.iter().position(Option::is_some)?;
        let is_withdrawn = held.places[token].as_ref().is_some_and(|item| item.unwatch(&self.inbox, token));
        held.remove(token);
        if is_withdrawn {
            held.free.push(token);
        } else {
            // The token comes when the item settles, and is free then.
            held.n_out += 1;
        }
        held.places[token].take()
    }

    /// What is waited for, for a thread that is about to wait.
    pub(crate) fn watching(&self) -> Watching {
        let mut held = self.held.lock();
        let Held { places, watching, n_adders, is_awaited, .. } = &mut *held;
        watching.prepare(|| {
            let items = places.iter().enumerate();
            items.filter_map(|(token, place)| place.as_ref().map(|item| (token, item.cancel_handle())))
        });
        watching.set_open(*n_adders > 0);
        *is_awaited = watching.is_prepared();
        watching.share()
    }

    pub(crate) fn adder_comes(&self) {
        self.held.lock().n_adders += 1;
    }

    /// Wakes whoever waits for an item, if there is none to come any more.
    pub(crate) fn adder_goes(&self) {
        let mut held = self.held.lock();
        held.n_adders -= 1;
        if held.n_adders == 0 && held.len() > 0 {
            // Whoever waits is woken by the items, and looks here afterwards; but they may wait for it in turn.
            held.watching.set_open(false);
            let is_awaited = held.is_awaited;
            drop(held);
            if is_awaited {
                self.inbox.call();
            }
        } else if held.has_ended() && !mutant!("last_adder_unheard") {
            drop(held);
            // Once, however often the last adder went meanwhile.
            self.inbox.put(NEWS);
        }
    }

    /// Ends watching, refuses what is added from now on, and hands out what is left.
    pub(crate) fn close(&self) -> Vec<W> {
        let mut held = self.held.lock();
        let roll = held.roll.take();
        held.free.clear();
        held.n_out = 0;
        let places = std::mem::replace(&mut held.places, vec![None]);
        // Handles, which keep the cells of what is given away.
        let watching = std::mem::replace(&mut held.watching, Watching::new(Needs::Any));
        drop(held);
        drop(watching);
        window!("roll_gone_items_watched");
        drop(roll);
        for (token, place) in places.iter().enumerate() {
            if let Some(item) = place {
                // Refused where the token was left or is being left; it ends in a waiter that nobody asks.
                let _was_registered = item.unwatch(&self.inbox, token);
            }
        }
        places.into_iter().flatten().collect()
    }
}
