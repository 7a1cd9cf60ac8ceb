//! How worker threads are called: by default, and with a prefix of one's own.

use earnest::ThreadPoolExecutor;
use std::error::Error;
use std::thread;

fn thread_name() -> String {
    thread::current().name().unwrap_or("a thread without a name").to_owned()
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let default = ThreadPoolExecutor::new();
    println!("by default: {}", default.submit(thread_name).result()?);
    let named = ThreadPoolExecutor::builder().thread_name_prefix("TaskPool").build()?;
    println!("with a prefix: {}", named.submit(thread_name).result()?);
    Ok(())
}
