//! The environment of one subject at one instant.

use crate::evaluate::env::{Env, MaybeUnknown};
use crate::evaluate::observer::{Observation, Observer};
use crate::evaluate::{Concrete, Truth, measure, signal, test};
use crate::input::activity::{Activity, Selection};
use crate::input::facts::{Fact, FactCow, Facts, Probe};
use crate::model::{Calendar, EventMeasure};
use crate::program::{
    CalendarWindow, Edge, Ends, Events, FieldIndex, ProbeId, Program, Quantity, Reading, RuleBody, Signal, TagTest,
    Test, TextSubject, TextTest, Unit, Window, ordered_bits,
};
use crate::time::civil_day;

/// One subject at one instant.
pub(crate) struct Subject<'m, 's, T> {
    program: &'m Program,
    facts: &'s T,
    as_of: i64, // seconds since 1970-01-01 UTC
    today: i64, // the civil day of `as_of`
}

/// Reads a field and tests it, in one of the ways that [`ProbeId`] lists.
struct TestProbe<'q, 'm, 's, T> {
    test: &'q Test,
    subject: &'q Subject<'m, 's, T>,
}

impl<T> Clone for TestProbe<'_, '_, '_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for TestProbe<'_, '_, '_, T> {}

impl<T: Facts> Probe for TestProbe<'_, '_, '_, T> {
    type Answer = Truth;

    #[inline(always)]
    fn answer<const WAY: usize>(self, fact: Fact<'_>) -> Truth {
        let holds = match (WAY, self.test) {
            (ProbeId::NUMBER, Test::Number { doubles, negate, .. }) => {
                let inside = test::number_within(test::double(fact), *doubles);
                inside.map(|inside| inside != *negate)
            }
            (ProbeId::RATIO, Test::Number { of: Quantity::Ratio { of, .. }, doubles, negate, .. }) => {
                let ratio = test::ratio(test::double(fact), self.subject.number(*of));
                let inside = ratio.and_then(|ratio| test::number_within(ratio, *doubles));
                inside.map(|inside| inside != *negate)
            }
            (ProbeId::FLAG, test @ Test::Flag { .. }) => test::holds(test, fact),
            (ProbeId::HAS_ANY, Test::Tags { test: TagTest::HasAny(any), negate, .. }) => match fact {
                Fact::Tags(tags) => Some(tags.has_any(any) != *negate),
                _ => None,
            },
            (ProbeId::ONE_OF, Test::Text { test: TextTest::OneOf(literals), negate, .. }) => match fact {
                Fact::Text(text) => Some(literals.has(text) != *negate),
                _ => None,
            },
            (ProbeId::DAYS_SINCE | ProbeId::DAYS_UNTIL, Test::Number { within, negate, .. }) => {
                let by = if WAY == ProbeId::DAYS_SINCE { Calendar::DaysSince } else { Calendar::DaysUntil };
                let day = test::day(fact, self.subject.program.offset_secs);
                let value = day.map(|day| test::by_calendar(by, day, self.subject.today));
                value.map(|value| (*within.start() <= value && value <= *within.end()) != *negate)
            }
            _ => None,
        };
        Truth::of(holds)
    }
}

/// An owned value of a computed field, while it is read.
type Owned<'s> = Option<FactCow<'s>>;

/// The fact's number; NaN if it is not a number.
#[derive(Clone, Copy)]
struct NumberProbe;

impl Probe for NumberProbe {
    type Answer = f64;

    #[inline(always)]
    fn answer<const WAY: usize>(self, fact: Fact<'_>) -> f64 {
        if WAY == ProbeId::NUMBER { test::double(fact) } else { f64::NAN }
    }
}

/// Reports a test to the observer. Inlined for each kind of observation, which is known at the call.
#[inline(always)]
fn observed<'m, O: Observer<'m, Concrete>>(
    test: &'m Test,
    seen: Observation<'_, Concrete>,
    holds: Option<bool>,
    observer: &mut O,
) -> Truth {
    let truth = Truth::of(holds);
    observer.on_test(test, seen, &truth);
    truth
}

impl<'m, 's, T: Facts> Subject<'m, 's, T> {
    #[inline]
    pub(crate) fn new(program: &'m Program, facts: &'s T, as_of: i64) -> Subject<'m, 's, T> {
        Subject::on(program, facts, (as_of, civil_day(as_of, program.offset_secs)))
    }

    /// The same if the civil day of the instant is known already.
    #[inline]
    pub(crate) fn on(program: &'m Program, facts: &'s T, (as_of, today): (i64, i64)) -> Subject<'m, 's, T> {
        Subject { program, facts, as_of, today }
    }

