//! What is asked of a pool, each time with some randomness, and checked.

use crate::account::ACCOUNT;
use earnest::{
    CompletionSet, Error, Future, MapExt, MapOptions, PoolHandle, ReturnWhen, TaskOptions,
    ThreadPoolExecutor, as_completed, race, scope, wait,
};
use fastrand::Rng;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// What tasks panic with.
struct Planned;

pub(crate) fn is_planned(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Planned>()
}

/// Puts some load on `pool`.
pub(crate) fn put(random: &mut Rng, pool: &ThreadPoolExecutor) {
    match random.u8(..13) {
        0 => each_comes_to_something(random, pool),
        1 => some_are_cancelled(random, pool),
        2 => waits_give_up(random, pool),
        3 => completion_order(random, pool),
        4 => maps(random, pool),
        5 => nested(random, pool),
        6 => scopes(random, pool),
        7 => joins(random, pool),
        8 => chains(random, pool),
        9 => deadlines(random, pool),
        10 => sets(random, pool),
        11 => awaited(random, pool),
        _ => resized(random, pool),
    }
}

/// A task that gives its number, now and then panics, and now and then takes its time.
fn submit(random: &mut Rng, pool: &ThreadPoolExecutor, n: usize) -> Future<usize> {
    let (panics, takes) = (random.u8(..50) == 0, if random.u8(..40) == 0 { random.u64(..300) } else { 0 });
    ACCOUNT.submitted.add();
    pool.submit(move || {
        ACCOUNT.began.add();
        if takes > 0 {
            std::thread::sleep(Duration::from_micros(takes));
        }
        if panics {
            std::panic::panic_any(Planned);
        }
        n
    })
}

fn some(random: &mut Rng, pool: &ThreadPoolExecutor, most: usize) -> Vec<Future<usize>> {
    (0..random.usize(1..most)).map(|n| submit(random, pool, n)).collect()
}

/// Takes the outcome of task `n`, and enters it.
fn settle(n: usize, future: Future<usize>) {
    let outcome = future.result();
    ACCOUNT.enter(&outcome);
    if let Ok(value) = outcome {
        assert_eq!(value, n, "a future has another task's value");
    }
}

fn each_comes_to_something(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let futures = some(random, pool, 300);
    for future in &futures {
        if random.u8(..8) == 0 {
            ACCOUNT.callbacks_due.add();
            future.add_done_callback(|_| ACCOUNT.callbacks.add());
        }
    }
    for (n, future) in futures.into_iter().enumerate() {
        if random.u8(..10) == 0 {
            // Nobody will see what it comes to.
            ACCOUNT.detached.add();
            future.detach();
        } else {
            settle(n, future);
        }
    }
}

fn some_are_cancelled(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let futures = some(random, pool, 200);
    let handles: Vec<_> = futures.iter().map(Future::cancel_handle).collect();
    let canceller =
        std::thread::spawn(move || handles.iter().step_by(2).filter(|handle| handle.cancel()).count());
    let n_cancelled = futures
        .into_iter()
        .enumerate()
        .map(|(n, future)| {
            if random.u8(..4) == 0 {
                future.cancel();
            }
            future.wait();
            let is_cancelled = future.is_cancelled();
            settle(n, future);
            usize::from(is_cancelled)
        })
        .sum::<usize>();
    let by_other = canceller.join().expect("cancelling does not panic");
    assert!(by_other <= n_cancelled, "one is not cancelled that was said to be");
}

fn waits_give_up(random: &mut Rng, pool: &ThreadPoolExecutor) {
    for (n, mut future) in some(random, pool, 60).into_iter().enumerate() {
        loop {
            match future.result_timeout(Duration::from_micros(random.u64(..200))) {
                Ok(outcome) => break ACCOUNT.enter(&outcome),
                Err(timed_out) => {
                    ACCOUNT.timeouts.add();
                    future = timed_out.into_inner();
                    if random.u8(..20) == 0 {
                        break settle(n, future);
                    }
                }
            }
        }
    }
}

fn completion_order(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let futures = some(random, pool, 200);
    let n = futures.len();
    let seen = as_completed(futures).map(|future| ACCOUNT.enter(&future.result())).count();
    assert_eq!(seen, n, "each completes once");
    let futures = some(random, pool, 30);
    let n = futures.len();
    let when = if random.bool() { ReturnWhen::FirstCompleted } else { ReturnWhen::AllCompleted };
    let parted = wait(futures, when, None);
    assert_eq!(parted.done.len() + parted.not_done.len(), n, "each is in one half");
    parted.done.into_iter().chain(parted.not_done).for_each(|future| ACCOUNT.enter(&future.result()));
}

fn maps(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let n = random.usize(..2000);
    let mut options = MapOptions::new();
    if random.bool() {
        options = options.chunk_size(random.usize(1..40));
    }
    if random.bool() {
        options = options.buffer_size(random.usize(1..20));
    }
    let mut map = pool.map_with(options, 0..n, |n| n + 1);
    if random.u8(..3) == 0 {
        // Left in the middle.
        let taken = map.by_ref().take(n / 2).count();
        assert!(taken <= n / 2);
        return;
    }
    for (at, value) in map.enumerate() {
        match value {
            Ok(value) => assert_eq!(value, at + 1, "a map has another item's value"),
            Err(error) => assert!(error.is_rejected(), "{error}"),
        }
    }
}

