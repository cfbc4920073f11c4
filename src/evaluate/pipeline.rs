//! The pipeline of an evaluation: gates, rules, groups, axes, promoters, limits, names.

use super::domain::{Atoms, Domain, Numbers, first_true};
use super::env::{Env, MaybeUnknown};
use super::observer::{Observation, Observer};
use super::outcome::{AxisOutcome, Outcome};
use super::tested_rule::GreatestPoints;
use super::total::AxisTally;
use super::{test, total};
use crate::grade::{Grade, Verdict};
use crate::model::IfUnknown;
use crate::program::{
    Axis, Condition, ConditionNode, CoverageUse, Gate, Index, Quantity, Rule, RuleBody, Test, TextSubject,
};
use crate::truth::Truth;

type Of<D, V> = <D as Domain>::Of<V>;
type Number<D> = <D as Domain>::Number;

/// What conditions on the outcome look at.
pub(super) struct OutcomeView<'o, D: Domain> {
    axes: &'o [AxisOutcome<D>],
    score: &'o D::Number,
    coverage: Option<&'o D::Number>,
    /// The greatest points of the rules of each axis; empty if no condition tests them.
    greatest_rules: &'o [GreatestPoints<D>],
    grade: &'o D::Of<Index>,
    verdict: &'o D::Of<Verdict>,
}

/// The evaluation of a program in an environment.
pub(crate) struct Evaluation<E> {
    env: E,
}

impl<'m, E: Env<'m>> Evaluation<E> {
    pub(crate) fn new(env: E) -> Evaluation<E> {
        Evaluation { env }
    }

    pub(crate) fn env(&self) -> &E {
        &self.env
    }

