//! What a scoped task borrows has to be there before the scope.

use earnest::{ThreadPoolExecutor, scope};

fn main() {
    let pool = ThreadPoolExecutor::new();
    scope(&pool, |s| {
        let words = ["a", "b"];
        s.execute(|| println!("{}", words.len()));
    });
}
