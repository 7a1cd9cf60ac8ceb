//! `submit` and `as_completed`: each result when it is there, with the name of what it is the result of.

use earnest::{ThreadPoolExecutor, as_completed};
use std::error::Error;
use std::sync::mpsc::{Receiver, channel};

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(3).build()?;
    // Three servers, which answer when this program has them do so.
    let [(slow, from_slow), (middling, from_middling), (fast, from_fast)] = [channel(), channel(), channel()];
    let ask = |server: Receiver<&'static str>| pool.submit(move || server.recv()).flatten();
    let futures = [("slow", ask(from_slow)), ("middling", ask(from_middling)), ("fast", ask(from_fast))];

    let mut servers = [fast, middling, slow].into_iter();
    let mut next_answers = || servers.next().map_or(Ok(()), |server| server.send("hello"));
    next_answers()?;
    for (name, future) in as_completed(futures) {
        println!("{name} says {}", future.result()?);
        next_answers()?;
    }
    Ok(())
}
