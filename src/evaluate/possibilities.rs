//! Sets of subjects over a span of time.

use std::cell::Cell;
use std::ops::RangeInclusive;

use super::fact_set::{FactSet, Known};
use super::possible::{Found, Set};
use super::ranges::Ranges;
use super::settled::Settled;
use super::sum::{self, Sums};
use super::{Domain, Exact, Measured, Numbers, Possible, Seen, Truth, Values, Witness, World, fact};
use crate::grade::Verdict;
use crate::input::activity::{Activity, Selection};
use crate::input::facts::Fact;
use crate::model::{Calendar, EventMeasure};
use crate::points::HELD;
use crate::program::{
    Ask, Events, FieldIndex, Gate, Part, Program, Quantity, Rule, Signal, TagTest, Test, TextSubject, Worth,
};
use crate::time::{DAY_SECS, civil_day};
use crate::wide::held_in_i64;

/// Every subject that has one of the facts of each field and did the same, at every instant of a span.
///
/// Facts are taken independently of each other.
pub(crate) struct Possibilities<'m, 'f> {
    program: &'m Program,
    facts: &'f [FactSet<'f>], // one for each field of the program
    settled: Option<&'f Settled<'m>>,
    activity: &'f Activity,
    from: i64,
    to: i64,           // not before `from`
    today: (i64, i64), // the civil days of both
    nothing: FactSet<'f>,
    turn: Cell<Option<i64>>,
    fades: Cell<bool>,
}

