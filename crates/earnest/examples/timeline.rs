//! Where the time of a downloader goes: a page that shows what each of its tasks and workers did, and when.
//!
//! ```text
//! cargo run --release --example timeline
//! cargo run --release --example timeline -- page.html trace.json
//! ```
//!
//! Pages come from a server of its own, which takes its time with each, never sends one of them, and does not have another.
//! Some are cancelled while they are queued. In what has come, words are counted by tasks that need nothing but a processor.
//! At the end, one task makes an index of it with the help of others.

#[path = "download/failure.rs"]
mod failure;
#[path = "download/fetch.rs"]
#[expect(dead_code, reason = "part of another example, which makes more of it")]
mod fetch;
#[path = "download/job.rs"]
mod job;
#[path = "download/server.rs"]
mod server;
#[path = "download/site.rs"]
#[expect(dead_code, reason = "likewise")]
mod site;

use earnest::{Future, PoolHandle, TaskOptions, ThreadPoolExecutor, as_completed, join_all};
use earnest_timeline::Timeline;
use fetch::{Client, Partial};
use job::Job;
use site::{Answer, Site};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

/// How often each pair of words is in a page.
type Pairs = BTreeMap<String, usize>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let page = arguments.next().unwrap_or("target/timeline.html".into());
    let trace = arguments.next().unwrap_or(page.with_extension("json"));

    let timeline = Timeline::new();
    let pool = ThreadPoolExecutor::builder()
        .max_workers(4)
        .thread_name_prefix("download")
        .on_event(timeline.recorder("downloads"))
        .build()?;
    let index = download(&pool)?;
    pool.shutdown();

    for file in [&page, &trace] {
        fs::create_dir_all(file.parent().unwrap_or(Path::new("")))?;
    }
    timeline.write_html(&page)?;
    timeline.write_trace(&trace)?;
    println!("{}", timeline.summary());
    println!("The index has {index} pairs of words. What was done, and when:");
    println!("  {} in any browser", page.display());
    println!("  {} in https://ui.perfetto.dev", trace.display());
    Ok(())
}

/// Fetches all pages, counts the pairs of words in each as it comes, and says how many there are in all.
fn download(pool: &ThreadPoolExecutor) -> Result<usize, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut site = Site::new(&root, 36, 10..90, 7)?;
    // Of the failures that are planted there, these are enough.
    site.pages.retain(|page| page.answer != Answer::Truncated && page.path != "planted/missing-2.txt");
    let site = Arc::new(site);
    let address = server::start(Arc::clone(&site))?;
    let urls: Vec<String> = site.pages.iter().map(|page| format!("http://{address}/{}", page.path)).collect();
    let jobs = job::jobs(urls.iter().map(String::as_str), folder.path());

    let client = Client::new(Duration::from_millis(350), false);
    let mut fetches: Vec<(&Job, Future<()>)> = Vec::new();
    for (job, page) in jobs.iter().zip(&site.pages) {
        let (client, owned) = (client.clone(), job.clone());
        let fetch = pool.submit_with(named(format!("fetch {}", page.path)), move |_| {
            // In the picture, a task has failed if it has panicked.
            let saved = client.fetch(&owned).and_then(Partial::save);
            saved.map(drop).unwrap_or_else(|failure| panic!("{failure}"));
        });
        fetches.push((job, fetch));
    }
    // Nobody wants the last ones any more, once some have come.
    let unwanted: Vec<_> = fetches.iter().rev().take(3).map(|(_, future)| future.cancel_handle()).collect();

    let mut counts = Vec::new();
    for (number, (job, future)) in as_completed(fetches).enumerate() {
        if number == 8 {
            for future in &unwanted {
                future.cancel();
            }
        }
        if future.result().is_ok() {
            let path = job.path.clone();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            counts.push(pool.submit_with(named(format!("count {name}")), move |_| count(&path)));
        }
    }
    let counts = join_all(counts).result()?.into_iter().filter_map(Result::ok).collect();
    let handle = pool.handle();
    Ok(pool.submit_with(named("index"), move |_| merge(&handle, counts).len()).result()?)
}

fn named(name: impl Into<String>) -> TaskOptions {
    TaskOptions::new().name(name.into())
}

/// Counts the pairs of words in a file, again and again, as a stand-in for something that takes a processor's time.
fn count(path: &Path) -> Pairs {
    let text = fs::read_to_string(path).unwrap_or_default().to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut pairs = Pairs::new();
    for _ in 0..40 {
        pairs.clear();
        for pair in words.windows(2) {
            *pairs.entry(pair.join(" ")).or_default() += 1;
        }
    }
    pairs
}

/// One of many, by halves: each is a task, and a task that waits for two others runs one of them itself.
fn merge(pool: &PoolHandle, mut counts: Vec<Pairs>) -> Pairs {
    if counts.len() <= 6 {
        return counts.into_iter().fold(Pairs::new(), add);
    }
    let upper = counts.split_off(counts.len() / 2);
    let [lower, upper] = [counts, upper].map(|half| {
        let handle = pool.clone();
        pool.submit_with(named(format!("merge {}", half.len())), move |_| merge(&handle, half))
    });
    let both = [lower, upper].map(|half| half.result().expect("merging does not fail"));
    both.into_iter().fold(Pairs::new(), add)
}

fn add(mut pairs: Pairs, more: Pairs) -> Pairs {
    for (pair, n) in more {
        *pairs.entry(pair).or_default() += n;
    }
    pairs
}
