use earnest_core::{Error, Executor, ExecutorExt, Future, promise, task};
use earnest_pool::{PoolHandle, ThreadPoolExecutor};
use earnest_testing::{conform, watched};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake};
use std::thread;
use std::time::Duration;

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// Row 1.2.4: a task on a pool that is full with it may wait for another, and the pool needs no more threads for that.
#[test]
fn a_task_that_waits_for_a_task_of_its_one_worker_pool_gets_the_value() {
    conform("1.2.4", |claims| {
        let pool = pool(1);
        let handle = pool.handle();
        let outer = pool.submit(move || handle.submit(|| 7).result().unwrap() + 1);
        claims.is(outer.result().unwrap(), 8);
        claims.is(pool.worker_count(), 1);
    });
}

/// A place to leave a future for another task to find.
type Place<T> = Arc<Mutex<Option<Future<T>>>>;

fn put<T>(place: &Place<T>, future: Future<T>) {
    *place.lock().unwrap() = Some(future);
}

fn take<T>(place: &Place<T>) -> Future<T> {
    place.lock().unwrap().take().unwrap()
}

/// Row 1.2.4: two tasks that wait for each other do not hang: one of them at least is told.
#[test]
fn two_tasks_that_wait_for_each_other_are_told() {
    conform("1.2.4", |claims| {
        for workers in [1, 2, 4] {
            let pool = pool(workers);
            let (go, start) = promise::<()>();
            let start = start.shared();
            let (to_a, to_b): (Place<bool>, Place<bool>) = Default::default();
            let (other, mine) = (to_b.clone(), start.clone());
            let a = pool.submit(move || {
                mine.wait();
                deadlocked(take(&other).result())
            });
            let other = to_a.clone();
            let b = pool.submit(move || {
                start.wait();
                deadlocked(take(&other).result())
            });
            let ends = [done(&a), done(&b)];
            put(&to_a, a);
            put(&to_b, b);
            go.complete(()).unwrap();
            let told: Vec<bool> = ends.into_iter().map(|end| end.recv().unwrap()).collect();
            claims.that(told.contains(&true), "a wait is refused");
        }
    });
}

/// What a future of a bool comes to, for who cannot have the future itself.
fn done(future: &Future<bool>) -> std::sync::mpsc::Receiver<bool> {
    let (tell, told) = std::sync::mpsc::channel();
    future.add_done_callback(move |outcome| tell.send(*outcome.unwrap()).unwrap());
    told
}

