//! Two models or two dates on one population: who moved where and why, whether the score drifts, what fires.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::estimate::{Estimate, count, wilson};
use super::grid::{Grid, percent};
use super::order;
use super::report::{ConditionKind, asked};
use super::stability::{Psi, psi};
use crate::ask::explain::Explanation;
use crate::grade::Grade;
use crate::input::facts::Facts;
use crate::num::points::Points;
use crate::score::Score;
use crate::scorer::Scorer;

/// A population being reviewed: scored twice, with two models or at two dates.
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
/// Holds 16 bytes a row.
#[derive(Debug)]
pub struct Review<'m, T> {
    scorers: (&'m Scorer<T>, &'m Scorer<T>),
    before: Side<'m>,
    after: Side<'m>,
    states: HashMap<(&'m str, &'m str), Moved<'m>>,
    grades: HashMap<(&'m str, &'m str), Moved<'m>>,
    fired: Vec<(Asked<'m>, Fired)>,
    places: HashMap<Asked<'m>, usize>,
}

/// A condition or rule, by what it is and its id.
type Asked<'m> = (ConditionKind, &'m str);

/// How often it had an effect, before and after; `None` where a model has no such condition.
type Fired = [Option<u64>; 2];

#[derive(Debug, Default)]
struct Side<'m> {
    rows: u64,
    scores: Vec<f64>, // of those that were scored
    verdicts: BTreeMap<&'m str, u64>,
    sum: Points,
}

#[derive(Debug, Default)]
struct Moved<'m> {
    rows: u64,
    by_line: HashMap<&'m str, i128>, // millionths
}

impl<'m> Side<'m> {
    fn add(&mut self, score: &Score<'m>) {
        self.rows += 1;
        *self.verdicts.entry(score.verdict().as_str()).or_default() += 1;
        if score.verdict().is_scored() {
            self.scores.push(score.value().to_f64());
            self.sum += score.value();
        }
    }
}

