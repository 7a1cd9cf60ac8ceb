//! Progress: a dot for each task that is done, a bar with count and rate, two bars at once.

use earnest::{Future, MapExt, ReturnWhen, ThreadPoolExecutor, as_completed, wait};
use indicatif::{MultiProgress, ProgressBar, ProgressIterator, ProgressStyle};
use std::error::Error;
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

fn work(n: u64) -> u64 {
    thread::sleep(Duration::from_millis(5 + n % 7));
    n
}

fn begin(pool: &ThreadPoolExecutor) -> Vec<Future<u64>> {
    (0..40).map(|n| pool.submit(move || work(n))).collect()
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(4).build()?;

    // Whoever runs the task prints its dot.
    let futures = begin(&pool);
    for future in &futures {
        future.add_done_callback(|_| {
            print!(".");
            let _nobody_sees_it = io::stdout().flush();
        });
    }
    wait(&futures, ReturnWhen::AllCompleted, None);
    println!(" {} tasks are done", futures.len());

    // Iterators that know their length have a bar for the asking. Bars go to standard error, if that is a terminal.
    let results = as_completed(begin(&pool)).progress().map(Future::result);
    println!("as completed: {}", results.sum::<Result<u64, _>>()?);
    let results = pool.map(0..40, work).progress_count(40);
    println!("in order: {}", results.sum::<Result<u64, _>>()?);

    // With a look of its own.
    let style = ProgressStyle::with_template("{msg:8} {bar:40} {pos}/{len} {per_sec}")?;
    let bar = ProgressBar::new(40).with_style(style.clone()).with_message("work");
    let results = as_completed(begin(&pool)).progress_with(bar.clone()).map(Future::result);
    println!("with a rate: {}, {} of 40", results.sum::<Result<u64, _>>()?, bar.position());

    // Two bars, moved by the tasks themselves.
    let bars = MultiProgress::new();
    let [fetched, parsed] = ["fetched", "parsed"]
        .map(|name| bars.add(ProgressBar::new(40).with_style(style.clone()).with_message(name)));
    let (one, other) = (fetched.clone(), parsed.clone());
    let stages = move |n| {
        let page = work(n);
        one.inc(1);
        let length = work(page);
        other.inc(1);
        length
    };
    let total = pool.map(0..40, stages).sum::<Result<u64, _>>()?;
    println!("two bars: {total}, {} fetched, {} parsed", fetched.position(), parsed.position());
    Ok(())
}
