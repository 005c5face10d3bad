//! The one connection that writes.

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult};
use sqlx::{Connection, Error, Executor, SqlStr};

use crate::sql::args::Args;
use crate::sql::script::{RunError, Script};

/// The connection, and whether a transaction may be left open on it: by a caller that was dropped while it waited.
pub(in crate::sql) struct Writer {
    connection: Option<SqliteConnection>,
    in_doubt: bool,
}

impl Writer {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        Self { connection: Some(connection), in_doubt: false }
    }

    /// The connection, without an open transaction.
    pub(in crate::sql) async fn ready(&mut self) -> Result<&mut SqliteConnection, Error> {
        let connection = self.connection.as_mut().ok_or(Error::PoolClosed)?;
        if self.in_doubt {
            roll_back(connection).await;
            self.in_doubt = false;
        }
        Ok(connection)
    }

    /// Runs one statement that is its own transaction.
    pub(in crate::sql) async fn execute(
        &mut self,
        sql: SqlStr,
        args: SqliteArguments,
    ) -> Result<SqliteQueryResult, Error> {
        sqlx::query_with(sql, args).execute(self.ready().await?).await
    }

    /// Applies all of `script` or nothing.
    pub(super) async fn run(&mut self, mut script: Script) -> Result<(), RunError> {
        script.finish();
        self.ready().await?;
        let Some(connection) = self.connection.as_mut() else { return Err(Error::PoolClosed.into()) };
        self.in_doubt = true;
        for group in &mut script.groups {
            let sql = group.sql();
            let Args::Sqlite(args) = std::mem::replace(&mut group.args, Args::Sqlite(SqliteArguments::default()))
            else {
                unreachable!("a script is made for its own database");
            };
            if let Err(error) = sqlx::query_with(sql, args).execute(&mut *connection).await {
                roll_back(connection).await;
                self.in_doubt = false;
                return Err(error.into());
            }
        }
        self.in_doubt = false;
        Ok(())
    }

    pub(super) async fn close(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database was not closed properly; the next start repairs that");
        }
    }
}

/// Ends a transaction if one is open. SQLite may have ended it by itself, so that an error tells nothing.
async fn roll_back(connection: &mut SqliteConnection) {
    let _ = connection.execute("ROLLBACK").await;
}
