//! Which pool a worker is one of, for whoever has the pool's executor at hand and has to know at once.

use core::ptr::NonNull;

/// Tells a pool from all others that exist at the same time: where it lies in memory. Only compared.
///
/// An [`Owner`](crate::Owner) tells as much, and for longer, and has to be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostId(NonNull<()>);

impl HostId {
    /// For what the executor and the workers of one pool have in common.
    #[inline]
    #[must_use]
    pub fn of<T>(pool: &T) -> HostId {
        HostId(NonNull::from(pool).cast())
    }
}
