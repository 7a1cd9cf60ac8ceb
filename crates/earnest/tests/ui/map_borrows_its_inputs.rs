//! The inputs of `map` go to tasks, so they cannot be references into a local.

use earnest::{MapExt, ThreadPoolExecutor};

fn main() {
    let pool = ThreadPoolExecutor::new();
    let texts = vec![String::from("1"), String::from("2")];
    let lengths = pool.map(&texts, |text| text.len());
    println!("{}", lengths.count());
}
