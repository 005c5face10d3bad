//! All children of a thread, by attempt.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::fmt::Arguments;
use std::rc::{Rc, Weak};

use couture_core::AttemptToken;
use rustix::process::Pid;
use serde_json::Value;
use tokio::sync::{Notify, oneshot, watch};

use super::asks::Ear;
use super::group::Wish;
use super::launch::ChildSpec;
use super::line::{Line, LineEnd};
use super::records::Records;
use super::strays::Strays;
use super::supervise::{ChildEnd, Household, supervise};
use super::warm::{Groups, WarmLimits, WarmParents};

/// The children of one thread, at most one for each attempt. Clones are handles to the same.
///
/// Lives inside a [`tokio::task::LocalSet`].
#[derive(Debug)]
pub(crate) struct Nursery<R>(Rc<Inner<R>>);

impl<R> Clone for Nursery<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[derive(Debug)]
struct Inner<R> {
    state: RefCell<State<R>>,
    household: Household,
    strays: RefCell<Strays>,
    ended: Notify,
}

#[derive(Debug)]
struct State<R> {
    live: HashMap<AttemptToken, Live>,
    records: R,
    /// What the present client knows of.
    claimed: HashSet<AttemptToken>,
}

#[derive(Debug)]
struct Live {
    wish: watch::Sender<Wish>,
    line: Line,
    waiting: Vec<oneshot::Sender<ChildEnd>>,
    /// Nobody will ask for its end.
    forgotten: bool,
}

