//! All warm parents of a supervisor.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::os::fd::OwnedFd;
use std::rc::{Rc, Weak};
use std::time::Duration;

use couture_core::ProcessCommand;
use couture_core::task::WarmParent;
use rustix::process::{Pid, Signal, getpid, kill_process};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::sleep;

use super::key::Key;
use super::parent::{Flight, Forked, Parent, Request, Stage, Verdict};
use crate::child::Process;

/// What warm parents may take.
#[derive(Clone, Debug)]
pub(crate) struct WarmLimits {
    /// So many there are at most. Where more are wanted, the one that was unused for longest makes room.
    pub(crate) most: usize,
    /// From its last use to its end.
    pub(crate) idle: Duration,
    /// From its start until it can fork.
    pub(crate) load: Duration,
    /// From one answer to the next.
    pub(crate) fork: Duration,
    /// For so long one that failed is not started again. One that refused never is.
    pub(crate) failed: Duration,
}

/// Who keeps which groups there are.
pub(crate) trait Groups {
    /// The group of this process exists from now on.
    fn began(&self, group: Pid);
    /// It is gone.
    fn ended(&self, group: Pid);
    /// Whether it exists.
    fn contains(&self, group: Pid) -> bool;
}

/// So many parents are remembered that are not to be started.
const MAX_COLD: usize = 1_000;

/// So long a child may take to be the leader of its group.
const LEADER_PATIENCE: u32 = 5_000;

/// Clones are handles to the same.
#[derive(Clone)]
pub(crate) struct WarmParents(Rc<Inner>);

struct Inner {
    limits: WarmLimits,
    groups: Weak<dyn Groups>,
    complain: fn(fmt::Arguments<'_>),
    state: RefCell<State>,
    /// Forks that were asked for, and whose children are not known yet.
    flights: Rc<Cell<usize>>,
    ended: Notify,
}

#[derive(Default)]
struct State {
    parents: HashMap<Key, Rc<Handle>>,
    cold: HashSet<Key>,
    cold_order: VecDeque<Key>,
    uses: u64,
    /// Those that are being ended, too.
    alive: usize,
}

/// What is known of a parent; it ends when the last one is dropped.
struct Handle {
    requests: mpsc::UnboundedSender<Request>,
    stage: watch::Receiver<Stage>,
    last_use: Cell<u64>,
}

impl fmt::Debug for WarmParents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} warm parents", self.0.state.borrow().parents.len())
    }
}

/// A parent that can fork, and does not end meanwhile.
pub(crate) struct ReadyParent<'p> {
    parents: &'p WarmParents,
    key: Key,
    handle: Rc<Handle>,
}

impl WarmParents {
    /// None yet. What a person should know goes to `complain`.
    pub(crate) fn new(limits: WarmLimits, groups: Weak<dyn Groups>, complain: fn(fmt::Arguments<'_>)) -> Self {
        let (flights, ended) = (Rc::default(), Notify::new());
        Self(Rc::new(Inner { limits, groups, complain, state: RefCell::default(), flights, ended }))
    }

    /// Whether a child may exist that is not known yet.
    pub(crate) fn is_forking(&self) -> bool {
        self.0.flights.get() > 0
    }

    /// The parent `warm` for `command`, which is started if need be; `None` where there is none that is able to fork.
    pub(crate) async fn ready(&self, warm: &WarmParent, command: &ProcessCommand) -> Option<ReadyParent<'_>> {
        let key = Key::new(warm, command);
        let handle = self.handle(&key)?;
        let mut stage = handle.stage.clone();
        let stage = stage.wait_for(|stage| *stage != Stage::Loading).await.map_or(Stage::Gone, |stage| *stage);
        (stage == Stage::Ready).then_some(ReadyParent { parents: self, key, handle })
    }

    fn handle(&self, key: &Key) -> Option<Rc<Handle>> {
        let state = &mut *self.0.state.borrow_mut();
        if state.cold.contains(key) {
            return None;
        }
        state.uses += 1;
        if let Some(handle) = state.parents.get(key) {
            handle.last_use.set(state.uses);
            return Some(handle.clone());
        }
        if state.parents.len() >= self.0.limits.most {
            let unused = state.parents.iter().filter(|(_, handle)| Rc::strong_count(handle) == 1);
            let oldest = unused.min_by_key(|(_, handle)| handle.last_use.get()).map(|(key, _)| key.clone())?;
            state.parents.remove(&oldest);
        }
        let parent = match Parent::start(key) {
            Ok(parent) => parent,
            Err(error) => {
                (self.0.complain)(format_args!("failed to start the warm parent {}: {error}", key.program));
                return None;
            }
        };
        let (requests, receiver) = mpsc::unbounded_channel();
        let (sender, stage) = watch::channel(Stage::Loading);
        let handle = Rc::new(Handle { requests, stage, last_use: Cell::new(state.uses) });
        state.parents.insert(key.clone(), handle.clone());
        state.alive += 1;
        tokio::task::spawn_local(self.clone().tend(key.clone(), Rc::downgrade(&handle), parent, sender, receiver));
        Some(handle)
    }

