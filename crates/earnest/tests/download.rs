//! Does the download program save what can be saved, name what cannot, and leave nothing half done?
#![cfg(not(earnest_loom))]

earnest_testing::guard!();

mod download_support;

use download_support::{Reply, eventually, names, run, serve, start};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, iter};
use tempfile::TempDir;

/// What makes the run without URLs short. Of the timeout, most is for a machine that is busy.
const SHORT: [&str; 6] = ["--files", "60", "--delay", "5..20", "--timeout", "2"];

/// A port that is nobody's nowadays.
const REFUSED: &str = "http://127.0.0.1:1/";

/// Program 1: the same documents one by one, by `submit`, and by `as_completed`, with the times side by side.
#[test]
fn without_urls_every_mode_saves_all_but_the_planted_failures() {
    let out = TempDir::new().unwrap();
    let ended = run(out.path(), SHORT);
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);

    let (_, planned) = ended.stdout.split_once("Failed in every mode, as planned:").unwrap();
    for (name, reason) in [
        ("planted/stalled.txt", "timed out"),
        ("planted/missing-1.txt", "404 Not Found"),
        ("planted/missing-2.txt", "404 Not Found"),
        ("planted/truncated.txt", "4000 of 8000 bytes"),
    ] {
        assert!(
            planned.lines().any(|line| line.contains(name) && line.contains(reason)),
            "{name}: {planned}"
        );
        // Once for each mode.
        assert_eq!(ended.stderr.matches(&format!("/{name}: ")).count(), 3);
    }
    for mode in ["serial", "submit", "as-completed"] {
        let row = ended.stdout.lines().find(|line| line.starts_with(&format!("{mode} "))).unwrap();
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(names(&out.path().join(mode)).len().to_string(), cells[1], "{row}");
        assert_eq!(cells[3], "4", "{row}");
        // How much faster depends on the machine; that it is faster does not.
        let speed_up: f64 = cells[5].strip_suffix('x').unwrap().parse().unwrap();
        assert!(mode == "serial" || speed_up > 1.0, "{row}");
        assert!(ended.stdout.lines().any(|line| line.starts_with("Saved http://") && line.contains(mode)));
    }
}

#[test]
fn one_failure_more_than_planted_is_an_error() {
    let out = TempDir::new().unwrap();
    let ended = run(out.path(), SHORT.into_iter().chain(["--mode", "submit", "--sabotage", "one-more"]));
    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.stderr.matches("not expected: the server answered 404").count(), 1, "{}", ended.stderr);
}

#[test]
fn one_failure_fewer_than_planted_is_an_error() {
    let out = TempDir::new().unwrap();
    let ended =
        run(out.path(), SHORT.into_iter().chain(["--mode", "as-completed", "--sabotage", "one-fewer"]));
    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.stderr.matches("planted to fail, and did not").count(), 1, "{}", ended.stderr);
}

