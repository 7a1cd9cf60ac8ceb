//! A future can go where its value can go.

use earnest::{Future, promise};
use std::rc::Rc;

fn to_another_thread<T: Send>(_: T) {}

fn main() {
    let (promise, future): (_, Future<Rc<u32>>) = promise();
    promise.complete(Rc::new(7)).unwrap();
    to_another_thread(future);
}
