//! The operator that sends a mail.

use async_trait::async_trait;
use couture_core::task::Mail;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Deserializer, Serialize};
use std::path::PathBuf;

/// Sends a mail, as Airflow's operator of this name does. All its fields are templates; a text that ends in `.html` is the name of
/// a template file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailOperator {
    /// Who gets it: one text with commas or semicolons, or a list.
    #[serde(deserialize_with = "one_or_many")]
    pub to: Vec<String>,
    /// One line.
    pub subject: String,
    /// The text, in HTML.
    pub html_content: String,
    /// Files of this machine that go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub files: Vec<String>,
    /// Who gets a copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub cc: Vec<String>,
    /// Who gets a copy that the others do not know of.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub bcc: Vec<String>,
}

impl EmailOperator {
    /// A mail to one.
    pub fn new(to: impl Into<String>, subject: impl Into<String>, html_content: impl Into<String>) -> Self {
        Self { to: vec![to.into()], subject: subject.into(), html_content: html_content.into(), ..Self::default() }
    }

    fn mail(&self) -> Mail {
        Mail {
            to: self.to.clone(),
            cc: self.cc.clone(),
            bcc: self.bcc.clone(),
            subject: self.subject.clone(),
            html: self.html_content.clone(),
            files: self.files.iter().map(PathBuf::from).collect(),
        }
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text, a list of texts, or null")]
    enum Texts {
        None,
        One(String),
        Many(Vec<String>),
    }
    Ok(match Texts::deserialize(deserializer)? {
        Texts::None => Vec::new(),
        Texts::One(text) => vec![text],
        Texts::Many(texts) => texts,
    })
}

#[async_trait]
impl Operator for EmailOperator {
    type Input = ();
    type Output = ();

    async fn run(&self, (): (), cx: &TaskContext) -> Result<(), Failure> {
        cx.services().mailer.send(&self.mail()).await.map_err(Failure::Retry)?;
        cx.log(format!("sent a mail to {}", self.to.join(", ")));
        Ok(())
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["to", "subject", "html_content", "files", "cc", "bcc"]
    }

    fn template_ext(&self) -> &'static [&'static str] {
        &[".html"]
    }
}

couture_core::operator!(EmailOperator, "email");
