//! Async blocks on a pool's workers.

use crate::admit::Entry;
use crate::schedule::End;
use crate::shared::Shared;
use core::future::Future as AsyncBlock;
use core::panic::Location;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use earnest_core::{
    Dismissal, Error, Future, Needs, Panic, Promise, TaskEnd, TaskSpan, promise, run_caught, task,
};
use earnest_sync::{
    AtomicUsize, Mutex,
    Ordering::{Acquire, Relaxed, Release, SeqCst},
    fence, mutant, window,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::task::Wake;

/// One async block, which is polled by tasks of the pool: one at a time, whenever it has been woken.
struct AsyncTask<F: AsyncBlock> {
    pool: Arc<Shared>,
    location: &'static Location<'static>,
    /// Entered whenever it is polled. Gone at the end, as wakers may be kept for longer.
    span: Option<Mutex<Option<Arc<TaskSpan>>>>,
    /// Says whose the rest is, and does not publish it: that lies behind locks. Who moves the state has left the block's lock
    /// before, and who moves it on takes that lock afterwards. Had the latter come first there, the former would have moved
    /// the state only after it had been seen to. The promise is back behind its lock before anybody can have the turn to poll,
    /// and whoever settles it has that turn, or comes after a poll.
    ///
    /// Only a wake and the poll that follows it have an ordering of their own: what the waker did before is seen there.
    state: AtomicUsize,
    /// Gone while it is polled, and when it has come to its end. It is that one's who has moved the state.
    block: Mutex<Option<Pin<Box<F>>>>,
    /// Gone when it has been settled. As above; who cancels leaves it alone.
    promise: Mutex<Option<Promise<F::Output>>>,
    /// Among what ends with the pool.
    number: OnceLock<u64>,
}

/// Waits to be woken: --> QUEUED, ENDED.
const IDLE: usize = 0;
/// A task that polls it is queued, or is about to be: --> POLLED, ENDED.
const QUEUED: usize = 1;
/// It is being polled: --> IDLE, WOKEN, ENDED.
const POLLED: usize = 2;
/// It has been woken while it is polled, and will be polled again: --> QUEUED, ENDED.
const WOKEN: usize = 3;
/// There is nothing left to be done.
const ENDED: usize = 4;

impl Shared {
    #[track_caller]
    pub(crate) fn spawn_async<F>(self: &Arc<Shared>, block: F) -> Future<F::Output>
    where
        F: AsyncBlock + Send + 'static,
        F::Output: Send + 'static,
    {
        let location = Location::caller();
        let (promise, future) = promise();
        let span = TaskSpan::of_task(|| future.id(), None, location);
        let this = Arc::new(AsyncTask {
            pool: self.clone(),
            location,
            span: (!span.is_none()).then(|| Mutex::new(Some(Arc::new(span)))),
            state: AtomicUsize::new(QUEUED),
            block: Mutex::new(Some(Box::pin(block))),
            promise: Mutex::new(None),
            number: OnceLock::new(),
        });
        let cancelled = Arc::downgrade(&this);
        promise.on_cancel(move || {
            if let Some(this) = cancelled.upgrade() {
                this.is_cancelled();
            }
        });
        *this.promise.lock() = Some(promise);
        let number = self.scheduled.insert(this.clone());
        let is_open = number.is_some();
        if let Some(number) = number {
            let _once = this.number.set(number);
        }
        if is_open {
            this.queue(Entry::Async);
        } else {
            this.finish(Err(self.refused()));
        }
        future
    }
}

impl<F> AsyncTask<F>
where
    F: AsyncBlock + Send + 'static,
    F::Output: Send + 'static,
{
    /// Has it polled by a worker. The state is `QUEUED`, by this thread's doing.
    fn queue(self: &Arc<Self>, entry: Entry) {
        let turn = Turn(Some(self.clone()));
        let (task, polled) = task(move || turn.take());
        // Who waits for the block waits for this, and can run it in place.
        let promise = self.promise.lock().take();
        if let Some(promise) = promise {
            promise.comes_from_many(Arc::from([polled.cancel_handle()]), Needs::All);
            *self.promise.lock() = Some(promise);
        }
        polled.detach();
        if let Err(refused) = self.pool.spawn(task, entry) {
            self.is_over(self.pool.refused());
            refused.task.dismiss(Dismissal::Cancelled);
        }
    }

    /// It will not be polled again, although it was its turn.
    fn is_over(&self, error: Error) {
        // ORDERING: Relaxed; see `AsyncTask::state`.
        if self.state.compare_exchange(QUEUED, ENDED, Relaxed, Relaxed).is_ok() {
            self.finish(Err(error));
        }
    }

    /// As a task of the pool.
    fn poll(self: Arc<Self>) {
        // ORDERING: Acquire; pairs with the release of each wake that found the block queued or polled.
        if self.state.compare_exchange(QUEUED, POLLED, Acquire, Relaxed).is_err() {
            return;
        }
        let Some(mut block) = self.block.lock().take() else { return };
        let waker = Waker::from(self.clone());
        let mut context = Context::from_waker(&waker);
        let mut poll = || catch_unwind(AssertUnwindSafe(|| block.as_mut().poll(&mut context)));
        let span = self.span.as_ref().and_then(|span| span.lock().clone());
        let polled = match span {
            Some(span) => span.run(poll),
            None => poll(),
        };
        if matches!(polled, Ok(Poll::Pending)) {
            return self.is_pending(block);
        }
        drop_block(block);
        match polled {
            Ok(Poll::Ready(value)) => self.finish(Ok(value)),
            Ok(Poll::Pending) => {}
            Err(payload) => self.finish(Err(Error::Panicked(Panic::new(payload, self.location)))),
        }
    }

    fn is_pending(self: &Arc<Self>, block: Pin<Box<F>>) {
        *self.block.lock() = Some(block);
        window!("block_back_not_idle");
        // ORDERING: Relaxed, here and below; see `AsyncTask::state`.
        if self.state.compare_exchange(POLLED, IDLE, Relaxed, Relaxed).is_ok() {
            // ORDERING: SeqCst; pairs with the fence in `end`: either the pool is seen to be closed here, or
            // whoever closes it sees that the block waits, and ends it.
            if !mutant!("pending_without_fence") {
                fence(SeqCst);
            }
            if self.pool.sleep.counts().is_closed() {
                self.end();
            }
        } else if self.state.compare_exchange(WOKEN, QUEUED, Relaxed, Relaxed).is_ok() {
            // What the waker released is still to be had: a read-modify-write carries it on.
            // Behind what is queued already: a block that wakes itself does not keep others from running.
            self.queue(Entry::Again);
        } else {
            // It was cancelled meanwhile.
            self.drop_block();
        }
    }

    /// Its future was cancelled, and settles without our help.
    fn is_cancelled(&self) {
        // Whoever polls it finds out afterwards.
        // ORDERING: Relaxed; see `AsyncTask::state`.
        if matches!(self.state.swap(ENDED, Relaxed), IDLE | QUEUED) {
            self.drop_block();
        }
        self.forget();
        self.span_ends(TaskEnd::Cancelled);
    }

    /// By the one whose it is.
    fn finish(&self, result: Result<F::Output, Error>) {
        // ORDERING: Relaxed; see `AsyncTask::state`.
        self.state.swap(ENDED, Relaxed);
        self.drop_block();
        self.forget();
        self.span_ends(TaskEnd::of(&result));
        let promise = self.promise.lock().take();
        if let Some(promise) = promise {
            promise.settle(result);
        }
    }

    fn span_ends(&self, end: TaskEnd) {
        let span = self.span.as_ref().and_then(|span| span.lock().take());
        span.into_iter().for_each(|span| span.ends(end.as_str()));
    }

    fn drop_block(&self) {
        let block = self.block.lock().take();
        block.into_iter().for_each(drop_block);
    }

    /// It need not be ended with the pool.
    fn forget(&self) {
        self.number.get().into_iter().for_each(|number| self.pool.scheduled.remove(*number));
    }

    /// Whether it is to be queued by the caller.
    fn is_to_be_queued(&self) -> bool {
        // ORDERING: Relaxed; the exchange below decides.
        let mut seen = self.state.load(Relaxed);
        loop {
            let next = match seen {
                IDLE => QUEUED,
                POLLED if !mutant!("wake_while_polled_lost") => WOKEN,
                // It will be polled anyway, and that poll is to see what was done before this wake: the exchange releases it.
                QUEUED | WOKEN if !mutant!("wake_unseen") => seen,
                _ => return false,
            };
            // ORDERING: Release; pairs with the acquire of `poll`: that sees what was done before this wake.
            match self.state.compare_exchange(seen, next, Release, Relaxed) {
                Ok(_) => return seen == IDLE,
                Err(actual) => seen = actual,
            }
        }
    }
}

fn drop_block<F>(block: Pin<Box<F>>) {
    run_caught("the destructor of an async block", || drop(block));
}

/// The turn of an async block to be polled. Where it is dropped, nobody will.
struct Turn<F>(Option<Arc<AsyncTask<F>>>)
where
    F: AsyncBlock + Send + 'static,
    F::Output: Send + 'static;

impl<F> Turn<F>
where
    F: AsyncBlock + Send + 'static,
    F::Output: Send + 'static,
{
    fn take(mut self) {
        self.0.take().into_iter().for_each(AsyncTask::poll);
    }
}

impl<F> Drop for Turn<F>
where
    F: AsyncBlock + Send + 'static,
    F::Output: Send + 'static,
{
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            // The queue was emptied: as the pool is broken, or has no worker and could start none, or by who shuts it down.
            let is_shut_down = task.pool.sleep.counts().is_closed();
            let error = match task.pool.refused() {
                Error::Rejected if is_shut_down => Error::Cancelled,
                error => error,
            };
            task.is_over(error);
        }
    }
}

impl<F> Wake for AsyncTask<F>
where
    F: AsyncBlock + Send + 'static,
    F::Output: Send + 'static,
{
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.is_to_be_queued() {
            self.queue(Entry::Async);
        }
    }
}

impl<F> End for AsyncTask<F>
where
    F: AsyncBlock + Send + 'static,
    F::Output: Send + 'static,
{
    /// The pool is closed: what is queued is still polled, and what waits to be woken ends.
    fn end(&self) {
        // ORDERING: SeqCst; pairs with the fence in `is_pending`. The pool has been closed before.
        fence(SeqCst);
        // ORDERING: Relaxed; see `AsyncTask::state`.
        if self.state.compare_exchange(IDLE, ENDED, Relaxed, Relaxed).is_ok() {
            self.finish(Err(Error::Abandoned));
        }
    }
}
