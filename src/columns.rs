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

use crate::batch::{Sink, score_rows};
use crate::evaluate::{Bound, LANES, Masks};
use crate::explain::{Explanation, explain};
pub use crate::facts::{Bits, Codes, Column, ColumnError, Columns, Numbers, Offsets, Texts};
use crate::facts::{Facts, Field, Kind};
use crate::grade::{Grade, Verdict};
use crate::points::Points;
use crate::program::Program;
use crate::score::{Place, Play, Score};
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
    /// assert_eq!(scores.values(), [Points::from(100), Points::ZERO, Points::ZERO]);
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
    /// as many rows, or axes, and nothing else does.
    pub fn score(&self, rows: Range<usize>, as_of: DateTime<Utc>, scores: &mut ScoreColumns<'m>) {
        let rows = rows.start.min(self.rows)..rows.end.min(self.rows);
        scores.reset(self.program, rows.len());
        let first = rows.start;
        score_rows(self.program, &self.bound, rows, second_of(as_of), &mut Part { first, scores });
    }

    /// Scores one row, and writes down why; `None` beyond the last.
    pub fn explain(&self, row: usize, as_of: DateTime<Utc>) -> Option<Explanation<'m>> {
        (row < self.rows).then(|| explain(self.program, &self.bound.row(row), as_of))
    }
}

/// What scoring columns found: a column for each part of a [`Score`].
///
/// Made once and used again, it allocates only where it has to hold more rows than ever.
#[derive(Clone, Default)]
pub struct ScoreColumns<'m> {
    program: Option<&'m Program>,
    verdicts: Vec<Verdict>,
    values: Vec<Points>,
    axes: Vec<AxisColumns>, // as many as were ever needed, none shorter than `verdicts`
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
    /// Of no rows.
    pub const fn new() -> ScoreColumns<'m> {
        ScoreColumns {
            program: None,
            verdicts: Vec::new(),
            values: Vec::new(),
            axes: Vec::new(),
            grades: Vec::new(),
            states: Vec::new(),
            segments: Vec::new(),
            plays: Vec::new(),
        }
    }

    /// So many rows, what is in them of no meaning yet.
    fn reset(&mut self, program: &'m Program, rows: usize) {
        self.program = Some(program);
        self.verdicts.resize(rows, Verdict::Ineligible);
        self.values.resize(rows, Points::ZERO);
        self.axes.resize_with(program.axes.len().max(self.axes.len()), AxisColumns::default);
        for AxisColumns { raw, scores } in &mut self.axes {
            raw.resize(rows, Points::ZERO);
            scores.resize(rows, Points::ZERO);
        }
        // What the model has none of stays without a column.
        let Program { grade, states, segments, plays, .. } = program;
        self.grades.resize(if grade.is_some() { rows } else { 0 }, Place::NONE);
        self.states.resize(if states.rows.is_empty() { 0 } else { rows }, Place::NONE);
        self.segments.resize(if segments.is_empty() { 0 } else { rows }, Place::NONE);
        self.plays.resize(if plays.is_empty() { 0 } else { rows }, Place::NONE);
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.verdicts.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.verdicts.is_empty()
    }

    /// Whether each may be scored.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// The scores from 0 to 100, zero for those that a gate holds back.
    pub fn values(&self) -> &[Points] {
        &self.values
    }

    /// The points of an axis as its rules gave them, and what they are of the available ones; zeros for those that a
    /// gate holds back. `None` if the model has no axis of the name.
    pub fn axis(&self, name: &str) -> Option<(&[Points], &[Points])> {
        let place = self.program?.axes.iter().position(|axis| *axis.title.id == *name)?;
        self.axes.get(place).map(|axis| (&axis.raw[..], &axis.scores[..]))
    }

    /// The grades, where the model gives some.
    pub fn grades(&self) -> impl Iterator<Item = Option<Grade>> {
        self.rows().map(|row| self.score(row).grade())
    }

    /// The states, where the model has some.
    pub fn states(&self) -> impl Iterator<Item = Option<&'m str>> {
        self.rows().map(|row| self.score(row).state())
    }

    /// The segments, where the model has some.
    pub fn segments(&self) -> impl Iterator<Item = Option<&'m str>> {
        self.rows().map(|row| self.score(row).segment())
    }

    /// What to do, where the model says it.
    pub fn plays(&self) -> impl Iterator<Item = Option<Play<'m>>> {
        self.rows().map(|row| self.score(row).play())
    }

    /// Everything about one row; `None` beyond the last.
    pub fn get(&self, row: usize) -> Option<Score<'m>> {
        (row < self.len()).then(|| self.score(row))
    }

    /// Every row.
    pub fn iter(&self) -> impl Iterator<Item = Score<'m>> {
        self.rows().map(|row| self.score(row))
    }

    fn rows(&self) -> Range<usize> {
        0..self.len()
    }

    fn score(&self, row: usize) -> Score<'m> {
        let at = |column: &[Points]| column.get(row).copied().unwrap_or_default();
        let place = |column: &[Place]| column.get(row).copied().unwrap_or(Place::NONE);
        Score::of_parts(
            self.program,
            self.verdicts.get(row).copied().unwrap_or(Verdict::Ineligible),
            at(&self.values).micros(),
            self.axes.iter().map(|axis| (at(&axis.raw).micros(), at(&axis.scores).micros())),
            [place(&self.grades), place(&self.states), place(&self.segments), place(&self.plays)],
        )
    }
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

/// Puts a value where there is a place for it.
#[inline]
fn put<V>(column: &mut [V], row: usize, value: V) {
    if let Some(own) = column.get_mut(row) {
        *own = value;
    }
}

/// So many rows of a column as of nobody.
#[inline]
fn clear<V: Copy>(column: &mut [V], first: usize, count: usize, nothing: V) {
    if let Some(part) = column.get_mut(first..).and_then(|rest| rest.get_mut(..count)) {
        part.fill(nothing);
    }
}

impl Sink for Part<'_, '_> {
    fn passed(&mut self, first: usize, there: u64, verdicts: &Masks<Verdict>) {
        let (first, count) = (first - self.first, LANES - usize::try_from(there.leading_zeros()).unwrap_or(0));
        let ScoreColumns { verdicts: own, values, axes, grades, states, segments, plays, .. } = &mut *self.scores;
        own.iter_mut().skip(first).zip(verdicts.each()).take(count).for_each(|(own, verdict)| *own = verdict);
        clear(values, first, count, Points::ZERO);
        for axis in axes {
            clear(&mut axis.raw, first, count, Points::ZERO);
            clear(&mut axis.scores, first, count, Points::ZERO);
        }
        for places in [grades, states, segments, plays] {
            clear(places, first, count, Place::NONE);
        }
    }

    #[inline]
    fn scored(&mut self, row: usize, score: &Score<'_>) {
        let row = row - self.first;
        let ScoreColumns { values, axes, grades, states, segments, plays, .. } = &mut *self.scores;
        let (value, points, places) = score.parts();
        put(values, row, value);
        for (own, (raw, score)) in axes.iter_mut().zip(points) {
            put(&mut own.raw, row, raw);
            put(&mut own.scores, row, score);
        }
        for (own, place) in [grades, states, segments, plays].into_iter().zip(places) {
            put(own, row, place);
        }
    }
}
