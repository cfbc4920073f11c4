//! Scores a file of records: ranks them for a person, or writes one JSON object per record for a program.
//!
//! ```text
//! cargo run --example score -- examples/data/cross_sell.toml examples/data/accounts.csv \
//!     --events examples/data/events.csv --as-of 2026-11-22T18:00:00Z
//! ```
//!
//! Written to be copied into a host, in the three parts that every host has: what is asked (this file), what comes in
//! (`input.rs`) and what goes out (`output.rs`). Everything in between is the scorer's.
//!
//! Records are read one at a time. Held in memory are one compact `Activity` for each id with events, the ids that were
//! seen, and for the table its rows: 100,000 records with 1,000,000 events take less than 256 MiB.

#![expect(clippy::print_stderr, reason = "a program speaks to its terminal")]

#[path = "../records.rs"]
mod input;
mod output;

use std::collections::HashMap;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use warmth::{Record, Scorer};

use input::{Records, instant, read_events, read_model};
use output::{Ranking, write_outcome};

const HELP: &str = "\
Scores the records of a file with a model.

usage: score MODEL RECORDS [--events FILE] [--as-of INSTANT] [--format table|jsonl] [--top N|all]
       score MODEL RECORDS [--events FILE] [--as-of INSTANT] --explain ID

  MODEL            a model document, .toml or .json
  RECORDS          .csv or .jsonl with an `id`; what is empty is missing, lists are split at `;`
  --events FILE    .csv or .jsonl with `id`, `event`, `at` and, where known, `count` and `amount`
  --as-of INSTANT  RFC 3339, such as 2026-11-22T18:00:00+01:00 (default: now)
  --format FORMAT  `table` ranks accounts for a person, `jsonl` writes one object per record in the order of the
                   input (default: table)
  --top N|all      how many accounts the table lists (default: 25)
  --explain ID     print how one record came to its score, and nothing else

A row that cannot be read is reported and skipped.
exit code: 0 all rows were read, 1 some were skipped, 2 nothing could be scored";

fn main() -> ExitCode {
    let request = Request::from_args(std::env::args().skip(1));
    match request.and_then(|request| request.as_ref().map_or(Ok(0), run)) {
        Ok(0) | Err(Stop::NobodyReads) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(Stop::Unusable(message)) => {
            eprintln!("score: {message}");
            ExitCode::from(2)
        }
    }
}

/// Why the program ends before its work is done.
enum Stop {
    Unusable(String),
    /// The reader of the output went away, as `head` does.
    NobodyReads,
}

impl From<String> for Stop {
    fn from(message: String) -> Stop {
        Stop::Unusable(message)
    }
}

/// Of writing to the output. An error of reading is reported with the name of its file instead.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            ErrorKind::BrokenPipe => Stop::NobodyReads,
            _ => Stop::Unusable(format!("output: {error}")),
        }
    }
}

/// The one place that reads a clock: a scorer is always told what time it is.
#[expect(clippy::disallowed_methods, reason = "the clock is the host's")]
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Returns how many rows were skipped.
fn run(request: &Request) -> Result<u64, Stop> {
    let model = read_model(&request.model)?;
    let scorer = Scorer::<Record>::new(&model).map_err(|error| format!("{}: {error}", request.model.display()))?;
    let mut skipped = 0;
    let activities = match &request.events {
        Some(path) => read_events(path, &mut skipped)?,
        None => HashMap::new(),
    };
    let mut records = Records::open(&request.records, &scorer, activities)?;
    let mut out = BufWriter::new(io::stdout().lock());

    let mut ranking = Ranking::default();
    let mut anything_scored = false;
    while let Some((id, record)) = records.next(&mut skipped)? {
        if let Some(wanted) = &request.explain {
            if *wanted == id {
                writeln!(out, "{}", scorer.explain(&record, request.as_of))?;
                out.flush()?;
                return Ok(skipped);
            }
            continue;
        }
        anything_scored = true;
        let score = scorer.score(&record, request.as_of);
        match request.format {
            Format::Jsonl => write_outcome(&mut out, &id, score, scorer.missing(&record).collect())?,
            Format::Table => ranking.add(id, records.name(), score, scorer.missing(&record).count()),
        }
    }
    if let Some(wanted) = &request.explain {
        return Err(format!("{}: no record that can be read has the id `{wanted}`", request.records.display()).into());
    }
    if !anything_scored {
        return Err(format!("{}: there is no record that can be scored", request.records.display()).into());
    }
    if request.format == Format::Table {
        ranking.write(&mut out, request.top)?;
    }
    out.flush()?;
    records.warn_of_unknown_ids();
    Ok(skipped)
}

struct Request {
    model: PathBuf,
    records: PathBuf,
    events: Option<PathBuf>,
    as_of: DateTime<Utc>,
    format: Format,
    top: usize,
    explain: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Table,
    Jsonl,
}

impl Request {
    /// `None` when nothing but the help text was asked for.
    fn from_args(mut args: impl Iterator<Item = String>) -> Result<Option<Request>, Stop> {
        let (mut files, mut events, mut explain) = (Vec::new(), None, None);
        let mut as_of = now();
        let (mut format, mut top) = (Format::Table, 25);
        while let Some(arg) = args.next() {
            if arg == "--help" {
                writeln!(io::stdout(), "{HELP}")?;
                return Ok(None);
            }
            if !arg.starts_with("--") {
                files.push(PathBuf::from(arg));
                continue;
            }
            let mut value = || args.next().ok_or_else(|| format!("`{arg}` needs a value; see --help"));
            let unexpected = |expected: &str, found: &str| format!("{arg}: expected {expected}, found `{found}`");
            match arg.as_str() {
                "--events" => events = Some(PathBuf::from(value()?)),
                "--explain" => explain = Some(value()?),
                "--as-of" => {
                    let text = value()?;
                    as_of = instant(&text).map_err(|expected| unexpected(expected, &text))?;
                }
                "--format" => match value()?.as_str() {
                    "table" => format = Format::Table,
                    "jsonl" => format = Format::Jsonl,
                    other => return Err(unexpected("`table` or `jsonl`", other).into()),
                },
                "--top" => match value()?.as_str() {
                    "all" => top = usize::MAX,
                    text => top = text.parse().map_err(|_| unexpected("a whole number or `all`", text))?,
                },
                _ => return Err(format!("unknown option `{arg}`; see --help").into()),
            }
        }
        match <[PathBuf; 2]>::try_from(files) {
            Ok([model, records]) => Ok(Some(Request { model, records, events, as_of, format, top, explain })),
            Err(files) => {
                Err(format!("expected MODEL and RECORDS, found {} file names; see --help", files.len()).into())
            }
        }
    }
}
