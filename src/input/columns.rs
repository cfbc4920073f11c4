//! Many subjects as columns: borrowed views of buffers in the layouts of Arrow.
//!
//! This module has the layouts only. The SIMD kernels that test columns are in `evaluate::columns`.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::activity::Activity;
pub use super::buffers::{Bits, ColumnError, ColumnProblem, Keys, Numbers, Offsets};
use super::buffers::{NumberSlice, with_slice};
use super::decimals::Decimals;
use super::facts::{Fact, Kind, Tags};
pub use super::texts::Texts;
use super::texts::{ItemValues, Items};
use crate::time::{DAYS_MAX, DAYS_MIN, date_at};

/// Facts of many subjects: one borrowed column per field, all with the same number of rows.
///
/// Columns have the layouts of [Apache Arrow](https://arrow.apache.org/docs/format/Columnar.html), so you can pass the
/// buffers of Arrow arrays without copying. Plain slices work too.
///
/// ```
/// use warmth::columns::{Bits, Column, ColumnError, Columns, Texts};
///
/// let texts = Texts::new(&[0_i32, 5, 8], b"greenred")?; // the dictionary `green`, `red`
/// let columns = Columns::new(3)
///     .with("nps", Column::numbers(&[9_u8, 0, 7]).with_validity(Bits::packed(&[0b101], 0, 3)?))?
///     .with("health", Column::dictionary(&[0_i32, 1, 0], texts))?;
/// assert_eq!(columns.len(), 3);
/// # Ok::<(), ColumnError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Columns<'a> {
    rows: usize,
    named: Vec<(Cow<'a, str>, Column<'a>)>,
    activities: Option<&'a [Activity]>,
}

impl<'a> Columns<'a> {
    /// Creates columns for `rows` subjects, with no columns and no activities yet.
    pub const fn new(rows: usize) -> Columns<'a> {
        Columns { rows, named: Vec::new(), activities: None }
    }

    /// Adds a column. `name` is the name of the field in models.
    ///
    /// # Errors
    ///
    /// If the column has more or fewer values or validity bits than there are rows, or if there is already a column of
    /// this name.
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, column: Column<'a>) -> Result<Columns<'a>, ColumnError> {
        let name = name.into();
        if self.column(&name).is_some() {
            let message = format!("two columns have the name `{name}`; give each field one column");
            return Err(ColumnProblem::of("duplicate-column", &name, message).into());
        }
        let lengths = [column.len(), column.validity.map(Bits::len)];
        if let Some(rows) = lengths.into_iter().flatten().find(|rows| *rows != self.rows) {
            let s = if rows == 1 { "" } else { "s" };
            let all = self.rows;
            let message =
                format!("column `{name}` has {rows} value{s} or validity bit{s} for {all} rows; give one per row");
            return Err(ColumnProblem::of("row-count", &name, message).into());
        }
        self.named.push((name, column));
        Ok(self)
    }

    /// Adds the activities, one per row. Without them, no subject has events.
    ///
    /// # Errors
    ///
    /// If the number of activities is not the number of rows.
    pub fn with_activities(self, activities: &'a [Activity]) -> Result<Columns<'a>, ColumnError> {
        if activities.len() != self.rows {
            let (own, rows) = (activities.len(), self.rows);
            let message = format!("there are {own} activities for {rows} rows; give one per row");
            return Err(ColumnError::of_buffer("row-count", message));
        }
        Ok(Columns { activities: Some(activities), ..self })
    }

    /// Returns the number of subjects.
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether there are no subjects.
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column<'a>> {
        self.named.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(name, _)| &**name)
    }

    pub(crate) fn activity(&self, row: usize) -> Option<&'a Activity> {
        self.activities?.get(row)
    }
}

/// The facts of one field, one per row: values in one of several layouts, and an optional validity bitmap.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    pub(crate) values: ColumnValues<'a>,
    pub(crate) validity: Option<Bits<'a>>,
}

