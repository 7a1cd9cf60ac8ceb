//! The executors under test, and what a test needs to have them run something.

use earnest::{
    Error, Executor, ExecutorExt, Future, InlineExecutor, ManualExecutor, PoolHandle, ThreadPoolExecutor,
};
use std::sync::{Arc, mpsc};
use std::thread::{JoinHandle, spawn};

/// What tasks and callbacks capture to submit more.
pub(crate) type AnyExecutor = Arc<dyn Executor + Send + Sync>;

/// An executor under test.
pub(crate) trait Subject {
    type Executor: Executor + ?Sized;

    fn executor(&self) -> &Self::Executor;

    /// The same executor, for tasks and callbacks to capture.
    fn handle(&self) -> AnyExecutor;

    /// Has it run what is submitted up to now, and what that submits, if it does not do so by itself.
    fn drive(&self) {}

    fn outcome<T>(&self, future: Future<T>) -> Result<T, Error> {
        self.drive();
        future.result()
    }
}

/// An executor that can be held up.
pub(crate) trait Queueing: Subject {
    /// What is submitted from now on stays queued until the hold is dropped, and the executor driven.
    fn hold(&self) -> Hold;
}

/// An executor that can be told to accept nothing more.
pub(crate) trait Closing: Subject {
    fn close(&self);
}

/// Keeps threads busy until it is dropped.
#[must_use]
#[derive(Default)]
pub(crate) struct Hold {
    _gates: Vec<mpsc::Sender<()>>,
}

impl Hold {
    /// Fills `threads` threads of `executor`, and returns when each of them is.
    pub(crate) fn fill<E: Executor + ?Sized>(executor: &E, threads: usize) -> Hold {
        let (filled, fill) = mpsc::channel();
        let gates = (0..threads).map(|_| {
            let ((gate, opened), filled) = (mpsc::channel::<()>(), filled.clone());
            let task = move || {
                filled.send(()).unwrap();
                opened.recv().unwrap_err();
            };
            executor.submit(task).detach();
            gate
        });
        let hold = Hold { _gates: gates.collect() };
        fill.iter().take(threads).for_each(drop);
        hold
    }
}

// ---- executors without threads ----

pub(crate) struct Inline;

impl Subject for Inline {
    type Executor = InlineExecutor;
    fn executor(&self) -> &InlineExecutor {
        &InlineExecutor
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(InlineExecutor)
    }
}

/// Driven by the thread of the test.
pub(crate) struct Manual {
    executor: ManualExecutor,
    seed: Option<u64>,
}

impl Manual {
    pub(crate) fn in_order() -> Self {
        Self { executor: ManualExecutor::new(), seed: None }
    }
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { executor: ManualExecutor::new(), seed: Some(seed) }
    }
}

impl Subject for Manual {
    type Executor = ManualExecutor;
    fn executor(&self) -> &ManualExecutor {
        &self.executor
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(self.executor.clone())
    }
    fn drive(&self) {
        match self.seed {
            Some(seed) => self.executor.run_seeded(seed),
            None => self.executor.run_all(),
        };
    }
}

impl Queueing for Manual {
    fn hold(&self) -> Hold {
        Hold::default()
    }
}

impl Closing for Manual {
    fn close(&self) {
        self.executor.close();
    }
}

/// Driven by another thread, so that the test's own thread blocks.
pub(crate) struct DrivenByThread {
    executor: ManualExecutor,
    drive: Option<mpsc::Sender<()>>,
    driver: Option<JoinHandle<()>>,
}

impl DrivenByThread {
    pub(crate) fn new() -> Self {
        let executor = ManualExecutor::new();
        let (drive, driven) = mpsc::channel::<()>();
        let driver = spawn({
            let executor = executor.clone();
            move || {
                for () in driven {
                    executor.run_all();
                }
            }
        });
        Self { executor, drive: Some(drive), driver: Some(driver) }
    }
}

impl Drop for DrivenByThread {
    fn drop(&mut self) {
        drop(self.drive.take());
        let driven_to_the_end = self.driver.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || driven_to_the_end.is_some_and(|end| end.is_ok()));
    }
}

impl Subject for DrivenByThread {
    type Executor = ManualExecutor;
    fn executor(&self) -> &ManualExecutor {
        &self.executor
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(self.executor.clone())
    }
    fn drive(&self) {
        self.drive.as_ref().unwrap().send(()).unwrap();
    }
}

impl Queueing for DrivenByThread {
    fn hold(&self) -> Hold {
        Hold::default()
    }
}

impl Closing for DrivenByThread {
    fn close(&self) {
        self.executor.close();
    }
}

// ---- the pool, by all its names ----

/// How many threads an executor of the suite has.
pub(crate) const THREADS: usize = 2;

fn pool() -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(THREADS).build().unwrap()
}

pub(crate) struct Pool(ThreadPoolExecutor);
pub(crate) struct Handle(ThreadPoolExecutor, PoolHandle);
pub(crate) struct RefDyn(ThreadPoolExecutor);
pub(crate) struct ArcDyn(ThreadPoolExecutor, AnyExecutor);

impl Pool {
    pub(crate) fn new() -> Self {
        Self(pool())
    }
}

impl Handle {
    pub(crate) fn new() -> Self {
        let pool = pool();
        let handle = pool.handle();
        Self(pool, handle)
    }
}

impl RefDyn {
    pub(crate) fn new() -> Self {
        Self(pool())
    }
}

impl ArcDyn {
    pub(crate) fn new() -> Self {
        let pool = pool();
        let executor = Arc::new(pool.handle());
        Self(pool, executor)
    }
}

macro_rules! of_a_pool {
    ($($subject:ident),+) => {
        $(impl Queueing for $subject {
            fn hold(&self) -> Hold {
                Hold::fill(&self.0, THREADS)
            }
        }

        impl Closing for $subject {
            fn close(&self) {
                self.0.shutdown();
            }
        })+
    };
}

of_a_pool!(Pool, Handle, RefDyn, ArcDyn);

impl Subject for Pool {
    type Executor = ThreadPoolExecutor;
    fn executor(&self) -> &ThreadPoolExecutor {
        &self.0
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(self.0.handle())
    }
}

impl Subject for Handle {
    type Executor = PoolHandle;
    fn executor(&self) -> &PoolHandle {
        &self.1
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(self.1.clone())
    }
}

impl Subject for RefDyn {
    type Executor = dyn Executor;
    fn executor(&self) -> &(dyn Executor + 'static) {
        &self.0
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(self.0.handle())
    }
}

impl Subject for ArcDyn {
    type Executor = AnyExecutor;
    fn executor(&self) -> &AnyExecutor {
        &self.1
    }
    fn handle(&self) -> AnyExecutor {
        self.1.clone()
    }
}
