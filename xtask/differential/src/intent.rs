//! What a script is made of before it is legal: wishes, drawn at random, whose numbers mean whatever there is.
//!
//! Shrinking removes wishes and makes their numbers smaller; what is left always makes a legal script.

use crate::script::Mode;
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) struct Wishes {
    pub(crate) workers: usize,
    pub(crate) failing_initializer: bool,
    pub(crate) intents: Vec<Intent>,
}

/// Of a task: whether it waits for its gate, and whether it fails.
pub(crate) type Nature = (bool, bool);

#[derive(Clone, Debug)]
pub(crate) enum Intent {
    Submit(Nature),
    Open(u8),
    OpenInitializer,
    Cancel(u8),
    AddCallback(u8, ActIntent),
    Query(u8),
    Result { of: u8, blocks: bool },
    Wait { of: Vec<u8>, mode: Mode, blocks: bool },
    AsCompleted { of: Vec<u8>, blocks: bool },
    Map { items: Vec<Nature>, timed: bool },
    MapNext(u8),
    MapDrop(u8),
    BufferedMap { buffer_size: usize, fails: Vec<bool>, nexts: usize },
    Shutdown { wait: bool, cancel: bool },
}

#[derive(Clone, Debug)]
pub(crate) enum ActIntent {
    Nothing,
    Fail,
    Add,
    Cancel(u8),
    Submit(Nature),
    Shutdown(bool),
}

pub(crate) fn wishes() -> impl Strategy<Value = Wishes> {
    let initializer = prop::bool::weighted(0.1);
    (1_usize..=3, initializer, prop::collection::vec(intent(), 1..32))
        .prop_map(|(workers, failing_initializer, intents)| Wishes { workers, failing_initializer, intents })
}

fn nature() -> impl Strategy<Value = Nature> {
    (prop::bool::weighted(0.8), prop::bool::weighted(0.3))
}

fn some() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..6)
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::AllCompleted), Just(Mode::FirstCompleted), Just(Mode::FirstException)]
}

fn act() -> impl Strategy<Value = ActIntent> {
    prop_oneof![
        6 => Just(ActIntent::Nothing),
        1 => Just(ActIntent::Fail),
        2 => Just(ActIntent::Add),
        2 => any::<u8>().prop_map(ActIntent::Cancel),
        2 => nature().prop_map(ActIntent::Submit),
        1 => prop::bool::weighted(0.7).prop_map(ActIntent::Shutdown),
    ]
}

fn intent() -> impl Strategy<Value = Intent> {
    let blocks = prop::bool::weighted(0.6);
    prop_oneof![
        16 => nature().prop_map(Intent::Submit),
        10 => any::<u8>().prop_map(Intent::Open),
        2 => Just(Intent::OpenInitializer),
        6 => any::<u8>().prop_map(Intent::Cancel),
        8 => (any::<u8>(), act()).prop_map(|(of, act)| Intent::AddCallback(of, act)),
        3 => any::<u8>().prop_map(Intent::Query),
        4 => (any::<u8>(), blocks).prop_map(|(of, blocks)| Intent::Result { of, blocks }),
        6 => (some(), mode(), blocks).prop_map(|(of, mode, blocks)| Intent::Wait { of, mode, blocks }),
        5 => (some(), blocks).prop_map(|(of, blocks)| Intent::AsCompleted { of, blocks }),
        3 => (prop::collection::vec(nature(), 1..5), prop::bool::weighted(0.2))
            .prop_map(|(items, timed)| Intent::Map { items, timed }),
        6 => any::<u8>().prop_map(Intent::MapNext),
        2 => any::<u8>().prop_map(Intent::MapDrop),
        1 => (1_usize..5, prop::collection::vec(prop::bool::weighted(0.2), 0..8), 0_usize..8).prop_map(
            |(buffer_size, fails, nexts)| Intent::BufferedMap { buffer_size, fails, nexts }
        ),
        1 => any::<(bool, bool)>().prop_map(|(wait, cancel)| Intent::Shutdown { wait, cancel }),
    ]
}
