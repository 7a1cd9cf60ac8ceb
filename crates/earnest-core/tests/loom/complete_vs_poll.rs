//! A future is polled while it is completed: it is ready, or its newest waker is woken.

use earnest_core::{Needs, promise};
use earnest_sync::{model, thread};
use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

struct Flag(AtomicUsize);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn complete_vs_poll() {
    model("core::complete_vs_poll", || {
        let (promise, mut future) = promise::<Box<u32>>();
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        let wakers = [(); 2].map(|()| Arc::new(Flag(AtomicUsize::new(0))));
        let mut ready = None;
        for flag in &wakers {
            let waker = Waker::from(flag.clone());
            if let Poll::Ready(value) = Pin::new(&mut future).poll(&mut Context::from_waker(&waker)) {
                ready = Some(value.unwrap());
                break;
            }
        }
        producer.join().unwrap();
        let woken = wakers.each_ref().map(|flag| flag.0.load(SeqCst));
        let value = ready.unwrap_or_else(|| {
            assert_eq!(woken[1], 1, "pending, hence the last waker was woken");
            future.result().unwrap()
        });
        assert_eq!(*value, 7);
        assert!(woken.iter().sum::<usize>() <= 2);
    });
}

/// The side box is made by one thread and used by the other, and what is put there is heard of.
#[test]
fn sources_vs_poll() {
    model("core::sources_vs_poll", || {
        let (promise, mut future) = promise::<u32>();
        let (_kept, source) = earnest_core::promise::<u32>();
        let giver = thread::spawn(move || {
            promise.comes_from_many(Arc::new([source.cancel_handle()]), Needs::All);
            promise
        });
        let flag = Arc::new(Flag(AtomicUsize::new(0)));
        let waker = Waker::from(flag.clone());
        assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
        giver.join().unwrap().complete(7).unwrap();
        assert_eq!(flag.0.load(SeqCst), 1);
        assert_eq!(future.result().unwrap(), 7);
    });
}
