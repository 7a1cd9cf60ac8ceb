//! One future of many is made of plain futures, which it keeps.

use earnest::{ThreadPoolExecutor, first_ok, race, try_join_all};

fn main() {
    let pool = ThreadPoolExecutor::new();
    let shared = pool.submit(|| 1).shared();
    let first = race([shared.clone(), shared]);
    println!("{}", first.result().is_ok());

    let futures = [pool.submit(|| 1), pool.submit(|| 2)];
    let all = try_join_all(&futures);
    println!("{}", all.result().is_ok());

    let first = first_ok([1, 2]);
    println!("{}", first.result().is_ok());
}
