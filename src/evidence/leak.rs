//! Signs that a factor knows the outcome.

use std::fmt;

use serde::Serialize;

use super::estimate::{Estimate, wilson};
use super::grid::percent;
use super::history::{DistinctValues, Factor, History, index};
use super::ranking::Ranking;
use super::scorecard::Banding;
use super::tables::information_value;

/// A sign that a factor may know the outcome, for example because it was entered afterwards.
///
/// [`Display`](fmt::Display) prints the sign in words, with its figure and its threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Suspicion {
    /// The name of the factor.
    pub factor: String,
    /// What makes it suspicious.
    pub sign: LeakSign,
    /// The figure, with its 95 % interval.
    pub figure: Estimate,
    /// The lower end of the interval is above this threshold, or at it for a separation.
    pub threshold: f64,
}

/// What makes a factor suspicious.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeakSign {
    /// The factor separates rows with the outcome from rows without it: its AUC is 1, in either direction.
    Separation,
    /// The information value of whether the fact is known is above 0.5. The fact may be entered after the outcome.
    Presence {
        /// The share of the rows with the outcome in which the fact is known.
        with_outcome: f64,
        /// The share of the rows without the outcome in which the fact is known.
        without: f64,
    },
    /// The AUC of the factor alone, in the better direction, is above 0.8.
    Auc,
    /// The information value of the factor is above 0.5, and that of its presence is not.
    InformationValue,
}

/// Scorecard practice calls an information value above 0.5 suspicious (Siddiqi 2006).
const IV_MAX: f64 = 0.5;

/// From 0.8 on, the discrimination of a whole model counts as excellent (Hosmer and Lemeshow 2000, section 5.2.4).
const AUC_MAX: f64 = 0.8;

/// With fewer known rows of either kind, an AUC says nothing.
const ROWS_MIN: u64 = 10;

impl History {
    /// Returns the signs that factors know the outcome, in the order of the factors.
    ///
    /// | sign | figure | threshold |
    /// | --- | --- | --- |
    /// | [`Separation`](LeakSign::Separation) | AUC of the factor alone | 1, in at least 10 known rows of each kind |
    /// | [`Presence`](LeakSign::Presence) | information value of whether the fact is known | 0.5 |
    /// | [`Auc`](LeakSign::Auc) | AUC of the factor alone | 0.8, in at least 10 known rows of each kind |
    /// | [`InformationValue`](LeakSign::InformationValue) | information value of the bands of the factor | 0.5 |
    ///
    /// The lower end of the 95 % interval counts, so that few rows rarely make a factor suspicious by chance. Scorecard
    /// practice calls an information value above 0.5 suspicious (Siddiqi 2006). An AUC from 0.8 on is excellent for a whole
    /// model (Hosmer and Lemeshow 2000), so it is unlikely for one honest factor. Numbers, dates and flags are ranked by
    /// their values, and texts by the weights of evidence of their bands.
    ///
    /// The check looks at one factor at a time. It cannot know what was known at the instant of a row: it misses weak
    /// leaks and leaks that are spread over several factors, and it may suspect an honest factor. Leave out a suspicious
    /// factor with [`without`](History::without), unless you know where its facts come from.
    ///
    /// ```
    /// use warmth::evidence::HistoryBuilder;
    /// use warmth::{Kind, Record};
    ///
    /// let mut builder = HistoryBuilder::of([("seats", Kind::Number), ("invoice", Kind::Number)]);
    /// for row in 0..400 {
    ///     let bought = row % 4 == 0;
    ///     let mut record = Record::new().with("seats", row * 31 % 97);
    ///     if bought {
    ///         record.set("invoice", row); // entered after the purchase
    ///     }
    ///     builder.add(&record, Default::default(), bought);
    /// }
    /// let history = builder.build();
    /// let suspicions = history.suspicions();
    /// assert!(suspicions.iter().all(|suspicion| suspicion.factor == "invoice"));
    /// assert!(suspicions[0].to_string().starts_with(
    ///     "known in 100.0% of the rows with the outcome and in 0.0% of the others: "
    /// ));
    /// let honest = history.without(["invoice"]);
    /// assert_eq!(honest.factors().collect::<Vec<_>>(), ["seats"]);
    /// ```
    pub fn suspicions(&self) -> Vec<Suspicion> {
        self.factors.iter().flat_map(|factor| signs(factor, &self.outcomes)).collect()
    }

