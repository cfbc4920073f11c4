//! Partial evaluation: what is left of a program once the known facts are evaluated.

use smallvec::SmallVec;

use crate::evaluate::domain::Numbers;
use crate::evaluate::total::expected_of;
use crate::evaluate::{
    Concrete, Env, Evaluation, MaybeUnknown, Observation, Observer, Outcome, PartialSum, Tally, Truth, gate_verdict,
};
use crate::grade::Verdict;
use crate::input::facts::Fact;
use crate::program::{AxisPart, FieldIndex, Gate, Quantity, Rule, Signal, Test};

/// The gates and rules of a program that read a missing fact, and the result of all others.
///
/// The others have the same result whatever becomes known, so completions need not evaluate them again.
#[derive(Clone, Debug)]
pub(crate) struct Residual<'m> {
    /// The verdict of the known gates. Open gates can only make it worse.
    pub(super) verdict: Verdict,
    disqualifying: Gates<'m>,
    required: Gates<'m>,
    /// The parts that were evaluated, by [`AxisPart::index`].
    parts: SmallVec<[ResidualPart; 2]>,
    /// The open rules of all these parts, in their order.
    rules: Vec<&'m Rule>,
}

#[derive(Clone, Debug, Default)]
struct Gates<'m> {
    /// How many were evaluated.
    seen: usize,
    open: Vec<&'m Gate>,
}

impl<'m> Gates<'m> {
    /// Keeps the gates open that were open before and were not evaluated again.
    fn keep_open(&mut self, before: &Gates<'m>) {
        // This evaluation saw the open gates of `before` first, and then gates that `before` had not reached.
        self.open.extend(before.open.iter().skip(self.seen));
        self.seen = before.seen + self.seen.saturating_sub(before.open.len());
    }
}

/// The known rules of a part.
#[derive(Clone, Copy, Debug, Default)]
struct ResidualPart {
    known: PartialSum,
    /// Where its open rules end in [`Residual::rules`].
    end: usize,
}

