//! The Python that has the original.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Before it `shutdown` has no `cancel_futures`.
const OLDEST: (u32, u32) = (3, 9);

/// The first version whose `map` has `buffersize`.
const BUFFERSIZE: (u32, u32) = (3, 14);

#[derive(Debug)]
pub(crate) struct Python {
    path: PathBuf,
    version: String,
    numbers: (u32, u32),
}

/// There is no Python to compare with.
#[derive(Debug, PartialEq)]
pub(crate) enum Missing {
    NotFound(PathBuf),
    TooOld(String),
}

impl Python {
    /// # Errors
    ///
    /// Where `path` is no Python, or one that is too old.
    pub(crate) fn find(path: &Path) -> Result<Python, Missing> {
        let missing = || Missing::NotFound(path.to_owned());
        let said = Command::new(path).arg("--version").output().map_err(|_| missing())?;
        // Python 2 writes it to standard error.
        let text = if said.stdout.is_empty() { said.stderr } else { said.stdout };
        let text = String::from_utf8_lossy(&text);
        let version = text.trim().strip_prefix("Python ").ok_or_else(missing)?.to_owned();
        let numbers = numbers(&version).ok_or_else(missing)?;
        if numbers < OLDEST {
            return Err(Missing::TooOld(version));
        }
        Ok(Python { path: path.to_owned(), version, numbers })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn knows_buffersize(&self) -> bool {
        self.numbers >= BUFFERSIZE
    }
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::NotFound(path) => write!(f, "there is no Python at {}", path.display())?,
            Missing::TooOld(version) => write!(f, "this is Python {version}")?,
        }
        write!(f, "; the comparison needs Python {}.{} or later", OLDEST.0, OLDEST.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_python_there_is_nothing_to_compare_with() {
        let nowhere = Path::new("/nowhere/python3");
        assert_eq!(Python::find(nowhere).unwrap_err(), Missing::NotFound(nowhere.to_owned()));
        assert_eq!(Python::find(Path::new("rustc")).unwrap_err(), Missing::NotFound("rustc".into()));
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(numbers("3.9.18"), Some((3, 9)));
        assert_eq!(numbers("3.15.0b2"), Some((3, 15)));
        assert_eq!(numbers("next"), None);
        assert!(numbers("3.10.0") > Some(OLDEST));
    }
}
