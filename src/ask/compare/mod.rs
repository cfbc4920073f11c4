//! Why a score moved: one subject seen twice, and the difference taken apart.
//!
//! Between two looks at a subject four things may have changed: the clock, what the subject did, what is known of it,
//! and the model. [`compare`](compare()) replaces one after the other, in this order, and explains what it finds after
//! each step. The difference between two neighbours is the [`Part`] of what was replaced. So the parts add up to the
//! whole difference, and the lines of a part to the part, as whole numbers of millionths.
//!
//! | part | model | facts | events | instant |
//! | --- | --- | --- | --- | --- |
//! | where it starts | old | old | old | old |
//! | [`Time`](Cause::Time) | old | old | old | **new** |
//! | [`Events`](Cause::Events) | old | old | **new** | new |
//! | [`Facts`](Cause::Facts) | old | **new** | new | new |
//! | [`Model`](Cause::Model) | **new** | new | new | new |
//!
//! The old events are those at or before the old instant. What happened after it belongs to the events, not to time,
//! also where the older snapshot holds it already. So a host that keeps no old state can look at one subject at two
//! instants, and still learns what grew old and what was done since.
//!
//! A computed field counts to the facts, even if it reads the activity.

mod display;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::ask::explain::{Check, CheckKind, Explanation, Line, LineKind, explain};
use crate::evaluate::Truth;
use crate::grade::Grade;
use crate::input::activity::Activity;
use crate::input::facts::{Fact, FactCow, Facts, Field};
use crate::model::Fingerprint;
use crate::num::points::Points;
use crate::program::Program;
use crate::score::{Play, Score};
use crate::scorer::Scorer;
use crate::time::second_of;

/// A scorer, a subject and an instant: one of the two sides of [`compare`](compare()).
///
/// Made by [`Scorer::snapshot`](crate::Scorer::snapshot). It borrows, and nothing is evaluated before it is compared.
pub struct Snapshot<'m, 's, T> {
    program: &'m Program,
    subject: &'s T,
    as_of: DateTime<Utc>,
}

impl<T> Clone for Snapshot<'_, '_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Snapshot<'_, '_, T> {}

impl<T> fmt::Debug for Snapshot<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Program { name, fingerprint, .. } = self.program;
        f.debug_struct("Snapshot")
            .field("model", name)
            .field("fingerprint", &fingerprint.to_string())
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}

impl<T: Facts> Scorer<T> {
    /// This scorer, a subject and an instant, to [`compare`](crate::compare()) with another such three.
    ///
    /// Nothing is evaluated yet.
    pub fn snapshot<'m, 's>(&'m self, subject: &'s T, as_of: DateTime<Utc>) -> Snapshot<'m, 's, T> {
        Snapshot { program: self.program(), subject, as_of }
    }
}

