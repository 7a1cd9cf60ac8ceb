//! Random scripts of operations on one future. A fuzzer writes others: `xtask/fuzz`.

use crate::script::run;
use proptest::collection::vec;
use proptest::prelude::*;

/// Fewer under Miri, where each takes as long as a thousand.
const CASES: u32 = if cfg!(miri) { 12 } else { 4096 };

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_future_is_as_its_model_says(script in vec(any::<u8>(), 0..48)) {
        run(&script);
    }
}
