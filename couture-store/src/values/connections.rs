//! Connections.

use std::collections::BTreeMap;

use async_trait::async_trait;
use couture_core::ConnId;
use couture_core::store::StoreError;
use couture_core::values::{Connection, Connections, Kept, OnExisting, ValueError};

use super::keys::Sealed;
use super::sql_values::{ATTEMPTS, SqlValues, Written};
use crate::sql::{Args, Row, Script, Table};
use crate::store::limit;

pub(super) const TABLE: Table = Table {
    name: "connection",
    columns: &[
        "conn_id",
        "number",
        "conn_type",
        "description",
        "host",
        "login",
        "password",
        "conn_schema",
        "port",
        "extra",
        "is_encrypted",
    ],
    keys: 2,
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT connection.conn_id, number, conn_type, description, host, login, password, conn_schema, port, extra, \
             is_encrypted FROM connection ",
            $rest
        )
    };
}

/// A connection as it is kept.
pub(super) struct SealedConnection {
    pub(super) number: i64,
    /// Password and extra are sealed.
    pub(super) connection: Connection,
    pub(super) is_encrypted: bool,
}

impl SealedConnection {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let text = |at| Ok::<_, sqlx::Error>(row.opt_text(at)?.map(String::from));
        let port = match row.opt_int(8)? {
            Some(_) => Some(row.number(8, |port| u16::try_from(port).ok())?),
            None => None,
        };
        let connection = Connection {
            conn_id: row.parsed(0, ConnId::new)?,
            conn_type: row.text(2)?.to_owned(),
            description: text(3)?,
            host: text(4)?,
            login: text(5)?,
            password: text(6)?,
            schema: text(7)?,
            port,
            extra: text(9)?,
        };
        Ok(Self { number: row.int(1)?, connection, is_encrypted: row.int(10)? != 0 })
    }

    fn bytes(&self) -> usize {
        let Connection { conn_id: _, conn_type, description, host, login, password, schema, port: _, extra } =
            &self.connection;
        let texts = [description, host, login, password, schema, extra];
        conn_type.len() + texts.into_iter().flatten().map(String::len).sum::<usize>()
    }

    fn bind(args: &mut Args, row: &&Self) {
        let Connection { conn_id, conn_type, description, host, login, password, schema, port, extra } =
            &row.connection;
        args.text(conn_id.as_str()).int(row.number).text(conn_type);
        for text in [description, host, login, password, schema] {
            args.opt_text(text.as_deref());
        }
        args.opt_int(port.map(i64::from)).opt_text(extra.as_deref()).int(row.is_encrypted.into());
    }
}

impl SqlValues {
    pub(super) fn seal_connection(&self, number: i64, connection: &Connection) -> SealedConnection {
        let seal = |text: &Option<String>| text.as_ref().map(|text| self.keys.seal(text).text);
        let (password, extra) = (seal(&connection.password), seal(&connection.extra));
        let connection = Connection { password, extra, ..connection.clone() };
        SealedConnection { number, connection, is_encrypted: !self.keys.is_empty() }
    }

    pub(super) fn open_connection(&self, row: SealedConnection) -> Result<Connection, ValueError> {
        let SealedConnection { mut connection, is_encrypted, .. } = row;
        let (password, extra) = (connection.password.take(), connection.extra.take());
        let open = |text: Option<String>| {
            let open =
                |text| self.keys.open(Sealed { text, is_encrypted }, Kept::Connection, connection.conn_id.as_str());
            text.map(open).transpose()
        };
        let (password, extra) = (open(password)?, open(extra)?);
        Ok(Connection { password, extra, ..connection })
    }

    async fn fetch_connections(&self, sql: &'static str, args: Args) -> Result<Vec<SealedConnection>, StoreError> {
        let mut rows = Vec::new();
        let read = |row: Row| {
            rows.push(SealedConnection::read(&row)?);
            Ok(())
        };
        self.database().fetch(sql, args, read).await?;
        Ok(rows)
    }

    async fn connection_rows(&self, conn_id: &ConnId) -> Result<Vec<SealedConnection>, StoreError> {
        let mut args = self.database().args();
        args.text(conn_id.as_str());
        self.fetch_connections(select!("WHERE conn_id = ? ORDER BY number"), args).await
    }

