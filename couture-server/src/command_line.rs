//! The command line of the server programs: a flag for each setting.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};

use crate::error::StartError;
use crate::settings::{Given, Section, Settings, help, load};

/// What the command line asks for.
pub(crate) enum Invocation {
    /// To run with these settings.
    Run(Box<Settings>),
    /// To print the sample file.
    PrintSample,
    /// Nothing more: help was shown, or the command line is wrong.
    Exit(ExitCode),
}

/// Reads the command line and the settings.
pub(crate) fn invocation(name: &'static str) -> Result<Invocation, StartError> {
    let matches = match command(name).try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // Nothing can be done where even that cannot be printed.
            let _ = error.print();
            return Ok(Invocation::Exit(ExitCode::from(error.exit_code() as u8)));
        }
    };
    if matches.get_flag("print-sample") {
        return Ok(Invocation::PrintSample);
    }
    let flags = Section::all().iter().flat_map(|section| section.keys).filter_map(|key| {
        let value = matches.get_one::<String>(key.flag)?;
        Some((key.flag.to_owned(), value.clone()))
    });
    let given = Given {
        file: matches.get_one::<PathBuf>("config").cloned(),
        // A name or value that is not text is none of ours.
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        flags: flags.collect(),
    };
    Ok(Invocation::Run(Box::new(load(&given)?)))
}

fn command(name: &'static str) -> Command {
    let about = match name {
        "scheduler" => "Couture without HTTP: schedules and runs DAGs",
        _ => "Couture: schedules and runs DAGs, and shows them at http://127.0.0.1:8080",
    };
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Read settings from FILE instead of couture.toml in the data folder");
    let sample = Arg::new("print-sample")
        .long("print-sample")
        .action(ArgAction::SetTrue)
        .help("Print a settings file with every setting and its default");
    let settings = Section::all().iter().flat_map(|section| section.keys).map(|key| {
        let arg = Arg::new(key.flag).long(key.flag).value_name("VALUE").hide(true);
        if key.is_switch { arg.num_args(0..=1).require_equals(true).default_missing_value("true") } else { arg }
    });
    Command::new(name)
        .args_override_self(true)
        .version(env!("CARGO_PKG_VERSION"))
        .about(about)
        .override_usage(format!("{name} [--config FILE] [--SETTING VALUE]…"))
        .arg(config)
        .arg(sample)
        .args(settings)
        .after_help(help())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command("server").debug_assert();
        super::command("scheduler").debug_assert();
    }
}
