//! Reads files of events into the activity of each id.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use warmth::{Activity, Attribute, Event, Kind, Points, Value};

use crate::input::{Cell, Column, Source};
use crate::mapping::EventsMapping;
use crate::mapping::form::{Form, Moment, Zone};
use crate::messages::{Messages, Stop, counted};
use crate::misfits::{ColumnOf, Misfits};
use crate::names::{nearest_column, tally};
use crate::records::{column, required_column};

/// The contents of a file of events.
pub(crate) struct Events {
    pub(crate) activities: HashMap<String, Activity>,
    /// The names of the events with their numbers, as the file writes them.
    pub(crate) names: BTreeMap<String, u64>,
    pub(crate) misfits: Misfits,
    /// Cells of attributes that were not read. Their events count.
    pub(crate) attribute_misfits: Misfits,
    pub(crate) attributes: BTreeMap<String, SeenAttribute>,
    /// The duplicate rows that were dropped.
    pub(crate) dropped: u64,
}

/// The values that the rows have for an attribute of the model.
#[derive(Default)]
pub(crate) struct SeenAttribute {
    /// The number of rows with a value.
    pub(crate) known: u64,
    /// The different texts, with the number of their rows.
    pub(crate) texts: BTreeMap<String, u64>,
    /// A column with a similar name.
    pub(crate) nearest: Option<String>,
}

/// The columns of a file of events.
struct Columns {
    id: Column,
    name: Column,
    time: Column,
    count: Option<Column>,
    amount: Option<Column>,
    names: [String; 5],
    attributes: Vec<AttributeColumn>,
}

/// An attribute that the model reads, and its column.
struct AttributeColumn {
    name: String,
    field: String,
    kind: Kind,
    column: Option<Column>,
    column_name: String,
    form: Form,
}

/// Reads the events of a file. Rows may be in any order.
///
/// `attributes` names the attributes to read, each with the kind of its cells. `zone` applies to times without an offset if
/// the mapping has no `time_zone`.
pub(crate) fn read_events(
    path: &Path,
    mapping: &EventsMapping,
    attributes: BTreeMap<String, Kind>,
    zone: Zone,
    drop_duplicates: bool,
    messages: &mut Messages,
) -> Result<Events, Stop> {
    let mut source = Source::open(path, &mapping.file)?;
    source.write_notes(messages);
    let columns = Columns::find(&mut source, mapping, attributes, messages)?;
    let mut events = Events {
        activities: HashMap::new(),
        names: BTreeMap::new(),
        misfits: Misfits::of(source.path()),
        attribute_misfits: Misfits::of(source.path()),
        attributes: columns.attributes(&source),
        dropped: 0,
    };
    let mut seen = HashSet::new();
    let mut reader = EventReader { mapping, zone, columns, used_zone: false };
    loop {
        match source.advance()? {
            Ok(false) => break,
            Ok(true) if drop_duplicates && !seen.insert(fingerprint(&source)) => events.dropped += 1,
            Ok(true) => {
                if let Err(message) = reader.record(&source, &mut events) {
                    messages.skip(source.place(), &message);
                }
            }
            Err(message) => messages.skip(source.place(), &message),
        }
    }
    if reader.used_zone && mapping.form.zone.is_none() {
        messages.note(&format!(
            "{}: times have no offset and are read with the `utc_offset` of the model; set `time_zone` under [events] in the mapping to change that",
            source.path()
        ));
    }
    if events.dropped > 0 {
        messages.note(&format!(
            "{}: {} in every cell and {} dropped",
            source.path(),
            counted(events.dropped, ["row repeats an earlier row", "rows repeat an earlier row"]),
            if events.dropped == 1 { "is" } else { "are" }
        ));
    }
    events.misfits.write(messages, ["the event is left out", "the events are left out"]);
    messages.leave_out(events.misfits.cells());
    events.attribute_misfits.write(messages, ["counts as missing", "count as missing"]);
    Ok(events)
}

