use earnest_pool::injector::{Injector, Pack};
use std::sync::atomic::{AtomicBool, Ordering::AcqRel, Ordering::SeqCst, fence};
use std::thread;

/// Queued in one word each.
struct Number(usize);

// SAFETY: it is one word.
unsafe impl Pack for Number {
    const WIDEST: usize = 1;

    fn width(&self) -> usize {
        1
    }

    unsafe fn write(self, to: *mut usize) {
        // SAFETY: by the caller's promise.
        unsafe { to.write(self.0) }
    }

    unsafe fn read(from: *const usize, _: usize) -> Number {
        // SAFETY: by the caller's promise.
        Number(unsafe { from.read() })
    }
}

fn push(queue: &Injector<Number>, number: usize) {
    queue.push(Number(number));
}

/// How many words a block has.
const ROOM: usize = 254;

/// Whoever looks while a block comes back, with the tail where the head was before it left that block, sees that something
/// is queued.
#[test]
fn a_queue_is_not_empty_whose_tail_has_come_back_to_where_the_head_was() {
    let queue = Injector::new();
    for number in 1..ROOM {
        push(&queue, number);
        assert!(queue.take(1, drop).is_some());
    }
    assert!(queue.is_empty());
    // The last word of the block, and the first of the next.
    push(&queue, ROOM);
    push(&queue, ROOM + 1);
    assert_eq!(queue.take(2, drop).map(|number| number.0), Some(ROOM));
    assert!(queue.is_empty());
    // The first block has been used up, and is the one after the next.
    for n_pushed in 1..2 * ROOM {
        push(&queue, n_pushed);
        assert!(!queue.is_empty(), "with {n_pushed} pushed");
    }
    assert_eq!(queue.count(usize::MAX), 2 * ROOM - 1);
}

#[test]
fn what_is_queued_is_counted_and_comes_out_in_order() {
    let queue = Injector::new();
    // More than one block, in any case.
    let n = if cfg!(miri) { ROOM + 50 } else { 1_000 };
    (1..=n).for_each(|number| push(&queue, number));
    assert_eq!((queue.count(7), queue.count(usize::MAX)), (7, n));
    let mut taken = Vec::new();
    while let Some(first) = {
        let mut rest = Vec::new();
        let first = queue.take(32, |number| rest.push(number.0));
        first.map(|first| (first.0, rest))
    } {
        taken.push(first.0);
        taken.extend(first.1);
    }
    assert_eq!(taken, (1..=n).collect::<Vec<_>>());
    assert!(queue.is_empty());
}

/// Who pushes and then looks who is there, and who leaves and then counts: one of them sees the other, be it that what was
/// pushed is not ready yet.
#[test]
fn what_is_about_to_be_queued_is_counted() {
    let rounds = if cfg!(miri) { 16 } else { 1_000 };
    let queue = Injector::new();
    for round in 0..rounds {
        let has_left = AtomicBool::new(false);
        let (n_queued, is_seen) = thread::scope(|threads| {
            let pusher = threads.spawn(|| {
                push(&queue, 1);
                has_left.load(SeqCst)
            });
            (0..2 * round % 32).for_each(|_| thread::yield_now());
            has_left.swap(true, AcqRel);
            fence(SeqCst);
            (queue.count(1), pusher.join().unwrap())
        });
        assert!(n_queued == 1 || is_seen, "neither sees the other");
        assert!(queue.take(1, drop).is_some());
    }
}

/// More blocks than are kept for later, used up at once, and what is kept, used again.
#[test]
fn one_take_may_use_up_many_blocks() {
    let queue = Injector::new();
    let (rounds, n_blocks) = if cfg!(miri) { (2, 3) } else { (3, 50) };
    let n = n_blocks * ROOM;
    for _ in 0..rounds {
        (0..n).for_each(|number| push(&queue, number));
        let mut rest = Vec::new();
        let first = queue.take(usize::MAX, |number| rest.push(number.0));
        assert_eq!(first.map(|first| first.0), Some(0));
        assert!(rest.into_iter().eq(1..n));
        assert!(queue.is_empty());
    }
}
