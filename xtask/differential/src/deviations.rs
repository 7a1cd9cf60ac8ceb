//! Where ours differs from the original on purpose: all of it, in one table.
//!
//! A deviation turns what the original has shown into what ours must show instead. What none of them touches must be
//! the same, and what one of them touches must be as it says.

mod rewrite;

use crate::log::Entry;
use crate::model::Planned;

pub(crate) struct Deviation {
    pub(crate) name: &'static str,
    /// What the original does, and where it comes from.
    pub(crate) original: &'static str,
    pub(crate) ours: &'static str,
    /// Whether it can show with a Python that does not know `buffersize`.
    pub(crate) needs_buffersize: bool,
    /// Turns the original's entry into ours; `false`, and nothing changed, where it does not apply.
    pub(crate) rewrite: fn(&Planned, &mut Entry) -> bool,
}

pub(crate) const DEVIATIONS: [Deviation; 12] = [
    Deviation {
        name: "cancelled is done",
        original: "cancel() leaves a task in the queue, and wait and as_completed take its future for pending until a \
                   worker comes to it (gh-109934)",
        ours: "a cancelled future is done, for everybody, at once",
        needs_buffersize: false,
        rewrite: rewrite::cancelled_is_done,
    },
    Deviation {
        name: "cancelled by shutdown is done",
        original: "wait and as_completed take a future for pending for ever that was in the queue when \
                   shutdown(cancel_futures=True) emptied it (gh-87893, gh-136655)",
        ours: "a cancelled future is done, for everybody, at once",
        needs_buffersize: false,
        rewrite: rewrite::cancelled_by_shutdown_is_done,
    },
    Deviation {
        name: "as_completed in input order",
        original: "as_completed yields what is done when it is first asked in the order of a set",
        ours: "in input order",
        needs_buffersize: false,
        rewrite: rewrite::as_completed_in_input_order,
    },
    Deviation {
        name: "refused is a future",
        original: "submit raises RuntimeError after a shutdown, and BrokenThreadPool when an initializer has failed",
        ours: "submit returns a future that is done, with Rejected or Broken",
        needs_buffersize: false,
        rewrite: rewrite::refused_is_a_future,
    },
    Deviation {
        name: "refused map yields errors",
        original: "map raises what submit raises",
        ours: "every result of the map says so",
        needs_buffersize: false,
        rewrite: rewrite::refused_map_yields_errors,
    },
    Deviation {
        name: "callback added within runs last",
        original: "a callback that is added by a callback of the same future runs at once, before those that were \
                   added earlier",
        ours: "it joins the end of the list",
        needs_buffersize: false,
        rewrite: rewrite::callback_added_within_runs_last,
    },
    Deviation {
        name: "map goes on",
        original: "the iterator of map ends with the first error (gh-108518)",
        ours: "an error takes the place of its result, and the iteration goes on",
        needs_buffersize: false,
        rewrite: rewrite::map_goes_on,
    },
    Deviation {
        name: "dropped map is cancelled",
        original: "the iterator of map cancels nothing when it is closed before it was asked for a result",
        ours: "what has not started is cancelled",
        needs_buffersize: false,
        rewrite: rewrite::dropped_map_is_cancelled,
    },
    Deviation {
        name: "shutdown on a worker",
        original: "shutdown(wait=True) in a callback raises RuntimeError, as a thread cannot join itself (gh-131598)",
        ours: "it begins the shutdown and returns",
        needs_buffersize: false,
        rewrite: rewrite::shutdown_on_a_worker,
    },
    Deviation {
        name: "broken ends all that is queued",
        original: "when an initializer fails, a cancelled task in the queue stops the others from being told, and \
                   their futures stay pending for ever",
        ours: "everything that is queued ends as Broken",
        needs_buffersize: false,
        rewrite: rewrite::broken_ends_all,
    },
    Deviation {
        name: "buffer size is exact",
        original: "map pulls one input more than buffersize says before it yields a result (gh-131466)",
        ours: "never more than the buffer size are pulled and not yielded",
        needs_buffersize: true,
        rewrite: rewrite::buffer_size_is_exact,
    },
    Deviation {
        name: "buffered map goes on",
        original: "with a buffer size too, the iterator of map ends with the first error (gh-108518)",
        ours: "an error takes the place of its result, and the iteration goes on",
        needs_buffersize: true,
        rewrite: rewrite::buffered_map_goes_on,
    },
];
