//! The same for what the function itself has borrowed, which `move` does not mend.

use earnest::{Future, ThreadPoolExecutor};

fn length(pool: &ThreadPoolExecutor, text: &str) -> Future<usize> {
    pool.submit(move || text.len())
}

fn main() {
    println!("{}", length(&ThreadPoolExecutor::new(), "text").result().unwrap());
}