impl Columns {
    fn find(
        source: &mut Source,
        mapping: &EventsMapping,
        attributes: BTreeMap<String, Kind>,
        messages: &Messages,
    ) -> Result<Columns, Stop> {
        let mut alike = Vec::new();
        let id = required_column(source, &mapping.id, "id", &mut alike)?;
        let name = required_column(source, &mapping.name, "event", &mut alike)?;
        let time = required_column(source, &mapping.time, "at", &mut alike)?;
        let count = column(source, &mapping.count, &mut alike)?;
        let amount = column(source, &mapping.amount, &mut alike)?;
        let attributes = attributes.into_iter().map(|(name, kind)| {
            let of = mapping.attribute(&name);
            let column = column(source, &Source::attribute_names(&of.columns), &mut alike)?;
            let column_name = source.name_of(column).unwrap_or(&name).to_owned();
            Ok(AttributeColumn {
                field: format!("events.attributes.{name}"),
                name,
                kind,
                column,
                column_name,
                form: of.form,
            })
        });
        let attributes = attributes.collect::<Result<Vec<_>, Stop>>()?;
        if !alike.is_empty() {
            messages.note(&format!("{}: {}", source.path(), alike.join(", ")));
        }
        let named = |column: Option<Column>, default: &str| source.name_of(column).unwrap_or(default).to_owned();
        let names = [
            named(Some(id), "id"),
            named(Some(name), "event"),
            named(Some(time), "at"),
            named(count, "count"),
            named(amount, "amount"),
        ];
        Ok(Columns { id, name, time, count, amount, names, attributes })
    }

    /// The attributes before the first row, with the columns that may be meant.
    fn attributes(&self, source: &Source) -> BTreeMap<String, SeenAttribute> {
        let taken = |name: &str| {
            self.names.iter().any(|own| own == name) || self.attributes.iter().any(|own| own.column_name == name)
        };
        let free: Vec<&str> = source.plain_names().filter(|name| !taken(name)).collect();
        let seen = |attribute: &AttributeColumn| SeenAttribute {
            nearest: nearest_column(&attribute.name, free.iter().copied()).map(str::to_owned),
            ..SeenAttribute::default()
        };
        self.attributes.iter().map(|attribute| (attribute.name.clone(), seen(attribute))).collect()
    }
}

struct EventReader<'a> {
    mapping: &'a EventsMapping,
    zone: Zone,
    columns: Columns,
    used_zone: bool,
}

impl EventReader<'_> {
    fn record(&mut self, source: &Source, events: &mut Events) -> Result<(), String> {
        let [id_name, event_name, time_name, count_name, amount_name] = &self.columns.names;
        let form = &self.mapping.form;
        let text = |column: Column, name: &str, what: &str| {
            let cell = source.cell(column);
            cell.plain().ok_or_else(|| match cell {
                Cell::Garbled => "expected text in UTF-8".to_owned(),
                _ => format!("column `{name}`: the {what} is empty; the row is left out"),
            })
        };
        let id = text(self.columns.id, id_name, "id")?;
        let written = text(self.columns.name, event_name, "name of the event")?;
        tally(&mut events.names, &written);
        let event = self.mapping.names.get(&written).unwrap_or(&written);
        let time = source.cell(self.columns.time);
        if form.is_missing(&time) {
            return Err(format!("column `{time_name}`: the time is empty; the row is left out"));
        }
        let of = |field, column, kind| ColumnOf { field, column, kind, form };
        let Some(moment) = form.moment(&time) else {
            events.misfits.add(of("events.time", time_name, Kind::Date), &time, source.line());
            return Ok(());
        };
        self.used_zone |= !matches!(moment, Moment::Instant(_));
        let at = moment.instant(form.zone.unwrap_or(self.zone));
        let known =
            |column: Option<Column>| column.map(|column| source.cell(column)).filter(|cell| !form.is_missing(cell));
        let count = match known(self.columns.count) {
            None => 1,
            Some(cell) => {
                let Some(count) = count(form, &cell) else {
                    events.misfits.add(of("events.count", count_name, Kind::Number), &cell, source.line());
                    return Ok(());
                };
                count
            }
        };
        let amount = match known(self.columns.amount) {
            None => Points::ZERO,
            Some(cell) => {
                let Some(amount) = amount(form, &cell) else {
                    events.misfits.add(of("events.amount", amount_name, Kind::Number), &cell, source.line());
                    return Ok(());
                };
                amount
            }
        };
        if count == 0 {
            return Ok(()); // records nothing, not even an id
        }
        let values = self.columns.values(source, events);
        let attributes: Vec<(&str, Attribute<'_>)> =
            values.iter().filter_map(|(name, value)| Some((*name, attribute(value)?))).collect();
        let event = Event::new(event, at).count(count).amount(amount).attributes(&attributes);
        match events.activities.get_mut(&id) {
            Some(activity) => activity.record_event(event),
            None => events.activities.entry(id).or_default().record_event(event),
        }
        Ok(())
    }
}

