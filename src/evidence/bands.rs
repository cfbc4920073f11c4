//! The bands of the factors of a history, as a proposal cuts them, and their drift.

use serde::Serialize;

use super::history::{DistinctValues, Factor, FactorSource, History};
use super::scorecard::{Banding, Cut, Partition};
use super::stability::{Psi, psi};
use super::tables::BandTable;

/// The bands of a factor, with their outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FactorBands {
    /// The name of the factor.
    pub factor: String,
    /// The information value before neighbouring bands were merged, and the critical value that chance exceeds in one of
    /// twenty cases. `None` if there are fewer than two bands, or rows of one kind only.
    pub iv: Option<Psi>,
    /// The outcomes of each band; bands without rows are left out. A proposal has points for these bands.
    pub table: BandTable,
}

/// The drift of a factor between two histories.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FactorDrift {
    /// The name of the factor.
    pub factor: String,
    /// The population stability index. `None` if there are fewer than two bands.
    pub psi: Option<Psi>,
}

impl History {
    /// Returns the bands of each factor, as [`propose`](super::propose()) cuts them: numbers and dates at their quarters,
    /// with neighbours merged that do not differ.
    ///
    /// ```
    /// use warmth::evidence::HistoryBuilder;
    /// use warmth::{Kind, Record};
    ///
    /// let mut builder = HistoryBuilder::of([("nps", Kind::Number)]);
    /// for row in 0..400 {
    ///     let nps = row % 8;
    ///     builder.add(&Record::new().with("nps", nps), Default::default(), nps >= 4 && row % 3 > 0);
    /// }
    /// let bands = builder.build().bands();
    /// let labels = bands[0].table.bands.iter().map(|band| band.label.as_str());
    /// assert_eq!(labels.collect::<Vec<_>>(), ["below 4", "from 4"]); // the cuts at 2 and 6 separate nothing
    /// ```
    pub fn bands(&self) -> Vec<FactorBands> {
        let bands = |factor: &Factor| {
            let banding = Banding::new(factor, &self.outcomes, |_| true);
            FactorBands { factor: factor.name.clone(), iv: banding.iv, table: table(factor, &banding) }
        };
        self.factors.iter().map(bands).collect()
    }

    /// Returns the drift of each factor from this history to another one: the [`Psi`] of their rows in the bands of this
    /// history, before neighbours are merged. Factors that the other history does not have are left out.
    pub fn drift(&self, later: &History) -> Vec<FactorDrift> {
        let of = |factor: &Factor| {
            let other =
                later.factors.iter().find(|other| other.name == factor.name && other.source == factor.source)?;
            let cut = Cut::new(factor, &self.outcomes, |_| true);
            let before: Vec<u64> = cut.counts.iter().map(|(events, others)| events + others).collect();
            let mut after = vec![0; before.len()];
            for (rows, band) in other.tally().iter().zip(cut.partition.bands_of(other)) {
                if let Some(sum) = after.get_mut(band) {
                    *sum += rows;
                }
            }
            Some(FactorDrift { factor: factor.name.clone(), psi: psi(&before, &after) })
        };
        self.factors.iter().filter_map(of).collect()
    }
}

/// Returns the outcomes of the bands that have rows.
fn table(factor: &Factor, banding: &Banding) -> BandTable {
    let bands = labels(factor, banding).into_iter().zip(&banding.counts);
    BandTable::new(&factor.name, bands.map(|(label, (events, others))| (label, *events, *others)))
}

/// Returns the label of each band, the band of missing facts first.
pub(super) fn labels(factor: &Factor, banding: &Banding) -> Vec<String> {
    let unit = if factor.source == FactorSource::Days { " days" } else { "" };
    let known: Vec<String> = match (&banding.partition, &factor.source) {
        (Partition::Flag, FactorSource::Tag(_)) => vec!["without".to_owned(), "with".to_owned()],
        (Partition::Flag, _) => vec!["false".to_owned(), "true".to_owned()],
        (Partition::Texts(texts), _) => texts.iter().cloned().chain(["other".to_owned()]).collect(),
        (Partition::Cuts(cuts), _) => match &cuts[..] {
            [] => vec!["known".to_owned()],
            [first, rest @ ..] => {
                let middle = cuts.iter().zip(rest).map(|(from, to)| format!("{from} to below {to}{unit}"));
                let last = cuts.last().unwrap_or(first);
                let ends = (format!("below {first}{unit}"), format!("from {last}{unit}"));
                std::iter::once(ends.0).chain(middle).chain([ends.1]).collect()
            }
        },
    };
    std::iter::once("missing".to_owned()).chain(known).collect()
}

impl Partition {
    /// Returns the band of each code of a factor, which may have other values than the factor of the partition.
    fn bands_of(&self, factor: &Factor) -> Vec<usize> {
        let known: Vec<usize> = match (self, &factor.values) {
            (Partition::Cuts(cuts), DistinctValues::Numbers(numbers)) => {
                numbers.iter().map(|number| 1 + cuts.iter().filter(|cut| *cut <= number).count()).collect()
            }
            (Partition::Texts(named), DistinctValues::Texts(texts)) => texts
                .iter()
                .map(|text| 1 + named.iter().position(|named| named == text).unwrap_or(named.len()))
                .collect(),
            _ => (0..factor.values.len()).map(|value| value + 1).collect(),
        };
        std::iter::once(0).chain(known).collect()
    }
}
