//! The model document: plain data, written in TOML, JSON or Rust.
//!
//! [`Model`] and everything in it can be read with serde, built in Rust, and written with serde again. Nothing here
//! runs; a [`Scorer`](crate::Scorer) is what a model is compiled into. [`Model::new`] has an example of the Rust form;
//! the [guide](crate::_guide) describes the document key by key.

mod condition;
mod fingerprint;
mod handle;
pub(crate) mod limits;
pub(crate) mod node;
mod read;
mod write;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use condition::{
    AgeWindow, Calendar, EventMeasure, EventNames, Happening, Leaf, NumberOp, Quantity, Shape, TagOp, TextOp,
    TextSubject,
};
pub use condition::{Condition, EventField, Measure, TextField, axis, event, events, grade, score, verdict};
pub use fingerprint::Fingerprint;
pub(crate) use handle::kind_code;
pub use handle::{Declared, FieldKind, Handle, KindOf, fields, kind};
pub use limits::Limits;
pub(crate) use read::RESERVED_OUTCOME;

use crate::decay::Decay;
use crate::input::facts::Record;
use crate::points::Points;
use crate::problem::{ModelError, Path, Problem};
use crate::time::Span;

/// What a score is made of: gates, axes of rules, promoters, states, a grade, segments, plays and cases.
///
/// Plain data. Reading one finds every wrong key, type and spelling; whether it makes sense for a type of facts is
/// found by [`Scorer::new`](crate::Scorer::new).
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) utc_offset_secs: i32, // east of UTC, within a day
    pub(crate) total: Total,
    pub(crate) required: Vec<Gate>,
    pub(crate) disqualifying: Vec<Gate>,
    pub(crate) axes: Vec<Axis>,
    pub(crate) promoters: Vec<Promoter>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) grade: Option<GradeCuts>,
    pub(crate) states: Vec<State>,
    pub(crate) segments: Vec<Segment>,
    pub(crate) plays: Vec<Play>,
    pub(crate) cases: Vec<Case>,
}

/// How the axis scores make the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Total {
    /// Their mean, weighted with the axes' weights. The default.
    #[default]
    Mean,
    /// The least of them.
    Min,
    /// The product of their hundredths, times 100.
    Product,
}

impl Model {
    /// An empty model: everybody is eligible and scores zero.
    ///
    /// ```
    /// use warmth::model::{Axis, Bands, Gate, Rule, Signal, State};
    /// use warmth::{Activity, Decay, Model, Scorer, Span, facts};
    ///
    /// struct Account { nps: Option<u8>, has_flagship: bool, history: Activity }
    /// facts!(Account { nps, has_flagship; activity = history });
    ///
    /// let f = warmth::fields::<Account>();
    /// let model = Model::new("readiness")
    ///     .required(Gate::new("flagship", f.has_flagship.is(true)))
    ///     .axis(Axis::new("fit").rule(Rule::new("nps", Bands::new(f.nps, [(0, -20), (7, 10), (9, 40)]))))
    ///     .axis(Axis::new("activity").rule(Rule::new(
    ///         "pricing",
    ///         Signal::new("pricing_view", 8).most_recent(5).decay(Decay::HalfLife(Span::days(14))),
    ///     )))
    ///     .state(State::new("ready", 70))
    ///     .state(State::new("cold", 0));
    /// let scorer = Scorer::<Account>::new(&model)?;
    /// # Ok::<(), warmth::ModelError>(())
    /// ```
    ///
    /// An operator that does not fit the field does not compile:
    ///
    /// ```compile_fail,E0599
    /// # struct Account { nps: Option<u8> }
    /// # warmth::facts!(Account { nps });
    /// let f = warmth::fields::<Account>();
    /// f.nps.starts_with("green");
    /// ```
    pub fn new(name: impl Into<String>) -> Model {
        Model {
            name: name.into(),
            description: None,
            utc_offset_secs: 0,
            total: Total::Mean,
            required: Vec::new(),
            disqualifying: Vec::new(),
            axes: Vec::new(),
            promoters: Vec::new(),
            limits: Vec::new(),
            grade: None,
            states: Vec::new(),
            segments: Vec::new(),
            plays: Vec::new(),
            cases: Vec::new(),
        }
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the model is for, in its author's words.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Reads a document, with typed problems instead of the text of a serde error.
    ///
    /// `toml::from_str` and `serde_json::from_str` read a model too; their errors hold the same problems as text.
    ///
    /// ```
    /// use warmth::Model;
    ///
    /// let text = r#"{ "format": 1, "name": "x", "total": "maen" }"#;
    /// let error = Model::read(&mut serde_json::Deserializer::from_str(text)).unwrap_err();
    /// assert_eq!((error.problems()[0].code(), error.problems()[0].path()), ("unknown-choice", "total"));
    /// assert_eq!(error.problems()[0].help(), Some("did you mean `mean`?"));
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not in the deserializer's format, or the document has unknown, repeated or missing keys, values
    /// of a wrong type, or is over one of the default [`Limits`].
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Model, ModelError> {
        Model::read_with_limits(deserializer, &Limits::default())
    }

    /// Reads a document under other limits than the default ones.
    ///
    /// # Errors
    ///
    /// As [`read`](Model::read).
    pub fn read_with_limits<'de, D: Deserializer<'de>>(deserializer: D, limits: &Limits) -> Result<Model, ModelError> {
        let limits = limits.held();
        let mut intake = node::Intake::new(&limits);
        match intake.read(deserializer) {
            Ok(node) => read::model(&node, intake.problems),
            Err(error) => {
                let mut problems = intake.problems;
                problems.push(Problem::new("syntax", &Path::Root, error.to_string()));
                ModelError::unless_none(problems, None)
            }
        }
    }

    /// A stable hash of what the model means.
    ///
    /// Documents that mean the same have the same fingerprint, in whatever format and order they are written: see
    /// [`Fingerprint`].
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint::of(self)
    }
}

