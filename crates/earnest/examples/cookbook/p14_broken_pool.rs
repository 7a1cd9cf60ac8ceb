//! An initializer that fails: the pool is broken, and what is queued says so, as does whatever comes later.

use earnest::{BuildError, ThreadPoolExecutor};

pub(crate) fn main() -> Result<(), BuildError> {
    let pool = ThreadPoolExecutor::builder().initializer(|| Err::<(), _>("no database")).build()?;
    let query = || "an answer";

    let pending = pool.submit(query);
    match pending.result() {
        Ok(answer) => println!("pending: {answer}"),
        Err(error) => println!("pending: {error}"),
    }
    match pool.submit(query).result() {
        Ok(answer) => println!("later: {answer}"),
        Err(error) => println!("later: {error}"),
    }
    match pool.try_submit(query) {
        Ok(future) => println!("accepted: {future:?}"),
        // The task comes back, and can be run elsewhere.
        Err(refused) => {
            println!("refused: {refused}");
            println!("run here: {}", refused.into_inner()());
        }
    }
    Ok(())
}
