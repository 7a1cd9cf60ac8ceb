//! blocking, as smol uses it. There is one for the whole program, and the environment says how large it is: it needs a
//! process of its own.

use super::{Await, Cancel, Execute, Pool, Submit};
use blocking::{Task, unblock};
use futures_lite::future::block_on;

pub(crate) struct Blocking;

impl Pool for Blocking {
    fn name() -> String {
        "blocking::unblock".to_owned()
    }

    fn start(workers: usize) -> Self {
        let said = std::env::var("BLOCKING_MAX_THREADS").ok().and_then(|said| said.parse().ok());
        assert_eq!(said, Some(workers), "whoever started this process says how large the pool is");
        Blocking
    }
}

impl Execute for Blocking {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        unblock(f).detach();
    }
}

impl Submit for Blocking {
    type Handle<T: Send + 'static> = Task<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        unblock(f)
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = Task<T>>,
        mut each: impl FnMut(T),
    ) {
        block_on(async {
            for handle in handles {
                each(handle.await);
            }
        });
    }
}

impl Await for Blocking {
    fn future<T: Send + 'static>(handle: Task<T>) -> impl Future<Output = T> {
        handle
    }
}

impl Cancel for Blocking {
    fn cancel<T: Send + 'static>(handle: Task<T>) {
        drop(handle);
    }
}
