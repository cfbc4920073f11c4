//! Scores a file of records: ranks them for a person, or writes one JSON object per record for a program.
//!
//! Reads one record at a time. In memory are one compact `Activity` for each id with events, the ids of the records so
//! far, and for the table its rows: 100,000 records with 1,000,000 events take less than 256 MiB.

mod output;

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use warmth::{Record, Scorer};

use crate::args::{Arg, Args, unknown};
use crate::messages::{Messages, Stop};
use crate::records::{INSTANT, Records, instant, read_events, read_model};
use output::{Ranking, write_outcome};

pub(crate) const HELP: &str = "\
Scores the records of a file with a model.

usage: warmth score MODEL RECORDS [--events FILE] [--as-of INSTANT] [--format table|jsonl] [--top N|all]
       warmth score MODEL RECORDS [--events FILE] [--as-of INSTANT] --explain ID

  MODEL            a model document, .toml or .json
  RECORDS          .csv or .jsonl with an `id`; empty values are missing, lists are split at `;`
  --events FILE    .csv or .jsonl with `id`, `event`, `at` and, where known, `count` and `amount`
  --as-of INSTANT  RFC 3339, such as 2026-11-22T18:00:00+01:00 (default: now)
  --format FORMAT  `table` ranks accounts for a person, `jsonl` writes one object per record in the order of the
                   input (default: table)
  --top N|all      how many accounts the table lists (default: 25)
  --explain ID     print the score of one record line by line, and nothing else

The command reports and skips rows that it cannot read.
exit code: 0 all rows were read, 1 some were skipped, 2 nothing could be scored";

/// The only place that reads a clock: a scorer gets the time from its caller.
#[expect(clippy::disallowed_methods, reason = "the clock is the host's")]
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

pub(crate) fn run(args: Args<'_>, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let request = Request::from_args(args)?;
    let model = read_model(&request.model)?;
    let scorer = Scorer::<Record>::new(&model).map_err(|error| format!("{}: {error}", request.model.display()))?;
    let activities = match &request.events {
        Some(path) => read_events(path, messages)?,
        None => HashMap::new(),
    };
    let mut records = Records::open(&request.records, &scorer, activities, messages)?;

    let mut ranking = Ranking::default();
    let mut anything_scored = false;
    while let Some((id, record)) = records.next(messages)? {
        if let Some(wanted) = &request.explain {
            if *wanted == id {
                return Ok(writeln!(out, "{}", scorer.explain(&record, request.as_of))?);
            }
            continue;
        }
        anything_scored = true;
        let score = scorer.score(&record, request.as_of);
        match request.format {
            Format::Jsonl => write_outcome(out, &id, score, scorer.missing(&record).collect())?,
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
        ranking.write(out, request.top)?;
    }
    out.flush()?; // the warning comes after the table
    records.warn_of_unknown_ids(messages);
    Ok(())
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
    fn from_args(mut args: Args<'_>) -> Result<Request, Stop> {
        let (mut files, mut events, mut explain, mut as_of) = (Vec::new(), None, None, now());
        let (mut format, mut top) = (Format::Table, 25);
        while let Some(arg) = args.next()? {
            match arg {
                Arg::File(file) => files.push(file),
                Arg::Option("--events") => events = Some(args.path()?),
                Arg::Option("--explain") => explain = Some(args.text()?),
                Arg::Option("--as-of") => as_of = args.parse(INSTANT, instant)?,
                Arg::Option("--format") => {
                    format = args.parse("`table` or `jsonl`", |text| match text {
                        "table" => Some(Format::Table),
                        "jsonl" => Some(Format::Jsonl),
                        _ => None,
                    })?;
                }
                Arg::Option("--top") => {
                    top = args.parse("a whole number or `all`", |text| match text {
                        "all" => Some(usize::MAX),
                        number => number.parse().ok(),
                    })?;
                }
                Arg::Option(other) => return Err(unknown(other)),
            }
        }
        match <[PathBuf; 2]>::try_from(files) {
            Ok([model, records]) => Ok(Request { model, records, events, as_of, format, top, explain }),
            Err(files) => Err(Stop::usage(format!("expected MODEL and RECORDS, found {} file names", files.len()))),
        }
    }
}
