//! A model tried on a labelled history: what its conditions, rules, states and grades were worth.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::estimate::{Estimate, wilson};
use super::grid::{Grid, figure, percent};
use super::ranking::{Ks, Ranking, Top};
use super::tables::Table;
use crate::explain::{CheckKind, Explanation, Line, LineKind};
use crate::{Facts, Grade, Points, Scorer, Truth, Verdict};

/// A model being tried on subjects of which the outcome is known.
///
/// ```
/// use warmth::evidence::Trial;
/// use warmth::{Model, Record, Scorer};
///
/// let model: Model = toml::from_str(
///     r#"
///     format = 1
///     name = "readiness"
///     [[axis]]
///     name = "fit"
///     [[axis.rule]]
///     id = "nps"
///     bands.nps = [[7, 10], [9, 40]]
///     "#,
/// )?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let mut trial = Trial::new(&scorer);
/// let as_of = "2026-01-31T00:00:00Z".parse()?;
/// for (nps, bought) in [(3, false), (8, false), (8, true), (9, true)] {
///     trial.add(&Record::new().with("nps", nps), as_of, bought);
/// }
/// let report = trial.report();
/// assert_eq!(report.auc.unwrap().value, 0.875);
/// assert_eq!(report.conditions[0].table.bands.len(), 3); // worth 0, 10 and 40
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Point in time: a subject is explained as of its label's instant, so events after it count for nothing. Facts are
/// taken as they are given; a [`Timeline`](super::Timeline) leaves out what was not known yet.
///
/// Holds 16 bytes a row and one count for each band, so a million rows take 16 MB.
#[derive(Debug)]
pub struct Trial<'m, T> {
    scorer: &'m Scorer<T>,
    ranked: Vec<(f64, bool)>, // of those that were scored
    verdicts: BTreeMap<Verdict, Counts>,
    deciles: [Counts; 10],
    states: HashMap<&'m str, (Counts, i64)>, // with the least score
    grades: HashMap<Grade, Counts>,
    places: HashMap<(ConditionKind, &'m str), usize>,
    conditions: Vec<Tracked<'m>>,
}

/// Rows with the outcome and without it.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    events: u64,
    others: u64,
}

impl Counts {
    fn add(&mut self, outcome: bool) {
        let side = if outcome { &mut self.events } else { &mut self.others };
        *side += 1;
    }

    fn merge(&mut self, other: Counts) {
        self.events += other.events;
        self.others += other.others;
    }
}

/// What sort of condition was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConditionKind {
    /// A disqualifying gate.
    Disqualifying,
    /// A required gate.
    Required,
    /// A rule.
    Rule,
    /// A promoter.
    Promoter,
    /// A limit.
    Limit,
    /// A segment.
    Segment,
}

impl ConditionKind {
    /// Returns the kind of a check.
    ///
    /// `CheckKind` is non-exhaustive. The answer for a kind that this table lacks is `None`.
    fn of(check: CheckKind) -> Option<ConditionKind> {
        let kinds = [
            (CheckKind::Disqualifying, ConditionKind::Disqualifying),
            (CheckKind::Required, ConditionKind::Required),
            (CheckKind::Promoter, ConditionKind::Promoter),
            (CheckKind::Limit, ConditionKind::Limit),
            (CheckKind::Segment, ConditionKind::Segment),
        ];
        kinds.into_iter().find(|(known, _)| *known == check).map(|(_, kind)| kind)
    }
}

impl fmt::Display for ConditionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ConditionKind::Disqualifying => "disqualifying",
            ConditionKind::Required => "required",
            ConditionKind::Rule => "rule",
            ConditionKind::Promoter => "promoter",
            ConditionKind::Limit => "limit",
            ConditionKind::Segment => "segment",
        })
    }
}

/// Every condition and rule of an explanation: what it is, its id and label, and what it came to.
pub(super) fn asked<'m>(
    explanation: &Explanation<'m>,
) -> impl Iterator<Item = (ConditionKind, &'m str, &'m str, Outcome)> {
    let gates = explanation.checks().filter_map(|check| {
        Some((ConditionKind::of(check.kind)?, check.id, check.label, Outcome::Condition(check.truth)))
    });
    let rules =
        explanation.lines().into_iter().filter(|line| line.kind == LineKind::Rule).map(|line| {
            (ConditionKind::Rule, line.id.unwrap_or(line.label), line.label, Outcome::Worth(Worth::of(&line)))
        });
    gates.chain(rules)
}

