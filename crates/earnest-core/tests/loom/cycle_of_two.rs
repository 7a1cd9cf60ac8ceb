//! Two tasks are about to wait for each other: one is told, and both end.

use crate::support::Idle;
use earnest_core::{Future, Host, Inbox, Owner, Runnable, task};
use earnest_sync::{Arc, Mutex, model, model_bounded, thread};

type Place = Arc<Mutex<Option<Future<bool>>>>;

/// A task that waits for the one whose future lies in `place`, and says whether that was refused.
fn waits_for(place: &Place) -> (Runnable, Future<bool>) {
    let place = place.clone();
    task(move || {
        let other = place.lock().take().unwrap();
        other.result().is_err_and(|error| error.is_deadlock())
    })
}

/// A pool that has each who begins to wait look again, as if something had come.
struct CallsAgain;

impl Host for CallsAgain {
    fn wait_begins(&self, inbox: &std::sync::Arc<Inbox>) {
        inbox.call();
    }

    fn wait_ends(&self, _: &std::sync::Arc<Inbox>) {}

    fn is_jammed(&self) -> bool {
        false
    }

    fn call_all(&self) {}

    fn n_workers(&self) -> usize {
        1
    }
}

#[test]
fn cycle_of_two() {
    model("core::cycle_of_two", || one_is_told(&Idle));
}

#[test]
fn cycle_of_two_who_look_again() {
    model_bounded("core::cycle_of_two_who_look_again", 2..=3, || one_is_told(&CallsAgain));
}

/// Both tasks are those of pools with this host.
fn one_is_told(host: &'static dyn Host) {
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
    let other = thread::spawn(move || run_as_worker(first, host, run_a));
    run_as_worker(second, host, run_b);
    other.join().unwrap();
    assert_eq!(*refused.lock(), 1, "one is told, and the other has its result");
}

#[test]
fn callback_in_a_circle() {
    model_bounded("core::callback_in_a_circle", 2..=3, || {
        let (run_a, a) = task(|| 1);
        let a = a.shared();
        // So that the task is on its way to be settled when the other callback comes.
        a.add_done_callback(|_| {});
        let of_a = a.clone();
        let (run_b, b) = task(move || of_a.result().is_err_and(|error| error.is_deadlock()));
        let other = thread::spawn(move || run_as_worker(Owner::next(), &Idle, run_a));
        let told = Arc::new(Mutex::new(None));
        let (place, this) = (told.clone(), thread::current().id());
        // It comes before the outcome can be seen, for which the other task waits: also where it is added just then.
        a.add_done_callback(move |_| {
            let is_in_time = thread::current().id() != this;
            *place.lock() = is_in_time.then(|| match b.result() {
                Ok(refused) => refused,
                Err(error) => error.is_deadlock(),
            });
        });
        run_as_worker(Owner::next(), &Idle, run_b);
        other.join().unwrap();
        assert!(told.lock().is_none_or(|one_is_told| one_is_told));
    });
}

fn run_as_worker(owner: Owner, host: &dyn Host, runnable: Runnable) {
    let worker = earnest_core::Worker::new(owner, host, 1 << 20);
    worker.ready();
    assert!(worker.serve(|| runnable.run_on(&worker, |_| {})));
}
