//! Stops running tasks with a flag that they look at, cancels the queued ones, and shuts down.

use earnest::{CancellationToken, Error, TaskOptions, ThreadPoolExecutor};
use std::sync::mpsc::channel;
use std::thread;

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(2).build()?;
    // The flag. An `AtomicBool` tells those that run as well; a token also cancels those that have not begun.
    let stop = CancellationToken::new();
    let (begin, begun) = channel();
    let mut futures = Vec::new();
    for _ in 0..10 {
        let begin = begin.clone();
        futures.push(pool.submit_with(TaskOptions::new().cancelled_by(&stop), move |task| {
            begin.send(()).expect("somebody waits for it");
            // No thread is ever killed: work that is to end looks whether it is to.
            while !task.is_cancelled() {
                thread::yield_now();
            }
        }));
    }
    begun.recv()?;
    begun.recv()?;

    stop.cancel();
    pool.shutdown();
    let (mut stopped, mut cancelled) = (0, 0);
    for future in futures {
        match future.result() {
            Ok(()) => stopped += 1,
            Err(Error::Cancelled) => cancelled += 1,
            Err(error) => return Err(error.into()),
        }
    }
    println!("{stopped} running tasks have left, {cancelled} queued ones never began");
    Ok(())
}