/// What a condition or a rule came to for one subject.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Condition(Truth),
    Worth(Worth),
}

impl Outcome {
    /// Whether it had an effect: a condition that held, a rule that was worth something.
    pub(super) fn fired(self) -> bool {
        match self {
            Outcome::Condition(truth) => truth == Truth::True,
            Outcome::Worth(worth) => worth.points != Points::ZERO,
        }
    }
}

/// What a rule was worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worth {
    unknown: bool,
    points: Points,
    reach: Option<Points>,
}

impl Worth {
    fn of(line: &Line<'_, '_>) -> Worth {
        Worth { unknown: line.unknown, points: line.points, reach: line.reach }
    }

    /// The quarter of its reach that the points fall into: 0 for none, -1 below; 5 where there is no reach.
    fn part(self) -> i64 {
        match (self.points.micros(), self.reach.map_or(0, Points::micros)) {
            (0, _) => 0,
            (points, _) if points < 0 => -1,
            (_, reach) if reach <= 0 => 5,
            // The first quarter that the points do not go beyond.
            (points, reach) => {
                (1..4).find(|part| 4 * i128::from(points) <= i128::from(*part) * i128::from(reach)).unwrap_or(4)
            }
        }
    }
}

#[derive(Debug)]
struct Tracked<'m> {
    kind: ConditionKind,
    id: &'m str,
    label: &'m str,
    fired: u64,
    rows: u64,
    bands: Bands,
}

#[derive(Debug)]
enum Bands {
    /// Unknown, false and true.
    Condition([Counts; 3]),
    /// By points, unknown apart.
    Points(Counts, BTreeMap<Points, (Counts, Worth)>),
    /// By quarters of the reach, for rules that are worth too many different points.
    Parts(Counts, BTreeMap<i64, Counts>),
}

/// Ten points of score in millionths.
const TEN_POINTS: i64 = 10_000_000;

/// A rule that is worth more different points than this is shown in quarters of its reach.
const POINTS_MAX: usize = 24;

impl Bands {
    fn add(&mut self, came_to: Outcome, outcome: bool) {
        match (&mut *self, came_to) {
            (Bands::Condition(counts), Outcome::Condition(truth)) => {
                let [unknown, fails, holds] = counts;
                let own = match truth {
                    Truth::Unknown => unknown,
                    Truth::False => fails,
                    Truth::True => holds,
                };
                own.add(outcome);
            }
            (Bands::Points(unknown, _) | Bands::Parts(unknown, _), Outcome::Worth(Worth { unknown: true, .. })) => {
                unknown.add(outcome);
            }
            (Bands::Points(unknown, by_points), Outcome::Worth(worth)) => {
                by_points.entry(worth.points).or_insert((Counts::default(), worth)).0.add(outcome);
                if by_points.len() > POINTS_MAX {
                    let mut parts: BTreeMap<i64, Counts> = BTreeMap::new();
                    for (counts, worth) in by_points.values() {
                        parts.entry(worth.part()).or_default().merge(*counts);
                    }
                    *self = Bands::Parts(*unknown, parts);
                }
            }
            (Bands::Parts(_, parts), Outcome::Worth(worth)) => parts.entry(worth.part()).or_default().add(outcome),
            _ => {}
        }
    }

    fn table(&self, name: &str) -> Table {
        let row = |label: String, counts: &Counts| (label, counts.events, counts.others);
        match self {
            Bands::Condition([unknown, fails, holds]) => {
                let rows = [("holds", holds), ("does not hold", fails), ("unknown", unknown)];
                Table::new(name, rows.map(|(label, counts)| row(label.to_owned(), counts)))
            }
            Bands::Points(unknown, by_points) => {
                let known = by_points.iter().map(|(points, (counts, _))| row(format!("worth {points}"), counts));
                Table::new(name, known.chain([row("unknown".to_owned(), unknown)]))
            }
            Bands::Parts(unknown, parts) => {
                let label = |part: &i64| match part {
                    -1 => "worth less than 0",
                    0 => "worth 0",
                    1 => "up to 25% of its reach",
                    2 => "up to 50%",
                    3 => "up to 75%",
                    4 => "up to 100%",
                    _ => "worth more than 0",
                };
                let known = parts.iter().map(|(part, counts)| row(label(part).to_owned(), counts));
                Table::new(name, known.chain([row("unknown".to_owned(), unknown)]))
            }
        }
    }
}

