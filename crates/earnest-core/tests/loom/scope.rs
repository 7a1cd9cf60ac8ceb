//! A scope returns after its tasks have ended, whoever ends them and however: what they borrowed is untouched from then
//! on.

use crate::support::{Counted, count};
use earnest_core::{Executor, Future, Host, Inbox, Owner, Refused, Runnable, Worker, scope, task};
use earnest_sync::{Arc, Mutex, UnsafeCell, model, thread};

/// Runs each task on a thread of its own.
struct Threads;

impl Executor for Threads {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        thread::spawn(move || task.run());
        Ok(())
    }
}

/// Written by one task, and read after the scope: the checker complains if that is not after the task.
struct Borrowed(UnsafeCell<u32>);

// SAFETY: for one writer, and a reader that comes after it; that it does is what is checked.
unsafe impl Sync for Borrowed {}

impl Borrowed {
    fn new() -> Borrowed {
        Borrowed(UnsafeCell::new(0))
    }

    fn write(&self) {
        // SAFETY: as the type says.
        self.0.with_mut(|number| unsafe { *number += 1 });
    }

    fn read(&self) -> u32 {
        // SAFETY: as the type says.
        self.0.with(|number| unsafe { *number })
    }
}

#[test]
fn tasks_vs_scope_end() {
    model("core::tasks_vs_scope_end", || {
        let (one, other) = (Borrowed::new(), Borrowed::new());
        scope(&Threads, |s| {
            s.submit(|| one.write()).detach();
            s.submit(|| other.write()).detach();
        });
        assert_eq!((one.read(), other.read()), (1, 1));
    });
}

#[test]
fn executed_vs_scope_end() {
    model("core::executed_vs_scope_end", || {
        let (one, other) = (Borrowed::new(), Borrowed::new());
        scope(&Threads, |s| {
            s.execute(|| one.write());
            s.execute(|| other.write());
        });
        assert_eq!((one.read(), other.read()), (1, 1));
    });
}

#[test]
fn outcome_vs_scope_end() {
    /// Writes when it is dropped, by whoever that is.
    struct Writes<'a>(&'a Borrowed);
    impl Drop for Writes<'_> {
        fn drop(&mut self) {
            self.0.write();
        }
    }
    model("core::outcome_vs_scope_end", || {
        let (value, captured) = (Borrowed::new(), Borrowed::new());
        scope(&Threads, |s| {
            let captures = Writes(&captured);
            let future = s.submit(|| {
                let _captured = captures;
                Writes(&value)
            });
            // The task is let go before it ends, or when it has a value, or between the two.
            drop(future);
        });
        assert_eq!((value.read(), captured.read()), (1, 1));
    });
}

#[test]
fn cancel_vs_scope_end() {
    model("core::cancel_vs_scope_end", || {
        let (captured, drops) = Counted::new();
        let ran = Borrowed::new();
        let cancel = scope(&Threads, |s| {
            let future = s.submit(|| {
                let _captured = captured;
                ran.write();
            });
            let handle = future.cancel_handle();
            thread::spawn(move || handle.cancel())
        });
        // Whichever of the two ended it: it has ended.
        assert_eq!(count(&drops), 1);
        let ran = ran.read();
        let cancelled = cancel.join().unwrap();
        assert_eq!(ran == 0, cancelled);
    });
}

/// A pool that tells those who wait to look again.
#[derive(Default)]
struct Told(Mutex<Vec<std::sync::Arc<Inbox>>>);

impl Host for Told {
    fn wait_begins(&self, inbox: &std::sync::Arc<Inbox>) {
        self.0.lock().push(inbox.clone());
    }

    fn wait_ends(&self, inbox: &std::sync::Arc<Inbox>) {
        self.0.lock().retain(|other| !std::sync::Arc::ptr_eq(other, inbox));
    }

    fn is_jammed(&self) -> bool {
        false
    }

    fn call_all(&self) {
        self.0.lock().iter().for_each(|inbox| inbox.call());
    }

    fn n_workers(&self) -> usize {
        1
    }
}

/// Runs each task on a thread of its own, which is a worker.
struct Workers(Owner);

impl Executor for Workers {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        let owner = self.0;
        thread::spawn(move || run_as_worker(owner, task));
        Ok(())
    }
}

fn run_as_worker(owner: Owner, runnable: Runnable) {
    let host = Told::default();
    let worker = Worker::new(owner, &host, 1 << 20);
    worker.ready();
    assert!(worker.serve(|| runnable.run_on(&worker, |_| {})));
}

#[test]
fn scope_in_a_cycle() {
    model("core::scope_in_a_cycle", || {
        // The scope waits for its task, which waits for the task that the scope is in. Whoever comes last, it is the
        // task that is told.
        let itself = Arc::new(Mutex::new(None::<Future<bool>>));
        let place = itself.clone();
        let (runnable, future) = task(move || {
            let itself = place.lock().take().unwrap();
            let told = Mutex::new(false);
            scope(&Workers(Owner::next()), |s| {
                let told = &told;
                s.submit(move || *told.lock() = itself.result().is_err_and(|error| error.is_deadlock()))
                    .detach();
            });
            let told = *told.lock();
            told
        });
        let told = Arc::new(Mutex::new(false));
        let seen = told.clone();
        future.add_done_callback(move |outcome| *seen.lock() = *outcome.unwrap());
        *itself.lock() = Some(future);
        run_as_worker(Owner::next(), runnable);
        assert!(*told.lock());
    });
}

/// Keeps the first task for whoever waits for it, and runs the other on a thread of its own.
struct KeepsFirst {
    owner: Owner,
    first: Mutex<Option<Runnable>>,
    thread: Arc<Mutex<Option<thread::JoinHandle<()>>>>,
}

impl Executor for KeepsFirst {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        let mut first = self.first.lock();
        if first.is_none() {
            task.belongs_to(self.owner);
            *first = Some(task);
        } else {
            *self.thread.lock() = Some(thread::spawn(move || task.run()));
        }
        Ok(())
    }
}

#[test]
fn added_while_joining() {
    model("core::added_while_joining", || {
        let (owner, borrowed, thread) =
            (Owner::next(), Arc::new(Borrowed::new()), Arc::new(Mutex::new(None)));
        let executor = KeepsFirst { owner, first: Mutex::new(None), thread: thread.clone() };
        let borrows = borrowed.clone();
        let (runnable, future) = task(move || {
            let borrowed = &*borrows;
            // By the time that the scope runs its first task itself, it waits already.
            scope(&executor, |s| s.submit(|| s.submit(|| borrowed.write()).detach()).detach());
            borrowed.read()
        });
        run_as_worker(owner, runnable);
        thread.lock().take().unwrap().join().unwrap();
        assert_eq!(future.result().unwrap(), 1);
    });
}
