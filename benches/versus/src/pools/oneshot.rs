//! What users of a pool without results do: one channel for each task.

use super::{Await, Execute, ExecutorsStealing, Pool, Shutdown, Submit};
use oneshot::Receiver;

pub(crate) struct Oneshot<P>(P);

impl<P: Pool> Pool for Oneshot<P> {
    fn name() -> String {
        format!("{} + oneshot", P::name())
    }

    fn start(workers: usize) -> Self {
        Oneshot(P::start(workers))
    }

    fn end(self) {
        self.0.end();
    }
}

impl<P: Execute> Submit for Oneshot<P> {
    type Handle<T: Send + 'static> = Receiver<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
        let (sender, receiver) = oneshot::channel();
        // Nobody may be there to receive it.
        self.0.execute(move || _ = sender.send(f()));
        receiver
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = Receiver<T>>,
        mut each: impl FnMut(T),
    ) {
        handles.into_iter().for_each(|handle| each(handle.recv().expect("it does not fail")));
    }
}

impl<P: Execute> Await for Oneshot<P> {
    async fn future<T: Send + 'static>(handle: Receiver<T>) -> T {
        handle.await.expect("it does not fail")
    }
}

/// Its tasks are dropped, and their senders with them.
impl Shutdown for Oneshot<ExecutorsStealing> {
    fn shut_down(self) {
        self.end();
    }

    fn has_ended<T: Send + 'static>(handle: &Receiver<T>) -> bool {
        handle.is_closed() || handle.has_message()
    }
}
