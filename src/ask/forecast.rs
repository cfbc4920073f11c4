//! When an outcome will change if nothing happens.
//!
//! The evaluation that makes a score, run over spans of time: where everything that it may find in a span is what is so
//! now, nothing changes in it. Other spans are halved, or cut where something that was looked at is another for the
//! first time, until single seconds are left, which are evaluated as any other.

use std::fmt;
use std::iter::FusedIterator;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::ask::compare::{Comparison, compare};
use crate::evaluate::{Atoms, Concrete, Evaluation, FactSet, Numbers, Outcome, Sets, Subject, SubjectSet};
use crate::input::facts::Facts;
use crate::num::points::Points;
use crate::score::Score;
use crate::scorer::Scorer;
use crate::time::{instant_at, second_of};

/// How many evaluations are spent on finding the next change.
const EVALUATIONS_MAX: u64 = 100_000;

/// How many evaluations are spent on finding out that nothing changes after the time that was asked for.
const EVALUATIONS_BEYOND: u64 = 32;

/// What of an outcome is watched for changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Projection {
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
    /// Any of the above.
    Names,
    /// The score, cut down to a multiple of this step; a step of zero or less counts as a millionth.
    Score(Points),
}

impl Projection {
    /// The score in units of the step.
    fn steps(step: Points, value: i64) -> i64 {
        value.div_euclid(step.micros().max(1))
    }

    /// Whether two outcomes look the same.
    fn same(self, own: &Outcome<Concrete>, other: &Outcome<Concrete>) -> bool {
        match self {
            Projection::Verdict => own.verdict == other.verdict,
            Projection::Grade => own.grade == other.grade,
            Projection::State => own.state == other.state,
            Projection::Segment => own.segment == other.segment,
            Projection::Play => own.play == other.play,
            Projection::Names => ALL.into_iter().all(|one| one.same(own, other)),
            Projection::Score(step) => Projection::steps(step, own.value) == Projection::steps(step, other.value),
        }
    }

    /// Whether every outcome of a set looks as this one does.
    fn all_same(self, all: &Outcome<Sets>, own: &Outcome<Concrete>) -> bool {
        match self {
            Projection::Verdict => all.verdict.single() == Some(own.verdict),
            Projection::Grade => all.grade.single() == Some(own.grade),
            Projection::State => all.state.single() == Some(own.state),
            Projection::Segment => all.segment.single() == Some(own.segment),
            Projection::Play => all.play.single() == Some(own.play),
            Projection::Names => ALL.into_iter().all(|one| one.all_same(all, own)),
            Projection::Score(step) => {
                all.value.map(|value| Projection::steps(step, value)).single()
                    == Some(Projection::steps(step, own.value))
            }
        }
    }
}

const ALL: [Projection; 5] =
    [Projection::Verdict, Projection::Grade, Projection::State, Projection::Segment, Projection::Play];

/// A change of an outcome that comes by itself.
///
/// It borrows the scorer and the subject, to say why it comes; the scores in it outlive the subject.
///
/// [`Display`](fmt::Display) prints `2026-11-22T09:00:01Z: warm 50 -> cold 49.999971`.
pub struct Change<'m, 's, T> {
    scorer: &'m Scorer<T>,
    subject: &'s T,
    at: DateTime<Utc>,
    before: Score<'m>,
    after: Score<'m>,
}

impl<'m, T: Facts> Change<'m, '_, T> {
    /// The first second at which the outcome looks otherwise.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The score one second before.
    pub fn before(&self) -> Score<'m> {
        self.before
    }

    /// The score at that second.
    pub fn after(&self) -> Score<'m> {
        self.after
    }

    /// Why: the second before and the second itself, [compared](crate::compare()) down to lines and checks.
    ///
    /// Where a score fades through a bound, that names what faded in this second, by millionths. What brought it there
    /// is told by comparing with an earlier instant.
    pub fn why(&self) -> Comparison<'m> {
        let before = self.at - TimeDelta::seconds(1);
        compare(self.scorer.snapshot(self.subject, before), self.scorer.snapshot(self.subject, self.at))
    }
}

