//! Work for later, and again and again, without a thread of one's own that sleeps.
//!
//! ```text
//! cargo run --release --example later
//! ```

use earnest::{Every, ThreadPoolExecutor};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

fn main() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().expect("one worker is a pool");
    let begin = Instant::now();

    // A future like any other: it can be waited for, and cancelled as long as it has not begun.
    let later = pool.schedule_after(Duration::from_millis(30), move || begin.elapsed());
    let never = pool.schedule_after(Duration::from_secs(3600), || unreachable!("it is cancelled before"));
    assert!(never.cancel());
    println!("it has run after {:?}", later.result().expect("it does not fail"));

    // Every ten milliseconds, until cancelled.
    let (beat, heard) = channel();
    let heartbeat = pool.schedule_every(Every::rate(Duration::from_millis(10)), move || {
        // Nobody listens any more, once the loop below has ended.
        let _unheard = beat.send(begin.elapsed());
    });
    for at in heard.iter().take(3) {
        println!("a beat after {at:?}");
    }
    heartbeat.cancel();

    // A run that panics is the last one, and its panic the outcome.
    let mut left = 2_u32;
    let fails = pool.schedule_every(Every::delay(Duration::from_millis(1)), move || {
        left = left.checked_sub(1).expect("there is something left");
    });
    println!("it has ended: {}", fails.result().expect_err("the third run panics"));
}
