//! How an attempt ended, as its executor reports it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decision::Decision;
use super::deferral::Deferral;
use crate::ids::AssetName;

/// A value that an attempt gave to later tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct XCom {
    /// `return_value` for an operator's output.
    pub key: Box<str>,
    /// The value.
    pub value: XComValue,
}

impl XCom {
    /// The key of an operator's output, as in Airflow.
    pub const RETURN_VALUE: &'static str = "return_value";
}

/// Where an XCom's value is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum XComValue {
    /// Here, as JSON text of at most [`XComValue::MAX_INLINE_BYTES`].
    Json(Box<str>),
    /// In the artifact under this key, as JSON text.
    Artifact(Box<str>),
}

impl XComValue {
    /// The longest JSON text kept in a row; a longer one becomes an artifact.
    pub const MAX_INLINE_BYTES: usize = 48 * 1024;
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The operator succeeded.
    Succeeded {
        /// What it gave to later tasks.
        xcoms: Vec<XCom>,
        /// How many elements its output has, where that is a list or an object.
        #[serde(default)]
        length: Option<u32>,
        /// What it decided about the tasks after it.
        #[serde(default)]
        decision: Option<Decision>,
        /// Facts about how it changed the assets that are its outlets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        asset_extras: Vec<(AssetName, Value)>,
    },
    /// The operator has nothing to do for a while.
    Deferred(Deferral),
    /// The operator failed.
    Failed {
        /// Why, in words; at most [`Outcome::MAX_ERROR_BYTES`].
        error: Box<str>,
        /// Whether retries may be used.
        retryable: bool,
    },
    /// The operator asked to be skipped.
    Skipped {
        /// Why, in words.
        reason: Box<str>,
    },
    /// It ended because it was told to.
    Killed,
    /// It was lost with its worker.
    Lost {
        /// What is known of it.
        reason: Box<str>,
    },
}

impl Outcome {
    /// How it ended, in one word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Succeeded { .. } => "succeeded",
            Self::Deferred(_) => "deferred",
            Self::Failed { .. } => "failed",
            Self::Skipped { .. } => "skipped",
            Self::Killed => "killed",
            Self::Lost { .. } => "lost",
        }
    }

    /// Success with these values and nothing else.
    pub fn succeeded(xcoms: Vec<XCom>) -> Self {
        Self::Succeeded { xcoms, length: None, decision: None, asset_extras: Vec::new() }
    }

    /// The longest error text kept; longer ones are cut.
    pub const MAX_ERROR_BYTES: usize = 8 * 1024;

    /// `text`, cut at a character's edge to [`Outcome::MAX_ERROR_BYTES`].
    pub fn bounded(text: impl Into<String>) -> Box<str> {
        let mut text = text.into();
        if text.len() > Self::MAX_ERROR_BYTES {
            let end = (0..=Self::MAX_ERROR_BYTES - 3).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(end);
            text.push('…');
        }
        text.into()
    }
}
