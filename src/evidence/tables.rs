//! Tables of outcomes by band: support, rate, lift, phi, weight of evidence and information value.

use std::fmt;

use libm::log;
use serde::Serialize;

use super::association::phi;
use super::distribution::Z95;
use super::estimate::{Estimate, real, real_len, total, wilson};
use super::grid::{Grid, figure, percent};

/// A table of outcomes by band: the rows of a history split by a factor, a condition or a score.
///
/// ```
/// use warmth::evidence::BandTable;
///
/// let table = BandTable::new("nps", [("below 7", 100, 40), ("7 or 8", 200, 30), ("9", 300, 20), ("10", 400, 10)]);
/// assert_eq!(table.iv.map(|iv| format!("{iv:.6}")), Some("0.912870".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BandTable {
    /// The name of what splits the rows: a factor, a rule or a condition.
    pub name: String,
    /// The bands, in the order in which they were given.
    pub bands: Vec<Band>,
    /// The information value (IV): the sum of [`Band::iv`]. `None` unless there are rows with the outcome and without
    /// it.
    pub iv: Option<f64>,
}

/// One band of a [`BandTable`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Band {
    /// The description of the band.
    pub label: String,
    /// The number of rows in the band: its support.
    pub rows: u64,
    /// The number of these rows with the outcome.
    pub events: u64,
    /// The share of all rows that are in the band, from 0 to 1.
    pub share: Option<f64>,
    /// The outcome rate of the band, from 0 to 1, with its Wilson interval.
    pub rate: Option<Estimate>,
    /// The lift: the rate of the band divided by the rate of all rows. `None` if no row has the outcome.
    pub lift: Option<f64>,
    /// Phi, the correlation of being in the band with the outcome, from -1 to 1.
    pub phi: Option<f64>,
    /// The weight of evidence (WoE): ln ((e / E) / (o / O)) for e of all E rows with the outcome and o of all O rows
    /// without it (Good 1950). Above 0 the band speaks for the outcome.
    pub woe: Option<f64>,
    /// The band's part of the information value: (e / E - o / O) x weight of evidence.
    pub iv: Option<f64>,
}

impl BandTable {
    /// Creates a table from the label of each band, its rows with the outcome and its rows without it.
    ///
    /// Bands without rows are left out. If a count is 0, one half is added to every count before logarithms are taken
    /// (Haldane 1956; Anscombe 1956), so that every weight of evidence is finite.
    pub fn new<L: Into<String>>(name: impl Into<String>, bands: impl IntoIterator<Item = (L, u64, u64)>) -> BandTable {
        let counts: Vec<_> = bands.into_iter().filter(|(_, events, others)| events.max(others) > &0).collect();
        let events = total(counts.iter().map(|(_, events, _)| *events));
        let others = total(counts.iter().map(|(_, _, others)| *others));
        let rows = events.saturating_add(others);
        let woes = weights_of_evidence(&counts.iter().map(|(_, e, o)| (*e, *o)).collect::<Vec<_>>());
        let bands: Vec<Band> = counts
            .into_iter()
            .zip(woes)
            .map(|((label, e, o), woe)| {
                let of_band = e.saturating_add(o);
                let rate = wilson(e, of_band);
                let all = wilson(events, rows).map(|all| all.value).filter(|all| *all > 0.0);
                Band {
                    label: label.into(),
                    rows: of_band,
                    events: e,
                    share: wilson(of_band, rows).map(|share| share.value),
                    rate,
                    lift: rate.zip(all).map(|(rate, all)| rate.value / all),
                    phi: phi([[e, o], [events - e, others - o]]),
                    woe: woe.map(|(woe, _)| woe),
                    iv: woe.map(|(_, iv)| iv),
                }
            })
            .collect();
        let iv = bands.iter().map(|band| band.iv).sum();
        BandTable { name: name.into(), iv: if bands.is_empty() { None } else { iv }, bands }
    }
}

