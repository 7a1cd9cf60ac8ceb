//! chili, which only forks and joins. The thread that asks takes part.

use super::Pool;
use chili::{Config, ThreadPool};
use std::num::NonZero;

pub(crate) struct Chili(pub(crate) ThreadPool);

impl Pool for Chili {
    fn name() -> String {
        "chili".to_owned()
    }

    /// The number it is given includes the thread that asks.
    fn start(workers: usize) -> Self {
        Chili(ThreadPool::with_config(Config { thread_count: NonZero::new(workers), ..Config::default() }))
    }
}
