//! Two tasks are about to wait for each other: at least one is told, and both end.

use crate::support::Idle;
use earnest_core::{Future, Owner, Runnable, task};
use earnest_sync::{Arc, Mutex, model, thread};

type Place = Arc<Mutex<Option<Future<bool>>>>;

/// A task that waits for the one whose future lies in `place`, and says whether that was refused.
fn waits_for(place: &Place) -> (Runnable, Future<bool>) {
    let place = place.clone();
    task(move || {
        let other = place.lock().take().unwrap();
        other.result().is_err_and(|error| error.is_deadlock())
    })
}

#[test]
fn cycle_of_two() {
    model("core::cycle_of_two", || {
        let (to_a, to_b) = (Place::default(), Place::default());
        let (run_a, a) = waits_for(&to_b);
        let (run_b, b) = waits_for(&to_a);
        let refused = Arc::new(Mutex::new(0));
        for future in [&a, &b] {
            let refused = refused.clone();
            future.add_done_callback(move |outcome| *refused.lock() += usize::from(*outcome.unwrap()));
        }
        *to_a.lock() = Some(a);
        *to_b.lock() = Some(b);
        // Two pools, so that neither claims the other's task.
        let (first, second) = (Owner::next(), Owner::next());
        let other = thread::spawn(move || run_as_worker(first, run_a));
        run_as_worker(second, run_b);
        other.join().unwrap();
        assert!((1..=2).contains(&*refused.lock()));
    });
}

fn run_as_worker(owner: Owner, runnable: Runnable) {
    let worker = earnest_core::Worker::new(owner, &Idle, 1 << 20);
    worker.ready();
    assert!(worker.serve(|| runnable.run_on(&worker, |_| {})));
}
