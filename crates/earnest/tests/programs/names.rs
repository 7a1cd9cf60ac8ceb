//! How many workers there are, and what they are called.

use earnest::{BuildError, ThreadPoolExecutor};
use earnest_testing::watched;

/// Program 11: as many workers as the machine suggests, or as many as are wanted.
fn how_many() -> Result<[String; 2], BuildError> {
    let default = ThreadPoolExecutor::new();
    let many = ThreadPoolExecutor::builder().max_workers(500).build()?;
    Ok([format!("default: {}", default.max_workers()), format!("wanted: {}", many.max_workers())])
}

#[test]
fn workers_are_as_many_as_the_machine_or_the_program_says() {
    watched("program 11", || {
        let [default, wanted] = how_many().unwrap();
        let processors = std::thread::available_parallelism().unwrap().get();
        let cap = std::env::var("EARNEST_MAX_WORKERS").ok().and_then(|cap| cap.parse().ok());
        assert_eq!(default, format!("default: {}", (processors + 4).min(32).min(cap.unwrap_or(32))));
        assert_eq!(wanted, "wanted: 500");
    });
}

/// Program 12: the name of a worker's thread, by default and with a prefix of one's own.
fn what_they_are_called() -> Result<[String; 2], BuildError> {
    let name = || std::thread::current().name().unwrap_or("nameless").to_owned();
    let default = ThreadPoolExecutor::new();
    let named = ThreadPoolExecutor::builder().thread_name_prefix("TaskPool").build()?;
    Ok([default, named].map(|pool| pool.submit(name).result().unwrap_or_else(|error| error.to_string())))
}

#[test]
fn threads_have_the_pool_s_name_and_a_number() {
    watched("program 12", || {
        let [default, named] = what_they_are_called().unwrap();
        let number = default.strip_prefix("ThreadPoolExecutor-").and_then(|rest| rest.strip_suffix("_0"));
        assert!(number.is_some_and(|number| number.parse::<u32>().is_ok()), "{default}");
        assert_eq!(named, "TaskPool_0");
    });
}
