//! Pools as people manage them. Their slots are the scheduler's.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::ids::PoolName;
use crate::store::StoreError;

/// A pool as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSettings {
    /// Its name.
    pub name: PoolName,
    /// How many slots it has.
    pub slots: u32,
    /// How many slots are held now.
    pub used: i64,
    /// For people.
    pub description: Option<String>,
}

/// Why a pool is not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// There is no such pool.
    #[error("there is no pool {0:?}; couture pools list tells which there are")]
    Missing(PoolName),
    /// There is such a pool already.
    #[error("there is a pool {0:?} already; nothing was changed")]
    Exists(PoolName),
    /// The pool of all tasks that name none.
    #[error("pool {0:?} cannot be deleted: it is the pool of tasks that name none")]
    Default(PoolName),
    /// Attempts hold slots of it.
    #[error(
        "pool {name:?} cannot be deleted while {used} of its slots are held; try again when those attempts are over"
    )]
    InUse {
        /// Which pool.
        name: PoolName,
        /// How many slots are held.
        used: i64,
    },
    /// So many slots are none.
    #[error(
        "a pool has 1 to {max} slots, not {0}; for one that is never full, give it many, and to stop tasks, pause their DAGs",
        max = PoolSettings::MAX_SLOTS
    )]
    Slots(i64),
    /// The description cannot be kept.
    #[error("a pool's description has at most {max} bytes, none of them NUL", max = PoolSettings::MAX_DESCRIPTION_BYTES)]
    Description,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PoolSettings {
    /// The most slots of a pool.
    pub const MAX_SLOTS: u32 = i32::MAX as u32;
    /// The longest description.
    pub const MAX_DESCRIPTION_BYTES: usize = 10_000;

    /// `slots` as a number that a pool can have, if `description` can be kept too. Every implementation of [`Pools`] asks this first.
    pub fn check(slots: i64, description: Option<&str>) -> Result<u32, PoolError> {
        if description.is_some_and(|text| text.len() > Self::MAX_DESCRIPTION_BYTES || text.contains('\0')) {
            return Err(PoolError::Description);
        }
        match u32::try_from(slots) {
            Ok(slots) if (1..=Self::MAX_SLOTS).contains(&slots) => Ok(slots),
            _ => Err(PoolError::Slots(slots)),
        }
    }
}

/// Where pools are managed. A scheduler sees a change at its next look.
#[async_trait]
pub trait Pools: Debug + Send + Sync {
    /// All pools, by name, ascending.
    async fn list(&self) -> Result<Vec<PoolSettings>, PoolError>;

    /// Makes a pool, durable when it returns.
    async fn create(&self, name: &PoolName, slots: i64, description: Option<&str>) -> Result<(), PoolError>;

    /// Changes a pool, durable when it returns. What is held of a pool that shrinks is held on.
    async fn set(&self, name: &PoolName, slots: i64, description: Option<&str>) -> Result<(), PoolError>;

    /// Forgets a pool of which nothing is held. Tasks that name it wait until there is one of that name again.
    async fn delete(&self, name: &PoolName) -> Result<(), PoolError>;
}
