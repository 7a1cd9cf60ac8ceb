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

#[test]
fn timeline() {
    watched("timeline", || {
        let folder = tempfile::tempdir().unwrap();
        let files = ["timeline.html", "timeline.json"].map(|name| folder.path().join(name));
        let ended = Command::new(example("timeline")).args(&files).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        assert!(files.iter().all(|file| file.metadata().unwrap().len() > 10_000));
        // One page never comes, and one is not there.
        let said = String::from_utf8(ended.stdout).unwrap();
        assert!(said.contains(" panicked"), "{said}");
    });
}

#[cfg(feature = "metrics")]
run! {
    metrics,
}
