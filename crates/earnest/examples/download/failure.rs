//! Why a URL was not saved, in one line.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use ureq::http::StatusCode;

/// Why a URL was not saved.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It cannot be asked for.
    BadUrl(String),
    /// The server answered, and it was not the document.
    Status(u16),
    /// The server stayed silent for so long.
    TimedOut(Duration),
    /// The connection ended before the document did.
    Truncated { got: u64, expected: Option<u64> },
    /// Anything else that can happen on the way.
    Http(ureq::Error),
    /// The document arrived, and could not be kept.
    Save { path: PathBuf, error: io::Error },
    /// The user has had enough, and it had not begun.
    Cancelled,
    /// The library has no result for another reason: the task panicked, the pool refused it.
    Task(earnest::Error),
}

impl From<earnest::Error> for Failure {
    fn from(error: earnest::Error) -> Self {
        if error.is_cancelled() { Failure::Cancelled } else { Failure::Task(error) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::BadUrl(reason) => write!(f, "bad URL: {reason}"),
            Failure::Status(code) => match StatusCode::from_u16(*code) {
                Ok(status) => write!(f, "the server answered {status}"),
                Err(_) => write!(f, "the server answered {code}"),
            },
            Failure::TimedOut(limit) => write!(f, "timed out: nothing came for {limit:?}"),
            Failure::Truncated { got, expected: Some(expected) } => {
                write!(f, "the connection ended after {got} of {expected} bytes")
            }
            Failure::Truncated { got, expected: None } => write!(f, "the connection broke after {got} bytes"),
            // The word "io" in front of it says nothing to a user.
            Failure::Http(ureq::Error::Io(error)) => write!(f, "{error}"),
            Failure::Http(error) => write!(f, "{error}"),
            Failure::Save { path, error } => write!(f, "cannot write {}: {error}", path.display()),
            Failure::Cancelled => f.write_str("cancelled"),
            Failure::Task(error) => write!(f, "{error}"),
        }
    }
}
