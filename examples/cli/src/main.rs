//! The command line of warmth: scores files of records, weighs labelled histories and watches a portfolio.
//!
//! ```text
//! cargo run --release -p warmth-cli -- score examples/data/cross_sell.toml examples/data/accounts.csv \
//!     --events examples/data/events.csv --as-of 2026-11-22T18:00:00Z
//! ```
//!
//! Copy the parts that your host needs. Each subcommand is a module; they share the reading of arguments (`args`), files
//! of rows (`table`), models, events and records (`records`), and messages (`messages`).

mod args;
mod evidence;
mod messages;
mod records;
mod score;
mod table;
mod watch;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use args::Args;
use messages::{Messages, Stop};

const HELP: &str = "\
Scores customers by rules.

usage: warmth COMMAND ...

  score     score the records of a file with a model
  evidence  weigh the factors of a labelled history and propose models
  watch     list the changes of the shipped portfolio in the next 90 days

`warmth COMMAND --help` describes a command.";

/// A subcommand.
struct Command {
    name: &'static str,
    help: &'static str,
    run: fn(Args, &mut Messages, &mut dyn Write) -> Result<(), Stop>,
    /// The exit code if the command cannot do its work.
    failure: u8,
}

static COMMANDS: [Command; 3] = [
    Command { name: "score", help: score::HELP, run: score::run, failure: 2 },
    Command { name: "evidence", help: evidence::HELP, run: evidence::run, failure: 2 },
    Command { name: "watch", help: watch::HELP, run: watch::run, failure: 1 },
];

/// The exit code if rows were skipped.
const SKIPPED: u8 = 1;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let (first, rest) = args.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
    let found = COMMANDS.iter().find(|command| first.is_some_and(|name| *name == command.name));
    let name = found.map_or("warmth", |command| command.name);
    let mut messages = Messages::new(name);
    let mut out = BufWriter::new(io::stdout().lock());
    let done = match (found, first) {
        (Some(command), _) => (command.run)(Args::new(rest), &mut messages, &mut out),
        (None, Some(option)) if option == "--help" => Err(Stop::Help),
        (None, Some(other)) => Err(Stop::usage(format!("unknown command `{}`", other.display()))),
        (None, None) => Err(Stop::usage("expected a command")),
    };
    let done = match done {
        Err(Stop::Help) => writeln!(out, "{}", found.map_or(HELP, |command| command.help)).map_err(Stop::from),
        done => done,
    };
    // Whatever was printed before an error stays in front of its message.
    let flushed = out.flush().map_err(Stop::from);
    match done.and(flushed) {
        Ok(()) if messages.skipped() > 0 => ExitCode::from(SKIPPED),
        Ok(()) | Err(Stop::Help | Stop::NoReader) => ExitCode::SUCCESS,
        Err(Stop::Unusable(message)) => {
            messages.error(&message);
            ExitCode::from(found.map_or(2, |command| command.failure))
        }
    }
}
