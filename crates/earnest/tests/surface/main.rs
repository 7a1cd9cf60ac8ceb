//! What the facade exports: the counterparts of what the original does.

earnest_testing::guard!();

use earnest::prelude::TaskFuture;
use earnest_testing::conform;
use std::error::Error as StdError;

/// Row 1.1.1: the facade has the counterparts of what the original exports, and the prelude has them too, with `Future`
/// as `TaskFuture`.
#[test]
fn the_facade_has_what_the_original_exports() {
    conform("1.1.1", |claims| {
        let from_facade = {
            use earnest::{Future, MapExt, ReturnWhen, ThreadPoolExecutor, as_completed, wait};
            let pool = ThreadPoolExecutor::new();
            let future: Future<i32> = pool.submit(|| 1);
            let done = wait([future], ReturnWhen::AllCompleted, None).done;
            let sum: i32 = as_completed(done).map(|future| future.result().unwrap()).sum();
            sum + pool.map([2, 3], |n| n).map(Result::unwrap).sum::<i32>()
        };
        let from_prelude = {
            use earnest::prelude::*;
            let pool = ThreadPoolExecutor::new();
            let future: TaskFuture<i32> = pool.submit(|| 1);
            let done = wait([future], ReturnWhen::AllCompleted, None).done;
            let sum: i32 = as_completed(done).map(|future| future.result().unwrap()).sum();
            sum + pool.map([2, 3], |n| n).map(Result::unwrap).sum::<i32>()
        };
        claims.is((from_facade, from_prelude), (6, 6));
        let both: earnest::Future<i32> = TaskFuture::ready(7);
        claims.is(both.result().unwrap(), 7);
    });
}

/// Row 1.1.4: there is one error type, an error like any other, with a question for each way to have no value.
#[test]
fn one_error_type_says_why_there_is_no_value() {
    conform("1.1.4", |claims| {
        let (promise, future) = earnest::promise::<()>();
        claims.that(future.cancel(), "a future can be cancelled");
        drop(promise);
        let cancelled = future.result().unwrap_err();
        let (promise, future) = earnest::promise::<()>();
        drop(promise);
        let abandoned = future.result().unwrap_err();
        claims.is((cancelled.is_cancelled(), cancelled.is_abandoned()), (true, false));
        claims.is((abandoned.is_cancelled(), abandoned.is_abandoned()), (false, true));
        let any: Box<dyn StdError + Send + Sync> = cancelled.into();
        claims.is(any.to_string(), "the future was cancelled");
    });
}
