//! Three places to handle a failure: in the task, where the result arrives, or by asking what the outcome is.

use earnest::{Error, ThreadPoolExecutor};
use std::num::ParseIntError;

/// What may fail.
fn port(text: &str) -> Result<u16, ParseIntError> {
    text.parse()
}

pub(crate) fn main() {
    let pool = ThreadPoolExecutor::new();
    for text in ["443", "https"] {
        // The task knows what to do instead.
        let handled = pool.submit(move || port(text).unwrap_or(8080));
        println!("{text}, in the task: {:?}", handled.result().expect("it does not fail"));

        // Whatever went wrong, in the task or around it, is one error.
        match pool.submit(move || port(text)).flatten().result() {
            Ok(port) => println!("{text}, by the recipient: {port}"),
            Err(Error::Failed(error)) => println!("{text}, by the recipient: not a port, {error}"),
            Err(other) => println!("{text}, by the recipient: not even an answer, {other}"),
        }

        // The outcome stays where it is, for others to take.
        let future = pool.submit(move || port(text)).flatten();
        future.wait();
        let error = future.peek().and_then(Result::err);
        println!("{text}, by asking: {error:?}");
    }
}