/// Takes the difference between two looks at one subject apart: into time, events, facts and model.
///
/// Everything may differ between the two but the type of the subject. Nothing says that the two are about the same
/// subject; if they are not, the parts still add up. It takes five evaluations, each as [`explain`](crate::Scorer::explain) makes
/// them.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use warmth::compare::Cause;
/// use warmth::{Model, Points, Record, Scorer};
///
/// let model: Model = toml::from_str(
///     r#"
///     format = 1
///     name = "readiness"
///     [[axis]]
///     name = "all"
///     available = 100
///     [[axis.rule]]
///     id = "nps"
///     label = "Would recommend us"
///     bands.nps = [[7, 10], [9, 40]]
///     [[axis.rule]]
///     id = "pricing"
///     label = "Looked at prices"
///     signal.event = "pricing_view"
///     signal.points = 8
///     signal.decay.half_life = "14d"
///     "#,
/// )?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let (monday, later): (DateTime<Utc>, DateTime<Utc>) =
///     ("2026-11-09T09:00:00Z".parse()?, "2026-11-23T09:00:00Z".parse()?);
///
/// let mut then = Record::new().with("nps", 7);
/// then.activity_mut().record("pricing_view", monday);
/// let mut now = then.clone().with("nps", 9);
/// now.activity_mut().record("pricing_view", later);
///
/// let comparison = warmth::compare(scorer.snapshot(&then, monday), scorer.snapshot(&now, later));
/// assert_eq!(comparison.difference(), Points::from(34));
/// assert_eq!(comparison.part(Cause::Time).difference, Points::from(-4)); // 8 points, halved
/// assert_eq!(comparison.part(Cause::Events).difference, Points::from(8));
/// assert_eq!(comparison.part(Cause::Facts).difference, Points::from(30));
/// assert_eq!(
///     comparison.to_string(),
///     "\
/// readiness, 2026-11-09T09:00:00Z to 2026-11-23T09:00:00Z: from 18 to 52, +34
/// time: -4, as Looked at prices aged (-4)
/// events: +8, as Looked at prices (+8: pricing_view events: 2, was 1)
/// facts: +30, as Would recommend us (+30: nps is 9, was 7)
/// model: nothing changed
/// "
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare<'m, T: Facts>(before: Snapshot<'m, '_, T>, after: Snapshot<'m, '_, T>) -> Comparison<'m> {
    let (old, new) = (before.subject, after.subject);
    let known = old.activity().until(second_of(before.as_of));
    let aged = Mixed { facts: old, activity: &known };
    let active = Mixed { facts: old, activity: new.activity() };
    Comparison {
        before: explain(before.program, old, before.as_of),
        aged: explain(before.program, &aged, after.as_of),
        active: explain(before.program, &active, after.as_of),
        informed: explain(before.program, new, after.as_of),
        after: explain(after.program, new, after.as_of),
    }
}

/// The facts of one subject with the activity of another.
struct Mixed<'a, T> {
    facts: &'a T,
    activity: &'a Activity,
}

impl<T: Facts> Facts for Mixed<'_, T> {
    const FIELDS: &'static [Field] = T::FIELDS;
    const OPEN: bool = T::OPEN;
    const OWNED: bool = T::OWNED;

    fn fact(&self, field: &Field) -> Fact<'_> {
        self.facts.fact(field)
    }

    fn fact_cow(&self, field: &Field) -> FactCow<'_> {
        self.facts.fact_cow(field)
    }

    fn activity(&self) -> &Activity {
        self.activity
    }
}

/// What moved a score between two looks, and by how much.
///
/// [`Display`](fmt::Display) prints a line for the whole difference and a sentence for each part. In serde it is
/// `{"before", "after", "difference", "parts"}`: the two sides with model, fingerprint, instant and outcome, then the
/// parts with their changes.
#[derive(Clone, Debug)]
pub struct Comparison<'m> {
    before: Explanation<'m>,
    /// With the new instant.
    aged: Explanation<'m>,
    /// With the new events too.
    active: Explanation<'m>,
    /// With the new facts too.
    informed: Explanation<'m>,
    after: Explanation<'m>,
}

impl<'m> Comparison<'m> {
    /// The older side, explained.
    pub fn before(&self) -> &Explanation<'m> {
        &self.before
    }

    /// The newer side, explained.
    pub fn after(&self) -> &Explanation<'m> {
        &self.after
    }

    /// By how much the value rose; negative where it fell.
    pub fn difference(&self) -> Points {
        self.after.score().value() - self.before.score().value()
    }

    /// The four parts in the order of [`Cause::ALL`], also those that changed nothing. Their differences add up to the
    /// [difference](Comparison::difference) exactly.
    pub fn parts(&self) -> [Part<'_>; 4] {
        Cause::ALL.map(|cause| self.part(cause))
    }

    /// What one cause changed.
    pub fn part(&self, cause: Cause) -> Part<'_> {
        let (before, after) = match cause {
            Cause::Time => (&self.before, &self.aged),
            Cause::Events => (&self.aged, &self.active),
            Cause::Facts => (&self.active, &self.informed),
            Cause::Model => (&self.informed, &self.after),
        };
        Part::between(cause, before, after)
    }
}

