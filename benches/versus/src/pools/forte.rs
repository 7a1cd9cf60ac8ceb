//! forte, which is a static, and the thread that asks takes part. To end it hangs, so it needs a process of its own.

use super::Pool;
use forte::ThreadPool;

pub(crate) struct Forte(pub(crate) &'static ThreadPool);

static POOL: ThreadPool = ThreadPool::new();

impl Pool for Forte {
    fn name() -> String {
        "forte".to_owned()
    }

    fn start(workers: usize) -> Self {
        if workers > 1 {
            POOL.resize_to(workers - 1);
        }
        Forte(&POOL)
    }
}
