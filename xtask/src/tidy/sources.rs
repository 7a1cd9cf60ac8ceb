//! The rules for Rust files.

use super::source::is_word;
use super::{Problem, Source};

/// A file that does not fit in these many lines holds more than one idea.
const LONGEST: usize = 400;

/// Where `unsafe` may be written.
const UNSAFE: &[&str] = &[
    "benches/versus/src/lent.rs",
    "benches/versus/src/measure/allocator.rs",
    "crates/earnest-combinators/src/values.rs",
    "crates/earnest-core/src/cell.rs",
    "crates/earnest-core/src/closure.rs",
    "crates/earnest-core/src/consumer.rs",
    "crates/earnest-core/src/detached.rs",
    "crates/earnest-core/src/executor.rs",
    "crates/earnest-core/src/firm_wait.rs",
    "crates/earnest-core/src/graph.rs",
    "crates/earnest-core/src/instrument.rs",
    "crates/earnest-core/src/join.rs",
    "crates/earnest-core/src/joins.rs",
    "crates/earnest-core/src/link.rs",
    "crates/earnest-core/src/listening.rs",
    "crates/earnest-core/src/observer.rs",
    "crates/earnest-core/src/parties.rs",
    "crates/earnest-core/src/producer.rs",
    "crates/earnest-core/src/promise.rs",
    "crates/earnest-core/src/scope.rs",
    "crates/earnest-core/src/scope_end.rs",
    "crates/earnest-core/src/settle.rs",
    "crates/earnest-core/src/settling.rs",
    "crates/earnest-core/src/side.rs",
    "crates/earnest-core/src/sources.rs",
    "crates/earnest-core/src/stack_job.rs",
    "crates/earnest-core/src/task.rs",
    "crates/earnest-core/src/then.rs",
    "crates/earnest-core/src/wait.rs",
    "crates/earnest-core/src/waiter/roll.rs",
    "crates/earnest-core/src/worker.rs",
    "crates/earnest-pool/src/deque",
    "crates/earnest-pool/src/seat.rs",
    "crates/earnest-sync/",
    "crates/earnest-testing/src/child.rs",
    "crates/earnest-testing/src/guard.rs",
    "crates/earnest-testing/src/limits.rs",
    // The names of exported functions, which is all.
    "xtask/wasm/src/lib.rs",
];

/// Where library code may know that there is a model checker.
const LOOM: [&str; 2] = ["crates/earnest-sync/", "crates/earnest-pool/src/deque"];

/// The mention that is allowed everywhere: unit tests do not run inside models.
const LOOM_MENTIONS: [&str; 1] = ["cfg(all(test, not(earnest_loom)))"];

/// Synchronisation that does not come from the shim, and why.
const NOT_SHIMMED: [(&str, &str, &str); 3] = [
    (
        "crates/earnest-pool/src/builder.rs",
        "std::sync::atomic",
        "numbers the pools for their names: a static, which an atomic of the model checker cannot be",
    ),
    ("crates/earnest-core/src/id.rs", "std::sync::atomic", "numbers the futures, likewise"),
    ("crates/earnest-core/src/owner.rs", "std::sync::atomic", "numbers the owners, likewise"),
];

/// Test programs without a watchdog: those of the checkers, and that which is to do without `std`.
const UNGUARDED: [&str; 3] = ["loom", "shuttle", "no_std.rs"];

/// How far above an ordering its comment may stand.
const NEAR: usize = 8;

pub(crate) fn check(source: &Source) -> Vec<Problem> {
    let mut problems = Vec::new();
    for rule in [header, length, unsafety, loom_cfg, orderings, std_sync, guarded] {
        problems.extend(rule(source).into_iter().map(|(line, what)| Problem {
            path: source.path.clone(),
            line,
            what,
        }));
    }
    problems
}

type Found = Vec<(usize, String)>;

/// Each file says what it is for. Modules of a test program are spared: their names and tests do.
fn header(source: &Source) -> Found {
    let spared = source.path.contains("/tests/") && !source.path.ends_with("/main.rs");
    let says = source.text.starts_with("//!") || source.text.starts_with("#![doc = include_str!");
    if spared || says {
        return Vec::new();
    }
    vec![(1, "the first line is to say what the file is for (//!)".to_owned())]
}

/// A test program that hangs is to say what its threads do. Checkers do so themselves.
fn guarded(source: &Source) -> Found {
    let is_program = match source.path.split('/').collect::<Vec<_>>()[..] {
        ["crates", _, "tests", file] => !UNGUARDED.contains(&file),
        ["crates", _, "tests", folder, "main.rs"] => !UNGUARDED.contains(&folder),
        _ => false,
    };
    if !is_program || source.code.contains("earnest_testing::guard!();") {
        return Vec::new();
    }
    vec![(0, "a test program is to have `earnest_testing::guard!();`".to_owned())]
}

