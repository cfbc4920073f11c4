//! Scorecards: factors split into bands, and whole points for the bands by two weighting methods.

use serde::Serialize;

use super::association::{Moments, phi};
use super::error::EvidenceError;
use super::estimate::{real, real_len};
use super::fit::{Logistic, Penalty, fit};
use super::history::{DistinctValues, Factor, FactorSource, History, index, quarter_cuts};
use super::merge::merged;
use super::stability::{Psi, psi};
use super::tables::weights_of_evidence;

/// A monotone trend that the points of a factor must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trend {
    /// A larger value is never worth less. For a flag, true is never worth less than false.
    Rising,
    /// A larger value is never worth more.
    Falling,
    /// One of the two: the one that the correlation of the bands with the outcome supports.
    Monotone,
}

/// The sum of the points of the best bands of all factors.
const TOTAL: i32 = 100;

/// A text is a band of its own only if at least one in this many rows with a text has it.
const TEXT_ROWS: u64 = 20;

/// The largest number of texts that are bands of their own.
const TEXT_BANDS: usize = 12;

/// The bands of a factor. Band 0 contains the rows in which the factor is missing.
#[derive(Debug)]
pub(super) struct Banding {
    /// The band of each row of the history, including rows that the bands were not made from. By row instead of by
    /// value: with a million distinct numbers, every Newton step would read random memory.
    bands: Vec<u8>,
    pub(super) partition: Partition,
    /// The rows with the outcome and without it in each band, among the rows that the bands were made from.
    pub(super) counts: Vec<(u64, u64)>,
    /// The same before neighbouring bands were merged.
    pub(super) quarters: Vec<(u64, u64)>,
    /// The information value before neighbouring bands were merged. Afterwards it would exceed its critical value too often,
    /// because the bands that differ most are the ones that are kept.
    pub(super) iv: Option<Psi>,
}

/// How the values of a factor map to bands from 1 on.
#[derive(Debug)]
pub(super) enum Partition {
    /// The bands false and true.
    Flag,
    /// A band below the first cut, and a band from each cut on.
    Cuts(Vec<f64>),
    /// A band for each of these texts, and one for all other texts.
    Texts(Vec<String>),
}

/// The bands of a factor before neighbours are merged.
pub(super) struct Cut {
    /// The band of each code.
    by_code: Vec<u8>,
    pub(super) partition: Partition,
    /// The rows with the outcome and without it in each band.
    pub(super) counts: Vec<(u64, u64)>,
}

impl Cut {
    /// Cuts a factor by the rows for which `counts` is true.
    pub(super) fn new(factor: &Factor, outcomes: &[bool], counts: impl Fn(usize) -> bool) -> Cut {
        let mut tally = vec![(0_u64, 0_u64); factor.values.len() + 1];
        for ((_, code), outcome) in factor.codes.iter().enumerate().zip(outcomes).filter(|((row, _), _)| counts(*row)) {
            if let Some((events, others)) = tally.get_mut(index(*code)) {
                *(if *outcome { events } else { others }) += 1;
            }
        }
        let rows: Vec<u64> = tally.iter().map(|(events, others)| events + others).collect();
        let (by_code, partition) = match (&factor.values, &factor.source) {
            (DistinctValues::Texts(texts), _) => Cut::of_texts(texts, &rows),
            (DistinctValues::Numbers(_), FactorSource::Flag | FactorSource::Tag(_)) => (vec![0, 1, 2], Partition::Flag),
            (DistinctValues::Numbers(numbers), _) => {
                let cuts = quarter_cuts(&rows);
                let band = |value: usize| 1 + cuts.iter().map(|cut| u8::from(*cut <= value)).sum::<u8>();
                let by_code = std::iter::once(0).chain((0..numbers.len()).map(band)).collect();
                (by_code, Partition::Cuts(cuts.iter().filter_map(|cut| numbers.get(*cut).copied()).collect()))
            }
        };
        let len = match &partition {
            Partition::Flag => 3,
            Partition::Cuts(cuts) => cuts.len() + 2,
            Partition::Texts(texts) => texts.len() + 2,
        };
        let mut counts = vec![(0, 0); len];
        for (band, (events, others)) in by_code.iter().zip(tally) {
            if let Some(sum) = counts.get_mut(usize::from(*band)) {
                *sum = (sum.0 + events, sum.1 + others);
            }
        }
        Cut { by_code, partition, counts }
    }

