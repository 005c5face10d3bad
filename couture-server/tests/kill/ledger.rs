//! What the tasks themselves wrote down, beside all that Couture records.

use std::collections::BTreeMap;
use std::path::PathBuf;

pub struct Ledger {
    pub path: PathBuf,
}

impl Ledger {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// How often each try of each task of a run was executed. A line is `run task try`.
    pub fn executions(&self, run: &str) -> BTreeMap<(String, u32), usize> {
        let mut times = BTreeMap::new();
        for line in std::fs::read_to_string(&self.path).unwrap().lines() {
            let mut words = line.split(' ');
            if words.next() == Some(run) {
                let task = words.next().unwrap().to_owned();
                let try_number = words.next().unwrap().parse().unwrap();
                *times.entry((task, try_number)).or_insert(0) += 1;
            }
        }
        times
    }
}
