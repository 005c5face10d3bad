use std::collections::BTreeSet;

use crate::cell::{Kind, classify};

/// A longer name is cut.
const MOST_NAME_CHARS: usize = 200;

/// Whether the first record names the columns: all of it is text that is not empty, and none of it repeats.
pub(super) fn is_header(records: &[Vec<String>]) -> bool {
    let Some((first, rest)) = records.split_first() else { return true };
    let is_text =
        |cell: &String| matches!(classify(cell.as_bytes()).kind, Kind::Text | Kind::NullToken | Kind::Boolean);
    let texts = first.iter().filter(|cell| !cell.trim().is_empty() && is_text(cell)).count();
    if texts == first.len() {
        return true;
    }
    // A header may leave out names, or have years among them; data below it that is of other kinds tells.
    let differs = |(at, cell): (usize, &String)| {
        is_text(cell) && !cell.is_empty() && {
            let below: Vec<_> =
                rest.iter().filter_map(|record| record.get(at)).filter(|cell| !cell.is_empty()).collect();
            !below.is_empty() && below.iter().all(|cell| !is_text(cell))
        }
    };
    texts * 2 > first.len() && first.iter().enumerate().any(differs)
}

/// A name for each column: from the first record or, without one, from its place. Each name is there once.
/// Says which were changed.
#[must_use]
pub fn column_names(first: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut names, mut taken, mut changed) = (Vec::with_capacity(first.len()), BTreeSet::new(), Vec::new());
    for (at, cell) in first.iter().enumerate() {
        let cell: String = cell.trim().trim_start_matches('\u{feff}').chars().take(MOST_NAME_CHARS).collect();
        let base = if cell.is_empty() { format!("column_{}", at + 1) } else { cell };
        let mut name = base.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        if name != base {
            changed.push(name.clone());
        }
        names.push(name);
    }
    (names, changed)
}

#[test]
fn names_are_there_once() {
    let names = |cells: &[&str]| column_names(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    assert_eq!(names(&["a", " ", "a", "a_2"]).0, ["a", "column_2", "a_2", "a_2_2"]);
    assert_eq!(names(&["a", "b", "a"]).1, ["a_2"]);
}

#[test]
fn headers_are_told_from_data() {
    let check = |records: &[&[&str]], expected: bool| {
        let owned: Vec<Vec<String>> =
            records.iter().map(|record| record.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        assert_eq!(is_header(&owned), expected, "{records:?}");
    };
    check(&[&["a", "b"], &["1", "2"]], true);
    check(&[&["a", "b"], &["c", "d"]], true);
    check(&[&["1", "b"], &["2", "d"]], false);
    check(&[&["name", "", "2019"], &["x", "1", "2"]], false);
    check(&[&["count", "total", "2019"], &["7", "1", "2"]], true);
    check(&[], true);
}
