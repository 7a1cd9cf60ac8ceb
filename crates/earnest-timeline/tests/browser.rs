//! The page of a real run in a real browser, where there is one: whether its script draws all of it.

earnest_testing::guard!();

use earnest_core::TaskOptions;
use earnest_pool::ThreadPoolExecutor;
use earnest_timeline::Timeline;
use std::path::Path;
use std::process::{Command, Stdio};

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

fn browser() -> Option<&'static str> {
    let answers = |name: &&str| {
        let mut command = Command::new(name);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    BROWSERS.into_iter().find(answers)
}

/// What the browser has of the page when its script has run.
fn dom(browser: &str, folder: &Path, page: &Path) -> String {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_browser_draws_every_lane_and_every_task() {
    let Some(browser) = browser() else {
        println!("skipped: there is none of {BROWSERS:?}");
        return;
    };
    let timeline = Timeline::new();
    let pool =
        ThreadPoolExecutor::builder().max_workers(3).on_event(timeline.recorder("sums")).build().unwrap();
    let handle = pool.handle();
    let name = |n: u64| TaskOptions::new().name(format!("</script> \"{n}\" 😀"));
    let sums: Vec<_> = (0..500).map(|n| pool.submit_with(name(n), move |_| (0..n).sum::<u64>())).collect();
    sums.into_iter().for_each(|sum| drop(sum.result()));
    let nested = pool.submit(move || handle.submit(|| 7).result());
    nested.result().unwrap().unwrap();
    let panics = pool.submit(|| panic!("on purpose"));
    assert!(panics.result().is_err());
    pool.submit(|| ()).cancel();
    pool.shutdown();

    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("timeline.html");
    timeline.write_html(&page).unwrap();
    let dom = dom(browser, folder.path(), &page);
    let summary = timeline.summary();
    assert_eq!(summary.tasks, 504);
    assert!(!dom.contains("data-problem"), "{:.300}", dom);
    let lanes = format!("data-lanes=\"{}\"", summary.busy.len());
    let (_, body) = dom.split_once("<body").unwrap();
    let tag = body.split('>').next().unwrap();
    assert!(tag.contains("data-tasks=\"504\"") && tag.contains(&lanes), "{tag}");
}
