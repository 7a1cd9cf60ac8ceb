//! Stops at the first failure, names what failed, and cancels the rest.

use earnest::{ReturnWhen, ThreadPoolExecutor, Wait, wait};
use std::error::Error;
use std::sync::mpsc::channel;

/// Prints, once there is nothing more to come from `before`.
fn print<T>(what: &str, before: impl IntoIterator<Item = T>) -> Result<String, String> {
    before.into_iter().for_each(drop);
    if what == "letter" { Err("out of paper".to_owned()) } else { Ok(format!("{what} is printed")) }
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    let (end, held) = channel::<()>();
    // A failure is an error of the future. `flatten` makes one of the `Err` that a task returns.
    let futures = [
        ("card", pool.submit(|| print("card", [(); 0])).flatten()),
        ("letter", pool.submit(|| print("letter", [(); 0])).flatten()),
        // Not done before this function has come to its end.
        ("poster", pool.submit(|| print("poster", held)).flatten()),
        ("book", pool.submit(|| print("book", [(); 0])).flatten()),
    ];

    let Wait { done, not_done, .. } = wait(futures, ReturnWhen::FirstException, None);
    for (what, future) in done {
        println!("{what}: {}", future.result().unwrap_or_else(|error| error.to_string()));
    }
    let cancelled = not_done.iter().filter(|(_, future)| future.cancel()).count();
    println!("{cancelled} others are cancelled");
    drop(end);
    Ok(())
}
