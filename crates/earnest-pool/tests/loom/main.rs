//! Models of the pool's protocols, one file each. `cargo xtask loom` runs them.

#![cfg(earnest_loom)]

mod async_blocks;
mod bounded;
mod broken;
mod cancel_vs_steal;
mod injector;
mod no_thread;
mod push_vs_sleep;
mod shrink;
mod submit_vs_shutdown;
mod wait_vs_push;

fn pool(max_workers: usize) -> earnest_pool::ThreadPoolExecutor {
    earnest_pool::ThreadPoolExecutor::builder()
        .max_workers(max_workers)
        .thread_name_prefix("model")
        .build()
        .unwrap()
}
