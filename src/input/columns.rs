//! Many subjects as columns: borrowed views of the buffers in which their facts lie.
//!
//! Only the layout is here. The kernels that test columns are in `evaluate`.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::activity::Activity;
pub use super::buffers::{Bits, ColumnError, Keys, Numbers, Offsets, Texts};
use super::buffers::{Items, NumberSlice, with_slice};
use super::facts::{Fact, Kind, Tags};
use crate::time::{DAYS_MAX, DAYS_MIN, date_at};

/// Facts of many subjects, one column for each field, all borrowed.
///
/// The layouts are those of [Apache Arrow](https://arrow.apache.org/docs/format/Columnar.html), so that the buffers of
/// an Arrow array are taken as they are; plain slices do as well.
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
    /// So many subjects of whom nothing is known, and who did nothing.
    pub const fn new(rows: usize) -> Columns<'a> {
        Columns { rows, named: Vec::new(), activities: None }
    }

    /// The same with one more column, of the name that models call the field by.
    ///
    /// # Errors
    ///
    /// If the column has not as many rows as the others, or there is one of this name.
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, column: Column<'a>) -> Result<Columns<'a>, ColumnError> {
        let name = name.into();
        if self.column(&name).is_some() {
            return Err(ColumnError::new(format!("there are two columns `{name}`; give each field one")));
        }
        let lengths = [column.len(), column.validity.map(Bits::len)];
        if let Some(rows) = lengths.into_iter().flatten().find(|rows| *rows != self.rows) {
            return Err(ColumnError::new(format!(
                "column `{name}` has {rows} values or validity bits, and there are {} rows; give each one",
                self.rows
            )));
        }
        self.named.push((name, column));
        Ok(self)
    }

    /// The same with what each subject did.
    ///
    /// # Errors
    ///
    /// If there are not as many activities as rows.
    pub fn with_activities(self, activities: &'a [Activity]) -> Result<Columns<'a>, ColumnError> {
        if activities.len() != self.rows {
            let (own, rows) = (activities.len(), self.rows);
            return Err(ColumnError::new(format!(
                "there are {own} activities, and {rows} rows; give each subject one"
            )));
        }
        Ok(Columns { activities: Some(activities), ..self })
    }

    /// How many subjects there are.
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no subjects.
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

/// The facts of one field, one for each subject.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    pub(crate) values: Values<'a>,
    pub(crate) validity: Option<Bits<'a>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Values<'a> {
    Missing,
    Numbers(Numbers<'a>),
    Flags(Bits<'a>),
    Texts(Texts<'a>),
    Dictionary(Keys<'a>, Texts<'a>),
    /// Days since 1970-01-01.
    Dates(&'a [i32]),
    /// Since 1970-01-01 UTC, so many of them a second.
    Times(&'a [i64], i64),
    Lists(Offsets<'a>, Items<'a>),
}

impl<'a> Column<'a> {
    fn of(values: Values<'a>) -> Column<'a> {
        Column { values, validity: None }
    }

    /// Of which nobody's fact is known.
    pub fn missing() -> Column<'a> {
        Column::of(Values::Missing)
    }

    /// Numbers of any primitive type. As everywhere, one that is not finite is missing, and so is a whole one beyond
    /// ±2^53.
    pub fn numbers(numbers: impl Into<Numbers<'a>>) -> Column<'a> {
        Column::of(Values::Numbers(numbers.into()))
    }

    /// Flags, a bit of [`Bits::packed`] or a `bool` each.
    pub fn flags(flags: impl Into<Bits<'a>>) -> Column<'a> {
        Column::of(Values::Flags(flags.into()))
    }

    /// Texts, one after the other.
    pub fn texts(texts: Texts<'a>) -> Column<'a> {
        Column::of(Values::Texts(texts))
    }

    /// Texts of a dictionary, by their places in it. A place that is not in the dictionary is missing.
    pub fn dictionary(keys: impl Into<Keys<'a>>, dictionary: Texts<'a>) -> Column<'a> {
        Column::of(Values::Dictionary(keys.into(), dictionary))
    }

    /// Dates as days since 1970-01-01: Arrow's `Date32`.
    pub fn dates(days: &'a [i32]) -> Column<'a> {
        Column::of(Values::Dates(days))
    }

    /// Instants as counts since 1970-01-01 UTC, `per_second` of them a second: 1, 1,000 and so on for Arrow's
    /// `Timestamp`, which counts in UTC whatever its time zone.
    ///
    /// # Errors
    ///
    /// If there are no counts in a second.
    pub fn times(counts: &'a [i64], per_second: u32) -> Result<Column<'a>, ColumnError> {
        if per_second == 0 {
            return Err(ColumnError::new(
                "no counts make up a second; give 1 for seconds, 1000 for milliseconds".into(),
            ));
        }
        Ok(Column::of(Values::Times(counts, per_second.into())))
    }

    /// Lists of tags: row `n` has the items from `offsets[n]` up to, but not including, `offsets[n + 1]`.
    ///
    /// # Errors
    ///
    /// If offsets fall, or lead beyond the items.
    pub fn lists(offsets: impl Into<Offsets<'a>>, items: Texts<'a>) -> Result<Column<'a>, ColumnError> {
        let offsets = offsets.into();
        offsets.check(items.len())?;
        Ok(Column::of(Values::Lists(offsets, Items::Texts(items))))
    }

    /// Lists of tags of a dictionary, by their places in it.
    ///
    /// # Errors
    ///
    /// If offsets fall, or lead beyond the keys.
    pub fn dictionary_lists(
        offsets: impl Into<Offsets<'a>>,
        keys: impl Into<Keys<'a>>,
        dictionary: Texts<'a>,
    ) -> Result<Column<'a>, ColumnError> {
        let (offsets, keys) = (offsets.into(), keys.into());
        offsets.check(keys.len())?;
        Ok(Column::of(Values::Lists(offsets, Items::Dictionary(keys, dictionary))))
    }

    /// The same, facts missing where a bit is not set; instead of a validity given before.
    #[must_use]
    pub fn with_validity(self, validity: Bits<'a>) -> Column<'a> {
        Column { validity: Some(validity), ..self }
    }

    /// How many rows there are; `None` of a column that fits any number.
    fn len(&self) -> Option<usize> {
        let values = match &self.values {
            Values::Missing => return None,
            Values::Numbers(numbers) => numbers.len(),
            Values::Flags(flags) => flags.len(),
            Values::Texts(texts) => texts.len(),
            Values::Dictionary(keys, _) => keys.len(),
            Values::Dates(days) => days.len(),
            Values::Times(counts, _) => counts.len(),
            Values::Lists(offsets, _) => offsets.len(),
        };
        Some(values)
    }

    /// The kind of its facts; `None` where there are none.
    pub(crate) fn kind(&self) -> Option<Kind> {
        Some(match &self.values {
            Values::Missing => return None,
            Values::Numbers(_) => Kind::Number,
            Values::Flags(_) => Kind::Flag,
            Values::Texts(_) | Values::Dictionary(..) => Kind::Text,
            Values::Dates(_) => Kind::Date,
            Values::Times(..) => Kind::Time,
            Values::Lists(..) => Kind::Tags,
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
            Values::Missing => Fact::Missing,
            Values::Numbers(numbers) => numbers.fact(row),
            Values::Flags(flags) => Fact::Flag(flags.is_set(row)),
            Values::Texts(texts) => texts.get(row).map_or(Fact::Missing, Fact::Text),
            Values::Dictionary(keys, texts) => {
                keys.get(row).and_then(|key| texts.get(key)).map_or(Fact::Missing, Fact::Text)
            }
            Values::Dates(days) => match days.get(row).map(|day| i64::from(*day)).filter(|day| is_a_day(*day)) {
                Some(day) => Fact::Date(date_at(day)),
                None => Fact::Missing,
            },
            Values::Times(counts, per_second) => counts
                .get(row)
                .and_then(|count| DateTime::<Utc>::from_timestamp(count.div_euclid(*per_second), 0))
                .map_or(Fact::Missing, Fact::Time),
            Values::Lists(offsets, items) => match offsets.range(row) {
                Some((from, to)) => Fact::Tags(Tags::listed(items, from, to)),
                None => Fact::Missing,
            },
        }
    }
}

/// Whether there is a date for it; other days are missing.
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