    /// The value of a field, missing if its kind is not the field's.
    pub(crate) fn fact_cow(&self, field: FieldIndex) -> FactCow<'s> {
        let Some(Reading { field, .. }) = self.program.fields.get(field) else { return Fact::Missing.into() };
        let fact = self.facts.fact_cow(field);
        if field.kind().admits(&fact.as_fact()) { fact } else { Fact::Missing.into() }
    }

    /// Whether a field has no value of its kind.
    #[inline]
    pub(crate) fn is_missing(&self, field: FieldIndex) -> bool {
        matches!(self.fact(field, &mut None), Fact::Missing)
    }

    /// The value of a field, missing if its kind is not the field's. An owned value is put into `owned`.
    #[inline]
    fn fact<'a>(&self, field: FieldIndex, owned: &'a mut Owned<'s>) -> Fact<'a> {
        let fact = self.raw_fact(field, owned);
        let admitted = self.program.fields.get(field).is_some_and(|reading| reading.field.kind().admits(&fact));
        if admitted { fact } else { Fact::Missing }
    }

    /// The value of a field, of whatever kind. Readers of numbers or texts find none in a value of another kind.
    ///
    /// For types whose fields all borrow, `owned` stays empty, and the compiler removes it.
    #[inline(always)]
    fn raw_fact<'a>(&self, field: FieldIndex, owned: &'a mut Owned<'s>) -> Fact<'a> {
        match self.program.fields.get(field) {
            Some(reading) if T::OWNED => owned.insert(self.facts.fact_cow(&reading.field)).as_fact(),
            Some(reading) => self.facts.fact(&reading.field),
            None => Fact::Missing,
        }
    }

    /// The number of a field; NaN if it has none.
    #[inline]
    fn number(&self, field: FieldIndex) -> f64 {
        let Some(Reading { field, .. }) = self.program.fields.get(field) else { return f64::NAN };
        let read = || test::double(self.facts.fact(field));
        self.facts.probe(ProbeId::of_field(field, ProbeId::NUMBER).index(), NumberProbe, read)
    }

    /// Evaluates a test and reports what it saw.
    #[inline(never)]
    fn look<O: Observer<'m, Concrete>>(&self, test: &'m Test, observer: &mut O) -> Truth {
        let (mut owned, mut other_owned) = (None, None);
        let (fact, holds) = match test {
            Test::Number { of, within, negate, .. } => {
                let value = self.value(of);
                let holds = value.map(|value| within.contains(&value) != *negate);
                return observed(test, Observation::Quantity(value), holds, observer);
            }
            Test::Happened { events, is } => {
                let count = self.select(events).map(Selection::count);
                let seen = count.map_or(Observation::Quantity(None), Observation::Events);
                return observed(test, seen, count.map(|count| (count > 0) == *is), observer);
            }
            Test::Tags { field, test: TagTest::AnyNotIn(other), ignore_case, negate, .. } => {
                let fact = self.fact(*field, &mut owned);
                let holds = test::any_not_in(fact, self.fact(*other, &mut other_owned), *ignore_case);
                (fact, holds.map(|holds| holds != *negate))
            }
            Test::Day { field, within, .. } => {
                let fact = self.fact(*field, &mut owned);
                (fact, test::day(fact, self.program.offset_secs).map(|day| within.contains(&day)))
            }
            Test::Known { field, .. }
            | Test::Flag { field, .. }
            | Test::Text { of: TextSubject::Field(field), .. }
            | Test::Tags { field, .. } => {
                let fact = self.fact(*field, &mut owned);
                (fact, test::holds(test, fact))
            }
            // The pipeline evaluates tests on the outcome.
            Test::Text { .. } => (Fact::Missing, None),
        };
        observed(test, Observation::Fact(fact), holds, observer)
    }

    #[inline]
    fn activity(&self) -> &'s Activity {
        self.facts.activity()
    }

    /// The events in a window; `None` if the date of an edge is missing.
    #[inline]
    fn select<'a>(&'a self, events: &'a Events) -> Option<Selection<'a>> {
        let (after, until) = self.ends(events)?;
        Some(self.activity().between(&events.names, after, until, events.test()))
    }

    /// The ends of the window of events; `None` if a date of the window is missing.
    #[inline]
    fn ends(&self, events: &Events) -> Option<Ends> {
        match &events.window {
            Window::Ages(ages) => Some((ages.after(self.as_of), ages.until(self.as_of))),
            Window::Calendar(window) => self.ends_by_calendar(window),
        }
    }

    #[inline(never)]
    fn ends_by_calendar(&self, window: &CalendarWindow) -> Option<Ends> {
        let offset_secs = self.program.offset_secs;
        let mut days = [None; 2];
        if let CalendarWindow::Days(edges) = window {
            for (day, edge) in days.iter_mut().zip(edges) {
                *day = match edge {
                    None => None,
                    Some(Edge::Day(day)) => Some(*day),
                    Some(Edge::Field(field)) => Some(test::day(self.raw_fact(*field, &mut None), offset_secs)?),
                };
            }
        }
        Some(window.ends((self.as_of, self.today), days, offset_secs))
    }

    /// A quantity in its unit; `None` if it is unknown.
    fn value(&self, of: &Quantity) -> Option<i64> {
        match of {
            Quantity::Number { field } => test::number(self.number(*field)),
            Quantity::Ratio { field, of } => test::ratio(self.number(*field), self.number(*of)).map(ordered_bits),
            Quantity::Calendar { field, by } => {
                let day = test::day(self.raw_fact(*field, &mut None), self.program.offset_secs)?;
                Some(test::by_calendar(*by, day, self.today))
            }
            Quantity::TagCount { field } => test::tag_count(self.raw_fact(*field, &mut None)),
            Quantity::Event { events, by } => self.of_events(events, *by),
            Quantity::EventRatio { events, of, by } => {
                let (number, of) = (self.of_events(events, *by)?, self.of_events(of, *by)?);
                test::ratio(Unit::double(number), Unit::double(of)).map(ordered_bits)
            }
            Quantity::Distinct { events, attribute } => Some(self.select(events)?.distinct(attribute)),
            Quantity::DaysSinceLast { events } => {
                let last = self.select(events)?.last()?;
                Some(self.today.saturating_sub(civil_day(last, self.program.offset_secs)))
            }
            // The pipeline evaluates tests on the outcome.
            Quantity::Axis { .. }
            | Quantity::Rule { .. }
            | Quantity::GreatestRule { .. }
            | Quantity::Score
            | Quantity::Coverage => None,
        }
    }

    fn of_events(&self, events: &Events, by: EventMeasure) -> Option<i64> {
        measure::of(self.select(events)?, by, self.program.offset_secs)
    }

    /// The fields that the model reads and this subject lacks.
    pub(crate) fn missing(self) -> impl Iterator<Item = &'m str> + use<'m, 's, T> {
        let (program, facts) = (self.program, self.facts);
        program.fields.iter().filter(|reading| reading.valued).filter_map(move |reading| {
            let known = reading.field.kind().admits(&facts.fact_cow(&reading.field).as_fact());
            (!known).then(|| reading.field.name())
        })
    }
}

