//! docs/seeded-faults.md: every fault that is seeded in the sources, and the model that catches it.

use super::mutants::{Mutant, faults};
use crate::tidy::{Source, rust_sources};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) const PAGE: &str = "docs/seeded-faults.md";

const HEAD: &str = "\
# Seeded faults

Every fault that is seeded in the sources, the line that it changes, the smallest model that catches it, and how that model then
fails. Written by `cargo xtask loom --mutants --record` from `xtask/loom/mutants.toml` and the sources; a test of xtask's and
`cargo xtask tidy` fail where it is not current. What it is for is said in [Testing](testing.md#seeded-faults).

`cargo xtask loom --mutants` switches on one after the other, and wants each to be caught by its model, in that way;
`cargo xtask loom --mutants NAME` does so for one. It is built with `--cfg earnest_loom --cfg earnest_mutants`, and the fault is
chosen by the environment variable `EARNEST_MUTANT`: in every other build the macro is constant `false`.

- *Causality violation*: what one thread has written another comes upon without being ordered after it.
- *deadlock*: a thread is never woken.
- *timeout*: the model runs on.
- *survives*: no model catches it, as no code uses it: the control.
- Anything else is what the model asserts.
";

/// A fault's place: the file, and the line.
pub(super) type Places = BTreeMap<String, Vec<(String, String)>>;

/// The page, of all faults by the files that they are in.
pub(super) fn page(mutants: &[Mutant], places: &Places) -> String {
    let mut by_file: BTreeMap<&str, Vec<(&Mutant, Vec<&str>)>> = BTreeMap::new();
    for mutant in mutants {
        let of_it = places.get(&mutant.name).map_or(&[][..], Vec::as_slice);
        let file = of_it.first().map_or("", |(file, _)| file);
        let lines = of_it.iter().map(|(_, line)| line.as_str()).collect();
        by_file.entry(file).or_default().push((mutant, lines));
    }
    let mut page = HEAD.to_owned();
    for (file, faults) in by_file {
        let heading = if file.is_empty() { "No file" } else { file.strip_prefix("crates/").unwrap_or(file) };
        let _infallible =
            write!(page, "\n## {heading}\n\n| fault | line | model | failure |\n|---|---|---|---|\n");
        for (mutant, lines) in faults {
            let lines: Vec<String> = lines.iter().map(|line| format!("`{}`", cell(line))).collect();
            let _infallible = writeln!(
                page,
                "| `{}` | {} | `{}::{}` | {} |",
                mutant.name,
                lines.join("<br>"),
                mutant.krate,
                mutant.test,
                cell(mutant.signature.trim_end_matches(';')),
            );
        }
    }
    let _infallible = write!(page, "\n{} faults, of which one is the control.\n", mutants.len());
    page
}

/// What a table's cell may hold.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Where the faults are in the sources of the crates.
pub(super) fn places() -> Result<Places> {
    let mut sources = rust_sources("crates")?;
    sources.retain(|source| source.path.contains("/src/"));
    Ok(in_sources(&sources))
}

fn in_sources(sources: &[Source]) -> Places {
    let mut places = Places::new();
    for source in sources {
        for line in source.text.lines() {
            for name in faults(line) {
                let place = (source.path.clone(), line.trim().to_owned());
                places.entry(name.to_owned()).or_default().push(place);
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(name: &str, signature: &str) -> Mutant {
        let entry = format!(
            "name = {name:?}\ncrate = \"earnest-core\"\ntest = \"a::b\"\nsignature = {signature:?}\n"
        );
        toml::from_str(&entry).unwrap()
    }

    #[test]
    fn each_fault_has_its_lines_and_its_model() {
        let text = "if a || mutant!(\"one\") {\n// mutant!(\"two\")\nlet b = mutant!(\"one\");\n";
        let source = Source::new("crates/earnest-core/src/a.rs".to_owned(), text.to_owned());
        let places = in_sources(&[source]);
        let page = page(&[mutant("one", "deadlock;"), mutant("control", "survives")], &places);
        assert!(page.contains("## earnest-core/src/a.rs\n"), "{page}");
        let row = "| `one` | `if a \\|\\| mutant!(\"one\") {`<br>`let b = mutant!(\"one\");` | `earnest-core::a::b` | deadlock |";
        assert!(page.lines().any(|line| line == row), "{page}");
        assert!(page.contains("| `control` |  | `earnest-core::a::b` | survives |"), "{page}");
        assert!(!page.contains("`two`"), "{page}");
    }
}
