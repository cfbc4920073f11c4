//! Scores a file of records: ranks them for a person, or writes one line per record for a program.
//!
//! Reads one record at a time. In memory are one compact `Activity` for each id with events, the ids of the records so
//! far, and for the table its rows: 100,000 records with 1,000,000 events take less than 256 MiB.

mod output;

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::document::Document;
use crate::messages::{Messages, Stop};
use crate::options::{PopulationArgs, ReportArgs, top};
use crate::population::{Population, Scored, fields, gate_of};
use crate::reads::asks_coverage;
use output::{CsvWriter, Ranking, write_outcome};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A model document, .toml or .json
    model: PathBuf,
    /// CSV, TSV, JSON lines or .xlsx with an id; `-` is standard input
    records: PathBuf,
    /// `table` ranks records for a person; `csv` and `jsonl` have one line per record in the order of the input
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// How many records the table lists: a number or `all`
    #[arg(long, value_name = "N", value_parser = top, default_value = "25")]
    top: usize,
    /// Print the score of one record line by line, and nothing else
    #[arg(long, value_name = "ID", conflicts_with_all = ["format", "top", "report"])]
    explain: Option<String>,
    #[command(flatten)]
    population: PopulationArgs,
    #[command(flatten)]
    pub(crate) reporting: ReportArgs,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Jsonl,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let document = Document::open(&args.model)?;
    let model = document.model(messages)?;
    let scorer = document.scorer(&model, messages)?;
    let next = || args.population.next_mapping(&args.records, &args.model);
    let opened = Population::open(args.population.files(&args.records)?, &[&model], fields(&scorer), messages);
    let population = opened.map_err(|stop| stop.with_next(next))?;
    let as_of = args.population.as_of();
    if let Some(wanted) = &args.explain {
        let mut records = population.records;
        let record = records.find(wanted, messages)?;
        return Ok(writeln!(out, "{}", scorer.explain(&record, as_of))?);
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
            (Some(csv), _) => csv.write(out, (&id, &name), score, gate(), scorer.missing(record)),
            (None, Format::Table) => {
                ranking.add(id, name, score, gate(), scorer.missing(record).count());
                Ok(())
            }
            (None, _) => write_outcome(out, &id, score, scorer.missing(record).collect()),
        }
    })?;
    if args.format == Format::Table {
        ranking.write(out, args.top, &model, &scorer)?;
    }
    out.flush()?; // the warnings come after the output
    found.write(messages);
    if let Some(path) = &args.reporting.report {
        found.report.write_json(path)?;
    }
    let is_mapped = args.population.file.is_mapped();
    if messages.has_misfits() && !is_mapped {
        messages.note(&next());
    } else if is_mapped && args.format == Format::Table {
        messages.note(
            "next: add `--explain ID` to see the reasons of a score, `--format csv` for a file with every record",
        );
    }
    Ok(())
}