fn length(source: &Source) -> Found {
    let lines = source.text.lines().count();
    if lines <= LONGEST {
        return Vec::new();
    }
    vec![(0, format!("{lines} lines, and {LONGEST} are allowed"))]
}

fn unsafety(source: &Source) -> Found {
    let at_home = UNSAFE.iter().any(|home| source.path.starts_with(home));
    if !source.path.contains("/src/") || at_home {
        return Vec::new();
    }
    let lines = source.lines().filter(|(_, code)| has_word(code, "unsafe"));
    lines.map(|(line, _)| (line, "`unsafe` has its homes, and this is none".to_owned())).collect()
}

fn loom_cfg(source: &Source) -> Found {
    if !source.is_library() || LOOM.iter().any(|home| source.path.starts_with(home)) {
        return Vec::new();
    }
    let lines = source.lines().filter(|(_, code)| {
        has_word(code, "earnest_loom") && !LOOM_MENTIONS.iter().any(|mention| code.contains(mention))
    });
    lines.map(|(line, _)| (line, "cfg(earnest_loom) belongs to earnest-sync".to_owned())).collect()
}

/// Relaxed and SeqCst are the two orderings that are easily wrong: too weak, and too strong for want of an
/// argument.
fn orderings(source: &Source) -> Found {
    // The model checker's side of the shim is never shipped.
    let is_shim =
        ["crates/earnest-sync/src/loom.rs", "crates/earnest-sync/src/weak.rs"].contains(&&*source.path);
    if !source.is_library() || is_shim {
        return Vec::new();
    }
    let comments: Vec<&str> = source.text.lines().collect();
    let mut found = Vec::new();
    let mut importing = false;
    for (line, code) in source.lines() {
        importing |= ["use ", "pub use "].iter().any(|keyword| code.trim_start().starts_with(keyword));
        let explained =
            comments[line.saturating_sub(1 + NEAR)..line].iter().any(|text| text.contains("ORDERING:"));
        let used = ["Relaxed", "SeqCst"].into_iter().find(|ordering| has_word(code, ordering));
        if let (Some(ordering), false, false) = (used, importing, explained) {
            found.push((line, format!("{ordering} without an ORDERING: comment in the {NEAR} lines above")));
        }
        importing &= !code.contains(';');
    }
    found
}

/// Code that a model is to see takes its synchronisation from earnest-sync.
///
/// Clippy's `disallowed_types` and `disallowed_methods` cannot say this: they look through re-exports, so
/// that `earnest_sync::AtomicUsize` is to them the forbidden type itself. This rule reads the names that are
/// written.
fn std_sync(source: &Source) -> Found {
    let shim_or_test = ["crates/earnest-sync/", "crates/earnest-testing/"];
    if !source.is_library() || shim_or_test.iter().any(|folder| source.path.starts_with(folder)) {
        return Vec::new();
    }
    const HARMLESS: [(&str, &[&str]); 2] = [
        ("sync", &["Arc", "OnceLock", "PoisonError", "Weak"]),
        ("thread", &["AccessError", "Result", "ThreadId", "available_parallelism", "current", "panicking"]),
    ];
    let mut found = Vec::new();
    for (module, harmless) in HARMLESS {
        for (line, name) in names_from(&source.code, module) {
            let path = format!("std::{module}::{name}");
            let excepted = NOT_SHIMMED.iter().any(|(file, item, _)| *file == source.path && *item == path);
            if !harmless.contains(&name.as_str()) && !excepted {
                found.push((line, format!("{path}: take it from earnest_sync")));
            }
        }
    }
    found
}

/// What is named of `std::MODULE`, or of `core::MODULE`, with the line; `self` for the module as such.
fn names_from(code: &str, module: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for prefix in ["std::", "core::"] {
        let path = format!("{prefix}{module}");
        for (start, _) in code.match_indices(&path) {
            let rest = &code[start + path.len()..];
            if code[..start].ends_with(is_word) || code[..start].ends_with("::") || rest.starts_with(is_word)
            {
                continue;
            }
            let line = code[..start].matches('\n').count() + 1;
            let listed = match rest.strip_prefix("::") {
                None => vec!["self".to_owned()],
                Some(rest) if rest.starts_with('{') => first_names(&rest[1..]),
                Some(rest) => vec![leading_word(rest)],
            };
            names.extend(listed.into_iter().map(|name| (line, name)));
        }
    }
    names
}

/// The first name of each item in a braced import, up to its closing brace.
fn first_names(list: &str) -> Vec<String> {
    let (mut depth, mut item, mut names) = (0, String::new(), Vec::new());
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => names.push(leading_word(std::mem::take(&mut item).trim_start())),
            '}' => break,
            c => item.push(c),
        }
    }
    names.push(leading_word(item.trim_start()));
    names.retain(|name| !name.is_empty());
    names
}

fn leading_word(text: &str) -> String {
    text.chars().take_while(|c| is_word(*c)).collect()
}

fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(is_word) && !code[at + word.len()..].starts_with(is_word))
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
