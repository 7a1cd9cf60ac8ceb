//! What the clones of a token share: its state, and its place among other tokens.

use super::callbacks::{Callback, Callbacks, call, drop_uncalled};
use super::family::Family;
use crate::promise::{Promise, promise_at};
use crate::shared::SharedFuture;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::mem;
use core::panic::Location;
use earnest_sync::{
    AtomicBool, Mutex, OnceLock,
    Ordering::{Acquire, Relaxed, Release},
    mutant, window,
};

/// What the clones of a token share.
pub(super) struct Node {
    /// Set once, under the lock of the family; under that of `own`, as long as there is no family.
    is_cancelled: AtomicBool,
    own: Mutex<Own>,
    /// Made when first waited for, under the lock of `own`.
    end: OnceLock<SharedFuture<()>>,
    /// Where the token has its parent and children, if it has any. Set under the lock of `own` by a token that comes to
    /// have a child, and under that of the family by one that is born into it.
    pub(super) place: OnceLock<Place>,
}

struct Own {
    callbacks: Callbacks,
    /// For `end`: there until the token is cancelled.
    promise: Option<Promise<()>>,
}

/// The slot of a token that has not been cancelled.
pub(super) struct Place {
    pub(super) family: Arc<Mutex<Family<Weak<Node>>>>,
    index: usize,
}

impl Node {
    pub(super) fn new(is_cancelled: bool) -> Node {
        Node {
            is_cancelled: AtomicBool::new(is_cancelled),
            own: Mutex::new(Own { callbacks: Callbacks::new(is_cancelled), promise: None }),
            end: OnceLock::new(),
            place: OnceLock::new(),
        }
    }

    #[inline]
    pub(super) fn is_cancelled(&self) -> bool {
        // ORDERING: Relaxed only as a seeded fault; Acquire pairs with the Release of `set_cancelled`.
        self.is_cancelled.load(if mutant!("token_relaxed") { Relaxed } else { Acquire })
    }

    fn set_cancelled(&self) {
        self.is_cancelled.store(true, Release);
    }

    /// Makes `child`, which is new, a child of this token. `false`: this one has been cancelled.
    ///
    /// The look and the entry are under one lock, which is held while a cancellation marks its tokens: so a child that
    /// is entered will be marked, and any other is told here.
    pub(super) fn adopt(self: &Arc<Self>, child: &Arc<Node>) -> bool {
        let place = self.place();
        let mut family = place.family.lock();
        if self.is_cancelled() && !mutant!("token_child_without_look") {
            return false;
        }
        let index = family.insert(place.index, Arc::downgrade(child));
        // Under the lock: as soon as the child can be found in the family, it knows that it is there.
        child.place.get_or_init(|| Place { family: place.family.clone(), index });
        true
    }

    /// Where the token has its children.
    fn place(self: &Arc<Self>) -> &Place {
        self.place.get().unwrap_or_else(|| {
            let _own = (!mutant!("token_family_unlocked")).then(|| self.own.lock());
            self.place.get_or_init(|| {
                let (family, index) = Family::new(Arc::downgrade(self));
                Place { family: Arc::new(Mutex::new(family)), index }
            })
        })
    }

    /// Marks the token and all its descendants as cancelled, and gives them, parents before their children. None, where
    /// another was first.
    pub(super) fn mark(this: &Arc<Self>) -> Vec<Arc<Node>> {
        let own = this.own.lock();
        let Some(place) = this.place.get() else {
            // Without a family. None can come to be before the mark, which whoever makes one will see.
            let is_first = !this.is_cancelled();
            this.set_cancelled();
            return is_first.then(|| this.clone()).into_iter().collect();
        };
        drop(own);
        let mut marked = Vec::new();
        let mut family = place.family.lock();
        if !this.is_cancelled() {
            family.remove_all(place.index, |token| {
                // Refused where the last handle is gone: that token is about to take itself out.
                let token = token.upgrade();
                token.iter().for_each(|token| token.set_cancelled());
                let lives = token.is_some();
                marked.extend(token);
                lives
            });
        }
        marked
    }

    /// The future of those who wait, which is made here.
    pub(super) fn end(&self, location: &'static Location<'static>) -> &SharedFuture<()> {
        let mut late = None;
        if self.end.get().is_none() {
            window!("token_looked_no_promise");
            let mut own = self.own.lock();
            if self.end.get().is_none() {
                let (promise, future) = promise_at(location);
                // It cannot be cancelled from now on: it belongs to all who wait.
                let _pending = promise.start();
                self.end.get_or_init(|| future.shared());
                // Whoever cancels looks for the promise after the mark: it is there, or the mark is seen here.
                if self.is_cancelled() && !mutant!("token_wait_without_look") {
                    late = Some(promise);
                } else {
                    own.promise = Some(promise);
                }
            }
        }
        late.into_iter().for_each(keep);
        self.end.get().unwrap_or_else(|| unreachable!("made above"))
    }

    /// Adds a callback, as the last, under the key that is given back.
    ///
    /// # Errors
    ///
    /// `f`, where all others have been called: it is the caller's to call.
    pub(super) fn register(&self, f: Callback) -> Result<u64, Callback> {
        self.own.lock().callbacks.add(f)
    }

    /// Takes a callback off, uncalled. `false`: it has been taken out to be called.
    pub(super) fn unregister(&self, key: u64) -> bool {
        let callback = self.own.lock().callbacks.remove(key);
        callback.map(drop_uncalled).is_some()
    }

    /// Tells those who wait that the token has been cancelled.
    pub(super) fn end_waits(&self) {
        let promise = self.own.lock().promise.take();
        promise.into_iter().for_each(keep);
    }

    /// Calls the callbacks, on this thread, and turns away those who come later.
    pub(super) fn run_callbacks(&self) {
        loop {
            let next = self.own.lock().callbacks.next_or_close();
            let Some(f) = next else { return };
            call(f);
        }
    }
}

fn keep(promise: Promise<()>) {
    let _never_cancelled = promise.complete(());
}

#[cfg(all(test, not(earnest_loom)))]
impl Node {
    pub(super) fn has_callbacks(&self) -> bool {
        !self.own.lock().callbacks.is_empty()
    }
}

/// The last handle is gone.
impl Drop for Node {
    fn drop(&mut self) {
        if let Some(place) = self.place.get() {
            let mut family = place.family.lock();
            // A cancellation has taken it out already, unless that found it like this, without a handle.
            if !self.is_cancelled() {
                family.remove(place.index);
            }
        }
        let over = Own { callbacks: Callbacks::new(true), promise: None };
        let Own { callbacks, promise } = mem::replace(&mut *self.own.lock(), over);
        drop(promise);
        // A look, so that this is no failure that nobody has looked at: nothing has failed.
        let _abandoned = self.end.get().map(SharedFuture::peek);
        callbacks.drop_each();
    }
}
