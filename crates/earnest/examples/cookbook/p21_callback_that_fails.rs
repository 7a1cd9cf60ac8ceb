//! A callback that panics: it is reported, and the next callback, the waiting thread and the pool go on.

use earnest::{Error, ThreadPoolExecutor};
use std::panic;
use std::sync::mpsc::channel;

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A panic goes to the hook as any other does, and to whoever listens to `tracing`'s events besides.
    panic::set_hook(Box::new(|info| {
        let message = info.payload().downcast_ref::<&str>().unwrap_or(&"something else");
        println!("reported: {message}");
    }));

    let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    let (end, held) = channel();
    let future = pool.submit(move || held.recv()).flatten();
    future.add_done_callback(|_: Result<&u32, &Error>| panic!("the first callback ran out of paper"));
    future.add_done_callback(|outcome| println!("the second callback: {outcome:?}"));
    end.send(7)?;
    println!("the result: {}", future.result()?);
    println!("the next task: {}", pool.submit(|| 8).result()?);
    println!("by the same worker: {}", pool.worker_count() == 1);
    let _ours = panic::take_hook();
    Ok(())
}
