//! A task of `submit` may outlive the function that submits it, so it cannot borrow from it.

use earnest::ThreadPoolExecutor;

fn longest(pool: &ThreadPoolExecutor) -> usize {
    let words = vec!["submit", "does", "not", "borrow"];
    let longest = pool.submit(|| words.iter().map(|word| word.len()).max());
    longest.result().unwrap().unwrap_or(0)
}

fn main() {
    println!("{}", longest(&ThreadPoolExecutor::new()));
}
