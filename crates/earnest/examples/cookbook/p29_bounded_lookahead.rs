//! A large file, read by the main thread no faster than the pool works on its lines: memory stays bounded.

use earnest::{MapExt, MapOptions, ThreadPoolExecutor};
use std::cell::Cell;
use std::error::Error;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};

/// Stands for a service that is asked about a line.
fn query(line: &str) -> usize {
    line.len()
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(tempfile::tempfile()?);
    for n in 0..10_000 {
        writeln!(file, "line {n}")?;
    }
    let mut file = file.into_inner()?;
    file.rewind()?;

    let pool = ThreadPoolExecutor::new();
    // How many lines have been read, how many answered, and how far apart that was at most.
    let (read, answered, furthest) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let lines = BufReader::new(file).lines().inspect(|_| {
        read.set(read.get() + 1);
        furthest.set(furthest.get().max(read.get() - answered.get()));
    });
    let mut bytes = 0;
    for answer in
        pool.map_with(MapOptions::new().buffer_size(16), lines, |line| line.map(|line| query(&line)))
    {
        bytes += answer??;
        answered.set(answered.get() + 1);
    }
    println!("{} lines, {bytes} bytes", answered.get());
    println!("never more than {} lines ahead", furthest.get());
    Ok(())
}
