//! Pools as people manage them.

use async_trait::async_trait;

use super::MemoryStore;
use super::contents::Contents;
use crate::ids::PoolName;
use crate::values::{PoolError, PoolSettings, Pools};

impl Contents {
    fn describe(&mut self, name: &PoolName, description: Option<&str>) {
        match description {
            Some(text) => self.pool_descriptions.insert(name.clone(), text.to_owned()),
            None => self.pool_descriptions.remove(name),
        };
    }
}

#[async_trait]
impl Pools for MemoryStore {
    async fn list(&self) -> Result<Vec<PoolSettings>, PoolError> {
        let contents = self.contents();
        let settings = contents.pools.values().map(|pool| PoolSettings {
            name: pool.name.clone(),
            slots: pool.slots,
            used: pool.used,
            description: contents.pool_descriptions.get(&pool.name).cloned(),
        });
        Ok(settings.collect())
    }

    async fn create(&self, name: &PoolName, slots: i64, description: Option<&str>) -> Result<(), PoolError> {
        let slots = PoolSettings::check(slots, description)?;
        let mut contents = self.contents();
        if contents.pools.contains_key(name) {
            return Err(PoolError::Exists(name.clone()));
        }
        contents.set_pool(name, slots);
        contents.describe(name, description);
        Ok(())
    }

    async fn set(&self, name: &PoolName, slots: i64, description: Option<&str>) -> Result<(), PoolError> {
        let slots = PoolSettings::check(slots, description)?;
        let mut contents = self.contents();
        if !contents.pools.contains_key(name) {
            return Err(PoolError::Missing(name.clone()));
        }
        contents.set_pool(name, slots);
        contents.describe(name, description);
        Ok(())
    }

    async fn delete(&self, name: &PoolName) -> Result<(), PoolError> {
        if name.as_str() == PoolName::DEFAULT {
            return Err(PoolError::Default(name.clone()));
        }
        let mut contents = self.contents();
        match contents.pools.get(name) {
            None => return Err(PoolError::Missing(name.clone())),
            Some(pool) if pool.used != 0 => return Err(PoolError::InUse { name: name.clone(), used: pool.used }),
            Some(_) => {}
        }
        contents.pools.remove(name);
        contents.describe(name, None);
        Ok(())
    }
}
