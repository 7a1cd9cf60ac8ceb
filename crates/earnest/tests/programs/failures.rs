//! Three places to handle a failure.

use crate::jobs::pool;
use earnest::{Error, ThreadPoolExecutor};
use earnest_testing::watched;
use std::num::ParseIntError;

/// What may fail.
fn port(text: &str) -> Result<u16, ParseIntError> {
    text.parse()
}

/// Program 19: inside the task, which knows what to do instead.
fn in_the_task(pool: &ThreadPoolExecutor, text: &'static str) -> Result<u16, Error> {
    pool.submit(move || port(text).unwrap_or(8080)).result()
}

/// Program 19: by the one who receives the result. Whatever went wrong, in the task or around it, is one error.
fn by_the_recipient(pool: &ThreadPoolExecutor, text: &'static str) -> String {
    match pool.submit(move || port(text)).flatten().result() {
        Ok(port) => format!("port {port}"),
        Err(Error::Failed(error)) => format!("not a port: {error}"),
        Err(other) => format!("not even an answer: {other}"),
    }
}

/// Program 19: by asking for the error, and leaving the outcome where it is.
fn by_asking(pool: &ThreadPoolExecutor, text: &'static str) -> (bool, Result<u16, Error>) {
    let future = pool.submit(move || port(text)).flatten();
    future.wait();
    let has_failed = future.peek().is_some_and(|outcome| outcome.is_err());
    (has_failed, future.result())
}

#[test]
fn a_failure_is_handled_in_the_task_or_where_it_arrives() {
    watched("program 19", || {
        let pool = pool(2);
        assert_eq!([in_the_task(&pool, "443").unwrap(), in_the_task(&pool, "https").unwrap()], [443, 8080]);
        assert_eq!(by_the_recipient(&pool, "443"), "port 443");
        assert_eq!(by_the_recipient(&pool, "https"), "not a port: invalid digit found in string");
        assert!(matches!(by_asking(&pool, "443"), (false, Ok(443))));
        assert!(matches!(by_asking(&pool, "https"), (true, Err(Error::Failed(_)))));
        pool.shutdown();
        assert!(by_the_recipient(&pool, "443").starts_with("not even an answer: "));
    });
}
