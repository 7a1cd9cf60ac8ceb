//! What a run of a script shows: the same for both sides, so that it can be compared.

use crate::script::Id;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Log {
    pub(crate) entries: Vec<Entry>,
    /// How each submitted task's future stands in the end, in the order of submission.
    pub(crate) finals: Vec<(Id, Ended)>,
    /// What was waited for in vain; the log ends there.
    #[serde(default)]
    pub(crate) stuck: Option<String>,
}

/// What one step shows.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Entry {
    pub(crate) returned: Outcome,
    /// The tasks that have started, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) started: Vec<Id>,
    /// The callbacks that have run, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) called: Vec<Call>,
    /// The inputs of maps that will never be run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) dropped: Vec<Id>,
}

/// What an operation returned.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Nothing,
    Bool(bool),
    State(State),
    Ended(Ended),
    /// A future that is not refused.
    Accepted,
    /// A refusal by exception.
    Raised(Ended),
    /// A refusal in the form of a future that is done.
    Refused(Ended),
    Wait {
        done: Vec<Id>,
        not_done: Vec<Id>,
    },
    /// What came before any gate was opened, after the first, and so on; and how many were left.
    Completed {
        phases: Vec<Vec<Id>>,
        unfinished: usize,
    },
    Next(Ended),
    /// The iterator is finished.
    End,
    /// The number of inputs pulled by the call, and with each result, `None` being the end.
    Buffered {
        pulled: Vec<usize>,
        results: Vec<Option<Ended>>,
    },
    /// Not done on this side.
    LeftOut,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct State {
    pub(crate) done: bool,
    pub(crate) running: bool,
    pub(crate) cancelled: bool,
}

/// What a future came to.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ended {
    /// It is not done; or time ran out.
    Not,
    Value(Id),
    Failed(Id),
    Cancelled,
    Broken,
    Rejected,
    /// Something that no script leads to.
    Unexpected,
}

/// One call of a callback.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Call {
    pub(crate) id: Id,
    pub(crate) tag: u32,
    /// The outcome it was given.
    pub(crate) saw: Ended,
    /// How its future stood meanwhile.
    pub(crate) state: State,
    /// Whether it ran on the thread that drives the script; otherwise on a worker.
    pub(crate) by_driver: bool,
    /// What came of what it did.
    pub(crate) did: Outcome,
}
