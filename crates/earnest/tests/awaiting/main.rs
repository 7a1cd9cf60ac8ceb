//! Futures of a pool, awaited from the runtimes that people have.

earnest_testing::guard!();

use earnest::{CancellationToken, Future, SharedFuture, TaskOptions, ThreadPoolExecutor, join_all, promise};
use earnest_testing::watched;
use std::future::Future as AsyncBlock;
use std::time::Duration;

/// Runs a block to its end.
type BlockOn = fn(std::pin::Pin<Box<dyn AsyncBlock<Output = ()> + Send>>);

const RUNTIMES: [(&str, BlockOn); 4] = [
    ("tokio, one thread", |block| {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(block);
    }),
    ("tokio, many threads", |block| tokio::runtime::Runtime::new().unwrap().block_on(block)),
    ("smol", |block| smol::block_on(block)),
    ("futures", |block| futures_executor::block_on(block)),
];

fn on_each<F: AsyncBlock<Output = ()> + Send + 'static>(block: impl Fn() -> F) {
    for (name, block_on) in RUNTIMES {
        watched(name, || block_on(Box::pin(block())));
    }
}

fn pool() -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(2).build().unwrap()
}

/// Not there at once, so that it has to be waited for.
fn late(pool: &ThreadPoolExecutor, n: u32) -> Future<u32> {
    pool.submit(move || {
        std::thread::sleep(Duration::from_millis(5));
        n
    })
}

#[test]
fn a_future_and_all_that_is_made_of_it_can_be_awaited() {
    on_each(|| async {
        let pool = pool();
        assert_eq!(late(&pool, 7).await.unwrap(), 7);
        assert_eq!(late(&pool, 7).map(|n| n * 2).await.unwrap(), 14);
        let shared: SharedFuture<u32> = late(&pool, 7).shared();
        assert_eq!((&shared).await.copied().unwrap(), 7);
        let all = join_all((0..5).map(|n| late(&pool, n))).await.unwrap();
        assert_eq!(all.into_iter().map(Result::unwrap).sum::<u32>(), 10);
        assert!(late(&pool, 7).cancel_on_drop().await.is_ok());
        let panicked: Future<()> = pool.submit(|| panic!("in a task"));
        assert!(panicked.await.unwrap_err().is_panicked());
    });
}

#[test]
fn a_promise_and_a_token_can_be_awaited() {
    on_each(|| async {
        let (promise, future) = promise();
        let token = CancellationToken::new();
        let cancelled = token.cancelled();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(5));
            promise.complete(7).unwrap();
            token.cancel();
        });
        assert_eq!(future.await.unwrap(), 7);
        assert!((&cancelled).await.is_ok());
    });
}

#[test]
fn blocks_on_the_pool_and_on_the_runtime_await_each_other() {
    on_each(|| async {
        let pool = pool();
        let handle = pool.handle();
        let block = pool.spawn_async(async move { handle.submit(|| 3).await.unwrap() + 4 });
        assert_eq!(block.await.unwrap(), 7);
        let options = TaskOptions::new().timeout(Duration::from_millis(10));
        let late = pool.submit_with(options, |context| context.token().wait());
        assert!(late.await.unwrap_err().is_deadline_exceeded());
    });
}

#[test]
fn what_tokio_does_with_futures_it_can_do_with_these() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let pool = pool();
    watched("tokio", || {
        runtime.block_on(async {
            let spawned = tokio::spawn(late(&pool, 7));
            let (a, b) = tokio::join!(late(&pool, 1), late(&pool, 2));
            assert_eq!((spawned.await.unwrap().unwrap(), a.unwrap(), b.unwrap()), (7, 1, 2));
            let (promise, never) = promise::<()>();
            assert!(tokio::time::timeout(Duration::from_millis(10), never).await.is_err());
            drop(promise);
            let first = tokio::select! {
                n = late(&pool, 3) => n.unwrap(),
                () = tokio::time::sleep(Duration::from_secs(60)) => 0,
            };
            assert_eq!(first, 3);
        });
    });
}

#[cfg(feature = "stream")]
#[test]
fn futures_that_complete_are_a_stream_on_each_of_them() {
    use smol::stream::StreamExt;
    on_each(|| async {
        let pool = pool();
        let futures: Vec<_> = (0..20).map(|n| late(&pool, n)).collect();
        let mut stream = earnest::as_completed(futures).into_stream();
        let mut sum = 0;
        while let Some(future) = stream.next().await {
            sum += future.result().unwrap();
        }
        assert_eq!(sum, 190);
    });
}
