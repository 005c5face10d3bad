//! Standard output.

/// Prints to standard output; where nobody reads it any more, the program ends quietly.
pub(super) fn print(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

/// Prints JSON for programs.
pub(super) fn print_json(value: &serde_json::Value) {
    print(&format!("{value:#}\n"));
}
