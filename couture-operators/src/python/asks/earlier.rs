//! Names of the context that only the installation can work out.

use serde_json::Value;

use super::Asks;
use crate::template::earlier;

impl Asks<'_> {
    /// The value of a name; null where it has none.
    pub(super) async fn name(&self, name: &str) -> Result<Value, String> {
        earlier::value(name, self.python.reader.as_deref(), self.cx).await
    }
}
