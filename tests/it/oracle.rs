//! A second implementation of the specification: slow, simple, in exact rationals, straight from the JSON document. It
//! shares no code with the engine, so the two do not share mistakes.
//!
//! The document has to be valid; the oracle may panic on an invalid one.

use std::cell::{Cell, RefCell};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use chrono::{DateTime, Datelike, Months, NaiveDate};
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive};
use serde_json::{Map, Value};

use crate::common::generate::{Event, ignoring_case};
use crate::common::reach::{Q, add_up, available, decimal, decimal_or, form_subject, int, list, only_entry, table};
use crate::stakes::stakes;

type Truth = Option<bool>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) verdict: &'static str,
    /// In millionths.
    pub(crate) score: i64,
    /// Name, raw points and axis score of each axis, in millionths. Empty if a gate ends scoring.
    pub(crate) axes: Vec<(String, i64, i64)>,
    /// The axes that are skipped.
    pub(crate) skipped: Vec<String>,
    /// The coverage of the whole, and of each axis, in millionths, even if a gate ends scoring.
    pub(crate) coverage: i64,
    pub(crate) coverages: Vec<i64>,
    pub(crate) grade: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) segment: Option<String>,
    pub(crate) play: Option<String>,
    pub(crate) missing: Vec<String>,
    /// Whether the engine computes all decay weights of this outcome exactly.
    pub(crate) exact: bool,
    /// Whether an inexact sum is so close to a threshold that the engine may decide otherwise.
    pub(crate) near_tie: bool,
    /// How far scores, axis scores and raw points may differ, in millionths; 0 if `exact`.
    pub(crate) tolerance: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Flag,
    Number,
    Text,
    Tags,
    Day,
}

pub(crate) fn evaluate(model: &Value, facts: &Map<String, Value>, events: &[Event], as_of: i64) -> Outcome {
    let evaluation = Evaluation::new(model, facts, events, as_of);
    let mut outcome = evaluation.outcome();
    outcome.exact = !evaluation.inexact.get();
    if outcome.exact {
        return outcome;
    }
    // While no comparison changes its result, every step from a signal's sum to the score is monotone. So if both runs
    // with all sums shifted make the same comparisons, their scores enclose the score of any mixture of errors.
    let mut furthest = 0;
    for shift in [-2, 2] {
        let shifted = Evaluation::new(model, facts, events, as_of);
        shifted.shift.set(shift);
        let other = shifted.outcome();
        furthest = furthest.max((other.score - outcome.score).abs());
        for (a, b) in outcome.axes.iter().zip(&other.axes) {
            furthest = furthest.max((a.1 - b.1).abs()).max((a.2 - b.2).abs());
        }
        outcome.near_tie |= (&other.grade, &other.state, &other.segment, &other.play)
            != (&outcome.grade, &outcome.state, &outcome.segment, &outcome.play)
            || *shifted.trace.borrow() != *evaluation.trace.borrow();
    }
    outcome.tolerance = furthest + 2;
    outcome
}

/// The result of one axis.
struct AxisResult {
    raw: Q,
    /// The exact score from 0 to 100.
    score: Q,
    /// Rounded to a millionth.
    coverage: Q,
    skipped: bool,
}

/// The part of the outcome that promoters, limits and segments can read.
struct Scored {
    verdict: &'static str,
    /// `None` for a skipped axis.
    axes: BTreeMap<String, Option<Q>>,
    score: Q,
    coverage: Q,
    grade: Option<String>,
}

enum Num {
    /// A fact, compared in binary floating point.
    Float(f64),
    /// A count, a sum or a score, compared exactly.
    Exact(Q),
}

/// Which events count.
#[derive(Clone, Copy, Debug)]
enum Window {
    /// Ages from the first up to but not including the second.
    Ages(i64, i64),
    /// Civil days from the first to the second, both included.
    Days(i64, i64),
}

impl Window {
    const ALL: Window = Window::Ages(0, i64::MAX);
}

/// One evaluation of a document for a subject at an instant.
struct Evaluation<'a> {
    model: &'a Value,
    facts: &'a Map<String, Value>,
    events: &'a [Event],
    as_of: i64,
    offset: i64,
    kinds: BTreeMap<String, Kind>,
    /// Millionths to add to every inexact sum of a signal.
    shift: Cell<i64>,
    /// Whether a sum was inexact.
    inexact: Cell<bool>,
    /// The results of all comparisons, in order.
    trace: RefCell<Vec<Ordering>>,
}

impl<'a> Evaluation<'a> {
    fn new(model: &'a Value, facts: &'a Map<String, Value>, events: &'a [Event], as_of: i64) -> Self {
        let kinds = reads(model).into_iter().filter_map(|(field, kind)| Some((field, kind?))).collect();
        let offset = model["utc_offset"].as_str().map_or(0, parse_offset);
        Evaluation {
            model,
            facts,
            events,
            as_of,
            offset,
            kinds,
            shift: Cell::new(0),
            inexact: Cell::new(false),
            trace: RefCell::new(Vec::new()),
        }
    }

    fn outcome(&self) -> Outcome {
        let mut outcome = Outcome {
            verdict: self.verdict(),
            score: 0,
            axes: Vec::new(),
            skipped: Vec::new(),
            coverage: 0,
            coverages: Vec::new(),
            grade: None,
            state: None,
            segment: None,
            play: None,
            missing: self.missing(),
            exact: true,
            near_tie: false,
            tolerance: 0,
        };
        let axes = list(&self.model["axis"]);
        let weight = |axis: &Value| if axis["weight"].is_null() { int(1) } else { decimal(&axis["weight"]) };
        let results: Vec<AxisResult> = axes.iter().map(|axis| self.axis(axis)).collect();
        let covered: Q = axes.iter().zip(&results).map(|(axis, own)| weight(axis) * &own.coverage).sum();
        let weights: Q = axes.iter().map(weight).sum();
        let coverage = share(&covered, &(weights * int(100)));
        outcome.coverage = micros(&coverage);
        outcome.coverages = results.iter().map(|own| micros(&own.coverage)).collect();
        if matches!(outcome.verdict, "disqualified" | "ineligible") {
            return outcome;
        }
        let counts = |axis: &Value| !self.model["total"].is_null() || weight(axis).is_positive();
        if !axes.iter().zip(&results).any(|(axis, own)| !own.skipped && counts(axis)) {
            outcome.verdict = "uncovered";
            return outcome;
        }

        let mut shown = BTreeMap::new();
        let mut carried = Vec::new();
        let mut all_raw = int(0);
        for (axis, AxisResult { raw, score, skipped, .. }) in axes.iter().zip(results) {
            let name = text(&axis["name"]).to_owned();
            if skipped {
                outcome.axes.push((name.clone(), micros(&raw), 0));
                outcome.skipped.push(name.clone());
                shown.insert(name, None);
                continue;
            }
            let rounded = round(&score, 6);
            outcome.axes.push((name.clone(), micros(&raw), micros(&rounded)));
            shown.insert(name, Some(rounded));
            carried.push((weight(axis), round(&score, 12)));
            all_raw += raw;
        }
        let total = round(&self.total(&carried), 6);
        outcome.grade = self.grade(&shown);

        let mut scored = Scored {
            verdict: outcome.verdict,
            axes: shown,
            score: total.clone(),
            coverage,
            grade: outcome.grade.clone(),
        };
        let mut value = total;
        for promoter in list(&self.model["promoter"]) {
            if self.decided(promoter, Some(&scored)) == Some(true) {
                value += decimal(&promoter["plus"]);
            }
        }
        let limits: Vec<&Value> = list(&self.model["limit"])
            .iter()
            .filter(|limit| self.decided(limit, Some(&scored)) == Some(true))
            .collect();
        // All floors before all caps: the order of the limits must not matter, and a cap must hold.
        for limit in limits.iter().filter(|limit| !limit["at_least"].is_null()) {
            value = value.max(decimal(&limit["at_least"]));
        }
        for limit in limits.iter().filter(|limit| !limit["at_most"].is_null()) {
            value = value.min(decimal(&limit["at_most"]));
        }
        value = value.max(int(0)).min(int(100));
        outcome.score = micros(&value);

        outcome.state = self.state(&value, &all_raw);
        scored.score = value;
        outcome.segment = self.segment(&scored);
        outcome.play = self.play(&outcome);
        outcome
    }