fn nested(random: &mut Rng, pool: &ThreadPoolExecutor) {
    fn fib(pool: &PoolHandle, n: u64) -> Result<u64, Error> {
        if n < 2 {
            return Ok(n);
        }
        let next = pool.clone();
        let first = pool.submit(move || fib(&next, n - 1));
        let second = fib(pool, n - 2)?;
        Ok(first.result()?? + second)
    }
    let (handle, n) = (pool.handle(), random.u64(3..13));
    let outcome = pool.submit(move || fib(&handle, n)).result().and_then(|outcome| outcome);
    let expected = (0..n).fold((0, 1), |(a, b), _| (b, a + b)).0;
    match outcome {
        Ok(value) => assert_eq!(value, expected),
        // Where the queue is bounded.
        Err(error) => assert!(error.is_rejected(), "{error}"),
    }
}

fn scopes(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let numbers: Vec<usize> = (0..random.usize(1..300)).collect();
    let (sum, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    scope(pool, |scope| {
        for number in &numbers {
            let (sum, refused) = (&sum, &refused);
            let future = scope.submit(move || _ = sum.fetch_add(*number, SeqCst));
            future.add_done_callback(move |outcome| {
                if outcome.is_err() {
                    refused.fetch_add(*number, SeqCst);
                }
            });
        }
    });
    let sum = sum.into_inner() + refused.into_inner();
    assert_eq!(sum, numbers.iter().sum::<usize>(), "a scope has lost a task");
}

fn joins(random: &mut Rng, pool: &ThreadPoolExecutor) {
    fn sum(pool: &PoolHandle, numbers: &[u64]) -> u64 {
        match numbers {
            [] => 0,
            [number] => *number,
            _ => {
                let (left, right) = numbers.split_at(numbers.len() / 2);
                let (left, right) = earnest::join(pool, || sum(pool, left), || sum(pool, right));
                left + right
            }
        }
    }
    let (handle, n) = (pool.handle(), random.u64(1..4000));
    let future = pool.submit(move || sum(&handle, &(0..n).collect::<Vec<_>>()));
    match future.result() {
        Ok(sum) => assert_eq!(sum, n * (n - 1) / 2),
        Err(error) => assert!(error.is_rejected(), "{error}"),
    }
}

fn chains(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let ends: Vec<_> = some(random, pool, 60)
        .into_iter()
        .map(|future| {
            let handle = pool.handle();
            match random.u8(..3) {
                0 => future.map(|n| n + 1),
                1 => future.and_then(move |n| handle.submit(move || n + 1)),
                _ => future.then_on(handle, |n| n + 1),
            }
        })
        .collect();
    for (n, end) in ends.into_iter().enumerate() {
        if random.u8(..5) == 0 {
            end.cancel();
        }
        let outcome = end.result();
        ACCOUNT.enter(&outcome);
        if let Ok(value) = outcome {
            assert_eq!(value, n + 1);
        }
    }
    let racers = some(random, pool, 20);
    // What the others come to nobody sees.
    racers.iter().for_each(|_| ACCOUNT.detached.add());
    drop(race(racers).result());
}

fn deadlines(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let token = earnest::CancellationToken::new();
    let futures: Vec<_> = (0..random.usize(1..80))
        .map(|n| {
            let mut options = TaskOptions::new().cancelled_by(&token);
            if random.bool() {
                options = options.timeout(Duration::from_micros(random.u64(..500)));
            }
            ACCOUNT.submitted.add();
            pool.submit_with(options, move |_| {
                ACCOUNT.began.add();
                n
            })
        })
        .collect();
    let later =
        (random.u8(..3) == 0).then(|| pool.schedule_after(Duration::from_micros(random.u64(..2000)), || ()));
    if random.bool() {
        token.cancel();
    }
    futures.into_iter().enumerate().for_each(|(n, future)| settle(n, future));
    if let Some(later) = later {
        if random.bool() {
            later.cancel();
        }
        drop(later.result());
    }
}

fn sets(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let mut set = CompletionSet::new();
    let n = random.usize(1..150);
    for n in 0..n {
        set.push(submit(random, pool, n));
        if random.u8(..3) == 0 {
            let future = set.next().expect("there is one");
            ACCOUNT.enter(&future.result());
        }
    }
    if random.u8(..4) == 0 {
        // Those that are left are let go.
        (0..set.len()).for_each(|_| ACCOUNT.detached.add());
    } else {
        set.for_each(|future| ACCOUNT.enter(&future.result()));
    }
}

fn awaited(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let futures = some(random, pool, 80);
    futures_executor::block_on(async {
        for future in futures {
            ACCOUNT.enter(&future.await);
        }
    });
    let one = submit(random, pool, 7);
    let handle = pool.spawn_async(async move {
        let outcome = one.await;
        ACCOUNT.enter(&outcome);
    });
    match handle.result() {
        Ok(()) => {}
        // The async block was refused, and with it the one future it had.
        Err(error) if error.is_rejected() => ACCOUNT.detached.add(),
        Err(error) => panic!("an async block comes to {error}"),
    }
}

fn resized(random: &mut Rng, pool: &ThreadPoolExecutor) {
    let shared: Arc<[_]> = some(random, pool, 100).into_iter().map(Future::shared).collect();
    pool.set_max_workers(random.usize(1..8)).expect("it is a number of workers");
    let seen = shared.clone();
    let other = std::thread::spawn(move || seen.iter().filter(|future| future.result().is_ok()).count());
    let here = shared.iter().filter(|future| future.result().is_ok()).count();
    assert_eq!(other.join().expect("looking does not panic"), here);
    for _ in 0..here {
        ACCOUNT.values.add();
    }
    for future in shared.iter() {
        match future.result() {
            Ok(_) => {}
            Err(Error::Panicked(_)) => ACCOUNT.panicked.add(),
            Err(error) if error.is_rejected() => ACCOUNT.refused.add(),
            Err(error) => panic!("nothing here comes to this: {error}"),
        }
    }
}
