//! The side box of a future: what only some futures need, made when first asked for.
//!
//! It holds the registrations that can be withdrawn: threads that block with a timeout, and the waker of a poll. They
//! are not observers of their own but entries here, and the box is *one* observer for them all, which stays in the
//! list. So a wait that gives up leaves nothing behind, however often it is repeated. What a task was
//! submitted with, name, priority, deadline and token, has its place here too.

use crate::backlog::BacklogPlace;
use crate::cell::RawCell;
use crate::error::Error;
use crate::id::FutureId;
use crate::instrument::Instrument;
use crate::link::Link;
use crate::observer::{Chain, ErasedOutcome, Node, NodeVTable, Stage};
use crate::panic::run_caught;
use crate::sources::Sources;
use crate::task_event::TaskEnd;
use crate::terms::Terms;
use crate::waiter::Inbox;
use alloc::vec::Vec;
use core::mem;
use core::task::Waker;
use earnest_sync::{
    Arc, AtomicUsize, Mutex, OnceLock,
    Ordering::{AcqRel, Acquire, Relaxed},
    UnsafeCell, mutant,
};

/// See the module's text. Held by the cell and by the observer list, each with one reference.
#[repr(C)]
pub(crate) struct Side {
    node: Node,
    watchers: Mutex<Watchers>,
    waker: WakerSlot,
    /// What a task was submitted with, if anything. Set before the task can be reached by others.
    terms: OnceLock<Terms>,
    /// Where the task is counted as long as it has not begun, if anywhere.
    backlog: BacklogPlace,
    /// What is told of the task on its way, if anything. Set before the task is queued.
    instrument: OnceLock<Instrument>,
    /// The number of the future, or 0 while nobody has asked.
    id: AtomicUsize,
}

// SAFETY: `node` is the list's, which hands it from thread to thread through the state word (R3); the rest is made to
// be shared.
unsafe impl Send for Side {}
// SAFETY: as above; nobody reaches `node` through a shared reference.
unsafe impl Sync for Side {}

/// The threads that wait.
#[derive(Default)]
struct Watchers {
    /// Set when they have been told; those who come later look at the future instead.
    closed: bool,
    first: Option<Watcher>,
    rest: Vec<Watcher>,
    /// What the future is made of, if it is a derived one.
    sources: Option<Sources>,
    /// For all who want one: each new one would stay with the future until that settles.
    link: Option<Link>,
}

struct Watcher {
    inbox: alloc::sync::Arc<Inbox>,
    token: usize,
}

impl Watcher {
    fn is(&self, inbox: &alloc::sync::Arc<Inbox>, token: usize) -> bool {
        self.token == token && alloc::sync::Arc::ptr_eq(&self.inbox, inbox)
    }
}

impl Side {
    const VTABLE: NodeVTable = NodeVTable { stage: Stage::Wake, tell: Side::tell };

    pub(crate) fn new() -> Arc<Side> {
        Arc::new(Side {
            node: Node::new(&Side::VTABLE),
            watchers: Mutex::new(Watchers::default()),
            waker: WakerSlot::new(),
            terms: OnceLock::new(),
            backlog: BacklogPlace::new(),
            instrument: OnceLock::new(),
            id: AtomicUsize::new(0),
        })
    }

    /// The list's reference, as a node.
    pub(crate) fn node_of(side: Arc<Side>) -> *mut Node {
        Arc::into_raw(side).cast_mut().cast()
    }

    unsafe fn tell(node: *mut Node, outcome: ErasedOutcome) -> Chain {
        // SAFETY: by `NodeVTable::tell` this is what `node_of` gave, told once: the list's reference ends here.
        let this = unsafe { Arc::from_raw(node.cast::<Side>()) };
        // SAFETY: by `NodeVTable::tell` the error is null or valid.
        let error = unsafe { outcome.error.as_ref() };
        let sources = this.settled(error);
        let is_cancelled = matches!(error, Some(Error::Cancelled));
        sources.filter(|_| is_cancelled).map_or(Chain::new(), Sources::cancel_later)
    }