/// Why a score may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The clock alone: decay, windows, dates.
    Time,
    /// What the subject did, and what was forgotten of it.
    Events,
    /// What is known of the subject.
    Facts,
    /// The rules.
    Model,
}

impl Cause {
    /// Every cause, in the order in which [`compare`](compare()) replaces them.
    pub const ALL: [Cause; 4] = [Cause::Time, Cause::Events, Cause::Facts, Cause::Model];

    /// The cause in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Cause::Time => "time",
            Cause::Events => "events",
            Cause::Facts => "facts",
            Cause::Model => "model",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What one cause changed: the difference between the outcome without it and the outcome with it.
///
/// A part that changed nothing has a difference of zero and empty lists. [`Display`](fmt::Display) prints a sentence.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Part<'c> {
    /// What was replaced.
    pub cause: Cause,
    /// By how much the value rose; negative where it fell.
    pub difference: Points,
    /// The outcome before this was replaced: the one at which the part before it ends.
    pub before: Score<'c>,
    /// The outcome after it was replaced.
    pub after: Score<'c>,
    /// Lines of the ledger that moved in score points or in raw points, the largest move of the score first. Their
    /// `difference`s add up to the part's exactly.
    pub lines: Vec<LineChange<'c>>,
    /// Gates, promoters, limits and segments that found something else, in the order of the newer side.
    pub checks: Vec<CheckChange<'c>>,
    /// What is called something else.
    pub names: Vec<NameChange<'c>>,
}

/// A line of the ledger that moved.
///
/// Lines are the same if their axis's name, kind and id are. What has no id (the base and the range of an axis,
/// rounding, a gate) is there at most once; a limit without an id goes by its place in the document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct LineChange<'c> {
    /// Where the line comes from.
    pub kind: LineKind,
    /// The axis it belongs to; `None` for lines on the total.
    pub axis: Option<&'c str>,
    /// The id or name in the document of what the line stands for, where there is one.
    pub id: Option<&'c str>,
    /// What a reader sees: the newer side's label where there is one.
    pub label: &'c str,
    /// By how much its score points rose; a side without the line counts as zero.
    pub difference: Points,
    /// The line on the older side; `None` where there is none.
    pub before: Option<Line<'c, 'c>>,
    /// The line on the newer side; `None` where there is none.
    pub after: Option<Line<'c, 'c>>,
}

/// A gate, promoter, limit or segment that found something else.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CheckChange<'c> {
    /// What it decides.
    pub kind: CheckKind,
    /// Its id or name in the document.
    pub id: &'c str,
    /// What a reader sees: the newer side's label where there is one.
    pub label: &'c str,
    /// What it found on the older side; `None` where the model has no such check, or a segment before it was true.
    pub before: Option<Check<'c, 'c>>,
    /// What it found on the newer side; `None` likewise.
    pub after: Option<Check<'c, 'c>>,
}

/// Something in an outcome that is called something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NameChange<'c> {
    /// What is called so.
    pub of: Name,
    /// What it was called; `None` where there was no such thing.
    pub before: Option<&'c str>,
    /// What it is called now; `None` where there is no such thing.
    pub after: Option<&'c str>,
}

/// What has a name in an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Name {
    /// The verdict.
    Verdict,
    /// The grade.
    Grade,
    /// The state.
    State,
    /// The segment.
    Segment,
    /// The play.
    Play,
}

impl Name {
    const ALL: [Name; 5] = [Name::Verdict, Name::Grade, Name::State, Name::Segment, Name::Play];