/// Whether a wait was refused as a deadlock.
fn deadlocked(result: Result<bool, Error>) -> bool {
    match result {
        Err(Error::Deadlock(deadlock)) => {
            assert!(!deadlock.tasks().is_empty(), "{deadlock}");
            true
        }
        Ok(_) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_task_that_waits_for_itself_is_told() {
    watched("a task waits for itself", || {
        let pool = pool(1);
        let (go, start) = promise::<()>();
        let place: Place<bool> = Place::default();
        let mine = place.clone();
        let task = pool.submit(move || {
            start.wait();
            deadlocked(take(&mine).result())
        });
        let end = done(&task);
        put(&place, task);
        go.complete(()).unwrap();
        assert!(end.recv().unwrap());
    });
}

fn nested(pool: PoolHandle, depth: usize) -> Result<usize, Error> {
    let inner = pool.clone();
    match depth {
        0 => Ok(0),
        _ => pool.submit(move || nested(inner, depth - 1)).result()?.map(|n| n + 1),
    }
}

/// So deep that not every stack has room for it; under Miri none ends.
const DEEP: usize = if cfg!(miri) { 5 } else { 10_000 };

#[test]
fn ten_thousand_nested_waits_end_with_a_value_or_a_clear_error() {
    watched("nested waits", || {
        for (workers, stack) in [(1, 256 << 10), (1, 8 << 20), (3, 256 << 10)] {
            let builder = ThreadPoolExecutor::builder().max_workers(workers).stack_size(stack);
            let pool = builder.build().unwrap();
            let handle = pool.handle();
            match pool.submit(move || nested(handle, DEEP)).result().unwrap() {
                Ok(depth) => assert_eq!(depth, DEEP),
                Err(Error::Deadlock(deadlock)) => {
                    assert!(deadlock.to_string().contains("no stack for one more"), "{deadlock}");
                }
                Err(error) => panic!("{error}"),
            }
        }
    });
}

#[test]
fn a_wait_for_something_else_lets_another_task_run() {
    watched("a wait is compensated", || {
        let pool = pool(2);
        let (open, gate) = promise::<()>();
        let gate = gate.shared();
        let waiting: Vec<_> = (0..4)
            .map(|_| {
                let gate = gate.clone();
                pool.submit(move || gate.wait())
            })
            .collect();
        // All workers wait for what only a further task brings about.
        pool.submit(move || open.complete(()).unwrap()).detach();
        waiting.into_iter().for_each(|task| task.result().unwrap());
    });
}

#[test]
fn an_initializer_that_waits_for_its_own_pool_is_told() {
    watched("an initializer waits", || {
        let place: Arc<Mutex<Option<PoolHandle>>> = Arc::default();
        let seen: Arc<Mutex<Option<String>>> = Arc::default();
        let (mine, told) = (place.clone(), seen.clone());
        let initializer = move || {
            let handle = mine.lock().unwrap().clone().unwrap();
            let error = handle.submit(|| 1).result().unwrap_err();
            assert!(error.is_deadlock());
            *told.lock().unwrap() = Some(error.to_string());
        };
        let pool = ThreadPoolExecutor::builder().max_workers(1).initializer(initializer).build().unwrap();
        *place.lock().unwrap() = Some(pool.handle());
        assert_eq!(pool.submit(|| 2).result().unwrap(), 2);
        assert!(seen.lock().unwrap().as_ref().unwrap().contains("initializer"));
        *place.lock().unwrap() = None;
    });
}

#[test]
fn a_derived_future_is_waited_for_through_its_sources() {
    watched("derived futures", || {
        let pool = pool(1);
        let handle = pool.handle();
        let outer = pool.submit(move || {
            let again = handle.clone();
            let inner = handle.submit(|| 3).map(|n| n * 2).and_then(move |n| again.submit(move || n + 1));
            inner.then_on(handle, |n| n * 10).result().unwrap()
        });
        assert_eq!(outer.result().unwrap(), 70);
    });
}

#[test]
fn a_task_that_appears_while_its_only_worker_waits_for_it_is_run() {
    watched("a task appears during the wait", || {
        let rounds = if cfg!(miri) { 1 } else { 200 };
        for _ in 0..rounds {
            let pool = pool(1);
            let handle = pool.handle();
            let (go, gate) = promise::<u32>();
            let (waits, is_waiting) = promise::<()>();
            let outer = pool.submit(move || {
                let again = handle.clone();
                let derived = gate.and_then(move |n| again.submit(move || n + 1)).map(|n| n * 2);
                waits.complete(()).unwrap();
                derived.result().unwrap()
            });
            is_waiting.result().unwrap();
            go.complete(3).unwrap();
            assert_eq!(outer.result().unwrap(), 8);
        }
    });
}

#[test]
fn two_pools_of_one_worker_that_wait_for_each_other_s_queue_are_told() {
    watched("two pools wait for each other", || {
        let rounds = if cfg!(miri) { 1 } else { 200 };
        for _ in 0..rounds {
            let pools = [pool(1), pool(1)];
            let [a, b] = [pools[0].handle(), pools[1].handle()];
            let inner = a.clone();
            // The innermost task is queued behind the outermost, which waits for it by way of the other pool.
            let outer = a.submit(move || b.submit(move || inner.submit(|| 1).result()).result());
            // Whichever blocks last.
            let error = outer.result().unwrap().and_then(|inner| inner).unwrap_err();
            assert!(matches!(&error, Error::Deadlock(deadlock) if deadlock.tasks().len() == 3), "{error}");
        }
    });
}

/// What lies on top of it is put back, and is neither lost nor run twice.
#[test]
fn a_task_waits_for_what_it_has_not_submitted_last() {
    watched("not the last", || {
        for workers in [1, 3] {
            let pool = pool(workers);
            let handle = pool.handle();
            let sum = pool.submit(move || {
                let mut sum = 0;
                for n in 0..200 {
                    let (first, last) = (handle.submit(move || n), handle.submit(move || n));
                    sum += first.result().unwrap() + last.result().unwrap();
                }
                sum
            });
            assert_eq!(sum.result().unwrap(), 200 * 199);
        }
    });
}

#[test]
fn a_blocking_call_lets_another_task_run() {
    watched("a blocking call", || {
        let pool = pool(2);
        let all = Arc::new(std::sync::Barrier::new(5));
        let meet = |_| {
            let all = all.clone();
            pool.submit(move || earnest_core::blocking(|| all.wait().is_leader()))
        };
        let tasks: Vec<_> = (0..5).map(meet).collect();
        let leaders = tasks.into_iter().map(|task| usize::from(task.result().unwrap()));
        assert_eq!(leaders.sum::<usize>(), 1);
    });
}

#[test]
fn a_callback_that_waits_for_what_follows_from_its_future_is_told() {
    watched("a callback waits for what follows", || {
        let (promise, future) = promise::<u32>();
        let shared: Arc<Mutex<Option<Future<u32>>>> = Arc::default();
        let (tell, told) = std::sync::mpsc::channel();
        let place = shared.clone();
        future.add_done_callback(move |_| {
            let derived = place.lock().unwrap().take().unwrap();
            tell.send(derived.result().unwrap_err().is_deadlock()).unwrap();
        });
        *shared.lock().unwrap() = Some(future.map(|n| n + 1));
        promise.complete(1).unwrap();
        assert!(told.recv().unwrap());
    });
}

/// Where nobody else can run anything, a wait with a timeout learns of what comes to be made of what: it does not sleep until
/// its time is up.
#[test]
fn a_timed_wait_of_the_only_worker_runs_what_its_future_has_come_to_be_made_of() {
    const AGES: Duration = Duration::from_secs(3600);
    watched("a timed wait in a jam", || {
        let pool = ThreadPoolExecutor::builder().max_workers(1).max_spare_workers(0).build().unwrap();
        let handle = pool.handle();
        let (opens, gate) = promise::<u32>();
        let derived = gate.and_then(move |n| handle.submit(move || n + 1));
        let outer = pool.submit(move || derived.result_timeout(AGES).unwrap().unwrap());
        until_waiting(&pool);
        opens.complete(6).unwrap();
        assert_eq!(outer.result().unwrap(), 7);

        let (opens, gate) = promise::<u32>();
        let block = pool.spawn_async(async move { gate.await.unwrap() + 1 });
        let outer = pool.submit(move || block.result_timeout(AGES).unwrap().unwrap());
        until_waiting(&pool);
        opens.complete(6).unwrap();
        assert_eq!(outer.result().unwrap(), 7);
    });
}

/// Until a worker's task waits.
fn until_waiting(pool: &ThreadPoolExecutor) {
    while pool.stats().waiting == 0 {
        thread::yield_now();
    }
}

/// The others are told when the last worker that could have run something for them has left.
#[test]
fn a_worker_that_leaves_says_so_to_those_who_wait() {
    watched("a worker that leaves", || {
        let builder = ThreadPoolExecutor::builder().max_workers(2).max_spare_workers(1);
        let pool = builder.keep_alive(Duration::from_millis(1)).build().unwrap();
        let (gates, waits): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<u32>()).unzip();
        let (runnable, unqueued) = task(|| 7);
        let [a, b]: [_; 2] = waits.try_into().unwrap();
        let outer = pool.submit(move || unqueued.result().unwrap());
        let blocked = pool.submit(move || a.result().unwrap());
        while pool.stats().waiting < 2 {
            thread::yield_now();
        }
        // A third thread, which has something to do until there may be two only.
        let spare = pool.submit(move || wait_out(b));
        while pool.worker_count() < 3 {
            thread::yield_now();
        }
        pool.set_max_workers(1).unwrap();
        let [open_a, open_b]: [_; 2] = gates.try_into().unwrap();
        open_b.complete(0).unwrap();
        spare.result().unwrap();
        while pool.worker_count() > 2 {
            thread::yield_now();
        }
        pool.spawn(runnable).unwrap();
        assert_eq!(outer.result().unwrap(), 7);
        open_a.complete(1).unwrap();
        assert_eq!(blocked.result().unwrap(), 1);
    });
}

/// Waits in a way of which the pool does not know.
fn wait_out(gate: Future<u32>) -> u32 {
    while !gate.is_done() {
        thread::yield_now();
    }
    gate.result().unwrap()
}

/// Wakes by waiting, and says when that is over.
struct Waits {
    pool: PoolHandle,
    wait: fn(&PoolHandle),
    is_over: AtomicBool,
}

impl Wake for Waits {
    fn wake(self: Arc<Self>) {
        (self.wait)(&self.pool);
        self.is_over.store(true, SeqCst);
    }
}

/// Wakers run when their worker says already that it looks for work, upon which others rely.
#[test]
fn a_waker_that_waits_holds_up_no_pool() {
    watched("wakers that wait", || {
        let bounded = ThreadPoolExecutor::builder().max_workers(2).queue_capacity(1).build().unwrap();
        // The second waits for room.
        wakes(&bounded, |pool| (0..2).for_each(|_| pool.submit(|| ()).detach()));
        wakes(&pool(2), |pool| {
            let (promise, future) = promise();
            pool.execute(move || promise.complete(7).unwrap()).unwrap();
            assert_eq!(future.result().unwrap(), 7);
        });
    });
}

fn wakes(pool: &ThreadPoolExecutor, wait: fn(&PoolHandle)) {
    let (begin, begins) = channel();
    let mut future = pool.submit(move || begins.recv().unwrap());
    let waits = Arc::new(Waits { pool: pool.handle(), wait, is_over: AtomicBool::new(false) });
    let waker = waits.clone().into();
    assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
    begin.send(()).unwrap();
    while pool.stats().waiting == 0 && !waits.is_over.load(SeqCst) {
        thread::yield_now();
    }
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
}
