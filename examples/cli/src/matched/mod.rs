//! What never matched: events and texts of a model that no row has, fields that are missing for most records, rules that
//! fire for no record or for all.

mod report;

use std::collections::{BTreeMap, BTreeSet};

use warmth::model::{Condition, Input, Operand, Rule, Test, Worth};
use warmth::{Fired, Kind, Model, Record, Score, Scorer, Value, Verdict};

use crate::events::Events;
use crate::mapping::Mapping;
use crate::messages::shortened;
use crate::misfits::Misfits;
use crate::names::{self, Likeness, likeness, nearest, tally};
use crate::population::{Population, gate_of};
use crate::reads::{Use, attribute_uses, conditions, rules};
use report::{
    ListLike, MissingField, OtherSpelling, ReportedCells, RuleCount, UnmatchedAttribute, UnmatchedEvent, UnmatchedText,
};
pub(crate) use report::{NO_EVENTS, Report};

/// How many pairs of a listed text and a text of a row are compared, to name the nearest one.
const PAIRS: usize = 200_000;

/// Watches the records while they are scored.
pub(crate) struct Audit<'m> {
    model: &'m Model,
    scorer: &'m Scorer<Record>,
    listed: Vec<Listed<'m>>,
    unmatched: Vec<Listed<'m>>,
    fields: BTreeMap<&'m str, Seen>,
    fired: BTreeMap<&'m str, u64>,
    held_back: BTreeMap<&'m str, u64>,
    verdicts: BTreeMap<Verdict, u64>,
    records: u64,
    passed: u64,
}

/// A text that the model compares with a field, or with an attribute of events.
#[derive(Clone, Copy)]
pub(crate) struct Listed<'m> {
    pub(crate) field: &'m str,
    text: &'m str,
    at: &'m str,
    operator: &'m str,
    ignore_case: bool,
}

struct Seen {
    kind: Kind,
    /// The number of records with a value.
    known: u64,
    /// The different texts, with the number of their rows.
    texts: BTreeMap<String, u64>,
    like_lists: u64,
    example: String,
}

