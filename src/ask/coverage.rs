//! Coverage: how much of what the rules of a model can give is known about a subject.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use smallvec::SmallVec;

use crate::evaluate::{
    AxisOutcome, Concrete, Evaluation, MaybeUnknown, Observer, Outcome, Subject, covered, mean_coverage,
};
use crate::grade::Verdict;
use crate::input::facts::Facts;
use crate::model::limits::AXES_MAX;
use crate::num::points::Points;
use crate::program::{Program, Rule};
use crate::scorer::Scorer;
use crate::time::second_of;

impl<T: Facts> Scorer<T> {
    /// Returns how much of what the rules can give is known about a subject, for each axis and for the whole.
    ///
    /// Works for every model, also for a subject that a gate holds back. Costs about as much as a score. If you need the
    /// coverage of every score, write `coverage = true` into the model and call [`Score::coverage`](crate::Score::coverage).
    ///
    /// ```
    /// # use warmth::{Model, Points, Record, Scorer};
    /// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n\
    /// #     rule = [{ id = 'nps', when.nps.at_least = 9, points = 40 }, { id = 'paid', when.paid = true, points = 60 }]")?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let coverage = scorer.coverage(&Record::new().with("nps", 3), "2026-11-22T09:00:00Z".parse()?);
    /// assert_eq!((coverage.whole(), coverage.axis("fit")), (Points::from(40), Some(Points::from(40))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn coverage(&self, subject: &T, as_of: DateTime<Utc>) -> Coverage<'_> {
        let program = self.program();
        let mut known = KnownStakes::default();
        let evaluation = Evaluation::new(Subject::new(program, subject, second_of(as_of)));
        evaluation.score(&mut Outcome::gated(Verdict::Eligible), &mut known);
        Coverage::of(program, known.axes.into_iter())
    }
}

/// How much of what the rules of a model can give is known about a subject, from 0 to 100.
///
/// The guide has the [formula](crate::_guide::arithmetic). [`Display`](fmt::Display) prints the coverage of the whole. In
/// serde it is `{"coverage": 40, "axes": {"fit": 40}}`.
#[derive(Clone, Copy)]
pub struct Coverage<'m> {
    program: &'m Program,
    axes: [i64; AXES_MAX], // in millionths; the first entries are the program's axes
    whole: i64,
}

impl<'m> Coverage<'m> {
    /// The coverage, given the stakes of the known rules of each axis.
    pub(super) fn of(program: &'m Program, stakes: impl Iterator<Item = i64>) -> Coverage<'m> {
        let mut axes = [0; AXES_MAX];
        for ((own, axis), stake) in axes.iter_mut().zip(&program.axes).zip(stakes) {
            *own = covered(stake, axis.stake);
        }
        let whole = mean_coverage(program, axes.get(..program.axes.len()).unwrap_or(&axes));
        Coverage { program, axes, whole }
    }

    /// Returns the mean of the coverages of all axes by their weights.
    pub fn whole(&self) -> Points {
        Points::from_micros(self.whole)
    }

    /// Returns the coverage of each axis by its name, in the order of the document.
    pub fn axes(&self) -> impl ExactSizeIterator<Item = (&'m str, Points)> + use<'m> {
        let own = self.program.axes.iter().zip(self.axes);
        own.map(|(axis, coverage)| (&*axis.title.id, Points::from_micros(coverage)))
    }

    /// Returns the coverage of the axis with this name.
    pub fn axis(&self, name: &str) -> Option<Points> {
        self.axes().find(|(axis, _)| *axis == name).map(|(_, coverage)| coverage)
    }
}

impl fmt::Debug for Coverage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let axes = self.axes().map(|(name, coverage)| (name, coverage.to_string())).collect::<Vec<_>>();
        f.debug_struct("Coverage").field("whole", &self.whole().to_string()).field("axes", &axes).finish()
    }
}

impl fmt::Display for Coverage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole().fmt(f)
    }
}

impl PartialEq for Coverage<'_> {
    fn eq(&self, other: &Coverage<'_>) -> bool {
        self.whole == other.whole && self.axes().eq(other.axes())
    }
}

impl Eq for Coverage<'_> {}

impl Serialize for Coverage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Axes<'a, 'm>(&'a Coverage<'m>);

        impl Serialize for Axes<'_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.axes())
            }
        }

        let mut fields = serializer.serialize_struct("Coverage", 2)?;
        fields.serialize_field("coverage", &self.whole())?;
        fields.serialize_field("axes", &Axes(self))?;
        fields.end()
    }
}

/// The observer that adds up the stakes of the rules that are known.
#[derive(Default)]
struct KnownStakes {
    axes: SmallVec<[i64; AXES_MAX]>,
    /// Of the current axis.
    own: i64,
}

impl<'m> Observer<'m, Concrete> for KnownStakes {
    const FULL: bool = false;

    fn on_rule(&mut self, rule: &'m Rule, points: impl FnOnce() -> MaybeUnknown<Concrete>) {
        if !points().unknown {
            self.own = self.own.saturating_add(rule.stake);
        }
    }

    fn on_axis(&mut self, _: &AxisOutcome<Concrete>) {
        self.axes.push(std::mem::take(&mut self.own));
    }
}
