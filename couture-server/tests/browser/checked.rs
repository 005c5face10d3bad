//! What is known of the page without a browser: that it fits the description of the API, its style, and the tests of its parts.

use std::process::{Command, Stdio};

use super::packages;

/// Runs `npm run check`.
#[test]
fn the_page_is_checked() {
    let _alone = packages::alone();
    let packages = packages::installed();
    let output = Command::new("npm")
        .args(["run", "--silent", "check"])
        .current_dir(&packages)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .expect("npm is needed for the tests of the page: install Node.js 20.19 or newer");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "`npm run check` in couture-server/ui would end with {}; `npm run format` there mends the style:\n{said}",
        output.status
    );
}
