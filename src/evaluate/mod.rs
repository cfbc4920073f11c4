//! The one evaluator: a program, a world and what it finds there.
//!
//! [`World`] is what conditions and rules look at: one subject at one instant for a score, sets of subjects over a
//! span of time for the questions beyond it. [`Domain`] is what they find: one value of each thing, or sets of values.
//! [`Witness`] decides what is written down on the way. For a score it is `()`, nothing is written down and what
//! cannot matter any more is left out; for an explanation it is the ledger, and everything is evaluated.

pub(crate) mod columns;
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

use columns::Few;
use domain::Plain;
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

use crate::grade::{Grade, Verdict};
use crate::input::facts::Fact;
use crate::model::{GateMissing, Missing};
use crate::program::{
    Ask, Axis, Condition, FieldIndex, Form, Gate, Limit, Part, Place, Program, Promoter, Quantity, Rule, Segment,
    Signal, Test, TextSubject, Worth,
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
    fn rules(&self, part: &'m Part) -> (i64, i64, impl Iterator<Item = &'m Rule>) {
        (0, 0, part.rules.iter())
    }
    /// Nothing that is asked from here on matters to those who cannot be scored any more.
    #[inline]
    fn narrow(&self, _verdict: &Of<Self::Domain, Verdict>) {}

    /// Whether a condition holds that does not ask for the outcome; of one that is no test, `otherwise` says it.
    #[inline]
    fn condition<W: Witness<'m, Self::Domain>>(
        &self,
        condition: &'m Condition,
        witness: &mut W,
        otherwise: impl FnOnce(&mut W) -> Of<Self::Domain, Truth>,
    ) -> Of<Self::Domain, Truth> {
        match &condition.form {
            Form::Test(test) => self.test(condition.ask, test, witness),
            _ => otherwise(witness),
        }
    }

    /// A test on facts or events.
    fn test<W: Witness<'m, Self::Domain>>(&self, ask: Ask, test: &'m Test, witness: &mut W) -> Of<Self::Domain, Truth>;

    /// The points of a form that is read from one quantity or one fact.
    fn points<W: Witness<'m, Self::Domain>>(&self, form: &'m Worth, witness: &mut W) -> Measured<Self::Domain>;

    /// What a signal is worth.
    fn signal<W: Witness<'m, Self::Domain>>(&self, signal: &'m Signal, witness: &mut W) -> Number<Self::Domain>;
}

pub(crate) type Of<D, V> = <D as Domain>::Of<V>;
pub(crate) type Number<D> = <D as Domain>::Number;

/// A number that may be unknown.
#[derive(Clone, Debug)]
pub(crate) struct Measured<D: Domain> {
    /// The number where it is known; zero stands in where it never is.
    pub(crate) number: D::Number,
    pub(crate) unknown: D::Of<bool>,
}

