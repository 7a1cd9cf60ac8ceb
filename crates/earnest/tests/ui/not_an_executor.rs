//! Something that runs no tasks where an executor is wanted.

use earnest::{Future, TaskGroup, join, scope};

fn main() {
    let four = 4;
    scope(&four, |s| s.execute(|| println!("where?")));
    let (_one, _two) = join("threads", || 1, || 2);
    let doubled = Future::ready(1).then_on(four, |n| n * 2);
    println!("{}", doubled.result().unwrap());
    let group = TaskGroup::<_, u32>::new(std::thread::current());
    println!("{}", group.len());
}
