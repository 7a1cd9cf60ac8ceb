//! How many workers there are, and what they are doing: one word.

/// The largest number of workers that the word can count.
pub(crate) const MAX_WORKERS: usize = (FIELD as usize) - 1;

const FIELD_BITS: u32 = 12;
const FIELD: u64 = (1 << FIELD_BITS) - 1;

pub(crate) const PARKED: u64 = 1;
pub(crate) const SEARCHING: u64 = PARKED << FIELD_BITS;
pub(crate) const STARTING: u64 = SEARCHING << FIELD_BITS;
pub(crate) const LIVE: u64 = STARTING << FIELD_BITS;
pub(crate) const BLOCKED: u64 = LIVE << FIELD_BITS;
pub(crate) const CLOSED: u64 = BLOCKED << FIELD_BITS;
pub(crate) const BROKEN: u64 = CLOSED << 1;
pub(crate) const NO_THREAD: u64 = BROKEN << 1;

/// One reading of the word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) u64);

impl Counts {
    /// Workers that wait to be woken.
    pub(crate) fn parked(self) -> u64 {
        (self.0 / PARKED) & FIELD
    }

    /// Workers that look for work, those included that have just been woken to do so.
    pub(crate) fn searching(self) -> u64 {
        (self.0 / SEARCHING) & FIELD
    }

    /// Workers that have not come to their first search.
    pub(crate) fn starting(self) -> u64 {
        (self.0 / STARTING) & FIELD
    }

    /// All workers.
    pub(crate) fn live(self) -> u64 {
        (self.0 / LIVE) & FIELD
    }

    /// Workers whose tasks wait.
    pub(crate) fn blocked(self) -> u64 {
        (self.0 / BLOCKED) & FIELD
    }

    /// Workers whose tasks do not wait, or that have none.
    pub(crate) fn present(self) -> u64 {
        self.live() - self.blocked()
    }

    /// Workers that are starting, searching, or running a task that does not wait.
    pub(crate) fn active(self) -> u64 {
        self.live() - self.parked() - self.blocked()
    }

    /// Whether submissions are no longer accepted.
    pub(crate) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    /// Whether that is because the pool is broken.
    pub(crate) fn is_broken(self) -> bool {
        self.0 & BROKEN != 0
    }

    /// Whether there was no thread to be had when one was last to be started.
    pub(crate) fn has_no_thread(self) -> bool {
        self.0 & NO_THREAD != 0
    }
}

impl core::fmt::Debug for Counts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Counts")
            .field("parked", &self.parked())
            .field("searching", &self.searching())
            .field("starting", &self.starting())
            .field("live", &self.live())
            .field("blocked", &self.blocked())
            .field("closed", &self.is_closed())
            .field("broken", &self.is_broken())
            .field("no_thread", &self.has_no_thread())
            .finish()
    }
}