impl<'m> Audit<'m> {
    pub(crate) fn new(model: &'m Model, scorer: &'m Scorer<Record>) -> Audit<'m> {
        let seen = |kind| Seen { kind, known: 0, texts: BTreeMap::new(), like_lists: 0, example: String::new() };
        let listed = listed(model);
        Audit {
            model,
            scorer,
            unmatched: listed.clone(),
            listed,
            fields: scorer.fields().map(|field| (field.name(), seen(field.kind()))).collect(),
            fired: ids(scorer).map(|id| (id, 0)).collect(),
            held_back: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            records: 0,
            passed: 0,
        }
    }

    /// Watches a record that has been scored.
    pub(crate) fn see(&mut self, record: &Record, score: &Score<'m>, fired: &Fired<'m>) {
        self.records += 1;
        *self.verdicts.entry(score.verdict()).or_default() += 1;
        if score.verdict().is_scored() {
            self.passed += 1;
            for id in fired.ids() {
                if let Some(count) = self.fired.get_mut(id) {
                    *count += 1;
                }
            }
        } else if let Some(gate) = gate_of(score, fired) {
            *self.held_back.entry(gate).or_default() += 1;
        }
        for (name, seen) in &mut self.fields {
            let Some(value) = record.get(name) else { continue };
            seen.known += 1;
            match value {
                Value::Text(text) => {
                    seen.list_like(text.contains([';', '|']), text);
                    seen.text(name, text, &mut self.unmatched);
                }
                Value::Tags(tags) => {
                    if let [tag] = &tags[..] {
                        seen.list_like(tag.contains([',', '|', ';']), tag);
                    }
                    for tag in tags {
                        seen.text(name, tag, &mut self.unmatched);
                    }
                }
                _ => {}
            }
        }
    }

    /// The report on the files that were read.
    pub(crate) fn report(self, population: &Population, skipped: u64) -> Report {
        let Population { records, events, mapping } = population;
        let of_events = events.iter().flat_map(|events| [&events.misfits, &events.attribute_misfits]);
        let cells = of_events.chain([records.misfits()]).flat_map(Misfits::columns);
        let cells = cells.map(ReportedCells::of).collect();
        let (unmatched, unread) = events.as_ref().map_or_else(Default::default, |events| self.events(events, mapping));
        // A field without any value has a warning of its own.
        let seen = |listed: &&Listed<'_>| self.fields.get(listed.field).filter(|seen| seen.known > 0);
        let listed: Vec<_> = self.unmatched.iter().filter_map(|listed| Some((listed, &seen(&listed)?.texts))).collect();
        let few = listed.iter().map(|(_, texts)| texts.len()).sum::<usize>() <= PAIRS;
        let texts = listed.iter().map(|(listed, texts)| listed.unmatched(texts, few));
        let (attributes, attribute_texts) =
            events.as_ref().map_or_else(Default::default, |events| self.attributes(events));
        let mut spellings = self.spellings();
        spellings.extend(self.event_spellings(&unread));
        let missing = self.fields.iter().map(|(name, seen)| (name, self.records - seen.known));
        let missing = missing.filter(|(_, missing)| missing * 2 > self.records).map(|(name, missing)| MissingField {
            field: (*name).to_owned(),
            missing,
            has_column: records.has(name),
        });
        let is_list = |seen: &Seen| seen.like_lists >= 2 && seen.like_lists * 10 >= seen.known;
        let lists = self.fields.iter().filter(|(_, seen)| is_list(seen)).map(|(name, seen)| ListLike {
            field: (*name).to_owned(),
            cells: seen.like_lists,
            example: seen.example.clone(),
            is_tags: seen.kind == Kind::Tags,
        });
        // Without a file of events, rules on events cannot fire.
        let lacks_events = population.lacks_events(&[self.model]);
        let on_events = if lacks_events { reads_events(self.model) } else { BTreeSet::new() };
        let rules = ids(self.scorer).filter(|id| !on_events.contains(id)).filter_map(|id| {
            let fired = self.fired.get(id).copied().filter(|fired| *fired == 0 || *fired == self.passed)?;
            Some(RuleCount { id: id.to_owned(), fired, of: self.passed })
        });
        Report {
            model: self.scorer.name().to_owned(),
            records: self.records,
            skipped_rows: skipped,
            held_back: self.held_back.iter().map(|(gate, count)| ((*gate).to_owned(), *count)).collect(),
            cells,
            has_events: !lacks_events,
            events: unmatched,
            unread_events: unread,
            ids_without_record: records.unknown_ids(),
            attributes,
            attribute_texts,
            texts: texts.collect(),
            spellings,
            missing: missing.collect(),
            lists: lists.collect(),
            rules: rules.collect(),
            caps: Vec::new(),
            verdicts: self.verdicts,
        }
    }

    /// The attributes that no event has, and the texts that no event has in an attribute.
    fn attributes(&self, events: &Events) -> (Vec<UnmatchedAttribute>, Vec<UnmatchedText>) {
        let unknown = events.attributes.iter().filter(|(_, seen)| seen.known == 0);
        let unknown =
            unknown.map(|(name, seen)| UnmatchedAttribute { attribute: name.clone(), nearest: seen.nearest.clone() });
        let listed = listed_attributes(self.model);
        let texts = listed.iter().filter_map(|listed| {
            let seen = events.attributes.get(listed.field).filter(|seen| seen.known > 0)?;
            let found = seen.texts.keys().any(|text| listed.matches(text));
            (!found).then(|| listed.unmatched(&seen.texts, listed.is_whole()))
        });
        (unknown.collect(), texts.collect())
    }

    /// Texts of rows that a listed text does not match because of its spelling.
    fn spellings(&self) -> Vec<OtherSpelling> {
        let mut spellings = Vec::new();
        for (name, seen) in &self.fields {
            let listed: Vec<&Listed<'_>> = self.listed.iter().filter(|listed| listed.field == *name).collect();
            let exact = listed.iter().filter(|listed| !listed.ignore_case && listed.is_whole());
            let mut folded: BTreeMap<String, Vec<&Listed<'_>>> = BTreeMap::new();
            for listed in exact {
                folded.entry(names::folded(listed.text)).or_default().push(listed);
            }
            if folded.is_empty() {
                continue;
            }
            for (found, rows) in &seen.texts {
                let same = folded.get(&names::folded(found)).filter(|_| !listed.iter().any(|own| own.matches(found)));
                if let Some(same @ [first, ..]) = same.map(Vec::as_slice) {
                    let (field, text) = (Some((*name).to_owned()), first.text.to_owned());
                    let at = same.iter().map(|listed| listed.at.to_owned()).collect();
                    spellings.push(OtherSpelling { field, text, at, found: found.clone(), rows: *rows });
                }
            }
        }
        spellings
    }

    /// Events of the file that the model does not read because of their spelling.
    fn event_spellings(&self, unread: &BTreeMap<String, u64>) -> Vec<OtherSpelling> {
        let of = |(found, rows): (&String, &u64)| {
            let text = self.model.events().find(|event| likeness(event, found) >= Likeness::Number)?.to_owned();
            Some(OtherSpelling { field: None, text, at: BTreeSet::new(), found: found.clone(), rows: *rows })
        };
        unread.iter().filter_map(of).collect()
    }

    fn events(&self, events: &Events, mapping: &Mapping) -> (Vec<UnmatchedEvent>, BTreeMap<String, u64>) {
        let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
        for (written, count) in &events.names {
            *rows.entry(mapping.events.names.get(written).unwrap_or(written)).or_default() += count;
        }
        let read: BTreeSet<&str> = self.model.events().collect();
        let unmatched = read.iter().filter(|name| **name != "*" && !rows.contains_key(*name)).map(|name| {
            let nearest = nearest(name, rows.keys().copied());
            UnmatchedEvent {
                event: (*name).to_owned(),
                nearest: nearest.map(str::to_owned),
                rows: nearest.and_then(|nearest| rows.get(nearest).copied()),
            }
        });
        let unmatched = unmatched.collect();
        let unread = rows.into_iter().filter(|(name, _)| !read.contains(name) && !read.contains("*"));
        (unmatched, unread.map(|(name, count)| (name.to_owned(), count)).collect())
    }
}

