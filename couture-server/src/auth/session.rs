//! Sessions of browsers.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use couture_core::Timestamp;
use couture_store::{Session, User};

use super::authority::Authority;
use super::error::AuthError;
use super::principal::{Principal, Via};
use super::secret::{DrawnSecret, derived, hashed, is_same};

/// A session that was just opened.
#[derive(Clone, Debug)]
pub struct OpenedSession {
    /// The value of the header `Set-Cookie`.
    pub cookie: HeaderValue,
    /// What the page must send in the header `x-csrf-token` with every request that changes something.
    pub csrf_token: String,
    /// What is kept of it.
    pub session: Session,
}

/// A session's use is noted no more often than this.
pub(super) const TOUCH: Duration = Duration::from_secs(60);

impl Authority {
    /// Opens a session for somebody who just proved who they are. Its id is new in any case: one that came with the request, which
    /// somebody else may have planted, ends.
    pub async fn open_session(
        &self,
        user: &User,
        source: IpAddr,
        agent: &str,
        previous: Option<&str>,
    ) -> Result<OpenedSession, AuthError> {
        if let Some(previous) = previous {
            self.accounts.sessions.delete(hashed(previous)).await?;
        }
        let id = DrawnSecret::draw("");
        let now = self.now();
        let agent: String = agent.chars().filter(|c| !c.is_control()).collect();
        let session = Session {
            key: hashed(id.reveal()),
            user: user.id,
            epoch: user.epoch,
            created_at: now,
            last_seen: now,
            expires_at: self.expiry(now, now),
            address: source.to_string(),
            agent: agent[..agent.floor_char_boundary(Session::MAX_TEXT_BYTES)].to_owned(),
        };
        self.accounts.sessions.create(&session).await?;
        let max_age = Duration::from_secs(u64::from(self.settings.session_max_h) * 3_600);
        let cookie = self.cookies.set_session(&id, max_age);
        Ok(OpenedSession { cookie, csrf_token: csrf_token(id.reveal()), session })
    }

    /// The session of this id and its user, where both still count; its use is noted.
    pub(super) async fn session(&self, id: &str) -> Result<Option<(Session, User)>, AuthError> {
        let now = self.now();
        let Some(session) = self.accounts.sessions.get(hashed(id)).await? else { return Ok(None) };
        if session.expires_at <= now {
            return Ok(None);
        }
        let Some(user) = self.accounts.users.get(session.user).await? else { return Ok(None) };
        if !user.active || user.epoch != session.epoch {
            return Ok(None);
        }
        if now.since(session.last_seen) >= TOUCH {
            self.accounts.sessions.touch(session.key, now, self.expiry(session.created_at, now)).await?;
        }
        Ok(Some((session, user)))
    }

    /// The sessions of a user that still count, the newest first.
    pub async fn live_sessions(&self, user: &User) -> Result<Vec<Session>, AuthError> {
        let now = self.now();
        let mut sessions = self.accounts.sessions.list(user.id).await?;
        sessions.retain(|session| session.expires_at > now && session.epoch == user.epoch);
        Ok(sessions)
    }

    /// The session's id in a request, if there is one. It may not count any more.
    pub fn session_id<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        self.cookies.session(headers)
    }

    /// What the page of the request's session must send with changes; none where the sender has no session.
    pub fn csrf_token(&self, principal: &Principal, headers: &HeaderMap) -> Option<String> {
        match principal.via {
            Via::Session(_) => self.session_id(headers).map(csrf_token),
            _ => None,
        }
    }

    /// Ends the session of this id, and tells what makes the browser forget it.
    pub async fn close_session(&self, id: &str) -> Result<HeaderValue, AuthError> {
        self.accounts.sessions.delete(hashed(id)).await?;
        Ok(self.cookies.clear_session())
    }

    fn expiry(&self, created_at: Timestamp, now: Timestamp) -> Timestamp {
        let idle = Duration::from_secs(u64::from(self.settings.session_idle_min) * 60);
        let most = Duration::from_secs(u64::from(self.settings.session_max_h) * 3_600);
        (now + idle).min(created_at + most)
    }
}

/// What the page of the session of this id must send: it follows from the id, which scripts of other pages cannot read.
pub(super) fn csrf_token(id: &str) -> String {
    derived("couture csrf", id)
}

/// Whether `sent` is the token of the session of this id.
pub(super) fn is_csrf_token(id: &str, sent: &str) -> bool {
    is_same(&csrf_token(id), sent)
}