    pub(super) async fn connection_page(
        &self,
        after: Option<&ConnId>,
        skip: usize,
        most: usize,
    ) -> Result<Vec<SealedConnection>, StoreError> {
        let mut args = self.database().args();
        // No id is empty, so that all come after the empty text.
        args.text(after.map_or("", ConnId::as_str)).int(limit(most)).int(limit(skip));
        let sql = select!(
            "JOIN (SELECT DISTINCT conn_id FROM connection WHERE conn_id > ? ORDER BY conn_id LIMIT ? OFFSET ?) AS page \
             ON page.conn_id = connection.conn_id ORDER BY connection.conn_id, number"
        );
        self.fetch_connections(sql, args).await
    }

    async fn write_connections(
        &self,
        rows: &BTreeMap<ConnId, Vec<SealedConnection>>,
        existing: OnExisting,
    ) -> Result<Option<usize>, ValueError> {
        let mut new: Vec<_> = rows.iter().collect();
        let mut script = Script::new(self.database());
        if existing == OnExisting::Overwrite {
            let ids: Vec<_> = rows.keys().collect();
            self.statements.delete_connections.add(
                &mut script,
                &ids,
                false,
                |_| 0,
                |args, conn_id| {
                    args.text(conn_id.as_str());
                },
            );
        } else {
            let ids: Vec<_> = rows.keys().map(ConnId::as_str).collect();
            let there = self.existing(&self.statements.conn_ids, &ids).await?;
            if existing == OnExisting::Skip {
                new.retain(|(conn_id, _)| !there.contains(conn_id.as_str()));
            } else if let Some((conn_id, _)) = new.iter().find(|(conn_id, _)| there.contains(conn_id.as_str())) {
                return Err(ValueError::connection_exists(conn_id));
            }
        }
        let new: Vec<_> = new.into_iter().flat_map(|(_, rows)| rows).collect();
        let batch = &self.statements.new_connections;
        batch.add(&mut script, &new, false, |row| row.bytes(), SealedConnection::bind);
        Ok(matches!(self.write(script).await?, Written::Done).then_some(new.len()))
    }

    async fn try_add(&self, connection: &Connection) -> Result<Option<()>, ValueError> {
        let rows = self.connection_rows(&connection.conn_id).await?;
        if rows.len() >= Connection::MAX_ROWS {
            return Err(ValueError::too_many_rows(&connection.conn_id));
        }
        let number = rows.last().map_or(0, |row| row.number + 1);
        let row = self.seal_connection(number, connection);
        let mut script = Script::new(self.database());
        let batch = &self.statements.new_connections;
        batch.add(&mut script, &[&row], false, |row| row.bytes(), SealedConnection::bind);
        Ok(matches!(self.write(script).await?, Written::Done).then_some(()))
    }
}

#[async_trait]
impl Connections for SqlValues {
    async fn get(&self, conn_id: &ConnId) -> Result<Vec<Connection>, ValueError> {
        let rows = self.connection_rows(conn_id).await?;
        rows.into_iter().map(|row| self.open_connection(row)).collect()
    }

    async fn set(&self, connections: &[Connection], existing: OnExisting) -> Result<usize, ValueError> {
        let seal = |rows: Vec<Connection>| -> Vec<_> {
            (0..).zip(&rows).map(|(number, row)| self.seal_connection(number, row)).collect()
        };
        let rows = Connection::by_id(connections)?.into_iter().map(|(conn_id, rows)| (conn_id, seal(rows))).collect();
        for _ in 0..ATTEMPTS {
            if let Some(written) = self.write_connections(&rows, existing).await? {
                return Ok(written);
            }
        }
        Err(self.beaten())
    }

    async fn add(&self, connection: &Connection) -> Result<(), ValueError> {
        connection.check()?;
        for _ in 0..ATTEMPTS {
            if let Some(written) = self.try_add(connection).await? {
                return Ok(written);
            }
        }
        Err(self.beaten())
    }

    async fn delete(&self, conn_id: &ConnId) -> Result<usize, ValueError> {
        let mut args = self.database().args();
        args.text(conn_id.as_str());
        let deleted = self.database().execute("DELETE FROM connection WHERE conn_id = ?", args).await?;
        Ok(usize::try_from(deleted).unwrap_or(usize::MAX))
    }

    async fn list(
        &self,
        after: Option<&ConnId>,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<(ConnId, Result<Connection, ValueError>)>, ValueError> {
        let rows = self.connection_page(after, skip, limit).await?;
        Ok(rows.into_iter().map(|row| (row.connection.conn_id.clone(), self.open_connection(row))).collect())
    }

    async fn count(&self) -> Result<usize, ValueError> {
        self.count_of("SELECT COUNT(DISTINCT conn_id) FROM connection").await
    }
}
