//! Each rule for Rust files, with what it finds and what it lets pass.

use super::*;

const NONE: [usize; 0] = [];
const LIBRARY: &str = "crates/earnest-core/src/x.rs";

fn lines(path: &str, rule: fn(&Source) -> Found, text: &str) -> Vec<usize> {
    rule(&Source::new(path.to_owned(), text.to_owned())).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn a_file_says_what_it_is_for() {
    assert_eq!(lines(LIBRARY, header, "//! Words.\n"), NONE);
    assert_eq!(lines(LIBRARY, header, "fn f() {}\n"), [1]);
    assert_eq!(lines("crates/a/tests/it/x.rs", header, "fn f() {}\n"), NONE);
    assert_eq!(lines("crates/a/tests/it/main.rs", header, "mod x;\n"), [1]);
}

#[test]
fn files_are_short() {
    assert_eq!(lines(LIBRARY, length, &"\n".repeat(LONGEST)), NONE);
    assert_eq!(lines(LIBRARY, length, &"\n".repeat(LONGEST + 1)), [0]);
}

#[test]
fn unsafe_code_has_its_homes() {
    let text = "#![forbid(unsafe_code)]\n// unsafe\nunsafe { f() }\n";
    assert_eq!(lines(LIBRARY, unsafety, text), [3]);
    assert_eq!(lines("crates/earnest-core/src/cell.rs", unsafety, text), NONE);
    assert_eq!(lines("crates/earnest-pool/src/deque/model.rs", unsafety, text), NONE);
}

#[test]
fn the_model_checker_is_not_mentioned() {
    let text = "#[cfg(earnest_loom)]\nmod a;\n#[cfg(all(test, not(earnest_loom)))]\nmod tests;\n";
    assert_eq!(lines(LIBRARY, loom_cfg, text), [1]);
    assert_eq!(lines("crates/earnest-pool/src/deque.rs", loom_cfg, text), NONE);
}

#[test]
fn orderings_are_explained() {
    let text = "use a::{\n    Relaxed,\n};\nx.load(Relaxed);\n// ORDERING: why.\nx.load(Relaxed);\ny.load(SeqCst);\n";
    assert_eq!(lines(LIBRARY, orderings, text), [4]);
    let far = format!("// ORDERING: why.\n{}x.load(SeqCst);\n", "\n".repeat(NEAR));
    assert_eq!(lines(LIBRARY, orderings, &far), [2 + NEAR]);
    assert_eq!(lines("crates/earnest-core/src/state/tests.rs", orderings, text), NONE);
}

#[test]
fn synchronisation_comes_from_the_shim() {
    let text = "use std::sync::Arc;\nuse std::sync::{Arc, Mutex};\nuse core::sync::atomic::AtomicBool;\n\
                use std::sync::{\n    atomic::{AtomicBool, Ordering},\n    Arc,\n};\nstd::thread::spawn(f);\n\
                std::thread::panicking();\nuse std::thread;\nuse earnest_sync::{Mutex, thread};\n";
    let mut found = lines(LIBRARY, std_sync, text);
    found.sort_unstable();
    assert_eq!(found, [2, 3, 4, 8, 10]);
    assert_eq!(lines("crates/earnest-sync/src/std.rs", std_sync, text), NONE);
}

#[test]
fn test_programs_have_a_watchdog() {
    let with = "//! A.\n\nearnest_testing::guard!();\n";
    let without = "//! A.\n\n// earnest_testing::guard!();\n";
    for program in ["crates/earnest-core/tests/it/main.rs", "crates/earnest/tests/examples.rs"] {
        assert_eq!(lines(program, guarded, with), NONE);
        assert_eq!(lines(program, guarded, without), [0]);
    }
    for other in ["crates/earnest-core/tests/it/cancel.rs", "crates/earnest-core/tests/loom/main.rs", LIBRARY]
    {
        assert_eq!(lines(other, guarded, without), NONE);
    }
}
