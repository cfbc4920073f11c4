//! Measures of how well numbers rank outcomes: AUC, Gini, KS, gains, and precision, capture and lift at k.

use serde::Serialize;

use super::distribution::Z95;
use super::estimate::{Estimate, count, real};
use super::order;

/// The rows of a history ranked by a number, such as a score.
///
/// Every figure is computed from integer counts with one division. Tied rows form a group, so the order of the rows
/// does not matter.
///
/// ```
/// use warmth::evidence::Ranking;
///
/// let ranking = Ranking::new([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]);
/// assert_eq!(ranking.auc().unwrap().value, 0.75);
/// assert_eq!(ranking.gini(), Some(0.5));
/// ```
///
/// Takes time and memory in proportion to the rows, which are sorted by radix.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    groups: Vec<TieGroup>, // by falling number, none of them empty
    events: u64,
    others: u64,
}

/// Rows with the same number.
#[derive(Clone, Copy, Debug, PartialEq)]
struct TieGroup {
    number: f64,
    events: u64, // rows with the outcome
    others: u64, // rows without it
}

/// The Kolmogorov-Smirnov distance (KS), and the cut at which it occurs.
///
/// It is the largest difference, over all cuts, between the share of rows with the outcome at or above the cut and the
/// share of rows without the outcome at or above it (Kolmogorov 1933; Smirnov 1939).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ks {
    /// The distance, from 0 to 1.
    pub value: f64,
    /// The cut: rows with this number or a higher one are at or above it. The highest of equally good cuts.
    pub at_least: f64,
}

/// The k highest rows, and the outcomes among them.
///
/// If the k-th row ties with rows below it, the number of outcomes depends on how you break the tie. So there are a
/// least, a most and an expected number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Top {
    /// The number of rows, k.
    pub rows: u64,
    /// The smallest possible number of outcomes among them.
    pub least: u64,
    /// The largest possible number of outcomes among them.
    pub most: u64,
    /// The expected number of outcomes if ties are broken at random.
    pub expected: f64,
    /// Precision at k: `expected` / `rows`.
    pub precision: f64,
    /// Capture at k: `expected` / all rows with the outcome.
    pub capture: f64,
    /// Lift at k: `precision` / the outcome rate of all rows.
    pub lift: f64,
}

