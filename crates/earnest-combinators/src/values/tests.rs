//! Each value is somewhere, once, and dropped once.

use super::{MOST, Room, Values};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

fn written<R>(mut room: Room<R>, values: impl IntoIterator<Item = R>) -> Values<R> {
    room.extend(values.into_iter());
    room.take_written()
}

#[test]
fn parts_that_are_complete_and_in_order_are_the_memory_itself() {
    let mut all = Room::new(6);
    let parts = [all.part(2), all.part(3), all.part(1)];
    drop(all);
    let [first, second, third] = parts;
    let third = written(third, [5]);
    let mut values = written(first, [0, 1]);
    let start = values.start();
    for mut others in [written(second, [2, 3, 4]), third] {
        assert!(values.append(&mut others));
        assert_eq!(others.len(), 0);
    }
    let vec = values.into_vec();
    assert_eq!((vec.as_slice(), Some(vec.as_ptr())), (&[0, 1, 2, 3, 4, 5][..], start));
}

#[test]
fn what_lies_elsewhere_or_not_behind_is_not_appended() {
    let mut all = Room::new(4);
    let (first, second) = (all.part(2), all.part(2));
    let mut second = written(second, [2, 3]);
    let mut values = written(first, [0]);
    // The first part is not complete.
    assert!(!values.append(&mut second));
    assert!(!values.append(&mut written(Room::new(1), [9])));
    assert!(values.append(&mut Values::none()));
    // The memory is shared, so it is copied.
    assert_eq!((values.into_vec(), second.into_vec()), (vec![0], vec![2, 3]));
}

#[test]
fn a_part_that_is_not_there_is_memory_of_its_own() {
    let mut all = Room::if_small(3);
    let (first, second) = (all.part(2).or_new(9), all.part(2).or_new(2));
    assert!(!written(first, [0, 1]).append(&mut written(second, [2, 3])));
    assert_eq!(written(all, [4]).into_vec(), [4]);
    for too_many in [usize::MAX, MOST / 8 + 1] {
        assert!(Room::<u64>::if_small(too_many).part(1).written.memory.is_none());
    }
}

#[test]
fn what_is_moved_to_a_vector_comes_behind_what_is_there() {
    let mut all = vec![Arc::new(0)];
    let mut values = written(Room::new(3), [1, 2, 3].map(Arc::new));
    drop(values.next());
    values.move_to(&mut all);
    Values::none().move_to(&mut all);
    assert_eq!(all, [0, 2, 3].map(Arc::new));
}

#[test]
fn values_of_no_size_are_counted_too() {
    let mut all = Room::new(4);
    let (first, second) = (all.part(1), all.part(3));
    drop(all);
    let mut values = written(first, [()]);
    assert!(values.append(&mut written(second, [(); 3])));
    assert_eq!(values.into_vec().len(), 4);
}

#[test]
fn each_value_is_dropped_once_wherever_it_is_left() {
    let value = Arc::new(());
    let some = |n: usize| std::iter::repeat_with(|| value.clone()).take(n);
    let mut all = Room::new(10);
    let parts = [all.part(4), all.part(4), all.part(2)];
    let [first, second, third] = parts;
    let mut first = written(first, some(4));
    let left = first.split_off(3);
    drop(first.next());
    drop(left);
    assert_eq!(Arc::strong_count(&value), 3);
    let second = written(second, some(4)).into_vec();
    let mut third = third;
    third.extend(some(1));
    drop(all);
    assert_eq!(Arc::strong_count(&value), 8);
    drop((first, second, third));
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn what_came_before_a_panic_is_kept_and_what_comes_after_lies_behind() {
    let value = Arc::new(1);
    let mut room = Room::new(5);
    let mut n = 0;
    let mut values = std::iter::repeat_with(|| {
        n += 1;
        assert!(n != 3, "the third");
        value.clone()
    });
    let caught = catch_unwind(AssertUnwindSafe(|| room.extend(values.by_ref().take(5))));
    assert!(caught.is_err());
    let mut before = room.take_written();
    room.extend(values.take(2));
    let mut after = room.take_written();
    assert_eq!((before.len(), after.len(), Arc::strong_count(&value)), (2, 2, 5));
    assert!(before.append(&mut after));
    drop(room);
    let all = before.into_vec();
    assert_eq!((all.len(), Arc::strong_count(&value)), (4, 5));
    drop(all);
    assert_eq!(Arc::strong_count(&value), 1);
}
