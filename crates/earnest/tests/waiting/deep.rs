//! Waits nested however deep, on the smallest stacks there are: they end with values or with an error that says why, and
//! no stack overflows.

use earnest::{
    Error, PoolHandle, RejectionPolicy, ReturnWhen, ThreadPoolExecutor, as_completed, join_all, scope, wait,
};
use earnest_testing::{alone_on_small_stack, watched};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

type Depth = Result<usize, Error>;
/// A task that submits one like it, waits for it, and gives its depth and one more.
type Nested = fn(&PoolHandle, usize) -> Depth;

fn by_result(pool: &PoolHandle, depth: usize) -> Depth {
    let inner = pool.clone();
    match depth.checked_sub(1) {
        None => Ok(0),
        Some(less) => pool.submit(move || by_result(&inner, less)).result()?.map(|n| n + 1),
    }
}

/// Where another is what has been queued last.
fn behind_another(pool: &PoolHandle, depth: usize) -> Depth {
    let inner = pool.clone();
    let Some(less) = depth.checked_sub(1) else { return Ok(0) };
    let waited_for = pool.submit(move || behind_another(&inner, less));
    let other = pool.submit(|| ());
    let result = waited_for.result()?.map(|n| n + 1);
    other.cancel();
    result
}

fn by_wait(pool: &PoolHandle, depth: usize) -> Depth {
    let inner = pool.clone();
    let Some(less) = depth.checked_sub(1) else { return Ok(0) };
    let future = pool.submit(move || by_wait(&inner, less));
    let mut waited = wait([future], ReturnWhen::FirstCompleted, None);
    let future = waited.done.pop().or_else(|| waited.not_done.pop()).unwrap();
    future.result()?.map(|n| n + 1)
}

fn by_as_completed(pool: &PoolHandle, depth: usize) -> Depth {
    let inner = pool.clone();
    let Some(less) = depth.checked_sub(1) else { return Ok(0) };
    let mut completed = as_completed([pool.submit(move || by_as_completed(&inner, less))]);
    completed.next().unwrap().result()?.map(|n| n + 1)
}

fn by_derived(pool: &PoolHandle, depth: usize) -> Depth {
    let inner = pool.clone();
    let Some(less) = depth.checked_sub(1) else { return Ok(0) };
    let task = pool.submit(move || by_derived(&inner, less)).map(|n| n.map(|n| n + 1));
    join_all([task.map(|n| n)]).result()?.pop().unwrap()?
}

fn by_scope(pool: &PoolHandle, depth: usize) -> Depth {
    match depth.checked_sub(1) {
        None => Ok(0),
        Some(less) => scope(pool, |s| s.submit(|| by_scope(pool, less)).result())?.map(|n| n + 1),
    }
}

const WAYS: [(&str, Nested); 6] = [
    ("by_result", by_result),
    ("behind_another", behind_another),
    ("by_wait", by_wait),
    ("by_as_completed", by_as_completed),
    ("by_derived", by_derived),
    ("by_scope", by_scope),
];

fn ends(way: &str, nested: Nested, workers: usize, spares: usize, depth: usize) {
    // The builder makes it the least that it allows.
    let builder = ThreadPoolExecutor::builder().max_workers(workers).max_spare_workers(spares).stack_size(0);
    let pool = builder.build().unwrap();
    let handle = pool.handle();
    let name = format!("{way}, {depth} deep, on {workers} workers and {spares} more");
    let end = watched(&name, || pool.submit(move || nested(&handle, depth)).result().unwrap());
    println!("{name}: {end:?} by {} threads", pool.worker_count());
    match end {
        Ok(reached) => assert_eq!(reached, depth, "{name}"),
        Err(error) => {
            assert!(error.is_deadlock(), "{name}: {error}");
            assert!(error.to_string().contains("no stack for one more"), "{name}: {error}");
        }
    }
    watched("the end", || pool.shutdown());
}

#[test]
fn nested_waits_overflow_no_stack() {
    alone_on_small_stack("deep::nested_waits_overflow_no_stack", 256, || {
        for (way, nested) in WAYS {
            ends(way, nested, 1, 0, 1_000);
            ends(way, nested, 4, 16, 10_000);
            ends(way, nested, 2, 256, 1_000);
        }
        // However deep, on no more than so many threads.
        ends("by_result", by_result, 2, 256, 10_000);
    });
}

/// A task that fills the queue, which has room for one, and then submits a task like it: nobody is there to make room, so
/// it is run in the place of the submission. Gives how deep that went.
fn submits(pool: &PoolHandle, depth: usize, reached: &Arc<AtomicUsize>) {
    let Some(less) = depth.checked_sub(1) else { return };
    reached.fetch_add(1, SeqCst);
    pool.submit(|| ()).detach();
    let (inner, counted) = (pool.clone(), reached.clone());
    pool.submit(move || submits(&inner, less, &counted)).detach();
}

#[test]
fn submissions_that_are_run_in_place_overflow_no_stack() {
    alone_on_small_stack("deep::submissions_that_are_run_in_place_overflow_no_stack", 256, || {
        for policy in [RejectionPolicy::Block, RejectionPolicy::CallerRuns] {
            for (stack_size, depth, is_enough) in [(0, 10_000, false), (16 << 20, 500, true)] {
                let builder = ThreadPoolExecutor::builder().max_workers(1).stack_size(stack_size);
                let pool = builder.queue_capacity(1).rejection_policy(policy).build().unwrap();
                let (handle, reached) = (pool.handle(), Arc::new(AtomicUsize::new(0)));
                let counted = reached.clone();
                let first = pool.submit(move || submits(&handle, depth, &counted));
                watched("submissions", || first.result().unwrap());
                watched("the end", || pool.shutdown());
                let reached = reached.load(SeqCst);
                println!("{policy:?}, {depth} deep: {reached}");
                assert_eq!(reached == depth, is_enough, "{policy:?}: {reached} of {depth}");
                assert!(reached > 1, "{policy:?}: it was run in place");
            }
        }
    });
}