impl<'m, T: Facts> Review<'m, T> {
    /// A review of nobody yet. Give the same scorer twice to compare two dates.
    pub fn new(before: &'m Scorer<T>, after: &'m Scorer<T>) -> Review<'m, T> {
        Review {
            scorers: (before, after),
            before: Side::default(),
            after: Side::default(),
            states: HashMap::new(),
            grades: HashMap::new(),
            fired: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// One subject, as it was at the first instant and as it was at the second one.
    pub fn add(&mut self, before: (&T, DateTime<Utc>), after: (&T, DateTime<Utc>)) {
        let first = self.scorers.0.explain(before.0, before.1);
        let second = self.scorers.1.explain(after.0, after.1);
        self.before.add(&first.score());
        self.after.add(&second.score());
        for (side, explanation) in [&first, &second].into_iter().enumerate() {
            for (kind, id, _, came_to) in asked(explanation) {
                let place = *self.places.entry((kind, id)).or_insert_with(|| {
                    self.fired.push(((kind, id), [None, None]));
                    self.fired.len() - 1
                });
                let own = self.fired.get_mut(place).and_then(|(_, fired)| fired.get_mut(side));
                if let Some(fired) = own {
                    *fired = Some(fired.unwrap_or(0) + u64::from(came_to.fired()));
                }
            }
        }
        // Who was held back has no state and no grade, but a verdict.
        let called = |score: &Score<'m>, name: Option<&'m str>| {
            if score.verdict().is_scored() { name } else { Some(score.verdict().as_str()) }
        };
        let state = |score: &Score<'m>| called(score, score.state());
        let grade = |score: &Score<'m>| called(score, score.grade().map(Grade::as_str));
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

    /// What the population so far has shown.
    pub fn sheet(&self) -> Sheet {
        let (before, after) = (self.before.period(self.scorers.0), self.after.period(self.scorers.1));
        let rate = |fired: Option<u64>, rows| fired.and_then(|fired| wilson(fired, rows));
        let condition = |((kind, id), [old, new]): &(Asked<'_>, Fired)| FireRate {
            kind: *kind,
            id: (*id).to_owned(),
            before: rate(*old, self.before.rows),
            after: rate(*new, self.after.rows),
        };
        Sheet {
            before,
            after,
            drift: drift(&self.before.scores, &self.after.scores),
            states: moves(&self.states),
            grades: moves(&self.grades),
            fire_rates: self.fired.iter().map(condition).collect(),
        }
    }
}

impl<'m> Moved<'m> {
    fn compare(&mut self, first: &Explanation<'m>, second: &Explanation<'m>) {
        for (explanation, sign) in [(first, -1), (second, 1)] {
            for line in explanation.lines() {
                let id = line.id.unwrap_or(line.label);
                *self.by_line.entry(id).or_default() += sign * i128::from(line.score.micros());
            }
        }
    }
}

impl Side<'_> {
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

/// The index of scores in tenths of the first sample. A score that fills a tenth or more by itself is a bin of its own:
/// where nine of ten scores are 0, what rises above 0 has to fall into another bin.
fn drift(before: &[f64], after: &[f64]) -> Option<Psi> {
    let mut sorted: Vec<(u64, ())> = before.iter().map(|score| (order::key(*score), ())).collect();
    order::sort(&mut sorted);
    let tenths = (1..10).filter_map(|tenth| sorted.get(sorted.len() * tenth / 10)).map(|(key, ())| *key);
    let mut cuts: Vec<u64> = Vec::new();
    for key in tenths {
        match cuts.last() {
            // The next greater number.
            Some(last) if *last == key => cuts.push(key + 1),
            Some(last) if *last > key => {}
            _ => cuts.push(key),
        }
    }
    let counts = |scores: &[f64]| {
        let mut counts = vec![0_u64; cuts.len() + 1];
        for score in scores {
            if let Some(own) = counts.get_mut(cuts.partition_point(|cut| *cut <= order::key(*score))) {
                *own += 1;
            }
        }
        counts
    };
    psi(&counts(before), &counts(after))
}

/// So many reasons are named for a move.
const REASONS_MAX: usize = 3;

fn moves(of: &HashMap<(&str, &str), Moved<'_>>) -> Vec<Move> {
    let mut moves: Vec<Move> = of
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

/// What a [`Review`] has shown: the sheet for the monthly meeting.
///
/// [`Display`](fmt::Display) prints it on one page: what to look at comes first.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sheet {
    /// The first model, or the first date.
    pub before: Period,
    /// The second one.
    pub after: Period,
    /// The population stability index of the score, in tenths of the first scores; a score that two cuts of tenths fall
    /// on is a bin of its own. `None` if nobody was scored on one side, or all of both sides fall into one bin.
    ///
    /// The critical value is that of two independent samples. The same accounts a month later are alike, so a drift is
    /// found less readily than in one of twenty months in which there is none.
    pub drift: Option<Psi>,
    /// From which state to which, also to the same; the most frequent first. Of those held back the verdict stands for
    /// the state.
    pub states: Vec<Move>,
    /// From which grade to which.
    pub grades: Vec<Move>,
    /// How often each condition and rule had an effect.
    pub fire_rates: Vec<FireRate>,
}

/// One side of a [`Sheet`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Period {
    /// The model's name.
    pub model: String,
    /// The model's fingerprint.
    pub fingerprint: String,
    /// How many subjects there were.
    pub rows: u64,
    /// How many were scored.
    pub scored: u64,
    /// Their mean score, cut down to a millionth.
    pub mean: Option<Points>,
    /// How many had which verdict.
    pub verdicts: BTreeMap<String, u64>,
}

/// Those who were in one state, or grade, and are in another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Move {
    /// Where they were.
    pub from: String,
    /// Where they are.
    pub to: String,
    /// How many.
    pub rows: u64,
    /// The lines of the ledger that moved most, by their mean change. None for those who stayed.
    pub reasons: Vec<Reason>,
}

/// A line of the ledger that moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// The line's id, or its label where it has none.
    pub id: String,
    /// By how many score points, in the mean of those who moved, cut towards 0 to a millionth.
    pub change: Points,
}

