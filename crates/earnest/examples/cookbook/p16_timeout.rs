//! A result; a wait that was too short, which gives the future back; and the result later.

use earnest::ThreadPoolExecutor;
use std::error::Error;
use std::sync::mpsc::channel;
use std::time::Duration;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::new();
    println!("at once: {}", pool.submit(|| 6 * 7).result()?);

    let (server, answers) = channel();
    let future = pool.submit(move || answers.recv()).flatten();
    let future = match future.result_timeout(Duration::from_millis(10)) {
        Ok(result) => return Err(format!("nobody has answered: {result:?}").into()),
        Err(timed_out) => {
            println!("{timed_out}");
            timed_out.into_inner()
        }
    };
    server.send(42)?;
    println!("later: {}", future.result()?);
    Ok(())
}
