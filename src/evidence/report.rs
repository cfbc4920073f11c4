//! The result of testing a model on a labelled history.

use std::fmt;

use serde::Serialize;

use super::estimate::Estimate;
use super::grid::{Grid, figure, percent};
use super::ranking::{Ks, Top};
use super::tables::BandTable;
use crate::Grade;
use crate::review::ConditionKind;

/// The result of a [`Trial`]: how well a model's scores, states, grades and conditions predict the outcome.
///
/// The ranking, bands, states and grades cover the subjects that were scored; verdicts and conditions cover all
/// subjects.
/// [`Display`](fmt::Display) prints the report as tables.
///
/// [`Trial`]: super::Trial
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The model's name.
    pub model: String,
    /// The model's fingerprint.
    pub fingerprint: String,
    /// Outcomes by verdict.
    pub verdicts: BandTable,
    /// The number of subjects that were scored.
    pub scored: u64,
    /// The number of these subjects with the outcome.
    pub events: u64,
    /// The area under the ROC curve; see [`Ranking::auc`](super::Ranking::auc).
    pub auc: Option<Estimate>,
    /// The Gini coefficient: 2 AUC - 1.
    pub gini: Option<f64>,
    /// The Kolmogorov-Smirnov distance.
    pub ks: Option<Ks>,
    /// The gains of the highest tenth, the highest two tenths, and so on.
    pub gains: Vec<Top>,
    /// Outcomes by ten points of score, the highest first.
    pub bands: BandTable,
    /// Outcomes by state, the highest first.
    pub states: BandTable,
    /// Outcomes by grade. Grades without subjects are left out.
    pub grades: Vec<GradeCell>,
    /// Outcomes by gate, promoter, limit, segment and rule.
    pub conditions: Vec<ConditionReport>,
}

/// The outcomes of the subjects with one grade.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GradeCell {
    /// The grade.
    pub grade: Grade,
    /// The number of subjects with the grade.
    pub rows: u64,
    /// The number of these subjects with the outcome.
    pub events: u64,
    /// The outcome rate, from 0 to 1, with its Wilson interval.
    pub rate: Option<Estimate>,
}

/// The outcomes of the subjects by the effect of one condition or rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConditionReport {
    /// The kind of the condition.
    pub kind: ConditionKind,
    /// Its id or name in the document.
    pub id: String,
    /// The number of subjects for which the condition holds, or for which the rule gives points other than 0.
    pub fired: u64,
    /// The number of subjects for which it was evaluated. A segment is evaluated only if no earlier segment holds.
    pub rows: u64,
    /// Outcomes by whether the condition holds, does not hold or is unknown; for a rule, by its points.
    pub table: BandTable,
}

impl ConditionReport {
    /// Returns whether the condition never separates subjects: it never has an effect, or always the same one.
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
        let idle: Vec<_> = self.conditions.iter().filter(|condition| condition.is_idle()).collect();
        if !idle.is_empty() {
            let ids: Vec<_> = idle.iter().map(|condition| condition.id.as_str()).collect();
            writeln!(f, "never separates subjects: {}", ids.join(", "))?;
        }
        Ok(())
    }
}

impl Report {
    /// Returns the outcome rates by fit and activity.
    fn matrix(&self) -> Grid {
        let mut letters: Vec<char> = self.grades.iter().map(|cell| cell.grade.fit()).collect();
        let mut numbers: Vec<u8> = self.grades.iter().map(|cell| cell.grade.activity()).collect();
        letters.dedup();
        numbers.sort_unstable();
        numbers.dedup();
        let mut grid = Grid::new(std::iter::once("grade".to_owned()).chain(numbers.iter().map(ToString::to_string)));
        for letter in letters {
            let text = |number: &u8| {
                let cell =
                    self.grades.iter().find(|cell| (cell.grade.fit(), cell.grade.activity()) == (letter, *number));
                cell.map_or("-".to_owned(), |cell| {
                    format!("{} of {}", percent(cell.rate.map(|rate| rate.value)), cell.rows)
                })
            };
            grid.row(std::iter::once(letter.to_string()).chain(numbers.iter().map(text)));
        }
        grid
    }
}
