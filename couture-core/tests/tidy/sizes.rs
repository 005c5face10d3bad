//! Small files: one noun each.

use crate::report::Report;
use crate::tree::{File, Tree};

const MOST_LINES: usize = 600;
const MEDIAN_LINES: usize = 150;
const NINE_IN_TEN_LINES: usize = 400;

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    // The cases of tests/compile_fail are a few lines each, and would make the median small.
    let counted = |file: &&File| file.is_code() && !file.is_generated() && !file.path.contains("/compile_fail/");
    let mut sizes: Vec<(usize, &str)> =
        tree.files.iter().filter(counted).map(|file| (file.text.lines().count(), file.path.as_str())).collect();
    sizes.sort_unstable();
    for (lines, path) in sizes.iter().filter(|(lines, _)| *lines > MOST_LINES) {
        report.add("sizes", path, 0, format!("{lines} lines; at most {MOST_LINES}: it defines more than one noun"));
    }
    for (share, most) in [(50, MEDIAN_LINES), (90, NINE_IN_TEN_LINES)] {
        let Some(&(lines, path)) = sizes.get((sizes.len() * share).div_ceil(100).saturating_sub(1)) else { continue };
        if lines > most {
            let longest: Vec<_> = sizes.iter().rev().take(5).map(|(lines, path)| format!("{path} ({lines})")).collect();
            let message = format!(
                "{share} of 100 files should have at most {most} lines, and this one has {lines}; the longest are {}",
                longest.join(", ")
            );
            report.add("sizes", path, 0, message);
        }
    }
}

#[test]
fn each_size_is_found() {
    let check_sizes = |sizes: &[usize], expected: usize| {
        let file = |(at, lines): (usize, &usize)| File::new(format!("{at}.rs"), "x\n".repeat(*lines));
        let tree = Tree { root: "".into(), files: sizes.iter().enumerate().map(file).collect() };
        let mut report = Report::default();
        check(&tree, &mut report);
        assert_eq!(report.violations.len(), expected, "{sizes:?}: {:?}", report.violations);
    };
    check_sizes(&[150, 150, 400], 0);
    check_sizes(&[10, 10, 10, 10, 10, 10, 10, 10, 10, 600], 0);
    check_sizes(&[10, 10, 10, 10, 10, 10, 10, 10, 10, 601], 1);
    check_sizes(&[10, 151, 151], 1);
    check_sizes(&[10, 10, 401], 1);
}
