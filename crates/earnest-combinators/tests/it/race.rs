use crate::support::{Manual, panic_of};
use earnest_combinators::{EntrantsExt, first_ok, race};
use earnest_core::{ExecutorExt, Future, promise};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn the_first_to_settle_wins() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| promise()).unzip();
    let first = race(futures);
    let [a, b, c] = <[_; 3]>::try_from(promises).unwrap();
    b.complete("b").unwrap();
    assert!(!a.is_cancelled() && !c.is_cancelled(), "losers are left alone");
    assert_eq!((a.complete("a"), c.complete("c")), (Ok(()), Ok(())));
    assert_eq!(first.result().unwrap(), (1, "b"));
}

#[test]
fn of_those_that_are_done_the_first_in_input_order_wins() {
    let (_open, pending) = promise();
    assert_eq!(race([pending, Future::ready(1), Future::ready(2)]).result().unwrap(), (1, 1));
    let (_open, pending) = promise();
    assert_eq!(first_ok([pending, Future::ready(1), Future::ready(2)]).result().unwrap(), (1, 1));
}

#[test]
fn an_error_wins_a_race_as_well() {
    let (fails, failing) = promise();
    let (_open, pending) = promise::<()>();
    let first = race([failing, pending]);
    fails.fail("on purpose");
    assert!(first.result().unwrap_err().is_failed());
}

#[test]
fn a_race_of_none_is_abandoned() {
    assert!(race(Vec::<Future<()>>::new()).result().unwrap_err().is_abandoned());
    assert!(first_ok(Vec::<Future<()>>::new()).result().unwrap_err().is_abandoned());
}

#[test]
fn the_first_value_wins_whatever_has_failed_before() {
    let (fails, failing) = promise();
    let (promise, future) = promise();
    let first = first_ok([failing, future]);
    fails.fail("on purpose");
    assert!(!first.is_done());
    promise.complete(7).unwrap();
    assert_eq!(first.result().unwrap(), (1, 7));
}

#[test]
fn when_all_have_failed_the_last_error_is_the_whole_s() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| promise::<()>()).unzip();
    let first = first_ok(futures);
    let [a, b, c] = <[_; 3]>::try_from(promises).unwrap();
    c.fail("c");
    drop(b);
    a.fail("the last");
    assert!(first.result().unwrap_err().to_string().contains("the last"));
}

#[test]
fn losers_are_cancelled_if_so_wanted_and_only_those_that_have_not_begun() {
    for begin in [false, true] {
        let executor = Manual::default();
        let (running, ran) = promise();
        let runs = Arc::new(AtomicUsize::new(0));
        let count = runs.clone();
        let first = first_ok([executor.submit(move || count.fetch_add(1, SeqCst)), ran].cancel_losers());
        if begin {
            assert!(running.start());
            executor.run_all();
            assert!(!running.is_cancelled());
            assert!(running.complete(7).is_ok(), "begun, and so left alone");
        } else {
            running.complete(7).unwrap();
            executor.run_all();
            assert_eq!(runs.load(SeqCst), 0);
        }
        assert_eq!(first.result().unwrap(), if begin { (0, 0) } else { (1, 7) });
    }
}

#[test]
fn cancelling_a_race_cancels_what_has_not_begun() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<()>()).unzip();
    let first = race(futures);
    assert!(promises[0].start());
    assert!(first.cancel());
    assert_eq!((promises[0].is_cancelled(), promises[1].is_cancelled()), (false, true));
    assert!(first.result().unwrap_err().is_cancelled());
}

#[test]
fn a_decided_race_keeps_nothing_of_the_winner() {
    let value = Arc::new(());
    let (_open, pending) = promise();
    let first = race([Future::ready(value.clone()), pending]);
    drop(first.result());
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_callback_of_the_winner_has_run_when_the_race_is_seen() {
    let (promise, future) = promise();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    future.add_done_callback(move |_| {
        count.fetch_add(1, SeqCst);
    });
    let first = race([future]);
    let producer = std::thread::spawn(move || promise.complete(()).unwrap());
    first.wait();
    assert_eq!(calls.load(SeqCst), 1);
    producer.join().unwrap();
}

#[test]
fn a_panic_of_the_items_passes_through() {
    let items = || [0, 1].into_iter().map(|n| if n == 0 { Future::ready(n) } else { panic!("no second") });
    assert_eq!(panic_of(|| race(items())), "no second");
    assert_eq!(panic_of(|| first_ok(items().cancel_losers())), "no second");
}
