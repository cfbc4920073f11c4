//! Messages to the terminal, and the reasons to stop.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Stderr, Write};

use anstyle::{AnsiColor, Style};

/// The reason why a command ends before its work is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The input or the output cannot be used.
    Unusable(String),
    /// A file has no column for an id, an event or a time: a mapping is needed.
    NoMapping(String),
    /// A text for the terminal that needs no prefix, such as the problems of a document.
    Shown(String),
    /// The program that read the output, such as `head`, has ended. This is no error.
    NoReader,
}

impl Stop {
    /// Adds what to do next to a message about unusable input.
    pub(crate) fn with_next(self, next: impl FnOnce() -> String) -> Stop {
        match self {
            Stop::NoMapping(message) => Stop::Unusable(format!("{message}\n{}", next())),
            stop => stop,
        }
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

/// How many rows get a message of their own when they are left out.
const SKIPS: u64 = 20;

/// A number with its noun: `1 row`, `2 rows`.
pub(crate) fn counted(number: impl TryInto<u64>, [one, several]: [&str; 2]) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{number} {}", if number == 1 { one } else { several })
}

/// The first names of a list, and the number of the others: `a, b and 3 more`.
pub(crate) fn first_few<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown = names.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A cell as messages show it: its beginning, on one line.
pub(crate) fn shortened(cell: &str) -> String {
    let start: String = cell.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(60).collect();
    if start.len() < cell.len() { format!("{start}…") } else { start }
}

/// Writes messages to stderr, and counts what a strict run or the exit code needs.
pub(crate) struct Messages {
    stderr: Stderr,
    command: &'static str,
    left_out: u64,
    skipped: u64,
    warnings: u64,
    misfits: bool,
}

impl Messages {
    pub(crate) fn new(command: &'static str) -> Messages {
        Messages { stderr: io::stderr(), command, left_out: 0, skipped: 0, warnings: 0, misfits: false }
    }

    pub(crate) fn error(&self, message: &str) {
        let (red, end) = self.style(AnsiColor::Red);
        self.write(format_args!("{red}{}:{end} {message}", self.command));
    }

    /// A text for the terminal as it is.
    pub(crate) fn show(&self, text: &str) {
        self.write(text.trim_end());
    }

    /// A finding that the user should mend: a strict run fails.
    pub(crate) fn warning(&mut self, message: &str) {
        self.warnings += 1;
        let (yellow, end) = self.style(AnsiColor::Yellow);
        self.write(format_args!("{}: {yellow}warning:{end} {message}", self.command));
    }

    /// A warning about a document, shown at its place: a strict run fails.
    pub(crate) fn document_warning(&mut self, text: &str) {
        self.count_warning();
        self.show(text);
        self.write("");
    }

    /// Counts a warning that the output has: a strict run fails.
    pub(crate) fn count_warning(&mut self) {
        self.warnings += 1;
    }

    /// A finding that is no fault, such as the separator of a file, or a command to run next.
    pub(crate) fn note(&self, message: &str) {
        let (cyan, end) = self.style(AnsiColor::Cyan);
        self.write(format_args!("{}: {cyan}note:{end} {message}", self.command));
    }

    /// Reports a row that cannot be used. After the first few, rows are only counted.
    pub(crate) fn skip(&mut self, place: impl Display, message: &str) {
        self.left_out += 1;
        self.skipped += 1;
        if self.skipped <= SKIPS {
            self.write(format_args!("{place}: {message}"));
        }
    }

    /// Writes how many rows were left out without a message. Call it once, at the end.
    pub(crate) fn write_hidden(&self) {
        let hidden = self.skipped.saturating_sub(SKIPS);
        if hidden > 0 {
            let more = counted(hidden, ["more row is left out", "more rows are left out"]);
            self.write(format_args!("{}: {more}", self.command));
        }
    }

    /// Counts rows that are left out and were reported otherwise.
    pub(crate) fn leave_out(&mut self, rows: u64) {
        self.left_out += rows;
    }

    /// The number of rows that were left out.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(crate) fn warnings(&self) -> u64 {
        self.warnings
    }

    /// Notes that some cells do not fit their columns.
    pub(crate) fn found_misfits(&mut self) {
        self.misfits = true;
    }

    pub(crate) fn has_misfits(&self) -> bool {
        self.misfits
    }

    /// Whether stderr may have colours.
    pub(crate) fn is_coloured(&self) -> bool {
        self.stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none()
    }

    /// The texts that begin and end a colour; empty if stderr has none.
    fn style(&self, colour: AnsiColor) -> (String, String) {
        let style = if self.is_coloured() { colour.on_default().bold() } else { Style::new() };
        (style.render().to_string(), style.render_reset().to_string())
    }

    /// A closed or full stderr does not change what the command does or its exit code, so errors are dropped.
    fn write(&self, line: impl Display) {
        let _ = writeln!(&self.stderr, "{line}");
    }
}
