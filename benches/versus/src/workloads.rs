//! What the contenders do, each workload in a file of its own.

mod submit_collect;
mod fire_and_forget;
mod round_trip;
mod four_producers;
mod nested;
mod scope;
mod join_fib;
mod submit_fib;
mod map;
mod as_completed;
mod promise;
mod pending_memory;
mod idle;
mod wake;
mod cancel_queued;
mod shutdown_queued;
mod growth;

use crate::contender::Contender;

pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) about: &'static str,
    /// How many items are asked for.
    pub(crate) n: usize,
    /// Whether a contender that is slow may do fewer.
    pub(crate) scales: bool,
    /// With how many workers, where it is not for the caller to say.
    pub(crate) workers: Option<usize>,
    /// How many rounds at most, where one takes long.
    pub(crate) rounds: Option<usize>,
    pub(crate) contenders: Vec<Contender>,
}

impl Workload {
    fn new(name: impl Into<String>, n: usize, about: &'static str, contenders: Vec<Contender>) -> Workload {
        Workload { name: name.into(), about, n, scales: true, workers: None, rounds: None, contenders }
    }

    /// Whether it is meant by a name, which may be that of a family such as `growth_all`.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn with_workers(self, workers: usize) -> Workload {
        Workload { workers: Some(workers), ..self }
    }

    fn with_rounds(self, rounds: usize) -> Workload {
        Workload { rounds: Some(rounds), ..self }
    }

    /// With the same `n` for everybody.
    fn fixed(self) -> Workload {
        Workload { scales: false, ..self }
    }
}

/// All of them, as they are run and reported.
pub(crate) fn all() -> Vec<Workload> {
    let mut all = vec![
        submit_collect::workload(),
        fire_and_forget::workload(),
        fire_and_forget::zero_sized(),
        round_trip::workload(),
        four_producers::workload(),
        nested::workload(),
        scope::workload(),
        join_fib::workload(),
        submit_fib::workload(),
        map::cheap(),
        map::ten_microseconds(),
        as_completed::workload(),
        promise::one_thread(),
        promise::ping_pong(),
        pending_memory::workload(),
        idle::workload(),
        wake::workload(),
        cancel_queued::workload(),
        shutdown_queued::workload(),
    ];
    all.extend(growth::all_alive());
    all.extend(growth::window_alive());
    all
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::contender::Role;
    use std::collections::BTreeSet;
    use toml::{Table, Value};

    #[test]
    fn ours_is_the_first_everywhere_and_nobody_takes_part_twice() {
        for workload in all() {
            assert_eq!(workload.contenders[0].name, "earnest", "{}", workload.name);
            let names: BTreeSet<_> = workload.contenders.iter().map(|contender| &contender.name).collect();
            assert_eq!(names.len(), workload.contenders.len(), "{}", workload.name);
            for contender in &workload.contenders {
                assert_eq!(contender.role == Role::Ours, contender.name.starts_with("earnest"));
            }
        }
    }

    #[test]
    fn what_the_report_knows_is_what_is_run() {
        let targets: Table = include_str!("../targets.toml").parse().unwrap();
        let all = all();
        let named = |table: &str, key: &str| -> Vec<String> {
            let tables = targets[table].as_array().unwrap().iter();
            tables.filter_map(|table| table.get(key).and_then(Value::as_str).map(str::to_owned)).collect()
        };
        let described = named("workload", "name");
        for name in described.iter().chain(&named("target", "workload")) {
            assert!(all.iter().any(|workload| workload.is_called(name)), "{name} is not run");
        }
        for workload in &all {
            assert!(
                described.iter().any(|name| workload.is_called(name)),
                "{} is not described",
                workload.name
            );
        }
        for target in targets["target"].as_array().unwrap() {
            let workload = target["workload"].as_str().unwrap();
            let workload = all.iter().find(|other| other.is_called(workload)).unwrap();
            let workers = target.get("workers").map_or(2, |workers| workers.as_integer().unwrap());
            assert!(workload.workers.is_none_or(|fixed| fixed == workers as usize), "{}", workload.name);
            let against = target.get("against").map_or("best", |against| against.as_str().unwrap());
            let takes_part = workload.contenders.iter().any(|contender| contender.name == against);
            assert!(against == "best" || takes_part, "{against} at {}", workload.name);
        }
    }
}
