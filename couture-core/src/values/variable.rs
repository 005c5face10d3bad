//! Variables, and where they are kept.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::MAX_VALUE_BYTES;
use super::error::{Kept, ValueError};
use super::secret_name::{is_secret_name, secrets_in};
use crate::ids::VariableKey;

/// A value under a key, for all DAGs. `Debug` does not show the value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its key.
    pub key: VariableKey,
    /// Any text, often JSON. At most [`MAX_VALUE_BYTES`] bytes, none of them NUL.
    pub value: String,
    /// For people; under the same bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Variable {
    /// A variable without description.
    pub fn new(key: VariableKey, value: impl Into<String>) -> Self {
        Self { key, value: value.into(), description: None }
    }

    /// Whether it can be kept. Every implementation of [`Variables`] asks this first.
    pub fn check(&self) -> Result<(), ValueError> {
        let texts = [("the value", Some(&self.value)), ("the description", self.description.as_ref())];
        check_texts(Kept::Variable, self.key.as_str(), texts)
    }

    /// What must be masked where the variable was used: the value, if the key is a secret's; else what stands under such names in
    /// a value that is JSON.
    pub fn secrets(&self) -> Vec<String> {
        secrets_of(self.key.as_str(), &self.value)
    }
}

/// [`Variable::secrets`] of a variable that is not kept.
pub(super) fn secrets_of(key: &str, value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_secret = is_secret_name(key);
    if is_secret {
        found.push(value.to_owned());
    }
    if value.trim_start().starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str(value)
    {
        secrets_in(&json, is_secret, &mut found);
    }
    found
}

/// Whether these texts can be kept.
pub(super) fn check_texts<'t>(
    kind: Kept,
    name: &str,
    texts: impl IntoIterator<Item = (&'static str, Option<&'t String>)>,
) -> Result<(), ValueError> {
    let invalid = |reason| Err(ValueError::Invalid { kind, name: name.to_owned(), reason });
    for (what, text) in texts {
        let Some(text) = text else { continue };
        if text.len() > MAX_VALUE_BYTES {
            let bytes = text.len();
            return invalid(format!(
                "{what} has {bytes} bytes; at most {MAX_VALUE_BYTES} are allowed: keep it in a file"
            ));
        }
        if text.contains('\0') {
            return invalid(format!("{what} holds the character NUL; encode it, as base64 does"));
        }
    }
    Ok(())
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variable").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What happens to what is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExisting {
    /// Everything is refused, and nothing is changed.
    Fail,
    /// It is replaced.
    Overwrite,
    /// It stays as it is.
    Skip,
}

/// Where variables are kept. Every implementation passes the conformance suite.
#[async_trait]
pub trait Variables: fmt::Debug + Send + Sync {
    /// One variable.
    async fn get(&self, key: &VariableKey) -> Result<Option<Variable>, ValueError>;

    /// Keeps all of `variables` or nothing, durable when it returns; tells how many were written. Of equal keys the last counts.
    async fn set(&self, variables: &[Variable], existing: OnExisting) -> Result<usize, ValueError>;

    /// Forgets a variable, and tells whether there was one.
    async fn delete(&self, key: &VariableKey) -> Result<bool, ValueError>;

    /// At most `limit` variables by key, ascending, that come after `after`, the first `skip` of them left out. One that cannot be
    /// decrypted comes as its error.
    async fn list(
        &self,
        after: Option<&VariableKey>,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<(VariableKey, Result<Variable, ValueError>)>, ValueError>;

    /// How many there are.
    async fn count(&self) -> Result<usize, ValueError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_names() {
        let check = |key: &str, value: &str, expected: &[&str]| {
            let variable = Variable::new(VariableKey::new(key).unwrap(), value);
            assert_eq!(variable.secrets(), expected, "{key}");
            assert!(!format!("{variable:?}").contains(value), "{variable:?}");
        };
        check("region", "eu-west", &[]);
        check("api_key", "abcd", &["abcd"]);
        check("db", r#"{"host": "h", "password": "pw", "more": [{"token": 12345}]}"#, &["12345", "pw"]);
        check("my_secret", r#"["one"]"#, &[r#"["one"]"#, "one"]);
    }

    #[test]
    fn what_cannot_be_kept_is_told() {
        let check = |value: String, words: &str| {
            let error = Variable::new(VariableKey::new("k").unwrap(), value).check().unwrap_err().to_string();
            assert!(error.starts_with("variable \"k\" cannot be kept") && error.contains(words), "{error}");
        };
        check("x".repeat(MAX_VALUE_BYTES + 1), "has 1048577 bytes");
        check("a\0b".into(), "NUL");
        Variable::new(VariableKey::new("k").unwrap(), "x".repeat(MAX_VALUE_BYTES)).check().unwrap();
    }
}
