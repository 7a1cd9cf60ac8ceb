//! That the memory of the tasks is that of the vector.

use super::{Next, Wanted};
use crate::{MapExt, MapOptions};
use earnest_core::InlineExecutor;

#[test]
fn the_vector_is_the_memory_that_the_tasks_have_written_to() {
    let mut map = InlineExecutor.map_with(MapOptions::new().chunk_size(3), 0..10_u64, |n| n * n);
    assert!(map.advance(Wanted::All) == Next::Values);
    let start = map.values.start();
    let vec = map.into_vec().unwrap();
    assert_eq!((vec.len(), vec[9], Some(vec.as_ptr())), (10, 81, start));
}
