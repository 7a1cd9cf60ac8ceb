//! One function over many borrowed inputs.

use crate::error::Error;
use crate::executor::Executor;
use crate::scope::Scope;
use crate::scoped_future::ScopedFuture;
use core::fmt;
use core::iter::FusedIterator;
use core::panic::Location;
use std::collections::VecDeque;
use std::sync::Arc;

/// The results of [`Scope::map`], in input order.
///
/// ```
/// use earnest_core::{InlineExecutor, scope};
///
/// let words = ["tasks", "borrow"];
/// let lengths: Result<Vec<usize>, _> = scope(&InlineExecutor, |s| s.map(2, &words, |word| word.len()).collect());
/// assert_eq!(lengths.unwrap(), [5, 6]);
/// ```
#[must_use = "nothing is submitted before it is asked: iterate over it, or `collect`"]
pub struct ScopedMap<'scope, 'env, E: ?Sized, I, F, R> {
    scope: &'scope Scope<'scope, 'env, E>,
    /// `None` when it has come to its end.
    inputs: Option<I>,
    f: Arc<F>,
    under_way: VecDeque<ScopedFuture<'scope, R>>,
    buffer_size: usize,
    location: &'static Location<'static>,
}

impl<'scope, 'env, E: ?Sized, I, F, R> ScopedMap<'scope, 'env, E, I, F, R> {
    #[track_caller]
    pub(crate) fn new(scope: &'scope Scope<'scope, 'env, E>, buffer_size: usize, inputs: I, f: F) -> Self {
        assert!(buffer_size != 0, "a buffer has room for one task at least");
        let location = Location::caller();
        let under_way = VecDeque::new();
        Self { scope, inputs: Some(inputs), f: Arc::new(f), under_way, buffer_size, location }
    }
}

impl<'scope, E, I, F, R> ScopedMap<'scope, '_, E, I, F, R>
where
    E: Executor + ?Sized,
    I: Iterator,
    I::Item: Send + 'scope,
    F: Fn(I::Item) -> R + Send + Sync + 'scope,
    R: Send + 'scope,
{
    fn submit_what_has_room(&mut self) {
        while self.under_way.len() < self.buffer_size {
            let Some(input) = self.inputs.as_mut().and_then(Iterator::next) else {
                self.inputs = None;
                return;
            };
            let f = self.f.clone();
            self.under_way.push_back(self.scope.submit_at(self.location, move || f(input)));
        }
    }
}

impl<'scope, E, I, F, R> Iterator for ScopedMap<'scope, '_, E, I, F, R>
where
    E: Executor + ?Sized,
    I: Iterator,
    I::Item: Send + 'scope,
    F: Fn(I::Item) -> R + Send + Sync + 'scope,
    R: Send + 'scope,
{
    type Item = Result<R, Error>;

    /// Blocks until the next result is there.
    fn next(&mut self) -> Option<Self::Item> {
        self.submit_what_has_room();
        self.under_way.pop_front().map(ScopedFuture::result)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.inputs.as_ref().map_or((0, Some(0)), Iterator::size_hint);
        let n = self.under_way.len();
        (least.saturating_add(n), most.and_then(|most| most.checked_add(n)))
    }
}

impl<'scope, E, I, F, R> ExactSizeIterator for ScopedMap<'scope, '_, E, I, F, R>
where
    E: Executor + ?Sized,
    I: ExactSizeIterator,
    I::Item: Send + 'scope,
    F: Fn(I::Item) -> R + Send + Sync + 'scope,
    R: Send + 'scope,
{
}

impl<'scope, E, I, F, R> FusedIterator for ScopedMap<'scope, '_, E, I, F, R>
where
    E: Executor + ?Sized,
    I: Iterator,
    I::Item: Send + 'scope,
    F: Fn(I::Item) -> R + Send + Sync + 'scope,
    R: Send + 'scope,
{
}

impl<E: ?Sized, I, F, R> Drop for ScopedMap<'_, '_, E, I, F, R> {
    fn drop(&mut self) {
        // Newest first: those are the likeliest not to have begun.
        for future in self.under_way.drain(..).rev() {
            future.cancel();
        }
    }
}

impl<E: ?Sized, I, F, R> fmt::Debug for ScopedMap<'_, '_, E, I, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedMap").field("under_way", &self.under_way.len()).finish_non_exhaustive()
    }
}
