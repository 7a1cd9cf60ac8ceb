//! Runs scripts on earnest and on Python's own concurrent.futures, and compares what they show.
//! `cargo xtask differential` builds and starts it.

mod script;
mod log;
mod model;
mod intent;
mod compose;
mod original;
mod stage;
mod ours;
mod buffered;
mod deviations;
mod compare;
mod report;

use anyhow::Result;
use clap::Parser;
use compare::{Difference, compare};
use compose::{Plan, compose};
use intent::{Wishes, wishes};
use log::Log;
use original::Original;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use report::Counts;
use script::Script;
use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    cases: u32,
    #[arg(long)]
    python: PathBuf,
    /// It knows `buffersize`.
    #[arg(long)]
    knows_buffersize: bool,
}

/// From this many scripts on every deviation must have been seen.
const MANY: u32 = 2_000;

/// The exit status where the sides differ; it is known to `cargo xtask differential`.
const DIFFERENT: u8 = 3;

/// How long to wait on our side for what must come about.
const WATCHDOG: Duration = Duration::from_secs(20);

/// The same while a script that has failed is made smaller.
const WATCHDOG_SHRINKING: Duration = Duration::from_secs(2);

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    silence_intended_panics();
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&arguments.seed.to_le_bytes());
    let config = Config {
        cases: arguments.cases,
        max_shrink_iters: 4_000,
        max_global_rejects: 0,
        max_shrink_time: 120_000,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let sides = RefCell::new(Original::new(&arguments.python));
    let counts = RefCell::new(Counts::default());
    let has_failed = Cell::new(false);
    let trouble = RefCell::new(None);
    let done = runner.run(&wishes(), |wishes: Wishes| {
        let plan = compose(&wishes);
        let watchdog = if has_failed.get() { WATCHDOG_SHRINKING } else { WATCHDOG };
        let both = run_both(&mut sides.borrow_mut(), &plan, watchdog);
        match both.map(|(original, ours)| compare(&plan, &original, &ours)) {
            Ok(Ok(agreed)) => {
                if !has_failed.get() {
                    counts.borrow_mut().add(&plan, &agreed);
                }
                Ok(())
            }
            Ok(Err(Difference { why, .. })) => {
                has_failed.set(true);
                Err(TestCaseError::fail(why))
            }
            // Nothing is known of the sides then, and there is nothing to be made smaller.
            Err(error) => {
                trouble.replace(Some(error));
                Err(TestCaseError::reject("it could not be run"))
            }
        }
    });
    if let Some(error) = trouble.take() {
        return Err(error);
    }
    let counts = counts.into_inner();
    match done {
        Ok(()) => Ok(conclude(&arguments, &counts)),
        Err(TestError::Fail(why, wishes)) => {
            counts.print(arguments.knows_buffersize);
            println!("\nthe sides differ: {why}");
            print_again(&mut sides.borrow_mut(), &compose(&wishes));
            Ok(ExitCode::from(DIFFERENT))
        }
        Err(TestError::Abort(why)) => anyhow::bail!("the run was given up: {why}"),
    }
}

/// Says what was seen, and whether that is enough.
fn conclude(arguments: &Arguments, counts: &Counts) -> ExitCode {
    counts.print(arguments.knows_buffersize);
    let unseen = counts.unseen(arguments.knows_buffersize);
    if !unseen.is_empty() {
        println!("declared, and not seen: {}", unseen.join(", "));
        if arguments.cases >= MANY {
            println!("in so many scripts each must be seen: a deviation that is gone is to be removed");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Runs the smallest failing script once more, and prints it with both logs.
fn print_again(original: &mut Original, plan: &Plan) {
    match run_both(original, plan, WATCHDOG_SHRINKING) {
        Ok((original, ours)) => {
            let unseen = Difference { step: usize::MAX, why: "this time they agree".to_owned() };
            let difference = compare(plan, &original, &ours).err().unwrap_or(unseen);
            report::print_difference(plan, &original, &ours, &difference);
        }
        Err(error) => println!("{error:#}"),
    }
}

fn run_both(original: &mut Original, plan: &Plan, watchdog: Duration) -> Result<(Log, Log)> {
    let script = plan.script();
    original.begin(&script)?;
    let ours = run_ours(script, watchdog);
    Ok((original.log()?, ours))
}

/// On a thread of its own, which is left behind if it does not come back.
fn run_ours(script: Script, watchdog: Duration) -> Log {
    let (sender, receiver) = channel();
    thread::spawn(move || _ = sender.send(ours::run(&script, watchdog)));
    let stuck = Some("an operation that returns".to_owned());
    receiver.recv_timeout(watchdog * 3).unwrap_or(Log { stuck, ..Log::default() })
}

/// Tasks and callbacks that are to fail do so in silence.
fn silence_intended_panics() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload_as_str().is_none_or(|text| !text.starts_with(ours::ON_PURPOSE)) {
            hook(info);
        }
    }));
}
