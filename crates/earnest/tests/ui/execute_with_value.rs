//! Nobody sees what a task of `execute` returns, so it returns nothing.

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::new();
    pool.execute(|| 6 * 7).unwrap();
}
