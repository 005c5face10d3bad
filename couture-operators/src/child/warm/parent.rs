//! One warm parent, from its start to the end of its group.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::io::unix::AsyncFd;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Sleep, sleep, timeout};

use super::control::{Answer, Control};
use super::key::Key;
use super::parents::WarmLimits;
use super::tail::Tail;
use crate::child::equipment::pair;
use crate::sys;

/// So many requests a parent has at a time; others wait.
const MAX_REQUESTS: usize = 32;

/// From KILL, or the request to end, to the next measure.
const END_PATIENCE: Duration = Duration::from_secs(5);

/// Where a parent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It loads.
    Loading,
    /// It forks.
    Ready,
    /// It is of no use any more.
    Gone,
}

/// How a parent came to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nobody needed it any more.
    Retired,
    /// It says that it cannot, for this reason.
    Refused(String),
    /// It failed, for this reason.
    Failed(String),
}

/// A fork that was asked for, until its child is known: so long, an unknown child of this process may be it.
#[derive(Debug)]
pub(crate) struct Flight(Rc<Cell<usize>>);

impl Flight {
    pub(super) fn new(count: &Rc<Cell<usize>>) -> Self {
        count.set(count.get() + 1);
        Self(count.clone())
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// A child that was forked.
#[derive(Debug)]
pub(crate) struct Forked {
    pub(crate) pid: Pid,
    pub(crate) flight: Flight,
}

/// A fork that is asked for. Where it is not answered, there is no such child.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) frame: Vec<u8>,
    pub(super) descriptors: [OwnedFd; 2],
    pub(super) flight: Flight,
    pub(super) answer: oneshot::Sender<Forked>,
}

/// A parent that was started.
#[derive(Debug)]
pub(super) struct Parent {
    pub(super) pid: Pid,
    exit: AsyncFd<OwnedFd>,
    control: Control,
    tail: Tail,
    /// Whether it listens.
    loaded: bool,
}

impl Parent {
    pub(super) fn start(key: &Key) -> io::Result<Self> {
        let (ours, theirs) = pair()?;
        let (pipe, output) = pipe_with(PipeFlags::CLOEXEC)?;
        let mut command = Command::new(&key.program);
        command
            .args(&key.args)
            .env_clear()
            .envs(&key.env)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(File::from(output.try_clone()?))
            .stderr(File::from(output));
        let tail = Tail::new(Receiver::from_owned_fd(pipe)?);
        let pid = sys::spawn_in_own_session(&mut command, Some(theirs.as_fd()))?;
        match sys::watch_exit(pid) {
            Ok(exit) => Ok(Self { pid, exit, control: Control::new(ours), tail, loaded: false }),
            Err(error) => {
                let _ = kill_process_group(pid, Signal::KILL);
                let _ = sys::reap(pid);
                Err(error)
            }
        }
    }

