//! The result is taken out of the future, once.

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let future = pool.submit(|| String::from("one"));
    println!("{}", future.result().unwrap());
    println!("{}", future.result().unwrap());
}
