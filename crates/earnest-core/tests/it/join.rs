use earnest_core::{Executor, Host, HostId, Inbox, Owner, Refusal, Refused, Runnable, Worker, join, promise};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::thread;

/// A pool each of whose tasks has a thread of its own, which is a worker; or that refuses them all.
#[derive(Clone)]
struct Threads {
    owner: Arc<Owner>,
    accepts: bool,
}

impl Threads {
    fn new(accepts: bool) -> Threads {
        Threads { owner: Arc::new(Owner::next()), accepts }
    }

    fn serve<R>(&self, f: impl FnOnce(&Worker<'_>) -> R) -> R {
        let worker = Worker::new(*self.owner, self, 1 << 20);
        worker.ready();
        worker.serve(|| f(&worker))
    }
}

impl Executor for Threads {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        if !self.accepts {
            return Err(Refused { task, reason: Refusal::Full });
        }
        let this = self.clone();
        thread::spawn(move || this.serve(|worker| _ = task.run_on(worker, |_| {})));
        Ok(())
    }

    fn host(&self) -> Option<HostId> {
        Some(HostId::of(&*self.owner))
    }
}

impl Host for Threads {
    fn wait_begins(&self, _: &Arc<Inbox>) {}
    fn wait_ends(&self, _: &Arc<Inbox>) {}

    fn is_jammed(&self) -> bool {
        false
    }

    fn call_all(&self) {}

    fn n_workers(&self) -> usize {
        1
    }

    fn id(&self) -> Option<HostId> {
        self.host()
    }

    fn offer(&self, task: Runnable) -> Result<(), Refused> {
        self.spawn(task)
    }
}

fn fibonacci(pool: &Threads, n: u32) -> Box<u64> {
    if n < 2 {
        return Box::new(u64::from(n));
    }
    let (a, b) = join(pool, || fibonacci(pool, n - 1), || fibonacci(pool, n - 2));
    Box::new(*a + *b)
}

#[test]
fn a_pool_that_takes_offers_runs_them_and_one_that_takes_none_does_without() {
    for accepts in [true, false] {
        let pool = Threads::new(accepts);
        assert_eq!(*pool.serve(|_| fibonacci(&pool, 8)), 21);
    }
}

#[test]
fn whatever_is_thrown_comes_out_of_the_join_and_nothing_is_left() {
    for accepts in [true, false] {
        let pool = Threads::new(accepts);
        for (a, b) in [(true, false), (false, true), (true, true)] {
            let half = |panics: bool, number: u32| {
                let captured = String::from("captured");
                move || if panics { panic_any(number) } else { captured }
            };
            let thrown =
                pool.serve(|_| catch_unwind(AssertUnwindSafe(|| join(&pool, half(a, 1), half(b, 2)))));
            assert_eq!(*thrown.unwrap_err().downcast::<u32>().unwrap(), if a { 1 } else { 2 });
        }
    }
}

#[test]
fn on_a_thread_that_is_no_worker_the_second_half_is_a_task() {
    for accepts in [true, false] {
        let pool = Threads::new(accepts);
        let text = String::from("text");
        assert_eq!(join(&pool, || text.len(), || text.clone()), (4, text.clone()));
        assert_eq!(*fibonacci(&pool, 5), 5);
    }
}

#[test]
fn what_a_wait_needs_is_offered_first() {
    let pool = Threads::new(true);
    let got = pool.serve(|_| {
        let (promise, future) = promise();
        let waits = || join(&pool, || future.result().unwrap(), move || _ = promise.complete(7));
        join(&pool, waits, || ()).0.0
    });
    assert_eq!(got, 7);
}