    /// One parent, to its end.
    async fn tend(
        self,
        key: Key,
        handle: Weak<Handle>,
        mut parent: Parent,
        stage: watch::Sender<Stage>,
        mut requests: mpsc::UnboundedReceiver<Request>,
    ) {
        let pid = parent.pid;
        if let Some(groups) = self.0.groups.upgrade() {
            groups.began(pid);
        }
        let verdict = parent.tend(&self.0.limits, &stage, &mut requests, || self.remove(&key, &handle)).await;
        self.remove(&key, &handle);
        if let Verdict::Refused(_) | Verdict::Failed(_) = &verdict {
            self.keep_cold(&key, matches!(verdict, Verdict::Failed(_)));
        }
        stage.send_replace(Stage::Gone);
        // Those who wait for a fork start cold now.
        drop(requests);
        let printed = parent.end(verdict == Verdict::Retired).await;
        match verdict {
            Verdict::Retired => {}
            Verdict::Refused(reason) => (self.0.complain)(format_args!("a warm parent refuses: {reason}")),
            Verdict::Failed(reason) => (self.0.complain)(format_args!("a warm parent failed: {reason}: {printed}")),
        }
        if let Some(groups) = self.0.groups.upgrade() {
            groups.ended(pid);
        }
        self.0.state.borrow_mut().alive -= 1;
        self.0.ended.notify_waiters();
    }

    /// No new child comes from this parent; another may take its place.
    fn remove(&self, key: &Key, handle: &Weak<Handle>) {
        let state = &mut *self.0.state.borrow_mut();
        if state.parents.get(key).is_some_and(|present| Rc::as_ptr(present) == handle.as_ptr()) {
            state.parents.remove(key);
        }
    }

    /// This parent is not to be started.
    fn keep_cold(&self, key: &Key, for_a_while: bool) {
        let state = &mut *self.0.state.borrow_mut();
        if !state.cold.insert(key.clone()) {
            return;
        }
        state.cold_order.push_back(key.clone());
        if state.cold_order.len() > MAX_COLD
            && let Some(oldest) = state.cold_order.pop_front()
        {
            state.cold.remove(&oldest);
        }
        if for_a_while {
            let (parents, key) = (self.clone(), key.clone());
            tokio::task::spawn_local(async move {
                sleep(parents.0.limits.failed).await;
                let state = &mut *parents.0.state.borrow_mut();
                state.cold.remove(&key);
                state.cold_order.retain(|other| *other != key);
            });
        }
    }

    /// Ends all parents; resolves when they are gone.
    pub(crate) async fn end_all(&self) {
        self.0.state.borrow_mut().parents.clear();
        loop {
            let ended = self.0.ended.notified();
            if self.0.state.borrow().alive == 0 {
                return;
            }
            ended.await;
        }
    }
}

impl ReadyParent<'_> {
    /// Asks for a child that gets these descriptors. `None` tells that there is none, or that it will end when its conversation is closed.
    pub(crate) async fn fork(self, frame: Vec<u8>, descriptors: [OwnedFd; 2]) -> Option<Forked> {
        let inner = &self.parents.0;
        let (answer, forked) = oneshot::channel();
        let flight = Flight::new(&inner.flights);
        self.handle.requests.send(Request { frame, descriptors, flight, answer }).ok()?;
        let forked = forked.await.ok()?;
        let known = inner.groups.upgrade().is_none_or(|groups| groups.contains(forked.pid));
        if !known && leads_a_group_of_ours(forked.pid).await {
            return Some(forked);
        }
        // What it calls its child is not, or does not do as it should.
        (inner.complain)(format_args!("a warm parent forked no proper child"));
        self.parents.remove(&self.key, &Rc::downgrade(&self.handle));
        self.parents.keep_cold(&self.key, true);
        None
    }
}

/// Waits until this is a child of ours, and the leader of a group.
async fn leads_a_group_of_ours(pid: Pid) -> bool {
    let number = pid.as_raw_nonzero().get();
    let own = getpid().as_raw_nonzero().get();
    for _ in 0..LEADER_PATIENCE {
        match Process::read(number) {
            Some(process) if process.parent != own => return false,
            Some(process) if process.group == number || process.zombie => return true,
            Some(_) => sleep(Duration::from_millis(1)).await,
            None => return false,
        }
    }
    // It is ours, and nobody watches it.
    let _ = kill_process(pid, Signal::KILL);
    false
}
