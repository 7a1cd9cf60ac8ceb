//! Ours and other one-shots: on one thread, and between two.

use super::Workload;
use crate::contender::{Case, Contender};
use crate::measure::{Sample, Timer};
use crate::oneshots::{
    AsyncOneshot, Crossbeam, Earnest, FuturesOneshot, OneShot, Oneshot, StdMpsc, TokioOneshot,
};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;

macro_rules! contenders {
    ($run:ident) => {
        vec![
            Contender::ours($run::<Earnest>),
            Contender::peer("oneshot", $run::<Oneshot>),
            Contender::peer("async-oneshot", $run::<AsyncOneshot>),
            Contender::peer("tokio::sync::oneshot", $run::<TokioOneshot>),
            Contender::peer("futures::channel::oneshot", $run::<FuturesOneshot>),
            Contender::peer("std mpsc", $run::<StdMpsc>),
            Contender::peer("crossbeam-channel", $run::<Crossbeam>),
        ]
    };
}

pub(super) fn one_thread() -> Workload {
    let about = "a promise or one-shot channel made, completed and taken on one thread";
    Workload::new("promise", 1_000_000, about, contenders!(alone)).with_workers(1)
}

/// An item is there and back.
pub(super) fn ping_pong() -> Workload {
    let about = "a value to another thread and one back, by one-shots that were made before";
    Workload::new("promise_ping_pong", 20_000, about, contenders!(between)).with_workers(2)
}

fn alone<C: OneShot>(case: Case) -> Sample {
    let mut sum = 0;
    let timer = Timer::start();
    for i in 0..case.n as u64 {
        let (sender, receiver) = C::channel();
        C::send(black_box(sender), black_box(i));
        sum += C::receive(receiver);
    }
    let sample = timer.stop(case.n);
    let n = case.n as u64;
    assert_eq!(sum, n * (n - 1) / 2);
    sample
}

fn between<C: OneShot>(case: Case) -> Sample {
    let mut pings = Vec::with_capacity(case.n);
    let mut pongs = Vec::with_capacity(case.n);
    for _ in 0..case.n {
        let ((ping, other_receives), (other_sends, pong)) = (C::channel(), C::channel());
        pings.push((ping, pong));
        pongs.push((other_receives, other_sends));
    }
    let start = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            start.wait();
            pongs.into_iter().for_each(|(receiver, sender)| C::send(sender, C::receive(receiver) + 1));
        });
        start.wait();
        let timer = Timer::start();
        let right = (0..).zip(pings).all(|(i, (sender, receiver))| {
            C::send(sender, i);
            C::receive(receiver) == i + 1
        });
        let sample = timer.stop(case.n);
        assert!(right);
        sample
    })
}
