//! Which handles may cross threads and unwinding: checked by the compiler.

use earnest_core::{
    CancelHandle, Cancellation, CancellationToken, Cancelled, Error, Future, ManualExecutor, Panic, Promise,
    Registration, Runnable, SharedFuture, SharedOutcome, Waiter,
};
use earnest_testing::conform;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// Asks whether a type has a trait, by which of two methods is found: the inherent one needs the trait.
macro_rules! has {
    ($type:ty: $($bound:tt)+) => {{
        struct Probe<T: ?Sized>(PhantomData<T>);
        trait Otherwise {
            fn has(&self) -> bool {
                false
            }
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        impl<T: ?Sized + $($bound)+> Probe<T> {
            fn has(&self) -> bool {
                true
            }
        }
        // Both are used once, whichever is found below.
        let _ = (<Probe<u8> as Otherwise>::has, Probe::<Everything>::has);
        Probe::<$type>(PhantomData).has()
    }};
}

/// Has every trait that is asked for.
type Everything = CancelHandle;
type Neither = *const u8;
type SendOnly = std::cell::Cell<u8>;
type SyncOnly = std::sync::MutexGuard<'static, u8>;
type Both = u8;

#[test]
fn a_future_is_send_if_its_value_is() {
    assert!(has!(Future<Both>: Send) && has!(Promise<Both>: Send));
    assert!(has!(Future<SendOnly>: Send) && has!(Promise<SendOnly>: Send));
    assert!(!has!(Future<SyncOnly>: Send) && !has!(Promise<SyncOnly>: Send));
    assert!(!has!(Future<Neither>: Send) && !has!(Promise<Neither>: Send));
}

#[test]
fn a_future_is_sync_if_its_value_is_send_and_sync() {
    assert!(has!(Future<Both>: Sync) && has!(Promise<Both>: Sync));
    assert!(!has!(Future<SendOnly>: Sync) && !has!(Promise<SendOnly>: Sync));
    assert!(!has!(Future<SyncOnly>: Sync) && !has!(Promise<SyncOnly>: Sync));
    assert!(!has!(Future<Neither>: Sync) && !has!(Promise<Neither>: Sync));
}

#[test]
fn a_shared_future_crosses_threads_if_its_value_may_be_seen_from_several() {
    assert!(has!(SharedFuture<Both>: Send + Sync));
    assert!(!has!(SharedFuture<SendOnly>: Send));
    assert!(!has!(SharedFuture<SyncOnly>: Sync));
    assert!(has!(SharedOutcome<'static, Both>: Send + Unpin));
    assert!(!has!(SharedOutcome<'static, SendOnly>: Send));
}

/// Rows 59, 60, 1.1.7: there is one promise for a future, so that no second outcome can be written.
#[test]
fn a_promise_has_no_clone() {
    conform("59 60 1.1.7", |claims| {
        claims.that(!has!(Promise<Both>: Clone), "a promise cannot be cloned");
        claims.that(has!(CancelHandle: Clone), "but who may cancel can be many");
    });
}

#[test]
fn everything_else_holds_whatever_the_value() {
    type Odd = &'static mut std::cell::UnsafeCell<std::marker::PhantomPinned>;
    assert!(has!(Future<Odd>: Unpin + UnwindSafe + RefUnwindSafe + Debug));
    assert!(has!(Promise<Odd>: Unpin + UnwindSafe + RefUnwindSafe + Debug));
    assert!(has!(CancelHandle: Send + Sync + Clone + UnwindSafe + RefUnwindSafe + Debug));
    assert!(has!(CancellationToken: Send + Sync + Clone + UnwindSafe + RefUnwindSafe + Debug));
    assert!(has!(Registration: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Debug));
    assert!(has!(SharedFuture<Odd>: Unpin + UnwindSafe + RefUnwindSafe + Debug));
    assert!(has!(SharedOutcome<'static, Odd>: UnwindSafe + RefUnwindSafe + Debug));
    assert!(has!(Cancellation<'static>: Send + Unpin + UnwindSafe + RefUnwindSafe + Debug));
    assert!(has!(ManualExecutor: UnwindSafe + RefUnwindSafe) && has!(Waiter: UnwindSafe + RefUnwindSafe));
    assert!(has!(Cancelled: Send + Sync + Copy + std::error::Error));
    assert!(has!(Runnable: Send + Sync + Unpin + Debug));
    assert!(has!(Error: Send + Sync + std::error::Error) && has!(Panic: Send + Sync + Debug));
}
