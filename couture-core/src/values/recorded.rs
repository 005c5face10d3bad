//! Values, and which secrets were looked up.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::Values;
use super::connection::Connection;
use super::error::ValueError;
use super::variable::secrets_of;

/// What one attempt looks up: others' values, with the secrets among them remembered, so that they can be masked in its log.
pub struct RecordedValues {
    values: Arc<dyn Values>,
    secrets: Mutex<BTreeSet<String>>,
}

impl RecordedValues {
    /// Looks up in `values`.
    pub fn new(values: Arc<dyn Values>) -> Self {
        Self { values, secrets: Mutex::default() }
    }

    /// The secrets among what was looked up so far.
    pub fn secrets(&self) -> Vec<String> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// `text` with every such secret shown as `***`; ones of less than four bytes are left, as they would hide half of every text.
    pub fn masked(&self, text: String) -> String {
        const MIN_BYTES: usize = 4;
        let mut secrets = self.secrets();
        // One that holds another goes first.
        secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.retain(|secret| secret.len() >= MIN_BYTES);
        secrets.iter().fold(text, |text, secret| if text.contains(secret) { text.replace(secret, "***") } else { text })
    }

    fn remember(&self, secrets: Vec<String>) {
        if !secrets.is_empty() {
            self.secrets.lock().unwrap_or_else(PoisonError::into_inner).extend(secrets);
        }
    }
}

#[async_trait]
impl Values for RecordedValues {
    async fn variable(&self, key: &str) -> Result<Option<String>, ValueError> {
        let found = self.values.variable(key).await?;
        if let Some(value) = &found {
            self.remember(secrets_of(key, value));
        }
        Ok(found)
    }

    async fn connections(&self, conn_id: &str) -> Result<Vec<Connection>, ValueError> {
        let found = self.values.connections(conn_id).await?;
        self.remember(found.iter().flat_map(Connection::secrets).collect());
        Ok(found)
    }
}

impl fmt::Debug for RecordedValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedValues").field("values", &self.values).finish_non_exhaustive()
    }
}