    /// Returns the history without these factors. Names that it does not have are ignored.
    #[must_use]
    pub fn without<N: AsRef<str>>(mut self, factors: impl IntoIterator<Item = N>) -> History {
        for name in factors {
            self.factors.retain(|factor| factor.name != name.as_ref());
        }
        self
    }
}

fn signs(factor: &Factor, outcomes: &[bool]) -> Vec<Suspicion> {
    let banding = Banding::new(factor, outcomes, |_| true);
    let mut found = Vec::new();
    let mut suspect = |sign: LeakSign, figure: Estimate, threshold: f64| {
        found.push(Suspicion { factor: factor.name.clone(), sign, figure, threshold });
    };
    if let Some(auc) = alone(factor, &banding, outcomes) {
        if auc.value >= 1.0 {
            suspect(LeakSign::Separation, auc, 1.0);
        } else if auc.low > AUC_MAX {
            suspect(LeakSign::Auc, auc, AUC_MAX);
        }
    }
    let (missing, known) = banding.presence();
    let presence = information_value(&[known, missing]).filter(|iv| iv.low > IV_MAX);
    let share = |known: u64, missing: u64| wilson(known, known + missing).map(|share| share.value);
    if let (Some(iv), Some(with_outcome), Some(without)) =
        (presence, share(known.0, missing.0), share(known.1, missing.1))
    {
        // It explains the information value of the bands.
        suspect(LeakSign::Presence { with_outcome, without }, iv, IV_MAX);
    } else if let Some(iv) = information_value(&banding.quarters).filter(|iv| iv.low > IV_MAX) {
        suspect(LeakSign::InformationValue, iv, IV_MAX);
    }
    found
}

/// Returns the AUC of a factor alone in its better direction, over the rows in which it is known.
fn alone(factor: &Factor, banding: &Banding, outcomes: &[bool]) -> Option<Estimate> {
    let woes = banding.woes(None);
    let value = |row: usize, code: u32| match &factor.values {
        DistinctValues::Numbers(numbers) => index(code).checked_sub(1).and_then(|value| numbers.get(value)).copied(),
        DistinctValues::Texts(_) => {
            if code == 0 {
                None
            } else {
                woes.get(banding.band(row)).copied()
            }
        }
    };
    let rows = factor.codes.iter().enumerate().zip(outcomes);
    let known = rows.filter_map(|((row, code), outcome)| Some((value(row, *code)?, *outcome)));
    let ranking = Ranking::new(known);
    let (events, rows) = (ranking.events(), ranking.rows());
    let auc = ranking.auc().filter(|_| events.min(rows - events) >= ROWS_MIN)?;
    let Estimate { value, low, high } = auc;
    Some(if value < 0.5 { Estimate { value: 1.0 - value, low: 1.0 - high, high: 1.0 - low } } else { auc })
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Suspicion { figure, threshold, .. } = self;
        match &self.sign {
            LeakSign::Separation => write!(f, "separates the outcomes: AUC {:.3} of the factor alone", figure.value),
            LeakSign::Presence { with_outcome, without } => write!(
                f,
                "known in {} of the rows with the outcome and in {} of the others: information value {figure:.2}, above \
                 {threshold}",
                percent(Some(*with_outcome)),
                percent(Some(*without)),
            ),
            LeakSign::Auc => write!(f, "ranks like a whole model: AUC {figure} of the factor alone, above {threshold}"),
            LeakSign::InformationValue => write!(f, "says too much: information value {figure:.2}, above {threshold}"),
        }
    }
}
