//! Futures are completed, and their race is waited for or cancelled: it is decided once, and a loser is cancelled by
//! then.

use earnest_combinators::{EntrantsExt, race, try_join_all};
use earnest_core::promise;
use earnest_sync::{model, model_bounded, thread};

#[test]
fn race_of_two() {
    model_bounded("combinators::race_of_two", 2..=3, || {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<Box<usize>>()).unzip();
        let producers: Vec<_> = (0..)
            .zip(promises)
            .map(|(n, promise)| thread::spawn(move || promise.complete(Box::new(n)).is_ok()))
            .collect();
        let (index, value) = race(futures.cancel_losers()).result().unwrap();
        assert_eq!(index, *value);
        let completed: Vec<_> = producers.into_iter().map(|producer| producer.join().unwrap()).collect();
        assert!(completed[index]);
    });
}

#[test]
fn complete_vs_result_of_the_race() {
    model("combinators::complete_vs_result_of_the_race", || {
        let (winner, a) = promise::<Box<u32>>();
        let (loser, b) = promise::<Box<u32>>();
        let producer = thread::spawn(move || winner.complete(Box::new(7)).unwrap());
        assert_eq!(race([b, a].cancel_losers()).result().unwrap(), (1, Box::new(7)));
        assert!(loser.is_cancelled(), "before the outcome is seen");
        producer.join().unwrap();
    });
}

#[test]
fn join_of_two() {
    model_bounded("combinators::join_of_two", 2..=3, || {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<Box<usize>>()).unzip();
        let producers: Vec<_> = (0..)
            .zip(promises)
            .map(|(n, promise)| thread::spawn(move || promise.complete(Box::new(n)).unwrap()))
            .collect();
        let values = try_join_all(futures).result().unwrap();
        assert_eq!(values, [Box::new(0), Box::new(1)]);
        producers.into_iter().for_each(|producer| producer.join().unwrap());
    });
}

#[test]
fn complete_vs_cancel_of_the_race() {
    model("combinators::complete_vs_cancel_of_the_race", || {
        let (promise, future) = promise::<Box<u32>>();
        let first = race([future]);
        let producer = thread::spawn(move || promise.complete(Box::new(7)).is_ok());
        let cancelled = first.cancel();
        assert_eq!(first.result().is_err(), cancelled);
        assert!(producer.join().unwrap() || cancelled, "a source is cancelled with the race only");
    });
}
