//! Where nobody looks at the async block that a task gives back, a lint of the compiler's does.
#![deny(unused_must_use)]

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::new();
    pool.submit(|| async { println!("never printed") }).result().unwrap();
}
