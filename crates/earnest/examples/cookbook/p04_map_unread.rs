//! `map` whose results nobody reads: let go or kept, all tasks run; merely dropped, what has not begun is cancelled.

use earnest::{BuildError, MapExt, ThreadPoolExecutor};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Sender, channel};

/// A pool whose one worker is busy until the sender is dropped, so that nothing else has begun by then.
fn busy_pool() -> Result<(ThreadPoolExecutor, Sender<()>), BuildError> {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    let (end, held) = channel();
    pool.submit(move || held.recv().is_ok()).detach();
    Ok((pool, end))
}

/// A task for any number, and how often it has run.
fn counted() -> (impl Fn(u32) + Send + Sync + 'static, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    (move |_| _ = count.fetch_add(1, Relaxed), runs)
}

pub(crate) fn main() -> Result<(), BuildError> {
    let (pool, end) = busy_pool()?;
    let (task, runs) = counted();
    pool.map(0..10, task).detach();
    drop(end);
    pool.shutdown();
    println!("let go by `detach`: {} of 10 have run", runs.load(Relaxed));

    let (pool, end) = busy_pool()?;
    let (task, runs) = counted();
    let unread = pool.map(0..10, task);
    drop(end);
    pool.shutdown();
    println!("kept until `shutdown`: {} of 10 have run", runs.load(Relaxed));
    drop(unread);

    let (pool, end) = busy_pool()?;
    let (task, runs) = counted();
    drop(pool.map(0..10, task));
    drop(end);
    pool.shutdown();
    println!("merely dropped: {} of 10 have run", runs.load(Relaxed));
    Ok(())
}