    // ---- gates ----

    fn verdict(&self) -> &'static str {
        let gates =
            |key: &str| -> Vec<Truth> { list(&self.model[key]).iter().map(|gate| self.decided(gate, None)).collect() };
        let required = gates("required");
        if gates("disqualifying").contains(&Some(true)) {
            "disqualified"
        } else if required.contains(&Some(false)) {
            "ineligible"
        } else if required.contains(&None) {
            "undetermined"
        } else {
            "eligible"
        }
    }

    /// The condition of a gate, promoter, limit or segment, with its policy for the unknown applied.
    fn decided(&self, entry: &Value, scored: Option<&Scored>) -> Truth {
        let policy = match entry["missing"].as_str() {
            Some("holds") => Some(true),
            Some("fails") => Some(false),
            _ => None,
        };
        self.truth(&entry["when"], scored).or(policy)
    }

    // ---- axes ----

    fn axis(&self, axis: &Value) -> AxisResult {
        let mut skipped = Vec::new();
        let (stakes, mut known) = (stakes(axis), int(0));
        let mut all_points = Vec::new();
        for (i, rule) in list(&axis["rule"]).iter().enumerate() {
            let points = self.rule(rule);
            known += points.as_ref().map_or(int(0), |_| stakes[i].clone());
            let points = match points {
                Some(points) => points,
                None if rule["missing"] == "skip" => {
                    skipped.push(i);
                    int(0)
                }
                None if rule["missing"].is_object() => decimal(&rule["missing"]["points"]),
                None => int(0),
            };
            all_points.push(points);
        }
        let raw = add_up(axis, &all_points);
        let available = if axis["available"].is_null() {
            available(axis, &skipped).expect("signals of an axis without `available` are bounded")
        } else {
            decimal(&axis["available"])
        };
        let score =
            if available.is_positive() { (&raw * int(100) / available).max(int(0)).min(int(100)) } else { int(0) };
        let coverage = share(&known, &stakes.iter().sum());
        let least = decimal_or(&axis["min_coverage"], 0);
        let skipped = axis["missing"] == "skip" && (coverage < least || coverage == int(0));
        AxisResult { raw, score, coverage, skipped }
    }

    fn total(&self, carried: &[(Q, Q)]) -> Q {
        match self.model["total"].as_str() {
            Some("min") => carried.iter().map(|(_, score)| score.clone()).min().expect("at least one axis"),
            Some("product") => carried.iter().fold(int(100), |product, (_, score)| product * score / int(100)),
            _ => {
                let weights: Q = carried.iter().map(|(weight, _)| weight).sum();
                carried.iter().map(|(weight, score)| weight * score).sum::<Q>() / weights
            }
        }
    }

    // ---- rules ----

    /// The points of a rule; `None` if unknown.
    fn rule(&self, rule: &Value) -> Option<Q> {
        if !rule["points"].is_null() {
            return self.truth(&rule["when"], None).map(|holds| if holds { decimal(&rule["points"]) } else { int(0) });
        }
        let guard = if rule["when"].is_null() { Some(true) } else { self.truth(&rule["when"], None) };
        match guard {
            Some(true) => self.body(rule),
            Some(false) => Some(int(0)),
            // Worth zero whether the guard is true or not.
            None => self.body(rule).filter(|points| *points == int(0)),
        }
    }

    /// The points of a rule without its guard.
    fn body(&self, rule: &Value) -> Option<Q> {
        if !rule["first"].is_null() {
            // The points of every row that applies in some completion of the unknown conditions.
            let mut possible = BTreeSet::new();
            let mut applied = false;
            for row in list(&rule["first"]) {
                let truth = self.truth(&row["when"], None);
                if truth != Some(false) {
                    possible.insert(decimal(&row["points"]));
                }
                if truth == Some(true) {
                    applied = true;
                    break;
                }
            }
            if !applied {
                possible.insert(decimal_or(&rule["otherwise"], 0));
            }
            possible.pop_first().filter(|_| possible.is_empty())
        } else if !rule["bands"].is_null() {
            self.bands(rule)
        } else if !rule["values"].is_null() {
            self.values(rule)
        } else if !rule["per_unit"].is_null() {
            self.per_unit(rule)
        } else {
            self.signal(&rule["signal"])
        }
    }

    fn bands(&self, rule: &Value) -> Option<Q> {
        let (field, of_events, rows) = form_subject(&rule["bands"]);
        let value = self.measured(field, of_events, rule)?;
        let mut points = decimal_or(&rule["below"], 0);
        for row in list(rows) {
            let (bound, exclusive, row_points) = match row {
                Value::Array(pair) => (&pair[0], rule["bounds"] == "above", &pair[1]),
                own if own["above"].is_null() => (&own["from"], false, &own["points"]),
                own => (&own["above"], true, &own["points"]),
            };
            let reached = match self.compare(&value, bound) {
                Ordering::Greater => true,
                Ordering::Equal => !exclusive,
                Ordering::Less => false,
            };
            if reached {
                points = decimal(row_points);
            }
        }
        Some(points)
    }

    /// What `bands` or `per_unit` measure; `options` is the table with `by`, `ratio_to` and `within`.
    fn measured(&self, field: &str, of_events: bool, options: &Value) -> Option<Num> {
        let by = options["by"].as_str();
        Some(if of_events {
            let window = self.window(&options["within"])?;
            match by.expect("forms over events say by what") {
                "days_since_last" => {
                    let last = self.happened(field, Window::ALL, &options["where"]);
                    let last = last.iter().map(|event| event.at).max()?;
                    Num::Exact(int(self.day(self.as_of) - self.day(last)))
                }
                by => self.events_num(field, by, window, &options["where"], options)?,
            }
        } else if let Some(by) = by {
            Num::Exact(int(self.day_measure(field, by)?))
        } else if let Some(other) = options["ratio_to"].as_str() {
            Num::Float(self.ratio(field, other)?)
        } else {
            Num::Float(self.number(field)?)
        })
    }

    fn values(&self, rule: &Value) -> Option<Q> {
        let (field, table) = only_entry(&rule["values"]);
        let own: BTreeSet<&str> =
            if rule["combine"].is_null() { [self.text(field)?].into() } else { self.tags(field)? };
        let same = |text: &&str, key: &str| {
            if rule["ignore_case"] == true { ignoring_case(text) == ignoring_case(key) } else { *text == key }
        };
        let rows = table.as_object().expect("a table").iter().filter(|(key, _)| own.iter().any(|text| same(text, key)));
        let entries: Vec<Q> = rows.map(|(_, points)| decimal(points)).collect();
        if entries.is_empty() {
            return Some(decimal_or(&rule["otherwise"], 0));
        }
        if rule["combine"] == "sum" { Some(entries.iter().sum()) } else { entries.into_iter().max() }
    }

    fn per_unit(&self, rule: &Value) -> Option<Q> {
        let (field, of_events, spec) = form_subject(&rule["per_unit"]);
        let units = match self.measured(field, of_events, spec)? {
            Num::Float(number) => round(&Q::from_float(number).expect("numbers are finite"), 6),
            Num::Exact(number) => number,
        };
        let units = if spec["every"].is_null() { units } else { (units / decimal(&spec["every"])).trunc() };
        let points = round(&(units * decimal(&spec["points"])), 6);
        Some(points.max(decimal_or(&spec["min"], -1_000_000_000)).min(decimal(&spec["max"])))
    }

    /// The points of a signal; `None` if a date of its window is missing.
    fn signal(&self, signal: &Value) -> Option<Q> {
        let names = match &signal["event"] {
            Value::Array(names) => names.iter().map(text).collect(),
            name => vec![text(name)],
        };
        if signal["spend"] == "oldest_first" {
            return Some(self.decayed(signal, &self.unspent(signal)));
        }
        let window = self.window(&signal["window"])?;
        let mut records: Vec<Event> =
            names.iter().flat_map(|name| self.happened(name, window, &signal["where"])).collect();
        // Latest first. At one instant, the greater amount counts as later.
        records.sort_by_key(|event| Reverse((event.at, event.amount_micros)));
        if signal["prefer"] == "first" {
            records.reverse();
        }

        // The first record with each value stays, and stands for one event.
        if let Some(attribute) = signal["once_per"].as_str() {
            let mut seen = BTreeSet::new();
            records.retain(|record| distinct_value(record, attribute).is_some_and(|value| seen.insert(value)));
            for record in &mut records {
                record.count = 1;
            }
        }

        // A record stands for `count` equal events, so keeping k of them means to lower its count to k.
        for period in ["day", "week", "month"] {
            let Some(most) = signal[format!("per_{period}")].as_u64() else { continue };
            let mut left: BTreeMap<i64, u64> = BTreeMap::new();
            for record in &mut records {
                let left = left.entry(self.period_of(period, record.at)).or_insert(most);
                record.count = take(record.count, left);
            }
        }
        // The units that count of each record: a cap on points can let an event count in part.
        let each = each_points(signal);
        let mut units: Vec<Q> =
            records.iter().map(|record| units_of(signal, record) * int(i64::from(record.count))).collect();
        for period in ["day", "week", "month"] {
            let most = &signal[format!("max_points_per_{period}")];
            if most.is_null() {
                continue;
            }
            let mut left: BTreeMap<(i64, bool), Q> = BTreeMap::new();
            for (record, units) in records.iter_mut().zip(&mut units) {
                let worth = &each * &*units;
                if worth == int(0) {
                    continue;
                }
                let key = (self.period_of(period, record.at), worth > int(0));
                let left = left.entry(key).or_insert_with(|| decimal(most));
                let taken = worth.abs().min(left.clone());
                *left -= &taken;
                *units *= taken / worth.abs();
                let events = (units.abs() / units_of(signal, record).abs()).ceil();
                record.count = events.to_integer().try_into().expect("at most as many as there were");
            }
        }
        let remaining: u64 = records.iter().map(|record| u64::from(record.count)).sum();
        if signal["min_count"].as_u64().is_some_and(|least| remaining < least) {
            return Some(int(0));
        }
        if let Some(mut most_recent) = signal["most_recent"].as_u64() {
            for (record, units) in records.iter_mut().zip(&mut units) {
                record.count = take(record.count, &mut most_recent);
                *units = clamp(units.clone(), &(units_of(signal, record).abs() * int(i64::from(record.count))));
            }
        }
        let counted = records.iter().map(|record| record.at).zip(units);
        Some(self.decayed(signal, &counted.collect::<Vec<_>>()))
    }

    /// The instants of positive amounts that have not expired, and what is left of them.
    fn unspent(&self, signal: &Value) -> Vec<(i64, Q)> {
        let lifetime = signal["window"].as_str().map_or(i64::MAX, seconds);
        let mut events = self.happened(text(&signal["event"]), Window::ALL, &signal["where"]);
        events.sort_by_key(|event| (event.at, event.amount_micros < 0));
        let mut lots: Vec<(i64, Q)> = Vec::new();
        for event in events {
            let amount = millionths(event.amount_micros) * int(i64::from(event.count));
            if amount > int(0) {
                lots.push((event.at, amount));
                continue;
            }
            let mut due = -amount;
            for (_, left) in lots.iter_mut().filter(|(at, _)| event.at - at < lifetime) {
                let taken = left.clone().min(due.clone());
                *left -= &taken;
                due -= taken;
            }
        }
        lots.retain(|(at, _)| self.as_of - at < lifetime);
        lots
    }

    /// The points of instants with units, or with numbers of events.
    fn decayed(&self, signal: &Value, units: &[(i64, Q)]) -> Q {
        let each = each_points(signal);
        let mut sum = int(0);
        let mut inexact = false;
        for (at, units) in units {
            let (weight, exact) = weight(&signal["decay"], self.as_of - at);
            inexact |= !exact;
            sum += &each * units * weight;
        }
        sum = round(&sum, 6);
        if inexact {
            self.inexact.set(true);
            sum += millionths(self.shift.get());
        }
        sum = clamp(sum, &int(1_000_000_000));
        if signal["max"].is_null() { sum } else { clamp(sum, &decimal(&signal["max"])) }
    }

    // ---- grade, state, segment, play ----

    fn grade(&self, axes: &BTreeMap<String, Option<Q>>) -> Option<String> {
        let grade = self.model["grade"].as_object()?;
        let class = |side: &str| {
            let score = axes[text(&grade[side]["axis"])].as_ref()?;
            Some(list(&grade[side]["cuts"]).iter().filter(|cut| *score < decimal(cut)).count())
        };
        Some(format!("{}{}", char::from(b'A' + class("fit")? as u8), class("activity")? + 1))
    }

    fn state(&self, score: &Q, raw: &Q) -> Option<String> {
        let mut states: Vec<(Q, &Value)> = list(&self.model["state"])
            .iter()
            .map(|state| {
                let bound = if state["at_least"].is_null() { &state["at_least_points"] } else { &state["at_least"] };
                (decimal(bound), state)
            })
            .collect();
        states.sort_by(|a, b| a.0.cmp(&b.0));
        let by_points = states.first().is_some_and(|(_, state)| !state["at_least_points"].is_null());
        let value = if by_points { raw } else { score };
        let reached = states.iter().rev().find(|(bound, _)| bound <= value).or(states.first());
        reached.map(|(_, state)| text(&state["name"]).to_owned())
    }

    fn segment(&self, scored: &Scored) -> Option<String> {
        let first = list(&self.model["segment"])
            .iter()
            .find(|segment| segment["when"].is_null() || self.decided(segment, Some(scored)) == Some(true));
        first.map(|segment| text(&segment["name"]).to_owned())
    }

    fn play(&self, outcome: &Outcome) -> Option<String> {
        let names = |list_of: &Value, name: &Option<String>| {
            list_of.is_null()
                || list(list_of).iter().any(|pattern| name.as_deref().is_some_and(|name| matches(text(pattern), name)))
        };
        let exactly = |list_of: &Value, name: &Option<String>| {
            list_of.is_null() || list(list_of).iter().any(|listed| listed.as_str() == name.as_deref())
        };
        let plays = list(&self.model["play"]);
        plays
            .iter()
            .find(|play| {
                play["otherwise"] != true
                    && names(&play["grades"], &outcome.grade)
                    && exactly(&play["states"], &outcome.state)
                    && exactly(&play["segments"], &outcome.segment)
            })
            .or_else(|| plays.iter().find(|play| play["otherwise"] == true))
            .map(|play| text(&play["name"]).to_owned())
    }

    fn missing(&self) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        for (field, kind) in reads(self.model) {
            if kind.is_some() && !self.known(&field) && !missing.contains(&field) {
                missing.push(field);
            }
        }
        missing
    }

    // ---- conditions ----

    fn truth(&self, when: &Value, scored: Option<&Scored>) -> Truth {
        let mut parts = Vec::new();
        for (key, test) in table(when) {
            let each = || list(test).iter().map(|one| self.truth(one, scored)).collect::<Vec<_>>();
            parts.push(match (key.as_str(), scored) {
                ("all", _) => all(&each()),
                ("any", _) => any(&each()),
                ("not", _) => self.truth(test, scored).map(|holds| !holds),
                ("at_least_of", _) => {
                    let of: Vec<Truth> = list(&test["of"]).iter().map(|one| self.truth(one, scored)).collect();
                    let count = test["count"].as_u64().expect("a whole count") as usize;
                    let hold = of.iter().filter(|one| **one == Some(true)).count();
                    let unknown = of.iter().filter(|one| one.is_none()).count();
                    if hold >= count {
                        Some(true)
                    } else if hold + unknown < count {
                        Some(false)
                    } else {
                        None
                    }
                }
                ("events", _) => {
                    all(&table(test).iter().map(|(name, test)| self.event_test(name, test)).collect::<Vec<_>>())
                }
                ("field", _) => {
                    all(&table(test).iter().map(|(name, test)| self.field_test(name, test)).collect::<Vec<_>>())
                }
                ("axis", Some(scored)) => all(&table(test)
                    .iter()
                    .map(|(name, test)| {
                        let mut own = spelled_out(test);
                        let greatest = own.as_object_mut().and_then(|own| own.remove("greatest_rule"));
                        let greatest = greatest.map_or(Some(true), |test| self.greatest_rule(name, &test));
                        let score = || Some(self.number_test(&Num::Exact(scored.axes[name].clone()?), &own));
                        all(&[greatest, if table(&own).is_empty() { Some(true) } else { score() }])
                    })
                    .collect::<Vec<_>>()),
                ("rule", Some(_)) => all(&table(test)
                    .iter()
                    .map(|(id, test)| {
                        let rules = list(&self.model["axis"]).iter().flat_map(|axis| list(&axis["rule"]));
                        let points = self.rule(rules.into_iter().find(|rule| rule["id"] == **id).expect("a rule"))?;
                        Some(self.number_test(&Num::Exact(points), test))
                    })
                    .collect::<Vec<_>>()),
                ("score", Some(scored)) => Some(self.number_test(&Num::Exact(scored.score.clone()), test)),
                ("coverage", Some(scored)) => Some(self.number_test(&Num::Exact(scored.coverage.clone()), test)),
                ("grade", Some(scored)) => scored.grade.as_deref().map(|grade| text_test(grade, test)),
                ("verdict", Some(scored)) => Some(text_test(scored.verdict, test)),
                _ => self.field_test(key, test),
            });
        }
        all(&parts)
    }

    /// A test on the greatest points of the rules of an axis. Unknown rules may have any points.
    fn greatest_rule(&self, axis: &str, test: &Value) -> Truth {
        let axis = list(&self.model["axis"]).iter().find(|own| own["name"] == *axis).expect("an axis");
        let points: Vec<Option<Q>> = list(&axis["rule"]).iter().map(|rule| self.rule(rule)).collect();
        let known = points.iter().flatten().max()?.clone();
        let tests = table(&spelled_out(test)).clone();
        let truths: Vec<Truth> = tests
            .into_iter()
            .map(|(op, arg)| {
                let mut possible = vec![known.clone()];
                if points.contains(&None) {
                    let operands = arg.as_array().map_or(std::slice::from_ref(&arg), Vec::as_slice);
                    possible.extend(operands.iter().flat_map(|operand| {
                        [-1, 0, 1].map(|above| (decimal(operand) + int(above)).max(known.clone()))
                    }));
                }
                let holds: BTreeSet<bool> =
                    possible.into_iter().map(|points| self.number_op(&Num::Exact(points), &op, &arg)).collect();
                if holds.len() == 1 { holds.first().copied() } else { None }
            })
            .collect();
        all(&truths)
    }

    fn field_test(&self, field: &str, test: &Value) -> Truth {
        let test = &spelled_out(test);
        let fold = test["ignore_case"] == true;
        let mut parts = Vec::new();
        for (op, arg) in table(test) {
            parts.push(match op.as_str() {
                "ignore_case" => continue,
                "known" => Some(arg == self.known(field)),
                "ratio_to" => {
                    self.ratio(field, text(&arg["field"])).map(|ratio| self.number_test(&Num::Float(ratio), arg))
                }
                "has" | "has_any" | "has_all" | "has_none" | "count" | "any_not_in" => {
                    self.tags_op(field, op, arg, fold)
                }
                "days_since" | "days_until" | "months_since" | "months_until" => {
                    self.day_measure(field, op).map(|days| self.number_test(&Num::Exact(int(days)), arg))
                }
                "before" | "on_or_after" => self.civil_day(field).map(|day| {
                    let bound = day_number(parse_date(text(arg)).expect("a valid date"));
                    (day < bound) == (op == "before")
                }),
                _ => match kind_of(op, arg).expect("an operator of known kind") {
                    Kind::Flag => self.flag(field).map(|flag| *arg == flag),
                    Kind::Number => self.number(field).map(|number| self.number_op(&Num::Float(number), op, arg)),
                    _ => self.text(field).map(|text| text_op(text, op, arg, fold)),
                },
            });
        }
        all(&parts)
    }

    fn tags_op(&self, field: &str, op: &str, arg: &Value, fold: bool) -> Truth {
        let tags = self.tags(field)?;
        let folded = |text: &str| {
            if fold { ignoring_case(text) } else { text.to_owned() }
        };
        let contains = |tags: &BTreeSet<&str>, tag: &str| tags.iter().any(|own| folded(own) == folded(tag));
        let has = |tag: &Value| contains(&tags, text(tag));
        Some(match op {
            "has" => has(arg),
            "has_any" => list(arg).iter().any(has),
            "has_all" => list(arg).iter().all(has),
            "has_none" => !list(arg).iter().any(has),
            "count" => self.number_test(&Num::Exact(int(tags.len() as i64)), arg),
            _ => {
                let owned = self.tags(text(arg))?;
                tags.iter().any(|tag| !contains(&owned, tag))
            }
        })
    }

    fn event_test(&self, name: &str, test: &Value) -> Truth {
        let mut parts = Vec::new();
        let matching = &test["where"];
        for (op, arg) in table(test) {
            let within =
                |window: &Value| self.window(window).map(|window| !self.happened(name, window, matching).is_empty());
            parts.push(match op.as_str() {
                "where" => continue,
                "last_within" => within(arg),
                "none_within" => within(arg).map(|happened| !happened),
                "never" => Some(*arg == self.happened(name, Window::ALL, matching).is_empty()),
                _ => {
                    let window = if arg["between"][0].is_string() {
                        let ages = &arg["between"];
                        Some(Window::Ages(seconds(text(&ages[0])), seconds(text(&ages[1]))))
                    } else {
                        self.window(&arg["within"])
                    };
                    let measured = window.and_then(|window| self.events_num(name, op, window, matching, arg));
                    measured.map(|measured| self.number_test(&measured, arg))
                }
            });
        }
        all(&parts)
    }

    /// A table of number operators. Its other keys (windows, the other field) are the caller's.
    fn number_test(&self, value: &Num, test: &Value) -> bool {
        let mut holds = true;
        for (op, arg) in table(&spelled_out(test)) {
            let is_operator =
                !matches!(op.as_str(), "within" | "field" | "ratio_to" | "distinct") && !arg[0].is_string();
            // No short circuit: every run has to trace the same comparisons.
            holds &= !is_operator || self.number_op(value, op, arg);
        }
        holds
    }

    fn number_op(&self, value: &Num, op: &str, arg: &Value) -> bool {
        if op == "between" {
            let low = self.compare(value, &arg[0]);
            let high = self.compare(value, &arg[1]);
            return low != Ordering::Less && high != Ordering::Greater;
        }
        let order = self.compare(value, arg);
        match op {
            "is" => order == Ordering::Equal,
            "is_not" => order != Ordering::Equal,
            "at_least" => order != Ordering::Less,
            "more_than" => order == Ordering::Greater,
            "at_most" => order != Ordering::Greater,
            "less_than" => order == Ordering::Less,
            _ => panic!("{op} is no number operator"),
        }
    }

    fn compare(&self, value: &Num, threshold: &Value) -> Ordering {
        let order = match value {
            Num::Float(value) => {
                let threshold = threshold.as_f64().expect("a number");
                value.partial_cmp(&threshold).expect("numbers are finite")
            }
            Num::Exact(value) => value.cmp(&decimal(threshold)),
        };
        self.trace.borrow_mut().push(order);
        order
    }

    // ---- facts ----

    fn flag(&self, field: &str) -> Option<bool> {
        self.facts.get(field)?.as_bool()
    }

    fn number(&self, field: &str) -> Option<f64> {
        number_fact(self.facts.get(field)?)
    }

    fn text(&self, field: &str) -> Option<&'a str> {
        self.facts.get(field)?.as_str()
    }

    fn tags(&self, field: &str) -> Option<BTreeSet<&'a str>> {
        self.facts.get(field)?.as_array()?.iter().map(Value::as_str).collect()
    }

    /// The civil day of a date or time, counted from 1970-01-01.
    fn civil_day(&self, field: &str) -> Option<i64> {
        let text = self.text(field)?;
        if let Some(date) = parse_date(text) {
            return Some(day_number(date));
        }
        Some(self.day(DateTime::parse_from_rfc3339(text).ok()?.timestamp()))
    }

    fn known(&self, field: &str) -> bool {
        match self.kinds.get(field) {
            Some(Kind::Flag) => self.flag(field).is_some(),
            Some(Kind::Number) => self.number(field).is_some(),
            Some(Kind::Text) => self.text(field).is_some(),
            Some(Kind::Tags) => self.tags(field).is_some(),
            Some(Kind::Day) => self.civil_day(field).is_some(),
            // Read by `known` alone: a value of any kind counts, but a number has to be a known one.
            None => self
                .facts
                .get(field)
                .is_some_and(|fact| !fact.is_null() && (!fact.is_number() || number_fact(fact).is_some())),
        }
    }

    fn ratio(&self, field: &str, other: &str) -> Option<f64> {
        let (value, divisor) = (self.number(field)?, self.number(other)?);
        let ratio = value / divisor;
        (divisor != 0.0 && ratio.is_finite()).then_some(ratio)
    }

    fn day_measure(&self, field: &str, by: &str) -> Option<i64> {
        let fact = self.civil_day(field)?;
        let today = self.day(self.as_of);
        Some(match by {
            "days_since" => today - fact,
            "days_until" => fact - today,
            "months_since" => {
                let (s, t) = (date_of(fact), date_of(today));
                let mut n = month_number(t) - month_number(s) + 1;
                while plus_months(s, n) > t {
                    n -= 1;
                }
                n
            }
            "months_until" => {
                let (s, t) = (date_of(fact), date_of(today));
                let mut n = month_number(s) - month_number(t) + 1;
                while plus_months(s, -n) < t {
                    n -= 1;
                }
                n
            }
            _ => panic!("{by} is no measure of a day"),
        })
    }

    // ---- activity ----

    /// Records of a name at or before `as_of`, in a window, whose attributes match.
    fn happened(&self, name: &str, window: Window, matching: &Value) -> Vec<Event> {
        let in_window = |at: i64| match window {
            Window::Ages(from, to) => (from..to).contains(&(self.as_of - at)),
            Window::Days(since, until) => (since..=until).contains(&self.day(at)),
        };
        self.events
            .iter()
            .filter(|event| event.count > 0 && (name == "*" || event.event == name))
            .filter(|event| event.at <= self.as_of && in_window(event.at))
            .filter(|event| matching.is_null() || attributes_match(&event.attributes, matching))
            .cloned()
            .collect()
    }

    /// The window that a document states, or everything; `None` if a date is missing.
    fn window(&self, window: &Value) -> Option<Window> {
        if let Some(span) = window.as_str() {
            return Some(Window::Ages(0, seconds(span)));
        }
        if window.is_null() {
            return Some(Window::ALL);
        }
        let today = self.day(self.as_of);
        // Day by day, while the calendar gives the same name to the period.
        let starts = |period: &str, day: i64| {
            let same = |other: i64| self.period(period, date_of(other)) == self.period(period, date_of(day));
            (0..400).map(|back| day - back).find(|first| !same(first - 1)).expect("a first day")
        };
        if let Some(period) = window["this"].as_str() {
            return Some(Window::Days(starts(period, today), today));
        }
        if let Some(period) = window["previous"].as_str() {
            let last = starts(period, today) - 1;
            return Some(Window::Days(starts(period, last), last));
        }
        let day = |edge: &str, otherwise: i64| match window[edge].as_str() {
            None => Some(otherwise),
            Some(text) if text.starts_with(|c: char| c.is_ascii_digit()) => {
                Some(day_number(parse_date(text).expect("a valid date")))
            }
            Some(field) => self.civil_day(field),
        };
        Some(Window::Days(day("since", i64::MIN)?, day("until", i64::MAX)?))
    }

    /// The calendar period with a date: two dates are in one period if the names are equal.
    fn period(&self, period: &str, date: NaiveDate) -> (i64, i64) {
        let first_month = self.model["year_starts"]
            .as_str()
            .map_or(chrono::Month::January, |name| name.parse().expect("the name of a month"));
        // The month of the fiscal year, from 0, and the year.
        let fiscal =
            plus_months(date.with_day(1).expect("a first day"), -i64::from(first_month.number_from_month() - 1));
        let week_starts = self.model["week_starts"]
            .as_str()
            .map_or(chrono::Weekday::Mon, |name| name.parse().expect("the name of a day"));
        match period {
            "day" => (0, day_number(date)),
            "week" => (0, day_number(date.week(week_starts).first_day())),
            "month" => (date.year().into(), date.month0().into()),
            "quarter" => (fiscal.year().into(), (fiscal.month0() / 3).into()),
            "year" => (fiscal.year().into(), 0),
            _ => panic!("{period} is no period"),
        }
    }

    fn event_measure(&self, name: &str, by: &str, window: Window, matching: &Value) -> Option<Q> {
        let events = self.happened(name, window, matching);
        Some(match by {
            "count" => events.iter().map(|event| int(i64::from(event.count))).sum(),
            "amount" => events.iter().map(|event| int(i64::from(event.count)) * millionths(event.amount_micros)).sum(),
            "most_per_day" => {
                let mut days: BTreeMap<i64, i64> = BTreeMap::new();
                for event in &events {
                    *days.entry(self.day(event.at)).or_default() += i64::from(event.count);
                }
                int(days.into_values().max().unwrap_or(0))
            }
            "days" => {
                let days: BTreeSet<i64> = events.iter().map(|event| self.day(event.at)).collect();
                int(days.len() as i64)
            }
            "mean_amount" => {
                let count = self.event_measure(name, "count", window, matching)?;
                let amount = self.event_measure(name, "amount", window, matching)?;
                return count.is_positive().then(|| round(&(amount / count), 6));
            }
            "latest_amount" => millionths(events.iter().map(|event| (event.at, event.amount_micros)).max()?.1),
            _ => panic!("{by} is no measure of events"),
        })
    }

    /// A measure of events, the number of different values of an attribute, or the ratio of a measure to the same measure
    /// of other events: one division of doubles.
    fn events_num(&self, name: &str, by: &str, window: Window, matching: &Value, options: &Value) -> Option<Num> {
        if let Some(attribute) = options["distinct"].as_str() {
            let events = self.happened(name, window, matching);
            let values: BTreeSet<String> = events.iter().filter_map(|event| distinct_value(event, attribute)).collect();
            return Some(Num::Exact(int(values.len() as i64)));
        }
        let measure = self.event_measure(name, by, window, matching)?;
        let Some(other) = options["ratio_to"].as_str() else { return Some(Num::Exact(measure)) };
        let is_amount = by.ends_with("amount");
        let double = |measure: Q| {
            let units = if is_amount { measure * int(1_000_000) } else { measure };
            assert!(units.is_integer());
            units.to_integer().clamp(i64::MIN.into(), i64::MAX.into()).to_i64().expect("clamped") as f64
        };
        let of = double(self.event_measure(other, by, window, matching)?);
        (of != 0.0).then(|| Num::Float(double(measure) / of))
    }

    /// A number for the period of an instant.
    fn period_of(&self, period: &str, at: i64) -> i64 {
        let (year, part) = self.period(period, date_of(self.day(at)));
        year * 100_000_000 + part
    }

    fn day(&self, at: i64) -> i64 {
        (at + self.offset).div_euclid(86_400)
    }
}

