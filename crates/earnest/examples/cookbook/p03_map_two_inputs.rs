//! `map` over two inputs, pair by pair, until the shorter one ends.

use earnest::{Error, MapExt, ThreadPoolExecutor};
use std::iter::zip;

pub(crate) fn main() -> Result<(), Error> {
    let pool = ThreadPoolExecutor::new();
    let cities = ["Oslo", "Rome", "Lima", "Nowhere"];
    let degrees = [-3, 21, 17];
    for line in pool.map(zip(cities, degrees), |(city, degrees)| format!("{city}: {degrees} degrees")) {
        println!("{}", line?);
    }
    Ok(())
}
