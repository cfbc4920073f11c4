//! From counts to whole points: bands of factors, and the two ways to weigh them.

use serde::Serialize;

use super::association::{Moments, phi};
use super::error::EvidenceError;
use super::estimate::real;
use super::fit::{Logistic, Penalty, fit};
use super::history::{Factor, History, Source, Values, index, quarter_cuts};
use super::stability::{Psi, psi};
use super::tables::weights_of_evidence;

/// Which way a factor may count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Direction {
    /// More is never worth less; of a flag, true is never worth less than false.
    Rising,
    /// More is never worth more.
    Falling,
}

/// The points of all factors' best bands add up to this.
const WHOLE: i32 = 100;

/// A text is a band of its own if at least one in so many rows has it,
const TEXT_ROWS: u64 = 20;
/// and no more than so many are.
const TEXT_BANDS: usize = 12;

/// The bands of a factor. Band 0 is that of rows in which it is not known.
#[derive(Debug)]
pub(super) struct Banding {
    /// The band of each row, also of those that it was not made from. By row instead of by value: a column of a million
    /// different numbers would be looked up all over memory, once for every step of a fit.
    bands: Vec<u8>,
    pub(super) form: Form,
    /// Outcomes and others of each band, in the rows that it was made from.
    pub(super) counts: Vec<(u64, u64)>,
}

#[derive(Debug)]
pub(super) enum Form {
    /// Bands: false, true.
    Flag,
    /// Bands: below the first, from the first on, from the second on, ...
    Cuts(Vec<f64>),
    /// Bands: each of these, any other.
    Texts(Vec<String>),
}

impl Banding {
    /// From the rows that `counts`.
    pub(super) fn new(factor: &Factor, outcomes: &[bool], counts: impl Fn(usize) -> bool) -> Banding {
        let mut tally = vec![(0_u64, 0_u64); factor.values.len() + 1];
        for ((_, code), outcome) in factor.codes.iter().enumerate().zip(outcomes).filter(|((row, _), _)| counts(*row)) {
            if let Some((events, others)) = tally.get_mut(index(*code)) {
                *(if *outcome { events } else { others }) += 1;
            }
        }
        let rows: Vec<u64> = tally.iter().map(|(events, others)| events + others).collect();
        let (by_code, form) = match (&factor.values, &factor.source) {
            (Values::Texts(texts), _) => Banding::of_texts(texts, &rows),
            (Values::Numbers(_), Source::Flag | Source::Tag(_)) => (vec![0, 1, 2], Form::Flag),
            (Values::Numbers(numbers), _) => {
                let cuts = quarter_cuts(&rows);
                let band = |place: usize| 1 + cuts.iter().map(|cut| u8::from(*cut <= place)).sum::<u8>();
                let by_code = std::iter::once(0).chain((0..numbers.len()).map(band)).collect();
                (by_code, Form::Cuts(cuts.iter().filter_map(|cut| numbers.get(*cut).copied()).collect()))
            }
        };
        let len = match &form {
            Form::Flag => 3,
            Form::Cuts(cuts) => cuts.len() + 2,
            Form::Texts(texts) => texts.len() + 2,
        };
        let mut counts = vec![(0, 0); len];
        for (band, (events, others)) in by_code.iter().zip(tally) {
            if let Some(own) = counts.get_mut(usize::from(*band)) {
                *own = (own.0 + events, own.1 + others);
            }
        }
        let bands = factor.codes.iter().map(|code| by_code.get(index(*code)).copied().unwrap_or(0)).collect();
        Banding { bands, form, counts }
    }

    fn of_texts(texts: &[String], rows: &[u64]) -> (Vec<u8>, Form) {
        let known: u64 = rows.iter().skip(1).sum();
        let mut frequent: Vec<(u64, usize)> =
            rows.iter().copied().zip(0..).skip(1).filter(|(own, _)| own * TEXT_ROWS >= known && *own > 0).collect();
        frequent.sort_by_key(|(own, code)| (std::cmp::Reverse(*own), *code));
        frequent.truncate(TEXT_BANDS);
        frequent.sort_by_key(|(_, code)| *code);
        let other = 1 + u8::try_from(frequent.len()).unwrap_or(u8::MAX);
        let mut by_code = vec![other; texts.len() + 1];
        by_code.iter_mut().take(1).for_each(|missing| *missing = 0);
        for (band, (_, code)) in (1..).zip(&frequent) {
            if let Some(own) = by_code.get_mut(*code) {
                *own = band;
            }
        }
        let named = frequent.iter().filter_map(|(_, code)| texts.get(code - 1).cloned()).collect();
        (by_code, Form::Texts(named))
    }

    /// The band of a row.
    fn band(&self, row: usize) -> usize {
        self.bands.get(row).copied().map_or(0, usize::from)
    }

    /// The information value, if it is above what chance exceeds in one case of twenty. It is the stability index of the
    /// outcomes against the others, so its critical value is the same.
    fn telling(&self) -> Option<f64> {
        let (events, others): (Vec<u64>, Vec<u64>) = self.counts.iter().copied().unzip();
        psi(&events, &others).filter(Psi::is_drift).map(|iv| iv.value)
    }

