//! Where the values of a map lie: in one piece of memory, those of each chunk next to those of the chunk before it. What is
//! complete in the end is a vector as it is.

#![expect(unsafe_code, reason = "many tasks fill one piece of memory, each its part of it")]

use core::mem::{self, ManuallyDrop, MaybeUninit};
use core::ptr::{self, NonNull};
use core::slice;
use std::sync::Arc;

/// A piece of memory, and nothing of what lies in it: each place is that of one [`Values`] or one [`Room`].
struct Memory<R> {
    start: NonNull<R>,
    capacity: usize,
}

// SAFETY: who has it comes to the places that are theirs, and to no others: so it is as if these were sent.
unsafe impl<R: Send> Send for Memory<R> {}
// SAFETY: as above.
unsafe impl<R: Send> Sync for Memory<R> {}

impl<R> Memory<R> {
    fn of(empty: Vec<R>) -> Arc<Memory<R>> {
        let mut empty = ManuallyDrop::new(empty);
        let capacity = empty.capacity();
        Arc::new(Memory { start: NonNull::from(empty.spare_capacity_mut()).cast(), capacity })
    }

    /// # Safety
    ///
    /// What lies at the first `n` places are values, and nobody else's.
    unsafe fn into_vec(self, n: usize) -> Vec<R> {
        let this = ManuallyDrop::new(self);
        // SAFETY: it has been taken out of a vector; and by the caller's promise.
        unsafe { Vec::from_raw_parts(this.start.as_ptr(), n, this.capacity) }
    }

    fn place(&self, at: usize) -> *mut R {
        self.start.as_ptr().wrapping_add(at)
    }
}

impl<R> Drop for Memory<R> {
    fn drop(&mut self) {
        // SAFETY: it has been taken out of a vector. Nothing lies there any more that was to be dropped.
        drop(unsafe { Vec::from_raw_parts(self.start.as_ptr(), 0, self.capacity) });
    }
}

/// Values that lie next to each other. As an iterator it moves them out.
pub(crate) struct Values<R> {
    /// `None`: there are none.
    memory: Option<Arc<Memory<R>>>,
    from: usize,
    to: usize,
}

impl<R> Values<R> {
    pub(crate) const fn none() -> Self {
        Values { memory: None, from: 0, to: 0 }
    }

    #[cfg(all(test, not(earnest_loom)))]
    pub(crate) fn start(&self) -> Option<*const R> {
        self.memory.as_ref().map(|memory| memory.place(self.from).cast_const())
    }

    /// All but the first `n`, which are left.
    pub(crate) fn split_off(&mut self, n: usize) -> Self {
        assert!(n <= self.len(), "there are fewer");
        let to = mem::replace(&mut self.to, self.from + n);
        Values { memory: self.memory.clone(), from: self.to, to }
    }

    /// Takes over the `others`, if they lie right behind these, or if there are none of these.
    pub(crate) fn append(&mut self, others: &mut Self) -> bool {
        let is_one_memory = match (&self.memory, &others.memory) {
            (Some(memory), Some(other)) => Arc::ptr_eq(memory, other),
            _ => false,
        };
        if self.len() == 0 {
            *self = mem::take(others);
        } else if is_one_memory && self.to == others.from {
            self.to = mem::replace(&mut others.to, others.from);
            others.memory = None;
        } else {
            return others.len() == 0;
        }
        true
    }

    /// The memory itself, if they lie at its beginning, and nobody else has anything of it.
    pub(crate) fn into_vec(mut self) -> Vec<R> {
        if self.from == 0 {
            match self.memory.take().map(Arc::try_unwrap) {
                Some(Ok(memory)) => {
                    let n = mem::take(&mut self.to);
                    // SAFETY: these were the values, and nothing is left of them here.
                    return unsafe { memory.into_vec(n) };
                }
                Some(Err(shared)) => self.memory = Some(shared),
                None => {}
            }
        }
        let mut copied = Vec::new();
        self.move_to(&mut copied);
        copied
    }