    /// The outcome, as it is reported.
    #[inline]
    pub(crate) fn outcome<O: Observer<'m, E::Domain>>(&self, observer: &mut O) -> Outcome<E::Domain> {
        let verdict = self.verdict(observer);
        if !verdict.any(Verdict::is_scored) && !O::FULL {
            return Outcome::gated(verdict);
        }
        let mut outcome = Outcome::gated(verdict);
        self.score(&mut outcome, observer);
        outcome.hold_back();
        outcome
    }

    /// Evaluates the gates.
    #[inline(always)]
    pub(crate) fn verdict<O: Observer<'m, E::Domain>>(&self, observer: &mut O) -> Of<E::Domain, Verdict> {
        let mut verdict = Of::<E::Domain, Verdict>::one(self.env.verdict());
        for gate in self.env.gates(false) {
            let Some(truth) = self.gate(gate, false, observer) else { continue };
            verdict = E::Domain::map2(&verdict, &truth, disqualifying_verdict);
            if verdict.is(Verdict::Disqualified) && !O::FULL {
                return verdict;
            }
        }
        for gate in self.env.gates(true) {
            let Some(truth) = self.gate(gate, true, observer) else { continue };
            verdict = E::Domain::map2(&verdict, &truth, required_verdict);
            if !verdict.any(Verdict::is_scored) && !O::FULL {
                return verdict;
            }
        }
        verdict
    }

    /// A gate with its policy for the unknown applied; `None` if every subject passes it.
    #[inline(always)]
    fn gate<O: Observer<'m, E::Domain>>(
        &self,
        gate: &'m Gate,
        required: bool,
        observer: &mut O,
    ) -> Option<Of<E::Domain, Truth>> {
        let mut truth = self.condition(&gate.when, None, observer);
        let passes = truth.is(if required { Truth::True } else { Truth::False });
        if !passes && truth.any(|truth| truth == Truth::Unknown) {
            truth = by_policy::<E::Domain>(gate.missing, truth);
        }
        observer.on_gate(gate, required, &truth);
        (!passes).then_some(truth)
    }

    /// The raw points of an axis. Adds to `tally` what else its rules add up to; without it, no group is in another.
    fn points<O: Observer<'m, E::Domain>>(
        &self,
        axis: &'m Axis,
        mut tally: Option<&mut AxisTally<E::Domain>>,
        observer: &mut O,
    ) -> Number<E::Domain> {
        let one = |number| Number::<E::Domain>::one(number);
        let mut raw = one(axis.base);
        for part in &axis.parts {
            let (known, rules) = self.env.rules(part);
            let mut sum = one(known.points);
            let mut own = tally.as_mut().map(|tally| tally.part(part, (known.expected, known.stake), &mut sum));
            for rule in rules {
                let unknown = self.rule(rule, &mut sum, observer);
                if let Some(own) = &mut own {
                    own.add(rule, &unknown);
                }
            }
            observer.on_part(part, &sum);
            if part.group.is_some() {
                sum = sum.map(|points| part.clamped(points));
            }
            match (&mut tally, own) {
                (Some(tally), Some(own)) => tally.add(part, &own, sum, &mut raw),
                _ => raw.add(&sum),
            }
        }
        raw
    }

    /// Evaluates an axis that needs more than its points.
    #[inline(never)]
    fn tallied<O: Observer<'m, E::Domain>>(&self, axis: &'m Axis, outcome: &mut Outcome<E::Domain>, observer: &mut O) {
        let mut tally = AxisTally::new(axis);
        let raw = self.points(axis, Some(&mut tally), observer);
        let available = if axis.skips { tally.expected } else { Number::<E::Domain>::one(axis.available) };
        let known = self.env.program().covers().then(|| total::axis_coverage(axis, &tally.stake));
        outcome.push(raw, available, known, observer);
    }

    /// Adds the points of a rule, with its guard and its policy for the unknown applied. Returns where the rule is unknown.
    #[inline]
    fn rule<O: Observer<'m, E::Domain>>(
        &self,
        rule: &'m Rule,
        sum: &mut Number<E::Domain>,
        observer: &mut O,
    ) -> Of<E::Domain, bool> {
        let (Some(guard), RuleBody::Points(by_truth)) = (&rule.guard, &rule.body) else {
            let points = self.guarded(rule, observer);
            observer.on_rule(rule, || points.clone());
            sum.add(&points.number);
            return points.unknown;
        };
        let guard = self.condition(guard, None, observer);
        let number = E::Domain::number(&guard, |guard| Some(by_truth.of(guard)));
        let unknown = E::Domain::map(&guard, |guard| guard == Truth::Unknown);
        observer.on_rule(rule, || MaybeUnknown { number: number.clone(), unknown: unknown.clone() });
        sum.add(&number);
        unknown
    }

    /// The axes and everything that follows from them, as if every subject passed the gates.
    #[inline]
    pub(crate) fn score<O: Observer<'m, E::Domain>>(&self, outcome: &mut Outcome<E::Domain>, observer: &mut O) {
        for axis in &self.env.program().axes {
            if axis.tallies {
                self.tallied(axis, outcome, observer);
                continue;
            }
            let raw = self.points(axis, None, observer);
            outcome.push(raw, Number::<E::Domain>::one(axis.available), None, observer);
        }
        self.conclude(outcome, observer);
    }

    /// Everything that follows from the axes.
    #[inline(always)]
    pub(crate) fn conclude<O: Observer<'m, E::Domain>>(&self, outcome: &mut Outcome<E::Domain>, observer: &mut O) {
        if self.env.program().extended {
            self.concluded::<_, true>(outcome, observer);
        } else {
            self.concluded::<_, false>(outcome, observer);
        }
    }

    #[inline(always)]
    fn concluded<O: Observer<'m, E::Domain>, const EXTENDED: bool>(
        &self,
        outcome: &mut Outcome<E::Domain>,
        observer: &mut O,
    ) {
        let program = self.env.program();
        let skips = EXTENDED && program.coverage == CoverageUse::Skips;
        let greatest;
        let mut greatest_rules: &[GreatestPoints<E::Domain>] = &[];
        if EXTENDED {
            if program.covers() {
                outcome.coverage = Some(total::coverage(program, &outcome.axes));
            }
            greatest = self.greatest_rules();
            greatest_rules = &greatest;
        }
        let (verdict, coverage, axes) = (&outcome.verdict, outcome.coverage.as_ref(), outcome.axes.as_slice());
        let (base, grade, left) = if skips {
            let (base, left) = total::base_of_kept(program, axes);
            (base, total::grade_of_kept(program.grade.as_ref(), axes), Some(left))
        } else {
            (total::base(program, axes), total::grade(program.grade.as_ref(), axes), None)
        };
        let adjusts = !program.promoters.is_empty() || !program.limits.is_empty();
        let value = if adjusts {
            let view = OutcomeView { axes, score: &base, coverage, greatest_rules, grade: &grade, verdict };
            let adjusted = self.adjusted(&view, observer);
            adjusted.map(|value| value.clamp(0, total::FULL_SCORE))
        } else {
            base.clone()
        };
        observer.on_total(&base, &value);
        let state = total::state(&program.states, &value, axes);
        if !program.segments.is_empty() {
            let view = OutcomeView { axes, score: &value, coverage, greatest_rules, grade: &grade, verdict };
            outcome.segment = self.segment(&view, observer);
        }
        if !program.plays.is_empty() {
            outcome.play = total::play::<E::Domain>(program, &grade, &state, &outcome.segment);
        }
        (outcome.value, outcome.grade, outcome.state) = (value, grade, state);
        if let Some(left) = left {
            outcome.uncover(&left);
        }
    }

    /// The score with promoters and limits.
    #[inline(never)]
    fn adjusted<O: Observer<'m, E::Domain>>(
        &self,
        view: &OutcomeView<'_, E::Domain>,
        observer: &mut O,
    ) -> Number<E::Domain> {
        let mut value = view.score.clone();
        for promoter in &self.env.program().promoters {
            let truth = self.decided(&promoter.when, promoter.missing, view, observer);
            observer.on_promoter(promoter, &truth);
            value = map_where::<E::Domain>(&truth, value, |value| value.saturating_add(promoter.plus));
        }
        // Floors first, caps after them, so that a cap always holds.
        for floors in [true, false] {
            for limit in self.env.program().limits.iter().filter(|limit| limit.floor == floors) {
                let truth = self.decided(&limit.when, limit.missing, view, observer);
                let before = value.clone();
                value = map_where::<E::Domain>(&truth, value, |value| {
                    if floors { value.max(limit.bound) } else { value.min(limit.bound) }
                });
                observer.on_limit(limit, &truth, &before, &value);
            }
        }
        value
    }

    #[inline(never)]
    fn segment<O: Observer<'m, E::Domain>>(
        &self,
        view: &OutcomeView<'_, E::Domain>,
        observer: &mut O,
    ) -> Of<E::Domain, Index> {
        first_true::<E::Domain>(self.env.program().segments.iter().map(|segment| {
            let truth = match &segment.when {
                Some(when) => self.decided(when, segment.missing, view, observer),
                None => Of::<E::Domain, Truth>::one(Truth::True),
            };
            observer.on_segment(segment, &truth);
            truth
        }))
    }

    /// A condition of a promoter, limit or segment with its policy for the unknown applied.
    #[inline]
    fn decided<O: Observer<'m, E::Domain>>(
        &self,
        condition: &'m Condition,
        missing: IfUnknown,
        view: &OutcomeView<'_, E::Domain>,
        observer: &mut O,
    ) -> Of<E::Domain, Truth> {
        let truth = self.condition(condition, Some(view), observer);
        if missing == IfUnknown::Unknown { truth } else { by_policy::<E::Domain>(missing, truth) }
    }

    /// Whether `condition` holds, if the environment answers the tests on the outcome too.
    pub(crate) fn truth(&self, condition: &'m Condition) -> Of<E::Domain, Truth> {
        self.condition(condition, None, &mut ())
    }

    /// Whether `condition` holds. Conditions of promoters, limits and segments may look at the outcome.
    #[inline]
    pub(super) fn condition<O: Observer<'m, E::Domain>>(
        &self,
        condition: &'m Condition,
        view: Option<&OutcomeView<'_, E::Domain>>,
        observer: &mut O,
    ) -> Of<E::Domain, Truth> {
        match &condition.node {
            ConditionNode::Test(test) => match view.and_then(|view| view.test(self, test, observer)) {
                Some(truth) => truth,
                None => self.env.test(condition.probe, test, observer),
            },
            joined => self.joined(joined, view, observer),
        }
    }

    #[inline(never)]
    fn joined<O: Observer<'m, E::Domain>>(
        &self,
        node: &'m ConditionNode,
        view: Option<&OutcomeView<'_, E::Domain>>,
        observer: &mut O,
    ) -> Of<E::Domain, Truth> {
        match node {
            // `condition` evaluates tests.
            ConditionNode::Test(_) => Of::<E::Domain, Truth>::one(Truth::Unknown),
            ConditionNode::Not(inner) => {
                observer.on_negation();
                let truth = E::Domain::map(&self.condition(inner, view, observer), Truth::negated);
                observer.on_negation();
                truth
            }
            ConditionNode::All(parts) => self.folded(parts, view, observer, Truth::True, Truth::min, Truth::False),
            ConditionNode::Any(parts) => self.folded(parts, view, observer, Truth::False, Truth::max, Truth::True),
            ConditionNode::AtLeastOf { count, of } => {
                let mut sure_and_possible = Of::<E::Domain, (usize, usize)>::one((0, 0));
                for part in of {
                    let truth = self.condition(part, view, observer);
                    sure_and_possible = E::Domain::map2(&sure_and_possible, &truth, |(sure, possible), truth| {
                        (sure + usize::from(truth == Truth::True), possible + usize::from(truth != Truth::False))
                    });
                }
                E::Domain::map(&sure_and_possible, |(sure, possible)| Truth::of_count(sure, possible, *count))
            }
        }
    }

    /// Folds all parts, up to the first one after which the result cannot change.
    fn folded<O: Observer<'m, E::Domain>>(
        &self,
        parts: &'m [Condition],
        view: Option<&OutcomeView<'_, E::Domain>>,
        observer: &mut O,
        start: Truth,
        pick: impl Fn(Truth, Truth) -> Truth,
        last: Truth,
    ) -> Of<E::Domain, Truth> {
        let mut picked = Of::<E::Domain, Truth>::one(start);
        for part in parts {
            picked = E::Domain::map2(&picked, &self.condition(part, view, observer), &pick);
            if picked.is(last) && !O::FULL {
                break;
            }
        }
        picked
    }
}