impl<D: Domain> Measured<D> {
    #[inline]
    fn known(number: D::Number) -> Measured<D> {
        Measured { number, unknown: D::Of::one(false) }
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
    /// What a rule is worth, if somebody asks.
    fn rule(&mut self, _rule: &'m Rule, _worth: impl FnOnce() -> Measured<D>) {}
    fn part(&mut self, _part: &'m Part) {}
    fn axis(&mut self, _result: &AxisResult<D>) {}
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
    pub(crate) grade: D::Of<Place>,
    pub(crate) state: D::Of<Place>,
    pub(crate) segment: D::Of<Place>,
    pub(crate) play: D::Of<Place>,
}

impl<D: Domain> Outcome<D> {
    /// The outcome of a subject that a gate holds back.
    pub(crate) fn gated(verdict: D::Of<Verdict>) -> Outcome<D> {
        Outcome {
            verdict,
            value: D::Number::one(0),
            axes: SmallVec::new(),
            grade: D::Of::one(Place::NONE),
            state: D::Of::one(Place::NONE),
            segment: D::Of::one(Place::NONE),
            play: D::Of::one(Place::NONE),
        }
    }

    /// Takes in what the next axis came to.
    #[inline(always)]
    pub(crate) fn push<'m, W: Witness<'m, D>>(&mut self, raw: D::Number, available: D::Number, witness: &mut W) {
        let result = total::axis_result(raw, available);
        witness.axis(&result);
        self.axes.push(result);
    }

    /// The same where the subject may be scored; where not, the outcome of one that a gate holds back.
    fn hold_back(&mut self) {
        let scored = D::map(&self.verdict, Verdict::is_scored);
        match scored.only() {
            Some(true) => return,
            Some(false) => self.axes.clear(),
            None => {}
        }
        self.value = D::choose(&scored, self.value.clone(), D::Number::one(0));
        for place in [&mut self.grade, &mut self.state, &mut self.segment, &mut self.play] {
            D::change(place, &scored, |place, scored| if scored { place } else { Place::NONE });
        }
    }
}

/// The set of this outcome alone.
impl From<&Outcome<Exact>> for Outcome<Possible> {
    fn from(outcome: &Outcome<Exact>) -> Outcome<Possible> {
        let Outcome { verdict, value, axes, grade, state, segment, play } = outcome;
        let axis = |&AxisResult { raw, available, carried, score }: &AxisResult<Exact>| AxisResult {
            raw: Ranges::one(raw),
            available: Ranges::one(available),
            carried: Ranges::one(carried),
            score: Ranges::one(score),
        };
        Outcome {
            verdict: Values::one(*verdict),
            value: Ranges::one(*value),
            axes: axes.iter().map(axis).collect(),
            grade: Values::one(*grade),
            state: Values::one(*state),
            segment: Values::one(*segment),
            play: Values::one(*play),
        }
    }
}

impl Outcome<Possible> {
    /// Puts in what is in the other; both may be scored by the same program.
    pub(crate) fn unite(&mut self, other: &Outcome<Possible>) {
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

impl AxisResult<Possible> {
    fn unite(&mut self, other: &AxisResult<Possible>) {
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
    grade: &'o D::Of<Place>,
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
    #[inline]
    pub(crate) fn outcome<W: Witness<'m, X::Domain>>(&self, witness: &mut W) -> Outcome<X::Domain> {
        let verdict = self.verdict(witness);
        if !verdict.any(Verdict::is_scored) && !W::FULL {
            return Outcome::gated(verdict);
        }
        let mut outcome = Outcome::gated(verdict);
        self.score(&mut outcome, witness);
        outcome.hold_back();
        outcome
    }

    /// What the gates say.
    #[inline(always)]
    pub(crate) fn verdict<W: Witness<'m, X::Domain>>(&self, witness: &mut W) -> Of<X::Domain, Verdict> {
        let mut verdict = Of::<X::Domain, Verdict>::one(self.world.verdict());
        for gate in self.world.gates(false) {
            let Some(truth) = self.gate(gate, false, witness) else { continue };
            X::Domain::change(&mut verdict, &truth, |verdict, truth| match truth {
                Truth::True => Verdict::Disqualified,
                Truth::False | Truth::Unknown => verdict,
            });
            if !W::FULL {
                if verdict.is(Verdict::Disqualified) {
                    return verdict;
                }
                self.world.narrow(&verdict);
            }
        }
        for gate in self.world.gates(true) {
            let Some(truth) = self.gate(gate, true, witness) else { continue };
            X::Domain::change(&mut verdict, &truth, |verdict, truth| match truth {
                Truth::True => verdict,
                Truth::Unknown => verdict.max(Verdict::Undetermined),
                Truth::False => verdict.max(Verdict::Ineligible),
            });
            if !W::FULL {
                if !verdict.any(Verdict::is_scored) {
                    return verdict;
                }
                self.world.narrow(&verdict);
            }
        }
        verdict
    }

    /// A gate with its policy for the unknown applied; `None` where it lets everybody pass.
    #[inline(always)]
    fn gate<W: Witness<'m, X::Domain>>(
        &self,
        gate: &'m Gate,
        required: bool,
        witness: &mut W,
    ) -> Option<Of<X::Domain, Truth>> {
        let mut truth = self.condition(&gate.when, None, witness);
        let passes = truth.is(if required { Truth::True } else { Truth::False });
        if !passes && truth.any(|truth| truth == Truth::Unknown) {
            truth = by_policy::<X::Domain>(gate, truth);
        }
        witness.gate(gate, required, &truth);
        (!passes).then_some(truth)
    }

    /// Adds the points of an axis to its base, where they stay: numbers of many subjects are large. Says what counts as
    /// 100, where that is not the same for all.
    pub(crate) fn points<W: Witness<'m, X::Domain>>(
        &self,
        axis: &'m Axis,
        raw: &mut Number<X::Domain>,
        witness: &mut W,
    ) -> Option<Number<X::Domain>> {
        let mut reach = axis.skips.then(|| Number::<X::Domain>::one(axis.base));
        for part in &axis.parts {
            let (points, reached, rules) = self.world.rules(part);
            let mut sum = Number::<X::Domain>::one(points);
            let mut expected = reach.as_ref().map(|_| Number::<X::Domain>::one(reached));
            for rule in rules {
                let unknown = self.rule(rule, &mut sum, witness);
                if let Some(expected) = &mut expected {
                    expected.add(&expected_of::<X::Domain>(rule, &unknown));
                }
            }
            witness.part(part);
            if part.group.is_some() {
                sum = sum.map(|points| part.held(points));
                expected = expected.map(|expected| expected.map(|points| part.held(points)));
            }
            raw.add(&sum);
            if let (Some(reach), Some(expected)) = (&mut reach, expected) {
                reach.add(&expected);
            }
        }
        reach
    }

    /// Adds what a rule is worth, its guard and its policy for the unknown applied, and says where it is unknown.
    #[inline]
    fn rule<W: Witness<'m, X::Domain>>(
        &self,
        rule: &'m Rule,
        sum: &mut Number<X::Domain>,
        witness: &mut W,
    ) -> Of<X::Domain, bool> {
        let (Some(guard), Worth::Points(by_truth)) = (&rule.guard, &rule.worth) else {
            let worth = self.formed(rule, witness);
            witness.rule(rule, || worth.clone());
            sum.add(&worth.number);
            return worth.unknown;
        };
        let guard = self.condition(guard, None, witness);
        let points = |guard: Truth| by_truth.of(guard.number());
        let unknown = X::Domain::map(&guard, |guard| guard == Truth::Unknown);
        witness.rule(rule, || Measured {
            number: X::Domain::number(&guard, |guard| Some(points(guard))),
            unknown: unknown.clone(),
        });
        X::Domain::gain(sum, &guard, points);
        unknown
    }

    /// What a rule is worth that is not worth the same to all.
    #[inline(never)]
    fn formed<W: Witness<'m, X::Domain>>(&self, rule: &'m Rule, witness: &mut W) -> Measured<X::Domain> {
        let missing = rule.missing.micros();
        let Measured { number, unknown } = match &rule.guard {
            Some(guard) => self.guarded(guard, &rule.worth, witness),
            None => self.form(&rule.worth, witness),
        };
        Measured { number: X::Domain::choose(&unknown, Number::<X::Domain>::one(missing), number), unknown }
    }

