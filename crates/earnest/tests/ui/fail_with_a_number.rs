//! A promise fails with an error, or with a text that is made into one.

use earnest::promise;

fn main() {
    let (promise, future) = promise::<u32>();
    promise.fail(404);
    println!("{}", future.result().is_err());
}
