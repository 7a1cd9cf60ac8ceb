//! The default number of workers, and 500: threads that only wait may be many.

use earnest::{MapExt, ThreadPoolExecutor};
use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

/// Has 120 tasks wait for something that takes 50 milliseconds each.
fn wait_120_times(pool: &ThreadPoolExecutor) -> Result<Duration, earnest::Error> {
    let begin = Instant::now();
    pool.map(0..120, |_| thread::sleep(Duration::from_millis(50))).collect::<Result<(), _>>()?;
    Ok(begin.elapsed())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let processors = thread::available_parallelism()?;
    let default = ThreadPoolExecutor::new();
    println!("{} workers by default, as there are {processors} processors", default.max_workers());
    println!("120 waits take them {:.2} s", wait_120_times(&default)?.as_secs_f64());

    let many = ThreadPoolExecutor::builder().max_workers(500).build()?;
    println!("at most {} workers, of which {} have been started", many.max_workers(), many.worker_count());
    println!("120 waits take them {:.2} s", wait_120_times(&many)?.as_secs_f64());

    let none = ThreadPoolExecutor::builder().max_workers(0).build();
    println!("none: {}", none.expect_err("a pool needs a worker"));
    Ok(())
}
