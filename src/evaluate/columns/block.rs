//! A block of columns at one instant: the mask logic.
//!
//! Gates, joins and sums of points are evaluated for 256 rows at once. They mean what the pipeline means by them, which a
//! test holds equal for random models. Whatever has no kernel, and everything after the axes, is evaluated one row after
//! the other by the pipeline itself.

use std::cell::Cell;
use std::ops::RangeInclusive;

use super::bound::{BoundColumns, RowFacts};
use super::kernels::{is_missing, lanes_known, lanes_where};
use super::lanes::{LaneNumbers, Truths, Verdicts};
use super::mask::{BLOCK, LANES, Mask, Rows, WORDS, lanes_of};
use crate::evaluate::{Env, Evaluation, Subject, Truth, test as concrete};
use crate::input::facts::Fact;
use crate::model::{Calendar, Missing};
use crate::program::{
    Axis, AxisPart, Condition, ConditionNode, FieldIndex, Gate, InnerGroups, ProbeId, Program, Quantity, Rule,
    RuleBody, TagTest, Test, TextSubject, TextTest,
};

/// A block of rows at one instant.
///
/// In lanes that have left the evaluation, every answer may be anything.
pub(crate) struct Block<'m, 't> {
    program: &'m Program,
    columns: &'t BoundColumns<'t>,
    rows: Rows<'t>,
    as_of: i64,
    today: i64,
    /// The lanes that still pass the gates.
    lanes: Cell<Mask>,
}

impl<'m, 't> Block<'m, 't> {
    pub(crate) fn new(
        program: &'m Program,
        columns: &'t BoundColumns<'t>,
        rows: Rows<'t>,
        (as_of, today): (i64, i64),
    ) -> Block<'m, 't> {
        Block { program, columns, rows, as_of, today, lanes: Cell::new(Mask::ALL) }
    }

    /// Evaluates the gates.
    pub(crate) fn verdicts(&self) -> Verdicts {
        let mut verdicts = Verdicts::ELIGIBLE;
        for required in [false, true] {
            for gate in self.program.gates(required) {
                let truths = self.gate(gate);
                if required {
                    verdicts.require(truths);
                } else {
                    verdicts.disqualify(truths);
                }
                self.lanes.set(verdicts.scored());
                if verdicts.scored().is_none() {
                    return verdicts;
                }
            }
        }
        verdicts
    }

    /// A gate with its policy for the unknown applied.
    #[inline]
    fn gate(&self, gate: &'m Gate) -> Truths {
        let truths = self.condition(&gate.when);
        match gate.missing.decided(Truth::Unknown) {
            Truth::True => Truths { holds: truths.holds | truths.unknown, unknown: Mask::NONE },
            Truth::False => Truths { unknown: Mask::NONE, ..truths },
            Truth::Unknown => truths,
        }
    }

    fn condition(&self, condition: &'m Condition) -> Truths {
        match &condition.node {
            ConditionNode::Test(test) => self.test(condition.probe, test),
            ConditionNode::Not(inner) => self.condition(inner).negated(),
            ConditionNode::All(parts) => parts.iter().fold(Truths::TRUE, |all, part| all.and(self.condition(part))),
            ConditionNode::Any(parts) => parts.iter().fold(Truths::FALSE, |any, part| any.or(self.condition(part))),
            ConditionNode::AtLeastOf { count, of } => {
                let mut counts = [(0_usize, 0_usize); BLOCK];
                for part in of {
                    let truths = self.condition(part);
                    for (lane, (sure, possible)) in counts.iter_mut().enumerate() {
                        let (holds, unknown) = (truths.holds.has(lane), truths.unknown.has(lane));
                        *sure += usize::from(holds);
                        *possible += usize::from(holds || unknown);
                    }
                }
                let mut truths = Truths::FALSE;
                for (lane, (sure, possible)) in counts.into_iter().enumerate() {
                    truths.set(lane, Truth::of_count(sure, possible, *count));
                }
                truths
            }
        }
    }

