//! Blocking until a future is done, by each of its handles.

use crate::awaited::Awaited;
use crate::cancel_on_drop::CancelOnDrop;
use crate::consumer::Consumer;
use crate::deadlock::Deadlock;
use crate::error::{Error, TimedOut};
use crate::future::Future;
use crate::settling::Settling;
use crate::shared::SharedFuture;
use crate::waiter::{Single, deadline_after, spin_until, with_single};
use crate::worker;
use core::time::Duration;
use earnest_sync::CAN_BLOCK;
use std::time::Instant;

impl<T> Consumer<T> {
    /// Blocks until the outcome can be seen. `false`: the deadline has passed.
    ///
    /// # Errors
    ///
    /// [`Deadlock`], where it never could be.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Result<bool, Deadlock> {
        if self.is_visible() {
            return Ok(true);
        }
        if deadline.is_none() && !Settling::any() {
            worker::with_current(|worker| worker.is_some_and(|worker| worker.runs_newest(self.cell())));
        }
        self.wait_on(deadline)
    }

    /// The same for what this thread has not queued last.
    fn wait_on(&self, deadline: Option<Instant>) -> Result<bool, Deadlock> {
        if self.is_visible() {
            return Ok(true);
        }
        let is_untimed = deadline.is_none();
        let on = Awaited::Cell(self.cell());
        on.unless_held_up(deadline)?;
        if !CAN_BLOCK {
            return Err(Deadlock::alone());
        }
        worker::with_current(|worker| {
            if is_untimed {
                // The common case of a worker, without the means to block.
                let ran = || worker.is_some_and(|worker| worker.runs_instead(&on));
                while ran() {
                    if self.is_visible() {
                        return Ok(true);
                    }
                }
            }
            if spin_until(deadline, || self.view().is_settled()) {
                return Ok(true);
            }
            if worker.is_none() {
                on.unless_alone(deadline)?;
            }
            with_single(|Single { waiter, roll }| {
                let Some(worker) = worker else {
                    if deadline.is_none() {
                        // It is not given up: so it need not be possible to withdraw it.
                        let _token = roll.list(self.cell(), 0).then(|| waiter.next_asleep(None));
                        return Ok(true);
                    }
                    // Out of time just as the future settles: then it is settled.
                    let is_pending = self.watch(waiter.inbox(), 0)
                        && waiter.next_asleep(deadline).is_none()
                        && self.unwatch(waiter.inbox(), 0);
                    return Ok(!is_pending);
                };
                if !self.watch(waiter.inbox(), 0) {
                    return Ok(true);
                }
                match worker.wait(&on, deadline, waiter, &mut None) {
                    Ok(Some(_)) => Ok(true),
                    Ok(None) => Ok(!self.unwatch(waiter.inbox(), 0)),
                    Err(deadlock) => {
                        self.unwatch(waiter.inbox(), 0);
                        Err(deadlock)
                    }
                }
            })
        })
    }
}

impl<T> Future<T> {
    /// Blocks until the future is done, and takes the outcome.
    ///
    /// # Errors
    ///
    /// The [`Error`] that says why there is no value. Inside a callback of this very future, [`Error::Deadlock`]: the
    /// outcome cannot be taken before all callbacks have seen it. A [`SharedFuture`] answers there.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, InlineExecutor};
    ///
    /// let (promise, future) = earnest_core::promise();
    /// std::thread::spawn(move || promise.complete("done"));
    /// assert_eq!(future.result().unwrap(), "done");
    ///
    /// let future = InlineExecutor.submit(|| "x".parse::<u32>().unwrap());
    /// assert!(future.result().unwrap_err().is_panicked());
    /// ```
    #[inline]
    pub fn result(self) -> Result<T, Error> {
        match self.try_result() {
            Ok(result) => result,
            Err(pending) => pending.result_slow(),
        }
    }

    fn result_slow(self) -> Result<T, Error> {
        let mut consumer = self.consumer;
        if !Settling::any() {
            let result = worker::with_current(|worker| match worker {
                Some(worker) => worker.result_of_newest(consumer),
                None => Err(consumer),
            });
            match result {
                Ok(result) => return result,
                Err(back) => consumer = back,
            }
        }
        consumer.wait_on(None).map_err(Error::Deadlock)?;
        // Settled now, unless this is inside a callback of this very future, where the value is still to be shown to
        // others and cannot be taken.
        consumer.take().unwrap_or_else(|_| Err(Error::Deadlock(Deadlock::own_callback())))
    }

