//! A model tested on a labelled history.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::effect::{Effect, ReachQuarter, RulePoints, effects};
use super::estimate::wilson;
use super::ranking::Ranking;
use super::report::{ConditionReport, GradeCell, Report};
use super::tables::BandTable;
use crate::review::ConditionKind;
use crate::{Facts, Grade, Points, Scorer, Truth, Verdict};

/// A test of a model on subjects with known outcomes.
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
/// Every subject is scored as of the instant of its row, so later events do not count. Facts are used as you pass them;
/// take subjects from a [`Timeline`](super::Timeline) to leave out facts that became known later.
///
/// Takes 16 bytes a row, and one count for each band of each condition. One million rows take 16 MB.
#[derive(Debug)]
pub struct Trial<'m, T> {
    scorer: &'m Scorer<T>,
    scores: Vec<(f64, bool)>, // of the subjects that were scored
    verdicts: BTreeMap<Verdict, Counts>,
    deciles: [Counts; 10],
    states: HashMap<&'m str, (Counts, Points)>, // with the lowest score in the state
    grades: HashMap<Grade, Counts>,
    indices: HashMap<(ConditionKind, &'m str), usize>, // into `conditions`
    conditions: Vec<ConditionCounts<'m>>,
}

/// The numbers of rows with the outcome and without it.
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

    fn grade_cell(self, grade: Grade) -> GradeCell {
        let Counts { events, others } = self;
        GradeCell { grade, rows: events + others, events, rate: wilson(events, events + others) }
    }

    fn row(self, label: impl Into<String>) -> (String, u64, u64) {
        (label.into(), self.events, self.others)
    }
}

/// The outcomes of one condition or rule.
#[derive(Debug)]
struct ConditionCounts<'m> {
    kind: ConditionKind,
    id: &'m str,
    label: &'m str,
    fired: u64,
    rows: u64,
    bands: BandCounts,
}

impl ConditionCounts<'_> {
    fn report(&self) -> ConditionReport {
        let ConditionCounts { kind, id, label, fired, rows, bands } = self;
        ConditionReport { kind: *kind, id: (*id).to_owned(), fired: *fired, rows: *rows, table: bands.table(label) }
    }
}

/// The outcomes of each band of a condition or rule.
#[derive(Debug)]
enum BandCounts {
    Condition {
        holds: Counts,
        fails: Counts,
        unknown: Counts,
    },
    Points {
        by_points: BTreeMap<Points, (Counts, RulePoints)>,
        unknown: Counts,
    },
    /// For rules with more than [`POINTS_MAX`] distinct points.
    Quarters {
        by_quarter: BTreeMap<ReachQuarter, Counts>,
        unknown: Counts,
    },
}

/// Ten points of score in millionths.
const TEN_POINTS: i64 = 10_000_000;

/// The largest number of distinct points of a rule that have a band each. Rules with more have a band for each quarter
/// of their reach.
const POINTS_MAX: usize = 24;

impl BandCounts {
    fn new(effect: Effect) -> BandCounts {
        let unknown = Counts::default();
        match effect {
            Effect::Condition(_) => {
                BandCounts::Condition { holds: Counts::default(), fails: Counts::default(), unknown }
            }
            Effect::Points(_) => BandCounts::Points { by_points: BTreeMap::new(), unknown },
        }
    }

    fn add(&mut self, effect: Effect, outcome: bool) {
        match (&mut *self, effect) {
            (BandCounts::Condition { holds, fails, unknown }, Effect::Condition(truth)) => {
                let counts = match truth {
                    Truth::Unknown => unknown,
                    Truth::False => fails,
                    Truth::True => holds,
                };
                counts.add(outcome);
            }
            (
                BandCounts::Points { unknown, .. } | BandCounts::Quarters { unknown, .. },
                Effect::Points(RulePoints { unknown: true, .. }),
            ) => unknown.add(outcome),
            (BandCounts::Points { by_points, unknown }, Effect::Points(rule)) => {
                by_points.entry(rule.points).or_insert((Counts::default(), rule)).0.add(outcome);
                if by_points.len() > POINTS_MAX {
                    let mut by_quarter: BTreeMap<ReachQuarter, Counts> = BTreeMap::new();
                    for (counts, rule) in by_points.values() {
                        by_quarter.entry(rule.quarter()).or_default().merge(*counts);
                    }
                    *self = BandCounts::Quarters { by_quarter, unknown: *unknown };
                }
            }
            (BandCounts::Quarters { by_quarter, .. }, Effect::Points(rule)) => {
                by_quarter.entry(rule.quarter()).or_default().add(outcome);
            }
            // Never happens: a kind and an id belong either to a condition or to a rule.
            (BandCounts::Condition { .. }, Effect::Points(_))
            | (BandCounts::Points { .. } | BandCounts::Quarters { .. }, Effect::Condition(_)) => {}
        }
    }

