//! How well numbers rank outcomes: AUC, Gini, KS, gains, precision and capture at k. Counted in whole numbers.

use serde::Serialize;

use super::distribution::Z95;
use super::estimate::{Estimate, count, real};
use super::order;

/// Numbers and outcomes, counted by number: what every measure of ranking is read from.
///
/// Everything is counted in whole numbers and divided once. Rows of equal number are one group, so that the order of rows
/// cannot matter.
///
/// ```
/// use warmth::evidence::Ranking;
///
/// let ranking = Ranking::new([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]);
/// assert_eq!(ranking.auc().unwrap().value, 0.75);
/// assert_eq!(ranking.gini(), Some(0.5));
/// ```
///
/// Takes time and memory in proportion to the rows: they are sorted byte by byte.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    groups: Vec<Group>, // by falling number, none empty
    events: u64,
    others: u64,
}

/// Rows of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Group {
    number: f64,
    events: u64, // whose outcome came
    others: u64, // whose outcome did not
}

/// The greatest distance between the shares of outcomes and of the others that a cut selects.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ks {
    /// The distance, from 0 to 1.
    pub value: f64,
    /// The cut: numbers from this one on are selected. The highest of several.
    pub at_least: f64,
}

/// The highest so many rows, and the outcomes among them.
///
/// Where the last of them are tied with rows that are not among them, it depends on chance which ones are: hence the
/// least, the most, and what is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Top {
    /// How many rows.
    pub rows: u64,
    /// The fewest outcomes that can be among them.
    pub least: u64,
    /// The most outcomes that can be among them.
    pub most: u64,
    /// How many to expect if ties are broken by lot.
    pub expected: f64,
    /// `expected` as a share of `rows`.
    pub precision: f64,
    /// `expected` as a share of all outcomes.
    pub capture: f64,
    /// `precision` as a multiple of the share of outcomes among all rows.
    pub lift: f64,
}

impl Ranking {
    /// Counts rows of a number and whether the outcome came. Rows that are not a number are left out.
    pub fn new(rows: impl IntoIterator<Item = (f64, bool)>) -> Ranking {
        let known = rows.into_iter().filter(|(number, _)| !number.is_nan());
        let mut rows: Vec<(u64, bool)> = known.map(|(number, outcome)| (order::key(number), outcome)).collect();
        order::sort(&mut rows);
        let mut ranking = Ranking { groups: Vec::new(), events: 0, others: 0 };
        for same in rows.chunk_by(|a, b| a.0 == b.0).rev() {
            let events = count(same.iter().filter(|(_, outcome)| *outcome).count());
            let others = count(same.len()) - events;
            let number = same.first().map_or(0.0, |(key, _)| order::number(*key));
            ranking.groups.push(Group { number, events, others });
            ranking.events += events;
            ranking.others += others;
        }
        ranking
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.events + self.others
    }

    /// In how many of them the outcome came.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Of all pairs of a row with the outcome and one without it, twice the number in which the first is higher plus
    /// the number of ties, and twice the number of pairs.
    pub fn concordance(&self) -> (u128, u128) {
        let mut below = self.others;
        let mut won = 0_u128;
        for Group { events, others, .. } in &self.groups {
            below -= others;
            won += u128::from(*events) * (2 * u128::from(below) + u128::from(*others));
        }
        (won, 2 * u128::from(self.events) * u128::from(self.others))
    }

    /// The area under the ROC curve: the chance that a row with the outcome is higher than one without it, a tie
    /// counting half. 0.5 is chance. `None` unless there are rows of both kinds.
    ///
    /// The interval is DeLong's (DeLong, DeLong and Clarke-Pearson 1988), from how much the chance differs from row to
    /// row. Where there is but one row of a kind, or every pair is won, nothing differs and it has no width.
    pub fn auc(&self) -> Option<Estimate> {
        let (won, pairs) = self.concordance();
        let auc = (pairs > 0).then(|| real(won) / real(pairs))?;
        Some(Estimate::normal(auc, self.variance(auc).sqrt(), Z95, (0.0, 1.0)))
    }

    /// DeLong's variance of the AUC.
    pub(super) fn variance(&self, auc: f64) -> f64 {
        let (m, n) = (real(self.events), real(self.others));
        let (mut above, mut below) = (0, self.others);
        let (mut of_events, mut of_others) = (0.0, 0.0);
        for Group { events, others, .. } in &self.groups {
            below -= others;
            let placed = (real(below) + real(*others) / 2.0) / n - auc;
            of_events += real(*events) * placed * placed;
            let placed = (real(above) + real(*events) / 2.0) / m - auc;
            of_others += real(*others) * placed * placed;
            above += events;
        }
        let mean = |sum: f64, of: f64| if of > 1.0 { sum / (of - 1.0) / of } else { 0.0 };
        mean(of_events, m) + mean(of_others, n)
    }

    /// Gini's coefficient, or accuracy ratio: 2 AUC - 1, from -1 to 1.
    pub fn gini(&self) -> Option<f64> {
        self.auc().map(|auc| 2.0 * auc.value - 1.0)
    }

