//! Scoring of columns: one column per field in, dictionary-encoded outcomes out.
//!
//! Use it for whole customer bases. The layouts are those of [Apache
//! Arrow](https://arrow.apache.org/docs/format/Columnar.html), so the buffers of Arrow arrays, and of data frames that are
//! built on Arrow, are read in place:
//!
//! | Arrow | here |
//! | --- | --- |
//! | `Int8` to `UInt64`, `Float32`, `Float64` | [`Column::numbers`] of the values |
//! | `Boolean` | [`Column::flags`] of [`Bits::packed`] |
//! | `Decimal128` | [`Column::decimals`] |
//! | `Utf8`, `LargeUtf8` | [`Column::texts`] of [`Texts::new`] |
//! | `Utf8View` | [`Column::texts`] of [`Texts::views`] |
//! | `Dictionary` of texts | [`Column::dictionary`] |
//! | `Date32` | [`Column::dates`] |
//! | `Timestamp` | [`Column::times`] |
//! | `List`, `LargeList` of texts | [`Column::lists`] |
//! | `List`, `LargeList` of a dictionary | [`Column::dictionary_lists`] |
//! | validity | [`Column::with_validity`] of [`Bits::packed`] |
//! | validity of the items of lists | [`Column::with_item_validity`] |
//! | validity of the values of a dictionary | [`Texts::with_validity`] |
//!
//! Cast other types beforehand.
//!
//! Every outcome equals the one that [`Scorer::score`] returns for the same subject, bit for bit. Tests and sums run on 256
//! rows at a time, in loops that the compiler turns into SIMD instructions.

mod batch;

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Utc};

use self::batch::{Output, score_rows};
use crate::ask::explain::{Explanation, explain};
use crate::evaluate::columns::BoundColumns;
use crate::grade::{Grade, Verdict};
pub use crate::input::columns::{Bits, Column, ColumnError, ColumnProblem, Columns, Keys, Numbers, Offsets, Texts};
use crate::input::facts::{Facts, Field, Kind, Record};
use crate::num::points::Points;
use crate::program::Program;
use crate::score::{Play, Score};
use crate::scorer::Scorer;
use crate::time::second_of;

impl<T: Facts> Scorer<T> {
    /// Checks columns against the model and prepares to score them.
    ///
    /// The model needs a column for every field of `T` that it reads, with the name and kind of the field. Other columns
    /// are ignored. A column of times fits a date field, and the reverse. Any column fits a field that only `known` tests.
    /// Computed fields of `T` need a column too, because there is no struct to compute them from.
    ///
    /// A call runs each test on texts once for every entry of a dictionary, so that scoring only looks up the answer.
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
    /// If a field that the model reads has no column, or a column of another kind. The error has a line for each such
    /// field.
    pub fn bind<'m, 'c>(&'m self, columns: &'c Columns<'c>) -> Result<ColumnScorer<'m, 'c>, ColumnError> {
        let wrong: Vec<ColumnProblem> = self.fields().filter_map(|field| mismatch(field, columns)).collect();
        if !wrong.is_empty() {
            return Err(ColumnError::new(wrong));
        }
        let program = self.program();
        Ok(ColumnScorer { program, bound: BoundColumns::new(program, columns), rows: columns.len() })
    }
}

/// Returns the problem of the column of a field, if there is one.
fn mismatch(field: &Field, columns: &Columns<'_>) -> Option<ColumnProblem> {
    let (name, kind) = (field.name(), field.kind());
    let Some(column) = columns.column(name) else {
        let names = columns.names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let among = if names.is_empty() { names } else { format!(" among {names}") };
        let message = format!(
            "there is no column `{name}`{among}; add it, or add `Column::missing()` if you have no data for this field"
        );
        return Some(ColumnProblem::of("missing-column", name, message));
    };
    let day = |kind| matches!(kind, Kind::Date | Kind::Time);
    let own = column.kind().filter(|own| *own != kind && kind != Kind::Any && !(day(*own) && day(kind)))?;
    let (own, kind) = (own.with_article(), kind.with_article());
    let message =
        format!("the model reads `{name}` as {kind}, but each row of the column is {own}; pass another column");
    Some(ColumnProblem::of("wrong-kind", name, message))
}

/// A scorer that is bound to columns; see [`Scorer::bind`].
///
/// `Send + Sync`: score parts of the rows on several threads, each into its own [`ScoreColumns`].
pub struct ColumnScorer<'m, 'c> {
    program: &'m Program,
    bound: BoundColumns<'c>,
    rows: usize,
}

impl fmt::Debug for ColumnScorer<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ColumnScorer").field("name", &self.program.name).field("rows", &self.rows).finish()
    }
}

