//! Sessions.

use async_trait::async_trait;
use couture_core::Timestamp;

use super::sql_accounts::{SqlAccounts, Written};
use crate::accounts::{AccountError, Hashed, Session, Sessions, UserId};
use crate::sql::{Args, Row, Script};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT session_key, user_id, epoch, created_at, last_seen, expires_at, address, agent FROM login_session ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<Session, sqlx::Error> {
    let time = |at| Ok::<_, sqlx::Error>(Timestamp::from_micros(row.int(at)?));
    Ok(Session {
        key: row.parsed(0, Hashed::from_hex)?,
        user: row.number(1, UserId::of)?,
        epoch: row.int(2)?,
        created_at: time(3)?,
        last_seen: time(4)?,
        expires_at: time(5)?,
        address: row.text(6)?.to_owned(),
        agent: row.text(7)?.to_owned(),
    })
}

impl SqlAccounts {
    async fn fetch_sessions(&self, sql: &'static str, args: Args) -> Result<Vec<Session>, AccountError> {
        let mut sessions = Vec::new();
        let read = |row: Row| {
            sessions.push(read(&row)?);
            Ok(())
        };
        self.database().fetch(sql, args, read).await?;
        Ok(sessions)
    }
}

#[async_trait]
impl Sessions for SqlAccounts {
    async fn create(&self, session: &Session) -> Result<(), AccountError> {
        session.check()?;
        let mut script = Script::new(self.database());
        for old in self.list(session.user).await?.into_iter().skip(Session::MAX_OF_USER - 1) {
            self.step(&mut script, "DELETE FROM login_session WHERE session_key = ?").text(&old.key.to_hex());
        }
        let sql = "INSERT INTO login_session (session_key, user_id, epoch, created_at, last_seen, expires_at, address, agent) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let Session { key, user, epoch, created_at, last_seen, expires_at, address, agent } = session;
        let args = self.step(&mut script, sql).text(&key.to_hex()).int(user.get()).int(*epoch);
        args.int(created_at.as_micros()).int(last_seen.as_micros()).int(expires_at.as_micros());
        args.text(address).text(agent);
        match self.write(script).await? {
            Written::Done => Ok(()),
            Written::Exists => Err(AccountError::exists("session", "of this id")),
            Written::Beaten => Err(self.beaten()),
        }
    }

    async fn get(&self, key: Hashed) -> Result<Option<Session>, AccountError> {
        let mut args = self.args();
        args.text(&key.to_hex());
        Ok(self.fetch_sessions(select!("WHERE session_key = ?"), args).await?.pop())
    }

    async fn touch(&self, key: Hashed, at: Timestamp, expires_at: Timestamp) -> Result<(), AccountError> {
        let mut args = self.args();
        args.int(at.as_micros()).int(expires_at.as_micros()).text(&key.to_hex());
        let sql = "UPDATE login_session SET last_seen = ?, expires_at = ? WHERE session_key = ?";
        self.execute(sql, args).await.map(drop)
    }

    async fn delete(&self, key: Hashed) -> Result<bool, AccountError> {
        let mut args = self.args();
        args.text(&key.to_hex());
        Ok(self.execute("DELETE FROM login_session WHERE session_key = ?", args).await? > 0)
    }

    async fn list(&self, user: UserId) -> Result<Vec<Session>, AccountError> {
        let mut args = self.args();
        args.int(user.get());
        self.fetch_sessions(select!("WHERE user_id = ? ORDER BY created_at DESC, session_key"), args).await
    }

    async fn delete_all(&self, user: UserId, kept: Option<Hashed>) -> Result<usize, AccountError> {
        let mut args = self.args();
        // No key is empty, so that all differ from the empty text.
        args.int(user.get()).text(&kept.map(Hashed::to_hex).unwrap_or_default());
        self.execute("DELETE FROM login_session WHERE user_id = ? AND session_key <> ?", args).await
    }

    async fn purge(&self, now: Timestamp) -> Result<usize, AccountError> {
        let mut args = self.args();
        args.int(now.as_micros());
        self.execute("DELETE FROM login_session WHERE expires_at < ?", args).await
    }
}
