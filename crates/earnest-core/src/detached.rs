//! A task that nobody has a future of: a small closure that lies in its [`Runnable`](crate::Runnable), without any memory
//! of its own.

use crate::consumer::Consumer;
use crate::error::Error;
use crate::panic::{Panic, Payload, drop_caught};
use crate::parties;
use crate::producer::{Dismissal, Producer};
use crate::task::Work;
use crate::unseen::report_unseen;
use crate::worker::{Frame, Worker};
use core::any::TypeId;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::panic::Location;
use core::ptr;
use earnest_sync::catch_unwind;

/// Room for what most closures capture: three references, or a reference and two numbers.
type Room = [Word; 3];
type Word = MaybeUninit<usize>;

/// What comes before the room where it is kept as words.
type Head = (&'static VTable, &'static Location<'static>);
const HEAD: usize = size_of::<Head>() / size_of::<usize>();

/// The closure, its type forgotten. Dropped unrun, it counts as abandoned.
pub(crate) struct Detached {
    vtable: &'static VTable,
    location: &'static Location<'static>,
    room: Room,
}

/// What is called. Its end may be looked out for: it comes when all of it has been dropped, the payload of a panic too.
pub(crate) trait Job: Send {
    /// Calls the closure, and reports a panic in it: nobody else could look at it.
    fn call(self, location: &'static Location<'static>);

    /// Puts it into a cell, whose outcome nobody has a future of: a panic is the cell's, and reported with it.
    ///
    /// # Safety
    ///
    /// What it borrows is there until it has been called or dropped.
    unsafe fn into_cell(self, location: &'static Location<'static>) -> Producer;
}

impl<F: FnOnce() + Send> Job for F {
    fn call(self, location: &'static Location<'static>) {
        if let Err(payload) = catch_unwind(self) {
            report_panic(payload, location);
        }
    }

    unsafe fn into_cell(self, location: &'static Location<'static>) -> Producer {
        // SAFETY: by the caller's promise.
        let (producer, consumer): (_, Consumer<()>) = unsafe { parties::scoped_task(self, location) };
        drop(consumer);
        producer
    }
}

#[cold]
fn report_panic(payload: Payload, location: &'static Location<'static>) {
    report_unseen(&Error::Panicked(Panic::new(payload, location)), location);
}

/// What differs from job to job. The functions but `type_id` take the job out of the room.
struct VTable {
    /// How much of the room it takes: the first two words are always moved together, as one load and one store.
    n_words: usize,
    /// Of those that do not borrow.
    type_id: fn() -> Option<TypeId>,
    call: unsafe fn(&Room, &'static Location<'static>),
    drop: unsafe fn(&Room),
    /// Moves it into a cell.
    into_cell: unsafe fn(&Room, &'static Location<'static>) -> Producer,
}

struct Typed<J>(J);

impl<J: Job> Typed<J> {
    const FITS: bool = size_of::<J>() <= size_of::<Room>() && align_of::<J>() <= align_of::<Room>();

    const BORROWING: VTable = VTable {
        n_words: match size_of::<J>().div_ceil(size_of::<usize>()) {
            1 => 2,
            n => n,
        },
        type_id: || None,
        // SAFETY: by the promise of whoever calls it, the room holds a `J`, which is taken out here.
        call: |room, location| unsafe { take::<J>(room) }.call(location),
        drop: |room| {
            // SAFETY: as above.
            drop_caught(unsafe { take::<J>(room) }, "the destructor of a task that was dismissed");
        },
        into_cell: |room, location| {
            // SAFETY: as above.
            let job = unsafe { take::<J>(room) };
            // SAFETY: what it borrows is there until it has been called or dropped, by the promise of `borrowing`.
            unsafe { job.into_cell(location) }
        },
    };
}

impl<J: Job + 'static> Typed<J> {
    const OWNING: VTable = VTable { type_id: || Some(TypeId::of::<J>()), ..Self::BORROWING };
}

/// # Safety
///
/// The room holds an `F`, and is not used again.
unsafe fn take<F>(room: &Room) -> F {
    // SAFETY: by the caller's promise; `F` fits, or it would not have been put there.
    unsafe { room.as_ptr().cast::<F>().read() }
}

