//! Scripts of operations on one promise and its futures, held against a plain model of them after each step.
//!
//! A script is bytes, so that a fuzzer can write it as well: of each the low half is what is done, the high half with what.

use earnest_core::{CancelHandle, Error, Future, Promise, SharedFuture, State, promise};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// What the future comes to. A value counts itself: as many are alive as its `Arc` says.
#[derive(Debug)]
struct Value(u8, #[expect(dead_code, reason = "it counts")] Arc<()>);

/// The outcome of a future, as the model has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Value(u8),
    Failed,
    Abandoned,
    Cancelled,
}

impl Outcome {
    fn of(outcome: Result<&Value, &Error>) -> Outcome {
        match outcome {
            Ok(value) => Outcome::Value(value.0),
            Err(Error::Failed(_)) => Outcome::Failed,
            Err(Error::Abandoned) => Outcome::Abandoned,
            Err(Error::Cancelled) => Outcome::Cancelled,
            Err(error) => panic!("nothing here comes to this: {error}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Pending,
    Running,
    Done(Outcome),
}

/// What callbacks say, in the order of their calls.
type Log = Arc<Mutex<Vec<(usize, Outcome)>>>;

/// The handles that are left.
enum Handle {
    Alone(Future<Value>),
    Shared(Vec<SharedFuture<Value>>),
    Gone,
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

struct Real {
    promise: Option<Promise<Value>>,
    handle: Handle,
    cancel: CancelHandle,
    alive: Arc<()>,
    log: Log,
    woken: Arc<Woken>,
}

struct Model {
    phase: Phase,
    /// Those that are to be called, and whether only if it is cancelled.
    callbacks: Vec<(usize, bool)>,
    n_callbacks: usize,
    log: Vec<(usize, Outcome)>,
    /// A waker has been left.
    is_polled: bool,
    n_woken: usize,
    /// How many more may have been: of who has polled and let go.
    n_maybe_woken: usize,
}

impl Model {
    /// The handle that may have been polled goes.
    fn let_go(&mut self) {
        self.n_maybe_woken += usize::from(std::mem::take(&mut self.is_polled));
    }

    fn is_cancelled(&self) -> bool {
        self.phase == Phase::Done(Outcome::Cancelled)
    }

    /// Whether it was done before.
    fn settle(&mut self, outcome: Outcome) -> bool {
        if matches!(self.phase, Phase::Done(_)) {
            return true;
        }
        self.phase = Phase::Done(outcome);
        for (id, only_cancelled) in std::mem::take(&mut self.callbacks) {
            if !only_cancelled || outcome == Outcome::Cancelled {
                self.log.push((id, outcome));
            }
        }
        self.n_woken += usize::from(std::mem::take(&mut self.is_polled));
        false
    }

    fn cancel(&mut self) -> bool {
        if self.phase == Phase::Pending {
            self.settle(Outcome::Cancelled);
        }
        self.is_cancelled()
    }

    fn add(&mut self, only_cancelled: bool) -> usize {
        let id = self.n_callbacks;
        self.n_callbacks += 1;
        match self.phase {
            Phase::Done(outcome) if !only_cancelled || outcome == Outcome::Cancelled => {
                self.log.push((id, outcome));
            }
            Phase::Done(_) => {}
            Phase::Pending | Phase::Running => self.callbacks.push((id, only_cancelled)),
        }
        id
    }

    fn state(&self) -> State {
        match self.phase {
            Phase::Pending => State::Pending,
            Phase::Running => State::Running,
            Phase::Done(Outcome::Cancelled) => State::Cancelled,
            Phase::Done(_) => State::Finished,
        }
    }
}

/// Runs `script`, and panics where the future is not as the model says.
pub(crate) fn run(script: &[u8]) {
    let (promise, future) = promise();
    let mut real = Real {
        promise: Some(promise),
        cancel: future.cancel_handle(),
        handle: Handle::Alone(future),
        alive: Arc::new(()),
        log: Log::default(),
        woken: Arc::default(),
    };
    let mut model = Model {
        phase: Phase::Pending,
        callbacks: Vec::new(),
        n_callbacks: 0,
        log: Vec::new(),
        is_polled: false,
        n_woken: 0,
        n_maybe_woken: 0,
    };
    for byte in script {
        step(&mut real, &mut model, byte & 0xf, byte >> 4);
        look(&real, &model);
    }
    // To the end, in either order.
    if script.len() % 2 == 0 {
        real.handle = Handle::Gone;
        model.let_go();
    }
    drop(real.promise.take());
    model.settle(Outcome::Abandoned);
    look(&real, &model);
    real.handle = Handle::Gone;
    assert_eq!(Arc::strong_count(&real.alive), 1, "a value is left");
}

fn step(real: &mut Real, model: &mut Model, operation: u8, argument: u8) {
    match operation {
        0 => {
            if let Some(promise) = &real.promise {
                let begins = model.phase == Phase::Pending;
                if begins {
                    model.phase = Phase::Running;
                }
                assert_eq!(promise.start(), begins);
            }
        }
        1 => {
            if let Some(promise) = real.promise.take() {
                let was_done = model.settle(Outcome::Value(argument));
                let comes_back = promise.complete(Value(argument, real.alive.clone()));
                assert_eq!(
                    comes_back.map_err(|value| value.0),
                    if was_done { Err(argument) } else { Ok(()) }
                );
            }
        }
        2 => {
            if let Some(promise) = real.promise.take() {
                let was_done = model.settle(Outcome::Failed);
                assert_eq!(promise.fail("as the script says"), !was_done);
            }
        }
        3 => {
            if real.promise.take().is_some() {
                model.settle(Outcome::Abandoned);
            }
        }
        4 => {
            let cancelled = match &real.handle {
                Handle::Alone(future) => future.cancel(),
                Handle::Shared(handles) => handles[usize::from(argument) % handles.len()].cancel(),
                Handle::Gone => return,
            };
            assert_eq!(cancelled, model.cancel());
        }
        5 => assert_eq!(real.cancel.cancel(), model.cancel()),
        6 | 7 => {
            let panics = operation == 7 && argument % 4 == 0;
            let id = model.n_callbacks;
            let log = real.log.clone();
            let callback = move |outcome: Result<&Value, &Error>| {
                log.lock().unwrap().push((id, Outcome::of(outcome)));
                if panics {
                    std::panic::resume_unwind(Box::new("as the script says"));
                }
            };
            match &real.handle {
                Handle::Alone(future) => future.add_done_callback(callback),
                Handle::Shared(handles) => handles[0].add_done_callback(callback),
                Handle::Gone => return,
            }
            model.add(false);
        }
        8 => {
            if let Some(promise) = &real.promise {
                let (id, log) = (model.add(true), real.log.clone());
                promise.on_cancel(move || log.lock().unwrap().push((id, Outcome::Cancelled)));
            }
        }
        9 => {
            let Handle::Alone(future) = &mut real.handle else { return };
            let waker = Waker::from(real.woken.clone());
            match (Pin::new(&mut *future).poll(&mut Context::from_waker(&waker)), model.phase) {
                (Poll::Ready(outcome), Phase::Done(expected)) => {
                    assert_eq!(Outcome::of(outcome.as_ref()), expected);
                    assert!(future.is_terminated());
                    let again = Pin::new(future).poll(&mut Context::from_waker(&waker));
                    assert!(matches!(again, Poll::Ready(Err(error)) if error.is_taken()));
                    real.handle = Handle::Gone;
                }
                (Poll::Pending, Phase::Pending | Phase::Running) => model.is_polled = true,
                (polled, phase) => panic!("{phase:?} polled: {polled:?}"),
            }
        }
        10 => {
            let Handle::Alone(future) = std::mem::replace(&mut real.handle, Handle::Gone) else { return };
            match (future.try_result(), model.phase) {
                (Ok(outcome), Phase::Done(expected)) => assert_eq!(Outcome::of(outcome.as_ref()), expected),
                (Err(future), Phase::Pending | Phase::Running) => real.handle = Handle::Alone(future),
                (tried, phase) => panic!("{phase:?} tried: {tried:?}"),
            }
        }
        11 => {
            let waited = match &real.handle {
                Handle::Alone(future) => future.wait_timeout(Duration::ZERO),
                Handle::Shared(handles) => handles[0].wait_timeout(Duration::ZERO),
                Handle::Gone => return,
            };
            assert_eq!(waited, matches!(model.phase, Phase::Done(_)));
        }
        12 => {
            let handle = std::mem::replace(&mut real.handle, Handle::Gone);
            real.handle = match handle {
                // Whoever polls no more need not be woken, and may be.
                Handle::Alone(future) if !model.is_polled => Handle::Shared(vec![future.shared()]),
                Handle::Shared(mut handles) => {
                    handles.push(handles[0].clone());
                    Handle::Shared(handles)
                }
                handle => handle,
            };
        }
        13 => {
            if let Handle::Shared(handles) = &mut real.handle {
                drop(handles.swap_remove(usize::from(argument) % handles.len()));
                if handles.is_empty() {
                    real.handle = Handle::Gone;
                }
            }
        }
        14 => {
            // The last handle can be made a future again.
            let handle = std::mem::replace(&mut real.handle, Handle::Gone);
            real.handle = match handle {
                Handle::Shared(mut handles) if handles.len() == 1 => {
                    match handles.pop().unwrap().try_unwrap() {
                        Ok(future) => Handle::Alone(future),
                        Err(_) => panic!("there is no other handle"),
                    }
                }
                handle => handle,
            };
        }
        _ => {
            // Rarely: little is left to do afterwards.
            if argument == 0 {
                real.handle = Handle::Gone;
                model.let_go();
            }
        }
    }
}

/// Whatever can be seen is as the model says.
fn look(real: &Real, model: &Model) {
    assert_eq!(*real.log.lock().unwrap(), model.log);
    assert_eq!(real.cancel.is_cancelled(), model.is_cancelled());
    let n_woken = real.woken.0.load(SeqCst);
    assert!(
        (model.n_woken..=model.n_woken + model.n_maybe_woken).contains(&n_woken),
        "woken {n_woken} times"
    );
    if let Some(promise) = &real.promise {
        assert_eq!(promise.is_cancelled(), model.is_cancelled());
    }
    let (state, done, running, cancelled, peeked) = match &real.handle {
        Handle::Alone(future) => {
            (future.state(), future.is_done(), future.is_running(), future.is_cancelled(), future.peek())
        }
        Handle::Shared(handles) => {
            let handle = &handles[handles.len() - 1];
            (handle.state(), handle.is_done(), handle.is_running(), handle.is_cancelled(), handle.peek())
        }
        Handle::Gone => return,
    };
    assert_eq!(state, model.state());
    assert_eq!(done, matches!(model.phase, Phase::Done(_)));
    assert_eq!(running, model.phase == Phase::Running);
    assert_eq!(cancelled, model.is_cancelled());
    let expected = if let Phase::Done(outcome) = model.phase { Some(outcome) } else { None };
    assert_eq!(peeked.map(Outcome::of), expected);
}