    fn table(&self, name: &str) -> BandTable {
        match self {
            BandCounts::Condition { holds, fails, unknown } => {
                BandTable::new(name, [holds.row("holds"), fails.row("does not hold"), unknown.row("unknown")])
            }
            BandCounts::Points { by_points, unknown } => {
                let known = by_points.iter().map(|(points, (counts, _))| counts.row(format!("worth {points}")));
                BandTable::new(name, known.chain([unknown.row("unknown")]))
            }
            BandCounts::Quarters { by_quarter, unknown } => {
                let known = by_quarter.iter().map(|(quarter, counts)| counts.row(quarter.label()));
                BandTable::new(name, known.chain([unknown.row("unknown")]))
            }
        }
    }
}

impl<'m, T: Facts> Trial<'m, T> {
    /// Creates a trial without subjects.
    pub fn new(scorer: &'m Scorer<T>) -> Trial<'m, T> {
        Trial {
            scorer,
            scores: Vec::new(),
            verdicts: BTreeMap::new(),
            deciles: [Counts::default(); 10],
            states: HashMap::new(),
            grades: HashMap::new(),
            indices: HashMap::new(),
            conditions: Vec::new(),
        }
    }

    /// Scores a subject as of `as_of` and counts whether the outcome came afterwards.
    pub fn add(&mut self, subject: &T, as_of: DateTime<Utc>, outcome: bool) {
        let explanation = self.scorer.explain(subject, as_of);
        let score = explanation.score();
        self.verdicts.entry(score.verdict()).or_default().add(outcome);
        for (kind, id, label, effect) in effects(&explanation) {
            let index = *self.indices.entry((kind, id)).or_insert_with(|| {
                self.conditions.push(ConditionCounts {
                    kind,
                    id,
                    label,
                    fired: 0,
                    rows: 0,
                    bands: BandCounts::new(effect),
                });
                self.conditions.len() - 1
            });
            if let Some(condition) = self.conditions.get_mut(index) {
                condition.rows += 1;
                condition.fired += u64::from(effect.fired());
                condition.bands.add(effect, outcome);
            }
        }
        if !score.verdict().is_scored() {
            return;
        }
        self.scores.push((score.value().to_f64(), outcome));
        let decile = usize::try_from(score.value().micros() / TEN_POINTS).unwrap_or(0).min(9);
        if let Some(counts) = self.deciles.get_mut(decile) {
            counts.add(outcome);
        }
        if let Some(state) = score.state() {
            let (counts, lowest) = self.states.entry(state).or_insert((Counts::default(), score.value()));
            counts.add(outcome);
            *lowest = score.value().min(*lowest);
        }
        if let Some(grade) = score.grade() {
            self.grades.entry(grade).or_default().add(outcome);
        }
    }

    /// Returns the report on the subjects so far.
    pub fn report(&self) -> Report {
        let ranking = self.ranking();
        let mut states: Vec<_> = self.states.iter().collect();
        states.sort_by_key(|(name, (_, lowest))| (std::cmp::Reverse(*lowest), **name));
        let mut grades: Vec<_> = self.grades.iter().collect();
        grades.sort_by_key(|(grade, _)| grade.as_str());
        let deciles = self.deciles.iter().enumerate().rev();
        Report {
            model: self.scorer.name().to_owned(),
            fingerprint: self.scorer.fingerprint().to_string(),
            verdicts: BandTable::new("verdict", self.verdicts.iter().map(|(name, counts)| counts.row(name.as_str()))),
            scored: ranking.rows(),
            events: ranking.events(),
            auc: ranking.auc(),
            gini: ranking.gini(),
            ks: ranking.ks(),
            gains: ranking.gains(),
            bands: BandTable::new("score", deciles.map(|(tens, counts)| counts.row(format!("from {}", tens * 10)))),
            states: BandTable::new("state", states.into_iter().map(|(name, (counts, _))| counts.row(*name))),
            grades: grades.into_iter().map(|(grade, counts)| counts.grade_cell(*grade)).collect(),
            conditions: self.conditions.iter().map(ConditionCounts::report).collect(),
        }
    }

    /// Returns the ranking of the subjects that were scored, for figures that the report does not contain.
    pub fn ranking(&self) -> Ranking {
        Ranking::new(self.scores.iter().copied())
    }
}
