//! Findings: what the tests behind a check or a line observed.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::decisive::{Flags, decisive};
use super::describe;
use super::ledger::{Ledger, LedgerEntry, StoredObservation, StoredValue};
use super::owned::OwnedFinding;
use crate::evaluate::{Tally, Truth};
use crate::num::points::Points;
use crate::program::{FieldIndex, Quantity, Signal, Test, Unit, double_of};

/// The findings of one check or line.
#[derive(Clone, Copy)]
pub(super) struct Findings<'e> {
    pub(super) ledger: &'e Ledger<'e>,
    pub(super) observations: &'e [StoredObservation<'e>],
    /// What the findings are about; `None` if there are no findings.
    pub(super) entry: Option<&'e LedgerEntry<'e>>,
}

impl<'e> Findings<'e> {
    pub(super) fn iter(self) -> impl ExactSizeIterator<Item = Finding<'e>> + use<'e> {
        self.observations.iter().enumerate().map(move |(index, observation)| Finding { all: self, index, observation })
    }

    /// Returns which findings are decisive.
    fn flags(self) -> Flags {
        self.entry.map_or_else(Flags::new, |entry| decisive(entry, self.observations))
    }

    pub(super) fn to_owned(self) -> Vec<OwnedFinding> {
        self.iter().zip(self.flags()).map(|(finding, decisive)| finding.owned(decisive)).collect()
    }

    pub(super) fn tally(self) -> Option<&'e Tally> {
        self.observations.iter().find_map(|observation| match observation.value {
            StoredValue::Tally(index) => self.ledger.tally(index),
            _ => None,
        })
    }
}

impl fmt::Debug for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// What one test expected and observed, or the value from which a rule computed its points.
#[derive(Clone, Copy)]
pub struct Finding<'e> {
    all: Findings<'e>,
    index: usize,
    observation: &'e StoredObservation<'e>,
}

/// The test or the input that was observed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Object<'m> {
    Test(&'m Test),
    Quantity(&'m Quantity),
    Field(FieldIndex),
    Signal(&'m Signal),
}

impl Object<'_> {
    /// The unit of a [`StoredValue::Measured`].
    fn unit(self) -> Unit {
        match self {
            Object::Test(Test::Number { of, .. }) | Object::Quantity(of) => of.unit(),
            Object::Test(_) | Object::Field(_) | Object::Signal(_) => Unit::Whole,
        }
    }
}

impl<'e> Finding<'e> {
    /// Returns the input in words, such as `nps` or `pricing_view events in the last 30d`.
    pub fn subject(&self) -> String {
        describe::subject(self.all.ledger.program, self.observation.of)
    }

    /// Returns the expectation of the test in words, such as `at least 9`; `None` if the finding is not from a test.
    pub fn expected(&self) -> Option<String> {
        let Object::Test(test) = self.observation.of else { return None };
        let expected = describe::expected(self.all.ledger.program, test);
        Some(if self.observation.negated { format!("not {expected}") } else { expected })
    }

    /// Returns the observed value.
    pub fn observed(&self) -> Observed<'e> {
        match self.observation.value {
            StoredValue::Missing => Observed::Missing,
            StoredValue::Flag(flag) => Observed::Flag(flag),
            StoredValue::Number(number) => Observed::Number(number),
            StoredValue::Measured(value) => match self.observation.of.unit() {
                Unit::Whole => Observed::Whole(value),
                Unit::Millionth => Observed::Points(Points::from_micros(value)),
                Unit::Double => Observed::Number(double_of(value)),
            },
            StoredValue::Text(start, end) => Observed::Text(self.all.ledger.text(start, end)),
            StoredValue::Tags(start, end) => {
                let mut tags: Vec<_> = self.all.ledger.tags(start, end).collect();
                tags.sort_unstable();
                tags.dedup();
                Observed::Tags(tags)
            }
            StoredValue::Date(date) => Observed::Date(date),
            StoredValue::Time(time) => Observed::Time(time),
            StoredValue::Tally(index) => {
                let events = self.all.ledger.tally(index).map_or(0, |tally| tally.events);
                Observed::Whole(i64::try_from(events).unwrap_or(i64::MAX))
            }
        }
    }

    /// Returns whether the value was as expected. Without an expectation: true if the value is known.
    pub fn truth(&self) -> Truth {
        self.observation.truth
    }

    /// Returns whether the result follows from this finding.
    ///
    /// If one of several alternatives holds, only the first that holds is decisive. If one of several requirements fails,
    /// only what fails is.
    pub fn is_decisive(&self) -> bool {
        self.all.flags().get(self.index).copied().unwrap_or(true)
    }

    fn owned(&self, decisive: bool) -> OwnedFinding {
        OwnedFinding {
            subject: self.subject().into(),
            expected: self.expected().map(Into::into),
            observed: self.observed().to_owned(),
            truth: self.truth(),
            decisive,
        }
    }

    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedFinding {
        self.owned(self.is_decisive())
    }
}

impl fmt::Debug for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("subject", &self.subject())
            .field("expected", &self.expected())
            .field("observed", &self.observed())
            .field("truth", &self.truth())
            .field("decisive", &self.is_decisive())
            .finish()
    }
}

/// A value that a test or a rule observed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Observed<'e> {
    /// No value: the fact is missing.
    Missing,
    /// A flag.
    Flag(bool),
    /// A number or a ratio.
    Number(f64),
    /// A count of events, tags, days or months.
    Whole(i64),
    /// A score or an amount.
    Points(Points),
    /// A text.
    Text(&'e str),
    /// A date.
    Date(NaiveDate),
    /// An instant.
    Time(DateTime<Utc>),
    /// A set of texts, sorted.
    Tags(Vec<&'e str>),
}

impl fmt::Display for Observed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_owned().fmt(f)
    }
}
