//! The directory server, asked whether a password is right.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, Scope, SearchEntry, SearchOptions};
use rustls::ClientConfig;

use super::{names, tls};
use crate::settings::LdapSettings;

/// A directory server, by the settings `AUTH_LDAP_*`.
#[derive(Clone)]
pub struct Directory {
    settings: LdapSettings,
    tls: Arc<ClientConfig>,
}

/// A user as the directory server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryUser {
    /// The name to log in with, as the directory writes it.
    pub username: String,
    /// Given name, or empty, as the next two.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
}

/// Why the directory server says nothing, or no.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// There is no such user, the password is wrong, or the filters keep the user out. It is not told which.
    #[error("the directory server refuses this user")]
    Refused,
    /// It does not answer, or cannot be trusted.
    #[error("{server} does not answer: {reason}")]
    Unreachable {
        /// Its address.
        server: String,
        /// What happened.
        reason: String,
    },
    /// It answers that a setting is wrong.
    #[error("{server} refuses {what}: {reason}")]
    Misconfigured {
        /// Its address.
        server: String,
        /// Which setting.
        what: &'static str,
        /// What it says.
        reason: String,
    },
}

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Result codes of RFC 4511, appendix A.
const NO_SUCH_OBJECT: u32 = 32;
const REFUSALS: [u32; 6] = [NO_SUCH_OBJECT, 34, 48, 49, 50, 53];
/// More entries than asked for.
const SIZE_LIMIT: u32 = 4;

impl Directory {
    /// By these settings. The error says which of them is wrong.
    pub fn new(settings: &LdapSettings) -> Result<Self, String> {
        let server = &settings.auth_ldap_server;
        let is_ldaps = server.starts_with("ldaps://");
        if !is_ldaps && !server.starts_with("ldap://") {
            return Err("ldap.auth_ldap_server must be an address such as ldap://host or ldaps://host".into());
        }
        if is_ldaps && settings.auth_ldap_use_tls {
            return Err(
                "ldap.auth_ldap_use_tls is for ldap:// addresses; an ldaps:// address uses TLS from the start".into()
            );
        }
        let names_users = [&settings.auth_ldap_username_format, &settings.auth_ldap_append_domain];
        if settings.auth_ldap_search.is_empty()
            && (!settings.auth_ldap_bind_user.is_empty() || names_users.iter().all(|text| text.is_empty()))
        {
            return Err("ldap.auth_ldap_search must name where users are, such as ou=users,dc=example,dc=com".into());
        }
        let format = &settings.auth_ldap_username_format;
        if !format.is_empty() && !format.contains("%s") {
            return Err("ldap.auth_ldap_username_format must hold %s for the name".into());
        }
        if settings.auth_ldap_uid_field.is_empty() {
            return Err("ldap.auth_ldap_uid_field must name the field of the username, such as uid".into());
        }
        Ok(Self { settings: settings.clone(), tls: tls::config(settings)? })
    }

    /// Whether passwords go over the network for everybody to read.
    pub fn is_clear_text(&self) -> bool {
        self.settings.auth_ldap_server.starts_with("ldap://") && !self.settings.auth_ldap_use_tls
    }

    /// The user of this name, if the password is right and no filter keeps the user out.
    pub async fn authenticate(&self, username: &str, password: &str) -> Result<DirectoryUser, DirectoryError> {
        // Without a password a bind succeeds, as nobody (RFC 4513, 5.1.2).
        if username.is_empty() || password.is_empty() || username.contains('\0') || password.contains('\0') {
            return Err(DirectoryError::Refused);
        }
        let mut ldap = self.connect().await?;
        let answer = if self.settings.auth_ldap_bind_user.is_empty() {
            self.direct(&mut ldap, username, password).await
        } else {
            self.indirect(&mut ldap, username, password).await
        };
        // The answer counts, however the connection ends.
        let _ = ldap.unbind().await;
        answer
    }

    /// Whether the server answers, and takes the user of the settings where there is one.
    pub async fn reach(&self) -> Result<(), DirectoryError> {
        let mut ldap = self.connect().await?;
        let user = &self.settings.auth_ldap_bind_user;
        let answer = match user.is_empty() {
            true => Ok(()),
            false => self.bind(&mut ldap, user, self.settings.auth_ldap_bind_password.reveal()).await,
        };
        let _ = ldap.unbind().await;
        match answer {
            Err(DirectoryError::Refused) => {
                Err(self.misconfigured("ldap.auth_ldap_bind_user", "user or password is wrong"))
            }
            other => other,
        }
    }

