//! A callback sees the outcome by reference: the value belongs to whoever takes the result.

use earnest::{Error, ThreadPoolExecutor};

fn keep(_text: String) {}

fn main() {
    let pool = ThreadPoolExecutor::new();
    let future = pool.submit(|| String::from("text"));
    future.add_done_callback(|outcome: Result<String, Error>| println!("{}", outcome.is_ok()));
    future.add_done_callback(|outcome| keep(outcome.unwrap()));
}