impl<'de> Deserialize<'de> for Model {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Model, D::Error> {
        let limits = Limits::default();
        let mut intake = node::Intake::new(&limits);
        let node = intake.read(deserializer)?;
        read::model(&node, intake.problems).map_err(serde::de::Error::custom)
    }
}

/// Writes the document in full. Reading it again gives an equal model, up to the order of tests within one table where
/// the format sorts keys; the [fingerprint](Model::fingerprint) is the same in any case.
impl Serialize for Model {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write::model(self).serialize(serializer)
    }
}

/// Setters that replace one field and give the value back.
macro_rules! setters {
    ($type:ty { $($(#[$doc:meta])* $name:ident($argument:ident: $from:ty) $field:ident = $value:expr;)* }) => {
        impl $type {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $argument: $from) -> Self {
                self.$field = $value;
                self
            }
        )*}
    };
}

/// Setters that add to a list and give the value back.
macro_rules! adders {
    ($type:ty { $($(#[$doc:meta])* $name:ident($argument:ident: $from:ty) $field:ident;)* }) => {
        impl $type {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $argument: $from) -> Self {
                self.$field.push($argument.into());
                self
            }
        )*}
    };
}

setters!(Model {
    /// What the model is for. Defaults to nothing.
    describe(description: impl Into<String>) description = Some(description.into());
    /// How many minutes east of UTC its civil days begin; held within ±1,439, less than a day. Defaults to 0.
    utc_offset_minutes(minutes: i32) utc_offset_secs = minutes.clamp(-1_439, 1_439) * 60;
    /// How the axis scores make the total. Defaults to [`Total::Mean`].
    total(total: Total) total = total;
    /// The two axes that make the grade. Defaults to none.
    grade(grade: GradeCuts) grade = Some(grade);
});

adders!(Model {
    /// Adds a condition that must hold.
    required(gate: Gate) required;
    /// Adds a condition that must not hold.
    disqualifying(gate: Gate) disqualifying;
    /// Adds an axis.
    axis(axis: Axis) axes;
    /// Adds a promoter.
    promoter(promoter: Promoter) promoters;
    /// Adds a limit on the total.
    limit(limit: Limit) limits;
    /// Adds a state.
    state(state: State) states;
    /// Adds a segment, after those there are.
    segment(segment: Segment) segments;
    /// Adds a play, after those there are.
    play(play: Play) plays;
    /// Adds a case for [`Model::verify`].
    case(case: Case) cases;
});

/// A condition that must hold (`[[required]]`) or must not (`[[disqualifying]]`).
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) when: Condition,
    pub(crate) missing: GateMissing,
}

/// What an unknown gate counts as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateMissing {
    /// Unknown: a required condition leaves the subject undetermined, a disqualifying one does not disqualify.
    #[default]
    Unknown,
    /// As if the condition held.
    Holds,
    /// As if the condition did not hold.
    Fails,
}

