//! Pools that are recorded, and what is written of them.

earnest_testing::guard!();

use earnest_core::{TaskOptions, promise};
use earnest_pool::ThreadPoolExecutor;
use earnest_timeline::Timeline;
use serde_json::Value;
use std::sync::mpsc::channel;

fn pool(timeline: &Timeline, name: &str, workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).on_event(timeline.recorder(name)).build().unwrap()
}

/// The trace, and the page's data.
fn written(timeline: &Timeline) -> (Value, Value) {
    let (mut trace, mut page) = (Vec::new(), Vec::new());
    timeline.trace(&mut trace).unwrap();
    timeline.html(&mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    let (_, data) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    (serde_json::from_slice(&trace).unwrap(), serde_json::from_str(data).unwrap())
}

fn events<'a>(trace: &'a Value, phase: &str) -> Vec<&'a Value> {
    trace["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == phase).collect()
}

#[test]
fn a_trace_has_what_its_viewers_need() {
    let timeline = Timeline::new();
    let pool = pool(&timeline, "press", 2);
    let panics = pool.submit_with(TaskOptions::new().name("panics"), |_| panic!("out of paper"));
    assert!(panics.result().is_err());
    // An only worker is busy, the other task is cancelled while it is queued.
    pool.shutdown();
    let (trace, _) = written(&timeline);

    for event in trace["traceEvents"].as_array().unwrap() {
        let has = |key: &str| event.get(key).is_some();
        assert!(["ph", "pid", "name"].into_iter().all(has), "{event}");
        let phase = event["ph"].as_str().unwrap();
        assert!(phase == "M" || event["ts"].is_number(), "{event}");
        assert!(phase != "X" || event["dur"].is_number(), "{event}");
        assert!(
            phase == "C" || event["name"].as_str().unwrap().starts_with("process_") || has("tid"),
            "{event}"
        );
    }
    let named: Vec<_> =
        events(&trace, "M").into_iter().filter(|event| event["name"] == "process_name").collect();
    assert_eq!(named[0]["args"]["name"], "press");
    let slices = events(&trace, "X");
    let task = slices.iter().find(|event| event["cat"] == "task").unwrap();
    assert_eq!((&task["name"], &task["args"]["outcome"]), (&"panics".into(), &"panicked".into()));
    let thread = events(&trace, "M").into_iter().find(|event| event["name"] == "thread_name").unwrap();
    assert_eq!(thread["tid"], task["tid"]);
}

#[test]
fn hostile_names_survive() {
    let names = [
        "</script><script>alert(1)</script>",
        "\"quoted\" 'too' \\",
        "a\nb\tc\0d",
        "😀 <!-- ü",
        "{{data}}",
        "",
    ];
    let timeline = Timeline::new();
    let pool = pool(&timeline, "</title><b>&", 1);
    for name in names {
        pool.submit_with(TaskOptions::new().name(name), |_| ()).result().unwrap();
    }
    pool.shutdown();
    let (trace, data) = written(&timeline);

    let tasks = events(&trace, "X").into_iter().filter(|event| event["cat"] == "task");
    assert_eq!(tasks.map(|event| event["name"].as_str().unwrap()).collect::<Vec<_>>(), names);
    let in_page: Vec<_> =
        data["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(in_page, names);
    let mut page = Vec::new();
    timeline.html(&mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains("<script>alert") && !page.contains("<b>&\n"));
    assert_eq!(timeline.summary().to_string().lines().count(), 3);
    assert!(page.contains("<h1>&lt;/title&gt;&lt;b&gt;&amp;</h1>"));
}

#[test]
fn a_task_that_is_cancelled_while_it_is_queued_never_began() {
    let timeline = Timeline::new();
    let pool = pool(&timeline, "one at a time", 1);
    let (gate, gated) = promise::<()>();
    let (begun, has_begun) = channel();
    let holds = pool.submit(move || {
        begun.send(()).unwrap();
        gated.result()
    });
    has_begun.recv().unwrap();
    let cancelled = pool.submit(|| ());
    assert!(cancelled.cancel());

    // While it goes on, there is what there is so far.
    let now = timeline.summary();
    assert_eq!((now.tasks, now.running, now.dismissed, now.returned), (2, 1, 1, 0));
    gate.complete(()).unwrap();
    holds.result().unwrap().unwrap();
    let then = timeline.summary();
    assert_eq!((then.tasks, then.running, then.dismissed, then.returned), (2, 0, 1, 1));
    let (trace, data) = written(&timeline);
    assert_eq!((events(&trace, "b").len(), events(&trace, "e").len()), (1, 1));
    assert_eq!(data["tasks"]["lane"], serde_json::json!([0, -1]));
}

#[test]
fn what_finds_no_room_is_counted() {
    let timeline = Timeline::with_capacity(10);
    let pool = pool(&timeline, "small", 1);
    (0..20).for_each(|n| assert_eq!(pool.submit(move || n).result().unwrap(), n));
    pool.shutdown();

    let summary = timeline.summary();
    // Each of the tasks that were kept was kept whole, or is the last one that began.
    assert!(summary.left_out >= 50, "{summary:?}");
    assert!(summary.tasks <= 3 && summary.tasks == summary.returned + summary.running + summary.queued);
    assert!(summary.to_string().ends_with(&format!("{} later records were left out", summary.left_out)));
    let (_, data) = written(&timeline);
    assert_eq!(data["leftOut"], summary.left_out);
    assert_eq!(Timeline::with_capacity(0).summary().tasks, 0);
}

#[test]
fn several_pools_are_recorded_by_one_timeline() {
    let timeline = Timeline::new();
    let (fetch, parse) = (pool(&timeline, "fetch", 1), pool(&timeline, "parse", 1));
    let handle = parse.handle();
    let both = fetch.submit(move || handle.submit(|| 7).result());
    assert_eq!(both.result().unwrap().unwrap(), 7);
    drop((fetch, parse));
    let (trace, data) = written(&timeline);

    assert_eq!(
        (data["pools"][0]["name"].as_str(), data["pools"][1]["name"].as_str()),
        (Some("fetch"), Some("parse"))
    );
    assert_eq!(data["tasks"]["pool"], serde_json::json!([0, 1]));
    // The second was submitted by the only worker of the first pool.
    assert_eq!(data["tasks"]["from"], serde_json::json!([-1, 0]));
    assert_eq!((events(&trace, "s").len(), events(&trace, "f").len()), (1, 1));
}

#[test]
fn a_recorder_outlives_the_name_it_is_given() {
    let timeline = Timeline::new();
    let recorder = {
        let name = String::from("short-lived");
        timeline.recorder(&*name)
    };
    let pool = ThreadPoolExecutor::builder().on_event(recorder).build().unwrap();
    pool.submit(|| ()).result().unwrap();
    assert_eq!(timeline.clone().summary().tasks, 1);
}

#[test]
fn a_file_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let timeline = Timeline::new();
    assert!(timeline.write_html(folder.path().join("missing/timeline.html")).is_err());
    timeline.write_trace(folder.path().join("timeline.json")).unwrap();
    assert!(folder.path().join("timeline.json").exists());
}
