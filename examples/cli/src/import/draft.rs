//! Turns the rows of point tables into axes, groups and rules.

use std::collections::{BTreeMap, BTreeSet};

use warmth::Points;
use warmth::model::{Condition, First, Handle, Rule, Values, Worth, kind};
use warmth::shapes::eloqua_criterion;

use super::events::Events;
use super::lines::{Line, Place, Subject, lines};
use super::shape::{Product, Role};
use super::sheet::{Row, Sheet};
use super::test::{FieldKind, Test};
use super::words::{self, given};
use crate::names::{folded, snake};

/// A model under construction, with the comments of its document.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) axes: Vec<DraftAxis>,
}

/// An axis under construction.
pub(super) struct DraftAxis {
    pub(super) name: String,
    /// Whether its rules are about events.
    pub(super) is_activity: bool,
    /// The groups with their limits.
    pub(super) groups: Vec<(String, Option<Points>)>,
    pub(super) items: Vec<Item>,
}

/// A part of an axis.
pub(super) enum Item {
    Rule {
        /// The rows that the rule is made of, as comments show them.
        rows: Vec<String>,
        /// What a reader must know about the rule.
        notes: Vec<String>,
        rule: Box<Rule>,
    },
    /// A row that is no rule.
    LeftOut { row: String, reason: String },
}

impl Draft {
    /// Drafts the model of point tables.
    pub(super) fn of(sheets: &[Sheet]) -> Draft {
        let mut draft = Draft::default();
        let lines: Vec<Vec<Line<'_>>> = sheets.iter().map(|sheet| lines(sheet, sheets.len() > 1)).collect();
        let kinds = kinds(lines.iter().flatten());
        let mut ids = BTreeSet::new();
        for (sheet, lines) in sheets.iter().zip(&lines) {
            let together = |a: &Line<'_>, b: &Line<'_>| a.place == b.place && are_one_rule(sheet, &kinds, a, b);
            for chunk in lines.chunk_by(together) {
                draft.add(sheet, chunk, &kinds, &mut ids);
            }
        }
        draft
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.axes.iter().flat_map(|axis| &axis.items)
    }

    /// Adds neighbouring rows of one place: as one rule if they are about one criterion, or else as a rule each.
    fn add(
        &mut self,
        sheet: &Sheet,
        chunk: &[Line<'_>],
        kinds: &BTreeMap<String, FieldKind>,
        ids: &mut BTreeSet<String>,
    ) {
        let Some(first) = chunk.first() else { return };
        let Some(axis) = self.axis(&first.place) else { return };
        let (mut read, mut left_out) = (Vec::new(), Vec::new());
        for line in chunk {
            match axis.limit(line).and_then(|()| Reading::of(sheet, line, kinds)) {
                Ok(own) => read.push(own),
                Err(reason) => left_out.push(line.left_out(&reason)),
            }
        }
        if is_category(sheet, first) {
            let others = read.split_off(read.len().min(1));
            let reason = "the category has an event already: add this one to the list `event` of its rule";
            left_out.extend(others.iter().map(|own| own.line.left_out(reason)));
        }
        let is_one_rule = sheet.shape.first_row && !is_category(sheet, first) || are_values(&read);
        let most = if is_one_rule { read.len().max(1) } else { 1 };
        for rows in read.chunks(most) {
            match rule(sheet, rows, ids) {
                Ok((rule, notes)) => {
                    let rule = match &first.place.group {
                        Some(group) => rule.group(group),
                        None => rule,
                    };
                    let rows = rows.iter().map(|own| own.line.shown.clone()).collect();
                    axis.items.push(Item::Rule { rows, notes, rule: Box::new(rule) });
                }
                Err(reason) => {
                    left_out.extend(rows.iter().map(|own| own.line.left_out(&reason)));
                }
            }
        }
        axis.items.extend(left_out);
    }

    /// The axis of a place, which is new if no earlier row has it.
    fn axis(&mut self, place: &Place) -> Option<&mut DraftAxis> {
        let index = self.axes.iter().position(|axis| axis.name == place.axis).unwrap_or_else(|| {
            let (name, is_activity) = (place.axis.clone(), place.is_activity);
            self.axes.push(DraftAxis { name, is_activity, groups: Vec::new(), items: Vec::new() });
            self.axes.len() - 1
        });
        self.axes.get_mut(index)
    }
}

impl DraftAxis {
    /// Notes the limit of the group of a row. All rows of a group must agree on it.
    fn limit(&mut self, line: &Line<'_>) -> Result<(), String> {
        let text = given(line.row.get(Role::GroupLimit));
        let Some(group) = &line.place.group else {
            return text.map_or(Ok(()), |_| Err("the row has a limit of a group, but no group".to_owned()));
        };
        let limit = text.map(words::points).transpose()?;
        if limit.is_some_and(|limit| limit <= Points::ZERO) {
            return Err("the limit of the group is not above 0".to_owned());
        }
        match self.groups.iter_mut().find(|(own, _)| own == group) {
            None => self.groups.push((group.clone(), limit)),
            Some((_, own @ None)) => *own = limit,
            Some((_, Some(own))) if limit.is_none_or(|limit| limit == *own) => {}
            Some((_, Some(own))) => return Err(format!("an earlier row limits the group to {own}")),
        }
        Ok(())
    }
}

impl Line<'_> {
    fn left_out(&self, reason: &str) -> Item {
        Item::LeftOut { row: self.shown.clone(), reason: reason.to_owned() }
    }
}

