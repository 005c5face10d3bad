//! The schema: made, checked and brought up to date in place.

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Error, Row as _, SqlSafeStr, SqlStr};
use tokio::sync::MutexGuard;

use super::database::Database;
use super::sqlite::Writer;
use crate::error::ConnectError;

impl Database {
    /// Brings the schema up to date by `migrations` (the first is number 1), then runs `seed` if table `shard` is empty. Several
    /// processes may do this at a time.
    pub(crate) async fn migrate(&self, migrations: &[&str], seed: &str) -> Result<(), ConnectError> {
        let mut session = self.session().await.map_err(|error| self.fault(error))?;
        let [lock, unlock] = self.dialect().lock_schema();
        session.raw(lock).await.map_err(|error| self.fault(error))?;
        let result = self.migrate_locked(&mut session, migrations, seed).await;
        // The lock ends with the connection in any case.
        let unlocked = session.raw(unlock).await.map_err(|error| self.fault(error));
        result?;
        Ok(unlocked?)
    }

    async fn migrate_locked(
        &self,
        session: &mut Session<'_>,
        migrations: &[&str],
        seed: &str,
    ) -> Result<(), ConnectError> {
        let fault = |error| self.fault(error);
        let [tables, ours] = session.two(self.dialect().tables()).await.map_err(fault)?;
        if ours == 0 && tables > 0 {
            return Err(ConnectError::Foreign(self.location().to_string()));
        }
        if ours == 0 {
            let schema = "CREATE TABLE couture_schema (version BIGINT NOT NULL PRIMARY KEY)";
            session.transaction(schema).await.map_err(fault)?;
        }
        let version = "SELECT COUNT(*), COALESCE(MAX(version), 0) FROM couture_schema";
        let [_, found] = session.two(version).await.map_err(fault)?;
        let known = migrations.len() as i64;
        if found > known {
            return Err(ConnectError::Newer { location: self.location().to_string(), found, known });
        }
        for (number, migration) in (1..).zip(migrations) {
            if number > found {
                tracing::info!(database = %self.location(), number, "bringing the schema up to date");
                let migration = format!("{migration}\nINSERT INTO couture_schema (version) VALUES ({number});");
                session.transaction(&migration).await.map_err(fault)?;
            }
        }
        let [shards, _] = session.two("SELECT COUNT(*), 0 FROM shard").await.map_err(fault)?;
        if shards == 0 {
            session.transaction(seed).await.map_err(fault)?;
        }
        Ok(())
    }

    async fn session(&self) -> Result<Session<'_>, Error> {
        Ok(match self {
            Self::Sqlite(database) => Session::Sqlite(database.writer.lock().await),
            Self::Postgres(database) => Session::Postgres(database.pool.acquire().await?),
            Self::MySql(database) => Session::MySql(database.pool.acquire().await?),
        })
    }
}

/// One connection.
enum Session<'d> {
    Sqlite(MutexGuard<'d, Writer>),
    Postgres(PoolConnection<sqlx::Postgres>),
    MySql(PoolConnection<sqlx::MySql>),
}

fn text(sql: &str) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}

impl Session<'_> {
    /// Runs statements without arguments.
    async fn raw(&mut self, sql: &str) -> Result<(), Error> {
        let query = sqlx::raw_sql(text(sql));
        match self {
            Self::Sqlite(writer) => query.execute(writer.ready().await?).await.map(drop),
            Self::Postgres(connection) => query.execute(&mut **connection).await.map(drop),
            Self::MySql(connection) => query.execute(&mut **connection).await.map(drop),
        }
    }

    /// Runs statements together or not at all, where the database can do that for what changes a schema; else it stops at the
    /// first that fails, and each can be repeated.
    async fn transaction(&mut self, sql: &str) -> Result<(), Error> {
        let sql = sql.trim_end().trim_end_matches(';');
        let done = self.raw(&format!("BEGIN;\n{sql};\nCOMMIT")).await;
        if done.is_err() {
            // The first error is the one to tell.
            let _ = self.raw("ROLLBACK").await;
        }
        done
    }

    /// The two integers of the one row of an answer.
    async fn two(&mut self, sql: &str) -> Result<[i64; 2], Error> {
        let query = sqlx::raw_sql(text(sql));
        match self {
            Self::Sqlite(writer) => {
                let row = query.fetch_one(writer.ready().await?).await?;
                Ok([row.try_get_unchecked(0)?, row.try_get_unchecked(1)?])
            }
            Self::Postgres(connection) => {
                let row = query.fetch_one(&mut **connection).await?;
                Ok([row.try_get_unchecked(0)?, row.try_get_unchecked(1)?])
            }
            Self::MySql(connection) => {
                let row = query.fetch_one(&mut **connection).await?;
                Ok([row.try_get_unchecked(0)?, row.try_get_unchecked(1)?])
            }
        }
    }
}
