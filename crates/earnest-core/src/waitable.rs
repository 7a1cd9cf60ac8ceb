//! What can be waited for together with others.

use crate::cancel::CancelHandle;
use crate::cancel_on_drop::CancelOnDrop;
use crate::cell::RawCell;
use crate::error::Error;
use crate::failed_if::FailedIf;
use crate::future::Future;
use crate::shared::SharedFuture;
use crate::waiter::Inbox;
use alloc::sync::Arc;
use core::marker::PhantomData;

/// Something that can be waited for together with others, of whatever type and executor: a [`Future`], a
/// [`SharedFuture`], a [`ScopedFuture`](crate::ScopedFuture), a [`CancelOnDrop`], a reference or box of one, a
/// `dyn Waitable`, or a pair of a key and one of these.
///
/// Sealed: its methods serve the combinators, and may change.
///
/// ```
/// use earnest_core::{Future, Waitable};
///
/// let (_promise, pending) = earnest_core::promise::<u32>();
/// let ready = Future::ready("of another type").shared();
/// let either: [&dyn Waitable; 2] = [&pending, &ready];
/// assert_eq!(either.len(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be waited for",
    label = "`{Self}` is no future of this library",
    note = "wait for a `Future`, `SharedFuture` or `ScopedFuture`, a reference or box of one, or a pair `(key, future)`",
    note = "an async block is made into a `Future` by `pool.spawn_async(block)`"
)]
pub trait Waitable: sealed::Watch {}

#[diagnostic::do_not_recommend]
impl<W: sealed::Watch + ?Sized> Waitable for W {}

/// A future, of which there is one handle.
#[doc(hidden)]
#[expect(unnameable_types, missing_debug_implementations, reason = "it says so to this crate only")]
pub struct Sole<'a> {
    cell: RawCell,
    handle: PhantomData<&'a ()>,
}

impl Sole<'_> {
    fn new(cell: RawCell) -> Self {
        Self { cell, handle: PhantomData }
    }

    pub(crate) fn cell(&self) -> RawCell {
        self.cell
    }
}

mod sealed {
    use super::{Arc, CancelHandle, CancelOnDrop, Error, FailedIf, Future, Inbox, SharedFuture, Sole};
    use alloc::boxed::Box;

    /// The working half of [`Waitable`](super::Waitable).
    #[expect(unnameable_types, reason = "this is what seals the trait; it is reached through `watch`")]
    pub trait Watch {
        /// Has `token` put into `inbox` when this settles. `false`: it has settled already, and nothing was registered.
        ///
        /// The inbox has room for `token`, and no other registration uses the same token.
        #[doc(hidden)]
        fn watch(&self, inbox: &Arc<Inbox>, token: usize) -> bool;
        /// Withdraws a registration. `false`: it has been used, or is being used just now.
        #[doc(hidden)]
        fn unwatch(&self, inbox: &Arc<Inbox>, token: usize) -> bool;
        /// Whether the outcome can be seen.
        #[doc(hidden)]
        fn is_settled(&self) -> bool;
        /// Whether the outcome can be seen and is an error other than a cancellation.
        #[doc(hidden)]
        fn has_failed(&self) -> bool;
        /// What this waits for, with its type forgotten.
        #[doc(hidden)]
        fn cancel_handle(&self) -> CancelHandle;
        /// The future, where this is the only handle of it, and who has this decides when the handle goes.
        #[doc(hidden)]
        fn sole(&self) -> Option<Sole<'_>>;
        /// Equal for handles of the same future, and for no two others that exist at the same time.
        #[doc(hidden)]
        fn address(&self) -> usize;
    }

    impl<T> Watch for Future<T> {
        fn watch(&self, inbox: &Arc<Inbox>, token: usize) -> bool {
            self.consumer.watch(inbox, token)
        }
        fn unwatch(&self, inbox: &Arc<Inbox>, token: usize) -> bool {
            self.consumer.unwatch(inbox, token)
        }
        fn is_settled(&self) -> bool {
            self.consumer.is_visible()
        }
        fn has_failed(&self) -> bool {
            matches!(self.glance(), Some(Err(error)) if !matches!(error, Error::Cancelled))
        }
        fn cancel_handle(&self) -> CancelHandle {
            Future::cancel_handle(self)
        }
        fn sole(&self) -> Option<Sole<'_>> {
            Some(Sole::new(self.consumer.cell()))
        }
        fn address(&self) -> usize {
            self.consumer.address()
        }
    }

    /// Forwards everything to the waitable that `$self` holds.
    macro_rules! forward {
        ($self:ident => $inner:expr) => {
            fn watch(&$self, inbox: &Arc<Inbox>, token: usize) -> bool {
                $inner.watch(inbox, token)
            }
            fn unwatch(&$self, inbox: &Arc<Inbox>, token: usize) -> bool {
                $inner.unwatch(inbox, token)
            }
            fn is_settled(&$self) -> bool {
                $inner.is_settled()
            }
            fn has_failed(&$self) -> bool {
                $inner.has_failed()
            }
            fn cancel_handle(&$self) -> CancelHandle {
                Watch::cancel_handle(&$inner)
            }
            fn address(&$self) -> usize {
                $inner.address()
            }
        };
    }

    /// The same for a handle that owns what it holds.
    macro_rules! forward_owned {
        ($self:ident => $inner:expr) => {
            fn sole(&$self) -> Option<Sole<'_>> {
                $inner.sole()
            }
            forward!($self => $inner);
        };
    }

    /// The same for one that does not: there may be others, or what it holds stays when it goes.
    macro_rules! forward_borrowed {
        ($self:ident => $inner:expr) => {
            fn sole(&$self) -> Option<Sole<'_>> {
                None
            }
            forward!($self => $inner);
        };
    }

    impl<T> Watch for CancelOnDrop<T> {
        forward_owned!(self => **self);
    }
    impl<T> Watch for SharedFuture<T> {
        forward_borrowed!(self => self.inner());
    }
    #[cfg(feature = "std")]
    impl<T> Watch for crate::scoped_future::ScopedFuture<'_, T> {
        forward_owned!(self => *self.inner());
    }
    /// Forwards everything but the failure to `$inner`.
    macro_rules! failed_if {
        ($future:ident) => {
            impl<T, F: Fn(Result<&T, &Error>) -> bool> Watch for FailedIf<$future<T>, F> {
                fn watch(&self, inbox: &Arc<Inbox>, token: usize) -> bool {
                    self.future.watch(inbox, token)
                }
                fn unwatch(&self, inbox: &Arc<Inbox>, token: usize) -> bool {
                    self.future.unwatch(inbox, token)
                }
                fn is_settled(&self) -> bool {
                    self.future.is_settled()
                }
                fn has_failed(&self) -> bool {
                    self.future.glance().is_some_and(&self.rule)
                }
                fn cancel_handle(&self) -> CancelHandle {
                    Watch::cancel_handle(&self.future)
                }
                fn sole(&self) -> Option<Sole<'_>> {
                    Watch::sole(&self.future)
                }
                fn address(&self) -> usize {
                    self.future.address()
                }
            }
        };
    }

    failed_if!(Future);
    failed_if!(SharedFuture);

    impl<W: Watch + ?Sized> Watch for &W {
        forward_borrowed!(self => (**self));
    }
    impl<W: Watch + ?Sized> Watch for &mut W {
        forward_borrowed!(self => (**self));
    }
    impl<W: Watch + ?Sized> Watch for Box<W> {
        forward_owned!(self => (**self));
    }
    impl<K, W: Watch> Watch for (K, W) {
        forward_owned!(self => self.1);
    }
}
