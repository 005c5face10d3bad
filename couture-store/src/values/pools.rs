//! Pools as people manage them.

use std::sync::Arc;

use async_trait::async_trait;
use couture_core::PoolName;
use couture_core::store::StoreError;
use couture_core::values::{PoolError, PoolSettings, Pools};

use crate::sql::{Row, RunError, Script};
use crate::store::SqlStore;

impl SqlStore {
    fn one(&self, sql: &'static str) -> Arc<str> {
        Arc::from(self.database().dialect().placeholders(sql.into()))
    }

    fn describe(&self, script: &mut Script, name: &PoolName, description: Option<&str>) {
        script.step(&self.one("DELETE FROM pool_description WHERE name = ?"), 1).text(name.as_str());
        if let Some(description) = description {
            let sql = self.one("INSERT INTO pool_description (name, description) VALUES (?, ?)");
            script.step(&sql, 1).text(name.as_str()).text(description);
        }
    }

    /// Applies all of `script` or nothing; tells whether its guards let it.
    async fn change_pool(&self, script: Script) -> Result<bool, StoreError> {
        match self.database().run(script).await {
            Ok(()) => Ok(true),
            Err(RunError::Guard | RunError::Unique) => Ok(false),
            Err(RunError::Sql(error)) => Err(self.database().fault(error)),
        }
    }
}

#[async_trait]
impl Pools for SqlStore {
    async fn list(&self) -> Result<Vec<PoolSettings>, PoolError> {
        let mut pools = Vec::new();
        let sql = "SELECT pool.name, slots, used, description FROM pool \
                   LEFT JOIN pool_description ON pool_description.name = pool.name ORDER BY pool.name";
        let read = |row: Row| {
            pools.push(PoolSettings {
                name: row.parsed(0, PoolName::new)?,
                slots: row.number(1, |slots| u32::try_from(slots).ok())?,
                used: row.int(2)?,
                description: row.opt_text(3)?.map(String::from),
            });
            Ok(())
        };
        self.database().fetch(sql, self.database().args(), read).await?;
        Ok(pools)
    }

    async fn create(&self, name: &PoolName, slots: i64, description: Option<&str>) -> Result<(), PoolError> {
        let slots = PoolSettings::check(slots, description)?;
        let mut script = Script::new(self.database());
        let insert = self.one("INSERT INTO pool (name, slots, used) VALUES (?, ?, 0)");
        script.step(&insert, 1).text(name.as_str()).int(slots.into());
        self.describe(&mut script, name, description);
        if self.change_pool(script).await? { Ok(()) } else { Err(PoolError::Exists(name.clone())) }
    }

    async fn set(&self, name: &PoolName, slots: i64, description: Option<&str>) -> Result<(), PoolError> {
        let slots = PoolSettings::check(slots, description)?;
        let mut script = Script::new(self.database());
        let update = self.one("UPDATE pool SET slots = ? WHERE name = ?");
        script.step(&update, 1).int(slots.into()).text(name.as_str());
        script.expect(1);
        self.describe(&mut script, name, description);
        if self.change_pool(script).await? { Ok(()) } else { Err(PoolError::Missing(name.clone())) }
    }

    async fn delete(&self, name: &PoolName) -> Result<(), PoolError> {
        if name.as_str() == PoolName::DEFAULT {
            return Err(PoolError::Default(name.clone()));
        }
        let mut script = Script::new(self.database());
        let delete = self.one("DELETE FROM pool WHERE name = ? AND used = 0");
        script.step(&delete, 1).text(name.as_str());
        script.expect(1);
        self.describe(&mut script, name, None);
        if self.change_pool(script).await? {
            return Ok(());
        }
        match self.list().await?.into_iter().find(|pool| pool.name == *name) {
            Some(pool) => Err(PoolError::InUse { name: name.clone(), used: pool.used }),
            None => Err(PoolError::Missing(name.clone())),
        }
    }
}
