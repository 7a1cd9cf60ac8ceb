//! What `cargo xtask counts` runs under callgrind: `counts ROW N` does one operation N times and says how
//! often memory was allocated; `counts` lists the rows. To add one, add its name to them.

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! rows {
    ($($name:ident,)*) => {
        /// What can be counted. The names are those of the rows in counts.toml.
        const ROWS: &[(&str, fn(u64))] = &[$((stringify!($name), earnest_benches::$name)),*];
    };
}

rows! {
    promise_complete_take,
    task_run_take,
    task_cancel,
    callback,
    derived,
    as_completed_each,
    completion_set_each,
    submit_and_wait_on_a_worker,
    execute_on_a_worker,
    join_on_a_worker,
    scope_task_on_a_worker,
    map_item_on_a_worker,
    map_chunked_item_on_a_worker,
}

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: everything is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: as our caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as our caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: as our caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => ROWS.iter().for_each(|(name, _)| println!("{name}")),
        [name, times] => {
            let (Some((_, operation)), Ok(times)) =
                (ROWS.iter().find(|(row, _)| row == name), times.parse::<u64>())
            else {
                return ExitCode::FAILURE;
            };
            let before = ALLOCATIONS.load(Relaxed);
            operation(times);
            println!("allocations {}", ALLOCATIONS.load(Relaxed) - before);
        }
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}