    /// Blocks until the future is done, for `timeout` at most. A timeout too large for the clock means for ever.
    ///
    /// # Errors
    ///
    /// [`TimedOut`] with the future itself, which has lost nothing. The inner result is the outcome. Inside a callback of this
    /// very future that is so at once, as there the outcome cannot be taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (promise, future) = earnest_core::promise();
    /// let future = future.result_timeout(Duration::ZERO).unwrap_err().into_inner();
    /// promise.complete(7).unwrap();
    /// assert_eq!(future.result_timeout(Duration::MAX).unwrap().unwrap(), 7);
    /// ```
    pub fn result_timeout(self, timeout: Duration) -> Result<Result<T, Error>, TimedOut<Self>> {
        self.result_by(deadline_after(timeout))
    }

    /// Blocks until the future is done, or `deadline` has passed.
    ///
    /// # Errors
    ///
    /// [`TimedOut`] with the future itself, which has lost nothing. The inner result is the outcome. Inside a callback of this
    /// very future that is so at once, as there the outcome cannot be taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (promise, future) = earnest_core::promise();
    /// let future = future.result_deadline(Instant::now()).unwrap_err().into_inner();
    /// promise.complete(7).unwrap();
    /// assert_eq!(future.result_deadline(Instant::now()).unwrap().unwrap(), 7, "what is there is given");
    /// ```
    pub fn result_deadline(self, deadline: Instant) -> Result<Result<T, Error>, TimedOut<Self>> {
        self.result_by(Some(deadline))
    }

    fn result_by(self, deadline: Option<Instant>) -> Result<Result<T, Error>, TimedOut<Self>> {
        let _deadlock_only_without_a_deadline = self.consumer.wait(deadline);
        self.try_result().map_err(TimedOut::new)
    }

    /// Blocks until the future is done.
    ///
    /// Where that could never come to be, as [`result`](Self::result) would say with [`Error::Deadlock`], it returns at
    /// once, and the future is not done.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// std::thread::spawn(move || promise.complete(7));
    /// future.wait();
    /// assert!(future.is_done());
    /// ```
    pub fn wait(&self) {
        let _deadlock = self.consumer.wait(None);
    }

    /// Blocks until the future is done, for `timeout` at most. Says whether it is done.
    ///
    /// A timeout too large for the clock means for ever; a timeout of zero looks once.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (promise, future) = earnest_core::promise();
    /// assert!(!future.wait_timeout(Duration::from_millis(1)));
    /// std::thread::spawn(move || promise.complete(7));
    /// assert!(future.wait_timeout(Duration::MAX));
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.consumer.wait(deadline_after(timeout)).unwrap_or(false)
    }
}

impl<T> SharedFuture<T> {
    /// Blocks until the future is done. Inside one of its own callbacks it answers at once.
    ///
    /// # Errors
    ///
    /// The [`Error`] that says why there is no value.
    ///
    /// # Examples
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// let shared = future.shared();
    /// let other = shared.clone();
    /// let reader = std::thread::spawn(move || *other.result().unwrap());
    /// promise.complete(7).unwrap();
    /// assert_eq!((*shared.result().unwrap(), reader.join().unwrap()), (7, 7));
    /// ```
    pub fn result(&self) -> Result<&T, &Error> {
        if let Some(outcome) = self.inner().peek() {
            return outcome;
        }
        match self.inner().consumer.wait(None) {
            Ok(_) => self.inner().peek().unwrap_or_else(|| unreachable!("it can be seen after a wait")),
            // What is given out is a reference, which has to point somewhere.
            Err(deadlock) => Err(self.deadlock(|| Error::Deadlock(deadlock))),
        }
    }

    /// Blocks until the future is done.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// let shared = future.shared();
    /// std::thread::spawn(move || promise.complete(7));
    /// shared.wait();
    /// assert!(shared.is_done());
    /// ```
    pub fn wait(&self) {
        self.inner().wait();
    }

    /// Blocks until the future is done, for `timeout` at most. Says whether it is done.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (_promise, future) = earnest_core::promise::<u32>();
    /// assert!(!future.shared().wait_timeout(Duration::from_millis(1)));
    /// ```
    #[must_use]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.inner().wait_timeout(timeout)
    }
}

impl<T> CancelOnDrop<T> {
    /// Blocks until the future is done, and takes the outcome. If this thread unwinds meanwhile, it is cancelled.
    ///
    /// # Errors
    ///
    /// The [`Error`] that says why there is no value.
    ///
    /// # Examples
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// let future = future.cancel_on_drop();
    /// std::thread::spawn(move || promise.complete(7));
    /// assert_eq!(future.result().unwrap(), 7);
    /// ```
    #[inline]
    pub fn result(self) -> Result<T, Error> {
        self.wait();
        self.into_inner().result()
    }
}
