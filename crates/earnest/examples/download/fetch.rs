//! One download: from a URL to a file that is there whole or not at all. Knows nothing of pools.

use crate::failure::Failure;
use crate::job::Job;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::{Builder, NamedTempFile, TempPath};
use ureq::http::Uri;
use ureq::{Agent, Body};

/// Fetches URLs. Clones share one set of connections, so every task can own one.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    agent: Agent,
    timeout: Duration,
}

/// A document that has arrived whole, under a name that nobody knows. Dropped without [`save`](Self::save), it is gone.
#[derive(Debug)]
pub(crate) struct Partial {
    // Not the open file: as many of these can wait for their turn as there are URLs.
    temporary: TempPath,
    path: PathBuf,
    bytes: u64,
}

/// A document that is in its place.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) bytes: u64,
}

impl Client {
    /// `timeout` is how long a server may stay silent; a download that keeps moving may take any time.
    /// `proxy` tells whether the environment's proxy is used.
    pub(crate) fn new(timeout: Duration, proxy: bool) -> Self {
        let config = Agent::config_builder()
            .timeout_resolve(Some(timeout))
            .timeout_connect(Some(timeout))
            .timeout_per_read(Some(timeout))
            .timeout_per_write(Some(timeout));
        let config = if proxy { config } else { config.proxy(None) };
        Self { agent: config.build().new_agent(), timeout }
    }

    /// Downloads to a temporary file beside the final one, and blocks until the last byte is there.
    pub(crate) fn fetch(&self, job: &Job) -> Result<Partial, Failure> {
        let response = self.agent.get(http_url(&job.url)?).call().map_err(|error| self.failure(error))?;
        let cannot_write = |error| Failure::Save { path: job.path.clone(), error };
        let mut file = temporary_file(&job.path).map_err(cannot_write)?;
        let bytes = self.copy(response.into_body(), &mut file, cannot_write)?;
        Ok(Partial { temporary: file.into_temp_path(), path: job.path.clone(), bytes })
    }

    fn copy(
        &self,
        body: Body,
        file: &mut NamedTempFile,
        cannot_write: impl Fn(io::Error) -> Failure,
    ) -> Result<u64, Failure> {
        let expected = body.content_length();
        let mut body = body.into_reader();
        let mut buffer = vec![0; 64 * 1024];
        let mut got = 0;
        // `io::copy` would not say whose error it is, the server's or the disk's.
        loop {
            let n = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(Failure::Truncated { got, expected });
                }
                Err(error) => return Err(self.failure(error.into())),
            };
            file.write_all(&buffer[..n]).map_err(&cannot_write)?;
            got += n as u64;
        }
        match expected {
            Some(expected) if expected != got => Err(Failure::Truncated { got, expected: Some(expected) }),
            _ => Ok(got),
        }
    }

    fn failure(&self, error: ureq::Error) -> Failure {
        match error {
            ureq::Error::StatusCode(code) => Failure::Status(code),
            ureq::Error::Timeout(_) => Failure::TimedOut(self.timeout),
            ureq::Error::BadUri(reason) => Failure::BadUrl(reason),
            error => Failure::Http(error),
        }
    }
}

impl Partial {
    /// Gives the file its name, which is one step: nobody ever sees half a file.
    pub(crate) fn save(self) -> Result<Saved, Failure> {
        let Self { temporary, path, bytes } = self;
        match temporary.persist(&path) {
            Ok(()) => Ok(Saved { bytes }),
            Err(failed) => Err(Failure::Save { path, error: failed.error }),
        }
    }
}

/// Removes what downloads of this process have begun in `folder`. For the one case where nothing gets dropped.
pub(crate) fn remove_temporary_files(folder: &Path) {
    let ours = temporary_prefix();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&ours) {
            // Nothing can be done about an error here, and nobody is left to be told.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn http_url(url: &str) -> Result<Uri, Failure> {
    let uri: Uri = url.parse().map_err(|error| Failure::BadUrl(format!("{error}")))?;
    match uri.scheme_str() {
        // Taken for the scheme's own port otherwise.
        Some("http" | "https")
            if uri.port().is_none() && !uri.authority().is_some_and(|a| a.as_str().ends_with(a.host())) =>
        {
            Err(Failure::BadUrl("there is no such port".to_owned()))
        }
        Some("http" | "https") => Ok(uri),
        Some(scheme) => Err(Failure::BadUrl(format!("{scheme} is not supported, http and https are"))),
        None => Err(Failure::BadUrl("it does not begin with http:// or https://".to_owned())),
    }
}

/// Makes the folder too. The file goes away by itself unless it is saved.
fn temporary_file(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    let prefix = temporary_prefix();
    let mut builder = Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are for their owner only; this one is to become a file like any other.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn temporary_prefix() -> String {
    format!(".download-{}-", std::process::id())
}
