//! A future is polled while it is completed: it is ready, or its newest waker is woken.

use earnest_core::promise;
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