    /// Lets it load and fork until nobody can ask any more, or it fails. `idle` is called when nobody asked for long.
    pub(super) async fn tend(
        &mut self,
        limits: &WarmLimits,
        stage: &watch::Sender<Stage>,
        requests: &mut mpsc::UnboundedReceiver<Request>,
        idle: impl FnOnce(),
    ) -> Verdict {
        let loaded = tokio::select! {
            biased;
            answer = self.control.next() => answer,
            _ = self.exit.readable() => match timeout(END_PATIENCE, self.control.next()).await {
                Ok(last_words) => last_words,
                Err(_) => return Verdict::Failed("it ended while it loaded".into()),
            },
            () = sleep(limits.load) => return Verdict::Failed("it takes too long to load".into()),
            _ = requests.recv() => return Verdict::Retired,
            never = self.tail.pump() => match never {},
        };
        match loaded {
            Ok(Answer::Ready(_)) => {}
            Ok(Answer::Refuse(reason)) => return Verdict::Refused(reason),
            Ok(Answer::Pid(_)) => return Verdict::Failed("it has a child that nobody asked for".into()),
            Err(error) => return Verdict::Failed(senseless(&error)),
        }
        self.loaded = true;
        stage.send_replace(Stage::Ready);
        let mut desk = Desk { waiting: VecDeque::new(), patience: pause(limits.fork), fork: limits.fork };
        let mut idle = Some(idle);
        let mut quiet = pause(limits.idle);
        loop {
            tokio::select! {
                biased;
                answer = self.control.next() => {
                    if let Err(reason) = desk.answer(answer) {
                        return Verdict::Failed(reason);
                    }
                    quiet = pause(limits.idle);
                }
                _ = self.exit.readable() => return Verdict::Failed("it died".into()),
                () = &mut desk.patience, if !desk.waiting.is_empty() => return Verdict::Failed("it does not fork".into()),
                request = requests.recv(), if desk.waiting.len() < MAX_REQUESTS => match request {
                    Some(request) => {
                        let sent = self.control.send(&request.frame, &request.descriptors);
                        if !matches!(timeout(limits.fork, sent).await, Ok(Ok(()))) {
                            return Verdict::Failed("it does not listen".into());
                        }
                        desk.add(request);
                    }
                    // Who asks has a sender until the answer.
                    None => return Verdict::Retired,
                },
                () = &mut quiet, if desk.waiting.is_empty() && idle.is_some() => {
                    if let Some(idle) = idle.take() {
                        idle();
                    }
                }
                never = self.tail.pump() => match never {},
            }
        }
    }

    /// Ends it, politely where it `may_finish`; answers with the end of what it printed.
    pub(super) async fn end(self, may_finish: bool) -> String {
        let Self { pid, exit, control, mut tail, loaded } = self;
        drop(control);
        let mut wait = async |patience| {
            tokio::select! {
                biased;
                _ = exit.readable() => true,
                () = sleep(patience) => false,
                never = tail.pump() => match never {},
            }
        };
        let ended = may_finish && loaded && wait(END_PATIENCE).await;
        // Where it ended by itself, something of its group may still be there.
        let _ = kill_process_group(pid, Signal::KILL);
        if ended || wait(END_PATIENCE).await {
            let _ = sys::reap(pid);
            while let Ok(Some(_)) = waitid(WaitId::Pgid(Some(pid)), WaitIdOptions::EXITED | WaitIdOptions::NOHANG) {}
        }
        tail.into_line()
    }
}

fn senseless(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ended".into(),
        _ => format!("it makes no sense: {error}"),
    }
}

fn pause(length: Duration) -> Pin<Box<Sleep>> {
    Box::pin(sleep(length))
}

/// The requests that a parent has, in order.
#[derive(Debug)]
struct Desk {
    waiting: VecDeque<(oneshot::Sender<Forked>, Flight)>,
    patience: Pin<Box<Sleep>>,
    fork: Duration,
}

impl Desk {
    fn add(&mut self, request: Request) {
        if self.waiting.is_empty() {
            self.patience = pause(self.fork);
        }
        self.waiting.push_back((request.answer, request.flight));
    }

    fn answer(&mut self, answer: io::Result<Answer>) -> Result<(), String> {
        let answer = answer.map_err(|error| senseless(&error))?;
        let Some((waiting, flight)) = self.waiting.pop_front() else { return Err("it says what nobody asked".into()) };
        self.patience = pause(self.fork);
        match answer {
            // It could not. Only this child is started cold.
            Answer::Refuse(_) | Answer::Pid(0) => Ok(()),
            Answer::Pid(number) => {
                let Some(pid) = Pid::from_raw(number).filter(|_| number > 1) else {
                    return Err(format!("it calls {number} a process"));
                };
                // Who does not wait any more never greets the child, which ends then.
                let _ = waiting.send(Forked { pid, flight });
                Ok(())
            }
            Answer::Ready(_) => Err("it says twice that it is ready".into()),
        }
    }
}