/// Whether the attributes of an event match: they are the facts of a condition.
fn attributes_match(attributes: &Map<String, Value>, when: &Value) -> bool {
    let mut reads = Vec::new();
    condition_reads(when, false, &mut reads);
    let kinds = reads.into_iter().filter_map(|(field, kind)| Some((field, kind?))).collect();
    let evaluation = Evaluation { kinds, ..Evaluation::new(&Value::Null, attributes, &[], 0) };
    evaluation.truth(when, None) == Some(true)
}

/// A text that is the same for equal values of an attribute only.
fn distinct_value(event: &Event, attribute: &str) -> Option<String> {
    Some(match event.attributes.get(attribute)? {
        Value::Number(number) => format!("{:?}", number.as_f64()? + 0.0),
        other => other.to_string(),
    })
}

// ---- fields that a document reads ----

/// Every field that the document reads, in the order of the document, with the kind that its operator requires. `known`
/// requires none.
fn reads(model: &Value) -> Vec<(String, Option<Kind>)> {
    let mut found = Vec::new();
    for section in ["required", "disqualifying"] {
        for gate in list(&model[section]) {
            condition_reads(&gate["when"], false, &mut found);
        }
    }
    for axis in list(&model["axis"]) {
        for rule in list(&axis["rule"]) {
            rule_reads(rule, &mut found);
        }
    }
    for section in ["promoter", "limit", "segment"] {
        for item in list(&model[section]) {
            condition_reads(&item["when"], true, &mut found);
        }
    }
    found
}

