//! Which crate may depend on which.

use super::Problem;
use crate::cargo::{Metadata, Package};

/// What each published crate may use of ours. Pool and combinators do not know each other.
const LAYERS: [(&str, &[&str]); 6] = [
    ("earnest-sync", &[]),
    ("earnest-core", &["earnest-sync"]),
    ("earnest-pool", &["earnest-core", "earnest-sync"]),
    ("earnest-combinators", &["earnest-core", "earnest-sync"]),
    ("earnest-timeline", &["earnest-core", "earnest-pool", "earnest-sync"]),
    ("earnest", &["earnest-combinators", "earnest-core", "earnest-pool", "earnest-timeline"]),
];

/// The cfgs under which checkers are dependencies: users never see them.
const CHECKERS: [(&str, &str); 2] = [("loom", "cfg(earnest_loom)"), ("shuttle", "cfg(earnest_shuttle)")];

pub(crate) fn check(metadata: &Metadata) -> Vec<Problem> {
    metadata.packages.iter().filter(|package| package.is_published()).flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Problem> {
    let problem = |what| Problem { path: format!("crates/{}/Cargo.toml", package.name), line: 0, what };
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == package.name) else {
        return vec![problem(
            "a published crate without a place among the layers (xtask/src/tidy/layers.rs)".into(),
        )];
    };
    let mut problems = Vec::new();
    for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.is_none()) {
        let name = dependency.name.as_str();
        if LAYERS.iter().any(|(ours, _)| *ours == name) && !allowed.contains(&name) {
            problems.push(problem(format!("{} does not depend on {name}", package.name)));
        }
        let cfg = CHECKERS.iter().find(|(checker, _)| *checker == name).map(|(_, cfg)| *cfg);
        if let Some(cfg) = cfg.filter(|cfg| dependency.target.as_deref() != Some(cfg)) {
            problems.push(problem(format!("{name} is a dependency under {cfg} only")));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(name: &str, dependencies: &str) -> usize {
        let package = format!(
            r#"{{ "name": "{name}", "version": "0", "manifest_path": "/x/Cargo.toml", "source": null,
                  "publish": null, "dependencies": [{dependencies}] }}"#
        );
        check_package(&serde_json::from_str(&package).unwrap()).len()
    }

    fn dependency(name: &str, kind: &str, target: &str) -> String {
        format!(r#"{{ "name": "{name}", "kind": {kind}, "target": {target} }}"#)
    }

    #[test]
    fn siblings_do_not_meet() {
        assert_eq!(problems("earnest-pool", &dependency("earnest-core", "null", "null")), 0);
        assert_eq!(problems("earnest-pool", &dependency("earnest-combinators", "null", "null")), 1);
        assert_eq!(problems("earnest-pool", &dependency("earnest-combinators", "\"dev\"", "null")), 0);
        assert_eq!(problems("earnest-new", ""), 1);
    }

    #[test]
    fn checkers_are_for_checks() {
        assert_eq!(problems("earnest-sync", &dependency("loom", "null", "\"cfg(earnest_loom)\"")), 0);
        assert_eq!(problems("earnest-sync", &dependency("loom", "null", "null")), 1);
        assert_eq!(problems("earnest-sync", &dependency("shuttle", "null", "\"cfg(earnest_shuttle)\"")), 0);
        assert_eq!(problems("earnest-sync", &dependency("shuttle", "null", "\"cfg(earnest_loom)\"")), 1);
    }
}
