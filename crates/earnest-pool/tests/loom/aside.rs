//! A worker goes on after its wait, and there is one too many: it steps aside, and what it leaves behind is run.
//!
//! The accounts alone: with all of the pool these do not end in minutes.

use earnest_pool::Accounts;
use earnest_sync::{Arc, AtomicBool, Ordering::Relaxed, model, thread};

/// The pool grows while the worker is about to step aside: then it may be the one to run what is queued.
#[test]
fn grow_vs_aside() {
    model("pool::grow_vs_aside", || {
        let accounts = Arc::new(Accounts::one_too_many());
        let worker = accounts.clone();
        let steps_aside = thread::spawn(move || worker.step_aside());
        accounts.grow();
        steps_aside.join().unwrap();
        assert_eq!(accounts.n_active(), 2);
    });
}

/// What a worker leaves in its queue when it steps aside is seen by the other, which is about to find nothing.
#[test]
fn aside_vs_park() {
    model("pool::aside_vs_park", || {
        let accounts = Arc::new(Accounts::one_too_many());
        let is_queued = Arc::new(AtomicBool::new(false));
        let other = {
            let (accounts, is_queued) = (accounts.clone(), is_queued.clone());
            thread::spawn(move || {
                accounts.search();
                accounts.park(|| is_queued.load(Relaxed));
                accounts.wake_all();
            })
        };
        is_queued.store(true, Relaxed);
        // If the other has parked already, there is not one too many.
        accounts.step_aside();
        accounts.wake_all();
        other.join().unwrap();
    });
}

/// Who is told that there is one too many finds it so.
#[test]
fn unblock_vs_aside() {
    model("pool::unblock_vs_aside", || {
        let accounts = Arc::new(Accounts::one_waits());
        let other = {
            let accounts = accounts.clone();
            thread::spawn(move || {
                if accounts.is_one_too_many() {
                    accounts.step_aside();
                    assert_eq!(accounts.n_active(), 1, "it has stepped aside");
                }
            })
        };
        accounts.unblock();
        accounts.post_wake();
        other.join().unwrap();
    });
}