impl<'m, T: Facts> Trial<'m, T> {
    /// A trial on nobody yet.
    pub fn new(scorer: &'m Scorer<T>) -> Trial<'m, T> {
        Trial {
            scorer,
            ranked: Vec::new(),
            verdicts: BTreeMap::new(),
            deciles: [Counts::default(); 10],
            states: HashMap::new(),
            grades: HashMap::new(),
            places: HashMap::new(),
            conditions: Vec::new(),
        }
    }

    /// Scores a subject as of its label's instant and notes down whether the outcome came afterwards.
    pub fn add(&mut self, subject: &T, as_of: DateTime<Utc>, outcome: bool) {
        let explanation = self.scorer.explain(subject, as_of);
        let score = explanation.score();
        self.verdicts.entry(score.verdict()).or_default().add(outcome);
        for (kind, id, label, came_to) in asked(&explanation) {
            let place = *self.places.entry((kind, id)).or_insert_with(|| {
                let bands = match came_to {
                    Outcome::Condition(_) => Bands::Condition([Counts::default(); 3]),
                    Outcome::Worth(_) => Bands::Points(Counts::default(), BTreeMap::new()),
                };
                self.conditions.push(Tracked { kind, id, label, fired: 0, rows: 0, bands });
                self.conditions.len() - 1
            });
            if let Some(tracked) = self.conditions.get_mut(place) {
                tracked.rows += 1;
                tracked.fired += u64::from(came_to.fired());
                tracked.bands.add(came_to, outcome);
            }
        }
        if !score.verdict().is_scored() {
            return;
        }
        self.ranked.push((score.value().to_f64(), outcome));
        let decile = usize::try_from(score.value().micros() / TEN_POINTS).unwrap_or(0).min(9);
        if let Some(own) = self.deciles.get_mut(decile) {
            own.add(outcome);
        }
        if let Some(state) = score.state() {
            let (counts, least) = self.states.entry(state).or_insert((Counts::default(), i64::MAX));
            counts.add(outcome);
            *least = score.value().micros().min(*least);
        }
        if let Some(grade) = score.grade() {
            self.grades.entry(grade).or_default().add(outcome);
        }
    }

    /// What the subjects so far have shown.
    pub fn report(&self) -> Report {
        let ranking = Ranking::new(self.ranked.iter().copied());
        let row = |label: &str, counts: &Counts| (label.to_owned(), counts.events, counts.others);
        let mut states: Vec<_> = self.states.iter().collect();
        states.sort_by_key(|(name, (_, least))| (std::cmp::Reverse(*least), **name));
        let mut grades: Vec<_> = self.grades.iter().collect();
        grades.sort_by_key(|(grade, _)| grade.as_str());
        let bands = self.deciles.iter().enumerate().rev();
        Report {
            model: self.scorer.name().to_owned(),
            fingerprint: self.scorer.fingerprint().to_string(),
            verdicts: Table::new("verdict", self.verdicts.iter().map(|(verdict, own)| row(verdict.as_str(), own))),
            scored: ranking.rows(),
            events: ranking.events(),
            auc: ranking.auc(),
            gini: ranking.gini(),
            ks: ranking.ks(),
            gains: ranking.gains(),
            bands: Table::new("score", bands.map(|(tens, own)| row(&format!("from {}", tens * 10), own))),
            states: Table::new("state", states.into_iter().map(|(name, (own, _))| row(name, own))),
            grades: grades.into_iter().map(|(grade, own)| GradeCell::new(*grade, *own)).collect(),
            conditions: self.conditions.iter().map(ConditionReport::new).collect(),
        }
    }

    /// The scores and outcomes of those who were scored, to ask for more than the report has.
    pub fn ranking(&self) -> Ranking {
        Ranking::new(self.ranked.iter().copied())
    }
}

/// What a [`Trial`] has shown.
///
/// Ranking, bands, states and grades are about those who were scored; verdicts and conditions about everybody.
/// [`Display`](fmt::Display) prints all of it as tables.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The model's name.
    pub model: String,
    /// The model's fingerprint.
    pub fingerprint: String,
    /// What became of each verdict.
    pub verdicts: Table,
    /// How many were scored.
    pub scored: u64,
    /// In how many of those the outcome came.
    pub events: u64,
    /// The area under the ROC curve; see [`Ranking::auc`].
    pub auc: Option<Estimate>,
    /// 2 AUC - 1.
    pub gini: Option<f64>,
    /// The Kolmogorov-Smirnov distance.
    pub ks: Option<Ks>,
    /// The highest tenth, two tenths and so on.
    pub gains: Vec<Top>,
    /// What became of each ten points of score, the highest first.
    pub bands: Table,
    /// What became of each state, the highest first.
    pub states: Table,
    /// What became of each grade that somebody had.
    pub grades: Vec<GradeCell>,
    /// Every gate, promoter, limit, segment and rule.
    pub conditions: Vec<ConditionReport>,
}

