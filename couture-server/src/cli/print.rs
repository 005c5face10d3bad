//! Standard output and standard error.

/// Prints to standard output; where nobody reads it any more, the program ends quietly.
pub(super) fn print(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

/// Prints a line to standard error; where nobody takes it, it is dropped.
pub(super) fn complain(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Prints JSON for programs.
pub(super) fn print_json(value: &serde_json::Value) {
    print(&format!("{value:#}\n"));
}
