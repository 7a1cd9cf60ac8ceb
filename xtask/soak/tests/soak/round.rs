//! One round after the other: a pool, a load, an end.

use crate::account::ACCOUNT;
use crate::load;
use earnest::{RejectionPolicy, Shutdown, ThreadPoolExecutor};
use earnest_testing::watched_for;
use fastrand::Rng;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// A round that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Plays rounds until it is time.
pub(crate) fn play(seed: u64, until: Instant) {
    let mut random = Rng::with_seed(seed);
    while Instant::now() < until {
        let seed = random.u64(..);
        watched_for(PATIENCE, &format!("the round of seed {seed}"), || round(&mut Rng::with_seed(seed)));
    }
}

/// The pool that all share.
static SHARED: LazyLock<ThreadPoolExecutor> = LazyLock::new(ThreadPoolExecutor::new);

/// Ends it.
pub(crate) fn end() {
    SHARED.shutdown();
}

fn round(random: &mut Rng) {
    if random.u8(..4) == 0 {
        return load::put(random, &SHARED);
    }
    let pool = pool(random);
    for _ in 0..random.usize(1..6) {
        load::put(random, &pool);
    }
    ACCOUNT.shutdowns.add();
    match random.u8(..4) {
        0 => drop(pool),
        1 => {
            pool.shutdown();
            assert_eq!(pool.worker_count(), 0, "workers are left after a shutdown");
        }
        2 => {
            let how = Shutdown { cancel_pending: true, ..Shutdown::default() };
            pool.shutdown_with(how).expect("it has no time limit");
            assert_eq!(pool.worker_count(), 0, "workers are left after a shutdown");
        }
        _ => {
            let how = Shutdown { wait: false, ..Shutdown::default() };
            pool.shutdown_with(how).expect("it does not wait");
            pool.shutdown();
        }
    }
}

fn pool(random: &mut Rng) -> ThreadPoolExecutor {
    let mut builder = ThreadPoolExecutor::builder().max_workers(random.usize(1..7));
    if random.u8(..4) == 0 {
        builder = builder.keep_alive(Duration::from_millis(random.u64(..3)));
    }
    if random.u8(..4) == 0 {
        let policy = match random.u8(..4) {
            0 => RejectionPolicy::Block,
            1 => RejectionPolicy::CallerRuns,
            2 => RejectionPolicy::DiscardOldest,
            _ => RejectionPolicy::Reject,
        };
        builder = builder.queue_capacity(random.usize(1..40)).rejection_policy(policy);
    }
    builder.build().expect("these settings are a pool")
}