impl<'m, 'f> Possibilities<'m, 'f> {
    pub(crate) fn new(
        program: &'m Program,
        facts: &'f [FactSet<'f>],
        activity: &'f Activity,
        (from, to): (i64, i64),
    ) -> Possibilities<'m, 'f> {
        let today = (civil_day(from, program.offset_secs), civil_day(to, program.offset_secs));
        let nothing = FactSet::one(Fact::Missing);
        Possibilities {
            program,
            facts,
            settled: None,
            activity,
            from,
            to,
            today,
            nothing,
            turn: Cell::new(None),
            fades: Cell::new(false),
        }
    }

    /// The same, where the facts of each subject settle as much.
    pub(crate) fn with_settled(self, settled: &'f Settled<'m>) -> Possibilities<'m, 'f> {
        Possibilities { settled: Some(settled), ..self }
    }

    /// The first instant after the beginning of the span at which anything that was looked at may be another all at
    /// once; `None` where there is none up to the end.
    ///
    /// Of one subject only: of a date that may be one of several no note is taken.
    pub(crate) fn turn(&self) -> Option<i64> {
        self.turn.get().filter(|turn| *turn <= self.to)
    }

    /// Whether anything that was looked at changes from second to second.
    pub(crate) fn fades(&self) -> bool {
        self.fades.get()
    }

    fn turns_at(&self, at: Option<i64>) {
        if let Some(at) = at.filter(|at| *at > self.from) {
            self.turn.set(Some(self.turn.get().map_or(at, |turn| turn.min(at))));
        }
    }

    /// Takes note of the first day on which `place` is another; it is monotone.
    fn turns_on_the_day(&self, place: impl Fn(i64) -> usize) {
        let (mut same, mut other) = self.today;
        let first = place(same);
        if place(other) == first {
            return;
        }
        while other.saturating_sub(same) > 1 {
            let middle = i64::midpoint(same, other);
            if place(middle) == first {
                same = middle;
            } else {
                other = middle;
            }
        }
        self.turns_at(Some(other.saturating_mul(DAY_SECS).saturating_sub(self.program.offset_secs)));
    }

    /// Takes note of the first event that comes in or goes out.
    fn turns_with(&self, events: &Events) {
        if self.from == self.to {
            return;
        }
        let later = |after: Option<i64>| self.activity.between(&events.names, after, i64::MAX).first();
        let ages = events.ages;
        self.turns_at(later(Some(ages.until(self.from))).map(|at| at.saturating_add(ages.from)));
        if let Some(to) = ages.to {
            self.turns_at(later(ages.after(self.from)).map(|at| at.saturating_add(to)));
        }
    }

    fn fact(&self, field: FieldIndex) -> &FactSet<'f> {
        self.facts.get(field).unwrap_or(&self.nothing)
    }

    /// A number of the events, from what it is of those that count at every instant to what it is of those that count
    /// at some.
    fn of_events(&self, events: &Events, f: impl Fn(Selection<'_>, Selection<'_>) -> (i64, i64)) -> Found {
        self.turns_with(events);
        let ages = events.ages;
        let always = self.activity.between(&events.names, ages.after(self.to), ages.until(self.from));
        let sometimes = self.activity.between(&events.names, ages.after(self.from), ages.until(self.to));
        let (least, greatest) = f(always, sometimes);
        Found { known: Some(Ranges::from_to(least, greatest)), unknown: false }
    }

    fn count(&self, events: &Events) -> Found {
        self.of_events(events, |always, sometimes| (always.count(), sometimes.count()))
    }

    /// A quantity in its unit; `place` says where numbers of it are told apart.
    fn value(&self, of: &Quantity, place: impl Fn(i64) -> usize) -> Found {
        match of {
            Quantity::Number { field } => self.fact(*field).numbers(),
            Quantity::Ratio { field, of } => self.fact(*field).ratios(self.fact(*of)),
            Quantity::Calendar { field, by } => self.calendar(*field, *by, place),
            Quantity::TagCount { field } => self.fact(*field).tag_counts(),
            Quantity::Event { events, by: EventMeasure::Count } => self.count(events),
            Quantity::Event { events, by: EventMeasure::Amount } => self.of_events(events, |always, sometimes| {
                let (gained, lost) = sum::amounts(always);
                let (gains, losses) = sum::amounts(sometimes);
                let held = |sum: i128| held_in_i64(sum).clamp(-HELD, HELD);
                (held(gained - losses), held(gains - lost))
            }),
            Quantity::Event { events, by: EventMeasure::Days } => {
                let offset = self.program.offset_secs;
                self.of_events(events, |always, sometimes| (always.days(offset), sometimes.days(offset)))
            }
            Quantity::DaysSinceLast { events } => self.days_since_last(events, place),
            // The outcome is asked elsewhere.
            Quantity::Axis { .. } | Quantity::Score => Found { known: None, unknown: true },
        }
    }

    fn calendar(&self, field: FieldIndex, by: Calendar, place: impl Fn(i64) -> usize) -> Found {
        let days = self.fact(field).days(self.program.offset_secs);
        let today = Ranges::from_to(self.today.0, self.today.1);
        if let Some(day) = days.known.as_ref().and_then(Ranges::only) {
            self.turns_on_the_day(|today| place(fact::by_calendar(by, day, today)));
        }
        let known = days.known.map(|days| days.with(&today, |day, today| fact::by_calendar(by, day, today)));
        Found { known, unknown: days.unknown }
    }

    fn days_since_last(&self, events: &Events, place: impl Fn(i64) -> usize) -> Found {
        self.turns_with(events);
        let last = |as_of| {
            let last = self.activity.select(&events.names, as_of, events.ages).last()?;
            Some(civil_day(last, self.program.offset_secs))
        };
        let since = |today: i64, day: i64| today.saturating_sub(day);
        match (last(self.from), last(self.to)) {
            (Some(first), Some(later)) => {
                self.turns_on_the_day(|today| place(since(today, first)));
                let least = if first == later { since(self.today.0, first) } else { 0 };
                Found { known: Some(Ranges::from_to(least, since(self.today.1, first))), unknown: false }
            }
            (None, Some(_)) => {
                let known = Ranges::from_to(0, since(self.today.1, self.today.0));
                Found { known: Some(known), unknown: true }
            }
            _ => Found { known: None, unknown: true },
        }
    }

    /// The points of a form that is read from one fact.
    fn form(&self, form: &Worth) -> Found {
        match form.field() {
            Some(field) => self.fact(field).points(form),
            None => Found { known: None, unknown: true },
        }
    }

    fn tally(&self, signal: &Signal) -> Ranges {
        let offset = self.program.offset_secs;
        let first = Sums::of(signal, self.activity, offset, self.from);
        if self.from == self.to {
            return Ranges::one(first.worth(signal));
        }
        self.turns_with(&signal.events);
        sum::counted(signal, self.activity, offset, self.from, |entry| {
            let age = self.from.saturating_sub(entry.at).unsigned_abs();
            match signal.curve.next_change(age) {
                Some(next) if next == age + 1 => self.fades.set(true),
                next => self.turns_at(next.and_then(|next| entry.at.checked_add_unsigned(next))),
            }
        });
        let names = &signal.events.names;
        if self.activity.between(names, Some(self.from), self.to).first().is_none() {
            // Nothing comes in, so that which events count only shrinks from the old end, and each loses weight.
            let (a, b) = first.worths_until(Sums::of(signal, self.activity, offset, self.to), signal);
            return Ranges::from_to(a, b);
        }
        // Whatever may count, at the age that it has when the span begins, or as soon as it happens.
        let sometimes = self.activity.between(names, signal.events.ages.after(self.from), self.to);
        let (a, b) = Sums::fresh(signal, sometimes, self.from).worths_until(Sums::NOTHING, signal);
        Ranges::from_to(a, b)
    }
}

