//! Settings that no machine can meet.

use crate::support::{Bomb, panics};
use earnest::ThreadPoolExecutor;
use earnest_testing::{Events, watched};
use std::sync::{Arc, mpsc::channel};

#[test]
fn a_stack_that_nobody_has_is_no_thread() {
    watched("a stack", || {
        for bytes in [usize::MAX, usize::MAX / 2 + 1, 1 << 46] {
            let pool = ThreadPoolExecutor::builder().max_workers(2).stack_size(bytes).build().unwrap();
            let refused = pool.try_submit(|| 7);
            assert_eq!(refused.unwrap_err().into_inner()(), 7, "{bytes} bytes");
            assert!(pool.submit(|| 7).result().unwrap_err().is_rejected());
        }
        let small = ThreadPoolExecutor::builder().stack_size(0).build().unwrap();
        assert_eq!(small.submit(|| 7).result().unwrap(), 7);
    });
}

#[test]
fn any_name_without_a_nul_is_a_name() {
    watched("a name", || {
        for prefix in ["", "two\nlines", &"long".repeat(100_000)] {
            let pool = ThreadPoolExecutor::builder().thread_name_prefix(prefix).build().unwrap();
            let name = pool.submit(|| std::thread::current().name().map(str::to_owned)).result().unwrap();
            assert_eq!(name, Some(format!("{prefix}_0")));
        }
        assert!(ThreadPoolExecutor::builder().thread_name_prefix("\0").build().is_err());
    });
}

#[test]
fn the_greatest_number_of_workers_is_named_by_the_error() {
    watched("workers", || {
        let error = ThreadPoolExecutor::builder().max_workers(usize::MAX).build().unwrap_err().to_string();
        let most = error.split_whitespace().find_map(|word| word.trim_end_matches(',').parse().ok());
        let pool = ThreadPoolExecutor::builder().max_workers(most.unwrap()).build().unwrap();
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
        assert_eq!(pool.worker_count(), 1);
    });
}

/// A pool of one worker, whose initializer has a bomb.
fn armed(which: &'static str) -> ThreadPoolExecutor {
    let bomb = Bomb(which);
    let initializer = move || {
        let _captured = &bomb;
    };
    ThreadPoolExecutor::builder().max_workers(1).initializer(initializer).build().unwrap()
}

#[test]
fn an_initializer_that_panics_when_dropped_does_so_in_the_hands_of_who_drops_the_pool_last() {
    watched("an initializer", || {
        let pool = armed("an initializer");
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
        assert!(panics(|| drop(pool)));

        let pool = armed("an initializer that a handle keeps");
        let handle = pool.handle();
        drop(pool);
        assert!(handle.submit(|| 7).result().unwrap_err().is_rejected());
        assert!(panics(|| drop(handle)));
    });
}

#[test]
fn an_initializer_that_panics_when_a_worker_drops_it_is_reported() {
    watched("an initializer that a worker drops", || {
        let events = Events::record();
        let pool = Arc::new(armed("an initializer on its own worker"));
        let (open, gate) = channel::<()>();
        let inner = pool.clone();
        let future = pool.submit(move || {
            gate.recv().unwrap();
            drop(inner);
        });
        drop(pool);
        open.send(()).unwrap();
        future.result().unwrap();
        // The worker goes on to its end.
        while events.containing("an initializer on its own worker went off").is_empty() {
            std::thread::yield_now();
        }
    });
}