impl<T> fmt::Display for Change<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        write!(f, "{at}: {} -> {}", self.before, self.after)
    }
}

impl<T> fmt::Debug for Change<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("at", &self.at)
            .field("before", &self.before)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}

/// When an outcome changes next, if nothing happens.
#[derive(Debug)]
pub enum NextChange<'m, 's, T> {
    /// Then.
    At(Box<Change<'m, 's, T>>),
    /// Not up to this instant; after it, perhaps. Ask again then.
    ///
    /// It is the end of the time that was asked for, or an earlier one where 100,000 evaluations did not get there.
    NotBefore(DateTime<Utc>),
    /// Never.
    Never,
}

impl<'m, 's, T> NextChange<'m, 's, T> {
    /// The change, if there is one.
    pub fn change(self) -> Option<Change<'m, 's, T>> {
        if let NextChange::At(change) = self { Some(*change) } else { None }
    }

    /// When to look at the subject again: at the change, or at the instant up to which there is none. `None` where it is
    /// certain that nothing will change.
    pub fn next_look(&self) -> Option<DateTime<Utc>> {
        match self {
            NextChange::At(change) => Some(change.at),
            NextChange::NotBefore(until) => Some(*until),
            NextChange::Never => None,
        }
    }
}

impl<T: Facts> Scorer<T> {
    /// When the outcome for this subject next changes if nothing happens: the first second after `as_of`, and not after
    /// `until`, at which [`score`](Scorer::score) gives another outcome for the same subject.
    ///
    /// Decay, windows, ages, days and months all count, and so do events that are recorded with a time to come. The
    /// instant is exact: one second before, the outcome is still what it was.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use warmth::{Activity, Model, NextChange, Projection, Record, Scorer};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "engagement"
    ///     [[axis]]
    ///     name = "activity"
    ///     [[axis.rule]]
    ///     id = "demo"
    ///     signal.event = "demo"
    ///     signal.points = 100
    ///     signal.most_recent = 1
    ///     signal.decay.half_life = "14d"
    ///     [[state]]
    ///     name = "warm"
    ///     at_least = 50
    ///     [[state]]
    ///     name = "cold"
    ///     at_least = 0
    ///     "#,
    /// )?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let mut account = Record::new();
    /// account.activity_mut().record("demo", "2026-11-08T09:00:00Z".parse()?);
    ///
    /// let (now, until): (DateTime<Utc>, DateTime<Utc>) = ("2026-11-10T00:00:00Z".parse()?, "2027-11-10T00:00:00Z".parse()?);
    /// let next = scorer.next_change(&account, now, until, Projection::State);
    /// let change = next.change().unwrap();
    /// // After 14 days there are exactly 50 points, which is still warm; one second later there are less.
    /// assert_eq!(change.to_string(), "2026-11-22T09:00:01Z: warm 50 -> cold 49.999971");
    ///
    /// assert!(change.why().to_string().contains("demo"));
    ///
    /// let after = scorer.next_change(&account, change.at(), until, Projection::State);
    /// assert!(matches!(after, NextChange::Never));
    /// assert_eq!(after.next_look(), None);
    /// let sooner = scorer.next_change(&account, now, "2026-11-20T00:00:00Z".parse()?, Projection::State);
    /// assert!(matches!(sooner, NextChange::NotBefore(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// `Never` is only said where it is certain, up to the last instant that chrono has.
    ///
    /// Nearly always it takes some dozens of evaluations, and more where thousands of events come or go one by one before
    /// the change. An outcome may also stand exactly on a bound while gains and losses fade that make each other up;
    /// then every second has to be looked at, and after 100,000 evaluations it is
    /// [`NotBefore`](NextChange::NotBefore) the last one that was.
    pub fn next_change<'m, 's>(
        &'m self,
        subject: &'s T,
        as_of: DateTime<Utc>,
        until: DateTime<Utc>,
        of: Projection,
    ) -> NextChange<'m, 's, T> {
        let mut changes = self.changes(subject, as_of, until, of);
        match changes.next_within(EVALUATIONS_MAX) {
            Some(change) => NextChange::At(Box::new(change)),
            None if changes.at < changes.until => NextChange::NotBefore(instant_at(changes.at)),
            None if changes.is_constant_from_now_on() => NextChange::Never,
            None => NextChange::NotBefore(until),
        }
    }

