//! Tasks of one kind: those with one colour, and one row in the table.

use crate::picture::{Fate, Task};
use core::panic::Location;
use earnest_core::TaskEnd;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How many colours there are: `style.css` has them.
pub(crate) const N_COLOURS: usize = 8;

/// Tasks that have much in common. That is the place of submission for those without a name, and for others the name: numbers
/// in it left out, and where that leaves more kinds than there are colours, all but the first word.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) label: String,
    pub(crate) colour: usize,
    pub(crate) n_tasks: usize,
    pub(crate) n_begun: usize,
    pub(crate) n_panicked: usize,
    pub(crate) n_dismissed: usize,
    pub(crate) ran_for: u64,
    pub(crate) longest_run: u64,
    pub(crate) queued_for: u64,
    pub(crate) longest_queued: u64,
}

/// Which kind each task is of, as they come.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    by_key: HashMap<String, usize>,
    by_place: HashMap<&'static Location<'static>, usize>,
    known: Vec<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// What tells it from the others.
    key: String,
    /// The name, if all have the same.
    only_name: Option<Arc<str>>,
    is_place: bool,
}

impl Kinds {
    pub(crate) fn of(&mut self, name: Option<&Arc<str>>, place: &'static Location<'static>) -> usize {
        let next = self.known.len();
        let Some(name) = name else {
            let kind = *self.by_place.entry(place).or_insert(next);
            if kind == next {
                self.known.push(Known { key: place.to_string(), only_name: None, is_place: true });
            }
            return kind;
        };
        let key = without_numbers(name);
        let kind = *self.by_key.entry(key.clone()).or_insert(next);
        if kind == next {
            self.known.push(Known { key, only_name: Some(Arc::clone(name)), is_place: false });
        }
        let only_name = &mut self.known[kind].only_name;
        if only_name.as_ref().is_some_and(|only| only != name) {
            *only_name = None;
        }
        kind
    }

    /// Counts the tasks, and sorts the kinds: those first that took most time. The tasks are told their kinds' new numbers.
    pub(crate) fn count(mut self, tasks: &mut [Task], end: u64) -> Vec<Kind> {
        if self.known.len() > N_COLOURS {
            self.merge(tasks);
        }
        let mut kinds: Vec<Kind> = self.known.iter().map(Known::kind).collect();
        for task in &*tasks {
            kinds[task.kind].add(task, end);
        }
        let mut order: Vec<usize> = (0..kinds.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&kinds[*a], &kinds[*b]);
            (b.ran_for, &a.label).cmp(&(a.ran_for, &b.label))
        });
        let mut place_of = vec![0; kinds.len()];
        for (place, kind) in order.iter().enumerate() {
            place_of[*kind] = place;
        }
        tasks.iter_mut().for_each(|task| task.kind = place_of[task.kind]);
        let mut kinds: Vec<Kind> = order.iter().map(|kind| core::mem::take(&mut kinds[*kind])).collect();
        tell_apart(&mut kinds);
        kinds
    }

    /// Makes one kind of those whose names begin with the same word.
    fn merge(&mut self, tasks: &mut [Task]) {
        let (mut merged, mut by_word) = (Vec::<Known>::new(), HashMap::<String, usize>::new());
        let mut number_of = Vec::new();
        for known in core::mem::take(&mut self.known) {
            let word = known.key.split_whitespace().next().unwrap_or_default().to_owned();
            let same = by_word.get(&word).filter(|_| !known.is_place);
            let number = same.copied().unwrap_or(merged.len());
            if let Some(other) = merged.get_mut(number) {
                *other = Known { key: format!("{word} …"), ..Known::default() };
            } else {
                if !known.is_place {
                    by_word.insert(word, number);
                }
                merged.push(known);
            }
            number_of.push(number);
        }
        self.known = merged;
        tasks.iter_mut().for_each(|task| task.kind = number_of[task.kind]);
    }
}

impl Known {
    /// Without its tasks.
    fn kind(&self) -> Kind {
        let label = self.only_name.as_deref().unwrap_or(&self.key).to_owned();
        Kind { label, colour: preferred(&self.key), ..Kind::default() }
    }
}

