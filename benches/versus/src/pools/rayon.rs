//! rayon. Its `spawn` has no result: see [`Oneshot`](super::Oneshot).

use super::{Execute, Pool};
use rayon::{ThreadPool, ThreadPoolBuilder};

pub(crate) struct Rayon(pub(crate) ThreadPool);

impl Pool for Rayon {
    fn name() -> String {
        "rayon".to_owned()
    }

    fn start(workers: usize) -> Self {
        Rayon(ThreadPoolBuilder::new().num_threads(workers).build().expect("these settings are a pool"))
    }
}

impl Execute for Rayon {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.spawn(f);
    }

    fn execute_nested(&self, f: impl FnOnce() + Send + 'static) {
        rayon::spawn(f);
    }
}
