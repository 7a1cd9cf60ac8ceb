//! Whether every public item says what it is and shows how it is used, as rustdoc describes the crate.

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// What lacks something, as lines for people.
pub(crate) fn gaps(rustdoc_json: &str) -> Result<Vec<String>> {
    let json: Value = serde_json::from_str(rustdoc_json)?;
    let index = json["index"].as_object().context("rustdoc's JSON has no index")?;
    let mut walk = Walk { index, seen: HashSet::new(), gaps: Vec::new() };
    walk.item(&json["root"], "");
    walk.gaps.sort();
    Ok(walk.gaps)
}

struct Walk<'a> {
    index: &'a Map<String, Value>,
    seen: HashSet<String>,
    gaps: Vec<String>,
}

impl<'a> Walk<'a> {
    fn get(&self, id: &Value) -> Option<&'a Value> {
        self.index.get(&id.to_string())
    }

    fn item(&mut self, id: &Value, path: &str) {
        let Some(item) = self.get(id).filter(|item| !is_hidden(item)) else {
            return;
        };
        let inner = item["inner"].as_object().and_then(|inner| inner.iter().next());
        let Some((kind, inner)) = inner else { return };
        if kind == "use" {
            return self.item(&inner["id"], path);
        }
        if !self.seen.insert(id.to_string()) {
            return;
        }
        let path = format!("{path}::{}", item["name"].as_str().unwrap_or_default());
        match kind.as_str() {
            "module" => list(&inner["items"]).iter().for_each(|id| self.item(id, &path)),
            "trait" => {
                self.look(item, &path, "");
                self.members(&inner["items"], &path, docs(item));
            }
            "struct" | "enum" | "union" => {
                self.look(item, &path, "");
                for id in list(&inner["impls"]) {
                    let block = self.get(id).map(|block| &block["inner"]["impl"]);
                    if let Some(block) = block.filter(|block| block["trait"].is_null()) {
                        self.members(&block["items"], &path, docs(item));
                    }
                }
            }
            "function" => self.look(item, &path, ""),
            _ => {}
        }
    }

    fn members(&mut self, items: &Value, path: &str, owner: &str) {
        let index = self.index;
        for item in list(items).iter().filter_map(|id| index.get(&id.to_string())) {
            let is_public = item["visibility"] == "public" || item["visibility"] == "default";
            if is_public && !is_hidden(item) && item["inner"].get("function").is_some() {
                let name = item["name"].as_str().unwrap_or_default();
                self.look(item, &format!("{path}::{name}"), owner);
            }
        }
    }

    /// An example of the owner's that calls it will do, and so will a word about where one is.
    fn look(&mut self, item: &Value, path: &str, owner: &str) {
        let (text, name) = (docs(item), item["name"].as_str().unwrap_or_default());
        let is_shown = has_example(text)
            || points_to_one(text)
            || points_to_one(owner)
            || examples(owner).any(|line| calls(line, name));
        let result = &item["inner"]["function"]["sig"]["output"]["resolved_path"]["path"];
        let gives_result = result.as_str().is_some_and(|path| path.rsplit("::").next() == Some("Result"));
        for (is_missing, what) in [
            (text.is_empty(), "says nothing"),
            (!is_shown, "shows nothing"),
            (gives_result && !text.contains("# Errors"), "does not say when it is an `Err`"),
        ] {
            if is_missing {
                self.gaps.push(format!("{}: {what}", path.trim_start_matches("::")));
            }
        }
    }
}

fn list(of: &Value) -> &[Value] {
    of.as_array().map_or(&[], Vec::as_slice)
}

fn docs(item: &Value) -> &str {
    item["docs"].as_str().unwrap_or_default()
}

fn is_hidden(item: &Value) -> bool {
    item["attrs"].to_string().contains("hidden")
}

fn points_to_one(text: &str) -> bool {
    text.contains("has an example")
}

fn has_example(text: &str) -> bool {
    examples(text).next().is_some()
}

/// The lines of code, those aside that are not to compile.
fn examples(text: &str) -> impl Iterator<Item = &str> {
    let mut fence: Option<bool> = None;
    text.lines().filter(move |line| match (line.trim().strip_prefix("```"), fence) {
        (Some(_), Some(_)) => {
            fence = None;
            false
        }
        (Some(tags), None) => {
            fence = Some(tags.is_empty() || tags.starts_with("should_panic") || tags.starts_with("no_run"));
            false
        }
        (None, Some(is_example)) => is_example,
        (None, None) => false,
    })
}

/// Whether the line has `name` as a word.
fn calls(line: &str, name: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(docs: &str, owner: &str) -> Vec<String> {
        let function = r#"{"function": {"sig": {"output": {"resolved_path": {"path": "Result"}}}}}"#;
        let method = format!(
            r#"{{"name": "go", "docs": {docs:?}, "visibility": "public", "attrs": [], "inner": {function}}}"#
        );
        let json = format!(
            r#"{{"root": 0, "index": {{
                "0": {{"name": "c", "attrs": [], "inner": {{"module": {{"items": [1]}}}}}},
                "1": {{"name": "S", "attrs": [], "docs": {owner:?}, "inner": {{"struct": {{"impls": [2]}}}}}},
                "2": {{"name": null, "attrs": [], "inner": {{"impl": {{"trait": null, "items": [3]}}}}}},
                "3": {method}}}}}"#
        );
        gaps(&json).unwrap()
    }

    #[test]
    fn what_is_not_shown_is_found() {
        let shown = "Is.\n```\nS.go();\n```";
        assert_eq!(of("Goes.\n# Errors\nNever.", shown), [""; 0]);
        assert_eq!(of("Goes. [`S`] has an example.\n# Errors\nNever.", shown), [""; 0]);
        assert_eq!(of("Goes.", shown), ["c::S::go: does not say when it is an `Err`"]);
        let elsewhere = "Is.\n```\nS.stay();\n```";
        assert_eq!(of("Goes.\n# Errors\nNever.", elsewhere), ["c::S::go: shows nothing"]);
        let not_to_compile = "Is. [`T`] has no example.\n```compile_fail\nS.go();\n```";
        assert_eq!(
            of("# Errors\nNever.", not_to_compile),
            ["c::S: shows nothing", "c::S::go: shows nothing"]
        );
    }
}
