//! The shared queue: everything that is pushed comes out once, each pusher's in its order, across the ends of blocks, which
//! are so short here that every second push closes one.

use earnest_pool::injector::{Injector, Pack};
use earnest_sync::{Arc, AtomicUsize, Ordering::Relaxed, model, thread};

/// Odd numbers are queued in one word, even ones in two.
struct Item {
    number: usize,
    copy: usize,
}

// SAFETY: as it is written it is read.
unsafe impl Pack for Item {
    const WIDEST: usize = 2;

    fn width(&self) -> usize {
        2 - self.number % 2
    }

    unsafe fn write(self, to: *mut usize) {
        if self.width() == 1 {
            // SAFETY: by the caller's promise.
            unsafe { to.write(self.number) }
        } else {
            // SAFETY: likewise.
            unsafe { to.cast::<Item>().write(self) }
        }
    }

    unsafe fn read(from: *const usize, width: usize) -> Item {
        if width == 1 {
            // SAFETY: by the caller's promise.
            Item::new(unsafe { from.read() })
        } else {
            // SAFETY: likewise.
            unsafe { from.cast::<Item>().read() }
        }
    }
}

impl Item {
    fn new(number: usize) -> Item {
        Item { number, copy: number }
    }

    fn number(self) -> usize {
        assert_eq!(self.number, self.copy, "an item is read whole");
        self.number
    }
}

fn take(queue: &Injector<Item>, limit: usize) -> Vec<usize> {
    let mut rest = Vec::new();
    let first = queue.take(limit, |item| rest.push(item.number()));
    first.map(Item::number).into_iter().chain(rest).collect()
}

fn push(queue: &Injector<Item>, numbers: &[usize]) {
    numbers.iter().for_each(|number| queue.push(Item::new(*number)));
}

/// Takes until `n` have come.
fn take_all(queue: &Injector<Item>, n: usize) -> Vec<usize> {
    let mut taken = Vec::new();
    while taken.len() < n {
        taken.extend(take(queue, 2));
        thread::yield_now();
    }
    taken
}

fn in_order(taken: &[usize], expected: &[usize]) {
    let of_one: Vec<usize> = taken.iter().copied().filter(|number| expected.contains(number)).collect();
    assert_eq!(of_one, expected, "each comes once, in the order of its pusher");
}

#[test]
fn push_vs_take() {
    model("pool::push_vs_take", || {
        let queue = Arc::new(Injector::new());
        let pushes = {
            let queue = queue.clone();
            thread::spawn(move || push(&queue, &[1, 2, 3, 4]))
        };
        in_order(&take_all(&queue, 4), &[1, 2, 3, 4]);
        pushes.join().unwrap();
        assert!(queue.is_empty() && queue.count(9) == 0);
    });
}

#[test]
fn push_vs_push() {
    model("pool::push_vs_push", || {
        let queue = Arc::new(Injector::new());
        let pushes = {
            let queue = queue.clone();
            thread::spawn(move || push(&queue, &[2, 4]))
        };
        push(&queue, &[1, 3]);
        pushes.join().unwrap();
        assert_eq!(queue.count(9), 4);
        let taken = take_all(&queue, 4);
        in_order(&taken, &[1, 3]);
        in_order(&taken, &[2, 4]);
        assert!(queue.is_empty());
    });
}

#[test]
fn take_vs_take() {
    model("pool::take_vs_take", || {
        let queue = Arc::new(Injector::new());
        push(&queue, &[1, 2]);
        let n_taken = Arc::new(AtomicUsize::new(0));
        let takes = {
            let (queue, n_taken) = (queue.clone(), n_taken.clone());
            thread::spawn(move || {
                let taken = take(&queue, 2);
                n_taken.fetch_add(taken.len(), Relaxed);
            })
        };
        push(&queue, &[4]);
        let taken = take(&queue, 1);
        takes.join().unwrap();
        // What nobody has taken is dropped with the queue.
        assert_eq!(n_taken.load(Relaxed) + taken.len() + queue.count(9), 3);
    });
}

/// A block comes back as soon as it has been used up, and the tail may come to where the head was before it left that block.
#[test]
fn take_vs_block_that_comes_back() {
    model("pool::take_vs_block_that_comes_back", || {
        let queue = Arc::new(Injector::new());
        push(&queue, &[1]);
        assert_eq!(take(&queue, 1), [1]);
        // The rest of the first block, and one word of the second.
        push(&queue, &[3, 5, 7]);
        let takes = {
            let queue = queue.clone();
            thread::spawn(move || take(&queue, 3).len())
        };
        // The rest of the second, and one word of the third, which may be the first.
        push(&queue, &[9, 11, 13]);
        assert!(!queue.is_empty(), "three are queued at least");
        assert_eq!(takes.join().unwrap() + queue.count(9), 6);
    });
}

/// Whoever finds nothing sees all that has been taken as gone.
#[test]
fn take_vs_is_empty() {
    model("pool::take_vs_is_empty", || {
        let queue = Arc::new(Injector::new());
        push(&queue, &[1, 3]);
        let last = Arc::new(AtomicUsize::new(0));
        let takes = {
            let (queue, last) = (queue.clone(), last.clone());
            thread::spawn(move || queue.take(2, |item| last.store(item.number(), Relaxed)).map(Item::number))
        };
        if queue.is_empty() {
            assert_eq!(last.load(Relaxed), 3, "what is not queued has been taken");
        }
        assert_eq!(takes.join().unwrap(), Some(1));
    });
}

/// The tail comes to where the head was before that left the block, and whoever sees it there sees where the head is now.
#[test]
fn look_vs_block_that_comes_back() {
    model("pool::look_vs_block_that_comes_back", || {
        let queue = Arc::new(Injector::new());
        // Two blocks, both full.
        push(&queue, &[1, 3, 5, 7, 9, 11]);
        assert_eq!(take(&queue, 1), [1]);
        let takes = {
            let queue = queue.clone();
            thread::spawn(move || take(&queue, 3).len())
        };
        let pushes = {
            let queue = queue.clone();
            thread::spawn(move || push(&queue, &[13]))
        };
        assert!(!queue.is_empty(), "two are queued at least");
        assert_eq!(takes.join().unwrap(), 3);
        pushes.join().unwrap();
        assert_eq!(queue.count(9), 3);
    });
}

/// Who counts comes by blocks that are being closed.
#[test]
fn push_vs_count() {
    model("pool::push_vs_count", || {
        let queue = Arc::new(Injector::new());
        let pushes = {
            let queue = queue.clone();
            thread::spawn(move || push(&queue, &[1, 3, 5, 7]))
        };
        assert!(queue.count(9) <= 4);
        pushes.join().unwrap();
        assert_eq!(queue.count(9), 4);
    });
}
