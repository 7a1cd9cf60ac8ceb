//! What each worker does before its first task.

use crate::jobs::pool;
use earnest::{BuildError, ThreadPoolExecutor};
use earnest_testing::watched;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Barrier, mpsc};

thread_local! {
    /// What each worker has for itself: a connection, a buffer; here it is a name.
    static CONNECTION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Program 13: each worker makes a connection of its own, and says so; tasks use that of the worker they run on.
fn connected_pool(workers: usize, lines: Sender<String>) -> Result<ThreadPoolExecutor, BuildError> {
    let connect = move || {
        let thread = std::thread::current();
        let worker = thread.name().unwrap_or("nameless");
        CONNECTION.set(Some(format!("connection of {worker}")));
        lines.send(format!("{worker} is connected"))
    };
    ThreadPoolExecutor::builder().max_workers(workers).thread_name_prefix("db").initializer(connect).build()
}

/// Program 13: a task, which uses its worker's connection.
fn query() -> String {
    CONNECTION.with_borrow(|connection| connection.clone().unwrap_or_else(|| "no connection".to_owned()))
}

#[test]
fn tasks_use_what_their_worker_has_made() {
    watched("program 13", || {
        let (lines, told) = mpsc::channel();
        let pool = connected_pool(2, lines).unwrap();
        // The first two need each other, hence both workers.
        let both = Arc::new(Barrier::new(2));
        let meeting = [(); 2].map(|()| {
            let both = both.clone();
            pool.submit(move || {
                both.wait();
                query()
            })
        });
        let used = BTreeSet::from(meeting.map(|future| future.result().unwrap()));
        assert_eq!(used, BTreeSet::from(["connection of db_0", "connection of db_1"].map(String::from)));
        for future in (0..20).map(|_| pool.submit(query)).collect::<Vec<_>>() {
            assert!(used.contains(&future.result().unwrap()));
        }
        // The lines end when the pool does, with one for each worker.
        drop(pool);
        let lines: BTreeSet<String> = told.iter().collect();
        assert_eq!(lines, BTreeSet::from(["db_0 is connected", "db_1 is connected"].map(String::from)));
    });
}

/// Program 14: workers that cannot connect. What waits for one says so, and so does whatever comes later.
fn no_connection() -> Result<[String; 3], BuildError> {
    let pool = ThreadPoolExecutor::builder().initializer(|| Err::<(), _>("no database")).build()?;
    let pending = pool.submit(query);
    let pending = pending.result().unwrap_or_else(|error| format!("pending: {error}"));
    let later = pool.submit(query);
    let later = later.result().unwrap_or_else(|error| format!("later: {error}"));
    let refused = match pool.try_submit(query) {
        Ok(future) => format!("accepted: {future:?}"),
        // The task comes back, and can be run elsewhere.
        Err(refused) => {
            let reason = refused.to_string();
            format!("refused: {reason}; {}", refused.into_inner()())
        }
    };
    Ok([pending, later, refused])
}

#[test]
fn a_pool_that_cannot_begin_says_so() {
    watched("program 14", || {
        assert_eq!(
            no_connection().unwrap(),
            [
                "pending: the executor is broken: no database",
                "later: the executor is broken: no database",
                "refused: the executor is broken: no database; no connection",
            ]
        );
        assert_eq!(pool(1).submit(query).result().unwrap(), "no connection");
    });
}
