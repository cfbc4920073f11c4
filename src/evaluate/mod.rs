//! The one evaluator: a program, a world and what it finds there.
//!
//! [`World`] is what conditions and rules look at: one subject at one instant for a score, sets of subjects over a
//! span of time for the questions beyond it. [`Domain`] is what they find: one value of each thing, or sets of values.
//! [`Witness`] decides what is written down on the way. For a score it is `()`, nothing is written down and what
//! cannot matter any more is left out; for an explanation it is the ledger, and everything is evaluated.

mod domain;
mod fact;
mod fact_set;
mod possibilities;
mod possible;
mod ranges;
mod settled;
mod subject;
mod sum;
mod total;
mod truth;

pub(crate) use domain::{Domain, Exact, Numbers, Values};
pub(crate) use fact::by_calendar as calendar;
pub(crate) use fact_set::{FactSet, Known};
pub(crate) use possibilities::{Alike, Possibilities};
pub(crate) use possible::Possible;
pub(crate) use ranges::Ranges;
pub(crate) use settled::Settled;
pub(crate) use subject::Subject;
pub(crate) use sum::Tally;
pub(crate) use total::base_with;
pub use truth::Truth;

use std::fmt::Debug;

use smallvec::SmallVec;

use crate::facts::Fact;
use crate::grade::{Grade, Verdict};
use crate::model::{GateMissing, Missing, NumberOp};
use crate::program::{
    Axis, Condition, FieldIndex, Gate, Limit, Part, Program, Promoter, Quantity, Rule, Segment, Signal, Test,
    TextSubject, Worth as Form,
};

/// What conditions and rules look at.
pub(crate) trait World<'m> {
    type Domain: Domain;

    /// What the gates come to that are not among [`gates`](World::gates).
    fn verdict(&self) -> Verdict {
        Verdict::Eligible
    }

    /// The required or the disqualifying gates that are to be looked at.
    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate>;

    /// The rules of a part that are to be looked at, after what the others are worth and may reach.
    fn rules(&self, part: &'m Part) -> (i64, i64, impl Iterator<Item = &'m Rule>);

    /// A test on facts or events.
    fn test<W: Witness<'m, Self::Domain>>(&self, test: &'m Test, witness: &mut W) -> Of<Self::Domain, Truth>;

    /// A quantity in its unit, to be sorted into bands by their least values.
    fn quantity<W: Witness<'m, Self::Domain>>(
        &self,
        of: &'m Quantity,
        rows: &'m [(i64, i64)],
        witness: &mut W,
    ) -> Found<Self::Domain>;

    /// The points of a form that is read from one fact.
    fn points<W: Witness<'m, Self::Domain>>(&self, form: &'m Form, witness: &mut W) -> Found<Self::Domain>;

    /// What a signal is worth.
    fn signal<W: Witness<'m, Self::Domain>>(&self, signal: &'m Signal, witness: &mut W) -> Number<Self::Domain>;
}

pub(crate) type Of<D, V> = <D as Domain>::Of<V>;
pub(crate) type Number<D> = <D as Domain>::Number;

/// A number that may be unknown: which numbers there can be, and whether it can be unknown. One of both is so.
#[derive(Clone, Debug)]
pub(crate) struct Found<D: Domain> {
    pub(crate) known: Option<D::Number>,
    pub(crate) unknown: bool,
}

impl<D: Domain> Found<D> {
    fn nothing() -> Found<D> {
        Found { known: None, unknown: false }
    }

    fn add(&mut self, number: D::Number) {
        match &mut self.known {
            Some(known) => known.unite(&number),
            None => self.known = Some(number),
        }
    }

    /// With its unknown taken for `number`.
    fn settled(self, number: i64) -> D::Number {
        let settled = D::Number::one(number);
        match self.known {
            Some(known) if self.unknown => known.joined(&settled),
            Some(known) => known,
            None => settled,
        }
    }
}

