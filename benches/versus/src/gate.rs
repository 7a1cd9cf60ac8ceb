//! Keeps every worker of a pool busy, so that what is submitted meanwhile stays in its queue.

use crate::pools::Submit;
use std::sync::{Arc, Barrier};

pub(crate) struct Gate<P: Submit> {
    opens: Arc<Barrier>,
    /// Kept until they have ended: some pools take a dropped handle for a wish to cancel.
    handles: Vec<P::Handle<()>>,
}

impl<P: Submit> Gate<P> {
    /// Returns when so many tasks wait at it.
    pub(crate) fn close(pool: &P, workers: usize) -> Gate<P> {
        let closes = Arc::new(Barrier::new(workers + 1));
        let opens = Arc::new(Barrier::new(workers + 1));
        let handles = (0..workers).map(|_| {
            let (closes, opens) = (Arc::clone(&closes), Arc::clone(&opens));
            pool.submit(move || {
                closes.wait();
                opens.wait();
            })
        });
        let handles = handles.collect();
        closes.wait();
        Gate { opens, handles }
    }

    /// Lets them go on. The handles are given back, to be dropped when the tasks have ended.
    pub(crate) fn open(self) -> Vec<P::Handle<()>> {
        self.opens.wait();
        self.handles
    }
}
