//! The model document as plain data: read it, build it, look into it, write it.
//!
//! A [`Model`] is read with serde from TOML, JSON or another format, or built in Rust, and written with serde. A model
//! does not score; compile it into a [`Scorer`](crate::Scorer). [`Model::new`] has an example of the Rust form, and the
//! [guide](crate::_guide) describes the document key by key.
//!
//! Every part has getters, for hosts and tools that list what is in a model:
//!
//! ```
//! use warmth::Model;
//!
//! let model: Model = toml::from_str(
//!     r#"
//!     format = 1
//!     name = "readiness"
//!     [[axis]]
//!     name = "fit"
//!     [[axis.rule]]
//!     id = "nps"
//!     label = "Promoter"
//!     when.nps.at_least = 9
//!     points = 40
//!     "#,
//! )?;
//! for axis in model.axes() {
//!     for rule in axis.rules() {
//!         assert_eq!((axis.name(), rule.id(), rule.get_label()), ("fit", "nps", Some("Promoter")));
//!         for test in rule.conditions().flat_map(|condition| condition.tests()) {
//!             assert_eq!((test.input().field(), test.operator()), (Some("nps"), "at_least"));
//!         }
//!     }
//! }
//! assert!(model.fields().map(|(name, _)| name).eq(["nps"]));
//! # Ok::<(), toml::de::Error>(())
//! ```
//!
//! A getter is called `get_...` if the builder has a method of the key's name already, such as [`Rule::get_label`] next
//! to [`Rule::label`].

#[macro_use]
mod builder;

mod axis;
mod case;
mod condition;
pub mod diff;
mod document;
mod fingerprint;
mod gate;
mod handle;
pub(crate) mod limits;
mod measure;
mod outcome;
mod reads;
mod test;
mod window;
mod worth;

use chrono::{Month, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::document::node::Intake;
use self::document::{read, write};
use crate::problem::{ModelError, Path, Problem};

pub use self::axis::{Axis, AxisMissing, Group, Missing, Rule};
pub use self::case::Case;
pub(crate) use self::condition::{
    AgeWindow, Calendar, DayOp, EventMeasure, Leaf, NumberOp, Quantity, RecencyOp, Shape, TagOp, TextOp, TextSubject,
};
pub use self::condition::{Condition, IfUnknown};
pub(crate) use self::document::location::{KeyPath, Scope};
pub(crate) use self::document::names::{self, ConditionKey, Named};
pub use self::document::schema::Schema;
pub use self::fingerprint::Fingerprint;
pub use self::gate::Gate;
pub use self::handle::{Declared, FieldKind, Handle, KindOf, fields, kind};
pub use self::limits::DocumentLimits;
pub use self::measure::{
    EventField, Measure, TagsField, TextField, axis, coverage, event, events, grade, greatest_rule, rule, score,
    verdict,
};
pub(crate) use self::outcome::{Bound, Cuts, StateBound};
pub use self::outcome::{FitCuts, GradeCuts, Limit, Play, Promoter, Segment, State, Total};
pub use self::test::{Clause, Input, Operand, Test};
pub use self::window::{Period, Window, WindowEdge};
pub(crate) use self::worth::Each;
pub use self::worth::{Band, Bands, Combine, First, PerUnit, Prefer, Signal, Spend, Values, Worth};

/// A model document: gates, axes of rules, promoters, limits, a grade, states, segments, plays and cases.
///
/// Reading a model finds every wrong key, type and spelling. [`Scorer::new`](crate::Scorer::new) finds everything else
/// that is wrong, against the fields of a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) utc_offset_secs: i32, // east of UTC, less than a day
    pub(crate) week_starts: Weekday,
    pub(crate) year_starts: Month,
    pub(crate) total: Total,
    pub(crate) coverage: bool,
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
    pub(crate) document_limits: DocumentLimits,
}

