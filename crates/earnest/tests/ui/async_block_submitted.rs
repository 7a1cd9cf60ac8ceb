//! An async block is no closure, and a closure that gives one back does not run it.

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let answer = pool.submit(async { 42 });
    println!("{}", answer.result().unwrap());
    pool.execute(|| async { println!("never printed") }).unwrap();
    let answer: u32 = pool.submit(|| async { 42 }).result().unwrap();
    println!("{answer}");
}
