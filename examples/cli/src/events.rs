//! Reads files of events into the activity of each id.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use warmth::{Activity, Kind, Points};

use crate::input::{Cell, Column, Source};
use crate::mapping::EventsMapping;
use crate::mapping::form::{Form, Moment, Zone};
use crate::messages::{Messages, Stop};
use crate::misfits::{ColumnOf, Misfits};
use crate::records::{column, required_column};

/// How many different names are remembered.
const NAMES: usize = 10_000;

/// What a file of events has.
pub(crate) struct Events {
    pub(crate) activities: HashMap<String, Activity>,
    /// The names of the events with their numbers, as the file writes them.
    pub(crate) names: BTreeMap<String, u64>,
    pub(crate) misfits: Misfits,
    /// The duplicate rows that were dropped.
    pub(crate) dropped: u64,
}

/// The columns of a file of events. Columns for attributes of events belong here too.
struct Columns {
    id: Column,
    name: Column,
    time: Column,
    count: Option<Column>,
    amount: Option<Column>,
    names: [String; 5],
}

/// Reads the events of a file. Rows may be in any order.
///
/// `zone` is that of times without an offset, if the mapping does not say it.
pub(crate) fn read_events(
    path: &Path,
    mapping: &EventsMapping,
    zone: Zone,
    drop_duplicates: bool,
    messages: &mut Messages,
) -> Result<Events, Stop> {
    let mut source = Source::open(path, &mapping.file)?;
    source.write_notes(messages);
    let columns = Columns::find(&mut source, mapping, messages)?;
    let mut events =
        Events { activities: HashMap::new(), names: BTreeMap::new(), misfits: Misfits::of(source.path()), dropped: 0 };
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
            "{}: {} rows repeat an earlier row in every cell and are dropped",
            source.path(),
            events.dropped
        ));
    }
    events.misfits.write(messages, ["the event is left out", "the events are left out"]);
    messages.leave_out(events.misfits.cells());
    Ok(events)
}

impl Columns {
    fn find(source: &mut Source, mapping: &EventsMapping, messages: &Messages) -> Result<Columns, Stop> {
        let mut alike = Vec::new();
        let id = required_column(source, &mapping.id, "id", &mut alike)?;
        let name = required_column(source, &mapping.name, "event", &mut alike)?;
        let time = required_column(source, &mapping.time, "at", &mut alike)?;
        let count = column(source, &mapping.count, &mut alike)?;
        let amount = column(source, &mapping.amount, &mut alike)?;
        if !alike.is_empty() {
            messages.note(&format!("{}: {}", source.path(), alike.join(", ")));
        }
        let named = |column: Option<Column>, default: &str| {
            source.columns().find(|(own, _)| Some(*own) == column).map_or(default, |(_, name)| name).to_owned()
        };
        let names = [
            named(Some(id), "id"),
            named(Some(name), "event"),
            named(Some(time), "at"),
            named(count, "count"),
            named(amount, "amount"),
        ];
        Ok(Columns { id, name, time, count, amount, names })
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
        let text = |column: Column, name: &str| {
            let cell = source.cell(column);
            cell.plain().ok_or_else(|| match cell {
                Cell::Garbled => "expected text in UTF-8".to_owned(),
                _ => format!("column `{name}`: expected a text, found nothing"),
            })
        };
        let id = text(self.columns.id, id_name)?;
        let written = text(self.columns.name, event_name)?;
        if events.names.len() < NAMES || events.names.contains_key(&written) {
            *events.names.entry(written.clone()).or_default() += 1;
        }
        let event = self.mapping.names.get(&written).unwrap_or(&written);
        let time = source.cell(self.columns.time);
        if form.is_missing(&time) {
            return Err(format!("column `{time_name}`: expected a time, found nothing"));
        }
        let of = |field, column, kind| ColumnOf { field, column, kind, form };
        let Some(moment) = form.moment(&time) else {
            events.misfits.add(of("events.time", time_name, Kind::Date), &time, source.line());
            return Ok(());
        };
        self.used_zone |= !matches!(moment, Moment::Instant(_));
        let at = moment.instant(form.zone.unwrap_or(self.zone));
        let count = match self.columns.count.map(|column| source.cell(column)).filter(|cell| !form.is_missing(cell)) {
            None => 1,
            Some(cell) => {
                let Some(count) = count(form, &cell) else {
                    events.misfits.add(of("events.count", count_name, Kind::Number), &cell, source.line());
                    return Ok(());
                };
                count
            }
        };
        let amount = match self.columns.amount.map(|column| source.cell(column)).filter(|cell| !form.is_missing(cell)) {
            None => Points::ZERO,
            Some(cell) => {
                let Some(amount) = amount(form, &cell) else {
                    events.misfits.add(of("events.amount", amount_name, Kind::Number), &cell, source.line());
                    return Ok(());
                };
                amount
            }
        };
        match events.activities.get_mut(&id) {
            _ if count == 0 => {} // records nothing, not even an id
            Some(activity) => activity.record_with(event, at, count, amount),
            None => events.activities.entry(id).or_default().record_with(event, at, count, amount),
        }
        Ok(())
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
