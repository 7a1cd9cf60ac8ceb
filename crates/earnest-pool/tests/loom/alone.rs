//! Workers look for work, sleep and are started while something is queued, by the accounts alone: all that is queued is run.
//!
//! What `push_vs_sleep.rs` has with all of the pool, which takes too long for more than a preemption or two.

use crate::Gate;
use earnest_pool::Accounts;
use earnest_sync::{
    Arc, AtomicBool, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed},
    model, model_bounded, thread,
};

/// Tasks that lie in a queue which orders nothing, and workers as the pool has them.
struct Work {
    accounts: Accounts,
    n_queued: AtomicUsize,
    n_left: AtomicUsize,
}

impl Work {
    fn new(accounts: Accounts, n_left: usize) -> Arc<Work> {
        Arc::new(Work { accounts, n_queued: AtomicUsize::new(0), n_left: AtomicUsize::new(n_left) })
    }

    /// `true`: a worker is to be started.
    fn push(&self) -> bool {
        self.n_queued.fetch_add(1, Relaxed);
        self.announce()
    }

    fn take(&self) -> bool {
        let mut n = self.n_queued.load(Relaxed);
        while n > 0 {
            match self.n_queued.compare_exchange(n, n - 1, Relaxed, Relaxed) {
                Ok(_) => return true,
                Err(actual) => n = actual,
            }
        }
        false
    }

    fn is_any(&self) -> bool {
        self.n_queued.load(Relaxed) > 0
    }

    /// `true`: a worker is to be started.
    fn announce(&self) -> bool {
        self.accounts.announce(|| self.n_queued.load(Relaxed))
    }

    /// A worker that searches, until nothing is left to be run; `start` is called where another is to be started.
    fn serve(&self, run: impl Fn(), start: impl Fn()) {
        while self.n_left.load(Acquire) > 0 {
            if !self.take() {
                self.accounts.park(|| self.is_any());
                continue;
            }
            if self.accounts.found(|| self.is_any()) && self.announce() {
                start();
            }
            run();
            if self.n_left.fetch_sub(1, AcqRel) == 1 {
                // Otherwise nobody wakes who sleeps: if a task was left lying, that is the end.
                self.accounts.wake_all();
            }
            self.accounts.search();
        }
    }
}

/// Starts a worker, which may start others.
fn start(work: &Arc<Work>, run: impl Fn() + Clone + Send + 'static) {
    let work = work.clone();
    let _ends_with_the_model = thread::spawn(move || {
        work.accounts.started();
        work.serve(&run, || start(&work, run.clone()));
    });
}

/// Two are queued while two search: each of the workers finds one, both, or nothing and parks.
#[test]
fn push_vs_search() {
    model_bounded("pool::push_vs_search_alone", 2..=3, || {
        let work = Work::new(Accounts::two_search(), 2);
        let workers = [(); 2].map(|()| {
            let work = work.clone();
            thread::spawn(move || work.serve(|| (), || unreachable!("there are two")))
        });
        for _task in 0..2 {
            assert!(!work.push(), "there are two");
        }
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}

/// Two that need each other are queued where there is nobody: two workers are started, by who queues or by the first of them.
#[test]
fn push_vs_start() {
    model("pool::push_vs_start_alone", || {
        let work = Work::new(Accounts::nobody_of_two(), 2);
        let meeting = Arc::new(Meeting::new());
        let run = move || meeting.come();
        for _task in 0..2 {
            if work.push() {
                start(&work, run.clone());
            }
        }
    });
}

/// Whoever comes first waits for the other.
struct Meeting(AtomicBool, Gate, Gate);

impl Meeting {
    fn new() -> Meeting {
        let (gate, other) = Gate::new();
        Meeting(AtomicBool::new(true), gate, other)
    }

    fn come(&self) {
        let Meeting(is_first, gate, other) = self;
        if is_first.swap(false, Relaxed) { gate.wait() } else { other.open() }
    }
}

/// The only worker's task waits for one that is queued before that, or afterwards: another worker is started for it, by who
/// queues or by who waits.
#[test]
fn push_vs_block() {
    model("pool::push_vs_block_alone", || {
        let work = Work::new(Accounts::one_and_a_spare(), 1);
        let (gate, opened) = Gate::new();
        let opened = Arc::new(opened);
        let run = move || opened.open();
        let (waits, opens) = (work.clone(), run.clone());
        let waiting = thread::spawn(move || {
            if waits.accounts.block(|| waits.is_any()) && waits.announce() {
                start(&waits, opens);
            }
            gate.wait();
            waits.accounts.unblock();
        });
        if work.push() {
            start(&work, run);
        }
        waiting.join().unwrap();
    });
}

/// Whoever is woken while there are to be fewer is one too many, and somebody is told who has not looked before that.
#[test]
fn push_vs_shrink() {
    model("pool::push_vs_shrink_alone", || somebody_is_told(Accounts::one_sleeps()));
}

/// So is who is started.
#[test]
fn start_vs_shrink() {
    model("pool::start_vs_shrink_alone", || somebody_is_told(Accounts::one_of_two()));
}

fn somebody_is_told(accounts: Accounts) {
    let accounts = Arc::new(accounts);
    let pushes = {
        let accounts = accounts.clone();
        thread::spawn(move || accounts.announce(|| 1))
    };
    let runs = {
        let accounts = accounts.clone();
        thread::spawn(move || {
            if accounts.is_one_too_many() {
                accounts.step_aside();
            }
        })
    };
    accounts.shrink();
    let _is_counted_already = pushes.join().unwrap();
    runs.join().unwrap();
    assert!(accounts.n_active() == 1 || accounts.is_one_too_many());
}
