//! From a history to model documents, or to the reason why there are none.

use std::fmt;

use serde::Serialize;

use super::distribution::{Z95, Z99};
use super::error::{EvidenceError, Kind};
use super::estimate::{Estimate, count, real_len};
use super::fit::Penalty;
use super::grid::Grid;
use super::history::{Factor, History, Source};
use super::ranking::{Ranking, difference};
use super::scorecard::{Banding, Card, Direction, Form, bandings, by_correlation, by_overlap};
use crate::model::{Axis, Bands, Condition, First, Handle, Measure, Missing, Rule, State, Values, Worth, kind};
use crate::{DocumentLimits, Model, Points, Record, Scorer};

/// What is asked of history: a name for the models, and what they must keep to.
///
/// ```
/// use warmth::evidence::{Direction, Request};
///
/// let request = Request::new("upsell").require("nps", Direction::Rising).folds(10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    name: String,
    folds: u8,
    events_per_factor: u64,
    ridge: f64,
    directions: Vec<(String, Direction)>,
}

impl Request {
    /// A request for models of this name.
    pub fn new(name: impl Into<String>) -> Request {
        Request { name: name.into(), folds: 5, events_per_factor: 10, ridge: 1.0, directions: Vec::new() }
    }

    /// Into how many parts the history is split, from 2 to 20. Defaults to 5.
    #[must_use]
    pub fn folds(mut self, folds: u8) -> Request {
        self.folds = folds.clamp(2, 20);
        self
    }

    /// How many outcomes there must be for each factor, and as many rows without; at least 1. Defaults to 10, the rule
    /// of thumb that comes from Peduzzi and others (1996).
    #[must_use]
    pub fn events_per_factor(mut self, events: u64) -> Request {
        self.events_per_factor = events.max(1);
        self
    }

    /// The ridge of the regression: more of it makes overlapping factors share more evenly. Defaults to 1.
    #[must_use]
    pub fn ridge(mut self, ridge: f64) -> Request {
        self.ridge = ridge;
        self
    }

    /// Requires that a factor counts in one direction, or not at all: whatever the history says, more of it is never
    /// worth less, or never worth more. Of a factor required twice the last one counts.
    #[must_use]
    pub fn require(mut self, factor: impl Into<String>, direction: Direction) -> Request {
        self.directions.push((factor.into(), direction));
        self
    }
}

/// What history allows to be proposed.
///
/// [`Display`](fmt::Display) says it in words and figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Proposal {
    /// Nothing, because there are too few outcomes, or too few rows without one.
    TooFew(Shortage),
    /// Nothing, because what was learnt from one part of the history told nothing about another one.
    NoSignal(Comparison),
    /// Two models, or the one of them that told something.
    Made(Box<Proposed>),
}

/// How far a history falls short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shortage {
    /// In how many rows the outcome came.
    pub events: u64,
    /// In how many it did not.
    pub others: u64,
    /// How many there must be of each.
    pub needed: u64,
}

/// Two model documents and how they did on rows that they were not made from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Proposed {
    /// Out-of-fold figures of both.
    pub comparison: Comparison,
    /// Weights in proportion to correlations. `None` if its figures may be chance.
    pub correlation: Option<Model>,
    /// Weights that account for overlap. `None` if its figures may be chance.
    pub overlap: Option<Model>,
}

/// The two ways to weigh factors beside each other, on the same parts of the history.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Weights in proportion to correlations.
    pub correlation: OutOfFold,
    /// Weights that account for overlap.
    pub overlap: OutOfFold,
    /// The AUC of `overlap` less that of `correlation`, with the interval of the paired difference.
    pub difference: Estimate,
}

/// How points did on rows that they were not made from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutOfFold {
    /// The mean of the parts' AUC, with an interval that allows for what the parts have in common (Nadeau and Bengio
    /// 2003).
    pub auc: Estimate,
    /// The AUC of each part, with points made from the other parts.
    pub folds: Vec<f64>,
    /// Whether the interval for a confidence of 99 % reaches down to 0.5, so that the order may be chance.
    pub may_be_chance: bool,
}

