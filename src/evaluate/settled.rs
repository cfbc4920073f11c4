//! What the facts that are known settle by themselves.

use smallvec::SmallVec;

use super::{Evaluation, Exact, Measured, Numbers, Outcome, Seen, Truth, Witness, World, expected_of};
use crate::grade::Verdict;
use crate::input::facts::Fact;
use crate::program::{FieldIndex, Gate, Part, Quantity, Rule, Test};

/// The gates and rules of a program that look at something missing, and what the others come to.
///
/// Those others come to the same whatever becomes known, so that they are left out where completions are evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Settled<'m> {
    /// What follows from the settled gates alone; others can only put something above it.
    pub(super) verdict: Verdict,
    disqualifying: Gates<'m>,
    required: Gates<'m>,
    /// As many as were looked at, in the order of [`Part::place`].
    parts: SmallVec<[Sums; 2]>,
    /// Of all those parts, one after the other.
    rules: Vec<&'m Rule>,
}

#[derive(Clone, Debug, Default)]
struct Gates<'m> {
    /// How many were looked at.
    seen: usize,
    open: Vec<&'m Gate>,
}

impl<'m> Gates<'m> {
    /// Leaves those open that were open before and were not looked at again.
    fn leave(&mut self, before: &Gates<'m>) {
        self.open.extend(before.open.iter().skip(self.seen));
        self.seen = before.seen + self.seen.saturating_sub(before.open.len());
    }
}

/// What the settled rules of a part come to.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    points: i64,
    reach: i64,
    /// Where its open rules end.
    open: usize,
}

