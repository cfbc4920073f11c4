//! Cells: the sets of facts of a field that some read sites do not distinguish.

use crate::evaluate::{FactSet, KnownFacts, calendar};
use crate::input::activity::Activity;
use crate::input::facts::{Fact, Field, Kind};
use crate::model::Calendar;
use crate::num::points::{HELD, Points};
use crate::program::{
    BandRows, CalendarWindow, Edge, Events, FieldIndex, PerUnit, Program, Quantity, ReadSite, RuleBody, TagTest, Test,
    TextTest, Window, ordered_bits,
};
use crate::time::{DAYS_MAX, DAYS_MIN, civil_day};

/// The maximum number of cells of a field.
pub(super) const CELLS_MAX: usize = 64;

/// The maximum number of tags that are tested separately.
const TAGS_MAX: usize = 5;

/// Read sites: those of a whole program, or a list of them.
pub(super) trait ReadSites<'m> {
    /// Calls `each` with every read site.
    fn each_site(&self, each: impl FnMut(ReadSite<'m>));
    /// An estimate of how many there are.
    fn size(&self) -> usize;
}

impl<'m> ReadSites<'m> for &'m Program {
    fn each_site(&self, each: impl FnMut(ReadSite<'m>)) {
        self.read_sites(each);
    }

    fn size(&self) -> usize {
        self.capacity.observations
    }
}

impl<'m> ReadSites<'m> for &[ReadSite<'m>] {
    fn each_site(&self, each: impl FnMut(ReadSite<'m>)) {
        self.iter().copied().for_each(each);
    }

    fn size(&self) -> usize {
        self.len()
    }
}

/// Splits the facts that a field may have into at most `cells_max` cells, and one more for all other texts.
/// Neighbouring cells are merged beyond it. `index` is the index of the field for the read sites.
///
/// No test of the read sites on this field alone distinguishes two facts of a cell, with two exceptions: merged cells, and
/// texts and tags that a test compares in part or regardless of case. The cells cover every fact of the field's kind.
pub(super) fn cells<'f>(
    (index, field): (FieldIndex, &'f Field),
    sites: &impl ReadSites<'f>,
    activity: &Activity,
    (today, offset_secs): (i64, i64),
    cells_max: usize,
) -> Vec<FactSet<'f>> {
    let open = FactSet::open(field);
    let known: Vec<KnownFacts<'f>> = match open.known {
        known if cells_max <= 1 => vec![known],
        KnownFacts::Among(facts) => facts
            .chunks(facts.len().div_ceil(cells_max).max(1))
            .map(|facts| KnownFacts::among(facts.iter().copied()))
            .collect(),
        KnownFacts::Numbers(least, greatest) => ranges(numbers(sites, index), (least, greatest), cells_max)
            .map(|(a, b)| KnownFacts::Numbers(a, b))
            .collect(),
        KnownFacts::Days(first, last) => {
            let days = days(sites, activity, index, (today, offset_secs));
            ranges(days, (first, last), cells_max).map(|(a, b)| KnownFacts::Days(a, b)).collect()
        }
        KnownFacts::Texts if field.kind() == Kind::Text => {
            let texts = texts(sites, index);
            // Few cells include the one for all other texts.
            let texts_max = cells_max - usize::from(cells_max < CELLS_MAX);
            let chunks = texts.chunks(texts.len().div_ceil(texts_max).max(1));
            chunks
                .map(|texts| KnownFacts::among(texts.iter().copied().map(Fact::Text)))
                .chain([KnownFacts::OtherTexts])
                .collect()
        }
        KnownFacts::Tags(..) => {
            // Each tag doubles the number of cells.
            let tags_max = usize::try_from(cells_max.ilog2()).unwrap_or(0).min(TAGS_MAX);
            let tags = tags(sites, index).into_iter().take(tags_max);
            let nothing = (Vec::new(), Vec::new());
            let sets = tags.fold(vec![nothing], |sets: Vec<(Vec<&'f str>, Vec<&'f str>)>, tag| {
                let each = |(mut with, mut without): (Vec<&'f str>, Vec<&'f str>), has: bool| {
                    if has { &mut with } else { &mut without }.push(tag);
                    (with, without)
                };
                sets.into_iter().flat_map(|set| [each(set.clone(), true), each(set, false)]).collect()
            });
            sets.into_iter().map(|(with, without)| KnownFacts::Tags(with, without)).collect()
        }
        known @ (KnownFacts::Nothing | KnownFacts::One(_) | KnownFacts::Texts | KnownFacts::OtherTexts) => vec![known],
    };
    known.into_iter().map(|known| FactSet { missing: false, known }).collect()
}

/// Splits a range at `cuts`, the first numbers of the parts.
pub(super) fn ranges(
    mut cuts: Vec<i64>,
    (least, greatest): (i64, i64),
    cells_max: usize,
) -> impl Iterator<Item = (i64, i64)> {
    cuts.retain(|cut| least < *cut && *cut <= greatest);
    let step = (cuts.len() + 1).div_ceil(cells_max).max(1);
    let starts: Vec<i64> = std::iter::once(least).chain(cuts).step_by(step).collect();
    let ends: Vec<i64> = starts.iter().skip(1).map(|next| next - 1).chain([greatest]).collect();
    starts.into_iter().zip(ends)
}

/// Sorts and removes duplicates.
pub(super) fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    all.dedup();
    all
}

