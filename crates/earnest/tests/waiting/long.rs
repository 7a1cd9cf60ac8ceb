//! Some minutes of waits at random, and of shapes that deadlock elsewhere: `cargo xtask long` runs them.

use crate::shapes::{SHAPES, repeat};
use crate::storm::storm;
use earnest_testing::watched;

#[test]
#[ignore = "long"]
fn a_million_waits_without_a_circle_all_end_with_their_values() {
    for seed in 1..=2_500 {
        watched(&format!("storm {seed}"), || storm(seed * 104_729, 400));
    }
}

#[test]
#[ignore = "long"]
fn every_shape_that_deadlocks_elsewhere_ends_a_thousand_times_as_it_should() {
    for (name, shape) in SHAPES {
        repeat(1_000, name, *shape);
    }
}