/// What a row means, and what it is worth.
struct Reading<'l> {
    line: &'l Line<'l>,
    about: About<'l>,
    worth: Points,
}

enum About<'l> {
    Field {
        field: &'l str,
        test: &'l Test,
        when: Condition,
    },
    /// Events that give points once, if they happened as often as the row says.
    Happened {
        events: &'l Events,
        when: Condition,
    },
    /// Events that give points each time, unless the row says how often.
    Events(&'l Events),
}

impl<'l> Reading<'l> {
    fn of(sheet: &Sheet, line: &'l Line<'l>, kinds: &BTreeMap<String, FieldKind>) -> Result<Reading<'l>, String> {
        let subject = line.subject.as_ref().map_err(Clone::clone)?;
        let weighted = sheet.shape.first_row && line.row.get(Role::Weighting).is_some();
        let worth = match line.row.get(Role::Points) {
            Some(text) => words::points(text)?,
            None if weighted => Points::from(100),
            None => return Err("the row has no points".to_owned()),
        };
        let about = match subject {
            Subject::Events(events) if is_category(sheet, line) => {
                use Role::{Decay, Interval, LeastFrequency, MostFrequency, Weighting};
                check_cells(line.row, &[Weighting, LeastFrequency, MostFrequency, Decay, Interval])?;
                if worth != Points::from(100) {
                    return Err("an activity category gives its whole weight, and no part of it for a value".to_owned());
                }
                About::Events(events)
            }
            Subject::Events(events) if sheet.shape.first_row => {
                check_cells(line.row, &[Role::Weighting, Role::Frequency, Role::Timeframe])?;
                About::Happened { events, when: events.condition()? }
            }
            Subject::Events(events) => {
                check_cells(line.row, &[Role::Cap, Role::Frequency, Role::Timeframe, Role::Decay, Role::Interval])?;
                About::Events(events)
            }
            Subject::Field { field, test } => {
                check_fact(line.row, worth)?;
                let weighting: &[Role] = if sheet.shape.first_row { &[Role::Weighting] } else { &[] };
                check_cells(
                    line.row,
                    &[weighting, &[Role::Cap, Role::Frequency, Role::Timeframe, Role::Decay]].concat(),
                )?;
                let kind = kinds.get(field).copied().unwrap_or(FieldKind::Text);
                About::Field { field, test, when: test.condition(field, kind)? }
            }
        };
        Ok(Reading { line, about, worth })
    }

    /// The texts that the row gives points for, if it compares a text for equality.
    fn texts(&self) -> Option<(&'l str, &'l [String])> {
        match self.about {
            About::Field { field, test, .. } if test.kind() == Some(FieldKind::Text) => Some((field, test.texts()?)),
            _ => None,
        }
    }
}

