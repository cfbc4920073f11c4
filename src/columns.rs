//! Many subjects as columns: their facts borrowed as they lie in memory, their outcomes as columns too.
//!
//! For whole customer bases. The layouts are those of [Apache Arrow](https://arrow.apache.org/docs/format/Columnar.html),
//! so that the buffers of Arrow arrays, or of a data frame built on them, are read where they are:
//!
//! | Arrow | here |
//! | --- | --- |
//! | `Int8` to `UInt64`, `Float32`, `Float64` | [`Column::numbers`] of the values |
//! | `Boolean` | [`Column::flags`] of [`Bits::packed`] |
//! | `Utf8`, `LargeUtf8` | [`Column::texts`] of [`Texts::new`] |
//! | `Dictionary` of texts | [`Column::coded`] |
//! | `Date32` | [`Column::dates`] |
//! | `Timestamp` | [`Column::times`] |
//! | `List`, `LargeList` of texts | [`Column::lists`] |
//! | `List`, `LargeList` of a dictionary | [`Column::coded_lists`] |
//! | validity | [`Column::with_validity`] of [`Bits::packed`] |
//!
//! Other types are cast before: decimals to numbers, `Utf8View`, in which polars holds texts, to texts or a dictionary.
//!
//! Every outcome is, bit for bit, the one that [`Scorer::score`] gives the subject alone.

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::batch::{Sink, one_of, score_rows};
use crate::evaluate::{Bound, LANES, Masks};
use crate::explain::{Explanation, explain};
pub use crate::facts::{Bits, Codes, Column, ColumnError, Columns, Numbers, Offsets, Texts};
use crate::facts::{Facts, Field, Kind, Mask};
use crate::grade::{Grade, Verdict};
use crate::points::Points;
use crate::program::{Place, Program};
use crate::score::{Play, Score};
use crate::scorer::Scorer;
use crate::time::second_of;

impl<T: Facts> Scorer<T> {
    /// Makes ready to score columns, whose names and kinds are those of the fields of `T` that the model reads.
    ///
    /// Checks the columns, and asks the model's tests on texts of each dictionary once. Columns that the model does not
    /// read may be there too. Dates do for times and times for dates, as in a model, and a field of which only `known` is
    /// asked takes any column. A computed field of `T` has no struct to be computed from, and has to be a column.
    ///
    /// ```
    /// use warmth::columns::{Column, Columns, ScoreColumns, Texts};
    /// use warmth::{Model, Points, Record, Scorer};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     [[required]]
    ///     id = "healthy"
    ///     when.health = "green"
    ///     [[axis]]
    ///     name = "fit"
    ///     [[axis.rule]]
    ///     id = "nps"
    ///     when.nps.at_least = 9
    ///     points = 40
    ///     "#,
    /// )?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    ///
    /// let columns = Columns::new(3)
    ///     .with("nps", Column::numbers(&[9_i64, 10, 3]))?
    ///     .with("health", Column::coded(&[0_u8, 1, 0], Texts::new(&[0_i32, 5, 8], b"greenred")?))?;
    /// let mut scores = ScoreColumns::new();
    /// scorer.columns(&columns)?.score(0..3, "2026-11-22T09:00:00Z".parse()?, &mut scores);
    /// assert!(scores.values().eq([Points::from(100), Points::ZERO, Points::ZERO]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If fields that the model reads have no column, or one of another kind: all of them, a line each.
    pub fn columns<'m, 'c>(&'m self, columns: &'c Columns<'c>) -> Result<ColumnScorer<'m, 'c>, ColumnError> {
        let wrong: Vec<String> = self.fields().filter_map(|field| mismatch(field, columns)).collect();
        if !wrong.is_empty() {
            return Err(ColumnError::new(wrong.join("\n")));
        }
        let program = self.program();
        Ok(ColumnScorer { program, bound: Bound::new(program, columns), rows: columns.len() })
    }
}

