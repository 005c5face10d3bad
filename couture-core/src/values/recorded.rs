//! Values, and which secrets were looked up.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::Values;
use super::connection::Connection;
use super::error::{Kept, ValueError};
use super::secret_forms::forms;
use super::variable::secrets_of;

/// What one attempt looks up: others' values, with the secrets among them remembered, so that they can be masked in its log.
pub struct RecordedValues {
    values: Arc<dyn Values>,
    secrets: Mutex<Secrets>,
}

#[derive(Default)]
struct Secrets {
    texts: BTreeSet<String>,
    bytes: usize,
}

impl RecordedValues {
    /// Looks up in `values`.
    pub fn new(values: Arc<dyn Values>) -> Self {
        Self { values, secrets: Mutex::default() }
    }

    /// The most bytes of secrets that are remembered. What would be more is not handed out, since it could not be masked.
    pub const MAX_SECRET_BYTES: usize = 8 << 20;

    /// The secrets among what was looked up so far, in every form in which they may stand in a text.
    pub fn secrets(&self) -> Vec<String> {
        self.lock().texts.iter().cloned().collect()
    }

    /// Remembers a secret that was not looked up.
    pub fn hide(&self, secret: String) -> Result<(), ValueError> {
        self.remember(Kept::Variable, "masked by the task", vec![secret])
    }

    fn lock(&self) -> MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn remember(&self, kind: Kept, name: &str, secrets: Vec<String>) -> Result<(), ValueError> {
        let mut known = self.lock();
        for secret in secrets.into_iter().flat_map(forms) {
            if known.texts.contains(&secret) {
                continue;
            }
            if known.bytes + secret.len() > Self::MAX_SECRET_BYTES {
                return Err(ValueError::TooManySecrets { kind, name: name.to_owned() });
            }
            known.bytes += secret.len();
            known.texts.insert(secret);
        }
        Ok(())
    }
}

#[async_trait]
impl Values for RecordedValues {
    async fn variable(&self, key: &str) -> Result<Option<String>, ValueError> {
        let found = self.values.variable(key).await?;
        if let Some(value) = &found {
            self.remember(Kept::Variable, key, secrets_of(key, value))?;
        }
        Ok(found)
    }

    async fn connections(&self, conn_id: &str) -> Result<Vec<Connection>, ValueError> {
        let found = self.values.connections(conn_id).await?;
        self.remember(Kept::Connection, conn_id, found.iter().flat_map(Connection::secrets).collect())?;
        Ok(found)
    }
}

impl fmt::Debug for RecordedValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedValues").field("values", &self.values).finish_non_exhaustive()
    }
}