/// How often a condition held, or a rule was worth something.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FireRate {
    /// What it is.
    pub kind: ConditionKind,
    /// Its id or name in the document.
    pub id: String,
    /// Before, of all subjects, with Wilson's interval; `None` if the first model has no such condition.
    pub before: Option<Estimate>,
    /// After; `None` if the second model has no such condition.
    pub after: Option<Estimate>,
}

impl FireRate {
    /// Whether the rates differ by more than their intervals allow.
    pub fn has_moved(&self) -> bool {
        self.before.zip(self.after).is_some_and(|(before, after)| before.high < after.low || after.high < before.low)
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = Grid::new(["", "before", "after"]);
        let Sheet { before, after, .. } = self;
        let cells = |name: &str, of: fn(&Period) -> String| [name.to_owned(), of(before), of(after)];
        head.row(cells("model", |own| own.model.clone()));
        head.row(cells("fingerprint", |own| own.fingerprint.chars().take(8).collect()));
        head.row(cells("subjects", |own| own.rows.to_string()));
        head.row(cells("scored", |own| own.scored.to_string()));
        head.row(cells("mean score", |own| own.mean.map_or("-".to_owned(), |mean| format!("{mean:.2}"))));
        for verdict in before.verdicts.keys().chain(after.verdicts.keys().filter(|v| !before.verdicts.contains_key(*v)))
        {
            let of = |own: &Period| own.verdicts.get(verdict).copied().unwrap_or(0).to_string();
            head.row([verdict.clone(), of(before), of(after)]);
        }
        writeln!(f, "{head}")?;
        writeln!(f, "To look at")?;
        let look = self.to_look_at();
        look.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        if look.is_empty() {
            writeln!(f, "  nothing moved by more than chance explains")?;
        }
        for (title, moves) in [("state", &self.states), ("grade", &self.grades)] {
            if !moves.is_empty() {
                let mut grid = Grid::new([title, "rows", "what moved most"]);
                for own in moves {
                    let reasons = own.reasons.iter().map(|reason| format!("{} {}", reason.id, signed(reason.change)));
                    let path = if own.from == own.to {
                        format!("{}, as before", own.to)
                    } else {
                        format!("{} to {}", own.from, own.to)
                    };
                    grid.row([path, own.rows.to_string(), reasons.collect::<Vec<_>>().join(", ")]);
                }
                write!(f, "\n{grid}")?;
            }
        }
        let mut grid = Grid::new(["fire rate", "before", "after"]);
        for own in &self.fire_rates {
            let rate = |rate: Option<Estimate>| percent(rate.map(|rate| rate.value));
            grid.row([format!("{} `{}`", own.kind, own.id), rate(own.before), rate(own.after)]);
        }
        write!(f, "\n{grid}")
    }
}

fn signed(change: Points) -> String {
    if change > Points::ZERO { format!("+{change:.2}") } else { format!("{change:.2}") }
}

impl Sheet {
    /// What moved by more than chance explains, in words; and what never holds, or always.
    pub fn to_look_at(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(drift) = self.drift.filter(Psi::is_drift) {
            lines.push(format!("the score drifts: PSI {:.4}, critical value {:.4}", drift.value, drift.critical));
        }
        for own in &self.fire_rates {
            let rate = |rate: Option<Estimate>| percent(rate.map(|rate| rate.value));
            let (before, after) = (rate(own.before), rate(own.after));
            if own.has_moved() {
                lines.push(format!("{} `{}` fires in {after} of cases, before in {before}", own.kind, own.id));
            }
            let value = own.after.map(|rate| rate.value);
            if value.is_some_and(|rate| rate <= 0.0) {
                lines.push(format!("{} `{}` never fires", own.kind, own.id));
            } else if value.is_some_and(|rate| rate >= 1.0) && own.kind != ConditionKind::Required {
                lines.push(format!("{} `{}` always fires", own.kind, own.id));
            }
        }
        lines
    }
}
