//! A map is dropped while its tasks are run: each item is passed on or dropped, once, and nothing is submitted afterwards.

use earnest_combinators::{MapExt, MapOptions};
use earnest_core::ManualExecutor;
use earnest_sync::{Arc, AtomicUsize, Ordering::Relaxed, model, thread};

struct Item(Arc<AtomicUsize>);

impl Drop for Item {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn count(counter: &AtomicUsize) -> usize {
    counter.load(Relaxed)
}

#[test]
fn map_vs_drop() {
    model("combinators::map_vs_drop", || {
        let executor = Arc::new(ManualExecutor::new());
        let [calls, drops] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let items = [(); 2].map(|()| Item(drops.clone()));
        let called = calls.clone();
        let values = executor.map(items, move |item| {
            called.fetch_add(1, Relaxed);
            drop(item);
        });
        let worker = {
            let executor = executor.clone();
            thread::spawn(move || executor.run_all())
        };
        drop(values);
        let n_called = count(&calls);
        worker.join().unwrap();
        // What was cancelled in the queue lies there until it is its turn.
        executor.run_all();
        assert!(count(&calls) <= n_called + 1, "what had not begun was cancelled");
        assert_eq!(count(&drops), 2);
    });
}

/// With a buffer the next item is submitted when a value is taken.
#[test]
fn buffered_map_vs_drop() {
    model("combinators::buffered_map_vs_drop", || {
        let executor = Arc::new(ManualExecutor::new());
        let [calls, drops] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let items = [(); 3].map(|()| Item(drops.clone()));
        let called = calls.clone();
        let mut values = executor.map_with(MapOptions::new().buffer_size(2), items, move |item| {
            drop(item);
            called.fetch_add(1, Relaxed)
        });
        let worker = {
            let executor = executor.clone();
            thread::spawn(move || executor.run_all())
        };
        assert!(values.next().unwrap().is_ok());
        drop(values);
        let n_called = count(&calls);
        worker.join().unwrap();
        executor.run_all();
        assert!(count(&calls) <= n_called + 1, "what had not begun was cancelled");
        assert_eq!(count(&drops), 3);
    });
}
