//! A thread for each task, by the standard library.

use super::{Execute, Pool, Submit};
use std::thread::{self, JoinHandle};

pub(crate) struct Threads;

impl Pool for Threads {
    fn name() -> String {
        "std::thread".to_owned()
    }

    fn start(_workers: usize) -> Self {
        Threads
    }
}

impl Execute for Threads {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        thread::spawn(f);
    }
}

impl Submit for Threads {
    type Handle<T: Send + 'static> = JoinHandle<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        thread::spawn(f)
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = JoinHandle<T>>,
        mut each: impl FnMut(T),
    ) {
        handles.into_iter().for_each(|handle| each(handle.join().expect("it does not fail")));
    }
}
