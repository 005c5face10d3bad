use std::io::{self, Write, stdout};
use std::path::Path;

use crate::importance::{self, Importance};
use crate::report::{self, OutputKind};
use crate::{EdaError, Profile, State, output_path, source};

use super::arguments::Output;
use super::clock;

/// Takes what became of a line for the standard output: where nobody reads it any more, that is no failure.
pub(super) fn told(written: io::Result<()>) -> Result<(), EdaError> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(EdaError::Write { path: "the standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}

/// Prints a line of JSON: the profile, or the profile and the importance where there is a target.
fn print_json(state: &State, profile: &Profile, target: Option<&(String, String)>) -> Result<(), EdaError> {
    #[derive(serde::Serialize)]
    struct Both<'a> {
        profile: &'a Profile,
        importance: Importance,
    }
    let text = match target {
        None => serde_json::to_string(profile),
        Some((target, _)) => serde_json::to_string(&Both { profile, importance: importance::measure(state, target)? }),
    };
    let text = text.expect("a profile can be written");
    told(writeln!(stdout(), "{text}"))
}

/// Where the reports of a run go. The first table has the name that was given; the others have it with their sheet or
/// their number, so that no report replaces another of the same run.
pub(super) struct Outputs<'a> {
    asked: &'a Output,
    timestamp: String,
    used: Vec<String>,
}

impl<'a> Outputs<'a> {
    pub(super) fn new(asked: &'a Output) -> Self {
        let timestamp = asked.timestamp.clone().unwrap_or_else(|| source::timestamp(clock::now()));
        Self { asked, timestamp, used: Vec::new() }
    }

    /// Writes, or prints, all that is asked about a table, and prints where it is.
    pub(super) fn write(&mut self, state: &State, target: Option<&(String, String)>) -> Result<(), EdaError> {
        let profile = state.finish(target.map(|(_, column)| column.as_str()));
        if self.asked.json {
            return print_json(state, &profile, target);
        }
        let name = self.name(state);
        let path = self.asked.out.join(output_path(&name, OutputKind::Preliminary, &self.timestamp));
        report::write(state, &profile, &path)?;
        self.tell(&path)?;
        let Some((target, _)) = target else { return Ok(()) };
        let importance = importance::measure(state, target)?;
        let path = self.asked.out.join(output_path(&name, OutputKind::Importance, &self.timestamp));
        importance::write(&importance, &path)?;
        self.tell(&path)
    }

    fn tell(&self, path: &Path) -> Result<(), EdaError> {
        if self.asked.quiet { Ok(()) } else { told(writeln!(stdout(), "{}", path.display())) }
    }

    /// A name that no table of this run has.
    fn name(&mut self, state: &State) -> String {
        let source = state.sources.first().map_or("table", String::as_str);
        let sheet = source.rsplit_once('#').map(|(_, sheet)| sheet);
        let name = match &self.asked.name {
            Some(name) if self.used.is_empty() => name.clone(),
            Some(name) => sheet.map_or_else(|| name.clone(), |sheet| format!("{name}#{sheet}")),
            None => source.to_owned(),
        };
        let folder = |name: &str| output_path(name, OutputKind::Preliminary, "t");
        let (mut unused, mut number) = (name.clone(), 2);
        while self.used.contains(&folder(&unused)) {
            unused = format!("{name}-{number}");
            number += 1;
        }
        self.used.push(folder(&unused));
        unused
    }
}