    /// Adds the points of an axis to its base, in place: the numbers of a block take two kilobytes. `available` starts at
    /// the base too, and gains what counts as 100 in each row; `None` if that is the same for every row. `stake` starts at 0
    /// and gains the stakes of the rules that are known; `None` if the model does not ask for coverage.
    pub(crate) fn points(
        &self,
        axis: &'m Axis,
        raw: &mut LaneNumbers,
        mut available: Option<&mut LaneNumbers>,
        mut stake: Option<&mut LaneNumbers>,
    ) {
        // Boxed, because the numbers of a block are large and groups are rarely inside of others.
        let mut inner: InnerGroups<Box<(LaneNumbers, Option<LaneNumbers>)>> = InnerGroups::NONE;
        for part in &axis.parts {
            if part.group.is_none() {
                self.add_rules(part, raw, available.as_deref_mut(), stake.as_deref_mut());
                continue;
            }
            let nothing = || (LaneNumbers::one(0), available.is_some().then(|| LaneNumbers::one(0)));
            let (mut sum, mut expected) = inner.take(part).map_or_else(nothing, |inside| *inside);
            self.add_rules(part, &mut sum, expected.as_mut(), stake.as_deref_mut());
            let sum = sum.map(|points| part.clamped(points));
            let expected = expected.map(|expected| expected.map(|points| part.clamped(points)));
            let (raw, available) = match inner.around(part) {
                None => (&mut *raw, available.as_deref_mut()),
                Some(around) => {
                    let (raw, available) = &mut **around.get_or_insert_with(|| Box::new(nothing()));
                    (raw, available.as_mut())
                }
            };
            raw.add(&sum);
            if let (Some(available), Some(expected)) = (available, expected) {
                available.add(&expected);
            }
        }
    }

    #[inline]
    fn add_rules(
        &self,
        part: &'m AxisPart,
        sum: &mut LaneNumbers,
        mut expected: Option<&mut LaneNumbers>,
        mut stake: Option<&mut LaneNumbers>,
    ) {
        for rule in &part.rules {
            let unknown = self.rule(rule, sum);
            if let Some(expected) = &mut expected {
                let skipped = if rule.missing == Missing::Skip { unknown } else { Mask::NONE };
                expected.add_where(!skipped, rule.reach.unwrap_or(0));
            }
            if let Some(stake) = &mut stake {
                stake.add_where(!unknown, rule.stake);
            }
        }
    }

    /// Adds the points of a rule, and returns the lanes in which it is unknown.
    #[inline]
    fn rule(&self, rule: &'m Rule, sum: &mut LaneNumbers) -> Mask {
        let guard = rule.guard.as_ref().map(|guard| self.condition(guard));
        if let (Some(guard), RuleBody::Points(by_truth)) = (guard, &rule.body) {
            sum.add_by_truth(guard, by_truth);
            return guard.unknown;
        }
        let mut unknown = Mask::NONE;
        let mut points = [[0; LANES]; WORDS];
        let lanes = guard.map_or(Mask::ALL, |guard| !guard.fails());
        self.one_by_one(lanes, |lane, subject| {
            let found = Evaluation::new(subject).guarded(rule, &mut ());
            if found.unknown {
                unknown = unknown | Mask::one(lane);
            }
            if let Some(own) = points.as_flattened_mut().get_mut(lane) {
                *own = found.number;
            }
        });
        sum.add(&LaneNumbers::Each(points));
        unknown
    }