    /// Tells everybody, and turns away those who come later. Gives back what the future was made of.
    fn settled(&self, error: Option<&Error>) -> Option<Sources> {
        let Watchers { first, rest, sources, link, .. } = {
            let closed = !mutant!("watchers_left_open");
            mem::replace(&mut *self.watchers.lock(), Watchers { closed, ..Watchers::default() })
        };
        if let Some(error) = error {
            self.tell_dismissed(TaskEnd::of_error(error));
        }
        for watcher in first.into_iter().chain(rest) {
            watcher.inbox.put(watcher.token);
        }
        self.waker.wake();
        if let Some(terms) = self.terms.get() {
            terms.outlives_its_token();
        }
        if mutant!("link_kept_by_its_box") {
            mem::forget(link);
        }
        sources
    }

    /// A link to `cell`, whose box this is.
    fn link(&self, cell: RawCell) -> Link {
        let mut watchers = self.watchers.lock();
        if let Some(link) = &watchers.link {
            return link.clone();
        }
        let link = Link::new(cell);
        // Otherwise the future has settled, and those who come for it are told, or about to be.
        if !watchers.closed && link.cell().is_some() {
            watchers.link = Some(link.clone());
        }
        link
    }

    /// Says what the future is made of from now on, and gives what it was made of before.
    ///
    /// # Errors
    ///
    /// The sources, where the future has settled.
    pub(crate) fn set_sources(&self, sources: Sources) -> Result<Option<Sources>, Sources> {
        let mut watchers = self.watchers.lock();
        if watchers.closed { Err(sources) } else { Ok(watchers.sources.replace(sources)) }
    }

    /// What the future is made of, unless it has settled.
    pub(crate) fn sources(&self) -> Option<Sources> {
        let sources = self.watchers.lock().sources.clone();
        sources.map(Sources::look)
    }

    /// It is made of nothing any more. Gives what it was made of.
    pub(crate) fn take_sources(&self) -> Option<Sources> {
        self.watchers.lock().sources.take()
    }

    pub(crate) fn backlog(&self) -> &BacklogPlace {
        &self.backlog
    }

    /// What is told of the task on its way, if anything.
    #[inline]
    pub(crate) fn instrument(&self) -> Option<&Instrument> {
        self.instrument.get()
    }

    /// To be set once. `false`: the future has settled, and who has settled it may have looked before.
    pub(crate) fn set_instrument(&self, instrument: Instrument) -> bool {
        let _it_is_set_once = self.instrument.set(instrument);
        !self.watchers.lock().closed
    }

    pub(crate) fn set_terms(&self, terms: Terms) {
        let _they_are_set_once = self.terms.set(terms);
    }

    pub(crate) fn terms(&self) -> Option<&Terms> {
        self.terms.get()
    }

    /// Whether it is made of others, and has not settled.
    pub(crate) fn has_sources(&self) -> bool {
        self.watchers.lock().sources.is_some()
    }

    /// Registers a waiting thread. `false`: the future has settled, look at it.
    pub(crate) fn watch(&self, inbox: &alloc::sync::Arc<Inbox>, token: usize) -> bool {
        let watcher = Watcher { inbox: inbox.clone(), token };
        let mut watchers = self.watchers.lock();
        if watchers.closed {
            return false;
        }
        if watchers.first.is_none() {
            watchers.first = Some(watcher)
        } else {
            watchers.rest.push(watcher)
        }
        true
    }

    /// Withdraws a registration. `false`: it has been used, or is being used just now.
    pub(crate) fn unwatch(&self, inbox: &alloc::sync::Arc<Inbox>, token: usize) -> bool {
        let mut watchers = self.watchers.lock();
        if watchers.first.as_ref().is_some_and(|first| first.is(inbox, token)) {
            watchers.first = None;
            return true;
        }
        let found = watchers.rest.iter().position(|watcher| watcher.is(inbox, token));
        found.map(|index| watchers.rest.swap_remove(index)).is_some()
    }

