//! What earnest does on WebAssembly without threads. Each exported function is one check: it returns, or it traps.

use earnest::{
    CancellationToken, CompletionSet, Degraded, Ended, Every, GroupPolicy, ManualExecutor, MapExt,
    ReturnWhen, TaskGroup, TaskOptions, ThreadPoolExecutor, as_completed, as_completed_timeout, blocking,
    join, join_all, promise, race, scope, wait,
};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

fn pool() -> ThreadPoolExecutor {
    ThreadPoolExecutor::new()
}

/// Each check, by the name it is exported under.
macro_rules! checks {
    ($($name:ident => $body:block)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $name() $body
        )*
    };
}

checks! {
    a_pool_says_why_it_runs_tasks_where_they_are_submitted => {
        let pool = pool();
        assert_eq!(pool.degraded(), None);
        let future = pool.submit(|| 7);
        assert!(future.is_done());
        assert_eq!(future.result().unwrap(), 7);
        assert_eq!((pool.degraded(), pool.worker_count()), (Some(Degraded::Unsupported), 0));
    }

    tasks_submit_others_and_wait_for_them => {
        let pool = pool();
        let handle = pool.handle();
        let sum = pool.submit(move || (0..10).map(|n| handle.submit(move || n).result().unwrap()).sum::<u32>());
        assert_eq!(sum.result().unwrap(), 45);
        pool.execute(|| ()).unwrap();
        assert_eq!(pool.try_submit(|| 1).unwrap().result().unwrap(), 1);
        assert_eq!(blocking(|| 7), 7);
    }

    a_state_is_made_for_a_task => {
        let pool = ThreadPoolExecutor::builder().worker_state(|_| 6).build().unwrap();
        assert_eq!(pool.submit_local(|n| *n + 1).result().unwrap(), 7);
    }

    map_gives_results_in_order => {
        let squares: Vec<u32> = pool().map(0..5, |n| n * n).map(Result::unwrap).collect();
        assert_eq!(squares, [0, 1, 4, 9, 16]);
    }

    many_can_be_waited_for => {
        let pool = pool();
        let futures: Vec<_> = (0..5).map(|n| pool.submit(move || n)).collect();
        assert!(wait(&futures, ReturnWhen::AllCompleted, None).not_done.is_empty());
        assert_eq!(as_completed(futures).map(|future| future.result().unwrap()).sum::<u32>(), 10);
        let mut set: CompletionSet<_> = (0..5).map(|n| pool.submit(move || n)).collect();
        assert_eq!(set.by_ref().count(), 5);
        let joined = join_all((0..5).map(|n| pool.submit(move || n)));
        assert_eq!(joined.result().unwrap().len(), 5);
        assert_eq!(race([pool.submit(|| 7)]).result().unwrap(), (0, 7));
    }

    tasks_borrow => {
        let pool = pool();
        let numbers = [1_u32, 2, 3];
        let sum = AtomicU32::new(0);
        scope(&pool, |s| numbers.iter().for_each(|n| s.submit(|| sum.fetch_add(*n, SeqCst)).detach()));
        let (a, b) = join(&pool, || numbers.len(), || sum.load(SeqCst));
        assert_eq!((a, b), (3, 6));
    }

    callbacks_and_derived_futures_run => {
        let pool = pool();
        let (promise, future) = promise::<u32>();
        let doubled = future.map(|n| n * 2).then_on(pool.handle(), |n| n + 1);
        let (send, receive) = std::sync::mpsc::channel();
        doubled.add_done_callback(move |outcome| send.send(*outcome.unwrap()).unwrap());
        promise.complete(3).unwrap();
        assert_eq!((receive.try_recv(), doubled.result().unwrap()), (Ok(7), 7));
    }

    what_nobody_can_bring_about_is_a_deadlock_and_no_trap => {
        let (_promise, future) = promise::<u32>();
        assert!(!future.wait_timeout(Duration::from_secs(1)));
        assert!(as_completed([&future]).all(|future| !future.is_done()));
        assert!(future.result().unwrap_err().is_deadlock());
    }

    what_is_waited_for_with_a_timeout_has_timed_out => {
        let (_promise, future) = promise::<u32>();
        let timeout = Duration::ZERO;
        assert_eq!(wait([&future], ReturnWhen::AllCompleted, Some(timeout)).ended, Ended::TimedOut);
        assert_eq!(wait([&future], ReturnWhen::AllCompleted, None).ended, Ended::Deadlock);
        assert!(as_completed_timeout([&future], timeout).next().unwrap().is_err());
        let mut set: CompletionSet<_> = [&future].into_iter().collect();
        assert!(set.next_timeout(timeout).is_err());
        drop(set);
        assert!(future.result_timeout(timeout).is_err());
    }

    a_scope_ends_tasks_that_nobody_can_run => {
        let manual = ManualExecutor::new();
        let ran = AtomicU32::new(0);
        scope(&manual, |s| {
            s.submit(|| ran.fetch_add(1, SeqCst)).detach();
            manual.run_all();
            s.submit(|| ran.fetch_add(1, SeqCst)).detach();
        });
        manual.run_all();
        assert_eq!(ran.load(SeqCst), 1);
    }

    an_async_block_that_wakes_itself_needs_no_deep_stack => {
        let pool = pool();
        let mut left = 1_000_000_u32;
        let block = pool.spawn_async(std::future::poll_fn(move |context| {
            if left == 0 {
                return std::task::Poll::Ready(7);
            }
            left -= 1;
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        }));
        assert_eq!(block.result().unwrap(), 7);
    }

    async_blocks_run => {
        let pool = pool();
        let (promise, future) = promise::<u32>();
        let block = pool.spawn_async(async move { future.await.unwrap() + 1 });
        assert!(!block.is_done());
        promise.complete(6).unwrap();
        assert_eq!(block.result().unwrap(), 7);
    }

    options_tokens_and_groups_work => {
        let pool = pool();
        let token = CancellationToken::new();
        let options = TaskOptions::new().name("named").timeout(Duration::from_secs(1)).cancelled_by(&token);
        assert_eq!(pool.submit_with(options.clone(), |context| context.checkpoint().is_ok()).result().ok(), Some(true));
        token.cancel();
        assert!(pool.submit_with(options, |_| ()).result().unwrap_err().is_cancelled());
        let mut group = TaskGroup::new(pool.handle()).policy(GroupPolicy::FirstSuccess);
        (0..3).for_each(|n| group.submit(move || n));
        assert_eq!(group.join().into_iter().flatten().collect::<Vec<_>>(), [0]);
    }

    a_manual_executor_is_what_it_is_elsewhere => {
        let manual = ManualExecutor::new();
        let future = earnest::ExecutorExt::submit(&manual, || 7);
        assert!(!future.is_done());
        manual.run_all();
        assert_eq!(future.result().unwrap(), 7);
    }

    what_is_scheduled_ends_with_the_pool => {
        let pool = pool();
        let later = pool.schedule_after(Duration::ZERO, || ());
        let again = pool.schedule_every(Every::rate(Duration::from_secs(1)), || ());
        pool.shutdown();
        assert!(later.result().unwrap_err().is_rejected());
        assert!(again.result().unwrap_err().is_rejected());
        assert!(pool.submit(|| ()).result().unwrap_err().is_rejected());
    }
}
