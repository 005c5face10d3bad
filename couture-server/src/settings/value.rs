//! How the text of a setting becomes its value, and back.

use std::path::PathBuf;

/// A setting's value as someone gave it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw {
    /// From the environment or a flag: text that stands for a value of any type.
    Text(String),
    /// A string in a file.
    String(String),
    /// An integer in a file.
    Integer(i64),
    /// A boolean in a file.
    Boolean(bool),
    /// An array of strings in a file.
    Strings(Vec<String>),
    /// Something in a file that no setting takes.
    Other(&'static str),
}

/// A type that a setting can have.
pub(super) trait Value: Sized {
    /// What is wanted, for error messages.
    const WANTED: &'static str;
    /// The value, if `raw` is one.
    fn read(raw: &Raw) -> Option<Self>;
    /// The value as it is written in a file.
    fn to_toml(&self) -> String;
    /// The value for people to look at, as it is written in a file; none where it is secret.
    fn shown(&self) -> Option<String> {
        Some(self.to_toml())
    }
    /// The value as a number, where it is one.
    fn as_number(&self) -> Option<u64> {
        None
    }
}

fn quoted(text: &str) -> String {
    // JSON's strings are TOML's basic strings.
    serde_json::Value::from(text).to_string()
}

impl Value for String {
    const WANTED: &'static str = "a string";
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::Text(text) | Raw::String(text) => Some(text.clone()),
            _ => None,
        }
    }
    fn to_toml(&self) -> String {
        quoted(self)
    }
}

impl Value for PathBuf {
    const WANTED: &'static str = "a path in quotes";
    fn read(raw: &Raw) -> Option<Self> {
        String::read(raw).map(PathBuf::from)
    }
    fn to_toml(&self) -> String {
        quoted(&self.to_string_lossy())
    }
}

impl Value for bool {
    const WANTED: &'static str = "true or false";
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::Boolean(value) => Some(*value),
            Raw::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
    fn to_toml(&self) -> String {
        self.to_string()
    }
}

impl Value for Vec<String> {
    const WANTED: &'static str = "a list of strings";
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::Strings(list) => Some(list.clone()),
            Raw::Text(text) => {
                Some(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(String::from).collect())
            }
            _ => None,
        }
    }
    fn to_toml(&self) -> String {
        format!("[{}]", self.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
    }
}

macro_rules! number {
    ($($number:ty, $wanted:literal;)*) => {
        $(impl Value for $number {
            const WANTED: &'static str = $wanted;
            fn read(raw: &Raw) -> Option<Self> {
                match raw {
                    Raw::Integer(value) => <$number>::try_from(*value).ok(),
                    Raw::Text(text) => text.trim().parse().ok(),
                    _ => None,
                }
            }
            fn to_toml(&self) -> String {
                self.to_string()
            }
            fn as_number(&self) -> Option<u64> {
                Some(u64::from(*self))
            }
        })*
    };
}
number! {
    u16, "a number from 0 to 65535";
    u32, "a number from 0 to 4294967295";
    u64, "a number that is not negative";
}
