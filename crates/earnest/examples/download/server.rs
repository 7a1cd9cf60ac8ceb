//! A web server, as small as one can be: enough of HTTP/1.1 to serve a [`Site`], and to fail on purpose.

use crate::site::{Answer, Page, Site};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Serves `site` from a free port of this machine until the process ends, and says where.
///
/// A thread for each connection, rather than a pool: what is measured should wait for the clients, never for it.
pub(crate) fn start(site: Arc<Site>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::Builder::new().name("server".to_owned()).spawn(move || {
        for stream in listener.incoming() {
            let site = Arc::clone(&site);
            // An error concerns one connection: its client sees it too, and is the one to report it.
            let _ = stream.and_then(|stream| thread::Builder::new().spawn(move || answer(&stream, &site)));
        }
    })?;
    Ok(address)
}

fn answer(stream: &TcpStream, site: &Site) -> io::Result<()> {
    let path = requested_path(stream)?;
    match path.and_then(|path| site.page(&path).ok_or(Bad::NotFound)) {
        Ok(page) => serve(stream, page),
        Err(Bad::Request) => head(stream, "400 Bad Request", 0),
        Err(Bad::NotFound) => head(stream, "404 Not Found", 0),
    }
}

fn serve(mut stream: &TcpStream, page: &Page) -> io::Result<()> {
    thread::sleep(page.delay);
    let whole = &page.body;
    match page.answer {
        Answer::Missing => head(stream, "404 Not Found", 0),
        Answer::Whole => {
            head(stream, "200 OK", whole.len())?;
            stream.write_all(whole)
        }
        Answer::Truncated => {
            head(stream, "200 OK", whole.len())?;
            stream.write_all(&whole[..whole.len() / 2])
        }
        Answer::Stalled => {
            head(stream, "200 OK", whole.len())?;
            // The client has nothing more to say: this returns when it hangs up.
            stream.read(&mut [0]).map(drop)
        }
    }
}

fn head(mut stream: &TcpStream, status: &str, length: usize) -> io::Result<()> {
    // In one piece: parts would wait for each other's acknowledgement.
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())
}

/// Why there is nothing to serve.
enum Bad {
    Request,
    NotFound,
}

/// Reads the request to its end, which is an empty line. Only the first line matters.
fn requested_path(stream: &TcpStream) -> io::Result<Result<String, Bad>> {
    // More than any client of this program sends.
    const MAX_REQUEST: u64 = 16 * 1024;

    let mut lines = BufReader::new(stream.take(MAX_REQUEST)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = first.split(' ');
    Ok(match (words.next(), words.next().and_then(|path| path.strip_prefix('/'))) {
        (Some("GET"), Some(path)) => Ok(path.to_owned()),
        _ => Err(Bad::Request),
    })
}
