//! Reads settings from file, environment and flags.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::error::{Origin, SettingsError};
use super::reference::{Key, Section};
use super::tree::Settings;
use super::value::Raw;

/// The name of the settings file in the data folder.
const FILE_NAME: &str = "couture.toml";
/// The biggest settings file.
const MAX_FILE_BYTES: u64 = 1 << 20;
const PREFIX: &str = "COUTURE__";

/// What the settings are made of.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The file of `--config`; where absent, `couture.toml` in the data folder is read if it is there.
    pub file: Option<PathBuf>,
    /// The environment; variables that do not begin with `COUTURE__` are ignored.
    pub environment: Vec<(String, String)>,
    /// Flags by their name without dashes.
    pub flags: Vec<(String, String)>,
}

/// The settings: a flag goes before the environment, the environment before the file, and the file before the default.
pub fn load(given: &Given) -> Result<Settings, SettingsError> {
    let mut above_file = Settings::default();
    apply_all(&mut above_file, given)?;
    let mut settings = Settings::default();
    match &given.file {
        Some(file) => apply_file(&mut settings, file, &read(file)?, true)?,
        None => {
            let file = above_file.data.dir.join(FILE_NAME);
            settings.data.dir = above_file.data.dir;
            match read(&file) {
                Ok(text) => apply_file(&mut settings, &file, &text, false)?,
                Err(SettingsError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    apply_all(&mut settings, given)?;
    Ok(settings)
}

fn read(file: &Path) -> Result<String, SettingsError> {
    use std::io::Read as _;
    let read = || {
        let mut text = String::new();
        let length = std::fs::File::open(file)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
        if length as u64 > MAX_FILE_BYTES {
            return Err(std::io::Error::other(format!("it is bigger than {MAX_FILE_BYTES} bytes")));
        }
        Ok(text)
    };
    read().map_err(|source| SettingsError::Read { file: file.to_owned(), source })
}

fn apply_all(settings: &mut Settings, given: &Given) -> Result<(), SettingsError> {
    for (name, value) in given.environment.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
        let origin = Origin::Environment(name.clone());
        let known = |key: &&Key| key.environment() == *name;
        let Some(key) = keys().find(|key| known(key)) else {
            let known = keys().map(Key::environment).collect();
            return Err(SettingsError::Unknown { origin, name: name.clone(), known: closest(name, known) });
        };
        set(settings, key, &Raw::Text(value.clone()), origin)?;
    }
    for (flag, value) in &given.flags {
        let origin = Origin::Flag(flag.clone());
        let Some(key) = keys().find(|key| key.flag == flag) else {
            return Err(SettingsError::Unknown { origin, name: flag.clone(), known: Vec::new() });
        };
        set(settings, key, &Raw::Text(value.clone()), origin)?;
    }
    Ok(())
}

fn keys() -> impl Iterator<Item = &'static Key> {
    Section::all().iter().flat_map(|section| section.keys)
}

/// The names that share the longest beginning with `name`.
fn closest(name: &str, known: Vec<String>) -> Vec<String> {
    let shared = |other: &String| name.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let best = known.iter().map(shared).max().unwrap_or(0);
    known.into_iter().filter(|other| shared(other) == best).collect()
}

fn set(settings: &mut Settings, key: &Key, raw: &Raw, origin: Origin) -> Result<(), SettingsError> {
    settings.set(key.section, key.name, raw).map_err(|wanted| SettingsError::Value {
        origin,
        key: format!("{}.{}", key.section, key.name),
        wanted,
    })
}

fn apply_file(settings: &mut Settings, file: &Path, text: &str, may_name_data: bool) -> Result<(), SettingsError> {
    let place = |at: usize| {
        let before = &text[..at.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (Origin::File { file: file.to_owned(), line }, column)
    };
    let table = DeTable::parse(text).map_err(|error| {
        let (origin, column) = place(error.span().map_or(0, |span| span.start));
        SettingsError::Syntax { origin, column, message: error.message().to_owned() }
    })?;
    for (name, value) in table.get_ref() {
        let origin = place(name.span().start).0;
        let Some(section) = Section::all().iter().find(|section| section.name == name.get_ref().as_ref()) else {
            let known = Section::all().iter().map(|section| format!("[{}]", section.name)).collect();
            return Err(SettingsError::Unknown { origin, name: name.get_ref().to_string(), known });
        };
        let Some(entries) = value.get_ref().as_table() else {
            let wanted = format!("a section: write [{}] on a line of its own", section.name);
            return Err(SettingsError::Value { origin, key: section.name.into(), wanted });
        };
        for (name, value) in entries {
            let origin = place(name.span().start).0;
            let Some(key) = section.keys.iter().find(|key| key.name == name.get_ref().as_ref()) else {
                let known = section.keys.iter().map(|key| key.name.to_owned()).collect();
                let name = format!("{}.{}", section.name, name.get_ref());
                return Err(SettingsError::Unknown { origin, name, known });
            };
            let raw = raw(value.get_ref());
            let folder = settings.data.dir.clone();
            set(settings, key, &raw, origin.clone())?;
            if !may_name_data && settings.data.dir != folder {
                return Err(SettingsError::DataDir { origin, key: "data.dir".into() });
            }
        }
    }
    Ok(())
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::String(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Raw::Other("a number"), Raw::Integer)
        }
        DeValue::Boolean(value) => Raw::Boolean(*value),
        DeValue::Array(items) => {
            let strings = items.iter().map(|item| item.get_ref().as_str().map(String::from)).collect();
            match strings {
                Some(strings) => Raw::Strings(strings),
                None => Raw::Other("a list"),
            }
        }
        other => Raw::Other(other.type_str()),
    }
}

#[cfg(test)]
mod tests;
