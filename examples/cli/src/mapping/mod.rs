//! A mapping says how the columns of a file become facts and events.
//!
//! It is a TOML document; `warmth map` drafts one. A preset is a mapping that ships with the command. The keys of a
//! mapping come before the keys of the preset that it names.

pub(crate) mod form;
pub(crate) mod infer;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::input::{Encoding, FileOptions, separator_named};
use form::{DateForm, Form, Zone};

/// The shipped presets.
pub(crate) const PRESETS: [(&str, &str); 4] = [
    ("hubspot", include_str!("presets/hubspot.toml")),
    ("marketo", include_str!("presets/marketo.toml")),
    ("pipedrive", include_str!("presets/pipedrive.toml")),
    ("salesforce", include_str!("presets/salesforce.toml")),
];

/// How the columns of a file of records, and of a file of events, are read.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) file: FileOptions,
    /// The column of the id; `id` by default.
    pub(crate) id: Vec<String>,
    /// The column of the name to show; `name` by default.
    pub(crate) name: Vec<String>,
    /// The form of columns that no field names.
    pub(crate) cells: Form,
    pub(crate) fields: BTreeMap<String, FieldMapping>,
    pub(crate) events: EventsMapping,
}

#[derive(Clone, Debug)]
pub(crate) struct FieldMapping {
    /// Names of the column; the first that the file has is read. The name of the field by default.
    pub(crate) columns: Vec<String>,
    pub(crate) form: Form,
}

#[derive(Clone, Debug)]
pub(crate) struct EventsMapping {
    pub(crate) file: FileOptions,
    pub(crate) id: Vec<String>,
    pub(crate) name: Vec<String>,
    pub(crate) time: Vec<String>,
    pub(crate) count: Vec<String>,
    pub(crate) amount: Vec<String>,
    /// The columns of the attributes of events.
    pub(crate) attributes: BTreeMap<String, FieldMapping>,
    /// The names of the model for events of the file.
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) form: Form,
}

/// One text or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum Words {
    One(String),
    Many(Vec<String>),
}

impl Words {
    fn list(&self) -> Vec<String> {
        match self {
            Words::One(word) => vec![word.clone()],
            Words::Many(words) => words.clone(),
        }
    }
}

/// Tables of the document: their own keys, and the keys of a form.
macro_rules! tables {
    ($($name:ident { $($key:ident: $type:ty,)* })*) => {$(
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct $name {
            $($key: Option<$type>,)*
            missing: Option<Words>,
            yes: Option<Words>,
            no: Option<Words>,
            decimal: Option<char>,
            thousands: Option<char>,
            strip: Option<Words>,
            date: Option<Words>,
            time_zone: Option<String>,
            list: Option<String>,
        }

        impl $name {
            /// The keys of this table before those of the other.
            fn over(self, base: $name) -> $name {
                $name {
                    $($key: self.$key.or(base.$key),)*
                    missing: self.missing.or(base.missing),
                    yes: self.yes.or(base.yes),
                    no: self.no.or(base.no),
                    decimal: self.decimal.or(base.decimal),
                    thousands: self.thousands.or(base.thousands),
                    strip: self.strip.or(base.strip),
                    date: self.date.or(base.date),
                    time_zone: self.time_zone.or(base.time_zone),
                    list: self.list.or(base.list),
                }
            }

            /// The form of this table, over another one. Words for missing add up; everything else replaces.
            fn form(&self, base: &Form) -> Result<Form, String> {
                let mut form = base.clone();
                form.missing.extend(self.missing.iter().flat_map(Words::list));
                if let Some(words) = &self.yes { form.yes = words.list(); }
                if let Some(words) = &self.no { form.no = words.list(); }
                if let Some(decimal) = self.decimal {
                    form.decimal = decimal;
                    // A preset or `[cells]` may have it as the sign between thousands.
                    form.thousands = form.thousands.filter(|thousands| *thousands != decimal);
                }
                if let Some(thousands) = self.thousands { form.thousands = Some(thousands); }
                if let Some(words) = &self.strip { form.strip = words.list(); }
                if let Some(list) = &self.list { form.list.clone_from(list); }
                if let Some(dates) = &self.date {
                    form.dates = dates.list().iter().map(|date| DateForm::new(date)).collect::<Result<_, _>>()?;
                }
                if let Some(zone) = &self.time_zone {
                    form.zone = Some(Zone::named(zone).ok_or_else(|| {
                        format!("`{zone}` is no time zone; write one such as `Europe/Berlin` or `+01:00`")
                    })?);
                }
                if form.thousands == Some(form.decimal) {
                    return Err(format!("`decimal` and `thousands` are both `{}`", form.decimal));
                }
                if form.list.is_empty() {
                    return Err("`list` is empty; write the separator of lists, such as `;`".to_owned());
                }
                Ok(form)
            }
        }
    )*};
}

