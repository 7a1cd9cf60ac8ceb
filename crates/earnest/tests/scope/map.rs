use crate::support::{Counted, pool};
use earnest::{InlineExecutor, ManualExecutor, scope};
use earnest_testing::watched;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn results_come_in_input_order_and_an_error_does_not_end_the_iteration() {
    let texts = ["1", "x", "3", "4"].map(String::from);
    for workers in 1..4 {
        let pool = pool(workers);
        for buffer_size in [1, 2, 100] {
            let numbers: Vec<_> = scope(&pool, |s| {
                s.map(buffer_size, &texts, |text| text.parse::<u32>().unwrap()).map(Result::ok).collect()
            });
            assert_eq!(numbers, [Some(1), None, Some(3), Some(4)]);
        }
    }
}

#[test]
fn inputs_are_taken_as_results_are() {
    let taken = AtomicUsize::new(0);
    let pool = pool(2);
    scope(&pool, |s| {
        let inputs = (0..).inspect(|_| {
            taken.fetch_add(1, SeqCst);
        });
        let results = s.map(3, inputs, |n: usize| n * 2);
        for (yielded, result) in results.take(50).enumerate() {
            assert_eq!(result.unwrap(), yielded * 2);
            assert!(taken.load(SeqCst) <= yielded + 3);
        }
    });
}

#[test]
fn dropping_the_iterator_cancels_what_has_not_begun() {
    let manual = ManualExecutor::new();
    let dropped = AtomicUsize::new(0);
    scope(&manual, |s| {
        let inputs = [(); 5].map(|()| Counted(&dropped));
        let mut results = s.map(4, inputs, |counted: Counted<'_>| drop(counted));
        assert_eq!(results.size_hint(), (5, Some(5)));
        assert_eq!(results.len(), 5);
        std::thread::scope(|threads| {
            threads.spawn(|| while !manual.run_next() {});
            assert!(results.next().unwrap().is_ok());
        });
        assert_eq!(results.len(), 4);
        drop(results);
        assert_eq!(dropped.load(SeqCst), 5);
    });
}

#[test]
fn map_inside_map_on_one_worker_ends() {
    let pool = pool(1);
    let sum = watched("map inside map", || {
        scope(&pool, |s| {
            let inner = |n: u64| s.map(2, 0..n, |m| m).map(Result::unwrap).sum::<u64>();
            s.map(2, 0..10, inner).map(Result::unwrap).sum::<u64>()
        })
    });
    assert_eq!(sum, 120);
}

#[test]
fn a_buffer_of_none_and_inputs_that_panic_are_the_callers() {
    let none = || scope(&InlineExecutor, |s| s.map(0, [1], |n| n).count());
    assert!(catch_unwind(none).is_err());
    let pool = pool(1);
    let ended = AtomicUsize::new(0);
    let panics = || {
        let inputs = (0..5).inspect(|n| assert_ne!(*n, 3, "the fourth"));
        scope(&pool, |s| s.map(10, inputs, |_| ended.fetch_add(1, SeqCst)).count())
    };
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert!(ended.into_inner() <= 3);
}
