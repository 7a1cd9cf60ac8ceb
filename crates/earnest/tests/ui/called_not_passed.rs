//! A function is passed, not called: the call would run here, before there is a task.

use earnest::ThreadPoolExecutor;

fn answer() -> u32 {
    42
}

fn main() {
    let pool = ThreadPoolExecutor::new();
    let future = pool.submit(answer());
    println!("{}", future.result().unwrap());
}