/// Proposes models from a history.
///
/// Each factor becomes a rule: a flag or tag as a condition, a number or date in bands at its quarters, a text by value. The
/// two documents differ in their points alone. A factor counts if its information value is above what chance exceeds in
/// one of twenty cases; the points of the best bands add up to 100, and the state `high-fit`
/// begins where the cut parts outcomes from the others best (the Kolmogorov-Smirnov cut). All of it is frozen
/// into the document, and where it comes from into its description and its labels. Nothing is changed anywhere: what
/// to do with a document is for people to decide.
///
/// Rows are taken as subjects of their own: of one subject at many instants, give one row or a few that lie far apart.
///
/// Deterministic: the same rows in the same order give the same documents on every machine. Takes time in proportion to
/// rows x factors^2.
///
/// # Errors
///
/// If the history has no factors, if a direction is required of something that is no factor, or of a text, if the
/// ridge is not above 0, and if what the history says does not fit into a document: a name that is empty, a text of more
/// than 1,024 bytes, two factors of one name, more telling fields than a model may read.
pub fn propose(history: &History, request: &Request) -> Result<Proposal, EvidenceError> {
    let directions = request.directions_of(history)?;
    Penalty::Ridge(request.ridge).checked()?;
    if history.factors.is_empty() {
        return Err(Kind::NoFactors.into());
    }
    let (events, rows) = (history.events(), count(history.rows()));
    let factors = count(history.factors.len());
    let needed = request.events_per_factor.saturating_mul(factors).max(2 * u64::from(request.folds));
    let others = rows - events;
    if events.min(others) < needed {
        return Ok(Proposal::TooFew(Shortage { events, others, needed }));
    }
    let comparison = compare(history, request, &directions)?;
    let all = |_| true;
    let bandings = bandings(history, all);
    let mut banded = history.factors.iter().zip(&bandings);
    if let Some((factor, _)) = banded.find(|(factor, banding)| !writable(factor, banding)) {
        return Err(Kind::Unwritable { name: factor.name.clone() }.into());
    }
    let model = |card: Card<'_>, way: &str, figures: &OutOfFold| {
        let sound = !figures.may_be_chance && !card.is_blank();
        sound.then(|| checked(document(history, request, &card, way, figures))).transpose()
    };
    let correlation = model(by_correlation(&bandings, &directions), "correlation", &comparison.correlation)?;
    let card = by_overlap(&bandings, &directions, request.ridge, &history.outcomes, all)?;
    let overlap = model(card, "overlap", &comparison.overlap)?;
    Ok(if correlation.is_none() && overlap.is_none() {
        Proposal::NoSignal(comparison)
    } else {
        Proposal::Made(Box::new(Proposed { comparison, correlation, overlap }))
    })
}

impl Request {
    fn directions_of(&self, history: &History) -> Result<Vec<Option<Direction>>, EvidenceError> {
        let mut directions = vec![None; history.factors.len()];
        for (name, direction) in &self.directions {
            let factors = history.factors.iter().zip(&mut directions);
            let (factor, own) = factors
                .into_iter()
                .find(|(factor, _)| factor.name == *name)
                .ok_or_else(|| Kind::UnknownFactor { name: name.clone() })?;
            if factor.source == Source::Text {
                return Err(Kind::Unordered { name: name.clone() }.into());
            }
            *own = Some(*direction);
        }
        Ok(directions)
    }
}

/// The part of each row: outcomes and others are dealt out in turn, each round beginning at another part, so that neither
/// a rare outcome nor an order of the rows is spread unevenly.
fn folds(outcomes: &[bool], folds: u8) -> Vec<u8> {
    let mut dealt = [0_u64; 2];
    let folds = u64::from(folds);
    let of_row = |outcome: &bool| {
        let [others, events] = &mut dealt;
        let own = if *outcome { events } else { others };
        // The first of the round is drawn by the multiplier of Knuth, volume 2, section 3.3.4.
        let first = (*own / folds).wrapping_mul(6_364_136_223_846_793_005) >> 33;
        let fold = (*own + first) % folds;
        *own += 1;
        u8::try_from(fold).unwrap_or(0)
    };
    outcomes.iter().map(of_row).collect()
}

fn compare(
    history: &History,
    request: &Request,
    directions: &[Option<Direction>],
) -> Result<Comparison, EvidenceError> {
    let folds = folds(&history.outcomes, request.folds);
    let part = |row: usize| folds.get(row).copied();
    let (mut correlation, mut overlap, mut gain) = (Mean::default(), Mean::default(), Mean::default());
    for fold in 0..request.folds {
        let others = |row: usize| part(row) != Some(fold);
        let bandings = bandings(history, others);
        let first = by_correlation(&bandings, directions);
        let second = by_overlap(&bandings, directions, request.ridge, &history.outcomes, others)?;
        let rows: Vec<usize> = (0..history.rows()).filter(|row| part(*row) == Some(fold)).collect();
        let outcomes: Vec<bool> = rows.iter().filter_map(|row| history.outcomes.get(*row).copied()).collect();
        let scores = |card: &Card<'_>| -> Vec<f64> { rows.iter().map(|row| card.score(*row).into()).collect() };
        let (first, second) = (scores(&first), scores(&second));
        for (mean, scores) in [(&mut correlation, &first), (&mut overlap, &second)] {
            let ranking = Ranking::new(scores.iter().copied().zip(outcomes.iter().copied()));
            if let Some(auc) = ranking.auc() {
                mean.add(auc.value, ranking.variance(auc.value));
            }
        }
        if let Some((more, variance)) = difference(&second, &first, &outcomes) {
            gain.add(more, variance);
        }
    }
    let difference = gain.estimate((-1.0, 1.0));
    Ok(Comparison { correlation: correlation.figures(), overlap: overlap.figures(), difference })
}