/// The name with `#` in place of each number.
fn without_numbers(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let mut in_number = false;
    for c in name.chars() {
        if !c.is_ascii_digit() {
            key.push(c);
        } else if !in_number {
            key.push('#');
        }
        in_number = c.is_ascii_digit();
    }
    key
}

/// The same colour in each picture, unless another kind has it (FNV-1a).
fn preferred(key: &str) -> usize {
    let hash = key.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    (hash % N_COLOURS as u64) as usize
}

/// As many as there are colours have one each: those that took most time, and the choice is theirs in the order of labels,
/// which the times do not change.
fn tell_apart(kinds: &mut [Kind]) {
    let by_label: BTreeMap<String, usize> =
        kinds.iter().take(N_COLOURS).enumerate().map(|(i, kind)| (kind.label.clone(), i)).collect();
    let mut taken = [false; N_COLOURS];
    for kind in by_label.into_values() {
        let mut colour = kinds[kind].colour;
        while taken[colour] {
            colour = (colour + 1) % N_COLOURS;
        }
        taken[colour] = true;
        kinds[kind].colour = colour;
    }
}

impl Kind {
    fn add(&mut self, task: &Task, end: u64) {
        self.n_tasks += 1;
        self.n_begun += usize::from(matches!(task.fate, Fate::Ran { .. }));
        self.n_panicked += usize::from(task.end() == Some(TaskEnd::Panicked));
        self.n_dismissed += usize::from(matches!(task.fate, Fate::Dismissed { .. }));
        let (queued_for, ran_for) = (task.queued_for(end), task.ran_for(end).unwrap_or(0));
        self.queued_for += queued_for;
        self.longest_queued = self.longest_queued.max(queued_for);
        self.ran_for += ran_for;
        self.longest_run = self.longest_run.max(ran_for);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_make_no_kind() {
        assert_eq!(without_numbers("page 17 of 100"), "page # of #");
        assert_eq!(without_numbers("1"), "#");
        assert_eq!(without_numbers("naïve 😀"), "naïve 😀");
    }

    #[test]
    fn where_there_are_too_many_kinds_the_first_word_tells_them_apart() {
        let kinds_of = |names: &[&str]| {
            let (place, mut kinds) = (Location::caller(), Kinds::default());
            let task = |kind| Task {
                id: earnest_core::promise::<()>().1.id(),
                name: None,
                place,
                pool: 0,
                kind,
                queued: 0,
                from: None,
                fate: Fate::Queued { row: 0 },
            };
            let mut tasks: Vec<_> =
                names.iter().map(|name| task(kinds.of(Some(&Arc::from(*name)), place))).collect();
            tasks.push(task(kinds.of(None, place)));
            let kinds = kinds.count(&mut tasks, 1);
            tasks.iter().map(|task| kinds[task.kind].label.clone()).collect::<Vec<_>>()
        };
        let few = kinds_of(&["get a", "get b", "put 1", "put 2"]);
        assert_eq!(few[..4], ["get a", "get b", "put #", "put #"]);
        let many =
            kinds_of(&["get a", "get b", "get c", "get d", "get e", "get f", "get g", "put 1", "put 2", "x"]);
        assert_eq!(many[..7], ["get …"; 7]);
        assert_eq!((&*many[7], &*many[8], &*many[9]), ("put #", "put #", "x"));
        assert!(many[10].contains("kind.rs:"));
    }

    #[test]
    fn as_many_kinds_as_there_are_colours_have_one_each() {
        let kind = |n: usize| Kind { label: format!("kind {n}"), colour: n / 3, ..Kind::default() };
        let mut kinds: Vec<_> = (0..20).map(kind).collect();
        tell_apart(&mut kinds);
        let mut colours: Vec<_> = kinds[..N_COLOURS].iter().map(|kind| kind.colour).collect();
        colours.sort_unstable();
        assert_eq!(colours, (0..N_COLOURS).collect::<Vec<_>>());
        assert_eq!(kinds[19].colour, 19 / 3);
    }

    #[test]
    fn a_name_has_the_same_colour_everywhere() {
        assert_eq!([preferred("fetch"), preferred("parse"), preferred("")], [3, 4, 5]);
    }
}
