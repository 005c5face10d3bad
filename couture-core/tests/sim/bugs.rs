//! Each planted bug is found: the simulator can see what it is there for.

use couture_core::scheduler::{Bug, Planted};

use crate::seeds::first_broken;

/// Seeds among which each bug shows.
const SEEDS: u64 = 30_000;

#[test]
fn every_planted_bug_is_found() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        match first_broken(0..SEEDS, Planted::new(*bug)) {
            Some((seed, violations)) => println!("{bug:?}: seed {seed}: {}", violations[0]),
            None => missed.push(bug),
        }
    }
    assert!(missed.is_empty(), "not found in {SEEDS} seeds: {missed:?}");
}
