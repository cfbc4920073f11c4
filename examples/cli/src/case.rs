//! Writes a record and its score as a case of the model, to append to the document.

use std::io::Write;
use std::path::PathBuf;

use warmth::model::Case;

use crate::document::Document;
use crate::dotted::{Braces, Tree};
use crate::messages::{Messages, Stop};
use crate::options::PopulationArgs;
use crate::population::{Population, fields};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A model document, .toml or .json
    model: PathBuf,
    /// CSV, TSV, JSON lines or .xlsx with an id; `-` is standard input
    records: PathBuf,
    /// The id of the record
    id: String,
    /// The name of the case (default: the id and the name of the record)
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    #[command(flatten)]
    population: PopulationArgs,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let document = Document::open(&args.model)?;
    let model = document.model(messages)?;
    let scorer = document.scorer(&model, messages)?;
    let opened = Population::open(args.population.files(&args.records)?, &[&model], fields(&scorer), messages);
    let next = || args.population.next_mapping(&args.records, &args.model);
    let population = opened.map_err(|stop| stop.with_next(next))?;
    if population.lacks_events(&[&model]) {
        return Err(
            "the model reads events, so a case without them expects another score; pass their file with --events"
                .to_owned()
                .into(),
        );
    }
    let mut records = population.records;
    let record = records.find(&args.id, messages)?;
    let name = args.name.clone().unwrap_or_else(|| format!("{} {}", args.id, records.name()).trim_end().to_owned());
    let case = model.capture_case(name, &record, args.population.as_of());
    let case = case.map_err(|error| document.problems(&error, messages))?;
    if document.is_json() {
        let object = serde_json::to_string_pretty(&case).map_err(|error| error.to_string())?;
        writeln!(out, "{object}")?;
    } else {
        let text = toml(&case).map_err(|error| error.to_string())?;
        // A case can exceed the limits of documents, for example with more than 10,000 events.
        document.with(&text).model(messages)?;
        write!(out, "{text}")?;
    }
    out.flush()?; // the warnings come after the output
    records.write_misfits(messages);
    Ok(())
}

/// The case as people write it: facts and expectations as dotted keys, and one line per event.
///
/// Begins with an empty line, so that it can be appended to a text that does not end with a line break.
fn toml(case: &Case) -> serde_json::Result<String> {
    let mut text = "\n[[case]]\n".to_owned();
    Tree::of(case)?.write(Braces::InLists, &mut text);
    Ok(text)
}
