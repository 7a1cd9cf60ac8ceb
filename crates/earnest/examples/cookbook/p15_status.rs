//! Where a future stands, before and after: pending, running, finished, cancelled.

use earnest::{Future, ThreadPoolExecutor};
use std::error::Error;
use std::sync::mpsc::channel;

fn print<T>(name: &str, future: &Future<T>) {
    let [running, done, cancelled] = [future.is_running(), future.is_done(), future.is_cancelled()];
    println!("{name}: {:?} (running: {running}, done: {done}, cancelled: {cancelled})", future.state());
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    let ((begin, begun), (end, held)) = (channel(), channel());
    let first = pool.submit(move || begin.send(()).is_ok() && held.recv().is_ok());
    let second = pool.submit(|| true);
    begun.recv()?;
    print("first", &first);
    print("second", &second);

    second.cancel();
    end.send(())?;
    first.wait();
    print("first", &first);
    print("second", &second);
    Ok(())
}
