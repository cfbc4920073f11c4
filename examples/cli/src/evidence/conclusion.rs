//! One conclusion in words, with its reasons.

use std::fmt;

use warmth::evidence::{Estimate, Proposal, WeightComparison, auc_difference};

use super::history::Row;
use super::parts::Parts;
use super::{Maker, Tried};
use crate::messages::counted;

/// What to do, and why.
pub(crate) struct Conclusion {
    pub(crate) headline: String,
    pub(crate) reasons: Vec<String>,
}

/// What an interval of a difference says.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Better,
    Worse,
    /// The interval contains 0.
    Open,
}

impl Sign {
    fn of(difference: &Estimate) -> Sign {
        match difference {
            Estimate { low, .. } if *low > 0.0 => Sign::Better,
            Estimate { high, .. } if *high < 0.0 => Sign::Worse,
            _ => Sign::Open,
        }
    }
}

impl Conclusion {
    /// Concludes from the figures. The doubts are sentences about suspicious factors.
    pub(crate) fn of(proposal: &Proposal, tried: &[Tried], parts: &Parts<'_>, doubts: Vec<String>) -> Conclusion {
        let of = |maker: Maker| tried.iter().find(|tried| tried.maker == maker);
        let in_use = of(Maker::InUse);
        let mut reasons = Vec::new();
        let chosen = match (of(Maker::Correlation), of(Maker::Overlap)) {
            (Some(correlation), Some(overlap)) => {
                let (chosen, reason) = choose(proposal, correlation, overlap, parts);
                reasons.push(reason);
                chosen
            }
            (Some(only), None) | (None, Some(only)) => {
                reasons.push(format!("The other weights may rank by chance, so `{}` is the only proposal.", only.name));
                only
            }
            (None, None) => {
                let Conclusion { headline, mut reasons } = nothing(proposal, in_use);
                reasons.extend(doubts);
                return Conclusion { headline, reasons };
            }
        };
        if let Some(reason) = decline(proposal, chosen) {
            reasons.push(reason);
        }
        let headline = match in_use {
            _ if !is_confirmed(chosen) => {
                reasons.insert(0, untested(chosen, parts));
                match in_use {
                    Some(in_use) => format!("Keep `{}`.", in_use.name),
                    None => format!("Do not use `{}` yet.", chosen.name),
                }
            }
            None => {
                reasons.insert(0, ranks(chosen, parts));
                format!("Try `{}`, once you have read it.", chosen.name)
            }
            Some(in_use) => compare(in_use, chosen, parts, &mut reasons),
        };
        reasons.extend(doubts);
        Conclusion { headline, reasons }
    }
}

/// With fewer test rows of either kind, an AUC and its interval say nothing.
const ROWS_MIN: u64 = 10;

/// The number of test rows of the rarer kind.
fn rarer(tried: &Tried) -> u64 {
    tried.report.events.min(tried.report.scored - tried.report.events)
}

/// Whether a model ranks the rows that test it better than chance.
fn is_confirmed(tried: &Tried) -> bool {
    rarer(tried) >= ROWS_MIN && tried.report.auc.is_some_and(|auc| auc.low > 0.5)
}

/// The conclusion if nothing is proposed.
fn nothing(proposal: &Proposal, in_use: Option<&Tried>) -> Conclusion {
    let headline =
        in_use.map_or("There is nothing to propose yet.".to_owned(), |tried| format!("Keep `{}`.", tried.name));
    let reason = match proposal {
        Proposal::TooFew(short) => {
            let least = short.events.min(short.others);
            let kind = if short.events <= short.others { "with the outcome" } else { "without the outcome" };
            let needs = match short.factors {
                0 | 1 => format!("A proposal needs {}.", short.needed),
                factors => format!("A proposal needs {}, ten for each of {factors} factors.", short.needed),
            };
            let rows = counted(least, ["row", "rows"]);
            format!("The history has {rows} {kind}. {needs} Wait for more outcomes, or name fewer factors with `--only`.")
        }
        Proposal::NoSignal(comparison) if !ranks_at_all(comparison) => {
            "No factor says more about the outcome than chance explains. Look for facts that differ before the outcome comes."
                .to_owned()
        }
        Proposal::NoSignal(WeightComparison { correlation, overlap, .. }) => {
            let best = if overlap.auc.value > correlation.auc.value { overlap.auc } else { correlation.auc };
            format!(
                "Weights from one part of the history rank the other parts with an AUC of {best}, which may be chance. Look for \
             facts that differ before the outcome comes."
            )
        }
        other => other.to_string(),
    };
    Conclusion { headline, reasons: vec![reason] }
}