impl Gate {
    /// A gate with an id and a condition.
    pub fn new(id: impl Into<String>, when: Condition) -> Gate {
        Gate { id: id.into(), label: None, when, missing: GateMissing::Unknown }
    }
}

setters!(Gate {
    /// What a reader sees in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
    /// What it counts as when it is unknown. Defaults to [`GateMissing::Unknown`].
    missing(missing: GateMissing) missing = missing;
});

/// One dimension of a score: rules whose points add up and are scaled to 0-100.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    pub(crate) weight: Points,
    pub(crate) base: Points,
    pub(crate) available: Option<Points>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) groups: Vec<Group>,
}

impl Axis {
    /// An axis without rules.
    pub fn new(name: impl Into<String>) -> Axis {
        Axis {
            name: name.into(),
            label: None,
            weight: Points::from(1),
            base: Points::ZERO,
            available: None,
            rules: Vec::new(),
            groups: Vec::new(),
        }
    }
}

setters!(Axis {
    /// What a reader sees in place of the name. Defaults to the name.
    label(label: impl Into<String>) label = Some(label.into());
    /// Its part in the weighted mean, never negative. Defaults to 1.
    weight(weight: impl Into<Points>) weight = weight.into();
    /// Raw points to start from. Defaults to 0.
    base(points: impl Into<Points>) base = points.into();
    /// The raw points that count as 100. Defaults to what the rules can reach.
    available(points: impl Into<Points>) available = Some(points.into());
});

adders!(Axis {
    /// Adds a rule.
    rule(rule: Rule) rules;
    /// Adds a group that rules may name.
    group(group: Group) groups;
});

/// Rules whose points count together, held within bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    pub(crate) min: Option<Points>,
    pub(crate) max: Option<Points>,
}

impl Group {
    /// A group without bounds.
    pub fn new(name: impl Into<String>) -> Group {
        Group { name: name.into(), label: None, min: None, max: None }
    }
}

setters!(Group {
    /// What a reader sees in place of the name. Defaults to the name.
    label(label: impl Into<String>) label = Some(label.into());
    /// The least its rules count together. Defaults to no bound.
    min(points: impl Into<Points>) min = Some(points.into());
    /// The most its rules count together. Defaults to no bound.
    max(points: impl Into<Points>) max = Some(points.into());
});

/// What one thing about the subject is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) when: Option<Condition>,
    pub(crate) worth: Worth,
    pub(crate) missing: Missing,
}

/// The forms of a rule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Worth {
    /// Points where the rule's condition is true.
    Points(Points),
    /// The points of the first row that is true.
    First(First),
    /// Points by the band a quantity falls into.
    Bands(Bands),
    /// Points by text.
    Values(Values),
    /// Points for every unit of a number.
    PerUnit(PerUnit),
    /// Points for events.
    Signal(Signal),
}

macro_rules! worths {
    ($($form:ident)*) => {$(
        impl From<$form> for Worth {
            fn from(form: $form) -> Worth {
                Worth::$form(form)
            }
        }
    )*};
}

worths!(Points First Bands Values PerUnit Signal);

impl From<i32> for Worth {
    fn from(points: i32) -> Worth {
        Worth::Points(points.into())
    }
}

/// What an unknown rule is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// These points. The default is zero.
    Points(Points),
    /// Nothing, and what the rule could reach is not expected of the subject either.
    Skip,
}

impl Missing {
    /// What it is worth, in millionths.
    pub(crate) fn micros(self) -> i64 {
        match self {
            Missing::Points(points) => points.micros(),
            Missing::Skip => 0,
        }
    }
}

impl Default for Missing {
    fn default() -> Missing {
        Missing::Points(Points::ZERO)
    }
}

impl Rule {
    /// A rule with an id and what it is worth: [`Points`] or whole points, [`First`], [`Bands`], [`Values`],
    /// [`PerUnit`] or a [`Signal`].
    pub fn new(id: impl Into<String>, worth: impl Into<Worth>) -> Rule {
        Rule { id: id.into(), label: None, group: None, when: None, worth: worth.into(), missing: Missing::default() }
    }
}

setters!(Rule {
    /// What a reader sees in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
    /// The group of its axis that it counts in. Defaults to none.
    group(name: impl Into<String>) group = Some(name.into());
    /// The condition for plain points, or the guard before any other form. Plain points need one.
    when(condition: Condition) when = Some(condition);
    /// What it is worth when it is unknown. Defaults to nothing.
    missing(missing: Missing) missing = missing;
});

