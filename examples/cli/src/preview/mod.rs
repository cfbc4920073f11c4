//! Scores the same records with two models: who moves where, and which rule did it.

mod compared;
mod page;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;
use warmth::review::{Dimension, Direction, Reason};
use warmth::{Model, Score};

use crate::messages::{Messages, Stop, counted};
use crate::options::{PopulationArgs, top};
use crate::output::{clear_empty, write_file, write_line, write_table};
pub(crate) use compared::Pair;
use compared::{Compared, Matrix, Mover, NONE};
use page::Page;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The model in use, .toml or .json
    old: PathBuf,
    /// The new model, .toml or .json
    new: PathBuf,
    /// CSV, TSV, JSON lines or .xlsx with an id; `-` is standard input
    records: PathBuf,
    /// `table` counts moves and lists records that move; `csv` and `jsonl` have one line per record that moves
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// How many records the table and the page list: a number or `all`
    #[arg(long, value_name = "N", value_parser = top, default_value = "25")]
    top: usize,
    /// Also write a page of HTML with the moves, their reasons and the changes of the model
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    #[command(flatten)]
    population: PopulationArgs,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Jsonl,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let pair = Pair::open(&args.old, &args.new, messages)?;
    let compared = pair.compare((&args.new, &args.records), &args.population, messages)?;
    // The file comes first, so that it is complete even if the reader of the output goes away.
    if let Some(path) = &args.page {
        write_file(path, &Page { pair: &pair, compared: &compared, top: args.top }.to_string())?;
    }
    match args.format {
        Format::Csv => write_csv(out, &compared)?,
        Format::Jsonl => write_jsonl(out, &compared)?,
        Format::Table => write_tables(out, &pair, &compared, args.top)?,
    }
    out.flush()?;
    compared.write_warnings(messages);
    Ok(())
}

/// The name and the beginning of the fingerprint.
fn named(model: &Model) -> String {
    format!("{} {:.8}", model.name(), model.fingerprint().to_string())
}

fn write_tables(out: &mut dyn Write, pair: &Pair, compared: &Compared<'_>, top: usize) -> Result<(), Stop> {
    for dimension in &compared.dimensions {
        let matrix = Matrix::of(pair, &compared.sheet, *dimension);
        if matrix.has_moves() {
            write_matrix(out, *dimension, &matrix)?;
        } else {
            writeln!(out, "{}: no record moves\n", dimension.as_str())?;
        }
    }
    write_movers(out, compared, top)?;
    let records = counted(compared.sheet.after.rows, ["record", "records"]);
    let moved = counted(compared.movers.len(), ["moves", "move"]);
    let ways = if compared.movers.is_empty() { String::new() } else { format!(" ({})", compared.sheet.moved) };
    let (old, new) = (named(&pair.old_model), named(&pair.new_model));
    Ok(writeln!(out, "{records}, {moved}{ways}; from `{old}` to `{new}`")?)
}

fn write_matrix(out: &mut dyn Write, dimension: Dimension, matrix: &Matrix) -> Result<(), Stop> {
    let mut header = vec![format!("{}, old \\ new", dimension.as_str())];
    header.extend(matrix.names.iter().cloned());
    let mut rows = vec![header];
    for old in &matrix.names {
        let mut row = vec![old.clone()];
        row.extend(matrix.names.iter().map(|new| match matrix.count(old, new) {
            (0, _) => ".".to_owned(),
            (count, _) => count.to_string(),
        }));
        rows.push(row);
    }
    write_table(out, &rows, |column| column > 0)?;
    Ok(writeln!(out)?)
}

/// The value if it stays the same, and both values if it does not.
fn arrow<T: AsRef<str>>([before, after]: [Option<T>; 2]) -> String {
    let text = |value: &Option<T>| value.as_ref().map_or(NONE.to_owned(), |value| value.as_ref().to_owned());
    let (before, after) = (text(&before), text(&after));
    if before == after { after } else { format!("{before} -> {after}") }
}

/// The column of the name in the list of movers.
const NAME: usize = 1;

fn write_movers(out: &mut dyn Write, compared: &Compared<'_>, top: usize) -> Result<(), Stop> {
    if compared.movers.is_empty() {
        return Ok(());
    }
    let dimensions = compared.dimensions.iter().map(|dimension| dimension.as_str());
    let header = ["id", "name", "score"].into_iter().chain(dimensions).chain(["reasons"]);
    let mut rows = vec![header.map(str::to_owned).collect::<Vec<_>>()];
    for mover in compared.movers.iter().take(top) {
        let mut row = vec![mover.id.clone(), mover.name.clone(), arrow(mover.exact_scores())];
        row.extend(compared.dimensions.iter().map(|dimension| arrow(mover.places(*dimension))));
        row.push(mover.reasons());
        rows.push(row);
    }
    clear_empty(&mut rows, NAME);
    write_table(out, &rows, |_| false)?;
    let more = compared.movers.len().saturating_sub(top);
    if more > 0 {
        let more = counted(more, ["more record moves", "more records move"]);
        writeln!(out, "{more}; `--top all` lists all, `--format csv` writes them to a file")?;
    }
    Ok(writeln!(out)?)
}

fn write_csv(out: &mut dyn Write, compared: &Compared<'_>) -> Result<(), Stop> {
    let mut header = ["id", "name", "direction", "old_score", "new_score"].map(str::to_owned).to_vec();
    for dimension in Dimension::ALL {
        header.extend(["old", "new"].map(|side| format!("{side}_{}", dimension.as_str())));
    }
    header.push("reasons".to_owned());
    write_line(out, &header)?;
    for mover in &compared.movers {
        let mut cells = vec![mover.id.clone(), mover.name.clone(), mover.own.direction.as_str().to_owned()];
        cells.extend(mover.exact_scores().map(Option::unwrap_or_default));
        for dimension in Dimension::ALL {
            cells.extend(mover.places(dimension).map(|place| place.unwrap_or_default().to_owned()));
        }
        cells.push(mover.reasons());
        write_line(out, &cells)?;
    }
    Ok(())
}

/// A line of JSON. The scores have the form of the library.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    direction: Direction,
    old: &'a Score<'a>,
    new: &'a Score<'a>,
    reasons: &'a [Reason],
}

fn write_jsonl(out: &mut dyn Write, compared: &Compared<'_>) -> Result<(), Stop> {
    for Mover { id, name, own } in &compared.movers {
        let (old, new, direction, reasons) = (&own.before, &own.after, own.direction, &own.reasons[..]);
        serde_json::to_writer(&mut *out, &Row { id, name, direction, old, new, reasons }).map_err(io::Error::from)?;
        writeln!(out)?;
    }
    Ok(())
}
