use crate::support::{Manual, Threads, panic_of};
use earnest_combinators::{EntrantsExt, as_completed, join_all, race, try_join_all};
use earnest_core::{ExecutorExt, Future, promise};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

/// Counts its drops, and panics in them if told to.
struct Dropped(Arc<AtomicUsize>, bool);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
        assert!(!self.1, "a destructor panics");
    }
}

#[test]
fn outcomes_are_in_input_order_whatever_the_order_of_completion() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| promise()).unzip();
    let all = join_all(futures);
    let mut promises: Vec<_> = promises.into_iter().map(Some).collect();
    for n in [2, 0, 1] {
        assert!(!all.is_done());
        promises[n].take().unwrap().complete(n).unwrap();
    }
    assert!(all.result().unwrap().into_iter().map(Result::unwrap).eq(0..3));
}

#[test]
fn of_none_there_is_an_empty_list() {
    assert!(join_all(Vec::<Future<()>>::new()).result().unwrap().is_empty());
    assert!(try_join_all(Vec::<Future<()>>::new()).result().unwrap().is_empty());
}

#[test]
fn of_futures_that_are_done_it_is_done_at_once() {
    assert!(join_all([Future::ready(1), Future::ready(2)]).is_done());
    assert!(try_join_all([Future::ready(1), Future::ready(2)]).is_done());
}

#[test]
fn errors_take_their_places_among_the_outcomes() {
    let (fails, failing) = promise();
    let (unkept, abandoned) = promise();
    let (_never_asked, cancelled) = promise();
    assert!(cancelled.cancel());
    let all = join_all([Future::ready(1), failing, abandoned, cancelled]);
    fails.fail("on purpose");
    drop(unkept);
    let outcomes = all.result().unwrap();
    assert_eq!(*outcomes[0].as_ref().unwrap(), 1);
    assert!(outcomes[1].as_ref().unwrap_err().is_failed());
    assert!(outcomes[2].as_ref().unwrap_err().is_abandoned());
    assert!(outcomes[3].as_ref().unwrap_err().is_cancelled());
}

#[test]
fn the_first_error_wins_and_leaves_the_others_alone() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| promise::<()>()).unzip();
    let all = try_join_all(futures);
    let [a, b, c] = <[_; 3]>::try_from(promises).unwrap();
    b.fail("the first");
    assert!(all.is_done());
    assert!(!a.is_cancelled() && !c.is_cancelled());
    c.fail("the second");
    a.complete(()).unwrap();
    assert!(all.result().unwrap_err().to_string().contains("the first"));
}

#[test]
fn losers_are_cancelled_when_the_error_is_seen() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| promise::<()>()).unzip();
    let all = try_join_all(futures.cancel_losers());
    let [a, b, c] = <[_; 3]>::try_from(promises).unwrap();
    let seen = thread::spawn(move || {
        let error = all.result().unwrap_err();
        (error.is_failed(), a.is_cancelled(), c.is_cancelled())
    });
    b.fail("on purpose");
    assert_eq!(seen.join().unwrap(), (true, true, true));
}

#[test]
fn an_error_passes_through_as_what_it_is() {
    let executor = Manual::default();
    let all = try_join_all([executor.submit(|| panic!("at work")), executor.submit(|| 1)]);
    executor.run_all();
    let panic = all.result().unwrap_err().into_panic().unwrap();
    assert_eq!(panic.message(), Some("at work"));

    let (_promise, future) = promise::<()>();
    let handle = future.cancel_handle();
    let all = try_join_all([future]);
    handle.cancel();
    assert!(all.is_cancelled());
}

#[test]
fn cancelling_it_cancels_what_has_not_begun() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let submit = || {
        let runs = runs.clone();
        executor.submit(move || runs.fetch_add(1, SeqCst))
    };
    let all = join_all([submit(), submit()]);
    let all_or_none = try_join_all([submit(), submit()]);
    executor.run_next();
    assert!(all.cancel() && all_or_none.cancel());
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 1, "the one that had run");
    assert!(all.result().unwrap_err().is_cancelled());
}

#[test]
fn dropping_it_detaches_the_tasks() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    drop(join_all([executor.submit(move || count.fetch_add(1, SeqCst))]));
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 1);
}

#[test]
fn what_came_before_the_error_is_dropped_once() {
    let drops = Arc::new(AtomicUsize::new(0));
    let value = |panics| Dropped(drops.clone(), panics);
    let (promises, futures): (Vec<_>, Vec<_>) = (0..4).map(|_| promise()).unzip();
    let all = try_join_all(futures);
    let [a, b, c, d] = <[_; 4]>::try_from(promises).unwrap();
    assert!(a.complete(value(false)).is_ok());
    // A destructor that panics stops neither the decision nor other destructors.
    assert!(b.complete(value(true)).is_ok());
    assert_eq!(drops.load(SeqCst), 0);
    c.fail("on purpose");
    assert!(d.complete(value(true)).is_ok());
    assert!(all.result().is_err_and(|error| error.is_failed()));
    assert_eq!(drops.load(SeqCst), 3);
}

#[test]
fn one_future_of_many_is_a_future_like_any_other() {
    let joined = join_all([Threads.submit(|| 1), Threads.submit(|| 2)]).map(|outcomes| outcomes.len());
    let raced = race([Threads.submit(|| 3)]).map(|(index, _)| index);
    let mut sizes: Vec<usize> =
        as_completed([joined, raced]).map(|future| future.result().unwrap()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [0, 2]);
    let nested = try_join_all([try_join_all([Future::ready(1)]), try_join_all([Future::ready(2)])]);
    assert_eq!(nested.result().unwrap(), [[1], [2]]);
}

#[test]
fn a_hundred_thousand_futures_are_no_trouble() {
    let n = if cfg!(miri) { 30 } else { 100_000_u64 };
    let (promises, futures): (Vec<_>, Vec<_>) = (0..n).map(|_| promise()).unzip();
    let all = try_join_all(futures);
    let producer = thread::spawn(move || {
        promises.into_iter().zip(0..).for_each(|(promise, n)| promise.complete(n).unwrap());
    });
    assert!(all.result().unwrap().into_iter().eq(0..n));
    producer.join().unwrap();
}

#[test]
fn a_panic_of_the_items_passes_through() {
    let items = || [0, 1].into_iter().map(|n| if n == 0 { Future::ready(n) } else { panic!("no second") });
    assert_eq!(panic_of(|| join_all(items())), "no second");
    assert_eq!(panic_of(|| try_join_all(items())), "no second");
}
