//! Pools.

use couture_core::PoolName;
use couture_core::store::{Pool, StoreError};

use super::SqlStore;

impl SqlStore {
    pub(super) async fn pool_list(&self) -> Result<Vec<Pool>, StoreError> {
        let mut pools = Vec::new();
        self.database()
            .fetch("SELECT name, slots, used FROM pool ORDER BY name", self.database().args(), |row| {
                pools.push(Pool {
                    name: row.parsed(0, PoolName::new)?,
                    slots: row.number(1, |slots| u32::try_from(slots).ok())?,
                    used: row.int(2)?,
                });
                Ok(())
            })
            .await?;
        Ok(pools)
    }

    pub(super) async fn put_pool(&self, name: &PoolName, slots: u32) -> Result<(), StoreError> {
        let database = self.database();
        let mut args = database.args();
        args.text(name.as_str()).int(slots.into());
        database.execute(database.dialect().set_pool(), args).await.map(drop)
    }
}
