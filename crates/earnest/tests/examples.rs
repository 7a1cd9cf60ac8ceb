//! The examples that need nothing from outside, run: each checks what it does. `download` has tests of its own.

earnest_testing::guard!();

use earnest_testing::{example, watched};
use std::process::Command;

/// Makes a test of each example.
macro_rules! run {
    ($($name:ident,)*) => {
        $(
            #[test]
            fn $name() {
                watched(stringify!($name), || {
                    let ended = Command::new(example(stringify!($name))).output().unwrap();
                    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
                    assert!(!ended.stdout.is_empty());
                });
            }
        )*
    };
}

run! {
    async_server,
    backpressure,
    deadlines,
    later,
    priorities,
    scope,
    waiting,
}
