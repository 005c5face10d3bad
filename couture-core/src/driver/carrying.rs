//! Commits, and what follows them.

use std::time::Duration;

use super::batch::Batch;
use super::chunk::Chunk;
use super::running::Driver;
use crate::engine::EngineError;
use crate::error_chain;
use crate::executor::{Launch, Report};
use crate::ids::{PoolName, ShardId};
use crate::scheduler::{Bug, Event};
use crate::store::{Answer, Commit, CommitError, Message, Record, Refusal, Request, StoreError};
use crate::task::Outcome;

/// The longest wait between two tries of a commit.
const MAX_BACKOFF: Duration = Duration::from_secs(2);

/// How often a commit is repeated that the store calls contradictory, before its shards are read again.
const MAX_CONTRADICTIONS: usize = 3;

impl Driver {
    /// Makes the records of a batch durable, then does the rest of it.
    pub(super) async fn carry_out(&mut self, mut batch: Batch) {
        if self.planted.has(Bug::RecordAfterLaunch) {
            self.executor.launch(std::mem::take(&mut batch.launches));
        }
        while !batch.entries.is_empty() {
            if let Some(chunk) = Chunk::next(&mut batch.entries, &self.durable, self.clock.now().wall) {
                self.commit(chunk, &mut batch).await;
            }
        }
        // A process that may have been given up must not start what others may be starting.
        let now = self.clock.now();
        if self.lease.is_valid(now.mono) || self.planted.has(Bug::NoSelfFence) {
            if !batch.launches.is_empty() {
                self.executor.launch(batch.launches);
            }
            if !batch.resumes.is_empty() {
                self.executor.resume(batch.resumes).await;
            }
        } else {
            self.give_up(batch.launches.into_iter().chain(batch.resumes));
        }
        if !batch.kills.is_empty() {
            self.executor.kill(&batch.kills);
        }
        for report in batch.forwards {
            let token = report.token();
            self.post(token.run.shard(), Message::Report(report)).await;
            batch.settled.push(token);
        }
        if !batch.notices.is_empty() {
            self.notifier.notify(batch.notices);
        }
        for (of, dag_id, find) in batch.finds {
            let found = self.find(&dag_id, find).await;
            self.facts.push(Event::RunFound { of, found });
        }
        if !batch.settled.is_empty() {
            self.executor.settled(&batch.settled).await;
        }
        for (asker, answer) in batch.answers {
            let Some((reply, request)) = self.askers.remove(&asker.0) else { continue };
            let answer = match (answer, request) {
                (Err(Refusal::NotOwned(dag_id)), Some(request)) if !self.store.is_exclusive() => {
                    self.forward(dag_id.shard(self.shard_count), request).await
                }
                (answer, _) => answer.map_err(EngineError::Refused),
            };
            let _ = reply.send(answer);
        }
        self.looks.extend(batch.looks);
        for (run, state) in batch.ended {
            for watcher in self.watchers.remove(&run).unwrap_or_default() {
                let _ = watcher.send(state);
            }
        }
    }

    /// Commits one chunk: again and again until the store has answered, without what it refuses.
    async fn commit(&mut self, mut chunk: Chunk, batch: &mut Batch) {
        let mut backoff = Duration::from_millis(5);
        let mut contradictions = 0;
        let mut is_doubtful = false;
        while !chunk.is_empty() {
            let began = self.clock.now().mono;
            match self.store.commit(&chunk.commit).await {
                Ok(()) => {
                    let records = chunk.commit.shards.iter().map(|shard| shard.records.len()).sum();
                    self.measures.commit(self.clock.now().mono.saturating_sub(began), records);
                    return self.applied(&chunk.commit);
                }
                Err(CommitError::Stale(_)) if self.planted.has(Bug::StaleIgnored) => break,
                Err(CommitError::Stale(shards)) => {
                    if is_doubtful {
                        self.doubt(&shards, batch);
                    }
                    chunk.drop_shards(&shards);
                    self.drop_from_batch(&shards, batch);
                }
                Err(CommitError::PoolFull(pools)) => self.withdraw(&mut chunk, &pools, batch),
                Err(CommitError::Store(error)) => {
                    self.store_failed("commit", &error);
                    is_doubtful = true;
                    contradictions += usize::from(matches!(error, StoreError::Corrupt(_)));
                    if contradictions > MAX_CONTRADICTIONS {
                        // What is in memory does not fit the store, which is the truth.
                        let shards = chunk.shards();
                        chunk.drop_shards(&shards);
                        self.drop_from_batch(&shards, batch);
                    }
                    if self.planted.has(Bug::CommitNotRepeated) {
                        return self.applied(&chunk.commit);
                    }
                    self.clock.sleep(backoff).await;
                    backoff = (backoff * 2).min(MAX_BACKOFF);
                }
            }
        }
    }