impl Model {
    /// Creates an empty model: every subject is eligible and scores zero.
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
            week_starts: Weekday::Mon,
            year_starts: Month::January,
            total: Total::Mean,
            coverage: false,
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
            document_limits: DocumentLimits::default(),
        }
    }

    /// Reads a document and reports problems as data.
    ///
    /// `toml::from_str` and `serde_json::from_str` read a model too; their errors contain the same problems as text.
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
    /// If the text is not in the deserializer's format, if the document has unknown, repeated or missing keys or values
    /// of a wrong type, or if it is over one of the default [`DocumentLimits`].
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Model, ModelError> {
        Model::read_with_limits(deserializer, &DocumentLimits::default())
    }

    /// Reads a document under other limits than the default ones. The model keeps them for compiling and
    /// [`verify`](Model::verify).
    ///
    /// # Errors
    ///
    /// As [`read`](Model::read), under these limits.
    pub fn read_with_limits<'de, D: Deserializer<'de>>(
        deserializer: D,
        limits: &DocumentLimits,
    ) -> Result<Model, ModelError> {
        let limits = limits.clamped();
        let mut intake = Intake::new(&limits);
        match intake.read(deserializer) {
            Ok(node) => Ok(read::model(&node, intake.problems)?.document_limits(limits)),
            Err(error) => {
                let mut problems = intake.problems;
                problems.note(Problem::new("syntax", &Path::Root, error.to_string()));
                problems.unless_none(None)
            }
        }
    }

    /// Returns a stable hash of the model's meaning.
    ///
    /// Documents with the same meaning have the same fingerprint, whatever their format and the order of their keys:
    /// see [`Fingerprint`].
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint::of(self)
    }

    /// Returns a stable hash of the part of the model that scores: everything that can change a number of an outcome
    /// or its verdict, grade, state, segment or play.
    ///
    /// Compare it to decide whether stored scores are still right. A reworded label changes the
    /// [`fingerprint`](Model::fingerprint) and leaves this one:
    ///
    /// ```
    /// use warmth::Model;
    /// use warmth::model::{Axis, Handle, Rule, kind};
    ///
    /// let nps: Handle<kind::Number> = Handle::new("nps");
    /// let model = |label: &str, points: i32| {
    ///     let rule = Rule::new("nps", points).label(label).when(nps.at_least(9));
    ///     Model::new("readiness").axis(Axis::new("fit").rule(rule))
    /// };
    /// let (old, reworded, retuned) = (model("NPS", 10), model("Promoter", 10), model("NPS", 20));
    /// assert_ne!(old.fingerprint(), reworded.fingerprint());
    /// assert_eq!(old.scoring_fingerprint(), reworded.scoring_fingerprint());
    /// assert_ne!(old.scoring_fingerprint(), retuned.scoring_fingerprint());
    /// ```
    ///
    /// | covered | not covered |
    /// | --- | --- |
    /// | `utc_offset`, `week_starts`, `year_starts`, `total`, `coverage` | `name`, `description` |
    /// | `when` and `missing` of gates and rules, the form of a rule with all its options | `id` and `label` of gates, rules, promoters and limits |
    /// | `name`, `weight`, `base`, `available`, `missing` and `min_coverage` of axes | `label` of axes |
    /// | `min` and `max` of groups, and which rules are in them | `name` and `label` of groups, groups without bounds |
    /// | `when` and `plus` of promoters, `when`, `at_most` and `at_least` of limits | |
    /// | `grade`, states, segments | |
    /// | `name`, `grades`, `states`, `segments` and `otherwise` of plays, and their order | `owner` and `respond_within` of plays |
    /// | | cases, [`DocumentLimits`] |
    ///
    /// Models with equal hashes give equal outcomes, apart from the order of axes. Models with different hashes may
    /// still give equal outcomes, for example if one states an `available` that the other derives.
    pub fn scoring_fingerprint(&self) -> Fingerprint {
        fingerprint::of_scoring(self)
    }
}

impl<'de> Deserialize<'de> for Model {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Model, D::Error> {
        let limits = DocumentLimits::default();
        let mut intake = Intake::new(&limits);
        let node = intake.read(deserializer)?;
        read::model(&node, intake.problems).map_err(serde::de::Error::custom)
    }
}

/// Writes the whole document, without the [`DocumentLimits`].
///
/// Reading it again under the same limits gives an equal model, except that formats that sort keys may change the order
/// of tests in one table. The [fingerprint](Model::fingerprint) is the same in any case.
impl Serialize for Model {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write::model(self).serialize(serializer)
    }
}

