//! Results as they come, and in the order in which they were asked for.

use crate::jobs::{LastFirst, Opener, gate, pool};
use earnest::{CompletionSet, Error, Future, ThreadPoolExecutor, as_completed};
use earnest_testing::watched;
use std::collections::VecDeque;

/// Program 5: each result when it is there, with the name of what it is the result of.
fn as_they_end(futures: Vec<(&'static str, Future<u32>)>, mut say: impl FnMut(String)) -> Result<(), Error> {
    for (name, future) in as_completed(futures) {
        say(format!("{name}: {}", future.result()?));
    }
    Ok(())
}

#[test]
fn results_come_in_the_order_of_completion() {
    watched("program 5", || {
        let pool = pool(3);
        let [(open_a, a), (open_b, b), (open_c, c)] = [gate(), gate(), gate()];
        let futures = vec![
            ("a", pool.submit(move || a.then(1))),
            ("b", pool.submit(move || b.then(2))),
            ("c", pool.submit(move || c.then(3))),
        ];
        // Each one that is seen lets the next one end.
        let mut to_open = VecDeque::from([open_c, open_a, open_b]);
        let mut lines = Vec::new();
        to_open.pop_front().unwrap().open();
        as_they_end(futures, |line| {
            lines.push(line);
            drop(to_open.pop_front());
        })
        .unwrap();
        assert_eq!(lines, ["c: 3", "a: 1", "b: 2"]);
    });
}

/// Program 6: one result after the other, in the order of submission.
fn one_after_the_other(
    pool: &ThreadPoolExecutor,
    work: impl Fn(usize) + Send + Clone + 'static,
) -> Result<Vec<String>, Error> {
    let futures: Vec<_> = (0..4)
        .map(|n| {
            let work = work.clone();
            pool.submit(move || {
                work(n);
                n * n
            })
        })
        .collect();
    let line = |(n, future): (usize, Future<usize>)| Ok(format!("{n} squared is {}", future.result()?));
    futures.into_iter().enumerate().map(line).collect()
}

#[test]
fn results_come_in_the_order_of_submission_to_who_asks_so() {
    watched("program 6", || {
        let last_first = LastFirst::new(4);
        let lines = one_after_the_other(&pool(4), move |n| last_first.work(n)).unwrap();
        assert_eq!(lines, ["0 squared is 0", "1 squared is 1", "2 squared is 4", "3 squared is 9"]);
    });
}

/// Program 24: what a first round of tasks comes to decides on the second, which begins while the first goes on.
fn follow_up(
    pool: &ThreadPoolExecutor,
    pages: Vec<&'static str>,
    links_of: impl Fn(&str) -> Vec<&'static str> + Send + Clone + 'static,
    mut say: impl FnMut(String),
) -> Result<(), Error> {
    let read = |page| {
        let links_of = links_of.clone();
        pool.submit(move || links_of(page))
    };
    let mut reading = CompletionSet::new();
    for page in pages {
        reading.push(((1, page), read(page)));
    }
    while let Some(((round, page), future)) = reading.next() {
        let links = future.result()?;
        say(format!("round {round}: {page} has {} links", links.len()));
        if round == 1 {
            for link in links {
                reading.push(((2, link), read(link)));
            }
        }
    }
    Ok(())
}

#[test]
fn the_second_round_begins_before_the_first_has_ended() {
    watched("program 24", || {
        let (open_late, late) = gate();
        let links_of = move |page: &str| match page {
            "/early" => vec!["/early/1"],
            "/late" => {
                late.wait();
                vec!["/late/1"]
            }
            "/late/1" => vec!["/early", "/late"],
            _ => vec![],
        };
        let (mut lines, mut open_late) = (Vec::new(), Some(open_late));
        follow_up(&pool(2), vec!["/late", "/early"], links_of, |line| {
            if line.starts_with("round 2") {
                // The first page of the first round has waited for this.
                open_late.take().into_iter().for_each(Opener::open);
            }
            lines.push(line);
        })
        .unwrap();
        assert_eq!(
            lines,
            [
                "round 1: /early has 1 links",
                "round 2: /early/1 has 0 links",
                "round 1: /late has 1 links",
                "round 2: /late/1 has 2 links",
            ]
        );
    });
}
