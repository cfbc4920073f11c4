//! Reviews: what a population scores under two models, or at two dates.
//!
//! A [`Review`] scores every subject twice, and counts the subjects that move to another state, grade, segment or play, with
//! the ledger lines that changed most. It also counts how often each condition and rule fires. Use it before you release a
//! changed model, and every month. [`Model::diff`](crate::Model::diff) lists what changed in the document, and a
//! [`ReleaseNote`](crate::ReleaseNote) has both.

mod display;
mod kind;
mod moves;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use self::kind::ConditionKind;
pub use self::moves::{Dimension, Direction, Move, Reason};

use self::kind::fired;
use self::moves::{LineChanges, REASONS_MAX, States, Tallies, count, moves};
use crate::input::facts::Facts;
use crate::model::Fingerprint;
use crate::num::points::Points;
use crate::score::Score;
use crate::scorer::Scorer;

/// A review of a population that is scored twice, with two models or at two dates.
///
/// ```
/// use warmth::{Model, Record, Review, Scorer};
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
/// let own = review.add((&account, may), (&account, june));
/// assert_eq!((own.before.state(), own.after.state()), (Some("warm"), Some("cold")));
///
/// let sheet = review.sheet();
/// let moved = &sheet.states[0];
/// assert_eq!((moved.from.as_deref(), moved.to.as_deref(), moved.rows), (Some("warm"), Some("cold"), 1));
/// assert_eq!((&*moved.reasons[0].id, moved.reasons[0].change.to_string()), ("visits", "-50".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Takes 16 bytes a subject.
#[derive(Debug)]
pub struct Review<'m, T> {
    scorers: (&'m Scorer<T>, &'m Scorer<T>),
    state_bounds: States<'m>,
    before: PeriodTally<'m>,
    after: PeriodTally<'m>,
    moves: [Tallies<'m>; 4], // as in `Dimension::ALL`
    rescored: u64,
    moved: MovedCounts,
    fired: Vec<(ConditionKey<'m>, [Option<u64>; 2])>,
    indices: HashMap<ConditionKey<'m>, usize>, // into `fired`
}

/// The kind and id of a condition or rule.
type ConditionKey<'m> = (ConditionKind, &'m str);

/// The subjects of one period.
#[derive(Debug, Default)]
struct PeriodTally<'m> {
    rows: u64,
    scores: Vec<Points>, // of the subjects that were scored
    verdicts: BTreeMap<&'m str, u64>,
    sum: i128, // millionths
}

/// One subject of a [`Review`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reviewed<'m> {
    /// The score under the first model or at the first date.
    pub before: Score<'m>,
    /// The score under the second model or at the second date.
    pub after: Score<'m>,
    /// Whether the subject moves to another state, grade, segment or play: [`Direction::Same`] if it does not.
    ///
    /// The first dimension in which it moves decides, in this order.
    pub direction: Direction,
    /// Up to three lines of the ledger that changed most. Lines that changed against the score are last. Only the gate if one
    /// holds the subject back before or after. Empty if the subject does not move, or if no points changed.
    pub reasons: Vec<Reason>,
}

impl<'m> PeriodTally<'m> {
    fn add(&mut self, score: &Score<'m>) {
        self.rows += 1;
        *self.verdicts.entry(score.verdict().as_str()).or_default() += 1;
        if score.verdict().is_scored() {
            self.scores.push(score.value());
            self.sum += i128::from(score.value().micros());
        }
    }

    fn period<T: Facts>(&self, scorer: &Scorer<T>) -> Period {
        let scored = u64::try_from(self.scores.len()).unwrap_or(u64::MAX);
        let mean = || Points::from_micros(i64::try_from(self.sum / i128::from(scored.max(1))).unwrap_or(0));
        Period {
            model: scorer.name().to_owned(),
            fingerprint: scorer.fingerprint(),
            rows: self.rows,
            scored,
            mean: (scored > 0).then(mean),
            verdicts: self.verdicts.iter().map(|(verdict, rows)| ((*verdict).to_owned(), *rows)).collect(),
        }
    }
}

