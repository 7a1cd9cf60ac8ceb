use earnest_pool::{ThreadPoolExecutor, worker_index};
use earnest_testing::watched;
use std::sync::{Arc, Barrier, Mutex};

/// What happened, in order.
#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<String>>);

impl Log {
    /// One for the test, and one for what is tested.
    pub(crate) fn shared() -> (Arc<Log>, Arc<Log>) {
        let log = Arc::new(Log::default());
        (log.clone(), log)
    }

    pub(crate) fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn sorted(&self) -> Vec<String> {
        let mut entries = self.entries();
        entries.sort();
        entries
    }
}

/// Says so when it is dropped.
pub(crate) struct Says(pub(crate) &'static str, pub(crate) Arc<Log>);

impl Drop for Says {
    fn drop(&mut self) {
        self.1.add(self.0);
    }
}

std::thread_local! {
    static LAST: std::cell::RefCell<Option<Says>> = const { std::cell::RefCell::new(None) };
}

/// A pool of one worker whose hooks all log, and of which `panics` panics.
fn logging(panics: &'static str) -> (ThreadPoolExecutor<Says>, Arc<Log>) {
    let log = Arc::new(Log::default());
    let say = |what: &'static str| {
        let log = log.clone();
        move || {
            log.add(what);
            assert!(panics != what, "on purpose");
        }
    };
    let (starts, makes, ends) = (say("start"), say("state"), say("stop"));
    let states = log.clone();
    let builder = ThreadPoolExecutor::builder()
        .max_workers(1)
        .on_thread_start(move |index| {
            assert_eq!(index, 0);
            starts();
        })
        .worker_state(move |index| {
            assert_eq!(index, 0);
            makes();
            Says("state dropped", states.clone())
        })
        .initializer(say("initializer"))
        .finalizer(say("finalizer"))
        .on_thread_stop(move |index| {
            assert_eq!(index, 0);
            ends();
        });
    (builder.build().unwrap(), log)
}

const IN_ORDER: [&str; 8] =
    ["start", "state", "initializer", "task", "finalizer", "state dropped", "stop", "thread-local dropped"];

#[test]
fn all_that_runs_on_a_worker_s_thread_runs_in_order_and_before_shutdown_returns() {
    let (pool, log) = logging("nothing");
    let ours = log.clone();
    pool.submit(move || {
        LAST.with(|last| *last.borrow_mut() = Some(Says("thread-local dropped", ours.clone())));
        ours.add("task");
    })
    .detach();
    pool.shutdown();
    assert_eq!(log.entries(), IN_ORDER);
}

#[test]
fn a_hook_that_panics_changes_nothing_else() {
    for panics in ["start", "finalizer", "stop"] {
        watched(panics, || {
            let (pool, log) = logging(panics);
            let ours = log.clone();
            pool.submit(move || ours.add("task")).result().unwrap();
            drop(pool);
            assert_eq!(log.entries(), IN_ORDER[..7]);
        });
    }
}

#[test]
fn where_a_worker_cannot_be_made_ready_all_that_comes_last_still_comes() {
    let (pool, log) = logging("initializer");
    let error = pool.submit(|| ()).result().unwrap_err();
    assert_eq!(error.to_string(), "the executor is broken: the initializer panicked: on purpose");
    drop(pool);
    assert_eq!(log.entries(), ["start", "state", "initializer", "finalizer", "state dropped", "stop"]);

    let (pool, log) = logging("state");
    let error = pool.submit_local(|_| ()).result().unwrap_err();
    assert_eq!(error.to_string(), "the executor is broken: the worker_state panicked: on purpose");
    drop(pool);
    assert_eq!(log.entries(), ["start", "state", "finalizer", "stop"]);
}

#[test]
fn a_worker_knows_its_number_from_its_first_hook_to_its_last_destructor() {
    struct Asks(Arc<Log>);
    impl Drop for Asks {
        fn drop(&mut self) {
            self.0.add(format!("{:?}", worker_index()));
        }
    }
    std::thread_local! {
        static ASKS: std::cell::RefCell<Option<Asks>> = const { std::cell::RefCell::new(None) };
    }
    let (log, asked) = Log::shared();
    let ask = move || asked.add(format!("{:?}", worker_index()));
    let (first, second, third, fourth) = (ask.clone(), ask.clone(), ask.clone(), ask);
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .on_thread_start(move |_| first())
        .initializer(second)
        .finalizer(third)
        .on_thread_stop(move |_| fourth())
        .build()
        .unwrap();
    let last = Asks(log.clone());
    pool.submit(move || ASKS.with(|asks| *asks.borrow_mut() = Some(last))).result().unwrap();
    pool.shutdown();
    assert_eq!(log.entries(), ["Some(0)"; 5]);
    assert_eq!(worker_index(), None);
}

#[test]
fn workers_have_different_numbers_below_their_limit_which_are_those_of_their_names() {
    let pool = ThreadPoolExecutor::builder().max_workers(4).thread_name_prefix("numbered").build().unwrap();
    let all = Arc::new(Barrier::new(4));
    let futures = [(); 4].map(|()| {
        let (all, handle) = (all.clone(), pool.handle());
        pool.submit(move || {
            all.wait();
            assert_eq!(handle.worker_index(), worker_index());
            (worker_index().unwrap(), std::thread::current().name().unwrap().to_owned())
        })
    });
    let mut numbers = futures.map(|future| future.result().unwrap());
    numbers.sort();
    assert_eq!(numbers, [0, 1, 2, 3].map(|index| (index, format!("numbered_{index}"))));
}

#[test]
fn a_worker_of_one_pool_has_no_number_in_another() {
    let (one, other) = (ThreadPoolExecutor::new(), Arc::new(ThreadPoolExecutor::new()));
    let asked = other.clone();
    let seen = one.submit(move || (worker_index(), asked.worker_index())).result().unwrap();
    assert_eq!(seen, (Some(0), None));
    assert_eq!(one.worker_index(), None);
}