#[test]
fn of_300_urls_the_295_good_ones_are_saved_byte_for_byte() {
    let (site, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let body = |n: usize| (0..n * 37 % 20_000).map(|i| ((i * n) >> 3) as u8).collect::<Vec<u8>>();
    for n in 0..300 {
        fs::write(site.path().join(format!("{n:03}.bin")), body(n)).unwrap();
    }
    let Some(server) = Python::serve(site.path()) else {
        println!("skipped: there is no python3 to serve the files");
        return;
    };
    let bad = |n: usize| match n {
        7 | 150 => Some(format!("{}/no-such-{n}.bin", server.url)),
        30 => Some("gopher://127.0.0.1/030.bin".to_owned()),
        99 => Some("http://no-such-host.invalid/099.bin".to_owned()),
        299 => Some(format!("{REFUSED}299.bin")),
        _ => None,
    };
    let urls: Vec<String> =
        (0..300).map(|n| bad(n).unwrap_or_else(|| format!("{}/{n:03}.bin", server.url))).collect();
    let list = site.path().join("list.txt");
    fs::write(&list, format!("# three hundred\n\n{}\n", urls.join("\n"))).unwrap();

    let ended = run(out.path(), ["--list", list.to_str().unwrap()]);
    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.stderr.lines().count(), 5, "{}", ended.stderr);
    for n in (0..300).filter(|n| bad(*n).is_some()) {
        let line = format!("{}: ", urls[n]);
        assert_eq!(ended.stderr.lines().filter(|l| l.starts_with(&line)).count(), 1, "{}", ended.stderr);
    }
    let good: Vec<usize> = (0..300).filter(|n| bad(*n).is_none()).collect();
    assert_eq!(names(out.path()), good.iter().map(|n| format!("{n:03}.bin")).collect::<Vec<_>>());
    for n in good {
        let saved = fs::read(out.path().join(format!("{n:03}.bin"))).unwrap();
        assert!(saved == body(n), "{n:03}.bin differs from what was served");
        assert!(ended.stdout.lines().any(|l| l.starts_with(&format!("Saved {} to ", urls[n]))));
    }
    assert!(ended.stdout.contains("saved 295 ") && ended.stdout.contains("failed 5,"), "{}", ended.stdout);
}

#[test]
fn each_failure_is_one_line_with_its_reason() {
    let server = serve(|_| Reply { announced: None, stalls: true, ..Reply::whole("") });
    let stalled = format!("http://{server}/");
    let cases = [
        ("no URL", "bad URL"),
        ("example.com", "does not begin with http://"),
        ("ftp://127.0.0.1/", "ftp is not supported"),
        ("https://127.0.0.1:1/", "refused"),
        ("http://127.0.0.1:99999/", "no such port"),
        (REFUSED, "refused"),
        (&stalled, "timed out"),
    ];
    for mode in ["serial", "submit", "as-completed"] {
        let out = TempDir::new().unwrap();
        let options = ["--mode", mode, "--timeout", "0.5"];
        let ended = run(out.path(), options.into_iter().chain(cases.iter().map(|(url, _)| *url)));
        assert_eq!(ended.status, Some(1));
        assert_eq!(ended.stderr.lines().count(), cases.len(), "{}", ended.stderr);
        for (url, reason) in cases {
            let line = ended.stderr.lines().find(|line| line.starts_with(&format!("{url}: ")));
            assert!(line.is_some_and(|line| line.contains(reason)), "{url}: {}", ended.stderr);
        }
        assert!(names(out.path()).is_empty());
    }
}

#[test]
fn a_folder_that_cannot_be_written_fails_each_url() {
    let server = serve(|path| Reply::whole(path));
    let root = TempDir::new().unwrap();
    // Nobody can make a folder inside a file, whatever the permissions.
    let file = root.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let ended = run(&file.join("out"), [format!("http://{server}/a"), format!("http://{server}/b")]);
    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.stderr.lines().count(), 2, "{}", ended.stderr);
    for name in ["a", "b"] {
        assert!(ended.stderr.contains(&format!("http://{server}/{name}: cannot write ")), "{}", ended.stderr);
    }
}

#[test]
fn what_cannot_begin_is_status_2() {
    let out = TempDir::new().unwrap();
    for args in [["--list", "no-such-file"], ["--workers", "0"], ["--timeout", "-1"], ["--mode", "sideways"]]
    {
        assert_eq!(run(out.path(), args).status, Some(2), "{args:?}");
    }
}

#[test]
fn a_truncated_body_leaves_no_file() {
    let server = serve(|path| match path {
        "/cut" => Reply { announced: Some(1000), ..Reply::whole("half") },
        _ => Reply::whole("whole"),
    });
    for mode in ["serial", "submit", "as-completed"] {
        let out = TempDir::new().unwrap();
        let urls = [format!("http://{server}/cut"), format!("http://{server}/whole")];
        let ended = run(out.path(), ["--mode".to_owned(), mode.to_owned()].into_iter().chain(urls));
        assert_eq!(ended.status, Some(1));
        assert!(
            ended.stderr.contains("/cut: the connection ended after 4 of 1000 bytes"),
            "{}",
            ended.stderr
        );
        assert_eq!(names(out.path()), ["whole"]);
    }
}

