//! `submit`, then one result after the other: in the order of submission, whichever is done first.

use earnest::ThreadPoolExecutor;
use std::error::Error;
use std::iter::zip;
use std::sync::mpsc::channel;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(4).build()?;
    let names = ["first", "second", "third", "fourth"];
    let (mut servers, mut futures) = (Vec::new(), Vec::new());
    for _ in names {
        let (server, answers) = channel();
        servers.push(server);
        futures.push(pool.submit(move || answers.recv()).flatten());
    }
    // The last one answers first, and its future is done before any other.
    for (n, server) in servers.into_iter().enumerate().rev() {
        server.send(n * n)?;
        futures[n].wait();
    }
    for (name, future) in zip(names, futures) {
        println!("{name}: {}", future.result()?);
    }
    Ok(())
}
