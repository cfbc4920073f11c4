//! Writes the JSON Schema of models, so that an editor completes names and refuses wrong operators.

use std::io::Write;
use std::path::{Path, PathBuf};

use warmth::model::Schema;
use warmth::{Field, Kind, Model};

use crate::input::Source;
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
    /// A file of records: the schema accepts its columns as fields, and no others
    #[arg(long = "for", value_name = "RECORDS")]
    records: Option<PathBuf>,
    /// A file of events: the schema accepts its events and attributes, and no others
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

/// The schema for these files, and the numbers of its fields, events and attributes as text.
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
    // Models can also name the columns without a field in the mapping.
    let named = |column: &str| {
        mapping.fields.values().flat_map(|field| &field.columns).chain(&mapping.id).any(|own| is_called(column, own))
    };
    let others = drafted.fields.iter().filter(|(name, field)| {
        !mapping.fields.contains_key(*name) && !field.columns.iter().any(|column| named(column))
    });
    fields.extend(mapped_fields(&records, others, false));
    let mut known = counted(fields.len(), ["field", "fields"]);
    let mut schema = Model::schema().fields(fields);
    if let Some(sheet) = &events {
        let names = event_names(sheet, &mapping.events);
        let attributes = attributes(sheet, &mapping.events);
        known = format!(
            "{known}, {}, {}",
            counted(names.len(), ["event", "events"]),
            counted(attributes.len(), ["attribute", "attributes"])
        );
        schema = schema.events(names).attributes(attributes);
    }
    Ok((schema, format!("the schema has {known}; ")))
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

/// The kind of a column: the kind that only the form of the mapping reads in all cells, or else the kind that a draft has.
fn kind_of(sample: &Sample, stated: Option<&Form>) -> Kind {
    let known: Vec<&String> = sample.cells.iter().filter(|cell| !means_missing(cell)).collect();
    if let Some(typed) = sample.typed {
        return typed;
    }
    if known.is_empty() {
        return Kind::Any;
    }
    let reads = |form: &Form, kind: Kind| known.iter().all(|cell| value(form, cell, kind).is_some());
    let is_stated = |form: &Form, kind: Kind| reads(form, kind) && !reads(&Form::default(), kind);
    let kinds = [Kind::Flag, Kind::Date, Kind::Number];
    let by_form = stated.and_then(|form| kinds.into_iter().find(|kind| is_stated(form, *kind)));
    let is_list = |form: &Form| known.iter().filter(|cell| cell.contains(&form.list)).count() * 10 >= known.len();
    match by_form.unwrap_or_else(|| kind(&sample.cells)) {
        Kind::Text if stated.is_some_and(is_list) => Kind::Tags,
        kind => kind,
    }
}

/// The names of the model for the events of a file.
fn event_names(sheet: &Sheet, mapping: &EventsMapping) -> Vec<String> {
    let cells = column(sheet, &mapping.name).map(|sample| &sample.distinct);
    let named = |cell: &String| mapping.names.get(cell).unwrap_or(cell).clone();
    let mut names: Vec<String> = cells.into_iter().flatten().map(named).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The attributes of the events of a file: all columns that the mapping does not use otherwise. Attributes are flags,
/// numbers and texts.
fn attributes(sheet: &Sheet, mapping: &EventsMapping) -> Vec<Field> {
    let own = [&mapping.id, &mapping.name, &mapping.time, &mapping.count, &mapping.amount];
    let stated = mapping.attributes.values().flat_map(|attribute| Source::attribute_names(&attribute.columns));
    let taken: Vec<String> = own.into_iter().flatten().cloned().chain(stated).collect();
    let kind = |sample: &Sample, form| match kind_of(sample, form) {
        kind @ (Kind::Flag | Kind::Number | Kind::Any) => kind,
        _ => Kind::Text,
    };
    let mapped = mapping.attributes.iter().filter_map(|(name, attribute)| {
        let sample = column(sheet, &Source::attribute_names(&attribute.columns))?;
        Some(Field::named(name, kind(sample, Some(&attribute.form))))
    });
    let others = sheet.columns.iter().filter(|sample| !taken.iter().any(|name| is_called(&sample.name, name)));
    let others =
        others.filter_map(|sample| Some(Field::named(snake(Source::plain_name(&sample.name)?), kind(sample, None))));
    mapped.chain(others.filter(|field| !field.name().is_empty())).collect()
}
