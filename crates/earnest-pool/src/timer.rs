//! What is to happen at a given time: one thread for the whole process, while there is anything.
//!
//! What happens may come down to code of the user's, such as a callback of a future whose time is up. It is to be short;
//! but where it waits for a future, or says that it blocks, another thread keeps the time from then on: what is waited for
//! may be something that ends when its time is up.

use earnest_core::{Host, Inbox, Owner, Worker, run_caught};
use earnest_sync::{Condvar, Mutex, MutexGuard, thread};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
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
    /// Which thread keeps the time, of all there have been: the one that was started last.
    keeper: u64,
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
        Timer { due: BTreeMap::new(), last_number: 0, looks_at: None, keeper: 0, process: 0 }
    }

    /// Begins anew in a child of `fork`: neither the thread nor what it was to do is this process's.
    fn enter_process(&mut self) {
        let process = earnest_sync::process_id();
        if self.process != process {
            std::mem::forget(std::mem::take(&mut self.due));
            (self.looks_at, self.process) = (None, process);
        }
    }

    /// Starts a thread that keeps the time. It looks as soon as it has the lock.
    fn start_keeper(&mut self) -> io::Result<()> {
        let number = self.keeper + 1;
        earnest_sync::spawn(thread::Builder::new().name("earnest-timer".to_owned()), move || {
            keep_time(number)
        })?;
        self.keeper = number;
        Ok(())
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
            timer.start_keeper()?;
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
fn keep_time(number: u64) {
    let keeper = Keeper(number);
    // It has no tasks of its own, and the stack does not matter: nothing is run in place.
    let worker = Worker::new(Owner::next(), &keeper, 0);
    worker.ready();
    worker.serve(|| keeper.keep_time());
}

/// A thread that keeps the time, until it has to wait for something itself.
struct Keeper(u64);

impl Keeper {
    fn keep_time(&self) {
        let mut timer = TIMER.lock();
        while let Some(next) = timer.due.first_entry() {
            let Some(now) = earnest_sync::now() else { return };
            if next.key().when <= now {
                let action = next.remove();
                drop(timer);
                run_caught("what was to be done at a given time", action);
                timer = TIMER.lock();
                if timer.keeper != self.0 {
                    return;
                }
            } else {
                let looks_at = next.key().when.min(now + LONGEST_SLEEP);
                timer = sleep(timer, looks_at);
            }
        }
        timer.looks_at = None;
    }
}

impl Host for Keeper {
    fn wait_begins(&self, _: &Arc<Inbox>) {
        let mut timer = TIMER.lock();
        if timer.keeper == self.0 {
            // Where no thread can be had, this one goes on when it has waited.
            let _no_thread = timer.start_keeper();
        }
    }

    fn wait_ends(&self, _: &Arc<Inbox>) {}

    fn is_jammed(&self) -> bool {
        false
    }

    fn call_all(&self) {}

    fn n_workers(&self) -> usize {
        1
    }
}

fn sleep(mut timer: MutexGuard<'_, Timer>, until: Instant) -> MutexGuard<'_, Timer> {
    timer.looks_at = Some(until);
    EARLIER.wait_deadline(timer, Some(until))
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "Miri takes longer than what is called off is away")]
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
