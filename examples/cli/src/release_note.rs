//! The release note of a changed model, as text or as data.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use warmth::ReleaseNote;

use crate::messages::{Messages, Stop, counted};
use crate::options::PopulationArgs;
use crate::preview::Pair;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The model in use, .toml or .json
    old: PathBuf,
    /// The new model, .toml or .json
    new: PathBuf,
    /// CSV, TSV, JSON lines or .xlsx with an id, to count who moves; `-` is standard input
    records: Option<PathBuf>,
    /// `markdown` is for people, `json` for programs
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    #[command(flatten)]
    population: PopulationArgs,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Markdown,
    Json,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let pair = Pair::open(&args.old, &args.new, messages)?;
    let mut note = ReleaseNote::new(&pair.old_model, &pair.new_model);
    let compared = match &args.records {
        Some(records) => Some(pair.compare((&args.new, records), &args.population, messages)?),
        None => None,
    };
    if let Some(compared) = &compared {
        note = note.with_review(compared.sheet.clone());
    }
    match args.format {
        Format::Markdown => write!(out, "{note}")?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &note).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    if let Some(compared) = &compared {
        compared.write_warnings(messages);
    }
    // The note is a promise to people, so its model should keep the promises of its cases.
    if let Err(error) = pair.new_model.verify() {
        let problems = counted(error.problems().len(), ["problem", "problems"]);
        let new = args.new.display();
        messages.warning(&format!("{new}: the cases have {problems}; run `warmth check {new}` before you release"));
    }
    Ok(())
}