    /// Returns whether two bands have rows.
    pub(super) fn varies(&self) -> bool {
        self.counts.iter().filter(|(events, others)| events + others > 0).count() > 1
    }

    /// Returns the band of each code and the texts that are bands of their own.
    fn of_texts(texts: &[String], rows: &[u64]) -> (Vec<u8>, Partition) {
        let known: u64 = rows.iter().skip(1).sum();
        let mut frequent: Vec<(u64, usize)> =
            rows.iter().copied().zip(0..).skip(1).filter(|(with, _)| with * TEXT_ROWS >= known && *with > 0).collect();
        frequent.sort_by_key(|(with, code)| (std::cmp::Reverse(*with), *code));
        frequent.truncate(TEXT_BANDS);
        frequent.sort_by_key(|(_, code)| *code);
        let other = 1 + u8::try_from(frequent.len()).unwrap_or(u8::MAX);
        let mut by_code = vec![other; texts.len() + 1];
        by_code.iter_mut().take(1).for_each(|missing| *missing = 0);
        for (band, (_, code)) in (1..).zip(&frequent) {
            if let Some(slot) = by_code.get_mut(*code) {
                *slot = band;
            }
        }
        let named = frequent.iter().filter_map(|(_, code)| texts.get(code - 1).cloned()).collect();
        (by_code, Partition::Texts(named))
    }
}

impl Banding {
    /// Makes the bands of a factor from the rows for which `counts` is true, and merges neighbours that do not differ.
    pub(super) fn new(factor: &Factor, outcomes: &[bool], counts: impl Fn(usize) -> bool) -> Banding {
        let Cut { mut by_code, mut partition, counts: quarters } = Cut::new(factor, outcomes, counts);
        // The information value is the PSI of the rows with the outcome against the rows without it, so it has the critical
        // value of the PSI.
        let (events, others): (Vec<u64>, Vec<u64>) = quarters.iter().copied().unzip();
        let iv = psi(&events, &others);
        let mut counts = quarters.clone();
        if let Partition::Cuts(cuts) = &mut partition {
            let blocks = merged(quarters.get(1..).unwrap_or_default());
            let mut ends = blocks.iter().zip(blocks.iter().skip(1)).map(|(band, next)| band != next);
            cuts.retain(|_| ends.next().unwrap_or(true));
            let block =
                |band: u8| usize::from(band).checked_sub(1).and_then(|band| blocks.get(band)).map_or(0, |b| b + 1);
            counts = vec![(0, 0); cuts.len() + 2];
            for (band, (events, others)) in (0..).zip(&quarters) {
                if let Some(sum) = counts.get_mut(block(band)) {
                    *sum = (sum.0 + events, sum.1 + others);
                }
            }
            for band in &mut by_code {
                *band = u8::try_from(block(*band)).unwrap_or(0);
            }
        }
        let bands = factor.codes.iter().map(|code| by_code.get(index(*code)).copied().unwrap_or(0)).collect();
        Banding { bands, partition, counts, quarters, iv }
    }

    /// Returns the rows with the outcome and without it in which the fact is missing, and in which it is known.
    pub(super) fn presence(&self) -> ((u64, u64), (u64, u64)) {
        let add = |sum: (u64, u64), band: &(u64, u64)| (sum.0 + band.0, sum.1 + band.1);
        let missing = self.counts.iter().take(1).fold((0, 0), add);
        (missing, self.counts.iter().skip(1).fold((0, 0), add))
    }

    /// Returns the band of a row.
    pub(super) fn band(&self, row: usize) -> usize {
        self.bands.get(row).copied().map_or(0, usize::from)
    }

    /// Returns the information value if it is above the critical value that chance exceeds in one of twenty cases.
    fn informative_iv(&self) -> Option<f64> {
        self.iv.filter(Psi::is_drift).map(|iv| iv.value)
    }