#[test]
fn names_stay_in_the_folder_and_follow_the_list() {
    let server = serve(|path| Reply::whole(path));
    let paths = [
        "/a/f.txt",
        "/b/f.txt",
        "/c/F.txt",
        "/",
        "/%2e%2e/..",
        "/x/.hidden",
        "/d/f-1.txt",
        "/q?../../s",
        "/a%2Fb",
    ];
    let expected =
        ["f.txt", "f-1.txt", "F-2.txt", "index.html", "index-1.html", "hidden", "f-1-1.txt", "q", "a_2Fb"];
    // The order of completion is another each time; the names are not.
    for mode in ["serial", "submit", "as-completed"] {
        let out = TempDir::new().unwrap();
        let urls = paths.iter().map(|path| format!("http://{server}{path}"));
        let ended = run(out.path(), ["--mode".to_owned(), mode.to_owned()].into_iter().chain(urls));
        assert_eq!(ended.status, Some(0), "{}", ended.stderr);
        assert_eq!(names(out.path()).len(), paths.len());
        for (path, name) in iter::zip(paths, expected) {
            assert_eq!(fs::read_to_string(out.path().join(name)).unwrap(), path, "{name}");
        }
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_finishes_what_runs_and_cancels_the_rest() {
    let server = serve(|path| Reply { delay: Duration::from_millis(200), ..Reply::whole(path) });
    for mode in ["serial", "submit", "as-completed"] {
        let out = TempDir::new().unwrap();
        let urls = (0..60).map(|n| format!("http://{server}/{n}"));
        let options = ["--mode", mode, "--workers", "2"].map(str::to_owned);
        let program = start(out.path(), options.into_iter().chain(urls));
        eventually("a file is saved", || program.stdout().contains("Saved "));
        program.press_ctrl_c();

        let ended = program.end();
        assert_eq!(ended.status, Some(130), "{}", ended.stderr);
        let sum = ended.stdout.lines().last().unwrap();
        let n_saved = names(out.path()).len();
        assert!(n_saved < 60, "{sum}");
        assert!(sum.contains(&format!("saved {n_saved} ")), "{n_saved}: {sum}");
        assert!(sum.contains(&format!("failed 0, cancelled {},", 60 - n_saved)), "{n_saved}: {sum}");
    }
}

#[test]
#[cfg(unix)]
fn a_second_ctrl_c_leaves_at_once_and_leaves_nothing() {
    let server = serve(|_| Reply { announced: Some(1000), stalls: true, ..Reply::whole("half") });
    let out = TempDir::new().unwrap();
    // A timeout that no test would wait for.
    let program = start(out.path(), ["--timeout", "1000", &format!("http://{server}/")]);
    eventually("the download has begun", || !names(out.path()).is_empty());
    program.press_ctrl_c();
    eventually("the first one is noticed", || program.stderr().contains("once more"));
    program.press_ctrl_c();

    assert_eq!(program.end().status, Some(130));
    assert!(names(out.path()).is_empty());
}

/// A server that others have written. Dropped, it is killed.
struct Python {
    child: Child,
    url: String,
}

impl Python {
    fn serve(folder: &Path) -> Option<Self> {
        let child = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut python = Self { child, url: String::new() };
        // It says: Serving HTTP on 127.0.0.1 port 8000 (http://127.0.0.1:8000/) ...
        let mut line = String::new();
        BufReader::new(python.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.split_once(" port ")?.1.split(' ').next()?;
        python.url = format!("http://127.0.0.1:{port}");
        Some(python)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