/// The points of the first row that is true.
#[derive(Clone, Debug, PartialEq)]
pub struct First {
    pub(crate) rows: Vec<(Condition, Points)>,
    pub(crate) otherwise: Points,
}

impl First {
    /// Rows of a condition and its points, the first that is true counts.
    pub fn new<P: Into<Points>>(rows: impl IntoIterator<Item = (Condition, P)>) -> First {
        First { rows: rows.into_iter().map(|(when, points)| (when, points.into())).collect(), otherwise: Points::ZERO }
    }
}

setters!(First {
    /// What it is worth when no row is true. Defaults to 0.
    otherwise(points: impl Into<Points>) otherwise = points.into();
});

/// Points by the band a quantity falls into.
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    pub(crate) of: Quantity,
    pub(crate) rows: Vec<(f64, Points)>,
    pub(crate) exclusive: bool,
    pub(crate) below: Points,
}

impl Bands {
    /// Ascending lower bounds, inclusive, with the points from each on.
    pub fn new<B: Into<f64>, P: Into<Points>>(of: impl Into<Measure>, rows: impl IntoIterator<Item = (B, P)>) -> Bands {
        Bands {
            of: of.into().0,
            rows: rows.into_iter().map(|(bound, points)| (bound.into(), points.into())).collect(),
            exclusive: false,
            below: Points::ZERO,
        }
    }
}

setters!(Bands {
    /// Whether a quantity must be above a bound instead of at it. Defaults to false.
    exclusive(exclusive: bool) exclusive = exclusive;
    /// What a quantity below the first bound is worth. Defaults to 0.
    below(points: impl Into<Points>) below = points.into();
});

/// Points by text.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    pub(crate) field: String,
    pub(crate) rows: Vec<(String, Points)>,
    pub(crate) otherwise: Points,
    pub(crate) combine: Option<Combine>,
}

/// What several tags of one subject are worth together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Combine {
    /// The greatest points among them.
    Best,
    /// The sum of their points.
    Sum,
}

impl Values {
    /// Each text with its points.
    pub fn new<T: Into<String>, P: Into<Points>>(
        field: Handle<kind::Text>,
        rows: impl IntoIterator<Item = (T, P)>,
    ) -> Values {
        Values::of(field.name(), rows, None)
    }

    /// Each tag with its points, and what several of them are worth together.
    pub fn of_tags<T: Into<String>, P: Into<Points>>(
        field: Handle<kind::Tags>,
        rows: impl IntoIterator<Item = (T, P)>,
        combine: Combine,
    ) -> Values {
        Values::of(field.name(), rows, Some(combine))
    }

    fn of<T: Into<String>, P: Into<Points>>(
        field: &str,
        rows: impl IntoIterator<Item = (T, P)>,
        combine: Option<Combine>,
    ) -> Values {
        Values {
            field: field.to_owned(),
            rows: rows.into_iter().map(|(text, points)| (text.into(), points.into())).collect(),
            otherwise: Points::ZERO,
            combine,
        }
    }
}

setters!(Values {
    /// What any other text is worth. Defaults to 0.
    otherwise(points: impl Into<Points>) otherwise = points.into();
});

/// Points for every unit of a number.
#[derive(Clone, Debug, PartialEq)]
pub struct PerUnit {
    pub(crate) field: String,
    pub(crate) points: Points,
    pub(crate) min: Option<Points>,
    pub(crate) max: Points,
}

impl PerUnit {
    /// Points times the number, at most `max`.
    pub fn new(field: Handle<kind::Number>, points: impl Into<Points>, max: impl Into<Points>) -> PerUnit {
        PerUnit { field: field.name().to_owned(), points: points.into(), min: None, max: max.into() }
    }
}

setters!(PerUnit {
    /// The least it is worth. Defaults to -10^9, where every sum is held.
    min(points: impl Into<Points>) min = Some(points.into());
});

/// Points for events: how many, how recent, how much.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    pub(crate) events: EventNames,
    pub(crate) each: Each,
    pub(crate) window: Option<Span>,
    pub(crate) per_day: Option<u32>,
    pub(crate) min_count: Option<u32>,
    pub(crate) most_recent: Option<u32>,
    pub(crate) max: Option<Points>,
    pub(crate) decay: Decay,
}

