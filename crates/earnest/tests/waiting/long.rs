//! Some minutes of waits at random: `cargo xtask long` runs them.

use crate::storm::storm;
use earnest_testing::watched;

#[test]
#[ignore = "long"]
fn a_million_waits_without_a_circle_all_end_with_their_values() {
    for seed in 1..=2_500 {
        watched(&format!("storm {seed}"), || storm(seed * 104_729, 400));
    }
}
