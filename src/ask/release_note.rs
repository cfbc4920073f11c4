//! Release notes: what changes with a new version of a model, and for whom.

use std::fmt;

use serde::Serialize;

use crate::ask::review::{Dimension, Direction, ReviewSheet};
use crate::model::diff::{Diff, Part, PartChange};
use crate::model::{Fingerprint, Model};
use crate::num::points::Points;

/// What changes from one version of a model to the next, for the people who work with its scores.
///
/// [`Display`](fmt::Display) prints Markdown, which you can paste into a message. In serde it is a table. Names and labels of the
/// models are printed as they are, each on one line. If a page shows the text as HTML, the page must escape or sanitize it.
///
/// ```
/// use warmth::{Model, Record, ReleaseNote, Review, Scorer};
///
/// let model = |points: u32| {
///     let text = format!(
///         "format = 1\nname = 'leads'\n[[axis]]\nname = 'fit'\navailable = 100\n[[axis.rule]]\nid = 'nps'\nlabel = 'Promoter'\n\
///          when.nps.at_least = 9\npoints = {points}\n[[state]]\nname = 'hot'\nat_least = 60\n[[state]]\nname = 'cold'\nat_least = 0"
///     );
///     toml::from_str::<Model>(&text)
/// };
/// let (old, new) = (model(40)?, model(60)?);
///
/// let (before, after) = (Scorer::<Record>::new(&old)?, Scorer::<Record>::new(&new)?);
/// let mut review = Review::new(&before, &after);
/// let now = "2026-11-22T09:00:00Z".parse()?;
/// for nps in [9, 7] {
///     let account = Record::new().with("nps", nps);
///     review.add((&account, now), (&account, now));
/// }
///
/// let note = ReleaseNote::new(&old, &new).with_review(review.sheet());
/// assert!(note.scores_can_change);
/// let text = note.to_string();
/// assert!(text.contains("\n## Axis fit\n\n- Promoter: 40 -> 60 points\n"));
/// assert!(text.contains("\n- 1 up, state cold to hot: Promoter +20\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReleaseNote {
    /// The old model.
    pub before: ModelVersion,
    /// The new model.
    pub after: ModelVersion,
    /// Whether the scoring fingerprints differ. If they are equal, every outcome stays the same, and stored scores are right.
    pub scores_can_change: bool,
    /// The changes of the document, with its cases.
    pub changes: Diff,
    /// The scores of a population under both models, if you add them.
    pub review: Option<ReviewSheet>,
}

/// The name and the fingerprints of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ModelVersion {
    /// The name.
    pub name: String,
    /// The hash of the meaning.
    pub fingerprint: Fingerprint,
    /// The hash of everything that can change an outcome.
    pub scoring_fingerprint: Fingerprint,
}

impl ModelVersion {
    fn of(model: &Model) -> ModelVersion {
        ModelVersion {
            name: model.name().to_owned(),
            fingerprint: model.fingerprint(),
            scoring_fingerprint: model.scoring_fingerprint(),
        }
    }
}

impl ReleaseNote {
    /// Compares two models.
    pub fn new(old: &Model, new: &Model) -> ReleaseNote {
        let (before, after) = (ModelVersion::of(old), ModelVersion::of(new));
        let scores_can_change = before.scoring_fingerprint != after.scoring_fingerprint;
        ReleaseNote { before, after, scores_can_change, changes: old.diff(new), review: None }
    }

    /// Adds what a population scores under both models: the sheet of a [`Review`](crate::Review) of the old model's scorer and the
    /// new model's scorer, at one instant.
    #[must_use]
    pub fn with_review(mut self, review: ReviewSheet) -> ReleaseNote {
        self.review = Some(review);
        self
    }
}

/// Returns the heading over a change.
fn heading(change: &PartChange) -> String {
    match (change.part, change.axis.as_ref().or(change.id.as_ref())) {
        (Part::Settings, _) => "Model".to_owned(),
        (Part::Required | Part::Disqualifying, _) => "Gates".to_owned(),
        (Part::Axis, None) => "Axes".to_owned(),
        (Part::Axis | Part::Group | Part::Rule, Some(axis)) => format!("Axis {}", one_line(axis)),
        (Part::Promoter | Part::Limit, _) => "Promoters and limits".to_owned(),
        (Part::Case, _) => "Cases".to_owned(),
        (Part::Group | Part::Rule | Part::Grade | Part::State | Part::Segment | Part::Play, _) => {
            "Grade, states, segments and plays".to_owned()
        }
    }
}

fn one_line(name: &str) -> String {
    name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

impl fmt::Display for ReleaseNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Changes of {}\n", one_line(&self.after.name))?;
        f.write_str(if self.changes.is_empty() {
            "The two models are equal.\n"
        } else if self.scores_can_change {
            "Scores can change. Score your subjects again.\n"
        } else {
            "No score can change, and stored scores stay right: the scoring fingerprint is the same.\n"
        })?;
        writeln!(f)?;
        for (side, model) in [("old", &self.before), ("new", &self.after)] {
            let ModelVersion { name, fingerprint, scoring_fingerprint } = model;
            let name = one_line(name);
            writeln!(
                f,
                "- {side} model: {name}, fingerprint `{fingerprint}`, scoring fingerprint `{scoring_fingerprint}`"
            )?;
        }
        let mut last = String::new();
        for change in self.changes.changes() {
            let heading = heading(change);
            if heading != last {
                writeln!(f, "\n## {heading}\n")?;
                last = heading;
            }
            writeln!(f, "- {change}")?;
        }
        self.review.as_ref().map_or(Ok(()), |review| write_review(f, review))
    }
}

fn write_review(f: &mut fmt::Formatter<'_>, review: &ReviewSheet) -> fmt::Result {
    let ReviewSheet { before, after, rescored, moved, .. } = review;
    writeln!(f, "\n## Who moves\n")?;
    let mean = |mean: Option<Points>| mean.map_or("none".to_owned(), |mean| format!("{mean:.2}"));
    let (rows, total) = (after.rows, moved.total());
    let verb = |count, one, several| if count == 1 { one } else { several };
    let (gets, moves) = (verb(*rescored, "gets", "get"), verb(total, "moves", "move"));
    write!(f, "Of {rows} subjects, {rescored} {gets} another score, and {total} {moves}")?;
    if total > 0 {
        write!(f, " ({moved})")?;
    }
    let (old_scored, scored, old_mean, mean) = (before.scored, after.scored, mean(before.mean), mean(after.mean));
    writeln!(f, ". {scored} are scored (before: {old_scored}), with a mean score of {mean} (before: {old_mean}).")?;
    let mut first = true;
    for dimension in Dimension::ALL {
        for own in review.moves(dimension).iter().filter(|own| own.direction != Direction::Same) {
            if std::mem::take(&mut first) {
                writeln!(f)?;
            }
            let reasons: Vec<_> = own.reasons.iter().map(|reason| one_line(&reason.to_string())).collect();
            let reasons = if reasons.is_empty() { "no points changed".to_owned() } else { reasons.join(", ") };
            let (rows, way, name) = (own.rows, own.direction.as_str(), dimension.as_str());
            writeln!(f, "- {rows} {way}, {name} {}: {reasons}", one_line(&own.to_string()))?;
        }
    }
    Ok(())
}
