//! CPU work beside an async server: a bounded pool, and an honest answer where it is full.
//!
//! The server's thread accepts, reads and writes; what takes the processor runs on a pool of two workers with room for four
//! more. A request that finds no room is told so at once, rather than piling up or holding up the others.
//!
//! ```text
//! cargo run --release --example async_server
//! ```

use earnest::{RejectionPolicy, ThreadPoolExecutor};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How many numbers up to `n` are prime: something that takes the processor.
fn primes(n: u32) -> usize {
    (2..n).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).count()
}

/// Reads a number, and answers with the primes below it, or with `busy`.
async fn serve(mut stream: TcpStream, pool: Arc<ThreadPoolExecutor>) -> io::Result<()> {
    let n = stream.read_u32().await?;
    // Never blocks this thread: a full queue is said at once.
    let answer = match pool.try_submit(move || primes(n)) {
        // The connection may go away meanwhile; then what has not begun is cancelled.
        Ok(future) => match future.cancel_on_drop().await {
            Ok(primes) => format!("{primes} primes below {n}"),
            Err(error) => format!("failed: {error}"),
        },
        Err(full) => format!("busy: {full}"),
    };
    stream.write_all(answer.as_bytes()).await
}

async fn ask(address: SocketAddr, n: u32) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_u32(n).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .queue_capacity(4)
        .rejection_policy(RejectionPolicy::Reject)
        .build()
        .map_err(io::Error::other)?;
    let pool = Arc::new(pool);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, pool.clone()));
        }
    });

    let clients: Vec<_> = (0..20).map(|_| tokio::spawn(ask(address, 400_000))).collect();
    let (mut served, mut turned_away) = (0, 0);
    for client in clients {
        let answer = client.await??;
        served += usize::from(answer.contains("primes"));
        turned_away += usize::from(answer.contains("busy"));
        println!("{answer}");
    }
    println!("{served} served, {turned_away} told to come again");
    if served + turned_away == 20 && served >= 4 {
        Ok(())
    } else {
        Err(io::Error::other("some had no answer"))
    }
}
