//! What changes from one model to another, in words.

mod details;
mod parts;
mod words;

use std::fmt;

use serde::Serialize;

use super::Model;
use super::document::write;

/// The changes from one model to another: see [`Model::diff`].
///
/// [`Display`](fmt::Display) prints one line per change. In serde it is a list of changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diff {
    changes: Vec<PartChange>,
}

impl Diff {
    /// Returns the changes in the order of the new document: settings, gates, axes with their groups and rules, promoters,
    /// limits, grade, states, segments, plays, cases.
    pub fn changes(&self) -> &[PartChange] {
        &self.changes
    }

    /// Returns whether the documents are equal, apart from comments and the order of keys.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// A part of a model that changes.
///
/// [`Display`](fmt::Display) prints one line, with long texts shortened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PartChange {
    /// The kind of the part.
    pub part: Part,
    /// The axis of a group or rule.
    pub axis: Option<String>,
    /// The id or name of the part in the old model, or in the new model if the part is new. `None` for settings, for the grade and
    /// for a list in another order.
    pub id: Option<String>,
    /// The text that explanations show, in the new model if it has the part.
    pub label: Option<String>,
    /// What happens to the part.
    pub change: PartChangeKind,
    /// What changes in the part: for a new part what it has, for a removed part what it had.
    pub details: Vec<Detail>,
}

/// A kind of parts of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// Keys of the whole model, such as `name` and `total`.
    Settings,
    /// A required gate.
    Required,
    /// A disqualifying gate.
    Disqualifying,
    /// An axis.
    Axis,
    /// A group of rules.
    Group,
    /// A rule.
    Rule,
    /// A promoter.
    Promoter,
    /// A limit.
    Limit,
    /// The grade.
    Grade,
    /// A state.
    State,
    /// A segment.
    Segment,
    /// A play.
    Play,
    /// A case.
    Case,
}

impl Part {
    /// Returns the part in words, such as `required gate`.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Settings => "model",
            Part::Required => "required gate",
            Part::Disqualifying => "disqualifying gate",
            Part::Axis => "axis",
            Part::Group => "group",
            Part::Rule => "rule",
            Part::Promoter => "promoter",
            Part::Limit => "limit",
            Part::Grade => "grade",
            Part::State => "state",
            Part::Segment => "segment",
            Part::Play => "play",
            Part::Case => "case",
        }
    }
}

/// What happens to a part of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartChangeKind {
    /// Only the new model has the part.
    Added,
    /// Only the old model has the part.
    Removed,
    /// Both models have the part, and it differs.
    Changed,
    /// The parts of this kind have another order.
    Reordered,
}

/// A value that changes in a part of a model.
///
/// [`Display`](fmt::Display) prints `half-life 14 d -> 21 d` for a change, and `half-life 21 d` for a value of a new or removed part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Detail {
    /// The value in words, such as `half-life` or `nps at least`. Empty for the points of a rule.
    pub what: String,
    /// The unit, such as `points`. Empty for values without a unit.
    pub unit: &'static str,
    /// The value in the old model in words, if it has one.
    pub before: Option<String>,
    /// The value in the new model in words, if it has one.
    pub after: Option<String>,
    #[serde(skip)]
    compared: bool,
}

impl Model {
    /// Lists what changes from this model to a new one, part by part, in words.
    ///
    /// Parts are compared with the part of the same id or name. A part with another id or name and otherwise equal keys is renamed.
    ///
    /// ```
    /// use warmth::Model;
    ///
    /// let model = |points: u32, half_life: &str| {
    ///     let text = format!(
    ///         "format = 1\nname = 'leads'\n[[axis]]\nname = 'activity'\navailable = 100\n[[axis.rule]]\nid = 'pricing'\n\
    ///          label = 'Pricing visits'\nsignal = {{ event = 'pricing_view', points = {points}, decay.half_life = '{half_life}' }}"
    ///     );
    ///     toml::from_str::<Model>(&text)
    /// };
    /// let diff = model(8, "14d")?.diff(&model(10, "21d")?);
    /// assert_eq!(diff.to_string(), "Pricing visits: 8 -> 10 points, half-life 14 d -> 21 d\n");
    ///
    /// let change = &diff.changes()[0];
    /// assert_eq!((change.axis.as_deref(), change.id.as_deref()), (Some("activity"), Some("pricing")));
    /// assert_eq!((change.details[0].before.as_deref(), change.details[0].after.as_deref()), (Some("8"), Some("10")));
    /// # Ok::<(), toml::de::Error>(())
    /// ```
    pub fn diff(&self, new: &Model) -> Diff {
        Diff { changes: parts::changes(&write::model(self), &write::model(new)) }
    }
}

/// The most details that a line shows of a new or removed part.
const DETAILS_MAX: usize = 6;

/// The most characters of a value that a line shows.
const VALUE_MAX: usize = 80;

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| writeln!(f, "{change}"))
    }
}

impl PartChange {
    /// Returns the part as people call it: the label of a rule, and `state hot` for other parts.
    pub fn subject(&self) -> String {
        let name = self.label.as_ref().or(self.id.as_ref()).map(|name| one_line(name, VALUE_MAX));
        match (self.part, name) {
            (_, _) if self.change == PartChangeKind::Reordered => match &self.axis {
                Some(axis) => format!("{}s of {}", self.part.as_str(), one_line(axis, VALUE_MAX)),
                None => format!("{}s", self.part.as_str()),
            },
            (Part::Rule, Some(name)) => name,
            (part, Some(name)) => format!("{} {name}", part.as_str()),
            (part, None) => part.as_str().to_owned(),
        }
    }
}

impl fmt::Display for PartChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = match self.change {
            PartChangeKind::Added | PartChangeKind::Removed => DETAILS_MAX,
            PartChangeKind::Changed | PartChangeKind::Reordered => usize::MAX,
        };
        let mut details: Vec<String> = self.details.iter().take(most).map(ToString::to_string).collect();
        let more = self.details.len() - details.len();
        if more > 0 {
            details.push(format!("and {more} more"));
        }
        let head = match (self.change, details.is_empty()) {
            (PartChangeKind::Added, true) => "new",
            (PartChangeKind::Added, false) => "new, ",
            (PartChangeKind::Removed, true) => "removed",
            (PartChangeKind::Removed, false) => "removed, was ",
            (PartChangeKind::Changed | PartChangeKind::Reordered, _) => "",
        };
        write!(f, "{}: {head}{}", self.subject(), details.join(", "))
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |value: &Option<String>| value.as_ref().map(|value| one_line(value, VALUE_MAX));
        let (before, after) = (short(&self.before), short(&self.after));
        if !self.what.is_empty() {
            write!(f, "{} ", one_line(&self.what, VALUE_MAX))?;
        }
        let last = after.as_ref().or(before.as_ref());
        let one = last.is_some_and(|value| value == "1" || value == "-1");
        let unit = match self.unit {
            "" => String::new(),
            unit if one => format!(" {}", unit.replacen("points", "point", 1)),
            unit => format!(" {unit}"),
        };
        match (before, after) {
            (Some(value), None) | (None, Some(value)) if !self.compared => write!(f, "{value}{unit}"),
            (Some(before), None) => write!(f, "{before}{unit} -> none"),
            (None, Some(after)) => write!(f, "none -> {after}{unit}"),
            (before, after) => {
                write!(f, "{} -> {}{unit}", before.unwrap_or_default(), after.unwrap_or_default())
            }
        }
    }
}

/// Returns the beginning of a text on one line.
fn one_line(text: &str, most: usize) -> String {
    let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut line: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        line.push('…');
    }
    line
}
