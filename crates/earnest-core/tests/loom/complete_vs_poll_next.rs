//! A waiter is polled while what it watches is completed: it has the token, or its newest waker is woken. It may block
//! instead, even after a poll.

use earnest_core::{Waitable, Waiter, promise};
use earnest_sync::{model, thread};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

struct Flag(AtomicUsize);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn watch(waitable: &impl Waitable, waiter: &Waiter, token: usize) -> bool {
    waitable.watch(waiter.inbox(), token)
}

fn poll(waiter: &mut Waiter, flag: &Arc<Flag>) -> Poll<usize> {
    waiter.poll_next(&mut Context::from_waker(&Waker::from(flag.clone())))
}

fn flag() -> Arc<Flag> {
    Arc::new(Flag(AtomicUsize::new(0)))
}

#[test]
fn complete_vs_poll_next() {
    model("core::complete_vs_poll_next", || {
        let (promise, future) = promise::<Box<u32>>();
        let mut waiter = Waiter::new(1);
        assert!(watch(&future, &waiter, 0));
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        let flags = [flag(), flag()];
        let is_ready = flags.iter().any(|flag| poll(&mut waiter, flag).is_ready());
        producer.join().unwrap();
        if !is_ready {
            assert_eq!(flags[1].0.load(SeqCst), 1, "pending, hence the last waker was woken");
            assert_eq!(poll(&mut waiter, &flags[1]), Poll::Ready(0));
        }
        assert_eq!(*future.result().unwrap(), 7);
    });
}

#[test]
fn complete_vs_poll_next_of_two() {
    model("core::complete_vs_poll_next_of_two", || {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<()>()).unzip();
        let mut waiter = Waiter::new(2);
        futures.iter().enumerate().for_each(|(token, future)| assert!(watch(future, &waiter, token)));
        let producers: Vec<_> = promises
            .into_iter()
            .map(|promise| thread::spawn(move || promise.complete(()).unwrap()))
            .collect();
        let flag = flag();
        let mut n_ready = 0;
        while n_ready < 2 && poll(&mut waiter, &flag).is_ready() {
            n_ready += 1;
        }
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        if n_ready < 2 {
            assert_eq!(flag.0.load(SeqCst), 1, "pending, hence the last waker was woken");
        }
        (n_ready..2).for_each(|_| assert!(poll(&mut waiter, &flag).is_ready()));
        assert!(poll(&mut waiter, &flag).is_pending());
    });
}

#[test]
fn complete_vs_next_after_a_poll() {
    model("core::complete_vs_next_after_a_poll", || {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<()>()).unzip();
        let mut waiter = Waiter::new(2);
        futures.iter().enumerate().for_each(|(token, future)| assert!(watch(future, &waiter, token)));
        let producer =
            thread::spawn(move || promises.into_iter().for_each(|promise| promise.complete(()).unwrap()));
        let polled = poll(&mut waiter, &flag());
        if polled.is_pending() {
            assert_eq!(waiter.next(None), Some(0));
        }
        assert_eq!(waiter.next(None), Some(1));
        producer.join().unwrap();
    });
}
