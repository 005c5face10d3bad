//! How much of the journals somebody has seen.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use couture_core::ShardId;

/// The last position seen of each shard's journal: the id of an event, as text `SHARD:SEQUENCE,…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position(BTreeMap<ShardId, u64>);

/// A text is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the id of an event")]
pub struct NoPosition;

impl Position {
    /// The most shards of a position.
    const MAX_SHARDS: usize = 4_096;

    /// What was seen of a shard; 0 where nothing was.
    pub fn of(&self, shard: ShardId) -> u64 {
        self.0.get(&shard).copied().unwrap_or(0)
    }

    /// Everything up to `sequence` of a shard was seen.
    pub fn see(&mut self, shard: ShardId, sequence: u64) {
        self.0.insert(shard, sequence);
    }

    /// The shards, with what was seen of each.
    pub fn shards(&self) -> impl Iterator<Item = (ShardId, u64)> {
        self.0.iter().map(|(shard, sequence)| (*shard, *sequence))
    }
}

impl FromIterator<(ShardId, u64)> for Position {
    fn from_iter<I: IntoIterator<Item = (ShardId, u64)>>(shards: I) -> Self {
        Self(shards.into_iter().collect())
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (shard, sequence)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{shard}:{sequence}")?;
        }
        Ok(())
    }
}

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let part = |part: &str| {
            let (shard, sequence) = part.split_once(':')?;
            Some((ShardId(shard.parse().ok()?), sequence.parse().ok()?))
        };
        if text.split(',').take(Self::MAX_SHARDS + 1).count() > Self::MAX_SHARDS {
            return Err(NoPosition);
        }
        text.split(',').map(part).collect::<Option<_>>().map(Self).ok_or(NoPosition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_texts() {
        for text in ["0:1", "0:12,1:0,7:18446744073709551615"] {
            assert_eq!(text.parse::<Position>().unwrap().to_string(), text);
        }
        for text in ["", "1", "a:b", "0:1,", "-1:1", "0:1;1:2", &"0:1,".repeat(5_000)] {
            assert!(text.parse::<Position>().is_err(), "{}", &text[..text.len().min(20)]);
        }
    }
}
