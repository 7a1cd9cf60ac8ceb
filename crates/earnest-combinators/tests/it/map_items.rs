//! Chunks whose items panic, or are given up half-way, and what becomes of inputs, results and failures then.

use crate::support::{Inline, Manual, Threads};
use earnest_combinators::{MapExt, MapOptions};
use earnest_core::Error;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

const SIZES: &[usize] = if cfg!(miri) { &[1, 3] } else { &[1, 2, 3, 7, 8, 100] };

fn in_chunks_of(size: usize) -> MapOptions {
    MapOptions::new().chunk_size(size)
}

/// A panic without the hook, which would print.
fn fail() -> ! {
    resume_unwind(Box::new("on purpose"))
}

fn values<R: Copy>(results: &[Result<R, Error>]) -> Vec<Option<R>> {
    results.iter().map(|result| result.as_ref().ok().copied()).collect()
}

#[test]
fn whichever_items_panic_the_others_have_their_values() {
    // Every set of items that panic, of eight; under Miri, some.
    let every = if cfg!(miri) { 85 } else { 1 };
    for panicking in (0..256_u32).step_by(every) {
        let panics = move |n: u32| panicking & 1 << n != 0;
        let expected: Vec<_> = (0..8).map(|n| (!panics(n)).then_some(n * 10)).collect();
        for &size in SIZES {
            let map = || {
                Inline.map_with(in_chunks_of(size), 0..8, move |n| if panics(n) { fail() } else { n * 10 })
            };
            assert_eq!(values(&map().collect::<Vec<_>>()), expected);
            let mut one_by_one = Vec::new();
            let mut results = map();
            for left in (0..8).rev() {
                one_by_one.push(results.next().unwrap());
                assert_eq!(results.size_hint(), (left, Some(left)));
            }
            assert!(results.next().is_none());
            assert_eq!(values(&one_by_one), expected);
            let mut folded = Vec::new();
            map().for_each(|result| folded.push(result));
            assert_eq!(values(&folded), expected);
        }
    }
}

#[test]
fn many_failures_in_a_large_chunk_take_no_memory_for_what_is_left() {
    let n_items = if cfg!(miri) { 50 } else { 20_000 };
    let size = n_items as usize;
    let results = Inline.map_with(in_chunks_of(size), 0..n_items, |n| if n % 2 == 0 { fail() } else { n });
    let results: Vec<_> = results.collect();
    assert!(results.iter().enumerate().all(|(n, result)| match result {
        Ok(value) => n % 2 == 1 && *value == n as u64,
        Err(error) => n % 2 == 0 && error.is_panicked(),
    }));
}

#[test]
fn a_number_of_inputs_around_that_of_a_chunk() {
    for &size in SIZES {
        for n in [0, size - 1, size, size + 1, 2 * size - 1, 2 * size, 2 * size + 1] {
            for options in [in_chunks_of(size), in_chunks_of(size).buffer_size(size + 2)] {
                let map = || Threads.map_with(options.clone(), 0..n, |n| n);
                assert!(map().map(Result::unwrap).eq(0..n));
                assert_eq!(map().collect::<Result<Vec<_>, _>>().unwrap(), (0..n).collect::<Vec<_>>());
                assert_eq!(map().map(Result::unwrap).sum::<usize>(), (0..n).sum());
            }
        }
    }
}

#[test]
fn a_buffer_bounds_chunks_with_failures_too() {
    let n_items = if cfg!(miri) { 15 } else { 50 };
    for (buffer, chunk) in [(10, 4), (4, 4), (5, 5), (7, 2), (9, 8)] {
        let pulled = Cell::new(0);
        let inputs = (0..n_items).inspect(|_| pulled.set(pulled.get() + 1));
        let options = in_chunks_of(chunk).buffer_size(buffer);
        let mut map = Inline.map_with(options, inputs, |n| if n % 3 == 0 { fail() } else { n });
        for yielded in 0..n_items {
            assert_eq!(map.next().unwrap().ok(), (yielded % 3 != 0).then_some(yielded));
            let room = buffer - (pulled.get() - (yielded + 1));
            // What was made room for by the results before this one has been filled.
            assert!(pulled.get() == n_items || room <= chunk, "{buffer} {chunk} {yielded}");
        }
        assert!(map.next().is_none());
    }
}

