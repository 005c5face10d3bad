use serde::{Deserialize, Serialize};

use super::{Alert, ColumnProfile, Interaction, Pair, Stripes};
use crate::estimate::Estimate;
use crate::limits::Limits;

/// What is said about a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// What was read; never holds a password.
    pub sources: Vec<String>,
    /// What is known of the format: names and values.
    pub notes: Vec<(String, String)>,
    /// Rows.
    pub rows: u64,
    /// Bytes as they are stored.
    pub bytes: u64,
    /// Bytes of all cells as text.
    pub cell_bytes: u64,
    /// Rows that are there before.
    pub duplicates: Estimate,
    /// The columns.
    pub columns: Vec<ColumnProfile>,
    /// Rows that pairs, pictures, words and scripts come from: drawn at random, or all.
    pub sampled_rows: u64,
    /// The pairs of columns that hang together the most, by measure; at most 500 of each.
    pub pairs: Vec<Pair>,
    /// How far, at most, a correlation of numbers is from that of all rows, for columns that vary normally.
    pub pair_error: f64,
    /// Where values are missing.
    pub missing: Stripes,
    /// How the columns that hang together the most lie to each other.
    pub interactions: Vec<Interaction>,
    /// Some of the rows.
    pub head: Vec<Vec<String>>,
    /// What to look at.
    pub alerts: Vec<Alert>,
    /// What was wrong with the source.
    pub notices: Vec<NoticeLine>,
    /// What bounded the memory.
    pub limits: Limits,
}

/// Something that was wrong with the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeLine {
    /// How often.
    pub count: u64,
    /// What, as a phrase after the count.
    pub text: String,
    /// Where, for the first.
    pub examples: Vec<String>,
}