impl<D: Domain> OutcomeView<'_, D> {
    /// Evaluates a test on the outcome; `None` of any other test.
    fn test<'m, E: Env<'m, Domain = D>, O: Observer<'m, D>>(
        &self,
        evaluation: &Evaluation<E>,
        test: &'m Test,
        observer: &mut O,
    ) -> Option<D::Of<Truth>> {
        match test {
            Test::Number { of: Quantity::Rule { slot }, within, negate, .. } => {
                Some(evaluation.tested_rule(*slot)?.test(test, within, *negate, observer))
            }
            Test::Number { of: Quantity::GreatestRule { axis }, within, negate, .. } => {
                Some(self.greatest_rules.get(*axis)?.test(test, within, *negate, observer))
            }
            Test::Number { of, within, negate, .. } => {
                let axis = if let Quantity::Axis { axis } = of { Some(self.axes.get(*axis)?) } else { None };
                let number = match (of, axis) {
                    (Quantity::Axis { .. }, Some(axis)) => &axis.score,
                    (Quantity::Score, _) => self.score,
                    (Quantity::Coverage, _) => self.coverage?,
                    _ => return None,
                };
                let mut truth = D::map(&D::within(number, within), |holds| Truth::of(Some(holds != *negate)));
                let mut seen = Some(number.clone());
                if let Some(axis) = axis.filter(|axis| axis.skipped().any(|skipped| skipped)) {
                    truth =
                        D::map2(&truth, &axis.skipped(), |truth, skipped| if skipped { Truth::Unknown } else { truth });
                    seen = seen.filter(|_| axis.skipped().single().is_none());
                }
                observer.on_test(test, Observation::Quantity(seen), &truth);
                Some(truth)
            }
            Test::Text { of: TextSubject::Grade, .. } => {
                Some(text_test(test, self.grade, observer, |grade| grade.get().map(|index| Grade::at(index).as_str())))
            }
            Test::Text { of: TextSubject::Verdict, .. } => {
                Some(text_test(test, self.verdict, observer, |verdict| Some(verdict.as_str())))
            }
            _ => None,
        }
    }
}

