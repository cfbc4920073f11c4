//! Records of a file: the columns that a model reads, as facts.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use warmth::{Activity, Kind, Record, Value};

use crate::input::{Cell, Column, Found, Source};
use crate::mapping::Mapping;
use crate::mapping::form::Form;
use crate::mapping::infer::{key, quoted};
use crate::messages::{Messages, Stop, first_few};
use crate::misfits::{ColumnOf, Misfits};

/// The records of a file, each with its activity and the columns that the model reads.
pub(crate) struct Records {
    source: Source,
    id: Column,
    id_name: String,
    name: Option<Column>,
    fields: Vec<FieldColumn>,
    activities: HashMap<String, Activity>,
    ids: HashSet<String>,
    misfits: Misfits,
}

/// A field that the model reads, and its column.
struct FieldColumn {
    field: String,
    kind: Kind,
    column: Option<Column>,
    column_name: String,
    form: Form,
}

impl Records {
    pub(crate) fn open(
        path: &Path,
        fields: impl IntoIterator<Item = (String, Kind)>,
        activities: HashMap<String, Activity>,
        mapping: &Mapping,
        messages: &mut Messages,
    ) -> Result<Records, Stop> {
        let mut source = Source::open(path, &mapping.file)?;
        source.write_notes(messages);
        let mut alike = Vec::new();
        let id = required_column(&mut source, &mapping.id, "id", &mut alike)?;
        let name = column(&mut source, &mapping.name, &mut Vec::new())?;
        let (mut columns, mut absent) = (Vec::new(), Vec::new());
        for (field, kind) in fields {
            let of = mapping.field(&field);
            let column = column(&mut source, &of.columns, &mut alike)?;
            if column.is_none() {
                let wanted = of.columns.first().unwrap_or(&field);
                let near = source.nearest(wanted).or_else(|| source.nearest(&field));
                match near {
                    None => absent.push(format!("`{wanted}`")),
                    Some(near) => messages.warning(&format!(
                        "{} has no column `{wanted}`, which the model reads; \
                         if it is `{near}`, write into the mapping: [fields] {} = {{ column = {} }}",
                        source.path(),
                        key(&field),
                        quoted(near)
                    )),
                }
            }
            let column_name = source.name_of(column).unwrap_or(&field).to_owned();
            columns.push(FieldColumn { field, kind, column, column_name, form: of.form });
        }
        if !absent.is_empty() {
            let (columns, path) = (if absent.len() == 1 { "column" } else { "columns" }, source.path());
            messages.warning(&format!("{path} has no {columns} {}, which the model reads", absent.join(", ")));
        }
        if !alike.is_empty() {
            messages.note(&format!("{}: {}", source.path(), alike.join(", ")));
        }
        let misfits = Misfits::of(source.path());
        let id_name = source.name_of(Some(id)).unwrap_or("id").to_owned();
        Ok(Records { source, id, id_name, name, fields: columns, activities, ids: HashSet::new(), misfits })
    }

    /// The next record, with its id. Moves its activity into it.
    pub(crate) fn next(&mut self, messages: &mut Messages) -> Result<Option<(String, Record)>, Stop> {
        loop {
            let row = match self.source.advance()? {
                Ok(false) => return Ok(None),
                Ok(true) => self.read(),
                Err(message) => Err(message),
            };
            match row {
                Ok(record) => return Ok(Some(record)),
                Err(message) => messages.skip(self.source.place(), &message),
            }
        }
    }

    /// The record with an id. Earlier records are passed over.
    pub(crate) fn find(&mut self, wanted: &str, messages: &mut Messages) -> Result<Record, Stop> {
        let plain = |id: &str| id.trim_start_matches('0').to_lowercase();
        let mut alike = None;
        while let Some((id, record)) = self.next(messages)? {
            if id == wanted {
                return Ok(record);
            }
            if alike.is_none() && plain(&id) == plain(wanted) {
                alike = Some(id);
            }
        }
        let alike = alike.map_or(String::new(), |id| format!("; did you mean `{id}`?"));
        Err(format!("{}: no record that can be read has the id `{wanted}`{alike}", self.path()).into())
    }

    fn read(&mut self) -> Result<(String, Record), String> {
        let cell = self.source.cell(self.id);
        let id = cell.plain().ok_or_else(|| match cell {
            Cell::Garbled => "expected text in UTF-8".to_owned(),
            _ => format!("column `{}`: the id is empty; the row is left out", self.id_name),
        })?;
        if !self.ids.insert(id.clone()) {
            return Err(format!("column `{}`: `{id}` is the id of an earlier row", self.id_name));
        }
        let activity = self.activities.remove(&id).unwrap_or_default();
        let mut record = Record::new().with_activity(activity);
        for FieldColumn { field, kind, column, column_name, form } in &self.fields {
            let Some(column) = *column else { continue };
            let cell = self.source.cell(column);
            let of = ColumnOf { field, column: column_name, kind: *kind, form };
            if let Some(value) = self.misfits.read(of, &cell, self.source.line()) {
                record.set(field, value);
            }
        }
        Ok((id, record))
    }