    /// Moves them behind what is there.
    pub(crate) fn move_to(mut self, all: &mut Vec<R>) {
        let n = self.len();
        all.reserve(n);
        if let Some(memory) = &self.memory {
            let places = all.spare_capacity_mut().as_mut_ptr().cast();
            // SAFETY: values lie there, and there is room for as many in the vector, which is not part of that memory.
            unsafe { ptr::copy_nonoverlapping(memory.place(self.from), places, n) };
            self.from = self.to;
            // SAFETY: so many have been moved behind those that were there.
            unsafe { all.set_len(all.len() + n) };
        }
    }
}

impl<R> Default for Values<R> {
    fn default() -> Self {
        Self::none()
    }
}

impl<R> Iterator for Values<R> {
    type Item = R;

    #[inline]
    fn next(&mut self) -> Option<R> {
        if self.from == self.to {
            return None;
        }
        let place = self.memory.as_ref()?.place(self.from);
        self.from += 1;
        // SAFETY: a value lay there, and it does no longer count.
        Some(unsafe { place.read() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.to - self.from, Some(self.to - self.from))
    }
}

impl<R> ExactSizeIterator for Values<R> {}

impl<R> Drop for Values<R> {
    fn drop(&mut self) {
        let Some(memory) = &self.memory else { return };
        let rest = ptr::slice_from_raw_parts_mut(memory.place(self.from), self.to - self.from);
        // SAFETY: values lie there, and nobody comes to them afterwards.
        unsafe { rest.drop_in_place() };
    }
}

/// How large a piece of memory is at most that several chunks have in common, in bytes: it is not freed before all have gone.
const MOST: usize = 64 << 20;

/// Room for values, of which the first may have been written.
pub(crate) struct Room<R> {
    written: Values<R>,
    /// Where it ends.
    end: usize,
}

impl<R> Room<R> {
    pub(crate) const fn none() -> Self {
        Room { written: Values::none(), end: 0 }
    }

    /// For so many, in a piece of memory of their own.
    pub(crate) fn new(n: usize) -> Self {
        Self::all_of(Vec::with_capacity(n), n)
    }

    /// The same; or none, if that is more than `MOST`, or than there is.
    pub(crate) fn if_small(n: usize) -> Self {
        let mut empty = Vec::new();
        let is_small = n.checked_mul(size_of::<R>()).is_some_and(|bytes| bytes <= MOST);
        if is_small && empty.try_reserve_exact(n).is_ok() { Self::all_of(empty, n) } else { Self::none() }
    }

    fn all_of(empty: Vec<R>, n: usize) -> Self {
        Room { written: Values { memory: Some(Memory::of(empty)), from: 0, to: 0 }, end: n }
    }

    /// Room for the next `n`, or none, if there is less.
    pub(crate) fn part(&mut self, n: usize) -> Self {
        let Values { memory, from, to } = &mut self.written;
        assert!(from == to, "what has been written is not given away");
        if self.end - *to < n {
            return Self::none();
        }
        let at = *to;
        (*from, *to) = (at + n, at + n);
        Room { written: Values { memory: memory.clone(), from: at, to: at }, end: at + n }
    }

    /// This one, or another for `n`, if it is none.
    pub(crate) fn or_new(self, n: usize) -> Self {
        if self.written.memory.is_some() { self } else { Self::new(n) }
    }

    /// Writes what comes, while there is room. If `values` panics, what it gave before is kept.
    pub(crate) fn extend(&mut self, mut values: impl Iterator<Item = R>) {
        let Some(memory) = &self.written.memory else { return };
        let place = memory.place(self.written.to).cast::<MaybeUninit<R>>();
        // SAFETY: it is this room's, and the memory is there at least as long.
        let free = unsafe { slice::from_raw_parts_mut(place, self.end - self.written.to) };
        let mut written = Written { to: &mut self.written.to, n: 0 };
        for place in free {
            let Some(value) = values.next() else { return };
            place.write(value);
            written.n += 1;
        }
    }

    /// What has been written so far. What is written next comes behind it.
    pub(crate) fn take_written(&mut self) -> Values<R> {
        let n = self.written.to - self.written.from;
        let next = self.written.split_off(n);
        mem::replace(&mut self.written, next)
    }
}

/// Counts what has been written, be it that a panic has put an end to it.
struct Written<'a> {
    to: &'a mut usize,
    n: usize,
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        *self.to += self.n;
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests;