impl<R: Records + 'static> Nursery<R> {
    pub(crate) fn new(records: R) -> Self {
        Self(Rc::new(Inner::new(records, None)))
    }

    /// The same, and children may be forked from warm parents, which takes that this process is a subreaper. What a person should know
    /// goes to `complain`.
    pub(crate) fn with_warm_parents(records: R, limits: WarmLimits, complain: fn(Arguments<'_>)) -> Self {
        Self(Rc::new_cyclic(|nursery: &Weak<Inner<R>>| {
            Inner::new(records, Some(WarmParents::new(limits, nursery.clone(), complain)))
        }))
    }

    /// Answers the end of the attempt's child, which is started unless it runs or has ended already; `ear` hears it.
    pub(crate) fn run(&self, spec: ChildSpec, answer: oneshot::Sender<ChildEnd>, ear: Ear) {
        let Err((answer, ear)) = self.join(spec.token, answer, ear) else { return };
        let (wish, wishes) = watch::channel(Wish::Run);
        let (line, line_end) = Line::new(ear);
        let mut state = self.0.state.borrow_mut();
        state.claimed.insert(spec.token);
        state.live.insert(spec.token, Live { wish, line, waiting: vec![answer], forgotten: false });
        drop(state);
        tokio::task::spawn_local(self.clone().rear(spec, wishes, line_end));
    }

    async fn rear(self, spec: ChildSpec, wishes: watch::Receiver<Wish>, line_end: LineEnd) {
        let mut group = None;
        let end = supervise(&spec, wishes, line_end, &self.0.household, |pid| {
            self.0.began(pid);
            group = Some(pid);
        })
        .await;
        let mut state = self.0.state.borrow_mut();
        let live = state.live.remove(&spec.token);
        let forgotten = live.as_ref().is_some_and(|live| live.forgotten);
        if !forgotten {
            state.records.keep(spec.token, &end);
        }
        drop(state);
        if let Some(group) = group {
            self.0.ended(group);
        }
        for waiting in live.into_iter().flat_map(|live| live.waiting) {
            // Who no longer waits finds the end in the records.
            let _ = waiting.send(end.clone());
        }
        self.0.ended.notify_waiters();
    }

    /// Answers the end of the attempt's child, which `ear` hears from now on; gives both back where there is no such child.
    pub(crate) fn join(
        &self,
        token: AttemptToken,
        answer: oneshot::Sender<ChildEnd>,
        ear: Ear,
    ) -> Result<(), (oneshot::Sender<ChildEnd>, Ear)> {
        let state = &mut *self.0.state.borrow_mut();
        if let Some(live) = state.live.get_mut(&token) {
            live.waiting.push(answer);
            live.line.attach(ear);
        } else if let Some(end) = state.records.find(token) {
            let _ = answer.send(end);
        } else {
            return Err((answer, ear));
        }
        state.claimed.insert(token);
        Ok(())
    }

    /// Says this to the attempt's child, in whose log `secrets` are masked from now on.
    pub(crate) fn say(&self, token: AttemptToken, frame: Value, secrets: Vec<String>) {
        if let Some(live) = self.0.state.borrow().live.get(&token) {
            live.line.say(frame, secrets);
        }
    }

    /// The frame of the attempt's child with this number was heard.
    pub(crate) fn heard(&self, token: AttemptToken, number: u64) {
        if let Some(live) = self.0.state.borrow().live.get(&token) {
            live.line.heard(number);
        }
    }

    /// Waits for children of this process that nobody knows of, now and then, for ever.
    pub(crate) async fn reap_strays(&self) -> Infallible {
        loop {
            tokio::time::sleep(Strays::PAUSE).await;
            let forking = self.0.household.parents.as_ref().is_some_and(WarmParents::is_forking);
            self.0.strays.borrow_mut().reap(forking, |pid| self.0.contains(pid));
        }
    }

    /// Ends all warm parents; resolves when they are gone.
    pub(crate) async fn end_warm_parents(&self) {
        if let Some(parents) = &self.0.household.parents {
            parents.end_all().await;
        }
    }

    /// Ends the attempt's child.
    pub(crate) fn end(&self, token: AttemptToken) {
        if let Some(live) = self.0.state.borrow().live.get(&token) {
            live.end();
        }
    }

    /// Ends all children, which then count as lost for this reason.
    pub(crate) fn lose_all(&self, reason: &str) {
        for live in self.0.state.borrow().live.values() {
            live.wish.send_replace(Wish::Lose(reason.to_owned()));
        }
    }

    /// Another client begins, who knows of no child yet.
    pub(crate) fn unclaim(&self) {
        self.0.state.borrow_mut().claimed.clear();
    }

    /// Tells which of these have a child or a kept end.
    pub(crate) fn claim(&self, tokens: &[AttemptToken]) -> Vec<AttemptToken> {
        let state = &mut *self.0.state.borrow_mut();
        let known = |token: &&AttemptToken| state.live.contains_key(token) || state.records.contains(**token);
        let known: Vec<_> = tokens.iter().filter(known).copied().collect();
        state.claimed.extend(&known);
        known
    }

    /// Ends and forgets what the present client never spoke of.
    pub(crate) fn forget_unclaimed(&self) {
        let state = &mut *self.0.state.borrow_mut();
        for (token, live) in &mut state.live {
            if !state.claimed.contains(token) {
                live.forget();
            }
        }
        for token in state.records.tokens() {
            if !state.claimed.contains(&token) {
                state.records.forget(token);
            }
        }
    }

    /// The ends of these attempts are durable elsewhere: they are forgotten, and a child that still runs is ended.
    pub(crate) fn settle(&self, tokens: &[AttemptToken]) {
        let state = &mut *self.0.state.borrow_mut();
        for token in tokens {
            state.claimed.remove(token);
            state.records.forget(*token);
            if let Some(live) = state.live.get_mut(token) {
                live.forget();
            }
        }
    }

    /// Resolves when no child is left.
    pub(crate) async fn emptied(&self) {
        loop {
            let ended = self.0.ended.notified();
            if self.0.state.borrow().live.is_empty() {
                return;
            }
            ended.await;
        }
    }
}

impl<R> Inner<R> {
    fn new(records: R, parents: Option<WarmParents>) -> Self {
        let (live, claimed) = (HashMap::new(), HashSet::new());
        Self {
            state: RefCell::new(State { live, records, claimed }),
            household: Household { parents, ..Household::default() },
            strays: RefCell::default(),
            ended: Notify::new(),
        }
    }
}

impl<R: Records> Groups for Inner<R> {
    fn began(&self, group: Pid) {
        self.household.groups.borrow_mut().insert(group);
        self.state.borrow_mut().records.group_began(group);
    }

    fn ended(&self, group: Pid) {
        self.household.groups.borrow_mut().remove(&group);
        self.state.borrow_mut().records.group_ended(group);
    }

    fn contains(&self, group: Pid) -> bool {
        self.household.groups.borrow().contains(&group)
    }
}

impl Live {
    fn end(&self) {
        self.wish.send_if_modified(|wish| {
            let runs = *wish == Wish::Run;
            if runs {
                *wish = Wish::End;
            }
            runs
        });
    }

    fn forget(&mut self) {
        self.forgotten = true;
        self.end();
    }
}
