//! A value where a closure is wanted.

use earnest::{MapExt, ThreadPoolExecutor};

fn square(n: u64) -> u64 {
    n * n
}

fn save() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {
    let pool = ThreadPoolExecutor::new();
    let squares = pool.map(1..=4, square(2));
    println!("{}", squares.count());
    pool.execute(save()).unwrap();
}
