//! Personal API tokens.

use std::collections::BTreeSet;
use std::time::Duration;

use couture_store::{AccountError, ApiToken, Permission, User};

use super::authority::Authority;
use super::error::AuthError;
use super::roles::check_permission;
use super::secret::{DrawnSecret, draw_id, hashed};
use super::session::TOUCH;

/// By this a token is known from a signed one, and by programs that look for leaked secrets.
pub(super) const PREFIX: &str = "couture_pat_";

/// A token that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it permits of what its user may do; everything where `None`.
    pub scopes: Option<BTreeSet<Permission>>,
    /// For how long, in days; at most `auth.api_token_max_days`.
    pub days: u32,
}

/// For how many days a token counts whose maker did not say.
const USUAL_DAYS: u32 = 90;

impl Authority {
    /// For how many days a token counts whose maker does not say.
    pub fn usual_token_days(&self) -> u32 {
        USUAL_DAYS.min(self.settings.api_token_max_days)
    }

    /// Makes a token for `user`. The secret is told this once.
    pub async fn issue_token(&self, user: &User, wanted: NewToken) -> Result<(ApiToken, DrawnSecret), AuthError> {
        let invalid = |reason: String| AuthError::Account(AccountError::Invalid { kind: "token", reason });
        let most = self.settings.api_token_max_days;
        if wanted.days == 0 || wanted.days > most {
            return Err(invalid(format!("it must count for 1 to {most} days")));
        }
        wanted.scopes.iter().flatten().try_for_each(check_permission).map_err(invalid)?;
        let secret = DrawnSecret::draw(PREFIX);
        let now = self.now();
        let token = ApiToken {
            id: draw_id(),
            user: user.id,
            name: wanted.name,
            key: hashed(secret.reveal()),
            scopes: wanted.scopes,
            created_at: now,
            expires_at: now + Duration::from_secs(u64::from(wanted.days) * 24 * 3_600),
            last_used: None,
        };
        self.accounts.tokens.create(&token).await?;
        Ok((token, secret))
    }

    /// The token of this secret and its user, where both count; its use is noted.
    pub(super) async fn token(&self, secret: &str) -> Result<Option<(ApiToken, User)>, AuthError> {
        let now = self.now();
        let Some(token) = self.accounts.tokens.find(hashed(secret)).await? else { return Ok(None) };
        if token.expires_at <= now {
            return Ok(None);
        }
        let Some(user) = self.accounts.users.get(token.user).await?.filter(|user| user.active) else { return Ok(None) };
        if token.last_used.is_none_or(|last| now.since(last) >= TOUCH) {
            self.accounts.tokens.touch(token.id, now).await?;
        }
        Ok(Some((token, user)))
    }
}
