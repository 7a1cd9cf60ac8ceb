//! What is left behind: nothing, once the outcome has been taken or the handles are gone.

use earnest_core::{Future, promise, task};
use earnest_testing::conform;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Counted by its clones: one is left when all who were given one have dropped it. It can be an error, too.
#[derive(Clone, Debug, Default)]
struct Token(Arc<()>);

impl Token {
    fn others(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }
}

impl Error for Token {}

/// Has everything that can hold on to something hold a token: callbacks, one of which captures its own future and adds
/// another, a derived future, and a handle to cancel.
fn entangle(token: &Token, future: Future<Token>) -> impl Sized + use<> {
    let handle = future.cancel_handle();
    let shared = future.shared();
    let (captured, itself) = (token.clone(), shared.clone());
    shared.add_done_callback(move |_| {
        let (token, inner) = (captured.clone(), itself.clone());
        itself.add_done_callback(move |_| drop((token, inner)));
    });
    let (promise, following) = promise();
    let captured = token.clone();
    shared.add_done_callback(move |_| promise.complete(captured).unwrap());
    (handle, following.map(|token| token))
}

/// A way for a future to end, which leaves nothing of the token it is given.
type End = fn(&Token);

/// Row 3.4.1: whatever way a future ends, its closure, callbacks, value, error and payload are dropped, with no cycle in
/// which they would keep each other.
#[test]
fn futures_callbacks_and_errors_form_no_cycles() {
    conform("3.4.1", |claims| {
        let token = Token::default();
        let ends: [(&str, End); 6] = [
            ("a value", |token| {
                let (runnable, future) = task({
                    let token = token.clone();
                    move || token
                });
                let _kept = entangle(token, future);
                runnable.run();
            }),
            ("a panic", |token| {
                let (runnable, future) = task({
                    let token = token.clone();
                    move || std::panic::panic_any(token)
                });
                let _kept = entangle(token, future);
                runnable.run();
            }),
            ("a failure", |token| {
                let (promise, future) = promise();
                let _kept = entangle(token, future);
                promise.fail(token.clone());
            }),
            ("an abandonment", |token| {
                let (promise, future) = promise();
                let _kept = entangle(token, future);
                drop(promise);
            }),
            ("a cancellation", |token| {
                let (runnable, future) = task({
                    let token = token.clone();
                    move || token
                });
                let cancel = future.cancel_handle();
                let _kept = entangle(token, future);
                assert!(cancel.cancel());
                drop(runnable);
            }),
            ("a value that is shared and looked at", |token| {
                let (promise, future) = promise();
                let shared = future.shared();
                let itself = shared.clone();
                shared.add_done_callback(move |_| drop(itself));
                promise.complete(token.clone()).unwrap();
                assert!(shared.result().is_ok());
            }),
        ];
        for (way, end) in ends {
            end(&token);
            claims.is((way, token.others()), (way, 0));
        }
    });
}

/// Row 3.4.2: taking a result frees it, though handles to cancel it and the list of those still to come stay.
#[test]
fn taking_a_result_leaves_nothing_of_it() {
    conform("3.4.2", |claims| {
        let token = Token::default();
        let futures: Vec<_> = (0..100)
            .map(|_| {
                let (promise, future) = promise();
                promise.complete(token.clone()).unwrap();
                future
            })
            .collect();
        let handles: Vec<_> = futures.iter().map(Future::cancel_handle).collect();
        claims.is(token.others(), 100);
        for (taken, future) in futures.into_iter().enumerate() {
            drop(future.result().unwrap());
            claims.is(token.others(), 99 - taken);
        }
        claims.that(handles.iter().all(|handle| !handle.is_cancelled()), "the handles are still there");
    });
}
