//! Model documents from scorecards.

use super::{OutOfFold, Request};
use crate::evidence::error::{ErrorKind, EvidenceError};
use crate::evidence::history::{Factor, FactorSource, History};
use crate::evidence::ranking::Ranking;
use crate::evidence::scorecard::{Banding, Partition, Scorecard};
use crate::model::{Axis, Bands, Condition, First, Handle, Measure, Missing, Rule, State, Values, Worth, kind};
use crate::{DocumentLimits, Model, Points, Record, Scorer};

/// Writes a scorecard as a model. `method` names the weighting method.
pub(super) fn document(
    history: &History,
    request: &Request,
    card: &Scorecard<'_>,
    method: &str,
    figures: &OutOfFold,
) -> Model {
    let scores = (0..history.rows()).map(|row| f64::from(card.score(row)));
    let cut = Ranking::new(scores.zip(history.outcomes.iter().copied())).ks().map_or(0.0, |ks| ks.at_least);
    let (first, last) = history.span.unwrap_or_default();
    let description = format!(
        "Proposed by {method} weights from {} rows as of {} to {}, {} of them with the outcome. Bounds are quarters of these \
         rows. On parts that it was not made from, AUC {}, in {} parts. `high-fit` begins where outcomes and others are \
         furthest apart.",
        history.rows(),
        first.date_naive(),
        last.date_naive(),
        history.events(),
        figures.auc,
        figures.folds.len(),
    );
    let mut axis = Axis::new("fit").available(100);
    let cards = card.bandings.iter().zip(&card.points).zip(&card.reasons);
    for (factor, ((banding, points), reason)) in history.factors.iter().zip(cards) {
        if points.iter().any(|points| *points != 0) {
            axis = axis.rule(rule(factor, banding, points).label(format!("{}: {reason}", factor.name)));
        }
    }
    let model = Model::new(format!("{}-{method}", request.name)).describe(description).axis(axis);
    let cut = Points::try_from(cut).unwrap_or(Points::ZERO);
    // If all rows score 0, no cut separates them.
    let model = if cut > Points::ZERO { model.state(State::new("high-fit", cut)) } else { model };
    model.state(State::new("rest", 0))
}

/// Returns whether a document can contain the name, texts and tag of a factor.
pub(super) fn writable(factor: &Factor, banding: &Banding) -> bool {
    let fits = |text: &str| text.len() <= DocumentLimits::default().text_bytes;
    let named = |text: &str| !text.is_empty() && fits(text);
    let texts_fit = match &banding.partition {
        Partition::Texts(texts) => texts.iter().all(|text| fits(text)),
        _ => true,
    };
    let tag = if let FactorSource::Tag(tag) = &factor.source { fits(tag) } else { true };
    named(&factor.name) && named(&factor.field) && texts_fit && tag
}

/// Checks that a document compiles.
///
/// # Errors
///
/// If it does not.
pub(super) fn checked(model: Model) -> Result<Model, EvidenceError> {
    match Scorer::<Record>::new(&model) {
        Ok(_) => Ok(model),
        Err(error) => Err(ErrorKind::RefusedDocument { problems: error.to_string() }.into()),
    }
}

