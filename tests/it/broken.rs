//! Broken models, and all problems that their authors read: a snapshot in `broken.txt`.
//!
//! After a change to a message, run these tests with `UPDATE_SNAPSHOTS=1`, and read the diff as an author would.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::NaiveDate;
use warmth::model::{Condition, Gate, Window, WindowEdge, axis, score};
use warmth::{Activity, Model, ModelError, PathSegment, Problem, Record, Scorer, facts};

/// Every code, sorted.
const CODES: [&str; 53] = [
    "bad-date",
    "bad-offset",
    "bad-span",
    "bounds-order",
    "case-failed",
    "date-as-text",
    "decay-table",
    "duplicate-band",
    "duplicate-bound",
    "duplicate-id",
    "duplicate-key",
    "duplicate-name",
    "empty",
    "format",
    "forms",
    "grade-missing",
    "grade-twice",
    "limit",
    "missing-key",
    "more-problems",
    "no-combine",
    "no-grade",
    "no-weight",
    "no-word",
    "no-zero-state",
    "not-available",
    "not-finite",
    "out-of-range",
    "outcome-here",
    "reserved",
    "segment-order",
    "skip-available",
    "syntax",
    "too-precise",
    "two-kinds",
    "unbounded",
    "unknown-attribute",
    "unknown-axis",
    "unknown-choice",
    "unknown-event",
    "unknown-field",
    "unknown-grade",
    "unknown-group",
    "unknown-key",
    "unknown-name",
    "unknown-operator",
    "unknown-rule",
    "unknown-text",
    "unreachable-band",
    "unreachable-bound",
    "unused-group",
    "wrong-kind",
    "wrong-type",
];

#[expect(dead_code, reason = "models read the texts; the tests score no account")]
enum Health {
    Green,
    Yellow,
    Red,
}
facts!(enum Health { Green => "green", Yellow => "yellow", Red => "red" });

/// A host's type, for which the models of `MISFITS` are compiled.
pub(crate) struct Account {
    nps: Option<u8>,
    health: Health,
    plan: String,
    has_flagship: bool,
    renewal_date: NaiveDate,
    tech_stack: Vec<String>,
    plans: Vec<Health>,
    history: Activity,
}
facts!(Account {
    nps, health, plan, has_flagship, renewal_date, tech_stack, plans;
    activity = history;
    events = ["login", "pricing_view"]
});

