//! A server with a pool for each request, and with one for all requests: how many threads there are.

use earnest::{MapExt, PoolHandle, ThreadPoolExecutor};
use std::error::Error;
use std::sync::{Arc, Barrier};
use std::thread;

const REQUESTS: usize = 10;
const PARTS: usize = 3;

/// Answers a request from parts that are fetched side by side. Each of them is met by so many others as `busy` says.
fn answer(pool: &PoolHandle, busy: &Arc<Barrier>) -> usize {
    let busy = busy.clone();
    let parts = pool.map(0..PARTS, move |part| {
        busy.wait();
        part
    });
    parts.filter_map(Result::ok).sum()
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = || ThreadPoolExecutor::builder().max_workers(PARTS).build();

    // All parts of all requests are under way at the same time.
    let busy = Arc::new(Barrier::new(REQUESTS * PARTS));
    let threads: usize = thread::scope(|s| {
        let serve = || {
            let pool = pool().expect("it has workers");
            answer(&pool.handle(), &busy);
            pool.worker_count()
        };
        let requests = [(); REQUESTS].map(|()| s.spawn(serve));
        requests.into_iter().map(|request| request.join().expect("requests do not panic")).sum()
    });
    println!("a pool for each of {REQUESTS} requests: {threads} threads");

    // As many as there are workers are under way; the others wait in the queue.
    let (busy, pool) = (Arc::new(Barrier::new(PARTS)), pool()?);
    thread::scope(|s| {
        for _ in 0..REQUESTS {
            s.spawn(|| answer(&pool.handle(), &busy));
        }
    });
    println!("one pool for all of {REQUESTS} requests: {} threads", pool.worker_count());
    Ok(())
}
