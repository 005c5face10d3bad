//! Mail by SMTP: the operator that sends it, and the mails about failures, retries and missed SLAs.

mod error;
mod message;
mod notices;
mod operator;
mod settings;
mod smtp;

pub use error::MailError;
pub use notices::{Alert, alert_mail, notice_mail, sla_mail};
pub use operator::EmailOperator;
pub use settings::SmtpSettings;
pub(crate) use smtp::greet;
pub use smtp::{SmtpMailer, send_mail};
