use earnest_core::{Executor, ExecutorExt, InlineExecutor, ManualExecutor, Refusal, Refused, Runnable};
use earnest_testing::Events;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;

/// Counts how often it is dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn counted() -> (Arc<AtomicUsize>, Counted) {
    let dropped = Arc::new(AtomicUsize::new(0));
    (dropped.clone(), Counted(dropped))
}

#[test]
fn closures_of_any_size_are_called_once_with_what_they_captured() {
    let (tell, told) = channel();
    let manual = ManualExecutor::new();
    let (dropped, captured) = counted();
    let (large, small, unaligned) = ([7_u64; 40], 3_u8, (1_u8, 2_u16));
    let to = tell.clone();
    manual.execute(move || to.send(u64::from(small)).unwrap()).unwrap();
    let to = tell.clone();
    manual.execute(move || to.send(large.iter().sum()).unwrap()).unwrap();
    let to = tell.clone();
    manual.execute(move || to.send(u64::from(unaligned.0) + u64::from(unaligned.1)).unwrap()).unwrap();
    manual.execute(move || drop(captured)).unwrap();
    manual.execute(|| ()).unwrap();
    assert_eq!(manual.pending(), 5);
    manual.run_all();
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [3, 280, 3]);
    assert_eq!(dropped.load(SeqCst), 1);
}

#[test]
fn a_runnable_is_five_pointers_wide() {
    assert_eq!(size_of::<Runnable>(), 5 * size_of::<usize>());
}

#[test]
fn over_aligned_captures_keep_their_alignment() {
    #[repr(align(32))]
    struct Aligned(u8);
    let aligned = Aligned(5);
    let (tell, told) = channel();
    let to = tell.clone();
    InlineExecutor
        .execute(move || {
            let aligned = &aligned;
            to.send((core::ptr::from_ref(aligned).addr() % 32, aligned.0)).unwrap();
        })
        .unwrap();
    assert_eq!(told.recv().unwrap(), (0, 5));
}

#[test]
fn one_that_is_dropped_unrun_drops_its_captures_and_is_reported() {
    let events = Events::record();
    let manual = ManualExecutor::new();
    let (dropped, captured) = counted();
    manual.execute(move || drop(captured)).unwrap();
    let line = line!() - 1;
    assert_eq!(manual.abandon_all(), 1);
    assert_eq!(dropped.load(SeqCst), 1);
    let reports = events.containing(&format!("detached.rs:{line}:"));
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].starts_with("WARN"), "{}", reports[0]);
}

#[test]
fn a_panic_is_reported_with_the_place_it_was_submitted_at() {
    let events = Events::record();
    InlineExecutor.execute(|| panic!("detached: a panic")).unwrap();
    let line = line!() - 1;
    let reports = events.containing("detached: a panic");
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].starts_with("ERROR") && reports[0].contains(&format!("detached.rs:{line}:")));
}

#[test]
fn destructors_that_panic_kill_nobody() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("detached: a destructor");
        }
    }
    let manual = ManualExecutor::new();
    let bomb = Bomb;
    manual.execute(move || drop(bomb)).unwrap();
    assert_eq!(manual.run_all(), 1);
    let bomb = Bomb;
    manual.execute(move || drop(bomb)).unwrap();
    assert_eq!(manual.abandon_all(), 1);
}

/// Asks of each task to be told of its end, and hands it on.
struct Hooked<E> {
    ended: Arc<AtomicUsize>,
    inner: E,
}

impl<E: Executor> Executor for Hooked<E> {
    fn spawn(&self, mut task: Runnable) -> Result<(), Refused> {
        let ended = self.ended.clone();
        task.when_over(move || _ = ended.fetch_add(1, SeqCst));
        self.inner.spawn(task)
    }
}

