use crate::support::pool;
use earnest::{Executor, InlineExecutor, ManualExecutor, ReturnWhen, State, as_completed, scope, wait};
use earnest_testing::watched;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn tasks_borrow_what_lives_longer_than_the_scope_and_give_values() {
    for workers in 1..4 {
        let pool = pool(workers);
        let words = ["one", "three", "fifteen"].map(String::from);
        let mut written = [0; 3];
        let total: usize = scope(&pool, |s| {
            let lengths = words.iter().zip(&mut written).map(|(word, place)| {
                s.submit(move || {
                    *place = word.len();
                    word.as_str()
                })
            });
            let lengths: Vec<_> = lengths.collect();
            lengths.into_iter().map(|word| word.result().unwrap().len()).sum()
        });
        assert_eq!((total, written), (15, [3, 5, 7]));
    }
}

#[test]
fn a_scope_without_tasks_gives_what_its_closure_gives() {
    assert_eq!(scope(&pool(1), |_| 7), 7);
    assert_eq!(scope(&InlineExecutor, |s| s.submit(|| 7).result().unwrap()), 7);
}

#[test]
fn it_works_on_any_executor_also_behind_a_dyn() {
    let manual = ManualExecutor::new();
    let mut n = 0;
    scope(&manual, |s| {
        s.submit(|| n += 1).detach();
        assert_eq!(manual.run_all(), 1);
    });
    assert_eq!(n, 1);
    let pool = pool(2);
    let executor: &dyn Executor = &pool;
    assert_eq!(scope(executor, |s| s.submit(|| n + 1).result().unwrap()), 2);
}

#[test]
fn tasks_submit_others_into_the_same_scope() {
    for workers in 1..4 {
        let pool = pool(workers);
        let count = AtomicUsize::new(0);
        watched("tasks submit others", || {
            scope(&pool, |s| {
                for _ in 0..10 {
                    s.submit(|| {
                        for _ in 0..10 {
                            s.submit(|| {
                                s.submit(|| count.fetch_add(1, SeqCst)).detach();
                            })
                            .detach();
                        }
                    })
                    .detach();
                }
            });
        });
        assert_eq!(count.into_inner(), 100);
    }
}

/// Scopes within scopes, `depth` deep and three wide, all on the same workers.
fn tree(executor: &(impl Executor + Sync), depth: usize) -> usize {
    if depth == 0 {
        return 1;
    }
    scope(executor, |s| {
        let branches = [(); 3].map(|()| s.submit(|| tree(executor, depth - 1)));
        branches.into_iter().map(|branch| branch.result().unwrap()).sum()
    })
}

/// The same, where nothing but the scope's end waits.
fn detached_tree(executor: &(impl Executor + Sync), depth: usize, leaves: &AtomicUsize) {
    if depth == 0 {
        leaves.fetch_add(1, SeqCst);
        return;
    }
    scope(executor, |s| {
        for _ in 0..3 {
            s.submit(|| detached_tree(executor, depth - 1, leaves)).detach();
        }
    });
}

#[test]
fn scopes_within_scopes_end_on_any_number_of_workers() {
    for workers in 1..4 {
        let pool = pool(workers);
        watched("scopes within scopes", || {
            assert_eq!(tree(&pool, 4), 81);
            assert_eq!(
                pool.submit({
                    let pool = pool.handle();
                    move || tree(&pool, 4)
                })
                .result()
                .unwrap(),
                81
            );
            let leaves = AtomicUsize::new(0);
            detached_tree(&pool, 5, &leaves);
            assert_eq!(leaves.into_inner(), 243);
        });
    }
}

#[test]
fn a_scope_inside_a_scope_on_one_worker_runs_its_tasks_in_place() {
    let pool = pool(1);
    let handle = pool.handle();
    let threads = pool.submit(move || {
        let here = std::thread::current().id();
        let seen = scope(&handle, |outer| {
            outer
                .submit(|| {
                    scope(&handle, |inner| inner.submit(|| std::thread::current().id()).result().unwrap())
                })
                .result()
                .unwrap()
        });
        (here, seen)
    });
    let (outer, inner) = watched("scope in scope", || threads.result().unwrap());
    assert_eq!(outer, inner);
}

#[test]
fn scoped_futures_can_be_waited_for_together() {
    let pool = pool(2);
    let numbers = [1, 2, 3];
    scope(&pool, |s| {
        let futures: Vec<_> = numbers.iter().map(|n| s.submit(move || n * 2)).collect();
        let waited = wait(&futures, ReturnWhen::AllCompleted, None);
        assert!(waited.not_done.is_empty());
        let mut doubled: Vec<_> = as_completed(futures).map(|future| future.result().unwrap()).collect();
        doubled.sort_unstable();
        assert_eq!(doubled, [2, 4, 6]);
    });
}

#[test]
fn a_scoped_future_answers_as_any_other() {
    let manual = ManualExecutor::new();
    let text = String::from("borrowed");
    scope(&manual, |s| {
        let future = s.submit(|| text.as_str());
        assert_eq!(
            (future.state(), future.is_done(), future.peek().is_none()),
            (State::Pending, false, true)
        );
        let future = future.try_result().unwrap_err();
        let future = future.result_timeout(std::time::Duration::ZERO).unwrap_err().into_inner();
        assert!(!future.wait_timeout(std::time::Duration::ZERO));
        assert_ne!(future.id(), s.submit(|| ()).id());
        manual.run_all();
        future.wait();
        assert_eq!(*future.peek().unwrap().unwrap(), "borrowed");
        assert_eq!(future.state(), State::Finished);
        assert_eq!(future.result().unwrap(), text);
    });
}
