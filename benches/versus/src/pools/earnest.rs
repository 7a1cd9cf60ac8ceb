//! Ours.

use super::{Await, Cancel, Execute, Pool, Shutdown, Submit};
use earnest::{Future, ThreadPoolExecutor};

pub(crate) struct Earnest(pub(crate) ThreadPoolExecutor);

impl Pool for Earnest {
    fn name() -> String {
        "earnest".to_owned()
    }

    fn start(workers: usize) -> Self {
        Earnest(
            ThreadPoolExecutor::builder().max_workers(workers).build().expect("these settings are a pool"),
        )
    }

    fn end(self) {
        self.0.shutdown();
    }
}

impl Execute for Earnest {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.execute(f).expect("the pool takes it");
    }
}

impl Submit for Earnest {
    type Handle<T: Send + 'static> = Future<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Future<T> {
        self.0.submit(f)
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = Future<T>>,
        mut each: impl FnMut(T),
    ) {
        handles.into_iter().for_each(|handle| each(handle.result().expect("it does not fail")));
    }
}

impl Await for Earnest {
    async fn future<T: Send + 'static>(handle: Future<T>) -> T {
        handle.await.expect("it does not fail")
    }
}

impl Cancel for Earnest {
    fn cancel<T: Send + 'static>(handle: Future<T>) {
        assert!(handle.cancel(), "it has not begun");
    }
}

impl Shutdown for Earnest {
    fn shut_down(self) {
        let settings = earnest::Shutdown { cancel_pending: true, ..earnest::Shutdown::default() };
        self.0.shutdown_with(settings).expect("it has no time limit");
    }

    fn has_ended<T: Send + 'static>(handle: &Future<T>) -> bool {
        handle.is_done()
    }
}