impl Ranking {
    /// Ranks rows of a number and whether the outcome came. Rows whose number is NaN are left out.
    pub fn new(rows: impl IntoIterator<Item = (f64, bool)>) -> Ranking {
        let known = rows.into_iter().filter(|(number, _)| !number.is_nan());
        let mut rows: Vec<(u64, bool)> = known.map(|(number, outcome)| (order::key(number), outcome)).collect();
        order::sort(&mut rows);
        let mut ranking = Ranking { groups: Vec::new(), events: 0, others: 0 };
        for same in rows.chunk_by(|a, b| a.0 == b.0).rev() {
            let events = count(same.iter().filter(|(_, outcome)| *outcome).count());
            let others = count(same.len()) - events;
            let number = same.first().map_or(0.0, |(key, _)| order::number(*key));
            ranking.groups.push(TieGroup { number, events, others });
            ranking.events += events;
            ranking.others += others;
        }
        ranking
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> u64 {
        self.events + self.others
    }

    /// Returns the number of rows with the outcome.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Returns the numerator and the denominator of the AUC as integers.
    ///
    /// Over all pairs of a row with the outcome and a row without it, they are 2 x (pairs in which the row with the
    /// outcome is higher) + (tied pairs), and 2 x (all pairs).
    pub fn concordance(&self) -> (u128, u128) {
        let mut below = self.others;
        let mut won = 0_u128;
        for TieGroup { events, others, .. } in &self.groups {
            below -= others;
            won += u128::from(*events) * (2 * u128::from(below) + u128::from(*others));
        }
        (won, 2 * u128::from(self.events) * u128::from(self.others))
    }

    /// Returns the area under the ROC curve (AUC), from 0 to 1.
    ///
    /// It is the probability that a row with the outcome ranks above a row without it, where a tie counts half (Hanley
    /// and McNeil 1982). A random ranking has 0.5. The 95 % interval is DeLong's (DeLong, DeLong and Clarke-Pearson
    /// 1988). It is too narrow if one of the two kinds has a single row, and has width 0 if the numbers separate the
    /// outcomes perfectly.
    ///
    /// Returns `None` unless there are rows with the outcome and without it.
    pub fn auc(&self) -> Option<Estimate> {
        let (won, pairs) = self.concordance();
        let auc = (pairs > 0).then(|| real(won) / real(pairs))?;
        Some(Estimate::normal(auc, self.variance(auc).sqrt(), Z95, (0.0, 1.0)))
    }

    /// Returns DeLong's variance of the AUC.
    pub(super) fn variance(&self, auc: f64) -> f64 {
        let (m, n) = (real(self.events), real(self.others));
        let (mut above, mut below) = (0, self.others);
        let (mut of_events, mut of_others) = (0.0, 0.0);
        for TieGroup { events, others, .. } in &self.groups {
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

    /// Returns the Gini coefficient, also called accuracy ratio: 2 AUC - 1, from -1 to 1.
    pub fn gini(&self) -> Option<f64> {
        self.auc().map(|auc| 2.0 * auc.value - 1.0)
    }

    /// Returns the Kolmogorov-Smirnov distance. `None` unless there are rows with the outcome and without it.
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
            // Both shares with the same denominator, so that they compare as integers.
            let of_events = u128::from(events) * u128::from(self.others);
            let of_others = u128::from(others) * u128::from(self.events);
            if of_events.abs_diff(of_others) > greatest {
                (greatest, at_least) = (of_events.abs_diff(of_others), group.number);
            }
        }
        Some(Ks { value: real(greatest) / real(pairs), at_least })
    }

    /// Returns the outcomes among the `rows` highest rows, or among all rows if there are fewer.
    ///
    /// Returns `None` if `rows` is 0 or no row has the outcome.
    pub fn top(&self, rows: u64) -> Option<Top> {
        let rows = rows.min(self.rows());
        if rows == 0 || self.events == 0 {
            return None;
        }
        let (mut left, mut sure) = (rows, 0);
        for TieGroup { events, others, .. } in &self.groups {
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

    /// Returns the gains table: the highest tenth of the rows (rounded up), the highest two tenths, and so on up to all
    /// rows.
    pub fn gains(&self) -> Vec<Top> {
        (1..=10).filter_map(|tenths| self.top((self.rows() * tenths).div_ceil(10))).collect()
    }

    /// Returns the points of the ROC curve from (0, 0) to (1, 1): for each number, the false positive rate and the true
    /// positive rate of a cut at this number. Empty unless there are rows with the outcome and without it.
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

/// Returns DeLong's placement of each row: the share of rows of the other kind that are ranked correctly against it,
/// where a tie counts half.
///
/// The mean over the rows of either kind is the AUC. The differences of the placements of two rankings give the
/// variance of the difference of their AUCs.
pub(super) fn placements(numbers: &[f64], outcomes: &[bool]) -> Vec<f64> {
    let keyed = (0_u32..).zip(numbers).map(|(row, number)| (order::key(*number), row));
    let mut rows: Vec<(u64, u32)> = keyed.collect();
    order::sort(&mut rows);
    let outcome = |row: u32| usize::try_from(row).ok().and_then(|row| outcomes.get(row)) == Some(&true);
    let events = outcomes.iter().filter(|outcome| **outcome).count();
    let (m, n) = (real(count(events)), real(count(outcomes.len() - events)));
    let (mut events_below, mut others_below) = (0.0, 0.0);
    let mut placed = vec![0.0; numbers.len()];
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let events = real(count(same.iter().filter(|(_, row)| outcome(*row)).count()));
        let others = real(count(same.len())) - events;
        for (_, row) in same {
            let share = if outcome(*row) {
                (others_below + others / 2.0) / n
            } else {
                (m - events_below - events + events / 2.0) / m
            };
            if let Some(slot) = usize::try_from(*row).ok().and_then(|row| placed.get_mut(row)) {
                *slot = share;
            }
        }
        events_below += events;
        others_below += others;
    }
    placed
}

/// Computes the AUC of one ranking less the AUC of another ranking of the same rows, with a 95 % interval.
///
/// Each row has the two numbers that rank it, and whether the outcome came. The interval is that of paired rankings
/// (DeLong, DeLong and Clarke-Pearson 1988), which is narrower than the intervals of the two AUCs suggest. Rows with a
/// number that is NaN are left out.
///
/// Returns `None` unless there are rows with the outcome and without it.
///
/// ```
/// use warmth::evidence::auc_difference;
///
/// let rows = [(0.1, 3.0, false), (0.4, 1.0, false), (0.35, 2.0, true), (0.8, 2.0, true)];
/// let difference = auc_difference(rows).unwrap();
/// assert_eq!((difference.value, difference.holds(0.0)), (0.25, true)); // 0.75 less 0.5
/// ```
pub fn auc_difference(rows: impl IntoIterator<Item = (f64, f64, bool)>) -> Option<Estimate> {
    let known = rows.into_iter().filter(|(first, second, _)| !first.is_nan() && !second.is_nan());
    let (mut first, mut second, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for (a, b, outcome) in known {
        first.push(a);
        second.push(b);
        outcomes.push(outcome);
    }
    let (value, variance) = difference(&first, &second, &outcomes)?;
    Some(Estimate::normal(value, variance.sqrt(), Z95, (-1.0, 1.0)))
}

/// Returns the AUC of the first numbers less the AUC of the second numbers, and DeLong's variance of the difference.
///
/// Returns `None` unless there are rows with the outcome and without it.
pub(super) fn difference(first: &[f64], second: &[f64], outcomes: &[bool]) -> Option<(f64, f64)> {
    let (a, b) = (placements(first, outcomes), placements(second, outcomes));
    let of = |kind: bool| -> Option<(f64, f64)> {
        let differences =
            || a.iter().zip(&b).zip(outcomes).filter(|(_, outcome)| **outcome == kind).map(|((a, b), _)| a - b);
        let n = real(count(differences().count()));
        let mean = (n > 0.0).then(|| differences().sum::<f64>() / n)?;
        let squares: f64 = differences().map(|d| (d - mean) * (d - mean)).sum();
        Some((mean, if n > 1.0 { squares / (n - 1.0) / n } else { 0.0 }))
    };
    let ((mean, of_events), (_, of_others)) = (of(true)?, of(false)?);
    Some((mean, of_events + of_others))
}
