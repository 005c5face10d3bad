//! A call of the program.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use super::arguments::Arguments;
use super::commands;

/// Does what the arguments say, which are without the name of the program, and gives the code to leave with: 0, 1 where
/// it failed, and 2 where the arguments make no sense.
///
/// The paths of the reports go to the standard output, one a line. Why it failed goes to the standard error. So does the
/// progress: a bar on a terminal, and elsewhere a line of JSON at most every two seconds, which starts with `{` and holds
/// the numbers `rows` and `rows_per_second`, and `share`, from 0 to 1, where it is known how much there is to read.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where nobody listens, nothing can be told.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match commands::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("eda: failed to {error}");
            ExitCode::FAILURE
        }
    }
}
