//! `cargo xtask examples`: what each recipe of the cookbook prints, against what is written down, and that every other
//! example runs.

mod expected;
mod mask;

use crate::cargo::{Program, build, cargo, metadata, root};
use crate::process::{Apart, End, run_apart};
use crate::table::Table;
use anyhow::{Context, Result, bail};
use expected::Expected;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// How long each may take. It decides nothing but when to give up on a hang.
const PATIENCE: Duration = Duration::from_secs(60);

const COOKBOOK: &str = "crates/earnest/examples/cookbook";
const CHAPTER: &str = "docs/guide/cookbook.md";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only those with one of these in their names
    names: Vec<String>,
    /// Write down what they print, in place of comparing it
    #[arg(long)]
    bless: bool,
}

/// A program that is run, once.
struct Case {
    /// That of its expected output: `17_cancel` for a recipe, else the example's.
    name: String,
    is_recipe: bool,
    program: PathBuf,
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let programs = build(&mut cargo(&["build", "--locked", "--package=earnest", "--examples"]))?;
    let cases = cases(&programs)?;
    let mut all_well = true;
    for problem in strays(&cases)? {
        println!("{problem}");
        all_well = false;
    }

    let mut table = Table::new(&["number", "recipe", "verdict", ">seconds"]);
    for case in &cases {
        if !arguments.names.is_empty() && !arguments.names.iter().any(|name| case.name.contains(name)) {
            continue;
        }
        let ran = run_apart(Command::new(&case.program).args(&case.arguments).current_dir(root()), PATIENCE)?;
        let verdict = case.judge(&ran, arguments.bless)?;
        all_well &= verdict.is_good();
        let (number, name) = case.name.split_once('_').filter(|_| case.is_recipe).unwrap_or(("", &case.name));
        let seconds = format!("{:.2}", ran.took.as_secs_f64());
        table.row([number.to_owned(), name.to_owned(), verdict.in_a_word().to_owned(), seconds]);
        if let Some(details) = verdict.details() {
            println!("==== {}: {}\n{details}", case.name, verdict.in_a_word());
        }
        if !verdict.is_good() {
            println!("{}", ran.stderr);
        }
    }
    table.print();
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every recipe that the cookbook lists, and every other example.
fn cases(programs: &[Program]) -> Result<Vec<Case>> {
    let cookbook =
        programs.iter().find(|program| program.name == "cookbook").context("there is no cookbook")?;
    let listed = run_apart(&mut Command::new(&cookbook.path), PATIENCE)?;
    if listed.end != End::Succeeded {
        bail!("the cookbook does not list its recipes: {}", listed.stderr);
    }
    let mut cases = Vec::new();
    for line in listed.stdout.lines() {
        let mut words = line.split_whitespace();
        let (Some(number), Some(name)) = (words.next(), words.next()) else {
            bail!("not a recipe: {line:?}");
        };
        let (program, arguments) = (cookbook.path.clone(), vec![number.to_owned()]);
        cases.push(Case { name: format!("{number}_{name}"), is_recipe: true, program, arguments });
    }
    let mut others: Vec<&Program> = programs.iter().filter(|program| program.name != "cookbook").collect();
    others.sort_by_key(|program| &program.name);
    for program in others {
        let arguments = match &*program.name {
            // Fewer and faster pages than it has for people, and a place for them.
            "download" => {
                let out = metadata()?.target_directory.join("tmp/examples/download");
                let out = format!("--out={}", out.display());
                vec![out, "--files=12".to_owned(), "--delay=1..20".to_owned(), "--timeout=1".to_owned()]
            }
            _ => Vec::new(),
        };
        let (name, program) = (program.name.clone(), program.path.clone());
        cases.push(Case { name, is_recipe: false, program, arguments });
    }
    Ok(cases)
}

/// What belongs to no recipe, and recipes to which something is missing.
fn strays(cases: &[Case]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let names: BTreeSet<&str> = cases.iter().map(|case| &*case.name).collect();
    for file in files(&expected_folder(), "txt")? {
        if !names.contains(&*file) {
            problems.push(format!("{COOKBOOK}/expected/{file}.txt: there is no such recipe or example"));
        }
    }
    let chapter = fs::read_to_string(root().join(CHAPTER)).with_context(|| CHAPTER.to_owned())?;
    for file in files(&root().join(COOKBOOK), "rs")? {
        let Some(recipe) = file.strip_prefix('p') else { continue };
        if !names.contains(recipe) {
            problems.push(format!("{COOKBOOK}/{file}.rs: main.rs does not list it"));
        }
        if !chapter.contains(&format!("{file}.rs")) {
            problems.push(format!("{CHAPTER}: does not name {file}.rs"));
        }
    }
    Ok(problems)
}

fn expected_folder() -> PathBuf {
    root().join(COOKBOOK).join("expected")
}

/// The names of the files in `folder`, sorted, without their extension.
fn files(folder: &Path, extension: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// What came of a case.
enum Verdict {
    AsExpected,
    /// It ran, and what it prints is not looked at.
    Ran,
    Written {
        markers_lost: bool,
    },
    Failed,
    Hung,
    NothingExpected,
    Differs(String),
}

impl Verdict {
    fn is_good(&self) -> bool {
        matches!(self, Verdict::AsExpected | Verdict::Ran | Verdict::Written { markers_lost: false })
    }

    fn in_a_word(&self) -> &'static str {
        match self {
            Verdict::AsExpected => "ok",
            Verdict::Ran => "ran",
            Verdict::Written { .. } => "written",
            Verdict::Failed => "FAILED",
            Verdict::Hung => "HANGS",
            Verdict::NothingExpected => "NOTHING EXPECTED",
            Verdict::Differs(_) => "DIFFERS",
        }
    }

    fn details(&self) -> Option<&str> {
        match self {
            Verdict::Written { markers_lost: true } => Some(
                "it has another number of lines than before: what may be in any order is to be marked again",
            ),
            Verdict::NothingExpected => Some("look at what it prints, then --bless"),
            Verdict::Differs(difference) => Some(difference),
            _ => None,
        }
    }
}

impl Case {
    /// Compares what was printed with what is expected, or writes it down.
    fn judge(&self, ran: &Apart, bless: bool) -> Result<Verdict> {
        let path = expected_folder().join(format!("{}.txt", self.name));
        let expected = path.exists().then(|| fs::read_to_string(&path)).transpose()?;
        let expected = expected.as_deref().map(Expected::parse);
        if let Some(failure) = failure(ran.end) {
            return Ok(failure);
        }
        // Of the other examples only those are compared that somebody has made a file for.
        if bless && (self.is_recipe || expected.is_some()) {
            let (text, markers_lost) = expected.unwrap_or_default().renewed(&ran.stdout);
            fs::write(&path, text)?;
            return Ok(Verdict::Written { markers_lost });
        }
        Ok(match expected {
            Some(expected) => expected.difference(&ran.stdout).map_or(Verdict::AsExpected, Verdict::Differs),
            None if self.is_recipe => Verdict::NothingExpected,
            None => Verdict::Ran,
        })
    }
}

fn failure(end: End) -> Option<Verdict> {
    match end {
        End::Succeeded => None,
        End::Failed => Some(Verdict::Failed),
        End::TimedOut => Some(Verdict::Hung),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(name: &str) -> Case {
        Case { name: name.to_owned(), is_recipe: true, program: PathBuf::new(), arguments: Vec::new() }
    }

    fn ran(end: End, stdout: &str) -> Apart {
        Apart { end, stdout: stdout.to_owned(), stderr: String::new(), took: Duration::ZERO }
    }

    #[test]
    fn an_expected_output_without_a_recipe_is_seen() {
        let problems = strays(&[recipe("17_cancel")]).unwrap();
        assert!(problems.iter().any(|problem| problem.contains("expected/16_timeout.txt: there is no such")));
        assert!(!problems.iter().any(|problem| problem.contains("expected/17_cancel.txt")));
    }

    #[test]
    fn a_recipe_that_is_not_listed_is_seen() {
        let problems = strays(&[recipe("17_cancel")]).unwrap();
        assert!(problems.iter().any(|problem| problem.contains("p16_timeout.rs: main.rs does not list it")));
    }

    #[test]
    fn a_wrong_output_a_failure_and_a_hang_are_seen() {
        let case = recipe("17_cancel");
        let text = fs::read_to_string(expected_folder().join("17_cancel.txt")).unwrap();
        assert!(case.judge(&ran(End::Succeeded, &text), false).unwrap().is_good());
        let wrong = text.replacen("true", "false", 1);
        for bad in [ran(End::Succeeded, &wrong), ran(End::Failed, &text), ran(End::TimedOut, &text)] {
            assert!(!case.judge(&bad, false).unwrap().is_good(), "{bad:?}");
        }
    }

    #[test]
    fn a_recipe_without_an_expected_output_is_seen() {
        let verdict = recipe("99_nothing").judge(&ran(End::Succeeded, "something\n"), false).unwrap();
        assert!(matches!(verdict, Verdict::NothingExpected));
    }
}
