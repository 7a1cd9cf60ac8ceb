//! The error of a promise goes to another thread and stays there for as long as it is wanted, so it cannot borrow.

use earnest::promise;
use std::fmt;

#[derive(Debug)]
struct Unknown<'a>(&'a str);

impl fmt::Display for Unknown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown: {}", self.0)
    }
}

impl std::error::Error for Unknown<'_> {}

fn main() {
    let (promise, future) = promise::<u32>();
    let name = String::from("x");
    promise.fail(Unknown(&name));
    println!("{}", future.result().is_err());
}
