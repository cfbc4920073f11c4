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
//! | `Dictionary` of texts | [`Column::dictionary`] |
//! | `Date32` | [`Column::dates`] |
//! | `Timestamp` | [`Column::times`] |
//! | `List`, `LargeList` of texts | [`Column::lists`] |
//! | `List`, `LargeList` of a dictionary | [`Column::dictionary_lists`] |
//! | validity | [`Column::with_validity`] of [`Bits::packed`] |
//!
//! Other types are cast before: decimals to numbers, `Utf8View`, in which polars holds texts, to texts or a dictionary.
//!
//! Every outcome is, bit for bit, the one that [`Scorer::score`] gives the subject alone.

mod batch;

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Utc};

use self::batch::{Output, score_rows};
use crate::ask::explain::{Explanation, explain};
use crate::evaluate::columns::Bound;
use crate::grade::{Grade, Verdict};
pub use crate::input::columns::{Bits, Column, ColumnError, ColumnProblem, Columns, Keys, Numbers, Offsets, Texts};
use crate::input::facts::{Facts, Field, Kind};
use crate::num::points::Points;
use crate::program::Program;
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
    ///     .with("health", Column::dictionary(&[0_u8, 1, 0], Texts::new(&[0_i32, 5, 8], b"greenred")?))?;
    /// let mut scores = ScoreColumns::new();
    /// scorer.bind(&columns)?.score(0..3, "2026-11-22T09:00:00Z".parse()?, &mut scores);
    /// assert!(scores.values().eq([Points::from(100), Points::ZERO, Points::ZERO]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If fields that the model reads have no column, or one of another kind: all of them, a line each.
    pub fn bind<'m, 'c>(&'m self, columns: &'c Columns<'c>) -> Result<ColumnScorer<'m, 'c>, ColumnError> {
        let wrong: Vec<ColumnProblem> = self.fields().filter_map(|field| mismatch(field, columns)).collect();
        if !wrong.is_empty() {
            return Err(ColumnError::new(wrong));
        }
        let program = self.program();
        Ok(ColumnScorer { program, bound: Bound::new(program, columns), rows: columns.len() })
    }
}

/// What is wrong with the column of a field, if anything is.
fn mismatch(field: &Field, columns: &Columns<'_>) -> Option<ColumnProblem> {
    let (name, kind) = (field.name(), field.kind());
    let Some(column) = columns.column(name) else {
        let there = columns.names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let there = if there.is_empty() { "nor any other".to_owned() } else { format!("only {there}") };
        let message =
            format!("there is no column `{name}`, {there}; pass `Column::missing()` if you have no data for it");
        return Some(ColumnProblem::of("missing-column", name, message));
    };
    let day = |kind| matches!(kind, Kind::Date | Kind::Time);
    let own = column.kind().filter(|own| *own != kind && kind != Kind::Any && !(day(*own) && day(kind)))?;
    let (own, kind) = (own.with_article(), kind.with_article());
    let message = format!("column `{name}` is {own}, but the model reads {kind}; give a column of that kind");
    Some(ColumnProblem::of("wrong-kind", name, message))
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
        let output = scores.reset(self.program, rows.len());
        score_rows(self.program, &self.bound, rows, second_of(as_of), output);
    }

    /// Scores one row, and writes down why; `None` beyond the last.
    pub fn explain(&self, row: usize, as_of: DateTime<Utc>) -> Option<Explanation<'m>> {
        (row < self.rows).then(|| explain(self.program, &self.bound.row(row), as_of))
    }
}