impl<'m, T: Facts> Review<'m, T> {
    /// Creates a review without subjects. Pass the same scorer twice to compare two dates.
    pub fn new(before: &'m Scorer<T>, after: &'m Scorer<T>) -> Review<'m, T> {
        Review {
            scorers: (before, after),
            state_bounds: States::of(before, after),
            before: PeriodTally::default(),
            after: PeriodTally::default(),
            moves: Default::default(),
            rescored: 0,
            moved: MovedCounts::default(),
            fired: Vec::new(),
            indices: HashMap::new(),
        }
    }

    /// Adds a subject: as it was at the first instant, and as it was at the second. Returns both scores, and the reasons if the
    /// subject moves.
    pub fn add(&mut self, before: (&T, DateTime<Utc>), after: (&T, DateTime<Utc>)) -> Reviewed<'m> {
        let first = self.scorers.0.explain(before.0, before.1);
        let second = self.scorers.1.explain(after.0, after.1);
        let (old, new) = (first.score(), second.score());
        self.before.add(&old);
        self.after.add(&new);
        self.rescored += u64::from(old.value() != new.value());
        for (side, explanation) in [&first, &second].into_iter().enumerate() {
            for (kind, id, fired) in fired(explanation) {
                let index = *self.indices.entry((kind, id)).or_insert_with(|| {
                    self.fired.push(((kind, id), [None, None]));
                    self.fired.len() - 1
                });
                if let Some(count) = self.fired.get_mut(index).and_then(|(_, fired)| fired.get_mut(side)) {
                    *count = Some(count.unwrap_or(0) + u64::from(fired));
                }
            }
        }
        let directions = Dimension::ALL.map(|dimension| self.state_bounds.direction(dimension, &old, &new));
        let direction = directions.into_iter().find(|direction| *direction != Direction::Same);
        let direction = direction.unwrap_or(Direction::Same);
        self.moved.add(direction);
        let lines = (direction != Direction::Same).then(|| LineChanges::between(&first, &second));
        for ((dimension, direction), tallies) in Dimension::ALL.into_iter().zip(directions).zip(&mut self.moves) {
            count(tallies, (dimension.place(&old), dimension.place(&new)), direction, lines.as_ref());
        }
        let reasons = lines.map_or_else(Vec::new, |lines| lines.reasons(1, REASONS_MAX));
        Reviewed { before: old, after: new, direction, reasons }
    }

    /// Returns the scores of the subjects that were scored before and of those that were scored after, in the order of
    /// [`add`](Review::add).
    pub fn scores(&self) -> [&[Points]; 2] {
        [&self.before.scores, &self.after.scores]
    }

    /// Returns the sheet of the subjects so far.
    pub fn sheet(&self) -> ReviewSheet {
        let [states, grades, segments, plays] = self.moves.each_ref().map(|tallies| {
            let moves = moves(tallies);
            // Neither model names anything in this dimension.
            let unnamed = moves.iter().all(|own| own.from.is_none() && own.to.is_none());
            if unnamed { Vec::new() } else { moves }
        });
        let count = |((kind, id), [before, after]): &(ConditionKey<'_>, [Option<u64>; 2])| FireCount {
            kind: *kind,
            id: (*id).to_owned(),
            before: *before,
            after: *after,
        };
        ReviewSheet {
            before: self.before.period(self.scorers.0),
            after: self.after.period(self.scorers.1),
            rescored: self.rescored,
            moved: self.moved,
            states,
            grades: if self.names(|scorer| scorer.grades().next().is_some()) { grades } else { Vec::new() },
            segments: if self.names(|scorer| scorer.segments().len() > 0) { segments } else { Vec::new() },
            plays: if self.names(|scorer| scorer.plays().len() > 0) { plays } else { Vec::new() },
            fired: self.fired.iter().map(count).collect(),
        }
    }

    fn names(&self, of: fn(&Scorer<T>) -> bool) -> bool {
        of(self.scorers.0) || of(self.scorers.1)
    }
}

/// The result of a [`Review`]: one page for a release or a monthly meeting.
///
/// [`Display`](std::fmt::Display) prints the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReviewSheet {
    /// The subjects under the first model or at the first date.
    pub before: Period,
    /// The subjects under the second model or at the second date.
    pub after: Period,
    /// The number of subjects with another score.
    pub rescored: u64,
    /// The number of subjects that move to another state, grade, segment or play.
    pub moved: MovedCounts,
    /// The moves between states, including subjects that kept their state, the most frequent first. Subjects that a
    /// gate stops have their verdict instead of a state. Empty if no model has states and no gate stops a subject.
    pub states: Vec<Move>,
    /// The moves between grades, in the same form. Empty if no model has grades.
    pub grades: Vec<Move>,
    /// The moves between segments, in the same form. Empty if no model has segments.
    pub segments: Vec<Move>,
    /// The moves between plays, in the same form. Empty if no model has plays.
    pub plays: Vec<Move>,
    /// How often each condition and rule fires.
    pub fired: Vec<FireCount>,
}

impl ReviewSheet {
    /// Returns the moves in a dimension.
    pub fn moves(&self, dimension: Dimension) -> &[Move] {
        match dimension {
            Dimension::State => &self.states,
            Dimension::Grade => &self.grades,
            Dimension::Segment => &self.segments,
            Dimension::Play => &self.plays,
        }
    }
}

/// The number of subjects that move, by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MovedCounts {
    /// To a better place.
    pub up: u64,
    /// To a worse place.
    pub down: u64,
    /// To another place that is neither better nor worse.
    pub across: u64,
}

impl MovedCounts {
    fn add(&mut self, direction: Direction) {
        match direction {
            Direction::Up => self.up += 1,
            Direction::Down => self.down += 1,
            Direction::Across => self.across += 1,
            Direction::Same => {}
        }
    }

    /// Returns the number of all subjects that move.
    pub fn total(self) -> u64 {
        self.up + self.down + self.across
    }
}

/// The subjects of a [`ReviewSheet`] before or after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Period {
    /// The model's name.
    pub model: String,
    /// The model's fingerprint.
    pub fingerprint: Fingerprint,
    /// The number of subjects.
    pub rows: u64,
    /// The number of subjects that were scored.
    pub scored: u64,
    /// The mean score of the scored subjects, rounded towards zero to a millionth. `None` if no subject was scored.
    pub mean: Option<Points>,
    /// The number of subjects by verdict.
    pub verdicts: BTreeMap<String, u64>,
}

/// The number of subjects for which a condition is true, or to which a rule gives points other than 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FireCount {
    /// The kind of the condition.
    pub kind: ConditionKind,
    /// Its id or name in the document.
    pub id: String,
    /// The number before. `None` if the first model lacks the condition.
    pub before: Option<u64>,
    /// The number after. `None` if the second model lacks the condition.
    pub after: Option<u64>,
}
