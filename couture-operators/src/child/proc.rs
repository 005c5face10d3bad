//! Processes as the system lists them.

use std::fs;
use std::io::Read as _;

/// A process as `/proc` tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) pid: i32,
    /// Its process group.
    pub(crate) group: i32,
    /// Whose child it is.
    pub(crate) parent: i32,
    /// When it started, in ticks since boot.
    pub(crate) started: u64,
    /// Whether it has exited and nobody has asked how.
    pub(crate) zombie: bool,
}

impl Process {
    /// All processes of this machine, or of its container.
    pub(crate) fn all() -> Vec<Self> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        entries.filter_map(|entry| Self::read(entry.ok()?.file_name().to_str()?.parse().ok()?)).collect()
    }

    /// The process with this number, if there is one.
    pub(crate) fn read(pid: i32) -> Option<Self> {
        // Longer than the file can be, so that one call reads it all.
        let mut stat = [0; 2048];
        let length = fs::File::open(format!("/proc/{pid}/stat")).ok()?.read(&mut stat).ok()?;
        // A name may be any bytes.
        Self::parse(pid, &String::from_utf8_lossy(&stat[..length]))
    }

    /// Reads `/proc/<pid>/stat`, proc(5): fields 3 (state), 4 (parent), 5 (process group) and 22 (start, in ticks since boot).
    fn parse(pid: i32, stat: &str) -> Option<Self> {
        // The name, field 2, is in parentheses and may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let field = |number: usize| fields.get(number - 3).copied();
        Some(Self {
            pid,
            parent: field(4)?.parse().ok()?,
            group: field(5)?.parse().ok()?,
            started: field(22)?.parse().ok()?,
            zombie: matches!(field(3)?, "Z" | "X"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_is_read_whatever_the_name() {
        let stat = "42 (a) b (c)) S 7 40 40 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 1000 9 18446744073709551615";
        let expected = Process { pid: 42, parent: 7, group: 40, started: 777, zombie: false };
        assert_eq!(Process::parse(42, stat), Some(expected));
        assert_eq!(Process::parse(42, "42 (x"), None);
        assert!(Process::all().iter().any(|process| process.pid == std::process::id().cast_signed()));
    }
}
