//! Test sources: which tests pin which rows.

use crate::tidy::Problem;
use anyhow::{Context, Result};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A test that pins rows.
#[derive(Debug)]
pub(crate) struct Test {
    /// From the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) line: usize,
    /// The folder of its crate, under `crates`.
    pub(crate) package: String,
    /// The test program.
    pub(crate) program: String,
    /// As the test program lists it.
    pub(crate) name: String,
    /// As its documentation lists them.
    pub(crate) rows: Vec<String>,
}

impl Test {
    /// The function `name`, a path within its file, at `line` of `path`.
    pub(crate) fn new(path: &str, name: &str, line: usize, rows: Vec<String>) -> Test {
        let (package, inner) = path.split_once("/tests/").unwrap_or_default();
        let mut modules: Vec<&str> = inner.trim_end_matches(".rs").split('/').collect();
        let program = modules.remove(0).to_owned();
        if matches!(modules.last(), Some(&("main" | "mod"))) {
            modules.pop();
        }
        modules.push(name);
        Test {
            path: path.to_owned(),
            line,
            package: package.rsplit('/').next().unwrap_or_default().to_owned(),
            program,
            name: modules.join("::"),
            rows,
        }
    }

    /// Crate, program and name; without what would be said of nearly all of them.
    pub(crate) fn label(&self) -> String {
        let package = self.package.trim_start_matches("earnest-");
        let program = if self.program == "it" { String::new() } else { format!("{}::", self.program) };
        format!("{package}::{program}{}", self.name)
    }

    /// The label, as a link from a page in the folder of the documentation.
    pub(crate) fn link(&self) -> String {
        format!("[{}](../{})", self.label(), self.path)
    }
}

/// What was found in test sources.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) tests: Vec<Test>,
    pub(crate) problems: Vec<Problem>,
}

impl Sources {
    pub(crate) fn read(&mut self, path: &str, text: &str) -> Result<()> {
        let file = syn::parse_file(text).context("this is no Rust")?;
        let mut reader = Reader { sources: self, path, modules: Vec::new(), uses: Vec::new() };
        reader.visit_file(&file);
        for (line, _) in std::mem::take(&mut reader.uses) {
            reader.breach(line, "conform is called outside of a test".to_owned());
        }
        Ok(())
    }
}

/// Goes through one file.
struct Reader<'a> {
    sources: &'a mut Sources,
    path: &'a str,
    /// Those within the file.
    modules: Vec<String>,
    /// The calls of `conform` in the function that is being read: where, and the rows if they are written there.
    uses: Vec<(usize, Option<String>)>,
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.modules.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.modules.pop();
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let outer = std::mem::take(&mut self.uses);
        visit::visit_item_fn(self, function);
        let uses = std::mem::replace(&mut self.uses, outer);
        self.function(function, &uses);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let callee = match &*call.func {
            syn::Expr::Path(callee) => callee.path.segments.last(),
            _ => None,
        };
        if callee.is_some_and(|callee| callee.ident == "conform") {
            let rows = match call.args.first() {
                Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(rows), .. })) => Some(rows.value()),
                _ => None,
            };
            self.uses.push((call.span().start().line, rows));
        }
        visit::visit_expr_call(self, call);
    }
}

impl Reader<'_> {
    fn function(&mut self, function: &syn::ItemFn, uses: &[(usize, Option<String>)]) {
        let line = function.sig.ident.span().start().line;
        let name = &function.sig.ident;
        let is = |name| function.attrs.iter().any(|attribute| attribute.path().is_ident(name));
        let documented = documented_rows(&function.attrs);
        if is("ignore") && !(self.path.ends_with(LONG) && documented.is_none() && uses.is_empty()) {
            self.breach(line, format!("{name} is ignored: a test that is not run pins nothing"));
        }
        if documented.is_none() && uses.is_empty() {
            return;
        }
        if !is("test") {
            self.breach(line, format!("{name} pins rows, and is no #[test]"));
        }
        let Some(rows) = documented else {
            return self.breach(
                line,
                format!("{name} calls conform, and its documentation does not begin with {FORM}"),
            );
        };
        match uses {
            [] => self.breach(line, format!("{name} is documented for rows, and does not call conform")),
            [(_, Some(called))] if called.split(' ').eq(&rows) => {}
            [(at, Some(called))] => {
                let listed = rows.join(" ");
                self.breach(
                    *at,
                    format!("{name} is documented for {listed:?} and calls conform for {called:?}"),
                );
            }
            [(at, None)] => self.breach(*at, format!("{name} does not say its rows to conform as a literal")),
            [_, (at, _), ..] => self.breach(*at, format!("{name} calls conform more than once")),
        }
        let path = [self.modules.as_slice(), &[name.to_string()]].concat().join("::");
        self.sources.tests.push(Test::new(self.path, &path, line, rows));
    }

    fn breach(&mut self, line: usize, what: String) {
        self.sources.problems.push(Problem { path: self.path.to_owned(), line, what });
    }
}

/// Where tests may be ignored, as `cargo xtask long` runs them.
const LONG: &str = "/long.rs";

/// How the documentation of a test that pins rows begins.
const FORM: &str = "`/// Row 1: …` or `/// Rows 1, 2: …`";