/// Whether some factor counted in some part of the history.
fn ranks_at_all(comparison: &WeightComparison) -> bool {
    let folds = comparison.correlation.folds.iter().chain(&comparison.overlap.folds);
    folds.into_iter().any(|auc| (auc - 0.5).abs() > 0.0)
}

/// Chooses one of two proposals, and says why.
fn choose<'t>(
    proposal: &Proposal,
    correlation: &'t Tried,
    overlap: &'t Tried,
    parts: &Parts<'_>,
) -> (&'t Tried, String) {
    let folds = match proposal {
        Proposal::Made(made) => made.comparison.difference,
        _ => return (overlap, String::new()),
    };
    let tested = difference(overlap, correlation, &parts.tested);
    let by_test = tested.as_ref().map_or(Sign::Open, Sign::of);
    let by_folds = Sign::of(&folds);
    let words = &parts.tested_words;
    let (chosen, other) = match if by_test == Sign::Open { by_folds } else { by_test } {
        Sign::Better => (overlap, correlation),
        Sign::Worse | Sign::Open => (correlation, overlap),
    };
    // The AUC of the chosen proposal less that of the other one.
    let oriented = |difference: Estimate| if chosen.maker == Maker::Overlap { difference } else { negated(difference) };
    let of_test = tested.map_or("unknown".to_owned(), |difference| oriented(difference).to_string());
    let (name, other, of_folds) = (&chosen.name, &other.name, oriented(folds));
    let reason = match (by_folds, by_test) {
        (Sign::Better, Sign::Worse) | (Sign::Worse, Sign::Better) => format!(
            "The tests of the two proposals disagree: the AUC of `{other}` is higher by {} out of fold, and that of `{name}` by \
             {of_test} on the rows {words}. `{name}` is preferred, because no weights were made from these rows.",
            negated(of_folds)
        ),
        (Sign::Open, Sign::Open) => format!(
            "The two proposals rank alike: the AUC of `{name}` less that of `{other}` is {of_folds} out of fold, and {of_test} on \
             these rows. `{name}` is preferred, because its weights are easier to explain."
        ),
        (_, Sign::Open) => format!(
            "Of the two proposals, `{name}` is better: out of fold, its AUC is higher by {of_folds}. On these rows, the difference is \
             {of_test}, which may be chance."
        ),
        (Sign::Open, _) => format!(
            "Of the two proposals, `{name}` is better: on these rows, its AUC is higher by {of_test}. Out of fold, the difference is \
             {of_folds}, which may be chance."
        ),
        _ => format!(
            "Of the two proposals, `{name}` is better: its AUC is higher by {of_folds} out of fold, and by {of_test} on these rows."
        ),
    };
    (chosen, reason)
}

/// The same difference the other way round.
fn negated(mut difference: Estimate) -> Estimate {
    (difference.value, difference.low, difference.high) = (-difference.value, -difference.high, -difference.low);
    difference
}

