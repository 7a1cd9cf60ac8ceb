//! A scraper: twenty pages, of which some fail. Each has its line, with a count, and all of them have a summary.

use earnest::{BuildError, MapExt, ThreadPoolExecutor};

/// Stands for a request: the number of links on a page.
fn scrape(page: usize) -> Result<usize, String> {
    match page {
        4 | 17 => Err("status 404".to_owned()),
        9 => Err("timed out".to_owned()),
        _ => Ok(page * 3 % 11),
    }
}

pub(crate) fn main() -> Result<(), BuildError> {
    let pool = ThreadPoolExecutor::builder().max_workers(8).build()?;
    let pages = 1..=20;
    let total = pages.clone().count();
    let (mut links, mut failed) = (0, Vec::new());
    for (page, outcome) in pages.clone().zip(pool.map(pages, scrape)) {
        // Also if the task has panicked, it is this page that has failed.
        match outcome.unwrap_or_else(|panicked| Err(panicked.to_string())) {
            Ok(n) => {
                println!("[{page}/{total}] /page/{page}: {n} links");
                links += n;
            }
            Err(error) => {
                println!("[{page}/{total}] /page/{page}: {error}");
                failed.push(page);
            }
        }
    }
    println!("{} pages, {links} links, {} failed: {failed:?}", total - failed.len(), failed.len());
    Ok(())
}