impl<'m> Residual<'m> {
    /// The residual of a program before any gate or rule is evaluated.
    pub(crate) fn unevaluated(verdict: Verdict) -> Residual<'m> {
        Residual {
            verdict,
            disqualifying: Gates::default(),
            required: Gates::default(),
            parts: SmallVec::new(),
            rules: Vec::new(),
        }
    }

    /// The residual of a program in an environment, given the residual for a superset of its subjects. Returns the outcome
    /// too if nothing is open.
    #[inline]
    pub(crate) fn of<E: Env<'m, Domain = Concrete>>(
        evaluation: &Evaluation<E>,
        before: Option<&Residual<'m>>,
    ) -> (Residual<'m>, Option<Outcome<Concrete>>) {
        let residual = Residual::unevaluated(before.map_or(Verdict::Eligible, |before| before.verdict));
        let known = PartialSum::default();
        let mut specializer = Specializer { before, residual, known, open: false, any_open: false };
        let outcome = evaluation.outcome(&mut specializer);
        let Specializer { mut residual, any_open, .. } = specializer;
        if let Some(before) = before {
            residual.keep_open(before);
        }
        (residual, (!any_open).then_some(outcome))
    }

    /// Keeps open what was open before and was not evaluated again.
    fn keep_open(&mut self, before: &Residual<'m>) {
        self.disqualifying.keep_open(&before.disqualifying);
        self.required.keep_open(&before.required);
        if self.parts.is_empty() {
            self.parts.clone_from(&before.parts);
            self.rules.clone_from(&before.rules);
        }
    }

    /// The open gates of one kind, and how many gates they and the known ones are.
    pub(super) fn gates(&self, required: bool) -> (&[&'m Gate], usize) {
        let gates = if required { &self.required } else { &self.disqualifying };
        (&gates.open, gates.seen)
    }

    /// The sum of the known rules of a part, and its open rules; `None` if the part was not evaluated.
    pub(super) fn rules(&self, part: &AxisPart) -> Option<(PartialSum, &[&'m Rule])> {
        let ResidualPart { known, end } = self.parts.get(part.index)?;
        let start = part.index.checked_sub(1).and_then(|before| self.parts.get(before)).map_or(0, |before| before.end);
        Some((*known, self.rules.get(start..*end)?))
    }
}

/// The observer that builds a residual.
struct Specializer<'b, 'm> {
    before: Option<&'b Residual<'m>>,
    residual: Residual<'m>,
    /// The known rules of the current part.
    known: PartialSum,
    /// Whether a missing fact was read since the last gate or rule.
    open: bool,
    any_open: bool,
}

impl Specializer<'_, '_> {
    fn observe(&mut self, missing: bool) {
        self.open |= missing;
        self.any_open |= missing;
    }
}

impl<'m> Observer<'m, Concrete> for Specializer<'_, 'm> {
    const FULL: bool = false;

    #[inline]
    fn on_test(&mut self, _: &'m Test, seen: Observation<'_, Concrete>, truth: &Truth) {
        // A missing fact makes a test unknown, unless the test asks whether the fact is known.
        self.observe(*truth == Truth::Unknown || matches!(seen, Observation::Fact(Fact::Missing)));
    }

    #[inline]
    fn on_quantity(&mut self, _: &'m Quantity, value: Option<i64>) {
        self.observe(value.is_none());
    }

    #[inline]
    fn on_fact(&mut self, _: FieldIndex, fact: Fact<'_>) {
        self.observe(matches!(fact, Fact::Missing));
    }

    #[inline]
    fn on_signal(&mut self, _: &'m Signal, tally: Option<Tally>) {
        self.observe(tally.is_none());
    }

    fn on_gate(&mut self, gate: &'m Gate, required: bool, truth: &Truth) {
        let gates = if required { &mut self.residual.required } else { &mut self.residual.disqualifying };
        gates.seen += 1;
        if std::mem::take(&mut self.open) {
            gates.open.push(gate);
            return;
        }
        self.residual.verdict = self.residual.verdict.max(gate_verdict(required, *truth));
    }

    #[inline]
    fn on_rule(&mut self, rule: &'m Rule, points: impl FnOnce() -> MaybeUnknown<Concrete>) {
        if std::mem::take(&mut self.open) {
            self.residual.rules.push(rule);
        } else {
            let points = points();
            self.known.points.add(&points.number);
            self.known.expected.add(&expected_of::<Concrete>(rule, &points.unknown));
            self.known.stake.add(&if points.unknown { 0 } else { rule.stake });
        }
    }

    fn on_part(&mut self, part: &'m AxisPart, _: &i64) {
        let own = std::mem::take(&mut self.known);
        let (before, _) = self.before.and_then(|before| before.rules(part)).unwrap_or_default();
        let known = PartialSum {
            points: own.points.saturating_add(before.points),
            expected: own.expected.saturating_add(before.expected),
            stake: own.stake.saturating_add(before.stake),
        };
        self.residual.parts.push(ResidualPart { known, end: self.residual.rules.len() });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::{FactSet, KnownFacts, Must, Sets, Subject, SubjectSet};
    use crate::input::activity::Activity;
    use crate::input::facts::FactCow;
    use crate::program::{Program, ordered_bits};
    use crate::{Model, Record, Scorer, Value};

    /// Gates and rules with every policy for missing facts, in groups and outside of them.
    const MODEL: &str = "
        format = 1
        name = 'x'
        coverage = true
        disqualifying = [{ id = 'lost', when.lost = true }, { id = 'small', when.seats.at_most = 1 }]
        required = [
            { id = 'plan', when.plan.one_of = ['a', 'b'], missing = 'fails' },
            { id = 'nps', when.any = [{ nps.at_least = 3 }, { lost = false }] },
            { id = 'seats', when.seats.at_most = 10, missing = 'holds' },
        ]
        promoter = [{ id = 'many', when.seats.at_least = 9, plus = 30 }]
        limit = [
            { when.axis.fit.less_than = 30, at_most = 40 },
            { when.rule.c = 7, missing = 'holds', at_least = 20 },
            { when.axis.use.greatest_rule.between = [3, 5], at_least = 30 },
        ]
        state = [{ name = 'hot', at_least = 50 }, { name = 'cold', at_least = 0 }]
        [[axis]]
        name = 'fit'
        group = [{ name = 'group', max = 10 }]
        rule = [
            { id = 'a', group = 'group', bands.nps = [[0, -5], [5, 8], [9, 20]] },
            { id = 'b', when.seats.at_least = 5, points = 10, missing = 'skip' },
            { id = 'c', group = 'group', when.seats.at_least = 7, points = 7 },
            { id = 'd', values.plan = { a = 9, b = 3 }, missing = 'skip' },
        ]
        [[axis]]
        name = 'use'
        available = 20
        missing = 'skip'
        min_coverage = 60
        rule = [
            { id = 'e', when.lost = false, per_unit.nps = { points = 1, min = 0, max = 9 } },
            { id = 'f', values.plan = { a = 5 }, otherwise = 2, missing = { points = 1 } },
            { id = 'g', when.nps.known = true, points = 4 },
        ]
    ";

    static SCORER: LazyLock<Scorer<Record>> =
        LazyLock::new(|| Scorer::new(&toml::from_str::<Model>(MODEL).unwrap()).unwrap());

    static NOTHING_DONE: Activity = Activity::new();

    fn all<'m, 'f>(program: &'m Program, facts: &'f [FactSet<'f>]) -> SubjectSet<'m, 'f> {
        SubjectSet::new(program, facts, &NOTHING_DONE, (0, 0))
    }

    /// The residual has the outcome of the whole program.
    fn check<'m>(
        program: &'m Program,
        facts: &[FactSet<'_>],
        (residual, outcome): &(Residual<'m>, Option<Outcome<Concrete>>),
    ) -> Result<(), TestCaseError> {
        let whole = Evaluation::new(all(program, facts)).outcome(&mut ());
        let rest = Evaluation::new(all(program, facts).with_residual(residual)).outcome(&mut ());
        let same = |own: &Outcome<Sets>| own.is_subset(&whole) && whole.is_subset(own);
        prop_assert!(same(&rest), "{:#?}\nis not\n{:#?}", rest, whole);
        if let Some(outcome) = outcome {
            let only = outcome.into();
            prop_assert!(same(&only), "{:#?}\nis not\n{:#?}", only, whole);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn the_residual_has_the_outcome_of_the_whole_program(
            nps in proptest::option::of(0_u8..12),
            seats in proptest::option::of(0_u8..12),
            plan in proptest::option::of("[abc]"),
            lost in proptest::option::of(any::<bool>()),
            (from, more) in (0_u8..12, 0_u8..4),
            lacking in any::<[bool; 4]>(),
        ) {
            let program = SCORER.program();
            let numbers = [("nps", nps), ("seats", seats)];
            let numbers = numbers.into_iter().filter_map(|(field, number)| Some((field, f64::from(number?).into())));
            let others = [("plan", plan.map(Value::from)), ("lost", lost.map(Value::from))];
            let others = others.into_iter().filter_map(|(field, value)| Some((field, value?)));
            let record = numbers.chain(others).fold(Record::new(), |record, (field, value): (_, Value)| {
                record.with(field, value)
            });
            let evaluation = Evaluation::new(Subject::new(program, &record, 0));
            let mut facts: Vec<FactSet<'_>> = Vec::new();
            for (field, reading) in program.fields.iter().enumerate() {
                facts.push(match evaluation.env().fact_cow(field) {
                    FactCow::Borrowed(Fact::Missing) => FactSet::open(&reading.field),
                    fact => FactSet::one(fact),
                });
            }
            let residual = Residual::of(&evaluation, None);
            check(program, &facts, &residual)?;

            // Then some open facts remain missing for good, and one number becomes known within a range.
            let (from, to) = (ordered_bits(from.into()), ordered_bits((from + more).into()));
            for ((own, reading), lacking) in facts.iter_mut().zip(&program.fields).zip(lacking) {
                if own.missing && lacking {
                    *own = FactSet::one(Fact::Missing);
                } else if own.missing && matches!(reading.field.name(), "nps" | "seats") {
                    *own = FactSet { missing: false, known: KnownFacts::Numbers(from, to) };
                }
            }
            let world = all(program, &facts).with_residual(&residual.0);
            let further = Residual::of(&Evaluation::new(Must::new(&world)), Some(&residual.0));
            check(program, &facts, &further)?;
        }
    }
}