/// Refuses a row with a cell that rules of its kind do not read. `read` are the roles that not all rules have.
fn check_cells(row: &Row, read: &[Role]) -> Result<(), String> {
    let parts = [
        (Role::Weighting, "weighting, unless you pass `--from eloqua`"),
        (Role::Cap, "cap"),
        (Role::Frequency, "frequency"),
        (Role::LeastFrequency, "minimum frequency"),
        (Role::MostFrequency, "maximum frequency"),
        (Role::Timeframe, "time frame"),
        (Role::Decay, "decay"),
        (Role::Interval, "decay interval"),
    ];
    let unread = parts.into_iter().filter(|(role, _)| !read.contains(role));
    let found = unread.filter_map(|(role, part)| Some((given(row.get(role))?, part)));
    match found.into_iter().find(|(text, _)| words::number(text) != Some(0.0)) {
        Some((text, part)) => Err(format!("`{text}`: a row of this kind has no {part}")),
        None => Ok(()),
    }
}

/// Refuses a row about a fact with a cell that only events can have.
fn check_fact(row: &Row, worth: Points) -> Result<(), String> {
    let filled = |role| given(row.get(role)).filter(|text| words::number(text) != Some(0.0));
    if let Some(text) = filled(Role::Decay).or_else(|| filled(Role::Timeframe)) {
        return Err(format!("`{text}`: a fact has no age, so its points neither decay nor expire"));
    }
    let once = |text: &&str| matches!(words::frequency(text), Some(words::Frequency::Each | words::Frequency::Once));
    if let Some(text) = filled(Role::Frequency).filter(|text| !once(text)) {
        return Err(format!("`{text}`: a fact does not happen several times"));
    }
    match filled(Role::Cap).map(words::points).transpose()? {
        Some(cap) if cap < worth => Err(format!("the cap of {cap} is below the points")),
        _ => Ok(()),
    }
}

/// Whether the row is an activity category of Breadcrumbs, which has a rule of its own.
fn is_category(sheet: &Sheet, line: &Line<'_>) -> bool {
    sheet.shape.product == Product::Breadcrumbs && line.place.is_activity
}

/// Whether two neighbouring rows are one rule.
fn are_one_rule(sheet: &Sheet, kinds: &BTreeMap<String, FieldKind>, a: &Line<'_>, b: &Line<'_>) -> bool {
    if sheet.shape.first_row {
        return folded(a.row.criterion()) == folded(b.row.criterion());
    }
    match (&a.subject, &b.subject) {
        (Ok(Subject::Field { field, test }), Ok(Subject::Field { field: other, test: next })) => {
            let is_text = kinds.get(field) == Some(&FieldKind::Text);
            let same_name = a.row.get(Role::Name) == b.row.get(Role::Name);
            field == other && same_name && is_text && test.texts().is_some() && next.texts().is_some()
        }
        _ => false,
    }
}