impl<'m> Settled<'m> {
    /// What is settled in a world, of which as much as `before` is settled already; beside it the outcome, where all
    /// of it is.
    pub(crate) fn of<X: World<'m, Domain = Exact>>(
        evaluation: &Evaluation<'m, X>,
        before: Option<&Settled<'m>>,
    ) -> (Settled<'m>, Option<Outcome<Exact>>) {
        let settled = Settled {
            verdict: before.map_or(Verdict::Eligible, |before| before.verdict),
            disqualifying: Gates::default(),
            required: Gates::default(),
            parts: SmallVec::new(),
            rules: Vec::new(),
        };
        let mut settling = Settling { before, settled, sums: Sums::default(), open: false, any_open: false };
        let outcome = evaluation.outcome(&mut settling);
        let Settling { mut settled, any_open, .. } = settling;
        if let Some(before) = before {
            settled.leave(before);
        }
        (settled, (!any_open).then_some(outcome))
    }

    /// Leaves as it was before what was not looked at again.
    fn leave(&mut self, before: &Settled<'m>) {
        self.disqualifying.leave(&before.disqualifying);
        self.required.leave(&before.required);
        if self.parts.is_empty() {
            self.parts.clone_from(&before.parts);
            self.rules.clone_from(&before.rules);
        }
    }

    /// The required or the disqualifying gates that are not settled, and how many there are with the settled ones.
    pub(super) fn gates(&self, required: bool) -> (&[&'m Gate], usize) {
        let gates = if required { &self.required } else { &self.disqualifying };
        (&gates.open, gates.seen)
    }

    /// What the settled rules of a part are worth and may reach, and its other rules; `None` where it was not looked at.
    pub(super) fn rules(&self, part: &Part) -> Option<(i64, i64, &[&'m Rule])> {
        let Sums { points, reach, open } = self.parts.get(part.place)?;
        let start = part.place.checked_sub(1).and_then(|before| self.parts.get(before)).map_or(0, |sums| sums.open);
        Some((*points, *reach, self.rules.get(start..*open)?))
    }
}

/// Listens to an evaluation for what is not known.
struct Settling<'b, 'm> {
    before: Option<&'b Settled<'m>>,
    settled: Settled<'m>,
    /// Of the present part.
    sums: Sums,
    /// Whether anything missing was looked at since the last gate or rule.
    open: bool,
    any_open: bool,
}

impl Settling<'_, '_> {
    fn looked_at(&mut self, missing: bool) {
        self.open |= missing;
        self.any_open |= missing;
    }
}

impl<'m> Witness<'m, Exact> for Settling<'_, 'm> {
    const FULL: bool = false;

    #[inline]
    fn tested(&mut self, _: &'m Test, seen: Seen<'_, Exact>, truth: &Truth) {
        // A missing fact is either not known to this test, or it is what the test asks for.
        self.looked_at(*truth == Truth::Unknown || matches!(seen, Seen::Fact(Fact::Missing)));
    }

    #[inline]
    fn measured(&mut self, _: &'m Quantity, value: Option<i64>) {
        self.looked_at(value.is_none());
    }

    #[inline]
    fn read(&mut self, _: FieldIndex, fact: Fact<'_>) {
        self.looked_at(matches!(fact, Fact::Missing));
    }

    fn gate(&mut self, gate: &'m Gate, required: bool, truth: &Truth) {
        let gates = if required { &mut self.settled.required } else { &mut self.settled.disqualifying };
        gates.seen += 1;
        if std::mem::take(&mut self.open) {
            gates.open.push(gate);
            return;
        }
        let verdict = match (required, truth) {
            (true, Truth::False) => Verdict::Ineligible,
            (true, Truth::Unknown) => Verdict::Undetermined,
            (false, Truth::True) => Verdict::Disqualified,
            _ => Verdict::Eligible,
        };
        self.settled.verdict = self.settled.verdict.max(verdict);
    }

    #[inline]
    fn rule(&mut self, rule: &'m Rule, worth: impl FnOnce() -> Measured<Exact>) {
        if std::mem::take(&mut self.open) {
            self.settled.rules.push(rule);
        } else {
            let worth = worth();
            self.sums.points.add(&worth.number);
            self.sums.reach.add(&expected_of::<Exact>(rule, &worth.unknown));
        }
    }

    fn part(&mut self, part: &'m Part) {
        let Sums { points, reach, .. } = std::mem::take(&mut self.sums);
        let (before, reached, _) = self.before.and_then(|before| before.rules(part)).unwrap_or_default();
        let (points, reach) = (points.saturating_add(before), reach.saturating_add(reached));
        self.settled.parts.push(Sums { points, reach, open: self.settled.rules.len() });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::{Alike, FactSet, Known, Possibilities, Possible, Subject};
    use crate::input::activity::Activity;
    use crate::program::{Program, ordered_bits};
    use crate::{Model, Record, Scorer, Value};

    /// Gates and rules of every policy for what is missing, in groups and out of them.
    const MODEL: &str = "
        format = 1
        name = 'x'
        disqualifying = [{ id = 'lost', when.lost = true }, { id = 'small', when.seats.at_most = 1 }]
        required = [
            { id = 'plan', when.plan.one_of = ['a', 'b'], missing = 'fails' },
            { id = 'nps', when.any = [{ nps.at_least = 3 }, { lost = false }] },
            { id = 'seats', when.seats.at_most = 10, missing = 'holds' },
        ]
        promoter = [{ id = 'many', when.seats.at_least = 9, plus = 30 }]
        limit = [{ when.axis.fit.less_than = 30, at_most = 40 }]
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
        rule = [
            { id = 'e', when.lost = false, per_unit.nps = { points = 1, min = 0, max = 9 } },
            { id = 'f', values.plan = { a = 5 }, otherwise = 2, missing = { points = 1 } },
            { id = 'g', when.nps.known = true, points = 4 },
        ]
    ";

    static SCORER: LazyLock<Scorer<Record>> =
        LazyLock::new(|| Scorer::new(&toml::from_str::<Model>(MODEL).unwrap()).unwrap());

    static NOTHING_DONE: Activity = Activity::new();

    fn all<'m, 'f>(program: &'m Program, facts: &'f [FactSet<'f>]) -> Possibilities<'m, 'f> {
        Possibilities::new(program, facts, &NOTHING_DONE, (0, 0))
    }

    /// With what is settled left out, the outcome is the one that there is without.
    fn check<'m>(
        program: &'m Program,
        facts: &[FactSet<'_>],
        (settled, outcome): &(Settled<'m>, Option<Outcome<Exact>>),
    ) -> Result<(), TestCaseError> {
        let whole = Evaluation::new(program, all(program, facts)).outcome(&mut ());
        let rest = Evaluation::new(program, all(program, facts).with_settled(settled)).outcome(&mut ());
        let same = |own: &Outcome<Possible>| own.lies_in(&whole) && whole.lies_in(own);
        prop_assert!(same(&rest), "{:#?}\nis not\n{:#?}", rest, whole);
        if let Some(outcome) = outcome {
            let only = outcome.into();
            prop_assert!(same(&only), "{:#?}\nis not\n{:#?}", only, whole);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn what_is_settled_changes_nothing(
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
            let evaluation = Evaluation::new(program, Subject::new(program, &record, 0));
            let mut facts: Vec<FactSet<'_>> = Vec::new();
            for (field, reading) in program.fields.iter().enumerate() {
                facts.push(match evaluation.world().fact(field) {
                    Fact::Missing => FactSet::open(&reading.field),
                    fact => FactSet::one(fact),
                });
            }
            let settled = Settled::of(&evaluation, None);
            check(program, &facts, &settled)?;

            // Then of what is open some remains missing for good, and some number becomes known, within a range.
            let (from, to) = (ordered_bits(from.into()), ordered_bits((from + more).into()));
            for ((own, reading), lacking) in facts.iter_mut().zip(&program.fields).zip(lacking) {
                if own.missing && lacking {
                    *own = FactSet::one(Fact::Missing);
                } else if own.missing && matches!(reading.field.name(), "nps" | "seats") {
                    *own = FactSet { missing: false, known: Known::Numbers(from, to) };
                }
            }
            let world = all(program, &facts).with_settled(&settled.0);
            let further = Settled::of(&Evaluation::new(program, Alike::new(&world)), Some(&settled.0));
            check(program, &facts, &further)?;
        }
    }
}