    /// Returns the correlation of the numbers of the known bands with the outcome, 0 if all rows are in one band.
    fn r(&self, steps: &[f64]) -> f64 {
        let mut moments = Moments::about(0.0, 0.0);
        for (step, (events, others)) in steps.iter().zip(self.counts.iter().skip(1)) {
            moments.add_many(*step, 1.0, real(*events));
            moments.add_many(*step, 0.0, real(*others));
        }
        moments.pearson().map_or(0.0, |r| r.value)
    }

    /// Returns the numbers 0, 1, 2, ... for the known bands; `None` for texts, which have no order.
    fn steps(&self) -> Option<Vec<f64>> {
        match &self.partition {
            Partition::Texts(_) => None,
            Partition::Flag | Partition::Cuts(_) => Some((0..self.counts.len() - 1).map(real_len).collect()),
        }
    }

    /// Returns the weight of evidence of each band, 0 for bands without rows.
    ///
    /// Neighbouring bands that break a required trend are pooled and have the same weight of evidence.
    pub(super) fn woes(&self, trend: Option<Trend>) -> Vec<f64> {
        let counts = self.doubled();
        let mut blocks: Vec<((u64, u64), usize)> = counts.iter().map(|band| (*band, 1)).collect();
        let trend = match (trend, self.steps()) {
            (Some(Trend::Monotone), Some(steps)) => {
                Some(if self.r(&steps) < 0.0 { Trend::Falling } else { Trend::Rising })
            }
            (trend, _) => trend,
        };
        if let (Some(trend), [missing, known @ ..]) = (trend, &counts[..]) {
            blocks = std::iter::once((*missing, 1)).chain(in_order(known, trend)).collect();
        }
        let nonempty: Vec<(u64, u64)> = blocks.iter().map(|(block, _)| *block).filter(|(e, o)| e + o > 0).collect();
        let mut woes = weights_of_evidence(&nonempty).into_iter();
        let of_block = |((e, o), len): ((u64, u64), usize)| {
            let woe = if e + o > 0 { woes.next().flatten().map_or(0.0, |(woe, _)| woe) } else { 0.0 };
            std::iter::repeat_n(woe, len)
        };
        blocks.into_iter().flat_map(of_block).collect()
    }

    /// Returns twice the counts, so that one half more is an integer.
    ///
    /// If a count of a nonempty band is 0, one half is added to every count of nonempty bands (Haldane 1956; Anscombe
    /// 1956). This comes before pooling, so that it cannot break the order of pooled bands.
    fn doubled(&self) -> Vec<(u64, u64)> {
        let nonempty = |(e, o): &(u64, u64)| e + o > 0;
        let more = u64::from(self.counts.iter().filter(|band| nonempty(band)).any(|(e, o)| *e == 0 || *o == 0));
        let double = |(e, o): &(u64, u64)| if nonempty(&(*e, *o)) { (2 * e + more, 2 * o + more) } else { (0, 0) };
        self.counts.iter().map(double).collect()
    }
}

/// Pools adjacent violators: merges neighbouring bands until their outcome rates follow the trend (Ayer et al. 1955).
///
/// Returns the counts of each block of merged bands, with its number of bands. A band without rows is merged with a
/// neighbour.
fn in_order(counts: &[(u64, u64)], trend: Trend) -> Vec<((u64, u64), usize)> {
    let mut blocks: Vec<((u64, u64), usize)> = Vec::new();
    for band in counts {
        blocks.push((*band, 1));
        while let [.., (a, _), (b, _)] = &blocks[..] {
            let empty = a.0 + a.1 == 0 || b.0 + b.1 == 0;
            // Compares odds by cross multiplication. Equal odds follow both trends, so such blocks are not merged.
            let (of_a, of_b) = (u128::from(a.0) * u128::from(b.1), u128::from(b.0) * u128::from(a.1));
            let broken = match trend {
                Trend::Rising | Trend::Monotone => of_a > of_b,
                Trend::Falling => of_a < of_b,
            };
            if !empty && !broken {
                break;
            }
            let (Some((b, of_b)), Some((a, of_a))) = (blocks.pop(), blocks.pop()) else { break };
            blocks.push(((a.0 + b.0, a.1 + b.1), of_a + of_b));
        }
    }
    blocks
}

/// Makes the bands of every factor of a history from the rows for which `counts` is true.
pub(super) fn bandings(history: &History, counts: impl Fn(usize) -> bool) -> Vec<Banding> {
    history.factors.iter().map(|factor| Banding::new(factor, &history.outcomes, &counts)).collect()
}

