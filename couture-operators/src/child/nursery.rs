//! All children of a thread, by attempt.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use couture_core::AttemptToken;
use tokio::sync::{Notify, oneshot, watch};

use super::group::Wish;
use super::launch::ChildSpec;
use super::records::Records;
use super::supervise::{ChildEnd, Workspace, supervise};

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
    workspace: RefCell<Workspace>,
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
    waiting: Vec<oneshot::Sender<ChildEnd>>,
    /// Nobody will ask for its end.
    forgotten: bool,
}

impl<R: Records + 'static> Nursery<R> {
    pub(crate) fn new(records: R) -> Self {
        Self(Rc::new(Inner {
            state: RefCell::new(State { live: HashMap::new(), records, claimed: HashSet::new() }),
            workspace: RefCell::default(),
            ended: Notify::new(),
        }))
    }

    /// Answers the end of the attempt's child, which is started unless it runs or has ended already.
    pub(crate) fn run(&self, spec: ChildSpec, answer: oneshot::Sender<ChildEnd>) {
        let Err(answer) = self.join(spec.token, answer) else { return };
        let (wish, wishes) = watch::channel(Wish::Run);
        let mut state = self.0.state.borrow_mut();
        state.claimed.insert(spec.token);
        state.live.insert(spec.token, Live { wish, waiting: vec![answer], forgotten: false });
        drop(state);
        tokio::task::spawn_local(self.clone().rear(spec, wishes));
    }

    async fn rear(self, spec: ChildSpec, wishes: watch::Receiver<Wish>) {
        let mut group = None;
        let end = supervise(&spec, wishes, &self.0.workspace, |pid| {
            self.0.state.borrow_mut().records.group_began(pid);
            group = Some(pid);
        })
        .await;
        let mut state = self.0.state.borrow_mut();
        let live = state.live.remove(&spec.token);
        let forgotten = live.as_ref().is_some_and(|live| live.forgotten);
        if !forgotten {
            state.records.keep(spec.token, &end);
        }
        if let Some(group) = group {
            state.records.group_ended(group);
        }
        drop(state);
        for waiting in live.into_iter().flat_map(|live| live.waiting) {
            // Who no longer waits finds the end in the records.
            let _ = waiting.send(end.clone());
        }
        self.0.ended.notify_waiters();
    }

    /// Answers the end of the attempt's child; gives `answer` back where there is no such child.
    pub(crate) fn join(
        &self,
        token: AttemptToken,
        answer: oneshot::Sender<ChildEnd>,
    ) -> Result<(), oneshot::Sender<ChildEnd>> {
        let state = &mut *self.0.state.borrow_mut();
        if let Some(live) = state.live.get_mut(&token) {
            live.waiting.push(answer);
        } else if let Some(end) = state.records.find(token) {
            let _ = answer.send(end);
        } else {
            return Err(answer);
        }
        state.claimed.insert(token);
        Ok(())
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
