//! Comparison of a population under two models or at two dates: moves with reasons, drift and fire rates.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::effect::{ConditionKind, effects};
use super::estimate::{Estimate, count, wilson};
use super::grid::{Grid, percent};
use super::order;
use super::stability::{Psi, psi};
use crate::{Explanation, Facts, Grade, Points, Score, Scorer};

/// A review of a population that is scored twice, with two models or at two dates.
///
/// ```
/// use warmth::evidence::Review;
/// use warmth::{Model, Record, Scorer};
///
/// let model: Model = toml::from_str(
///     r#"
///     format = 1
///     name = "visits"
///     [[axis]]
///     name = "activity"
///     [[axis.rule]]
///     id = "visits"
///     signal.event = "visit"
///     signal.points = 50
///     signal.most_recent = 2
///     signal.window = "30d"
///     [[state]]
///     name = "warm"
///     at_least = 50
///     [[state]]
///     name = "cold"
///     at_least = 0
///     "#,
/// )?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let (may, june) = ("2026-05-31T00:00:00Z".parse()?, "2026-06-30T00:00:00Z".parse()?);
/// let mut account = Record::new();
/// account.activity_mut().record("visit", "2026-05-20T00:00:00Z".parse()?);
///
/// let mut review = Review::new(&scorer, &scorer);
/// review.add((&account, may), (&account, june));
/// let sheet = review.sheet();
/// let moved = &sheet.states[0];
/// assert_eq!((&*moved.from, &*moved.to, moved.rows), ("warm", "cold", 1));
/// assert_eq!((&*moved.reasons[0].id, moved.reasons[0].change.to_string()), ("visits", "-50".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Takes 16 bytes a row.
#[derive(Debug)]
pub struct Review<'m, T> {
    scorers: (&'m Scorer<T>, &'m Scorer<T>),
    before: PeriodTally<'m>,
    after: PeriodTally<'m>,
    states: HashMap<(&'m str, &'m str), MoveTally<'m>>,
    grades: HashMap<(&'m str, &'m str), MoveTally<'m>>,
    fired: Vec<(ConditionKey<'m>, FireCounts)>,
    indices: HashMap<ConditionKey<'m>, usize>, // into `fired`
}

/// The kind and id of a condition or rule.
type ConditionKey<'m> = (ConditionKind, &'m str);

/// The numbers of subjects for which a condition had an effect, before and after. `None` if the model lacks the
/// condition.
type FireCounts = [Option<u64>; 2];

/// The subjects of one period.
#[derive(Debug, Default)]
struct PeriodTally<'m> {
    rows: u64,
    scores: Vec<f64>, // of the subjects that were scored
    verdicts: BTreeMap<&'m str, u64>,
    sum: Points,
}

/// The subjects that moved from one state or grade to another, with the changes of their ledger lines.
#[derive(Debug, Default)]
struct MoveTally<'m> {
    rows: u64,
    by_line: HashMap<&'m str, i128>, // millionths
}

impl<'m> PeriodTally<'m> {
    fn add(&mut self, score: &Score<'m>) {
        self.rows += 1;
        *self.verdicts.entry(score.verdict().as_str()).or_default() += 1;
        if score.verdict().is_scored() {
            self.scores.push(score.value().to_f64());
            self.sum = self.sum + score.value();
        }
    }
}

