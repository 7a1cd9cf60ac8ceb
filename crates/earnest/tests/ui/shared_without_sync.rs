//! Those who share a future see one value at the same time, so to share it with another thread that has to be `Sync`.

use earnest::ThreadPoolExecutor;
use std::cell::Cell;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let counter = pool.submit(|| Cell::new(7)).shared();
    let same = counter.clone();
    let seen = pool.submit(move || same.result().unwrap().get());
    println!("{}", seen.result().unwrap());
}
