//! The project names no folder of the machine that it was written on, and no server that packages come from: whoever builds it has others.

use crate::report::Report;
use crate::tree::File;

/// Absolute folders, each in two parts so that this list is not found by itself.
const FOLDERS: [(&str, &str); 6] =
    [("/ho", "me/"), ("/ro", "ot/"), ("/wo", "rk/"), ("/Us", "ers/"), ("/mnt", "/"), ("C:\\", "Users")];
/// Texts, wherever they stand.
const TEXTS: [(&str, &str); 12] = [
    ("crates", ".io"),
    ("py", "pi.org"),
    ("files.pythonho", "sted.org"),
    ("registry.np", "mjs.org"),
    ("registry.yarn", "pkg.com"),
    ("deb.deb", "ian.org"),
    ("proxy.gol", "ang.org"),
    ("DES", "IGN.md"),
    ("AIR", "FLOW.md"),
    ("../sha", "red"),
    (".lib", "rary/"),
    ("/tmp/ba", "sh_jobs"),
];

pub(crate) fn check(file: &File, report: &mut Report) {
    if is_lock_file(file.name()) {
        return;
    }
    for (at, line) in file.text.lines().enumerate() {
        for (start, end) in FOLDERS {
            if begins_a_path(line, &[start, end].concat()) {
                let message =
                    format!("an absolute folder ({start}{end}…): take one from the environment, or a temporary one");
                report.add("places", &file.path, at + 1, message);
            }
        }
        for (start, end) in TEXTS {
            if line.contains(&[start, end].concat()) {
                report.add(
                    "places",
                    &file.path,
                    at + 1,
                    format!("{start}{end}: leave it out; others build from other places"),
                );
            }
        }
    }
}

fn is_lock_file(name: &str) -> bool {
    name.ends_with(".lock") || matches!(name, "package-lock.json" | "pnpm-lock.yaml")
}

/// Whether `folder` stands in `line` with nothing before it that would make it the end of a longer path.
fn begins_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}' | ')' | '$' | '*' | '>' | '~'))
    })
}

#[test]
fn each_place_is_found() {
    let found = |path: &str, text: &str| crate::report::lines_found(check, path, text);
    for (start, end) in FOLDERS.into_iter().chain(TEXTS) {
        let text = format!("one\n\"{start}{end}x\"");
        assert!(found("a.md", &text).contains(&2), "{text}");
        assert_eq!(found("Cargo.lock", &text), [0; 0]);
    }
    let fine = ["$HO", "ME/x", " a/ho", "me/b {root}/wo", "rk/c src/ro", "ot/d.rs"].concat();
    assert_eq!(found("a.rs", &fine), [0; 0]);
}