impl<'m, T: Facts> Review<'m, T> {
    /// Creates a review without subjects. Pass the same scorer twice to compare two dates.
    pub fn new(before: &'m Scorer<T>, after: &'m Scorer<T>) -> Review<'m, T> {
        Review {
            scorers: (before, after),
            before: PeriodTally::default(),
            after: PeriodTally::default(),
            states: HashMap::new(),
            grades: HashMap::new(),
            fired: Vec::new(),
            indices: HashMap::new(),
        }
    }

    /// Adds a subject: as it was at the first instant, and as it was at the second.
    pub fn add(&mut self, before: (&T, DateTime<Utc>), after: (&T, DateTime<Utc>)) {
        let first = self.scorers.0.explain(before.0, before.1);
        let second = self.scorers.1.explain(after.0, after.1);
        self.before.add(&first.score());
        self.after.add(&second.score());
        for (side, explanation) in [&first, &second].into_iter().enumerate() {
            for (kind, id, _, effect) in effects(explanation) {
                let index = *self.indices.entry((kind, id)).or_insert_with(|| {
                    self.fired.push(((kind, id), [None, None]));
                    self.fired.len() - 1
                });
                let count = self.fired.get_mut(index).and_then(|(_, fired)| fired.get_mut(side));
                if let Some(fired) = count {
                    *fired = Some(fired.unwrap_or(0) + u64::from(effect.fired()));
                }
            }
        }
        // Subjects that a gate stops have no state and no grade. Their verdict takes its place.
        let position = |score: &Score<'m>, name: Option<&'m str>| {
            if score.verdict().is_scored() { name } else { Some(score.verdict().as_str()) }
        };
        let state = |score: &Score<'m>| position(score, score.state());
        let grade = |score: &Score<'m>| position(score, score.grade().map(Grade::as_str));
        let (old, new) = (first.score(), second.score());
        for (moves, from, to) in
            [(&mut self.states, state(&old), state(&new)), (&mut self.grades, grade(&old), grade(&new))]
        {
            if let Some(cell) = from.zip(to) {
                let moved = moves.entry(cell).or_default();
                moved.rows += 1;
                if cell.0 != cell.1 {
                    moved.compare(&first, &second);
                }
            }
        }
    }

    /// Returns the sheet of the subjects so far.
    pub fn sheet(&self) -> ReviewSheet {
        let (before, after) = (self.before.period(self.scorers.0), self.after.period(self.scorers.1));
        let rate = |fired: Option<u64>, rows| fired.and_then(|fired| wilson(fired, rows));
        let condition = |((kind, id), [old, new]): &(ConditionKey<'_>, FireCounts)| FireRate {
            kind: *kind,
            id: (*id).to_owned(),
            before: rate(*old, self.before.rows),
            after: rate(*new, self.after.rows),
        };
        ReviewSheet {
            before,
            after,
            drift: drift(&self.before.scores, &self.after.scores),
            states: moves(&self.states),
            grades: moves(&self.grades),
            fire_rates: self.fired.iter().map(condition).collect(),
        }
    }
}

impl<'m> MoveTally<'m> {
    /// Adds the change of every ledger line of one subject.
    fn compare(&mut self, first: &Explanation<'m>, second: &Explanation<'m>) {
        for (explanation, sign) in [(first, -1), (second, 1)] {
            for line in explanation.lines() {
                let id = line.id.unwrap_or(line.label);
                *self.by_line.entry(id).or_default() += sign * i128::from(line.score.micros());
            }
        }
    }
}

impl PeriodTally<'_> {
    fn period<T: Facts>(&self, scorer: &Scorer<T>) -> Period {
        let scored = i64::try_from(self.scores.len()).unwrap_or(i64::MAX);
        Period {
            model: scorer.name().to_owned(),
            fingerprint: scorer.fingerprint().to_string(),
            rows: self.rows,
            scored: count(self.scores.len()),
            mean: (scored > 0).then(|| Points::from_micros(self.sum.micros() / scored.max(1))),
            verdicts: self.verdicts.iter().map(|(verdict, rows)| ((*verdict).to_owned(), *rows)).collect(),
        }
    }
}

/// Returns the PSI of the scores in tenths of the first sample.
///
/// A score that fills a tenth or more by itself is a bin of its own. Otherwise, if nine of ten scores are 0, scores
/// that rise above 0 could stay in the same bin.
fn drift(before: &[f64], after: &[f64]) -> Option<Psi> {
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
    psi(&counts(before), &counts(after))
}

/// The largest number of reasons of a move.
const REASONS_MAX: usize = 3;

/// Returns the moves, the most frequent first.
fn moves(tallies: &HashMap<(&str, &str), MoveTally<'_>>) -> Vec<Move> {
    let mut moves: Vec<Move> = tallies
        .iter()
        .map(|((from, to), moved)| {
            let rows = i128::from(moved.rows.max(1));
            let mut lines: Vec<_> = moved.by_line.iter().filter(|(_, change)| **change != 0).collect();
            lines.sort_by_key(|(id, change)| (std::cmp::Reverse(change.unsigned_abs()), **id));
            let mean = |change: &i128| Points::from_micros(i64::try_from(change / rows).unwrap_or(0));
            let reason = |(id, change): (&&str, &i128)| Reason { id: (*id).to_owned(), change: mean(change) };
            let reasons = lines.into_iter().take(REASONS_MAX).map(reason).collect();
            Move { from: (*from).to_owned(), to: (*to).to_owned(), rows: moved.rows, reasons }
        })
        .collect();
    moves.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
    moves
}

