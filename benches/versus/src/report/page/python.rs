//! What a user of Python looks at: ours beside the pool of `concurrent.futures`.

use super::{Material, workers};
use crate::report::contender::{OURS, is_python};
use crate::report::figures::{Unit, ratio, thousands};
use crate::report::rounds::{Rounds, sizes};
use crate::report::statistics::{median, pooled};
use crate::report::table::Table;

pub(super) fn write(material: &Material<'_>) -> String {
    let text = "## For users of Python

`ThreadPoolExecutor` of CPython on the same work, in the same runs.
What it costs there is mostly the interpreter; it is here because it is what ours is modelled on, and it counts for no target.

";
    let mut table = Table::new([
        "workload",
        "workers",
        "Python",
        ">its median",
        ">ours",
        ">ours is so many times as fast",
    ]);
    let mut rows = 0;
    // As shown, as recorded, and by what it is measured.
    let mut workloads: Vec<(String, String, &str)> = Vec::new();
    for workload in &material.workloads {
        if workload.growth {
            let sizes = sizes(material.runs, &workload.name).into_iter().map(|size| {
                let title = format!("{}, {}", workload.title, thousands(size));
                (title, format!("{}/{size}", workload.name), "time")
            });
            workloads.extend(sizes);
        } else {
            workloads.push((workload.title.clone(), workload.name.clone(), &workload.metric));
        }
    }
    for (title, name, metric) in workloads {
        for number in material.extent(&name).0 {
            let rounds = Rounds::of(material.runs, &name, number, metric);
            let middle = |contender: &str| median(&pooled(&rounds.values(contender)));
            for python in rounds.contenders().into_iter().filter(|contender| is_python(contender)) {
                let Some((theirs, ours)) = middle(python).zip(middle(OURS)) else { continue };
                let written = |value| Unit::of(metric, value).with_name(value);
                let times = if ours > 0.0 { ratio(theirs / ours) } else { String::new() };
                let number = workers(number);
                table.row([title.clone(), number, python.to_owned(), written(theirs), written(ours), times]);
                rows += 1;
            }
        }
    }
    if rows == 0 { format!("{text}Not measured.\n") } else { format!("{text}{table}") }
}
