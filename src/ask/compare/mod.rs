//! Comparisons: why a score changed between two snapshots of a subject.
//!
//! Between two snapshots, four things can change: the clock, the events, the facts and the model.
//! [`compare`](compare()) replaces one after the other, in this order, and explains the result after each step. The
//! difference between two successive results is the [`Part`] of what was replaced. So the parts add up to the whole
//! difference, and the lines of a part to the part, exactly in millionths.
//!
//! | part | model | facts | events | instant |
//! | --- | --- | --- | --- | --- |
//! | start | old | old | old | old |
//! | [`Time`](Cause::Time) | old | old | old | **new** |
//! | [`Events`](Cause::Events) | old | old | **new** | new |
//! | [`Facts`](Cause::Facts) | old | **new** | new | new |
//! | [`Model`](Cause::Model) | **new** | new | new | new |
//!
//! The old events are the events of the older snapshot until its instant. Later events belong to the part of the events,
//! even if the older snapshot contains them. So a host that keeps no old state can compare one subject at two instants,
//! and still separates decay from new events.
//!
//! A computed field belongs to the facts, even if it reads the activity.

mod display;
mod owned;
mod part;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::owned::{OwnedCheckChange, OwnedComparison, OwnedLineChange, OwnedNameChange, OwnedPart, OwnedSide};
pub use self::part::{CheckChange, LineChange, Name, NameChange, Part};

use crate::ask::explain::{Explanation, explain};
use crate::input::activity::Activity;
use crate::input::facts::{Fact, FactCow, Facts, Field};
use crate::num::points::Points;
use crate::program::Program;
use crate::scorer::Scorer;
use crate::time::second_of;

/// A scorer, a subject and an instant: one side of [`compare`](compare()).
///
/// [`Scorer::snapshot`](crate::Scorer::snapshot) creates it. A snapshot borrows, and evaluates nothing.
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
    /// Combines this scorer, a subject and an instant, for [`compare`](crate::compare()). Evaluates nothing.
    pub fn snapshot<'m, 's>(&'m self, subject: &'s T, as_of: DateTime<Utc>) -> Snapshot<'m, 's, T> {
        Snapshot { program: self.program(), subject, as_of }
    }
}

/// Splits the difference between two snapshots of a subject into time, events, facts and model.
///
/// The two snapshots may differ in everything except the type of the subject. If they are of different subjects, the
/// parts still add up. The function makes five evaluations, each as [`explain`](crate::Scorer::explain) does.
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

/// The difference between two snapshots, split by cause.
///
/// [`Display`](fmt::Display) prints a line for the whole difference and a sentence for each part. In serde it is
/// `{"before", "after", "difference", "parts"}`: the two sides with model, fingerprint, instant and outcome, then the
/// parts with their changes. To queue, return or store a comparison, call [`to_owned`](Comparison::to_owned).
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
    /// Returns the explanation of the older side.
    pub fn before(&self) -> &Explanation<'m> {
        &self.before
    }

    /// Returns the explanation of the newer side.
    pub fn after(&self) -> &Explanation<'m> {
        &self.after
    }

    /// Returns the gain of the value; negative if the value fell.
    pub fn difference(&self) -> Points {
        self.after.score().value() - self.before.score().value()
    }

    /// Returns the four parts in the order of [`Cause::ALL`], including parts without changes. Their differences add up to
    /// the [difference](Comparison::difference) exactly.
    pub fn parts(&self) -> [Part<'_>; 4] {
        Cause::ALL.map(|cause| self.part(cause))
    }

    /// Returns the changes from one cause.
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

/// A cause of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The clock alone: decay, windows, dates.
    Time,
    /// New events, and removed events.
    Events,
    /// The facts of the subject.
    Facts,
    /// The rules.
    Model,
}

impl Cause {
    /// Every cause, in the order in which [`compare`](compare()) replaces them.
    pub const ALL: [Cause; 4] = [Cause::Time, Cause::Events, Cause::Facts, Cause::Model];

    /// Returns the cause in lower case.
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

serialize_as_owned!(Comparison<'_>);