/// A mean over parts of a history.
#[derive(Default)]
struct Mean {
    values: Vec<f64>,
    variance: f64,
}

impl Mean {
    fn add(&mut self, value: f64, variance: f64) {
        self.values.push(value);
        self.variance += variance;
    }

    /// The mean, and its error after Nadeau and Bengio (2003): points for two parts are made from mostly the same rows,
    /// so what chance does to one it does to the other, and the variance of a mean of independent figures is too small
    /// by a factor of 1 + k / (k - 1) for k parts.
    fn mean_and_error(&self) -> (f64, f64) {
        let parts = real_len(self.values.len().max(2));
        let alike = 1.0 + parts / (parts - 1.0);
        (self.values.iter().sum::<f64>() / parts, (self.variance * alike).sqrt() / parts)
    }

    fn estimate(&self, ends: (f64, f64)) -> Estimate {
        let (mean, error) = self.mean_and_error();
        Estimate::normal(mean, error, Z95, ends)
    }

    fn figures(self) -> OutOfFold {
        let (mean, error) = self.mean_and_error();
        let may_be_chance = mean - Z99 * error <= 0.5;
        OutOfFold { auc: self.estimate((0.0, 1.0)), folds: self.values, may_be_chance }
    }
}

fn document(history: &History, request: &Request, card: &Card<'_>, way: &str, figures: &OutOfFold) -> Model {
    let scores = (0..history.rows()).map(|row| f64::from(card.score(row)));
    let cut = Ranking::new(scores.zip(history.outcomes.iter().copied())).ks().map_or(0.0, |ks| ks.at_least);
    let (first, last) = history.span.unwrap_or_default();
    let description = format!(
        "Proposed by {way} weights from {} rows as of {} to {}, {} of them with the outcome. Bounds are quarters of these \
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
    let model = Model::new(format!("{}-{way}", request.name)).describe(description).axis(axis);
    let cut = Points::try_from(cut).unwrap_or(Points::ZERO);
    // Where all rows score 0 no cut parts them.
    let model = if cut > Points::ZERO { model.state(State::new("high-fit", cut)) } else { model };
    model.state(State::new("rest", 0))
}

/// Whether a document can hold what the factor is called and compared with.
fn writable(factor: &Factor, banding: &Banding) -> bool {
    let fits = |text: &str| text.len() <= DocumentLimits::default().text_bytes;
    let named = |text: &str| !text.is_empty() && fits(text);
    let told_apart = match &banding.form {
        Form::Texts(texts) => texts.iter().all(|text| fits(text)),
        _ => true,
    };
    let tag = if let Source::Tag(tag) = &factor.source { fits(tag) } else { true };
    named(&factor.name) && named(&factor.field) && told_apart && tag
}

/// A document that compiles.
fn checked(model: Model) -> Result<Model, EvidenceError> {
    match Scorer::<Record>::new(&model) {
        Ok(_) => Ok(model),
        Err(error) => Err(Kind::Refused { problems: error.to_string() }.into()),
    }
}

/// The rule of a factor: its bands with their points.
fn rule(factor: &Factor, banding: &Banding, points: &[i32]) -> Rule {
    let (missing, known) = points.split_first().map_or((0, &[][..]), |(missing, known)| (*missing, known));
    let field = factor.field.as_str();
    if let [first, rest @ ..] = known
        && rest.iter().all(|points| points == first)
    {
        // All known bands are worth the same. The least band is worth 0, so either they are or the missing one is.
        let field = Handle::<kind::Number>::new(field);
        let (when, points) = if missing > 0 { (field.is_missing(), missing) } else { (field.is_known(), *first) };
        return Rule::new(factor.name.clone(), points).when(when);
    }
    let (worth, when) = match (&banding.form, known) {
        (Form::Cuts(cuts), [below, rest @ ..]) => {
            let of: Measure = match factor.source {
                Source::Days => Handle::<kind::Date>::new(field).days_since(),
                _ => Handle::<kind::Number>::new(field).into(),
            };
            let mut rows: Vec<(f64, Points)> = Vec::new();
            let mut before = *below;
            // A band that is worth what the one before it is needs no row.
            for (cut, points) in cuts.iter().zip(rest) {
                if *points != before {
                    rows.push((*cut, Points::from(*points)));
                }
                before = *points;
            }
            (Worth::Bands(Bands::new(of, rows).below(*below)), None)
        }
        (Form::Texts(texts), [named @ .., otherwise]) => {
            let rows = texts.iter().cloned().zip(named.iter().copied());
            (Worth::Values(Values::new(Handle::new(field), rows).otherwise(*otherwise)), None)
        }
        (_, known) => {
            let holds = |is: bool| -> Condition {
                match &factor.source {
                    Source::Tag(tag) => {
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

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut grid = Grid::new(["out of fold", "AUC", "of the parts"]);
        for (way, own) in [("correlation weights", &self.correlation), ("overlap-aware weights", &self.overlap)] {
            let parts: Vec<_> = own.folds.iter().map(|auc| format!("{auc:.3}")).collect();
            grid.row([way.to_owned(), own.auc.to_string(), parts.join(" ")]);
        }
        grid.row(["difference".to_owned(), self.difference.to_string(), String::new()]);
        write!(f, "{grid}")
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proposal::TooFew(Shortage { events, others, needed }) => writeln!(
                f,
                "Nothing is proposed: {events} outcomes and {others} rows without are too few, {needed} of each are needed. \
                 Wait, look further back, or drop factors."
            ),
            Proposal::NoSignal(comparison) => writeln!(
                f,
                "Nothing is proposed: what one part of the history says tells nothing about another; the order may be \
                 chance.\n{comparison}"
            ),
            Proposal::Made(made) => {
                let of = |way: &str, model: &Option<Model>| {
                    model.as_ref().map_or(format!("nothing by {way}, whose order may be chance"), |model| {
                        format!("`{}` {}", model.name(), model.fingerprint())
                    })
                };
                writeln!(
                    f,
                    "Proposed: {}, and {}",
                    of("correlation", &made.correlation),
                    of("overlap", &made.overlap)
                )?;
                write!(f, "{}", made.comparison)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::HistoryBuilder;
    use crate::{Kind as FieldKind, Record, Scorer};
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
        /// The document gives every subject the points that the card does, also those it was not made from.
        #[test]
        fn a_document_is_its_card(
            rows in prop::collection::vec((record(), any::<bool>()), 20..80),
            learnt in 10..20_usize,
            direction in prop::sample::select(vec![None, Some(Direction::Rising), Some(Direction::Falling)]),
        ) {
            let fields = [
                ("number", FieldKind::Number),
                ("flag", FieldKind::Flag),
                ("text", FieldKind::Text),
                ("day", FieldKind::Date),
                ("tags", FieldKind::Tags),
            ];
            let as_of = "2026-07-01T00:00:00Z".parse().expect("an instant");
            let mut builder = HistoryBuilder::of(fields);
            for (record, outcome) in &rows {
                builder.add(record, as_of, *outcome);
            }
            let history = builder.build();
            let request = Request::new("x");
            let directions: Vec<_> = history
                .factors
                .iter()
                .map(|factor| if factor.source == Source::Text { None } else { direction })
                .collect();
            let counts = |row: usize| row < learnt;
            let events = rows.iter().take(learnt).filter(|(_, outcome)| *outcome).count();
            prop_assume!(events > 0 && events < learnt);
            let figures = OutOfFold { auc: Estimate::normal(0.5, 0.0, 0.0, (0.0, 1.0)), folds: vec![], may_be_chance: false };
            let bandings = bandings(&history, counts);
            let cards = [
                by_correlation(&bandings, &directions),
                by_overlap(&bandings, &directions, 1.0, &history.outcomes, counts).map_err(|error| TestCaseError::fail(error.to_string()))?,
            ];
            for card in cards {
                for ((factor, points), direction) in history.factors.iter().zip(&card.points).zip(&directions) {
                    let known = points.iter().skip(1);
                    match direction {
                        Some(Direction::Rising) => prop_assert!(known.is_sorted(), "{}: {points:?}", factor.name),
                        Some(Direction::Falling) => prop_assert!(known.rev().is_sorted(), "{}: {points:?}", factor.name),
                        None => {}
                    }
                }
                let model = document(&history, &request, &card, "way", &figures);
                let scorer = Scorer::<Record>::new(&model).map_err(|error| TestCaseError::fail(error.to_string()))?;
                for (row, (record, _)) in rows.iter().enumerate() {
                    let expected = Points::from(card.score(row));
                    prop_assert_eq!(scorer.score(record, as_of).value(), expected, "{:?} {:?}", record, card);
                }
            }
        }
    }
}