/// A scorecard: points for every band of every factor.
#[derive(Debug)]
pub(super) struct Scorecard<'b> {
    pub(super) bandings: &'b [Banding],
    /// The points of each factor by band, all 0 for a factor that does not count.
    pub(super) points: Vec<Vec<i32>>,
    /// The figures behind the weight of each factor, as text for the label of its rule.
    pub(super) reasons: Vec<String>,
}

impl Scorecard<'_> {
    /// Returns the score of a row of the history.
    pub(super) fn score(&self, row: usize) -> i32 {
        let factors = self.bandings.iter().zip(&self.points);
        factors.map(|(banding, points)| points.get(banding.band(row)).copied().unwrap_or(0)).sum()
    }

    /// Returns whether no factor counts.
    pub(super) fn is_blank(&self) -> bool {
        self.points.iter().flatten().all(|points| *points == 0)
    }
}

/// Makes a scorecard with weights by correlation.
///
/// The best band of each factor is worth points in proportion to |r|, where r is the correlation of its band with the
/// outcome. Factors whose information value may be chance, and factors whose r contradicts a required trend, are worth
/// 0.
pub(super) fn by_correlation<'b>(bandings: &'b [Banding], trends: &[Option<Trend>]) -> Scorecard<'b> {
    let (mut values, mut weights, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for (banding, trend) in bandings.iter().zip(trends) {
        let known = banding.counts.get(1..).unwrap_or_default();
        let mut of_bands = vec![0.0]; // a missing fact is worth nothing
        let r = if let Some(steps) = banding.steps() {
            let r = banding.r(&steps);
            let r = match trend {
                Some(Trend::Rising) => r.max(0.0),
                Some(Trend::Falling) => r.min(0.0),
                Some(Trend::Monotone) | None => r,
            };
            let last = steps.last().copied().unwrap_or(0.0);
            of_bands.extend(steps.iter().map(|step| if r < 0.0 { last - step } else { *step }));
            r
        } else {
            let (events, others) = known.iter().fold((0, 0), |(e, o), band| (e + band.0, o + band.1));
            let of_text = |(e, o): &(u64, u64)| phi([[*e, *o], [events - e, others - o]]).unwrap_or(0.0);
            of_bands.extend(known.iter().map(of_text).map(|phi| phi.max(0.0)));
            of_bands.iter().copied().fold(0.0, f64::max)
        };
        let n: u64 = known.iter().map(|(e, o)| e + o).sum();
        reasons.push(format!("r {r:.3} in {n} rows"));
        weights.push(if banding.informative_iv().is_some() { r.abs() } else { 0.0 });
        values.push(of_bands);
    }
    Scorecard { points: points(&values, &weights), bandings, reasons }
}

