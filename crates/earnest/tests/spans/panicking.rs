//! A subscriber that panics changes nothing. In processes of their own, as there is one subscriber in each.

use crate::support::{occupy, pool};
use earnest::{Every, MapExt, Shutdown, scope};
use earnest_testing::{alone, watched};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::time::Duration;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber, span};

/// Panics in those of its methods that are chosen, by their bits.
struct Panics;

static CHOSEN: AtomicUsize = AtomicUsize::new(0);
static N_PANICS: AtomicUsize = AtomicUsize::new(0);

const METHODS: [&str; 9] =
    ["register", "enabled", "new_span", "record", "event", "enter", "exit", "clone_span", "try_close"];

fn called(method: &str) {
    let bit = METHODS.iter().position(|other| *other == method).unwrap();
    if CHOSEN.load(SeqCst) & 1 << bit != 0 {
        N_PANICS.fetch_add(1, SeqCst);
        // Without the hook, which prints.
        std::panic::resume_unwind(Box::new("a subscriber"));
    }
}

impl Subscriber for Panics {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        called("register");
        // So that it is asked each time.
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        called("enabled");
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        called("new_span");
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {
        called("record");
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &Event<'_>) {
        called("event");
    }

    fn enter(&self, _: &span::Id) {
        called("enter");
    }

    fn exit(&self, _: &span::Id) {
        called("exit");
    }

    fn clone_span(&self, id: &span::Id) -> span::Id {
        called("clone_span");
        id.clone()
    }

    fn try_close(&self, _: span::Id) -> bool {
        called("try_close");
        true
    }
}

/// Tasks that come to all that tasks can come to: each as if nobody looked.
fn everything_is_as_always() {
    let pool = pool(1);
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
    let panicked = pool.submit(|| -> () { std::panic::resume_unwind(Box::new("the task")) });
    let payload = panicked.result().unwrap_err().into_panic().unwrap().into_panic();
    assert_eq!(payload.downcast_ref(), Some(&"the task"));
    let (open, busy) = occupy(&pool);
    let cancelled = pool.submit(|| ());
    assert!(cancelled.cancel() && cancelled.result().unwrap_err().is_cancelled());
    drop(open);
    busy.result().unwrap();

    let (handle, (tell, told)) = (pool.handle(), channel());
    let in_place = pool.submit(move || handle.submit(|| 8).result().unwrap());
    in_place.add_done_callback(move |result| tell.send(*result.unwrap()).unwrap());
    assert_eq!((told.recv().unwrap(), in_place.result().unwrap()), (8, 8));
    assert_eq!(pool.map(0..3, |n| n).collect::<Result<Vec<_>, _>>().unwrap(), [0, 1, 2]);
    assert_eq!(scope(&pool, |s| s.submit(|| 9).result()).unwrap(), 9);
    assert_eq!(pool.spawn_async(async { 10 }).result().unwrap(), 10);
    assert_eq!(pool.schedule_after(Duration::ZERO, || 11).result().unwrap(), 11);
    let (tick, ticks) = channel();
    let every = Every::delay(Duration::from_millis(1));
    let repeated = pool.schedule_every(every, move || tick.send(()).unwrap_or_default());
    assert_eq!(ticks.iter().take(2).count(), 2);
    assert!(repeated.cancel());
    pool.execute(|| std::panic::resume_unwind(Box::new("nobody asks"))).unwrap();

    assert_eq!(pool.submit(|| 12).result().unwrap(), 12, "the pool goes on");
    let (open, busy) = occupy(&pool);
    let pending = pool.submit(|| ());
    pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() }).unwrap();
    drop(open);
    busy.result().unwrap();
    assert!(pending.result().is_err());
    watched("the end", || pool.shutdown());
}

#[test]
fn a_subscriber_that_panics_in_one_of_its_methods_changes_nothing() {
    alone("panicking::a_subscriber_that_panics_in_one_of_its_methods_changes_nothing", || {
        tracing::subscriber::set_global_default(Panics).unwrap();
        for (bit, method) in METHODS.iter().enumerate() {
            CHOSEN.store(1 << bit, SeqCst);
            N_PANICS.store(0, SeqCst);
            watched(method, everything_is_as_always);
            // Nobody else clones spans but who is in one when asking for later.
            let is_called = *method != "clone_span" && *method != "register" || bit == 0;
            assert_eq!(N_PANICS.load(SeqCst) > 0, is_called, "{method}");
        }
        CHOSEN.store(0, SeqCst);
        everything_is_as_always();
    });
}

#[test]
fn a_subscriber_that_panics_in_all_of_its_methods_changes_nothing() {
    alone("panicking::a_subscriber_that_panics_in_all_of_its_methods_changes_nothing", || {
        tracing::subscriber::set_global_default(Panics).unwrap();
        CHOSEN.store(usize::MAX, SeqCst);
        watched("all methods", everything_is_as_always);
        assert!(N_PANICS.load(SeqCst) > 0);
        CHOSEN.store(0, SeqCst);
        everything_is_as_always();
    });
}
