//! Two stages, each with a pool of its own size: the second stage of one item runs during the first of others.

use earnest::{ThreadPoolExecutor, as_completed};
use std::error::Error;
use std::sync::mpsc::{Receiver, channel};

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    // Fetching is waiting, parsing is work.
    let fetchers = ThreadPoolExecutor::builder().max_workers(3).build()?;
    let parsers = ThreadPoolExecutor::builder().max_workers(1).build()?;
    // Three servers, which answer when this program has them do so.
    let [(a, from_a), (b, from_b), (c, from_c)] = [channel(), channel(), channel()];
    let pipeline = |server: Receiver<&'static str>| {
        let fetched = fetchers.submit(move || server.recv()).flatten();
        fetched.then_on(parsers.handle(), |page| page.split(' ').count())
    };
    let mut parsed =
        as_completed([("a", pipeline(from_a)), ("b", pipeline(from_b)), ("c", pipeline(from_c))]);

    for (server, page) in [(b, "one two"), (c, "one two three"), (a, "one")] {
        server.send(page)?;
        let (name, future) = parsed.next().expect("there is one for each server");
        println!("{name} is parsed: {} words; still being fetched: {}", future.result()?, parsed.len());
    }
    Ok(())
}
