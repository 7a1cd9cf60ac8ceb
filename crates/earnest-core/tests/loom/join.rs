//! A join on a worker returns when its second half is done or will not be called, whoever takes, drops or takes it back.

use earnest_core::{Executor, Host, HostId, Inbox, Owner, Refused, Runnable, Worker, join, promise};
use earnest_sync::{Condvar, Mutex, UnsafeCell, model, model_bounded, thread};
use std::sync::Arc;

/// What becomes of what a worker offers to others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// A thread of its own runs it.
    Run,
    /// Another thread drops it.
    Drop,
}

/// A pool whose workers' offers go to threads of their own.
#[derive(Clone)]
struct Offered {
    owner: Arc<Owner>,
    fate: Fate,
}

impl Offered {
    fn take(&self, task: Runnable) {
        let this = self.clone();
        thread::spawn(move || match this.fate {
            Fate::Run => this.serve(|worker| _ = task.run_on(worker, |_| {})),
            Fate::Drop => drop(task),
        });
    }

    fn serve<R>(&self, f: impl FnOnce(&Worker<'_>) -> R) -> R {
        let worker = Worker::new(*self.owner, self, 1 << 20);
        worker.ready();
        worker.serve(|| f(&worker))
    }
}

impl Executor for Offered {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.take(task);
        Ok(())
    }

    fn host(&self) -> Option<HostId> {
        Some(HostId::of(&*self.owner))
    }
}

impl Host for Offered {
    fn wait_begins(&self, _: &Arc<Inbox>) {}
    fn wait_ends(&self, _: &Arc<Inbox>) {}

    fn is_jammed(&self) -> bool {
        false
    }

    fn call_all(&self) {}

    fn n_workers(&self) -> usize {
        1
    }

    fn id(&self) -> Option<HostId> {
        self.host()
    }

    fn offer(&self, task: Runnable) -> Result<(), Refused> {
        self.take(task);
        Ok(())
    }
}

/// Calls `f` on a worker of a pool.
fn on_a_worker(fate: Fate, f: impl FnOnce(&Offered)) {
    let pool = Offered { owner: Arc::new(Owner::next()), fate };
    pool.serve(|_| f(&pool));
}

/// Written by one half, and read after the join: the checker complains if that is not after it.
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
fn join_vs_steal() {
    model("core::join_vs_steal", || {
        on_a_worker(Fate::Run, |pool| {
            let written = Borrowed::new();
            assert_eq!(join(pool, || 1, || written.write()), (1, ()));
            assert_eq!(written.read(), 1);
        });
    });
}

#[test]
fn join_vs_drop() {
    model("core::join_vs_drop", || {
        on_a_worker(Fate::Drop, |pool| {
            let written = Borrowed::new();
            assert_eq!(join(pool, || 1, || written.write()), (1, ()));
            assert_eq!(written.read(), 1);
        });
    });
}

#[test]
fn join_elsewhere_vs_run() {
    model("core::join_elsewhere_vs_run", || {
        let pool = Offered { owner: Arc::new(Owner::next()), fate: Fate::Run };
        let written = Borrowed::new();
        assert_eq!(join(&pool, || 1, || written.write()), (1, ()));
        assert_eq!(written.read(), 1);
    });
}

#[test]
fn joins_within_a_join_vs_steal() {
    model("core::joins_within_a_join_vs_steal", || {
        on_a_worker(Fate::Run, |pool| {
            let (one, other) = (Borrowed::new(), Borrowed::new());
            // The second of them is shared if the first has been taken.
            join(pool, || join(pool, || (), || one.write()), || other.write());
            assert_eq!((one.read(), other.read()), (1, 1));
        });
    });
}

#[test]
fn join_after_a_steal() {
    /// What the library does not know of.
    struct Flag(Mutex<bool>, Condvar);
    impl Flag {
        fn raise(&self) {
            *self.0.lock() = true;
            self.1.notify_all();
        }

        fn wait(&self) {
            let mut is_up = self.0.lock();
            while !*is_up {
                is_up = self.1.wait(is_up);
            }
        }
    }
    model("core::join_after_a_steal", || {
        on_a_worker(Fate::Run, |pool| {
            let [one, other] = [(); 2].map(|()| Flag(Mutex::new(false), Condvar::new()));
            let first = || {
                one.wait();
                // The other has begun: what comes next is shared at once.
                join(pool, || other.wait(), || other.raise())
            };
            join(pool, first, || one.raise());
        });
    });
}

#[test]
fn wait_within_joins() {
    model_bounded("core::wait_within_joins", 2..=3, || {
        on_a_worker(Fate::Run, |pool| {
            let (promise, future) = promise();
            let waits = || join(pool, || future.result().unwrap(), move || _ = promise.complete(7));
            // The one that is waited for is the second to be shared.
            assert_eq!(join(pool, waits, || ()).0.0, 7);
        });
    });
}
