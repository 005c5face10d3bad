//! What commands about variables, connections and pools share: files of entries, and texts from standard input.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::client::{Client, path};
use super::verdict::CliError;

/// The biggest file that is imported, and the biggest text from standard input.
const MAX_BYTES: u64 = 48 << 20;

/// What happens to entries that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OnExisting {
    /// They are replaced.
    Overwrite,
    /// Nothing is imported.
    Fail,
    /// They stay as they are.
    Skip,
}

impl OnExisting {
    fn word(self) -> &'static str {
        match self {
            Self::Overwrite => "overwrite",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// `text` itself, or standard input where it is `-`; the newline that ends it there is left out.
pub(super) fn text_or_input(text: String) -> Result<String, CliError> {
    if text != "-" {
        return Ok(text);
    }
    let text = read(std::io::stdin().lock())
        .map_err(|reason| CliError::message(format!("failed to read standard input: {reason}")))?;
    Ok(text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text).to_owned()).unwrap_or(text))
}

fn read(source: impl std::io::Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("it is bigger than {MAX_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// The entries of a JSON object in a file, by their names; standard input where the file is `-`.
pub(super) fn from_file(file: &Path) -> Result<BTreeMap<String, Value>, CliError> {
    let failed = |reason: String| CliError::message(format!("failed to import {}: {reason}", file.display()));
    let text = if file == Path::new("-") {
        read(std::io::stdin().lock()).map_err(failed)?
    } else {
        let open = std::fs::File::open(file).map_err(|error| failed(error.to_string()))?;
        read(open).map_err(failed)?
    };
    // The reader's message may quote a secret: only where it stands is told.
    serde_json::from_str::<UniqueNames>(&text).map(|names| names.0).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data if error.to_string().starts_with("twice") => "a name is there twice",
            serde_json::error::Category::Data => "it is not a JSON object with an entry for each name",
            _ => "it is not JSON",
        };
        failed(format!("{what} (line {}, column {})", error.line(), error.column()))
    })
}

/// An object in which no name is there twice: which of the two is meant?
struct UniqueNames(BTreeMap<String, Value>);

impl<'de> serde::Deserialize<'de> for UniqueNames {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> serde::de::Visitor<'de> for Names {
            type Value = BTreeMap<String, Value>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if entries.insert(name, value).is_some() {
                        return Err(serde::de::Error::custom("twice"));
                    }
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Names).map(Self)
    }
}

/// Writes entries to a new file, for its owner alone, or over an old one; prints them where the file is `-`.
pub(super) fn to_file(file: &Path, entries: &BTreeMap<String, Value>) -> Result<(), CliError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let text = format!("{:#}\n", json!(entries));
    if file == Path::new("-") {
        super::print::print(&text);
        return Ok(());
    }
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| CliError::message(format!("failed to write {}: {error}", file.display())))
}

/// Makes entries of `kind` together or not at all, and tells how many were written.
pub(super) async fn create(
    client: &Client,
    kind: &str,
    entities: Vec<Value>,
    existing: OnExisting,
) -> Result<u64, CliError> {
    let action = json!({ "action": "create", "entities": entities, "action_on_existence": existing.word() });
    let answer = client.patch(&path(&[kind]), &json!({ "actions": [action] })).await?;
    Ok(answer["create"]["written"].as_u64().unwrap_or(0))
}