/// Whether rows give points for different texts of one field, so that `values` says them.
fn are_values(rows: &[Reading<'_>]) -> bool {
    let mut seen = BTreeSet::new();
    let mut distinct = |text: &String| seen.insert(text.to_uppercase().to_lowercase());
    rows.iter().all(|row| row.texts().is_some_and(|(_, texts)| texts.iter().all(&mut distinct)))
}

/// The rule of one row, or of several rows about one field or about one kind of events.
fn rule(sheet: &Sheet, rows: &[Reading<'_>], ids: &mut BTreeSet<String>) -> Result<(Rule, Vec<String>), String> {
    let Some(first) = rows.first() else { return Err("no row".to_owned()) };
    let row = first.line.row;
    let name = row.get(Role::Name).unwrap_or(match first.about {
        About::Field { field, .. } if row.get(Role::Source).is_none() => field,
        _ => row.criterion(),
    });
    let id = unique(&snake(name), ids);
    let (rule, notes) = match (&first.about, rows) {
        (About::Events(events), [_]) if is_category(sheet, first.line) => {
            (*events).clone().category(&id, sheet, row)?
        }
        (About::Events(events), [_]) => (*events).clone().rule(&id, sheet, row, first.worth)?,
        (About::Field { when, .. }, [_]) if !sheet.shape.first_row => {
            (Rule::new(&*id, Worth::Points(first.worth)).when(when.clone()), Vec::new())
        }
        _ => several(rows, &id)?,
    };
    let label = match rows {
        [_] => label(row),
        _ => row.criterion().to_owned(),
    };
    ids.insert(id.clone());
    Ok((if label == id { rule } else { rule.label(label) }, notes))
}

/// One rule of several rows: the first that is true counts, or their texts differ.
fn several(rows: &[Reading<'_>], id: &str) -> Result<(Rule, Vec<String>), String> {
    let mut notes = Vec::new();
    let mut conditions = Vec::new();
    for row in rows {
        let when = match &row.about {
            About::Field { when, .. } => when,
            About::Happened { events, when } => {
                notes.extend(events.notes.iter().cloned());
                when
            }
            About::Events(_) => {
                return Err("these events give points each time, and other rows give them once".to_owned());
            }
        };
        conditions.push((when.clone(), row.worth));
    }
    notes.dedup();
    let mut weightings = rows.iter().filter_map(|row| row.line.row.get(Role::Weighting)).map(words::points);
    let weighting = weightings.next().transpose()?.unwrap_or(Points::from(100));
    if weightings.any(|other| other != Ok(weighting)) {
        return Err("the rows of one criterion have different weightings".to_owned());
    }
    let rule = eloqua_criterion(id, weighting, conditions);
    if weighting != Points::from(100) {
        notes.push(format!("Weighting {weighting} %: 100 points of a row are {weighting} points of the axis."));
    }
    let Worth::First(weighted) = rule.worth() else { return Ok((rule, notes)) };
    let points = || weighted.rows().map(|(_, points)| points);
    let Some((field, _)) = rows.first().and_then(Reading::texts).filter(|_| are_values(rows)) else {
        return Ok((Rule::new(id, First::new(weighted.rows().map(|(when, points)| (when.clone(), points)))), notes));
    };
    let texts = rows.iter().zip(points()).flat_map(|(row, points)| {
        let texts = row.texts().map_or(&[][..], |(_, texts)| texts);
        texts.iter().map(move |text| (text.clone(), points))
    });
    Ok((Rule::new(id, Values::new(Handle::<kind::Text>::new(field), texts).ignore_case()), notes))
}

/// The words of a row that people see in explanations.
fn label(row: &Row) -> String {
    match (row.get(Role::Name), row.get(Role::Operator), row.get(Role::Value)) {
        (Some(name), ..) => name.to_owned(),
        (None, Some(operator), value) => format!("{} {operator} {}", row.criterion(), value.unwrap_or_default()),
        (None, None, Some(value)) => format!("{}: {value}", row.criterion()),
        (None, None, None) => row.criterion().to_owned(),
    }
    .trim_end()
    .to_owned()
}

/// The id, with a number behind it if another rule has it.
fn unique(id: &str, ids: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{id}_{number}"));
    std::iter::once(id.to_owned()).chain(numbered).find(|id| !ids.contains(id)).unwrap_or_default()
}

/// The kind of each field, from all of its tests.
fn kinds<'l>(lines: impl Iterator<Item = &'l Line<'l>>) -> BTreeMap<String, FieldKind> {
    let mut tests: BTreeMap<&str, Vec<&Test>> = BTreeMap::new();
    for line in lines {
        if let Ok(Subject::Field { field, test }) = &line.subject {
            tests.entry(field).or_default().push(test);
        }
    }
    tests.into_iter().map(|(field, tests)| (field.to_owned(), Test::kind_of(&tests))).collect()
}
