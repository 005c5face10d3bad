//! The documentation of the settings: for `--help`, and the sample file.

use std::fmt::Write as _;

use super::tree::SECTIONS;

/// A section of settings.
#[derive(Debug)]
pub struct Section {
    /// Its name in the file.
    pub name: &'static str,
    /// What it is about, a line each.
    pub doc: &'static [&'static str],
    /// Its settings.
    pub keys: &'static [Key],
}

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// The name of its section.
    pub section: &'static str,
    /// Its name in the section.
    pub name: &'static str,
    /// What it does, a line each.
    pub doc: &'static [&'static str],
    /// Its flag on the command line, without the dashes.
    pub flag: &'static str,
    /// Whether the flag may stand without a value, for `true`.
    pub is_switch: bool,
    /// The default, as it is written in a file.
    pub default: fn() -> String,
}

impl Key {
    /// The environment variable that sets it.
    pub fn environment(&self) -> String {
        format!("COUTURE__{}__{}", self.section, self.name).to_uppercase()
    }

    /// What it does, in one line.
    pub fn description(&self) -> String {
        self.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}

impl Section {
    /// All sections, in the order of the sample file.
    pub fn all() -> &'static [Self] {
        SECTIONS
    }
}

/// The part of `--help` that documents every setting.
pub fn help() -> String {
    let mut text = String::from(
        "Settings. Each can be given as a flag, as an environment variable, or as a key of couture.toml; a flag goes \
         before the environment, the environment before the file, and the file before the default.\n",
    );
    for section in SECTIONS {
        let _ = write!(text, "\n[{}]  {}\n", section.name, section.doc.join(" ").trim());
        for key in section.keys {
            let _ = write!(
                text,
                "  {} = {}\n      --{}{}  {}\n      {}\n",
                key.name,
                (key.default)(),
                key.flag,
                if key.is_switch { "[=false]" } else { " VALUE" },
                key.environment(),
                key.description(),
            );
        }
    }
    text
}

/// The sample file: every setting with its documentation and its default.
pub fn sample() -> String {
    let mut text = String::from(
        "# Settings of Couture, each with its default. Copy this file to couture.toml in the data folder, or name it with\n\
         # --config, and keep the lines that you change. Made by `server --print-sample`.\n",
    );
    for section in SECTIONS {
        text.push('\n');
        for line in section.doc {
            let _ = writeln!(text, "# {}", line.trim());
        }
        let _ = writeln!(text, "[{}]", section.name);
        for key in section.keys {
            for line in key.doc {
                let _ = writeln!(text, "# {}", line.trim());
            }
            let _ = writeln!(text, "{} = {}", key.name, (key.default)());
        }
    }
    text
}
