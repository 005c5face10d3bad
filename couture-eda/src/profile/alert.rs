use serde::{Deserialize, Serialize};

/// What there is to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum AlertKind {
    Empty,
    Constant,
    Unique,
    IdLike,
    HighCardinality,
    Imbalance,
    Skewed,
    Missing,
    NullTokens,
    Zeros,
    Infinite,
    Duplicates,
    HighCorrelation,
    NumberAsText,
    LeadingZeros,
    MixedTypes,
    DirtyCategory,
    Uniform,
    Leakage,
    Gap,
}

impl AlertKind {
    /// The name as shown in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Constant => "constant",
            Self::Unique => "unique",
            Self::IdLike => "id-like",
            Self::HighCardinality => "high cardinality",
            Self::Imbalance => "imbalance",
            Self::Skewed => "skewed",
            Self::Missing => "missing",
            Self::NullTokens => "null tokens",
            Self::Zeros => "zeros",
            Self::Infinite => "infinite",
            Self::Duplicates => "duplicates",
            Self::HighCorrelation => "high correlation",
            Self::NumberAsText => "number as text",
            Self::LeadingZeros => "leading zeros",
            Self::MixedTypes => "mixed types",
            Self::DirtyCategory => "dirty category",
            Self::Uniform => "uniform",
            Self::Leakage => "leakage",
            Self::Gap => "gap",
        }
    }
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its kind.
    pub kind: AlertKind,
    /// The number of the column, or nothing where it is about the table.
    pub column: Option<usize>,
    /// A sentence.
    pub text: String,
}
