//! The shared queue: any number of threads push to it without a lock, and one at a time takes from it.
//!
//! It is a list of blocks. A block has room for so many words; what a task takes of it is one word, a pointer, or as many
//! as the task itself has where it lies in its handle. Beside the words there is a byte for each: it says, at the first
//! word of a task, how many there are.
//!
//! - **Q1** A pusher reserves words by moving the tail, one compare-exchange, and has them to itself until it sets their
//!   byte.
//! - **Q2** Where there is not enough room it closes the block instead: it moves the tail to a place that says so, which
//!   keeps others out, makes the next block the last one, and only then says in the old one that nothing follows there.
//!   From then on no pusher touches the old block.
//! - **Q3** Who holds the lock takes what the bytes say, in order, and frees a block when it comes to its end (Q2). A byte
//!   that is not set yet ends what can be taken, be it that others behind it are.
//!
//! A place in the queue is one pointer: blocks are aligned so that the low bits have room for the number of the word. A
//! block may come back at the same address, and a tail that was read before that looks current again. It is: what an
//! exchange reserves is reserved in the block that is there now, and nothing was done with it before.
//!
//! The consumer does not look at the tail, nor a pusher at the head: they meet at the bytes alone, where the pusher does
//! not have to wait for the line to come. The scheme of blocks is that of crossbeam's queue and of tokio's channel.

use super::block::{Block, CLOSING, NO_MORE, NOT_READY, Place, ROOM};
use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;
use core::mem;
use core::ptr;
use crossbeam_utils::{Backoff, CachePadded};
use earnest_core::Runnable;
use earnest_sync::{
    AtomicPtr, AtomicUsize, CHECKED, Mutex,
    Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst},
    mutant, spin_loop, window,
};

/// What can be queued, in one word or more.
///
/// # Safety
///
/// `width` is between 1 and `WIDEST`, and what has been written by `write` is read by `read` whole.
pub unsafe trait Pack: Sized {
    /// How many words it takes at most.
    const WIDEST: usize;

    /// How many words it takes.
    fn width(&self) -> usize;

    /// Moves it there.
    ///
    /// # Safety
    ///
    /// There is room for `width` words.
    unsafe fn write(self, to: *mut usize);

    /// Moves it back.
    ///
    /// # Safety
    ///
    /// It was written there by `write`, was `width` words wide, and is moved back once.
    unsafe fn read(from: *const usize, width: usize) -> Self;
}

/// How many blocks are kept that have been used up, so that the allocator is rarely asked: for so large a piece it tidies up
/// the small ones at times, with everybody waiting.
const SPARES: usize = if CHECKED || cfg!(miri) { 1 } else { 32 };

/// See the module's text.
pub struct Injector<T: Pack> {
    tail: CachePadded<AtomicUsize>,
    head: CachePadded<Mutex<Place>>,
    /// Where the head is, for those who only want to know whether there is anything.
    front: AtomicUsize,
    /// Blocks that have been used up, for the next ones.
    spares: [AtomicPtr<Block>; SPARES],
    items: PhantomData<Cell<T>>,
}

// SAFETY: tasks are moved in by one thread and out by another, never shared; the rest is made to be shared.
unsafe impl<T: Pack + Send> Send for Injector<T> {}
// SAFETY: as above.
unsafe impl<T: Pack + Send> Sync for Injector<T> {}

