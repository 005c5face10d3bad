//! What failed attempts have raised, for the callbacks that are told of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use couture_core::{AttemptToken, ProcessEnd, TaskContext};
use serde_json::Value;

/// How many are kept, the last ones, and how long each may be as JSON.
const MAX: usize = 256;
const MAX_BYTES: usize = 256 << 10;

/// Exceptions as their processes have described them, by try. They are kept in memory: callbacks come at once, and one after a restart is
/// told the text of the error alone.
#[derive(Debug, Default)]
pub(super) struct RaisedExceptions(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_try: BTreeMap<AttemptToken, Value>,
    order: VecDeque<AttemptToken>,
}

impl RaisedExceptions {
    /// Keeps what the attempt that ended so has raised, where somebody may ask for it.
    pub(super) fn keep(&self, end: &ProcessEnd, cx: &TaskContext) {
        let options = &cx.task().options;
        let is_asked_for = !options.on_failure_callback.is_empty() || !options.on_retry_callback.is_empty();
        let raised = end.said.as_ref().and_then(|said| said.get("exception"));
        if let Some(raised) = raised.filter(|raised| is_asked_for && raised.to_string().len() <= MAX_BYTES) {
            self.insert(cx.token(), raised.clone());
        }
    }

    fn insert(&self, token: AttemptToken, raised: Value) {
        let token = of_try(token);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.by_try.insert(token, raised).is_none() {
            kept.order.push_back(token);
        }
        while kept.order.len() > MAX {
            let oldest = kept.order.pop_front();
            oldest.and_then(|oldest| kept.by_try.remove(&oldest));
        }
    }

    /// What the try of this attempt has raised.
    pub(super) fn of(&self, token: AttemptToken) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_try.get(&of_try(token)).cloned()
    }
}

/// Callbacks are launches of their own of the same try.
fn of_try(token: AttemptToken) -> AttemptToken {
    AttemptToken { launch: 0, ..token }
}

#[cfg(test)]
mod tests {
    use couture_core::{MapIndex, RunKey, ShardId, TaskIndex};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_ones_are_kept_by_try() {
        let token = |try_number: u32, launch: u32| AttemptToken {
            run: RunKey::new(ShardId(0), 1),
            task: TaskIndex(0),
            map_index: MapIndex::NONE,
            try_number,
            launch,
        };
        let raised = RaisedExceptions::default();
        for number in 1..=MAX as u32 + 1 {
            raised.insert(token(number, 1), json!(number));
        }
        raised.insert(token(2, 2), json!("again"));
        assert_eq!(raised.of(token(1, 9)), None);
        assert_eq!(raised.of(token(2, 9)), Some(json!("again")));
        assert_eq!(raised.of(token(MAX as u32 + 1, 1 << 31)), Some(json!(MAX + 1)));
    }
}