/// Writes an entry of the list `case` of a document.
impl Serialize for Case {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write::case(self).serialize(serializer)
    }
}

setters!(Model {
    /// Sets the description. Defaults to none.
    describe(description: impl Into<String>) description = Some(description.into());
    /// Sets the minutes east of UTC at which civil days start, clamped to ±1,439 (less than a day). Defaults to 0.
    utc_offset_minutes(minutes: i32) utc_offset_secs = minutes.clamp(-1_439, 1_439) * 60;
    /// Sets the first day of the week, for [windows](Window) of weeks and caps per week. Defaults to
    /// Monday.
    week_starts(day: Weekday) week_starts = day;
    /// Sets the first month of the fiscal year, for [windows](Window) of quarters and years. Defaults to January.
    year_starts(month: Month) year_starts = month;
    /// Sets how the axis scores combine into the total. Defaults to [`Total::Mean`].
    total(total: Total) total = total;
    /// Sets whether every [`Score`](crate::Score) has its coverage. Defaults to false: scores have it only if a condition
    /// tests it or an axis can be skipped.
    coverage(coverage: bool) coverage = coverage;
    /// Sets the axes and cuts of the grade. Defaults to no grade.
    grade(grade: GradeCuts) grade = Some(grade);
    /// Sets the limits that compiling and [`verify`](Model::verify) apply. Defaults to the limits under which the model
    /// was read, and to [`DocumentLimits::default`] for a model that is built in Rust.
    document_limits(limits: DocumentLimits) document_limits = limits;
});

adders!(Model {
    /// Adds a gate whose condition must be true.
    required(gate: Gate) required;
    /// Adds a gate whose condition must not be true.
    disqualifying(gate: Gate) disqualifying;
    /// Adds an axis.
    axis(axis: Axis) axes;
    /// Adds a promoter.
    promoter(promoter: Promoter) promoters;
    /// Adds a limit on the total.
    limit(limit: Limit) limits;
    /// Adds a state.
    state(state: State) states;
    /// Adds a segment, after the existing ones.
    segment(segment: Segment) segments;
    /// Adds a play, after the existing ones.
    play(play: Play) plays;
    /// Adds a case for [`Model::verify`].
    case(case: Case) cases;
});

getters!(Model {
    /// Returns the name.
    name(self) -> &str = &self.name;
    /// Returns the description, if there is one.
    description(self) -> Option<&str> = self.description.as_deref();
    /// Returns the minutes east of UTC at which civil days start.
    get_utc_offset_minutes(self) -> i32 = self.utc_offset_secs / 60;
    /// Returns the first day of the week.
    get_week_starts(self) -> Weekday = self.week_starts;
    /// Returns the first month of the fiscal year.
    get_year_starts(self) -> Month = self.year_starts;
    /// Returns how the axis scores combine into the total.
    get_total(self) -> Total = self.total;
    /// Returns whether the model asks for the coverage of every score.
    get_coverage(self) -> bool = self.coverage;
    /// Returns the gates whose conditions must be true, in document order.
    required_gates(self) -> &[Gate] = &self.required;
    /// Returns the gates whose conditions must not be true, in document order.
    disqualifying_gates(self) -> &[Gate] = &self.disqualifying;
    /// Returns the axes, in document order.
    axes(self) -> &[Axis] = &self.axes;
    /// Returns the promoters, in document order.
    promoters(self) -> &[Promoter] = &self.promoters;
    /// Returns the limits on the total, in document order.
    limits(self) -> &[Limit] = &self.limits;
    /// Returns the axes and cuts of the grade, if the model has one.
    get_grade(self) -> Option<&GradeCuts> = self.grade.as_ref();
    /// Returns the states, in document order.
    states(self) -> &[State] = &self.states;
    /// Returns the segments, in document order.
    segments(self) -> &[Segment] = &self.segments;
    /// Returns the plays, in document order.
    plays(self) -> &[Play] = &self.plays;
    /// Returns the cases, in document order.
    cases(self) -> &[Case] = &self.cases;
    /// Returns the limits that compiling and [`verify`](Model::verify) apply.
    get_document_limits(self) -> &DocumentLimits = &self.document_limits;
});
