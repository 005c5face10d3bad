//! What has changed from one text to another.

use std::time::Duration;

use similar::{Algorithm, TextDiff};

/// So long the best difference is looked for; then a longer one does.
const PATIENCE: Duration = Duration::from_millis(500);
/// Lines around a change.
const CONTEXT: usize = 3;

/// The unified diff of two contents of a file; empty where they are the same. Blocks its thread.
pub fn unified_diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).timeout(PATIENCE).diff_lines(old, new);
    let (from, to) = (format!("a/{name}"), format!("b/{name}"));
    diff.unified_diff().context_radius(CONTEXT).header(&from, &to).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_as_patches() {
        let check = |old: &str, new: &str, expected: &str| assert_eq!(unified_diff("x.py", old, new), expected);
        check("same\n", "same\n", "");
        check("", "new\n", "--- a/x.py\n+++ b/x.py\n@@ -0,0 +1 @@\n+new\n");
        check(
            "1\n2\n3\n4\n5\n",
            "1\n2\n3\n4\nfive\n",
            "--- a/x.py\n+++ b/x.py\n@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n+five\n",
        );
        check(
            "a",
            "b",
            "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
        );
    }
}
