//! A task is instrumented while another thread cancels it, and then run: its end is told once, whatever it is.

use crate::support::{Counted, count};
use earnest_core::{Probe, TaskEnd, TaskEvent, TaskInfo, task};
use earnest_sync::{model, thread};
use std::sync::{Arc, Mutex};

/// What was told. The lock is no part of the model: none of it is held while something of the model happens.
#[derive(Default)]
struct Told(Mutex<Vec<&'static str>>);

impl Probe for Told {
    fn tell(&self, _task: &TaskInfo<'_>, event: TaskEvent) {
        self.0.lock().unwrap().push(match event {
            TaskEvent::Queued => "queued",
            TaskEvent::Began { .. } => "began",
            TaskEvent::Ended { end: TaskEnd::Returned, .. } => "returned",
            TaskEvent::Dismissed { end: TaskEnd::Cancelled, .. } => "cancelled",
            _ => "something else",
        });
    }
}

#[test]
fn instrumented_vs_cancelled() {
    model("core::instrumented_vs_cancelled", || {
        let told = Arc::new(Told::default());
        let (captured, drops) = Counted::new();
        let (mut runnable, future) = task(move || drop(captured));
        let handle = future.cancel_handle();
        let canceller = thread::spawn(move || handle.cancel());
        runnable.probed_by(Some(told.clone()));
        runnable.run();
        let cancelled = canceller.join().unwrap();
        assert_eq!(future.result().is_err(), cancelled);
        let expected =
            if cancelled { &["queued", "cancelled"][..] } else { &["queued", "began", "returned"] };
        assert_eq!(*told.0.lock().unwrap(), expected);
        assert_eq!(count(&drops), 1);
    });
}
