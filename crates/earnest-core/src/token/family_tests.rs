//! A family through births and deaths: who is told, in which order, and what is left.

use super::*;

/// The members that are told, from `index` downwards.
fn told(family: &mut Family<u32>, index: usize) -> Vec<u32> {
    let mut told = Vec::new();
    family.remove_all(index, |member| {
        told.push(*member);
        true
    });
    told
}

#[test]
fn parents_are_told_before_their_children_and_siblings_by_age() {
    let (mut family, root) = Family::new(0);
    let one = family.insert(root, 1);
    let _two = family.insert(root, 2);
    for child in [11, 12] {
        family.insert(one, child);
    }
    assert_eq!(told(&mut family, root), [0, 1, 11, 12, 2]);
    assert_eq!(family.n_used(), 0);
}

#[test]
fn who_is_cut_out_of_the_middle_leaves_the_others_in_order() {
    let (mut family, root) = Family::new(0);
    let children: Vec<_> = (1..=5).map(|n| family.insert(root, n)).collect();
    assert_eq!(told(&mut family, children[2]), [3]);
    assert_eq!(family.remove(children[0]), Some(1));
    assert_eq!(family.remove(children[4]), Some(5));
    assert_eq!(told(&mut family, root), [0, 2, 4]);
}

#[test]
fn children_take_the_place_of_a_parent_that_is_gone() {
    let (mut family, root) = Family::new(0);
    let one = family.insert(root, 1);
    let _two = family.insert(root, 2);
    let (first, _second) = (family.insert(one, 11), family.insert(one, 12));
    family.remove(one);
    assert_eq!(family.n_used(), 5, "a relay for two");
    family.remove(first);
    assert_eq!(family.n_used(), 3, "none for one");
    assert_eq!(told(&mut family, root), [0, 12, 2]);
}

#[test]
fn a_relay_goes_with_its_last_children_when_they_are_told() {
    let (mut family, root) = Family::new(0);
    let one = family.insert(root, 1);
    let children = [11, 12].map(|n| family.insert(one, n));
    family.remove(one);
    assert_eq!(told(&mut family, children[0]), [11]);
    assert_eq!(family.n_used(), 2);
    assert_eq!(told(&mut family, root), [0, 12]);
    assert_eq!(family.n_used(), 0);
}

#[test]
fn who_is_not_told_stays_until_it_is_removed() {
    let (mut family, root) = Family::new(0);
    let one = family.insert(root, 1);
    family.insert(one, 11);
    let mut seen = Vec::new();
    family.remove_all(root, |member| {
        seen.push(*member);
        *member != 1
    });
    assert_eq!((seen, family.n_used()), (vec![0, 1, 11], 1));
    assert_eq!(family.remove(one), Some(1));
    assert_eq!(family.n_used(), 0);
}

#[test]
fn a_chain_of_parents_that_go_one_by_one_leaves_two() {
    let (mut family, mut last) = Family::new(0);
    let n_parents = if cfg!(miri) { 300 } else { 10_000 };
    for n in 1..n_parents {
        let next = family.insert(last, n);
        family.remove(last);
        last = next;
        assert!(family.n_used() == 1 && family.n_slots() <= 2);
    }
}

#[test]
fn slots_are_given_back_when_one_is_left() {
    let n_children = if cfg!(miri) { 100 } else { 1000_u32 };
    let (mut family, root) = Family::new(0);
    let children: Vec<_> = (0..n_children).map(|n| family.insert(root, n)).collect();
    assert_eq!(family.n_slots(), children.len() + 1);
    for child in children {
        family.remove(child);
    }
    assert_eq!((family.n_used(), family.n_slots()), (1, 1));
    let child = family.insert(root, 7);
    family.remove(root);
    assert_eq!(told(&mut family, child), [7]);
}

/// Random births and deaths, against a tree kept as a list of parents.
#[test]
fn it_agrees_with_a_plain_tree() {
    let n_cases = if cfg!(miri) { 5 } else { 300 };
    for seed in 1..=n_cases {
        let mut random = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut draw = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % below as u64) as usize
        };
        let (mut family, root) = Family::new(0_u32);
        // Number, index, and the parent's position in the list, for those that live; others have no index.
        let mut plain: Vec<(Option<usize>, Option<usize>)> = vec![(Some(root), None)];
        for _ in 0..120 {
            let one = draw(plain.len());
            let Some(index) = plain[one].0 else { continue };
            match draw(8) {
                0..5 => {
                    let child = family.insert(index, u32::try_from(plain.len()).unwrap());
                    plain.push((Some(child), Some(one)));
                }
                5 | 6 => {
                    family.remove(index);
                    plain[one].0 = None;
                }
                _ => {
                    let mut expected: Vec<u32> = Vec::new();
                    for other in 0..plain.len() {
                        let mut up = Some(other);
                        while up.is_some_and(|up| up != one) {
                            up = up.and_then(|up| plain[up].1);
                        }
                        if up.is_some() && plain[other].0.take().is_some() {
                            expected.push(u32::try_from(other).unwrap());
                        }
                    }
                    let mut told = told(&mut family, index);
                    assert_eq!(told[0] as usize, one);
                    told.sort_unstable();
                    assert_eq!(told, expected, "seed {seed}");
                }
            }
            let living = plain.iter().filter(|(index, _)| index.is_some()).count();
            assert!(family.n_used() <= 2 * living, "seed {seed}: fewer relays than members");
        }
    }
}
