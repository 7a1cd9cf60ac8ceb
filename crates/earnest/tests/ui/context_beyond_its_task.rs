//! The context of a task ends with the task; its token may be kept.

use earnest::{TaskOptions, ThreadPoolExecutor};

fn main() {
    let pool = ThreadPoolExecutor::new();
    let context = pool.submit_with(TaskOptions::new(), |context| context);
    println!("{:?}", context.result());
}
