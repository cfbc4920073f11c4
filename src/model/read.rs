//! From nodes to a model: every wrong key, type and spelling is noted, and reading goes on.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::condition::{
    AgeWindow, Calendar, Condition, EventMeasure, EventNames, Happening, Leaf, NumberOp, Quantity, Shape, TagOp,
    TextOp, TextSubject,
};
use super::node::Node;
use super::{
    Axis, Bands, Bound, Case, Combine, Cuts, Each, Expect, First, Gate, GateMissing, GradeCuts, Group, Limit, Missing,
    Model, PerUnit, Play, Promoter, Rule, Segment, Signal, State, StateBound, Total, Values, Worth,
};
use crate::decay::Decay;
use crate::input::activity::Activity;
use crate::input::facts::{Record, Value};
use crate::points::Points;
use crate::problem::{ModelError, Path, Problem, nearest};
use crate::time::Span;

/// The one version of the document there is.
pub(super) const FORMAT: i64 = 1;

/// Reads a model; `problems` were found on the way in.
pub(super) fn model(node: &Node, problems: Vec<Problem>) -> Result<Model, ModelError> {
    let mut reader = Reader { problems };
    let model = reader.model(node);
    in_document_order(&mut reader.problems, node);
    ModelError::unless_none(reader.problems, model)
}

/// Keys are taken in an order of our own, which is not that of the document.
fn in_document_order(problems: &mut [Problem], node: &Node) {
    fn visit(node: &Node, path: &Path<'_>, places: &mut HashMap<String, usize>) {
        let place = places.len();
        places.insert(path.to_string(), place);
        match node {
            Node::Table(entries) => entries.iter().for_each(|(key, node)| visit(node, &path.key(key), places)),
            Node::List(items) => {
                items.iter().enumerate().for_each(|(index, node)| visit(node, &path.index(index), places));
            }
            _ => {}
        }
    }
    if problems.len() > 1 {
        let mut places = HashMap::new();
        visit(node, &Path::Root, &mut places);
        problems.sort_by_key(|problem| places.get(problem.path()).copied().unwrap_or(usize::MAX));
    }
}

/// The options of a rule's forms, and the forms they belong to.
const OPTIONS: [(&str, &str); 7] = [
    ("otherwise", "`first` and `values`"),
    ("bounds", "`bands`"),
    ("below", "`bands`"),
    ("by", "`bands` over dates and events"),
    ("ratio_to", "`bands` over numbers"),
    ("within", "`bands` over events, other than by `days_since_last`"),
    ("combine", "`values` of tags"),
];

/// Where a condition stands decides what it may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Gates and rules: the subject alone.
    Subject,
    /// Promoters, limits and segments: the outcome too.
    Outcome,
}

/// Whether a format is one that only later versions of this crate read.
fn newer(format: &Node) -> bool {
    matches!(format, Node::Whole(format) if *format > FORMAT)
}

struct Reader {
    problems: Vec<Problem>,
}

/// A table while its keys are taken one by one; those left over are unknown.
struct Keys<'n, 'p> {
    entries: &'n [(String, Node)],
    asked: Vec<&'static str>,
    missing: Vec<&'static str>,
    path: &'p Path<'p>,
}

impl<'n> Keys<'n, '_> {
    fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        self.entries.iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }

    fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(own, _)| own == key)
    }

    fn required<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnOnce(&mut Reader, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = self.take(key) else {
            self.missing.push(key);
            return None;
        };
        read(reader, value, &self.path.key(key))
    }

    /// `Some(None)` where the key is absent, `None` where its value is wrong.
    #[expect(clippy::option_option, reason = "absent and wrong are told apart")]
    fn optional<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnOnce(&mut Reader, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.take(key) {
            None => Some(None),
            Some(value) => read(reader, value, &self.path.key(key)).map(Some),
        }
    }

    fn or_default<T: Default>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnOnce(&mut Reader, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        self.optional(reader, key, read).map(Option::unwrap_or_default)
    }

    /// Notes keys that are unknown, and those missing that none of these was meant for. Whether all keys are known.
    fn finish(mut self, reader: &mut Reader) -> bool {
        let mut all_known = true;
        for (key, _) in self.entries {
            if self.asked.contains(&key.as_str()) {
                continue;
            }
            all_known = false;
            let meant = nearest(key, self.asked.iter().copied());
            self.missing.retain(|missing| Some(*missing) != meant);
            let problem = Problem::new("unknown-key", &self.path.key(key), format!("there is no key `{key}` here"));
            let beside = OPTIONS.iter().find(|(option, _)| self.asked.contains(&"per_unit") && option == key);
            let decays = ["half_life", "linear", "drop", "keep", "table"].contains(&key.as_str());
            reader.note(match beside {
                None if decays && self.asked.contains(&"decay") => problem.with_help("it stands in `decay`"),
                Some((_, forms)) => problem.with_help(format!("it stands beside {forms}")),
                None => problem.suggesting(reader.problems.len(), key, self.asked.iter().copied()),
            });
        }
        for key in self.missing {
            reader.note(Problem::new("missing-key", self.path, format!("the key `{key}` is missing")));
        }
        all_known
    }
}