#[derive(Clone, Debug)]
pub(crate) enum ColumnValues<'a> {
    Missing,
    Numbers(Numbers<'a>),
    Decimals(Decimals<'a>),
    Flags(Bits<'a>),
    Texts(Texts<'a>),
    Dictionary(Keys<'a>, Texts<'a>),
    /// Days since 1970-01-01.
    Dates(&'a [i32]),
    /// Counts since 1970-01-01 UTC, and counts per second.
    Times(&'a [i64], i64),
    Lists(Offsets<'a>, Items<'a>),
}

impl<'a> Column<'a> {
    fn of(values: ColumnValues<'a>) -> Column<'a> {
        Column { values, validity: None }
    }

    /// A column whose facts are all missing. Use it if you have no data for a field. It fits any number of rows.
    pub fn missing() -> Column<'a> {
        Column::of(ColumnValues::Missing)
    }

    /// Numbers of any primitive type. A number that is not finite and an integer beyond ±2^53 are missing.
    pub fn numbers(numbers: impl Into<Numbers<'a>>) -> Column<'a> {
        Column::of(ColumnValues::Numbers(numbers.into()))
    }

    /// Decimals: Arrow's `Decimal128`. A fact is the double nearest to `value / 10^scale`, as for a decimal that is written in
    /// a document. Beyond ±2^53 it is missing, as for integers.
    ///
    /// ```
    /// use warmth::columns::Column;
    ///
    /// let prices = Column::decimals(&[1_999, -250], 2); // 19.99 and -2.5
    /// ```
    pub fn decimals(values: &'a [i128], scale: i8) -> Column<'a> {
        Column::of(ColumnValues::Decimals(Decimals { values, scale }))
    }

    /// Flags: an Arrow bitmap of values ([`Bits::packed`]) or a slice of `bool`.
    pub fn flags(flags: impl Into<Bits<'a>>) -> Column<'a> {
        Column::of(ColumnValues::Flags(flags.into()))
    }

    /// Texts, one per row: Arrow's `Utf8`, `LargeUtf8` and `Utf8View`. The first text is that of the first row.
    pub fn texts(texts: Texts<'a>) -> Column<'a> {
        Column::of(ColumnValues::Texts(texts.numbered_from(0)))
    }

    /// Texts as keys into a dictionary: Arrow's `Dictionary`. A fact is missing if its key is not in the dictionary.
    pub fn dictionary(keys: impl Into<Keys<'a>>, dictionary: Texts<'a>) -> Column<'a> {
        Column::of(ColumnValues::Dictionary(keys.into(), dictionary))
    }

    /// Dates as days since 1970-01-01: Arrow's `Date32`.
    pub fn dates(days: &'a [i32]) -> Column<'a> {
        Column::of(ColumnValues::Dates(days))
    }

    /// Instants as counts since 1970-01-01 UTC: Arrow's `Timestamp`, whose counts are in UTC whatever its time zone.
    ///
    /// `per_second` is the number of counts in a second: 1 for seconds, 1,000 for milliseconds, 1,000,000 for microseconds
    /// and 1,000,000,000 for nanoseconds.
    ///
    /// # Errors
    ///
    /// If `per_second` is 0.
    pub fn times(counts: &'a [i64], per_second: u32) -> Result<Column<'a>, ColumnError> {
        if per_second == 0 {
            let message = "a time unit of 0 counts per second; give 1 for seconds, 1000 for milliseconds";
            return Err(ColumnError::of_buffer("bad-unit", message));
        }
        Ok(Column::of(ColumnValues::Times(counts, per_second.into())))
    }

    /// Lists of tags: Arrow's `List` and `LargeList` of texts. Row `n` has the items `offsets[n]..offsets[n + 1]`.
    ///
    /// # Errors
    ///
    /// If offsets descend or are beyond the items.
    pub fn lists(offsets: impl Into<Offsets<'a>>, items: Texts<'a>) -> Result<Column<'a>, ColumnError> {
        let offsets = offsets.into();
        offsets.check(items.indices())?;
        Ok(Column::of(ColumnValues::Lists(offsets, Items::of(ItemValues::Texts(items)))))
    }

    /// Lists of tags as keys into a dictionary: Arrow's `List` of `Dictionary`. A key that is not in the dictionary is not
    /// an item.
    ///
    /// # Errors
    ///
    /// If offsets descend or are beyond the keys.
    pub fn dictionary_lists(
        offsets: impl Into<Offsets<'a>>,
        keys: impl Into<Keys<'a>>,
        dictionary: Texts<'a>,
    ) -> Result<Column<'a>, ColumnError> {
        let (offsets, keys) = (offsets.into(), keys.into());
        offsets.check(0..keys.len())?;
        Ok(Column::of(ColumnValues::Lists(offsets, Items::of(ItemValues::Dictionary(keys, dictionary)))))
    }

    /// Sets the validity of the items of lists: an item whose bit is 0 is no tag. The offsets of the lists count bits too.
    ///
    /// ```
    /// use warmth::columns::{Bits, Column, ColumnError, Texts};
    ///
    /// // The lists ["crm", null] and ["erp"].
    /// let items = Texts::new(&[0_i32, 3, 3, 6], b"crmerp")?;
    /// let column = Column::lists(&[0_i32, 2, 3], items)?.with_item_validity(Bits::packed(&[0b101], 0, 3)?)?;
    /// # Ok::<(), ColumnError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the column has no lists, or the lists have more items than there are bits.
    pub fn with_item_validity(mut self, validity: Bits<'a>) -> Result<Column<'a>, ColumnError> {
        let ColumnValues::Lists(offsets, items) = &mut self.values else {
            let message = "only lists have items; use `with_validity` for the rows of other columns";
            return Err(ColumnError::of_buffer("wrong-kind", message));
        };
        let (bits, end) = (validity.len(), offsets.span().end);
        if bits < end {
            let message = format!("the items have {bits} validity bits, and the last list ends at item {end}");
            return Err(ColumnError::of_buffer("row-count", message));
        }
        items.validity = Some(validity);
        Ok(self)
    }

    /// Sets the validity, one bit per row: a fact whose bit is 0 is missing. Replaces an earlier validity.
    #[must_use]
    pub fn with_validity(self, validity: Bits<'a>) -> Column<'a> {
        Column { validity: Some(validity), ..self }
    }

    /// The number of rows; `None` for a column that fits any number.
    fn len(&self) -> Option<usize> {
        let values = match &self.values {
            ColumnValues::Missing => return None,
            ColumnValues::Numbers(numbers) => numbers.len(),
            ColumnValues::Decimals(decimals) => decimals.values.len(),
            ColumnValues::Flags(flags) => flags.len(),
            ColumnValues::Texts(texts) => texts.len(),
            ColumnValues::Dictionary(keys, _) => keys.len(),
            ColumnValues::Dates(days) => days.len(),
            ColumnValues::Times(counts, _) => counts.len(),
            ColumnValues::Lists(offsets, _) => offsets.len(),
        };
        Some(values)
    }

    /// The kind of the facts; `None` if all are missing.
    pub(crate) fn kind(&self) -> Option<Kind> {
        Some(match &self.values {
            ColumnValues::Missing => return None,
            ColumnValues::Numbers(_) | ColumnValues::Decimals(_) => Kind::Number,
            ColumnValues::Flags(_) => Kind::Flag,
            ColumnValues::Texts(_) | ColumnValues::Dictionary(..) => Kind::Text,
            ColumnValues::Dates(_) => Kind::Date,
            ColumnValues::Times(..) => Kind::Time,
            ColumnValues::Lists(..) => Kind::Tags,
        })
    }

    fn is_valid(&self, row: usize) -> bool {
        self.validity.is_none_or(|validity| validity.is_set(row))
    }

    /// The fact of a row.
    pub(crate) fn fact(&self, row: usize) -> Fact<'_> {
        if !self.is_valid(row) {
            return Fact::Missing;
        }
        match &self.values {
            ColumnValues::Missing => Fact::Missing,
            ColumnValues::Numbers(numbers) => numbers.fact(row),
            ColumnValues::Decimals(decimals) => Fact::from(decimals.number(row)),
            ColumnValues::Flags(flags) => Fact::Flag(flags.is_set(row)),
            ColumnValues::Texts(texts) => texts.get(row).map_or(Fact::Missing, Fact::Text),
            ColumnValues::Dictionary(keys, texts) => {
                keys.get(row).and_then(|key| texts.get(key)).map_or(Fact::Missing, Fact::Text)
            }
            ColumnValues::Dates(days) => match days.get(row).map(|day| i64::from(*day)).filter(|day| is_a_day(*day)) {
                Some(day) => Fact::Date(date_at(day)),
                None => Fact::Missing,
            },
            ColumnValues::Times(counts, per_second) => counts
                .get(row)
                .and_then(|count| DateTime::<Utc>::from_timestamp(count.div_euclid(*per_second), 0))
                .map_or(Fact::Missing, Fact::Time),
            ColumnValues::Lists(offsets, items) => match offsets.range(row) {
                Some((from, to)) => Fact::Tags(Tags::listed(items, from, to)),
                None => Fact::Missing,
            },
        }
    }
}

/// Whether `NaiveDate` has this day. Other days are missing.
pub(crate) fn is_a_day(day: i64) -> bool {
    (DAYS_MIN + 1..DAYS_MAX).contains(&day)
}

impl Numbers<'_> {
    fn fact(self, row: usize) -> Fact<'static> {
        with_slice!(NumberSlice::{I8 I16 I32 I64 U8 U16 U32 U64 F32 F64} of self.0, |slice| slice
            .get(row)
            .map_or(Fact::Missing, |number| Fact::from(*number)))
    }
}
