//! Several tasks call the function of `map` at once, so it cannot change what it has captured.

use earnest::{MapExt, ThreadPoolExecutor};

fn main() {
    let pool = ThreadPoolExecutor::new();
    let mut seen = Vec::new();
    let doubled = pool.map(1..=4, move |n| {
        seen.push(n);
        n * 2
    });
    println!("{}", doubled.count());
}