impl<'m, T: Facts> Env<'m> for Subject<'m, '_, T> {
    type Domain = Concrete;

    #[inline]
    fn program(&self) -> &'m Program {
        self.program
    }

    #[inline(always)]
    fn test<O: Observer<'m, Concrete>>(&self, probe: ProbeId, test: &'m Test, observer: &mut O) -> Truth {
        if O::FULL {
            // Only the ledger records the value of a fact, which a probe does not return.
            return self.look(test, observer);
        }
        let mut looked = false;
        let truth = self.facts.probe(probe.index(), TestProbe { test, subject: self }, || {
            looked = true;
            self.look(test, observer)
        });
        if !looked {
            observer.on_test(test, Observation::Quantity(None), &truth);
        }
        truth
    }

    #[inline]
    fn points<O: Observer<'m, Concrete>>(&self, body: &'m RuleBody, observer: &mut O) -> MaybeUnknown<Concrete> {
        let points = if let RuleBody::Bands { of, rows, below } = body {
            let value = self.value(of);
            observer.on_quantity(of, value);
            value.map(|value| rows.points(rows.rank(value), *below))
        } else if let RuleBody::PerUnit(form) = body {
            let value = self.value(&form.of);
            observer.on_quantity(&form.of, value);
            value.map(|value| test::per_unit(form, value))
        } else if let Some(field) = body.field() {
            let mut owned = None;
            let fact = self.fact(field, &mut owned);
            observer.on_fact(field, fact);
            test::points(body, fact)
        } else {
            None
        };
        MaybeUnknown { number: points.unwrap_or(0), unknown: points.is_none() }
    }

    fn signal<O: Observer<'m, Concrete>>(&self, signal: &'m Signal, observer: &mut O) -> MaybeUnknown<Concrete> {
        let Some(ends) = self.ends(&signal.events) else {
            observer.on_signal(signal, None);
            return MaybeUnknown { number: 0, unknown: true };
        };
        let offset_secs = self.program.offset_secs;
        let sums = signal::SignalSums::of(signal, self.activity(), ends, offset_secs, self.as_of);
        let mut tally = sums.tally(signal);
        if O::FULL && signal.caps_points() && tally.events > 0 {
            tally.whole = signal::SignalSums::whole(signal, self.activity(), ends, offset_secs);
        }
        observer.on_signal(signal, Some(tally));
        MaybeUnknown::known(tally.points)
    }
}