/// The result of a [`Review`]: one page for a monthly meeting.
///
/// [`Display`](fmt::Display) prints the page, starting with what needs attention.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReviewSheet {
    /// The subjects under the first model or at the first date.
    pub before: Period,
    /// The subjects under the second model or at the second date.
    pub after: Period,
    /// The drift of the score: its PSI, with bins at the tenths of the scores before.
    ///
    /// A score that fills a tenth or more by itself is a bin of its own. `None` if no subject was scored before or
    /// after, or if all scores are in the same bin.
    ///
    /// The critical value assumes two independent samples. The same accounts a month later are alike, so the review
    /// misses some drift, and false alarms are rarer than one in twenty.
    pub drift: Option<Psi>,
    /// The moves between states, including subjects that kept their state, the most frequent first. Subjects that a
    /// gate stops have their verdict instead of a state.
    pub states: Vec<Move>,
    /// The moves between grades, in the same form.
    pub grades: Vec<Move>,
    /// The fire rate of each condition and rule.
    pub fire_rates: Vec<FireRate>,
}

/// The subjects of a [`ReviewSheet`] before or after.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Period {
    /// The model's name.
    pub model: String,
    /// The model's fingerprint.
    pub fingerprint: String,
    /// The number of subjects.
    pub rows: u64,
    /// The number of subjects that were scored.
    pub scored: u64,
    /// The mean score of the scored subjects, rounded towards zero to a millionth. `None` if no subject was scored.
    pub mean: Option<Points>,
    /// The number of subjects by verdict.
    pub verdicts: BTreeMap<String, u64>,
}

/// The subjects that were in one state or grade before and are in another one, or in the same one, after.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Move {
    /// The state or grade before.
    pub from: String,
    /// The state or grade after.
    pub to: String,
    /// The number of subjects.
    pub rows: u64,
    /// Up to three lines of the ledger with the largest mean change. Empty if the state or grade is the same.
    pub reasons: Vec<Reason>,
}

/// A line of the ledger that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// The id of the line, or its label if it has no id.
    pub id: String,
    /// The mean change over these subjects in points of score, rounded towards zero to a millionth.
    pub change: Points,
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

impl fmt::Display for ReviewSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = Grid::new(["", "before", "after"]);
        let ReviewSheet { before, after, .. } = self;
        let cells = |name: &str, text: fn(&Period) -> String| [name.to_owned(), text(before), text(after)];
        head.row(cells("model", |period| period.model.clone()));
        head.row(cells("fingerprint", |period| period.fingerprint.chars().take(8).collect()));
        head.row(cells("subjects", |period| period.rows.to_string()));
        head.row(cells("scored", |period| period.scored.to_string()));
        head.row(cells("mean score", |period| period.mean.map_or("-".to_owned(), |mean| format!("{mean:.2}"))));
        for verdict in before.verdicts.keys().chain(after.verdicts.keys().filter(|v| !before.verdicts.contains_key(*v)))
        {
            let rows = |period: &Period| period.verdicts.get(verdict).copied().unwrap_or(0).to_string();
            head.row([verdict.clone(), rows(before), rows(after)]);
        }
        writeln!(f, "{head}")?;
        writeln!(f, "To look at")?;
        let look = self.to_look_at();
        look.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        if look.is_empty() {
            writeln!(f, "  nothing changed by more than chance explains")?;
        }
        for (title, moves) in [("state", &self.states), ("grade", &self.grades)] {
            if !moves.is_empty() {
                let mut grid = Grid::new([title, "subjects", "largest mean changes"]);
                for moved in moves {
                    let reasons = moved.reasons.iter().map(|reason| format!("{} {}", reason.id, signed(reason.change)));
                    let path = if moved.from == moved.to {
                        format!("{}, unchanged", moved.to)
                    } else {
                        format!("{} to {}", moved.from, moved.to)
                    };
                    grid.row([path, moved.rows.to_string(), reasons.collect::<Vec<_>>().join(", ")]);
                }
                write!(f, "\n{grid}")?;
            }
        }
        let mut grid = Grid::new(["fire rate", "before", "after"]);
        for FireRate { kind, id, before, after } in &self.fire_rates {
            let share = |rate: Option<Estimate>| percent(rate.map(|rate| rate.value));
            grid.row([format!("{kind} `{id}`"), share(*before), share(*after)]);
        }
        write!(f, "\n{grid}")
    }
}

fn signed(change: Points) -> String {
    if change > Points::ZERO { format!("+{change:.2}") } else { format!("{change:.2}") }
}

impl ReviewSheet {
    /// Returns what needs attention, in words: changes greater than chance explains, and conditions that never fire or
    /// always fire.
    pub fn to_look_at(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(drift) = self.drift.filter(Psi::is_drift) {
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
