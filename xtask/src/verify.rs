//! `cargo xtask verify`: every layer of checks that looks for races, one after the other, and what each has seen.

use crate::table::Table;
use anyhow::Result;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What a change must pass: about ten minutes on two processors
    #[arg(long, conflicts_with = "deep")]
    quick: bool,
    /// What the night is for: some hours
    #[arg(long)]
    deep: bool,
    /// Only layers whose names contain this
    filter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Quick,
    Usual,
    Deep,
}

/// One of the project's own commands. Its last line says what it has seen.
struct Layer {
    name: &'static str,
    /// From which depth on it is run.
    from: Depth,
    /// By depth.
    arguments: [&'static [&'static str]; 3],
    /// It is given up after so long.
    minutes: u64,
}

const fn layer(name: &'static str, arguments: &'static [&'static str], minutes: u64) -> Layer {
    Layer { name, from: Depth::Quick, arguments: [arguments; 3], minutes }
}

const LAYERS: &[Layer] = &[
    Layer {
        arguments: [&["loom", "--patched", "--quick"], &["loom", "--patched"], &["loom", "--patched"]],
        ..layer("models", &[], 120)
    },
    layer("seeded faults", &["loom", "--mutants"], 15),
    layer("orderings", &["loom", "--orderings"], 15),
    Layer {
        arguments: [&["shuttle"], &["shuttle", "--seeds", "20"], &["shuttle", "--seeds", "400"]],
        ..layer("storms", &[], 60)
    },
    Layer {
        from: Depth::Usual,
        ..layer("storms, a seeded fault", &["shuttle", "--mutant", "sleep_unannounced"], 10)
    },
    Layer {
        from: Depth::Usual,
        arguments: [&[], &["sleeps"], &["sleeps", "--seeds", "20"]],
        ..layer("sleeps in race windows", &[], 90)
    },
    Layer {
        from: Depth::Usual,
        ..layer(
            "sleeps, a seeded fault",
            &["sleeps", "--mutant", "poll_without_second_look", "--seeds", "8", "async_blocks"],
            20,
        )
    },
    Layer {
        arguments: [&["miri", "--quick"], &["miri"], &["miri", "--seeds", "16"]],
        ..layer("Miri", &[], 120)
    },
    Layer { from: Depth::Usual, ..layer("ThreadSanitizer", &["sanitize", "thread"], 30) },
    Layer { from: Depth::Usual, ..layer("AddressSanitizer", &["sanitize", "address"], 30) },
    Layer {
        from: Depth::Usual,
        arguments: [&[], &["fuzz", "--seconds", "30"], &["fuzz", "--seconds", "600"]],
        ..layer("fuzz", &[], 30)
    },
    Layer { from: Depth::Usual, ..layer("panic = abort", &["abort"], 10) },
    Layer {
        from: Depth::Usual,
        arguments: [&[], &["soak"], &["soak", "--minutes", "20"]],
        ..layer("soak", &[], 40)
    },
];

/// With which a command ends whose tools are missing.
const MISSING: i32 = 2;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let depth = match arguments {
        Arguments { quick: true, .. } => Depth::Quick,
        Arguments { deep: true, .. } => Depth::Deep,
        _ => Depth::Usual,
    };
    let wanted = |layer: &&Layer| {
        layer.from <= depth && arguments.filter.as_deref().is_none_or(|filter| layer.name.contains(filter))
    };
    let mut table = Table::new(&["layer", "what was seen", ">seconds", "verdict"]);
    let mut failed = false;
    for layer in LAYERS.iter().filter(wanted) {
        let arguments = layer.arguments[depth as usize];
        println!("\n==== {}: cargo xtask {}", layer.name, arguments.join(" "));
        let began = Instant::now();
        let (code, said) = run_layer(arguments, Duration::from_secs(60 * layer.minutes))?;
        let verdict = match code {
            Some(0) => "ok",
            // On a machine of one's own; elsewhere nothing is left out in silence.
            Some(MISSING) if depth == Depth::Quick && std::env::var_os("CI").is_none() => "skipped",
            _ => "FAILED",
        };
        failed |= verdict == "FAILED";
        table.row([
            layer.name.to_owned(),
            said,
            format!("{:.0}", began.elapsed().as_secs_f64()),
            verdict.to_owned(),
        ]);
    }
    println!();
    table.print();
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs a command of this program's, for so long at most. Gives its exit status, and its last line.
fn run_layer(arguments: &[&str], limit: Duration) -> Result<(Option<i32>, String)> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.args(arguments).stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().expect("piped");
    let reader = std::thread::spawn(move || {
        let mut last = String::new();
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            println!("{line}");
            if !line.trim().is_empty() {
                last = line.trim().to_owned();
            }
        }
        last
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if began.elapsed() > limit {
            eprintln!("given up after {limit:?}");
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    let said = reader.join().expect("reading does not panic");
    Ok((status.and_then(|status| status.code()), said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layer_has_a_command_that_there_is_where_it_is_run() {
        for layer in LAYERS {
            for depth in [Depth::Quick, Depth::Usual, Depth::Deep] {
                let arguments = layer.arguments[depth as usize];
                assert!(!arguments.is_empty() || depth < layer.from, "{}", layer.name);
                assert!(arguments.is_empty() || crate::understands(arguments), "{arguments:?}");
            }
        }
    }
}