    /// The name of the current record; empty if it has none.
    pub(crate) fn name(&self) -> String {
        self.name.and_then(|column| self.source.cell(column).plain()).unwrap_or_default()
    }

    pub(crate) fn misfits(&self) -> &Misfits {
        &self.misfits
    }

    /// Whether the file has a column for a field.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|own| own.field == field && own.column.is_some())
    }

    /// Refuses a file without a record that can be scored. Call it after the last record.
    pub(crate) fn refuse_none(&self) -> Result<(), Stop> {
        match self.count() {
            0 => Err(format!("{}: there is no record that can be scored", self.path()).into()),
            _ => Ok(()),
        }
    }

    /// The path of the file, as messages show it.
    pub(crate) fn path(&self) -> &str {
        self.source.path()
    }

    /// The number of records read.
    pub(crate) fn count(&self) -> usize {
        self.ids.len()
    }

    /// Reports the cells that were not read so far.
    pub(crate) fn write_misfits(&self, messages: &mut Messages) {
        self.misfits.write(messages, ["counts as missing", "count as missing"]);
    }

    /// Reports cells that were not read, and events that no record has. Call it after the last record.
    pub(crate) fn write_warnings(&self, messages: &mut Messages) {
        self.write_misfits(messages);
        if !self.activities.is_empty() {
            let counts = self.activities.values().flat_map(Activity::events).map(|event| u64::from(event.count));
            let events: u64 = counts.sum();
            let ids = self.activities.len();
            let example = self.activities.keys().min().map_or("", String::as_str);
            messages.warning(&match (events, ids) {
                (1, _) => format!("1 event belongs to the id `{example}`, which has no record"),
                (_, 1) => format!("{events} events belong to the id `{example}`, which has no record"),
                _ => format!("{events} events belong to {ids} ids without a record, such as `{example}`"),
            });
        }
    }

    /// The number of events whose ids have no record.
    pub(crate) fn unknown_ids(&self) -> usize {
        self.activities.len()
    }
}

impl Source {
    pub(crate) fn name_of(&self, column: Option<Column>) -> Option<&str> {
        self.columns().find(|(own, _)| Some(*own) == column).map(|(_, name)| name)
    }

    /// Whether the header has one of these columns.
    fn any(&self, names: &[String]) -> Result<bool, Stop> {
        for name in names {
            if self.find(name).map_err(|error| format!("{}: {error}", self.path()))? != Found::Nothing {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The column with the most similar name.
    pub(crate) fn nearest(&self, wanted: &str) -> Option<&str> {
        crate::names::nearest_column(wanted, self.header().iter().map(String::as_str))
    }
}

/// The first of these columns that the file has. Notes a name that differs in capitals, spaces or punctuation.
pub(crate) fn column(source: &mut Source, names: &[String], alike: &mut Vec<String>) -> Result<Option<Column>, Stop> {
    for name in names {
        match source.find(name).map_err(|error| format!("{}: {error}", source.path()))? {
            Found::Exactly(column) => return Ok(Some(column)),
            Found::Alike(column, found) => {
                alike.push(format!("`{name}` is read from the column `{found}`"));
                return Ok(Some(column));
            }
            Found::Nothing => {}
        }
    }
    // Later objects of JSON lines may have a key that the first ones lack.
    Ok(names.first().and_then(|name| source.expect(name)))
}

/// As [`column`]; refuses the file if it has none of them.
pub(crate) fn required_column(
    source: &mut Source,
    names: &[String],
    key: &str,
    alike: &mut Vec<String>,
) -> Result<Column, Stop> {
    // The first rows of JSON lines must have it, unless there are none.
    let may_have = source.header().is_empty() || source.any(names)?;
    if let Some(column) = if may_have { column(source, names, alike)? } else { None } {
        return Ok(column);
    }
    let wanted = names.first().map_or(key, String::as_str);
    let mut message = format!("{}: the header has no column `{wanted}`", source.path());
    match source.header() {
        [only] if source.separator().is_some() => {
            let _ = write!(
                message,
                ", only `{only}`; if another character separates the columns, pass --separator; if this is a title, pass `--skip N` with the number of lines before the header"
            );
        }
        header => {
            if let Some(title) = source.title() {
                return Err(Stop::Unusable(format!(
                    "{message}; its only name is `{title}`, which looks like a title: pass `--skip N` with the number of lines before the header"
                )));
            }
            let names: Vec<_> = header.iter().map(|name| format!("`{name}`")).collect();
            let _ = write!(message, "; the columns are {}", first_few(&names, 8));
        }
    }
    Err(Stop::NoMapping(message))
}

/// A description of the texts that [`instant`] reads.
pub(crate) const INSTANT: &str = "an instant such as `2026-11-22T18:00:00Z`";

/// Reads an instant as the library does: chrono alone also reads a space for the `T`, and small letters.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Value::from(text).fits(Kind::Time).then_some(at)
}
