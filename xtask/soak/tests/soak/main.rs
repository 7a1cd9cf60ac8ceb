//! Random load over everything at once, with the books checked: each submission comes to something, no thread is left, and
//! memory does not grow.
//!
//! Actors work side by side, in rounds. In each an actor makes a pool with random settings, or takes the one that all share,
//! puts some random load on it, ends it in some way, and checks what it has promised. A round that hangs ends the process,
//! with the state of each thread.

mod account;
mod load;
mod memory;
mod round;

use account::{ACCOUNT, Figures};
use clap::Parser;
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[derive(Parser)]
#[command(about = "Random load over everything at once")]
struct Arguments {
    /// For so long
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// How many actors there are
    #[arg(long, default_value_t = 4)]
    actors: u64,
    /// Where the actors' random numbers begin: drawn, and printed, if not given
    #[arg(long)]
    seed: Option<u64>,
}

/// How often the figures are printed.
const REPORT_EVERY: Duration = Duration::from_secs(60);
/// Live memory may be so much more in the end than at its first report, for what allocators, thread-locals and hash maps keep.
const SLACK_BYTES: u64 = 256 << 10;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    println!("seed {seed}, {} actors, {} minutes", arguments.actors, arguments.minutes);
    // Panics are part of the load.
    std::panic::set_hook(Box::new(|info| {
        if !load::is_planned(info.payload()) {
            eprintln!("{info}");
        }
    }));
    earnest::set_unseen_failure_hook(|_| ACCOUNT.unseen.add()).expect("nobody else has set it");
    let threads_before = memory::threads();
    let began = Instant::now();
    let end = began + Duration::from_secs_f64(60.0 * arguments.minutes);
    println!("{}", Figures::HEAD);
    let mut first = None;
    let mut next_report = began + REPORT_EVERY.min((end - began) / 4);
    // In stretches, between which nothing is under way: only then can live memory be compared.
    let mut stretch = 0;
    while Instant::now() < end {
        let until = next_report.min(end);
        stretch += 1;
        let actors: Vec<_> = (0..arguments.actors)
            .map(|actor| {
                let seed = seed.wrapping_mul(0x9E37_79B9).wrapping_add(stretch << 16 | actor);
                std::thread::spawn(move || round::play(seed, until))
            })
            .collect();
        let failed = actors.into_iter().map(|actor| actor.join()).filter(Result::is_err).count();
        if failed > 0 {
            println!("FAILED: {failed} actors, seed {seed}");
            return ExitCode::FAILURE;
        }
        let figures = Figures::now(began.elapsed());
        println!("{figures}");
        first.get_or_insert(figures);
        next_report += REPORT_EVERY;
    }
    round::end();
    let last = Figures::now(began.elapsed());
    let Some(first) = first else { return ExitCode::SUCCESS };
    let mut problems = ACCOUNT.problems();
    if last.live_bytes > first.live_bytes + SLACK_BYTES {
        problems.push(format!("live memory has grown: {} to {} bytes", first.live_bytes, last.live_bytes));
    }
    // The thread that keeps time stays.
    if last.threads > threads_before + 1 {
        problems.push(format!("{} threads are left of {threads_before}", last.threads));
    }
    for problem in &problems {
        println!("FAILED: {problem}");
    }
    println!("{}", if problems.is_empty() { "ok: everything is accounted for" } else { "FAILED" });
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
