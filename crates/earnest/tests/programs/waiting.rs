//! Waiting for all, for the first, for the first failure.

use crate::jobs::{gate, pool};
use earnest::{Error, Future, ReturnWhen, Shutdown, ThreadPoolExecutor, Wait, wait};
use earnest_testing::watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Tasks for the programs that wait for all: each counts itself in `ended`.
fn tasks(pool: &ThreadPoolExecutor, ended: &Arc<AtomicUsize>) -> Vec<Future<()>> {
    let task = || {
        let ended = ended.clone();
        move || {
            std::thread::yield_now();
            ended.fetch_add(1, SeqCst);
        }
    };
    (0..100).map(|_| pool.submit(task())).collect()
}

/// Program 8: one line when all are done, by waiting for them.
fn wait_for_all(ended: &Arc<AtomicUsize>) -> String {
    let pool = pool(2);
    let futures = tasks(&pool, ended);
    let waited = wait(&futures, ReturnWhen::AllCompleted, None);
    format!("{} are done, {} are not: {ended:?}", waited.done.len(), waited.not_done.len())
}

/// Program 8: by shutting the pool down.
fn shut_down(ended: &Arc<AtomicUsize>) -> String {
    let pool = pool(2);
    let futures = tasks(&pool, ended);
    pool.shutdown();
    let not_done = futures.iter().filter(|future| !future.is_done()).count();
    format!("{} are done, {not_done} are not: {ended:?}", futures.len() - not_done)
}

/// Program 8: by leaving the block that the pool lives in.
fn leave_the_block(ended: &Arc<AtomicUsize>) -> String {
    let futures = {
        let pool = pool(2);
        tasks(&pool, ended)
    };
    let not_done = futures.iter().filter(|future| !future.is_done()).count();
    format!("{} are done, {not_done} are not: {ended:?}", futures.len() - not_done)
}

#[test]
fn one_line_comes_when_all_are_done() {
    watched("program 8", || {
        for program in [wait_for_all, shut_down, leave_the_block] {
            assert_eq!(program(&Arc::default()), "100 are done, 0 are not: 100");
        }
    });
}

/// Program 9: the first answer is enough. What has not begun is cancelled, and nobody waits for the rest.
fn first_answer(pool: &ThreadPoolExecutor, futures: &[Future<&'static str>]) -> Option<&'static str> {
    let Wait { done, .. } = wait(futures, ReturnWhen::FirstCompleted, None);
    let enough = Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() };
    pool.shutdown_with(enough).expect("a shutdown that does not wait cannot run out of time");
    let answer = done.first()?.peek()?;
    answer.ok().copied()
}

#[test]
fn the_first_answer_does_not_wait_for_the_others() {
    watched("program 9", || {
        let pool = pool(2);
        let (open, closed) = gate();
        let mut futures = vec![pool.submit(|| "fast")];
        for _ in 0..10 {
            let closed = closed.clone();
            futures.push(pool.submit(move || closed.then("slow")));
        }
        assert_eq!(first_answer(&pool, &futures), Some("fast"));
        // The pool has two workers, so no more than two have begun. Those end, and nothing hangs.
        assert!(futures.iter().filter(|future| future.is_cancelled()).count() >= 8);
        open.open();
        pool.shutdown();
        for future in futures {
            let outcome = future.result();
            assert!(matches!(outcome, Ok("fast" | "slow") | Err(Error::Cancelled)), "{outcome:?}");
        }
    });
}

/// Program 10: stops at the first that fails, says which one, and cancels what has not begun.
fn stop_at_the_first_failure(futures: Vec<(&'static str, Future<u32>)>) -> String {
    let Wait { done, not_done, .. } = wait(futures, ReturnWhen::FirstException, None);
    let failed = done.into_iter().find_map(|(name, future)| Some((name, future.result().err()?)));
    let cancelled = not_done.iter().filter(|(_, future)| future.cancel()).count();
    match failed {
        Some((name, Error::Failed(why))) => format!("{name} failed, {why}; cancelled {cancelled} others"),
        Some((name, error)) => format!("{name}: {error}; cancelled {cancelled} others"),
        None => "all went well".to_owned(),
    }
}

#[test]
fn the_first_failure_is_named_and_ends_the_wait() {
    watched("program 10", || {
        let pool = pool(1);
        let (open, closed) = gate();
        let never_begun = Arc::new(AtomicUsize::new(0));
        let count = never_begun.clone();
        let futures = vec![
            ("blank", pool.submit(|| Ok::<_, String>(1)).flatten()),
            ("letter", pool.submit(|| Err("out of paper")).flatten()),
            ("poster", pool.submit(move || closed.then(Ok::<_, String>(2))).flatten()),
            ("card", pool.submit(move || Ok::<_, String>(count.fetch_add(1, SeqCst) as u32)).flatten()),
        ];
        let line = stop_at_the_first_failure(futures);
        assert_eq!(line, "letter failed, out of paper; cancelled 2 others");
        open.open();
        pool.shutdown();
        assert_eq!(never_begun.load(SeqCst), 0);
    });
}
