//! Sends mail to a server.

use async_trait::async_trait;
use couture_core::BoxError;
use couture_core::task::{Mail, Mailer};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::error::MailError;
use super::message::message;
use super::settings::SmtpSettings;

/// Sends mail by SMTP; each mail has a connection of its own.
#[derive(Clone, Debug)]
pub struct SmtpMailer {
    settings: SmtpSettings,
}

impl SmtpMailer {
    /// To the server of these settings.
    pub fn new(settings: SmtpSettings) -> Self {
        Self { settings }
    }

    /// Its settings.
    pub fn settings(&self) -> &SmtpSettings {
        &self.settings
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), BoxError> {
        Ok(send_mail(&self.settings, mail).await?)
    }
}

/// Sends one mail. It takes at most `retry_limit` times `timeout_s`.
pub async fn send_mail(settings: &SmtpSettings, mail: &Mail) -> Result<(), MailError> {
    let (mail, from) = (mail.clone(), settings.mail_from.clone());
    let written = tokio::task::spawn_blocking(move || message(&mail, &from)).await;
    let message = written.map_err(|error| MailError::Mail(error.to_string()))??;
    let transport = transport(settings)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match once(settings, &transport, &message).await {
            Err(error) if error.is_passing() && tries < settings.retry_limit => {
                tracing::debug!(tries, "failed to send a mail: {error}");
            }
            other => return other,
        }
    }
}

/// Whether the server answers, and takes the login where there is one; no mail is sent.
pub(crate) async fn greet(settings: &SmtpSettings) -> Result<(), MailError> {
    let server = settings.server();
    match transport(settings)?.test_connection().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(MailError::Refused { server, reason: "it does not take what it is told".into() }),
        Err(error) => Err(MailError::Refused { server, reason: couture_core::error_chain(&error) }),
    }
}

async fn once(
    settings: &SmtpSettings,
    transport: &AsyncSmtpTransport<Tokio1Executor>,
    message: &Message,
) -> Result<(), MailError> {
    let server = settings.server();
    match tokio::time::timeout(settings.timeout(), transport.send(message.clone())).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            let reason = couture_core::error_chain(&error);
            // What it says for now (4xx) or not at all may change; what it says for good does not, nor does a broken certificate.
            if error.is_permanent() || error.is_tls() || error.is_client() {
                Err(MailError::Refused { server, reason })
            } else {
                Err(MailError::Unreachable { server, reason })
            }
        }
        Err(_) => {
            let reason = format!("no answer within {} s", settings.timeout().as_secs());
            Err(MailError::Unreachable { server, reason })
        }
    }
}

fn transport(settings: &SmtpSettings) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let parameters = || {
        TlsParameters::new(settings.host.clone())
            .map_err(|error| MailError::Refused { server: settings.server(), reason: error.to_string() })
    };
    let tls = match (settings.ssl, settings.starttls) {
        (true, _) => Tls::Wrapper(parameters()?),
        (false, true) => Tls::Required(parameters()?),
        (false, false) => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
        .port(settings.port)
        .tls(tls)
        .timeout(Some(settings.timeout()));
    if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}
