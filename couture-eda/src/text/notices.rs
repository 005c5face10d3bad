use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Examples that are kept of each.
const MOST_EXAMPLES: usize = 3;

/// What can be wrong in a file, without stopping its reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Notice {
    /// A row has fewer fields than there are columns; the rest counts as missing.
    ShortRow,
    /// A row has more fields than there are columns; the rest is left out.
    LongRow,
    /// A line longer than is ever held in memory; it is left out.
    OversizedLine,
    /// A quote is never closed; the quotes of its line are read as part of the text.
    OpenQuote,
    /// A cell is not in the encoding of the file; what cannot be read is shown as `\u{fffd}`.
    InvalidText,
    /// Columns have one name; a number was added.
    RepeatedName,
    /// The file ends in the middle of its compressed data, or of a block.
    Truncated,
    /// NUL bytes.
    NulByte,
    /// A line that is not a JSON object; it is left out.
    InvalidJson,
    /// A name that is in none of the first lines of JSON; its values are left out.
    LateColumn,
    /// The source was gone, or failed, before its end.
    Interrupted,
}

impl Notice {
    /// What it means, for a report: after a count.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::ShortRow => "rows with fewer fields than columns: what is not there counts as missing",
            Self::LongRow => "rows with more fields than columns: the fields beyond were left out",
            Self::OversizedLine => "lines of more than 8 MiB, left out",
            Self::OpenQuote => "quotes that are never closed: read as part of the text",
            Self::InvalidText => "cells that are not in the file's encoding: shown with the replacement character",
            Self::RepeatedName => "columns whose name is there before: a number was added",
            Self::Truncated => "files that end too early: they are damaged, and what could be read was",
            Self::NulByte => "cells that hold NUL bytes",
            Self::InvalidJson => "lines that are not JSON objects, left out",
            Self::LateColumn => "values under a name that none of the first lines has, left out",
            Self::Interrupted => "sources that failed before their end: what came before was read",
        }
    }
}

/// What was wrong, how often, and where first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notices(BTreeMap<Notice, (u64, Vec<String>)>);

impl Notices {
    /// Counts a notice; `example` tells where, or what.
    pub fn add(&mut self, notice: Notice, example: impl FnOnce() -> String) {
        let (count, examples) = self.0.entry(notice).or_default();
        *count += 1;
        if examples.len() < MOST_EXAMPLES {
            examples.push(example());
        }
    }

    /// Takes in the notices of `other`.
    pub fn merge(&mut self, other: Self) {
        for (notice, (count, examples)) in other.0 {
            let mine = self.0.entry(notice).or_default();
            mine.0 += count;
            mine.1.extend(examples);
            mine.1.truncate(MOST_EXAMPLES);
        }
    }

    /// Each notice with its count and examples.
    pub fn iter(&self) -> impl Iterator<Item = (Notice, u64, &[String])> {
        self.0.iter().map(|(notice, (count, examples))| (*notice, *count, examples.as_slice()))
    }

    /// How often something was wrong in one way.
    #[must_use]
    pub fn count(&self, notice: Notice) -> u64 {
        self.0.get(&notice).map_or(0, |(count, _)| *count)
    }
}