    /// Numbers for the known bands that order as they do; `None` for texts.
    fn steps(&self) -> Option<Vec<f64>> {
        match &self.form {
            Form::Texts(_) => None,
            Form::Flag | Form::Cuts(_) => Some((0..self.counts.len() - 1).map(super::estimate::real_len).collect()),
        }
    }

    /// The weight of evidence of each band, pooled where the bands would break a required order; 0 for bands without
    /// rows, which say nothing.
    fn woes(&self, direction: Option<Direction>) -> Vec<f64> {
        let counts = self.doubled();
        let mut blocks: Vec<((u64, u64), usize)> = counts.iter().map(|own| (*own, 1)).collect();
        if let (Some(direction), [missing, known @ ..]) = (direction, &counts[..]) {
            blocks = std::iter::once((*missing, 1)).chain(in_order(known, direction)).collect();
        }
        let filled: Vec<(u64, u64)> = blocks.iter().map(|(own, _)| *own).filter(|(e, o)| e + o > 0).collect();
        let mut woes = weights_of_evidence(&filled).into_iter();
        let of_block = |((e, o), len): ((u64, u64), usize)| {
            let woe = if e + o > 0 { woes.next().flatten().map_or(0.0, |(woe, _)| woe) } else { 0.0 };
            std::iter::repeat_n(woe, len)
        };
        blocks.into_iter().flat_map(of_block).collect()
    }

    /// Twice the counts; where one is 0, with one more for the half that is added to each of a filled band. Before bands
    /// are pooled, so that what is in order then stays in order.
    fn doubled(&self) -> Vec<(u64, u64)> {
        let filled = |(e, o): &(u64, u64)| e + o > 0;
        let more = u64::from(self.counts.iter().filter(|own| filled(own)).any(|(e, o)| *e == 0 || *o == 0));
        let double = |own: &(u64, u64)| if filled(own) { (2 * own.0 + more, 2 * own.1 + more) } else { (0, 0) };
        self.counts.iter().map(double).collect()
    }
}

/// Pools adjacent violators: neighbouring bands are joined until the rates of outcomes are in order (Ayer et al. 1955).
/// Gives what was joined, with how many bands it was. A band without rows joins the one before it, or after it.
fn in_order(counts: &[(u64, u64)], direction: Direction) -> Vec<((u64, u64), usize)> {
    let mut blocks: Vec<((u64, u64), usize)> = Vec::new();
    for own in counts {
        blocks.push((*own, 1));
        while let [.., (a, _), (b, _)] = &blocks[..] {
            let empty = a.0 + a.1 == 0 || b.0 + b.1 == 0;
            // Odds compared by cross multiplication; equal ones stay apart, as they are in order.
            let (of_a, of_b) = (u128::from(a.0) * u128::from(b.1), u128::from(b.0) * u128::from(a.1));
            let broken = match direction {
                Direction::Rising => of_a > of_b,
                Direction::Falling => of_a < of_b,
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

/// The bands of every factor of a history, from the rows that `counts`.
pub(super) fn bandings(history: &History, counts: impl Fn(usize) -> bool) -> Vec<Banding> {
    history.factors.iter().map(|factor| Banding::new(factor, &history.outcomes, &counts)).collect()
}

/// Points for every band of every factor.
#[derive(Debug)]
pub(super) struct Card<'b> {
    pub(super) bandings: &'b [Banding],
    /// Of each factor by band, all 0 where it does not count.
    pub(super) points: Vec<Vec<i32>>,
    /// What speaks for each factor, to be shown.
    pub(super) reasons: Vec<String>,
}

impl Card<'_> {
    /// The points of a row.
    pub(super) fn score(&self, row: usize) -> i32 {
        let factors = self.bandings.iter().zip(&self.points);
        factors.map(|(banding, points)| points.get(banding.band(row)).copied().unwrap_or(0)).sum()
    }

    /// Whether no factor counts.
    pub(super) fn is_blank(&self) -> bool {
        self.points.iter().flatten().all(|points| *points == 0)
    }
}

/// Weights from correlations: each factor's best band is worth points in proportion to the size of its correlation with
/// the outcome.
pub(super) fn by_correlation<'b>(bandings: &'b [Banding], directions: &[Option<Direction>]) -> Card<'b> {
    let (mut values, mut weights, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for (banding, direction) in bandings.iter().zip(directions) {
        let known = banding.counts.get(1..).unwrap_or_default();
        let mut of_bands = vec![0.0]; // nothing known, nothing given
        let r = if let Some(steps) = banding.steps() {
            let mut moments = Moments::about(0.0, 0.0);
            for (step, (events, others)) in steps.iter().zip(known) {
                moments.add_many(*step, 1.0, real(*events));
                moments.add_many(*step, 0.0, real(*others));
            }
            let r = moments.pearson().map_or(0.0, |r| r.value);
            let r = match direction {
                Some(Direction::Rising) => r.max(0.0),
                Some(Direction::Falling) => r.min(0.0),
                None => r,
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
        weights.push(if banding.telling().is_some() { r.abs() } else { 0.0 });
        values.push(of_bands);
    }
    Card { points: points(&values, &weights), bandings, reasons }
}

/// Weights that account for overlap: a logistic regression with a ridge on the weights of evidence of the bands. A
/// coefficient below 0, which would turn a factor's own evidence round, is left out and the rest fitted anew. Fitted to
/// the outcomes of the rows that `counts`.
///
/// # Errors
///
/// If the regression has no solution, which a ridge and outcomes of both kinds rule out.
pub(super) fn by_overlap<'b>(
    bandings: &'b [Banding],
    directions: &[Option<Direction>],
    ridge: f64,
    outcomes: &[bool],
    counts: impl Fn(usize) -> bool,
) -> Result<Card<'b>, EvidenceError> {
    let woes: Vec<Vec<f64>> =
        bandings.iter().zip(directions).map(|(banding, direction)| banding.woes(*direction)).collect();
    let telling: Vec<Option<f64>> = bandings.iter().map(Banding::telling).collect();
    let all = telling.iter().zip(&woes).enumerate();
    let mut used: Vec<usize> =
        all.filter(|(_, (iv, woes))| iv.is_some() && spread(woes) > 0.0).map(|(place, _)| place).collect();
    let fitted = loop {
        let columns: Vec<_> = used.iter().filter_map(|place| bandings.get(*place).zip(woes.get(*place))).collect();
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
            used.iter().zip(&fitted.coefficients).filter(|(_, beta)| **beta > 0.0).map(|(place, _)| *place).collect();
        if kept.len() == used.len() {
            break fitted;
        }
        used = kept;
    };
    let Logistic { coefficients, .. } = fitted;
    let mut beta = vec![0.0; woes.len()];
    for (place, own) in used.iter().zip(coefficients) {
        if let Some(slot) = beta.get_mut(*place) {
            *slot = own;
        }
    }
    let weights: Vec<f64> = woes.iter().zip(&beta).map(|(woes, beta)| beta * spread(woes)).collect();
    let reason = |(iv, beta): (&Option<f64>, &f64)| format!("IV {:.3}, coefficient {beta:.3}", iv.unwrap_or(0.0));
    let reasons = telling.iter().zip(&beta).map(reason).collect();
    Ok(Card { points: points(&woes, &weights), bandings, reasons })
}

/// The greatest less the least.
fn spread(values: &[f64]) -> f64 {
    let (least, most) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| (least.min(*v), most.max(*v)));
    (most - least).max(0.0)
}

