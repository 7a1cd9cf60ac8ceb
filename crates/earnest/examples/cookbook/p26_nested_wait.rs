//! A task that waits for a task of its own pool of one worker: the worker runs what it waits for.

use earnest::ThreadPoolExecutor;
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    let handle = pool.handle();
    let outer = pool.submit(move || {
        let inner = handle.submit(|| 6 * 7);
        inner.result()
    });
    println!("the inner task's value: {}", outer.flatten().result()?);
    println!("threads: {}", pool.worker_count());
    Ok(())
}
