//! Cancels a task that is queued, and tries to cancel one that runs.

use earnest::ThreadPoolExecutor;
use std::error::Error;
use std::sync::mpsc::channel;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    let ((begin, begun), (end, held)) = (channel(), channel());
    let running = pool.submit(move || begin.send(()).is_ok() && held.recv().is_ok());
    let queued = pool.submit(|| true);
    begun.recv()?;

    println!("the queued task was cancelled: {}", queued.cancel());
    println!("the running task was cancelled: {}", running.cancel());
    end.send(())?;
    println!("queued: {:?}", queued.result());
    println!("running: {:?}", running.result());
    Ok(())
}