impl Columns {
    /// The attributes of the current row.
    fn values(&self, source: &Source, events: &mut Events) -> Vec<(&str, Value)> {
        let mut values = Vec::new();
        for AttributeColumn { name, field, kind, column, column_name, form } in &self.attributes {
            let Some(column) = *column else { continue };
            let cell = source.cell(column);
            let kind = match (kind, &cell) {
                (Kind::Any, Cell::Flag(_)) => Kind::Flag,
                (Kind::Any, Cell::Whole(_) | Cell::Number(_)) => Kind::Number,
                (Kind::Any, _) => Kind::Text,
                (kind, _) => *kind,
            };
            let of = ColumnOf { field, column: column_name, kind, form };
            if let Some(value) = events.attribute_misfits.read(of, &cell, source.line()) {
                events.attributes.entry(name.clone()).or_default().see(&value);
                values.push((name.as_str(), value));
            }
        }
        values
    }
}

impl SeenAttribute {
    fn see(&mut self, value: &Value) {
        self.known += 1;
        if let Value::Text(text) = value {
            tally(&mut self.texts, text);
        }
    }
}

fn attribute(value: &Value) -> Option<Attribute<'_>> {
    match value {
        Value::Flag(flag) => Some(Attribute::Flag(*flag)),
        Value::Number(number) => Some(Attribute::Number(*number)),
        Value::Text(text) => Some(Attribute::Text(text)),
        _ => None,
    }
}

/// A whole number below 2^32, also written as `2.0`.
fn count(form: &Form, cell: &Cell<'_>) -> Option<u32> {
    let text = decimal(form, cell)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    fraction.bytes().all(|byte| byte == b'0').then_some(())?;
    whole.parse().ok()
}

/// A decimal with up to six places. Doubles are rounded to them, also one that was written as text, such as
/// `19.990000000000002`: it is 10^-9 or less from a decimal with six places.
fn amount(form: &Form, cell: &Cell<'_>) -> Option<Points> {
    let rounded = |number: f64| format!("{number:.6}");
    if let Cell::Number(number) = cell {
        return rounded(*number).parse().ok();
    }
    let text = decimal(form, cell)?;
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        let near = rounded(number);
        let distance = (near.parse::<f64>().ok()? - number).abs();
        (distance <= 1e-9).then(|| near.parse().ok()).flatten()
    })
}

fn decimal(form: &Form, cell: &Cell<'_>) -> Option<String> {
    match cell {
        Cell::Text(text) => form.plain_number(text),
        Cell::Whole(_) | Cell::Number(_) => cell.plain(),
        _ => None,
    }
}

/// A row in 128 bits. The hash has fixed keys, so the same rows are dropped in every run.
fn fingerprint(source: &Source) -> (u64, u64) {
    let (mut first, mut second) = (DefaultHasher::new(), DefaultHasher::new());
    second.write_u8(1);
    for (column, _) in source.columns() {
        let cell = source.cell(column).to_string();
        cell.hash(&mut first);
        cell.hash(&mut second);
    }
    (first.finish(), second.finish())
}
