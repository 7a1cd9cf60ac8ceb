//! What `map` with a buffer size leads to, on both sides: for a Python that does not know it, and for what the
//! original does differently.

use crate::log::{Ended, Outcome};
use crate::script::Id;

/// Never more than `buffer_size` inputs have been pulled whose results have not been yielded.
pub(crate) fn ours(buffer_size: usize, fails: &[bool], nexts: usize) -> Outcome {
    let mut pulled = vec![buffer_size.min(fails.len())];
    let mut results = Vec::new();
    for yielded in 0..nexts {
        pulled.push((buffer_size + yielded).min(fails.len()));
        results.push(result(fails, yielded));
    }
    Outcome::Buffered { pulled, results }
}

/// One input more is pulled before a result is yielded, and the first error is the end.
pub(crate) fn original(buffer_size: usize, fails: &[bool], nexts: usize) -> Outcome {
    let mut pulled = vec![buffer_size.min(fails.len())];
    let mut results = Vec::new();
    let mut is_over = false;
    for yielded in 0..nexts {
        is_over |= yielded >= fails.len();
        if is_over {
            pulled.push(pulled[yielded]);
            results.push(None);
            continue;
        }
        pulled.push((buffer_size + yielded + 1).min(fails.len()));
        results.push(result(fails, yielded));
        is_over = fails[yielded];
    }
    Outcome::Buffered { pulled, results }
}

fn result(fails: &[bool], index: usize) -> Option<Ended> {
    let id = Id::try_from(index).expect("scripts are short");
    fails.get(index).map(|fails| if *fails { Ended::Failed(id) } else { Ended::Value(id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulled(outcome: Outcome) -> Vec<usize> {
        match outcome {
            Outcome::Buffered { pulled, .. } => pulled,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_original_pulls_one_more() {
        assert_eq!(pulled(ours(2, &[false; 4], 5)), [2, 2, 3, 4, 4, 4]);
        assert_eq!(pulled(original(2, &[false; 4], 5)), [2, 3, 4, 4, 4, 4]);
    }

    #[test]
    fn the_original_ends_with_the_first_error() {
        let results = |outcome| match outcome {
            Outcome::Buffered { results, .. } => results,
            other => panic!("{other:?}"),
        };
        let fails = [false, true, false];
        let goes_on = [Some(Ended::Value(0)), Some(Ended::Failed(1)), Some(Ended::Value(2)), None];
        assert_eq!(results(ours(1, &fails, 4)), goes_on);
        assert_eq!(
            results(original(1, &fails, 4)),
            [Some(Ended::Value(0)), Some(Ended::Failed(1)), None, None]
        );
    }
}
