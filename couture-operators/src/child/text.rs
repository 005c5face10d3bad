//! Commands and signals in words.

use couture_core::ProcessCommand;
use rustix::process::Signal;

use crate::log::Masker;

/// The command as one would type it into a shell, its secrets masked.
pub(super) fn command_line(command: &ProcessCommand) -> String {
    let masker = Masker::new(&command.secrets);
    // Masked before they are quoted, which may change what a secret looks like.
    let word = |word: &String| quoted(&masker.mask(word));
    let mut line = word(&command.program);
    for argument in &command.args {
        line.push(' ');
        line.push_str(&word(argument));
    }
    line
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A signal's name, such as `SIGKILL`, or its number where it has none.
pub(crate) fn signal_name(signal: i32) -> String {
    let named = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::USR1, "SIGUSR1"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::USR2, "SIGUSR2"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
        (Signal::XFSZ, "SIGXFSZ"),
        (Signal::SYS, "SIGSYS"),
    ];
    named
        .iter()
        .find(|(known, _)| known.as_raw() == signal)
        .map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        let check = |word: &str, expected: &str| assert_eq!(quoted(word), expected);
        check("bash", "bash");
        check("", "''");
        check("echo hi", "'echo hi'");
        check("it's", r"'it'\''s'");
        let command = ProcessCommand {
            program: "bash".into(),
            args: vec!["-c".into(), "echo pa'ss".into()],
            env: Default::default(),
            clear_env: false,
            cwd: None,
            secrets: vec!["pa'ss".into()],
            kill_grace: Default::default(),
            greeting: None,
            warm: None,
        };
        assert_eq!(command_line(&command), "bash -c 'echo ***'");
        assert_eq!(signal_name(9), "SIGKILL");
        assert_eq!(signal_name(40), "signal 40");
    }
}
