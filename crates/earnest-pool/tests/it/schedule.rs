//! Tasks for later, and tasks that come again and again: when they run, what stops them, and what becomes of them.

use crate::gate::{Gate, gate, occupy, pool};
use earnest_core::{Error, TaskOptions};
use earnest_pool::{Every, RejectionPolicy, ThreadPoolExecutor};
#[cfg(target_os = "linux")]
use earnest_testing::alone;
use earnest_testing::watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_millis(10);
const NEVER: Duration = Duration::from_secs(100_000);

fn next<T>(receiver: &Receiver<T>) -> T {
    watched("it comes", || receiver.recv().unwrap())
}

#[test]
fn what_is_for_later_begins_when_it_is_due_and_not_before() {
    let pool = pool(2);
    let begin = Instant::now();
    let futures = [30, 0, 10].map(|millis| {
        let delay = Duration::from_millis(millis);
        (delay, pool.schedule_after(delay, Instant::now))
    });
    for (delay, future) in futures {
        assert!(future.result().unwrap() - begin >= delay);
    }
}

/// How often a thread of this process has gone to sleep.
#[cfg(target_os = "linux")]
fn n_sleeps() -> u64 {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let of = |thread: std::io::Result<std::fs::DirEntry>| {
        let status = std::fs::read_to_string(thread.unwrap().path().join("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    threads.map(of).sum()
}

/// In a process of its own, as in others there are others' threads.
#[cfg(target_os = "linux")]
#[test]
fn until_something_is_due_nobody_looks_again_and_again() {
    alone("schedule::until_something_is_due_nobody_looks_again_and_again", || {
        let pool = pool(1);
        let later = pool.schedule_after(NEVER, || ());
        let before = n_sleeps();
        thread::sleep(Duration::from_millis(100));
        let n_sleeps = n_sleeps() - before;
        assert!(n_sleeps < 20, "{n_sleeps}");
        later.cancel();
    });
}

#[test]
fn what_is_for_later_can_be_cancelled_and_is_gone_at_once() {
    let pool = pool(1);
    let captured = Arc::new(());
    let held = captured.clone();
    let future = pool.schedule_after(NEVER, move || drop(held));
    assert!(future.cancel());
    assert_eq!(Arc::strong_count(&captured), 1);
    assert_eq!(pool.worker_count(), 0);
}

#[test]
fn a_delay_beyond_the_clock_means_never() {
    let pool = pool(1);
    let future = pool.schedule_after(Duration::MAX, || ());
    thread::sleep(SOON);
    assert!(!future.is_done());
    pool.shutdown();
    assert!(future.result().unwrap_err().is_rejected());
}

#[test]
fn a_shutdown_refuses_what_is_not_due_and_waits_for_none_of_it() {
    let pool = pool(1);
    let (later, again) = (pool.schedule_after(NEVER, || ()), pool.schedule_every(Every::delay(NEVER), || ()));
    let soon = pool.submit(|| 7);
    watched("a shutdown", || pool.shutdown());
    assert_eq!(soon.result().unwrap(), 7);
    assert!(later.result().unwrap_err().is_rejected());
    assert!(again.result().unwrap_err().is_rejected());
    assert!(pool.schedule_after(SOON, || ()).result().unwrap_err().is_rejected());
    assert!(pool.schedule_every(Every::rate(SOON), || ()).result().unwrap_err().is_rejected());
}

#[test]
fn a_task_may_wait_for_one_that_is_not_due() {
    let pool = pool(1);
    let handle = pool.handle();
    let outer = pool.submit(move || handle.schedule_after(SOON, || 7).result().unwrap());
    assert_eq!(watched("not due", || outer.result().unwrap()), 7);
}

#[test]
fn a_full_queue_has_what_is_due_wait_or_refuses_it() {
    for (policy, waits) in [(RejectionPolicy::Block, true), (RejectionPolicy::Reject, false)] {
        let pool = ThreadPoolExecutor::builder()
            .max_workers(1)
            .queue_capacity(1)
            .rejection_policy(policy)
            .build()
            .unwrap();
        let (open, _busy) = occupy(&pool, 1);
        let queued = pool.submit(|| 1);
        let due = pool.schedule_after(Duration::ZERO, || 2);
        if waits {
            thread::sleep(SOON * 3);
            assert!(!due.is_done());
            drop(open);
            assert_eq!(watched("it waits", || due.result().unwrap()), 2);
        } else {
            assert!(watched("it is refused", || due.result().unwrap_err()).is_rejected());
            drop(open);
        }
        assert_eq!(queued.result().unwrap(), 1);
    }
}

#[test]
fn runs_with_a_delay_begin_that_long_after_the_one_before() {
    let pool = pool(2);
    let (tell, told) = channel();
    let future = pool.schedule_every(Every::delay(SOON).first_after(Duration::ZERO), move || {
        let begin = Instant::now();
        thread::sleep(SOON);
        let _gone = tell.send((begin, Instant::now()));
    });
    let runs: Vec<_> = (0..4).map(|_| next(&told)).collect();
    assert!(future.cancel());
    for pair in runs.windows(2) {
        assert!(pair[1].0 - pair[0].1 >= SOON);
    }
}

#[test]
fn runs_at_a_rate_keep_to_the_grid_and_never_overlap() {
    let pool = pool(4);
    let (tell, told) = channel();
    let running = AtomicUsize::new(0);
    let begin = Instant::now();
    let future = pool.schedule_every(Every::rate(SOON), move || {
        assert_eq!(running.fetch_add(1, SeqCst), 0);
        let at = begin.elapsed();
        // Longer than the period: every other run is left out.
        thread::sleep(SOON + SOON / 2);
        running.fetch_sub(1, SeqCst);
        let _gone = tell.send(at);
    });
    let runs: Vec<_> = (0..4).map(|_| next(&told)).collect();
    assert!(future.cancel());
    assert!(runs[0] >= SOON);
    assert!(runs.windows(2).all(|pair| pair[1] - pair[0] >= SOON + SOON / 2));
}

#[test]
fn cancelling_stops_the_runs_and_drops_the_closure_also_while_it_runs() {
    for while_running in [false, true] {
        let pool = pool(1);
        let captured = Arc::new(());
        let held = captured.clone();
        let (begin, begins) = channel();
        let (open, gate) = gate();
        let every = Every::delay(if while_running { Duration::ZERO } else { NEVER });
        let future = pool.schedule_every(every, move || {
            let _held = &held;
            begin.send(()).unwrap();
            gate.pass();
        });
        if while_running {
            next(&begins);
        }
        assert!(future.cancel());
        drop(open);
        assert!(future.result().unwrap_err().is_cancelled());
        pool.shutdown();
        assert_eq!(Arc::strong_count(&captured), 1);
        assert_eq!(begins.try_iter().count(), 0);
    }
}

#[test]
fn what_is_repeated_and_waits_for_its_time_is_gone_at_once_when_it_is_cancelled() {
    let pool = pool(1);
    let captured = Arc::new(());
    let held = captured.clone();
    let future = pool.schedule_every(Every::delay(NEVER), move || drop(held.clone()));
    assert!(future.cancel());
    assert_eq!(Arc::strong_count(&captured), 1);
}

#[test]
fn a_panic_ends_the_runs_and_is_the_outcome() {
    let pool = pool(1);
    let mut n = 0;
    let future = pool.schedule_every(Every::delay(Duration::ZERO), move || {
        n += 1;
        assert!(n < 3, "the third");
    });
    let error: Error = watched("a panic", || future.result().unwrap_err());
    let panic = error.into_panic().unwrap();
    assert_eq!(panic.message(), Some("the third"));
    assert!(panic.location().file().ends_with("schedule.rs"));
}

#[test]
fn letting_the_future_go_lets_the_runs_go_on() {
    let pool = pool(1);
    let (tell, told) = channel();
    pool.schedule_every(Every::rate(SOON), move || {
        let _gone = tell.send(());
    })
    .detach();
    (0..3).for_each(|_| next(&told));
    watched("a shutdown", || pool.shutdown());
    // The closure is gone, and with it the sender: this comes to an end.
    watched("what is left", || told.iter().for_each(drop));
}

#[test]
fn a_rate_without_a_period_is_refused_by_a_panic() {
    assert!(std::panic::catch_unwind(|| Every::rate(Duration::ZERO)).is_err());
}

#[test]
fn many_at_once_all_run() {
    let pool = pool(2);
    let ran = Arc::new(AtomicUsize::new(0));
    let n_tasks = if cfg!(miri) { 50 } else { 10_000 };
    let futures: Vec<_> = (0..n_tasks)
        .map(|n| {
            let ran = ran.clone();
            pool.schedule_after(Duration::from_micros(n % 20_000), move || ran.fetch_add(1, SeqCst))
        })
        .collect();
    let cancelled = futures.iter().step_by(7).filter(|future| future.cancel()).count();
    watched("many", || futures.iter().for_each(|future| future.wait()));
    assert_eq!(ran.load(SeqCst) + cancelled, n_tasks as usize);
}

#[test]
fn a_run_that_is_discarded_from_a_full_queue_is_left_out_and_the_next_comes() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .queue_capacity(1)
        .rejection_policy(RejectionPolicy::DiscardOldest)
        .build()
        .unwrap();
    let (open, _busy) = occupy(&pool, 1);
    let (tick, ticks) = channel();
    let ticking = pool.schedule_every(Every::delay(SOON), move || {
        let _nobody_listens = tick.send(());
    });
    watched("a run is queued", || {
        while pool.stats().queued == 0 {
            thread::yield_now();
        }
    });
    let other = pool.submit(|| 3);
    drop(open);
    assert_eq!(other.result().unwrap(), 3);
    next(&ticks);
    assert!(ticking.cancel());
}

#[test]
fn a_shutdown_ends_what_is_due_and_waits_for_room() {
    let full = ThreadPoolExecutor::builder().max_workers(1).queue_capacity(1).build().unwrap();
    let (open, _busy) = occupy(&full, 1);
    let _queued = full.submit(|| 1);
    let due = full.schedule_after(Duration::ZERO, || 2);
    thread::sleep(SOON * 3);
    // The timer is held up, so that nobody but the shutdown can end it: a task whose time is up is dropped there.
    struct Holds(Sender<()>, Gate);
    impl Drop for Holds {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
            self.1.pass();
        }
    }
    let (timer, held) = gate();
    let (holds, is_held) = channel();
    let other = pool(1);
    let (open_other, busy_other) = occupy(&other, 1);
    let holds = Holds(holds, held);
    let _late = other.submit_with(TaskOptions::new().timeout(Duration::ZERO), move |_| drop(holds));
    is_held.recv().unwrap();
    drop(open);
    full.shutdown();
    let is_done = due.is_done();
    drop((timer, open_other));
    busy_other.into_iter().for_each(|future| future.result().unwrap());
    assert!(is_done);
}
