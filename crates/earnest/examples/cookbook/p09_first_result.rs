//! The first result is enough: what has not begun is cancelled, and nobody waits for what runs.

use earnest::{ReturnWhen, Shutdown, ThreadPoolExecutor, Wait, wait};
use std::error::Error;
use std::sync::mpsc::channel;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(2).build()?;
    let (mut mirrors, mut futures) = (Vec::new(), Vec::new());
    for n in 0..10 {
        let (mirror, answers) = channel();
        mirrors.push(mirror);
        futures.push((n, pool.submit(move || answers.recv()).flatten()));
    }
    // The mirrors 0 and 1 have been asked, and only the second answers.
    mirrors[1].send("here it is")?;

    let Wait { done, not_done, .. } = wait(futures, ReturnWhen::FirstCompleted, None);
    // Returns at once, although at least one task waits for its mirror.
    pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() })?;
    for (n, future) in done {
        println!("mirror {n}: {}", future.result()?);
    }
    let cancelled = not_done.iter().filter(|(_, future)| future.is_cancelled()).count();
    println!("{} others; at least 7 are cancelled: {}", not_done.len(), cancelled >= 7);

    // Once the mirrors hang up, everything has ended.
    drop(mirrors);
    let Wait { done, .. } = wait(not_done, ReturnWhen::AllCompleted, None);
    let without_value = done.into_iter().filter_map(|(_, future)| future.result().err()).count();
    println!("{without_value} have ended without a value");
    Ok(())
}
