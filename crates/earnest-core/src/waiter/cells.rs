//! Where each token of an inbox has its place.

use alloc::boxed::Box;
use earnest_sync::OnceLock;

/// A cell for every token. There can be more of them at any time, and none is ever moved.
#[derive(Debug)]
pub(super) struct Cells<C> {
    /// Those of the tokens below the capacity.
    first: Box<[C]>,
    /// Those of the tokens that were admitted: each chunk has as many as there are before it. Whoever uses a token
    /// comes after the admission of that token, by which its chunk is there.
    more: OnceLock<Box<[Chunk<C>; usize::BITS as usize]>>,
}

type Chunk<C> = OnceLock<Box<[C]>>;

impl<C: Default> Cells<C> {
    pub(super) fn new(capacity: usize) -> Cells<C> {
        Cells { first: fresh_cells(capacity.max(1)), more: OnceLock::new() }
    }

    pub(super) fn admit(&self, token: usize) {
        if token >= self.first.len() {
            let (chunk, _) = self.place(token);
            let chunks =
                self.more.get_or_init(|| Box::new([const { OnceLock::new() }; usize::BITS as usize]));
            chunks[chunk].get_or_init(|| fresh_cells(self.first.len() << chunk));
        }
    }

    #[inline]
    pub(super) fn of(&self, token: usize) -> &C {
        self.first.get(token).unwrap_or_else(|| self.admitted(token))
    }

    fn admitted(&self, token: usize) -> &C {
        let (chunk, index) = self.place(token);
        let cells = self.more.get().and_then(|chunks| chunks[chunk].get());
        &cells.expect("a token that was admitted")[index]
    }

    /// The chunk of a token that is not among the first, and its index there.
    fn place(&self, token: usize) -> (usize, usize) {
        let chunk = (token / self.first.len()).ilog2() as usize;
        (chunk, token - (self.first.len() << chunk))
    }
}

fn fresh_cells<C: Default>(n: usize) -> Box<[C]> {
    (0..n).map(|_| C::default()).collect()
}
