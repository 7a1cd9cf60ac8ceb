//! What stands in, without `std`, for what is told of threads: there is no thread of which anything is known.

/// Nobody is known to wait.
pub(crate) mod graph {
    use crate::cell::RawCell;

    pub(crate) fn sources_changed(_derived: RawCell) {}
}

/// Nobody is known to be in the middle of a callback.
pub(crate) mod settling {
    use crate::cell::RawCell;
    use crate::state::Outcome;

    pub(crate) struct Settling;

    struct Entered;

    impl Drop for Entered {
        fn drop(&mut self) {}
    }

    impl Settling {
        pub(crate) fn new(_cell: RawCell, _outcome: Outcome) -> Settling {
            Settling
        }

        pub(crate) fn enter(&self) -> impl Drop + '_ {
            Entered
        }

        pub(crate) fn outcome_of(_cell: RawCell) -> Option<Outcome> {
            None
        }
    }
}

/// Nobody is known to be a worker.
pub(crate) mod worker {
    use crate::cell::RawCell;
    use core::convert::Infallible;
    use core::marker::PhantomData;
    use core::panic::Location;

    /// There is none.
    pub(crate) struct Worker<'a>(Infallible, PhantomData<&'a ()>);

    pub(crate) struct Frame;

    /// None either.
    pub(crate) struct Entered(Infallible);

    impl Drop for Entered {
        fn drop(&mut self) {
            match self.0 {}
        }
    }

    impl Frame {
        pub(crate) fn new(_cell: RawCell) -> Frame {
            Frame
        }

        pub(crate) fn anonymous(_location: &'static Location<'static>) -> Frame {
            Frame
        }

        pub(crate) fn leaves(self) {}

        pub(crate) fn enter(&self, worker: &Worker<'_>) -> Entered {
            match worker.0 {}
        }

        pub(crate) fn is_over(&self) {}

        pub(crate) fn is_not_over(&self, _cell: RawCell) {}
    }

    pub(crate) fn with_current<R>(f: impl FnOnce(Option<&Worker<'_>>) -> R) -> R {
        f(None)
    }

    pub(crate) fn settled(_cell: RawCell) -> bool {
        false
    }

    pub(crate) fn is_not_settled(_cell: RawCell) {}
}