/// What became of those with one grade.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GradeCell {
    /// The grade.
    pub grade: Grade,
    /// How many had it.
    pub rows: u64,
    /// In how many of those the outcome came.
    pub events: u64,
    /// Their share, with Wilson's interval.
    pub rate: Option<Estimate>,
}

impl GradeCell {
    fn new(grade: Grade, Counts { events, others }: Counts) -> GradeCell {
        GradeCell { grade, rows: events + others, events, rate: wilson(events, events + others) }
    }
}

/// What a condition or a rule was good for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConditionReport {
    /// What it is.
    pub kind: ConditionKind,
    /// Its id or name in the document.
    pub id: String,
    /// How often it had an effect: a condition that held, a rule that was worth something.
    pub fired: u64,
    /// How often it was asked. A segment is asked only of those who fell into none before.
    pub rows: u64,
    /// What became of those for whom it held, did not, or was unknown; for a rule, by what it was worth.
    pub table: Table,
}

impl ConditionReport {
    fn new(tracked: &Tracked<'_>) -> ConditionReport {
        let Tracked { kind, id, label, fired, rows, bands } = tracked;
        ConditionReport { kind: *kind, id: (*id).to_owned(), fired: *fired, rows: *rows, table: bands.table(label) }
    }

    /// Whether it told nobody from anybody: it never had an effect, or always the same one.
    pub fn is_idle(&self) -> bool {
        self.fired == 0 || self.table.bands.len() < 2
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}: {} scored, {} outcomes", self.model, self.fingerprint, self.scored, self.events)?;
        if let Some((auc, ks)) = self.auc.zip(self.ks) {
            writeln!(f, "AUC {auc}, Gini {}, KS {:.3} from {}", figure(self.gini, 3), ks.value, ks.at_least)?;
        }
        writeln!(f)?;
        let mut gains = Grid::new(["highest", "outcomes", "precision", "capture", "lift"]);
        for top in &self.gains {
            let outcomes = if top.least == top.most {
                top.least.to_string()
            } else {
                format!("{:.1} ({} to {})", top.expected, top.least, top.most)
            };
            let cells = [percent(Some(top.precision)), percent(Some(top.capture)), figure(Some(top.lift), 2)];
            gains.row([top.rows.to_string(), outcomes].into_iter().chain(cells));
        }
        writeln!(f, "{gains}")?;
        for table in [&self.verdicts, &self.bands, &self.states] {
            if !table.bands.is_empty() {
                writeln!(f, "{table}")?;
            }
        }
        if !self.grades.is_empty() {
            writeln!(f, "{}", self.matrix())?;
        }
        for condition in &self.conditions {
            writeln!(f, "{} `{}`\n{}", condition.kind, condition.id, condition.table)?;
        }
        let idle: Vec<_> = self.conditions.iter().filter(|own| own.is_idle()).map(|own| own.id.as_str()).collect();
        if !idle.is_empty() {
            writeln!(f, "told nobody from anybody: {}", idle.join(", "))?;
        }
        Ok(())
    }
}

impl Report {
    /// Rates by letter and number.
    fn matrix(&self) -> Grid {
        let mut letters: Vec<char> = self.grades.iter().map(|own| own.grade.fit()).collect();
        let mut numbers: Vec<u8> = self.grades.iter().map(|own| own.grade.activity()).collect();
        letters.dedup();
        numbers.sort_unstable();
        numbers.dedup();
        let mut grid = Grid::new(std::iter::once("grade".to_owned()).chain(numbers.iter().map(ToString::to_string)));
        for letter in letters {
            let cell = |number: &u8| {
                let own = self.grades.iter().find(|own| (own.grade.fit(), own.grade.activity()) == (letter, *number));
                own.map_or("-".to_owned(), |own| {
                    format!("{} of {}", percent(own.rate.map(|rate| rate.value)), own.rows)
                })
            };
            grid.row(std::iter::once(letter.to_string()).chain(numbers.iter().map(cell)));
        }
        grid
    }
}