    /// The thing in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Name::Verdict => "verdict",
            Name::Grade => "grade",
            Name::State => "state",
            Name::Segment => "segment",
            Name::Play => "play",
        }
    }

    fn in_score<'m>(self, score: &Score<'m>) -> Option<&'m str> {
        match self {
            Name::Verdict => Some(score.verdict().as_str()),
            Name::Grade => score.grade().map(Grade::as_str),
            Name::State => score.state(),
            Name::Segment => score.segment(),
            Name::Play => score.play().map(Play::name),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<'c> Part<'c> {
    fn between(cause: Cause, before: &'c Explanation<'_>, after: &'c Explanation<'_>) -> Part<'c> {
        let mut lines: Vec<_> = paired(before.lines(), after.lines(), |line| (line.axis, line.kind, line.id))
            .filter_map(|(before, after)| LineChange::between(before, after))
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.difference.micros().unsigned_abs()));
        let checks = paired(before.checks(), after.checks(), |check| (check.kind, check.id))
            .filter_map(|(before, after)| CheckChange::between(before, after))
            .collect();
        let (before, after) = (before.score(), after.score());
        let names = Name::ALL
            .map(|of| NameChange { of, before: of.in_score(&before), after: of.in_score(&after) })
            .into_iter()
            .filter(|name| name.before != name.after)
            .collect();
        Part { cause, difference: after.value() - before.value(), before, after, lines, checks, names }
    }

    /// Whether nothing changed: no line, no check and no name.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.checks.is_empty() && self.names.is_empty()
    }
}

impl<'c> LineChange<'c> {
    /// `None` where nothing moved.
    fn between(before: Option<Line<'c, 'c>>, after: Option<Line<'c, 'c>>) -> Option<LineChange<'c>> {
        let Line { kind, axis, id, label, .. } = after.or(before)?;
        let (was, is) = (worth(before), worth(after));
        (was != is).then(|| LineChange { kind, axis, id, label, difference: is.score - was.score, before, after })
    }

    /// By how much its raw points rose: those of its axis, before they are scaled. Zero for lines on the total.
    pub fn raw_difference(&self) -> Points {
        worth(self.after).raw - worth(self.before).raw
    }
}

#[derive(PartialEq, Eq)]
struct RuleBody {
    raw: Points,
    score: Points,
}

fn worth(line: Option<Line<'_, '_>>) -> RuleBody {
    line.map_or(RuleBody { raw: Points::ZERO, score: Points::ZERO }, |line| RuleBody {
        raw: line.points,
        score: line.score,
    })
}

impl<'c> CheckChange<'c> {
    /// `None` where both found the same.
    fn between(before: Option<Check<'c, 'c>>, after: Option<Check<'c, 'c>>) -> Option<CheckChange<'c>> {
        let Check { kind, id, label, .. } = after.or(before)?;
        let truth = |check: Option<Check<'_, '_>>| -> Option<Truth> { check.map(|check| check.truth) };
        (truth(before) != truth(after)).then_some(CheckChange { kind, id, label, before, after })
    }
}

/// What stands on both sides under one key, in the order of the newer side, then what stands on the older one alone.
fn paired<V, K: Ord>(
    before: impl IntoIterator<Item = V>,
    after: impl IntoIterator<Item = V>,
    key: impl Fn(&V) -> K,
) -> impl Iterator<Item = (Option<V>, Option<V>)> {
    let mut unmatched: BTreeMap<K, VecDeque<V>> = BTreeMap::new();
    for own in before {
        unmatched.entry(key(&own)).or_default().push_back(own);
    }
    let both: Vec<_> =
        after.into_iter().map(|own| (unmatched.get_mut(&key(&own)).and_then(VecDeque::pop_front), Some(own))).collect();
    both.into_iter().chain(unmatched.into_values().flatten().map(|own| (Some(own), None)))
}

impl Serialize for Comparison<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Side<'a> {
            model: &'a str,
            fingerprint: Fingerprint,
            as_of: String,
            outcome: Score<'a>,
        }

        fn side<'a>(explanation: &'a Explanation<'_>) -> Side<'a> {
            Side {
                model: explanation.model(),
                fingerprint: explanation.fingerprint(),
                as_of: written(explanation.as_of()),
                outcome: explanation.score(),
            }
        }

        let mut fields = serializer.serialize_struct("Comparison", 4)?;
        fields.serialize_field("before", &side(&self.before))?;
        fields.serialize_field("after", &side(&self.after))?;
        fields.serialize_field("difference", &self.difference())?;
        fields.serialize_field("parts", &self.parts())?;
        fields.end()
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