/// The truths of what holds, does not hold or is not known.
fn truths(holds: &Set<Option<bool>>) -> Set<Truth> {
    Possible::map(holds, Truth::of)
}

/// Whether numbers lie within a range, or outside of it.
fn number_truths(found: &Found, within: &RangeInclusive<i64>, negate: bool) -> Set<Truth> {
    let known = found.known.as_ref().map(|known| Possible::within(known, within));
    let known = known.map(|known| Possible::map(&known, |holds| Truth::of(Some(holds != negate))));
    match known {
        Some(mut known) => {
            if found.unknown {
                known.unite(&Set::one(Truth::Unknown));
            }
            known
        }
        None => Set::one(Truth::Unknown),
    }
}

impl<'m> World<'m> for Possibilities<'m, '_> {
    type Domain = Possible;

    fn verdict(&self) -> Verdict {
        self.settled.map_or(Verdict::Eligible, |settled| settled.verdict)
    }

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        let all = self.program.gates(required);
        let (open, seen) = self.settled.map_or((&[][..], 0), |settled| settled.gates(required));
        open.iter().copied().chain(all.iter().skip(seen))
    }

    fn rules(&self, part: &'m Part) -> (i64, i64, impl Iterator<Item = &'m Rule>) {
        let settled = self.settled.and_then(|settled| settled.rules(part));
        let all = if settled.is_some() { &[] } else { &part.rules[..] };
        let (points, reach, open) = settled.unwrap_or((0, 0, &[]));
        (points, reach, open.iter().copied().chain(all))
    }

    fn test<W: Witness<'m, Possible>>(&self, _: Ask, test: &'m Test, _: &mut W) -> Set<Truth> {
        match test {
            Test::Number { of, within, op, .. } => {
                let place = |value: i64| usize::from(value >= *within.start()) + usize::from(value > *within.end());
                number_truths(&self.value(of, place), within, op.negates())
            }
            Test::Known { field, .. } | Test::Flag { field, .. } | Test::Text { of: TextSubject::Field(field), .. } => {
                truths(&self.fact(*field).holds(test))
            }
            Test::Tags { field, test: TagTest::AnyNotIn(other), negate, .. } => {
                let holds = self.fact(*field).any_not_in(self.fact(*other));
                truths(&Possible::map(&holds, |holds| holds.map(|holds| holds != *negate)))
            }
            Test::Tags { field, .. } => truths(&self.fact(*field).holds(test)),
            Test::Day { field, within, .. } => {
                number_truths(&self.fact(*field).days(self.program.offset_secs), within, false)
            }
            Test::Happened { events, is } => number_truths(&self.count(events), &(1..=i64::MAX), !*is),
            // The outcome is asked elsewhere.
            Test::Text { .. } => Set::one(Truth::Unknown),
        }
    }

    fn points<W: Witness<'m, Possible>>(&self, form: &'m Worth, _: &mut W) -> Measured<Possible> {
        let Worth::Bands { of, rows, below } = form else { return self.form(form).into() };
        let band = |number| fact::band(rows, number);
        let Measured { number, unknown } = self.value(of, band).into();
        let reached = Possible::places(&number, band);
        let points = |reached| Some(fact::band_points(rows, *below, reached));
        Measured { number: Possible::number(&reached, points), unknown }
    }

    fn signal<W: Witness<'m, Possible>>(&self, signal: &'m Signal, _: &mut W) -> Ranges {
        self.tally(signal)
    }
}

/// All the subjects of a set at one instant, as far as they come to the same; what they differ in is unknown.
///
/// A witness is told of what they differ in alone. What none of them has they have in common.
pub(crate) struct Alike<'p, 'm, 'f>(&'p Possibilities<'m, 'f>);

