//! What a task costs in memory, by count. A program of its own, as it replaces the allocator, and without the test
//! harness, whose threads allocate too.

earnest_testing::guard!();

use earnest_core::{Future, promise, scope};
use earnest_pool::ThreadPoolExecutor;
use libtest_mimic::{Arguments, Trial};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, SeqCst);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    let mut arguments = Arguments::from_args();
    // On this thread, one after the other: counts are of the whole process.
    arguments.test_threads = Some(1);
    let trial = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let trials = vec![
        trial("a_promise_costs_one_allocation", a_promise_costs_one_allocation),
        trial(
            "a_submitted_task_costs_one_allocation_plus_the_queue_s_blocks",
            a_submitted_task_costs_one_allocation_plus_the_queue_s_blocks,
        ),
        trial(
            "what_is_executed_costs_the_queue_s_blocks_and_nothing_else",
            what_is_executed_costs_the_queue_s_blocks_and_nothing_else,
        ),
        trial(
            "waits_that_run_out_of_time_leave_nothing_behind",
            waits_that_run_out_of_time_leave_nothing_behind,
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.load(SeqCst);
    f();
    ALLOCATIONS.load(SeqCst) - before
}

const TASKS: usize = 100_000;

fn a_submitted_task_costs_one_allocation_plus_the_queue_s_blocks() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    let mut futures = Vec::with_capacity(TASKS);
    // Starts the thread, which is not what is counted.
    pool.submit(|| ()).result().unwrap();
    let (open, gate) = promise::<()>();
    pool.submit(move || drop(gate.result())).detach();
    let counted = allocations(|| {
        futures.extend((0..TASKS as u64).map(|n| pool.submit(move || n)));
        open.complete(()).unwrap();
        // The last to run: when it is done, no other result needs to be blocked on.
        pool.submit(|| ()).result().unwrap();
        assert_eq!(futures.drain(..).map(|future| future.result().unwrap()).sum::<u64>(), 4_999_950_000);
    });
    println!("{counted} allocations for {TASKS} tasks");
    assert!(counted as f64 <= 1.05 * TASKS as f64, "{counted} allocations for {TASKS} tasks");
    assert!(counted >= TASKS, "{counted} allocations for {TASKS} tasks: they are not all counted");
}

/// Closures of three words, and in a scope of two.
fn what_is_executed_costs_the_queue_s_blocks_and_nothing_else() {
    static RUN: AtomicUsize = AtomicUsize::new(0);
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    pool.submit(|| ()).result().unwrap();
    let executed = allocations(|| {
        for n in 0..TASKS {
            let captured = (&RUN, n, n);
            pool.execute(move || _ = captured.0.fetch_add(1 + captured.1 - captured.2, SeqCst)).unwrap();
        }
        while RUN.load(SeqCst) < TASKS {
            std::thread::yield_now();
        }
    });
    let in_scope = allocations(|| {
        let run = AtomicUsize::new(0);
        scope(&pool, |s| {
            for n in 0..TASKS {
                let run = &run;
                s.execute(move || _ = run.fetch_add(1 + n - n, SeqCst));
            }
        });
        assert_eq!(run.into_inner(), TASKS);
    });
    println!("{executed} and {in_scope} allocations for {TASKS} tasks");
    // A block has room for fifty.
    let limit = TASKS / 40;
    assert!(
        executed <= limit && in_scope <= limit,
        "{executed} and {in_scope} allocations for {TASKS} tasks"
    );
}

fn a_promise_costs_one_allocation() {
    let counted = allocations(|| {
        for n in 0..1_000 {
            let (promise, future) = promise();
            promise.complete(n).unwrap();
            assert_eq!(future.result().unwrap(), n);
        }
    });
    assert_eq!(counted, 1_000);
}

fn waits_that_run_out_of_time_leave_nothing_behind() {
    let (promise, future) = promise::<()>();
    let wait = |future: &Future<()>| assert!(!future.wait_timeout(std::time::Duration::from_nanos(1)));
    wait(&future);
    assert_eq!(allocations(|| (0..10_000).for_each(|_| wait(&future))), 0);
    promise.complete(()).unwrap();
}