/// What one event is worth before decay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Each {
    /// These points.
    Event(Points),
    /// These points times its amount.
    Unit(Points),
}

impl Signal {
    /// Each such event is worth `points` before decay.
    pub fn new(event: impl Into<String>, points: impl Into<Points>) -> Signal {
        Signal::of(event.into(), Each::Event(points.into()))
    }

    /// Each such event is worth `points` times its amount before decay.
    pub fn per_unit(event: impl Into<String>, points: impl Into<Points>) -> Signal {
        Signal::of(event.into(), Each::Unit(points.into()))
    }

    fn of(event: String, each: Each) -> Signal {
        Signal {
            events: EventNames(vec![event]),
            each,
            window: None,
            per_day: None,
            min_count: None,
            most_recent: None,
            max: None,
            decay: Decay::None,
        }
    }

    /// Counts events of this name too.
    #[must_use]
    pub fn or(mut self, event: impl Into<String>) -> Signal {
        self.events.0.push(event.into());
        self
    }
}

setters!(Signal {
    /// Only events younger than this count. Defaults to no window.
    window(span: Span) window = Some(span);
    /// At most this many of each civil day count, the latest ones. Defaults to all.
    per_day(count: u32) per_day = Some(count);
    /// With fewer events than this the signal is worth nothing. Defaults to none.
    min_count(count: u32) min_count = Some(count);
    /// Only this many of the latest events count. Defaults to all.
    most_recent(count: u32) most_recent = Some(count);
    /// The most the signal is worth, to either side of zero. Defaults to 10^9, where every sum is held.
    max(points: impl Into<Points>) max = Some(points.into());
    /// How much of its worth an event keeps as it ages. Defaults to all.
    decay(decay: Decay) decay = decay;
});

/// Score points on top of the total where a condition is true.
#[derive(Clone, Debug, PartialEq)]
pub struct Promoter {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) when: Condition,
    pub(crate) plus: Points,
}

impl Promoter {
    /// `plus` score points (greater than zero) where the condition is true.
    pub fn new(id: impl Into<String>, when: Condition, plus: impl Into<Points>) -> Promoter {
        Promoter { id: id.into(), label: None, when, plus: plus.into() }
    }
}

setters!(Promoter {
    /// What a reader sees in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
});

/// A bound on the total where a condition is true. Floors come before caps, so that a cap always holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    pub(crate) id: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) when: Condition,
    pub(crate) bound: Bound,
}

/// Which way a [`Limit`] holds the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    AtMost(Points),
    AtLeast(Points),
}

impl Limit {
    /// The total is at most `score` where the condition is true.
    pub fn at_most(when: Condition, score: impl Into<Points>) -> Limit {
        Limit { id: None, label: None, when, bound: Bound::AtMost(score.into()) }
    }

    /// The total is at least `score` where the condition is true.
    pub fn at_least(when: Condition, score: impl Into<Points>) -> Limit {
        Limit { id: None, label: None, when, bound: Bound::AtLeast(score.into()) }
    }
}

setters!(Limit {
    /// A name that is unique in the model. Defaults to none.
    id(id: impl Into<String>) id = Some(id.into());
    /// What a reader sees in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
});

/// The two axes of the grade and their cuts: letters for fit, numbers for activity.
#[derive(Clone, Debug, PartialEq)]
pub struct GradeCuts {
    pub(crate) fit: Cuts,
    pub(crate) activity: Cuts,
}

/// One side of the grade.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cuts {
    pub(crate) axis: String,
    pub(crate) cuts: Vec<Points>,
}

impl GradeCuts {
    /// Each side is the name of an axis and strictly falling cuts: with `[75, 50, 25]` a score is `A` from 75,
    /// `B` from 50, `C` from 25 and `D` below.
    pub fn new<P: Into<Points>>(
        fit: (impl Into<String>, impl IntoIterator<Item = P>),
        activity: (impl Into<String>, impl IntoIterator<Item = P>),
    ) -> GradeCuts {
        GradeCuts {
            fit: Cuts { axis: fit.0.into(), cuts: fit.1.into_iter().map(Into::into).collect() },
            activity: Cuts { axis: activity.0.into(), cuts: activity.1.into_iter().map(Into::into).collect() },
        }
    }
}

/// A named range of the score, from a lower bound up to the next state's.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub(crate) name: String,
    pub(crate) from: StateBound,
}

/// Where a [`State`] begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateBound {
    /// At this final score.
    Score(Points),
    /// At these raw points, added up over the axes.
    Points(Points),
}

