//! `wait` takes several futures; for one of them there is a method.

use earnest::{ReturnWhen, ThreadPoolExecutor, wait};

fn main() {
    let pool = ThreadPoolExecutor::new();
    let future = pool.submit(|| 7);
    wait(&future, ReturnWhen::AllCompleted, None);
}
