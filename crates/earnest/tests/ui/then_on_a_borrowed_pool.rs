//! What is to run later needs an executor that is still there: a handle, not a reference.

use earnest::{Future, ThreadPoolExecutor};

fn main() {
    let pool = ThreadPoolExecutor::new();
    let doubled = Future::ready(1).then_on(&pool, |n| n * 2);
    println!("{}", doubled.result().unwrap());
}