impl Reader {
    fn note(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn wrong_type<T>(&mut self, node: &Node, path: &Path<'_>, expected: &str) -> Option<T> {
        if *node != Node::Refused {
            self.note(Problem::new("wrong-type", path, format!("expected {expected}, found {}", node.what())));
        }
        None
    }

    /// As [`wrong_type`](Reader::wrong_type), for a list that may be one of another length.
    fn wrong_length<T>(&mut self, node: &Node, path: &Path<'_>, expected: &str) -> Option<T> {
        let Node::List(items) = node else {
            return self.wrong_type(node, path, expected);
        };
        let message = format!("expected {expected}, found a list of {}", items.len());
        self.note(Problem::new("wrong-type", path, message));
        None
    }

    fn entries<'n>(&mut self, node: &'n Node, path: &Path<'_>) -> Option<&'n [(String, Node)]> {
        match node {
            Node::Table(entries) => Some(entries),
            _ => self.wrong_type(node, path, "a table"),
        }
    }

    fn keys<'n, 'p>(&mut self, node: &'n Node, path: &'p Path<'p>) -> Option<Keys<'n, 'p>> {
        self.entries(node, path).map(|entries| Keys { entries, asked: Vec::new(), missing: Vec::new(), path })
    }

    /// Every item of a list; items that cannot be read are left out, and the whole is `None` if there are any.
    fn list<T>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        mut read: impl FnMut(&mut Reader, &Node, &Path<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Node::List(items) = node else {
            return self.wrong_type(node, path, "a list");
        };
        let read: Vec<Option<T>> =
            items.iter().enumerate().map(|(place, item)| read(self, item, &path.index(place))).collect();
        read.into_iter().collect()
    }

    fn flag(&mut self, node: &Node, path: &Path<'_>) -> Option<bool> {
        match node {
            Node::Flag(flag) => Some(*flag),
            _ => self.wrong_type(node, path, "true or false"),
        }
    }

    fn text(&mut self, node: &Node, path: &Path<'_>) -> Option<String> {
        match node {
            Node::Text(text) => Some(text.clone()),
            _ => self.wrong_type(node, path, "a text"),
        }
    }

    /// A text that names something.
    fn name(&mut self, node: &Node, path: &Path<'_>) -> Option<String> {
        let text = self.text(node, path)?;
        if text.is_empty() {
            self.note(Problem::new("empty", path, "a name must not be empty"));
            return None;
        }
        Some(text)
    }

    fn names(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<String>> {
        self.list(node, path, Reader::name)
    }

    fn texts(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<String>> {
        let texts = self.list(node, path, Reader::text)?;
        if texts.is_empty() {
            self.note(Problem::new("empty", path, "an empty list would never or always match"));
            return None;
        }
        Some(texts)
    }

    fn number(&mut self, node: &Node, path: &Path<'_>) -> Option<f64> {
        match node.number() {
            Some(number) => Some(number),
            None => self.wrong_type(node, path, "a number"),
        }
    }

    fn points(&mut self, node: &Node, path: &Path<'_>) -> Option<Points> {
        let number = self.number(node, path)?;
        let points = Points::try_from(number).ok();
        if points.is_none() && number.abs() > 1e12 {
            self.note(Problem::new("out-of-range", path, format!("`{number:?}` is too large a number")));
        } else if points.is_none() {
            // Written out, but for hundreds of zeros.
            let number = if number.abs() < 1e-15 { format!("{number:e}") } else { number.to_string() };
            let message = format!("`{number}` has more than six decimal places");
            let help = "points and percentages are exact; round it to millionths";
            self.note(Problem::new("too-precise", path, message).with_help(help));
        }
        points
    }

    fn count(&mut self, node: &Node, path: &Path<'_>) -> Option<u32> {
        match node {
            Node::Whole(whole) if *whole >= 1 && u32::try_from(*whole).is_ok() => u32::try_from(*whole).ok(),
            Node::Whole(_) | Node::Number(_) => {
                self.note(Problem::new("out-of-range", path, "a count is a whole number from 1 to 4294967295"));
                None
            }
            _ => self.wrong_type(node, path, "a whole number"),
        }
    }

    fn span(&mut self, node: &Node, path: &Path<'_>) -> Option<Span> {
        self.parsed(node, path, "bad-span", "a span of time as text, such as \"14d\"")
    }

    fn date(&mut self, node: &Node, path: &Path<'_>) -> Option<NaiveDate> {
        let text = self.text(node, path)?;
        let date = text.parse().ok();
        if date.is_none() {
            self.note(
                Problem::new("bad-date", path, format!("`{text}` is not a date"))
                    .with_help("write it as \"2026-11-22\""),
            );
        }
        date
    }

    fn instant(&mut self, node: &Node, path: &Path<'_>) -> Option<DateTime<Utc>> {
        let text = self.text(node, path)?;
        let instant = DateTime::parse_from_rfc3339(&text).ok().map(|at| at.to_utc());
        if instant.is_none() {
            self.note(
                Problem::new("bad-date", path, format!("`{text}` is not an instant"))
                    .with_help("write it as \"2026-11-22T09:00:00Z\""),
            );
        }
        instant
    }

    /// A text with a form of its own, whose error says what is wrong.
    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        code: &'static str,
        expected: &str,
    ) -> Option<T> {
        let Node::Text(text) = node else {
            return self.wrong_type(node, path, expected);
        };
        text.parse().map_err(|error: T::Err| self.note(Problem::new(code, path, error.to_string()))).ok()
    }

    fn choice<T: Copy>(&mut self, node: &Node, path: &Path<'_>, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(node, path)?;
        let chosen = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if chosen.is_none() {
            let known: Vec<_> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
            let one_of = if known.len() > 1 { "one of " } else { "" };
            let message = format!("`{text}` is not {one_of}{}", known.join(", "));
            let problem = Problem::new("unknown-choice", path, message);
            self.note(problem.suggesting(self.problems.len(), &text, choices.iter().map(|(name, _)| *name)));
        }
        chosen
    }

    fn model(&mut self, node: &Node) -> Option<Model> {
        let root = Path::Root;
        let mut keys = self.keys(node, &root)?;
        let format = keys.required(self, "format", Reader::format);
        if keys.entries.iter().any(|(key, node)| key == "format" && newer(node)) {
            // What else is in it may be right in that format.
            return None;
        }
        let name = keys.required(self, "name", Reader::name);
        let description = keys.optional(self, "description", Reader::text);
        let utc_offset_secs = keys.optional(self, "utc_offset", Reader::utc_offset);
        let totals = [("mean", Total::Mean), ("min", Total::Min), ("product", Total::Product)];
        let total = keys.or_default(self, "total", |reader, node, path| reader.choice(node, path, &totals));
        let required = keys.or_default(self, "required", |reader, node, path| reader.list(node, path, Reader::gate));
        let disqualifying =
            keys.or_default(self, "disqualifying", |reader, node, path| reader.list(node, path, Reader::gate));
        let axes = keys.or_default(self, "axis", |reader, node, path| reader.list(node, path, Reader::axis));
        let promoters =
            keys.or_default(self, "promoter", |reader, node, path| reader.list(node, path, Reader::promoter));
        let limits = keys.or_default(self, "limit", |reader, node, path| reader.list(node, path, Reader::limit));
        let grade = keys.optional(self, "grade", Reader::grade);
        let states = keys.or_default(self, "state", |reader, node, path| reader.list(node, path, Reader::state));
        let segments = keys.or_default(self, "segment", |reader, node, path| reader.list(node, path, Reader::segment));
        let plays = keys.or_default(self, "play", |reader, node, path| reader.list(node, path, Reader::play));
        let cases = keys.or_default(self, "case", |reader, node, path| reader.list(node, path, Reader::case));
        keys.finish(self);
        format?;
        Some(Model {
            name: name?,
            description: description?,
            utc_offset_secs: utc_offset_secs?.unwrap_or(0),
            total: total?,
            required: required?,
            disqualifying: disqualifying?,
            axes: axes?,
            promoters: promoters?,
            limits: limits?,
            grade: grade?,
            states: states?,
            segments: segments?,
            plays: plays?,
            cases: cases?,
        })
    }

    fn format(&mut self, node: &Node, path: &Path<'_>) -> Option<()> {
        match node {
            Node::Whole(FORMAT) => Some(()),
            Node::Whole(format) if newer(node) => {
                let message = format!("this document is in format {format}, which is newer than format {FORMAT}");
                self.note(Problem::new("format", path, message).with_help("use a newer version of warmth"));
                None
            }
            Node::Whole(_) | Node::Number(_) => {
                self.note(Problem::new("format", path, format!("there is no such format; write `format = {FORMAT}`")));
                None
            }
            _ => self.wrong_type(node, path, "the number 1"),
        }
    }

    /// `+05:30` in seconds.
    fn utc_offset(&mut self, node: &Node, path: &Path<'_>) -> Option<i32> {
        let text = self.text(node, path)?;
        let parse = || {
            let sign = if text.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
            let two_digits = |part: &str| {
                let plain = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| part.parse::<u8>().ok()).flatten()
            };
            let (hours, minutes) = (two_digits(hours).filter(|h| *h < 24)?, two_digits(minutes).filter(|m| *m < 60)?);
            Some(sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60))
        };
        let secs = parse();
        if secs.is_none() {
            self.note(
                Problem::new("bad-offset", path, format!("`{text}` is not an offset from UTC"))
                    .with_help("write it as \"+01:00\""),
            );
        }
        secs
    }

