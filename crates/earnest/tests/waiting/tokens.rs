use earnest::{CancellationToken, ReturnWhen, ThreadPoolExecutor, Waitable, as_completed, wait};
use earnest_testing::watched;
use std::time::Duration;

fn pool_of_one_and_a_spare() -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(1).max_spare_workers(1).build().unwrap()
}

#[test]
fn while_a_task_waits_for_its_token_another_worker_goes_on_and_may_cancel_it() {
    watched("while_a_task_waits_for_its_token_another_worker_goes_on_and_may_cancel_it", || {
        type Wait = fn(&CancellationToken);
        let waits: [Wait; 3] = [
            CancellationToken::wait,
            |token| assert!(token.wait_timeout(Duration::MAX)),
            |token| assert!(token.cancelled().result().is_ok()),
        ];
        for wait in waits {
            let pool = pool_of_one_and_a_spare();
            let token = CancellationToken::new();
            let child = token.child_token();
            let waiting = pool.submit(move || wait(&child));
            let cancelling = pool.submit(move || token.cancel());
            assert!(cancelling.result().unwrap());
            waiting.result().unwrap();
        }
    });
}

#[test]
fn a_token_is_waited_for_together_with_futures() {
    watched("a_token_is_waited_for_together_with_futures", || {
        let pool = pool_of_one_and_a_spare();
        let token = CancellationToken::new();
        let worker_token = token.clone();
        let work = pool.submit(move || {
            worker_token.wait();
            worker_token.checkpoint()
        });
        let cancelled = token.cancelled();
        let both: [&dyn Waitable; 2] = [&work, &cancelled];
        assert_eq!(wait(both, ReturnWhen::FirstCompleted, Some(Duration::ZERO)).done.len(), 0);
        let (unkept, other) = earnest::promise::<()>();
        let canceller = std::thread::spawn(move || token.cancel());
        let either: [&dyn Waitable; 2] = [&other, &cancelled];
        let waited = wait(either, ReturnWhen::FirstCompleted, None);
        assert_eq!((waited.done.len(), waited.not_done.len()), (1, 1));
        assert_eq!(as_completed(both).count(), 2);
        assert!(work.result().unwrap().is_err());
        assert!(canceller.join().unwrap());
        drop(unkept);
    });
}
