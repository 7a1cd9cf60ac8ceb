use crate::support::pool;
use earnest::{CancellationToken, Error, TaskOptions, as_completed};
use earnest_testing::watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// A generator of numbers that is the same for the same seed (Marsaglia, *Xorshift RNGs*, 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// What became of a task, apart from its future.
#[derive(Default)]
struct Trace {
    has_begun: AtomicBool,
    was_cancelled: bool,
}

#[test]
fn a_hundred_thousand_tasks_with_random_deadlines_each_end_with_the_right_outcome() {
    const TASKS: usize = 100_000;
    let pool = pool(2);
    let token = CancellationToken::new();
    let mut random = Random(0x5eed);
    let (mut values, mut deadlines, mut cancelled) = (0, 0, 0);
    let mut futures = Vec::new();
    for _ in 0..TASKS {
        let timeout = Duration::from_micros(random.below(60_000));
        let deadline = Instant::now() + timeout;
        let kind = random.below(8);
        let mut options = TaskOptions::new().deadline(deadline);
        if kind == 0 {
            options = options.cancelled_by(&token);
        }
        let work = random.below(40);
        let mut trace = Arc::new(Trace::default());
        let seen = trace.clone();
        let future = pool.submit_with(options, move |context| {
            seen.has_begun.store(true, SeqCst);
            let until = Instant::now() + Duration::from_micros(work);
            while Instant::now() < until && !context.is_cancelled() {
                std::hint::spin_loop();
            }
            Instant::now()
        });
        if kind == 1 && future.cancel() {
            assert!(!trace.has_begun.load(SeqCst));
            trace = Arc::new(Trace { was_cancelled: true, ..Trace::default() });
        }
        if kind == 2 && random.below(100) == 0 {
            token.cancel();
        }
        futures.push(((deadline, kind, trace), future));
    }
    watched("a storm of deadlines", || {
        for ((deadline, kind, trace), future) in as_completed(futures) {
            let has_begun = trace.has_begun.load(SeqCst);
            match future.result() {
                Ok(ended) => {
                    assert!(has_begun && ended < deadline);
                    values += 1;
                }
                Err(Error::DeadlineExceeded) => {
                    assert!(Instant::now() >= deadline);
                    deadlines += 1;
                }
                Err(Error::Cancelled) => {
                    assert!(!has_begun && (trace.was_cancelled || kind == 0));
                    cancelled += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
    });
    assert_eq!(values + deadlines + cancelled, TASKS);
    assert!(cancelled > 0, "{values} values, {deadlines} deadlines, {cancelled} cancelled");
}
