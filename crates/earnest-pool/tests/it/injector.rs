use core::num::NonZeroUsize;
use core::ptr::NonNull;
use earnest_pool::injector::{Injector, Pack};

/// Queued in one word each.
struct Number(NonZeroUsize, #[expect(dead_code, reason = "an item is wider than what stands for it")] usize);

impl Pack for Number {
    fn pack(self) -> Result<NonNull<()>, Number> {
        Ok(NonNull::dangling().with_addr(self.0))
    }

    unsafe fn unpack(thin: NonNull<()>) -> Number {
        Number(thin.addr(), 0)
    }
}

fn push(queue: &Injector<Number>, number: usize) {
    queue.push(Number(NonZeroUsize::new(number).unwrap(), 0));
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
    let mut n_pushed = 1;
    let taken = queue.take(2, |_| {
        // The first block has been used up by now, and is the one after the next.
        while n_pushed < ROOM + ROOM - 1 {
            push(&queue, 1);
            n_pushed += 1;
            assert!(!queue.is_empty(), "with {n_pushed} pushed");
        }
    });
    assert_eq!(taken.map(|number| number.0.get()), Some(ROOM));
    assert_eq!(queue.count(usize::MAX), n_pushed - 1);
}

#[test]
fn what_is_queued_is_counted_and_comes_out_in_order() {
    let queue = Injector::new();
    (1..=1_000).for_each(|number| push(&queue, number));
    assert_eq!((queue.count(7), queue.count(usize::MAX)), (7, 1_000));
    let mut taken = Vec::new();
    while let Some(first) = {
        let mut rest = Vec::new();
        let first = queue.take(32, |number| rest.push(number.0.get()));
        first.map(|first| (first.0.get(), rest))
    } {
        taken.push(first.0);
        taken.extend(first.1);
    }
    assert_eq!(taken, (1..=1_000).collect::<Vec<_>>());
    assert!(queue.is_empty());
}
