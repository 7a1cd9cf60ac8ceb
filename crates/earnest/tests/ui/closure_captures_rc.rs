//! A task runs on another thread, so what its closure captures has to be `Send`.

use earnest::ThreadPoolExecutor;
use std::rc::Rc;

fn main() {
    let pool = ThreadPoolExecutor::new();
    let words = Rc::new(vec!["a", "b"]);
    let length = pool.submit(move || words.len());
    println!("{}", length.result().unwrap());
}
