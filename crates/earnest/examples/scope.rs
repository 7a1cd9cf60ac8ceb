//! Structured concurrency: tasks that borrow what their caller owns, two things side by side, and groups of which one
//! success, or one failure, is enough.
//!
//! ```text
//! cargo run --release --example scope
//! ```

use earnest::{GroupPolicy, TaskGroup, ThreadPoolExecutor, join, scope};
use std::collections::BTreeMap;

const TEXT: &str = include_str!("scope.rs");

fn main() {
    let pool = ThreadPoolExecutor::new();

    // Tasks borrow the lines, and a scope does not return before its tasks have ended.
    let lines: Vec<&str> = TEXT.lines().collect();
    let longest = scope(&pool, |s| {
        let parts: Vec<_> =
            lines.chunks(10).map(|part| s.submit(|| part.iter().max_by_key(|line| line.len()))).collect();
        let longest = parts.into_iter().filter_map(|part| part.result().expect("no task fails"));
        longest.max_by_key(|line| line.len()).copied()
    });
    println!("the longest of {} lines: {}", lines.len(), longest.unwrap_or_default().trim());

    // In input order, with at most eight of them under way.
    let mut counts = BTreeMap::new();
    scope(&pool, |s| {
        for words in s.map(8, &lines, |line| line.split_whitespace().count()) {
            *counts.entry(words.expect("no task fails")).or_insert(0) += 1;
        }
    });
    println!("lines by their number of words: {counts:?}");

    // Two closures, of which another worker may take the second.
    let (letters, digits) = join(
        &pool,
        || TEXT.chars().filter(char::is_ascii_alphabetic).count(),
        || TEXT.chars().filter(char::is_ascii_digit).count(),
    );
    println!("{letters} letters, {digits} digits");

    // A task that fails is an error in its own place, and the first success is enough.
    let mirrors = TaskGroup::new(pool.handle()).policy(GroupPolicy::FirstSuccess).max_concurrent(1);
    let mut mirrors = mirrors.failed_if(|outcome| !matches!(outcome, Ok(Ok(_))));
    for name in ["broken", "good", "never asked"] {
        mirrors.submit(move || if name == "broken" { Err("it is broken") } else { Ok(name) });
    }
    for outcome in mirrors.join() {
        println!("mirror: {outcome:?}");
    }
}