    fn applied(&mut self, commit: &Commit) {
        self.store_answered();
        self.commits.send_modify(|commits| *commits += 1);
        let mut records = commit.shards.iter().flat_map(|shard| &shard.records);
        let is_own = |record: &Record| matches!(record, Record::Posted { to, .. } if self.durable.contains_key(to));
        self.inboxes_wanted |= records.any(is_own);
        for shard in &commit.shards {
            self.durable.insert(shard.shard, (shard.epoch, shard.sequence + shard.records.len() as u64));
        }
    }

    /// The store refused slots: the launches that need them wait on.
    fn withdraw(&mut self, chunk: &mut Chunk, pools: &[PoolName], batch: &mut Batch) {
        let tokens = chunk.withdraw(pools);
        if tokens.is_empty() {
            // Nothing here takes slots, so nothing can be taken back: what is in memory does not fit the store.
            tracing::error!(?pools, "the store refuses a commit that takes no slots; reading the shards again");
            let shards = chunk.shards();
            chunk.drop_shards(&shards);
            return self.drop_from_batch(&shards, batch);
        }
        batch.drop_launches(&tokens);
        batch.add(self.scheduler.withdraw(&tokens, self.clock.now()));
        self.pools_wanted = true;
    }

    fn drop_from_batch(&mut self, shards: &[ShardId], batch: &mut Batch) {
        batch.drop_shards(shards);
        let count = self.shard_count;
        for (asker, answer) in &mut batch.answers {
            let request = self.askers.get(&asker.0).and_then(|(_, request)| request.as_ref());
            if request.is_some_and(|request| shards.contains(&request.dag_id().shard(count))) {
                *answer = Err(Refusal::Lost);
            }
        }
        self.drop_shards(shards);
    }

    /// Forgets shards that belong to others, and ends their attempts here.
    pub(super) fn drop_shards(&mut self, shards: &[ShardId]) {
        for shard in shards {
            if self.durable.remove(shard).is_some() {
                self.executor.kill(&self.scheduler.live_in(*shard));
                self.scheduler.forget(*shard);
                self.next_tick = self.clock.now().mono;
            }
        }
    }

    /// Attempts that this process may not start any more are lost before they began.
    fn give_up(&mut self, launches: impl Iterator<Item = Launch>) {
        let now = self.clock.now();
        let reason: Box<str> = "its worker could not renew its lease in time".into();
        let lost = launches.map(|launch| Report::Ended {
            token: launch.token,
            started_at: None,
            ended_at: now.wall,
            outcome: Outcome::Lost { reason: reason.clone() },
        });
        self.unheard.extend(lost);
        self.next_tick = now.mono;
    }

    /// Hands a request to the scheduler that it is for. One that would do twice what is done once is not posted again where the store
    /// gave no answer: who asked decides.
    async fn forward(&mut self, shard: ShardId, request: Request) -> Result<Answer, EngineError> {
        let is_repeatable = match &request {
            Request::Trigger(trigger) => trigger.run_id.is_some(),
            Request::SetPaused { .. } | Request::CancelRun { .. } => true,
            Request::DeleteHistory { .. } | Request::DeleteRun { .. } => true,
            Request::Operate { .. } | Request::Backfill(_) | Request::SetBackfill { .. } => false,
        };
        let message = Message::Request(request);
        if is_repeatable {
            self.post(shard, message).await;
        } else {
            self.store.post(shard, &message).await?;
        }
        Ok(Answer::Posted)
    }

    /// Puts a message into the inbox of another scheduler's shard; returns when it is durable.
    async fn post(&mut self, shard: ShardId, message: Message) {
        let mut backoff = Duration::from_millis(5);
        while let Err(error) = self.store.post(shard, &message).await {
            self.store_failed("post a message", &error);
            self.clock.sleep(backoff).await;
            backoff = (backoff * 2).min(MAX_BACKOFF);
        }
        self.store_answered();
    }

    /// The store did something that it can only do while it is well.
    pub(super) fn store_answered(&mut self) {
        if self.has_store_error {
            self.has_store_error = false;
            self.tell_store_error(None);
        }
    }

    pub(super) fn store_failed(&mut self, what: &str, error: &StoreError) {
        let error = error_chain(error);
        tracing::error!(%error, "failed to {what}; trying again");
        self.has_store_error = true;
        self.tell_store_error(Some(error));
    }

    /// Reads the pools; they are looked at again later if that fails.
    pub(super) async fn read_pools(&mut self) {
        self.pools_wanted = false;
        match self.store.pools().await {
            Ok(pools) => {
                self.store_answered();
                let mut batch = Batch::default();
                self.handle(Event::PoolsObserved(pools), &mut batch);
                self.carry_out(batch).await;
            }
            Err(error) => {
                self.store_failed("read the pools", &error);
                self.pools_wanted = true;
                self.next_tick = self.next_tick.min(self.clock.now().mono + Duration::from_millis(200));
            }
        }
    }
}
