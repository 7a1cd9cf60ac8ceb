//! A task that submits to its pool cannot own the pool.

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let sum = pool.submit(move || pool.submit(|| 40).result().unwrap() + 2);
    println!("{}", sum.result().unwrap());
}
