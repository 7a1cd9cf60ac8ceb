//! How many tasks each executor says it runs at the same time.

use earnest::{Executor, InlineExecutor, ManualExecutor, ThreadPoolExecutor};
use std::num::NonZeroUsize;
use std::sync::Arc;

fn told_by(executor: &(impl Executor + ?Sized)) -> Option<usize> {
    executor.parallelism().map(NonZeroUsize::get)
}

#[test]
fn a_pool_says_its_largest_number_of_workers_by_whatever_handle() {
    let pool = ThreadPoolExecutor::builder().max_workers(3).build().unwrap();
    assert_eq!(told_by(&pool), Some(3));
    assert_eq!(told_by(&pool.handle()), Some(3));
    assert_eq!(told_by(&&pool), Some(3), "a reference passes it on");
    let shared: Arc<dyn Executor> = Arc::new(pool);
    assert_eq!(told_by(&shared), Some(3), "and so does an `Arc`");
}

#[test]
fn executors_without_threads_say_one() {
    assert_eq!(told_by(&InlineExecutor), Some(1));
    assert_eq!(told_by(&ManualExecutor::new()), Some(1));
}

#[test]
fn who_implements_only_spawn_says_nothing() {
    struct Unknown;
    impl Executor for Unknown {
        fn spawn(&self, task: earnest::Runnable) -> Result<(), earnest::Refused> {
            task.run();
            Ok(())
        }
    }
    assert_eq!(told_by(&Unknown), None);
}

#[cfg(feature = "rayon")]
#[test]
fn a_rayon_pool_says_the_number_of_its_threads() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    assert_eq!(told_by(&earnest::RayonExecutor::new(pool)), Some(2));
}