fn rule_reads(rule: &Value, found: &mut Vec<(String, Option<Kind>)>) {
    condition_reads(&rule["when"], false, found);
    for row in list(&rule["first"]) {
        condition_reads(&row["when"], false, found);
    }
    for form in ["bands", "per_unit"].into_iter().filter(|form| !rule[form].is_null()) {
        let (field, of_events, inner) = form_subject(&rule[form]);
        let options = if form == "bands" { rule } else { inner };
        if !of_events {
            let kind = if options["by"].is_null() { Kind::Number } else { Kind::Day };
            found.push((field.to_owned(), Some(kind)));
        }
        if let Some(other) = options["ratio_to"].as_str().filter(|_| !of_events) {
            found.push((other.to_owned(), Some(Kind::Number)));
        }
        window_reads(&options["within"], found);
    }
    window_reads(&rule["signal"]["window"], found);
    if !rule["values"].is_null() {
        let kind = if rule["combine"].is_null() { Kind::Text } else { Kind::Tags };
        found.push((only_entry(&rule["values"]).0.to_owned(), Some(kind)));
    }
}

fn condition_reads(when: &Value, scored: bool, found: &mut Vec<(String, Option<Kind>)>) {
    for (key, test) in table(when) {
        match key.as_str() {
            "all" | "any" => list(test).iter().for_each(|one| condition_reads(one, scored, found)),
            "not" => condition_reads(test, scored, found),
            "at_least_of" => list(&test["of"]).iter().for_each(|one| condition_reads(one, scored, found)),
            "events" => {
                for (_, tests) in table(test) {
                    for (op, arg) in table(tests) {
                        let is_window = matches!(op.as_str(), "last_within" | "none_within");
                        window_reads(if is_window { arg } else { &arg["within"] }, found);
                    }
                }
            }
            "axis" | "rule" | "score" | "coverage" | "grade" | "verdict" if scored => {}
            "field" => table(test).iter().for_each(|(field, test)| test_reads(field, test, found)),
            _ => test_reads(key, test, found),
        }
    }
}

