//! Tests that pin rows of the conformance table, `docs/conformance.md`.

use crate::watchdog::watched;
use core::cell::RefCell;
use core::fmt::Debug;
use core::panic::Location;

/// Which claim to invert: `<row>/<number of the claim, from 1>`, as `cargo xtask conformance --invert` sets it.
const INVERT: &str = "EARNEST_INVERT";

/// Runs `test`, which pins `rows` of the conformance table, given as in the table and separated by spaces.
///
/// What is observed is said through the [`Claims`], so that each of them can be inverted from outside: a test whose
/// claims cannot fail shows nothing. The test is [`watched`], as what it shows is often that something does not hang.
///
/// # Panics
///
/// With the panic of `test`, if it makes no claim, and if one that was inverted has not ended it.
///
/// ```
/// earnest_testing::conform("0", |claims| claims.is(1 + 1, 2));
/// ```
pub fn conform(rows: &'static str, test: impl FnOnce(&Claims)) {
    let claims = Claims { rows, inverted: inverted(rows), seen: RefCell::default() };
    watched(rows, || test(&claims));
    let made = claims.seen.borrow().len();
    assert!(made > 0, "row {rows}: the test claims nothing");
    if let Some(claim) = claims.inverted.filter(|claim| *claim <= made) {
        panic!("row {rows}, claim {claim}, survives its inversion: somebody has caught the panic");
    }
}

/// The claim to invert, if it is one of a test for `rows`.
fn inverted(rows: &str) -> Option<usize> {
    let wanted = std::env::var(INVERT).ok()?;
    let (row, claim) = wanted.split_once('/')?;
    rows.split(' ').any(|ours| ours == row).then(|| claim.parse().ok()).flatten()
}

/// Takes down what a test claims. For the test's own thread only: elsewhere a failure would go unseen.
#[derive(Debug)]
pub struct Claims {
    rows: &'static str,
    inverted: Option<usize>,
    /// The places that have made a claim: a claim in a loop is one.
    seen: RefCell<Vec<&'static Location<'static>>>,
}

impl Claims {
    /// Claims that `observed` equals `expected`.
    ///
    /// # Panics
    ///
    /// If it does not.
    #[track_caller]
    pub fn is<T: PartialEq<U> + Debug, U: Debug>(&self, observed: T, expected: U) {
        let (number, inverted) = self.register(Location::caller());
        let equal = observed == expected;
        assert!(
            equal != inverted,
            "row {}, claim {number}{}: observed {observed:?}, expected {}{expected:?}",
            self.rows,
            if inverted { ", inverted" } else { "" },
            if inverted { "anything but " } else { "" },
        );
    }

    /// Claims `what`.
    ///
    /// # Panics
    ///
    /// If it is not so.
    #[track_caller]
    pub fn that(&self, so: bool, what: &str) {
        let (number, inverted) = self.register(Location::caller());
        assert!(
            so != inverted,
            "row {}, claim {number}{}: it is {}so that {what}",
            self.rows,
            if inverted { ", inverted" } else { "" },
            if so { "" } else { "not " },
        );
    }

    /// The number of the claim made at `place`, and whether it is to be inverted.
    fn register(&self, place: &'static Location<'static>) -> (usize, bool) {
        let mut seen = self.seen.borrow_mut();
        let index = seen.iter().position(|known| *known == place).unwrap_or_else(|| {
            seen.push(place);
            seen.len() - 1
        });
        (index + 1, self.inverted == Some(index + 1))
    }
}
