//! Waits where no task's own code runs: in callbacks, initializers and destructors.

use super::*;

pub(super) fn a_callback_waits_for_another_task_of_its_pool_of_one() {
    let pool = pool(1);
    let (go, start) = channel();
    let (tell, told) = channel();
    let first = pool.submit(move || start.recv().unwrap());
    let queued = pool.submit(|| 2);
    let handle = pool.handle();
    first.add_done_callback(move |outcome| {
        let later = handle.submit(|| 3);
        tell.send(*outcome.unwrap() + queued.result().unwrap() + later.result().unwrap()).unwrap();
    });
    go.send(1).unwrap();
    assert_eq!(told.recv().unwrap(), 6);
    assert_eq!(pool.worker_count(), 1);
}

/// The callback runs where its task was run, in place of the wait for it.
pub(super) fn a_callback_waits_for_the_task_beneath_it() {
    let pool = pool(1);
    let handle = pool.handle();
    let (give, take) = channel::<SharedFuture<i32>>();
    let (tell, told) = channel();
    let outer = pool.submit(move || {
        let outer = take.recv().unwrap();
        let inner = handle.submit(|| 1);
        inner.add_done_callback(move |_| tell.send(outer.result().is_err_and(Error::is_deadlock)).unwrap());
        inner.result().unwrap() + 1
    });
    let outer = outer.shared();
    give.send(outer.clone()).unwrap();
    assert!(told.recv().unwrap());
    assert_eq!(*outer.result().unwrap(), 2);
}

pub(super) fn an_initializer_waits_for_its_own_pool() {
    for workers in 1..=3 {
        let own: Arc<OnceLock<PoolHandle>> = Arc::default();
        let (tell, told) = channel();
        let place = own.clone();
        let initializer = move || tell.send(place.get().unwrap().submit(|| 1).result()).unwrap();
        let builder = ThreadPoolExecutor::builder().max_workers(workers).initializer(initializer);
        let pool = builder.build().unwrap();
        assert!(own.set(pool.handle()).is_ok());
        let all_run = Arc::new(Barrier::new(workers));
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let all_run = all_run.clone();
                pool.submit(move || all_run.wait())
            })
            .collect();
        let n_leaders =
            tasks.into_iter().map(|task| usize::from(task.result().unwrap().is_leader())).sum::<usize>();
        assert_eq!(n_leaders, 1);
        // Each worker has been through its initializer; one that comes late may find its task run by another, and
        // need not wait.
        let ends: Vec<_> = told.try_iter().collect();
        assert_eq!(ends.len(), workers);
        assert!(ends.iter().any(Result::is_err), "{ends:?}");
        for error in ends.into_iter().filter_map(|end| end.map(|n| assert_eq!(n, 1)).err()) {
            assert!(error.is_deadlock() && error.to_string().contains("initializer"), "{error}");
        }
    }
}

pub(super) fn a_task_waits_for_what_is_derived_from_it() {
    for workers in 1..=2 {
        let pool = pool(workers);
        let (give, take) = channel::<SharedFuture<bool>>();
        let (tell, told) = channel();
        let task = pool.submit(move || {
            let derived = take.recv().unwrap();
            let Err(error) = derived.result() else { panic!("it has ended before itself") };
            tell.send((error.is_deadlock(), error.to_string())).unwrap();
            true
        });
        let id = task.id();
        let derived = task.map(|yes| !yes).and_then(|no| Future::ready(!no)).shared();
        give.send(derived.clone()).unwrap();
        let (is_deadlock, text) = told.recv().unwrap();
        assert!(is_deadlock && text.contains(&format!("task {id} (submitted at {}", file!())), "{text}");
        assert!(text.ends_with("waits for itself"), "{text}");
        assert!(*derived.result().unwrap());
    }
}

/// Waits for a task of its pool when it is dropped, and tells what came of it.
struct WaitsInDrop {
    pool: PoolHandle,
    tell: Sender<Result<u32, Error>>,
}

impl WaitsInDrop {
    fn new(pool: &ThreadPoolExecutor) -> (WaitsInDrop, Receiver<Result<u32, Error>>) {
        let (tell, told) = channel();
        (WaitsInDrop { pool: pool.handle(), tell }, told)
    }
}

impl Drop for WaitsInDrop {
    fn drop(&mut self) {
        self.tell.send(self.pool.submit(|| 7).result()).unwrap();
    }
}

pub(super) fn a_captured_value_waits_as_it_is_dropped() {
    let pool = pool(1);
    let (waits, told) = WaitsInDrop::new(&pool);
    let task = pool.submit(move || {
        let _held = &waits;
        3
    });
    assert_eq!(task.result().unwrap(), 3);
    assert_eq!(told.recv().unwrap().unwrap(), 7);
}

pub(super) fn an_unclaimed_value_waits_as_it_is_dropped() {
    let pool = pool(1);
    let (waits, told) = WaitsInDrop::new(&pool);
    let (go, start) = channel::<()>();
    let task = pool.submit(move || {
        start.recv().unwrap();
        waits
    });
    task.detach();
    go.send(()).unwrap();
    assert_eq!(told.recv().unwrap().unwrap(), 7);
}

/// One that never begins, whose closure is dropped by a task that cancels it, and by a pool that is shut down.
pub(super) fn a_cancelled_task_waits_as_it_is_dropped() {
    let pool = pool(1);
    let (waits, told) = WaitsInDrop::new(&pool);
    let handle = pool.handle();
    let canceller = pool.submit(move || {
        let never = handle.submit(move || drop(waits));
        assert!(never.cancel());
        never.result().unwrap_err().is_cancelled()
    });
    assert!(canceller.result().unwrap());
    assert_eq!(told.recv().unwrap().unwrap(), 7);
}
