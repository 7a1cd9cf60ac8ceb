//! What a task returns comes back from another thread, so it has to be `Send` as well.

use earnest::ThreadPoolExecutor;
use std::rc::Rc;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let shared = pool.submit(|| Rc::new(7));
    println!("{}", shared.result().unwrap());
}
