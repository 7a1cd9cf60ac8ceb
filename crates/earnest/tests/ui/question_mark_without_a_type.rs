//! `?` in a closure needs to be told which error the closure returns.

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let sum = pool.submit(|| {
        let n: u32 = "40".parse()?;
        Ok(n + 2)
    });
    println!("{}", sum.result().is_ok());
}