    fn gate(&mut self, node: &Node, path: &Path<'_>) -> Option<Gate> {
        let mut keys = self.keys(node, path)?;
        let id = keys.required(self, "id", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let when = keys.required(self, "when", |reader, node, path| reader.condition(node, path, Scope::Subject));
        let choices = [("holds", GateMissing::Holds), ("fails", GateMissing::Fails)];
        let missing = keys.or_default(self, "missing", |reader, node, path| reader.choice(node, path, &choices));
        keys.finish(self);
        Some(Gate { id: id?, label: label?, when: when?, missing: missing? })
    }

    fn promoter(&mut self, node: &Node, path: &Path<'_>) -> Option<Promoter> {
        let mut keys = self.keys(node, path)?;
        let id = keys.required(self, "id", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let when = keys.required(self, "when", |reader, node, path| reader.condition(node, path, Scope::Outcome));
        let plus = keys.required(self, "plus", Reader::points);
        keys.finish(self);
        Some(Promoter { id: id?, label: label?, when: when?, plus: plus? })
    }

    fn limit(&mut self, node: &Node, path: &Path<'_>) -> Option<Limit> {
        let mut keys = self.keys(node, path)?;
        let id = keys.optional(self, "id", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let when = keys.required(self, "when", |reader, node, path| reader.condition(node, path, Scope::Outcome));
        let at_most = keys.optional(self, "at_most", Reader::points);
        let at_least = keys.optional(self, "at_least", Reader::points);
        let known = keys.finish(self);
        let bound = self.bound(at_most?, at_least?, known, path);
        Some(Limit { id: id?, label: label?, when: when?, bound: bound? })
    }

    fn bound(
        &mut self,
        at_most: Option<Points>,
        at_least: Option<Points>,
        known: bool,
        path: &Path<'_>,
    ) -> Option<Bound> {
        match (at_most, at_least) {
            (Some(score), None) => Some(Bound::AtMost(score)),
            (None, Some(score)) => Some(Bound::AtLeast(score)),
            // A key that is unknown may have been meant for one of them.
            (None, None) if !known => None,
            _ => {
                self.note(Problem::new("forms", path, "a limit has either `at_most` or `at_least`"));
                None
            }
        }
    }

    fn axis(&mut self, node: &Node, path: &Path<'_>) -> Option<Axis> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let weight = keys.optional(self, "weight", Reader::points);
        let base = keys.or_default(self, "base", Reader::points);
        let available = keys.optional(self, "available", Reader::points);
        let rules = keys.or_default(self, "rule", |reader, node, path| reader.list(node, path, Reader::rule));
        let groups = keys.or_default(self, "group", |reader, node, path| reader.list(node, path, Reader::group));
        keys.finish(self);
        Some(Axis {
            name: name?,
            label: label?,
            weight: weight?.unwrap_or(Points::from(1)),
            base: base?,
            available: available?,
            rules: rules?,
            groups: groups?,
        })
    }

    fn group(&mut self, node: &Node, path: &Path<'_>) -> Option<Group> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let min = keys.optional(self, "min", Reader::points);
        let max = keys.optional(self, "max", Reader::points);
        keys.finish(self);
        Some(Group { name: name?, label: label?, min: min?, max: max? })
    }

    fn rule(&mut self, node: &Node, path: &Path<'_>) -> Option<Rule> {
        let mut keys = self.keys(node, path)?;
        let id = keys.required(self, "id", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let group = keys.optional(self, "group", Reader::name);
        let when = keys.optional(self, "when", |reader, node, path| reader.condition(node, path, Scope::Subject));
        let missing = keys.or_default(self, "missing", Reader::missing);
        let worth = self.worth(&mut keys);
        keys.finish(self);
        Some(Rule { id: id?, label: label?, group: group?, when: when?, worth: worth?, missing: missing? })
    }

    fn missing(&mut self, node: &Node, path: &Path<'_>) -> Option<Missing> {
        match node {
            Node::Text(_) => return self.choice(node, path, &[("skip", Missing::Skip)]),
            Node::Table(_) => {}
            _ => return self.wrong_type(node, path, "`{ points = ... }` or \"skip\""),
        }
        let mut keys = self.keys(node, path)?;
        let points = keys.required(self, "points", Reader::points);
        keys.finish(self);
        points.map(Missing::Points)
    }

    /// The one form that a rule has, with the options that belong to it; options of other forms stay unknown keys.
    fn worth(&mut self, keys: &mut Keys<'_, '_>) -> Option<Worth> {
        const FORMS: [&str; 6] = ["points", "first", "bands", "values", "per_unit", "signal"];
        let forms: Vec<_> = FORMS.into_iter().filter(|form| keys.has(form)).collect();
        keys.asked.extend(FORMS);
        let [form] = forms[..] else {
            // Options cannot be told from unknown keys without a form; one problem is enough.
            keys.asked.extend(OPTIONS.map(|(option, _)| option));
            let misspelt = |key: &String| !keys.asked.contains(&key.as_str()) && nearest(key, FORMS).is_some();
            if forms.is_empty() && keys.entries.iter().any(|(key, _)| misspelt(key)) {
                return None;
            }
            let message = match forms[..] {
                [] => "a rule says what it is worth in one of `points`, `first`, `bands`, `values`, `per_unit` or `signal`".to_owned(),
                _ => format!("a rule has one form, and this one has {}", forms.iter().map(|form| format!("`{form}`")).collect::<Vec<_>>().join(" and ")),
            };
            self.note(Problem::new("forms", keys.path, message));
            return None;
        };
        match form {
            "points" => keys.required(self, "points", Reader::points).map(Worth::Points),
            "first" => self.first(keys).map(Worth::First),
            "bands" => self.bands(keys).map(Worth::Bands),
            "values" => self.values(keys).map(Worth::Values),
            "per_unit" => keys.required(self, "per_unit", Reader::per_unit).map(Worth::PerUnit),
            _ => keys.required(self, "signal", Reader::signal).map(Worth::Signal),
        }
    }

    fn first(&mut self, keys: &mut Keys<'_, '_>) -> Option<First> {
        let row = |reader: &mut Reader, node: &Node, path: &Path<'_>| {
            let mut keys = reader.keys(node, path)?;
            let when = keys.required(reader, "when", |reader, node, path| reader.condition(node, path, Scope::Subject));
            let points = keys.required(reader, "points", Reader::points);
            keys.finish(reader);
            Some((when?, points?))
        };
        let rows = keys.required(self, "first", |reader, node, path| reader.list(node, path, row));
        let otherwise = keys.or_default(self, "otherwise", Reader::points);
        Some(First { rows: rows?, otherwise: otherwise? })
    }

    /// The one field under a form's key, the escape `field` opened, and the path to it.
    fn one_field<'n, T>(
        &mut self,
        node: &'n Node,
        path: &Path<'_>,
        read: impl FnOnce(&mut Reader, &'n str, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        let [(name, value)] = self.entries(node, path)? else {
            self.note(Problem::new("forms", path, "expected one field here"));
            return None;
        };
        match name.as_str() {
            "field" => {
                let path = path.key("field");
                let [(name, value)] = self.entries(value, &path)? else {
                    self.note(Problem::new("forms", &path, "expected one field here"));
                    return None;
                };
                read(self, name, value, &path.key(name))
            }
            reserved if RESERVED.contains(&reserved) => {
                let message = format!("`{reserved}` is not a field name here");
                let help = format!("a field of that name is written `field.{reserved}`");
                self.note(Problem::new("reserved", &path.key(reserved), message).with_help(help));
                None
            }
            _ => read(self, name, value, &path.key(name)),
        }
    }

    fn pair<T>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        expected: &str,
        mut first: impl FnMut(&mut Reader, &Node, &Path<'_>) -> Option<T>,
    ) -> Option<(T, Points)> {
        match node {
            Node::List(items) if items.len() == 2 => {
                let mut items = items.iter();
                let key = first(self, items.next()?, &path.index(0));
                let points = self.points(items.next()?, &path.index(1));
                Some((key?, points?))
            }
            _ => self.wrong_length(node, path, expected),
        }
    }

    fn bands(&mut self, keys: &mut Keys<'_, '_>) -> Option<Bands> {
        let rows = |reader: &mut Reader, node: &Node, path: &Path<'_>| {
            reader.list(node, path, |reader, node, path| {
                reader.pair(node, path, "a bound and its points, `[7, 10]`", Reader::number)
            })
        };
        let exclusive = keys.or_default(self, "bounds", |reader, node, path| {
            reader.choice(node, path, &[("above", true), ("from", false)])
        });
        let below = keys.or_default(self, "below", Reader::points);
        let bands = keys.take("bands")?;
        let path = keys.path.key("bands");
        let events = match bands {
            Node::Table(entries) => matches!(&entries[..], [(name, _)] if name == "events"),
            _ => false,
        };
        let of_and_rows = if events {
            let by = EventMeasure::ALL.map(|(name, by)| (name, Some(by)));
            let by = [&by[..], &[("days_since_last", None)]].concat();
            let by = keys.required(self, "by", |reader, node, path| reader.choice(node, path, &by));
            let within = match by {
                Some(None) => Some(None),
                _ => keys.optional(self, "within", Reader::span),
            };
            let path = path.key("events");
            let inner = bands_events(bands).and_then(|node| {
                self.one_field_unreserved(node, &path, |reader, name, node, path| {
                    rows(reader, node, path).map(|rows| (name.to_owned(), rows))
                })
            });
            let (name, rows) = inner?;
            let events = EventNames(vec![name]);
            let ages = within?.map(AgeWindow::Within);
            Some((
                by?.map_or(Quantity::DaysSinceLast { events: events.clone() }, |by| Quantity::Event {
                    events,
                    by,
                    ages,
                }),
                rows,
            ))
        } else {
            let by = keys.optional(self, "by", |reader, node, path| reader.choice(node, path, &Calendar::ALL));
            let ratio = match by {
                Some(Some(_)) => Some(None),
                _ => keys.optional(self, "ratio_to", Reader::name),
            };
            let inner = self.one_field(bands, &path, |reader, name, node, path| {
                rows(reader, node, path).map(|rows| (name.to_owned(), rows))
            });
            let (field, rows) = inner?;
            let of = match (by?, ratio?) {
                (Some(by), _) => Quantity::Calendar { field, by },
                (None, Some(of)) => Quantity::Ratio { field, of },
                (None, None) => Quantity::Number { field },
            };
            Some((of, rows))
        };
        let (of, rows) = of_and_rows?;
        Some(Bands { of, rows, exclusive: exclusive?, below: below? })
    }

    /// The one name under a key where no name is reserved.
    fn one_field_unreserved<'n, T>(
        &mut self,
        node: &'n Node,
        path: &Path<'_>,
        read: impl FnOnce(&mut Reader, &'n str, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        let [(name, value)] = self.entries(node, path)? else {
            self.note(Problem::new("forms", path, "expected one event name here"));
            return None;
        };
        read(self, name, value, &path.key(name))
    }

