//! The observer that records an evaluation.
//!
//! It records the minimum from which lines and checks can be computed.

use chrono::{DateTime, NaiveDate, Utc};
use smallvec::SmallVec;

use super::{Explanation, Object};
use crate::ask::coverage::Coverage;
use crate::evaluate::{self, AxisOutcome, Concrete, Evaluation, MaybeUnknown, Observer, Subject, Tally, Truth};
use crate::input::facts::{Fact, Facts};
use crate::program::{FieldIndex, Gate, Limit, Program, Promoter, Quantity, Rule, Segment, Signal, Test};
use crate::score::Score;
use crate::time::second_of;

/// Evaluates in full and records everything.
pub(crate) fn explain<'m, T: Facts>(program: &'m Program, subject: &T, as_of: DateTime<Utc>) -> Explanation<'m> {
    let evaluation = Evaluation::new(Subject::new(program, subject, second_of(as_of)));
    let mut ledger = Ledger::new(program);
    let outcome = evaluation.outcome(&mut ledger);
    let mut missing = Vec::new();
    // `for_each` compiles to one loop; `collect` does not.
    Subject::new(program, subject, 0).missing().for_each(|field| missing.push(field));
    Explanation { score: Score::new(program, &outcome), as_of, missing, ledger }
}

/// The record of an evaluation, in the order of the evaluation.
///
/// Most explanations are read in part or not at all. So the ledger formats, scales and sorts nothing, and copies observed
/// values into buffers that are allocated once. Lines are computed on request.
#[derive(Clone, Debug)]
pub(super) struct Ledger<'m> {
    pub(super) program: &'m Program,
    entries: Vec<LedgerEntry<'m>>,
    observations: Vec<StoredObservation<'m>>,
    texts: Vec<u8>, // concatenated
    tallies: Vec<Tally>,
    pub(super) axes: SmallVec<[AxisOutcome<Concrete>; 2]>, // most models have fit and activity, or one axis
    /// The value from the axes alone.
    pub(super) base: i64,
    /// The value with promoters and limits, clamped to 0 to 100, without gates.
    pub(super) value: i64,
    /// Whether the current test is under an odd number of `not`s.
    negated: bool,
}

/// The result of a gate, rule, promoter, limit or segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct LedgerEntry<'m> {
    pub(super) source: Source<'m>,
    /// Whether the condition holds, after its `missing` policy. For a rule: true, or unknown.
    pub(super) truth: Truth,
    /// The raw points of a rule, or the change of the score by a limit.
    pub(super) micros: i64,
    /// The end of its observations in the list; the start is the end of the entry before.
    end: usize,
}