impl<'p, 'm, 'f> Alike<'p, 'm, 'f> {
    pub(crate) fn new(all: &'p Possibilities<'m, 'f>) -> Alike<'p, 'm, 'f> {
        Alike(all)
    }

    /// The least and the greatest number of a quantity, of those who know it, and whether some do not.
    #[inline]
    fn ends(&self, of: &Quantity, place: impl Fn(i64) -> usize) -> (Option<(i64, i64)>, bool) {
        if let Quantity::Number { field } = of
            && let FactSet { missing: false, known: Known::Numbers(least, greatest) } = self.0.fact(*field)
        {
            return (Some((*least, *greatest)), false); // as of nearly all that are taken apart
        }
        self.ends_of_any(of, place)
    }

    #[inline(never)]
    fn ends_of_any(&self, of: &Quantity, place: impl Fn(i64) -> usize) -> (Option<(i64, i64)>, bool) {
        let Found { known, unknown } = self.0.value(of, place);
        (known.map(|known| (known.least(), known.greatest())), unknown)
    }
}

/// An unknown number where there is none.
fn found(known: Option<i64>) -> Measured<Exact> {
    Measured { number: known.unwrap_or(0), unknown: known.is_none() }
}

impl<'m> World<'m> for Alike<'_, 'm, '_> {
    type Domain = Exact;

