//! Writes the JSON Schema of models, so that an editor completes names and refuses wrong operators.

use std::io::Write;
use std::path::{Path, PathBuf};

use warmth::model::Schema;
use warmth::{Field, Kind, Model};

use crate::map::{Draft, Sample, Sheet};
use crate::mapping::form::Form;
use crate::mapping::infer::{kind, means_missing, value};
use crate::mapping::{EventsMapping, FieldMapping, Mapping};
use crate::messages::{Messages, Stop, counted};
use crate::names::{Likeness, likeness, snake};
use crate::options::FileArgs;
use crate::output::write_file;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A file of records: models can name its columns alone
    #[arg(long = "for", value_name = "RECORDS")]
    records: Option<PathBuf>,
    /// A file of events: models can name its events and attributes alone
    #[arg(long, value_name = "FILE", requires = "records")]
    events: Option<PathBuf>,
    /// Write the schema to a file (default: standard output)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    options: FileArgs,
}

pub(crate) fn run(args: &Args, messages: &Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let (schema, known) = match &args.records {
        Some(path) => of_files(path, args, messages)?,
        None if args.options.is_mapped() => {
            return Err("pass the file of records too: `--for RECORDS`".to_owned().into());
        }
        None => (Model::schema(), String::new()),
    };
    match &args.out {
        None => writeln!(out, "{schema}")?,
        Some(path) => write_file(path, &format!("{schema}\n"))?,
    }
    out.flush()?;
    let name =
        args.out.as_deref().and_then(Path::file_name).map_or("model.schema.json".into(), |name| name.to_string_lossy());
    messages
        .note(&format!("{known}next: write `#:schema {name}` as the first line of a TOML model in the same folder"));
    Ok(())
}

/// The schema for these files, and what it knows.
fn of_files(path: &Path, args: &Args, messages: &Messages) -> Result<(Schema, String), Stop> {
    let given = args.options.mapping()?;
    let records = Sheet::read(path, &given.file, messages)?;
    let events = args.events.as_ref().map(|path| Sheet::read(path, &given.events.file, messages)).transpose()?;
    let mut draft = Draft::default();
    draft.records(&records, None, &args.options);
    if let Some(events) = &events {
        draft.events(events, None, &records, &args.options);
    }
    let drafted = Mapping::parse(&draft.text)?;
    let mapping = if args.options.is_mapped() { &given } else { &drafted };
    let mut fields = mapped_fields(&records, mapping.fields.iter(), args.options.is_mapped());
    // Models can also name columns that the mapping does not.
    let named = |column: &str| {
        mapping.fields.values().flat_map(|field| &field.columns).chain(&mapping.id).any(|own| is_called(column, own))
    };
    let others = drafted.fields.iter().filter(|(name, field)| {
        !mapping.fields.contains_key(*name) && !field.columns.iter().any(|column| named(column))
    });
    fields.extend(mapped_fields(&records, others, false));
    let mut known = counted(count(fields.len()), ["field", "fields"]);
    let mut schema = Model::schema().fields(fields);
    if let Some(sheet) = &events {
        let names = event_names(sheet, &mapping.events);
        let attributes = attributes(sheet, &mapping.events);
        known = format!(
            "{known}, {}, {}",
            counted(count(names.len()), ["event", "events"]),
            counted(count(attributes.len()), ["attribute", "attributes"])
        );
        schema = schema.events(names).attributes(attributes);
    }
    Ok((schema, format!("the schema has {known}; ")))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn is_called(column: &str, name: &str) -> bool {
    likeness(column, name) == Likeness::Spelling
}

fn column<'s>(sheet: &'s Sheet, names: &[String]) -> Option<&'s Sample> {
    names.iter().find_map(|name| sheet.columns.iter().find(|sample| is_called(&sample.name, name)))
}

/// The fields whose columns the file has.
fn mapped_fields<'m>(
    sheet: &Sheet,
    fields: impl Iterator<Item = (&'m String, &'m FieldMapping)>,
    is_stated: bool,
) -> Vec<Field> {
    let field = |(name, field): (&String, &FieldMapping)| {
        let sample = column(sheet, &field.columns)?;
        Some(Field::named(name, kind_of(sample, Some(&field.form).filter(|_| is_stated))))
    };
    fields.filter_map(field).collect()
}

/// The kind of the cells of a column: as a form of the mapping reads them, or else as a draft would.
fn kind_of(sample: &Sample, stated: Option<&Form>) -> Kind {
    let known: Vec<&String> = sample.cells.iter().filter(|cell| !means_missing(cell)).collect();
    if let Some(typed) = sample.typed {
        return typed;
    }
    if known.is_empty() {
        return Kind::Any;
    }
    let reads = |form: &Form, kind: Kind| known.iter().all(|cell| value(form, cell, kind).is_some());
    let by_form = stated.and_then(|form| [Kind::Flag, Kind::Date].into_iter().find(|kind| reads(form, *kind)));
    let is_list = |form: &Form| known.iter().filter(|cell| cell.contains(&form.list)).count() * 10 >= known.len();
    match by_form.unwrap_or_else(|| kind(&sample.cells)) {
        Kind::Text if stated.is_some_and(|form| reads(form, Kind::Number) && kind(&sample.cells) == Kind::Number) => {
            Kind::Number
        }
        Kind::Text if stated.is_some_and(is_list) => Kind::Tags,
        kind => kind,
    }
}

/// What the model calls the events of a file.
fn event_names(sheet: &Sheet, mapping: &EventsMapping) -> Vec<String> {
    let cells = column(sheet, &mapping.name).map(|sample| &sample.distinct);
    let named = |cell: &String| mapping.names.get(cell).unwrap_or(cell).clone();
    let mut names: Vec<String> = cells.into_iter().flatten().map(named).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The attributes of the events of a file: all columns that are nothing else. Attributes are flags, numbers and texts.
fn attributes(sheet: &Sheet, mapping: &EventsMapping) -> Vec<Field> {
    let own = [&mapping.id, &mapping.name, &mapping.time, &mapping.count, &mapping.amount];
    let stated = mapping.attributes.values().flat_map(|attribute| &attribute.columns);
    let taken: Vec<&String> = own.into_iter().flatten().chain(stated).collect();
    let kind = |sample: &Sample, form| match kind_of(sample, form) {
        kind @ (Kind::Flag | Kind::Number | Kind::Any) => kind,
        _ => Kind::Text,
    };
    let mapped = mapping.attributes.iter().filter_map(|(name, attribute)| {
        let sample = column(sheet, &attribute.columns)?;
        Some(Field::named(name, kind(sample, Some(&attribute.form))))
    });
    let others = sheet.columns.iter().filter(|sample| !taken.iter().any(|name| is_called(&sample.name, name)));
    let others = others.map(|sample| {
        let name = sample.name.strip_prefix("attributes.").unwrap_or(&sample.name);
        Field::named(snake(name), kind(sample, None))
    });
    mapped.chain(others.filter(|field| !field.name().is_empty())).collect()
}
