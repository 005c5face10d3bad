//! The simulator's speed on one core.

use std::path::Path;
use std::process::Command;

use crate::figure::{Figure, Target};
use crate::rig::now;

const SEEDS: u32 = 10_000;

pub(super) fn speed() -> Vec<Figure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let test = |arguments: &[&str]| {
        let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
        command.current_dir(&root).args(["test", "--release", "-q", "-p", "couture-core", "--test", "sim"]);
        command.args(arguments).env("SEEDS", SEEDS.to_string()).env("SEED_THREADS", "1");
        let output = command.output().expect("cargo");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    test(&["--no-run"]);
    let begun = now();
    test(&["--", "no_seed_breaks_a_promise"]);
    let rate = f64::from(SEEDS) / begun.elapsed().as_secs_f64() * 60.0;
    vec![Figure::new("simulator, one core", rate, "seeds/min", Target::AtLeast(20_000.0))]
}