/// A document. All but the part that is broken is left out.
pub(crate) enum Document {
    /// The whole of it, as JSON.
    Json(&'static str),
    /// The whole of it, as TOML.
    Toml(&'static str),
    /// Its keys other than `format` and `name`.
    Rest(&'static str),
    /// A condition in a gate.
    When(&'static str),
    /// A condition in a promoter, which can also read the outcome.
    Promoter(&'static str),
    /// The only rule of an axis, without its id.
    Rule(&'static str),
    /// A signal in such a rule, without its event.
    Signal(&'static str),
    /// The decay of such a signal.
    Decay(&'static str),
    /// The expectations of a case.
    Expect(&'static str),
    /// A document that is too long to write out.
    Made(fn() -> String),
    /// A model that only Rust can build.
    Built(fn() -> Model),
}
use Document::{Built, Decay, Expect, Json, Made, Promoter, Rest, Rule, Signal, Toml, When};

impl Document {
    fn model(&self) -> Result<Model, Vec<Message>> {
        if let Toml(text) = self
            && let Err(error) = toml::Deserializer::parse(text)
        {
            // Text that is no TOML is refused before a model is read from it.
            return Err(vec![("syntax".to_owned(), format!("syntax: {}", error.message()))]);
        }
        self.read().map_err(|error| messages(&error))
    }

    pub(crate) fn read(&self) -> Result<Model, ModelError> {
        match self {
            Toml(text) => match toml::Deserializer::parse(text) {
                Ok(deserializer) => Model::read(deserializer),
                Err(_) => Model::read(&mut serde_json::Deserializer::from_str("")),
            },
            Built(build) => Ok(build()),
            _ => Model::read(&mut serde_json::Deserializer::from_str(&self.json())),
        }
    }

    /// The document as a tree, if there is a document. A tree has no repeated keys and no numbers that are not finite.
    pub(crate) fn tree(&self) -> Option<serde_json::Value> {
        match self {
            Toml(text) => toml::from_str(text).ok(),
            Built(_) => None,
            _ => serde_json::from_str(&self.json()).ok(),
        }
    }

    fn json(&self) -> String {
        match self {
            Toml(_) | Built(_) => String::new(),
            Json(text) => (*text).to_owned(),
            Rest(keys) => rest(keys),
            When(condition) => when(condition),
            Promoter(condition) => {
                rest(&format!(r#"{AXES}, "promoter": [{{ "id": "p", "plus": 5, "when": {condition} }}]"#))
            }
            Rule(keys) => rule(keys),
            Signal(keys) => rule(&format!(r#""signal": {{ "event": "login", {keys} }}"#)),
            Decay(decay) => {
                rule(&format!(r#""signal": {{ "event": "login", "points": 8, "max": 40, "decay": {decay} }}"#))
            }
            Expect(keys) => rest(&format!(
                r#"{AXES}, "case": [{{ "name": "c", "as_of": "2026-11-22T09:00:00Z", "expect": {{ {keys} }} }}]"#
            )),
            Made(make) => make(),
        }
    }
}

/// The code of a problem, and the problem in one line.
type Message = (String, String);

fn messages(error: &ModelError) -> Vec<Message> {
    error.problems().iter().map(|problem| (problem.code().to_owned(), problem.to_string())).collect()
}

/// Two valid axes.
const AXES: &str = r#""axis": [
    { "name": "fit", "rule": [{ "id": "r", "when": { "nps": 9 }, "points": 10 }] },
    { "name": "activity", "rule": [{ "id": "s", "signal": { "event": "login", "points": 1, "max": 10 } }] }
]"#;

fn rest(keys: &str) -> String {
    format!(r#"{{ "format": 1, "name": "x", {keys} }}"#)
}

fn when(condition: &str) -> String {
    rest(&format!(r#""required": [{{ "id": "g", "when": {condition} }}]"#))
}

fn rule(keys: &str) -> String {
    rest(&format!(r#""axis": [{{ "name": "fit", "rule": [{{ "id": "r", {keys} }}] }}]"#))
}

/// `count` times `part`, with `#` replaced by 0, 1, 2 and so on.
fn many(count: usize, part: &str) -> String {
    (0..count).map(|number| part.replace('#', &number.to_string())).collect::<Vec<_>>().join(", ")
}

fn nested(levels: usize) -> String {
    format!("{}{}{}", r#"{ "not": "#.repeat(levels), r#"{ "nps": 9 }"#, " }".repeat(levels))
}

/// Models that are broken when compiled for a [`Record`], which has every field, or when verified.
pub(crate) const BROKEN: &[(&str, Document)] = &[
    // The document as a whole.
    ("empty-document", Json("")),
    ("not-json", Json(r#"{ "format": 1, "name": x }"#)),
    ("cut-off", Json(r#"{ "format": 1, "name": "x""#)),
    ("not-toml", Toml("format = 1\nname = x")),
    ("toml-duplicate-key", Toml("format = 1\nname = 'x'\nname = 'y'")),
    ("list-for-a-document", Json("[]")),
    ("text-for-a-document", Json(r#""model""#)),
    ("nothing-but-braces", Json("{}")),
    ("format-missing", Json(r#"{ "name": "x" }"#)),
    ("format-newer", Json(r#"{ "format": 2, "name": "x", "cohort": [], "axis": { "fit": 1 } }"#)),
    ("format-zero", Json(r#"{ "format": 0, "name": "x" }"#)),
    ("format-as-text", Json(r#"{ "format": "1", "name": "x" }"#)),
    ("format-nan", Toml("format = nan\nname = 'x'")),
    ("name-empty", Json(r#"{ "format": 1, "name": "" }"#)),
    ("name-null", Json(r#"{ "format": 1, "name": null }"#)),
    ("key-twice", Json(r#"{ "format": 1, "name": "x", "name": "y" }"#)),
    ("key-twice-within", When(r#"{ "nps": { "at_least": 3, "at_least": 4 } }"#)),
    ("key-unknown", Rest(r#""nmae": "y", "axes": [], "colour": 3"#)),
    ("key-misspelt", Json(r#"{ "format": 1, "nmae": "x" }"#)),
    ("total-unknown", Rest(r#""total": "maen""#)),
    ("offset-wrong", Rest(r#""utc_offset": "CET""#)),
    ("offset-with-two-signs", Rest(r#""utc_offset": "++5:30""#)),
    ("offset-of-a-day", Rest(r#""utc_offset": "+24:00""#)),
    ("axis-as-a-table", Rest(r#""axis": { "name": "fit" }"#)),
    ("number-too-large-for-json", Rest(r#""axis": [{ "name": "fit", "base": 1e400 }]"#)),
    (
        "not-finite",
        Toml(
            "format = 1\nname = 'x'\n[[required]]\nid = 'g'\nwhen.nps.at_least = nan\n[[axis]]\nname = 'fit'\nbase = inf\nweight = -inf",
        ),
    ),
    (
        "not-finite-count",
        Toml(
            "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n[[axis.rule]]\nid = 'r'\nsignal = { event = 'login', points = 1, most_recent = nan }",
        ),
    ),
    ("toml-date", Toml("format = 1\nname = 'x'\n[[required]]\nid = 'g'\nwhen.renewal_date.before = 2026-11-22")),
    (
        "toml-time-for-a-date",
        Toml("format = 1\nname = 'x'\n[[required]]\nid = 'g'\nwhen.renewal_date.before = 2026-11-22T09:00:00Z"),
    ),
    // Limits.
    ("limit-of-levels", Made(|| when(&nested(40)))),
    ("limit-of-levels-in-the-document", Made(|| when(&nested(110)))),
    ("limit-of-entries", Made(|| when(&format!(r#"{{ "plan": {{ "one_of": [{}] }} }}"#, many(10_001, r#""p#""#))))),
    ("limit-of-text", Made(|| rest(&format!(r#""total": "{}""#, "m".repeat(1_025))))),
    ("limit-of-key", Made(|| when(&format!(r#"{{ "nps": 9, "{}": true }}"#, "k".repeat(1_025))))),
    (
        "limit-of-document",
        Made(|| {
            let text = "t".repeat(1_000);
            let gates = many(1_200, &format!(r#"{{ "id": "g#", "label": "{text}", "when": {{ "nps": 9 }} }}"#));
            format!(r#"{{ "required": [{gates}], "format": 1, "name": "x" }}"#)
        }),
    ),
    ("limit-of-axes", Made(|| rest(&format!(r#""axis": [{}]"#, many(9, r#"{ "name": "a#", "available": 1 }"#))))),
    (
        "limit-of-rules",
        Made(|| rest(&format!(r#""required": [{}]"#, many(1_025, r#"{ "id": "g#", "when": { "nps": 9 } }"#)))),
    ),
    ("limit-of-tests", Made(|| when(&format!(r#"{{ "any": [{}] }}"#, many(65, r#"{ "nps": # }"#))))),
    (
        "limit-of-fields",
        Made(|| rest(&format!(r#""required": [{}]"#, many(257, r#"{ "id": "g#", "when": { "f#": true } }"#)))),
    ),
    (
        "limit-of-event-names",
        Made(|| {
            rest(&format!(
                r#""required": [{}]"#,
                many(65, r#"{ "id": "g#", "when": { "events": { "e#": { "never": true } } } }"#)
            ))
        }),
    ),
    ("limit-of-points", Rule(r#""when": { "nps": 9 }, "points": 1000000.5"#)),
    ("limit-of-spans", When(r#"{ "events": { "login": { "last_within": "36526d", "none_within": "5300w" } } }"#)),
    ("limit-of-problems", Made(|| when(&format!(r#"{{ "nps": {{ {} }} }}"#, many(1_005, r#""operator#": 1"#))))),
    // Gates and conditions.
    ("gate-without-id", Rest(r#""required": [{ "when": { "nps": 9 } }]"#)),
    ("gate-without-when", Rest(r#""required": [{ "id": "g" }]"#)),
    ("gate-missing-skip", Rest(r#""required": [{ "id": "g", "when": { "nps": 9 }, "missing": "skip" }]"#)),
    ("when-empty", When("{}")),
    ("when-true", When("true")),
    ("all-empty", When(r#"{ "all": [] }"#)),
    ("any-as-a-table", When(r#"{ "any": { "nps": 9 } }"#)),
    ("not-empty", When(r#"{ "not": {} }"#)),
    ("field-empty", When(r#"{ "nps": {} }"#)),
    ("field-null", When(r#"{ "nps": null }"#)),
    ("field-list", When(r#"{ "plan": ["pro", "team"] }"#)),
    ("at-least-of-none", When(r#"{ "at_least_of": { "count": 0, "of": [{ "nps": 9 }] } }"#)),
    ("at-least-of-more", When(r#"{ "at_least_of": { "count": 3, "of": [{ "nps": 9 }, { "plan": "pro" }] } }"#)),
    ("at-least-of-without-count", When(r#"{ "at_least_of": { "off": [{ "nps": 9 }] } }"#)),
    ("operator-misspelt", When(r#"{ "nps": { "at_leats": 3 } }"#)),
    (
        "operator-of-programmers",
        When(r#"{ "nps": { ">=": 3, "gte": 3, "greater_than": 3 }, "plan": { "in": ["pro"] } }"#),
    ),
    (
        "opposites-of-operators",
        When(
            r#"{ "plan": { "not_contains": "intern", "doesNotContain": "a", "not_starts_with": "a", "not_has_word": "b", "not_one_of": ["a"], "not_in": ["a"] }, "nps": { "not_between": [1, 2] }, "seats": { "ratio_to": { "field": "seat_limit", "not_between": [1, 2] } }, "tech_stack": { "not_has": "crm" } }"#,
        ),
    ),
    (
        "operators-of-other-tools",
        When(
            r#"{ "plan": { "begins_with": "a", "startsWith": "a", "includes": "a", "contains_any": ["a"], "icontains": "a", "matches": "a.*", "is_empty": true, "is_not_null": true, "equals": "a", "case_insensitive": true, "is": ["a", "b"], "is_not": ["a"] }, "renewal_date": { "years_since": { "at_least": 1 }, "weeks_until": 2, "after": "2026-01-01", "on_or_before": "2026-01-01" }, "has_flagship": { "is_true": true, "exists": true }, "tech_stack": { "contains_all": ["a"], "length": 2 }, "nps": { "GreaterThanOrEqual": 3, "range": [1, 2] } }"#,
        ),
    ),
    ("operators-of-other-tools-on-a-grade", Promoter(r#"{ "grade": { "not_ends_with": "1", "is_empty": true } }"#)),
    (
        "operators-of-mongodb-and-json-logic",
        When(
            r#"{ "nps": { "$gte": 3, "$lt": 9, "$ne": 5, "$exists": true, "<=": 3, "!!": true }, "plan": { "$in": ["a"], "$nin": ["a"], "$regex": "a" }, "tags": { "$all": ["a"] } }"#,
        ),
    ),
    (
        "operators-of-sql",
        When(
            r#"{ "plan": { "LIKE": "a%", "ILIKE": "a%", "NOT LIKE": "a%", "NOT IN": ["a"], "IS NULL": true, "IS NOT NULL": true }, "nps": { "<>": 3, "NOT BETWEEN": [1, 2] } }"#,
        ),
    ),
    (
        "operators-of-crms",
        When(
            r#"{ "plan": { "CONTAINS_TOKEN": "a", "NOT_CONTAINS_TOKEN": "a", "HAS_PROPERTY": true, "NOT_HAS_PROPERTY": true, "is not empty": true, "isn't": "a" }, "signed": { "older_than": "30d", "in the last": "30d", "not_in_past": "30d", "last_n_days": 30, "days_ago": 30, "years_since": 2, "after": "2026-11-22", "on": "2026-11-22" } }"#,
        ),
    ),
    (
        "operators-of-crms-on-events",
        When(
            r#"{ "events": { "login": { "in_past": "30d", "not_in_past": "30d", "performed": true, "not_performed": true, "times": 3, "days_since": 3 } } }"#,
        ),
    ),
    (
        "opposites-by-a-prefix",
        When(
            r#"{ "nps": { "not_at_least": 3, "isnt_less_than": 3, "not_gte": 3 }, "plan": { "hasn_any": ["a"], "doesnt_end_with": "a", "not_like": "a", "not_known": true } }"#,
        ),
    ),
    (
        "keys-of-other-tools",
        Rest(
            r#""timezone": "Europe/Berlin", "exclusions": [], "stages": [], "rules": [], "penalties": [],
            "required": [{ "name": "g", "if": { "nps": 9 }, "on_missing": "holds", "points": 3 }],
            "axis": [{ "id": "a", "max": 10, "rule": [
                { "name": "r", "if": { "nps": 9 }, "score": 3, "else": 0, "cap": 3 },
                { "id": "s", "signal": { "name": "e", "weight": 3, "cap": 10, "max_per_day": 2, "lookback": "30d", "half_life": "14d", "min": 0, "filter": { "a": 1 } } },
                { "id": "t", "signal": { "event": "e", "points": 3, "decay": { "type": "exponential", "days": 3 } } },
                { "id": "u", "per_unit": { "seats": { "rate": 3, "cap": 3 } } },
                { "id": "v", "first": [{ "if": { "nps": 9 }, "then": 3 }] }
            ], "group": [{ "id": "g", "cap": 10 }] }],
            "promoter": [{ "name": "p", "if": { "nps": 9 }, "multiply": 2, "add": 3 }],
            "limit": [{ "name": "l", "if": { "nps": 9 }, "cap": 50, "below": 50 }],
            "grade": { "letter": {}, "activity": { "name": "a", "thresholds": [75] } },
            "state": [{ "label": "hot", "from": 70, "to": 100, "when": { "nps": 9 } }],
            "segment": [{ "label": "s", "if": { "nps": 9 } }],
            "play": [{ "action": "call", "stages": ["hot"], "sla": "1d", "team": "sales", "if": { "nps": 9 } }],
            "case": [{ "title": "c", "now": "2026-11-22T09:00:00Z", "record": { "nps": 9 }, "then": { "points": 3 } }]"#,
        ),
    ),
    (
        "key-unheard-of",
        Rest(r#""state": [{ "resembles": 3 }], "axis": [{ "name": "a", "missing": { "resembles": 1 } }]"#),
    ),
    ("key-as-near-to-max-as-to-min", Rule(r#""per_unit": { "seats": { "points": 1, "mix": 3 } }"#)),
    ("operator-unheard-of", When(r#"{ "nps": { "resembles": 3 } }"#)),
    ("operator-on-text-as-number", When(r#"{ "nps": { "at_least": "9" } }"#)),
    ("is-not-on-a-flag", When(r#"{ "has_flagship": { "is_not": true } }"#)),
    ("one-of-empty", When(r#"{ "plan": { "one_of": [] } }"#)),
    ("contains-empty", When(r#"{ "plan": { "contains": [], "has_word": [] } }"#)),
    ("contains-numbers", When(r#"{ "plan": { "contains": 3, "ends_with": ["a", 3] } }"#)),
    ("has-word-of-punctuation", When(r#"{ "plan": { "has_word": "&" }, "segment": { "has_word": ["b2b", "-"] } }"#)),
    ("one-of-numbers", When(r#"{ "nps": { "one_of": [9, 10] } }"#)),
    ("ignore-case-alone", When(r#"{ "nps": { "at_least": 3, "ignore_case": true } }"#)),
    ("ignore-case-of-a-number", When(r#"{ "nps": { "is": 9, "ignore_case": true } }"#)),
    ("ignore-case-of-a-flag", When(r#"{ "has_flagship": { "is": true, "ignore_case": true } }"#)),
    ("ignore-case-beside-points", Rule(r#""when": { "plan": { "contains": "p" } }, "points": 1, "ignore_case": true"#)),
    (
        "values-equal-without-case",
        Rule(r#""values": { "plan": { "Pro": 1, "PRO": 2, "straße": 3, "STRASSE": 4 } }, "ignore_case": true"#),
    ),
    ("ignore-case-as-text", When(r#"{ "plan": { "is": 3.5, "starts_with": 3, "ignore_case": "yes" } }"#)),
    ("between-of-three", When(r#"{ "nps": { "between": [1, 2, 3] } }"#)),
    ("between-backwards", When(r#"{ "nps": { "between": [9, 3] } }"#)),
    ("ratio-without-field", When(r#"{ "seats": { "ratio_to": { "at_least": 0.8 } } }"#)),
    ("ratio-without-operator", When(r#"{ "seats": { "ratio_to": { "field": "seat_limit" } } }"#)),
    ("ratio-backwards", When(r#"{ "seats": { "ratio_to": { "field": "seat_limit", "between": [1, 0.5] } } }"#)),
    ("count-backwards", When(r#"{ "tech_stack": { "count": { "between": [3, 1] } } }"#)),
    ("days-since-backwards", When(r#"{ "renewal_date": { "days_since": { "between": [60, 0] } } }"#)),
    ("date-of-no-calendar", When(r#"{ "renewal_date": { "before": "2026-02-30" } }"#)),
    ("date-wrong", When(r#"{ "renewal_date": { "before": "22.11.2026", "on_or_after": "2026-02-30" } }"#)),
    (
        "days-that-do-not-exist",
        When(
            r#"{ "a": { "before": "2026-13-01" }, "b": { "before": "2026-00-10" }, "c": { "before": "2028-02-30" }, "d": { "on_or_after": "2026-04-31" }, "e": { "before": "2026-04-00" }, "f": { "before": "2026-+4-01" } }"#,
        ),
    ),
    (
        "instant-of-a-day-that-does-not-exist",
        Rest(r#""case": [{ "name": "c", "as_of": "2026-02-29T09:00:00Z", "expect": { "score": 0 } }]"#),
    ),
    (
        "date-written-otherwise",
        When(
            r#"{ "a": { "before": "26-11-22" }, "b": { "before": "2026-1-5" }, "c": { "on_or_after": " 2026 - 01 - 05" }, "d": { "before": "+2026-01-05" } }"#,
        ),
    ),
    (
        "instant-with-a-space",
        Rest(r#""case": [{ "name": "c", "as_of": "2026-11-22 09:00:00Z", "expect": { "score": 0 } }]"#),
    ),
    (
        "case-with-an-unknown-event",
        Rest(
            r#""required": [{ "id": "g", "when": { "events": { "pricing_view": { "never": true } } } }], "case": [{ "name": "c", "as_of": "2026-11-22T09:00:00Z", "events": [{ "event": "pricing_veiw", "at": "2026-11-21T09:00:00Z" }], "expect": { "verdict": "eligible" } }]"#,
        ),
    ),
    ("star-within-an-event-name", When(r#"{ "events": { "visit:*": { "last_within": "30d" } } }"#)),
    (
        "bounds-that-nothing-reaches",
        Rest(
            r#""axis": [{ "name": "fit", "base": 1 }], "limit": [{ "when": { "score": { "more_than": 100 }, "axis": { "fit": { "is_not": 101 } }, "events": { "a": { "amount": { "at_least": 1e13 }, "count": { "is": 2.5 }, "days": { "less_than": 0 } } }, "t": { "count": { "at_most": -1 } }, "d": { "days_since": { "at_least": 1e9 } } }, "at_most": 5 }]"#,
        ),
    ),
    (
        "bounds-beyond-all-sums",
        When(
            r#"{ "events": { "a": { "amount": { "at_most": 1e13, "between": [9e12, 1e13] }, "count": { "at_least": -1 } } } }"#,
        ),
    ),
    ("band-that-nothing-reaches", Rule(r#""bands": { "events": { "a": [[0, 1], [1e13, 2]] } }, "by": "amount""#)),
    ("segment-missing-without-when", Rest(r#""segment": [{ "name": "rest", "missing": "holds" }]"#)),
    ("two-kinds", When(r#"{ "nps": { "at_least": 3 }, "any": [{ "nps": "high" }, { "field": { "nps": true } }] }"#)),
    ("events-as-number", When(r#"{ "events": { "login": 3 } }"#)),
    ("events-operator", When(r#"{ "events": { "login": { "at_least": 3, "cuont": 3 } } }"#)),
    ("where-alone", When(r#"{ "events": { "login": { "where": { "path": "/" } } } }"#)),
    (
        "where-of-events",
        When(r#"{ "events": { "login": { "where": { "events": { "login": { "count": 1 } } }, "count": 1 } } }"#),
    ),
    (
        "where-wrong-kinds",
        When(
            r#"{ "events": { "login": { "count": 1, "where": {
                "all": [{ "a": { "has": "x" } }, { "b": { "days_since": 3 } }, { "c": { "ratio_to": { "field": "d", "is": 1 } } }]
            } } } }"#,
        ),
    ),
    (
        "where-two-kinds",
        When(
            r#"{ "events": { "login": { "never": true, "where": { "any": [{ "a": "x" }, { "a": { "at_least": 3 } }] } } } }"#,
        ),
    ),
    ("where-empty", When(r#"{ "events": { "login": { "where": {}, "count": 1 } } }"#)),
    (
        "distinct-of-an-amount",
        When(r#"{ "events": { "login": { "amount": { "distinct": "path", "at_least": 3 } } } }"#),
    ),
    ("distinct-as-a-number", When(r#"{ "events": { "login": { "count": { "distinct": 3, "at_least": 3 } } } }"#)),
    (
        "where-of-bands",
        Rule(r#""bands": { "events": { "login": [[1, 5]] } }, "by": "count", "where": { "path": { "has": "x" } }"#),
    ),
    (
        "where-of-per-unit",
        Rule(
            r#""per_unit": { "events": { "login": { "by": "count", "points": 1, "max": 5, "where": { "path": { "has": "x" } } } } }"#,
        ),
    ),
    (
        "distinct-and-ratio",
        When(r#"{ "events": { "login": { "count": { "distinct": "path", "ratio_to": "visit", "at_least": 1 } } } }"#),
    ),
    ("ratio-to-no-name", When(r#"{ "events": { "lo*": { "count": { "ratio_to": "vi*", "at_least": 1 } } } }"#)),
    ("where-of-a-field", Rule(r#""bands": { "nps": [[0, 5]] }, "where": { "path": "/" }"#)),
    ("where-of-points", Rule(r#""when": { "nps": 9 }, "points": 5, "where": { "path": "/" }, "distinct": "path""#)),
    ("once-per-nothing", Signal(r#""points": 5, "once_per": """#)),
    ("once-per-two", Signal(r#""points": 5, "once_per": ["a", "b"]"#)),
    ("prefer-the-last", Signal(r#""points": 5, "per_day": 1, "prefer": "last""#)),
    ("prefer-without-a-choice", Signal(r#""points": 5, "max": 9, "prefer": "first""#)),
    ("prefer-and-most-recent", Signal(r#""points": 5, "most_recent": 3, "per_day": 1, "prefer": "first""#)),
    ("spend-the-newest", Signal(r#""points_per_unit": 5, "spend": "newest_first""#)),
    ("spend-of-counts", Signal(r#""points": 5, "max": 9, "spend": "oldest_first""#)),
    (
        "spend-and-others",
        Signal(
            r#""points_per_unit": 5, "spend": "oldest_first", "every": 2, "once_per": "path", "per_day": 1, "prefer": "first",
                "min_count": 1, "per_week": 2, "max_points_per_month": 9"#,
        ),
    ),
    (
        "spend-and-most-recent",
        Signal(r#""points_per_unit": 5, "spend": "oldest_first", "most_recent": 3, "window": "365d""#),
    ),
    ("spend-this-month", Signal(r#""points_per_unit": 5, "spend": "oldest_first", "window": { "this": "month" }"#)),
    (
        "spend-of-everything",
        Rule(r#""signal": { "event": "*", "points_per_unit": 5, "max": 9, "spend": "oldest_first" }"#),
    ),
    (
        "spend-of-two",
        Rule(r#""signal": { "event": ["a", "b"], "points_per_unit": 5, "max": 9, "spend": "oldest_first" }"#),
    ),
    (
        "case-attributes",
        Rest(
            r#""case": [{ "name": "c", "as_of": "2026-11-22T09:00:00Z", "expect": { "score": 0 }, "events": [
                { "event": "login", "at": "2026-11-20T09:00:00Z", "attributes": { "path": ["/"], "seconds": null } },
                { "event": "login", "at": "2026-11-20T09:00:00Z", "attributes": "/" }
            ] }]"#,
        ),
    ),
    ("span-beyond-all", When(r#"{ "events": { "login": { "last_within": "99999999999999999999d" } } }"#)),
    ("events-without-operator", When(r#"{ "events": { "login": { "count": { "within": "30d" } } } }"#)),
    (
        "events-two-windows",
        When(
            r#"{ "events": { "login": { "count": { "within": "30d", "between": ["30d", "60d"], "at_least": 1 } } } }"#,
        ),
    ),
    (
        "events-window-backwards",
        When(r#"{ "events": { "login": { "amount": { "between": ["60d", "30d"], "at_least": 1 } } } }"#),
    ),
    (
        "events-window-of-three",
        When(r#"{ "events": { "login": { "amount": { "between": ["60d", "30d", "10d"], "at_least": "1" } } } }"#),
    ),
    (
        "events-span-wrong",
        When(
            r#"{ "events": { "login": { "last_within": "30 days", "none_within": 30, "count": { "within": "1month", "at_least": "3" } } } }"#,
        ),
    ),
    (
        "events-span-zero",
        When(r#"{ "events": { "login": { "last_within": "0d", "days": { "within": "0s", "at_least": 1 } } } }"#),
    ),
    ("events-name-empty", When(r#"{ "events": { "": { "never": true } } }"#)),
    ("score-in-a-gate", When(r#"{ "score": { "at_least": 50 }, "axis": { "fit": { "at_least": 50 } } }"#)),
    (
        "score-built-into-a-gate",
        Built(|| {
            Model::new("x").required(Gate::new("g", Condition::all([score().at_least(50), axis("fit").at_least(3)])))
        }),
    ),
    (
        "score-backwards",
        Promoter(r#"{ "score": { "between": [50, 40] }, "axis": { "fit": { "between": [50, 40] } } }"#),
    ),
    ("axis-unknown", Promoter(r#"{ "axis": { "fti": { "at_least": 50 } } }"#)),
    ("rule-unknown", Promoter(r#"{ "rule": { "nsp": { "at_least": 50 }, "nps": { "atleast": 3 }, "r": {} } }"#)),
    (
        "rule-tests",
        Made(|| {
            rest(&format!(
                r#"{AXES}, "limit": [{{ "at_most": 5, "when": {{ "rule": {{ "rr": 3, "s": {{ "more_than": 1e10 }} }}, "axis": {{ "fit": {{ "greatest_rule": {{ "is": 2e9 }} }} }} }} }}]"#
            ))
        }),
    ),
    (
        "greatest-rule",
        Promoter(r#"{ "axis": { "fit": { "greatest_rule": {}, "at_laest": 3 }, "fti": { "greatest_rul": 3 } } }"#),
    ),
    (
        "greatest-rule-of-none",
        Rest(
            r#""axis": [{ "name": "fit", "available": 1 }], "limit": [{ "at_most": 5, "when": { "axis": { "fit": { "greatest_rule": 3 } } } }]"#,
        ),
    ),
    (
        "rule-built-into-a-gate",
        Built(|| Model::new("x").required(Gate::new("g", warmth::model::rule("r").at_least(60)))),
    ),
    ("coverage-unreachable", Promoter(r#"{ "coverage": { "more_than": 100 }, "all": [{ "covrage": true }] }"#)),
    (
        "coverage-built-into-a-gate",
        Built(|| Model::new("x").required(Gate::new("g", warmth::model::coverage().at_least(60)))),
    ),
    ("grade-without-grade", Promoter(r#"{ "grade": { "one_of": ["A1", "A2"] } }"#)),
    ("verdict-misspelt", Promoter(r#"{ "verdict": { "one_of": ["Eligible", "undetermined", "eligable"] } }"#)),
    (
        "verdict-operator",
        Promoter(r#"{ "verdict": { "at_least": "eligible", "ignore_case": true, "is_not": "ineligible" } }"#),
    ),
    // Rules.
    ("rule-without-form", Rule(r#""when": { "nps": 9 }"#)),
    ("rule-of-two-forms", Rule(r#""points": 3, "bands": { "nps": [[0, 1]] }, "below": 3, "combine": "best""#)),
    ("rule-with-points-beside-signal", Rule(r#""points": 3, "signal": { "event": "login" }"#)),
    (
        "rule-with-options-of-others",
        Rule(
            r#""values": { "plan": { "pro": 3 } }, "below": 2, "bounds": "above", "ratio_to": "seats", "within": "3d""#,
        ),
    ),
    ("rule-with-otherwise", Rule(r#""when": { "nps": 9 }, "points": 3, "otherwise": 1"#)),
    ("rule-without-when", Rule(r#""points": 3"#)),
    ("rule-missing-number", Rule(r#""when": { "nps": 9 }, "points": 3, "missing": 1"#)),
    ("rule-missing-text", Rule(r#""when": { "nps": 9 }, "points": 3, "missing": "holds""#)),
    ("points-as-text", Rule(r#""when": { "nps": 9 }, "points": "3""#)),
    ("points-too-precise", Rule(r#""when": { "nps": 9 }, "points": 0.1234567"#)),
    ("points-astronomic", Rule(r#""when": { "nps": 9 }, "points": 1e300"#)),
    ("first-empty", Rule(r#""first": []"#)),
    ("first-row-without-points", Rule(r#""first": [{ "when": { "nps": 9 }, "point": 3 }, { "points": 3 }]"#)),
    ("bands-empty", Rule(r#""bands": { "nps": [] }"#)),
    ("bands-of-two-fields", Rule(r#""bands": { "nps": [[0, 1]], "seats": [[0, 1]] }, "below": -3, "bounds": "above""#)),
    ("bands-row-of-three", Rule(r#""bands": { "nps": [[0, 7, 10], [9]] }, "below": -3"#)),
    ("bands-bound-as-text", Rule(r#""bands": { "nps": [["low", 10]] }, "below": "none""#)),
    ("bands-out-of-order", Rule(r#""bands": { "nps": [[7, 10], [0, -20], [0, 5]] }"#)),
    ("bands-unreachable", Rule(r#""bands": { "events": { "login": [[0.2, 1], [0.7, 2], [3, 3]] } }, "by": "count""#)),
    ("bands-of-events-without-by", Rule(r#""bands": { "events": { "login": [[0, 1]] } }, "below": 1"#)),
    (
        "bands-of-events-by-date",
        Rule(r#""bands": { "events": { "login": [[0, 1]] } }, "by": "days_since", "ratio_to": "seats""#),
    ),
    (
        "bands-of-events-in-a-window",
        Rule(r#""bands": { "events": { "login": [[0, 1]] } }, "by": "days_since_last", "within": "30d""#),
    ),
    (
        "bands-of-events-in-no-time",
        Rule(r#""bands": { "events": { "login": [[0, 1]] } }, "by": "count", "within": "0d""#),
    ),
    ("bands-of-date-by-count", Rule(r#""bands": { "renewal_date": [[0, 1]] }, "by": "count""#)),
    ("bands-reserved", Rule(r#""bands": { "any": [[0, 1]] }"#)),
    ("bands-bounds-misspelt", Rule(r#""bands": { "nps": [[0, 1]] }, "bounds": "abov""#)),
    ("values-empty", Rule(r#""values": { "plan": {} }"#)),
    ("values-as-list", Rule(r#""values": { "plan": [["pro", 3]] }"#)),
    (
        "values-beyond-the-sum",
        Made(|| {
            let values = many(1_001, r##""#": -1000000"##);
            rule(&format!(r#""values": {{ "tech_stack": {{ {values} }} }}, "combine": "sum", "otherwise": 1"#))
        }),
    ),
    ("values-combine-misspelt", Rule(r#""values": { "tech_stack": { "crm": 3 } }, "combine": "total""#)),
    ("per-unit-without-max", Rule(r#""per_unit": { "seats": { "points": 0.5 } }"#)),
    (
        "bands-with-bounds-of-their-own",
        Rule(
            r#""bands": { "a": [{ "points": 3 }, { "from": 3, "above": 4, "points": 3 }, { "abvoe": 5, "points": 3 }, { "above": "6", "points": 3 }] }"#,
        ),
    ),
    (
        "bands-out-of-order-at-a-bound",
        Rule(r#""bands": { "a": [{ "above": 3, "points": 1 }, { "from": 3, "points": 1 }] }"#),
    ),
    (
        "per-unit-of-too-large-a-step",
        Rule(r#""per_unit": { "seats": { "points": 0.5, "max": 3, "every": 1000000001 } }"#),
    ),
    ("per-unit-of-no-step", Rule(r#""per_unit": { "seats": { "points": 0.5, "max": 3, "every": 0 } }"#)),
    ("per-unit-of-events-without-by", Rule(r#""per_unit": { "events": { "a": { "points": 0.5, "max": 3 } } }"#)),
    (
        "per-unit-of-a-date-to-a-ratio",
        Rule(r#""per_unit": { "a": { "points": 0.5, "max": 3, "by": "days_since", "ratio_to": "b" } }"#),
    ),
    ("signal-of-steps-of-events", Signal(r#""points": 3, "every": 2, "max": 9"#)),
    ("signal-of-no-step", Signal(r#""points_per_unit": 3, "every": -2, "max": 9"#)),
    ("per-unit-backwards", Rule(r#""per_unit": { "seats": { "points": 0.5, "min": 5, "max": 3 } }"#)),
    (
        "id-twice",
        Rest(
            r#""required": [{ "id": "nps", "when": { "nps": 9 } }], "axis": [{ "name": "fit", "rule": [{ "id": "nps", "when": { "nps": 9 }, "points": 1 }, { "id": "nps", "when": { "nps": 8 }, "points": 1 }] }]"#,
        ),
    ),
    // Signals and their decay.
    ("signal-without-points", Signal(r#""most_recent": 5"#)),
    ("signal-with-both-points", Signal(r#""points": 3, "points_per_unit": 3, "max": 9"#)),
    ("signal-without-end", Signal(r#""points": 3"#)),
    ("signal-without-end-per-unit", Signal(r#""points_per_unit": 3, "most_recent": 5"#)),
    ("signal-counts", Signal(r#""points": 3, "most_recent": 0, "per_day": 2.5, "min_count": "two""#)),
    ("signal-counts-per-period", Signal(r#""points": 3, "max": 9, "per_week": 0, "per_month": -1"#)),
    (
        "signal-points-per-period",
        Signal(r#""points": 3, "max": 9, "max_points_per_day": 0, "max_points_per_week": -5"#),
    ),
    ("signal-points-per-period-beyond-all", Signal(r#""points": 3, "max": 9, "max_points_per_day": 2e9"#)),
    (
        "words-for-caps",
        Signal(r#""points": 3, "max": 9, "max_per_day": 2, "max_points_per_year": 9, "max_points_per_week": "2""#),
    ),
    ("signal-min-count-above-most-recent", Signal(r#""points": 3, "most_recent": 5, "min_count": 6"#)),
    ("signal-max-negative", Signal(r#""points": -3, "max": -10"#)),
    ("signal-window-zero", Signal(r#""points": 3, "max": 10, "window": "0d""#)),
    ("signal-window-of-no-period", Signal(r#""points": 3, "max": 10, "window": { "this": "fortnight" }"#)),
    ("signal-window-as-a-period", Signal(r#""points": 3, "max": 10, "window": "month""#)),
    ("signal-window-as-a-number", Signal(r#""points": 3, "max": 10, "window": 30"#)),
    ("signal-window-empty", Signal(r#""points": 3, "max": 10, "window": {}"#)),
    (
        "signal-window-of-two-kinds",
        Signal(r#""points": 3, "max": 10, "window": { "this": "month", "since": "2026-01-01" }"#),
    ),
    ("signal-window-unknown-key", Signal(r#""points": 3, "max": 10, "window": { "last": "month" }"#)),
    ("signal-window-not-a-date", Signal(r#""points": 3, "max": 10, "window": { "since": "2026-1-1" }"#)),
    ("signal-window-number-for-a-date", Signal(r#""points": 3, "max": 10, "window": { "until": 2026 }"#)),
    ("signal-window-no-field", Signal(r#""points": 3, "max": 10, "window": { "until": "" }"#)),
    (
        "signal-window-backwards",
        Signal(r#""points": 3, "max": 10, "window": { "since": "2026-03-31", "until": "2026-01-01" }"#),
    ),
    ("signal-options-of-window", Signal(r#""points": 3, "max": 10, "since": "2026-01-01""#)),
    ("events-options-of-window", When(r#"{ "events": { "login": { "count": { "at_least": 1, "this": "month" } } } }"#)),
    (
        "events-window-of-a-number",
        When(r#"{ "nps": 9, "events": { "login": { "last_within": { "since": "nps" } } } }"#),
    ),
    (
        "window-built-with-names-of-no-document",
        Built(|| {
            let far = NaiveDate::from_ymd_opt(12_026, 1, 1).unwrap();
            let edge = |name: &str| WindowEdge::Field(name.to_owned());
            let signal = |window| warmth::model::Signal::new("login", 1).max(9).window(window);
            let rule = |id: &str, window| warmth::model::Rule::new(id, signal(window));
            let axis = warmth::model::Axis::new("fit")
                .rule(rule("far", Window::Since(far.into())))
                .rule(rule("digit", Window::Until(edge("1st_order"))));
            Model::new("x").axis(axis)
        }),
    ),
    ("events-ratio-to-a-number", When(r#"{ "events": { "login": { "count": { "at_least": 1, "ratio_to": 3 } } } }"#)),
    ("events-ratio-alone", When(r#"{ "events": { "login": { "count": { "ratio_to": "visit" } } } }"#)),
    (
        "events-ratio-of-days-since",
        Rule(r#""bands": { "events": { "login": [[1, 5]] } }, "by": "days_since_last", "ratio_to": "visit""#),
    ),
    ("week-starts-wrong", Rest(r#""week_starts": "Sunday""#)),
    ("year-starts-wrong", Rest(r#""year_starts": 4"#)),
    ("signal-options-of-decay", Signal(r#""points": 3, "max": 10, "half_life": "14d""#)),
    ("signal-events", Rule(r#""signal": { "event": ["login", "login"], "points": 3, "max": 9 }"#)),
    ("signal-no-events", Rule(r#""signal": { "event": [], "points": 3, "max": 9 }"#)),
    ("signal-all-events-and-one", Rule(r#""signal": { "event": ["*", "login"], "points": 3, "max": 9 }"#)),
    ("decay-years", Decay(r#"{ "half_life": "1y" }"#)),
    ("decay-text", Decay(r#""14d""#)),
    ("decay-empty", Decay("{}")),
    ("decay-misspelt", Decay(r#"{ "halflife": "14d" }"#)),
    ("decay-of-two-forms", Decay(r#"{ "half_life": "14d", "linear": "90d" }"#)),
    ("decay-half-life-zero", Decay(r#"{ "half_life": "0d" }"#)),
    ("decay-percentages", Decay(r#"{ "drop": { "percent": 0, "every": "0d" } }"#)),
    ("decay-percentage-above", Decay(r#"{ "keep": { "percent": 115, "every": "5300w" } }"#)),
    ("decay-speed", Decay(r#"{ "polynomial": { "lifetime": "0d", "speed": 100.5 } }"#)),
    ("decay-speed-zero", Decay(r#"{ "polynomial": { "lifetime": "3d", "speed": 0 } }"#)),
    ("decay-speed-missing", Decay(r#"{ "polynomial": { "lifetime": "3d" } }"#)),
    ("decay-table-empty", Decay(r#"{ "table": [] }"#)),
    ("decay-table-start", Decay(r#"{ "table": [["1d", 100], ["45d", 85]] }"#)),
    ("decay-table-rising", Decay(r#"{ "table": [["0d", 100], ["45d", 85], ["90d", 90], ["91d", -1]] }"#)),
    ("decay-table-out-of-order", Decay(r#"{ "table": [["0d", 100], ["90d", 85], ["45d", 60], ["0d", 50]] }"#)),
    // Axes and groups.
    ("axis-without-rules", Rest(r#""axis": [{ "name": "fit" }]"#)),
    ("axis-twice", Rest(r#""axis": [{ "name": "fit", "available": 1 }, { "name": "fit", "available": 1 }]"#)),
    ("axis-available-zero", Rest(r#""axis": [{ "name": "fit", "available": 0 }]"#)),
    ("axis-available-huge", Rest(r#""axis": [{ "name": "fit", "available": 2000000000 }]"#)),
    (
        "axis-missing-misspelt",
        Rest(r#""axis": [{ "name": "fit", "available": 1, "missing": "skpi" }], "coverage": "yes""#),
    ),
    (
        "axis-min-coverage-without-skip",
        Rest(
            r#""axis": [{ "name": "fit", "available": 1, "min_coverage": 40 }, { "name": "use", "available": 1, "missing": "skip", "min_coverage": 0 }, { "name": "age", "available": 1, "missing": "skip", "min_coverage": 101 }]"#,
        ),
    ),
    ("axis-of-penalties", Rule(r#""when": { "nps": 2 }, "points": -10"#)),
    (
        "weights-zero",
        Rest(
            r#""axis": [{ "name": "fit", "weight": 0, "available": 1 }, { "name": "activity", "weight": 0, "available": 1 }]"#,
        ),
    ),
    (
        "weight-negative",
        Rest(r#""axis": [{ "name": "fit", "weight": -1, "available": 1 }, { "name": "activity", "available": 1 }]"#),
    ),
    (
        "group-unused",
        Rest(r#""axis": [{ "name": "fit", "available": 1, "group": [{ "name": "website", "max": 40 }] }]"#),
    ),
    (
        "group-in-an-unknown-group",
        Rest(
            r#""axis": [{ "name": "fit", "available": 1,
                "rule": [{ "id": "r", "group": "web", "when": { "nps": 9 }, "points": 3 }],
                "group": [{ "name": "web", "max": 4, "group": "engagemnet" }, { "name": "engagement", "max": 9 }] }]"#,
        ),
    ),
    (
        "groups-in-a-circle",
        Rest(
            r#""axis": [{ "name": "fit", "available": 1,
                "rule": [{ "id": "r", "group": "web", "when": { "nps": 9 }, "points": 3 }],
                "group": [{ "name": "web", "max": 4, "group": "mail" }, { "name": "mail", "max": 9, "group": "web" }] }]"#,
        ),
    ),
    (
        "group-in-itself",
        Rest(
            r#""axis": [{ "name": "fit", "available": 1,
                "rule": [{ "id": "r", "group": "web", "when": { "nps": 9 }, "points": 3 }],
                "group": [{ "name": "web", "max": 4, "group": "web" }] }]"#,
        ),
    ),
    (
        "groups-too-deep",
        Rest(
            r#""axis": [{ "name": "fit", "available": 1,
                "rule": [{ "id": "r", "group": "e", "when": { "nps": 9 }, "points": 3 }],
                "group": [{ "name": "a" }, { "name": "b", "group": "a" }, { "name": "c", "group": "b" },
                          { "name": "d", "group": "c" }, { "name": "e", "group": "d" }] }]"#,
        ),
    ),
    (
        "words-for-groups",
        Rest(
            r#""axis": [{ "name": "fit", "available": 1,
            "rule": [{ "id": "r", "group": "web", "when": { "nps": 9 }, "points": 3 }],
            "group": [{ "name": "web", "max": 4, "parent": "mail" }, { "name": "mail", "at_most": 5, "inside": "web", "group": ["web"] }] }]"#,
        ),
    ),
    ("group-unknown", Rule(r#""when": { "nps": 9 }, "points": 3, "group": "website""#)),
    (
        "group-misspelt",
        Rest(
            r#""axis": [{ "name": "fit", "rule": [{ "id": "r", "group": "webiste", "when": { "nps": 9 }, "points": 3 }], "group": [{ "name": "website", "max": 40 }] }]"#,
        ),
    ),
    (
        "group-backwards-and-twice",
        Rest(
            r#""axis": [{ "name": "fit", "rule": [{ "id": "r", "group": "web", "when": { "nps": 9 }, "points": 3 }], "group": [{ "name": "web", "min": 5, "max": 4 }, { "name": "web" }] }]"#,
        ),
    ),
    (
        "skip-with-available",
        Rest(
            r#""axis": [{ "name": "fit", "available": 10, "rule": [{ "id": "r", "when": { "nps": 9 }, "points": 3, "missing": "skip" }] }]"#,
        ),
    ),
    // Promoters, limits, states, grades, segments and plays.
    ("promoter-without-plus", Rest(r#""promoter": [{ "id": "p", "when": { "nps": 9 }, "points": 3 }]"#)),
    ("promoter-negative", Rest(r#""promoter": [{ "id": "p", "when": { "nps": 9 }, "plus": -3 }]"#)),
    ("limit-without-bound", Rest(r#""limit": [{ "when": { "nps": 9 } }]"#)),
    ("limit-with-both-bounds", Rest(r#""limit": [{ "when": { "nps": 9 }, "at_most": 60, "at_least": 3 }]"#)),
    ("limit-out-of-range", Rest(r#""limit": [{ "when": { "nps": 9 }, "at_most": 101 }]"#)),
    ("limit-misspelt", Rest(r#""limit": [{ "when": { "nps": 9 }, "at_mots": 60 }]"#)),
    ("states-without-zero", Rest(r#""state": [{ "name": "ready", "at_least": 70 }]"#)),
    (
        "states-mixed",
        Rest(r#""state": [{ "name": "ready", "at_least_points": 70 }, { "name": "cold", "at_least": 0 }]"#),
    ),
    ("states-twice", Rest(r#""state": [{ "name": "cold", "at_least": 0 }, { "name": "cold", "at_least": 0 }]"#)),
    ("state-without-bound", Rest(r#""state": [{ "name": "cold" }]"#)),
    ("state-with-both-bounds", Rest(r#""state": [{ "name": "cold", "at_least": 0, "at_least_points": 0 }]"#)),
    ("state-out-of-range", Rest(r#""state": [{ "name": "hot", "at_least": 170 }, { "name": "cold", "at_least": 0 }]"#)),
    (
        "grade-axis-unknown",
        Made(|| {
            rest(&format!(
                r#"{AXES}, "grade": {{ "fit": {{ "axis": "fti", "cuts": [50] }}, "activity": {{ "axis": "engagement", "cuts": [50] }} }}"#
            ))
        }),
    ),
    (
        "grade-cuts",
        Made(|| {
            rest(&format!(
                r#"{AXES}, "grade": {{ "fit": {{ "axis": "fit", "cuts": [] }}, "activity": {{ "axis": "activity", "cuts": [25, 50, 50, 101] }} }}"#
            ))
        }),
    ),
    ("grade-one-sided", Made(|| rest(&format!(r#"{AXES}, "grade": {{ "fit": {{ "axis": "fit", "cuts": 50 }} }}"#)))),
    (
        "grade-of-another-size",
        Made(|| {
            graded(
                r#""promoter": [{ "id": "p", "plus": 5, "when": { "grade": { "is_not": "A3", "one_of": ["A1", "a2"] } } }]"#,
            )
        }),
    ),
    ("segment-last-with-when", Rest(r#""segment": [{ "name": "happy", "when": { "nps": 9 } }]"#)),
    (
        "segment-without-when-first",
        Rest(r#""segment": [{ "name": "all" }, { "name": "happy", "when": { "nps": 9 } }, { "name": "all" }]"#),
    ),
    (
        "play-without-grade",
        Rest(r#""play": [{ "name": "call", "grades": ["A1", "A2", "B*"] }, { "name": "mail", "otherwise": true }]"#),
    ),
    ("play-grades", Made(|| graded(r#""play": [{ "name": "call", "grades": ["A1", "a2", "C*", "*3", "A"] }]"#))),
    ("play-grade-missing", Made(|| graded(r#""play": [{ "name": "call", "grades": ["A*"] }]"#))),
    (
        "play-grade-twice",
        Made(|| {
            graded(
                r#""play": [{ "name": "call", "grades": ["A*", "B1"] }, { "name": "mail", "grades": ["*1", "B2"] }]"#,
            )
        }),
    ),
    ("play-grade-twice-in-one", Made(|| graded(r#""play": [{ "name": "call", "grades": ["A*", "**", "A1"] }]"#))),
    (
        "play-names-unknown",
        Rest(
            r#""state": [{ "name": "cold", "at_least": 0 }], "play": [{ "name": "call", "states": ["clod"], "segments": ["smb"] }]"#,
        ),
    ),
    (
        "play-names-empty-lists",
        Rest(r#""play": [{ "name": "call", "grades": [], "states": [], "segments": [], "otherwise": true }]"#),
    ),
    ("play-names-nothing", Rest(r#""play": [{ "name": "call" }, { "name": "call", "owner": "sales" }]"#)),
    (
        "play-otherwise-twice",
        Rest(
            r#""state": [{ "name": "cold", "at_least": 0 }], "play": [{ "name": "a", "otherwise": true }, { "name": "b", "otherwise": true }, { "name": "c", "otherwise": true, "states": ["cold"] }]"#,
        ),
    ),
    ("play-respond-within", Rest(r#""play": [{ "name": "a", "otherwise": true, "respond_within": "0d" }]"#)),
    // Cases.
    ("case-without-anything", Rest(r#""case": [{}]"#)),
    (
        "case-facts",
        Rest(
            r#""case": [{ "name": "c", "as_of": "yesterday", "facts": { "nps": { "is": 3 }, "plan": ["pro", 3] }, "events": [{ "event": "login", "at": "2026-11-22", "count": 0, "amount": "3" }, { "evnt": "login" }], "expect": {} }]"#,
        ),
    ),
    ("case-expect", Expect(r#""score": "high", "axes": { "fit": true }, "grades": "A1""#)),
    ("case-expect-nothing", Expect("")),
    (
        "case-expect-unknown",
        Expect(r#""verdict": "eligable", "score": 170, "axes": { "fti": 3 }, "grade": "A1", "state": "hot""#),
    ),
    (
        "case-facts-unread",
        Rest(
            r#""required": [{ "id": "g", "when": { "nps": 9 } }], "case": [{ "name": "c", "as_of": "2026-11-22T09:00:00Z", "facts": { "nsp": 9, "nps": "high" }, "expect": { "verdict": "eligible" } }]"#,
        ),
    ),
    // What people write who know the words of other tools.
    (
        "words-for-windows",
        When(
            r#"{ "all": [
                { "events": { "a": { "last_within": "last_month" } } },
                { "events": { "a": { "last_within": "this_quarter" } } },
                { "events": { "a": { "last_within": "this month" } } },
                { "events": { "a": { "last_within": { "last": "month" } } } },
                { "events": { "a": { "last_within": { "current": "month" } } } },
                { "events": { "a": { "last_within": { "from": "2026-01-01", "to": "2026-02-01" } } } },
                { "events": { "a": { "last_within": { "after": "2026-01-01", "before": "2026-02-01" } } } },
                { "events": { "a": { "last_within": { "next": "month" } } } },
                { "events": { "a": { "last_within": { "rolling": "month" } } } },
                { "events": { "a": { "last_within": { "this": "fiscal_year" } } } },
                { "events": { "a": { "last_within": { "since": "30d" } } } },
                { "events": { "a": { "count": { "within": { "this": "month", "since": "2026-01-01" }, "is": 1 } } } }
            ] }"#,
        ),
    ),
    ("words-for-the-calendar", Rest(r#""fiscal_year": 4, "fiscal_year_starts": "april", "time_zone": "CET""#)),
    ("words-for-a-model", Rest(r#""min_coverage": 40"#)),
    (
        "words-for-measures",
        When(
            r#"{ "events": { "a": {
                "filter": {}, "property": "x", "attributes": {}, "distinct": "path", "within": "30d", "ratio_to": "b",
                "at_least": 3, "unique": "path", "count_distinct": "path", "mean": 3, "average": 3, "avg_amount": 3, "sum": 3,
                "max_amount": 3, "first_amount": 3, "count_within": 3,
                "count": { "unique": "path", "window": "30d", "where": { "path": "/" }, "fits": 3 }
            } } }"#,
        ),
    ),
    ("words-for-signals", Signal(r#""points": 5, "within": "30d", "filter": {}, "distinct": "a", "unique_by": "a""#)),
    (
        "words-for-bands",
        Rule(
            r#""bands": { "events": { "a": [[1, 5]] } }, "by": "count", "window": "30d", "filter": {}, "once_per": "a""#,
        ),
    ),
    (
        "words-for-per-unit",
        Rule(
            r#""per_unit": { "events": { "a": { "points": 1, "max": 5, "by": "count", "window": "30d", "once_per": "a" } } }"#,
        ),
    ),
    ("window-beside-points", Rule(r#""when": { "nps": 9 }, "points": 3, "window": "30d""#)),
    ("words-for-preference", Signal(r#""points": 5, "per_day": 1, "prefer": "earliest""#)),
    (
        "words-for-dates",
        When(
            r#"{ "renewal_date": { "within": "30d", "this": "quarter", "between": ["2026-01-01", "2026-04-01"] }, "nps": { "between": ["1", "2"] } }"#,
        ),
    ),
    ("words-for-missing-points", Rule(r#""when": { "nps": 9 }, "points": 3, "missing": "zero""#)),
    ("words-for-known", Promoter(r#"{ "axis": { "fit": { "known": true } }, "coverage": { "known": true } }"#)),
    (
        "words-for-events-of-cases",
        Rest(
            r#""case": [{ "name": "c", "as_of": "2026-11-22T09:00:00Z", "expect": { "score": 0 }, "events": [
                { "name": "login", "at": "2026-11-20T09:00:00Z" },
                { "event": "login", "at": "2026-11-20T09:00:00Z", "path": "/" }
            ] }]"#,
        ),
    ),
    ("once-per-day", Signal(r#""points": 5, "max": 9, "once_per": "day""#)),
    ("once-per-span", Signal(r#""points": 5, "max": 9, "once_per": "30d""#)),
    ("where-amount", When(r#"{ "events": { "a": { "count": 1, "where": { "amount": { "at_least": 100 } } } } }"#)),
    (
        "case-attributes-unread",
        Rest(
            r#""axis": [{ "name": "fit", "rule": [
                { "id": "a", "signal": { "event": "view", "points": 5, "max": 9, "where": { "path": "/" } } },
                { "id": "b", "signal": { "event": "open", "points": 5, "max": 9, "once_per": "mail" } },
                { "id": "c", "when": { "events": { "*": { "count": { "distinct": "visit", "at_least": 2 } } } }, "points": 1 },
                { "id": "d", "when": { "events": { "open": { "where": { "ok": true }, "count": { "ratio_to": "sent", "is": 2 } } } }, "points": 1 }
            ] }], "case": [{ "name": "c", "as_of": "2026-11-22T09:00:00Z", "expect": { "axes": { "fit": 0 } }, "events": [
                { "event": "view", "at": "2026-11-20T09:00:00Z", "attributes": { "pth": "/", "visit": "a", "mail": 3 } },
                { "event": "sent", "at": "2026-11-20T09:00:00Z", "attributes": { "ok": true } },
                { "event": "open", "at": "2026-11-20T09:00:00Z", "attributes": { "path": "/" } }
            ] }]"#,
        ),
    ),
    // Several problems, in the order of the document.
    ("several-to-read", Json(SEVERAL_TO_READ)),
    ("several-to-compile", Json(SEVERAL_TO_COMPILE)),
];

const SEVERAL_TO_READ: &str = r#"{
    "colour": "red",
    "axis": [
        { "weigth": 2, "name": "", "rule": [
            { "point": 3, "id": "a", "when": { "nps": { "at_leats": 3, "at_most": "5" }, "nps": 3 } },
            { "id": "b", "signal": { "decay": { "half_life": "soon" }, "event": 3, "points": 0.0000001 } }
        ] }
    ],
    "format": 1,
    "state": [{ "at_least": "zero" }],
    "required": [{ "when": { "all": [] } }]
}"#;

const SEVERAL_TO_COMPILE: &str = r#"{
    "format": 1,
    "name": "x",
    "required": [{ "id": "g", "when": { "nps": { "between": [3, 1] } } }],
    "axis": [
        { "name": "fit", "weight": -1, "group": [{ "name": "unused" }], "rule": [
            { "id": "g", "group": "none", "bands": { "nps": [[3, 1], [1, 3]] } },
            { "id": "s", "signal": { "event": "login", "points": 1 } }
        ] },
        { "name": "fit", "rule": [{ "id": "t", "when": { "nps": "high" }, "points": 2000000 }] }
    ],
    "promoter": [{ "id": "p", "plus": 0, "when": { "axis": { "fti": 3 } } }],
    "limit": [{ "at_most": 200, "when": { "score": { "between": [2, 1] } } }],
    "grade": { "fit": { "axis": "fit", "cuts": [1, 2] }, "activity": { "axis": "none", "cuts": [1] } },
    "state": [{ "name": "a", "at_least": 50 }, { "name": "a", "at_least": 50 }],
    "segment": [{ "name": "s", "when": { "verdict": "dead" } }],
    "play": [{ "name": "p", "states": ["b"], "grades": ["Z9"] }]
}"#;

/// A model with a grade of two letters by two numbers.
fn graded(keys: &str) -> String {
    rest(&format!(
        r#"{AXES}, "grade": {{ "fit": {{ "axis": "fit", "cuts": [50] }}, "activity": {{ "axis": "activity", "cuts": [50] }} }}, {keys}"#
    ))
}

/// Models that are valid for a [`Record`], but not for an [`Account`].
pub(crate) const MISFITS: &[(&str, Document)] = &[
    ("typed-field-misspelt", When(r#"{ "nsp": 9, "has_flagshp": true, "renewal": { "known": true } }"#)),
    ("typed-field-unheard-of", When(r#"{ "annual_revenue": { "at_least": 10000 } }"#)),
    ("typed-outcome-in-a-gate", When(r#"{ "score": { "at_least": 50 } }"#)),
    ("typed-ratio-to-unknown", When(r#"{ "nps": { "ratio_to": { "field": "npss", "at_least": 1 } } }"#)),
    ("typed-any-not-in-unknown", When(r#"{ "tech_stack": { "any_not_in": "owned" } }"#)),
    ("typed-number-as-text", When(r#"{ "nps": "9" }"#)),
    ("typed-number-as-flag", When(r#"{ "nps": true }"#)),
    ("typed-flag-as-number", When(r#"{ "has_flagship": 1 }"#)),
    ("typed-flag-as-text", When(r#"{ "has_flagship": "yes" }"#)),
    ("typed-text-as-number", When(r#"{ "plan": { "at_least": 3 } }"#)),
    (
        "typed-texts-without-case",
        When(
            r#"{ "health": { "one_of": ["GREEN", "BLUE"], "ignore_case": true }, "plans": { "has": "RED", "has_any": ["BLACK"], "ignore_case": true } }"#,
        ),
    ),
    ("typed-text-as-tags", When(r#"{ "plan": { "has_any": ["pro"] } }"#)),
    ("typed-tags-as-text", When(r#"{ "tech_stack": { "one_of": ["crm"] } }"#)),
    ("typed-date-as-text", When(r#"{ "renewal_date": "2026-11-22" }"#)),
    ("typed-date-as-number", When(r#"{ "renewal_date": { "between": [0, 60] } }"#)),
    ("typed-escape", When(r#"{ "field": { "all": 3 } }"#)),
    (
        "typed-text-never-held",
        When(
            r#"{ "health": "geren", "any": [{ "health": { "one_of": ["red", "amber"] } }, { "health": { "is_not": "Red" } }] }"#,
        ),
    ),
    ("typed-text-never-held-by-values", Rule(r#""values": { "health": { "green": 10, "yelow": 5 } }"#)),
    ("typed-values-of-tags", Rule(r#""values": { "tech_stack": { "crm": 3 } }"#)),
    ("typed-values-of-number", Rule(r#""values": { "nps": { "9": 3 } }"#)),
    ("typed-combine-of-text", Rule(r#""values": { "plan": { "pro": 3 } }, "combine": "best""#)),
    ("typed-bands-of-date", Rule(r#""bands": { "renewal_date": [[0, 3]] }"#)),
    ("typed-bands-by-days-of-number", Rule(r#""bands": { "nps": [[0, 3]] }, "by": "days_since""#)),
    ("typed-tag-never-held", When(r#"{ "plans": { "has": "geren", "has_all": ["red", "amber"] } }"#)),
    (
        "typed-event-unheard-of",
        Json(
            r#"{
                "format": 1,
                "name": "x",
                "required": [{ "id": "r", "when": { "events": {
                    "logni": { "last_within": "7d" }, "login": { "count": 1 }, "*": { "count": 1 }
                } } }],
                "axis": [{ "name": "a", "available": 10, "rule": [
                    { "id": "s", "signal": { "event": ["login", "pricing_veiw"], "points": 1 } },
                    { "id": "b", "bands": { "events": { "signup": [[1, 3]] } }, "by": "count" }
                ] }],
                "case": [{
                    "name": "c",
                    "as_of": "2026-11-22T09:00:00Z",
                    "events": [
                        { "event": "login", "at": "2026-11-21T09:00:00Z" },
                        { "event": "lgoin", "at": "2026-11-21T09:00:00Z" }
                    ],
                    "expect": { "score": 0 }
                }]
            }"#,
        ),
    ),
    ("typed-per-unit-of-tags", Rule(r#""per_unit": { "tech_stack": { "points": 3, "max": 9 } }"#)),
];

fn problems<T: warmth::Facts>(document: &Document) -> Vec<Message> {
    let compile = |model: Model| {
        let compiled = Scorer::<T>::new(&model).map(|_| ());
        compiled.and_then(|()| model.verify().map(|_| ())).map_err(|error| messages(&error))
    };
    document.model().and_then(compile).err().unwrap_or_default()
}

/// The name and the problems of every case.
fn cases() -> Vec<(&'static str, Vec<Message>)> {
    let broken = BROKEN.iter().map(|(name, document)| (*name, problems::<Record>(document)));
    let misfits = MISFITS.iter().map(|(name, document)| (*name, problems::<Account>(document)));
    broken.chain(misfits).collect()
}

/// The blocks of a snapshot, by name.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let body = text.strip_prefix("== ").unwrap_or(text);
    body.split("\n== ").map(|block| block.split_once('\n').unwrap_or((block, ""))).collect()
}

/// The first case in which two snapshots differ, line by line.
fn difference(kept: &str, found: &str) -> String {
    let (kept, found) = (blocks(kept), blocks(found));
    let index = kept.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let lines = |block: Option<&(&str, &str)>, sign: &str, other: Option<&(&str, &str)>| {
        let others: BTreeSet<_> = other.iter().flat_map(|(_, text)| text.lines()).collect();
        let (name, text) = block.copied().unwrap_or(("(no case)", ""));
        let lines = text.lines().filter(|line| !others.contains(line)).map(|line| format!("\n{sign} {line}"));
        format!("\n{sign} == {name}{}", lines.collect::<String>())
    };
    let (kept, found) = (kept.get(index), found.get(index));
    lines(kept, "-", found) + &lines(found, "+", kept)
}

#[test]
fn the_problems_of_broken_models_are_those_of_the_snapshot() {
    let mut text = String::new();
    for (name, problems) in cases() {
        // The middle of a long list is left out.
        let shown =
            if problems.len() > 100 { [&problems[..2], &problems[problems.len() - 2..]].concat() } else { problems };
        let lines: String = shown.iter().flat_map(|(_, line)| [line.as_str(), "\n"]).collect();
        write!(text, "== {name}\n{lines}\n").unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/broken.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(path, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        kept == text,
        "messages have changed; look at the difference, then run with UPDATE_SNAPSHOTS=1{}",
        difference(&kept, &text)
    );
}

#[test]
fn every_case_is_broken_and_has_its_own_name() {
    let mut names = BTreeSet::new();
    for (name, problems) in cases() {
        assert!(!problems.is_empty(), "{name} has no problem");
        assert!(names.insert(name), "{name} is repeated");
    }
}

#[test]
fn every_code_occurs_in_a_case() {
    let occurring: BTreeSet<_> = cases().into_iter().flat_map(|(_, problems)| problems).map(|(code, _)| code).collect();
    assert!(CODES.is_sorted());
    assert_eq!(occurring.iter().map(String::as_str).collect::<Vec<_>>(), CODES);
}

/// An editor finds the place of a problem by its segments, a person by its path.
#[test]
fn paths_and_segments_are_the_same_place() {
    let mut seen = 0;
    for (name, document) in BROKEN.iter().chain(MISFITS) {
        let model = document.read();
        let error = model.and_then(|model| {
            Scorer::<Record>::new(&model)?;
            Scorer::<Account>::new(&model)?;
            model.verify()
        });
        let Err(error) = error else { continue };
        for problem in error.problems() {
            let mut path = String::new();
            for segment in problem.segments() {
                match segment {
                    PathSegment::Index(index) => write!(path, "[{index}]").unwrap(),
                    PathSegment::Key(key) => {
                        let dot = if path.is_empty() { "" } else { "." };
                        let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
                        let key = if bare && !key.is_empty() { key.clone() } else { format!("{key:?}") };
                        write!(path, "{dot}{key}").unwrap();
                    }
                }
            }
            assert_eq!(path, problem.path(), "{name}");
            seen += problem.segments().len();
        }
    }
    assert!(seen > 500, "{seen} segments");
}

/// Services hand problems to editors as JSON.
#[test]
fn problems_are_json() {
    let text = r#"{ "format": 1, "nmae": "x", "axis": [{ "name": "" }] }"#;
    let error = Model::read(&mut serde_json::Deserializer::from_str(text)).unwrap_err();
    let golden = r#"{
  "problems": [
    {
      "code": "unknown-key",
      "path": "nmae",
      "segments": [
        "nmae"
      ],
      "message": "unknown key `nmae`",
      "help": "did you mean `name`? The keys here are `$schema`, `format`, `name`, `description`, `utc_offset`, `week_starts`, `year_starts`, `total`, `coverage`, `required`, `disqualifying`, `axis`, `promoter`, `limit`, `grade`, `state`, `segment`, `play`, `case`"
    },
    {
      "code": "empty",
      "path": "axis[0].name",
      "segments": [
        "axis",
        0,
        "name"
      ],
      "message": "a name must not be empty",
      "help": null
    }
  ]
}"#;
    assert_eq!(serde_json::to_string_pretty(&error).unwrap(), golden);
    assert_eq!(serde_json::to_value(&error).unwrap()["problems"], serde_json::to_value(error.problems()).unwrap());
}

#[test]
fn misfits_are_valid_for_a_record() {
    for (name, document) in MISFITS {
        assert_eq!(problems::<Record>(document), [], "{name}");
    }
}

/// Documents as deep as a parser allows, on the stack of a test thread.
#[test]
fn deep_nesting_is_refused_without_a_stack_overflow() {
    const LEVELS: usize = 10_000;
    let json = when(&nested(LEVELS));
    assert!(Model::read(&mut serde_json::Deserializer::from_str(&json)).is_err());
    let lists = rest(&format!(r#""axis": {}{}"#, "[".repeat(LEVELS), "]".repeat(LEVELS)));
    assert!(Model::read(&mut serde_json::Deserializer::from_str(&lists)).is_err());
    let dotted = format!("format = 1\nname = 'x'\n[[required]]\nid = 'g'\nwhen.{}nps = 9", "not.".repeat(LEVELS));
    assert!(toml::from_str::<Model>(&dotted).is_err());
    let tables = format!("a = {}1{}", "{ a = ".repeat(LEVELS), " }".repeat(LEVELS));
    assert!(toml::from_str::<Model>(&tables).is_err());

    // No parser refuses a tree in memory first. Much deeper ones overflow the stack when dropped.
    let tree = (0..1_000).fold(serde_json::Value::from(true), |inner, _| {
        serde_json::Value::Object([("not".to_owned(), inner)].into_iter().collect())
    });
    let error = Model::read(tree).unwrap_err();
    assert!(error.problems().iter().any(|problem| problem.code() == "limit"));

    let deep = (0..LEVELS).fold(score().at_least(5), |inner, _| !Condition::all([inner]));
    let model = Model::new("x").required(Gate::new("g", deep));
    let error = Scorer::<Record>::new(&model).unwrap_err();
    assert_eq!(error.problems().iter().map(Problem::code).collect::<Vec<_>>(), ["limit"]);
}
