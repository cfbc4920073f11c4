//! Random valid documents, with facts and events at their thresholds.
//!
//! Values come from small pools on purpose: facts equal thresholds, and events fall on the ends of windows, far more
//! often than with uniform random numbers.

use std::collections::BTreeSet;

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use fastrand::Rng;
use num_traits::Signed;
use serde_json::{Map, Value, json};

use super::reach;

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) event: String,
    pub(crate) at: i64,
    pub(crate) count: u32,
    pub(crate) amount_micros: i64,
    pub(crate) attributes: Map<String, Value>,
}

/// A document, the facts and events of a subject, and the instant to score it at, in seconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) model: Value,
    pub(crate) facts: Map<String, Value>,
    pub(crate) events: Vec<Event>,
    pub(crate) as_of: i64,
}

const FLAGS: &[&str] = &["has_flagship", "beta"];
/// `score` is also a reserved key, so conditions name it below `field`.
const NUMBERS: &[&str] = &["nps", "seats", "seat_limit", "mrr", "score"];
const TEXTS: &[&str] = &["role", "icp_segment", "grade"];
const TAGS: &[&str] = &["tech", "owned"];
const DATES: &[&str] = &["contract_start", "renewal_date"];
const TIMES: &[&str] = &["last_login", "created_at"];
const RESERVED: &[&str] = &["score", "grade"];

/// Attributes of events: a flag, a number and two texts, one of which has a reserved name.
const ATTRIBUTES: &[&str] = &["paid", "seconds", "path", "not"];

/// The keys that make `prefer` meaningful.
pub(crate) const LIMITS: [&str; 7] = [
    "once_per",
    "per_day",
    "per_week",
    "per_month",
    "max_points_per_day",
    "max_points_per_week",
    "max_points_per_month",
];

const EVENTS: &[&str] = &["visit", "email_open", "demo", "webinar"];
const SPANS: &[(&str, i64)] = &[
    ("30s", 30),
    ("90min", 5_400),
    ("1d", 86_400),
    ("36h", 129_600),
    ("7d", 604_800),
    ("14d", 1_209_600),
    ("2w", 1_209_600),
    ("30d", 2_592_000),
    ("45d", 3_888_000),
    ("60d", 5_184_000),
    ("90d", 7_776_000),
];
const OFFSETS: &[&str] = &["+00:00", "+05:30", "-11:00", "+14:00", "-03:30"];

const NUMBER_POOL: &[f64] = &[-5.0, 0.0, 0.1, 0.2, 0.3, 0.8, 1.0, 5.0, 7.0, 8.0, 9.0, 10.0, 50.0, 100.0];
const RATIO_POOL: &[f64] = &[-1.0, 0.0, 0.1, 0.5, 0.7, 0.8, 1.0, 1.25, 10.0];
const COUNT_POOL: &[f64] = &[0.0, 1.0, 2.0, 3.0, 5.0, 10.0];
const AMOUNT_POOL: &[f64] = &[-10.0, 0.0, 0.1, 0.3, 50.0, 99.99, 100.0, 1_000.0, 1e9, 9e12];
const DAY_POOL: &[f64] = &[-60.0, -5.0, -1.0, 0.0, 1.0, 5.0, 7.0, 30.0, 60.0, 365.0];
const MONTH_POOL: &[f64] = &[-12.0, -6.0, -1.0, 0.0, 1.0, 6.0, 12.0];
const SCORE_POOL: &[f64] = &[0.0, 10.0, 20.0, 25.0, 33.333333, 50.0, 66.666667, 75.0, 80.0, 99.999999, 100.0];
const TEXT_POOL: &[&str] =
    &["ceo", "CEO", "vp", "", "high", "Élan", "élan", "vice ceo", "C-Level/VP", "E\u{301}lan", "Straße", "STRASSE"];
const PIECE_POOL: &[&str] = &["c", "ce", "CEO", "eo", "v", "É", "lan", "i", "c-level", "-L", "vice ceo", "E", "ß", "S"];
const TAG_POOL: &[&str] = &["crm", "erp", "bi", "CRM", "ß", "SS"];
const POINT_POOL: &[f64] = &[
    1.0, 2.5, 5.0, 7.0, 8.0, 10.0, 20.0, 25.0, 30.0, 40.0, 50.0, 100.0, 33.333333, 0.1, 0.000001, 0.0, -0.333333, -5.0,
    -10.0, -20.0,
];
const LARGE_POINT_POOL: &[f64] = &[1e6, -1e6, 999_999.999999, 123_456.789012];
const SPEED_POOL: &[f64] = &[2.3, 0.5, 1.0, 2.0, 0.1, 100.0, 4.0];
const PERCENT_POOL: &[f64] = &[15.0, 50.0, 85.0, 33.3, 12.5, 100.0, 90.0, 0.5];

/// Days at which to score: ends of months and leap days. The time of day is midnight, noon or near either.
const AS_OF_DAYS: &[(i32, u32, u32)] =
    &[(2024, 2, 29), (2025, 2, 28), (2025, 3, 31), (2026, 1, 31), (2026, 11, 22), (2026, 8, 31), (2027, 1, 1)];

pub(crate) fn instance(rng: &mut Rng) -> Instance {
    let (year, month, day) = one(rng, AS_OF_DAYS);
    let today = NaiveDate::from_ymd_opt(year, month, day).expect("a valid day");
    let midnight = today.and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp();
    let as_of = midnight + one(rng, &[0, 43_200, 86_399, 1, 66_600, 39_600]);

    // Huge counts and amounts come with exact decays only: the error of an inexact weight, times a billion, exceeds a
    // millionth.
    let wild = rng.u8(..) < 25;
    let mut generator = Generator {
        rng,
        wild,
        today,
        ids: 0,
        kinded: BTreeSet::new(),
        axes: Vec::new(),
        rules: Vec::new(),
        cells: Vec::new(),
    };
    let model = generator.model();
    let facts = generator.facts();
    let offset = model["utc_offset"].as_str().map_or(0, offset_secs);
    let events = generator.events(as_of, offset);
    Instance { model, facts, events, as_of }
}

struct Generator<'r> {
    rng: &'r mut Rng,
    wild: bool,
    today: NaiveDate,
    ids: u32,
    /// Fields with an operator other than `known`. Only these get facts of a wrong type: without an operator a field
    /// has no type.
    kinded: BTreeSet<&'static str>,
    axes: Vec<String>,
    /// The axis and the id of each rule.
    rules: Vec<[String; 2]>,
    cells: Vec<String>,
}

fn one<T: Copy>(rng: &mut Rng, pool: &[T]) -> T {
    pool[rng.usize(..pool.len())]
}

