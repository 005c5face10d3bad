//! API tokens.

use std::collections::BTreeSet;

use async_trait::async_trait;
use couture_core::Timestamp;

use super::sql_accounts::{SqlAccounts, Written};
use crate::accounts::{AccountError, ApiToken, ApiTokens, Hashed, Permission, TokenId, UserId};
use crate::sql::{Args, Row, Script, unexpected};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT token_id, user_id, name, token_key, scopes, created_at, expires_at, last_used FROM api_token ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<ApiToken, sqlx::Error> {
    let time = |at| Ok::<_, sqlx::Error>(Timestamp::from_micros(row.int(at)?));
    let scopes: Option<BTreeSet<Permission>> = match row.opt_text(4)? {
        Some(json) => Some(serde_json::from_str(json).map_err(|error| unexpected(4, error))?),
        None => None,
    };
    Ok(ApiToken {
        id: row.number(0, UserId::of)?,
        user: row.number(1, UserId::of)?,
        name: row.text(2)?.to_owned(),
        key: row.parsed(3, Hashed::from_hex)?,
        scopes,
        created_at: time(5)?,
        expires_at: time(6)?,
        last_used: row.opt_int(7)?.map(Timestamp::from_micros),
    })
}

impl SqlAccounts {
    async fn fetch_tokens(&self, sql: &'static str, args: Args) -> Result<Vec<ApiToken>, AccountError> {
        let mut tokens = Vec::new();
        let read = |row: Row| {
            tokens.push(read(&row)?);
            Ok(())
        };
        self.database().fetch(sql, args, read).await?;
        Ok(tokens)
    }
}

#[async_trait]
impl ApiTokens for SqlAccounts {
    async fn create(&self, token: &ApiToken) -> Result<(), AccountError> {
        token.check()?;
        if ApiTokens::list(self, token.user).await?.len() >= ApiToken::MAX_OF_USER {
            return Err(ApiToken::too_many());
        }
        let ApiToken { id, user, name, key, scopes, created_at, expires_at, last_used } = token;
        let scopes = scopes.as_ref().map(|scopes| serde_json::to_string(scopes).unwrap_or_default());
        let mut script = Script::new(self.database());
        let sql = "INSERT INTO api_token (token_id, user_id, name, token_key, scopes, created_at, expires_at, last_used) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let args = self.step(&mut script, sql).int(id.get()).int(user.get()).text(name).text(&key.to_hex());
        args.opt_text(scopes.as_deref()).int(created_at.as_micros()).int(expires_at.as_micros());
        args.opt_int(last_used.map(Timestamp::as_micros));
        match self.write(script).await? {
            Written::Done => Ok(()),
            Written::Exists => Err(AccountError::exists("token", name)),
            Written::Beaten => Err(self.beaten()),
        }
    }

    async fn find(&self, key: Hashed) -> Result<Option<ApiToken>, AccountError> {
        let mut args = self.args();
        args.text(&key.to_hex());
        Ok(self.fetch_tokens(select!("WHERE token_key = ?"), args).await?.pop())
    }

    async fn list(&self, user: UserId) -> Result<Vec<ApiToken>, AccountError> {
        let mut args = self.args();
        args.int(user.get());
        self.fetch_tokens(select!("WHERE user_id = ? ORDER BY name"), args).await
    }

    async fn touch(&self, id: TokenId, at: Timestamp) -> Result<(), AccountError> {
        let mut args = self.args();
        args.int(at.as_micros()).int(id.get());
        self.execute("UPDATE api_token SET last_used = ? WHERE token_id = ?", args).await.map(drop)
    }

    async fn delete(&self, user: UserId, id: TokenId) -> Result<bool, AccountError> {
        let mut args = self.args();
        args.int(id.get()).int(user.get());
        Ok(self.execute("DELETE FROM api_token WHERE token_id = ? AND user_id = ?", args).await? > 0)
    }

    async fn delete_all(&self, user: UserId) -> Result<usize, AccountError> {
        let mut args = self.args();
        args.int(user.get());
        self.execute("DELETE FROM api_token WHERE user_id = ?", args).await
    }
}
