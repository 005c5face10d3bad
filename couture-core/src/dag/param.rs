//! What the parameters of a run must be like.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::attributes::DagAttributes;
use super::json_schema;
use super::options::is_default;
use crate::dialect::Dialect;

/// What a parameter is for, and what its values must be like. Its default is in [`DagAttributes::params`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamSpec {
    /// Unique among the parameters of its DAG.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What a value must be like: a JSON schema. What it says besides (`title`, `examples`, `section`) is for forms.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub schema: Map<String, Value>,
    /// Whether it has no default, so that each run must be given a value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: bool,
}

/// Why a run may not have its configuration: a parameter has no value, or a wrong one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("param {param:?}: {reason}")]
pub struct ParamError {
    /// The parameter.
    pub param: String,
    /// What is wrong, in one line.
    pub reason: String,
}

/// The most bytes of a reason: values may be long.
const MAX_REASON_BYTES: usize = 500;

impl DagAttributes {
    /// Whether a run may have this configuration, whose values stand before the defaults of the parameters of the same names. In dialect
    /// 1.10 a configuration changes no parameter, so that it may have any.
    ///
    /// # Errors
    /// The first parameter, in the order of the file, that has no value or whose value does not fit its schema.
    pub fn check_params(&self, conf: &Value) -> Result<(), ParamError> {
        if self.dialect == Dialect::V1_10 {
            return Ok(());
        }
        self.param_specs.iter().try_for_each(|spec| spec.check(conf.get(&spec.name), &self.params))
    }
}

impl ParamSpec {
    fn check(&self, given: Option<&Value>, defaults: &BTreeMap<String, Value>) -> Result<(), ParamError> {
        let wrong = |mut reason: String| {
            if let Some(end) = (0..=MAX_REASON_BYTES).rev().find(|at| reason.is_char_boundary(*at))
                && reason.len() > MAX_REASON_BYTES
            {
                reason.truncate(end);
                reason.push('…');
            }
            ParamError { param: self.name.clone(), reason }
        };
        let value = match given {
            Some(given) => given,
            None if self.required => {
                return Err(wrong("it has no default, and conf gives no value; give one in conf".into()));
            }
            None => defaults.get(&self.name).unwrap_or(&Value::Null),
        };
        json_schema::misfit(value, &self.schema).map_or(Ok(()), |reason| Err(wrong(reason)))
    }
}