/// Whole points: the best bands share 100 in proportion to the weights, by largest remainders; of each factor the least
/// band is worth 0 and the others lie between as their values do.
fn points(values: &[Vec<f64>], weights: &[f64]) -> Vec<Vec<i32>> {
    let best = shares(weights);
    let factor = |(values, best): (&Vec<f64>, &i32)| {
        let (least, spread) = (values.iter().copied().fold(f64::INFINITY, f64::min), spread(values));
        let points = |value: &f64| if spread > 0.0 { whole(f64::from(*best) * (value - least) / spread) } else { 0 };
        values.iter().map(points).collect()
    };
    values.iter().zip(&best).map(factor).collect()
}

/// 100 shared in proportion to weights: each its share cut down to a whole, and what is left one by one to those that
/// lost most.
fn shares(weights: &[f64]) -> Vec<i32> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|weight| weight / sum * f64::from(WHOLE)).collect();
    let mut shares: Vec<i32> = exact.iter().map(|share| whole(share.floor())).collect();
    let left = usize::try_from(WHOLE - shares.iter().sum::<i32>()).unwrap_or(0);
    let mut lost: Vec<(f64, usize)> = exact.iter().map(|share| share - share.floor()).zip(0..).collect();
    lost.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, place) in lost.into_iter().take(left) {
        shares.get_mut(place).into_iter().for_each(|share| *share += 1);
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
        fn shares_add_up(weights in prop::collection::vec(0.0..5.0_f64, 1..50)) {
            let shares = shares(&weights);
            let expected = if weights.iter().any(|weight| *weight > 0.0) { 100 } else { 0 };
            prop_assert_eq!(shares.iter().sum::<i32>(), expected);
        }

        #[test]
        fn pooled_bands_are_in_order(counts in prop::collection::vec((0_u64..20, 0_u64..20), 1..8)) {
            for direction in [Direction::Rising, Direction::Falling] {
                let blocks = in_order(&counts, direction);
                prop_assert_eq!(blocks.iter().map(|(_, len)| len).sum::<usize>(), counts.len());
                for ((a, _), (b, _)) in blocks.iter().zip(blocks.iter().skip(1)) {
                    let (a, b) = (a.0 * (b.0 + b.1), b.0 * (a.0 + a.1));
                    prop_assert!((direction == Direction::Rising || a >= b) && (direction == Direction::Falling || a <= b));
                }
            }
        }
    }
}