    /// The number of the future: the same for whoever asks.
    pub(crate) fn id(&self) -> FutureId {
        // ORDERING: Relaxed, here and below; a number, behind which nothing lies.
        FutureId::from_number(self.id.load(Relaxed)).unwrap_or_else(|| {
            let fresh = FutureId::next();
            match self.id.compare_exchange(0, fresh.number(), Relaxed, Relaxed) {
                Ok(_) => fresh,
                Err(first) => FutureId::from_number(first).unwrap_or(fresh),
            }
        })
    }

    /// Makes `waker` the one to be woken. The caller looks at the future once more afterwards.
    pub(crate) fn set_waker(&self, waker: Waker) {
        self.waker.set(waker);
    }
}

impl RawCell {
    /// One who can cancel it: the same for all who ask once there is a side box.
    pub(crate) fn link(self) -> Link {
        self.side_if_made().map_or_else(|| Link::new(self), |side| side.link(self))
    }
}

/// One waker that can be replaced while another thread wakes it.
///
/// The algorithm is that of `AtomicWaker` in futures-core: the slot belongs to whoever moved the state away from
/// `WAITING`. Ours is woken once, after the future is settled, and whoever fills it looks at the future afterwards: so
/// a waker that meets the wake need not be woken.
struct WakerSlot {
    state: AtomicUsize,
    waker: UnsafeCell<Option<Waker>>,
}

/// Nobody is at the slot: --> REGISTERING, WAKING.
const WAITING: usize = 0;
/// The slot is being filled: --> WAITING, or REGISTERING | WAKING.
const REGISTERING: usize = 1;
/// The slot is being emptied: --> WAITING.
const WAKING: usize = 2;

// SAFETY: `waker` is reached only by the thread that took the state away from WAITING; see `set` and `wake`.
unsafe impl Sync for WakerSlot {}

impl WakerSlot {
    fn new() -> WakerSlot {
        WakerSlot { state: AtomicUsize::new(WAITING), waker: UnsafeCell::new(None) }
    }

    /// The waker's own code, user code, runs only while nobody holds the slot.
    fn set(&self, waker: Waker) {
        if self.state.compare_exchange(WAITING, REGISTERING, AcqRel, Acquire).is_err() {
            run_caught("a waker's destructor", || drop(waker));
            return;
        }
        // SAFETY: this thread moved the state to REGISTERING, so the slot is its own until the exchange below.
        let old = self.waker.with_mut(|slot| unsafe { (*slot).replace(waker) });
        if self.state.compare_exchange(REGISTERING, WAITING, AcqRel, Acquire).is_err() {
            // Woken meanwhile: what was put there stays, unwoken, until it is replaced or the box is dropped.
            // ORDERING: Relaxed; the one wake has been, and whoever polls comes after who has polled.
            self.state.store(WAITING, Relaxed);
        }
        run_caught("a waker's destructor", || drop(old));
    }

    fn wake(&self) {
        if self.state.fetch_or(WAKING, AcqRel) != WAITING {
            return;
        }
        // SAFETY: this thread moved the state from WAITING to WAKING, so the slot is its own until the line below.
        let waker = self.waker.with_mut(|slot| unsafe { (*slot).take() });
        self.state.fetch_and(!WAKING, AcqRel);
        if let Some(waker) = waker {
            run_caught("a waker", || waker.wake());
        }
    }
}

impl Drop for WakerSlot {
    fn drop(&mut self) {
        // SAFETY: `&mut self`: nobody else is here.
        let waker = self.waker.with_mut(|slot| unsafe { (*slot).take() });
        run_caught("a waker's destructor", || drop(waker));
    }
}
