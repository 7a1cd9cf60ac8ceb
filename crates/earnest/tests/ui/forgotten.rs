//! What does nothing, or undoes something, where it is forgotten.
#![deny(unused_must_use)]

use earnest::*;
use std::time::Duration;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let future = |n: u32| pool.submit(move || n);
    let token = CancellationToken::new();

    pool.submit(|| 1);
    pool.try_submit(|| 1);
    pool.execute(|| ());
    pool.submit_with(TaskOptions::new(), |_| 1);
    pool.schedule_after(Duration::ZERO, || 1);
    pool.spawn_async(async { 1 });
    future(1).map(|n| n + 1);
    future(1).shared();
    future(1).cancel_on_drop();
    future(1).failed_if(|_| true);

    pool.map(1..=4, |n| n * n);
    pool.map_with(MapOptions::new(), 1..=4, |n| n * n);
    as_completed([future(1)]);
    as_completed_timeout([future(1)], Duration::ZERO);
    join_all([future(1)]);
    try_join_all([future(1)]);
    race([future(1)]);
    first_ok([future(1)]);
    [future(1)].cancel_losers();

    scope(&pool, |s| {
        s.submit(|| 1);
        s.map(2, 1..=4, |n| n * n);
    });

    promise::<u32>().0;
    task(|| 1).0;
    token.on_cancel(|| ());
    token.child_token();
    ThreadPoolExecutor::builder();
    ThreadPoolExecutor::new();
    pool.handle();
    TaskOptions::new();
    MapOptions::new();
    Every::rate(Duration::from_secs(1));
    CompletionSet::<Future<u32>>::new();
    CompletionSet::<Future<u32>>::new().adder();
    TaskGroup::<_, u32>::new(pool.handle());
}