impl<'m> ColumnScorer<'m, '_> {
    /// Returns the number of rows of the columns.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether the columns have no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Scores a range of the rows as of an instant, and overwrites `scores` with the outcomes.
    ///
    /// Row 0 of `scores` is the first row of the range. Rows of the range that do not exist are ignored, and so are rows
    /// after the first 2^32 - 4 of the range.
    ///
    /// A call allocates only if `scores` has never contained as many rows or outcomes. It uses up to 256 kB of the
    /// thread's stack, and more without optimisation.
    pub fn score(&self, rows: Range<usize>, as_of: DateTime<Utc>, scores: &mut ScoreColumns<'m>) {
        let first = rows.start.min(self.rows);
        let rows = first..rows.end.min(self.rows).min(first.saturating_add(ScoreColumns::ROWS_MAX)).max(first);
        let output = scores.reset(self.program, rows.len());
        score_rows(self.program, &self.bound, rows, second_of(as_of), output);
    }

    /// Copies one row into a record: the facts of the fields that the model reads, and the activity. Returns `None` if there is
    /// no such row.
    ///
    /// A scorer of records answers every other question about it, such as its bounds or its next change:
    ///
    /// ```
    /// # use warmth::columns::{Bits, Column, Columns};
    /// # use warmth::{Model, Record, Scorer};
    /// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n[[axis.rule]]\nid = 'nps'\n\
    /// #     when.nps.at_least = 9\npoints = 5")?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let columns = Columns::new(2).with("nps", Column::numbers(&[9_u8, 0]).with_validity(Bits::packed(&[0b01], 0, 2)?))?;
    /// let record = scorer.bind(&columns)?.record(1).expect("there are two rows");
    /// let bounds = scorer.bounds(&record, "2026-11-22T09:00:00Z".parse()?);
    /// assert_eq!(bounds.value(), 0.into()..=100.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn record(&self, row: usize) -> Option<Record> {
        let facts = (row < self.rows).then(|| self.bound.row(row))?;
        let fields = self.program.fields.iter().map(|reading| &reading.field);
        Some(Record::copied(&facts, fields).with_activity(facts.activity().clone()))
    }

    /// Scores one row and explains the score. Returns `None` if there is no such row.
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
/// Reuse one value for many calls: it allocates only if it needs to contain more rows or outcomes than before.
#[derive(Clone, Default)]
pub struct ScoreColumns<'m> {
    program: Option<&'m Program>,
    keys: Vec<u32>,
    outcomes: Vec<Score<'m>>, // starts with the outcomes of `HELD_BACK`
}

/// The verdicts of rows that a gate holds back, in the order of their outcomes.
const HELD_BACK: [Verdict; 2] = [Verdict::Ineligible, Verdict::Disqualified];

impl<'m> ScoreColumns<'m> {
    /// The maximum number of rows: each row may need its own key, in addition to the keys of `HELD_BACK`.
    const ROWS_MAX: usize = 0xffff_fffc;

    /// Returns outcomes without rows.
    pub const fn new() -> ScoreColumns<'m> {
        ScoreColumns { program: None, keys: Vec::new(), outcomes: Vec::new() }
    }

    /// Makes room for rows. Their keys are to be written.
    fn reset(&mut self, program: &'m Program, rows: usize) -> Output<'m, '_> {
        self.program = Some(program);
        self.keys.resize(rows, 0);
        self.outcomes.clear();
        Output { keys: &mut self.keys, outcomes: &mut self.outcomes }
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the distinct outcomes, the dictionary of the [`keys`](ScoreColumns::keys).
    ///
    /// The two outcomes of rows that a gate holds back come first, even if there are no such rows. Other outcomes may
    /// be repeated, because a call does not compare each outcome with all earlier ones.
    pub fn outcomes(&self) -> impl ExactSizeIterator<Item = Score<'m>> {
        self.outcomes.iter().copied()
    }

    /// Returns for each row the index of its outcome in [`outcomes`](ScoreColumns::outcomes).
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// Returns the verdict of each row.
    pub fn verdicts(&self) -> impl ExactSizeIterator<Item = Verdict> {
        self.iter().map(|score| score.verdict())
    }

    /// Returns the value of each row, from 0 to 100; 0 if a gate holds the row back.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Points> {
        self.iter().map(|score| score.value())
    }

    /// Returns the raw points and the score of each row on an axis; zeros if a gate holds the row back.
    ///
    /// Returns `None` if the model has no axis with this name.
    pub fn axis(&self, name: &str) -> Option<impl ExactSizeIterator<Item = (Points, Points)>> {
        let index = self.program?.axes.iter().position(|axis| *axis.title.id == *name)?;
        Some(self.iter().map(move |score| score.axis_at(index)))
    }

    /// Returns the grade of each row; `None` if the model has no grades, or a gate holds the row back.
    pub fn grades(&self) -> impl ExactSizeIterator<Item = Option<Grade>> {
        self.iter().map(|score| score.grade())
    }

    /// Returns the state of each row; `None` if the model has no states, or a gate holds the row back.
    pub fn states(&self) -> impl ExactSizeIterator<Item = Option<&'m str>> {
        self.iter().map(|score| score.state())
    }

    /// Returns the segment of each row; `None` if the model has no segments, or a gate holds the row back.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Option<&'m str>> {
        self.iter().map(|score| score.segment())
    }

    /// Returns the play of each row; `None` if no play applies, or a gate holds the row back.
    pub fn plays(&self) -> impl ExactSizeIterator<Item = Option<Play<'m>>> {
        self.iter().map(|score| score.play())
    }

    /// Returns the score of one row, or `None` if there is no such row.
    pub fn get(&self, row: usize) -> Option<Score<'m>> {
        self.keys.get(row).map(|key| self.outcome(*key))
    }

    /// Returns the score of each row.
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
