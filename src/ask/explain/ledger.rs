//! The observer that writes an evaluation down, as little as everything else follows from.

use chrono::{DateTime, NaiveDate, Utc};
use smallvec::SmallVec;

use super::{Explanation, Object};
use crate::evaluate::{AxisOutcome, Concrete, Evaluation, MaybeUnknown, Observation, Observer, Subject, Tally, Truth};
use crate::input::facts::{Fact, Facts};
use crate::program::{FieldIndex, Gate, Limit, Program, Promoter, Quantity, Rule, Segment, Signal, Test};
use crate::score::Score;
use crate::time::second_of;

/// Evaluates in full and writes everything down.
pub(crate) fn explain<'m, T: Facts>(program: &'m Program, subject: &T, as_of: DateTime<Utc>) -> Explanation<'m> {
    let evaluation = Evaluation::new(Subject::new(program, subject, second_of(as_of)));
    let mut ledger = Ledger::new(program);
    let outcome = evaluation.outcome(&mut ledger);
    let mut missing = Vec::new();
    // In one loop, which `collect` does not make of it.
    Subject::new(program, subject, 0).missing().for_each(|field| missing.push(field));
    Explanation { score: Score::new(program, &outcome), as_of, missing, ledger }
}

/// What an evaluation found, in the order in which it did.
///
/// Most explanations are read in part, if at all. So nothing is worded, scaled or sorted here, and what was seen is
/// copied into buffers that are made once: lines follow from this when somebody asks for them.
#[derive(Clone, Debug)]
pub(super) struct Ledger<'m> {
    pub(super) program: &'m Program,
    entries: Vec<Entry<'m>>,
    looks: Vec<Look<'m>>,
    texts: Vec<u8>, // one after the other
    tallies: Vec<Tally>,
    pub(super) axes: SmallVec<[AxisOutcome<Concrete>; 2]>, // most models have fit and activity, or one axis
    /// The value from the axes alone.
    pub(super) base: i64,
    /// The value with promoters and limits, held within 0 to 100, whatever the gates say.
    pub(super) value: i64,
    /// Whether what is being tested is under an odd number of `not`s.
    negated: bool,
}

