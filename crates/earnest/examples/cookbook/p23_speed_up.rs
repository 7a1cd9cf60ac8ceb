//! The same work one by one and in parallel, and how much faster that was.

use earnest::{Error, MapExt, ThreadPoolExecutor};
use std::time::Instant;

/// How many primes there are below `n`: work for a processor.
fn primes_below(n: u64) -> usize {
    (2..n).filter(|n| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0)).count()
}

pub(crate) fn main() -> Result<(), Error> {
    // The longest first: begun last, one of them might run alone for long.
    let inputs = (1..=16).rev().map(|n| n * 4_000);

    let begin = Instant::now();
    let expected: Vec<usize> = inputs.clone().map(primes_below).collect();
    let serial = begin.elapsed().as_secs_f64();

    let pool = ThreadPoolExecutor::new();
    let begin = Instant::now();
    let counts: Vec<usize> = pool.map(inputs, primes_below).collect::<Result<_, _>>()?;
    let parallel = begin.elapsed().as_secs_f64();

    println!("{} primes; the same in parallel: {}", expected.iter().sum::<usize>(), counts == expected);
    println!("one by one {serial:.3} s, in parallel {parallel:.3} s");
    println!("that is {:.1} x as fast", serial / parallel);
    Ok(())
}
