//! Messages to the terminal, and the reasons to stop.

use std::fmt::Display;
use std::io::{self, ErrorKind, Stderr, Write};

/// The reason why a command ends before its work is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The user asks for the help text.
    Help,
    /// The input or the output cannot be used.
    Unusable(String),
    /// The program that read the output, such as `head`, has ended. This is no error.
    NoReader,
}

impl Stop {
    /// The arguments are wrong.
    pub(crate) fn usage(message: impl Display) -> Stop {
        Stop::Unusable(format!("{message}; see --help"))
    }
}

impl From<String> for Stop {
    fn from(message: String) -> Stop {
        Stop::Unusable(message)
    }
}

/// For errors of writing to the output. An error of reading gets the name of its file instead.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            ErrorKind::BrokenPipe => Stop::NoReader,
            _ => Stop::Unusable(format!("output: {error}")),
        }
    }
}

/// Writes messages to stderr and counts the rows that were skipped.
pub(crate) struct Messages {
    stderr: Stderr,
    command: &'static str,
    skipped: u64,
}

impl Messages {
    pub(crate) fn new(command: &'static str) -> Messages {
        Messages { stderr: io::stderr(), command, skipped: 0 }
    }

    pub(crate) fn error(&self, message: &str) {
        self.write(format_args!("{}: {message}", self.command));
    }

    pub(crate) fn warning(&self, message: &str) {
        self.write(format_args!("{}: warning: {message}", self.command));
    }

    /// Warns of something in a row that is used nevertheless.
    pub(crate) fn warning_at(&self, place: impl Display, message: &str) {
        self.write(format_args!("{place}: warning: {message}"));
    }

    /// Reports a row that cannot be used.
    pub(crate) fn skip(&mut self, place: impl Display, message: &str) {
        self.write(format_args!("{place}: {message}"));
        self.skipped += 1;
    }

    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// A closed or full stderr does not change what the command does or its exit code, so errors are dropped.
    fn write(&self, line: impl Display) {
        let _ = writeln!(&self.stderr, "{line}");
    }
}
