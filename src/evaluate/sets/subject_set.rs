//! The environment of a set of subjects over a span of time.

use std::cell::Cell;
use std::ops::RangeInclusive;

use super::domain::{Set, Sets};
use super::fact_set::FactSet;
use super::interval_set::IntervalSet;
use super::residual::Residual;
use crate::evaluate::domain::{Atoms, Domain, Numbers};
use crate::evaluate::{Env, MaybeUnknown, Observer, PartialSum, Truth, test as concrete};
use crate::grade::Verdict;
use crate::input::activity::{Activity, Selection};
use crate::input::facts::Fact;
use crate::model::{Calendar, EventMeasure};
use crate::program::{
    AxisPart, BandRows, Events, FieldIndex, Gate, PerUnit, ProbeId, Program, Quantity, Rule, RuleBody, Signal, TagTest,
    Test, TextSubject,
};
use crate::time::{DAY_SECS, civil_day};

/// Every subject whose facts are in the given sets and whose activity is the given one, at every instant of a span.
///
/// The sets of different fields are treated as independent.
pub(crate) struct SubjectSet<'m, 'f> {
    pub(super) program: &'m Program,
    facts: &'f [FactSet<'f>], // one for each field of the program
    residual: Option<&'f Residual<'m>>,
    pub(super) activity: &'f Activity,
    pub(super) from: i64,
    pub(super) to: i64,           // not before `from`
    pub(super) today: (i64, i64), // the civil days of both
    missing: FactSet<'f>,
    breakpoint: Cell<Option<i64>>,
    pub(super) varies: Cell<bool>,
}

