//! What decides who somebody is.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use couture_core::{Clock, Timestamp};
use couture_store::{AuditEntry, AuditWriter};

use super::accounts::Accounts;
use super::cookie::CookieStyle;
use super::error::AuthError;
use super::jwt::Jwts;
use super::ldap::Directory;
use super::local_token::LocalToken;
use super::password::Passwords;
use super::password_policy::PasswordPolicy;
use super::source::TrustedProxies;
use super::throttle::{Throttle, ThrottleLimits};
use crate::settings::{AuthSettings, Settings};

/// What decides who somebody is, and lets people in. One for a server, shared.
pub struct Authority {
    pub(super) accounts: Accounts,
    pub(super) audit: AuditWriter,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) passwords: Passwords,
    pub(super) policy: PasswordPolicy,
    pub(super) jwts: Jwts,
    pub(super) directory: Option<Directory>,
    pub(super) cookies: CookieStyle,
    pub(super) proxies: TrustedProxies,
    pub(super) settings: AuthSettings,
    pub(super) local: Option<LocalToken>,
    throttle: Mutex<Throttle>,
}

/// What an [`Authority`] is made of.
#[derive(Debug)]
pub struct AuthorityParts {
    /// Where accounts are kept.
    pub accounts: Accounts,
    /// Where what happens is told.
    pub audit: AuditWriter,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How passwords are hashed.
    pub passwords: Passwords,
    /// The key of tokens.
    pub jwts: Jwts,
    /// How cookies are set.
    pub cookies: CookieStyle,
    /// The token of whoever may read the data folder, if there is one.
    pub local: Option<LocalToken>,
}

/// The value of `auth.auth_type` that asks a directory server.
const BY_LDAP: &str = "AUTH_LDAP";

impl Authority {
    /// By these settings. The error says which of them is wrong.
    pub fn new(parts: AuthorityParts, settings: &Settings) -> Result<Self, String> {
        let auth = &settings.auth;
        let directory = match auth.auth_type.as_str() {
            BY_LDAP => Some(Directory::new(&settings.ldap)?),
            _ => None,
        };
        if directory.as_ref().is_some_and(Directory::is_clear_text) {
            tracing::warn!(
                "passwords go to the directory server in clear text; use ldaps:// or ldap.auth_ldap_use_tls"
            );
        }
        if auth.auth_user_registration && auth.auth_user_registration_role.is_empty() {
            return Err("auth.auth_user_registration needs auth.auth_user_registration_role".into());
        }
        let proxies =
            TrustedProxies::parse(&auth.trusted_proxies).map_err(|error| format!("auth.trusted_proxies: {error}"))?;
        let lockout = Duration::from_secs(auth.lockout_s.into());
        let throttle = Throttle::new(ThrottleLimits { max_failures: auth.max_failed_logins, lockout });
        let AuthorityParts { accounts, audit, clock, passwords, jwts, cookies, local } = parts;
        Ok(Self {
            accounts,
            audit,
            clock,
            passwords,
            policy: PasswordPolicy { min_chars: auth.password_min_length as usize },
            jwts,
            directory,
            cookies,
            proxies,
            settings: auth.clone(),
            local,
            throttle: Mutex::new(throttle),
        })
    }

    /// Where accounts are kept.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// How passwords are hashed.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Which passwords are good enough.
    pub fn policy(&self) -> &PasswordPolicy {
        &self.policy
    }

    /// Proxies whose word is taken.
    pub fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    /// Adds a row to the audit log.
    pub async fn record(&self, entry: AuditEntry) -> Result<(), AuthError> {
        Ok(self.audit.record(entry).await?)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    pub(super) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a row of a login or what goes with it.
    pub(crate) async fn record_of(&self, event: &str, username: Option<&str>, source: IpAddr) -> Result<(), AuthError> {
        let text = username.map(String::from);
        let entry = AuditEntry {
            user: text.clone(),
            owner: text,
            source_ip: Some(source.to_string()),
            ..AuditEntry::new(event)
        };
        self.record(entry).await
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}
