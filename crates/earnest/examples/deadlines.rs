//! Ending work that is no longer wanted: deadlines, tokens, and a shutdown that does not wait for ever.
//!
//! No thread is ever killed. What has not begun never does; what runs is asked to end, and looks now and then whether it is.
//!
//! ```text
//! cargo run --release --example deadlines
//! ```

use earnest::{CancellationToken, Error, Shutdown, TaskContext, TaskOptions, ThreadPoolExecutor};
use std::time::Duration;

/// Counts until it is asked to end; says how far it came.
fn count(context: &TaskContext<'_>) -> u64 {
    let mut n = 0;
    while !context.is_cancelled() {
        n += 1;
    }
    n
}

fn main() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().expect("one worker is a pool");
    let soon = Duration::from_millis(50);

    // Time is up while the first one runs: it is asked to end. The second has not begun by then, and never will.
    let runs = pool.submit_with(TaskOptions::new().name("counts").timeout(soon), count);
    let waits = pool.submit_with(TaskOptions::new().name("waits").timeout(soon), count);
    for (future, what) in [(runs, "what ran"), (waits, "what did not begin")] {
        let error = future.result().expect_err("both ran out of time");
        assert!(matches!(error, Error::DeadlineExceeded));
        println!("{what}: {error}");
    }

    // One token for many tasks, such as all that belong to one request.
    let request = CancellationToken::new();
    let of_request = || TaskOptions::new().cancelled_by(&request);
    let runs = pool.submit_with(of_request(), |context| {
        // A pause that is cut short by the cancellation, and a way out by `?`.
        while !context.token().wait_timeout(Duration::from_secs(60)) {}
        context.checkpoint().map(|()| "done")
    });
    let waits = pool.submit_with(of_request(), |_| "done");
    while runs.state() != earnest::State::Running {
        std::thread::yield_now();
    }
    request.cancel();
    println!("what ran returns: {:?}", runs.result());
    println!("what did not begin: {}", waits.result().expect_err("it was cancelled"));

    // Time is up for the pool itself: tasks are asked to end, and those that do not are named.
    pool.submit_with(TaskOptions::new().name("listens"), count).detach();
    pool.submit_with(TaskOptions::new().name("queued"), count).detach();
    match pool.shutdown_with(Shutdown { timeout: Some(soon), ..Shutdown::default() }) {
        Ok(()) => println!("the pool has shut down"),
        Err(still) => println!("still running: {:?}", still.tasks()),
    }
}