/// Makes a scorecard with weights that account for overlap between factors.
///
/// Fits a logistic regression with a ridge to the weights of evidence of the bands, over the rows for which `counts` is
/// true. A coefficient below 0 would reverse the evidence of its factor, so such factors are left out and the rest is
/// fitted again. Factors whose information value may be chance are left out from the start.
///
/// # Errors
///
/// If the regression has no solution, which a ridge and outcomes of both kinds rule out.
pub(super) fn by_overlap<'b>(
    bandings: &'b [Banding],
    trends: &[Option<Trend>],
    ridge: f64,
    outcomes: &[bool],
    counts: impl Fn(usize) -> bool,
) -> Result<Scorecard<'b>, EvidenceError> {
    let woes: Vec<Vec<f64>> = bandings.iter().zip(trends).map(|(banding, trend)| banding.woes(*trend)).collect();
    let ivs: Vec<Option<f64>> = bandings.iter().map(Banding::informative_iv).collect();
    let all = ivs.iter().zip(&woes).enumerate();
    let mut used: Vec<usize> =
        all.filter(|(_, (iv, woes))| iv.is_some() && spread(woes) > 0.0).map(|(factor, _)| factor).collect();
    let fitted = loop {
        let columns: Vec<_> = used.iter().filter_map(|factor| bandings.get(*factor).zip(woes.get(*factor))).collect();
        let fitted = fit(columns.len(), Penalty::Ridge(ridge), &|each| {
            let mut x = vec![0.0; columns.len()];
            for (row, outcome) in outcomes.iter().enumerate().filter(|(row, _)| counts(*row)) {
                for (x, (banding, woes)) in x.iter_mut().zip(&columns) {
                    *x = woes.get(banding.band(row)).copied().unwrap_or(0.0);
                }
                each(&x, *outcome);
            }
        })?;
        let kept: Vec<usize> =
            used.iter().zip(&fitted.coefficients).filter(|(_, beta)| **beta > 0.0).map(|(factor, _)| *factor).collect();
        if kept.len() == used.len() {
            break fitted;
        }
        used = kept;
    };
    let Logistic { coefficients, .. } = fitted;
    let mut beta = vec![0.0; woes.len()];
    for (factor, coefficient) in used.iter().zip(coefficients) {
        if let Some(slot) = beta.get_mut(*factor) {
            *slot = coefficient;
        }
    }
    let weights: Vec<f64> = woes.iter().zip(&beta).map(|(woes, beta)| beta * spread(woes)).collect();
    let reason = |(iv, beta): (&Option<f64>, &f64)| format!("IV {:.3}, coefficient {beta:.3}", iv.unwrap_or(0.0));
    let reasons = ivs.iter().zip(&beta).map(reason).collect();
    Ok(Scorecard { points: points(&woes, &weights), bandings, reasons })
}

/// Returns the largest value less the smallest.
fn spread(values: &[f64]) -> f64 {
    let (least, most) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| (least.min(*v), most.max(*v)));
    (most - least).max(0.0)
}

/// Returns whole points for each band of each factor.
///
/// The best bands of all factors share 100 points in proportion to the weights. The worst band of each factor is worth
/// 0, and the points of the other bands are linear in their values.
fn points(values: &[Vec<f64>], weights: &[f64]) -> Vec<Vec<i32>> {
    let best = shares(weights);
    let factor = |(values, best): (&Vec<f64>, &i32)| {
        let (least, spread) = (values.iter().copied().fold(f64::INFINITY, f64::min), spread(values));
        let points = |value: &f64| if spread > 0.0 { whole(f64::from(*best) * (value - least) / spread) } else { 0 };
        values.iter().map(points).collect()
    };
    values.iter().zip(&best).map(factor).collect()
}

/// Shares 100 points in proportion to the weights, by the method of largest remainders.
fn shares(weights: &[f64]) -> Vec<i32> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|weight| weight / sum * f64::from(TOTAL)).collect();
    let mut shares: Vec<i32> = exact.iter().map(|share| whole(share.floor())).collect();
    let left = usize::try_from(TOTAL - shares.iter().sum::<i32>()).unwrap_or(0);
    let mut remainders: Vec<(f64, usize)> = exact.iter().map(|share| share - share.floor()).zip(0..).collect();
    remainders.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, factor) in remainders.into_iter().take(left) {
        shares.get_mut(factor).into_iter().for_each(|share| *share += 1);
    }
    shares
}

#[expect(clippy::cast_possible_truncation, reason = "between 0 and 100")]
fn whole(points: f64) -> i32 {
    points.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_add_up_to_one_hundred(weights in prop::collection::vec(0.0..5.0_f64, 1..50)) {
            let shares = shares(&weights);
            let expected = if weights.iter().any(|weight| *weight > 0.0) { 100 } else { 0 };
            prop_assert_eq!(shares.iter().sum::<i32>(), expected);
        }

        #[test]
        fn pooled_bands_follow_the_trend(counts in prop::collection::vec((0_u64..20, 0_u64..20), 1..8)) {
            for trend in [Trend::Rising, Trend::Falling] {
                let blocks = in_order(&counts, trend);
                prop_assert_eq!(blocks.iter().map(|(_, len)| len).sum::<usize>(), counts.len());
                for ((a, _), (b, _)) in blocks.iter().zip(blocks.iter().skip(1)) {
                    let (a, b) = (a.0 * (b.0 + b.1), b.0 * (a.0 + a.1));
                    prop_assert!((trend == Trend::Rising || a >= b) && (trend == Trend::Falling || a <= b));
                }
            }
        }
    }
}
