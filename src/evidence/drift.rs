//! What changed in a review by more than chance explains.

use std::fmt;

use serde::Serialize;

use super::estimate::{Estimate, wilson};
use super::grid::percent;
use super::order;
use super::stability::{Psi, psi};
use crate::review::{ConditionKind, FireCount};
use crate::{Facts, Review};

/// The changes of a [`Review`] that are greater than chance explains, and the conditions that never or always fire.
///
/// [`Display`](fmt::Display) prints one line for each.
///
/// ```
/// use warmth::evidence::Drift;
/// use warmth::{Model, Record, Review, Scorer};
///
/// let model: Model = toml::from_str(
///     "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\navailable = 10\n[[axis.rule]]\nid = 'nps'\n\
///      per_unit.nps = { points = 1, max = 10 }",
/// )?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let now = "2026-11-22T09:00:00Z".parse()?;
/// let mut review = Review::new(&scorer, &scorer);
/// for nps in 0..100 {
///     review.add((&Record::new().with("nps", nps % 10), now), (&Record::new().with("nps", nps % 10 / 2), now));
/// }
/// let drift = Drift::of(&review);
/// assert!(drift.score.unwrap().is_drift());
/// assert!(drift.to_look_at()[0].starts_with("the score drifts: PSI "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// The drift of the score: its PSI, with bins at the tenths of the scores before.
    ///
    /// A score that fills a tenth or more by itself is a bin of its own. `None` if no subject was scored before or
    /// after, or if all scores are in the same bin.
    ///
    /// The critical value assumes two independent samples. The same accounts a month later are alike, so the review
    /// misses some drift, and false alarms are rarer than one in twenty.
    pub score: Option<Psi>,
    /// The fire rate of each condition and rule.
    pub fire_rates: Vec<FireRate>,
}

/// The share of subjects for which a condition holds, or for which a rule gives points other than 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FireRate {
    /// The kind of the condition.
    pub kind: ConditionKind,
    /// Its id or name in the document.
    pub id: String,
    /// The share of all subjects before, from 0 to 1, with its Wilson interval. `None` if the first model lacks the
    /// condition.
    pub before: Option<Estimate>,
    /// The share after. `None` if the second model lacks the condition.
    pub after: Option<Estimate>,
}

impl FireRate {
    /// Returns whether the intervals of the two shares do not overlap.
    pub fn has_moved(&self) -> bool {
        self.before.zip(self.after).is_some_and(|(before, after)| before.high < after.low || after.high < before.low)
    }
}

impl Drift {
    /// Computes the drift of the subjects so far.
    pub fn of<T: Facts>(review: &Review<'_, T>) -> Drift {
        let sheet = review.sheet();
        let rate = |fired: Option<u64>, rows| fired.and_then(|fired| wilson(fired, rows));
        let condition = |FireCount { kind, id, before, after, .. }| FireRate {
            kind,
            id,
            before: rate(before, sheet.before.rows),
            after: rate(after, sheet.after.rows),
        };
        Drift {
            score: score_drift(review.scores().map(|scores| scores.iter().map(|score| score.to_f64()).collect())),
            fire_rates: sheet.fired.into_iter().map(condition).collect(),
        }
    }

    /// Returns what needs attention, in words: changes greater than chance explains, and conditions that never fire or
    /// always fire.
    pub fn to_look_at(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(drift) = self.score.filter(Psi::is_drift) {
            lines.push(format!("the score drifts: PSI {:.4}, critical value {:.4}", drift.value, drift.critical));
        }
        for rate in &self.fire_rates {
            let FireRate { kind, id, .. } = rate;
            let [before, after] = [rate.before, rate.after].map(|rate| rate.map(|rate| rate.value));
            if rate.has_moved() {
                let (before, after) = (percent(before), percent(after));
                lines.push(format!("{kind} `{id}` fires for {after} of subjects (before: {before})"));
            }
            if after.is_some_and(|share| share <= 0.0) {
                lines.push(format!("{kind} `{id}` never fires"));
            } else if after.is_some_and(|share| share >= 1.0) && *kind != ConditionKind::Required {
                lines.push(format!("{kind} `{id}` always fires"));
            }
        }
        lines
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let look = self.to_look_at();
        if look.is_empty() {
            return writeln!(f, "nothing changed by more than chance explains");
        }
        look.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Returns the PSI of the scores in tenths of the first sample.
///
/// A score that fills a tenth or more by itself is a bin of its own. Otherwise, if nine of ten scores are 0, scores
/// that rise above 0 could stay in the same bin.
fn score_drift([before, after]: [Vec<f64>; 2]) -> Option<Psi> {
    let mut sorted: Vec<(u64, ())> = before.iter().map(|score| (order::key(*score), ())).collect();
    order::sort(&mut sorted);
    let tenths = (1..10).filter_map(|tenth| sorted.get(sorted.len() * tenth / 10)).map(|(key, ())| *key);
    let mut cuts: Vec<u64> = Vec::new();
    for key in tenths {
        match cuts.last() {
            // The next larger key, so that the repeated score is a bin of its own.
            Some(last) if *last == key => cuts.push(key + 1),
            Some(last) if *last > key => {}
            _ => cuts.push(key),
        }
    }
    let counts = |scores: &[f64]| {
        let mut counts = vec![0_u64; cuts.len() + 1];
        for score in scores {
            if let Some(bin) = counts.get_mut(cuts.partition_point(|cut| *cut <= order::key(*score))) {
                *bin += 1;
            }
        }
        counts
    };
    psi(&counts(&before), &counts(&after))
}