/// The numbers at which tests and bands of a field begin, or have just ended.
fn numbers<'m>(sites: &impl ReadSites<'m>, field: FieldIndex) -> Vec<i64> {
    let mut cuts = Vec::with_capacity(2 * sites.size());
    let own = |of: &Quantity| matches!(of, Quantity::Number { field: own } if *own == field);
    sites.each_site(|site| match site {
        ReadSite::Test(Test::Number { of, within, .. }) if own(of) => {
            cuts.extend([*within.start(), within.end().saturating_add(1)]);
        }
        ReadSite::Bands(of, rows) if own(of) => cuts.extend(rows.iter().map(|(from, _)| *from)),
        ReadSite::PerUnit(form) if own(&form.of) => cuts.extend(steps(form)),
        _ => {}
    });
    sorted(cuts)
}

/// The numbers of units at which points per unit reach the eighths of their range.
fn steps(form: &PerUnit) -> impl Iterator<Item = i64> + use<> {
    const STEPS: i64 = 8;
    // Without a minimum, the points of interest begin at zero.
    let (min, max) = (if form.min == -HELD { form.max.min(0) } else { form.min }, form.max);
    let points =
        Points::from_micros(form.points).to_f64() / form.every.map_or(1.0, |every| Points::from_micros(every).to_f64());
    let eighths =
        (0..=STEPS).map(move |step| min.saturating_add((max.saturating_sub(min) / STEPS).saturating_mul(step)));
    let units = eighths.map(move |eighth| Points::from_micros(eighth).to_f64() / points);
    units.filter(|units| units.is_finite()).map(ordered_bits)
}

/// The days on which tests and bands of a date field begin, or have just ended.
fn days<'m>(
    sites: &impl ReadSites<'m>,
    activity: &Activity,
    field: FieldIndex,
    (today, offset_secs): (i64, i64),
) -> Vec<i64> {
    let mut cuts = Vec::new();
    let own = |of: &Quantity| match of {
        Quantity::Calendar { field: own, by } if *own == field => Some(*by),
        _ => None,
    };
    sites.each_site(|site| match site {
        ReadSite::Test(Test::Day { field: own, within, .. }) if *own == field => {
            cuts.extend([*within.start(), within.end().saturating_add(1)]);
        }
        ReadSite::Test(Test::Number { of, within, .. }) => {
            let bounds = [*within.start(), within.end().saturating_add(1)];
            cuts.extend(own(of).iter().flat_map(|by| bounds.map(|bound| day_of_bound(*by, bound, today))));
        }
        ReadSite::Bands(of, rows) => {
            let bounds = |rows: &BandRows| rows.iter().map(|(from, _)| *from).collect::<Vec<_>>();
            cuts.extend(
                own(of).iter().flat_map(|by| bounds(rows).into_iter().map(|bound| day_of_bound(*by, bound, today))),
            );
        }
        _ => {}
    });
    sites.each_site(|site| {
        site.events().for_each(|events| cuts.extend(days_of_edge(activity, field, (today, offset_secs), events)));
    });
    sorted(cuts)
}

/// The days of an edge of a window at which an event enters or leaves it.
fn days_of_edge(activity: &Activity, field: FieldIndex, (today, offset_secs): (i64, i64), events: &Events) -> Vec<i64> {
    let Window::Calendar(CalendarWindow::Days([since, until])) = &events.window else { return Vec::new() };
    let is_own = |edge: &Option<Edge>| matches!(edge, Some(Edge::Field(own)) if *own == field);
    let (since, until) = (is_own(since), is_own(until));
    if !since && !until {
        return Vec::new();
    }
    let happened = activity.between(&events.names, None, i64::MAX, None).entries();
    let days = sorted(happened.map(|entry| civil_day(entry.at, offset_secs)).collect());
    let days = days.into_iter().take_while(|day| *day <= today);
    days.flat_map(|day| [until.then_some(day), since.then_some(day + 1)]).flatten().collect()
}

/// The first day on the other side of `bound`, by bisection: a count of days or months is monotone in the day.
fn day_of_bound(by: Calendar, bound: i64, today: i64) -> i64 {
    let (mut same, mut other) = (DAYS_MIN, DAYS_MAX);
    let reached = |day| calendar(by, day, today) >= bound;
    let first = reached(same);
    while other - same > 1 {
        let middle = i64::midpoint(same, other);
        if reached(middle) == first {
            same = middle;
        } else {
            other = middle;
        }
    }
    other
}

/// The texts that a field, or a part of it, is compared with.
fn texts<'m>(sites: &impl ReadSites<'m>, field: FieldIndex) -> Vec<&'m str> {
    let mut texts = Vec::new();
    sites.each_site(|site| match site {
        ReadSite::Test(Test::Text { test, .. }) if site.fields().any(|own| own == field) => {
            let (TextTest::OneOf(all)
            | TextTest::StartsWith(all)
            | TextTest::EndsWith(all)
            | TextTest::Contains(all)
            | TextTest::HasWord(all)) = test;
            texts.extend(all.iter().map(|text| &**text));
        }
        ReadSite::Body(RuleBody::Texts { field: own, rows, .. }) if *own == field => {
            texts.extend(rows.iter().map(|(text, _)| &**text));
        }
        _ => {}
    });
    sorted(texts)
}

/// The tags that a field is tested for.
fn tags<'m>(sites: &impl ReadSites<'m>, field: FieldIndex) -> Vec<&'m str> {
    let mut tags = Vec::new();
    sites.each_site(|site| match site {
        ReadSite::Test(Test::Tags { field: own, test: TagTest::HasAny(all) | TagTest::HasAll(all), .. })
            if *own == field =>
        {
            tags.extend(all.iter().map(|tag| &**tag));
        }
        ReadSite::Body(RuleBody::Tags { field: own, rows, .. }) if *own == field => {
            tags.extend(rows.iter().map(|(tag, _)| &**tag));
        }
        _ => {}
    });
    sorted(tags)
}