/// The outcomes of rows of columns, dictionary-encoded: each distinct outcome once, and a key for each row.
///
/// Most models have far fewer distinct outcomes than rows. This is the layout of Arrow's dictionary arrays: the
/// [`keys`](ScoreColumns::keys) index the [`outcomes`](ScoreColumns::outcomes). Whatever you derive from an outcome, such
/// as a text, you can derive once for each distinct outcome:
///
/// ```
/// # use warmth::columns::{Column, Columns, ScoreColumns};
/// # use warmth::{Model, Record, Scorer};
/// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n[[axis.rule]]\nid = 'nps'\n\
/// #     when.nps.at_least = 9\npoints = 5")?;
/// # let scorer = Scorer::<Record>::new(&model)?;
/// # let columns = Columns::new(4).with("nps", Column::numbers(&[9_u8, 3, 10, 9]))?;
/// # let mut scores = ScoreColumns::new();
/// scorer.bind(&columns)?.score(0..4, "2026-11-22T09:00:00Z".parse()?, &mut scores);
/// let texts: Vec<String> = scores.outcomes().map(|score| score.to_string()).collect();
/// let rows: Vec<&str> = scores.keys().iter().map(|key| &*texts[*key as usize]).collect();
/// assert_eq!(rows, ["100", "0", "100", "100"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Reuse one value for many calls: it allocates only when it has to hold more rows or outcomes than ever before.
#[derive(Clone, Default)]
pub struct ScoreColumns<'m> {
    program: Option<&'m Program>,
    keys: Vec<u32>,
    outcomes: Vec<Score<'m>>, // first of rows that a gate holds back
}

/// The verdicts of rows that a gate holds back, in the order of their outcomes.
const HELD_BACK: [Verdict; 2] = [Verdict::Ineligible, Verdict::Disqualified];

impl<'m> ScoreColumns<'m> {
    /// How many rows there can be: each may have a key of its own, beyond those of rows that a gate holds back.
    const MOST: usize = 0xffff_fffc;

    /// No rows yet.
    pub const fn new() -> ScoreColumns<'m> {
        ScoreColumns { program: None, keys: Vec::new(), outcomes: Vec::new() }
    }

    /// Makes room for rows, whose keys have no meaning yet.
    fn reset(&mut self, program: &'m Program, rows: usize) -> Output<'m, '_> {
        self.program = Some(program);
        self.keys.resize(rows, 0);
        self.outcomes.clear();
        Output { keys: &mut self.keys, outcomes: &mut self.outcomes }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The distinct outcomes: first those of rows that a gate holds back, then the others. An outcome may be listed
    /// more than once, and some may have no row.
    pub fn outcomes(&self) -> impl ExactSizeIterator<Item = Score<'m>> {
        self.outcomes.iter().copied()
    }

    /// For each row the index of its outcome in [`outcomes`](ScoreColumns::outcomes).
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// The verdict of each row.
    pub fn verdicts(&self) -> impl ExactSizeIterator<Item = Verdict> {
        self.iter().map(|score| score.verdict())
    }

    /// The score of each row, from 0 to 100; zero if a gate holds the row back.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Points> {
        self.iter().map(|score| score.value())
    }

    /// The raw points and the score of each row on an axis; zeros if a gate holds the row back. `None` if the model has
    /// no axis of this name.
    pub fn axis(&self, name: &str) -> Option<impl ExactSizeIterator<Item = (Points, Points)>> {
        let index = self.program?.axes.iter().position(|axis| *axis.title.id == *name)?;
        Some(self.iter().map(move |score| score.axis_at(index)))
    }

    /// The grade of each row, if the model defines grades.
    pub fn grades(&self) -> impl ExactSizeIterator<Item = Option<Grade>> {
        self.iter().map(|score| score.grade())
    }

    /// The state of each row, if the model defines states.
    pub fn states(&self) -> impl ExactSizeIterator<Item = Option<&'m str>> {
        self.iter().map(|score| score.state())
    }

    /// The segment of each row, if the model defines segments.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Option<&'m str>> {
        self.iter().map(|score| score.segment())
    }

    /// The play of each row, if the model defines plays.
    pub fn plays(&self) -> impl ExactSizeIterator<Item = Option<Play<'m>>> {
        self.iter().map(|score| score.play())
    }

    /// The score of one row; `None` beyond the last.
    pub fn get(&self, row: usize) -> Option<Score<'m>> {
        self.keys.get(row).map(|key| self.outcome(*key))
    }

    /// The score of each row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Score<'m>> {
        self.keys.iter().map(|key| self.outcome(*key))
    }

    fn outcome(&self, key: u32) -> Score<'m> {
        let index = usize::try_from(key).unwrap_or(usize::MAX);
        self.outcomes.get(index).copied().unwrap_or_default()
    }
}

impl fmt::Debug for ScoreColumns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
