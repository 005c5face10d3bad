//! Code that is called when something has happened to a task or run.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::task::DynOperator;

/// An operator that is run when something has happened, outside of any run. Its input is a JSON object that says what: see
/// [`Notice`](crate::task::Notice). How it ends changes nothing but the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Callback(pub Arc<dyn DynOperator>);

impl PartialEq for Callback {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || serde_json::to_value(self).ok() == serde_json::to_value(other).ok()
    }
}

impl Eq for Callback {}
