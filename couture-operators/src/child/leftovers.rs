//! What an attempt's processes have left behind outside of their group: daemons that began a session of their own.
//!
//! Every process of an attempt carries the attempt's name in its environment. When the first of them has ended, and its group, those
//! that are left have become children of this process, where it is a subreaper; so only its own children are looked at, and of these
//! only those that nobody knows.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process};

use super::proc::Process;

/// The variable that carries the attempt's name.
pub(super) const ATTEMPT_VARIABLE: &str = "COUTURE_ATTEMPT";
/// What a parent that attempts are forked from has in its place: the child writes its own name over it, so it is as long as any name.
pub(super) const NO_ATTEMPT: &str = "                                                                ";

/// So long those that were killed are waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(2);

/// Kills what carries the name of this attempt and is in none of these groups, until nothing is left; tells how many there were. A
/// process that has taken the name out of its environment is not found.
pub(super) async fn end_leftovers(attempt: &str, groups: &RefCell<HashSet<Pid>>) -> usize {
    let mut ended = HashSet::new();
    let mut waited = Duration::ZERO;
    loop {
        let left = leftovers(attempt, &groups.borrow());
        if left.is_empty() || waited > PATIENCE {
            return ended.len();
        }
        for pid in left {
            // It is a child that was not waited for, so the number is still its own.
            let _ = kill_process(pid, Signal::KILL);
            ended.insert(pid);
        }
        // Their own children come next: they become those of this process.
        tokio::time::sleep(PAUSE).await;
        waited += PAUSE;
    }
}

fn leftovers(attempt: &str, groups: &HashSet<Pid>) -> Vec<Pid> {
    let is_known = |number: i32| Pid::from_raw(number).is_none_or(|group| groups.contains(&group));
    let strangers = children().into_iter().filter(|pid| !is_known(*pid));
    let is_left = |pid: &i32| {
        Process::read(*pid).is_some_and(|process| !process.zombie && !is_known(process.group))
            && has_name(*pid, attempt)
    };
    strangers.filter(is_left).filter_map(Pid::from_raw).collect()
}

/// The children of this process, of all its threads.
fn children() -> Vec<i32> {
    let own = getpid().as_raw_nonzero().get();
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    let lists: Option<Vec<String>> =
        threads.flatten().map(|thread| fs::read_to_string(thread.path().join("children")).ok()).collect();
    match lists {
        Some(lists) => lists.iter().flat_map(|list| list.split_ascii_whitespace()).flat_map(str::parse).collect(),
        // A kernel without these lists.
        None => Process::all().iter().filter(|process| process.parent == own).map(|process| process.pid).collect(),
    }
}

fn has_name(pid: i32, attempt: &str) -> bool {
    let is_name = |variable: &[u8]| {
        let value = variable.strip_prefix(ATTEMPT_VARIABLE.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        value.is_some_and(|value| value.trim_ascii_end() == attempt.as_bytes())
    };
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| environ.split(|byte| *byte == 0).any(is_name))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
    use std::process::{Child, Command};

    use super::*;

    fn start(attempt: &str) -> Child {
        Command::new("sleep").arg("1000").process_group(0).env(ATTEMPT_VARIABLE, attempt).spawn().unwrap()
    }

    #[tokio::test]
    async fn only_what_has_the_name_and_no_known_group_is_ended() {
        let (mut left, mut padded) = (start("7-0--1-1-1"), start("7-0--1-1-1   "));
        let mut others = [start("7-0--1-1-12"), start(NO_ATTEMPT), start("7-0--1-1-1")];
        let groups = RefCell::new(HashSet::from([Pid::from_child(&others[2])]));
        assert_eq!(end_leftovers("7-0--1-1-1", &groups).await, 2);
        assert_eq!((left.wait().unwrap().signal(), padded.wait().unwrap().signal()), (Some(9), Some(9)));
        for other in &mut others {
            assert_eq!(other.try_wait().unwrap(), None);
            other.kill().unwrap();
            other.wait().unwrap();
        }
    }
}
