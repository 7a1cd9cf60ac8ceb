use earnest_core::{Error, promise};
use earnest_pool::ThreadPoolExecutor;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn an_initializer_runs_once_per_worker_before_its_first_task() {
    std::thread_local! { static READY: std::cell::Cell<u32> = const { std::cell::Cell::new(0) }; }
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .initializer(|| READY.with(|ready| ready.set(ready.get() + 1)))
        .build()
        .unwrap();
    let futures: Vec<_> = (0..100).map(|_| pool.submit(|| READY.with(std::cell::Cell::get))).collect();
    assert!(futures.into_iter().all(|future| future.result().unwrap() == 1));
}

#[test]
fn a_failing_initializer_breaks_the_pool() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .initializer(|| Err::<(), _>("no database"))
        .build()
        .unwrap();
    let first = pool.submit(|| ());
    let error = first.result().unwrap_err();
    assert!(
        matches!(&error, Error::Broken(broken) if broken.cause().to_string() == "no database"),
        "{error}"
    );
    let later = pool.try_submit(|| 1).unwrap_err();
    assert_eq!(later.into_inner()(), 1);
    assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
    pool.shutdown();
    assert_eq!(pool.worker_count(), 0);
}

#[test]
fn a_panicking_initializer_breaks_the_pool() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .initializer(|| {
            if std::thread::current().name().is_some() {
                panic!("unfit");
            }
        })
        .build()
        .unwrap();
    let error = pool.submit(|| ()).result().unwrap_err();
    assert!(error.to_string().contains("unfit"), "{error}");
}

#[test]
fn what_runs_when_the_pool_breaks_finishes() {
    let starts = AtomicUsize::new(0);
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .initializer(move || if starts.fetch_add(1, SeqCst) == 0 { Ok(()) } else { Err("only one") })
        .build()
        .unwrap();
    let (open, gate) = promise::<()>();
    let (started, running) = promise::<()>();
    let survivor = pool.submit(move || {
        started.complete(()).unwrap();
        gate.result().is_ok()
    });
    running.result().unwrap();
    // The one worker is busy, so this starts the second, which fails.
    let queued = pool.submit(|| ());
    assert!(queued.result().unwrap_err().is_broken());
    open.complete(()).unwrap();
    assert!(survivor.result().unwrap());
}

#[test]
fn a_cause_that_cannot_be_displayed_breaks_the_pool_all_the_same() {
    #[derive(Debug)]
    struct Mute;
    impl std::fmt::Display for Mute {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("no words for it")
        }
    }
    impl std::error::Error for Mute {}
    // Without a subscriber nobody would display it. It is one for the whole process, as workers have none of their own.
    tracing::subscriber::set_global_default(Displays).unwrap();
    let pool =
        ThreadPoolExecutor::builder().max_workers(1).initializer(|| Err::<(), _>(Mute)).build().unwrap();
    assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
    pool.shutdown();
    assert_eq!(pool.worker_count(), 0);
}

/// Displays every field of every event, and keeps nothing.
struct Displays;

impl tracing::Subscriber for Displays {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "earnest"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut |_: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            assert!(!format!("{value:?}").is_empty());
        });
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}