#[test]
fn an_executor_can_ask_of_it_what_it_asks_of_others() {
    let (ended, manual) = (Arc::new(AtomicUsize::new(0)), ManualExecutor::new());
    let hooked = Hooked { ended: ended.clone(), inner: manual.clone() };
    let ran = Arc::new(AtomicUsize::new(0));
    let count = ran.clone();
    hooked.execute(move || _ = count.fetch_add(1, SeqCst)).unwrap();
    assert_eq!(ended.load(SeqCst), 0);
    manual.run_all();
    assert_eq!((ran.load(SeqCst), ended.load(SeqCst)), (1, 1));

    // Refused after that, it has ended, and no closure comes back.
    manual.close();
    let (dropped, captured) = counted();
    hooked.execute(move || drop(captured)).unwrap();
    assert_eq!((dropped.load(SeqCst), ended.load(SeqCst)), (1, 2));
}

#[test]
fn a_refused_one_comes_back_with_what_it_captured() {
    let manual = ManualExecutor::new();
    manual.close();
    let (dropped, captured) = counted();
    let refused = manual.execute(move || drop(captured)).unwrap_err();
    assert!(matches!(refused.reason(), Refusal::Rejected));
    assert_eq!(dropped.load(SeqCst), 0);
    refused.into_inner()();
    assert_eq!(dropped.load(SeqCst), 1);
}

/// Gives back another task than it was given.
struct Swaps(std::sync::Mutex<Option<Runnable>>);

impl Executor for Swaps {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        match self.0.lock().unwrap().replace(task) {
            None => Ok(()),
            Some(task) => Err(Refused { task, reason: Refusal::Full }),
        }
    }
}

#[test]
fn a_task_that_comes_back_for_another_is_not_taken_for_it() {
    let swaps = Swaps(std::sync::Mutex::new(None));
    let (first_dropped, first) = counted();
    swaps.execute(move || drop(first)).unwrap();
    let number = 7_u64;
    // Another type: what comes back is no such closure, and is abandoned. Ours is where the executor put it.
    swaps.execute(move || assert_eq!(number, 7)).unwrap();
    assert_eq!(first_dropped.load(SeqCst), 1);
    swaps.0.lock().unwrap().take().unwrap().run();
}

/// Ends a task by its expiry, now or later, and refuses it.
struct Expires {
    at_once: bool,
    kept: std::sync::Mutex<Option<earnest_core::Expiry>>,
}

impl Executor for Expires {
    fn spawn(&self, mut task: Runnable) -> Result<(), Refused> {
        let expiry = task.expiry();
        if self.at_once {
            expiry.expire();
        }
        *self.kept.lock().unwrap() = Some(expiry);
        Err(Refused { task, reason: Refusal::Rejected })
    }
}

#[test]
fn a_closure_does_not_come_back_from_who_has_had_others_know_of_it() {
    for at_once in [true, false] {
        let expires = Expires { at_once, kept: std::sync::Mutex::new(None) };
        let (dropped, captured) = counted();
        let future = expires.try_submit(move || drop(captured)).unwrap();
        assert_eq!(dropped.load(SeqCst), 1, "once");
        if let Some(expiry) = expires.kept.lock().unwrap().take() {
            expiry.expire();
        }
        assert!(future.result().is_err());
        assert_eq!(dropped.load(SeqCst), 1, "once");
    }
}

/// Runs each task within `execute`, and says how many words it took.
struct Measures(std::cell::Cell<usize>);

impl Executor for Measures {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.0.set(task.n_words());
        task.run();
        Ok(())
    }
}

#[test]
fn none_takes_more_words_than_is_said_and_some_take_as_many() {
    let measures = Measures(std::cell::Cell::default());
    let (small, large) = ([1_usize; 3], [1_usize; 40]);
    measures.execute(move || assert_eq!(small.len(), small.iter().sum())).unwrap();
    assert_eq!(measures.0.get(), Runnable::WIDEST);
    measures.execute(move || assert_eq!(large.len(), large.iter().sum())).unwrap();
    assert!(measures.0.get() <= Runnable::WIDEST);
    measures.execute(|| ()).unwrap();
    assert!(measures.0.get() < Runnable::WIDEST);
}
