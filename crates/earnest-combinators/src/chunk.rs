//! Several inputs in one task.

use crate::outcomes::Outcomes;
use core::panic::Location;
use earnest_core::{Error, Future, Panic};
use earnest_sync::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A task for several inputs: how many, and what they come to.
pub(crate) type Chunk<R> = (usize, Future<Outcomes<R>>);

/// What is done with the inputs of a map, and what its chunks share to do it.
pub(crate) struct Work<F, R> {
    pub(crate) f: F,
    /// Where `map_with` was called.
    location: &'static Location<'static>,
    /// Memory of inputs that are gone, for values. All empty.
    spare: Mutex<Vec<Vec<R>>>,
}

impl<F, R> Work<F, R> {
    pub(crate) fn new(f: F, location: &'static Location<'static>) -> Self {
        Self { f, location, spare: Mutex::new(Vec::new()) }
    }

    /// Applies the function to each input. One for which it panics is a failure in its place, and the others go on.
    pub(crate) fn run<T>(&self, inputs: Vec<T>) -> Outcomes<R>
    where
        F: Fn(T) -> R,
    {
        let spare = self.spare.lock().pop();
        let mut outcomes = Outcomes::within(spare.unwrap_or_default());
        let mut inputs = inputs.into_iter();
        // Caught around all that are left, and not around each. What a panic leaves behind is whole: the input is gone,
        // the values before it are there.
        while let Err(payload) =
            catch_unwind(AssertUnwindSafe(|| outcomes.extend(inputs.by_ref().map(&self.f))))
        {
            outcomes.fail(Error::Panicked(Panic::new(payload, self.location)));
        }
        // The standard library does this in place, where the types have the same layout.
        let spare: Vec<R> = inputs.map(|_| unreachable!("all inputs are gone")).collect();
        if spare.capacity() > 0 && size_of::<R>() > 0 {
            self.spare.lock().push(spare);
        }
        outcomes
    }
}
