//! Why a wait could never have ended.

use crate::id::FutureId;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::error::Error as StdError;
use core::fmt;
use core::panic::Location;

/// A wait was refused because it could never have ended.
///
/// Found by looking at who waits for whom, never by the time that something takes.
///
/// ```
/// use earnest_core::{Error, Future};
/// use std::sync::{Mutex, mpsc};
///
/// static HELD: Mutex<Option<Future<u32>>> = Mutex::new(None);
/// let (sender, told) = mpsc::channel();
/// let (promise, future) = earnest_core::promise();
/// future.add_done_callback(move |_| {
///     // The value is not to be had before this callback has returned.
///     let future = HELD.lock().unwrap().take().unwrap();
///     sender.send(future.result()).unwrap();
/// });
/// *HELD.lock().unwrap() = Some(future);
/// promise.complete(7).unwrap();
///
/// let Err(Error::Deadlock(deadlock)) = told.recv().unwrap() else { unreachable!("it waits for itself") };
/// assert!(deadlock.to_string().ends_with("a callback holds up the future it waits for"));
/// assert!(deadlock.tasks().is_empty(), "no tasks are in it");
/// ```
#[derive(Clone, Debug)]
pub struct Deadlock(Box<Reason>);

#[derive(Clone, Debug)]
enum Reason {
    OwnCallback,
    Cycle(Vec<DeadlockedTask>),
    TooDeep(usize),
    Initializer,
    Forked,
    Alone,
}

/// A task that has a part in a [`Deadlock`].
///
/// ```
/// use earnest_core::{Error, Future, Owner, TaskOptions, Worker, task_with};
/// use std::sync::mpsc::channel;
/// # struct Alone;
/// # impl earnest_core::Host for Alone {
/// #     fn wait_begins(&self, _: &std::sync::Arc<earnest_core::Inbox>) {}
/// #     fn wait_ends(&self, _: &std::sync::Arc<earnest_core::Inbox>) {}
/// #     fn is_jammed(&self) -> bool {
/// #         true
/// #     }
/// #     fn call_all(&self) {}
/// #     fn n_workers(&self) -> usize {
/// #         1
/// #     }
/// # }
/// # let owner = Owner::next();
/// # let worker = Worker::new(owner, &Alone, 128 << 10);
/// # worker.ready();
///
/// let (give, own_future) = channel::<Future<()>>();
/// let (tell, told) = channel();
/// let (task, future) = task_with(TaskOptions::new().name("ouroboros"), move |_| {
///     tell.send(own_future.recv().unwrap().result()).unwrap();
/// });
/// give.send(future).unwrap();
/// # task.belongs_to(owner);
/// // What a pool's worker does.
/// worker.serve(|| task.run_on(&worker, |_| ()));
///
/// let Err(Error::Deadlock(deadlock)) = told.recv().unwrap() else { unreachable!("it waits for itself") };
/// let [task] = deadlock.tasks() else { unreachable!("and for nobody else") };
/// assert_eq!(task.name(), Some("ouroboros"));
/// println!("{}, submitted at {}", task.id(), task.location());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlockedTask {
    pub(crate) id: FutureId,
    pub(crate) name: Option<Cow<'static, str>>,
    pub(crate) location: &'static Location<'static>,
}

impl DeadlockedTask {
    /// The number of the task's future.
    #[must_use]
    pub const fn id(&self) -> FutureId {
        self.id
    }

    /// The [name](crate::TaskOptions::name) that the task was submitted with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where the task was submitted.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl fmt::Display for DeadlockedTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "task {} {name:?} (submitted at {})", self.id, self.location),
            None => write!(f, "task {} (submitted at {})", self.id, self.location),
        }
    }
}

impl Deadlock {
    pub(crate) fn own_callback() -> Deadlock {
        Deadlock(Box::new(Reason::OwnCallback))
    }

    /// `tasks` wait for each other: each for the next, and the last for the first.
    pub(crate) fn cycle(tasks: Vec<DeadlockedTask>) -> Deadlock {
        Deadlock(Box::new(Reason::Cycle(tasks)))
    }

    pub(crate) fn too_deep(depth: usize) -> Deadlock {
        Deadlock(Box::new(Reason::TooDeep(depth)))
    }

    pub(crate) fn forked() -> Deadlock {
        Deadlock(Box::new(Reason::Forked))
    }

    pub(crate) fn alone() -> Deadlock {
        Deadlock(Box::new(Reason::Alone))
    }

    pub(crate) fn initializer() -> Deadlock {
        Deadlock(Box::new(Reason::Initializer))
    }

    /// The tasks that wait for each other: each for the next, and the last for the first. One that is queued waits for
    /// those that its pool's workers are at. Empty where the deadlock is
    /// of another kind.
    #[must_use]
    pub fn tasks(&self) -> &[DeadlockedTask] {
        match &*self.0 {
            Reason::Cycle(tasks) => tasks,
            _ => &[],
        }
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("waiting could not end: ")?;
        match &*self.0 {
            Reason::OwnCallback => f.write_str("a callback holds up the future it waits for"),
            Reason::Initializer => {
                f.write_str("an initializer waits for a task that cannot start before it is done")
            }
            Reason::Alone => f.write_str("there are no threads here, and so nobody to bring it about"),
            Reason::Forked => {
                f.write_str("the task's pool has its threads in the process that this one was forked from")
            }
            Reason::TooDeep(depth) => write!(
                f,
                "{depth} tasks wait within each other on one thread, which leaves no stack for one more, and no \
                 other thread may be started"
            ),
            Reason::Cycle(tasks) => {
                let Some((first, others)) = tasks.split_first() else { return Ok(()) };
                write!(f, "{first} waits for ")?;
                for task in others {
                    write!(f, "{task}, which waits for ")?;
                }
                if others.is_empty() { f.write_str("itself") } else { write!(f, "task {}", first.id) }
            }
        }
    }
}

impl StdError for Deadlock {}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    fn task() -> DeadlockedTask {
        DeadlockedTask { id: FutureId::next(), name: None, location: Location::caller() }
    }

    #[test]
    fn a_cycle_is_told_in_order() {
        let tasks = [task(), task(), task()];
        let [a, b, c] = tasks.clone();
        let told = Deadlock::cycle(tasks.to_vec()).to_string();
        let expected = format!(
            "waiting could not end: {a} waits for {b}, which waits for {c}, which waits for task {}",
            a.id
        );
        assert_eq!(told, expected);
        let alone = Deadlock::cycle(vec![a.clone()]).to_string();
        assert_eq!(alone, format!("waiting could not end: {a} waits for itself"));
    }
}