    fn values(&mut self, keys: &mut Keys<'_, '_>) -> Option<Values> {
        let rows = |reader: &mut Reader, node: &Node, path: &Path<'_>| -> Option<Vec<(String, Points)>> {
            let entries = reader.entries(node, path)?;
            let rows: Vec<_> = entries
                .iter()
                .map(|(text, node)| reader.points(node, &path.key(text)).map(|points| (text.clone(), points)))
                .collect();
            rows.into_iter().collect()
        };
        let inner = keys.required(self, "values", |reader, node, path| {
            reader.one_field(node, path, |reader, name, node, path| {
                rows(reader, node, path).map(|rows| (name.to_owned(), rows))
            })
        });
        let otherwise = keys.or_default(self, "otherwise", Reader::points);
        let choices = [("best", Combine::Best), ("sum", Combine::Sum)];
        let combine = keys.optional(self, "combine", |reader, node, path| reader.choice(node, path, &choices));
        let (field, rows) = inner?;
        Some(Values { field, rows, otherwise: otherwise?, combine: combine? })
    }

    fn per_unit(&mut self, node: &Node, path: &Path<'_>) -> Option<PerUnit> {
        self.one_field(node, path, |reader, field, node, path| {
            let mut keys = reader.keys(node, path)?;
            let points = keys.required(reader, "points", Reader::points);
            let min = keys.optional(reader, "min", Reader::points);
            let max = keys.required(reader, "max", Reader::points);
            keys.finish(reader);
            Some(PerUnit { field: field.to_owned(), points: points?, min: min?, max: max? })
        })
    }

    fn signal(&mut self, node: &Node, path: &Path<'_>) -> Option<Signal> {
        let mut keys = self.keys(node, path)?;
        let events = keys.required(self, "event", |reader, node, path| match node {
            Node::List(_) => reader.names(node, path),
            _ => reader.name(node, path).map(|name| vec![name]),
        });
        let points = keys.optional(self, "points", Reader::points);
        let per_unit = keys.optional(self, "points_per_unit", Reader::points);
        let window = keys.optional(self, "window", Reader::span);
        let per_day = keys.optional(self, "per_day", Reader::count);
        let min_count = keys.optional(self, "min_count", Reader::count);
        let most_recent = keys.optional(self, "most_recent", Reader::count);
        let max = keys.optional(self, "max", Reader::points);
        let decay = keys.or_default(self, "decay", Reader::decay);
        let known = keys.finish(self);
        let each = match (points?, per_unit?) {
            (Some(points), None) => Each::Event(points),
            (None, Some(points)) => Each::Unit(points),
            (None, None) if !known => return None,
            _ => {
                self.note(Problem::new("forms", path, "a signal has either `points` or `points_per_unit`"));
                return None;
            }
        };
        Some(Signal {
            events: EventNames(events?),
            each,
            window: window?,
            per_day: per_day?,
            min_count: min_count?,
            most_recent: most_recent?,
            max: max?,
            decay: decay?,
        })
    }

    fn decay(&mut self, node: &Node, path: &Path<'_>) -> Option<Decay> {
        if !matches!(node, Node::Table(_)) {
            return self.wrong_type(node, path, "a table such as `{ half_life = \"14d\" }`");
        }
        let mut keys = self.keys(node, path)?;
        let stepped = |reader: &mut Reader, node: &Node, path: &Path<'_>| {
            let mut keys = reader.keys(node, path)?;
            let percent = keys.required(reader, "percent", Reader::points);
            let every = keys.required(reader, "every", Reader::span);
            keys.finish(reader);
            Some((percent?, every?))
        };
        let forms = [
            keys.optional(self, "half_life", Reader::span).map(|span| span.map(Decay::HalfLife)),
            keys.optional(self, "linear", Reader::span).map(|span| span.map(Decay::Linear)),
            keys.optional(self, "drop", stepped)
                .map(|step| step.map(|(percent, every)| Decay::Drop { percent, every })),
            keys.optional(self, "keep", stepped)
                .map(|step| step.map(|(percent, every)| Decay::Keep { percent, every })),
            keys.optional(self, "table", |reader, node, path| {
                reader.list(node, path, |reader, node, path| {
                    reader.pair(node, path, "an age and its percentage, `[\"45d\", 85]`", Reader::span)
                })
            })
            .map(|rows| rows.map(Decay::Table)),
        ];
        let entries = keys.entries.len();
        keys.finish(self);
        let forms: Option<Vec<Option<Decay>>> = forms.into_iter().collect();
        let mut forms = forms?.into_iter().flatten();
        match (forms.next(), forms.next()) {
            (Some(decay), None) => Some(decay),
            // A key that is no form was noted as unknown.
            (None, _) if entries > 0 => None,
            _ => {
                self.note(Problem::new(
                    "forms",
                    path,
                    "a decay is one of `half_life`, `linear`, `drop`, `keep` or `table`",
                ));
                None
            }
        }
    }

    fn grade(&mut self, node: &Node, path: &Path<'_>) -> Option<GradeCuts> {
        let side = |reader: &mut Reader, node: &Node, path: &Path<'_>| {
            let mut keys = reader.keys(node, path)?;
            let axis = keys.required(reader, "axis", Reader::name);
            let cuts = keys.required(reader, "cuts", |reader, node, path| reader.list(node, path, Reader::points));
            keys.finish(reader);
            Some(Cuts { axis: axis?, cuts: cuts? })
        };
        let mut keys = self.keys(node, path)?;
        let fit = keys.required(self, "fit", side);
        let activity = keys.required(self, "activity", side);
        keys.finish(self);
        Some(GradeCuts { fit: fit?, activity: activity? })
    }

    fn state(&mut self, node: &Node, path: &Path<'_>) -> Option<State> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let score = keys.optional(self, "at_least", Reader::points);
        let points = keys.optional(self, "at_least_points", Reader::points);
        let known = keys.finish(self);
        let from = match (score?, points?) {
            (Some(score), None) => StateBound::Score(score),
            (None, Some(points)) => StateBound::Points(points),
            (None, None) if !known => return None,
            _ => {
                self.note(Problem::new("forms", path, "a state has either `at_least` or `at_least_points`"));
                return None;
            }
        };
        Some(State { name: name?, from })
    }

    fn segment(&mut self, node: &Node, path: &Path<'_>) -> Option<Segment> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let when = keys.optional(self, "when", |reader, node, path| reader.condition(node, path, Scope::Outcome));
        keys.finish(self);
        Some(Segment { name: name?, when: when? })
    }

    fn play(&mut self, node: &Node, path: &Path<'_>) -> Option<Play> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let grades = keys.or_default(self, "grades", Reader::names);
        let states = keys.or_default(self, "states", Reader::names);
        let segments = keys.or_default(self, "segments", Reader::names);
        let otherwise = keys.or_default(self, "otherwise", Reader::flag);
        let owner = keys.optional(self, "owner", Reader::text);
        let respond_within = keys.optional(self, "respond_within", Reader::span);
        keys.finish(self);
        Some(Play {
            name: name?,
            grades: grades?,
            states: states?,
            segments: segments?,
            otherwise: otherwise?,
            owner: owner?,
            respond_within: respond_within?,
        })
    }

    fn case(&mut self, node: &Node, path: &Path<'_>) -> Option<Case> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let as_of = keys.required(self, "as_of", Reader::instant);
        let facts = keys.or_default(self, "facts", Reader::facts);
        let events = keys.or_default(self, "events", Reader::events);
        let expect = keys.required(self, "expect", Reader::expect);
        keys.finish(self);
        Some(Case { name: name?, as_of: as_of?, subject: facts?.with_activity(events?), expect: expect? })
    }

    fn facts(&mut self, node: &Node, path: &Path<'_>) -> Option<Record> {
        let mut record = Record::new();
        let mut complete = true;
        for (field, node) in self.entries(node, path)? {
            let path = path.key(field);
            let value: Option<Value> = match node {
                Node::Null => continue,
                Node::Flag(flag) => Some((*flag).into()),
                Node::Whole(whole) => Some((*whole).into()),
                Node::Number(number) => Some((*number).into()),
                Node::Text(text) => Some(text.as_str().into()),
                Node::List(_) => self.list(node, &path, Reader::text).map(Into::into),
                Node::Table(_) | Node::Refused => {
                    self.wrong_type(node, &path, "a fact: true or false, a number, a text or a list of texts")
                }
            };
            complete &= value.is_some();
            if let Some(value) = value {
                record.set(field, value);
            }
        }
        complete.then_some(record)
    }

    fn events(&mut self, node: &Node, path: &Path<'_>) -> Option<Activity> {
        let mut activity = Activity::new();
        let rows = self.list(node, path, |reader, node, path| {
            let mut keys = reader.keys(node, path)?;
            let event = keys.required(reader, "event", Reader::name);
            let at = keys.required(reader, "at", Reader::instant);
            let count = keys.optional(reader, "count", Reader::count);
            let amount = keys.or_default(reader, "amount", Reader::points);
            keys.finish(reader);
            Some((event?, at?, count?.unwrap_or(1), amount?))
        });
        for (event, at, count, amount) in rows? {
            activity.record_with(&event, at, count, amount);
        }
        Some(activity)
    }

    fn expect(&mut self, node: &Node, path: &Path<'_>) -> Option<Expect> {
        let mut keys = self.keys(node, path)?;
        if keys.entries.is_empty() {
            self.note(Problem::new("empty", path, "a case must expect something"));
        }
        let verdict = keys.optional(self, "verdict", Reader::name);
        let score = keys.optional(self, "score", Reader::points);
        let axes = keys.or_default(self, "axes", |reader, node, path| {
            let entries = reader.entries(node, path)?;
            let axes: Vec<_> = entries
                .iter()
                .map(|(axis, node)| reader.points(node, &path.key(axis)).map(|score| (axis.clone(), score)))
                .collect();
            axes.into_iter().collect()
        });
        let grade = keys.optional(self, "grade", Reader::name);
        let state = keys.optional(self, "state", Reader::name);
        let segment = keys.optional(self, "segment", Reader::name);
        let play = keys.optional(self, "play", Reader::name);
        keys.finish(self);
        Some(Expect {
            verdict: verdict?,
            score: score?,
            axes: axes?,
            grade: grade?,
            state: state?,
            segment: segment?,
            play: play?,
        })
    }
}

