//! What a scoped task has borrowed is gone after the scope, and so is its future.

use earnest::{ThreadPoolExecutor, scope};

fn main() {
    let pool = ThreadPoolExecutor::new();
    let words = ["a", "b"];
    let length = scope(&pool, |s| s.submit(|| words.len()));
    println!("{}", length.result().unwrap());
}
