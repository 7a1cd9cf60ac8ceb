//! Something of its own for each worker: by an initializer and a thread-local variable, or as the pool's own state.

use earnest::{Future, ThreadPoolExecutor};
use std::cell::RefCell;
use std::error::Error;
use std::sync::{Arc, Barrier};
use std::thread;

thread_local! {
    static CONNECTION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes a connection for this thread.
fn connect() {
    let name = thread::current().name().unwrap_or_default().to_owned();
    println!("{name} connects");
    CONNECTION.set(format!("connection of {name}"));
}

/// Prints what was used, sorted, as it does not matter who was first.
fn print(used: [Future<String>; 2]) -> Result<(), earnest::Error> {
    let [one, other] = used.map(Future::result);
    let mut used = [one?, other?];
    used.sort();
    println!("tasks have used: {}", used.join(", "));
    Ok(())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let builder = || ThreadPoolExecutor::builder().max_workers(2);
    // Two tasks that wait for each other to have begun, and so are on two workers.
    let both = [(); 2].map({
        let both = Arc::new(Barrier::new(2));
        move |()| both.clone()
    });

    let pool = builder().thread_name_prefix("db").initializer(connect).build()?;
    print(both.clone().map(|both| {
        pool.submit(move || {
            both.wait();
            CONNECTION.with_borrow(String::clone)
        })
    }))?;

    // Without thread-local variables: the worker's state is lent to the task.
    let pool = builder().worker_state(|index| format!("buffer {index}")).build()?;
    print(both.map(|both| {
        pool.submit_local(move |buffer: &mut String| {
            both.wait();
            buffer.push('!');
            buffer.clone()
        })
    }))?;
    Ok(())
}