/// What is wrong with the column of a field, if anything is.
fn mismatch(field: &Field, columns: &Columns<'_>) -> Option<String> {
    let (name, kind) = (field.name(), field.kind());
    let Some(column) = columns.column(name) else {
        let there = columns.names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let there = if there.is_empty() { "nor any other".to_owned() } else { format!("only {there}") };
        return Some(format!(
            "there is no column `{name}`, {there}; give one, or `Column::missing()` if nobody's is known"
        ));
    };
    let day = |kind| matches!(kind, Kind::Date | Kind::Time);
    let own = column.kind().filter(|own| *own != kind && kind != Kind::Any && !(day(*own) && day(kind)))?;
    Some(format!(
        "column `{name}` is made for {}, and the model reads {}; give a column of that kind",
        own.with_article(),
        kind.with_article()
    ))
}

/// A scorer made ready for certain columns.
///
/// `Send + Sync`: parts of the rows can be scored on several threads, each into columns of its own.
pub struct ColumnScorer<'m, 'c> {
    program: &'m Program,
    bound: Bound<'c>,
    rows: usize,
}

impl fmt::Debug for ColumnScorer<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ColumnScorer").field("name", &self.program.name).field("rows", &self.rows).finish()
    }
}

impl<'m> ColumnScorer<'m, '_> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Scores a range of the rows, of which those beyond the last are left out, as of an instant.
    ///
    /// What `scores` held is overwritten: row 0 there is the first of the range. It allocates where it has never held
    /// as many rows, outcomes or axes, and nothing else does. Of a range of more than 2^32 - 4 rows those beyond are
    /// left out too. It takes up to 256 kilobytes of a thread's stack, and more where nothing is optimised.
    pub fn score(&self, rows: Range<usize>, as_of: DateTime<Utc>, scores: &mut ScoreColumns<'m>) {
        let first = rows.start.min(self.rows);
        let rows = first..rows.end.min(self.rows).min(first.saturating_add(ScoreColumns::MOST)).max(first);
        scores.reset(self.program, rows.len());
        score_rows(self.program, &self.bound, rows, second_of(as_of), &mut Part { first, scores });
    }

    /// Scores one row, and writes down why; `None` beyond the last.
    pub fn explain(&self, row: usize, as_of: DateTime<Utc>) -> Option<Explanation<'m>> {
        (row < self.rows).then(|| explain(self.program, &self.bound.row(row), as_of))
    }
}

/// What scoring columns found: the different outcomes, and for each row the place of its own among them.
///
/// Most models have few different outcomes, far fewer than rows: each is held once, a column for each part of it. This is
/// Arrow's layout of a dictionary, whose keys are the [`places`](ScoreColumns::places). What is to be made of an outcome,
/// a text say, need not be made for each row:
///
/// ```
/// # use warmth::columns::{Column, Columns, ScoreColumns};
/// # use warmth::{Model, Record, Scorer};
/// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n[[axis.rule]]\nid = 'nps'\n\
/// #     when.nps.at_least = 9\npoints = 5")?;
/// # let scorer = Scorer::<Record>::new(&model)?;
/// # let columns = Columns::new(4).with("nps", Column::numbers(&[9_u8, 3, 10, 9]))?;
/// # let mut scores = ScoreColumns::new();
/// scorer.columns(&columns)?.score(0..4, "2026-11-22T09:00:00Z".parse()?, &mut scores);
/// let texts: Vec<String> = scores.outcomes().map(|score| score.to_string()).collect();
/// let rows: Vec<&str> = scores.places().iter().map(|place| &*texts[*place as usize]).collect();
/// assert_eq!(rows, ["100", "0", "100", "100"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Made once and used again, it allocates only where it has to hold more than ever.
#[derive(Clone, Default)]
pub struct ScoreColumns<'m> {
    program: Option<&'m Program>,
    places: Vec<u32>, // of each row among the outcomes
    verdicts: Vec<Verdict>,
    values: Vec<Points>,
    axes: Vec<AxisColumns>, // as many as the program has, or were ever needed
    grades: Vec<Place>,
    states: Vec<Place>,
    segments: Vec<Place>,
    plays: Vec<Place>,
}

