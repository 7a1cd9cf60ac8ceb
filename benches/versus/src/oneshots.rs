//! Ours and the other ways to hand over one value.

use futures_lite::future::block_on;
use std::sync::mpsc;

/// A place for one value, with two ends.
pub(crate) trait OneShot {
    type Sender: Send;
    type Receiver: Send;

    fn channel() -> (Self::Sender, Self::Receiver);

    fn send(sender: Self::Sender, value: u64);

    /// Blocks until it is there.
    fn receive(receiver: Self::Receiver) -> u64;
}

pub(crate) struct Earnest;

impl OneShot for Earnest {
    type Sender = earnest::Promise<u64>;
    type Receiver = earnest::Future<u64>;

    fn channel() -> (Self::Sender, Self::Receiver) {
        earnest::promise()
    }

    fn send(sender: Self::Sender, value: u64) {
        sender.complete(value).expect("nobody cancels it");
    }

    fn receive(receiver: Self::Receiver) -> u64 {
        receiver.result().expect("it is completed")
    }
}

pub(crate) struct Oneshot;

impl OneShot for Oneshot {
    type Sender = oneshot::Sender<u64>;
    type Receiver = oneshot::Receiver<u64>;

    fn channel() -> (Self::Sender, Self::Receiver) {
        oneshot::channel()
    }

    fn send(sender: Self::Sender, value: u64) {
        sender.send(value).expect("it is received");
    }

    fn receive(receiver: Self::Receiver) -> u64 {
        receiver.recv().expect("it is sent")
    }
}

pub(crate) struct AsyncOneshot;

impl OneShot for AsyncOneshot {
    type Sender = async_oneshot::Sender<u64>;
    type Receiver = async_oneshot::Receiver<u64>;

    fn channel() -> (Self::Sender, Self::Receiver) {
        async_oneshot::oneshot()
    }

    fn send(mut sender: Self::Sender, value: u64) {
        sender.send(value).expect("it is received");
    }

    fn receive(receiver: Self::Receiver) -> u64 {
        block_on(receiver).expect("it is sent")
    }
}

pub(crate) struct TokioOneshot;

impl OneShot for TokioOneshot {
    type Sender = tokio::sync::oneshot::Sender<u64>;
    type Receiver = tokio::sync::oneshot::Receiver<u64>;

    fn channel() -> (Self::Sender, Self::Receiver) {
        tokio::sync::oneshot::channel()
    }

    fn send(sender: Self::Sender, value: u64) {
        sender.send(value).expect("it is received");
    }

    fn receive(receiver: Self::Receiver) -> u64 {
        receiver.blocking_recv().expect("it is sent")
    }
}

pub(crate) struct FuturesOneshot;

impl OneShot for FuturesOneshot {
    type Sender = futures::channel::oneshot::Sender<u64>;
    type Receiver = futures::channel::oneshot::Receiver<u64>;

    fn channel() -> (Self::Sender, Self::Receiver) {
        futures::channel::oneshot::channel()
    }

    fn send(sender: Self::Sender, value: u64) {
        sender.send(value).expect("it is received");
    }

    fn receive(receiver: Self::Receiver) -> u64 {
        block_on(receiver).expect("it is sent")
    }
}

pub(crate) struct StdMpsc;

impl OneShot for StdMpsc {
    type Sender = mpsc::SyncSender<u64>;
    type Receiver = mpsc::Receiver<u64>;

    fn channel() -> (Self::Sender, Self::Receiver) {
        mpsc::sync_channel(1)
    }

    fn send(sender: Self::Sender, value: u64) {
        sender.send(value).expect("it is received");
    }

    fn receive(receiver: Self::Receiver) -> u64 {
        receiver.recv().expect("it is sent")
    }
}

pub(crate) struct Crossbeam;

impl OneShot for Crossbeam {
    type Sender = crossbeam_channel::Sender<u64>;
    type Receiver = crossbeam_channel::Receiver<u64>;

    fn channel() -> (Self::Sender, Self::Receiver) {
        crossbeam_channel::bounded(1)
    }

    fn send(sender: Self::Sender, value: u64) {
        sender.send(value).expect("it is received");
    }

    fn receive(receiver: Self::Receiver) -> u64 {
        receiver.recv().expect("it is sent")
    }
}
