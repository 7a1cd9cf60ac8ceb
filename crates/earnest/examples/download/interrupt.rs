//! Ctrl-C: the first cancels what has not begun, the second leaves at once.

use crate::fetch;
use earnest::CancelHandle;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a shell reports for a program that Ctrl-C ended: 128 and the signal's number.
pub(crate) const EXIT_STATUS: u8 = 130;

/// Whether Ctrl-C was pressed, and whom that concerns.
#[derive(Debug, Default)]
pub(crate) struct Interrupt {
    hit: AtomicBool,
    // A handle keeps neither task nor outcome alive, so those of finished downloads may stay.
    handles: Mutex<Vec<CancelHandle>>,
}

impl Interrupt {
    /// Listens to Ctrl-C. Leaving at once, it removes what has been begun in `folders`.
    pub(crate) fn install(folders: Vec<PathBuf>) -> Result<Arc<Self>, ctrlc::Error> {
        let interrupt = Arc::new(Self::default());
        let on_signal = Arc::clone(&interrupt);
        // The handler runs on a thread of its own, not inside the signal, and so may lock and cancel.
        ctrlc::set_handler(move || {
            if on_signal.hit.swap(true, Ordering::AcqRel) {
                folders.iter().for_each(|folder| fetch::remove_temporary_files(folder));
                process::exit(EXIT_STATUS.into());
            }
            eprintln!("Finishing what runs; once more to leave at once.");
            on_signal.cancel_all();
        })?;
        Ok(interrupt)
    }

    /// Has these cancelled by Ctrl-C, be it pressed later or already.
    pub(crate) fn cancels(&self, handles: impl IntoIterator<Item = CancelHandle>) {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner).extend(handles);
        // Pressed before they were in the list: then the handler has missed them.
        if self.is_hit() {
            self.cancel_all();
        }
    }

    pub(crate) fn is_hit(&self) -> bool {
        self.hit.load(Ordering::Acquire)
    }

    fn cancel_all(&self) {
        // Taken out first: cancelling runs callbacks, which is nothing to do under a lock.
        let handles = std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner));
        for handle in handles {
            handle.cancel();
        }
    }
}
