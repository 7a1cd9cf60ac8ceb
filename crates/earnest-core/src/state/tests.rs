//! The transition table, walked: every event in every phase.

use super::*;

fn in_phase(phase: Phase) -> Word {
    Word::new(View::PENDING.in_phase(phase))
}

const PHASES: [Phase; 4] = [Phase::Pending, Phase::Running, Phase::Settling, Phase::Cancelling];

fn accepted(event: impl Fn(&Word) -> bool) -> [bool; 4] {
    PHASES.map(|phase| event(&in_phase(phase)))
}

#[test]
fn each_event_is_accepted_in_its_phases_only() {
    assert_eq!(accepted(Word::start), [true, false, false, false]);
    assert_eq!(accepted(|word| word.cancel().is_ok()), [true, false, false, false]);
    assert_eq!(accepted(Word::dismiss), [true, false, false, false]);
    assert_eq!(accepted(|word| word.finish(View::RUNNING)), [true, true, false, false]);
}

#[test]
fn nothing_happens_to_a_settled_word() {
    for outcome in [Outcome::Value, Outcome::Error, Outcome::Cancelled, Outcome::DeadlineExceeded] {
        let settled = View::settled(outcome, true, false, 3);
        let word = Word::new(settled);
        assert!(!word.start());
        assert!(word.cancel().is_err());
        assert!(!word.dismiss());
        assert!(!word.finish(View::RUNNING));
        assert!(!word.detach());
        assert!(word.load() == settled);
        assert_eq!(settled.outcome(), outcome);
        assert!(!settled.is_taken());
        assert_eq!(settled.taken().outcome(), outcome, "what it came to is known after it was taken");
        assert!(settled.taken().is_taken() && settled.taken().is_settled());
    }
}

#[test]
fn flags_survive_transitions() {
    let word = in_phase(Phase::Pending);
    assert!(word.detach());
    assert!(word.start());
    assert!(!word.release_producer());
    assert!(word.finish(View::RUNNING));
    let seen = word.load();
    assert!(!seen.is_settled());
    assert!(seen.is_detached() && seen.is_released());
    assert_eq!(seen.phase(), Phase::Settling);
}

#[test]
fn unsettled_words_are_never_taken_for_settled_ones() {
    for phase in PHASES {
        for detached in [false, true] {
            // A producer lets go of a task that another has claimed, never of a pending one.
            for released in [false, phase != Phase::Pending] {
                let word = in_phase(phase);
                assert!(!detached || word.detach());
                assert!(!released || !word.release_producer());
                assert!(!word.load().is_settled(), "{phase:?} {detached} {released}");
                assert_eq!(word.load().phase(), phase);
            }
        }
    }
}

#[test]
fn the_last_party_and_no_other_frees() {
    let parties = [Party::Producer, Party::Consumer, Party::Link, Party::Link];
    for first in 0..parties.len() {
        let word = Word::new(View::settled(Outcome::Value, true, false, 2));
        let mut order = parties;
        order.rotate_left(first);
        let last = order.map(|party| word.release(party));
        assert_eq!(last, [false, false, false, true]);
    }
}
