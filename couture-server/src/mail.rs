//! Mail and notices, as the settings say.

use std::sync::Arc;

use couture_core::Services;
use couture_core::task::{Mailer, Notifier};
use couture_operators::email::{SmtpMailer, SmtpSettings};
use couture_operators::notify::{NotifySettings, ThreadNotifier};

use crate::error::StartError;
use crate::settings::Settings;

/// What sends mail; `None` where no mail server is named.
pub(crate) fn mailer(settings: &Settings) -> Option<Arc<dyn Mailer>> {
    let smtp = &settings.smtp;
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let host = given(&smtp.smtp_host)?;
    Some(Arc::new(SmtpMailer::new(SmtpSettings {
        host,
        port: smtp.smtp_port,
        starttls: smtp.smtp_starttls,
        ssl: smtp.smtp_ssl,
        user: given(&smtp.smtp_user),
        password: given(smtp.smtp_password.reveal()),
        mail_from: smtp.smtp_mail_from.clone(),
        timeout_s: smtp.smtp_timeout,
        retry_limit: smtp.smtp_retry_limit,
        base_url: given(&settings.server.base_url),
    })))
}

/// What calls callbacks and sends the mail that tasks ask for.
pub(crate) fn notifier(settings: &Settings, services: &Services) -> Result<Arc<dyn Notifier>, StartError> {
    let base_url = Some(settings.server.base_url.clone()).filter(|url| !url.is_empty());
    let notify = NotifySettings { base_url, ..NotifySettings::default() };
    Ok(Arc::new(ThreadNotifier::start(notify, services.clone())?))
}
