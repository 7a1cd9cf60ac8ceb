//! The places of workers: there can be more of them, and never fewer.

use crate::queue::{Local, Stealers};
use earnest_sync::{MODEL, Mutex};
use std::sync::OnceLock;

/// What belongs to one worker, whether its thread has been started or not.
#[derive(Debug)]
pub(crate) struct Seat {
    /// Set when the seat is first taken.
    pub(crate) stealers: OnceLock<Stealers>,
    /// Whether the seat is free, and the deques while no thread has them.
    pub(crate) free: Mutex<(bool, Option<Local>)>,
}

impl Seat {
    fn new() -> Seat {
        let seat = Seat { stealers: OnceLock::new(), free: Mutex::new((true, None)) };
        if MODEL {
            // The checker does not see that `OnceLock` orders what it guards; before any thread is there, nothing
            // needs to be ordered.
            seat.make_deques(&mut seat.free.lock().1);
        }
        seat
    }

    pub(crate) fn make_deques(&self, local: &mut Option<Local>) {
        self.stealers.get_or_init(|| {
            let (owner, thieves) = Local::new();
            *local = Some(owner);
            thieves
        });
    }
}

/// A block of them, and the blocks that have been added since.
#[derive(Debug)]
pub(crate) struct Seats {
    block: Box<[Seat]>,
    more: OnceLock<Box<Seats>>,
}

impl Seats {
    pub(crate) fn new(n: usize) -> Seats {
        Seats { block: (0..n).map(|_| Seat::new()).collect(), more: OnceLock::new() }
    }

    /// Sees to it that there are `n` at least. By one thread at a time.
    pub(crate) fn grow(&self, n: usize) {
        let Some(missing) = n.checked_sub(self.block.len()).filter(|missing| *missing > 0) else { return };
        // As many again, so that a chain of blocks stays short.
        self.more.get_or_init(|| Box::new(Seats::new(missing.max(self.block.len())))).grow(missing);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Seat> {
        let mut next = Some(self);
        let blocks = std::iter::from_fn(move || {
            let this = next?;
            next = this.more.get().map(|more| &**more);
            Some(&this.block)
        });
        blocks.flat_map(|block| block.iter())
    }

    pub(crate) fn get(&self, seat: usize) -> &Seat {
        match seat.checked_sub(self.block.len()) {
            None => &self.block[seat],
            Some(seat) => match self.more.get() {
                Some(more) => more.get(seat),
                None => unreachable!("a seat is taken where there is one"),
            },
        }
    }
}
