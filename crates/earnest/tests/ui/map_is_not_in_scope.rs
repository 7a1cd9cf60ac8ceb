//! `map` is a method of a trait, which has to be imported.

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let squares = pool.map(1..=4, |n| n * n);
    println!("{}", squares.count());
}
