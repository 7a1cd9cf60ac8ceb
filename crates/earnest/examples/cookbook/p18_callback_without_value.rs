//! Callbacks run whatever becomes of the future: also if it is cancelled, and if its task fails.

use earnest::{Error, Future, ThreadPoolExecutor};
use std::sync::mpsc::channel;

fn tell(name: &'static str, future: &Future<u32>) {
    future.add_done_callback(move |outcome| match outcome {
        Ok(value) => println!("{name}: {value}"),
        Err(Error::Panicked(panic)) => println!("{name}: panicked, {}", panic.message().unwrap_or_default()),
        Err(error) => println!("{name}: {error}"),
    });
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    let (end, held) = channel::<u32>();
    let failing = pool.submit(move || held.recv().unwrap_or_else(|_| panic!("out of paper")));
    let queued = pool.submit(|| 1);
    tell("failing", &failing);
    tell("queued", &queued);

    // By this thread, within the call.
    queued.cancel();
    drop(end);
    // By the worker, before anybody sees the outcome.
    failing.wait();
    Ok(())
}