/// Listens to an evaluation of a program that lives for `'m`.
pub(crate) trait Witness<'m, D: Domain> {
    /// Whether everything is evaluated, even what cannot change the outcome any more.
    const FULL: bool;

    /// What was tested since the last gate, rule, promoter, limit or segment belongs to the next one.
    fn tested(&mut self, _test: &'m Test, _seen: Seen<'_, D>, _truth: &Of<D, Truth>) {}
    /// The tests that follow, or that went before, are under a `not`.
    fn turned(&mut self) {}
    fn measured(&mut self, _of: &'m Quantity, _value: Option<D::Number>) {}
    fn read(&mut self, _field: FieldIndex, _fact: Fact<'_>) {}
    fn tallied(&mut self, _signal: &'m Signal, _tally: Tally) {}
    fn gate(&mut self, _gate: &'m Gate, _required: bool, _truth: &Of<D, Truth>) {}
    fn rule(&mut self, _rule: &'m Rule, _part: &'m Part, _worth: &Worth<D>) {}
    fn group(&mut self, _part: &'m Part, _sum: &D::Number, _held: &D::Number) {}
    fn axis(&mut self, _axis: &'m Axis, _result: &AxisResult<D>) {}
    fn promoter(&mut self, _promoter: &'m Promoter, _truth: &Of<D, Truth>) {}
    fn limit(&mut self, _limit: &'m Limit, _truth: &Of<D, Truth>, _before: &D::Number, _after: &D::Number) {}
    fn segment(&mut self, _segment: &'m Segment, _truth: &Of<D, Truth>) {}
    /// The value from the axes alone, and with promoters and limits, held within 0 to 100.
    fn total(&mut self, _base: &D::Number, _value: &D::Number) {}
}

/// Nothing is written down.
impl<D: Domain> Witness<'_, D> for () {
    const FULL: bool = false;
}

/// What a test looked at.
#[derive(Clone, Debug)]
pub(crate) enum Seen<'a, D: Domain> {
    Fact(Fact<'a>),
    /// A quantity in its unit.
    Quantity(Option<D::Number>),
    /// How many events.
    Events(D::Number),
}

/// What a rule is worth to a subject.
#[derive(Clone, Debug)]
pub(crate) struct Worth<D: Domain> {
    pub(crate) points: D::Number,
    pub(crate) unknown: bool,
    /// What the axis may expect of the rule: its reach, or zero where it is skipped.
    reach: D::Number,
}

/// What an axis came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AxisResult<D: Domain> {
    pub(crate) raw: D::Number,
    /// What counts as 100 for this subject; zero or less where everything was skipped.
    pub(crate) available: D::Number,
    /// The score carried to twelve places.
    pub(crate) carried: D::Number,
    /// The score to six places.
    pub(crate) score: D::Number,
}

/// What the axes came to.
pub(crate) type AxisResults<D> = SmallVec<<D as Domain>::Axes>;

/// Everything that an evaluation finds.
#[derive(Clone, Debug)]
pub(crate) struct Outcome<D: Domain> {
    pub(crate) verdict: D::Of<Verdict>,
    pub(crate) value: D::Number,
    /// Of subjects who may be scored; none where nobody may.
    pub(crate) axes: AxisResults<D>,
    /// Places among all grades there can be.
    pub(crate) grade: D::Of<Option<usize>>,
    pub(crate) state: D::Of<Option<usize>>,
    pub(crate) segment: D::Of<Option<usize>>,
    pub(crate) play: D::Of<Option<usize>>,
}

impl<D: Domain> Outcome<D> {
    /// The outcome of a subject that a gate holds back.
    pub(crate) fn gated(verdict: D::Of<Verdict>) -> Outcome<D> {
        Outcome {
            verdict,
            value: D::Number::one(0),
            axes: SmallVec::new(),
            grade: D::Of::one(None),
            state: D::Of::one(None),
            segment: D::Of::one(None),
            play: D::Of::one(None),
        }
    }

    /// Puts in what is in the other; both may be scored by the same program.
    pub(crate) fn unite(&mut self, other: &Outcome<D>) {
        if self.axes.is_empty() {
            self.axes.clone_from(&other.axes);
        } else {
            self.axes.iter_mut().zip(&other.axes).for_each(|(own, other)| own.unite(other));
        }
        self.verdict.unite(&other.verdict);
        self.value.unite(&other.value);
        self.grade.unite(&other.grade);
        self.state.unite(&other.state);
        self.segment.unite(&other.segment);
        self.play.unite(&other.play);
    }
}

/// The set of this outcome alone.
impl From<Outcome<Exact>> for Outcome<Possible> {
    fn from(outcome: Outcome<Exact>) -> Outcome<Possible> {
        let Outcome { verdict, value, axes, grade, state, segment, play } = outcome;
        let axis = |AxisResult { raw, available, carried, score }| AxisResult {
            raw: Ranges::one(raw),
            available: Ranges::one(available),
            carried: Ranges::one(carried),
            score: Ranges::one(score),
        };
        Outcome {
            verdict: Values::one(verdict),
            value: Ranges::one(value),
            axes: axes.into_iter().map(axis).collect(),
            grade: Values::one(grade),
            state: Values::one(state),
            segment: Values::one(segment),
            play: Values::one(play),
        }
    }
}

impl Outcome<Possible> {
    /// The one outcome there is, if there is no other.
    pub(crate) fn only(&self) -> Option<Outcome<Exact>> {
        let axis = |axis: &AxisResult<Possible>| {
            let AxisResult { raw, available, carried, score } = axis;
            Some(AxisResult {
                raw: raw.only()?,
                available: available.only()?,
                carried: carried.only()?,
                score: score.only()?,
            })
        };
        Some(Outcome {
            verdict: self.verdict.only()?,
            value: self.value.only()?,
            axes: self.axes.iter().map(axis).collect::<Option<_>>()?,
            grade: self.grade.only()?,
            state: self.state.only()?,
            segment: self.segment.only()?,
            play: self.play.only()?,
        })
    }

    /// Whether every outcome is one of `other`'s, as far as it is reported.
    pub(crate) fn lies_in(&self, other: &Outcome<Possible>) -> bool {
        let axes = |own: &AxisResults<Possible>, others: &AxisResults<Possible>| {
            own.len() <= others.len()
                && own
                    .iter()
                    .zip(others)
                    .all(|(own, other)| own.raw.lies_in(&other.raw) && own.score.lies_in(&other.score))
        };
        self.verdict.lies_in(&other.verdict)
            && self.value.lies_in(&other.value)
            && axes(&self.axes, &other.axes)
            && self.grade.lies_in(&other.grade)
            && self.state.lies_in(&other.state)
            && self.segment.lies_in(&other.segment)
            && self.play.lies_in(&other.play)
    }
}

impl<D: Domain> AxisResult<D> {
    fn unite(&mut self, other: &AxisResult<D>) {
        self.raw.unite(&other.raw);
        self.available.unite(&other.available);
        self.carried.unite(&other.carried);
        self.score.unite(&other.score);
    }
}

/// What conditions on the outcome look at.
struct Asked<'o, D: Domain> {
    axes: &'o [AxisResult<D>],
    score: &'o D::Number,
    grade: &'o D::Of<Option<usize>>,
    verdict: &'o D::Of<Verdict>,
}

/// A program in a world.
pub(crate) struct Evaluation<'m, X> {
    program: &'m Program,
    world: X,
}

impl<'m, X: World<'m>> Evaluation<'m, X> {
    pub(crate) fn new(program: &'m Program, world: X) -> Evaluation<'m, X> {
        Evaluation { program, world }
    }

    pub(crate) fn world(&self) -> &X {
        &self.world
    }

    /// The outcome, as it is reported.
    pub(crate) fn outcome<W: Witness<'m, X::Domain>>(&self, witness: &mut W) -> Outcome<X::Domain> {
        let verdict = self.verdict(witness);
        let scored = verdict.any(Verdict::is_scored);
        if !scored && !W::FULL {
            return Outcome::gated(verdict);
        }
        let axes: AxisResults<X::Domain> = self.program.axes.iter().map(|axis| self.axis(axis, witness)).collect();
        let mut outcome = self.following(&verdict, axes, witness);
        if !scored {
            return Outcome::gated(verdict);
        }
        if verdict.any(|verdict| !verdict.is_scored()) {
            outcome.unite(&Outcome::gated(verdict));
        }
        outcome
    }

    fn verdict<W: Witness<'m, X::Domain>>(&self, witness: &mut W) -> Of<X::Domain, Verdict> {
        let mut verdict = Of::<X::Domain, Verdict>::one(self.world.verdict());
        for gate in self.world.gates(false) {
            let truth = self.gate(gate, false, witness);
            verdict = X::Domain::both(&verdict, &truth, |verdict, truth| match truth {
                Truth::True => Verdict::Disqualified,
                Truth::False | Truth::Unknown => verdict,
            });
            if !W::FULL && verdict.only() == Some(Verdict::Disqualified) {
                return verdict;
            }
        }
        for gate in self.world.gates(true) {
            let truth = self.gate(gate, true, witness);
            verdict = X::Domain::both(&verdict, &truth, |verdict, truth| match truth {
                Truth::True => verdict,
                Truth::Unknown => verdict.max(Verdict::Undetermined),
                Truth::False => verdict.max(Verdict::Ineligible),
            });
            if !W::FULL && verdict.only() == Some(Verdict::Ineligible) {
                return verdict;
            }
        }
        verdict
    }

    /// A gate with its policy for the unknown applied.
    fn gate<W: Witness<'m, X::Domain>>(&self, gate: &'m Gate, required: bool, witness: &mut W) -> Of<X::Domain, Truth> {
        let truth = X::Domain::map(&self.condition(&gate.when, None, witness), |truth| match (truth, gate.missing) {
            (Truth::Unknown, GateMissing::Holds) => Truth::True,
            (Truth::Unknown, GateMissing::Fails) => Truth::False,
            (truth, _) => truth,
        });
        witness.gate(gate, required, &truth);
        truth
    }

    fn axis<W: Witness<'m, X::Domain>>(&self, axis: &'m Axis, witness: &mut W) -> AxisResult<X::Domain> {
        let mut raw = Number::<X::Domain>::one(axis.base);
        let mut reach = raw.clone();
        for part in &axis.parts {
            let (points, reached, rules) = self.world.rules(part);
            let mut sum = Number::<X::Domain>::one(points);
            let mut expected = Number::<X::Domain>::one(reached);
            for rule in rules {
                let worth = self.rule(rule, witness);
                witness.rule(rule, part, &worth);
                sum = sum.plus(&worth.points);
                if axis.skips {
                    expected = expected.plus(&worth.reach);
                }
            }
            let held = sum.map(|points| part.held(points));
            witness.group(part, &sum, &held);
            raw = raw.plus(&held);
            reach = reach.plus(&expected.map(|points| part.held(points)));
        }
        let available = if axis.skips { reach } else { Number::<X::Domain>::one(axis.available) };
        let result = total::axis_result(raw, available);
        witness.axis(axis, &result);
        result
    }

    /// A rule with its guard and its policy for the unknown applied.
    fn rule<W: Witness<'m, X::Domain>>(&self, rule: &'m Rule, witness: &mut W) -> Worth<X::Domain> {
        let guard = match &rule.guard {
            Some(guard) => self.condition(guard, None, witness),
            None => Of::<X::Domain, Truth>::one(Truth::True),
        };
        let is = |truth| guard.any(|own| own == truth);
        let mut found = if is(Truth::True) { self.form(&rule.worth, witness) } else { Found::nothing() };
        if is(Truth::False) {
            found.add(Number::<X::Domain>::one(0));
        }
        found.unknown |= is(Truth::Unknown);
        let reach = Number::<X::Domain>::one(rule.reach.unwrap_or(0));
        let unknown = found.unknown;
        match rule.missing {
            Missing::Points(points) => Worth { points: found.settled(points.micros()), unknown, reach },
            Missing::Skip => {
                let known = found.known.as_ref().map(|_| reach);
                let reach = Found::<X::Domain> { known, unknown }.settled(0);
                Worth { points: found.settled(0), unknown, reach }
            }
        }
    }

    fn form<W: Witness<'m, X::Domain>>(&self, form: &'m Form, witness: &mut W) -> Found<X::Domain> {
        let mut found = Found::nothing();
        match form {
            Form::Points(points) => found.add(Number::<X::Domain>::one(*points)),
            Form::First { rows, otherwise } => {
                for (when, points) in rows {
                    let truth = self.condition(when, None, witness);
                    if truth.any(|truth| truth == Truth::True) {
                        found.add(Number::<X::Domain>::one(*points));
                    }
                    found.unknown |= truth.any(|truth| truth == Truth::Unknown);
                    if !truth.any(|truth| truth == Truth::False) {
                        return found;
                    }
                }
                found.add(Number::<X::Domain>::one(*otherwise));
            }
            Form::Bands { of, rows, below } => {
                let value = self.world.quantity(of, rows, witness);
                found.unknown = value.unknown;
                if let Some(known) = value.known {
                    let reached = X::Domain::places(&known, |value| rows.partition_point(|(from, _)| *from <= value));
                    let points = |reached: usize| reached.checked_sub(1).and_then(|row| rows.get(row));
                    found.add(X::Domain::number(&reached, |reached| points(reached).map_or(*below, |row| row.1)));
                }
            }
            Form::Texts { .. } | Form::Tags { .. } | Form::PerUnit { .. } => return self.world.points(form, witness),
            Form::Signal(signal) => found.add(self.world.signal(signal, witness)),
        }
        found
    }

    /// Everything that follows from the axes.
    fn following<W: Witness<'m, X::Domain>>(
        &self,
        verdict: &Of<X::Domain, Verdict>,
        axes: AxisResults<X::Domain>,
        witness: &mut W,
    ) -> Outcome<X::Domain> {
        let program = self.program;
        let base = total::base(program, &axes);
        let grade = total::grade(program.grade.as_ref(), &axes);
        let asked = Asked { axes: &axes, score: &base, grade: &grade, verdict };
        let mut value = base.clone();
        for promoter in &program.promoters {
            let truth = self.condition(&promoter.when, Some(&asked), witness);
            witness.promoter(promoter, &truth);
            value = changed_where::<X::Domain>(&truth, value, |value| value.saturating_add(promoter.plus));
        }
        // Floors first, caps after them, so that a cap always holds.
        for floors in [true, false] {
            for limit in program.limits.iter().filter(|limit| limit.floor == floors) {
                let truth = self.condition(&limit.when, Some(&asked), witness);
                let before = value.clone();
                value = changed_where::<X::Domain>(&truth, value, |value| {
                    if floors { value.max(limit.bound) } else { value.min(limit.bound) }
                });
                witness.limit(limit, &truth, &before, &value);
            }
        }
        let value = value.map(|value| value.clamp(0, total::FULL_SCORE));
        witness.total(&base, &value);
        let state = total::state(&program.states, &value, &axes);
        let asked = Asked { score: &value, ..asked };
        let segment = first_true::<X::Domain>(program.segments.iter().map(|segment| {
            let truth = match &segment.when {
                Some(when) => self.condition(when, Some(&asked), witness),
                None => Of::<X::Domain, Truth>::one(Truth::True),
            };
            witness.segment(segment, &truth);
            truth
        }));
        let play = total::play::<X::Domain>(program, &grade, &state, &segment);
        Outcome { verdict: verdict.clone(), value, axes, grade, state, segment, play }
    }

    /// Whether `condition` holds.
    fn condition<W: Witness<'m, X::Domain>>(
        &self,
        condition: &'m Condition,
        asked: Option<&Asked<'_, X::Domain>>,
        witness: &mut W,
    ) -> Of<X::Domain, Truth> {
        match condition {
            Condition::Test(test) => match asked.and_then(|asked| asked.test(test, witness)) {
                Some(truth) => truth,
                None => self.world.test(test, witness),
            },
            Condition::Not(inner) => {
                witness.turned();
                let truth = X::Domain::map(&self.condition(inner, asked, witness), Truth::negated);
                witness.turned();
                truth
            }
            Condition::All(parts) => self.folded(parts, asked, witness, Truth::True, Truth::min, Truth::False),
            Condition::Any(parts) => self.folded(parts, asked, witness, Truth::False, Truth::max, Truth::True),
            Condition::AtLeastOf { count, of } => {
                let mut sure_and_possible = Of::<X::Domain, (usize, usize)>::one((0, 0));
                for part in of {
                    let truth = self.condition(part, asked, witness);
                    sure_and_possible = X::Domain::both(&sure_and_possible, &truth, |(sure, possible), truth| {
                        (sure + usize::from(truth == Truth::True), possible + usize::from(truth != Truth::False))
                    });
                }
                X::Domain::map(&sure_and_possible, |(sure, possible)| match (sure >= *count, possible >= *count) {
                    (true, _) => Truth::True,
                    (false, true) => Truth::Unknown,
                    (false, false) => Truth::False,
                })
            }
        }
    }

    /// All parts put together, up to the first after which nothing can change any more.
    fn folded<W: Witness<'m, X::Domain>>(
        &self,
        parts: &'m [Condition],
        asked: Option<&Asked<'_, X::Domain>>,
        witness: &mut W,
        start: Truth,
        pick: impl Fn(Truth, Truth) -> Truth,
        last: Truth,
    ) -> Of<X::Domain, Truth> {
        let mut picked = Of::<X::Domain, Truth>::one(start);
        for part in parts {
            picked = X::Domain::both(&picked, &self.condition(part, asked, witness), &pick);
            if picked.only() == Some(last) && !W::FULL {
                break;
            }
        }
        picked
    }
}