#[derive(Clone, Default)]
struct AxisColumns {
    raw: Vec<Points>,
    scores: Vec<Points>,
}

impl<'m> ScoreColumns<'m> {
    /// How many rows there can be: a place for the outcome of each of them, and for those that gates hold back.
    const MOST: usize = 0xffff_fffc;

    /// Of no rows.
    pub const fn new() -> ScoreColumns<'m> {
        ScoreColumns {
            program: None,
            places: Vec::new(),
            verdicts: Vec::new(),
            values: Vec::new(),
            axes: Vec::new(),
            grades: Vec::new(),
            states: Vec::new(),
            segments: Vec::new(),
            plays: Vec::new(),
        }
    }

    /// So many rows, what is in them of no meaning yet, and the outcomes of those that gates hold back.
    fn reset(&mut self, program: &'m Program, rows: usize) {
        self.program = Some(program);
        self.places.resize(rows, 0);
        self.verdicts.clear();
        self.values.clear();
        self.axes.resize_with(program.axes.len().max(self.axes.len()), AxisColumns::default);
        for AxisColumns { raw, scores } in &mut self.axes {
            raw.clear();
            scores.clear();
        }
        for places in [&mut self.grades, &mut self.states, &mut self.segments, &mut self.plays] {
            places.clear();
        }
        for verdict in HELD_BACK {
            self.push(&Score::held_back(program, verdict));
        }
    }

    /// One more outcome.
    fn push(&mut self, score: &Score<'_>) {
        let (value, points, [grade, state, segment, play]) = score.parts();
        self.verdicts.push(score.verdict());
        self.values.push(value);
        for (own, (raw, score)) in self.axes.iter_mut().zip(points) {
            own.raw.push(raw);
            own.scores.push(score);
        }
        // What the model has none of stays without a column.
        let Some(Program { grade: grading, states, segments, plays, .. }) = self.program else { return };
        for (places, place, some) in [
            (&mut self.grades, grade, grading.is_some()),
            (&mut self.states, state, !states.rows.is_empty()),
            (&mut self.segments, segment, !segments.is_empty()),
            (&mut self.plays, play, !plays.is_empty()),
        ] {
            if some {
                places.push(place);
            }
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The different outcomes: first those of subjects that gates hold back, then those that were found, some of them
    /// perhaps more than once. There may be some that no row has.
    pub fn outcomes(&self) -> impl ExactSizeIterator<Item = Score<'m>> {
        (0..self.verdicts.len()).map(|place| self.outcome(place))
    }

    /// For each row the place of its outcome among [`outcomes`](ScoreColumns::outcomes).
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// Whether each may be scored.
    pub fn verdicts(&self) -> impl ExactSizeIterator<Item = Verdict> {
        self.places().iter().map(|place| self.verdict(index(*place)))
    }

    /// The scores from 0 to 100, zero for those that a gate holds back.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Points> {
        self.places().iter().map(|place| at(&self.values, index(*place)))
    }

    /// The points of an axis as its rules gave them, and what they are of the available ones; zeros for those that a
    /// gate holds back. `None` if the model has no axis of the name.
    pub fn axis(&self, name: &str) -> Option<impl ExactSizeIterator<Item = (Points, Points)>> {
        let place = self.program?.axes.iter().position(|axis| *axis.title.id == *name)?;
        let AxisColumns { raw, scores } = self.axes.get(place)?;
        Some(self.places().iter().map(|place| (at(raw, index(*place)), at(scores, index(*place)))))
    }

    /// The grades, where the model gives some.
    pub fn grades(&self) -> impl ExactSizeIterator<Item = Option<Grade>> {
        self.iter().map(|score| score.grade())
    }

    /// The states, where the model has some.
    pub fn states(&self) -> impl ExactSizeIterator<Item = Option<&'m str>> {
        self.iter().map(|score| score.state())
    }

    /// The segments, where the model has some.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Option<&'m str>> {
        self.iter().map(|score| score.segment())
    }

    /// What to do, where the model says it.
    pub fn plays(&self) -> impl ExactSizeIterator<Item = Option<Play<'m>>> {
        self.iter().map(|score| score.play())
    }

    /// Everything about one row; `None` beyond the last.
    pub fn get(&self, row: usize) -> Option<Score<'m>> {
        self.places.get(row).map(|place| self.outcome(index(*place)))
    }

    /// Every row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Score<'m>> {
        self.places().iter().map(|place| self.outcome(index(*place)))
    }

    fn verdict(&self, place: usize) -> Verdict {
        self.verdicts.get(place).copied().unwrap_or(Verdict::Ineligible)
    }

    /// The outcome in a place.
    fn outcome(&self, place: usize) -> Score<'m> {
        let own = |places: &[Place]| places.get(place).copied().unwrap_or(Place::NONE);
        Score::of_parts(
            self.program,
            self.verdict(place),
            at(&self.values, place).micros(),
            self.axes.iter().map(|axis| (at(&axis.raw, place).micros(), at(&axis.scores, place).micros())),
            [own(&self.grades), own(&self.states), own(&self.segments), own(&self.plays)],
        )
    }
}