#[test]
fn collecting_and_folding_a_buffered_map_pulls_no_more_than_the_buffer_holds() {
    let (pulled, yielded) = (Cell::new(0), Cell::new(0));
    let map = || {
        pulled.set(0);
        yielded.set(0);
        let inputs = (0..50).inspect(|_| {
            pulled.set(pulled.get() + 1);
            assert!(pulled.get() - yielded.get() <= 7);
        });
        Inline.map_with(in_chunks_of(2).buffer_size(7), inputs, |n| n)
    };
    map().for_each(|_| yielded.set(yielded.get() + 1));
    assert_eq!((pulled.get(), yielded.get()), (50, 50));
    let collected: Vec<_> = map().inspect(|_| yielded.set(yielded.get() + 1)).collect();
    assert_eq!(collected.len(), 50);
}

#[test]
fn a_collection_that_ends_with_the_first_error_cancels_the_rest() {
    let executor = Manual::default();
    let ran = Arc::new(AtomicUsize::new(0));
    let count = ran.clone();
    let map = executor.map_with(in_chunks_of(2), 0..10, move |n| {
        count.fetch_add(1, SeqCst);
        if n == 1 { fail() } else { n }
    });
    executor.run_next();
    assert!(map.collect::<Result<Vec<_>, _>>().unwrap_err().is_panicked());
    executor.run_all();
    assert_eq!(ran.load(SeqCst), 2);
}

#[test]
fn collecting_with_a_timeout_gives_what_is_there_and_the_error() {
    let executor = Manual::default();
    let map = executor.map_with(in_chunks_of(2).timeout(Duration::from_millis(1)), 0..10, |n| n);
    executor.run_next();
    let results: Vec<_> = map.collect();
    assert_eq!(values(&results), [Some(0), Some(1), None]);
    assert!(results[2].as_ref().unwrap_err().is_deadline_exceeded());
}

#[test]
fn collecting_goes_on_where_iterating_has_stopped() {
    let mut map = Inline.map_with(in_chunks_of(4), 0..10, |n| if n == 5 { fail() } else { n });
    assert_eq!(map.by_ref().take(3).map(Result::unwrap).collect::<Vec<_>>(), [0, 1, 2]);
    let rest = values(&map.collect::<Vec<_>>());
    assert_eq!(rest, [Some(3), Some(4), None, Some(6), Some(7), Some(8), Some(9)]);
}

#[test]
fn what_has_no_size_is_counted_all_the_same() {
    let ran = Arc::new(AtomicUsize::new(0));
    let count = ran.clone();
    let inputs = std::iter::repeat_n((), 20);
    let map = Threads.map_with(in_chunks_of(8), inputs, move |()| {
        if count.fetch_add(1, SeqCst) == 3 {
            fail()
        }
    });
    let results: Vec<_> = map.collect();
    assert_eq!((results.len(), results.iter().filter(|result| result.is_ok()).count()), (20, 19));
    assert!(Threads.map_with(in_chunks_of(8), 0..20, |_| ()).all(|result| result.is_ok()));
    let sized = Threads.map_with(in_chunks_of(8), std::iter::repeat_n((), 20), |()| 7_u64);
    assert!(sized.map(Result::unwrap).eq([7; 20]));
}