/// The table under `bands.events`.
fn bands_events(node: &Node) -> Option<&Node> {
    match node {
        Node::Table(entries) => entries.first().map(|(_, node)| node),
        _ => None,
    }
}

/// Keys of a condition that are not field names.
pub(super) const RESERVED: [&str; 6] = ["all", "any", "not", "at_least_of", "events", "field"];

/// Keys that are not field names where the outcome may be asked too.
pub(crate) const RESERVED_OUTCOME: [&str; 4] = ["axis", "score", "grade", "verdict"];

/// Help where a field bears the name of a part of the outcome.
fn no_outcome(field: &str) -> String {
    format!("`{field}` is a field name here; only promoters, limits and segments may ask for the outcome")
}

/// The tests of one table, of which there must be some.
struct Tests(Vec<Condition>);

impl Tests {
    fn add(&mut self, leaf: Leaf) {
        self.0.push(leaf.into());
    }

    /// One condition out of all of them; the single one where there is one.
    fn joined(mut self) -> Condition {
        match (self.0.pop(), self.0.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                self.0.extend(last);
                Condition(Shape::Together(self.0))
            }
        }
    }
}

impl Reader {
    fn condition(&mut self, node: &Node, path: &Path<'_>, scope: Scope) -> Option<Condition> {
        let entries = self.entries(node, path)?;
        if entries.is_empty() {
            self.note(Problem::new("empty", path, "a condition must test something"));
            return None;
        }
        let mut tests = Tests(Vec::new());
        let mut complete = true;
        for (key, node) in entries {
            complete &= self.clause(key, node, &path.key(key), scope, &mut tests).is_some();
        }
        complete.then(|| tests.joined())
    }