/// The date fields of a window's edges.
fn window_reads(window: &Value, found: &mut Vec<(String, Option<Kind>)>) {
    for edge in ["since", "until"].iter().filter_map(|edge| window[edge].as_str()) {
        if !edge.starts_with(|c: char| c.is_ascii_digit()) {
            found.push((edge.to_owned(), Some(Kind::Day)));
        }
    }
}

fn test_reads(field: &str, test: &Value, found: &mut Vec<(String, Option<Kind>)>) {
    for (op, arg) in table(&spelled_out(test)) {
        found.push((field.to_owned(), kind_of(op, arg)));
        match op.as_str() {
            "ratio_to" => found.push((text(&arg["field"]).to_owned(), Some(Kind::Number))),
            "any_not_in" => found.push((text(arg).to_owned(), Some(Kind::Tags))),
            _ => {}
        }
    }
}

fn kind_of(op: &str, arg: &Value) -> Option<Kind> {
    Some(match op {
        "known" | "ignore_case" => return None,
        "is" | "is_not" => match arg {
            Value::Bool(_) => Kind::Flag,
            Value::Number(_) => Kind::Number,
            _ => Kind::Text,
        },
        "at_least" | "more_than" | "at_most" | "less_than" | "between" | "ratio_to" => Kind::Number,
        "one_of" | "none_of" | "starts_with" | "ends_with" | "contains" | "has_word" => Kind::Text,
        "has" | "has_any" | "has_all" | "has_none" | "count" | "any_not_in" => Kind::Tags,
        "days_since" | "days_until" | "months_since" | "months_until" | "before" | "on_or_after" => Kind::Day,
        _ => panic!("unknown operator {op}"),
    })
}

