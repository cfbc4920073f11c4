//! Warns of parts of a model that do nothing, and shows what its axes can reach.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};
use warmth::{Lint, Points, Record};

use crate::document::Document;
use crate::messages::{Messages, Stop, counted};
use crate::output::write_table;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A model document, .toml or .json
    model: PathBuf,
    /// `table` shows the warnings at their place, and what each axis can reach; `jsonl` has one line per warning, and a last
    /// line with everything that is possible
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Exit with 3 if there are warnings
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Jsonl,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let document = Document::open(&args.model)?;
    let model = document.model(messages)?;
    let lint = model.lint::<Record>().map_err(|error| document.problems(&error, messages))?;
    match args.format {
        Format::Table => {
            for text in document.warnings(lint.warnings(), messages) {
                messages.document_warning(&text);
            }
            let count = counted(messages.warnings(), ["warning", "warnings"]);
            writeln!(out, "{}: `{}` has {count}", args.model.display(), model.name())?;
            Ok(write_table(out, &reachable(&lint), |column| column > 0)?)
        }
        Format::Jsonl => {
            for warning in lint.warnings() {
                messages.count_warning();
                write_json(out, &serde_json::to_value(warning).map_err(|error| error.to_string())?)?;
            }
            write_json(out, &json!({ "possible": lint.possible() }))
        }
    }
}

fn write_json(out: &mut dyn Write, line: &Value) -> Result<(), Stop> {
    Ok(writeln!(out, "{line}")?)
}

/// The least and the greatest score of each axis and of the whole.
fn reachable(lint: &Lint) -> Vec<[String; 3]> {
    let row = |name: &str, least: Points, greatest: Points| [name.to_owned(), least.to_string(), greatest.to_string()];
    let header = ["", "least", "greatest"].map(str::to_owned);
    let axes = lint.possible().axes().iter().map(|axis| row(&axis.name, *axis.score.start(), *axis.score.end()));
    let value = lint.possible().value();
    std::iter::once(header).chain(axes).chain([row("score", *value.start(), *value.end())]).collect()
}
