//! A server that works on a pool, and whose `/metrics` says what goes on there, for Prometheus to fetch.
//!
//! It sends itself some requests, prints what it says of itself then, and ends:
//!
//! ```text
//! cargo run --release --example metrics --features metrics
//! ```

use earnest::{ThreadPoolExecutor, metrics_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Up to so many seconds each: without them there would be quantiles, which do not add up over several servers.
const BUCKETS: [f64; 6] = [0.000_1, 0.001, 0.01, 0.1, 1.0, 10.0];

fn main() -> io::Result<()> {
    // First of all: the pool's metrics are the recorder's that is there when they are made.
    let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).expect("there are some");
    let metrics = builder.install_recorder().expect("there is no other recorder");
    let pool = ThreadPoolExecutor::builder().thread_name_prefix("web").on_event(metrics_recorder("web"));
    let pool = pool.build().expect("the settings make sense");

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn({
        let metrics = metrics.clone();
        move || serve(&listener, pool, &metrics)
    });

    for n in 0..20 {
        assert!(get(address, &format!("/primes/{n}000"))?.ends_with("primes\n"));
    }
    // The task panics, and its connection with it; the pool goes on.
    assert_eq!(get(address, "/primes/many")?, "");
    println!("while it serves:");
    print(&get(address, "/metrics")?);
    get(address, "/stop")?;
    server.join().expect("it does not panic")?;

    println!("\nin the end:");
    let text = metrics.render();
    print(&text);
    for (metric, expected) in [
        ("earnest_tasks_queued_total{pool=\"web\"}", 21),
        ("earnest_tasks_ended_total{pool=\"web\",outcome=\"returned\"}", 20),
        ("earnest_tasks_ended_total{pool=\"web\",outcome=\"panicked\"}", 1),
        ("earnest_task_run_seconds_count{pool=\"web\"}", 21),
        ("earnest_tasks_running{pool=\"web\"}", 0),
        ("earnest_workers{pool=\"web\"}", 0),
    ] {
        assert!(text.lines().any(|line| line == format!("{metric} {expected}")), "{metric}: {text}");
    }
    Ok(())
}

/// Until it is asked to stop. What takes long is done by the pool, which says what it does on `/metrics`: this thread answers
/// that, so that it can also be had where the pool has more to do than it can.
fn serve(listener: &TcpListener, pool: ThreadPoolExecutor, metrics: &PrometheusHandle) -> io::Result<()> {
    for stream in listener.incoming() {
        let stream = stream?;
        let path = requested_path(&stream)?;
        match path.strip_prefix("/primes/") {
            Some(below) => {
                let below = below.to_owned();
                let task = move || {
                    let below = below.parse().expect("a number");
                    let _the_client_has_gone = answer(&stream, &format!("{} primes\n", count_primes(below)));
                };
                pool.execute(task).map_err(io::Error::other)?;
            }
            None if path == "/metrics" => answer(&stream, &metrics.render())?,
            None if path == "/stop" => {
                answer(&stream, "")?;
                break;
            }
            None => answer(&stream, "there is /primes/NUMBER, /metrics and /stop\n")?,
        }
    }
    // What has been accepted is answered.
    pool.shutdown();
    Ok(())
}

fn count_primes(below: u64) -> usize {
    (2..below).filter(|n| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0)).count()
}

/// What comes after `GET` in the first line. The others are read to their end, and say nothing of importance here.
fn requested_path(stream: &TcpStream) -> io::Result<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    lines.find(|line| line.as_ref().is_ok_and(String::is_empty));
    Ok(first.split(' ').nth(1).unwrap_or_default().to_owned())
}

fn answer(mut stream: &TcpStream, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// The body of what is answered.
fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").unwrap_or_default().1.to_owned())
}

/// The plain numbers, without the buckets.
fn print(metrics: &str) {
    let numbers = metrics.lines().filter(|line| !line.starts_with('#') && !line.contains("_bucket{"));
    numbers.filter(|line| !line.is_empty()).for_each(|line| println!("  {line}"));
}
