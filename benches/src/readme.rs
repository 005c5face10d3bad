//! The table of figures in the README.

use std::path::{Path, PathBuf};

use couture_core::{Clock, SystemClock};

use crate::figure::Figure;

const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";

/// Puts `figures` into the README, with the machine and the date.
///
/// # Panics
/// If the README is missing, or lacks the marks between which the table stands.
pub fn write(figures: &[Figure]) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(&path).expect("the README");
    let (head, rest) = text.split_once(BEGIN).expect("a begin of the table");
    let (_, tail) = rest.split_once(END).expect("an end of the table");
    let rows: String = figures.iter().map(|figure| figure.row() + "\n").collect();
    let now = SystemClock::new().now().wall.to_string();
    let date = now.split('T').next().unwrap_or_default();
    let table = format!(
        "Measured on {} on {date}.\n\n| what | measured | must reach | |\n|---|---|---|---|\n{rows}",
        machine()
    );
    std::fs::write(&path, format!("{head}{BEGIN}\n{table}{END}{tail}")).expect("the README can be written");
}

/// The processor and the number of its cores.
fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':')).map(|(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores of {}", model.unwrap_or(std::env::consts::ARCH))
}
