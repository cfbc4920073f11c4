//! What became of those for whom something held: support, rate, lift, phi, weight of evidence, information value.

use std::fmt;

use libm::log;
use serde::Serialize;

use super::association::phi;
use super::estimate::{Estimate, real, real_len, total, wilson};
use super::grid::{Grid, figure, percent};

/// Rows split into bands, and what became of each band.
///
/// ```
/// use warmth::evidence::Table;
///
/// let table = Table::new("nps", [("below 7", 100, 40), ("7 or 8", 200, 30), ("9", 300, 20), ("10", 400, 10)]);
/// assert_eq!(table.iv.map(|iv| format!("{iv:.6}")), Some("0.912870".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Table {
    /// What is split: a factor, a rule, a condition.
    pub name: String,
    /// The bands, in the order in which they were given.
    pub bands: Vec<Band>,
    /// The information value: the sum of the bands' parts. `None` unless there are outcomes and others.
    pub iv: Option<f64>,
}

/// One band of a [`Table`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Band {
    /// What its rows have in common.
    pub label: String,
    /// How many rows it has: its support.
    pub rows: u64,
    /// In how many of them the outcome came.
    pub events: u64,
    /// Its part of all rows; `None` if there are none.
    pub share: Option<f64>,
    /// The share of its rows in which the outcome came, with Wilson's interval; `None` if it has none.
    pub rate: Option<Estimate>,
    /// Its rate as a multiple of the rate of all rows.
    pub lift: Option<f64>,
    /// The correlation of being in the band with the outcome.
    pub phi: Option<f64>,
    /// Its weight of evidence: ln of its part of the outcomes over its part of the others. Above 0 it speaks for the
    /// outcome.
    pub woe: Option<f64>,
    /// Its part of the information value: the difference of those two parts times the weight of evidence.
    pub iv: Option<f64>,
}

impl Table {
    /// A table of bands, each with how many rows had the outcome and how many did not.
    ///
    /// Bands without rows are left out. If a count is 0, one half is added to every count before the logarithms are
    /// taken (Haldane 1956, Anscombe 1956), so that a weight of evidence is always a number.
    pub fn new<L: Into<String>>(name: impl Into<String>, bands: impl IntoIterator<Item = (L, u64, u64)>) -> Table {
        let counts: Vec<_> = bands.into_iter().filter(|(_, events, others)| events.max(others) > &0).collect();
        let events = total(counts.iter().map(|(_, events, _)| *events));
        let others = total(counts.iter().map(|(_, _, others)| *others));
        let rows = events.saturating_add(others);
        let woes = weights_of_evidence(&counts.iter().map(|(_, e, o)| (*e, *o)).collect::<Vec<_>>());
        let bands: Vec<Band> = counts
            .into_iter()
            .zip(woes)
            .map(|((label, e, o), woe)| {
                let own = e.saturating_add(o);
                let rate = wilson(e, own);
                let all = wilson(events, rows).map(|all| all.value).filter(|all| *all > 0.0);
                Band {
                    label: label.into(),
                    rows: own,
                    events: e,
                    share: wilson(own, rows).map(|share| share.value),
                    rate,
                    lift: rate.zip(all).map(|(rate, all)| rate.value / all),
                    phi: phi([[e, o], [events - e, others - o]]),
                    woe: woe.map(|(woe, _)| woe),
                    iv: woe.map(|(_, iv)| iv),
                }
            })
            .collect();
        let iv = bands.iter().map(|band| band.iv).sum();
        Table { name: name.into(), iv: if bands.is_empty() { None } else { iv }, bands }
    }
}

/// Each band's weight of evidence and part of the information value, from its outcomes and others.
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

impl fmt::Display for Table {
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