/// Returns the rule of a factor, from the points of its bands.
fn rule(factor: &Factor, banding: &Banding, points: &[i32]) -> Rule {
    let (missing, known) = points.split_first().map_or((0, &[][..]), |(missing, known)| (*missing, known));
    let field = factor.field.as_str();
    if let [first, rest @ ..] = known
        && rest.iter().all(|points| points == first)
    {
        // All known bands are worth the same. The worst band is worth 0, so either they are worth 0 or the missing band
        // is.
        let field = Handle::<kind::Number>::new(field);
        let (when, points) = if missing > 0 { (field.is_missing(), missing) } else { (field.is_known(), *first) };
        return Rule::new(factor.name.clone(), points).when(when);
    }
    let (worth, when) = match (&banding.partition, known) {
        (Partition::Cuts(cuts), [below, rest @ ..]) => {
            let of: Measure = match factor.source {
                FactorSource::Days => Handle::<kind::Date>::new(field).days_since(),
                _ => Handle::<kind::Number>::new(field).into(),
            };
            let mut rows: Vec<(f64, Points)> = Vec::new();
            let mut before = *below;
            // A band that is worth the same as the band before it needs no row.
            for (cut, points) in cuts.iter().zip(rest) {
                if *points != before {
                    rows.push((*cut, Points::from(*points)));
                }
                before = *points;
            }
            (Worth::Bands(Bands::new(of, rows).below(*below)), None)
        }
        (Partition::Texts(texts), [named @ .., otherwise]) => {
            let rows = texts.iter().cloned().zip(named.iter().copied());
            (Worth::Values(Values::new(Handle::new(field), rows).otherwise(*otherwise)), None)
        }
        (_, known) => {
            let holds = |is: bool| -> Condition {
                match &factor.source {
                    FactorSource::Tag(tag) => {
                        let has = Handle::<kind::Tags>::new(field).has(tag);
                        if is { has } else { !has }
                    }
                    _ => Handle::<kind::Flag>::new(field).is(is),
                }
            };
            match known {
                [0, yes] => (Worth::Points(Points::from(*yes)), Some(holds(true))),
                [no, 0] => (Worth::Points(Points::from(*no)), Some(holds(false))),
                [no, yes] => (Worth::First(First::new([(holds(true), *yes), (holds(false), *no)])), None),
                _ => (Worth::Points(Points::ZERO), Some(holds(true))),
            }
        }
    };
    let mut rule = Rule::new(factor.name.clone(), worth);
    if let Some(when) = when {
        rule = rule.when(when);
    }
    if missing == 0 { rule } else { rule.missing(Missing::Points(Points::from(missing))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;
    use crate::evidence::HistoryBuilder;
    use crate::evidence::estimate::Estimate;
    use crate::evidence::scorecard::{Trend, bandings, by_correlation, by_overlap};
    use proptest::prelude::*;

    /// Each fact may be missing.
    fn record() -> impl Strategy<Value = Record> {
        let number = prop::option::of(0..12_i32);
        let flag = prop::option::of(any::<bool>());
        let text = prop::option::of(prop::sample::select(vec!["a", "b", "c"]));
        let day = prop::option::of(1..29_u32);
        let tags = prop::option::of(prop::sample::subsequence(vec!["x", "y"], 0..=2));
        (number, flag, text, day, tags).prop_map(|(number, flag, text, day, tags)| {
            let mut record = Record::new();
            if let Some(number) = number {
                record.set("number", number);
            }
            if let Some(flag) = flag {
                record.set("flag", flag);
            }
            if let Some(text) = text {
                record.set("text", text);
            }
            if let Some(day) = day {
                record.set("day", format!("2026-06-{day:02}"));
            }
            let owned = |tags: Vec<&str>| tags.into_iter().map(str::to_owned).collect::<Vec<_>>();
            if let Some(tags) = tags {
                record.set("tags", owned(tags));
            }
            record
        })
    }

    proptest! {
        /// Subjects that the scorecard was not made from are included.
        #[test]
        fn a_document_scores_every_subject_as_its_scorecard_does(
            rows in prop::collection::vec((record(), any::<bool>()), 20..80),
            training in 10..20_usize,
            trend in prop::sample::select(vec![None, Some(Trend::Rising), Some(Trend::Falling), Some(Trend::Monotone)]),
        ) {
            let fields = [
                ("number", Kind::Number),
                ("flag", Kind::Flag),
                ("text", Kind::Text),
                ("day", Kind::Date),
                ("tags", Kind::Tags),
            ];
            let as_of = "2026-07-01T00:00:00Z".parse().expect("an instant");
            let mut builder = HistoryBuilder::of(fields);
            for (record, outcome) in &rows {
                builder.add(record, as_of, *outcome);
            }
            let history = builder.build();
            let request = Request::new("x");
            let trends: Vec<_> = history
                .factors
                .iter()
                .map(|factor| if factor.source == FactorSource::Text { None } else { trend })
                .collect();
            let counts = |row: usize| row < training;
            let events = rows.iter().take(training).filter(|(_, outcome)| *outcome).count();
            prop_assume!(events > 0 && events < training);
            let figures = OutOfFold { auc: Estimate::normal(0.5, 0.0, 0.0, (0.0, 1.0)), folds: vec![], may_be_chance: false };
            let bandings = bandings(&history, counts);
            let cards = [
                by_correlation(&bandings, &trends),
                by_overlap(&bandings, &trends, 1.0, &history.outcomes, counts).map_err(|error| TestCaseError::fail(error.to_string()))?,
            ];
            for card in cards {
                for ((factor, points), trend) in history.factors.iter().zip(&card.points).zip(&trends) {
                    let known = points.iter().skip(1);
                    match trend {
                        Some(Trend::Rising) => prop_assert!(known.is_sorted(), "{}: {points:?}", factor.name),
                        Some(Trend::Falling) => prop_assert!(known.rev().is_sorted(), "{}: {points:?}", factor.name),
                        Some(Trend::Monotone) => prop_assert!(known.clone().is_sorted() || known.rev().is_sorted(), "{}: {points:?}", factor.name),
                        None => {}
                    }
                }
                let model = document(&history, &request, &card, "method", &figures);
                let scorer = Scorer::<Record>::new(&model).map_err(|error| TestCaseError::fail(error.to_string()))?;
                for (row, (record, _)) in rows.iter().enumerate() {
                    let expected = Points::from(card.score(row));
                    prop_assert_eq!(scorer.score(record, as_of).value(), expected, "{:?} {:?}", record, card);
                }
            }
        }
    }
}
