//! The cookbook: short programs, one question each. Each file beside this one can be copied and run as it is.
//!
//! ```text
//! cargo run --release --example cookbook          what there is
//! cargo run --release --example cookbook 17       one of them, by its number
//! cargo run --release --example cookbook cancel   or by its name
//! cargo run --release --example cookbook all      one after the other
//! ```

mod p01_download;
mod p02_map_in_order;
mod p03_map_two_inputs;
mod p04_map_unread;
mod p05_as_completed;
mod p06_in_submission_order;
mod p07_callbacks;
mod p08_wait_for_all;
mod p09_first_result;
mod p10_first_failure;
mod p11_number_of_workers;
mod p12_thread_names;
mod p13_worker_state;
mod p14_broken_pool;
mod p15_status;
mod p16_timeout;
mod p17_cancel;
mod p18_callback_without_value;
mod p19_failure;
mod p20_map_with_failure;
mod p21_callback_that_fails;
mod p22_stop;
mod p23_speed_up;
mod p24_follow_up;
mod p25_progress;
mod p26_nested_wait;
mod p27_deadlock;
mod p28_scraper;
mod p29_bounded_lookahead;
mod p30_pipeline;
mod p31_one_pool;

use std::process::{ExitCode, Termination};

/// One program of the book.
struct Recipe {
    /// The name of its module: `p`, its number, and its name.
    module: &'static str,
    shows: &'static str,
    run: fn() -> ExitCode,
}

impl Recipe {
    fn number(&self) -> &'static str {
        &self.module[1..3]
    }

    fn name(&self) -> &'static str {
        &self.module[4..]
    }

    /// Whether `wanted` is its number, with or without a zero in front, or its name.
    fn is(&self, wanted: &str) -> bool {
        wanted == self.name() || wanted.parse::<u8>().is_ok_and(|n| self.number().parse() == Ok(n))
    }
}

/// Makes a [`Recipe`] of each module, whatever its `main` returns.
macro_rules! recipes {
    ($($module:ident: $shows:literal,)*) => {
        [$(Recipe { module: stringify!($module), shows: $shows, run: || $module::main().report() },)*]
    };
}

const RECIPES: [Recipe; 31] = recipes! {
    p01_download: "download a list of URLs one by one, with `submit`, with `as_completed`",
    p02_map_in_order: "`map`: results in input order, whatever takes longest",
    p03_map_two_inputs: "`map` over two inputs, pair by pair",
    p04_map_unread: "`map` whose results nobody reads: what runs, and what is cancelled",
    p05_as_completed: "`submit` and `as_completed`: results as they come",
    p06_in_submission_order: "`submit`, then one result after the other",
    p07_callbacks: "one callback, and two of one future",
    p08_wait_for_all: "wait for all: by `wait`, `shutdown`, the end of a block, a scope",
    p09_first_result: "the first result is enough, and nobody waits for the rest",
    p10_first_failure: "stop at the first failure, and say which it was",
    p11_number_of_workers: "the default number of workers, and 500",
    p12_thread_names: "how worker threads are called",
    p13_worker_state: "something of its own for each worker",
    p14_broken_pool: "an initializer that fails",
    p15_status: "pending, running, finished, cancelled",
    p16_timeout: "a result, and a wait that was too short",
    p17_cancel: "cancel what is queued, and try to cancel what runs",
    p18_callback_without_value: "callbacks of a cancelled future and of a failed one",
    p19_failure: "three places to handle a failure",
    p20_map_with_failure: "`map` with an item that fails",
    p21_callback_that_fails: "a callback that panics",
    p22_stop: "stop what runs, cancel what is queued, shut down",
    p23_speed_up: "how much faster is it in parallel?",
    p24_follow_up: "results that lead to more tasks",
    p25_progress: "dots, a bar with count and rate, two bars",
    p26_nested_wait: "a task that waits for a task of its own pool of one worker",
    p27_deadlock: "two tasks that wait for each other",
    p28_scraper: "twenty pages, of which some fail",
    p29_bounded_lookahead: "a large file, read no faster than its lines are worked on",
    p30_pipeline: "two stages, each with a pool of its own",
    p31_one_pool: "a pool for each request, or one for all",
};

fn main() -> ExitCode {
    let Some(wanted) = std::env::args().nth(1) else {
        for recipe in &RECIPES {
            println!("{} {:<24} {}", recipe.number(), recipe.name(), recipe.shows);
        }
        return ExitCode::SUCCESS;
    };
    if wanted == "all" {
        let mut all_well = true;
        for recipe in &RECIPES {
            println!("---- {} {}: {}", recipe.number(), recipe.name(), recipe.shows);
            all_well &= (recipe.run)() == ExitCode::SUCCESS;
        }
        return if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let Some(recipe) = RECIPES.iter().find(|recipe| recipe.is(&wanted)) else {
        eprintln!("there is no recipe {wanted}: without an argument, all of them are listed");
        return ExitCode::from(2);
    };
    (recipe.run)()
}
