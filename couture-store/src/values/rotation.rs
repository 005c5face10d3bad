//! New keys for old.

use couture_core::values::{Kept, ValueError};

use super::sql_values::SqlValues;

/// What a rotation did.
#[derive(Debug, Default)]
pub struct Rotation {
    /// How many variables were encrypted again.
    pub variables: usize,
    /// How many connections were encrypted again.
    pub connections: usize,
    /// What none of the keys decrypts, and so stays as it is.
    pub left: Vec<ValueError>,
}

/// How many are held in memory at a time: each may have megabytes.
const PAGE: usize = 16;

impl SqlValues {
    /// Encrypts everything with the first key, also what was kept in clear text. Once it returned with nothing left, the other keys may
    /// go. What others change meanwhile is left to them, as they encrypt with the first key of their own.
    ///
    /// Without a key, everything encrypted is left.
    pub async fn rotate(&self) -> Result<Rotation, ValueError> {
        let mut done = Rotation::default();
        self.rotate_variables(&mut done).await?;
        self.rotate_connections(&mut done).await?;
        if done.left.is_empty() {
            self.renew_mark().await?;
        }
        Ok(done)
    }

    async fn rotate_variables(&self, done: &mut Rotation) -> Result<(), ValueError> {
        let mut after = None;
        loop {
            let page = self.variable_page(after.as_ref(), 0, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key.clone());
            for row in page {
                let (key, old) = (row.key.clone(), row.value.text.clone());
                let variable = match self.open_variable(row) {
                    Ok(variable) => variable,
                    Err(error) => {
                        done.left.push(error);
                        continue;
                    }
                };
                let new = self.keys.seal(&variable.value);
                let mut args = self.database().args();
                args.text(&new.text).int(new.is_encrypted.into()).text(key.as_str()).text(&old);
                let sql = "UPDATE variable SET value = ?, is_encrypted = ? WHERE variable_key = ? AND value = ?";
                done.variables += self.database().execute(sql, args).await? as usize;
            }
        }
    }

    async fn rotate_connections(&self, done: &mut Rotation) -> Result<(), ValueError> {
        let mut after = None;
        loop {
            let page = self.connection_page(after.as_ref(), 0, 1).await?;
            let Some(last) = page.last() else { return Ok(()) };
            let conn_id = last.connection.conn_id.clone();
            for row in page {
                let (number, old) = (row.number, row.connection.clone());
                let connection = match self.open_connection(row) {
                    Ok(connection) => connection,
                    Err(_) => {
                        let name = format!("{conn_id} (number {})", number + 1);
                        done.left.push(ValueError::Undecryptable { kind: Kept::Connection, name });
                        continue;
                    }
                };
                let new = self.seal_connection(number, &connection);
                let mut args = self.database().args();
                args.opt_text(new.connection.password.as_deref()).opt_text(new.connection.extra.as_deref());
                args.int(new.is_encrypted.into()).text(conn_id.as_str()).int(number);
                args.text(old.password.as_deref().unwrap_or_default()).text(old.extra.as_deref().unwrap_or_default());
                let sql = "UPDATE connection SET password = ?, extra = ?, is_encrypted = ? WHERE conn_id = ? AND number = ? \
                           AND COALESCE(password, '') = ? AND COALESCE(extra, '') = ?";
                done.connections += self.database().execute(sql, args).await? as usize;
            }
            after = Some(conn_id);
        }
    }
}
