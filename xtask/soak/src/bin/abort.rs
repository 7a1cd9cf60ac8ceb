//! What is left in a program that is built to abort where it panics: all but the panics. For `cargo xtask abort`.

use earnest::{MapExt, ThreadPoolExecutor, as_completed, scope};

fn main() {
    let pool = ThreadPoolExecutor::builder().max_workers(2).build().expect("these settings are a pool");
    let futures: Vec<_> = (0..100).map(|n| pool.submit(move || n)).collect();
    let sum: i32 = as_completed(futures).map(|future| future.result().expect("it does not fail")).sum();
    assert_eq!(sum, 99 * 50);
    let doubled: Vec<i32> =
        pool.map(0..10, |n| 2 * n).map(|value| value.expect("it does not fail")).collect();
    assert_eq!(doubled[9], 18);
    let mut numbers = [1, 2, 3];
    scope(&pool, |scope| numbers.iter_mut().for_each(|number| scope.execute(move || *number += 1)));
    assert_eq!(numbers, [2, 3, 4]);
    let (promise, future) = earnest::promise::<()>();
    drop(promise);
    assert!(future.result().is_err_and(|error| error.is_abandoned()));
    println!("all but panics works");
    if std::env::args().any(|argument| argument == "panic") {
        // Never returns, as the program ends: there is no error to be had.
        let outcome = pool.submit(|| -> i32 { panic!("a task panics") }).result();
        println!("this is not reached: {outcome:?}");
    }
    pool.shutdown();
}
