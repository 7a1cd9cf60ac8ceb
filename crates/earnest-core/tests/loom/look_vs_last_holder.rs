//! Who looks at futures under the lock of all who wait may be the last that holds one of them: it is let go where the lock
//! is not held, as code of the user's is dropped with it.

use crate::support::Idle;
use earnest_core::{
    Future, Needs, Owner, Runnable, TaskOptions, Waitable, Waiter, Watching, promise, task, task_with,
};
use earnest_sync::{model_bounded, thread};

/// Comes to the lock when it is dropped.
struct Locks;

impl Drop for Locks {
    fn drop(&mut self) {
        let (promise, future) = promise::<()>();
        let comes_from_another = Future::ready(()).and_then(move |()| future);
        drop((comes_from_another, promise));
    }
}

/// A task with whose memory, and not before, something of the user's is dropped.
fn leaves_something() -> (Runnable, Future<()>) {
    task_with(TaskOptions::new(), |context| {
        let locks = Locks;
        context.token().on_cancel(move || drop(locks)).detach();
    })
}

/// A task that waits for any of one.
fn waits_for_any_of(future: impl Waitable + Send + 'static) -> (Runnable, Future<bool>) {
    task(move || {
        let mut waiter = Waiter::new(1);
        let mut watching = Watching::new(Needs::Any);
        if !future.watch(waiter.inbox(), 0) {
            waiter.inbox().put(0);
        }
        watching.prepare(|| [(0, future.cancel_handle())].into_iter());
        waiter.next_of(None, &mut watching).is_ok()
    })
}

#[test]
fn look_vs_last_holder() {
    model_bounded("core::look_vs_last_holder", 2..=3, || {
        let (run, future) = leaves_something();
        let (wait, waited) = waits_for_any_of(future.map(|()| ()));
        let other = thread::spawn(move || run.run());
        let worker = earnest_core::Worker::new(Owner::next(), &Idle, 1 << 20);
        worker.ready();
        assert!(worker.serve(|| wait.run_on(&worker, |_| {})));
        other.join().unwrap();
        assert!(waited.result().unwrap());
    });
}
