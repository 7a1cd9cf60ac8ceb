//! What is to happen at a given time: one thread for the whole process, while there is anything.

use earnest_core::run_caught;
use earnest_sync::{Condvar, Mutex, MutexGuard, thread};
use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

/// With which something can be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    when: Instant,
    /// Tells those of one moment apart, in the order in which they came.
    number: u64,
}

type Action = Box<dyn FnOnce() + Send>;

struct Timer {
    due: BTreeMap<Key, Action>,
    last_number: u64,
    /// When the thread looks again, if there is a thread.
    looks_at: Option<Instant>,
    /// In which process the thread is, if there has ever been one.
    process: u32,
}

earnest_sync::global! {
    static TIMER: Mutex<Timer> = Mutex::new(Timer::new());
}

earnest_sync::global! {
    static EARLIER: Condvar = Condvar::new();
}

/// How long the thread sleeps at most: so it finds out that everything has been called off.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

impl Timer {
    const fn new() -> Timer {
        Timer { due: BTreeMap::new(), last_number: 0, looks_at: None, process: 0 }
    }

    /// Begins anew in a child of `fork`: neither the thread nor what it was to do is this process's.
    fn enter_process(&mut self) {
        let process = earnest_sync::process_id();
        if self.process != process {
            std::mem::forget(std::mem::take(&mut self.due));
            (self.looks_at, self.process) = (None, process);
        }
    }
}

/// Has `action` done at `when`, on the timer's thread: it is to be short. A panic in it is caught and reported.
///
/// # Errors
///
/// Where there is no thread to be had.
pub(crate) fn at(when: Instant, action: impl FnOnce() + Send + 'static) -> io::Result<Key> {
    let action: Action = Box::new(action);
    let mut timer = TIMER.lock();
    timer.enter_process();
    let looks_at = match timer.looks_at {
        Some(looks_at) => looks_at,
        None => {
            thread::Builder::new().name("earnest-timer".to_owned()).spawn(keep_time)?;
            // It looks as soon as it has the lock.
            when
        }
    };
    timer.last_number += 1;
    let key = Key { when, number: timer.last_number };
    timer.due.insert(key, action);
    timer.looks_at = Some(looks_at.min(when));
    if when < looks_at {
        EARLIER.notify_one();
    }
    Ok(key)
}

/// Calls off what has not begun.
pub(crate) fn call_off(key: Key) {
    let action = TIMER.lock().due.remove(&key);
    // What it holds on to is dropped without the lock.
    drop(action);
}

/// The thread.
fn keep_time() {
    let mut timer = TIMER.lock();
    while let Some(next) = timer.due.first_entry() {
        let Some(now) = earnest_sync::now() else { return };
        if next.key().when <= now {
            let action = next.remove();
            drop(timer);
            run_caught("what was to be done at a given time", action);
            timer = TIMER.lock();
        } else {
            let looks_at = next.key().when.min(now + LONGEST_SLEEP);
            timer = sleep(timer, looks_at);
        }
    }
    timer.looks_at = None;
}

fn sleep(mut timer: MutexGuard<'_, Timer>, until: Instant) -> MutexGuard<'_, Timer> {
    timer.looks_at = Some(until);
    EARLIER.wait_deadline(timer, Some(until))
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_happens_in_order_and_what_is_called_off_does_not() {
        let done = earnest_sync::Arc::new(Mutex::new(Vec::new()));
        let now = Instant::now();
        let after = |millis, what: &'static str| {
            let done = done.clone();
            at(now + Duration::from_millis(millis), move || done.lock().push(what)).unwrap()
        };
        after(60, "last");
        let never = after(40, "never");
        after(20, "second");
        after(20, "third");
        after(0, "first");
        at(now, || panic!("caught")).unwrap();
        call_off(never);
        while done.lock().len() < 4 {
            thread::yield_now();
        }
        assert_eq!(*done.lock(), ["first", "second", "third", "last"]);
    }
}