/// Compares the chosen proposal with the model in use. Returns the headline.
fn compare(in_use: &Tried, chosen: &Tried, parts: &Parts<'_>, reasons: &mut Vec<String>) -> String {
    let Some(difference) = difference(chosen, in_use, &parts.tested) else {
        let (old, words) = (&in_use.name, &parts.tested_words);
        reasons.insert(0, format!("`{old}` scores too few of the rows {words} to be compared."));
        return format!("Keep `{old}`.");
    };
    let auc = |tried: &Tried| tried.report.auc.map_or("unknown".to_owned(), |auc| format!("{:.3}", auc.value));
    let (old, new) = (&in_use.name, &chosen.name);
    let (rows, words) = (parts.tested.len(), &parts.tested_words);
    let aucs = format!("the AUC of `{new}` is {}, and that of `{old}` {}", auc(chosen), auc(in_use));
    let sign = Sign::of(&difference);
    let (headline, reason) = match sign {
        Sign::Better => (
            format!("Replace `{old}` with `{new}`."),
            format!("On the {rows} rows {words}, {aucs}. The difference of {difference} is more than chance explains."),
        ),
        Sign::Worse => (
            format!("Keep `{old}`."),
            format!("On the {rows} rows {words}, it ranks better: {aucs}, a difference of {difference}."),
        ),
        Sign::Open => (
            format!("Keep `{old}`."),
            format!("On the {rows} rows {words}, {aucs}. The difference of {difference} may be chance."),
        ),
    };
    reasons.insert(0, reason);
    if let Some(reason) = top_tenth(in_use, chosen, sign) {
        reasons.insert(1, reason);
    }
    headline
}

/// Says which figure decides if the top tenth speaks against the AUC.
fn top_tenth(in_use: &Tried, chosen: &Tried, sign: Sign) -> Option<String> {
    let (old, new) = (in_use.report.gains.first()?, chosen.report.gains.first()?);
    let against = match sign {
        Sign::Better => new.expected.round() < old.expected.round(),
        Sign::Worse => new.expected.round() > old.expected.round(),
        Sign::Open => false,
    };
    let outcomes = |expected: f64| format!("{expected:.0}");
    against.then(|| {
        format!(
            "The top tenth disagrees: of {} outcomes, `{}` has {} there, and `{}` {}. The AUC decides, because it compares all {} \
             rows, and the top tenth has only {}. If you only work the top tenth, wait for more outcomes.",
            chosen.report.events,
            in_use.name,
            outcomes(old.expected),
            chosen.name,
            outcomes(new.expected),
            chosen.report.scored,
            new.rows,
        )
    })
}

/// Says that a model ranks the rows that test it better than chance.
fn ranks(chosen: &Tried, parts: &Parts<'_>) -> String {
    let auc = chosen.report.auc.map_or("unknown".to_owned(), |auc| auc.to_string());
    format!("It ranks the {} rows {} better than chance: AUC {auc}.", parts.tested.len(), parts.tested_words)
}

/// Says that the test rows do not confirm a model.
fn untested(chosen: &Tried, parts: &Parts<'_>) -> String {
    let (name, rows, words) = (&chosen.name, parts.tested.len(), &parts.tested_words);
    match chosen.report.auc.filter(|_| rarer(chosen) >= ROWS_MIN) {
        None => {
            let with = counted(chosen.report.events, ["row", "rows"]);
            format!(
                "{with} with the outcome among the {rows} rows {words} do not test `{name}`. A test needs {ROWS_MIN} rows with the \
             outcome and {ROWS_MIN} without it."
            )
        }
        Some(auc) => format!(
            "`{name}` ranks better than chance out of fold, but perhaps not on the {rows} rows {words}: AUC {auc}. These rows \
             decide, because no weights were made from them. Wait for more outcomes, and test it again."
        ),
    }
}

/// Says that a model ranks the rows that test it worse than the folds promise.
fn decline(proposal: &Proposal, chosen: &Tried) -> Option<String> {
    let Proposal::Made(made) = proposal else { return None };
    let promised = match chosen.maker {
        Maker::Correlation => made.comparison.correlation.auc,
        _ => made.comparison.overlap.auc,
    };
    let auc = chosen.report.auc.filter(|auc| auc.high < promised.low)?;
    Some(format!(
        "`{}` ranks worse than its folds promise: AUC {auc} instead of {promised}. Believe the lower figure, and look for what \
             has changed under drift.",
        chosen.name
    ))
}

/// The AUC of one model less that of another, on the rows that both score.
fn difference(first: &Tried, second: &Tried, rows: &[&Row]) -> Option<Estimate> {
    let scores = first.scores.iter().zip(&second.scores).zip(rows);
    auc_difference(scores.filter_map(|((first, second), row)| Some(((*first)?, (*second)?, row.outcome))))
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline)?;
        self.reasons.iter().try_for_each(|reason| writeln!(f, "- {reason}"))
    }
}