impl<D: Domain> Asked<'_, D> {
    /// A test on the outcome; `None` of a test on something else.
    fn test<'m, W: Witness<'m, D>>(&self, test: &'m Test, witness: &mut W) -> Option<D::Of<Truth>> {
        match test {
            Test::Number { of, within, op } => {
                let number = match of {
                    Quantity::Axis { axis } => &self.axes.get(*axis)?.score,
                    Quantity::Score => self.score,
                    _ => return None,
                };
                let negate = matches!(op, NumberOp::IsNot(_));
                let truth = D::map(&D::within(number, within), |holds| Truth::of(Some(holds != negate)));
                witness.tested(test, Seen::Quantity(Some(number.clone())), &truth);
                Some(truth)
            }
            Test::Text { of: TextSubject::Grade, .. } => {
                Some(text_test(test, self.grade, witness, |grade| grade.map(|place| Grade::at(place).as_str())))
            }
            Test::Text { of: TextSubject::Verdict, .. } => {
                Some(text_test(test, self.verdict, witness, |verdict| Some(verdict.as_str())))
            }
            _ => None,
        }
    }
}

/// A test on one of the outcome's texts.
fn text_test<'m, D: Domain, V: Copy + Ord + Debug, W: Witness<'m, D>>(
    test: &'m Test,
    of: &D::Of<V>,
    witness: &mut W,
    text: impl Fn(V) -> Option<&'static str>,
) -> D::Of<Truth> {
    let truth = D::map(of, |value| Truth::of(fact::holds(test, text(value).into())));
    witness.tested(test, Seen::Fact(of.only().and_then(text).into()), &truth);
    truth
}

/// A number that is changed, by a function that never falls, where the condition is true.
fn changed_where<D: Domain>(truth: &D::Of<Truth>, number: D::Number, f: impl Fn(i64) -> i64) -> D::Number {
    match truth.only() {
        Some(Truth::True) => number.map(f),
        None if truth.any(|truth| truth == Truth::True) => number.map(f).joined(&number),
        _ => number,
    }
}

/// The place of the first that is true; none are asked after it.
fn first_true<D: Domain>(truths: impl Iterator<Item = D::Of<Truth>>) -> D::Of<Option<usize>> {
    let mut first: Option<D::Of<Option<usize>>> = None;
    let added = |first: Option<D::Of<Option<usize>>>, place| {
        let place = D::Of::one(place);
        match first {
            Some(first) => first.joined(&place),
            None => place,
        }
    };
    for (place, truth) in truths.enumerate() {
        if truth.any(|truth| truth == Truth::True) {
            let more = added(first, Some(place));
            if truth.only().is_some() {
                return more;
            }
            first = Some(more);
        }
    }
    added(first, None)
}