tables! {
    Cells {}
    FieldTable { column: Words, }
    EventsTable {
        separator: String,
        encoding: String,
        sheet: String,
        skip: u64,
        id: Words,
        name: Words,
        time: Words,
        count: Words,
        amount: Words,
        attributes: BTreeMap<String, AttributeTable>,
        names: BTreeMap<String, String>,
    }
}

/// The column of an attribute of events: its name, or a table as a field has.
#[derive(Clone, Debug)]
struct AttributeTable(FieldTable);

impl<'de> Deserialize<'de> for AttributeTable {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<AttributeTable, D::Error> {
        let table = match toml::Value::deserialize(deserializer)? {
            table @ toml::Value::Table(_) => FieldTable::deserialize(table),
            words => {
                Words::deserialize(words).map(|column| FieldTable { column: Some(column), ..FieldTable::default() })
            }
        };
        table.map(AttributeTable).map_err(|error| serde::de::Error::custom(error.message()))
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileTable {
    separator: Option<String>,
    encoding: Option<String>,
    sheet: Option<String>,
    skip: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Document {
    preset: Option<String>,
    id: Option<Words>,
    name: Option<Words>,
    file: FileTable,
    cells: Cells,
    fields: BTreeMap<String, FieldTable>,
    events: EventsTable,
}

impl Document {
    fn over(self, base: Document) -> Document {
        let mut fields = base.fields;
        for (name, table) in self.fields {
            let below = fields.remove(&name).unwrap_or_default();
            fields.insert(name, table.over(below));
        }
        Document {
            preset: self.preset,
            id: self.id.or(base.id),
            name: self.name.or(base.name),
            file: FileTable {
                separator: self.file.separator.or(base.file.separator),
                encoding: self.file.encoding.or(base.file.encoding),
                sheet: self.file.sheet.or(base.file.sheet),
                skip: self.file.skip.or(base.file.skip),
            },
            cells: self.cells.over(base.cells),
            fields,
            events: self.events.over(base.events),
        }
    }
}

impl Default for Mapping {
    fn default() -> Mapping {
        let words = |word: &str| vec![word.to_owned()];
        Mapping {
            file: FileOptions::default(),
            id: words("id"),
            name: words("name"),
            cells: Form::default(),
            fields: BTreeMap::new(),
            events: EventsMapping {
                file: FileOptions::default(),
                id: words("id"),
                name: words("event"),
                time: words("at"),
                count: words("count"),
                amount: words("amount"),
                attributes: BTreeMap::new(),
                names: BTreeMap::new(),
                form: Form::default(),
            },
        }
    }
}

impl Mapping {
    /// Reads a mapping from a file.
    pub(crate) fn read(path: &Path) -> Result<Mapping, String> {
        let named = |error: String| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        Mapping::parse(&text).map_err(named)
    }

    pub(crate) fn parse(text: &str) -> Result<Mapping, String> {
        let document: Document = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let base = document.preset.as_deref().map(preset).transpose()?.unwrap_or_default();
        document.over(base).resolve()
    }

    pub(crate) fn preset(name: &str) -> Result<Mapping, String> {
        preset(name)?.resolve()
    }

    pub(crate) fn field(&self, name: &str) -> FieldMapping {
        let unnamed = || FieldMapping { columns: vec![name.to_owned()], form: self.cells.clone() };
        self.fields.get(name).cloned().unwrap_or_else(unnamed)
    }
}

impl EventsMapping {
    pub(crate) fn attribute(&self, name: &str) -> FieldMapping {
        let unnamed = || FieldMapping { columns: vec![name.to_owned()], form: self.form.clone() };
        self.attributes.get(name).cloned().unwrap_or_else(unnamed)
    }
}

fn preset(name: &str) -> Result<Document, String> {
    let found = PRESETS.iter().find(|(own, _)| *own == name);
    let names = || PRESETS.map(|(own, _)| format!("`{own}`")).join(", ");
    let (_, text) = found.ok_or_else(|| format!("there is no preset `{name}`; the presets are {}", names()))?;
    toml::from_str(text).map_err(|error| format!("preset `{name}`: {error}"))
}

impl Document {
    fn resolve(self) -> Result<Mapping, String> {
        let default = Mapping::default();
        let list = |words: &Option<Words>, default: Vec<String>| words.as_ref().map_or(default, Words::list);
        let cells = self.cells.form(&Form::default()).map_err(|error| format!("`cells`: {error}"))?;
        let mut fields = BTreeMap::new();
        for (name, table) in &self.fields {
            let form = table.form(&cells).map_err(|error| format!("`fields.{name}`: {error}"))?;
            let columns = list(&table.column, vec![name.clone()]);
            fields.insert(name.clone(), FieldMapping { columns, form });
        }
        let events = &self.events;
        let form = events.form(&cells).map_err(|error| format!("`events`: {error}"))?;
        let mut attributes = BTreeMap::new();
        for (name, AttributeTable(table)) in events.attributes.iter().flatten() {
            let form = table.form(&form).map_err(|error| format!("`events.attributes.{name}`: {error}"))?;
            let columns = list(&table.column, vec![name.clone()]);
            attributes.insert(name.clone(), FieldMapping { columns, form });
        }
        let events_file = FileTable {
            separator: events.separator.clone(),
            encoding: events.encoding.clone(),
            sheet: events.sheet.clone(),
            skip: events.skip,
        };
        Ok(Mapping {
            file: self.file.options().map_err(|error| format!("`file`: {error}"))?,
            id: list(&self.id, default.id),
            name: list(&self.name, default.name),
            cells,
            fields,
            events: EventsMapping {
                file: events_file.options().map_err(|error| format!("`events`: {error}"))?,
                id: list(&events.id, default.events.id),
                name: list(&events.name, default.events.name),
                time: list(&events.time, default.events.time),
                count: list(&events.count, default.events.count),
                amount: list(&events.amount, default.events.amount),
                attributes,
                names: events.names.clone().unwrap_or_default(),
                form,
            },
        })
    }
}

impl FileTable {
    fn options(&self) -> Result<FileOptions, String> {
        let separator = self.separator.as_ref().map(|name| {
            separator_named(name).ok_or_else(|| format!("`{name}` is no separator; write `,`, `;`, `|` or `tab`"))
        });
        let encoding = self.encoding.as_ref().map(|name| {
            Encoding::named(name).ok_or_else(|| format!("`{name}` is no encoding; write {}", Encoding::NAMES))
        });
        Ok(FileOptions {
            separator: separator.transpose()?,
            encoding: encoding.transpose()?,
            sheet: self.sheet.clone(),
            skip: self.skip,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_comes_before_its_preset() {
        let mapping = Mapping::parse("preset = \"hubspot\"\nname = \"Email\"\n[cells]\nlist = \",\"").unwrap();
        assert_eq!((mapping.id[0].as_str(), mapping.name[0].as_str()), ("Record ID", "Email"));
        assert_eq!(mapping.cells.list, ",");
        assert!(!mapping.cells.yes.is_empty());
        for (name, _) in PRESETS {
            Mapping::preset(name).unwrap();
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("preset = \"zoho\"", "the presets are `hubspot`"),
            ("[fields]\nnps = { colunm = \"NPS\" }", "unknown field `colunm`"),
            (
                "[fields]\nnps = { decimal = \",\", thousands = \",\" }",
                "`fields.nps`: `decimal` and `thousands` are both `,`",
            ),
            ("events.attributes.path = { colunm = \"Page\" }", "unknown field `colunm`"),
            ("events.attributes.path = 1", "expected a text or a list of texts"),
            ("events.attributes.n = { decimal = \",\", thousands = \",\" }", "`events.attributes.n`: `decimal` and"),
            ("[events]\ndate = \"MM/DD/YYYY\"", "`events`: `MM/DD/YYYY` is no date form"),
            ("[cells]\ntime_zone = \"Berlin\"", "`cells`: `Berlin` is no time zone"),
            ("[file]\nseparator = \"#\"", "`file`: `#` is no separator"),
        ] {
            let error = Mapping::parse(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