/// The verdicts of those whom gates hold back, in the places of their outcomes.
const HELD_BACK: [Verdict; 2] = [Verdict::Ineligible, Verdict::Disqualified];

/// The place of an outcome, as it is kept.
fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

/// The points of an outcome.
fn at(column: &[Points], place: usize) -> Points {
    column.get(place).copied().unwrap_or_default()
}

impl fmt::Debug for ScoreColumns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Part of the rows of a table, on its way into columns of its own.
struct Part<'m, 's> {
    first: usize,
    scores: &'s mut ScoreColumns<'m>,
}

/// How many words of lanes of columns go abreast: so many that what is done once for all of them matters little.
const WORDS: usize = 4;

/// Each bit of half a word of lanes.
static BITS: [u32; LANES / 2] = bits();

#[expect(clippy::indexing_slicing, reason = "worked out by the compiler")]
const fn bits() -> [u32; LANES / 2] {
    let mut bits = [1; LANES / 2];
    let mut place = 1;
    while place < bits.len() {
        bits[place] = bits[place - 1] << 1;
        place += 1;
    }
    bits
}

impl Sink<WORDS> for Part<'_, '_> {
    type Place = u32;

    #[inline]
    fn passed(&mut self, first: usize, _: Mask<WORDS>, verdicts: &Masks<Verdict, WORDS>) {
        // Those that no gate holds back are told of later.
        let own = self.scores.places.get_mut(first - self.first..).unwrap_or_default();
        for (own, lanes) in own.chunks_mut(LANES).zip(verdicts.of(Verdict::Disqualified).words()) {
            let halves = lanes.to_le_bytes();
            for (own, half) in own.chunks_mut(LANES / 2).zip(halves.as_chunks().0) {
                let half = u32::from_le_bytes(*half);
                own.iter_mut().zip(&BITS).for_each(|(own, bit)| *own = (half & bit != 0).into());
            }
        }
    }

    fn found(&mut self, score: &Score<'_>) -> u32 {
        self.scores.push(score);
        // There are no more than rows.
        u32::try_from(self.scores.verdicts.len() - 1).unwrap_or(0)
    }

    #[inline]
    fn scored(&mut self, first: usize, rows: &[u16], which: &[u8], found: &[u32]) {
        let own = self.scores.places.get_mut(first - self.first..).unwrap_or_default();
        for (row, which) in rows.iter().zip(which) {
            if let (Some(own), Some(place)) = (own.get_mut(usize::from(*row)), one_of(found, *which)) {
                *own = *place;
            }
        }
    }
}