/// Returns the weight of evidence and the part of the information value of each band, from its rows with the outcome
/// and without it.
pub(super) fn weights_of_evidence(counts: &[(u64, u64)]) -> Vec<Option<(f64, f64)>> {
    let sum = |side: fn(&(u64, u64)) -> u64| total(counts.iter().map(side));
    let (events, others) = (sum(|band| band.0), sum(|band| band.1));
    if events == 0 || others == 0 {
        return vec![None; counts.len()];
    }
    let half = if counts.iter().any(|(e, o)| *e == 0 || *o == 0) { 0.5 } else { 0.0 };
    let whole = |sum: u64| real(sum) + half * real_len(counts.len());
    let band = |(e, o): &(u64, u64)| {
        let (e, o) = ((real(*e) + half) / whole(events), (real(*o) + half) / whole(others));
        let woe = log(e / o);
        Some((woe, (e - o) * woe))
    };
    counts.iter().map(band).collect()
}

/// Computes the information value of bands, from the rows with the outcome and without it in each band, with a 95 %
/// interval.
///
/// It is the sum of (p - q) ln (p / q) over the bands, for the shares p and q of the rows with the outcome and without it
/// (Kullback 1959; Siddiqi 2006). The interval is normal, with the standard error of the delta method for two multinomial
/// samples (Agresti 2013, section 16.1), and ends at 0. If a count is 0, one half is added to every count. Bands without
/// rows do not count.
///
/// Returns `None` if there are fewer than two bands, or rows of one kind only.
///
/// ```
/// let iv = warmth::evidence::information_value(&[(100, 40), (200, 30), (300, 20), (400, 10)]).unwrap();
/// assert_eq!(iv.to_string(), "0.913 (0.509 to 1.317)");
/// ```
pub fn information_value(bands: &[(u64, u64)]) -> Option<Estimate> {
    let bands: Vec<&(u64, u64)> = bands.iter().filter(|(e, o)| e.max(o) > &0).collect();
    let (events, others) = (total(bands.iter().map(|band| band.0)), total(bands.iter().map(|band| band.1)));
    if bands.len() < 2 || events == 0 || others == 0 {
        return None;
    }
    let half = if bands.iter().any(|(e, o)| *e == 0 || *o == 0) { 0.5 } else { 0.0 };
    let more = half * real_len(bands.len());
    let (of_events, of_others) = (real(events) + more, real(others) + more);
    let shares: Vec<(f64, f64)> =
        bands.iter().map(|(e, o)| ((real(*e) + half) / of_events, (real(*o) + half) / of_others)).collect();
    let value: f64 = shares.iter().map(|(p, q)| (p - q) * log(p / q)).sum();
    // The derivative with respect to p is ln (p / q) + 1 - q / p, and with respect to q the same with p and q exchanged.
    let slope = |p: f64, q: f64| log(p / q) + 1.0 - q / p;
    let variance = |slopes: &mut dyn Iterator<Item = (f64, f64)>| {
        let (mean, square) = slopes.fold((0.0, 0.0), |(mean, square), (p, g)| (mean + p * g, square + p * g * g));
        (square - mean * mean).max(0.0)
    };
    let variance = variance(&mut shares.iter().map(|(p, q)| (*p, slope(*p, *q)))) / of_events
        + variance(&mut shares.iter().map(|(p, q)| (*q, slope(*q, *p)))) / of_others;
    Some(Estimate::normal(value, variance.sqrt(), Z95, (0.0, f64::INFINITY)))
}

impl fmt::Display for BandTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut grid =
            Grid::new([&self.name, "rows", "share", "outcomes", "rate", "95% interval", "lift", "phi", "WoE", "IV"]);
        for band in &self.bands {
            grid.row([
                band.label.clone(),
                band.rows.to_string(),
                percent(band.share),
                band.events.to_string(),
                percent(band.rate.map(|rate| rate.value)),
                band.rate
                    .map_or("-".to_owned(), |rate| format!("{:.1}% to {:.1}%", rate.low * 100.0, rate.high * 100.0)),
                figure(band.lift, 2),
                figure(band.phi, 3),
                figure(band.woe, 3),
                figure(band.iv, 3),
            ]);
        }
        write!(f, "{grid}")?;
        writeln!(f, "information value {}", figure(self.iv, 3))
    }
}
