//! A script: what is done to one executor, step by step, and what must have come about before the next step.
//!
//! Scripts are the same for both sides, and travel to Python as JSON.

use serde::Serialize;

/// Numbers tasks, and the futures and gates that belong to them.
pub(crate) type Id = u32;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Script {
    pub(crate) workers: usize,
    /// Whether there is an initializer, which waits for its own gate and fails.
    pub(crate) failing_initializer: bool,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Step {
    pub(crate) op: Op,
    /// Gates opened by another thread while the operation blocks, one after the other.
    pub(crate) opens: Vec<Opening>,
    /// What follows of it all.
    pub(crate) until: Until,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Opening {
    pub(crate) gate: Id,
    /// How many of the operation's futures complete by this.
    pub(crate) yields: usize,
    pub(crate) until: Until,
}

/// Events that have happened once the executor has come to rest. Nothing is decided by time: both sides wait for
/// these.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Until {
    /// How many tasks have started since the script began.
    pub(crate) started: usize,
    /// How many callbacks have run since the script began.
    pub(crate) called: usize,
    /// Whose futures are done now.
    pub(crate) ended: Vec<Id>,
    /// Cancelled tasks that the original's workers have found in the queue.
    pub(crate) noticed: Vec<Id>,
    /// Whose futures are done now with ours, and never with the original.
    pub(crate) stuck: Vec<Id>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Task {
    pub(crate) id: Id,
    /// Whether it waits for its gate.
    pub(crate) gated: bool,
    pub(crate) fails: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(crate) enum Act {
    Nothing,
    Fail,
    /// Adds another callback to its own future, which does nothing.
    Add {
        then: u32,
    },
    Cancel {
        id: Id,
    },
    Submit {
        task: Task,
    },
    Shutdown {
        wait: bool,
    },
}

/// A callback: it writes down what it sees, then acts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Callback {
    pub(crate) tag: u32,
    #[serde(flatten)]
    pub(crate) act: Act,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    AllCompleted,
    FirstCompleted,
    FirstException,
}

/// What the driver does. With gates that are opened meanwhile the waiting ones block; without, they look once.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(crate) enum Op {
    Submit {
        task: Task,
    },
    Open {
        gate: Id,
    },
    OpenInitializer,
    Cancel {
        id: Id,
    },
    AddCallback {
        id: Id,
        callback: Callback,
    },
    Query {
        id: Id,
    },
    Result {
        id: Id,
    },
    Wait {
        ids: Vec<Id>,
        mode: Mode,
    },
    AsCompleted {
        ids: Vec<Id>,
    },
    Map {
        map: Id,
        items: Vec<Task>,
        /// With a timeout of zero.
        timed: bool,
    },
    MapNext {
        map: Id,
    },
    MapDrop {
        map: Id,
    },
    /// `map` with a buffer size, on an executor of its own, asked for so many results.
    BufferedMap {
        buffer_size: usize,
        fails: Vec<bool>,
        nexts: usize,
    },
    Shutdown {
        wait: bool,
        cancel: bool,
    },
}

impl Op {
    /// The kind of operation, for counting.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Op::Submit { .. } => "submit",
            Op::Open { .. } => "open a gate",
            Op::OpenInitializer => "let the initializer fail",
            Op::Cancel { .. } => "cancel",
            Op::AddCallback { .. } => "add_done_callback",
            Op::Query { .. } => "done, running, cancelled",
            Op::Result { .. } => "result",
            Op::Wait { .. } => "wait",
            Op::AsCompleted { .. } => "as_completed",
            Op::Map { .. } => "map",
            Op::MapNext { .. } => "next of a map",
            Op::MapDrop { .. } => "drop a map",
            Op::BufferedMap { .. } => "map with a buffer size",
            Op::Shutdown { .. } => "shutdown",
        }
    }
}
