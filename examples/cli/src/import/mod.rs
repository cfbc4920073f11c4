//! Writes a model from the point tables that people have for other products.
//!
//! [`sheet`] reads a table by the roles that [`shape`] gives to its columns. [`lines`] says what each row is about, with
//! [`test`] and [`operator`] for facts, [`events`] for events and [`words`] for numbers and times. [`draft`] makes rules of
//! the rows, and [`document`] writes them. A row that a rule cannot express in full becomes a comment.

mod document;
mod draft;
mod events;
mod lines;
mod operator;
mod shape;
mod sheet;
mod test;
mod words;

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::input::{Encoding, FileOptions};
use crate::messages::{Messages, Stop, counted, first_few};
use crate::options::{encoding, separator};
use crate::output::write_new_file;
use draft::{Draft, Item};
use shape::Product;
use sheet::Sheet;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Point tables: CSV, TSV, JSON lines or .xlsx; `-` is standard input
    #[arg(required = true, value_name = "SHEET")]
    files: Vec<PathBuf>,
    /// The product whose settings the tables list (default: recognised from the headers)
    #[arg(long, value_enum, value_name = "PRODUCT")]
    from: Option<Product>,
    /// Write the model to a new file (default: standard output)
    #[arg(long, alias = "output", value_name = "FILE")]
    out: Option<PathBuf>,
    /// The name of the model (default: the name of the first file)
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A sheet of the workbooks; repeat it to read several (default: the first)
    #[arg(long, value_name = "NAME")]
    sheet: Vec<String>,
    /// The number of lines before the header, such as a title (default: detected)
    #[arg(long, value_name = "LINES")]
    skip: Option<u64>,
    /// The separator of the columns: `,` `;` `|` or `tab` (default: detected)
    #[arg(long, value_name = "CHARACTER", value_parser = separator)]
    separator: Option<u8>,
    /// The encoding without a byte order mark: utf-8, utf-16le, utf-16be or latin-1 (default: utf-8)
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<Encoding>,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let mut sheets = Vec::new();
    for path in &args.files {
        let names = args.sheet.iter().cloned().map(Some);
        let names: Vec<Option<String>> = if args.sheet.is_empty() { vec![None] } else { names.collect() };
        for sheet in names {
            let options = FileOptions { separator: args.separator, encoding: args.encoding, sheet, skip: args.skip };
            let sheet = Sheet::read(path, &options, args.from, messages)?;
            describe(&sheet, args.from.is_some(), messages);
            sheets.push(sheet);
        }
    }
    let mut draft = Draft::of(&sheets);
    let name = args.name.clone().or_else(|| stem(args.files.first()?)).unwrap_or_else(|| "imported".to_owned());
    let text = draft.document(&name, &sheets)?;
    let (rules, left_out) = draft.counts();
    if rules == 0 {
        return Err(nothing(&draft, &sheets));
    }
    match &args.out {
        None => write!(out, "{text}")?,
        Some(path) => write_new_file(path, &text)?,
    }
    out.flush()?;
    let rows = sheets.iter().map(|sheet| sheet.rows.len()).sum::<usize>();
    messages.note(&format!(
        "{} read, {} written, {}",
        counted(rows, ["row", "rows"]),
        counted(rules, ["rule", "rules"]),
        counted(left_out, ["row left as a comment", "rows left as comments"])
    ));
    messages.leave_out(left_out.try_into().unwrap_or(u64::MAX));
    let file = args.out.as_ref().map_or("model.toml".to_owned(), |path| path.display().to_string());
    let save = if args.out.is_some() { "read it" } else { "save it as model.toml, read it" };
    messages.note(&format!("next: {save}, then `warmth check {file}` and `warmth lint {file}`"));
    Ok(())
}

/// Says how a table is read.
fn describe(sheet: &Sheet, is_chosen: bool, messages: &Messages) {
    let (path, shown) = (&sheet.path, sheet.shape.shown);
    match &sheet.told_by[..] {
        _ if is_chosen => messages.note(&format!("{path} is read as {shown}")),
        [] => messages.note(&format!("{path} is read as {shown}; choose a product with --from")),
        told_by => messages.note(&format!(
            "{path} is read as {shown}, because of {}; choose another product with --from",
            listed(told_by)
        )),
    }
    if !sheet.others.is_empty() {
        messages.note(&format!("{path}: the rules do not read {}; the comments have the cells", listed(&sheet.others)));
    }
}

/// The first few of the headers.
fn listed(headers: &[String]) -> String {
    let headers: Vec<String> = headers.iter().map(|header| format!("`{header}`")).collect();
    first_few(&headers, 4)
}

/// The name of a file without its extension.
fn stem(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    (stem != "-").then(|| stem.to_owned())
}

/// The refusal of tables without any row that became a rule.
fn nothing(draft: &Draft, sheets: &[Sheet]) -> Stop {
    let paths: Vec<&str> = sheets.iter().map(|sheet| sheet.path.as_str()).collect();
    let reasons = draft.items().filter_map(|item| match item {
        Item::LeftOut { row, reason } => Some(format!("{row}: {reason}")),
        Item::Rule { .. } => None,
    });
    let reasons: Vec<String> = reasons.take(3).collect();
    let reasons = if reasons.is_empty() { "it has no rows".to_owned() } else { reasons.join("\n") };
    Stop::Unusable(format!("{}: no row became a rule, so nothing is written:\n{reasons}", paths.join(" and ")))
}
