//! A wait that is over leaves nothing in the futures that are still pending: a registration would be seen as memory.

use earnest_combinators::{CompletionSet, ReturnWhen, as_completed, as_completed_timeout, wait};
use earnest_core::{Future, promise};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

/// The system's allocator, keeping count of what the thread has allocated and not freed.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let _thread_is_ending = LIVE.try_with(|live| live.set(live.get() + bytes));
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[track_caller]
fn leaves_nothing(times: usize, mut f: impl FnMut()) {
    let times = if cfg!(miri) { 2 } else { times };
    // What is made once and kept: the side box of a future, room for registrations, what a thread needs.
    f();
    let before = LIVE.get();
    (0..times).for_each(|_| f());
    assert_eq!(LIVE.get() - before, 0);
}

#[test]
fn what_is_left_behind_would_be_seen() {
    let before = LIVE.get();
    let kept = Box::new([0_u8; 100]);
    assert_eq!(LIVE.get() - before, 100);
    drop(kept);
    assert_eq!(LIVE.get(), before);
}

#[test]
fn a_wait_that_runs_out_of_time() {
    let (_unkept, pending) = promise::<()>();
    leaves_nothing(10_000, || {
        let waited = wait([&pending], ReturnWhen::AllCompleted, Some(Duration::from_nanos(1)));
        assert_eq!(waited.not_done.len(), 1);
    });
}

#[test]
fn a_wait_that_ends_with_the_first() {
    let (_unkept, pending) = promise::<()>();
    leaves_nothing(1_000, || {
        let (promise, future) = promise();
        let mut completed = as_completed([&pending, &future]);
        promise.complete(()).unwrap();
        assert!(completed.next().unwrap().is_done());
        drop(completed);
        let waited = wait([&pending, &future], ReturnWhen::FirstCompleted, None);
        assert_eq!(waited.done.len(), 1);
    });
}

#[test]
fn an_iteration_that_is_never_begun_or_given_up() {
    let (_unkept, pending) = promise::<()>();
    leaves_nothing(1_000, || drop(as_completed([&pending])));
    let ready = Future::ready(());
    leaves_nothing(1_000, || {
        let mut completed = as_completed([&pending, &ready]);
        completed.next().unwrap();
    });
}

#[test]
fn an_iteration_that_runs_out_of_time() {
    let (_unkept, pending) = promise::<()>();
    leaves_nothing(1_000, || {
        let mut completed = as_completed_timeout([&pending], Duration::ZERO);
        let rest = completed.next().unwrap().unwrap_err().into_inner();
        assert_eq!(rest.len(), 1);
    });
}

#[test]
fn items_whose_iterator_panics() {
    let (_unkept, pending) = promise::<()>();
    // Unwinding without the panic hook, which may allocate on its own account.
    let items = || {
        let panicking = std::iter::from_fn(|| std::panic::resume_unwind(Box::new("no second")));
        std::iter::once(&pending).chain(panicking)
    };
    leaves_nothing(100, || {
        let caught = std::panic::catch_unwind(|| wait(items(), ReturnWhen::AllCompleted, None));
        assert!(caught.is_err());
        let caught = std::panic::catch_unwind(|| as_completed(items()));
        assert!(caught.is_err());
    });
}

#[test]
fn a_set_that_is_used_for_long() {
    let mut set = CompletionSet::new();
    let (_unkept, pending) = promise::<()>();
    set.push(pending);
    let n_items = if cfg!(miri) { 10 } else { 100 };
    leaves_nothing(10_000, || {
        let promises: Vec<_> = (0..n_items)
            .map(|_| {
                let (promise, future) = promise();
                set.push(future);
                promise
            })
            .collect();
        promises.into_iter().for_each(|promise| promise.complete(()).unwrap());
        (0..n_items).for_each(|_| set.next().unwrap().detach());
    });
}

#[test]
fn a_set_that_is_given_up() {
    let (_unkept, pending) = promise::<()>();
    leaves_nothing(1_000, || {
        let mut set: CompletionSet<_> = [&pending, &pending].into_iter().collect();
        assert!(set.next_timeout(Duration::ZERO).is_err());
    });
}

/// Within a callback, as on a worker's thread, it is kept what is waited for.
#[test]
fn a_wait_inside_of_a_callback_leaves_nothing_either() {
    let (_kept, pending) = promise::<()>();
    let (outer, future) = promise::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    future.add_done_callback(move |_| {
        leaves_nothing(1_000, || {
            let waited = wait([&pending], ReturnWhen::AllCompleted, Some(Duration::from_nanos(1)));
            assert_eq!(waited.not_done.len(), 1);
        });
        tell.send(()).unwrap();
    });
    outer.complete(()).unwrap();
    told.try_recv().expect("a panic in a callback is caught");
}