#[test]
fn results_are_wider_or_narrower_than_inputs() {
    let wide = Threads.map_with(in_chunks_of(8), 0..50_u8, |n| [u64::from(n); 9]);
    assert!(wide.map(Result::unwrap).eq((0..50).map(|n| [n; 9])));
    let narrow = Threads.map_with(in_chunks_of(8), (0..50_u64).map(|n| [n; 9]), |n| n[8] as u8);
    assert!(narrow.map(Result::unwrap).eq(0..50));
    let aligned = Threads.map_with(in_chunks_of(8), (0..50_u32).map(|n| [n, n]), |n| u64::from(n[0]));
    assert!(aligned.map(Result::unwrap).eq(0..50));
    let text = Threads.map_with(in_chunks_of(8), 0..50, |n| n.to_string());
    assert!(text.map(Result::unwrap).eq((0..50).map(|n| n.to_string())));
}

/// Counts those that are alive.
struct Counted(Arc<()>);

#[test]
fn a_chunk_given_up_half_way_drops_everything_once() {
    for options in [in_chunks_of(4), in_chunks_of(4).unordered(), in_chunks_of(4).buffer_size(9)] {
        let (step, all_that_panic): (_, &[i32]) =
            if cfg!(miri) { (7, &[1, 99]) } else { (1, &[0, 1, 3, 5, 99]) };
        for n_taken in (0..12).step_by(step) {
            for &panicking in all_that_panic {
                let alive = Arc::new(());
                let inputs = (0..12).map(|n| (n, Counted(alive.clone())));
                let mut map = Threads.map_with(options.clone(), inputs, move |(n, counted)| {
                    if n == panicking { fail() } else { Counted(counted.0.clone()) }
                });
                assert_eq!(map.by_ref().take(n_taken).count(), n_taken);
                drop(map);
                // Chunks that had begun go on, each on its thread.
                while Arc::strong_count(&alive) > 1 {
                    std::thread::yield_now();
                }
            }
        }
    }
}

/// Panics when dropped, if it says so.
struct Bomb(bool);

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 {
            fail();
        }
    }
}

#[test]
fn a_result_whose_destructor_panics_does_so_in_who_drops_the_iterator_and_the_rest_is_cancelled() {
    let executor = Manual::default();
    let ran = Arc::new(AtomicUsize::new(0));
    let count = ran.clone();
    let mut map = executor.map_with(in_chunks_of(3), 0..9, move |n| {
        count.fetch_add(1, SeqCst);
        Bomb(n == 1)
    });
    executor.run_next();
    drop(map.next());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map))).is_err());
    executor.run_all();
    assert_eq!(ran.load(SeqCst), 3);
}

#[test]
fn an_input_whose_destructor_panics_fails_alone() {
    let map = Inline.map_with(in_chunks_of(3), (0..5).map(|n| (n, Bomb(n == 1))), |(n, _bomb)| n);
    assert_eq!(values(&map.collect::<Vec<_>>()), [Some(0), None, Some(2), Some(3), Some(4)]);
}

#[test]
fn a_fold_that_panics_cancels_before_results_are_dropped() {
    struct Witness(Arc<AtomicUsize>, Arc<()>);
    impl Drop for Witness {
        fn drop(&mut self) {
            self.0.fetch_max(Arc::strong_count(&self.1), SeqCst);
        }
    }
    let executor = Manual::default();
    let (most_alive, input) = (Arc::new(AtomicUsize::new(0)), Arc::new(()));
    let (most, held) = (most_alive.clone(), input.clone());
    let inputs = std::iter::repeat_n((), 6).map({
        let input = input.clone();
        move |()| input.clone()
    });
    let map = executor.map_with(in_chunks_of(3), inputs, move |_| Witness(most.clone(), held.clone()));
    executor.run_next();
    let mut yielded = Vec::new();
    let folded = catch_unwind(AssertUnwindSafe(|| {
        map.for_each(|result| {
            yielded.push(result);
            if !yielded.is_empty() {
                fail();
            }
        });
    }));
    assert!(folded.is_err());
    // When the first of the two results was dropped that were left, the inputs of the other chunk were gone: there were
    // the test's, the function's, and those of three results.
    assert_eq!(most_alive.load(SeqCst), 5);
    drop(yielded);
}