    /// The Kolmogorov-Smirnov distance. `None` unless there are rows of both kinds.
    pub fn ks(&self) -> Option<Ks> {
        let pairs = u128::from(self.events) * u128::from(self.others);
        if pairs == 0 {
            return None;
        }
        let (mut events, mut others) = (0, 0);
        let (mut greatest, mut at_least) = (0, self.groups.first()?.number);
        for group in &self.groups {
            events += group.events;
            others += group.others;
            // Both shares over one denominator.
            let of_events = u128::from(events) * u128::from(self.others);
            let of_others = u128::from(others) * u128::from(self.events);
            if of_events.abs_diff(of_others) > greatest {
                (greatest, at_least) = (of_events.abs_diff(of_others), group.number);
            }
        }
        Some(Ks { value: real(greatest) / real(pairs), at_least })
    }

    /// The highest `rows` rows, or all if there are fewer. `None` if `rows` is 0 or no outcome came.
    pub fn top(&self, rows: u64) -> Option<Top> {
        let rows = rows.min(self.rows());
        if rows == 0 || self.events == 0 {
            return None;
        }
        let (mut left, mut sure) = (rows, 0);
        for Group { events, others, .. } in &self.groups {
            let size = events + others;
            if size <= left {
                left -= size;
                sure += events;
                continue;
            }
            let (least, most) = (left.saturating_sub(*others), left.min(*events));
            let expected = real(sure) + real(u128::from(*events) * u128::from(left)) / real(size);
            return Some(self.topmost(rows, (sure + least, sure + most), expected));
        }
        Some(self.topmost(rows, (sure, sure), real(sure)))
    }

    fn topmost(&self, rows: u64, (least, most): (u64, u64), expected: f64) -> Top {
        let precision = expected / real(rows);
        let lift = precision / (real(self.events) / real(self.rows()));
        Top { rows, least, most, expected, precision, capture: expected / real(self.events), lift }
    }

    /// The gains: the highest tenth of the rows (rounded up), the highest two tenths, and so on up to all of them.
    pub fn gains(&self) -> Vec<Top> {
        (1..=10).filter_map(|tenths| self.top((self.rows() * tenths).div_ceil(10))).collect()
    }

    /// The points of the ROC curve from (0, 0) to (1, 1): shares of the others and of the outcomes that are at or above
    /// each number. Empty unless there are rows of both kinds.
    pub fn roc(&self) -> Vec<(f64, f64)> {
        if self.events == 0 || self.others == 0 {
            return Vec::new();
        }
        let (mut events, mut others) = (0, 0);
        let points = self.groups.iter().map(|group| {
            events += group.events;
            others += group.others;
            (real(others) / real(self.others), real(events) / real(self.events))
        });
        std::iter::once((0.0, 0.0)).chain(points).collect()
    }
}

/// For each row, the share of rows of the other kind that it is on the right side of, ties counting half. Their mean over
/// the rows of either kind is the AUC. Two rankings of the same rows differ by the differences of these.
pub(super) fn placements(numbers: &[f64], outcomes: &[bool]) -> Vec<f64> {
    let places = (0_u32..).zip(numbers).map(|(place, number)| (order::key(*number), place));
    let mut rows: Vec<(u64, u32)> = places.collect();
    order::sort(&mut rows);
    let outcome = |place: u32| usize::try_from(place).ok().and_then(|place| outcomes.get(place)) == Some(&true);
    let events = outcomes.iter().filter(|outcome| **outcome).count();
    let (m, n) = (real(count(events)), real(count(outcomes.len() - events)));
    let (mut events_below, mut others_below) = (0.0, 0.0);
    let mut placed = vec![0.0; numbers.len()];
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let events = real(count(same.iter().filter(|(_, place)| outcome(*place)).count()));
        let others = real(count(same.len())) - events;
        for (_, place) in same {
            let share = if outcome(*place) {
                (others_below + others / 2.0) / n
            } else {
                (m - events_below - events + events / 2.0) / m
            };
            if let Some(own) = usize::try_from(*place).ok().and_then(|place| placed.get_mut(place)) {
                *own = share;
            }
        }
        events_below += events;
        others_below += others;
    }
    placed
}

/// The AUC of the first numbers less that of the second, and DeLong's variance of it. `None` unless there are rows of
/// both kinds.
pub(super) fn difference(first: &[f64], second: &[f64], outcomes: &[bool]) -> Option<(f64, f64)> {
    let (a, b) = (placements(first, outcomes), placements(second, outcomes));
    let of = |kind: bool| -> Option<(f64, f64)> {
        let own = || a.iter().zip(&b).zip(outcomes).filter(|(_, outcome)| **outcome == kind).map(|((a, b), _)| a - b);
        let n = real(count(own().count()));
        let mean = (n > 0.0).then(|| own().sum::<f64>() / n)?;
        let squares: f64 = own().map(|d| (d - mean) * (d - mean)).sum();
        Some((mean, if n > 1.0 { squares / (n - 1.0) / n } else { 0.0 }))
    };
    let ((mean, of_events), (_, of_others)) = (of(true)?, of(false)?);
    Some((mean, of_events + of_others))
}
