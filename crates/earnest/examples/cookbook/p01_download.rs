//! Downloads a list of URLs to files: one by one, with `submit`, and with `as_completed` and the saving in the caller.

use earnest::{Future, ThreadPoolExecutor, as_completed};
use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::iter::zip;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use ureq::Agent;

const PAGES: [&str; 6] = ["birds", "cats", "dogs", "gone", "horses", "mice"];

/// Anything that may go wrong with a page, on whatever thread.
type Failure = Box<dyn Error + Send + Sync>;

fn fetch(agent: &Agent, url: &str) -> Result<Vec<u8>, Failure> {
    Ok(agent.get(url).call()?.body_mut().read_to_vec()?)
}

/// Saves a page under the last part of its URL, and gives back the file's name.
fn save(folder: &Path, url: &str, page: &[u8]) -> Result<String, Failure> {
    let file = format!("{}.html", url.rsplit('/').next().unwrap_or_default());
    fs::write(folder.join(&file), page)?;
    Ok(file)
}

fn report(url: &str, saved: Result<String, impl Display>) {
    match saved {
        Ok(path) => println!("Saved {url} to {path}"),
        Err(error) => println!("Not saved: {url}: {error}"),
    }
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let site = serve()?;
    let urls = PAGES.map(|page| format!("http://{site}/{page}"));
    let folder = tempfile::tempdir()?;
    // A proxy could not reach this machine's own server.
    let agent = Agent::config_builder().proxy(None).build().new_agent();
    let pool = ThreadPoolExecutor::builder().max_workers(PAGES.len()).build()?;

    println!("One by one:");
    let begin = Instant::now();
    for url in &urls {
        report(url, fetch(&agent, url).and_then(|page| save(folder.path(), url, &page)));
    }
    let one_by_one = begin.elapsed();

    println!("With `submit`, in the order of the list:");
    let begin = Instant::now();
    let futures = urls.each_ref().map(|url| {
        // A task owns what it uses.
        let (agent, folder, url) = (agent.clone(), folder.path().to_owned(), url.clone());
        let task = move || fetch(&agent, &url).and_then(|page| save(&folder, &url, &page));
        // The pool's error and the task's become one.
        pool.submit(task).flatten()
    });
    for (url, future) in zip(&urls, futures) {
        report(url, future.result());
    }
    let submit = begin.elapsed();

    println!("With `as_completed`, each when it is there:");
    let begin = Instant::now();
    let futures: Vec<(&String, Future<Vec<u8>>)> = urls
        .iter()
        .map(|url| {
            let (agent, owned) = (agent.clone(), url.clone());
            (url, pool.submit(move || fetch(&agent, &owned)).flatten())
        })
        .collect();
    for (url, future) in as_completed(futures) {
        // All files are written by this thread.
        report(url, future.result().map_err(Failure::from).and_then(|page| save(folder.path(), url, &page)));
    }
    let as_completed = begin.elapsed();

    for (mode, time) in [("one by one", one_by_one), ("submit", submit), ("as_completed", as_completed)] {
        println!("{mode:<12} {:.2} s", time.as_secs_f64());
    }
    Ok(())
}

/// A small web server on this machine, and its address.
fn serve() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(&stream));
        }
    });
    Ok(address.to_string())
}

/// Answers one request, after a while.
fn answer(mut stream: &TcpStream) -> io::Result<()> {
    let mut head = BufReader::new(stream).lines();
    let request = head.next().transpose()?.unwrap_or_default();
    // The head ends with an empty line.
    while head.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    thread::sleep(Duration::from_millis(50));
    let status = if request.contains("/gone") { "404 Not Found" } else { "200 OK" };
    let page = format!("<p>{request}</p>");
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", page.len());
    stream.write_all((head + &page).as_bytes())
}