impl<'m, 'f> SubjectSet<'m, 'f> {
    pub(crate) fn new(
        program: &'m Program,
        facts: &'f [FactSet<'f>],
        activity: &'f Activity,
        (from, to): (i64, i64),
    ) -> SubjectSet<'m, 'f> {
        let today = (civil_day(from, program.offset_secs), civil_day(to, program.offset_secs));
        SubjectSet {
            program,
            facts,
            residual: None,
            activity,
            from,
            to,
            today,
            missing: FactSet::one(Fact::Missing),
            breakpoint: Cell::new(None),
            varies: Cell::new(false),
        }
    }

    /// The same set, whose program is reduced to this residual.
    pub(crate) fn with_residual(self, residual: &'f Residual<'m>) -> SubjectSet<'m, 'f> {
        SubjectSet { residual: Some(residual), ..self }
    }

    /// The first instant after the start of the span at which an answer given so far can change at once; `None` if there
    /// is none in the span.
    ///
    /// For sets with one subject only: a date with several possible values sets no breakpoint.
    pub(crate) fn breakpoint(&self) -> Option<i64> {
        self.breakpoint.get().filter(|at| *at <= self.to)
    }

    /// Whether an answer given so far changes from second to second.
    pub(crate) fn varies(&self) -> bool {
        self.varies.get()
    }

    pub(super) fn break_at(&self, at: Option<i64>) {
        if let Some(at) = at.filter(|at| *at > self.from) {
            self.breakpoint.set(Some(self.breakpoint.get().map_or(at, |first| first.min(at))));
        }
    }

    /// Sets a breakpoint at the first day on which the rank changes; `rank` is monotone.
    fn break_on_day(&self, rank: impl Fn(i64) -> usize) {
        let (mut same, mut other) = self.today;
        let first = rank(same);
        if rank(other) == first {
            return;
        }
        while other.saturating_sub(same) > 1 {
            let middle = i64::midpoint(same, other);
            if rank(middle) == first {
                same = middle;
            } else {
                other = middle;
            }
        }
        self.break_at(Some(other.saturating_mul(DAY_SECS).saturating_sub(self.program.offset_secs)));
    }

    pub(super) fn fact(&self, field: FieldIndex) -> &FactSet<'f> {
        self.facts.get(field).unwrap_or(&self.missing)
    }

    /// A quantity in its unit; `rank` says which of its numbers the program distinguishes.
    pub(super) fn value(&self, of: &Quantity, rank: impl Fn(i64) -> usize) -> MaybeUnknown<Sets> {
        match of {
            Quantity::Number { field } => self.fact(*field).numbers(),
            Quantity::Ratio { field, of } => self.fact(*field).ratios(self.fact(*of)),
            Quantity::Calendar { field, by } => self.calendar(*field, *by, rank),
            Quantity::TagCount { field } => self.fact(*field).tag_counts(),
            Quantity::Event { events, by } => self.measure(events, *by),
            Quantity::EventRatio { events, of, by } => self.event_ratio(events, of, *by),
            Quantity::Distinct { events, attribute } => self.distinct(events, attribute),
            Quantity::DaysSinceLast { events } => self.days_since_last(events, rank),
            // The pipeline evaluates tests on the outcome.
            Quantity::Axis { .. }
            | Quantity::Rule { .. }
            | Quantity::GreatestRule { .. }
            | Quantity::Score
            | Quantity::Coverage => MaybeUnknown::never_known(),
        }
    }

    fn calendar(&self, field: FieldIndex, by: Calendar, rank: impl Fn(i64) -> usize) -> MaybeUnknown<Sets> {
        let days = self.fact(field).days(self.program.offset_secs);
        let today = IntervalSet::from_to(self.today.0, self.today.1);
        if let Some(day) = days.some().and_then(IntervalSet::single) {
            self.break_on_day(|today| rank(concrete::by_calendar(by, day, today)));
        }
        let known = days.some().map(|days| days.map2(&today, |day, today| concrete::by_calendar(by, day, today)));
        MaybeUnknown::numbers(known, days.may_be_unknown())
    }

    fn days_since_last(&self, events: &Events, rank: impl Fn(i64) -> usize) -> MaybeUnknown<Sets> {
        let Some(windows) = self.windows(events) else { return MaybeUnknown::never_known() };
        self.break_with(events, &windows);
        let last = |selected: Selection<'_>| Some(civil_day(selected.last()?, self.program.offset_secs));
        let since = |today: i64, day: i64| today.saturating_sub(day);
        match (last(self.at_start(events, &windows)), last(self.at_end(events, &windows))) {
            (Some(first), Some(later)) => {
                self.break_on_day(|today| rank(since(today, first)));
                let least = if first == later { since(self.today.0, first) } else { 0 };
                MaybeUnknown::known(IntervalSet::from_to(least, since(self.today.1, first)))
            }
            (None, Some(_)) => {
                let known = IntervalSet::from_to(0, since(self.today.1, self.today.0));
                MaybeUnknown::numbers(Some(known), true)
            }
            _ => MaybeUnknown::never_known(),
        }
    }

    /// The points of a body that reads one fact.
    pub(super) fn points_of(&self, body: &RuleBody) -> MaybeUnknown<Sets> {
        match body.field() {
            Some(field) => self.fact(field).points(body),
            None => MaybeUnknown::never_known(),
        }
    }

    /// The points for each unit of a quantity.
    pub(super) fn per_unit(&self, form: &PerUnit) -> MaybeUnknown<Sets> {
        // Points are within 10^15 millionths of zero, so the difference is a rank of each.
        let rank = |value| usize::try_from(concrete::per_unit(form, value) - form.min).unwrap_or(0);
        unit_points(self.value(&form.of, rank), form)
    }
}

/// The points for each unit of these values.
pub(super) fn unit_points(MaybeUnknown { number, unknown }: MaybeUnknown<Sets>, form: &PerUnit) -> MaybeUnknown<Sets> {
    let number = number.map2(&IntervalSet::one(0), |value, _| concrete::per_unit(form, value));
    MaybeUnknown { number, unknown }
}

/// The points of the bands that these values are in.
pub(super) fn band_points(
    MaybeUnknown { number, unknown }: MaybeUnknown<Sets>,
    rows: &BandRows,
    below: i64,
) -> MaybeUnknown<Sets> {
    let reached = Sets::rank(&number, |number| rows.rank(number));
    MaybeUnknown { number: Sets::number(&reached, |rank| Some(rows.points(rank, below))), unknown }
}

/// Answers as truths.
fn truths(holds: &Set<Option<bool>>) -> Set<Truth> {
    Sets::map(holds, Truth::of)
}