    /// Calls `f` with the subject in each of these lanes, one after the other.
    fn one_by_one(&self, lanes: Mask, mut f: impl FnMut(usize, Subject<'m, '_, RowFacts<'_>>)) {
        for lane in (self.lanes.get() & lanes).lanes() {
            let row = self.columns.row(self.rows.at(lane));
            f(lane, Subject::on(self.program, &row, (self.as_of, self.today)));
        }
    }

    /// A test, one subject after the other.
    fn tested(&self, probe: ProbeId, test: &'m Test) -> Truths {
        let mut truths = Truths::FALSE;
        self.one_by_one(Mask::ALL, |lane, subject| truths.set(lane, subject.test(probe, test, &mut ())));
        truths
    }

    /// The lanes in which a fact passes `holds`, and the lanes in which `holds` has an answer.
    #[inline]
    fn facts(&self, field: FieldIndex, holds: impl Fn(Fact<'t>) -> Option<bool>) -> (Mask, Mask) {
        let Some(column) = self.columns.of(field) else { return (Mask::NONE, Mask::NONE) };
        self.lanes.get().map_words(|word, lanes| {
            let rows = self.rows.word(word);
            let (mut yes, mut known) = (0, 0);
            for lane in lanes_of(lanes) {
                if let Some(holds) = holds(column.fact(rows.at(lane))) {
                    yes |= u64::from(holds) << lane;
                    known |= 1 << lane;
                }
            }
            (yes, known)
        })
    }

    /// The lanes in which a quantity is in a range, and the lanes in which it is known; `None` if there is no kernel.
    fn within(&self, of: &Quantity, within: &RangeInclusive<i64>, [least, greatest]: [f64; 2]) -> Option<(Mask, Mask)> {
        match of {
            Quantity::Number { field } => Some(self.columns.numbers_within(*field, self.rows, least, greatest)),
            Quantity::Ratio { field, of } => Some(self.ratios_within(*field, *of, least, greatest)),
            Quantity::Calendar { field, by: Calendar::DaysSince } => {
                let day = |days: i64| self.today.saturating_sub(days);
                Some(self.days_within(*field, &(day(*within.end())..=day(*within.start()))))
            }
            Quantity::Calendar { field, by: Calendar::DaysUntil } => {
                let day = |days: i64| self.today.saturating_add(days);
                Some(self.days_within(*field, &(day(*within.start())..=day(*within.end()))))
            }
            Quantity::Calendar { field, by } => {
                Some(self.days(*field, |day| within.contains(&concrete::by_calendar(*by, day, self.today))))
            }
            _ => None,
        }
    }

    fn days_within(&self, field: FieldIndex, within: &RangeInclusive<i64>) -> (Mask, Mask) {
        match self.columns.dates_within(field, self.rows, within) {
            Some(found) => found,
            None => self.days(field, |day| within.contains(&day)),
        }
    }

    /// The lanes whose civil day passes `holds`, and the lanes that have a day.
    #[inline]
    fn days(&self, field: FieldIndex, holds: impl Fn(i64) -> bool) -> (Mask, Mask) {
        let mut days = [0; LANES];
        self.rows.masks(|rows| {
            let known = self.columns.days(field, self.program.offset_secs, rows, &mut days);
            (lanes_where(&days, |day| holds(*day)), known)
        })
    }

    /// The lanes in which the ratio of two numbers is in a range, and the lanes in which it is known.
    fn ratios_within(&self, field: FieldIndex, of: FieldIndex, least: f64, greatest: f64) -> (Mask, Mask) {
        let (mut ratios, mut divisors) = ([0.0; LANES], [0.0; LANES]);
        self.rows.masks(|rows| {
            let known = self.columns.numbers(field, rows, &mut ratios) & self.columns.numbers(of, rows, &mut divisors);
            // As `test::ratio` does for one subject. Adding zero times the divisor makes the ratio NaN if the divisor is
            // not finite, and changes nothing else.
            ratios.iter_mut().zip(&divisors).for_each(|(ratio, of)| *ratio = *ratio / of + of * 0.0);
            let finite = lanes_known(&ratios, |ratio| is_missing(*ratio));
            (lanes_where(&ratios, |ratio| least <= *ratio && *ratio <= greatest), known & finite)
        })
    }

    /// A test on facts or events.
    fn test(&self, probe: ProbeId, test: &'m Test) -> Truths {
        if let Some((holds, known)) = self.columns.test(test, self.rows) {
            return Truths::new(holds, known);
        }
        let (holds, known) = match test {
            Test::Number { of, within, doubles, negate, .. } => match self.within(of, within, *doubles) {
                Some((inside, known)) => (if *negate { !inside } else { inside }, known),
                None => return self.tested(probe, test),
            },
            Test::Day { field, within, .. } => self.days_within(*field, within),
            // As `test::holds` does, with the choice of the test made once for all rows.
            Test::Flag { field, is } => self.facts(*field, |fact| match fact {
                Fact::Flag(flag) => Some(flag == *is),
                _ => None,
            }),
            Test::Text { of: TextSubject::Field(field), test, ignore_case, negate, .. } => match test {
                TextTest::OneOf(literals) if !ignore_case => self.facts(*field, |fact| match fact {
                    Fact::Text(text) => Some(literals.has(text) != *negate),
                    _ => None,
                }),
                _ => self.facts(*field, |fact| match fact {
                    Fact::Text(text) => Some(concrete::text_matches(text, test, *ignore_case) != *negate),
                    _ => None,
                }),
            },
            Test::Tags { field, test: TagTest::HasAny(any), ignore_case: false, negate, .. } => {
                self.facts(*field, |fact| match fact {
                    Fact::Tags(tags) => Some(tags.has_any(any) != *negate),
                    _ => None,
                })
            }
            _ => return self.tested(probe, test),
        };
        Truths::new(holds, known)
    }
}
