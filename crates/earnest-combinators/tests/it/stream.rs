use crate::support::Threads;
use earnest_combinators::{CompletionSet, CompletionStream, as_completed};
use earnest_core::{ExecutorExt, Future, promise};
use futures_core::Stream;
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

/// Tells a channel that it was woken.
struct Told(mpsc::Sender<()>);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        // The one who polls may have gone.
        let _gone = self.0.send(());
    }
}

fn poll<S: Stream + Unpin>(stream: &mut S, waker: &Waker) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(waker))
}

/// What a runtime does: polls, and polls again when woken and not otherwise.
fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    loop {
        let (tell, told) = mpsc::channel();
        if let Poll::Ready(item) = poll(stream, &Waker::from(Arc::new(Told(tell)))) {
            return item;
        }
        told.recv().expect("the waker is woken, not dropped");
    }
}

#[test]
fn a_stream_yields_what_is_done_first_and_the_rest_as_it_completes() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise()).unzip();
    let [a, b] = <[_; 2]>::try_from(promises).unwrap();
    let mut stream = as_completed(futures.into_iter().chain([Future::ready(2)])).into_stream();
    assert_eq!(stream.size_hint(), (3, Some(3)));
    assert_eq!(next(&mut stream).unwrap().result().unwrap(), 2);
    let producer = thread::spawn(move || {
        b.complete(1).unwrap();
        a.complete(0).unwrap();
    });
    assert_eq!(next(&mut stream).unwrap().result().unwrap(), 1);
    assert_eq!(next(&mut stream).unwrap().result().unwrap(), 0);
    assert!(next(&mut stream).is_none());
    assert!(next(&mut stream).is_none(), "fused");
    producer.join().unwrap();
}

#[test]
fn every_wake_up_of_many_arrives() {
    let n_items = if cfg!(miri) { 20 } else { 1000 };
    let mut stream = as_completed((0..n_items).map(|n| Threads.submit(move || n))).into_stream();
    let mut sum = 0;
    while let Some(future) = next(&mut stream) {
        sum += future.result().unwrap();
    }
    assert_eq!(sum, n_items * (n_items - 1) / 2);
}

#[test]
fn the_latest_waker_is_woken_and_earlier_ones_are_dropped() {
    let (promise, future) = promise();
    let mut stream = as_completed([future]).into_stream();
    let (tell_first, first) = mpsc::channel();
    let (tell_last, last) = mpsc::channel();
    assert!(poll(&mut stream, &Waker::from(Arc::new(Told(tell_first)))).is_pending());
    assert!(poll(&mut stream, &Waker::from(Arc::new(Told(tell_last)))).is_pending());
    promise.complete(()).unwrap();
    assert_eq!(last.try_recv(), Ok(()));
    assert_eq!(first.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    assert!(poll(&mut stream, Waker::noop()).is_ready());
}

#[test]
fn a_stream_that_is_dropped_keeps_no_waker() {
    let (_open, future) = promise::<()>();
    let (tell, told) = mpsc::channel();
    let mut stream = as_completed([&future]).into_stream();
    assert!(poll(&mut stream, &Waker::from(Arc::new(Told(tell)))).is_pending());
    drop(stream);
    assert_eq!(told.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn a_set_s_stream_takes_what_is_pushed_and_ends_with_the_last_adder() {
    let mut stream = CompletionSet::new().into_stream();
    assert!(next(&mut stream).is_none());
    stream.get_mut().push(Future::ready(0));
    assert_eq!(next(&mut stream).unwrap().result().unwrap(), 0);
    let adder = stream.get_ref().adder();
    let other = thread::spawn(move || (1..100).for_each(|n| adder.push(Future::ready(n)).unwrap()));
    for n in 1..100 {
        assert_eq!(next(&mut stream).unwrap().result().unwrap(), n);
    }
    assert!(next(&mut stream).is_none());
    other.join().unwrap();
}

#[test]
fn the_last_adder_wakes_who_polls() {
    let mut stream = CompletionSet::<Future<()>>::new().into_stream();
    let adder = stream.get_ref().adder();
    let (tell, told) = mpsc::channel();
    assert!(poll(&mut stream, &Waker::from(Arc::new(Told(tell)))).is_pending());
    drop(adder);
    assert_eq!(told.try_recv(), Ok(()));
    assert!(matches!(poll(&mut stream, Waker::noop()), Poll::Ready(None)));
}

#[test]
fn blocking_and_polling_take_turns() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..4).map(|_| promise()).unzip();
    let mut promises: Vec<_> = promises.into_iter().map(Some).collect();
    let mut complete = |n: usize| promises[n].take().unwrap().complete(n).unwrap();
    let mut stream = futures.into_iter().collect::<CompletionSet<_>>().into_stream();
    assert!(poll(&mut stream, Waker::noop()).is_pending());
    assert!(stream.get_mut().next_timeout(Duration::from_nanos(1)).is_err());
    complete(0);
    assert_eq!(stream.get_mut().next().unwrap().result().unwrap(), 0);
    assert!(stream.get_mut().next_timeout(Duration::from_nanos(1)).is_err());
    assert!(poll(&mut stream, Waker::noop()).is_pending());
    complete(1);
    assert_eq!(next(&mut stream).unwrap().result().unwrap(), 1);
    assert!(poll(&mut stream, Waker::noop()).is_pending());
    complete(2);
    complete(3);
    assert!(stream.into_inner().map(|future| future.result().unwrap()).eq([2, 3]));
}

#[test]
fn wakers_that_panic_stop_nobody() {
    struct Panics(bool);
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            assert!(!self.0, "a waker panics");
        }
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            assert!(self.0, "a waker's destructor panics");
        }
    }
    for in_wake in [true, false] {
        let (promise, future) = promise();
        let mut stream = as_completed([future]).into_stream();
        let waker = Waker::from(Arc::new(Panics(in_wake)));
        assert!(poll(&mut stream, &waker).is_pending());
        // The stream has the last reference now.
        drop(waker);
        if !in_wake {
            assert!(poll(&mut stream, Waker::noop()).is_pending());
        }
        promise.complete(7).unwrap();
        assert_eq!(next(&mut stream).unwrap().result().unwrap(), 7);
    }
}

#[test]
fn a_stream_is_send_and_unpin_where_it_matters() {
    fn check<T: Send + Unpin>() {}
    check::<CompletionStream<CompletionSet<Future<u32>>>>();
}
