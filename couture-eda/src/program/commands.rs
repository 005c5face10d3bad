use std::io::{Write, stdout};
use std::path::Path;
use std::sync::mpsc;

use crate::report::write_file;
use crate::source::{self, Options};
use crate::text::Encoding;
use crate::{EdaError, State, compare, importance};

use super::arguments::{Arguments, Command, Compare, Merge, Profile, Reading};
use super::outputs::{Outputs, told};
use super::{progress, sources};

/// Rows that feature importance learns from, at most.
const LEARNT_ROWS: usize = 80_000;

/// The target that stands for a proposed one.
const AUTO: &str = "auto";

/// Does what was asked.
pub(super) fn run(arguments: &Arguments) -> Result<(), EdaError> {
    match &arguments.command {
        Command::Profile(profile) => run_profile(profile),
        Command::Merge(merge) => run_merge(merge),
        Command::Compare(compare) => run_compare(compare),
    }
}

fn run_profile(arguments: &Profile) -> Result<(), EdaError> {
    let mut options = options(&arguments.reading)?;
    options.sample_rows = arguments.target.as_ref().map(|_| LEARNT_ROWS);
    options.table.clone_from(&arguments.table);
    options.target = arguments.target.clone().filter(|target| target != AUTO);
    let mut outputs = Outputs::new(&arguments.output);
    for state in read(&sources::names(arguments)?, arguments.query.as_deref(), &options)? {
        let target = arguments.target.as_deref().map(|target| target_of(target, &state)).transpose()?;
        outputs.write(&state, target.as_ref())?;
    }
    Ok(())
}

/// The target, and its column; `auto` is a column that is proposed.
fn target_of(target: &str, state: &State) -> Result<(String, String), EdaError> {
    if target == AUTO && !state.table.names.iter().any(|name| name == AUTO) {
        let nothing = || EdaError::Target { column: AUTO.to_owned(), reason: "no column varies".to_owned() };
        let proposed = importance::propose(&state.finish(None)).ok_or_else(nothing)?;
        return Ok((proposed.clone(), proposed));
    }
    let column = importance::Target::parse(target, &state.table.names)?.column;
    Ok((target.to_owned(), column))
}

fn run_merge(arguments: &Merge) -> Result<(), EdaError> {
    let mut merged: Option<State> = None;
    for path in &arguments.states {
        let state = source::read_state_outside(path, &arguments.forbid)?;
        match &mut merged {
            None => merged = Some(state),
            Some(merged) => merged.merge(state)?,
        }
    }
    merged.map_or(Ok(()), |state| Outputs::new(&arguments.output).write(&state, None))
}

fn run_compare(arguments: &Compare) -> Result<(), EdaError> {
    let options = options(&arguments.reading)?;
    let read = |name: &String| match Path::new(name).extension() {
        Some(extension) if extension == "eda" => {
            Ok(vec![source::read_state_outside(Path::new(name), &options.forbidden)?])
        }
        _ => read(std::slice::from_ref(name), None, &options),
    };
    let difference = compare::compare_tables(&read(&arguments.before)?, &read(&arguments.after)?);
    if let Some(path) = &arguments.out {
        write_file(path, compare::html(&difference).as_bytes())?;
        told(writeln!(stdout(), "{}", path.display()))?;
    }
    if arguments.json {
        let text = serde_json::to_string(&difference).expect("a difference can be written");
        told(writeln!(stdout(), "{text}"))?;
    } else if arguments.out.is_none() {
        told(write!(stdout(), "{}", compare::text(&difference)))?;
    }
    Ok(())
}

fn read(sources: &[String], query: Option<&str>, options: &Options) -> Result<Vec<State>, EdaError> {
    let (running, done) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || progress::show(&options.progress, &done));
        let state = source::profile(sources, query, options);
        drop(running);
        state
    })
}

fn options(reading: &Reading) -> Result<Options, EdaError> {
    let mut options = Options::default();
    options.workers = reading.workers.unwrap_or(options.workers).max(1);
    options.forbidden.clone_from(&reading.forbid);
    options.header = reading.no_header.then_some(false);
    let unknown = |name: &str, reason: &str| EdaError::Source { name: name.to_owned(), reason: reason.to_owned() };
    if let Some(delimiter) = reading.delimiter {
        let byte = u8::try_from(delimiter).ok().filter(u8::is_ascii);
        options.delimiter =
            Some(byte.ok_or_else(|| unknown(&delimiter.to_string(), "a delimiter is one ASCII character"))?);
    }
    if let Some(name) = &reading.encoding {
        options.encoding = Some(
            Encoding::named(name)
                .ok_or_else(|| unknown(name, "it is no encoding; name one such as utf-8 or latin1"))?,
        );
    }
    Ok(options)
}