/// The form of a text in which all spellings that differ in case alone are equal. Knows the letters of these tests.
pub(crate) fn ignoring_case(text: &str) -> String {
    let composed = text.replace("e\u{301}", "é").replace("E\u{301}", "É");
    composed.to_lowercase().replace('ß', "ss").replace('ſ', "s")
}

/// A JSON number; integers have no decimal point.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

/// The seconds of an offset such as `+05:30`.
fn offset_secs(offset: &str) -> i64 {
    let minutes = |part: &str| part.parse::<i64>().expect("an offset like +05:30");
    let secs = (minutes(&offset[1..3]) * 60 + minutes(&offset[4..6])) * 60;
    if offset.starts_with('-') { -secs } else { secs }
}

fn entry(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

impl Generator<'_> {
    fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(..100) < percent
    }

    fn pick<T: Copy>(&mut self, pool: &[T]) -> T {
        one(self.rng, pool)
    }

    /// Between `least` and `most` distinct members in random order.
    fn some<T: Copy>(&mut self, pool: &[T], least: usize, most: usize) -> Vec<T> {
        let mut pool = pool.to_vec();
        self.rng.shuffle(&mut pool);
        pool.truncate(self.rng.usize(least..=most));
        pool
    }

    fn ascending(&mut self, pool: &[f64], least: usize, most: usize) -> Vec<f64> {
        let mut some = self.some(pool, least, most);
        some.sort_by(f64::total_cmp);
        some
    }

    fn points(&mut self) -> Value {
        let large = self.wild && self.chance(15);
        number(self.pick(if large { LARGE_POINT_POOL } else { POINT_POOL }))
    }

    fn positive(&mut self, pool: &[f64]) -> Value {
        loop {
            let value = self.pick(pool);
            if value > 0.0 {
                return number(value);
            }
        }
    }

    fn span(&mut self) -> Value {
        json!(self.pick(SPANS).0)
    }

    /// A window of events, and whether it can be unknown.
    fn window(&mut self) -> (Value, bool) {
        if self.chance(60) {
            return (self.span(), false);
        }
        if self.chance(60) {
            let key = self.pick(&["this", "previous"]);
            return (entry(key, json!(self.pick(&["day", "week", "month", "quarter", "year"]))), false);
        }
        let which = self.rng.u8(..3);
        let keys: &[&str] = [&["since"][..], &["until"], &["since", "until"]][usize::from(which)];
        let (mut window, mut may_be_unknown) = (json!({}), false);
        let mut before = None;
        for key in keys {
            if self.chance(50) {
                let day = self.near_day();
                // Two dates come in order.
                window[*key] = json!(before.map_or(day, |before: NaiveDate| before.max(day)).to_string());
                before = Some(day);
            } else {
                let pool = if self.chance(50) { DATES } else { TIMES };
                let field = self.pick(pool);
                self.kinded.insert(field);
                window[*key] = json!(field);
                may_be_unknown = true;
            }
        }
        (window, may_be_unknown)
    }

    fn event_measure(&mut self) -> &'static str {
        self.pick(&["count", "amount", "days", "most_per_day", "mean_amount", "latest_amount", "days_since_last"])
    }

    fn event(&mut self) -> &'static str {
        if self.chance(15) { "*" } else { self.pick(EVENTS) }
    }

    fn id(&mut self) -> Value {
        self.ids += 1;
        json!(format!("id-{}", self.ids))
    }

    // ---- the document ----

    fn model(&mut self) -> Value {
        let mut model = json!({ "format": 1, "name": "random" });
        if self.chance(60) {
            model["utc_offset"] = json!(self.pick(OFFSETS));
        }
        if self.chance(40) {
            model["week_starts"] = json!(self.pick(&["monday", "wednesday", "saturday", "sunday"]));
        }
        if self.chance(40) {
            model["year_starts"] = json!(self.pick(&["january", "february", "april", "october", "december"]));
        }
        for (section, likely) in [("required", 35), ("disqualifying", 20)] {
            if self.chance(likely) {
                let count = if self.chance(75) { 1 } else { 2 };
                model[section] = (0..count).map(|_| self.gate()).collect();
            }
        }
        let names = self.some(&["fit", "activity", "depth"], 1, 3);
        self.axes = names.iter().map(|name| (*name).to_owned()).collect();
        if self.chance(10) {
            model["coverage"] = json!(true);
        }
        model["axis"] = names.iter().map(|name| self.axis(name)).collect();
        let rules = |axis: &Value| axis["rule"].as_array().cloned().unwrap_or_default();
        let axes = model["axis"].as_array().expect("axes").iter();
        self.rules = axes
            .flat_map(|axis| rules(axis).into_iter().map(|rule| [axis["name"].clone(), rule["id"].clone()]))
            .map(|names| names.map(|name| name.as_str().expect("a name").to_owned()))
            .collect();
        self.totals(&mut model);
        if self.axes.len() > 1 && self.chance(60) {
            model["grade"] = self.grade();
        }
        if self.chance(50) {
            let count = self.rng.usize(1..=2);
            model["promoter"] = (0..count)
                .map(|_| {
                    let plus = self.positive(POINT_POOL);
                    let promoter = json!({ "id": self.id(), "when": self.condition(1, true), "plus": plus });
                    self.if_unknown(promoter)
                })
                .collect();
        }
        if self.chance(40) {
            let count = self.rng.usize(1..=3);
            model["limit"] = (0..count).map(|_| self.limit()).collect();
        }
        if self.chance(65) {
            model["state"] = self.states();
        }
        if self.chance(55) {
            model["segment"] = self.segments();
        }
        if let Some(plays) = self.plays(&model) {
            model["play"] = plays;
        }
        model
    }

    fn gate(&mut self) -> Value {
        let gate = json!({ "id": self.id(), "when": self.condition(2, false) });
        let mut gate = self.if_unknown(gate);
        if self.chance(20) {
            gate["label"] = json!("A gate");
        }
        gate
    }

    /// The entry, sometimes with a policy for an unknown condition.
    fn if_unknown(&mut self, mut entry: Value) -> Value {
        if self.chance(30) {
            entry["missing"] = json!(self.pick(&["holds", "fails"]));
        }
        entry
    }

    fn limit(&mut self) -> Value {
        let mut limit = json!({ "when": self.condition(1, true) });
        limit["id"] = self.id();
        let key = self.pick(&["at_most", "at_least"]);
        limit[key] = number(self.pick(SCORE_POOL));
        self.if_unknown(limit)
    }

    fn totals(&mut self, model: &mut Value) {
        match self.rng.u8(..10) {
            0 | 1 => model["total"] = json!("min"),
            2 | 3 => model["total"] = json!("product"),
            4..=6 => {
                let count = self.axes.len();
                let must_weigh = self.rng.usize(..count);
                for i in 0..count {
                    let weight = self.pick(&[0.0, 1.0, 2.0, 0.3, 0.333333]);
                    if i == must_weigh {
                        model["axis"][i]["weight"] = self.positive(&[1.0, 2.0, 0.7]);
                    } else if self.chance(70) {
                        model["axis"][i]["weight"] = number(weight);
                    }
                }
            }
            _ => {}
        }
    }

    fn grade(&mut self) -> Value {
        let axes = self.axes.clone();
        let mut grade = json!({});
        let mut classes = Vec::new();
        let most = self.rng.usize(1..=5);
        for (i, side) in ["fit", "activity"].into_iter().enumerate() {
            let count = if self.chance(70) { most } else { self.rng.usize(1..=5) };
            let mut cuts = self.ascending(&SCORE_POOL[1..SCORE_POOL.len() - 1], count, count);
            cuts.reverse();
            grade[side] = json!({ "axis": axes[i], "cuts": cuts.into_iter().map(number).collect::<Vec<_>>() });
            classes.push(count + 1);
        }
        self.cells = (0..classes[0])
            .flat_map(|letter| (1..=classes[1]).map(move |digit| format!("{}{digit}", char::from(b'A' + letter as u8))))
            .collect();
        grade
    }

    fn states(&mut self) -> Value {
        let key = if self.chance(30) { "at_least_points" } else { "at_least" };
        let pool = if key == "at_least" { SCORE_POOL } else { &[0.0, 0.1, 5.0, 10.0, 40.0, 50.0, 100.0] };
        let mut bounds = self.some(&pool[1..], 0, 3);
        bounds.push(0.0);
        self.rng.shuffle(&mut bounds);
        let state = |(i, bound): (usize, f64)| json!({ "name": format!("state-{i}"), key: number(bound) });
        bounds.into_iter().enumerate().map(state).collect()
    }

    fn segments(&mut self) -> Value {
        let count = self.rng.usize(..=2);
        let mut segments: Vec<Value> = (0..count)
            .map(|i| {
                let segment = json!({ "name": format!("segment-{i}"), "when": self.condition(1, true) });
                self.if_unknown(segment)
            })
            .collect();
        segments.push(json!({ "name": "segment-rest" }));
        segments.into()
    }

    fn plays(&mut self, model: &Value) -> Option<Value> {
        let names = |section: &str| -> Vec<String> {
            let items = model[section].as_array().into_iter().flatten();
            items.filter_map(|item| item["name"].as_str()).map(str::to_owned).collect()
        };
        let (states, segments) = (names("state"), names("segment"));
        if self.chance(30) {
            return None;
        }
        if !self.cells.is_empty() && (self.chance(45) || (states.is_empty() && segments.is_empty())) {
            return Some(self.plays_by_grade());
        }
        if states.is_empty() && segments.is_empty() {
            return None;
        }
        // The first play names states or segments too, so the grades of the plays need not cover every cell.
        let count = self.rng.usize(1..=3);
        let mut plays = Vec::new();
        for i in 0..count {
            let mut play = json!({ "name": format!("play-{i}"), "owner": "sales" });
            let mut any = false;
            for (key, pool) in [("states", &states), ("segments", &segments)] {
                if !pool.is_empty() && self.chance(50) {
                    play[key] = self.some_names(pool);
                    any = true;
                }
            }
            if !self.cells.is_empty() && self.chance(50) {
                play["grades"] = self.grade_patterns();
            }
            if !any {
                let (key, pool) = if states.is_empty() { ("segments", &segments) } else { ("states", &states) };
                play[key] = self.some_names(pool);
            }
            plays.push(play);
        }
        if self.chance(50) {
            let at = self.rng.usize(..=plays.len());
            plays.insert(at, json!({ "name": "play-rest", "otherwise": true, "respond_within": "1d" }));
        }
        Some(plays.into())
    }

    fn some_names(&mut self, pool: &[String]) -> Value {
        let names: Vec<&str> = pool.iter().map(String::as_str).collect();
        json!(self.some(&names, 1, names.len()))
    }

    /// Patterns that overlap nowhere, not even within one list.
    fn grade_patterns(&mut self) -> Value {
        let groups = self.cell_groups();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        json!(self.some(&groups, 1, groups.len()))
    }

    /// Every cell exactly once: by letter, by digit, or one by one.
    fn cell_groups(&mut self) -> Vec<String> {
        let cells = self.cells.clone();
        let by_letter = |cell: &String| format!("{}*", &cell[..1]);
        let by_digit = |cell: &String| format!("*{}", &cell[1..]);
        let mut groups = match self.rng.u8(..3) {
            0 => cells,
            1 => {
                // One letter cell by cell, so that wildcards and cells occur together.
                let spelled = cells[self.rng.usize(..cells.len())][..1].to_owned();
                cells
                    .iter()
                    .map(|cell| if cell.starts_with(&spelled) { cell.clone() } else { by_letter(cell) })
                    .collect()
            }
            _ => cells.iter().map(by_digit).collect(),
        };
        groups.sort();
        groups.dedup();
        groups
    }

    fn plays_by_grade(&mut self) -> Value {
        let mut groups = self.cell_groups();
        self.rng.shuffle(&mut groups);
        let otherwise = groups.len() > 1 && self.chance(40);
        if otherwise {
            groups.truncate(self.rng.usize(1..groups.len()));
        }
        let size = self.rng.usize(1..=groups.len());
        let mut plays: Vec<Value> = groups
            .chunks(size)
            .enumerate()
            .map(|(i, chunk)| json!({ "name": format!("play-{i}"), "grades": chunk }))
            .collect();
        if otherwise {
            plays.push(json!({ "name": "play-rest", "otherwise": true }));
        }
        plays.into()
    }

    // ---- axes and rules ----

    fn axis(&mut self, name: &str) -> Value {
        let mut axis = json!({ "name": name });
        if self.chance(25) {
            axis["base"] = self.points();
        }
        if self.chance(15) {
            axis["missing"] = json!("skip");
            if self.chance(60) {
                axis["min_coverage"] = number(self.pick(&[0.000001, 20.0, 50.0, 66.666667, 100.0]));
            }
        }
        let mut groups: Vec<Value> = Vec::new();
        let count = if self.chance(3) { 0 } else { self.rng.usize(1..=5) };
        let mut rules: Vec<Value> = Vec::new();
        for _ in 0..count {
            let mut rule = self.rule();
            if self.chance(30) {
                if groups.is_empty() || (groups.len() < 2 && self.chance(30)) {
                    groups.push(self.group(&format!("{name}-group-{}", groups.len())));
                }
                let group = self.rng.usize(..groups.len());
                rule["group"] = groups[group]["name"].clone();
            }
            rules.push(rule);
        }
        // A group without rules is an error.
        groups.retain(|group| rules.iter().any(|rule| rule["group"] == group["name"]));
        // Groups around others, in any order.
        while !groups.is_empty() && groups.len() < 4 && self.chance(30) {
            let outer = self.group(&format!("{name}-around-{}", groups.len()));
            let mut outermost: Vec<&mut Value> = groups.iter_mut().filter(|group| group["group"].is_null()).collect();
            let count = self.rng.usize(1..=outermost.len());
            outermost.iter_mut().take(count).for_each(|group| group["group"] = outer["name"].clone());
            if let Some(rule) = rules.iter_mut().find(|rule| rule["group"].is_null())
                && self.chance(50)
            {
                rule["group"] = outer["name"].clone();
            }
            groups.push(outer);
        }
        self.rng.shuffle(&mut groups);
        if !rules.is_empty() {
            axis["rule"] = rules.into();
        }
        if !groups.is_empty() {
            axis["group"] = groups.into();
        }
        let derive = self.chance(60);
        if derive {
            self.bound_signals(&mut axis);
        }
        if !derive || !reach::available(&axis, &[]).is_some_and(|reach| reach.is_positive()) {
            axis["available"] = self.positive(&[100.0, 30.0, 10.0, 1.0, 0.3, 250.5]);
            for rule in axis.get_mut("rule").and_then(Value::as_array_mut).into_iter().flatten() {
                if rule["missing"] == "skip" {
                    rule.as_object_mut().expect("a rule is a table").remove("missing");
                }
            }
        }
        axis
    }

    fn group(&mut self, name: &str) -> Value {
        let mut group = json!({ "name": name });
        let bounds = self.ascending(&[-20.0, -5.0, 0.0, 5.0, 10.0, 30.0, 40.0, 33.333333], 2, 2);
        let which = self.rng.u8(..3);
        if which != 0 {
            group["min"] = number(bounds[0]);
        }
        if which != 1 {
            group["max"] = number(bounds[1]);
        }
        group
    }

    /// Bounds every signal such that its reach is not open to interpretation: without `most_recent`, a signal whose
    /// points are not positive reaches `max` to one reader and 0 to another.
    fn bound_signals(&mut self, axis: &mut Value) {
        let rules = axis.get_mut("rule").and_then(Value::as_array_mut);
        for rule in rules.into_iter().flatten() {
            let Some(signal) = rule.get_mut("signal").and_then(Value::as_object_mut) else {
                continue;
            };
            let has_max = signal.contains_key("max");
            match signal.get("points").and_then(Value::as_f64) {
                None if !has_max => {
                    signal.insert("max".to_owned(), self.positive(POINT_POOL));
                }
                Some(points) if points > 0.0 && signal.contains_key("prefer") && !has_max => {
                    signal.insert("max".to_owned(), self.positive(POINT_POOL));
                }
                Some(points) if !signal.contains_key("most_recent") && (points <= 0.0 || !has_max) => {
                    signal.remove("prefer");
                    let least = signal.get("min_count").and_then(Value::as_u64).unwrap_or(1);
                    signal.insert("most_recent".to_owned(), json!(self.rng.u64(least..=least + 5)));
                }
                _ => {}
            }
        }
    }

    fn rule(&mut self) -> Value {
        let mut rule = json!({ "id": self.id() });
        let mut may_be_unknown = true;
        let guarded = self.chance(25);
        match self.rng.u8(..12) {
            0 | 1 => {
                rule["when"] = self.condition(2, false);
                rule["points"] = self.points();
            }
            2 => {
                let rows = self.rng.usize(1..=3);
                // Rows of equal points are known even if nobody knows which of them applies.
                let equal = self.chance(30).then(|| self.points());
                rule["first"] = (0..rows)
                    .map(|_| {
                        let points = equal.clone().unwrap_or_else(|| self.points());
                        json!({ "when": self.condition(1, false), "points": points })
                    })
                    .collect();
                match equal {
                    Some(points) => rule["otherwise"] = points,
                    None => self.maybe(&mut rule, "otherwise", 70),
                }
            }
            3..=5 => may_be_unknown = self.bands(&mut rule),
            6 | 7 => self.values(&mut rule),
            8 => may_be_unknown = self.per_unit(&mut rule),
            _ => {
                (rule["signal"], may_be_unknown) = self.signal();
            }
        }
        if guarded && rule.get("when").is_none() {
            rule["when"] = self.condition(1, false);
            may_be_unknown = true;
        }
        if may_be_unknown && self.chance(35) {
            rule["missing"] = if self.chance(50) { json!("skip") } else { json!({ "points": self.points() }) };
        }
        rule
    }

    fn maybe(&mut self, rule: &mut Value, key: &str, percent: u8) {
        if self.chance(percent) {
            rule[key] = self.points();
        }
    }

    /// A field whose name is not reserved, so it needs no escape.
    fn plain(&mut self, pool: &[&'static str]) -> &'static str {
        loop {
            let field = self.pick(pool);
            if !RESERVED.contains(&field) {
                return field;
            }
        }
    }

    /// Adds bands to a rule. Returns whether the rule can be unknown.
    fn bands(&mut self, rule: &mut Value) -> bool {
        let mut may_be_unknown = true;
        let bounds;
        match self.rng.u8(..4) {
            0 => {
                let field = self.plain(NUMBERS);
                self.kinded.insert(field);
                let pool = if self.chance(40) {
                    let other = self.pick(NUMBERS);
                    self.kinded.insert(other);
                    rule["ratio_to"] = json!(other);
                    RATIO_POOL
                } else {
                    NUMBER_POOL
                };
                bounds = self.ascending(pool, 1, 4);
                rule["bands"] = entry(field, json!(null));
            }
            1 => {
                let pool = if self.chance(50) { DATES } else { TIMES };
                let field = self.pick(pool);
                self.kinded.insert(field);
                let by = self.pick(&["days_since", "days_until", "months_since", "months_until"]);
                rule["by"] = json!(by);
                bounds = self.ascending(if by.starts_with('d') { DAY_POOL } else { MONTH_POOL }, 1, 4);
                rule["bands"] = entry(field, json!(null));
            }
            _ => {
                let by = self.event_measure();
                rule["by"] = json!(by);
                let ratio = by != "days_since_last" && self.chance(25);
                let pool = match by {
                    _ if ratio => RATIO_POOL,
                    "amount" | "mean_amount" | "latest_amount" => AMOUNT_POOL,
                    "days_since_last" => &DAY_POOL[3..],
                    _ => COUNT_POOL,
                };
                bounds = self.ascending(pool, 1, 4);
                if by == "days_since_last" {
                    may_be_unknown = true;
                } else {
                    may_be_unknown = ratio || matches!(by, "mean_amount" | "latest_amount");
                    if ratio {
                        rule["ratio_to"] = json!(self.event());
                    }
                    if self.chance(50) {
                        let (within, open) = self.window();
                        rule["within"] = within;
                        may_be_unknown |= open;
                    }
                }
                if self.chance(25) {
                    rule["where"] = self.attribute_condition(2);
                }
                if by == "count" && rule["ratio_to"].is_null() && self.chance(25) {
                    rule["distinct"] = json!(self.pick(ATTRIBUTES));
                }
                let name = self.event();
                rule["bands"] = entry("events", entry(name, json!(null)));
            }
        }
        // Bands of whole numbers need bounds that are different as whole numbers.
        let own = rule["by"].is_null() || rule["by"] == "amount";
        let rows: Value = bounds
            .into_iter()
            .map(|bound| match self.rng.u8(..20) {
                0 if own => json!({ "above": number(bound), "points": self.points() }),
                1 if own => json!({ "from": number(bound), "points": self.points() }),
                _ => json!([number(bound), self.points()]),
            })
            .collect();
        let subject =
            rule["bands"].as_object_mut().expect("bands are a table").values_mut().next().expect("one subject");
        match subject.as_object_mut().and_then(|events| events.values_mut().next()) {
            Some(of_event) => *of_event = rows,
            None => *subject = rows,
        }
        if self.chance(30) {
            rule["bounds"] = json!("above");
        }
        self.maybe(rule, "below", 40);
        may_be_unknown
    }

    fn values(&mut self, rule: &mut Value) {
        let (field, pool) = if self.chance(50) {
            (self.plain(TEXTS), TEXT_POOL)
        } else {
            rule["combine"] = json!(self.pick(&["best", "sum"]));
            (self.pick(TAGS), TAG_POOL)
        };
        self.kinded.insert(field);
        let names: Vec<&str> = self.some(pool, 1, 4).into_iter().filter(|name| !name.is_empty()).collect();
        let mut names = if names.is_empty() { vec![pool[0]] } else { names };
        if self.chance(30) {
            rule["ignore_case"] = json!(true);
            let mut seen = BTreeSet::new();
            names.retain(|name| seen.insert(ignoring_case(name)));
        }
        let entries: Map<String, Value> = names.into_iter().map(|name| (name.to_owned(), self.points())).collect();
        rule["values"] = entry(field, entries.into());
        self.maybe(rule, "otherwise", 50);
    }

    /// Returns whether the rule may be unknown.
    fn per_unit(&mut self, rule: &mut Value) -> bool {
        let bounds = self.ascending(&[-100.0, -1.0, 0.0, 5.0, 20.0, 100.0, 33.333333], 2, 2);
        let mut spec = json!({ "points": self.points(), "max": number(bounds[1]) });
        if self.chance(50) {
            spec["min"] = number(bounds[0]);
        }
        if self.chance(40) {
            spec["every"] = self.positive(&[0.1, 0.000001, 2.5, 5.0, 7.0]);
        }
        match self.rng.u8(..5) {
            0 => {
                let pool = if self.chance(50) { DATES } else { TIMES };
                let field = self.pick(pool);
                self.kinded.insert(field);
                spec["by"] = json!(self.pick(&["days_since", "days_until", "months_since", "months_until"]));
                rule["per_unit"] = entry(field, spec);
            }
            1 => {
                let by = self.event_measure();
                spec["by"] = json!(by);
                let since_last = by == "days_since_last";
                let mut may_be_unknown = since_last || matches!(by, "mean_amount" | "latest_amount");
                if !since_last && self.chance(25) {
                    spec["ratio_to"] = json!(self.event());
                    may_be_unknown = true;
                }
                if !since_last && self.chance(50) {
                    let (within, open) = self.window();
                    spec["within"] = within;
                    may_be_unknown |= open;
                }
                if self.chance(25) {
                    spec["where"] = self.attribute_condition(2);
                }
                if by == "count" && spec["ratio_to"].is_null() && self.chance(25) {
                    spec["distinct"] = json!(self.pick(ATTRIBUTES));
                }
                let name = self.event();
                rule["per_unit"] = entry("events", entry(name, spec));
                return may_be_unknown;
            }
            _ => {
                let field = self.plain(NUMBERS);
                self.kinded.insert(field);
                if self.chance(30) {
                    let other = self.pick(NUMBERS);
                    self.kinded.insert(other);
                    spec["ratio_to"] = json!(other);
                }
                rule["per_unit"] = entry(field, spec);
            }
        }
        true
    }

    /// A signal, and whether it can be unknown.
    fn signal(&mut self) -> (Value, bool) {
        if self.chance(15) {
            return (self.spending_signal(), false);
        }
        let mut signal = json!({});
        signal["event"] = match self.rng.u8(..4) {
            0 => json!("*"),
            1 => json!(self.some(EVENTS, 1, 3)),
            _ => json!(self.pick(EVENTS)),
        };
        let key = if self.chance(30) { "points_per_unit" } else { "points" };
        signal[key] = self.points();
        if key == "points_per_unit" && self.chance(30) {
            signal["every"] = self.positive(&[0.1, 2.5, 7.0, 50.0]);
        }
        let mut may_be_unknown = false;
        if self.chance(40) {
            (signal["window"], may_be_unknown) = self.window();
        }
        if self.chance(25) {
            signal["where"] = self.attribute_condition(2);
        }
        if self.chance(30) {
            signal["per_day"] = json!(self.rng.u64(1..=3));
        }
        for key in &LIMITS[2..] {
            if self.chance(10) {
                let points = key.starts_with("max");
                signal[*key] = if points { self.positive(POINT_POOL) } else { json!(self.rng.u64(1..=4)) };
            }
        }
        if self.chance(20) {
            signal["once_per"] = json!(self.pick(ATTRIBUTES));
        }
        let min_count = self.rng.u64(1..=4);
        if self.chance(25) {
            signal["min_count"] = json!(min_count);
        }
        let limited = LIMITS.iter().any(|key| signal.get(key).is_some());
        if limited && self.chance(40) {
            signal["prefer"] = json!("first");
        } else if self.chance(50) {
            signal["most_recent"] = json!(self.rng.u64(min_count..=min_count + 4));
        }
        if self.chance(35) {
            signal["max"] = self.positive(POINT_POOL);
        }
        if self.chance(80) {
            signal["decay"] = self.decay();
        }
        (signal, may_be_unknown)
    }

    fn spending_signal(&mut self) -> Value {
        let mut signal =
            json!({ "event": self.pick(EVENTS), "points_per_unit": self.points(), "spend": "oldest_first" });
        if self.chance(60) {
            signal["window"] = self.span();
        }
        if self.chance(25) {
            signal["where"] = self.attribute_condition(2);
        }
        if self.chance(35) {
            signal["max"] = self.positive(POINT_POOL);
        }
        if self.chance(60) {
            signal["decay"] = self.decay();
        }
        signal
    }

    fn decay(&mut self) -> Value {
        let exact_only = self.wild;
        loop {
            return match self.rng.u8(..7) {
                0 | 5 if !exact_only => json!({ "half_life": self.span() }),
                1 if !exact_only => {
                    json!({ "keep": { "percent": number(self.pick(PERCENT_POOL)), "every": self.span() } })
                }
                2 => json!({ "drop": { "percent": number(self.pick(PERCENT_POOL)), "every": self.span() } }),
                3 => json!({ "linear": self.span() }),
                6 => {
                    let speed = if exact_only { 1.0 } else { self.pick(SPEED_POOL) };
                    json!({ "polynomial": { "lifetime": self.span(), "speed": number(speed) } })
                }
                4 => {
                    let mut spans: Vec<(&str, i64)> = self.some(SPANS, 1, 3);
                    spans.sort_by_key(|span| span.1);
                    spans.dedup_by_key(|span| span.1);
                    let mut percents = self.ascending(PERCENT_POOL, spans.len(), spans.len());
                    percents.reverse();
                    let mut table = vec![json!(["0d", 100])];
                    table.extend(spans.iter().zip(percents).map(|(span, percent)| json!([span.0, number(percent)])));
                    json!({ "table": table })
                }
                _ => continue,
            };
        }
    }

    // ---- conditions ----

    fn condition(&mut self, depth: u32, scored: bool) -> Value {
        let mut when = Map::new();
        let keys = if self.chance(25) { 2 } else { 1 };
        for _ in 0..keys {
            let kinded = self.kinded.clone();
            let (key, test) = self.clause(depth, scored);
            // Plainly and behind the escape, a field could have the same test twice, which is written once.
            let escaped = when.get("field").is_some_and(|fields| fields.get(&key).is_some());
            let plain =
                key == "field" && test.as_object().is_some_and(|new| new.keys().any(|name| when.contains_key(name)));
            match (when.get_mut(&key), &test) {
                (None, _) if !escaped && !plain => _ = when.insert(key, test),
                // Escaped fields, event names and axes share one key, so their tests are merged.
                (Some(Value::Object(old)), Value::Object(new))
                    if !plain
                        && matches!(key.as_str(), "field" | "events" | "axis")
                        && !new.keys().any(|name| old.contains_key(name)) =>
                {
                    old.extend(new.clone());
                }
                // The test is left out, so it gives no field a kind.
                _ => self.kinded = kinded,
            }
        }
        when.into()
    }

    fn clause(&mut self, depth: u32, scored: bool) -> (String, Value) {
        if scored && self.chance(45) {
            return self.score_clause();
        }
        if depth > 0 && self.chance(35) {
            let list = |this: &mut Self, least| -> Vec<Value> {
                let count = this.rng.usize(least..=3);
                (0..count).map(|_| this.condition(depth - 1, scored)).collect()
            };
            return match self.rng.u8(..4) {
                0 => ("all".to_owned(), list(self, 1).into()),
                1 => ("any".to_owned(), list(self, 1).into()),
                2 => ("not".to_owned(), self.condition(depth - 1, scored)),
                _ => {
                    let of = list(self, 2);
                    ("at_least_of".to_owned(), json!({ "count": self.rng.usize(1..=of.len()), "of": of }))
                }
            };
        }
        if self.chance(20) {
            let name = self.event();
            return ("events".to_owned(), entry(name, self.event_test()));
        }
        let (field, test) = self.field_test();
        if RESERVED.contains(&field) || self.chance(4) {
            ("field".to_owned(), entry(field, test))
        } else {
            (field.to_owned(), test)
        }
    }

    fn score_clause(&mut self) -> (String, Value) {
        match self.rng.u8(..4) {
            0 if self.chance(25) => ("coverage".to_owned(), self.score_test()),
            0 | 3 if !self.rules.is_empty() && self.chance(40) => {
                let rule = self.rng.usize(..self.rules.len());
                let [axis, rule] = self.rules[rule].clone();
                let test = self.number_test(POINT_POOL);
                if self.chance(50) {
                    return ("rule".to_owned(), entry(&rule, test));
                }
                let mut tests = entry("greatest_rule", test);
                if self.chance(30) {
                    tests["less_than"] = number(50.0);
                }
                ("axis".to_owned(), entry(&axis, tests))
            }
            0 => ("score".to_owned(), self.score_test()),
            1 if !self.cells.is_empty() => {
                let cells = self.cells.clone();
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                let test = match self.rng.u8(..5) {
                    0 => json!(self.pick(&cells)),
                    1 => json!({ "is_not": self.pick(&cells) }),
                    2 => json!({ "one_of": self.some(&cells, 1, cells.len()) }),
                    3 => json!({ "starts_with": "a", "ignore_case": true }),
                    _ => json!({ "ends_with": "1" }),
                };
                ("grade".to_owned(), test)
            }
            2 => {
                let verdict = self.pick(&["eligible", "undetermined"]);
                let test = match self.rng.u8(..3) {
                    0 => json!(verdict),
                    1 => json!({ "is_not": verdict }),
                    _ => json!({ "one_of": [verdict, "disqualified"] }),
                };
                ("verdict".to_owned(), test)
            }
            _ => {
                let axis = self.rng.usize(..self.axes.len());
                let axis = self.axes[axis].clone();
                ("axis".to_owned(), entry(&axis, self.score_test()))
            }
        }
    }

    fn number_test(&mut self, pool: &[f64]) -> Value {
        if self.chance(10) {
            return number(self.pick(pool));
        }
        let mut test = json!({});
        let count = if self.chance(15) { 2 } else { 1 };
        for _ in 0..count {
            let op = self.pick(&["is", "is_not", "at_least", "more_than", "at_most", "less_than", "between"]);
            test[op] = if op == "between" {
                let bounds = self.ascending(pool, 2, 2);
                json!([number(bounds[0]), number(bounds[1])])
            } else {
                number(self.pick(pool))
            };
        }
        test
    }

    /// A test on a score that some scores pass and others fail.
    fn score_test(&mut self) -> Value {
        loop {
            let test = self.number_test(SCORE_POOL);
            if test["less_than"].as_f64() != Some(0.0) && test["more_than"].as_f64() != Some(100.0) {
                return test;
            }
        }
    }

    /// A test on a count that some counts pass.
    fn count_test(&mut self, pool: &[f64]) -> Value {
        loop {
            let test = self.number_test(pool);
            if test["less_than"].as_f64() != Some(0.0) {
                return test;
            }
        }
    }

    fn event_test(&mut self) -> Value {
        let mut test = json!({});
        if self.chance(30) {
            test["where"] = self.attribute_condition(2);
        }
        let count = if self.chance(20) { 2 } else { 1 };
        for _ in 0..count {
            let op = self.pick(&[
                "count",
                "amount",
                "days",
                "most_per_day",
                "mean_amount",
                "latest_amount",
                "last_within",
                "none_within",
                "never",
            ]);
            test[op] = match op {
                "last_within" | "none_within" => self.window().0,
                "never" => json!(self.chance(60)),
                _ => {
                    let ratio = self.chance(20);
                    let mut inner = match op {
                        _ if ratio => self.number_test(RATIO_POOL),
                        "amount" | "mean_amount" | "latest_amount" => self.number_test(AMOUNT_POOL),
                        _ => self.count_test(COUNT_POOL),
                    };
                    if !inner.is_object() {
                        inner = json!({ "is": inner });
                    }
                    if ratio {
                        inner["ratio_to"] = json!(self.event());
                    } else if op == "count" && self.chance(25) {
                        inner["distinct"] = json!(self.pick(ATTRIBUTES));
                    }
                    if self.chance(40) {
                        inner["within"] = self.window().0;
                    } else if self.chance(40) && inner.get("between").is_none() {
                        let (first, second) = (self.pick(SPANS), self.pick(SPANS));
                        if first.1 < second.1 {
                            inner["between"] = json!([first.0, second.0]);
                        }
                    }
                    inner
                }
            };
        }
        test
    }

    /// A condition on the attributes of one event.
    fn attribute_condition(&mut self, depth: u32) -> Value {
        if depth > 0 && self.chance(30) {
            let parts: Vec<_> = (0..self.rng.usize(1..=3)).map(|_| self.attribute_condition(depth - 1)).collect();
            return match self.rng.u8(..4) {
                0 => json!({ "all": parts }),
                1 => json!({ "any": parts }),
                2 => json!({ "at_least_of": { "count": self.rng.usize(1..=parts.len()), "of": parts } }),
                _ => json!({ "not": parts[0] }),
            };
        }
        let kind = self.rng.usize(..ATTRIBUTES.len());
        let test = match kind {
            _ if self.chance(8) => json!({ "known": self.chance(60) }),
            0 => json!(self.chance(60)),
            1 => self.number_test(NUMBER_POOL),
            _ => self.text_test(),
        };
        if kind == 3 { json!({ "field": { "not": test } }) } else { json!({ ATTRIBUTES[kind]: test }) }
    }

    fn attributes(&mut self) -> Map<String, Value> {
        let mut attributes = Map::new();
        // Mostly none, so that most documents are as they were before there were any.
        if self.chance(50) {
            for (kind, name) in ATTRIBUTES.iter().enumerate() {
                let value = match (kind, self.rng.u8(..20)) {
                    (_, 0..5) => continue,
                    (_, 5) => self.pick_value(&[json!(5), json!("ceo"), json!(true)]),
                    (0, _) => json!(self.chance(60)),
                    (1, _) => number(self.pick(NUMBER_POOL)),
                    _ => json!(self.pick(TEXT_POOL)),
                };
                attributes.insert((*name).to_owned(), value);
            }
        }
        attributes
    }

    fn pick_value(&mut self, pool: &[Value]) -> Value {
        pool[self.rng.usize(..pool.len())].clone()
    }

    fn field_test(&mut self) -> (&'static str, Value) {
        let kinds = [FLAGS, NUMBERS, NUMBERS, TEXTS, TAGS, DATES, TIMES];
        let kind = self.rng.usize(..kinds.len());
        let field = self.pick(kinds[kind]);
        if self.chance(8) {
            return (field, json!({ "known": self.chance(60) }));
        }
        self.kinded.insert(field);
        let mut test = match kind {
            0 => {
                let flag = self.chance(60);
                if self.chance(50) { json!(flag) } else { json!({ "is": flag }) }
            }
            1 | 2 => self.number_field_test(),
            3 => self.text_test(),
            4 => self.tags_test(),
            _ => self.day_test(),
        };
        if test.is_object() && self.chance(6) {
            test["known"] = json!(self.chance(70));
        }
        (field, test)
    }

    fn number_field_test(&mut self) -> Value {
        if self.chance(75) {
            return self.number_test(NUMBER_POOL);
        }
        let other = self.pick(NUMBERS);
        self.kinded.insert(other);
        let mut ratio = self.number_test(RATIO_POOL);
        if !ratio.is_object() {
            ratio = json!({ "is": ratio });
        }
        ratio["field"] = json!(other);
        let mut test = json!({ "ratio_to": ratio });
        if self.chance(15) {
            test["more_than"] = number(self.pick(NUMBER_POOL));
        }
        test
    }

    fn text_test(&mut self) -> Value {
        if self.chance(20) {
            return json!(self.pick(TEXT_POOL));
        }
        let op = self.pick(&["is", "is_not", "one_of", "none_of", "starts_with", "ends_with", "contains", "has_word"]);
        let mut test = entry(
            op,
            match op {
                "is" | "is_not" => json!(self.pick(TEXT_POOL)),
                "one_of" | "none_of" => json!(self.some(TEXT_POOL, 1, 3)),
                _ if self.chance(30) => json!(self.some(PIECE_POOL, 1, 3)),
                _ => json!(self.pick(PIECE_POOL)),
            },
        );
        if self.chance(40) {
            test["ignore_case"] = json!(self.chance(85));
        }
        test
    }

    fn tags_test(&mut self) -> Value {
        let op = self.pick(&["has", "has_any", "has_all", "has_none", "count", "any_not_in"]);
        let arg = match op {
            "has" => json!(self.pick(TAG_POOL)),
            "count" => self.count_test(&COUNT_POOL[..4]),
            "any_not_in" => {
                let other = self.pick(TAGS);
                self.kinded.insert(other);
                json!(other)
            }
            _ => json!(self.some(TAG_POOL, 1, 3)),
        };
        let mut test = entry(op, arg);
        if op != "count" && self.chance(35) {
            test["ignore_case"] = json!(self.chance(85));
        }
        test
    }

    fn day_test(&mut self) -> Value {
        let op = self.pick(&["days_since", "days_until", "months_since", "months_until", "before", "on_or_after"]);
        let arg = match op {
            "days_since" | "days_until" => self.number_test(DAY_POOL),
            "months_since" | "months_until" => self.number_test(MONTH_POOL),
            _ => json!(self.near_day().to_string()),
        };
        entry(op, arg)
    }

    // ---- the record ----

    /// A day near a boundary of today: of a span, a month or a year.
    fn near_day(&mut self) -> NaiveDate {
        let months = Months::new(self.pick(&[0, 1, 6, 12, 13]));
        let today = self.today;
        let moved = if self.chance(60) { today.checked_sub_months(months) } else { today.checked_add_months(months) };
        let moved = moved.unwrap_or(today);
        let shifted = match self.rng.u8(..4) {
            0 => moved + TimeDelta::days(self.pick(&[-1, 0, 1])),
            1 => today + TimeDelta::days(self.pick(&[-60, -30, -7, -5, -1, 0, 1, 5, 30, 60])),
            2 => {
                // The last day of the month, where clamping happens.
                let first = moved.with_day(1).unwrap_or(moved);
                first.checked_add_months(Months::new(1)).unwrap_or(first) - TimeDelta::days(1)
            }
            _ => moved,
        };
        if self.chance(2) { NaiveDate::from_ymd_opt(1600, 2, 29).unwrap_or(shifted) } else { shifted }
    }

    fn facts(&mut self) -> Map<String, Value> {
        let mut facts = Map::new();
        let kinds = [FLAGS, NUMBERS, TEXTS, TAGS, DATES, TIMES];
        // Full records exercise the arithmetic, sparse ones the unknowns. One rate for all would do neither well.
        let sparse = self.pick(&[0, 6, 20, 40]);
        for (kind, fields) in kinds.into_iter().enumerate() {
            for field in fields {
                let fact = match self.rng.u8(..100) {
                    roll if roll < sparse => continue,
                    roll if roll < 2 * sparse => Value::Null,
                    95.. if self.kinded.contains(field) => self.wrong(kind),
                    _ => self.fact(kind),
                };
                facts.insert((*field).to_owned(), fact);
            }
        }
        facts
    }

    fn fact(&mut self, kind: usize) -> Value {
        match kind {
            0 => json!(self.chance(60)),
            1 => match self.rng.u8(..20) {
                0 => json!(self.pick(&[
                    0.1 + 0.2,
                    1e300,
                    -1e300,
                    5e-324,
                    0.0000005,
                    1e9,
                    2.0000005,
                    9_007_199_254_740_994.0
                ])),
                1 => json!(1_u64 << 53),
                2 => json!(self.pick(&[-0.0, 10.0, 7.0])),
                _ => number(self.pick(NUMBER_POOL)),
            },
            2 => json!(self.pick(TEXT_POOL)),
            3 => {
                let mut tags = self.some(TAG_POOL, 0, 3);
                if self.chance(15) && !tags.is_empty() {
                    tags.push(tags[0]);
                }
                json!(tags)
            }
            4 => json!(self.near_day().to_string()),
            _ => {
                let time = self.pick(&["00:00:00", "23:59:59", "12:00:00", "18:30:00", "18:29:59", "11:00:00.999"]);
                let zone = self.pick(&["Z", "+02:00", "-11:00", "+05:30"]);
                json!(format!("{}T{time}{zone}", self.near_day()))
            }
        }
    }

    /// A fact of a wrong type, which counts as missing.
    fn wrong(&mut self, kind: usize) -> Value {
        let pool = match kind {
            0 => vec![json!("true"), json!(1)],
            1 => vec![
                json!("7"),
                json!(true),
                json!((1_u64 << 53) + 1),
                json!(-(1_i64 << 53) - 1),
                json!(u64::MAX),
                json!(["7"]),
            ],
            2 => vec![json!(5), json!(false), json!(["ceo"])],
            3 => vec![json!("crm"), json!(["crm", 3]), json!(true)],
            _ => vec![json!(20_260_101), json!("soon"), json!("2026-02-30"), json!(true)],
        };
        pool[self.rng.usize(..pool.len())].clone()
    }

    fn events(&mut self, as_of: i64, offset: i64) -> Vec<Event> {
        let count = if self.chance(10) { 0 } else { self.rng.usize(1..=10) };
        let mut events: Vec<Event> = Vec::new();
        for _ in 0..count {
            let at = if !events.is_empty() && self.chance(15) {
                events[self.rng.usize(..events.len())].at
            } else if self.chance(25) {
                self.near_midnight() - offset + self.pick(&[-1, 0, 0, 1])
            } else {
                as_of - self.age()
            };
            let count = match self.rng.u8(..20) {
                0 if self.wild => self.pick(&[4_000_000_000, u32::MAX, 1_000_000]),
                0..5 => self.rng.u32(2..=6),
                _ => 1,
            };
            let amount_micros = match self.rng.u8(..20) {
                0 if self.wild => self.pick(&[1_000_000_000_000_000, 4_200_000_000_000_000, i64::MAX, i64::MIN]),
                0..8 => 0,
                8..10 => self.rng.i64(-2_000_000..=2_000_000),
                _ => self.pick(&[1, 100_000, 300_000, 50_000_000, 99_990_000, 100_000_000, -10_000_000, 333_333]),
            };
            let attributes = self.attributes();
            events.push(Event { event: self.pick(EVENTS).to_owned(), at, count, amount_micros, attributes });
        }
        events
    }

    /// The start of a day, in civil time: often of a week, month, quarter or year.
    fn near_midnight(&mut self) -> i64 {
        let day = self.near_day();
        let first = day.with_day(1).unwrap_or(day);
        let months = Months::new(first.month0() % self.pick(&[1, 3, 12]));
        let back = TimeDelta::days(self.pick(&[0, 1, 2, 3, 6, 7, 13]));
        let start = if self.chance(50) { first.checked_sub_months(months).unwrap_or(first) } else { self.today - back };
        start.and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp()
    }

    /// The age of an event: usually a multiple of a span of the documents, give or take a second.
    fn age(&mut self) -> i64 {
        match self.rng.u8(..10) {
            0 => self.pick(&[0, 0, -1, 1, -86_400]),
            1 | 2 => self.rng.i64(0..8_000_000),
            3 => self.rng.i64(0..200_000),
            4 => self.rng.i64(-100_000..400_000_000),
            _ => {
                let times = self.pick(&[1, 1, 1, 2, 3]);
                self.pick(SPANS).1 * times + self.pick(&[-1, 0, 0, 0, 1])
            }
        }
    }
}
