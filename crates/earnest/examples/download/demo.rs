//! The run without URLs: what is downloaded from the own server, and whether that is what should have come of it.

use crate::args::Args;
use crate::failure::Failure;
use crate::job::Job;
use crate::report::{Report, say};
use crate::server;
use crate::site::{Answer, Site};
use std::fs;
use std::io;
use std::iter;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A server with something to download, and knowledge of what should come of it.
#[derive(Debug)]
pub(crate) struct Demo {
    site: Arc<Site>,
    pub(crate) urls: Vec<String>,
}

impl Demo {
    /// Starts the server, and says what it has.
    pub(crate) fn start(args: &Args) -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut site = Site::new(&root, args.files, args.delay.clone(), args.seed)?;
        if let Some(how) = args.sabotage {
            site.sabotage(how);
        }
        let site = Arc::new(site);
        let address = server::start(Arc::clone(&site))?;
        let urls = site.pages.iter().map(|page| format!("http://{address}/{}", page.path)).collect();
        let planted = site.pages.iter().filter(|page| page.expected != Answer::Whole).count();
        let (n, seed) = (site.pages.len(), args.seed);
        say(format_args!("Serving {n} pages on {address}, {planted} of them planted to fail (seed {seed})"));
        Ok(Self { site, urls })
    }

    /// Compares what `report` tells with what was planted, and the saved files with the served ones.
    /// Prints each difference, and says whether there was none.
    pub(crate) fn check(&self, report: &Report, jobs: &[Job]) -> bool {
        let mut problems = Vec::new();
        for (page, job) in iter::zip(&self.site.pages, jobs) {
            match report.failure(&job.url) {
                Some(failure) if page.expected.explains(failure) => {}
                Some(failure) => problems.push(format!("{}: not expected: {failure}", job.url)),
                None if page.expected != Answer::Whole => {
                    problems.push(format!("{}: planted to fail, and did not", job.url));
                }
                None if fs::read(&job.path).is_ok_and(|saved| saved == page.body) => {}
                None => problems.push(format!("{}: not what was served", job.path.display())),
            }
        }
        for problem in &problems {
            eprintln!("{}: {problem}", report.mode.name());
        }
        problems.is_empty()
    }

    /// Says how fast it could be at best, and which failures were planned.
    pub(crate) fn print_notes<'a>(&self, reports: &'a [Report], workers: usize, timeout: Duration) {
        let delays: Duration = self.site.pages.iter().map(|page| page.delay).sum();
        let (serial, ideal) = (delays.as_secs_f64(), delays.as_secs_f64() / workers as f64);
        say(format_args!(
            "Ideal: the server's delays add up to {serial:.2} s, {ideal:.2} s on {workers} workers;"
        ));
        say(format_args!("one stalled connection takes the timeout of {timeout:?} besides, in any mode."));
        say("\nFailed in every mode, as planned:");
        for (page, url) in iter::zip(&self.site.pages, &self.urls) {
            let as_planned = |report: &'a Report| report.failure(url).filter(|f| page.expected.explains(f));
            let failures: Option<Vec<&Failure>> = reports.iter().map(as_planned).collect();
            if let Some([.., last]) = failures.as_deref() {
                say(format_args!("  {}: {last}", page.path));
            }
        }
    }
}
