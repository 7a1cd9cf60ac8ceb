//! What `{:?}` shows of a pool: what it is called, how many workers it may have, and what those that it has are about.

use earnest_pool::ThreadPoolExecutor;
use std::sync::mpsc::channel;

#[test]
fn a_pool_shows_its_name_and_its_workers() {
    let pool = ThreadPoolExecutor::builder().max_workers(2).thread_name_prefix("shown").build().unwrap();
    let of = |live, closed| {
        format!(
            "{{ thread_name_prefix: \"shown\", max_workers: 2, workers: Counts {{ parked: 0, searching: 0, \
             starting: 0, live: {live}, blocked: 0, closed: {closed}, broken: false, no_thread: false }}, .. }}"
        )
    };
    assert_eq!(format!("{pool:?}"), format!("ThreadPoolExecutor {}", of(0, false)));
    let (tell, told) = channel();
    let (end, ended) = channel::<()>();
    let task = pool.submit(move || {
        tell.send(()).unwrap();
        let _ended = ended.recv();
    });
    told.recv().unwrap();
    // It has begun, so nobody starts or searches.
    assert_eq!(format!("{:?}", pool.handle()), format!("PoolHandle {}", of(1, false)));
    drop(end);
    task.result().unwrap();
    let handle = pool.handle();
    pool.shutdown();
    assert_eq!(format!("{handle:?}"), format!("PoolHandle {}", of(0, true)));
}

#[test]
fn settings_show_which_hooks_there_are() {
    let shown = format!("{:?}", ThreadPoolExecutor::builder().on_thread_stop(|_| ()));
    let hooks =
        "Hooks { on_thread_start: false, initializer: false, finalizer: false, on_thread_stop: true, .. }";
    assert!(shown.contains(hooks), "{shown}");
}
