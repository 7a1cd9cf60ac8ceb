//! Downloads a list of URLs in three ways: one after the other, with a pool, and with a pool as results come.
//!
//! `cargo run --release --example download` shows them side by side on a server of its own; `-- --help` says what
//! else it does. The three functions `serial`, `submit` and `as_completed` below are what there is to see; the rest is
//! what any downloader needs, one noun a file.

mod args;
mod job;
mod fetch;
mod failure;
mod interrupt;
mod report;
mod demo;
mod site;
mod server;

use args::{Args, Mode, ModeArg};
use clap::Parser;
use demo::Demo;
use earnest::{Future, ThreadPoolExecutor};
use failure::Failure;
use fetch::{Client, Partial};
use interrupt::Interrupt;
use job::{Job, jobs};
use report::{Report, print_table};
use std::error::Error;
use std::iter;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// What all modes need beside the list.
struct Setup {
    client: Client,
    workers: usize,
    interrupt: Arc<Interrupt>,
}

/// One after the other on this thread: what the other two are measured against.
fn serial(setup: &Setup, jobs: &[Job], report: &mut Report) {
    for job in jobs {
        if setup.interrupt.is_hit() {
            report.record(job, Err(Failure::Cancelled));
        } else {
            report.record(job, setup.client.fetch(job).and_then(Partial::save));
        }
    }
}

/// All are queued at once, and as many run at a time as there are workers. The results are asked for in the order of
/// the list: one that is ready waits to be told of until all before it are.
fn submit(setup: &Setup, jobs: &[Job], report: &mut Report) -> Result<(), Box<dyn Error>> {
    let pool = pool(setup)?;
    let futures: Vec<Future<_>> = jobs
        .iter()
        .map(|job| {
            // A task outlives this function for all the compiler knows, so it owns what it uses.
            let (client, job) = (setup.client.clone(), job.clone());
            pool.submit(move || client.fetch(&job).and_then(Partial::save))
        })
        .collect();
    setup.interrupt.cancels(futures.iter().map(Future::cancel_handle));

    for (job, future) in iter::zip(jobs, futures) {
        // Two results in one: whether the task ran (the library's), and what came of it (ours).
        let outcome = future.result().unwrap_or_else(|error| Err(error.into()));
        report.record(job, outcome);
    }
    Ok(())
}

/// The results come in the order in which they are ready, each with its job. Workers only fetch: the saving is done
/// here, by one thread, which therefore needs no lock for whatever it keeps about the files.
fn as_completed(setup: &Setup, jobs: &[Job], report: &mut Report) -> Result<(), Box<dyn Error>> {
    let pool = pool(setup)?;
    let futures: Vec<(&Job, Future<_>)> = jobs
        .iter()
        .map(|job| {
            let (client, owned) = (setup.client.clone(), job.clone());
            (job, pool.submit(move || client.fetch(&owned)))
        })
        .collect();
    setup.interrupt.cancels(futures.iter().map(|(_, future)| future.cancel_handle()));

    for (job, future) in earnest::as_completed(futures) {
        let fetched = future.result().unwrap_or_else(|error| Err(error.into()));
        report.record(job, fetched.and_then(Partial::save));
    }
    Ok(())
}

/// Dropped at the end of a mode, it waits for its workers: nothing of one mode runs into the next.
fn pool(setup: &Setup) -> Result<ThreadPoolExecutor, Box<dyn Error>> {
    Ok(ThreadPoolExecutor::builder().max_workers(setup.workers).thread_name_prefix("download").build()?)
}

fn main() -> ExitCode {
    run(&Args::parse()).unwrap_or_else(|error| {
        eprintln!("download: {error}");
        ExitCode::from(2)
    })
}

/// The downloads that were asked for, mode by mode. An error means that they could not begin.
fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let demo = if args.urls.is_empty() && args.list.is_none() { Some(Demo::start(args)?) } else { None };
    let urls = match &demo {
        Some(demo) => demo.urls.clone(),
        None => args.all_urls()?,
    };
    let (mode, seconds) = if demo.is_some() { (ModeArg::All, 2) } else { (ModeArg::AsCompleted, 30) };
    let timeout = args.timeout.unwrap_or(Duration::from_secs(seconds));
    let modes = args.mode.unwrap_or(mode).modes();
    let folder = |mode: Mode| if modes.len() > 1 { args.out.join(mode.name()) } else { args.out.clone() };
    let folders: Vec<PathBuf> = modes.iter().map(|mode| folder(*mode)).collect();
    let setup = Setup {
        // A proxy could not reach this machine's own server.
        client: Client::new(timeout, demo.is_none()),
        workers: args.workers.get(),
        interrupt: Interrupt::install(folders.clone())?,
    };

    let mut reports = Vec::new();
    let mut all_well = true;
    for (mode, folder) in iter::zip(modes, &folders) {
        let jobs = jobs(urls.iter().map(String::as_str), folder);
        let mut report = Report::begin(*mode, jobs.len());
        match mode {
            Mode::Serial => serial(&setup, &jobs, &mut report),
            Mode::Submit => submit(&setup, &jobs, &mut report)?,
            Mode::AsCompleted => as_completed(&setup, &jobs, &mut report)?,
        }
        report.end();
        if setup.interrupt.is_hit() {
            return Ok(ExitCode::from(interrupt::EXIT_STATUS));
        }
        all_well &= match &demo {
            Some(demo) => demo.check(&report, &jobs),
            None => report.is_complete(),
        };
        reports.push(report);
    }

    if modes.len() > 1 {
        print_table(&reports);
    }
    if let Some(demo) = &demo {
        demo.print_notes(&reports, setup.workers, timeout);
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