    /// Every change of the outcome for this subject after `as_of` up to `until`, if nothing happens, in order.
    ///
    /// Each is searched for until it is found, however many evaluations that takes; see
    /// [`next_change`](Scorer::next_change), which gives up at some point.
    ///
    /// ```
    /// # use chrono::{DateTime, Utc};
    /// # use warmth::{Model, Projection, Record, Scorer};
    /// # let model: Model = toml::from_str(r#"
    /// #     format = 1
    /// #     name = "x"
    /// #     [[axis]]
    /// #     name = "timing"
    /// #     [[axis.rule]]
    /// #     id = "renewal"
    /// #     when.renewal.days_until.between = [0, 60]
    /// #     points = 10
    /// #     [[state]]
    /// #     name = "due"
    /// #     at_least = 100
    /// #     [[state]]
    /// #     name = "quiet"
    /// #     at_least = 0
    /// # "#)?;
    /// # let scorer = Scorer::<Record>::new(&model)?;
    /// let account = Record::new().with("renewal", "2027-02-28"); // due from 60 days before
    /// let (now, until): (DateTime<Utc>, DateTime<Utc>) = ("2026-11-22T09:00:00Z".parse()?, "2028-01-01T00:00:00Z".parse()?);
    /// let calendar: Vec<String> = scorer.changes(&account, now, until, Projection::State).map(|c| c.to_string()).collect();
    /// assert_eq!(calendar, ["2026-12-30T00:00:00Z: quiet 0 -> due 100", "2027-03-01T00:00:00Z: due 100 -> quiet 0"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn changes<'m, 's>(
        &'m self,
        subject: &'s T,
        as_of: DateTime<Utc>,
        until: DateTime<Utc>,
        of: Projection,
    ) -> Changes<'m, 's, T> {
        let program = self.program();
        let as_of = second_of(as_of);
        let own = Subject::new(program, subject, as_of);
        let facts = (0..program.fields.len()).map(|field| FactSet::one(own.fact_cow(field))).collect();
        let now = Evaluation::new(own).outcome(&mut ());
        Changes { scorer: self, subject, of, facts, at: as_of, until: second_of(until), now, evaluations: 1 }
    }
}

/// The changes of an outcome over time, in order: see [`Scorer::changes`].
pub struct Changes<'m, 's, T> {
    scorer: &'m Scorer<T>,
    subject: &'s T,
    of: Projection,
    facts: Vec<FactSet<'s>>,
    /// The last second of which the outcome is known, and that outcome.
    at: i64,
    now: Outcome<Concrete>,
    until: i64,
    evaluations: u64,
}

/// What may happen in a span of time.
struct Span {
    /// Whether all outcomes look as the present one does.
    same: bool,
    /// The first second after the beginning at which anything that was looked at may be another all at once.
    breakpoint: Option<i64>,
    /// Whether anything that was looked at changes from second to second.
    varies: bool,
}

