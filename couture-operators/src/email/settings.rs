//! Which mail server, and how.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The settings of Airflow's section `[smtp]`, under its names, which may be written without `smtp_`. `Debug` shows no password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    /// Name or address of the mail server.
    #[serde(alias = "smtp_host")]
    pub host: String,
    /// Its port.
    #[serde(alias = "smtp_port")]
    pub port: u16,
    /// Whether the connection is made secret by STARTTLS before anything is said. A server that cannot is an error.
    #[serde(alias = "smtp_starttls")]
    pub starttls: bool,
    /// Whether it is TLS from the start.
    #[serde(alias = "smtp_ssl")]
    pub ssl: bool,
    /// The user, where the server wants one.
    #[serde(alias = "smtp_user", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its password.
    #[serde(alias = "smtp_password", skip_serializing)]
    pub password: Option<String>,
    /// Whom mails are from.
    #[serde(alias = "smtp_mail_from")]
    pub mail_from: String,
    /// How long one try may take, in seconds.
    #[serde(alias = "smtp_timeout")]
    pub timeout_s: u32,
    /// How often it is tried while the server cannot be reached.
    #[serde(alias = "smtp_retry_limit")]
    pub retry_limit: u32,
    /// The address of the web page, for links in mails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: "localhost".into(),
            port: 25,
            starttls: true,
            ssl: false,
            user: None,
            password: None,
            mail_from: "couture@example.com".into(),
            timeout_s: 30,
            retry_limit: 5,
            base_url: None,
        }
    }
}

impl SmtpSettings {
    /// How long one try may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s.max(1).into())
    }

    /// Host and port, for messages.
    pub(super) fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("starttls", &self.starttls)
            .field("ssl", &self.ssl)
            .field("mail_from", &self.mail_from)
            .finish_non_exhaustive()
    }
}
