//! `map` over ten tasks of random length: the results come in the order of the inputs.

use earnest::{Error, MapExt, ThreadPoolExecutor};
use std::thread;
use std::time::Duration;

/// Takes up to 50 milliseconds, as good as at random.
fn work(n: u64) -> u64 {
    thread::sleep(Duration::from_millis(n.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 50));
    n * n
}

pub(crate) fn main() -> Result<(), Error> {
    let pool = ThreadPoolExecutor::new();
    for (n, square) in pool.map(0..10, work).enumerate() {
        println!("{n} squared is {}", square?);
    }
    Ok(())
}
