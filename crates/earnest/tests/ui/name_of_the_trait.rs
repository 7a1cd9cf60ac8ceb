//! `earnest::Future` hides the trait of that name.

use earnest::{Future, ThreadPoolExecutor};

async fn double(n: impl Future<Output = u32>) -> u32 {
    n.await * 2
}

fn main() {
    let pool = ThreadPoolExecutor::new();
    println!("{}", pool.spawn_async(double(async { 21 })).result().unwrap());
}
