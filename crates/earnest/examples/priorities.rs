//! What runs first, and on how many threads: priorities, and a pool that grows and shrinks.
//!
//! ```text
//! cargo run --release --example priorities
//! ```

use earnest::{MapExt, Priority, TaskOptions, ThreadPoolExecutor};
use std::sync::mpsc::channel;
use std::time::Duration;

fn main() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        // Threads that have had nothing to do for so long end.
        .keep_alive(Duration::from_millis(20))
        .build()
        .expect("one worker is a pool");

    // While the one worker is held up, tasks queue. Those of higher priority come first; of each kind, the first.
    let (go, gate) = channel::<()>();
    let held = pool.submit(move || gate.recv().is_err());
    let (tell, told) = channel();
    let submit = |priority, name: &'static str| {
        let tell = tell.clone();
        let options = TaskOptions::new().name(name).priority(priority);
        let task =
            pool.submit_with(options, move |_| tell.send((priority, name)).expect("it is listened to"));
        task.detach();
    };
    submit(Priority::Low, "report");
    submit(Priority::Normal, "page");
    submit(Priority::High, "login");
    submit(Priority::High, "payment");
    drop((go, tell));
    assert!(held.result().expect("it does not fail"));
    let order: Vec<_> = told.iter().inspect(|task| println!("{task:?}")).map(|(_, name)| name).collect();
    assert_eq!(order, ["login", "payment", "page", "report"]);

    // More workers while there is much to do, and fewer again.
    pool.set_max_workers(4).expect("four workers are a pool");
    let sum: u64 = pool.map(0..1000_u64, |n| n * n).map(|square| square.expect("no task fails")).sum();
    println!("{sum} by {} threads", pool.worker_count());
    pool.set_max_workers(1).expect("one worker is a pool");
    while pool.worker_count() > 0 {
        std::thread::yield_now();
    }
    println!("with nothing to do, there are no threads");
}