impl Seen {
    fn list_like(&mut self, is: bool, text: &str) {
        if is {
            self.like_lists += 1;
            if self.example.is_empty() {
                self.example = shortened(text);
            }
        }
    }

    /// Drops the listed texts that this one matches.
    fn text(&mut self, field: &str, text: &str, listed: &mut Vec<Listed<'_>>) {
        if tally(&mut self.texts, text) {
            listed.retain(|listed| listed.field != field || !listed.matches(text));
        }
    }
}

impl Listed<'_> {
    fn unmatched(&self, texts: &BTreeMap<String, u64>, compare: bool) -> UnmatchedText {
        let near = nearest(self.text, texts.keys().map(String::as_str).filter(|_| compare));
        UnmatchedText {
            field: self.field.to_owned(),
            text: self.text.to_owned(),
            at: self.at.to_owned(),
            nearest: near.map(str::to_owned),
        }
    }

    /// Whether the text is compared as a whole, not in parts.
    fn is_whole(&self) -> bool {
        !["starts_with", "ends_with", "contains", "has_word"].contains(&self.operator)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let compare = |wanted: &str, text: &str| match self.operator {
            "starts_with" => text.starts_with(wanted),
            "ends_with" => text.ends_with(wanted),
            "contains" | "has_word" => text.contains(wanted),
            _ => text == wanted,
        };
        if self.ignore_case {
            compare(&self.text.to_lowercase(), &text.to_lowercase())
        } else {
            compare(self.text, text)
        }
    }
}

/// The ids of the rules, promoters and limits, in this order.
fn ids(scorer: &Scorer<Record>) -> impl Iterator<Item = &str> {
    let titles = scorer.rules().map(|(_, rule)| rule).chain(scorer.promoters()).chain(scorer.limits());
    titles.map(|title| title.id)
}

/// Every text that the model compares with a field.
fn listed(model: &Model) -> Vec<Listed<'_>> {
    let tests = conditions(model).flat_map(|(at, when)| when.tests().map(move |test| (at, test)));
    let mut listed: Vec<Listed<'_>> = tests.flat_map(|(at, test)| listed_by(test, at)).collect();
    for rule in rules(model) {
        if let Worth::Values(values) = rule.worth() {
            let (field, ignore_case) = (values.field(), values.ignores_case());
            let rows =
                values.rows().map(|(text, _)| Listed { field, text, at: rule.id(), operator: "is", ignore_case });
            listed.extend(rows);
        }
    }
    listed
}

/// The texts that a test compares with a field, or with an attribute of events.
fn listed_by<'m>(test: Test<'m>, at: &'m str) -> Vec<Listed<'m>> {
    let Input::Field(field) = test.input() else { return Vec::new() };
    let texts: Vec<&str> = match test.operand() {
        Operand::Text(text) => vec![text],
        Operand::Texts(texts) => texts.iter().map(String::as_str).collect(),
        _ => return Vec::new(),
    };
    let (operator, ignore_case) = (test.operator(), test.ignores_case());
    texts.into_iter().map(|text| Listed { field, text, at, operator, ignore_case }).collect()
}

/// Every text that the model compares with an attribute of events.
pub(crate) fn listed_attributes(model: &Model) -> Vec<Listed<'_>> {
    let tests = attribute_uses(model).into_iter().filter_map(|(at, used)| match used {
        Use::Test(test) => Some((at, test)),
        Use::Value(_) => None,
    });
    tests.flat_map(|(at, test)| listed_by(test, at)).collect()
}

/// The ids of rules, promoters and limits that read events.
fn reads_events(model: &Model) -> BTreeSet<&str> {
    let is_events = |input: Input<'_>| matches!(input, Input::Events { .. });
    let reads = |when: &Condition| when.tests().any(|test| is_events(test.input()));
    let on_events = rules(model).filter(|rule| match rule.worth() {
        Worth::Bands(bands) => is_events(bands.input()),
        Worth::PerUnit(per_unit) => is_events(per_unit.input()),
        Worth::Signal(_) => true,
        _ => false,
    });
    on_events.map(Rule::id).chain(conditions(model).filter(|(_, when)| reads(when)).map(|(at, _)| at)).collect()
}
