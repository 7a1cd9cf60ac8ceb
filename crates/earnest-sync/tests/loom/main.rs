//! What the model checker itself can see: two programs whose executions stock loom 0.7.2 does not all
//! explore.
//!
//! `cargo xtask loom --patched` says through the environment that loom is patched, and all of them must be
//! seen then. Otherwise some must be missed: the day that fails, loom has been mended, and the patch can go.

#![cfg(earnest_loom)]

use earnest_sync::Ordering::{Relaxed, SeqCst};
use earnest_sync::{AtomicBool, AtomicUsize, model, thread};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

fn is_patched() -> bool {
    std::env::var_os("EARNEST_LOOM_PATCHED").is_some()
}

/// The results that `f` can come to, by loom's account.
fn outcomes<T: Ord + Clone + Send + 'static>(
    name: &str,
    f: impl Fn() -> T + Send + Sync + 'static,
) -> BTreeSet<T> {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let outcomes = seen.clone();
    model(name, move || {
        let outcome = f();
        outcomes.lock().unwrap().insert(outcome);
    });
    seen.lock().unwrap().clone()
}

fn assert_all_seen<T: Ord + Debug>(seen: &BTreeSet<T>, possible: &BTreeSet<T>) {
    if is_patched() {
        assert_eq!(seen, possible, "the patched loom misses executions");
    } else {
        assert!(
            seen.is_subset(possible) && seen != possible,
            "stock loom sees every execution of this: is the patch still needed?"
        );
    }
}

/// tokio-rs/loom#166: a load that changes nothing must not hide what another thread could have read before
/// it.
#[test]
fn issue_166() {
    fn run(needless_load: bool) -> (usize, usize) {
        let shared = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let (writes, reads) = (shared.clone(), shared);
        let writer = thread::spawn(move || {
            writes.0.store(1, SeqCst);
            writes.1.store(1, SeqCst);
            writes.1.store(0, SeqCst);
            if needless_load {
                writes.0.load(SeqCst);
            }
            writes.0.store(0, SeqCst);
        });
        let reader = thread::spawn(move || (reads.1.load(SeqCst), reads.0.load(SeqCst)));
        writer.join().unwrap();
        reader.join().unwrap()
    }
    let possible = outcomes("sync::issue_166_without_load", || run(false));
    let seen = outcomes("sync::issue_166", || run(true));
    assert_all_seen(&seen, &possible);
}

/// tokio-rs/loom#392: one thread loads and then stores, another loads. The other may be first or last.
#[test]
fn issue_392() {
    let seen = outcomes("sync::issue_392", || {
        let shared = Arc::new(AtomicBool::new(false));
        let stores = shared.clone();
        let writer = thread::spawn(move || {
            stores.load(Relaxed);
            stores.store(true, Relaxed);
        });
        let read = shared.load(Relaxed);
        writer.join().unwrap();
        read
    });
    assert_all_seen(&seen, &BTreeSet::from([false, true]));
}
