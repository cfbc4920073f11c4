//! What never matched: events and texts that a model names and no row has, fields that are missing for most, rules that
//! fired for nobody or for everybody.

mod report;

use std::collections::{BTreeMap, BTreeSet};

use warmth::model::{Condition, Input, Operand, Worth};
use warmth::{Fired, Kind, Model, Record, Score, Scorer, Value, Verdict};

use crate::events::Events;
use crate::mapping::Mapping;
use crate::messages::shortened;
use crate::names::{self, Likeness, likeness, nearest};
use crate::records::Records;
pub(crate) use report::Report;
use report::{ListLike, MissingField, OtherSpelling, ReportedCells, RuleCount, UnmatchedEvent, UnmatchedText};

/// How many different texts of a field are remembered.
const TEXTS: usize = 10_000;

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

/// A text that the model compares with a field.
#[derive(Clone, Copy)]
struct Listed<'m> {
    field: &'m str,
    text: &'m str,
    at: &'m str,
    operator: &'m str,
    ignore_case: bool,
}

struct Seen {
    kind: Kind,
    missing: u64,
    known: u64,
    /// The different texts, with the number of their rows.
    texts: BTreeMap<String, u64>,
    like_lists: u64,
    example: String,
}

impl<'m> Audit<'m> {
    pub(crate) fn new(model: &'m Model, scorer: &'m Scorer<Record>) -> Audit<'m> {
        let seen =
            |kind| Seen { kind, missing: 0, known: 0, texts: BTreeMap::new(), like_lists: 0, example: String::new() };
        let ids = scorer.rules().map(|(_, rule)| rule).chain(scorer.promoters()).chain(scorer.limits());
        Audit {
            model,
            scorer,
            unmatched: listed(model),
            listed: listed(model),
            fields: scorer.fields().map(|field| (field.name(), seen(field.kind()))).collect(),
            fired: ids.map(|title| (title.id, 0)).collect(),
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
        } else if let Some(gate) = fired.ids().next() {
            *self.held_back.entry(gate).or_default() += 1;
        }
        for (name, seen) in &mut self.fields {
            match record.get(name) {
                None => seen.missing += 1,
                Some(value) => {
                    seen.known += 1;
                    match value {
                        Value::Text(text) => {
                            seen.list_like(text.contains(';') || text.contains('|'), text);
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
        }
    }

    /// The report. `events` are those of the file, if there is one.
    pub(crate) fn report(self, records: &Records, events: Option<(&Events, &Mapping)>, skipped: u64) -> Report {
        let cells = events.iter().flat_map(|(events, _)| events.misfits.columns()).chain(records.misfits().columns());
        let cells = cells.map(ReportedCells::of).collect();
        let (unmatched, unread) =
            events.map_or_else(Default::default, |(events, mapping)| self.events(events, mapping));
        // Of a field that nobody has, the field is the finding.
        let seen = |listed: &&Listed<'_>| self.fields.get(listed.field).filter(|seen| seen.known > 0);
        let listed: Vec<_> = self.unmatched.iter().filter_map(|listed| Some((listed, &seen(&listed)?.texts))).collect();
        let few = listed.iter().map(|(_, texts)| texts.len()).sum::<usize>() <= PAIRS;
        let texts = listed.iter().map(|(listed, texts)| UnmatchedText {
            field: listed.field.to_owned(),
            text: listed.text.to_owned(),
            at: listed.at.to_owned(),
            nearest: nearest(listed.text, texts.keys().map(String::as_str).filter(|_| few)).map(str::to_owned),
        });
        let mut spellings = self.spellings();
        spellings.extend(events.iter().flat_map(|_| self.event_spellings(&unread)));
        let missing = self.fields.iter().filter(|(_, seen)| seen.missing * 2 > self.records).map(|(name, seen)| {
            MissingField { field: (*name).to_owned(), missing: seen.missing, has_column: records.has(name) }
        });
        let is_list = |seen: &Seen| seen.like_lists >= 2 && seen.like_lists * 10 >= seen.known;
        let lists = self.fields.iter().filter(|(_, seen)| is_list(seen)).map(|(name, seen)| ListLike {
            field: (*name).to_owned(),
            cells: seen.like_lists,
            example: seen.example.clone(),
            is_tags: seen.kind == Kind::Tags,
        });
        let ids = self.scorer.rules().map(|(_, rule)| rule.id).chain(self.scorer.promoters().map(|title| title.id));
        let ids = ids.chain(self.scorer.limits().map(|title| title.id));
        // Without a file of events, rules on events fire for nobody. That is no news.
        let on_events = if events.is_none() { reads_events(self.model) } else { BTreeSet::new() };
        let rules = ids.filter(|id| !on_events.contains(id)).filter_map(|id| {
            let fired = self.fired.get(id).copied().filter(|fired| *fired == 0 || *fired == self.passed)?;
            Some(RuleCount { id: id.to_owned(), fired, of: self.passed })
        });
        Report {
            model: self.scorer.name().to_owned(),
            records: self.records,
            skipped_rows: skipped,
            held_back: self.held_back.iter().map(|(gate, count)| ((*gate).to_owned(), *count)).collect(),
            cells,
            has_events: events.is_some() || self.model.events().next().is_none(),
            events: unmatched,
            unread_events: unread,
            ids_without_record: records.unknown_ids(),
            texts: texts.collect(),
            spellings,
            missing: missing.collect(),
            lists: lists.collect(),
            rules: rules.collect(),
            caps: Vec::new(),
            verdicts: self.verdicts,
        }
    }

    /// Texts of rows that a listed text does not match because of its spelling.
    fn spellings(&self) -> Vec<OtherSpelling> {
        let mut spellings = Vec::new();
        for (name, seen) in &self.fields {
            let listed: Vec<&Listed<'_>> = self.listed.iter().filter(|listed| listed.field == *name).collect();
            let exact = listed.iter().filter(|listed| !listed.ignore_case && listed.is_whole());
            let folded: BTreeMap<String, &str> =
                exact.map(|listed| (names::folded(listed.text), listed.text)).collect();
            if folded.is_empty() {
                continue;
            }
            for (found, rows) in &seen.texts {
                let text = folded.get(&names::folded(found)).filter(|_| !listed.iter().any(|own| own.matches(found)));
                if let Some(text) = text {
                    let (field, text) = (Some((*name).to_owned()), (*text).to_owned());
                    spellings.push(OtherSpelling { field, text, found: found.clone(), rows: *rows });
                }
            }
        }
        spellings
    }

    /// Events of the file that the model does not read because of their spelling.
    fn event_spellings(&self, unread: &BTreeMap<String, u64>) -> Vec<OtherSpelling> {
        let of = |(found, rows): (&String, &u64)| {
            let text = self.model.events().find(|event| likeness(event, found) >= Likeness::Number)?.to_owned();
            Some(OtherSpelling { field: None, text, found: found.clone(), rows: *rows })
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
        if let Some(rows) = self.texts.get_mut(text) {
            *rows += 1;
            return;
        }
        if self.texts.len() < TEXTS {
            self.texts.insert(text.to_owned(), 1);
        }
        listed.retain(|listed| listed.field != field || !listed.matches(text));
    }
}

impl Listed<'_> {
    /// Whether the text is compared as a whole, not in parts.
    fn is_whole(&self) -> bool {
        !["starts_with", "ends_with", "contains", "has_word"].contains(&self.operator)
    }

    fn matches(&self, text: &str) -> bool {
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

/// Every text that the model compares with a field.
fn listed(model: &Model) -> Vec<Listed<'_>> {
    let mut listed = Vec::new();
    let gates = model.required_gates().iter().chain(model.disqualifying_gates());
    gates.for_each(|gate| add_tests(&mut listed, gate.when(), gate.id()));
    for rule in model.axes().iter().flat_map(warmth::model::Axis::rules) {
        rule.conditions().for_each(|when| add_tests(&mut listed, when, rule.id()));
        if let Worth::Values(values) = rule.worth() {
            let (field, ignore_case) = (values.field(), values.ignores_case());
            let rows =
                values.rows().map(|(text, _)| Listed { field, text, at: rule.id(), operator: "is", ignore_case });
            listed.extend(rows);
        }
    }
    model.promoters().iter().for_each(|promoter| add_tests(&mut listed, promoter.when(), promoter.id()));
    model.limits().iter().for_each(|limit| add_tests(&mut listed, limit.when(), limit.get_id().unwrap_or("limit")));
    for segment in model.segments() {
        segment.when().into_iter().for_each(|when| add_tests(&mut listed, when, segment.name()));
    }
    listed
}

fn add_tests<'m>(listed: &mut Vec<Listed<'m>>, when: &'m Condition, at: &'m str) {
    for test in when.tests() {
        let Input::Field(field) = test.input() else { continue };
        let texts: Vec<&str> = match test.operand() {
            Operand::Text(text) => vec![text],
            Operand::Texts(texts) => texts.iter().map(String::as_str).collect(),
            _ => continue,
        };
        let (operator, ignore_case) = (test.operator(), test.ignores_case());
        listed.extend(texts.into_iter().map(|text| Listed { field, text, at, operator, ignore_case }));
    }
}

/// The ids of rules, promoters and limits that read events.
fn reads_events(model: &Model) -> BTreeSet<&str> {
    let reads = |when: &Condition| when.tests().any(|test| matches!(test.input(), Input::Events { .. }));
    let rules = model.axes().iter().flat_map(warmth::model::Axis::rules).filter(|rule| {
        let bands = matches!(rule.worth(), Worth::Bands(bands) if matches!(bands.input(), Input::Events { .. }));
        bands || matches!(rule.worth(), Worth::Signal(_)) || rule.conditions().any(reads)
    });
    let promoters = model.promoters().iter().filter(|promoter| reads(promoter.when()));
    let limits = model.limits().iter().filter(|limit| reads(limit.when()));
    let ids = rules.map(warmth::model::Rule::id).chain(promoters.map(warmth::model::Promoter::id));
    ids.chain(limits.filter_map(|limit| limit.get_id())).collect()
}