/// Whether a number is in a range, or outside of it if `negate`.
pub(super) fn number_truths(number: &MaybeUnknown<Sets>, within: &RangeInclusive<i64>, negate: bool) -> Set<Truth> {
    let known = number.some().map(|known| Sets::within(known, within));
    let known = known.map(|known| Sets::map(&known, |holds| Truth::of(Some(holds != negate))));
    match known {
        Some(mut known) => {
            if number.may_be_unknown() {
                known.union_with(&Set::one(Truth::Unknown));
            }
            known
        }
        None => Set::one(Truth::Unknown),
    }
}

impl<'m> Env<'m> for SubjectSet<'m, '_> {
    type Domain = Sets;

    fn program(&self) -> &'m Program {
        self.program
    }

    fn verdict(&self) -> Verdict {
        self.residual.map_or(Verdict::Eligible, |residual| residual.verdict)
    }

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        let all = self.program.gates(required);
        let (open, seen) = self.residual.map_or((&[][..], 0), |residual| residual.gates(required));
        open.iter().copied().chain(all.iter().skip(seen))
    }

    fn rules(&self, part: &'m AxisPart) -> (PartialSum, impl Iterator<Item = &'m Rule>) {
        let residual = self.residual.and_then(|residual| residual.rules(part));
        let all = if residual.is_some() { &[] } else { &part.rules[..] };
        let (known, open) = residual.unwrap_or_default();
        (known, open.iter().copied().chain(all))
    }

    fn test<O: Observer<'m, Sets>>(&self, _: ProbeId, test: &'m Test, _: &mut O) -> Set<Truth> {
        match test {
            Test::Number { of, within, negate, .. } => {
                let rank = |value: i64| usize::from(value >= *within.start()) + usize::from(value > *within.end());
                number_truths(&self.value(of, rank), within, *negate)
            }
            Test::Known { field, .. } | Test::Flag { field, .. } | Test::Text { of: TextSubject::Field(field), .. } => {
                truths(&self.fact(*field).holds(test))
            }
            Test::Tags { field, test: TagTest::AnyNotIn(other), ignore_case, negate, .. } => {
                let holds = self.fact(*field).any_not_in(self.fact(*other), *ignore_case);
                truths(&Sets::map(&holds, |holds| holds.map(|holds| holds != *negate)))
            }
            Test::Tags { field, .. } => truths(&self.fact(*field).holds(test)),
            Test::Day { field, within, .. } => {
                number_truths(&self.fact(*field).days(self.program.offset_secs), within, false)
            }
            Test::Happened { events, is } => {
                number_truths(&self.measure(events, EventMeasure::Count), &(1..=i64::MAX), !*is)
            }
            // The pipeline evaluates tests on the outcome.
            Test::Text { .. } => Set::one(Truth::Unknown),
        }
    }

    fn points<O: Observer<'m, Sets>>(&self, body: &'m RuleBody, _: &mut O) -> MaybeUnknown<Sets> {
        match body {
            RuleBody::Bands { of, rows, below } => {
                band_points(self.value(of, |number| rows.rank(number)), rows, *below)
            }
            RuleBody::PerUnit(form) => self.per_unit(form),
            body => self.points_of(body),
        }
    }

    fn signal<O: Observer<'m, Sets>>(&self, signal: &'m Signal, _: &mut O) -> MaybeUnknown<Sets> {
        self.signal_points(signal)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::{Evaluation, Outcome, Subject};
    use crate::time::{instant_at, second_of};
    use crate::{Event, Facts, Model, Record, Score, Scorer};

    /// A rule for each thing that depends on time.
    const RULES: [&str; 55] = [
        "signal = { event = 'a', points = 10, decay.half_life = '1d' }",
        "signal = { event = '*', points_per_unit = 5, max = 60, decay.linear = '2d' }",
        "signal = { event = ['a', 'b'], points = -8, window = '1d', per_day = 2, most_recent = 3, \
         decay.drop = { percent = 20, every = '6h' } }",
        "signal = { event = 'a', points = 7, max = 90, min_count = 2, decay.keep = { percent = 50, every = '8h' } }",
        "signal = { event = '*', points_per_unit = -3, max = 40, window = '36h', most_recent = 4, \
         decay.table = [['0s', 100], ['5h', 80], ['1d', 0]] }",
        "signal = { event = 'b', points = 4, max = 9, per_day = 1, window = '2d' }",
        "signal = { event = '*', points_per_unit = 3, every = 2.5, max = 60, decay.linear = '2d' }",
        "signal = { event = '*', points = 6, max = 90, where.path = 'x', window = '1d', decay.half_life = '12h' }",
        "signal = { event = '*', points = 6, max = 90, once_per = 'path', window = '1d', decay.half_life = '12h' }",
        "signal = { event = '*', points_per_unit = 3, max = 90, once_per = 'path', prefer = 'first', window = '1d', \
         decay.linear = '2d' }",
        "signal = { event = '*', points = 5, max = 90, per_day = 1, prefer = 'first', window = '1d', min_count = 2 }",
        "signal = { event = '*', points_per_unit = 6, max = 90, max_points_per_day = 10, decay.linear = '36h' }",
        "signal = { event = '*', points_per_unit = -5, every = 0.5, max = 90, max_points_per_week = 12, window = '1d', \
         prefer = 'first', decay.half_life = '12h' }",
        "signal = { event = ['a', 'b'], points = 6, max = 90, per_week = 2, max_points_per_month = 9, window = '2d', \
         most_recent = 3, decay.linear = '2d' }",
        "signal = { event = 'a', points_per_unit = 6, max = 90, window = '1d', spend = 'oldest_first', \
         decay.linear = '36h' }",
        "signal = { event = 'b', points_per_unit = -8, max = 40, window = '30h', spend = 'oldest_first', \
         where.path = 'x' }",
        "signal = { event = 'a', points_per_unit = 9, max = 40, spend = 'oldest_first', \
         decay.drop = { percent = 20, every = '6h' } }",
        "when.events.'*' = { where.path = 'x', count = { distinct = 'path', at_least = 1, within = '1d' } }\npoints = 10",
        "bands.events.'*' = [[1, 5], [2, -10]]\nby = 'count'\ndistinct = 'path'\nwithin = '1d'",
        "per_unit.events.'*' = { by = 'count', within = '1d', points = -4, every = 2, min = -20, max = 9 }",
        "per_unit.events.a = { by = 'days_since_last', points = 3, max = 7 }",
        "when.events.a.count = { at_least = 2, within = '1d' }\npoints = 10",
        "when.events.'*'.count = { is_not = 1, between = ['6h', '30h'] }\npoints = 10",
        "when.events.'*'.most_per_day = { at_least = 2, within = '2d' }\npoints = 10",
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
        "when.events.a.mean_amount = { at_least = 0.5, within = '1d' }\npoints = 10",
        "bands.events.'*' = [[-2, 5], [0, -10], [0.5, 25]]\nby = 'mean_amount'\nwithin.previous = 'day'",
        "bands.events.'*' = [[-2, 5], [0, -10], [2, 25]]\nby = 'latest_amount'\nwithin = '36h'\nmissing = { points = -5 }",
        "when.events.b.latest_amount = { less_than = 0, between = ['6h', '2d'] }\npoints = 10",
        "when.events.a.count = { ratio_to = '*', at_least = 0.5, within = '1d' }\npoints = 10",
        "per_unit.events.a = { by = 'amount', ratio_to = 'b', points = 7, min = -20, max = 20, within.this = 'month' }",
        "bands.events.c = [[0, 5], [0.4, -10], [1, 25]]\nby = 'days'\nratio_to = '*'\nwithin.since = 'renewal'",
        "signal = { event = 'a', points = 10, window.this = 'day', decay.half_life = '1d' }",
        "signal = { event = '*', points_per_unit = -3, max = 40, window.previous = 'day', most_recent = 4, per_day = 3 }",
        "signal = { event = '*', points_per_unit = 3, max = 40, window.this = 'week', min_count = 2 }",
        "signal = { event = ['a', 'b'], points = 3, max = 40, window.since = 'renewal', decay.linear = '2d' }",
        "signal = { event = '*', points_per_unit = 3, max = 40, window = { since = '2026-11-29', until = 'start' } }",
        "signal = { event = '*', points = 3, max = 40, window = { until = '2026-11-30' }, most_recent = 2 }",
        "when.events.a.count = { at_least = 2, within.this = 'month' }\npoints = 10",
        "when.events.'*'.count = { is_not = 1, within.previous = 'month' }\npoints = 10",
        "when.events.'*'.most_per_day = { at_least = 2, within.this = 'year' }\npoints = 10",
        "when.events.a.last_within.this = 'day'\npoints = 10",
        "when.events.a.none_within.until = 'renewal'\npoints = 10",
        "bands.events.'*' = [[1, 5], [2, -10], [4, 25]]\nby = 'days'\nwithin.previous = 'week'",
        "bands.events.b = [[-2, 5], [0, -10], [3, 25]]\nby = 'amount'\nwithin = { since = '2026-11-29', until = 'renewal' }",
    ];

    static SCORERS: LazyLock<Vec<Scorer<Record>>> = LazyLock::new(|| {
        let document = |rule: &str| {
            format!(
                "format = 1\nname = 'x'\nutc_offset = '-03:30'\nweek_starts = 'tuesday'\n\
                 year_starts = 'december'\n[[axis]]\nname = 'a'\nbase = 30\navailable = 60\n\
                 [[axis.rule]]\nid = 'r'\n{rule}\n[[state]]\nname = 'hot'\nat_least = 50\n\
                 [[state]]\nname = 'cold'\nat_least = 0\n"
            )
        };
        RULES.iter().map(|rule| Scorer::new(&toml::from_str::<Model>(&document(rule)).unwrap()).unwrap()).collect()
    });

    /// The end of a month, at noon.
    const NOON: i64 = 1_796_040_000;

    /// Instants from three days before to one day after, often at a full hour.
    fn instants() -> impl Strategy<Value = i64> {
        (-72_i64..24, prop_oneof![Just(0), Just(-1), Just(1), 0_i64..3_600])
            .prop_map(|(hours, secs)| NOON + hours * 3_600 + secs)
    }

    fn over(program: &Program, record: &Record, span: (i64, i64)) -> (Outcome<Sets>, Option<i64>, bool) {
        let own = Subject::new(program, record, span.0);
        let facts: Vec<_> = (0..program.fields.len()).map(|field| FactSet::one(own.fact_cow(field))).collect();
        let evaluation = Evaluation::new(SubjectSet::new(program, &facts, record.activity(), span));
        let outcome = evaluation.outcome(&mut ());
        (outcome, evaluation.env().breakpoint(), evaluation.env().varies())
    }

    proptest! {
        #[test]
        fn an_instant_is_contained_in_every_span_around_it(
            events in proptest::collection::vec((0_usize..3, instants(), 1_u32..4, -3_i32..4), 0..10),
            from in instants(),
            length in prop_oneof![0_i64..10, 0_i64..20_000, 0_i64..300_000],
            parts in proptest::collection::vec(0_i64..=1_000, 4),
        ) {
            let mut record = Record::new().with("renewal", "2026-11-30").with("start", "2026-08-31");
            for (name, at, count, amount) in &events {
                let path = [("path", ["x", "y"][usize::from(*at % 2 == 0)].into())];
                let attributes = if *at % 5 == 0 { &[][..] } else { &path };
                let event = Event::new(["a", "b", "c"][*name], instant_at(*at)).count(*count);
                record.activity_mut().record_event(event.amount(*amount).attributes(attributes));
            }
            let to = from + length;
            for (scorer, rule) in SCORERS.iter().zip(RULES) {
                let program = scorer.program();
                let (all, breakpoint, varies) = over(program, &record, (from, to));
                let (first, ..) = over(program, &record, (from, from));
                let within = parts.iter().map(|part| from + length * part / 1_000);
                let edges = breakpoint.iter().flat_map(|breakpoint| [*breakpoint - 1, *breakpoint]);
                for at in within.chain(edges).chain([from, to]) {
                    let (one, ..) = over(program, &record, (at, at));
                    let score = Score::new(program, &one.single().unwrap());
                    prop_assert_eq!(score, scorer.score(&record, instant_at(at)), "{} at {}", rule, at);
                    prop_assert!(one.is_subset(&all), "{}\n{:?} at {} is not in {:?}", rule, one, at, all);
                    // Before the breakpoint nothing changes, unless it varies.
                    if !varies && breakpoint.is_none_or(|breakpoint| at < breakpoint) {
                        prop_assert!(one.is_subset(&first), "{}\n{:?} at {} is not {:?}", rule, one, at, first);
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