impl<T: Facts> Changes<'_, '_, T> {
    /// How often the model was evaluated up to now, at an instant or over a span of time.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    fn outcome(&mut self, at: i64) -> Outcome<Concrete> {
        self.evaluations += 1;
        let program = self.scorer.program();
        Evaluation::new(Subject::new(program, self.subject, at)).outcome(&mut ())
    }

    /// What may happen in a span.
    fn over(&mut self, from: i64, to: i64) -> Span {
        self.evaluations += 1;
        let program = self.scorer.program();
        let evaluation = Evaluation::new(SubjectSet::new(program, &self.facts, self.subject.activity(), (from, to)));
        let all = evaluation.outcome(&mut ());
        let (breakpoint, varies) = (evaluation.env().breakpoint(), evaluation.env().varies());
        Span { same: self.of.all_same(&all, &self.now) || (breakpoint.is_none() && !varies), breakpoint, varies }
    }

    /// The first second after `self.at` up to `until` at which the outcome looks otherwise, with that outcome.
    ///
    /// `None` where there is none, and `self.at` is `until` then; also once `most` evaluations have been made.
    fn search(&mut self, until: i64, most: u64) -> Option<(i64, Outcome<Concrete>)> {
        let mut found = None;
        // The ends of the spans that are left, the next one last, and whether the outcome is known to be the same there.
        let mut ends = vec![(until, false)];
        // Whether what comes after a breakpoint is looked at as a whole, which is best where breakpoints are few, or by halves.
        let mut whole = false;
        while let Some((to, known)) = ends.pop() {
            let from = self.at;
            if from >= to {
                continue;
            }
            if self.evaluations >= most {
                return None;
            }
            if to - from == 1 {
                let outcome = self.outcome(to);
                if !self.of.same(&outcome, &self.now) {
                    return Some((to, outcome));
                }
                self.at = to;
                continue;
            }
            let span = self.over(from, to);
            if span.same {
                self.at = to;
            } else if let Some(breakpoint) = span.breakpoint {
                ends.push((to, known));
                whole = !whole;
                if !whole {
                    ends.push((i64::midpoint(breakpoint, to), false));
                }
                ends.push((breakpoint, false));
                if span.varies {
                    ends.push((breakpoint - 1, false));
                } else {
                    // Nothing is another before.
                    self.at = breakpoint - 1;
                }
            } else if known {
                ends.extend([(to, true), (i64::midpoint(from, to), false)]);
            } else {
                let outcome = self.outcome(to);
                if self.of.same(&outcome, &self.now) {
                    ends.extend([(to, true), (i64::midpoint(from, to), false)]);
                } else {
                    // Nearly always this is the first change. Whether it is, the span up to it will tell.
                    let (at, outcome) = self.halved(to, outcome);
                    ends.clear();
                    ends.push((at - 1, true));
                    found = Some((at, outcome));
                }
            }
        }
        found
    }

    /// A second up to `last`, at which the outcome looks otherwise, that is the first to do so after another one.
    fn halved(&mut self, last: i64, outcome: Outcome<Concrete>) -> (i64, Outcome<Concrete>) {
        let (mut same, mut other) = (self.at, (last, outcome));
        while other.0 - same > 1 {
            let middle = i64::midpoint(same, other.0);
            let outcome = self.outcome(middle);
            if self.of.same(&outcome, &self.now) {
                same = middle;
            } else {
                other = (middle, outcome);
            }
        }
        other
    }

    /// Whether it is certain that the outcome never looks otherwise again.
    fn is_constant_from_now_on(&mut self) -> bool {
        let last = second_of(DateTime::<Utc>::MAX_UTC);
        let most = self.evaluations.saturating_add(EVALUATIONS_BEYOND);
        self.search(last, most).is_none() && self.at >= last
    }
}

impl<'m, 's, T: Facts> Changes<'m, 's, T> {
    /// The next change; `None` also once `most` evaluations have been made, and `self.at` is before `self.until` then.
    fn next_within(&mut self, most: u64) -> Option<Change<'m, 's, T>> {
        let (at, outcome) = self.search(self.until, most)?;
        let before = self.outcome(at - 1);
        let program = self.scorer.program();
        let change = Change {
            scorer: self.scorer,
            subject: self.subject,
            at: instant_at(at),
            before: Score::new(program, &before),
            after: Score::new(program, &outcome),
        };
        (self.at, self.now) = (at, outcome);
        Some(change)
    }
}

impl<'m, 's, T: Facts> Iterator for Changes<'m, 's, T> {
    type Item = Change<'m, 's, T>;

    fn next(&mut self) -> Option<Change<'m, 's, T>> {
        self.next_within(u64::MAX)
    }
}

impl<T: Facts> FusedIterator for Changes<'_, '_, T> {}

impl<T> fmt::Debug for Changes<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes")
            .field("of", &self.of)
            .field("at", &instant_at(self.at))
            .field("until", &instant_at(self.until))
            .field("evaluations", &self.evaluations)
            .finish_non_exhaustive()
    }
}
