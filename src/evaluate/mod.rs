//! The one evaluator: a program, a subject and an instant in, an outcome out.
//!
//! [`Witness`] decides what is written down on the way. For a score it is `()`, nothing is written down and what
//! cannot matter any more is left out; for an explanation it is the ledger, and everything is evaluated.

mod condition;
mod signal;
mod total;
mod truth;
mod worth;

pub(crate) use signal::Tally;
pub(crate) use total::base_with;
pub use truth::Truth;

use smallvec::SmallVec;

use crate::activity::Activity;
use crate::facts::{Fact, Facts};
use crate::grade::{Grade, Verdict};
use crate::model::limits::AXES_MAX;
use crate::program::{
    Axis, Condition, FieldIndex, Gate, Limit, Part, Program, Promoter, Quantity, Rule, Segment, Signal, Test,
};
use crate::time::civil_day;

/// Listens to an evaluation of a program that lives for `'m`.
pub(crate) trait Witness<'m> {
    /// Whether everything is evaluated, even what cannot change the outcome any more.
    const FULL: bool;

    /// What was tested since the last gate, rule, promoter, limit or segment belongs to the next one.
    fn tested(&mut self, _test: &'m Test, _seen: Seen<'_>, _truth: Truth) {}
    /// The tests that follow, or that went before, are under a `not`.
    fn turned(&mut self) {}
    fn measured(&mut self, _of: &'m Quantity, _value: Option<i64>) {}
    fn read(&mut self, _field: FieldIndex, _fact: Fact<'_>) {}
    fn tallied(&mut self, _signal: &'m Signal, _tally: Tally) {}
    fn gate(&mut self, _gate: &'m Gate, _required: bool, _truth: Truth) {}
    fn rule(&mut self, _rule: &'m Rule, _part: &'m Part, _worth: Worth) {}
    fn group(&mut self, _part: &'m Part, _sum: i64, _held: i64) {}
    fn axis(&mut self, _axis: &'m Axis, _result: AxisResult) {}
    fn promoter(&mut self, _promoter: &'m Promoter, _truth: Truth) {}
    fn limit(&mut self, _limit: &'m Limit, _truth: Truth, _before: i64, _after: i64) {}
    fn segment(&mut self, _segment: &'m Segment, _truth: Truth) {}
    fn total(&mut self, _totals: Totals) {}
}

/// Nothing is written down.
impl Witness<'_> for () {
    const FULL: bool = false;
}

/// What a test looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen<'a> {
    Fact(Fact<'a>),
    /// A quantity in its unit.
    Quantity(Option<i64>),
    /// How many events.
    Events(i64),
}

/// What a rule is worth to a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Worth {
    pub(crate) points: i64,
    pub(crate) unknown: bool,
    /// What the axis may expect of the rule: its reach, or zero where it is skipped.
    pub(crate) reach: i64,
}

/// What an axis came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AxisResult {
    pub(crate) raw: i64,
    /// What counts as 100 for this subject; zero or less where everything was skipped.
    pub(crate) available: i64,
    /// The score carried to twelve places.
    pub(crate) carried: i64,
    /// The score to six places.
    pub(crate) score: i64,
}

/// The steps from the axes to the value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    /// From the axes alone.
    pub(crate) base: i64,
    /// With promoters and limits, held within 0 to 100.
    pub(crate) value: i64,
}

/// Everything that an evaluation finds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) value: i64,
    pub(crate) axes: [AxisPoints; AXES_MAX],
    pub(crate) grade: Option<Grade>,
    pub(crate) state: Option<usize>,
    pub(crate) segment: Option<usize>,
    pub(crate) play: Option<usize>,
}

/// What is reported of an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AxisPoints {
    pub(crate) raw: i64,
    pub(crate) score: i64,
}

impl Outcome {
    /// The outcome of a subject that a gate holds back.
    fn gated(verdict: Verdict) -> Outcome {
        Outcome { verdict, value: 0, axes: Default::default(), grade: None, state: None, segment: None, play: None }
    }
}

/// One subject at one instant.
pub(crate) struct Evaluation<'m, 's, T> {
    program: &'m Program,
    subject: &'s T,
    as_of: i64, // seconds since 1970-01-01 UTC
    today: i64, // the civil day of `as_of`
}

/// What conditions on the outcome look at.
#[derive(Clone, Copy)]
struct Asked<'o> {
    axes: &'o [AxisResult],
    score: i64,
    grade: Option<Grade>,
    verdict: Verdict,
}

impl<'m, 's, T: Facts> Evaluation<'m, 's, T> {
    pub(crate) fn new(program: &'m Program, subject: &'s T, as_of: i64) -> Evaluation<'m, 's, T> {
        Evaluation { program, subject, as_of, today: civil_day(as_of, program.offset_secs) }
    }

    /// The value of a field, missing where it is of another kind than the field's.
    fn fact(&self, field: FieldIndex) -> Fact<'s> {
        let Some(reading) = self.program.fields.get(field) else {
            return Fact::Missing;
        };
        let fact = self.subject.fact(&reading.field);
        if reading.field.kind().admits(&fact) { fact } else { Fact::Missing }
    }

    fn activity(&self) -> &'s Activity {
        self.subject.activity()
    }

    /// The outcome, as it is reported.
    pub(crate) fn outcome<W: Witness<'m>>(&self, witness: &mut W) -> Outcome {
        let verdict = self.verdict(witness);
        if !verdict.is_scored() && !W::FULL {
            return Outcome::gated(verdict);
        }
        // On the stack: a program has at most as many axes as there is room for.
        let results: SmallVec<[AxisResult; AXES_MAX]> =
            self.program.axes.iter().map(|axis| self.axis(axis, witness)).collect();
        let outcome = self.following(verdict, &results, witness);
        if verdict.is_scored() { outcome } else { Outcome::gated(verdict) }
    }

    fn verdict<W: Witness<'m>>(&self, witness: &mut W) -> Verdict {
        let mut verdict = Verdict::Eligible;
        for gate in &self.program.disqualifying {
            let truth = self.gate(gate, false, witness);
            if truth == Truth::True {
                verdict = Verdict::Disqualified;
                if !W::FULL {
                    return verdict;
                }
            }
        }
        for gate in &self.program.required {
            let found = match self.gate(gate, true, witness) {
                Truth::True => continue,
                Truth::Unknown => Verdict::Undetermined,
                Truth::False => Verdict::Ineligible,
            };
            verdict = verdict.max(found);
            if !W::FULL && found == Verdict::Ineligible {
                return verdict;
            }
        }
        verdict
    }

    /// A gate with its policy for the unknown applied.
    fn gate<W: Witness<'m>>(&self, gate: &'m Gate, required: bool, witness: &mut W) -> Truth {
        use crate::model::GateMissing;
        let truth = match (self.condition(&gate.when, None, witness), gate.missing) {
            (Truth::Unknown, GateMissing::Holds) => Truth::True,
            (Truth::Unknown, GateMissing::Fails) => Truth::False,
            (truth, _) => truth,
        };
        witness.gate(gate, required, truth);
        truth
    }

    fn axis<W: Witness<'m>>(&self, axis: &'m Axis, witness: &mut W) -> AxisResult {
        let mut raw = axis.base;
        let mut reach = axis.base;
        for part in &axis.parts {
            let mut sum = 0_i64;
            let mut expected = 0_i64;
            for rule in &part.rules {
                let worth = self.rule(rule, witness);
                witness.rule(rule, part, worth);
                sum = sum.saturating_add(worth.points);
                expected = expected.saturating_add(worth.reach);
            }
            let held = part.held(sum);
            witness.group(part, sum, held);
            raw = raw.saturating_add(held);
            reach = reach.saturating_add(part.held(expected));
        }
        let available = if axis.skips { reach } else { axis.available };
        let result = total::axis_result(raw, available);
        witness.axis(axis, result);
        result
    }

    /// Everything that follows from the axes.
    fn following<W: Witness<'m>>(&self, verdict: Verdict, axes: &[AxisResult], witness: &mut W) -> Outcome {
        let program = self.program;
        let base = total::base(program, axes);
        let grade = program.grade.as_ref().map(|grading| total::grade(grading, axes));
        let asked = Asked { axes, score: base, grade, verdict };
        let mut promoted = base;
        for promoter in &program.promoters {
            let truth = self.condition(&promoter.when, Some(asked), witness);
            witness.promoter(promoter, truth);
            if truth == Truth::True {
                promoted = promoted.saturating_add(promoter.plus);
            }
        }
        let limited = self.limited(promoted, asked, witness);
        let value = limited.clamp(0, total::FULL_SCORE);
        witness.total(Totals { base, value });
        let state = total::state(&program.states, value, axes);
        let segment = self.segment(Asked { score: value, ..asked }, witness);
        let play = total::play(&program.plays, grade, state, segment);
        let mut points = <[AxisPoints; AXES_MAX]>::default();
        for (own, AxisResult { raw, score, .. }) in points.iter_mut().zip(axes) {
            *own = AxisPoints { raw: *raw, score: *score };
        }
        Outcome { verdict, value, axes: points, grade, state, segment, play }
    }

    /// Floors first, caps after them, so that a cap always holds.
    fn limited<W: Witness<'m>>(&self, promoted: i64, asked: Asked<'_>, witness: &mut W) -> i64 {
        let mut value = promoted;
        for floors in [true, false] {
            for limit in program_limits(self.program, floors) {
                let truth = self.condition(&limit.when, Some(asked), witness);
                let before = value;
                if truth == Truth::True {
                    value = if floors { value.max(limit.bound) } else { value.min(limit.bound) };
                }
                witness.limit(limit, truth, before, value);
            }
        }
        value
    }

    fn segment<W: Witness<'m>>(&self, asked: Asked<'_>, witness: &mut W) -> Option<usize> {
        self.program.segments.iter().position(|segment| {
            let truth = segment.when.as_ref().map_or(Truth::True, |when| self.condition(when, Some(asked), witness));
            witness.segment(segment, truth);
            truth == Truth::True
        })
    }

    /// The fields that the model reads and this subject lacks.
    pub(crate) fn missing(self) -> impl Iterator<Item = &'m str> + use<'m, 's, T> {
        let (program, subject) = (self.program, self.subject);
        program.fields.iter().filter(|reading| reading.valued).filter_map(move |reading| {
            let known = reading.field.kind().admits(&subject.fact(&reading.field));
            (!known).then(|| reading.field.name())
        })
    }

    /// Whether `condition` holds.
    fn condition<W: Witness<'m>>(&self, condition: &'m Condition, asked: Option<Asked<'_>>, witness: &mut W) -> Truth {
        match condition {
            Condition::Test(test) => self.test(test, asked, witness),
            Condition::Not(inner) => {
                witness.turned();
                let truth = self.condition(inner, asked, witness).negated();
                witness.turned();
                truth
            }
            Condition::All(parts) => self.least(parts, asked, witness),
            Condition::Any(parts) => {
                let mut greatest = Truth::False;
                for part in parts {
                    greatest = greatest.max(self.condition(part, asked, witness));
                    if greatest == Truth::True && !W::FULL {
                        break;
                    }
                }
                greatest
            }
            Condition::AtLeastOf { count, of } => {
                Truth::at_least(*count, of.iter().map(|part| self.condition(part, asked, witness)))
            }
        }
    }

    fn least<W: Witness<'m>>(&self, parts: &'m [Condition], asked: Option<Asked<'_>>, witness: &mut W) -> Truth {
        let mut least = Truth::True;
        for part in parts {
            least = least.min(self.condition(part, asked, witness));
            if least == Truth::False && !W::FULL {
                break;
            }
        }
        least
    }
}

fn program_limits(program: &Program, floors: bool) -> impl Iterator<Item = &Limit> {
    program.limits.iter().filter(move |limit| limit.floor == floors)
}