    async fn connect(&self) -> Result<Ldap, DirectoryError> {
        let settings = LdapConnSettings::new()
            .set_conn_timeout(PATIENCE)
            .set_starttls(self.settings.auth_ldap_use_tls)
            .set_config(self.tls.clone());
        let connect = LdapConnAsync::with_settings(settings, &self.settings.auth_ldap_server);
        let connected = tokio::time::timeout(PATIENCE, connect).await;
        let connected = connected.map_err(|_| self.unreachable("no connection in time"))?;
        let (connection, ldap) = connected.map_err(|error| self.unreachable(error))?;
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!("the connection to the directory server broke: {error}");
            }
        });
        Ok(ldap)
    }

    /// Looks for the user as the user of the settings, then binds as the one that was found.
    async fn indirect(&self, ldap: &mut Ldap, username: &str, password: &str) -> Result<DirectoryUser, DirectoryError> {
        let bound = self.bind(ldap, &self.settings.auth_ldap_bind_user, self.settings.auth_ldap_bind_password.reveal());
        match bound.await {
            Err(DirectoryError::Refused) => {
                return Err(self.misconfigured("ldap.auth_ldap_bind_user", "user or password is wrong"));
            }
            other => other?,
        }
        let found = match self.find(ldap, username).await? {
            Some(entry) if self.is_in_a_group(ldap, &entry.dn, username).await? => Some(entry),
            _ => None,
        };
        // A bind is made in any case, so that the time does not tell who exists.
        let dn = found.as_ref().map_or_else(|| names::in_base(&self.settings, username), |entry| entry.dn.clone());
        self.bind(ldap, &dn, password).await?;
        found.map(|entry| self.user(username, &entry)).ok_or(DirectoryError::Refused)
    }

    /// Binds as the user, then looks for what else is known.
    async fn direct(&self, ldap: &mut Ldap, username: &str, password: &str) -> Result<DirectoryUser, DirectoryError> {
        self.bind(ldap, &names::direct(&self.settings, username), password).await?;
        if self.settings.auth_ldap_search.is_empty() {
            return Ok(self.user(
                username,
                &SearchEntry { dn: String::new(), attrs: Default::default(), bin_attrs: Default::default() },
            ));
        }
        let entry = self.find(ldap, username).await?.ok_or(DirectoryError::Refused)?;
        if !self.is_in_a_group(ldap, &entry.dn, username).await? {
            return Err(DirectoryError::Refused);
        }
        Ok(self.user(username, &entry))
    }

    async fn bind(&self, ldap: &mut Ldap, name: &str, password: &str) -> Result<(), DirectoryError> {
        let done = ldap.with_timeout(PATIENCE).simple_bind(name, password).await;
        let result = done.map_err(|error| self.unreachable(error))?;
        match result.rc {
            0 => Ok(()),
            code if REFUSALS.contains(&code) => Err(DirectoryError::Refused),
            // Of the kind "confidentiality required".
            _ => Err(self.misconfigured("a login", &result.to_string())),
        }
    }

    /// The one entry of this user; none where there are several, too.
    async fn find(&self, ldap: &mut Ldap, username: &str) -> Result<Option<SearchEntry>, DirectoryError> {
        let settings = &self.settings;
        let fields = [
            &settings.auth_ldap_uid_field,
            &settings.auth_ldap_firstname_field,
            &settings.auth_ldap_lastname_field,
            &settings.auth_ldap_email_field,
        ];
        let filter = names::user_filter(settings, username);
        let mut found =
            self.search(ldap, &settings.auth_ldap_search, &filter, &fields, "ldap.auth_ldap_search").await?;
        if found.len() > 1 {
            tracing::warn!("the directory server has several users of one name, none of whom can log in");
            return Ok(None);
        }
        Ok(found.pop())
    }

    async fn is_in_a_group(&self, ldap: &mut Ldap, dn: &str, username: &str) -> Result<bool, DirectoryError> {
        let base = &self.settings.auth_ldap_group_search;
        if base.is_empty() {
            return Ok(true);
        }
        let filter = names::group_filter(dn, username);
        let groups = self.search(ldap, base, &filter, &[&"1.1".to_owned()], "ldap.auth_ldap_group_search").await?;
        Ok(!groups.is_empty())
    }

    /// At most two entries.
    async fn search(
        &self,
        ldap: &mut Ldap,
        base: &str,
        filter: &str,
        fields: &[&String],
        what: &'static str,
    ) -> Result<Vec<SearchEntry>, DirectoryError> {
        let options = SearchOptions::new().sizelimit(2).timelimit(PATIENCE.as_secs() as i32);
        let ldap = ldap.with_timeout(PATIENCE).with_search_options(options);
        let fields: Vec<_> = fields.iter().filter(|field| !field.is_empty()).map(|field| field.as_str()).collect();
        let answer = match ldap.search(base, Scope::Subtree, filter, fields).await {
            Err(LdapError::FilterParsing) => {
                return Err(self.misconfigured("ldap.auth_ldap_search_filter", "it is no filter"));
            }
            other => other.map_err(|error| self.unreachable(error))?,
        };
        match answer.1.rc {
            0 | SIZE_LIMIT => {
                Ok(answer.0.into_iter().filter(|entry| !entry.is_ref()).map(SearchEntry::construct).collect())
            }
            _ => Err(self.misconfigured(what, &answer.1.to_string())),
        }
    }

    fn user(&self, username: &str, entry: &SearchEntry) -> DirectoryUser {
        let field = |name: &str| {
            let mut found = entry.attrs.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            found.next().and_then(|(_, values)| values.first().cloned()).unwrap_or_default()
        };
        let settings = &self.settings;
        let known = Some(field(&settings.auth_ldap_uid_field)).filter(|known| !known.is_empty());
        DirectoryUser {
            username: known.unwrap_or_else(|| username.to_owned()),
            first_name: field(&settings.auth_ldap_firstname_field),
            last_name: field(&settings.auth_ldap_lastname_field),
            email: field(&settings.auth_ldap_email_field),
        }
    }

    fn unreachable(&self, reason: impl fmt::Display) -> DirectoryError {
        DirectoryError::Unreachable { server: self.settings.auth_ldap_server.clone(), reason: reason.to_string() }
    }

    fn misconfigured(&self, what: &'static str, reason: &str) -> DirectoryError {
        let server = self.settings.auth_ldap_server.clone();
        DirectoryError::Misconfigured { server, what, reason: reason.to_owned() }
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Directory({})", self.settings.auth_ldap_server)
    }
}
