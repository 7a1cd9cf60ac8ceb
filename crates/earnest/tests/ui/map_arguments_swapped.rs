//! The function comes last here, and first in Python.

use earnest::{MapExt, ThreadPoolExecutor};

fn main() {
    let pool = ThreadPoolExecutor::new();
    let squares = pool.map(|n: u64| n * n, 1..=4);
    println!("{}", squares.count());
}