// ---- decay ----

/// The weight at an age, and whether the engine has to compute it exactly.
fn weight(decay: &Value, age: i64) -> (Q, bool) {
    let Some((form, spec)) = decay.as_object().and_then(|decay| decay.iter().next()) else {
        return (int(1), true);
    };
    match form.as_str() {
        "half_life" => half_life(age, seconds(text(spec))),
        "linear" => ((int(1) - fraction(age, seconds(text(spec)))).max(int(0)), true),
        "polynomial" => polynomial(age, seconds(text(&spec["lifetime"])), &decimal(&spec["speed"])),
        "drop" => {
            let intervals = int(age / seconds(text(&spec["every"])));
            ((int(1) - intervals * percent(&spec["percent"])).max(int(0)), true)
        }
        "keep" => power(&percent(&spec["percent"]), age / seconds(text(&spec["every"]))),
        "table" => {
            let reached = list(spec).iter().rfind(|row| seconds(text(&row[0])) <= age);
            (percent(&reached.expect("a table starts at age 0")[1]), true)
        }
        _ => panic!("unknown decay {form}"),
    }
}

const BITS: usize = 256;

fn half_life(age: i64, half_life: i64) -> (Q, bool) {
    let halvings = age / half_life;
    if halvings > 400 {
        return (int(0), false);
    }
    let mut rest = age % half_life;
    let mut weight = BigInt::one() << BITS;
    // age/half_life in binary: its i-th digit after the point, when set, contributes the factor 2^(-2^-i).
    for root in roots_of_one_half().iter().skip(1) {
        rest *= 2;
        if rest >= half_life {
            rest -= half_life;
            weight = (weight * root) >> BITS;
        }
        if rest == 0 {
            break;
        }
    }
    // Below 2^-60 the engine's 62 fractional bits run out even at whole half-lives.
    let exact = age % half_life == 0 && halvings <= 60;
    (Q::new(weight, BigInt::one() << (BITS + halvings as usize)), exact)
}

