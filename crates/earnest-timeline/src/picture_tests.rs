//! Records with times that are given, and what is to be seen of them.

use super::*;
use core::panic::Location;
use earnest_pool::WorkerEvent::{Parked, Started, Stole, Stopped, Unparked, WaitBegan, WaitEnded};

/// The records of one pool, made up.
#[derive(Default)]
struct Story {
    snapshot: Snapshot,
}

/// A number that no other task of this process has.
fn task() -> FutureId {
    earnest_core::promise::<()>().1.id()
}

impl Story {
    fn of(pools: &[&str]) -> Story {
        let pools = pools.iter().map(|name| Arc::from(*name)).collect();
        Story { snapshot: Snapshot { pools, ..Snapshot::default() } }
    }

    fn at(&mut self, at: u64, by: By, what: What) {
        self.snapshot.records.push(Record { at, pool: 0, by, what });
        self.snapshot.until = self.snapshot.until.max(at);
    }

    fn queued(&mut self, at: u64, by: By, name: &str) -> FutureId {
        let task = task();
        let name = (!name.is_empty()).then(|| Arc::from(name));
        self.at(at, by, What::Queued { task, name, place: Location::caller() });
        task
    }

    fn runs(&mut self, (from, to): (u64, u64), worker: u32, task: FutureId) {
        self.at(from, By::Worker(worker), What::Began { task });
        self.at(to, By::Worker(worker), What::Ended { task, end: TaskEnd::Returned });
    }

    fn picture(&self) -> Picture {
        Picture::of(self.snapshot.clone())
    }
}

fn outside() -> By {
    By::Other(std::thread::current().id())
}

fn row_of(task: &Task) -> usize {
    match task.fate {
        Fate::Queued { row } | Fate::Dismissed { row, .. } | Fate::Ran { row, .. } => row,
    }
}

#[test]
fn a_task_that_runs_in_the_place_of_one_that_waits_is_one_row_below() {
    let mut story = Story::of(&["pool"]);
    let (outer, inner) = (story.queued(10, outside(), "outer"), story.queued(30, By::Worker(0), "inner"));
    story.at(20, By::Worker(0), What::Began { task: outer });
    story.runs((40, 60), 0, inner);
    story.at(70, By::Worker(0), What::Ended { task: outer, end: TaskEnd::Returned });
    let picture = story.picture();

    let [outer, inner] = &picture.tasks[..] else { panic!("two tasks") };
    let ended = |at| Some((at, TaskEnd::Returned));
    assert_eq!(outer.fate, Fate::Ran { lane: 0, row: 0, began: 10, ended: ended(60) });
    assert_eq!(inner.fate, Fate::Ran { lane: 0, row: 1, began: 30, ended: ended(50) });
    assert_eq!((outer.from, inner.from), (None, Some(0)));
    assert_eq!((picture.lanes.len(), picture.lanes[0].rows), (1, 2));
    // Times are counted from the first record.
    assert_eq!((picture.end, outer.queued, inner.queued), (60, 0, 20));
}

#[test]
fn a_lane_knows_what_its_time_went_into() {
    let mut story = Story::of(&["pool"]);
    let (outer, inner) = (story.queued(0, outside(), "outer"), story.queued(0, outside(), "inner"));
    let worker = By::Worker(3);
    for (at, event) in [(0, Started), (10, Parked), (30, Unparked), (35, Stole)] {
        story.at(at, worker, What::Worker(event));
    }
    story.at(40, worker, What::Began { task: outer });
    story.at(50, worker, What::Worker(WaitBegan));
    story.runs((52, 58), 3, inner);
    story.at(60, worker, What::Worker(WaitEnded));
    story.at(90, worker, What::Ended { task: outer, end: TaskEnd::Returned });
    story.at(100, worker, What::Worker(Stopped));
    let picture = story.picture();

    let lane = &picture.lanes[0];
    assert_eq!((lane.worker, &*lane.name), (Some(3), "worker 3"));
    assert_eq!((&lane.alive[..], &lane.parked[..]), (&[(0, 100)][..], &[(10, 30)][..]));
    assert_eq!((&lane.waits[..], &lane.steals[..]), (&[((50, 60), 0)][..], &[35][..]));
    // 40 to 50, the inner one from 52 to 58, 60 to 90; and it waited from 50 to 52 and from 58 to 60.
    assert_eq!((lane.ran_for, lane.waited_for, lane.parked_for), (46, 4, 20));
}