impl<T: Pack> Default for Injector<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Pack> Injector<T> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        const { assert!(T::WIDEST <= ROOM) };
        let first = Place::first_of(Box::into_raw(Block::new()));
        Injector {
            tail: CachePadded::new(AtomicUsize::new(first.0)),
            head: CachePadded::new(Mutex::new(first)),
            front: AtomicUsize::new(first.0),
            spares: core::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            items: PhantomData,
        }
    }

    /// Queues `item` behind all others. A sequentially consistent read-modify-write, and a release.
    pub fn push(&self, item: T) {
        let width = item.width();
        let backoff = Backoff::new();
        let mut next = None;
        // ORDERING: Relaxed, here and where it turns out to have moved; the exchange that succeeds acquires the block.
        let mut tail = Place(self.tail.load(Relaxed));
        loop {
            if tail.at() == CLOSING {
                // Somebody is about to make the next block the last one (Q2).
                if CHECKED {
                    spin_loop()
                } else {
                    backoff.snooze()
                }
                // ORDERING: Relaxed, as above.
                tail = Place(self.tail.load(Relaxed));
                continue;
            }
            let has_room = tail.at() + width <= ROOM;
            let to = if has_room { tail.plus(width) } else { tail.with(CLOSING) };
            let fresh = if has_room { None } else { Some(*next.get_or_insert_with(|| self.fresh())) };
            // ORDERING: SeqCst; whoever pushes looks next at who sleeps, which pairs with the fence of those who go to sleep
            // and then look here: see `Sleep::work_added`.
            if let Err(actual) = self.tail.compare_exchange(tail.0, to.0, SeqCst, Relaxed) {
                tail = Place(actual);
                backoff.spin();
                continue;
            }
            window!("place_taken_not_filled");
            match fresh {
                // SAFETY: the words were reserved for us (Q1).
                None => unsafe { self.fill(tail, item, width) },
                Some(fresh) => {
                    next = None;
                    // SAFETY: nobody else has the new block yet, and the old one is ours to close (Q2).
                    unsafe { self.close(tail, fresh, item, width) };
                }
            }
            break;
        }
        if let Some(unused) = next {
            self.put_aside(unused);
        }
    }

    /// # Safety
    ///
    /// The words of the new block are the caller's, and so is the right to close the old one.
    unsafe fn close(&self, old: Place, fresh: *mut Block, item: T, width: usize) {
        let first = Place::first_of(fresh);
        // SAFETY: by the caller's promise.
        unsafe { self.fill(first, item, width) };
        // SAFETY: as above; the consumer keeps the block until the byte below is set.
        let closed = unsafe { &*old.block() };
        // SAFETY: nobody reads it before the byte is set.
        closed.next.with_mut(|next| unsafe { *next = fresh });
        // ORDERING: Release publishes the bytes of the new block to the pushers' exchange of the tail, and to the look of
        // `is_empty` where the head was before the block came back.
        self.tail.store(first.plus(width).0, Release);
        // ORDERING: Release publishes `next` to the Acquire load in `take`.
        closed.ready[old.at()].store(NO_MORE, if mutant!("close_relaxed") { Relaxed } else { Release });
    }

    /// # Safety
    ///
    /// The words are the caller's, and there are so many of them.
    unsafe fn fill(&self, place: Place, item: T, width: usize) {
        // SAFETY: the consumer keeps the block until the byte below is set.
        let block = unsafe { &*place.block() };
        let at = place.at();
        // SAFETY: by the caller's promise.
        block.access[at].with_mut(|_| unsafe { item.write(block.word(at)) });
        // ORDERING: Release publishes the words to the Acquire load in `take`.
        block.ready[at].store(width as u8, if mutant!("fill_relaxed") { Relaxed } else { Release });
    }

    fn fresh(&self) -> *mut Block {
        let spare = self.spares.iter().map(take).find(|spare| !spare.is_null()).unwrap_or(ptr::null_mut());
        // SAFETY: null, or a block that was left there for whoever takes it.
        match unsafe { spare.as_ref() } {
            None => Box::into_raw(Block::new()),
            Some(block) => {
                for byte in &block.ready {
                    // ORDERING: Relaxed; the block is published with the tail.
                    byte.store(NOT_READY, Relaxed);
                }
                // The lines are where the block was last read, and come over together here: there would be a wait for each, where
                // they are filled one after another.
                for at in (0..ROOM).step_by(8) {
                    // SAFETY: nobody else has the block, and nothing lies in it.
                    unsafe { block.word(at).write_volatile(0) };
                }
                spare
            }
        }
    }

    /// Keeps a block for later, or frees it.
    fn put_aside(&self, block: *mut Block) {
        let put = |spare: &AtomicPtr<Block>| {
            // ORDERING: Relaxed; a look whether it is worth a try.
            spare.load(Relaxed).is_null()
                && spare.compare_exchange(ptr::null_mut(), block, AcqRel, Acquire).is_ok()
        };
        if !self.spares.iter().any(put) {
            // SAFETY: it came from `Box::into_raw`, and is nobody else's.
            drop(unsafe { Box::from_raw(block) });
        }
    }

    /// Takes up to `limit` tasks, which come in the order in which they were queued: the first is given back, `rest` is
    /// called with the others, under the lock. `None`: nothing is ready.
    pub fn take(&self, limit: usize, mut rest: impl FnMut(T)) -> Option<T> {
        let mut head = self.head.lock();
        let mut first = None;
        let mut n_taken = 0;
        // Put aside without the lock: to free memory takes long at times.
        let mut used_up = ptr::null_mut();
        while n_taken < limit {
            // SAFETY: who has the lock frees blocks, nobody else, and the head's is not used up (Q3).
            let block = unsafe { &*head.block() };
            let at = head.at();
            match block.ready[at].load(Acquire) {
                NOT_READY => break,
                NO_MORE => {
                    // SAFETY: the byte says that it has been written, and that nobody else comes here any more (Q2).
                    let next = block.next.with_mut(|next| unsafe { ptr::replace(next, used_up) });
                    used_up = head.block();
                    *head = Place::first_of(next);
                }
                width => {
                    let width = usize::from(width);
                    *head = head.plus(width);
                    // SAFETY: the byte says that a task is there, and the head has been moved: it is taken once.
                    let item = block.access[at].with_mut(|_| unsafe { T::read(block.word(at), width) });
                    n_taken += 1;
                    if first.is_none() { first = Some(item) } else { rest(item) }
                }
            }
        }
        // ORDERING: Release, so that who sees the new place sees all that has been taken as gone; see `is_empty`. And before
        // a block can come back: whoever then sees the tail in it does not take an older head, which was in it as well, for
        // the newest.
        let (front, is_late) = (head.0, mutant!("front_after_block"));
        if !is_late {
            self.front.store(front, Release);
        }
        drop(head);
        // SAFETY: null, or a block that has been used up, and is nobody else's.
        while let Some(block) = unsafe { used_up.as_ref() } {
            // SAFETY: as above.
            let next = block.next.with(|next| unsafe { *next });
            self.put_aside(mem::replace(&mut used_up, next));
        }
        if is_late {
            // ORDERING: Release, as above. NO MODEL: it is here only as a seeded fault.
            self.front.store(front, Release);
        }
        first
    }

    /// Whether nothing is queued, nor about to be: what has been pushed before is seen.
    pub fn is_empty(&self) -> bool {
        // In this order: when the head has come to where the tail was, all that had been pushed until then is gone, also
        // where a block has come back at the same address since.
        let tail = self.tail.load(Acquire);
        self.front.load(Acquire) == tail
    }

    /// How many tasks are queued, counted up to `limit`: of those that are about to be, the first. Who pushed it may have looked
    /// for somebody to run it before others can see it here, and found the very one who asks now.
    pub fn count(&self, limit: usize) -> usize {
        if self.is_empty() {
            return 0;
        }
        let head = self.head.lock();
        let (mut place, mut count) = (*head, 0);
        while count < limit {
            // SAFETY: as in `take`; blocks behind the head's are still to be used up.
            let block = unsafe { &*place.block() };
            match block.ready[place.at()].load(Acquire) {
                // ORDERING: Relaxed; like that of `is_empty` this look sees what was reserved before, and reads nothing there.
                NOT_READY => return count + usize::from(place.0 != self.tail.load(Relaxed)),
                // SAFETY: the byte says that it has been written (Q2).
                NO_MORE => place = Place::first_of(block.next.with(|next| unsafe { *next })),
                width => {
                    place = place.plus(usize::from(width));
                    count += 1;
                }
            }
        }
        count
    }
}

