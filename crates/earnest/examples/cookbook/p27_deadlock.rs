//! Two tasks that wait for each other: one of them is told, by an error that names both, and so the other ends too.

use earnest::{Error, SharedFuture, TaskOptions, ThreadPoolExecutor};
use std::sync::mpsc::channel;

/// Who waits for whom, if that is what went wrong.
fn reason(error: &Error) -> String {
    match error {
        Error::Deadlock(deadlock) => {
            let mut names: Vec<&str> = deadlock.tasks().iter().filter_map(|task| task.name()).collect();
            // Which of them was told is chance.
            names.sort_unstable();
            format!("{} would wait for ever", names.join(" and "))
        }
        other => other.to_string(),
    }
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(2).build()?;
    let (give, take) = channel::<SharedFuture<String>>();
    let left = pool.submit_with(TaskOptions::new().name("left"), move |_| {
        let right = take.recv().expect("it is sent");
        right.result().map_or_else(reason, String::clone)
    });
    let right = pool.submit_with(TaskOptions::new().name("right"), move |_| {
        left.result().unwrap_or_else(|error| reason(&error))
    });
    let right = right.shared();
    give.send(right.clone())?;
    match right.result() {
        Ok(reason) => println!("{reason}"),
        Err(error) => println!("not expected: {error}"),
    }
    Ok(())
}