impl Detached {
    /// `Err`: the job is too large.
    pub(crate) fn new<J: Job + 'static>(job: J, location: &'static Location<'static>) -> Result<Detached, J> {
        Self::with(job, const { &Typed::<J>::OWNING }, location)
    }

    /// The same for one that borrows.
    ///
    /// # Safety
    ///
    /// What it borrows is there until it has been called or dropped.
    pub(crate) unsafe fn borrowing<J: Job>(
        job: J,
        location: &'static Location<'static>,
    ) -> Result<Detached, J> {
        Self::with(job, const { &Typed::<J>::BORROWING }, location)
    }

    fn with<J: Job>(
        job: J,
        vtable: &'static VTable,
        location: &'static Location<'static>,
    ) -> Result<Detached, J> {
        if !Typed::<J>::FITS {
            return Err(job);
        }
        let mut room: Room = [const { MaybeUninit::uninit() }; 3];
        // SAFETY: it fits.
        unsafe { (&raw mut room).cast::<J>().write(job) };
        Ok(Detached { vtable, location, room })
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// The closure, if it is an `F`.
    pub(crate) fn into_closure<F: Job + 'static>(self) -> Result<F, Detached> {
        if (self.vtable.type_id)() != Some(TypeId::of::<F>()) {
            return Err(self);
        }
        let (_, room) = self.into_parts();
        // SAFETY: what the room holds is an `F`.
        Ok(unsafe { take::<F>(&room) })
    }

    /// How many words it takes at most.
    pub(crate) const WIDEST: usize = HEAD + size_of::<Room>() / size_of::<usize>();

    /// How many words it takes, without what is empty of the room.
    #[inline]
    pub(crate) fn n_words(&self) -> usize {
        HEAD + self.vtable.n_words
    }

    /// Moves it there.
    ///
    /// # Safety
    ///
    /// There is room for `n_words`.
    #[inline]
    pub(crate) unsafe fn into_words(self, to: *mut usize) {
        let location = self.location;
        let (vtable, room) = self.into_parts();
        // SAFETY: by the caller's promise.
        unsafe { to.cast::<Head>().write((vtable, location)) };
        let to = to.wrapping_add(HEAD).cast::<Word>();
        if vtable.n_words > 0 {
            // SAFETY: likewise.
            unsafe { to.cast::<[Word; 2]>().write([room[0], room[1]]) };
        }
        if vtable.n_words > 2 {
            // SAFETY: likewise.
            unsafe { to.wrapping_add(2).write(room[2]) };
        }
    }

    /// Undoes `into_words`.
    ///
    /// # Safety
    ///
    /// It wrote `n` words there, and this is done once.
    #[inline]
    pub(crate) unsafe fn from_words(from: *const usize, n: usize) -> Detached {
        // SAFETY: by the caller's promise.
        let (vtable, location) = unsafe { from.cast::<Head>().read() };
        let from = from.wrapping_add(HEAD).cast::<Word>();
        let mut room: Room = [const { MaybeUninit::uninit() }; 3];
        if n > HEAD {
            // SAFETY: likewise.
            [room[0], room[1]] = unsafe { from.cast::<[Word; 2]>().read() };
        }
        if n > HEAD + 2 {
            // SAFETY: likewise.
            room[2] = unsafe { from.wrapping_add(2).read() };
        }
        Detached { vtable, location, room }
    }

    fn into_parts(self) -> (&'static VTable, Room) {
        let this = ManuallyDrop::new(self);
        (this.vtable, this.room)
    }

    /// Puts the task into a cell, for what only those can that have one.
    pub(crate) fn move_into_cell(work: &mut Work) {
        let Work::Detached(detached) = work else { return };
        let Detached { vtable, location, room } = *detached;
        // SAFETY: the room holds the closure that the table was made for, and is overwritten below.
        let producer = unsafe { (vtable.into_cell)(&room, location) };
        // SAFETY: what is overwritten without being dropped has been moved into the cell; nothing in between unwinds.
        unsafe { ptr::write(work, Work::Cell(producer)) };
    }

    /// Calls the closure.
    #[inline]
    pub(crate) fn run(self, worker: Option<&Worker<'_>>) {
        let location = self.location;
        let (vtable, room) = self.into_parts();
        let frame = Frame::anonymous(location);
        let in_the_middle = worker.map(|worker| frame.enter(worker));
        // SAFETY: the room holds the job that the table was made for, and is not used again.
        unsafe { (vtable.call)(&room, location) };
        drop(in_the_middle);
        frame.leaves();
    }

    /// Drops the closure uncalled, which is reported if nobody asked for it.
    pub(crate) fn dismiss(self, reason: Dismissal) {
        let location = self.location;
        let (vtable, room) = self.into_parts();
        // SAFETY: the room holds the closure that the table was made for, and is not used again.
        unsafe { (vtable.drop)(&room) };
        let error = match reason {
            Dismissal::Cancelled => return,
            Dismissal::Abandoned => Error::Abandoned,
            Dismissal::Rejected => Error::Rejected,
            Dismissal::Broken(broken) => Error::Broken(broken),
        };
        report_unseen(&error, location);
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        let Detached { vtable, location, room } = *self;
        // What is dropped here is looked at no more.
        Detached { vtable, location, room }.dismiss(Dismissal::Abandoned);
    }
}