    fn verdict(&self) -> Verdict {
        self.0.verdict()
    }

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        self.0.gates(required)
    }

    fn rules(&self, part: &'m Part) -> (i64, i64, impl Iterator<Item = &'m Rule>) {
        self.0.rules(part)
    }

    fn test<W: Witness<'m, Exact>>(&self, ask: Ask, test: &'m Test, witness: &mut W) -> Truth {
        self.0.test(ask, test, &mut ()).only().unwrap_or_else(|| {
            witness.tested(test, Seen::Quantity(None), &Truth::Unknown);
            Truth::Unknown
        })
    }

    fn points<W: Witness<'m, Exact>>(&self, form: &'m Worth, witness: &mut W) -> Measured<Exact> {
        if let Worth::Bands { of, rows, below } = form {
            let band = |number| fact::band(rows, number);
            let (Some((least, greatest)), unknown) = self.ends(of, band) else { return found(None) };
            let reached = band(least);
            let alike = !unknown && rows.get(reached).is_none_or(|(from, _)| greatest < *from);
            if !alike {
                witness.measured(of, None);
            }
            return found(alike.then(|| fact::band_points(rows, *below, reached)));
        }
        let Found { known: Some(points), unknown } = self.0.form(form) else { return found(None) };
        let points = points.only().filter(|_| !unknown);
        if let (None, Some(field)) = (points, form.field()) {
            witness.read(field, Fact::Missing);
        }
        found(points)
    }

    fn signal<W: Witness<'m, Exact>>(&self, signal: &'m Signal, _: &mut W) -> i64 {
        self.0.tally(signal).least()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::{Evaluation, Outcome, Subject};
    use crate::points::Points;
    use crate::time::{instant_at, second_of};
    use crate::{Facts, Model, Record, Score, Scorer};

    /// A rule for each thing that depends on time.
    const RULES: [&str; 19] = [
        "signal = { event = 'a', points = 10, decay.half_life = '1d' }",
        "signal = { event = '*', points_per_unit = 5, max = 60, decay.linear = '2d' }",
        "signal = { event = ['a', 'b'], points = -8, window = '1d', per_day = 2, most_recent = 3, \
         decay.drop = { percent = 20, every = '6h' } }",
        "signal = { event = 'a', points = 7, max = 90, min_count = 2, decay.keep = { percent = 50, every = '8h' } }",
        "signal = { event = '*', points_per_unit = -3, max = 40, window = '36h', most_recent = 4, \
         decay.table = [['0s', 100], ['5h', 80], ['1d', 0]] }",
        "signal = { event = 'b', points = 4, max = 9, per_day = 1, window = '2d' }",
        "when.events.a.count = { at_least = 2, within = '1d' }\npoints = 10",
        "when.events.'*'.count = { is_not = 1, between = ['6h', '30h'] }\npoints = 10",
        "when.events.'*'.days = { at_least = 2, within = '3d' }\npoints = 10",
        "when.events.b.amount = { less_than = 1, between = ['6h', '2d'] }\npoints = 10",
        "when.events.a.last_within = '12h'\npoints = 10",
        "when.events.'*'.none_within = '12h'\npoints = 10",
        "when.events.b.never = true\npoints = 10",
        "bands.events.a = [[1, 5], [2, -10], [4, 25]]\nby = 'count'\nwithin = '1d'",
        "bands.events.b = [[-2, 5], [0, -10], [3, 25]]\nby = 'amount'\nwithin = '36h'",
        "bands.events.'*' = [[0, 30], [1, 20], [3, 5]]\nby = 'days_since_last'\nmissing = { points = -5 }",
        "bands.renewal = [[-1, 5], [0, -10], [2, 25]]\nby = 'days_until'",
        "bands.start = [[2, 5], [3, -10], [4, 25]]\nby = 'months_since'",
        "when.renewal.months_until.is = 0\npoints = 10",
    ];

    static SCORERS: LazyLock<Vec<Scorer<Record>>> = LazyLock::new(|| {
        let document = |rule: &str| {
            format!(
                "format = 1\nname = 'x'\nutc_offset = '-03:30'\n[[axis]]\nname = 'a'\nbase = 30\navailable = 60\n\
                 [[axis.rule]]\nid = 'r'\n{rule}\n[[state]]\nname = 'hot'\nat_least = 50\n\
                 [[state]]\nname = 'cold'\nat_least = 0\n"
            )
        };
        RULES.iter().map(|rule| Scorer::new(&toml::from_str::<Model>(&document(rule)).unwrap()).unwrap()).collect()
    });

    /// The end of a month, at noon.
    const NOON: i64 = 1_796_040_000;

    /// Hours from a window's worth before to a day after, and often a whole one.
    fn instants() -> impl Strategy<Value = i64> {
        (-72_i64..24, prop_oneof![Just(0), Just(-1), Just(1), 0_i64..3_600])
            .prop_map(|(hours, secs)| NOON + hours * 3_600 + secs)
    }

    fn over(program: &Program, record: &Record, span: (i64, i64)) -> (Outcome<Possible>, Option<i64>, bool) {
        let own = Subject::new(program, record, span.0);
        let facts: Vec<_> = (0..program.fields.len()).map(|field| FactSet::one(own.fact(field))).collect();
        let evaluation = Evaluation::new(program, Possibilities::new(program, &facts, record.activity(), span));
        let outcome = evaluation.outcome(&mut ());
        (outcome, evaluation.world().turn(), evaluation.world().fades())
    }

    proptest! {
        #[test]
        fn what_is_found_at_an_instant_is_among_what_is_found_over_a_span(
            events in proptest::collection::vec((0_usize..3, instants(), 1_u32..4, -3_i32..4), 0..10),
            from in instants(),
            length in prop_oneof![0_i64..10, 0_i64..20_000, 0_i64..300_000],
            parts in proptest::collection::vec(0_i64..=1_000, 4),
        ) {
            let mut record = Record::new().with("renewal", "2026-11-30").with("start", "2026-08-31");
            for (name, at, count, amount) in &events {
                let name = ["a", "b", "c"][*name];
                record.activity_mut().record_with(name, instant_at(*at), *count, Points::from(*amount));
            }
            let to = from + length;
            for (scorer, rule) in SCORERS.iter().zip(RULES) {
                let program = scorer.program();
                let (all, turn, fades) = over(program, &record, (from, to));
                let (first, ..) = over(program, &record, (from, from));
                let within = parts.iter().map(|part| from + length * part / 1_000);
                let edges = turn.iter().flat_map(|turn| [*turn - 1, *turn]);
                for at in within.chain(edges).chain([from, to]) {
                    let (one, ..) = over(program, &record, (at, at));
                    let score = Score::new(program, &one.only().unwrap());
                    prop_assert_eq!(score, scorer.score(&record, instant_at(at)), "{} at {}", rule, at);
                    prop_assert!(one.lies_in(&all), "{}\n{:?} at {} is not in {:?}", rule, one, at, all);
                    // Before the turn all is what it was, unless it fades.
                    if !fades && turn.is_none_or(|turn| at < turn) {
                        prop_assert!(one.lies_in(&first), "{}\n{:?} at {} is not {:?}", rule, one, at, first);
                    }
                }
            }
        }
    }

    #[test]
    fn noon_is_the_end_of_a_month() {
        assert_eq!(NOON, second_of("2026-11-30T12:00:00Z".parse().unwrap()));
    }
}
