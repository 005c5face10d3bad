//! The runs of all DAGs, newest first.
//!
//! The store gives them by key, which is shard by shard. So the newest of each shard are read, and merged.

use std::collections::VecDeque;

use couture_core::store::{RunRecord, StoreError};
use couture_core::{RunKey, StoreReader};

use super::page_of::PageOf;

/// The runs of one shard that were read and not taken yet.
struct Head {
    runs: VecDeque<RunRecord>,
    /// Where to read on; nothing after the shard's last run.
    rest: Option<RunKey>,
}

impl Head {
    /// The runs at the beginning of `page` that are of one shard. `wanted` is how many were asked for.
    fn of(page: Vec<RunRecord>, wanted: usize) -> Option<Self> {
        let shard = page.first()?.key.shard();
        let rest = page.last().filter(|last| page.len() >= wanted && last.key.shard() == shard).map(|last| last.key);
        Some(Self { runs: page.into_iter().take_while(|run| run.key.shard() == shard).collect(), rest })
    }
}

/// At most `limit` runs of all DAGs after the `skip` newest ones, newest first.
pub(crate) async fn recent_runs(
    reader: &dyn StoreReader,
    skip: usize,
    limit: usize,
) -> Result<Vec<RunRecord>, StoreError> {
    let wanted = skip.saturating_add(limit).min(PageOf::MAX_LIMIT);
    let mut heads = Vec::new();
    let mut before = None;
    while let Some(head) = Head::of(reader.runs(None, before, wanted).await?, wanted) {
        before = head.runs.front().map(|run| RunKey::new(run.key.shard(), 0));
        heads.push(head);
    }
    let mut found = Vec::new();
    for at in 0..skip.saturating_add(limit) {
        let newest = heads.iter_mut().max_by_key(|head| head.runs.front().map(|run| (run.queued_at, run.key)));
        let Some((head, run)) = newest.and_then(|head| head.runs.pop_front().map(|run| (head, run))) else { break };
        if head.runs.is_empty()
            && let Some(rest) = head.rest.take()
        {
            // What comes first may be another shard's by now, which has a head already.
            let next = Head::of(reader.runs(None, Some(rest), wanted).await?, wanted);
            if let Some(next) = next.filter(|next| next.runs[0].key.shard() == run.key.shard()) {
                *head = next;
            }
        }
        if at >= skip {
            found.push(run);
        }
    }
    Ok(found)
}