    /// One key of a condition: a connective, something that is asked, or a field.
    fn clause(&mut self, key: &str, node: &Node, path: &Path<'_>, scope: Scope, tests: &mut Tests) -> Option<()> {
        match key {
            "all" => tests.0.push(Condition(Shape::All(self.conditions(node, path, scope)?))),
            "any" => tests.0.push(Condition(Shape::Any(self.conditions(node, path, scope)?))),
            "not" => tests.0.push(!self.condition(node, path, scope)?),
            "at_least_of" => {
                let mut keys = self.keys(node, path)?;
                let count = keys.required(self, "count", Reader::count);
                let of = keys.required(self, "of", |reader, node, path| reader.conditions(node, path, scope));
                keys.finish(self);
                tests.0.push(Condition(Shape::AtLeastOf { count: count?, of: of? }));
            }
            "events" => {
                self.each_entry(node, path, |reader, event, node, path| reader.event_tests(event, node, path, tests))?;
            }
            "field" => {
                self.each_entry(node, path, |reader, field, node, path| reader.field_tests(field, node, path, tests))?;
            }
            "axis" if scope == Scope::Outcome => self.each_entry(node, path, |reader, axis, node, path| {
                reader.number_tests(node, path, &Quantity::Axis { name: axis.to_owned() }, tests)
            })?,
            "score" if scope == Scope::Outcome => self.number_tests(node, path, &Quantity::Score, tests)?,
            "grade" if scope == Scope::Outcome => self.outcome_text(node, path, &TextSubject::Grade, tests)?,
            "verdict" if scope == Scope::Outcome => self.outcome_text(node, path, &TextSubject::Verdict, tests)?,
            field => self.field_tests(field, node, path, tests)?,
        }
        Some(())
    }

    fn conditions(&mut self, node: &Node, path: &Path<'_>, scope: Scope) -> Option<Vec<Condition>> {
        let conditions = self.list(node, path, |reader, node, path| reader.condition(node, path, scope))?;
        if conditions.is_empty() {
            self.note(Problem::new("empty", path, "a list of conditions must not be empty"));
            return None;
        }
        Some(conditions)
    }

