//! A worker has the state that the builder was given, and no other.

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let length = pool.submit_local(|scratch: &mut Vec<u8>| scratch.len());
    println!("{}", length.result().unwrap());
}