/// The part of the model that an entry is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'m> {
    Disqualifying(&'m Gate),
    Required(&'m Gate),
    Rule(&'m Rule),
    Promoter(&'m Promoter),
    Limit(&'m Limit),
    Segment(&'m Segment),
}

/// An input that was read, and its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredObservation<'m> {
    pub(super) of: Object<'m>,
    pub(super) value: StoredValue,
    /// With the `not`s around the test applied.
    pub(super) truth: Truth,
    pub(super) negated: bool,
}

/// An observed value. Texts are ranges in the buffer of texts: start and end.
#[derive(Clone, Copy, Debug)]
pub(super) enum StoredValue {
    Missing,
    Flag(bool),
    Number(f64),
    /// In the unit of the object.
    Measured(i64),
    Text(usize, usize),
    /// Each tag is followed by [`END`].
    Tags(usize, usize),
    Date(NaiveDate),
    Time(DateTime<Utc>),
    /// The index of the signal's tally.
    Tally(usize),
}

/// Ends a tag in the buffer of texts. No tag contains this byte, because it does not occur in UTF-8.
const END: u8 = 0xff;

/// The bytes that are reserved for each text. Most texts are shorter; the buffer grows if necessary.
const TEXT_LEN: usize = 12;

impl<'m> Ledger<'m> {
    fn new(program: &'m Program) -> Ledger<'m> {
        let capacity = &program.capacity;
        Ledger {
            program,
            entries: Vec::with_capacity(capacity.entries),
            observations: Vec::with_capacity(capacity.observations),
            texts: Vec::with_capacity(capacity.texts.saturating_mul(TEXT_LEN)),
            tallies: Vec::new(),
            axes: SmallVec::with_capacity(program.axes.len()),
            base: 0,
            value: 0,
            negated: false,
        }
    }

    /// Every entry with its observations.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&LedgerEntry<'m>, &[StoredObservation<'m>])> {
        let mut start = 0;
        self.entries.iter().map(move |entry| {
            let observations = self.observations.get(start..entry.end).unwrap_or_default();
            start = entry.end;
            (entry, observations)
        })
    }

    /// Every rule of every axis, part by part.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&'m Rule, &LedgerEntry<'m>, &[StoredObservation<'m>])> {
        self.entries().filter_map(|(entry, observations)| match entry.source {
            Source::Rule(rule) => Some((rule, entry, observations)),
            _ => None,
        })
    }

    /// How much is known, by the rules of the record.
    pub(super) fn coverage(&self) -> Coverage<'m> {
        let mut rules = self.rules();
        let stakes = self.program.axes.iter().map(|axis| {
            let count = axis.parts.iter().map(|part| part.rules.len()).sum();
            let known = rules.by_ref().take(count).filter(|(_, entry, _)| entry.truth != Truth::Unknown);
            known.map(|(rule, ..)| rule.stake).fold(0, i64::saturating_add)
        });
        Coverage::of(self.program, stakes)
    }

    pub(super) fn text(&self, start: usize, end: usize) -> &str {
        text(self.texts.get(start..end).unwrap_or_default())
    }

    pub(super) fn tags(&self, start: usize, end: usize) -> impl Iterator<Item = &str> {
        let tags = self.texts.get(start..end).unwrap_or_default();
        tags.split_inclusive(|byte| *byte == END).filter_map(|tag| tag.strip_suffix(&[END])).map(text)
    }

    pub(super) fn tally(&self, index: usize) -> Option<&Tally> {
        self.tallies.get(index)
    }

    #[inline]
    fn enter(&mut self, source: Source<'m>, truth: Truth, micros: i64) {
        self.entries.push(LedgerEntry { source, truth, micros, end: self.observations.len() });
    }

    #[inline]
    fn observe(&mut self, of: Object<'m>, value: StoredValue, truth: Truth) {
        let truth = if self.negated { truth.negated() } else { truth };
        self.observations.push(StoredObservation { of, value, truth, negated: self.negated });
    }

    #[inline]
    fn stored(&mut self, fact: Fact<'_>) -> StoredValue {
        match fact {
            Fact::Missing => StoredValue::Missing,
            Fact::Flag(flag) => StoredValue::Flag(flag),
            Fact::Number(number) => StoredValue::Number(number),
            Fact::Text(text) => {
                let start = self.texts.len();
                self.texts.extend_from_slice(text.as_bytes());
                StoredValue::Text(start, self.texts.len())
            }
            Fact::Date(date) => StoredValue::Date(date),
            Fact::Time(time) => StoredValue::Time(time),
            Fact::Tags(tags) => {
                let start = self.texts.len();
                tags.any(|tag| {
                    self.texts.extend_from_slice(tag.as_bytes());
                    self.texts.push(END);
                    false
                });
                StoredValue::Tags(start, self.texts.len())
            }
        }
    }
}

/// Returns a recorded text.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

/// True for a value, unknown for a missing one.
fn known(value: StoredValue) -> Truth {
    if matches!(value, StoredValue::Missing) { Truth::Unknown } else { Truth::True }
}

impl<'m> Observer<'m, Concrete> for Ledger<'m> {
    const FULL: bool = true;

    #[inline(always)]
    fn on_test(&mut self, test: &'m Test, seen: evaluate::Observation<'_, Concrete>, truth: &Truth) {
        let value = match seen {
            evaluate::Observation::Fact(fact) => self.stored(fact),
            evaluate::Observation::Quantity(value) => value.map_or(StoredValue::Missing, StoredValue::Measured),
            evaluate::Observation::Events(count) => StoredValue::Measured(count),
        };
        self.observe(Object::Test(test), value, *truth);
    }

    fn on_negation(&mut self) {
        self.negated = !self.negated;
    }

    #[inline]
    fn on_quantity(&mut self, of: &'m Quantity, value: Option<i64>) {
        let value = value.map_or(StoredValue::Missing, StoredValue::Measured);
        self.observe(Object::Quantity(of), value, known(value));
    }

    #[inline]
    fn on_fact(&mut self, field: FieldIndex, fact: Fact<'_>) {
        let value = self.stored(fact);
        self.observe(Object::Field(field), value, known(value));
    }

    fn on_signal(&mut self, signal: &'m Signal, tally: Option<Tally>) {
        let value = tally.map_or(StoredValue::Missing, |tally| {
            self.tallies.push(tally);
            StoredValue::Tally(self.tallies.len() - 1)
        });
        self.observe(Object::Signal(signal), value, known(value));
    }

    #[inline]
    fn on_gate(&mut self, gate: &'m Gate, required: bool, truth: &Truth) {
        self.enter(if required { Source::Required(gate) } else { Source::Disqualifying(gate) }, *truth, 0);
    }

    #[inline]
    fn on_rule(&mut self, rule: &'m Rule, points: impl FnOnce() -> MaybeUnknown<Concrete>) {
        let MaybeUnknown { number, unknown } = points();
        self.enter(Source::Rule(rule), if unknown { Truth::Unknown } else { Truth::True }, number);
    }

    fn on_axis(&mut self, result: &AxisOutcome<Concrete>) {
        self.axes.push(*result);
    }

    fn on_promoter(&mut self, promoter: &'m Promoter, truth: &Truth) {
        self.enter(Source::Promoter(promoter), *truth, 0);
    }

    fn on_limit(&mut self, limit: &'m Limit, truth: &Truth, before: &i64, after: &i64) {
        self.enter(Source::Limit(limit), *truth, after.saturating_sub(*before));
    }

    fn on_segment(&mut self, segment: &'m Segment, truth: &Truth) {
        self.enter(Source::Segment(segment), *truth, 0);
    }

    fn on_total(&mut self, base: &i64, value: &i64) {
        (self.base, self.value) = (*base, *value);
    }
}