/// A gate, rule, promoter, limit or segment, and what came of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'m> {
    pub(super) of: Asked<'m>,
    /// Whether the condition held, after its policy for the unknown; of a rule, whether it is known.
    pub(super) truth: Truth,
    /// The raw points of a rule, or by how much a limit moved the score.
    pub(super) micros: i64,
    /// Where its looks end. They begin where those of the entry before it end.
    end: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Asked<'m> {
    Disqualifying(&'m Gate),
    Required(&'m Gate),
    Rule(&'m Rule),
    Promoter(&'m Promoter),
    Limit(&'m Limit),
    Segment(&'m Segment),
}

/// One thing that was looked at, and what was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'m> {
    pub(super) of: Object<'m>,
    pub(super) saw: Saw,
    /// After the `not`s around it.
    pub(super) truth: Truth,
    pub(super) negated: bool,
}

/// What was seen; texts are places in the buffer of texts, from the first up to the second one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Saw {
    Missing,
    Flag(bool),
    Number(f64),
    /// In the unit of the object.
    Measured(i64),
    Text(usize, usize),
    /// Each with its end.
    Tags(usize, usize),
    Date(NaiveDate),
    Time(DateTime<Utc>),
    /// The place of the signal's tally.
    Tallied(usize),
}

/// Ends a tag in the buffer of texts. It is in none of them, as it is no part of UTF-8.
const END: u8 = 0xff;

/// What room most texts find enough in. The buffer grows where they do not.
const TEXT_LEN: usize = 12;

impl<'m> Ledger<'m> {
    fn new(program: &'m Program) -> Ledger<'m> {
        let room = &program.capacity;
        Ledger {
            program,
            entries: Vec::with_capacity(room.entries),
            looks: Vec::with_capacity(room.observations),
            texts: Vec::with_capacity(room.texts.saturating_mul(TEXT_LEN)),
            tallies: Vec::new(),
            axes: SmallVec::with_capacity(program.axes.len()),
            base: 0,
            value: 0,
            negated: false,
        }
    }

    /// Everything that was asked, and what it looked at.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Entry<'m>, &[Look<'m>])> {
        let mut start = 0;
        self.entries.iter().map(move |entry| {
            let looks = self.looks.get(start..entry.end).unwrap_or_default();
            start = entry.end;
            (entry, looks)
        })
    }

    /// Every rule of every axis, part by part.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&'m Rule, &Entry<'m>, &[Look<'m>])> {
        self.entries().filter_map(|(entry, looks)| match entry.of {
            Asked::Rule(rule) => Some((rule, entry, looks)),
            _ => None,
        })
    }

    pub(super) fn text(&self, from: usize, to: usize) -> &str {
        text(self.texts.get(from..to).unwrap_or_default())
    }

    pub(super) fn tags(&self, from: usize, to: usize) -> impl Iterator<Item = &str> {
        let tags = self.texts.get(from..to).unwrap_or_default();
        tags.split_inclusive(|byte| *byte == END).filter_map(|tag| tag.strip_suffix(&[END])).map(text)
    }

    pub(super) fn tally(&self, place: usize) -> Option<&Tally> {
        self.tallies.get(place)
    }

    #[inline]
    fn enter(&mut self, of: Asked<'m>, truth: Truth, micros: i64) {
        self.entries.push(Entry { of, truth, micros, end: self.looks.len() });
    }

    #[inline]
    fn look(&mut self, of: Object<'m>, saw: Saw, truth: Truth) {
        let truth = if self.negated { truth.negated() } else { truth };
        self.looks.push(Look { of, saw, truth, negated: self.negated });
    }

    #[inline]
    fn fact(&mut self, fact: Fact<'_>) -> Saw {
        match fact {
            Fact::Missing => Saw::Missing,
            Fact::Flag(flag) => Saw::Flag(flag),
            Fact::Number(number) => Saw::Number(number),
            Fact::Text(text) => {
                let from = self.texts.len();
                self.texts.extend_from_slice(text.as_bytes());
                Saw::Text(from, self.texts.len())
            }
            Fact::Date(date) => Saw::Date(date),
            Fact::Time(time) => Saw::Time(time),
            Fact::Tags(tags) => {
                let from = self.texts.len();
                tags.any(|tag| {
                    self.texts.extend_from_slice(tag.as_bytes());
                    self.texts.push(END);
                    false
                });
                Saw::Tags(from, self.texts.len())
            }
        }
    }
}

/// What was a text when it was written down.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

/// Whether anything was seen.
fn known(saw: Saw) -> Truth {
    if matches!(saw, Saw::Missing) { Truth::Unknown } else { Truth::True }
}

impl<'m> Observer<'m, Concrete> for Ledger<'m> {
    const FULL: bool = true;

    #[inline(always)]
    fn on_test(&mut self, test: &'m Test, seen: Observation<'_, Concrete>, truth: &Truth) {
        let saw = match seen {
            Observation::Fact(fact) => self.fact(fact),
            Observation::Quantity(value) => value.map_or(Saw::Missing, Saw::Measured),
            Observation::Events(count) => Saw::Measured(count),
        };
        self.look(Object::Test(test), saw, *truth);
    }

    fn on_negation(&mut self) {
        self.negated = !self.negated;
    }

    #[inline]
    fn on_quantity(&mut self, of: &'m Quantity, value: Option<i64>) {
        let saw = value.map_or(Saw::Missing, Saw::Measured);
        self.look(Object::Quantity(of), saw, known(saw));
    }

    #[inline]
    fn on_fact(&mut self, field: FieldIndex, fact: Fact<'_>) {
        let saw = self.fact(fact);
        self.look(Object::Field(field), saw, known(saw));
    }

    fn on_signal(&mut self, signal: &'m Signal, tally: Tally) {
        let saw = Saw::Tallied(self.tallies.len());
        self.tallies.push(tally);
        self.look(Object::Signal(signal), saw, Truth::True);
    }

    #[inline]
    fn on_gate(&mut self, gate: &'m Gate, required: bool, truth: &Truth) {
        self.enter(if required { Asked::Required(gate) } else { Asked::Disqualifying(gate) }, *truth, 0);
    }

    #[inline]
    fn on_rule(&mut self, rule: &'m Rule, points: impl FnOnce() -> MaybeUnknown<Concrete>) {
        let MaybeUnknown { number, unknown } = points();
        self.enter(Asked::Rule(rule), if unknown { Truth::Unknown } else { Truth::True }, number);
    }

    fn on_axis(&mut self, result: &AxisOutcome<Concrete>) {
        self.axes.push(*result);
    }

    fn on_promoter(&mut self, promoter: &'m Promoter, truth: &Truth) {
        self.enter(Asked::Promoter(promoter), *truth, 0);
    }

    fn on_limit(&mut self, limit: &'m Limit, truth: &Truth, before: &i64, after: &i64) {
        self.enter(Asked::Limit(limit), *truth, after.saturating_sub(*before));
    }

    fn on_segment(&mut self, segment: &'m Segment, truth: &Truth) {
        self.enter(Asked::Segment(segment), *truth, 0);
    }

    fn on_total(&mut self, base: &i64, value: &i64) {
        (self.base, self.value) = (*base, *value);
    }
}