/// The rows that a documentation names, if it begins as that of a test that pins rows.
fn documented_rows(attributes: &[syn::Attribute]) -> Option<Vec<String>> {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let text: String = lines.filter_map(text_of).collect();
    let text = text.trim_start();
    let (one, rest) = match text.strip_prefix("Row ") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix("Rows ")?),
    };
    let (listed, _claim) = rest.split_once(": ")?;
    let rows: Vec<String> = listed.split(", ").map(str::to_owned).collect();
    let well_formed =
        rows.iter().all(|row| !row.is_empty() && !row.contains(' ')) && one == (rows.len() == 1);
    well_formed.then_some(rows)
}

/// One line of documentation, as written behind the slashes.
fn text_of(attribute: &syn::Attribute) -> Option<String> {
    match &attribute.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) => Some(line.value()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "crates/earnest-core/tests/it/cancel.rs";

    fn read(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.read(PATH, text).unwrap();
        sources
    }

    /// What is said of the one test in `text`, and where.
    fn breaches(text: &str) -> Vec<(usize, String)> {
        read(text).problems.into_iter().map(|problem| (problem.line, problem.what)).collect()
    }

    fn of(doc: &str, attributes: &str, body: &str) -> String {
        format!("/// {doc}\n#[test]\n{attributes}\nfn f() {{\n    {body}\n}}\n")
    }

    #[test]
    fn a_test_is_found_with_its_rows_and_its_name() {
        let text = "mod outer {\n/// Rows 27, 2b.a: a claim:\n/// and more.\n#[test]\nfn inner() {\n\
                    earnest_testing::conform(\"27 2b.a\", |claims| claims.is(1, 1));\n}\n}\n";
        let sources = read(text);
        assert_eq!(sources.problems, []);
        let [test] = &sources.tests[..] else { panic!("{:?}", sources.tests) };
        assert_eq!((test.line, test.rows.join(" ").as_str()), (5, "27 2b.a"));
        assert_eq!((test.package.as_str(), test.program.as_str()), ("earnest-core", "it"));
        assert_eq!(
            (test.name.as_str(), test.label().as_str()),
            ("cancel::outer::inner", "core::cancel::outer::inner")
        );
    }

    #[test]
    fn a_test_lies_where_its_program_says() {
        let named = |path| {
            let test = Test::new(path, "f", 1, Vec::new());
            (test.program.clone(), test.name.clone(), test.label())
        };
        let of =
            |program: &str, name: &str, label: &str| (program.to_owned(), name.to_owned(), label.to_owned());
        assert_eq!(named("crates/earnest-pool/tests/exit.rs"), of("exit", "f", "pool::exit::f"));
        assert_eq!(named("crates/earnest/tests/mix/main.rs"), of("mix", "f", "earnest::mix::f"));
        assert_eq!(named("crates/earnest/tests/mix/a/mod.rs"), of("mix", "a::f", "earnest::mix::a::f"));
        assert_eq!(named("crates/earnest-pool/tests/it/a/b.rs"), of("it", "a::b::f", "pool::a::b::f"));
    }

    #[test]
    fn what_pins_nothing_is_left_alone() {
        assert_eq!(breaches(&of("Words.", "", "assert!(true)")), []);
        assert_eq!(breaches(&of("Rows of threads do something.", "", "assert!(true)")), []);
    }

    #[test]
    fn documentation_and_call_agree() {
        assert_eq!(breaches(&of("Row 1: words.", "", "conform(\"1\", |_| ());")), []);
        let wrong = [
            (4, "Row 1: words.", ""),
            (5, "Row 1: words.", "conform(\"2\", |_| ());"),
            (5, "Rows 1, 2: words.", "conform(\"2 1\", |_| ());"),
            (5, "Row 1: words.", "conform(ROWS, |_| ());"),
            (5, "Row 1: words.", "conform(\"1\", |_| ()); conform(\"1\", |_| ());"),
            (4, "Words.", "conform(\"1\", |_| ());"),
            (4, "Row 1 words.", "conform(\"1\", |_| ());"),
            (4, "Row 1, 2: words.", "conform(\"1 2\", |_| ());"),
            (4, "Rows 1: words.", "conform(\"1\", |_| ());"),
        ];
        for (line, doc, body) in wrong {
            let breaches = breaches(&of(doc, "", body));
            assert_eq!(breaches.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [line], "{doc} {body}");
        }
    }

    #[test]
    fn what_is_not_run_pins_nothing() {
        let ignored = of("Row 1: words.", "#[ignore = \"slow\"]", "conform(\"1\", |_| ());");
        assert_eq!(breaches(&ignored).len(), 1);
        assert_eq!(breaches(&of("Words.", "#[ignore]", "")).len(), 1);
        let mut sources = Sources::default();
        sources
            .read("crates/earnest/tests/waiting/long.rs", "#[test] #[ignore = \"long\"] fn a() {}")
            .unwrap();
        assert!(sources.problems.is_empty(), "it is run by a command of its own");
        assert_eq!(breaches("/// Row 1: words.\nfn f() { conform(\"1\", |_| ()); }").len(), 1);
        assert_eq!(breaches("impl S {\nfn f() { conform(\"1\", |_| ()); }\n}").len(), 1);
    }
}
