//! Many waits at random, none of which can be a deadlock.

use earnest::{
    CompletionSet, PoolHandle, ReturnWhen, SharedFuture, ThreadPoolExecutor, as_completed, join_all, wait,
};
use earnest_testing::watched;
use std::time::Duration;

/// A generator of numbers that is the same for the same seed (Marsaglia, *Xorshift RNGs*, 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }
}

type Seen = SharedFuture<u64>;

/// Waits for `futures` in one of the ways there are, and gives their sum.
fn sum(random: &mut Random, pool: &PoolHandle, futures: &[Seen]) -> u64 {
    let value = |future: &Seen| *future.result().unwrap();
    match random.below(7) {
        0 => futures.iter().map(value).sum(),
        1 => wait(futures, ReturnWhen::AllCompleted, None).done.into_iter().map(value).sum(),
        2 => as_completed(futures.to_vec()).map(|future| value(&future)).sum(),
        3 => futures.iter().cloned().collect::<CompletionSet<_>>().map(|future| value(&future)).sum(),
        4 => {
            wait(futures, ReturnWhen::FirstCompleted, Some(Duration::from_micros(50)));
            futures.iter().map(value).sum()
        }
        5 => {
            let copies = futures.iter().cloned().map(|future| pool.submit(move || *future.result().unwrap()));
            let joined = join_all(copies.collect::<Vec<_>>()).result().unwrap();
            joined.into_iter().map(Result::unwrap).sum()
        }
        _ => {
            let futures = futures.to_vec();
            let inner =
                pool.submit(move || futures.iter().map(|future| *future.result().unwrap()).sum::<u64>());
            inner.map(|sum| sum).result().unwrap()
        }
    }
}

/// Tasks on pools of one to four workers, each of which waits for some of those submitted before it, in whatever pool:
/// there is no circle, and every one ends with its value.
pub(super) fn storm(seed: u64, n_tasks: usize) {
    let mut random = Random(seed | 1);
    let pools: Vec<_> = (0..1 + random.below(3))
        .map(|_| {
            let builder = ThreadPoolExecutor::builder().max_workers(1 + random.below(4));
            if random.below(2) == 0 { builder } else { builder.max_spare_workers(random.below(3)) }
                .build()
                .unwrap()
        })
        .collect();
    let mut tasks: Vec<Seen> = Vec::new();
    for number in 0..n_tasks {
        let n_needed = random.below(4).min(tasks.len());
        let needed: Vec<_> = (0..n_needed).map(|_| tasks[random.below(tasks.len())].clone()).collect();
        let pool = pools[random.below(pools.len())].handle();
        let (inner, mut random) = (pool.clone(), Random(random.0));
        tasks.push(pool.submit(move || sum(&mut random, &inner, &needed) % 1_000 + number as u64).shared());
    }
    for task in tasks {
        assert!(task.result().is_ok(), "seed {seed}: {}", task.result().unwrap_err());
    }
}

#[test]
fn waits_without_a_circle_all_end_with_their_values() {
    for seed in 1..=12 {
        watched(&format!("storm {seed}"), || storm(seed * 7_919, 200));
    }
}
