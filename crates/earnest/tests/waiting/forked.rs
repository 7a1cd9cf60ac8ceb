use earnest::{Ended, ReturnWhen, ThreadPoolExecutor, join_all, promise, wait};
use earnest_testing::{alone, returns_in_child};

#[test]
fn a_child_that_waits_for_many_tasks_of_its_parent_is_told_that_they_never_come() {
    alone("forked::a_child_that_waits_for_many_tasks_of_its_parent_is_told_that_they_never_come", || {
        // One worker, so that what is behind the first task has not begun when the child comes to be.
        let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
        let (open, gate) = promise::<()>();
        let (started, running) = promise::<()>();
        let first = pool.submit(move || {
            started.complete(()).unwrap();
            gate.result().is_ok()
        });
        running.result().unwrap();
        let (kept, one_s_own) = promise::<bool>();
        let mut joined = Some(join_all([pool.submit(|| 7)]));
        let ended = |with_own: bool, when| {
            let futures = if with_own { vec![&first, &one_s_own] } else { vec![&first] };
            wait(futures, when, None).ended
        };
        let mut kept = Some(kept);
        assert!(returns_in_child(|| {
            assert_eq!(ended(false, ReturnWhen::FirstCompleted), Ended::Deadlock);
            assert_eq!(ended(true, ReturnWhen::AllCompleted), Ended::Deadlock);
            assert!(joined.take().unwrap().result().unwrap_err().is_deadlock());
            // Any of several can still come while one is not the parent's.
            let kept = kept.take().unwrap();
            let keeper = std::thread::spawn(move || kept.complete(true).unwrap());
            assert_eq!(ended(true, ReturnWhen::FirstCompleted), Ended::Satisfied);
            keeper.join().unwrap();
        }));
        open.complete(()).unwrap();
        assert_eq!(ended(false, ReturnWhen::AllCompleted), Ended::Satisfied);
        assert_eq!(joined.take().unwrap().result().unwrap().len(), 1);
    });
}
