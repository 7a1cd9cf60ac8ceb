//! `wait` and its kin take futures.

use earnest::{CompletionSet, ReturnWhen, ThreadPoolExecutor, as_completed, wait};

fn main() {
    let pool = ThreadPoolExecutor::new();
    wait([1, 2], ReturnWhen::AllCompleted, None);
    wait([async { 1 }], ReturnWhen::AllCompleted, None);
    let keyed = as_completed([(pool.submit(|| 1), "the key comes first")]);
    println!("{}", keyed.count());
    CompletionSet::new().push("text");
}