impl State {
    /// A state from this final score on.
    pub fn new(name: impl Into<String>, at_least: impl Into<Points>) -> State {
        State { name: name.into(), from: StateBound::Score(at_least.into()) }
    }

    /// A state from these raw points on, added up over the axes before scaling and promoters.
    pub fn at_least_points(name: impl Into<String>, points: impl Into<Points>) -> State {
        State { name: name.into(), from: StateBound::Points(points.into()) }
    }
}

/// A named group of subjects: the first whose condition is true. The last one has no condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    pub(crate) name: String,
    pub(crate) when: Option<Condition>,
}

impl Segment {
    /// A segment with a condition.
    pub fn new(name: impl Into<String>, when: Condition) -> Segment {
        Segment { name: name.into(), when: Some(when) }
    }

    /// The last segment, which everybody falls into who is in no other.
    pub fn otherwise(name: impl Into<String>) -> Segment {
        Segment { name: name.into(), when: None }
    }
}

/// What to do about an outcome: the first play whose every list names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Play {
    pub(crate) name: String,
    pub(crate) grades: Vec<String>,
    pub(crate) states: Vec<String>,
    pub(crate) segments: Vec<String>,
    pub(crate) otherwise: bool,
    pub(crate) owner: Option<String>,
    pub(crate) respond_within: Option<Span>,
}

impl Play {
    /// A play that names nothing yet; it needs grades, states or segments, or to be the one for everybody else.
    pub fn new(name: impl Into<String>) -> Play {
        Play {
            name: name.into(),
            grades: Vec::new(),
            states: Vec::new(),
            segments: Vec::new(),
            otherwise: false,
            owner: None,
            respond_within: None,
        }
    }
}

adders!(Play {
    /// Adds a grade: a cell such as `A1`, or a row or column such as `C*` or `*4`.
    grade(grade: impl Into<String>) grades;
    /// Adds a state.
    state(state: impl Into<String>) states;
    /// Adds a segment.
    segment(segment: impl Into<String>) segments;
});

setters!(Play {
    /// Whether it applies where no other play does. Defaults to false.
    otherwise(otherwise: bool) otherwise = otherwise;
    /// Who plays it. Defaults to nobody.
    owner(owner: impl Into<String>) owner = Some(owner.into());
    /// How soon. Defaults to no time.
    respond_within(span: Span) respond_within = Some(span);
});

/// An example with its expected outcome, run by [`Model::verify`].
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub(crate) name: String,
    pub(crate) as_of: DateTime<Utc>,
    pub(crate) subject: Record,
    pub(crate) expect: Expect,
}

/// What a [`Case`] expects; what is not said is not checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Expect {
    pub(crate) verdict: Option<String>,
    pub(crate) score: Option<Points>,
    pub(crate) axes: Vec<(String, Points)>,
    pub(crate) grade: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) segment: Option<String>,
    pub(crate) play: Option<String>,
}

impl Case {
    /// A case that scores `subject` at `as_of` and expects nothing yet.
    pub fn new(name: impl Into<String>, as_of: DateTime<Utc>, subject: Record) -> Case {
        Case { name: name.into(), as_of, subject, expect: Expect::default() }
    }

    /// Expects this score on the named axis.
    #[must_use]
    pub fn expect_axis(mut self, axis: impl Into<String>, score: impl Into<Points>) -> Case {
        self.expect.axes.push((axis.into(), score.into()));
        self
    }
}

/// Setters for what a case expects.
macro_rules! expectations {
    ($($(#[$doc:meta])* $name:ident($argument:ident: $from:ty) $field:ident;)*) => {
        impl Case {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $argument: $from) -> Case {
                self.expect.$field = Some($argument.into());
                self
            }
        )*}
    };
}

expectations! {
    /// Expects this verdict, in lower case. Defaults to any.
    expect_verdict(verdict: impl Into<String>) verdict;
    /// Expects exactly this score. Defaults to any.
    expect_score(score: impl Into<Points>) score;
    /// Expects this grade. Defaults to any.
    expect_grade(grade: impl Into<String>) grade;
    /// Expects this state. Defaults to any.
    expect_state(state: impl Into<String>) state;
    /// Expects this segment. Defaults to any.
    expect_segment(segment: impl Into<String>) segment;
    /// Expects this play. Defaults to any.
    expect_play(play: impl Into<String>) play;
}