#[test]
fn what_has_not_ended_is_drawn_up_to_now() {
    let mut story = Story::of(&["pool"]);
    let (running, _queued) = (story.queued(0, outside(), "running"), story.queued(1, outside(), "queued"));
    story.at(5, By::Worker(0), What::Worker(Started));
    story.at(10, By::Worker(0), What::Began { task: running });
    story.at(20, By::Worker(0), What::Worker(WaitBegan));
    story.at(30, By::Worker(1), What::Worker(Started));
    story.at(30, By::Worker(1), What::Worker(Parked));
    story.snapshot.until = 100;
    let picture = story.picture();

    assert_eq!(picture.end, 100);
    assert_eq!(picture.tasks[0].fate, Fate::Ran { lane: 0, row: 0, began: 10, ended: None });
    assert_eq!(picture.tasks[1].fate, Fate::Queued { row: 0 });
    assert_eq!((picture.tasks[0].ran_for(100), picture.tasks[1].queued_for(100)), (Some(90), 99));
    assert_eq!(picture.lanes[0].waits, [((20, 100), 0)]);
    assert_eq!(
        (&picture.lanes[1].parked[..], &picture.lanes[1].alive[..]),
        (&[(30, 100)][..], &[(30, 100)][..])
    );
}

#[test]
fn the_picture_ends_with_the_last_record_where_all_has_ended() {
    let mut story = Story::of(&["pool"]);
    let task = story.queued(0, outside(), "");
    story.runs((10, 20), 0, task);
    story.snapshot.until = 1_000;
    assert_eq!(story.picture().end, 20);
}

#[test]
fn what_never_began_lies_side_by_side() {
    let mut story = Story::of(&["pool"]);
    let tasks: Vec<_> = (0..3).map(|at| story.queued(at, outside(), "page")).collect();
    for (task, at) in tasks.into_iter().zip([10, 20, 30]) {
        story.at(at, outside(), What::Dismissed { task, end: TaskEnd::Cancelled });
    }
    // By then the first has gone.
    let late = story.queued(15, outside(), "page");
    story.at(16, outside(), What::Dismissed { task: late, end: TaskEnd::Rejected });
    let picture = story.picture();

    assert_eq!(picture.tasks.iter().map(row_of).collect::<Vec<_>>(), [0, 1, 2, 0]);
    assert_eq!((picture.rows_below(0), picture.lanes.len()), (3, 0));
    assert_eq!(picture.tasks[3].end(), Some(TaskEnd::Rejected));
    assert_eq!((picture.kinds.len(), picture.kinds[0].n_dismissed), (1, 4));
}

#[test]
fn more_that_never_began_than_there_is_room_for_share_rows() {
    let mut story = Story::of(&["pool"]);
    for at in 0..50 {
        story.queued(at, outside(), "page");
    }
    story.snapshot.until = 100;
    assert_eq!(story.picture().rows_below(0), MOST_ROWS);
}

#[test]
fn the_order_in_which_records_are_found_does_not_matter() {
    let mut story = Story::of(&["pool"]);
    let task = story.queued(10, outside(), "page");
    story.runs((20, 30), 0, task);
    story.at(5, By::Worker(0), What::Worker(Started));
    // Each worker's own are in order; that of who has queued it comes last.
    let queued = story.snapshot.records.remove(0);
    story.snapshot.records.push(queued);
    let picture = story.picture();
    assert_eq!((picture.tasks[0].queued, picture.lanes[0].alive[0].0), (5, 0));
    assert_eq!(picture.tasks[0].end(), Some(TaskEnd::Returned));
}

