//! A mail as the bytes that are sent.

use std::path::Path;

use couture_core::task::Mail;
use lettre::Message;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};

use super::error::MailError;

/// The most that the files of one mail may have together, in bytes.
const MAX_FILES_BYTES: u64 = 25 << 20;

/// The most addresses of one mail.
const MAX_ADDRESSES: usize = 1_000;

/// Writes the mail. Its files are read here, so call it where that may block.
pub(super) fn message(mail: &Mail, from: &str) -> Result<Message, MailError> {
    let mut builder = Message::builder().from(address(from)?).subject(one_line(&mail.subject));
    let (to, cc, bcc) = (addresses(&mail.to)?, addresses(&mail.cc)?, addresses(&mail.bcc)?);
    let count = to.len() + cc.len() + bcc.len();
    if count == 0 {
        return Err(MailError::Mail("nobody is named to get it".into()));
    }
    if count > MAX_ADDRESSES {
        return Err(MailError::Mail(format!("it goes to {count} addresses; at most {MAX_ADDRESSES} are allowed")));
    }
    builder = to.into_iter().fold(builder, |builder, to| builder.to(to));
    builder = cc.into_iter().fold(builder, |builder, cc| builder.cc(cc));
    builder = bcc.into_iter().fold(builder, |builder, bcc| builder.bcc(bcc));
    let mut parts = MultiPart::mixed().singlepart(SinglePart::html(mail.html.clone()));
    let mut left = MAX_FILES_BYTES;
    for path in &mail.files {
        parts = parts.singlepart(attachment(path, &mut left)?);
    }
    builder.multipart(parts).map_err(|error| MailError::Mail(error.to_string()))
}

/// A subject is one line; a line end in it would begin another header.
fn one_line(subject: &str) -> String {
    subject.split(['\r', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn addresses(texts: &[String]) -> Result<Vec<Mailbox>, MailError> {
    let single = texts.iter().flat_map(|text| text.split([',', ';'])).map(str::trim).filter(|text| !text.is_empty());
    single.map(address).collect()
}

fn address(text: &str) -> Result<Mailbox, MailError> {
    text.parse().map_err(|error: lettre::address::AddressError| MailError::Address {
        address: text.chars().take(200).collect(),
        reason: error.to_string(),
    })
}

fn attachment(path: &Path, left: &mut u64) -> Result<SinglePart, MailError> {
    let unfit = |reason: String| MailError::File { path: path.to_owned(), reason };
    let size = std::fs::metadata(path).map_err(|error| unfit(error.to_string()))?.len();
    *left = left
        .checked_sub(size)
        .ok_or_else(|| unfit(format!("all files together have more than {MAX_FILES_BYTES} bytes")))?;
    let content = std::fs::read(path).map_err(|error| unfit(error.to_string()))?;
    let name = path.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy().into_owned());
    let kind = ContentType::parse("application/octet-stream").map_err(|error| unfit(error.to_string()))?;
    Ok(Attachment::new(name).body(content, kind))
}