    /// Reads every entry of a table that must have some.
    fn each_entry(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        mut read: impl FnMut(&mut Reader, &str, &Node, &Path<'_>) -> Option<()>,
    ) -> Option<()> {
        let entries = self.entries(node, path)?;
        if entries.is_empty() {
            self.note(Problem::new("empty", path, "a condition must test something"));
            return None;
        }
        let mut complete = true;
        for (key, node) in entries {
            complete &= read(self, key, node, &path.key(key)).is_some();
        }
        complete.then_some(())
    }

    /// The tests on one field: a bare value, or a table of operators.
    fn field_tests(&mut self, field: &str, node: &Node, path: &Path<'_>, tests: &mut Tests) -> Option<()> {
        let own = || field.to_owned();
        match node {
            Node::Flag(is) => tests.add(Leaf::Flag { field: own(), is: *is }),
            Node::Whole(_) | Node::Number(_) => {
                let number = self.number(node, path)?;
                tests.add(Leaf::Number { of: Quantity::Number { field: own() }, op: NumberOp::Is(number) });
            }
            Node::Text(text) => {
                let (of, op) = (TextSubject::Field(own()), TextOp::Is(text.clone()));
                tests.add(Leaf::Text { of, op, ignore_case: false });
            }
            Node::Table(entries) => {
                let ignore_case = self.ignore_case(entries, path);
                let read = self.each_entry(node, path, |reader, op, node, path| {
                    reader.operator(field, op, node, path, ignore_case.unwrap_or_default(), tests)
                });
                return ignore_case.and(read);
            }
            _ => return self.wrong_type(node, path, "a value or a table of operators such as `one_of`"),
        }
        Some(())
    }

    /// `ignore_case` beside text operators.
    fn ignore_case(&mut self, entries: &[(String, Node)], path: &Path<'_>) -> Option<bool> {
        match entries.iter().find(|(key, _)| key == "ignore_case") {
            None => Some(false),
            Some(_) if !entries.iter().any(|(key, _)| TEXT_OPERATORS.contains(&key.as_str())) => {
                self.note(Problem::new(
                    "forms",
                    &path.key("ignore_case"),
                    "`ignore_case` stands beside an operator on a text",
                ));
                None
            }
            Some((_, node)) => self.flag(node, &path.key("ignore_case")),
        }
    }

    fn operator(
        &mut self,
        field: &str,
        op: &str,
        node: &Node,
        path: &Path<'_>,
        ignore_case: bool,
        tests: &mut Tests,
    ) -> Option<()> {
        let own = || field.to_owned();
        let number = || Quantity::Number { field: own() };
        match op {
            "ignore_case" => {}
            "known" => tests.add(Leaf::Known { field: own(), known: self.flag(node, path)? }),
            "is" if matches!(node, Node::Flag(_)) => tests.add(Leaf::Flag { field: own(), is: self.flag(node, path)? }),
            "is" | "is_not" if matches!(node, Node::Text(_)) => {
                self.text_test(op, node, path, &TextSubject::Field(own()), ignore_case, tests)?;
            }
            "is_not" if matches!(node, Node::Flag(_)) => {
                let message = "`is_not` is for numbers and texts; of a flag ask what it `is`";
                self.note(Problem::new("wrong-type", path, message));
                return None;
            }
            "is" if node.number().is_none() => return self.wrong_type(node, path, "a flag, a number or a text"),
            "is_not" if node.number().is_none() => return self.wrong_type(node, path, "a number or a text"),
            text if TEXT_OPERATORS.contains(&text) && !matches!(text, "is" | "is_not") => {
                self.text_test(op, node, path, &TextSubject::Field(own()), ignore_case, tests)?;
            }
            "ratio_to" => {
                let entries = self.entries(node, path)?;
                let of = entries.iter().find(|(key, _)| key == "field");
                let Some((_, other)) = of else {
                    self.note(Problem::new("missing-key", path, "the key `field` is missing"));
                    return None;
                };
                let of = self.name(other, &path.key("field"))?;
                let quantity = Quantity::Ratio { field: own(), of };
                self.number_table(entries, path, &["field"], &quantity, tests)?;
            }
            "has" => tests.add(Leaf::Tags { field: own(), op: TagOp::Has(self.text(node, path)?) }),
            "has_any" => tests.add(Leaf::Tags { field: own(), op: TagOp::HasAny(self.texts(node, path)?) }),
            "has_all" => tests.add(Leaf::Tags { field: own(), op: TagOp::HasAll(self.texts(node, path)?) }),
            "has_none" => tests.add(Leaf::Tags { field: own(), op: TagOp::HasNone(self.texts(node, path)?) }),
            "any_not_in" => tests.add(Leaf::Tags { field: own(), op: TagOp::AnyNotIn(self.name(node, path)?) }),
            "count" => self.number_tests(node, path, &Quantity::TagCount { field: own() }, tests)?,
            "before" => tests.add(Leaf::Day { field: own(), from: false, date: self.date(node, path)? }),
            "on_or_after" => tests.add(Leaf::Day { field: own(), from: true, date: self.date(node, path)? }),
            _ => match Calendar::ALL.iter().find(|(name, _)| *name == op) {
                Some((_, by)) => self.number_tests(node, path, &Quantity::Calendar { field: own(), by: *by }, tests)?,
                None if RESERVED_OUTCOME.contains(&field) && !NUMBER_OPERATORS.contains(&op) => {
                    let message = format!("there is no operator `{op}` here");
                    self.note(Problem::new("unknown-operator", path, message).with_help(no_outcome(field)));
                    return None;
                }
                None => self.number_test(op, node, path, &number(), tests, &FIELD_OPERATORS)?,
            },
        }
        Some(())
    }

    /// Tests on a number: a bare one, or a table of operators.
    fn number_tests(&mut self, node: &Node, path: &Path<'_>, of: &Quantity, tests: &mut Tests) -> Option<()> {
        if node.number().is_some() {
            let op = NumberOp::Is(self.number(node, path)?);
            tests.add(Leaf::Number { of: of.clone(), op });
            return Some(());
        }
        let Node::Table(entries) = node else {
            return self.wrong_type(node, path, "a number or a table of operators");
        };
        self.number_table(entries, path, &[], of, tests)
    }

    /// A table of number operators; keys in `other` are read elsewhere.
    fn number_table(
        &mut self,
        entries: &[(String, Node)],
        path: &Path<'_>,
        other: &[&str],
        of: &Quantity,
        tests: &mut Tests,
    ) -> Option<()> {
        let mut operators = entries.iter().filter(|(key, _)| !other.contains(&key.as_str())).peekable();
        if operators.peek().is_none() {
            self.note(Problem::new("empty", path, "a test on a number needs an operator such as `at_least`"));
            return None;
        }
        let mut complete = true;
        for (op, node) in operators {
            complete &= self.number_test(op, node, &path.key(op), of, tests, &[]).is_some();
        }
        complete.then_some(())
    }

    fn number_test(
        &mut self,
        op: &str,
        node: &Node,
        path: &Path<'_>,
        of: &Quantity,
        tests: &mut Tests,
        others: &[&'static str],
    ) -> Option<()> {
        let op = match op {
            "is" => NumberOp::Is(self.number(node, path)?),
            "is_not" => NumberOp::IsNot(self.number(node, path)?),
            "at_least" => NumberOp::AtLeast(self.number(node, path)?),
            "more_than" => NumberOp::MoreThan(self.number(node, path)?),
            "at_most" => NumberOp::AtMost(self.number(node, path)?),
            "less_than" => NumberOp::LessThan(self.number(node, path)?),
            "between" => {
                let bounds = self.list(node, path, Reader::number)?;
                let [low, high] = bounds[..] else {
                    return self.wrong_length(node, path, "two numbers, `[low, high]`");
                };
                NumberOp::Between(low, high)
            }
            unknown => {
                let known: Vec<_> = NUMBER_OPERATORS.into_iter().chain(others.iter().copied()).collect();
                return self.unknown_operator(unknown, path, "here", &known);
            }
        };
        tests.add(Leaf::Number { of: of.clone(), op });
        Some(())
    }

    /// A test on the grade or the verdict.
    fn outcome_text(&mut self, node: &Node, path: &Path<'_>, of: &TextSubject, tests: &mut Tests) -> Option<()> {
        match node {
            Node::Text(_) => self.text_test("is", node, path, of, false, tests),
            Node::Table(entries) => {
                let ignore_case = self.ignore_case(entries, path);
                let read = self.each_entry(node, path, |reader, op, node, path| match op {
                    "ignore_case" => Some(()),
                    _ => reader.text_test(op, node, path, of, ignore_case.unwrap_or_default(), tests),
                });
                ignore_case.and(read)
            }
            _ => self.wrong_type(node, path, "a text or a table of operators"),
        }
    }

    fn text_test(
        &mut self,
        op: &str,
        node: &Node,
        path: &Path<'_>,
        of: &TextSubject,
        ignore_case: bool,
        tests: &mut Tests,
    ) -> Option<()> {
        let op = match op {
            "is" => TextOp::Is(self.text(node, path)?),
            "is_not" => TextOp::IsNot(self.text(node, path)?),
            "one_of" => TextOp::OneOf(self.texts(node, path)?),
            "none_of" => TextOp::NoneOf(self.texts(node, path)?),
            "starts_with" => TextOp::StartsWith(self.text(node, path)?),
            "ends_with" => TextOp::EndsWith(self.text(node, path)?),
            "contains" => TextOp::Contains(self.text(node, path)?),
            unknown => return self.unknown_operator(unknown, path, "here", &TEXT_OPERATORS),
        };
        tests.add(Leaf::Text { of: of.clone(), op, ignore_case });
        Some(())
    }

    /// Helps with the names that operators have elsewhere, with a near one, or with a short list.
    fn unknown_operator<T>(&mut self, op: &str, path: &Path<'_>, place: &str, known: &[&'static str]) -> Option<T> {
        let problem = Problem::new("unknown-operator", path, format!("there is no operator `{op}` {place}"));
        let own = ELSEWHERE.iter().find(|(names, own)| names.contains(&op) && known.contains(own));
        self.note(match own {
            Some((_, own)) => problem.with_help(format!("it is written `{own}`")),
            None if known.len() > 7 || nearest(op, known.iter().copied()).is_some() => {
                problem.suggesting(self.problems.len(), op, known.iter().copied())
            }
            None => {
                let known: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
                problem.with_help(format!("there are {}", known.join(", ")))
            }
        });
        None
    }

    /// The tests on events of one name.
    fn event_tests(&mut self, event: &str, node: &Node, path: &Path<'_>, tests: &mut Tests) -> Option<()> {
        if !matches!(node, Node::Table(_)) {
            return self.wrong_type(node, path, "a table of operators such as `count`");
        }
        let events = || EventNames(vec![event.to_owned()]);
        self.each_entry(node, path, |reader, op, node, path| {
            let happened = match op {
                "last_within" => Happening::LastWithin(reader.span(node, path)?),
                "none_within" => Happening::NoneWithin(reader.span(node, path)?),
                "never" => Happening::Never(reader.flag(node, path)?),
                "days_since_last" => {
                    return reader.number_tests(node, path, &Quantity::DaysSinceLast { events: events() }, tests);
                }
                _ => {
                    let Some((_, by)) = EventMeasure::ALL.iter().find(|(name, _)| *name == op) else {
                        return reader.unknown_operator(op, path, "on events", &EVENT_OPERATORS);
                    };
                    return reader.event_measure(node, path, &events(), *by, tests);
                }
            };
            tests.add(Leaf::Happened { events: events(), op: happened });
            Some(())
        })
    }

    /// A number test on events, with the ages that count beside the operators.
    fn event_measure(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        events: &EventNames,
        by: EventMeasure,
        tests: &mut Tests,
    ) -> Option<()> {
        let quantity = |ages| Quantity::Event { events: events.clone(), by, ages };
        let Node::Table(entries) = node else {
            return self.number_tests(node, path, &quantity(None), tests);
        };
        let find = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, node)| node);
        // A list of texts is a window of ages, a list of numbers a number test.
        let ages_between = find("between")
            .filter(|node| matches!(node, Node::List(items) if items.iter().any(|item| matches!(item, Node::Text(_)))));
        let (ages, other): (_, &[&str]) = match (find("within"), ages_between) {
            (Some(_), Some(_)) => {
                self.note(Problem::new(
                    "forms",
                    path,
                    "the ages that count are given by `within` or by `between`, not by both",
                ));
                (None, &["within", "between"])
            }
            (Some(node), None) => {
                let within = self.span(node, &path.key("within"));
                (within.map(|span| Some(AgeWindow::Within(span))), &["within"])
            }
            (None, Some(node)) => {
                let path = path.key("between");
                let between = self.list(node, &path, Reader::span).and_then(|spans| match spans[..] {
                    [first, second] => Some(Some(AgeWindow::Between(first, second))),
                    _ => self.wrong_length(node, &path, "two spans of time, `[\"30d\", \"60d\"]`"),
                });
                (between, &["between"])
            }
            (None, None) => (Some(None), &[]),
        };
        let read = self.number_table(entries, path, other, &quantity(ages.flatten()), tests);
        ages.and(read)
    }
}

