//! Which process groups a supervisor has, so that the next one can end them when it died.
//!
//! A number alone does not tell a group: the system may have given it to someone else. A record therefore holds when the leader
//! started, and every child carries a mark of its supervisor in its environment. A group is ended only where one of both fits; while
//! such a process lives, the group's number cannot become another's. What left its group is found by the mark alone.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::complaint::complain;
use crate::child::Process;

/// The variable that carries the mark.
pub(super) const MARK_VARIABLE: &str = "COUTURE_SUPERVISOR";

/// So long the killed groups of a predecessor are waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// The groups of this supervisor.
#[derive(Debug)]
pub(super) struct Ledger {
    folder: PathBuf,
    mark: String,
}

impl Ledger {
    fn folder(dir: &Path) -> PathBuf {
        dir.join("groups")
    }

    /// Whether a supervisor in `dir` left groups behind.
    pub(super) fn is_used(dir: &Path) -> bool {
        fs::read_dir(Self::folder(dir)).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// The ledger in `dir`, after what is left of a dead predecessor's groups was killed.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let folder = Self::folder(dir);
        fs::create_dir_all(&folder)?;
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let boot = boot.trim();
        let (mut groups, mut paths) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if let Some(group) = Group::read(&path).filter(|group| group.mark.ends_with(boot)) {
                groups.push(group);
            }
            paths.push(path);
        }
        let mark_file = dir.join("mark");
        let last_mark = fs::read_to_string(&mark_file).unwrap_or_default();
        let marks: BTreeSet<String> = groups.iter().map(|group| group.mark.clone()).chain([last_mark]).collect();
        let marks: Vec<String> = marks.into_iter().filter(|mark| !boot.is_empty() && mark.ends_with(boot)).collect();
        end_all(&groups, &marks);
        for path in paths {
            fs::remove_file(path)?;
        }
        let own = std::process::id().cast_signed();
        let started = Process::read(own).map_or(0, |process| process.started);
        let mark = format!("{own}-{started}-{boot}");
        fs::write(mark_file, &mark)?;
        Ok(Self { folder, mark })
    }

    /// The mark of this supervisor's children.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    pub(super) fn began(&self, group: Pid) {
        let number = group.as_raw_nonzero().get();
        let Some(leader) = Process::read(number) else { return };
        if let Err(error) = fs::write(self.folder.join(number.to_string()), format!("{} {}", leader.started, self.mark))
        {
            complain(format_args!("failed to record the process group {number}: {error}"));
        }
    }

    pub(super) fn ended(&self, group: Pid) {
        // It may not have been recorded.
        let _ = fs::remove_file(self.folder.join(group.as_raw_nonzero().get().to_string()));
    }
}

/// A group as recorded.
#[derive(Debug)]
struct Group {
    number: i32,
    started: u64,
    mark: String,
}

impl Group {
    fn read(path: &Path) -> Option<Self> {
        let number = path.file_name()?.to_str()?.parse().ok()?;
        let text = fs::read_to_string(path).ok()?;
        let (started, mark) = text.split_once(' ')?;
        Some(Self { number, started: started.parse().ok()?, mark: mark.to_owned() })
    }

    /// Whether `process` proves that the group is still the one recorded.
    fn has(&self, process: &Process) -> bool {
        process.group == self.number
            && !process.zombie
            && ((process.pid == self.number && process.started == self.started)
                || is_marked(process, std::slice::from_ref(&self.mark)))
    }
}

/// Kills these groups, and whatever else carries one of the marks, until nothing is left or patience is.
fn end_all(groups: &[Group], marks: &[String]) {
    let mut waited = Duration::ZERO;
    while !marks.is_empty() && waited < PATIENCE {
        let processes = Process::all();
        let mut left = false;
        for group in groups {
            if processes.iter().any(|process| group.has(process)) {
                left = true;
                // A member lives, so the number is still this group's.
                let _ = Pid::from_raw(group.number).map(|number| kill_process_group(number, Signal::KILL));
            }
        }
        for process in processes.iter().filter(|process| !process.zombie && is_marked(process, marks)) {
            left = true;
            let _ = Pid::from_raw(process.pid).map(|pid| kill_process(pid, Signal::KILL));
        }
        if !left {
            return;
        }
        std::thread::sleep(PAUSE);
        waited += PAUSE;
    }
}

/// Whether the environment of `process` carries one of these marks.
fn is_marked(process: &Process, marks: &[String]) -> bool {
    let is_wanted = |variable: &[u8]| {
        let value = variable.strip_prefix(MARK_VARIABLE.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        value.is_some_and(|value| marks.iter().any(|mark| mark.as_bytes() == value))
    };
    fs::read(format!("/proc/{}/environ", process.pid))
        .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(is_wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_became_another_s_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        let mut stranger = std::process::Command::new("sleep");
        std::os::unix::process::CommandExt::process_group(&mut stranger, 0);
        let mut stranger = stranger.arg("1000").spawn().unwrap();
        let mut ours = std::process::Command::new("sleep");
        std::os::unix::process::CommandExt::process_group(&mut ours, 0);
        let mut ours = ours.arg("1000").spawn().unwrap();
        ledger.began(Pid::from_child(&ours));
        let file = dir.path().join("groups").join(stranger.id().to_string());
        fs::write(&file, format!("12345 {}", ledger.mark())).unwrap();
        Ledger::open(dir.path()).unwrap();
        assert!(!Ledger::is_used(dir.path()));
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(ours.wait().unwrap().signal(), Some(9));
        assert_eq!(stranger.try_wait().unwrap(), None);
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }

    #[test]
    fn what_left_its_group_is_found_by_its_mark() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        let start = |mark: &str| {
            let mut command = std::process::Command::new("sleep");
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
            command.arg("1000").env(MARK_VARIABLE, mark).spawn().unwrap()
        };
        let mut ours = start(ledger.mark());
        let mut stranger = start(&format!("1{}", ledger.mark()));
        Ledger::open(dir.path()).unwrap();
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(ours.wait().unwrap().signal(), Some(9));
        assert_eq!(stranger.try_wait().unwrap(), None);
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
