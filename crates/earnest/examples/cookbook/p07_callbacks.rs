//! One callback, called when its future is done; two of one future, called in the order in which they were added.

use earnest::ThreadPoolExecutor;
use std::error::Error;
use std::sync::mpsc::channel;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(2).build()?;
    let ((slow, from_slow), (fast, from_fast)) = (channel(), channel());
    let slow_future = pool.submit(move || from_slow.recv()).flatten();
    let fast_future = pool.submit(move || from_fast.recv()).flatten();

    slow_future.add_done_callback(|outcome| println!("slow is done: {outcome:?}"));
    fast_future.add_done_callback(|outcome| println!("fast is done: {outcome:?}"));
    fast_future.add_done_callback(|_| println!("fast, second callback"));

    // Who waits for a future waits for its callbacks too.
    fast.send("I was submitted last")?;
    fast_future.wait();
    slow.send("I was submitted first")?;
    slow_future.wait();
    // On a future that is done, it is called at once.
    slow_future.add_done_callback(|_| println!("slow, late callback"));
    Ok(())
}
