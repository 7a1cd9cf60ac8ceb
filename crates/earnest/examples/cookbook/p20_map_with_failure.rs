//! `map` with an item that fails: the error comes at the item's position, and the others have their results.

use earnest::{Error, MapExt, ThreadPoolExecutor};
use std::iter::zip;

/// For whom a text that is no number is a mistake.
fn number(text: &str) -> i32 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

pub(crate) fn main() {
    let pool = ThreadPoolExecutor::new();
    let texts = ["1", "two", "3"];

    // A function that says what went wrong: a result in a result, as it is not the pool that failed.
    for (text, number) in zip(texts, pool.map(texts, str::parse::<i32>)) {
        match number.expect("no task panics, and nothing is cancelled") {
            Ok(number) => println!("{text}: {number}"),
            Err(error) => println!("{text}: {error}"),
        }
    }

    // A function that panics.
    for (text, number) in zip(texts, pool.map(texts, number)) {
        match number {
            Ok(number) => println!("{text}: {number}"),
            Err(Error::Panicked(panic)) => {
                println!("{text}: panicked, {}", panic.message().unwrap_or_default())
            }
            Err(error) => println!("{text}: {error}"),
        }
    }

    // All or nothing: the first error ends it, and cancels what has not begun.
    let all: Result<Vec<i32>, Error> = pool.map(texts, number).collect();
    println!("all or nothing: {}", if all.is_ok() { "all" } else { "nothing" });
}
