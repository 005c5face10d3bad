//! A setting that nobody shall see.

use std::fmt;

use super::value::{Raw, Value};

/// A text that no output shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text; empty where nothing was set.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "Secret(none)" } else { "Secret(***)" })
    }
}

impl Value for Secret {
    const WANTED: &'static str = "a string";
    fn read(raw: &Raw) -> Option<Self> {
        String::read(raw).map(Self)
    }
    fn to_toml(&self) -> String {
        self.0.to_toml()
    }
    fn shown(&self) -> Option<String> {
        None
    }
}
