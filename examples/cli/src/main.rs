//! The command line of warmth: scores files of records, starts and checks models, drafts mappings, previews changes, keeps
//! scores as cases, weighs labelled histories and watches a portfolio.
//!
//! ```text
//! cargo run --release -p warmth-cli -- score examples/data/cross_sell.toml examples/data/accounts.csv \
//!     --events examples/data/events.csv --as-of 2026-11-22T18:00:00Z
//! ```
//!
//! Copy the parts that your host needs. `input` reads files of any form. `mapping` turns cells into facts. `records` and
//! `events` read both files with a mapping, and `matched` finds what never matched. Each subcommand is a module.

mod case;
mod check;
mod diff;
mod document;
mod dotted;
mod events;
mod evidence;
mod import;
mod input;
mod lint;
mod map;
mod mapping;
mod matched;
mod messages;
mod misfits;
mod names;
mod new;
mod options;
mod output;
mod page;
mod population;
mod preview;
mod progress;
mod reads;
mod records;
mod release_note;
mod schema;
mod score;
mod watch;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use messages::{Messages, Stop};

/// Scores customers by rules.
#[derive(Parser)]
#[command(name = "warmth", after_help = EXIT_CODES, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
exit code: 0 done, 1 some rows or events were left out, 2 the command could not do its work,
           3 with --strict: there were warnings";

#[derive(Subcommand)]
enum Command {
    /// Score the records of a file with a model
    Score(score::Args),
    /// Check a model; with files, also report what never matches
    Check(check::Args),
    /// Warn of parts of a model that do nothing: rules that never hold, states out of reach, caps that never bind
    Lint(lint::Args),
    /// List the templates, or write one as the start of a model
    New(new::Args),
    /// Write a model from the point tables of HubSpot, Eloqua, Marketo or Breadcrumbs, or from a plain table
    Import(import::Args),
    /// Draft a mapping from the columns and cells of a file
    Map(map::Args),
    /// Score the same records with two models: who moves to another state, grade, segment or play, and which rule did it
    Preview(preview::Args),
    /// Write a record and its score as a case of the model
    Case(case::Args),
    /// Write the JSON Schema of models for editors, or a schema for the columns and events of your files
    Schema(schema::Args),
    /// List what changes from one model to another, in words
    Diff(diff::Args),
    /// Write a release note of a changed model: what changes, and with records who moves
    ReleaseNote(release_note::Args),
    /// Weigh the factors of a labelled history and propose models
    Evidence(evidence::Args),
    /// List the changes of the shipped portfolio in the next 90 days
    Watch(watch::Args),
    /// Write completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// The exit code if rows or events were left out.
const LEFT_OUT: u8 = 1;
/// The exit code if the command could not do its work.
const FAILED: u8 = 2;
/// The exit code of a strict run with warnings.
const WARNED: u8 = 3;

fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &mut out),
    };
    let (name, strict) = cli.command.name_and_strictness();
    let mut messages = Messages::new(name);
    let done = match cli.command {
        Command::Score(args) => score::run(&args, &mut messages, &mut out),
        Command::Check(args) => check::run(&args, &mut messages, &mut out),
        Command::Lint(args) => lint::run(&args, &mut messages, &mut out),
        Command::New(args) => new::run(&args, &messages, &mut out),
        Command::Import(args) => import::run(&args, &mut messages, &mut out),
        Command::Map(args) => map::run(&args, &messages, &mut out),
        Command::Preview(args) => preview::run(&args, &mut messages, &mut out),
        Command::Case(args) => case::run(&args, &mut messages, &mut out),
        Command::Schema(args) => schema::run(&args, &messages, &mut out),
        Command::Diff(args) => diff::run(&args, &messages, &mut out),
        Command::ReleaseNote(args) => release_note::run(&args, &mut messages, &mut out),
        Command::Evidence(args) => evidence::run(&args, &mut messages, &mut out),
        Command::Watch(args) => watch::run(&args, &mut messages, &mut out),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "warmth", &mut script);
            out.write_all(&script).map_err(Stop::from)
        }
    };
    // Whatever was printed before an error stays in front of its message.
    let flushed = out.flush().map_err(Stop::from);
    messages.write_hidden();
    match done.and(flushed) {
        Ok(()) if messages.left_out() > 0 => ExitCode::from(LEFT_OUT),
        Ok(()) if strict && messages.warnings() > 0 => ExitCode::from(WARNED),
        Ok(()) | Err(Stop::NoReader) => ExitCode::SUCCESS,
        Err(Stop::Unusable(message) | Stop::NoMapping(message)) => {
            messages.error(&message);
            ExitCode::from(FAILED)
        }
        Err(Stop::Shown(text)) => {
            messages.show(&text);
            ExitCode::from(FAILED)
        }
    }
}

impl Command {
    fn name_and_strictness(&self) -> (&'static str, bool) {
        match self {
            Command::Score(args) => ("score", args.reporting.strict),
            Command::Check(args) => ("check", args.reporting.strict),
            Command::Lint(args) => ("lint", args.strict),
            Command::New(_) => ("new", false),
            Command::Import(_) => ("import", false),
            Command::Map(_) => ("map", false),
            Command::Preview(_) => ("preview", false),
            Command::Case(_) => ("case", false),
            Command::Schema(_) => ("schema", false),
            Command::Diff(_) => ("diff", false),
            Command::ReleaseNote(_) => ("release-note", false),
            Command::Evidence(_) => ("evidence", false),
            Command::Watch(_) => ("watch", false),
            Command::Completions { .. } => ("completions", false),
        }
    }
}

/// Writes the requested help, or the mistake in the arguments.
fn usage(error: &clap::Error, out: &mut dyn Write) -> ExitCode {
    let messages = Messages::new("warmth");
    if error.kind() != ErrorKind::DisplayHelp {
        messages.show(&error.to_string());
        return ExitCode::from(FAILED);
    }
    match write!(out, "{error}").and_then(|()| out.flush()).map_err(Stop::from) {
        Ok(()) | Err(Stop::NoReader) => ExitCode::SUCCESS,
        Err(Stop::Unusable(message) | Stop::NoMapping(message) | Stop::Shown(message)) => {
            messages.error(&message);
            ExitCode::from(FAILED)
        }
    }
}
