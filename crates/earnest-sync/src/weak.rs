//! What models get where faults are seeded: loom's atomics, of which one access can be made weaker than it is written.
//!
//! An access is named by where it stands, `FILE:LINE:COLUMN`. With that name in `EARNEST_WEAK` it is relaxed, and a fence is
//! not there at all; so every ordering can be taken away in the same build, and none of the sources has to say so. With
//! `EARNEST_ACCESSES` set, each access that is not relaxed is printed when it is first made.

use core::panic::Location;
use loom::sync::atomic::{self, Ordering};
use std::collections::HashSet;
use std::sync::{Mutex, OnceLock};

/// The access that is weakened, if one is.
struct Weak {
    file: String,
    line: u32,
    column: u32,
}

impl Weak {
    fn chosen() -> Option<&'static Weak> {
        static CHOSEN: OnceLock<Option<Weak>> = OnceLock::new();
        CHOSEN
            .get_or_init(|| {
                let name = std::env::var("EARNEST_WEAK").ok()?;
                let mut parts = name.rsplitn(3, ':');
                let mut number = || parts.next()?.parse().ok();
                let (column, line) = (number()?, number()?);
                Some(Weak { file: parts.next()?.to_owned(), line, column })
            })
            .as_ref()
    }

    fn is_at(&self, location: &Location<'_>) -> bool {
        (self.line, self.column, self.file.as_str()) == (location.line(), location.column(), location.file())
    }
}

/// Prints an access the first time that it is made, if asked for.
fn note(location: &'static Location<'static>) {
    static NOTED: OnceLock<Option<Mutex<HashSet<(&'static str, u32, u32)>>>> = OnceLock::new();
    let noted = NOTED.get_or_init(|| std::env::var_os("EARNEST_ACCESSES").map(|_| Mutex::default()));
    let Some(noted) = noted else { return };
    let place = (location.file(), location.line(), location.column());
    if noted.lock().expect("nobody panics under this lock").insert(place) {
        println!("access {}:{}:{}", place.0, place.1, place.2);
    }
}

/// Whether the caller's access is the one that is weakened.
#[track_caller]
fn is_weak() -> bool {
    let location = Location::caller();
    note(location);
    Weak::chosen().is_some_and(|weak| weak.is_at(location))
}

#[track_caller]
fn as_strong_as(ordering: Ordering) -> Ordering {
    if ordering != Ordering::Relaxed && is_weak() { Ordering::Relaxed } else { ordering }
}

/// As `std`'s.
#[track_caller]
pub fn fence(ordering: Ordering) {
    if !is_weak() {
        atomic::fence(ordering);
    }
}

macro_rules! atomic {
    ($name:ident $(<$t:ident>)?: $value:ty $(, $number:ident)*) => {
        /// As `std`'s.
        #[derive(Debug)]
        pub struct $name$(<$t>)?(atomic::$name$(<$t>)?);

        impl$(<$t>)? $name$(<$t>)? {
            /// As `std`'s.
            #[track_caller]
            pub fn new(value: $value) -> Self {
                Self(atomic::$name::new(value))
            }

            /// As `std`'s.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                self.0.load(as_strong_as(order))
            }

            /// As `std`'s.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                self.0.store(value, as_strong_as(order));
            }

            /// As `std`'s.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.0.swap(value, as_strong_as(order))
            }

            /// As `std`'s.
            ///
            /// # Errors
            ///
            /// What it is.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let weak = is_weak();
                let order = |order| if weak { Ordering::Relaxed } else { order };
                self.0.compare_exchange(current, new, order(success), order(failure))
            }

            $(
                /// As `std`'s.
                #[track_caller]
                pub fn $number(&self, value: $value, order: Ordering) -> $value {
                    self.0.$number(value, as_strong_as(order))
                }
            )*
        }

        impl$(<$t>)? Default for $name$(<$t>)?
        where
            $value: Default,
        {
            #[track_caller]
            fn default() -> Self {
                Self::new(<$value>::default())
            }
        }
    };
}

atomic!(AtomicBool: bool, fetch_or, fetch_and);
atomic!(AtomicU8: u8, fetch_add, fetch_sub, fetch_or, fetch_and);
atomic!(AtomicU64: u64, fetch_add, fetch_sub, fetch_or, fetch_and, fetch_max);
atomic!(AtomicUsize: usize, fetch_add, fetch_sub, fetch_or, fetch_and, fetch_max);
atomic!(AtomicPtr<T>: *mut T);
