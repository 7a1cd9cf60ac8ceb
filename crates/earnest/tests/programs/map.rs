//! One function for many inputs.

use crate::jobs::{LastFirst, gate, pool};
use earnest::{Error, Future, MapExt, ThreadPoolExecutor};
use earnest_testing::watched;
use std::iter::zip;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Program 2: ten tasks, none as long as the other. Their results come in the order of the inputs.
fn ten_of_different_length(
    pool: &ThreadPoolExecutor,
    work: impl Fn(usize) + Send + Sync + 'static,
) -> Result<Vec<String>, Error> {
    let answer = move |n| {
        work(n);
        format!("task {n}")
    };
    pool.map(0..10, answer).collect()
}

#[test]
fn results_come_in_input_order_whichever_task_ends_first() {
    watched("program 2", || {
        let last_first = LastFirst::new(10);
        let work = last_first.clone();
        let answers = ten_of_different_length(&pool(10), move |n| work.work(n)).unwrap();
        assert_eq!(answers, (0..10).map(|n| format!("task {n}")).collect::<Vec<_>>());
        assert!(last_first.is_over());
    });
}

/// Program 3: one function over two inputs, pair by pair, until the shorter one ends.
fn two_inputs(
    pool: &ThreadPoolExecutor,
    cities: &[&'static str],
    degrees: &[i32],
) -> Result<Vec<String>, Error> {
    let pairs = zip(cities.to_vec(), degrees.to_vec());
    pool.map(pairs, |(city, degrees)| format!("{degrees} degrees in {city}")).collect()
}

#[test]
fn inputs_are_paired() {
    watched("program 3", || {
        let report = two_inputs(&pool(2), &["Oslo", "Rome", "Nowhere"], &[-3, 21]).unwrap();
        assert_eq!(report, ["-3 degrees in Oslo", "21 degrees in Rome"]);
    });
}

/// Program 4: results that nobody reads. Let go by name, all tasks run.
fn let_go(pool: &ThreadPoolExecutor, task: impl Fn(u32) + Send + Sync + 'static) {
    pool.map(0..10, task).detach();
}

/// Program 4: kept until the pool has been shut down, all tasks run too.
fn kept_until_shutdown(pool: &ThreadPoolExecutor, task: impl Fn(u32) + Send + Sync + 'static) {
    let unread = pool.map(0..10, task);
    pool.shutdown();
    drop(unread);
}

/// Program 4: merely dropped, those that have not begun are cancelled.
fn merely_dropped(pool: &ThreadPoolExecutor, task: impl Fn(u32) + Send + Sync + 'static) {
    drop(pool.map(0..10, task));
}

type Task = Box<dyn Fn(u32) + Send + Sync>;

/// How often a task runs that `program` is given, on a pool whose one worker is busy until `program` has returned, or,
/// if it `blocks`, until it has begun.
fn runs(program: fn(&ThreadPoolExecutor, Task), blocks: bool) -> usize {
    let pool = pool(1);
    let (open, closed) = gate();
    pool.submit(move || closed.wait()).detach();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    let task = Box::new(move |_| assert!(count.fetch_add(1, SeqCst) < 10));
    std::thread::scope(|scope| {
        let running = scope.spawn(|| program(&pool, task));
        if !blocks {
            running.join().unwrap();
        }
        open.open();
    });
    pool.shutdown();
    runs.load(SeqCst)
}

#[test]
fn unread_results_are_computed_unless_they_are_dropped() {
    watched("program 4", || {
        assert_eq!(runs(let_go, false), 10);
        assert_eq!(runs(kept_until_shutdown, true), 10);
        assert_eq!(runs(merely_dropped, false), 0);
    });
}

/// Program 20: one input has no result. Its error is at its place, and the others have theirs.
fn one_that_fails(pool: &ThreadPoolExecutor, texts: &[&'static str]) -> Vec<String> {
    let numbers = pool.map(texts.to_vec(), |text| text.parse::<i32>().expect("a number"));
    let line = |result: Result<i32, Error>| match result {
        Ok(number) => number.to_string(),
        Err(Error::Panicked(panic)) => format!("no result: {}", panic.message().unwrap_or("unknown")),
        Err(other) => other.to_string(),
    };
    numbers.map(line).collect()
}

#[test]
fn an_error_comes_at_its_place_and_ends_nothing() {
    watched("program 20", || {
        let lines = one_that_fails(&pool(2), &["1", "two", "3"]);
        assert_eq!((lines[0].as_str(), lines[2].as_str()), ("1", "3"));
        assert!(lines[1].starts_with("no result: a number: "), "{}", lines[1]);
        assert_eq!(lines.len(), 3);
    });
}

/// Program 20: or the function says what went wrong, and the error is part of the value.
fn one_that_says_why(pool: &ThreadPoolExecutor, texts: &[&'static str]) -> Vec<String> {
    let futures = texts.iter().map(|&text| pool.submit(move || text.parse::<i32>()));
    let numbers: Vec<Future<i32>> = futures.map(Future::flatten).collect();
    numbers
        .into_iter()
        .map(|number| number.result().map_or_else(|error| error.to_string(), |n| n.to_string()))
        .collect()
}

#[test]
fn an_error_that_the_function_returns_is_one_to_look_at() {
    watched("program 20", || {
        let lines = one_that_says_why(&pool(2), &["1", "two", "3"]);
        assert_eq!(lines, ["1", "the task failed: invalid digit found in string", "3"]);
    });
}