/// A test on one of the outcome's texts.
fn text_test<'m, D: Domain, V: super::domain::Atom, O: Observer<'m, D>>(
    test: &'m Test,
    of: &D::Of<V>,
    observer: &mut O,
    text: impl Fn(V) -> Option<&'static str>,
) -> D::Of<Truth> {
    let truth = D::map(of, |value| Truth::of(test::holds(test, text(value).into())));
    observer.on_test(test, Observation::Fact(of.single().and_then(text).into()), &truth);
    truth
}

/// The verdict of one gate alone, given its truth with its policy for the unknown applied.
pub(crate) fn gate_verdict(required: bool, truth: Truth) -> Verdict {
    if required { required_verdict(Verdict::Eligible, truth) } else { disqualifying_verdict(Verdict::Eligible, truth) }
}

/// The verdict after a disqualifying gate.
#[inline]
pub(super) fn disqualifying_verdict(verdict: Verdict, truth: Truth) -> Verdict {
    match truth {
        Truth::True => Verdict::Disqualified,
        Truth::False | Truth::Unknown => verdict,
    }
}

/// The verdict after a required gate.
#[inline]
pub(super) fn required_verdict(verdict: Verdict, truth: Truth) -> Verdict {
    match truth {
        Truth::True => verdict,
        Truth::Unknown => verdict.max(Verdict::Undetermined),
        Truth::False => verdict.max(Verdict::Ineligible),
    }
}

/// A truth with a policy for the unknown applied. Rare, so it stays out of the loop over gates.
#[cold]
#[inline(never)]
#[expect(clippy::needless_pass_by_value, reason = "a reference would put the truth of every gate into memory")]
fn by_policy<D: Domain>(missing: IfUnknown, truth: D::Of<Truth>) -> D::Of<Truth> {
    D::map(&truth, |truth| missing.decided(truth))
}

/// Maps a number, by a function that never falls, where the condition is true.
#[inline]
fn map_where<D: Domain>(truth: &D::Of<Truth>, number: D::Number, f: impl Fn(i64) -> i64) -> D::Number {
    if !truth.any(|truth| truth == Truth::True) {
        return number;
    }
    D::select(&D::map(truth, |truth| truth == Truth::True), number.map(f), number)
}