const NUMBER_OPERATORS: [&str; 7] = ["is", "is_not", "at_least", "more_than", "at_most", "less_than", "between"];

/// The names that operators have in other languages.
const ELSEWHERE: [(&[&str], &str); 9] = [
    (&[">=", "gte", "ge", "min"], "at_least"),
    (&[">", "gt", "greater_than", "above"], "more_than"),
    (&["<=", "lte", "le", "max"], "at_most"),
    (&["<", "lt", "fewer_than", "below"], "less_than"),
    (&["=", "==", "eq", "equals"], "is"),
    (&["!=", "<>", "ne", "neq", "not", "not_equals"], "is_not"),
    (&["in"], "one_of"),
    (&["not_in"], "none_of"),
    (&["exists"], "known"),
];

const TEXT_OPERATORS: [&str; 7] = ["is", "is_not", "one_of", "none_of", "starts_with", "ends_with", "contains"];

const EVENT_OPERATORS: [&str; 7] =
    ["count", "amount", "days", "last_within", "none_within", "never", "days_since_last"];

/// Operators on fields beside those on numbers.
const FIELD_OPERATORS: [&str; 20] = [
    "known",
    "ratio_to",
    "one_of",
    "none_of",
    "starts_with",
    "ends_with",
    "contains",
    "ignore_case",
    "has",
    "has_any",
    "has_all",
    "has_none",
    "count",
    "any_not_in",
    "days_since",
    "days_until",
    "months_since",
    "months_until",
    "before",
    "on_or_after",
];
