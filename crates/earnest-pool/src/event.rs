//! What goes on in a pool, for those who want to be told of each thing.

use earnest_core::{TaskEvent, TaskInfo};

/// Something that has happened in a pool: see [`Builder::on_event`](crate::Builder::on_event).
///
/// ```
/// use earnest_pool::{Event, ThreadPoolExecutor, WorkerEvent};
/// use std::sync::mpsc::channel;
///
/// let (events, seen) = channel();
/// let pool = ThreadPoolExecutor::builder()
///     .max_workers(1)
///     .on_event(move |event| {
///         if let Event::Worker { worker, event, .. } = event {
///             events.send((*worker, *event)).unwrap();
///         }
///     })
///     .build()?;
/// pool.submit(|| 7).result().unwrap();
/// pool.shutdown();
/// assert_eq!(seen.try_iter().next(), Some((0, WorkerEvent::Started)));
/// assert_eq!(seen.try_iter().last(), Some((0, WorkerEvent::Stopped)));
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Something has become of a task.
    #[non_exhaustive]
    Task {
        /// Which task.
        task: TaskInfo<'a>,
        /// What has become of it.
        event: TaskEvent,
        /// Which of the pool's workers this thread is, if it is one: the one that runs the task, where one does.
        worker: Option<usize>,
    },
    /// A worker does something else from now on. Told on its own thread.
    #[non_exhaustive]
    Worker {
        /// Its number.
        worker: usize,
        /// What it does.
        event: WorkerEvent,
    },
}

/// What a worker does from now on.
///
/// ```
/// # use earnest_pool::WorkerEvent;
/// assert_eq!(WorkerEvent::Stole.as_str(), "stole");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WorkerEvent {
    /// It has been made ready, and looks for tasks.
    Started,
    /// It has run its last task.
    Stopped,
    /// It has nothing to do, and is about to sleep.
    Parked,
    /// It has been woken, or has slept for long enough, and looks for tasks.
    Unparked,
    /// It has taken tasks that lay with another worker.
    Stole,
    /// The task that it runs waits, or is [`blocking`](earnest_core::blocking): another worker may go on in its stead.
    WaitBegan,
    /// That is over.
    WaitEnded,
}

impl WorkerEvent {
    /// The same in a word or two, for labels: `started`, `wait_began`, and so on.
    ///
    /// ```
    /// # use earnest_pool::WorkerEvent;
    /// assert_eq!(WorkerEvent::WaitBegan.as_str(), "wait_began");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            WorkerEvent::Started => "started",
            WorkerEvent::Stopped => "stopped",
            WorkerEvent::Parked => "parked",
            WorkerEvent::Unparked => "unparked",
            WorkerEvent::Stole => "stole",
            WorkerEvent::WaitBegan => "wait_began",
            WorkerEvent::WaitEnded => "wait_ended",
        }
    }
}

/// Who is told.
pub(crate) type EventHook = Box<dyn Fn(&Event<'_>) + Send + Sync>;
