//! How a map is to be carried out.

use std::time::Duration;

/// Options for [`MapExt::map_with`](crate::MapExt::map_with). The default is no buffer size and no timeout.
///
/// ```
/// use earnest_combinators::MapOptions;
/// use std::time::Duration;
///
/// let options = MapOptions::new().buffer_size(16).timeout(Duration::from_secs(60));
/// # drop(options);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing unless they are given to `map_with`"]
pub struct MapOptions {
    /// `None`: everything at once.
    pub(crate) buffer_size: Option<usize>,
    /// `None`: for ever.
    pub(crate) timeout: Option<Duration>,
}

impl MapOptions {
    /// The default options.
    pub const fn new() -> Self {
        Self { buffer_size: None, timeout: None }
    }

    /// Bounds how many inputs have been pulled and not yet yielded as results: `n` at most, at any moment.
    ///
    /// The call pulls and submits the first `n` inputs. Each further one is pulled by the
    /// [`next`](Iterator::next) after the one whose result made room for it, so inputs may be infinite.
    ///
    /// # Panics
    ///
    /// If `n` is 0: nothing could ever be submitted.
    #[track_caller]
    pub const fn buffer_size(mut self, n: usize) -> Self {
        assert!(n > 0, "buffer_size must be greater than 0, or nothing could ever be submitted");
        self.buffer_size = Some(n);
        self
    }

    /// Bounds the iteration as a whole, counted from the call of `map_with`.
    ///
    /// A timeout too large for the clock means for ever.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}