/// 1 - (age / lifetime)^(1 / speed).
fn polynomial(age: i64, lifetime: i64, speed: &Q) -> (Q, bool) {
    if age == 0 || age >= lifetime {
        return (int((age == 0).into()), true);
    }
    let x = fraction(age, lifetime);
    if speed.is_one() {
        return (int(1) - x, true);
    }
    // The exponent in binary: its i-th digit after the point, when set, contributes the factor x^(2^-i).
    let exponent = speed.recip();
    let whole = exponent.to_integer();
    let mut power = num_traits::pow(x.clone(), usize::try_from(&whole).expect("an exponent is at most 10"));
    let mut rest = exponent - Q::from_integer(whole);
    let one = BigInt::one() << BITS;
    let mut root = (x * &one).to_integer();
    let mut factor = one.clone();
    for _ in 0..100 {
        root = (root << BITS).sqrt();
        rest *= int(2);
        if rest >= int(1) {
            rest -= int(1);
            factor = (factor * &root) >> BITS;
        }
    }
    power *= Q::new(factor, one);
    (int(1) - power, false)
}

/// 2^(-2^-i) for i = 0.., scaled by 2^BITS.
fn roots_of_one_half() -> &'static [BigInt] {
    static ROOTS: OnceLock<Vec<BigInt>> = OnceLock::new();
    ROOTS.get_or_init(|| {
        let mut roots = vec![BigInt::one() << (BITS - 1)];
        for _ in 0..160 {
            let last: &BigInt = roots.last().expect("it starts with one");
            roots.push((last << BITS).sqrt());
        }
        roots
    })
}

fn power(base: &Q, exponent: i64) -> (Q, bool) {
    if exponent <= 18 || base.is_one() {
        let power = if base.is_one() { int(1) } else { num_traits::pow(base.clone(), exponent as usize) };
        let exact = (&power * Q::from_integer(BigInt::from(10).pow(18))).is_integer();
        return (power, exact);
    }
    // A decimal fraction below 1 to the 19th power has more than 18 decimals, so this is inexact for every base, and 256
    // bits do.
    let mut square = (base * Q::from_integer(BigInt::one() << BITS)).to_integer();
    let mut result = BigInt::one() << BITS;
    let mut left = exponent;
    while left > 0 {
        if left % 2 == 1 {
            result = (result * &square) >> BITS;
        }
        square = (&square * &square) >> BITS;
        left /= 2;
    }
    (Q::new(result, BigInt::one() << BITS), false)
}

// ---- truth ----

