//! Scores a file of records: ranks them for a person, or writes one line per record for a program.
//!
//! Reads one record at a time. In memory are one compact `Activity` for each id with events, the ids of the records so
//! far, and for the table its rows: 100,000 records with 1,000,000 events take less than 256 MiB.

mod output;

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use warmth::Scorer;

use crate::document::Document;
use crate::messages::{Messages, Stop};
use crate::options::{FileArgs, as_of, next_mapping, top};
use crate::population::{Files, Population, Scored, fields, gate_of};
use crate::reads::asks_coverage;
use output::{CsvWriter, Ranking, write_outcome};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A model document, .toml or .json
    pub(crate) model: PathBuf,
    /// CSV, TSV, JSON lines or .xlsx with an id; `-` is standard input
    pub(crate) records: PathBuf,
    /// Events in one of the same forms, with the columns `id`, `event`, `at` and, where known, `count`, `amount` and attributes
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// RFC 3339, such as 2026-11-22T18:00:00+01:00, or a date for its midnight in UTC (default: now)
    #[arg(long, value_name = "INSTANT", value_parser = as_of)]
    as_of: Option<DateTime<Utc>>,
    /// `table` ranks records for a person; `csv` and `jsonl` have one line per record in the order of the input
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// How many records the table lists: a number or `all`
    #[arg(long, value_name = "N", value_parser = top, default_value = "25")]
    top: usize,
    /// Print the score of one record line by line, and nothing else
    #[arg(long, value_name = "ID", conflicts_with_all = ["format", "top", "report"])]
    explain: Option<String>,
    /// Write what never matched to a file of JSON, too
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Exit with 3 if there are warnings
    #[arg(long)]
    pub(crate) strict: bool,
    /// Count rows of events that are the same in every cell once
    #[arg(long)]
    drop_duplicates: bool,
    #[command(flatten)]
    file: FileArgs,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Jsonl,
}

/// The only place that reads a clock: a scorer gets the time from its caller.
#[expect(clippy::disallowed_methods, reason = "the clock is the host's")]
pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let document = Document::open(&args.model)?;
    let model = document.model(messages)?;
    let scorer = document.scorer(&model, messages)?;
    let mapping = args.file.mapping()?;
    let files = Files {
        records: &args.records,
        events: args.events.as_deref(),
        mapping: &mapping,
        drop_duplicates: args.drop_duplicates,
    };
    let opened = Population::open(&files, &[&model], fields(&scorer), messages);
    let population = opened.map_err(|stop| stop.with_next(|| next(args)))?;
    let as_of = args.as_of.unwrap_or_else(now);
    if let Some(wanted) = &args.explain {
        return explain(wanted, population, &scorer, as_of, args, messages, out);
    }
    let mut ranking = Ranking::default();
    let csv = match args.format {
        Format::Csv => Some(CsvWriter::new(out, &scorer, asks_coverage(&model))?),
        Format::Table | Format::Jsonl => None,
    };
    let found = population.score((&model, &scorer), as_of, messages, |scored| {
        let Scored { id, name, record, score, fired } = scored;
        let gate = || gate_of(&score, fired);
        match (&csv, args.format) {
            (Some(csv), _) => csv.write(out, (&id, &name), score, gate(), scorer.missing(record))?,
            (None, Format::Table) => ranking.add(id, name, score, gate(), scorer.missing(record).count()),
            (None, _) => write_outcome(out, &id, score, scorer.missing(record).collect())?,
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let Some(found) = found.filter(|found| found.count() > 0) else {
        return Err(format!("{}: there is no record that can be scored", args.records.display()).into());
    };
    if args.format == Format::Table {
        ranking.write(out, args.top, &model, &scorer)?;
    }
    out.flush()?; // the warnings come after the output
    found.write(messages);
    if let Some(path) = &args.report {
        let json = serde_json::to_string_pretty(&found.report).map_err(|error| error.to_string())?;
        fs::write(path, json + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if messages.has_misfits() && !args.file.is_mapped() {
        messages.note(&next(args));
    } else if args.file.is_mapped() && args.format == Format::Table {
        messages.note(
            "next: add `--explain ID` to see the reasons of a score, `--format csv` for a file with every record",
        );
    }
    Ok(())
}

fn explain(
    wanted: &str,
    population: Population<'_>,
    scorer: &Scorer<warmth::Record>,
    as_of: DateTime<Utc>,
    args: &Args,
    messages: &mut Messages,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let mut records = population.records;
    let plain = |id: &str| id.trim_start_matches('0').to_lowercase();
    let mut alike = None;
    while let Some((id, record)) = records.next(messages)? {
        if id == wanted {
            return Ok(writeln!(out, "{}", scorer.explain(&record, as_of))?);
        }
        if alike.is_none() && plain(&id) == plain(wanted) {
            alike = Some(id);
        }
    }
    let alike = alike.map_or(String::new(), |id| format!("; did you mean `{id}`?"));
    Err(format!("{}: no record that can be read has the id `{wanted}`{alike}", args.records.display()).into())
}

fn next(args: &Args) -> String {
    next_mapping(&args.records, args.events.as_deref(), &args.model)
}