#[test]
fn all_at_one_moment_is_a_picture_too() {
    let mut story = Story::of(&["pool"]);
    let task = story.queued(7, By::Worker(1), "page");
    story.runs((7, 7), 0, task);
    let picture = story.picture();
    assert_eq!((picture.end, picture.tasks[0].ran_for(0)), (0, Some(0)));
    assert_eq!(Picture::of(Snapshot::default()).end, 0);
}

#[test]
fn a_full_recording_ends_where_the_first_record_was_left_out() {
    let mut story = Story::of(&["pool"]);
    let task = story.queued(0, outside(), "page");
    story.at(10, By::Worker(0), What::Began { task });
    (story.snapshot.until, story.snapshot.left_out) = (40, 7);
    let picture = story.picture();
    assert_eq!((picture.end, picture.left_out, picture.tasks[0].ran_for(picture.end)), (40, 7, Some(30)));
}

#[test]
fn a_worker_of_one_pool_that_submits_to_another_is_known() {
    let mut story = Story::of(&["one", "two"]);
    let thread = std::thread::current().id();
    let known = Known { name: Some(Arc::from("one_0")), seat: Some((0, 0)) };
    story.snapshot.threads.insert(thread, known);
    story.at(0, By::Worker(0), What::Worker(Started));
    story.queued(10, By::Other(thread), "to the other pool");
    story.snapshot.records[1].pool = 1;
    let picture = story.picture();
    assert_eq!((picture.tasks[0].pool, picture.tasks[0].from), (1, Some(0)));
    assert_eq!(picture.lanes[0].name, "one_0");
}

#[test]
fn a_thread_that_runs_tasks_and_is_no_worker_has_a_lane_below_the_workers() {
    let mut story = Story::of(&["pool"]);
    let (here, there) = (story.queued(0, outside(), "here"), story.queued(0, outside(), "there"));
    story.at(1, outside(), What::Began { task: here });
    story.at(2, outside(), What::Ended { task: here, end: TaskEnd::Panicked });
    story.runs((1, 2), 0, there);
    let picture = story.picture();
    assert_eq!(picture.lanes.iter().map(|lane| lane.worker).collect::<Vec<_>>(), [Some(0), None]);
    assert_eq!(
        picture.tasks[0].fate,
        Fate::Ran { lane: 1, row: 0, began: 1, ended: Some((2, TaskEnd::Panicked)) }
    );
}

#[test]
fn tasks_without_names_are_told_apart_by_their_places() {
    let mut story = Story::of(&["pool"]);
    let [one, other] = [Location::caller(), Location::caller()];
    for (name, place) in [("", one), ("", other), ("", one), ("page 1", one), ("page 2", other)] {
        let name = (!name.is_empty()).then(|| Arc::from(name));
        story.at(0, outside(), What::Queued { task: task(), name, place });
    }
    let picture = story.picture();
    let labels: Vec<_> = picture.kinds.iter().map(|kind| (&*kind.label, kind.n_tasks)).collect();
    assert_eq!(labels.len(), 3);
    assert_eq!(labels[2], ("page #", 2));
    assert_eq!((labels[0].1, labels[1].1), (2, 1));
    assert!(labels[0].0.contains("picture_tests.rs:"), "{labels:?}");
}

#[test]
fn the_page_knows_every_end() {
    let mut story = Story::of(&["pool"]);
    for (at, end) in (0..).zip(TaskEnd::ALL) {
        let task = story.queued(at, outside(), "");
        story.at(at + 1, outside(), What::Dismissed { task, end });
    }
    let mut data = Vec::new();
    crate::columns::write(&story.picture(), &mut data).unwrap();
    let data: serde_json::Value = serde_json::from_slice(&data).unwrap();
    let told = data["tasks"]["end"].as_array().unwrap().iter();
    let told: Vec<_> =
        told.map(|end| data["ends"][end.as_u64().unwrap() as usize].as_str().unwrap()).collect();
    assert_eq!(told, TaskEnd::ALL.map(TaskEnd::as_str));
}