    /// The points of a form where the guard holds, and none where it does not.
    #[inline(never)]
    fn guarded<W: Witness<'m, X::Domain>>(
        &self,
        guard: &'m Condition,
        form: &'m Worth,
        witness: &mut W,
    ) -> Measured<X::Domain> {
        let guard = self.condition(guard, None, witness);
        let nothing = Number::<X::Domain>::one(0);
        let found = if guard.any(|truth| truth == Truth::True) {
            self.form(form, witness)
        } else {
            Measured::known(nothing.clone())
        };
        let fails = X::Domain::map(&guard, |truth| truth == Truth::False);
        Measured {
            number: X::Domain::choose(&fails, nothing, found.number),
            unknown: X::Domain::both(&guard, &found.unknown, |guard, unknown| match guard {
                Truth::True => unknown,
                Truth::Unknown => true,
                Truth::False => false,
            }),
        }
    }

    #[inline(always)]
    fn form<W: Witness<'m, X::Domain>>(&self, form: &'m Worth, witness: &mut W) -> Measured<X::Domain> {
        match form {
            Worth::Points(by_truth) => Measured::known(Number::<X::Domain>::one(by_truth.points())),
            Worth::First { rows, otherwise } => self.first(rows, *otherwise, witness),
            Worth::Bands { .. } | Worth::Texts { .. } | Worth::Tags { .. } | Worth::PerUnit { .. } => {
                self.world.points(form, witness)
            }
            Worth::Signal(signal) => Measured::known(self.world.signal(signal, witness)),
        }
    }

    /// The points of the first condition that holds.
    #[inline(never)]
    fn first<W: Witness<'m, X::Domain>>(
        &self,
        rows: &'m [(Condition, i64)],
        otherwise: i64,
        witness: &mut W,
    ) -> Measured<X::Domain> {
        let decisions = rows.iter().map(|(when, _)| self.condition(when, None, witness));
        let decided = first_decided::<X::Domain>(decisions);
        let points = |decided| match decided {
            Decided::By(row) => rows.get(row).map(|(_, points)| *points),
            Decided::Unknown => None,
            Decided::Not => Some(otherwise),
        };
        Measured {
            number: X::Domain::number(&decided, points),
            unknown: X::Domain::map(&decided, |decided| decided == Decided::Unknown),
        }
    }

    /// The axes, and everything that follows from them, as if no gate held anybody back.
    #[inline]
    pub(crate) fn score<W: Witness<'m, X::Domain>>(&self, outcome: &mut Outcome<X::Domain>, witness: &mut W) {
        for axis in &self.program.axes {
            let mut raw = Number::<X::Domain>::one(axis.base);
            let reach = self.points(axis, &mut raw, witness);
            outcome.push(raw, reach.unwrap_or_else(|| Number::<X::Domain>::one(axis.available)), witness);
        }
        self.conclude(outcome, witness);
    }

    /// Everything that follows from the axes.
    #[inline(always)]
    pub(crate) fn conclude<W: Witness<'m, X::Domain>>(&self, outcome: &mut Outcome<X::Domain>, witness: &mut W) {
        let program = self.program;
        let (verdict, axes) = (&outcome.verdict, outcome.axes.as_slice());
        let base = total::base(program, axes);
        let grade = total::grade(program.grade.as_ref(), axes);
        let adjusts = !program.promoters.is_empty() || !program.limits.is_empty();
        let value = if adjusts {
            let adjusted = self.adjusted(&Asked { axes, score: &base, grade: &grade, verdict }, witness);
            adjusted.map(|value| value.clamp(0, total::FULL_SCORE))
        } else {
            base.clone()
        };
        witness.total(&base, &value);
        let state = total::state(&program.states, &value, axes);
        if !program.segments.is_empty() {
            outcome.segment = self.segment(&Asked { axes, score: &value, grade: &grade, verdict }, witness);
        }
        if !program.plays.is_empty() {
            outcome.play = total::play::<X::Domain>(program, &grade, &state, &outcome.segment);
        }
        (outcome.value, outcome.grade, outcome.state) = (value, grade, state);
    }

    /// The score with promoters and limits.
    #[inline(never)]
    fn adjusted<W: Witness<'m, X::Domain>>(&self, asked: &Asked<'_, X::Domain>, witness: &mut W) -> Number<X::Domain> {
        let mut value = asked.score.clone();
        for promoter in &self.program.promoters {
            let truth = self.condition(&promoter.when, Some(asked), witness);
            witness.promoter(promoter, &truth);
            value = changed_where::<X::Domain>(&truth, value, |value| value.saturating_add(promoter.plus));
        }
        // Floors first, caps after them, so that a cap always holds.
        for floors in [true, false] {
            for limit in self.program.limits.iter().filter(|limit| limit.floor == floors) {
                let truth = self.condition(&limit.when, Some(asked), witness);
                let before = value.clone();
                value = changed_where::<X::Domain>(&truth, value, |value| {
                    if floors { value.max(limit.bound) } else { value.min(limit.bound) }
                });
                witness.limit(limit, &truth, &before, &value);
            }
        }
        value
    }

    #[inline(never)]
    fn segment<W: Witness<'m, X::Domain>>(
        &self,
        asked: &Asked<'_, X::Domain>,
        witness: &mut W,
    ) -> Of<X::Domain, Place> {
        first_true::<X::Domain>(self.program.segments.iter().map(|segment| {
            let truth = match &segment.when {
                Some(when) => self.condition(when, Some(asked), witness),
                None => Of::<X::Domain, Truth>::one(Truth::True),
            };
            witness.segment(segment, &truth);
            truth
        }))
    }

    /// Whether `condition` holds.
    #[inline]
    fn condition<W: Witness<'m, X::Domain>>(
        &self,
        condition: &'m Condition,
        asked: Option<&Asked<'_, X::Domain>>,
        witness: &mut W,
    ) -> Of<X::Domain, Truth> {
        match asked {
            None => self.world.condition(condition, witness, |witness| self.compound(condition, None, witness)),
            Some(_) => self.compound(condition, asked, witness),
        }
    }

    fn compound<W: Witness<'m, X::Domain>>(
        &self,
        condition: &'m Condition,
        asked: Option<&Asked<'_, X::Domain>>,
        witness: &mut W,
    ) -> Of<X::Domain, Truth> {
        match &condition.form {
            Form::Test(test) => match asked.and_then(|asked| asked.test(test, witness)) {
                Some(truth) => truth,
                None => self.world.test(condition.ask, test, witness),
            },
            Form::Not(inner) => {
                witness.turned();
                let truth = X::Domain::map(&self.condition(inner, asked, witness), Truth::negated);
                witness.turned();
                truth
            }
            Form::All(parts) => self.folded(parts, asked, witness, Truth::True, Truth::min, Truth::False),
            Form::Any(parts) => self.folded(parts, asked, witness, Truth::False, Truth::max, Truth::True),
            Form::AtLeastOf { count, of } => {
                let mut sure_and_possible = Of::<X::Domain, (usize, usize)>::one((0, 0));
                for part in of {
                    let truth = self.condition(part, asked, witness);
                    X::Domain::change(&mut sure_and_possible, &truth, |(sure, possible), truth| {
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
            X::Domain::change(&mut picked, &self.condition(part, asked, witness), &pick);
            if picked.is(last) && !W::FULL {
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
            Test::Number { of, within, op, .. } => {
                let number = match of {
                    Quantity::Axis { axis } => &self.axes.get(*axis)?.score,
                    Quantity::Score => self.score,
                    _ => return None,
                };
                let truth = D::map(&D::within(number, within), |holds| Truth::of(Some(holds != op.negates())));
                witness.tested(test, Seen::Quantity(Some(number.clone())), &truth);
                Some(truth)
            }
            Test::Text { of: TextSubject::Grade, .. } => {
                Some(text_test(test, self.grade, witness, |grade| grade.get().map(|place| Grade::at(place).as_str())))
            }
            Test::Text { of: TextSubject::Verdict, .. } => {
                Some(text_test(test, self.verdict, witness, |verdict| Some(verdict.as_str())))
            }
            _ => None,
        }
    }
}

/// A test on one of the outcome's texts.
fn text_test<'m, D: Domain, V: Plain, W: Witness<'m, D>>(
    test: &'m Test,
    of: &D::Of<V>,
    witness: &mut W,
    text: impl Fn(V) -> Option<&'static str>,
) -> D::Of<Truth> {
    let truth = D::map(of, |value| Truth::of(fact::holds(test, text(value).into())));
    witness.tested(test, Seen::Fact(of.only().and_then(text).into()), &truth);
    truth
}

/// With the gate's policy for the unknown applied; seldom, so that nothing else is asked of most.
#[cold]
#[inline(never)]
#[expect(clippy::needless_pass_by_value, reason = "a reference would put the truth of every gate into memory")]
fn by_policy<D: Domain>(gate: &Gate, truth: D::Of<Truth>) -> D::Of<Truth> {
    D::map(&truth, |truth| match (truth, gate.missing) {
        (Truth::Unknown, GateMissing::Holds) => Truth::True,
        (Truth::Unknown, GateMissing::Fails) => Truth::False,
        (truth, _) => truth,
    })
}

/// What an axis may expect of a rule: its reach, or zero where it is skipped.
fn expected_of<D: Domain>(rule: &Rule, unknown: &D::Of<bool>) -> D::Number {
    let reach = D::Number::one(rule.reach.unwrap_or(0));
    match rule.missing {
        Missing::Points(_) => reach,
        Missing::Skip => D::choose(unknown, D::Number::one(0), reach),
    }
}

/// A number that is changed, by a function that never falls, where the condition is true.
#[inline]
fn changed_where<D: Domain>(truth: &D::Of<Truth>, number: D::Number, f: impl Fn(i64) -> i64) -> D::Number {
    if !truth.any(|truth| truth == Truth::True) {
        return number;
    }
    D::choose(&D::map(truth, |truth| truth == Truth::True), number.map(f), number)
}

/// Which of several conditions, asked in turn, decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Decided {
    /// None: all are false.
    Not,
    /// The one at this place, which is true.
    By(usize),
    /// One that is unknown.
    Unknown,
}

/// The first condition that is not false; none are asked after it.
fn first_decided<D: Domain>(truths: impl Iterator<Item = D::Of<Truth>>) -> D::Of<Decided> {
    let mut first = D::Of::one(Decided::Not);
    for (place, truth) in truths.enumerate() {
        D::change(&mut first, &truth, |first, truth| match (first, truth) {
            (Decided::Not, Truth::True) => Decided::By(place),
            (Decided::Not, Truth::Unknown) => Decided::Unknown,
            (first, _) => first,
        });
        if !first.any(|first| first == Decided::Not) {
            break;
        }
    }
    first
}

/// The place of the first that is true; none are asked after it.
fn first_true<D: Domain>(truths: impl Iterator<Item = D::Of<Truth>>) -> D::Of<Place> {
    let mut first = D::Of::one(Place::NONE);
    for (place, truth) in truths.enumerate() {
        D::change(&mut first, &truth, |first, truth| match (first, truth) {
            (Place::NONE, Truth::True) => Place::at(place),
            (first, _) => first,
        });
        if !first.any(|first| first == Place::NONE) {
            break;
        }
    }
    first
}
