//! An initializer says whether it has failed, and nothing else.

use earnest::ThreadPoolExecutor;

fn main() {
    let pool = ThreadPoolExecutor::builder().initializer(|| 7).build();
    println!("{}", pool.is_ok());
    let pool = ThreadPoolExecutor::builder().initializer(|| Err::<(), u32>(7)).build();
    println!("{}", pool.is_ok());
}
