//! Results that lead to more tasks: the second round begins while the first goes on.

use earnest::{CompletionSet, ThreadPoolExecutor};
use std::error::Error;
use std::sync::mpsc::channel;

/// Where a page leads to.
fn links(page: &str) -> Vec<&'static str> {
    match page {
        "/news" => vec!["/news/1", "/news/2"],
        "/archive" => vec!["/archive/1"],
        _ => vec![],
    }
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let pool = ThreadPoolExecutor::builder().max_workers(2).build()?;
    let (end, held) = channel::<()>();
    let mut reading = CompletionSet::new();
    let archive = pool.submit(move || {
        // Its server is slow: it takes until `end` is dropped.
        held.iter().for_each(drop);
        links("/archive")
    });
    reading.push(((1, "/archive"), archive));
    reading.push(((1, "/news"), pool.submit(|| links("/news"))));

    let mut end = Some(end);
    while let Some(((round, page), future)) = reading.next() {
        let found = future.result()?;
        println!("round {round}: {page} leads to {found:?}");
        for link in found {
            reading.push(((round + 1, link), pool.submit(move || links(link))));
        }
        if page == "/news/2" {
            end = None;
        }
    }
    drop(end);
    Ok(())
}
