//! `.airflowignore`: what in the DAG folder is passed over.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use regex::bytes::{Regex, RegexBuilder};

use super::scan::read_bounded;

/// The name of such a file.
const NAME: &str = ".airflowignore";
/// The biggest one.
const MAX_BYTES: u64 = 1 << 20;
/// The most memory that one pattern takes.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// How the lines of `.airflowignore` are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IgnoreSyntax {
    /// As regular expressions, which are searched for in the path from the folder of the `.airflowignore`. As in Airflow before 3.
    #[default]
    Regexp,
    /// As in `.gitignore`. As in Airflow 3.
    Glob,
}

/// The rules of one folder and of those above it.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// Of the folders on the way to the place that was looked at last, the topmost first.
    rules: Vec<(PathBuf, Rules)>,
    syntax: IgnoreSyntax,
}

#[derive(Debug)]
enum Rules {
    Regexp(Vec<Regex>),
    Glob(Box<Gitignore>),
}

impl Ignored {
    pub(super) fn new(syntax: IgnoreSyntax) -> Self {
        Self { rules: Vec::new(), syntax }
    }

    /// Reads the rules of a folder that is entered. What is wrong with them is added to `errors`.
    pub(super) fn enter(&mut self, folder: &Path, errors: &mut Vec<(PathBuf, String)>) {
        self.rules.retain(|(above, _)| folder.starts_with(above));
        let file = folder.join(NAME);
        let content = match read_bounded(&file, MAX_BYTES) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return errors.push((file, error.to_string())),
        };
        let text = String::from_utf8_lossy(&content);
        let mut wrong = Vec::new();
        let rules = match self.syntax {
            IgnoreSyntax::Regexp => Rules::Regexp(regexps(&text, &mut wrong)),
            IgnoreSyntax::Glob => Rules::Glob(Box::new(globs(folder, &text, &mut wrong))),
        };
        errors.extend(wrong.into_iter().map(|reason| (file.clone(), reason)));
        self.rules.push((folder.to_owned(), rules));
    }

    /// Whether a file or folder is passed over. The folders above it were entered before.
    pub(super) fn covers(&self, path: &Path, is_folder: bool) -> bool {
        let mut covered = false;
        for (folder, rules) in &self.rules {
            let Ok(inside) = path.strip_prefix(folder) else { continue };
            match rules {
                Rules::Regexp(patterns) => {
                    covered |= patterns.iter().any(|pattern| pattern.is_match(inside.as_os_str().as_encoded_bytes()));
                }
                // The last rule that fits counts.
                Rules::Glob(rules) => match rules.matched(path, is_folder) {
                    ignore::Match::Ignore(_) => covered = true,
                    ignore::Match::Whitelist(_) => covered = false,
                    ignore::Match::None => {}
                },
            }
        }
        covered
    }
}

fn regexps(text: &str, wrong: &mut Vec<String>) -> Vec<Regex> {
    let mut patterns = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let pattern = line.split('#').next().unwrap_or_default().trim();
        if pattern.is_empty() {
            continue;
        }
        match RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).build() {
            Ok(pattern) => patterns.push(pattern),
            Err(_) => {
                wrong.push(format!("line {}: {pattern:?} is no regular expression that is understood here", number + 1))
            }
        }
    }
    patterns
}

fn globs(folder: &Path, text: &str, wrong: &mut Vec<String>) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    for (number, line) in text.lines().enumerate() {
        if builder.add_line(None, line).is_err() {
            wrong.push(format!("line {}: {line:?} is no pattern", number + 1));
        }
    }
    builder.build().unwrap_or_else(|error| {
        wrong.push(error.to_string());
        Gitignore::empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_rules_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("sub")).unwrap();
        let check = |syntax, top: &str, below: &str, covered: &[&str], others: &[&str], errors: usize| {
            std::fs::write(root.join(NAME), top).unwrap();
            std::fs::write(root.join("sub").join(NAME), below).unwrap();
            let mut ignored = Ignored::new(syntax);
            let mut found = Vec::new();
            ignored.enter(root, &mut found);
            ignored.enter(&root.join("sub"), &mut found);
            assert_eq!(found.len(), errors, "{found:?}");
            let is_folder = |path: &str| path.ends_with('/');
            for path in covered {
                assert!(ignored.covers(&root.join(path.trim_end_matches('/')), is_folder(path)), "{path}");
            }
            for path in others {
                assert!(!ignored.covers(&root.join(path), is_folder(path)), "{path}");
            }
        };
        let regexp = IgnoreSyntax::Regexp;
        check(
            regexp,
            "helper\n# x\n\nt_[0-9]  # note\n",
            "",
            &["a_helper.py", "helpers/a.py", "sub/t_1.py"],
            &["x.py", "t_x.py"],
            0,
        );
        check(regexp, "", "^local", &["sub/local.py"], &["local.py", "sub/not_local.py"], 0);
        check(regexp, "(?!no)\nyes", "", &["yes.py"], &["no.py"], 1);
        let glob = IgnoreSyntax::Glob;
        check(
            glob,
            "*_helper.py\nout/\n!keep_helper.py",
            "",
            &["a_helper.py", "out/"],
            &["keep_helper.py", "x.py", "out"],
            0,
        );
        check(glob, "*.py", "!good.py", &["a.py", "sub/bad.py"], &["sub/good.py"], 0);
    }
}