impl<T: Pack> Drop for Injector<T> {
    fn drop(&mut self) {
        while let Some(item) = self.take(1, drop) {
            drop(item);
        }
        let last = self.head.lock().block();
        let spares = self.spares.iter().map(take);
        for block in spares.chain([last]).filter(|block| !block.is_null()) {
            // SAFETY: it came from `Box::into_raw`, and `&mut self` says that nobody else is here.
            drop(unsafe { Box::from_raw(block) });
        }
    }
}

/// What has been left there, or null.
fn take(spare: &AtomicPtr<Block>) -> *mut Block {
    // ORDERING: Relaxed; a look whether it is worth a try.
    if spare.load(Relaxed).is_null() { ptr::null_mut() } else { spare.swap(ptr::null_mut(), AcqRel) }
}

// SAFETY: as `Runnable` says.
unsafe impl Pack for Runnable {
    const WIDEST: usize = Runnable::WIDEST;

    fn width(&self) -> usize {
        self.n_words()
    }

    unsafe fn write(self, to: *mut usize) {
        // SAFETY: by the caller's promise.
        unsafe { self.into_words(to) }
    }

    unsafe fn read(from: *const usize, width: usize) -> Runnable {
        // SAFETY: by the caller's promise.
        unsafe { Runnable::from_words(from, width) }
    }
}

impl<T: Pack> fmt::Debug for Injector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Injector").finish_non_exhaustive()
    }
}