fn all(parts: &[Truth]) -> Truth {
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn any(parts: &[Truth]) -> Truth {
    if parts.contains(&Some(true)) {
        Some(true)
    } else if parts.contains(&None) {
        None
    } else {
        Some(false)
    }
}

// ---- text ----

fn text_test(value: &str, test: &Value) -> bool {
    let test = spelled_out(test);
    let fold = test["ignore_case"] == true;
    table(&test).iter().filter(|(op, _)| *op != "ignore_case").all(|(op, arg)| text_op(value, op, arg, fold))
}

fn text_op(value: &str, op: &str, arg: &Value, fold: bool) -> bool {
    let folded = |text: &str| {
        if fold { ignoring_case(text) } else { text.to_owned() }
    };
    let value = folded(value);
    let operand = |arg: &Value| folded(text(arg));
    match op {
        "is" => value == operand(arg),
        "is_not" => value != operand(arg),
        "one_of" => list(arg).iter().any(|one| value == operand(one)),
        "none_of" => !list(arg).iter().any(|one| value == operand(one)),
        _ if arg.is_array() => list(arg).iter().any(|one| text_op(&value, op, one, fold)),
        "starts_with" => value.starts_with(&operand(arg)),
        "ends_with" => value.ends_with(&operand(arg)),
        "contains" => value.contains(&operand(arg)),
        "has_word" => has_word(&value, &operand(arg)),
        _ => panic!("{op} is no text operator"),
    }
}

/// Whether a text contains a word between two characters that do not make it longer.
fn has_word(text: &str, word: &str) -> bool {
    let (text, word): (Vec<char>, Vec<char>) = (text.chars().collect(), word.chars().collect());
    let is_inner = |c: char| c.is_alphanumeric() || c == '\u{301}';
    let is_torn = |at: usize| at > 0 && at < text.len() && is_inner(text[at - 1]) && is_inner(text[at]);
    (0..(text.len() + 1).saturating_sub(word.len())).any(|start| {
        let end = start + word.len();
        text[start..end] == word && !is_torn(start) && !is_torn(end)
    })
}

/// Whether a grade matches a pattern such as `B2`, `C*` or `*4`.
fn matches(pattern: &str, grade: &str) -> bool {
    if let Some(letter) = pattern.strip_suffix('*') {
        grade.starts_with(letter)
    } else if let Some(digit) = pattern.strip_prefix('*') {
        grade.ends_with(digit)
    } else {
        pattern == grade
    }
}

// ---- days ----

fn parse_date(text: &str) -> Option<NaiveDate> {
    // chrono also takes "2026-1-5", which the document format does not.
    if text.len() == 10 { NaiveDate::parse_from_str(text, "%Y-%m-%d").ok() } else { None }
}

fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day that was")
}

fn day_number(date: NaiveDate) -> i64 {
    date.signed_duration_since(epoch()).num_days()
}

fn date_of(day: i64) -> NaiveDate {
    epoch().checked_add_signed(chrono::TimeDelta::days(day)).expect("a day chrono can hold")
}

fn month_number(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

fn plus_months(date: NaiveDate, months: i64) -> NaiveDate {
    let span = Months::new(months.unsigned_abs() as u32);
    let moved = if months < 0 { date.checked_sub_months(span) } else { date.checked_add_months(span) };
    moved.expect("a month chrono can hold")
}

fn parse_offset(text: &str) -> i64 {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let number = |part: &str| part.parse::<i64>().expect("an offset like +05:30");
    sign * (number(&text[1..3]) * 3600 + number(&text[4..6]) * 60)
}

fn seconds(span: &str) -> i64 {
    let unit_at = span.find(|c: char| !c.is_ascii_digit()).expect("a span has a unit");
    let unit = match &span[unit_at..] {
        "s" => 1,
        "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        unit => panic!("unknown unit {unit}"),
    };
    span[..unit_at].parse::<i64>().expect("a span has a number") * unit
}

// ---- numbers ----

fn fraction(a: i64, b: i64) -> Q {
    Q::new(a.into(), b.into())
}

fn millionths(n: i64) -> Q {
    fraction(n, 1_000_000)
}

fn micros(value: &Q) -> i64 {
    let scaled = value * int(1_000_000);
    assert!(scaled.is_integer(), "{value} has more than six places");
    scaled.to_integer().to_i64().expect("points fit an i64")
}

/// A part of a whole from 0 to 100, to a millionth: 0 only of nothing, and 100 only of everything.
fn share(part: &Q, whole: &Q) -> Q {
    if part >= whole {
        return int(100);
    }
    if !part.is_positive() {
        return int(0);
    }
    round(&(part * int(100) / whole), 6).max(millionths(1)).min(int(100) - millionths(1))
}

/// To the nearest 10^-places, ties away from zero.
fn round(value: &Q, places: u32) -> Q {
    let scale = int(10_i64.pow(places));
    // `Ratio::round` rounds halves away from zero, as a test below checks.
    (value * &scale).round() / scale
}

/// Clamps to `-bound` to `bound`.
fn clamp(value: Q, bound: &Q) -> Q {
    value.min(bound.clone()).max(-bound.clone())
}

fn percent(value: &Value) -> Q {
    decimal(value) / int(100)
}

fn number_fact(fact: &Value) -> Option<f64> {
    const BEYOND: u64 = 1 << 53;
    let number = fact.as_number()?;
    let too_large = number.as_i64().map(i64::unsigned_abs).or(number.as_u64()).is_some_and(|n| n > BEYOND);
    if too_large { None } else { number.as_f64().filter(|number| number.is_finite()) }
}

/// The points of one event, or of one unit of its amount.
fn each_points(signal: &Value) -> Q {
    decimal(if signal["points"].is_null() { &signal["points_per_unit"] } else { &signal["points"] })
}

/// How often one event counts the points.
fn units_of(signal: &Value, event: &Event) -> Q {
    if signal["points_per_unit"].is_null() {
        return int(1);
    }
    let amount = millionths(event.amount_micros);
    if signal["every"].is_null() { amount } else { (amount / decimal(&signal["every"])).trunc() }
}

fn take(count: u32, left: &mut u64) -> u32 {
    let taken = u64::from(count).min(*left);
    *left -= taken;
    taken as u32
}

// ---- JSON ----

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

/// A bare value means `is`.
fn spelled_out(test: &Value) -> Value {
    if test.is_object() { test.clone() } else { serde_json::json!({ "is": test }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_sends_halves_away_from_zero() {
        for (value, expected) in [(5, 1), (4, 0), (-5, -1), (-4, 0), (15, 2), (-15, -2)] {
            assert_eq!(round(&fraction(value, 10_000_000), 6), millionths(expected));
        }
    }

    #[test]
    fn decimals_are_read_as_written() {
        assert_eq!(decimal(&serde_json::json!(0.1)), fraction(1, 10));
        assert_eq!(decimal(&serde_json::json!(1e-6)), fraction(1, 1_000_000));
        assert_eq!(decimal(&serde_json::json!(-1234567.5)), fraction(-12_345_675, 10));
        assert_eq!(decimal(&serde_json::json!(1e20)), Q::from_integer(BigInt::from(10).pow(20)));
    }

    #[test]
    fn half_lives_multiply() {
        // 2^(-1/3) cubed is one half, 2^(-1/7) to the seventh too.
        for n in [3, 7] {
            let (root, exact) = half_life(1, n);
            assert!(!exact);
            let error = (num_traits::pow(root, n as usize) - fraction(1, 2)).abs();
            assert!(error < Q::new(BigInt::one(), BigInt::one() << 140));
        }
        assert_eq!(half_life(28, 14), (fraction(1, 4), true));
        let (large, _) = power(&fraction(1, 2), 30);
        assert_eq!(large, Q::new(BigInt::one(), BigInt::one() << 30));
    }
}
