//! Standard output and standard error.

use std::sync::OnceLock;

use super::yaml::yaml;

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

/// Whether data is written in YAML. Said once, when the command line is read.
static YAML: OnceLock<()> = OnceLock::new();

/// From now on data is written in YAML.
pub(super) fn write_yaml() {
    let _ = YAML.set(());
}

/// Prints data for programs: JSON, or YAML where that was asked for.
pub(super) fn print_json(value: &serde_json::Value) {
    match YAML.get() {
        Some(()) => print(&yaml(value)),
        None => print(&format!("{value:#}\n")),
    }
}
