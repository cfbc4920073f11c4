//! Labelled histories: facts of subjects at an instant, and whether the outcome came afterwards.

use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, Utc};

use super::estimate::count;
use super::order;
use crate::{Fact, Facts, Field, Kind, Record};

/// A labelled history: one row for each subject at an instant, with its facts and whether the outcome came afterwards.
///
/// Build it with a [`HistoryBuilder`], and pass it to [`Correlations::new`](super::Correlations::new) or
/// [`propose`](super::propose()). It stores one column for each factor, with 4 bytes a row and each distinct value once.
#[derive(Clone, Debug)]
pub struct History {
    pub(super) outcomes: Vec<bool>,
    pub(super) factors: Vec<Factor>,
    /// The earliest and the latest instant of a row.
    pub(super) span: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// A property of the subjects that may go together with the outcome: a field, or one tag of a field.
#[derive(Clone, Debug)]
pub(super) struct Factor {
    pub(super) name: String,
    pub(super) field: String,
    pub(super) source: FactorSource,
    /// The code of each row: 0 if the fact is missing, otherwise 1 + the index of its value.
    pub(super) codes: Vec<u32>,
    pub(super) values: DistinctValues,
}

/// How a factor follows from its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FactorSource {
    Flag,
    Number,
    /// The civil days (UTC) from a date to the instant of the row.
    Days,
    Text,
    /// Whether a tag is in the set.
    Tag(String),
}

/// The distinct values of a factor, in rising order.
#[derive(Clone, Debug)]
pub(super) enum DistinctValues {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

impl DistinctValues {
    pub(super) fn len(&self) -> usize {
        match self {
            DistinctValues::Numbers(numbers) => numbers.len(),
            DistinctValues::Texts(texts) => texts.len(),
        }
    }
}

impl History {
    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.outcomes.len()
    }

    /// Returns the number of rows with the outcome.
    pub fn events(&self) -> u64 {
        count(self.outcomes.iter().filter(|outcome| **outcome).count())
    }

    /// Returns the names of the factors: the name of the field, or `FIELD has TAG` for a tag.
    pub fn factors(&self) -> impl Iterator<Item = &str> {
        self.factors.iter().map(|factor| factor.name.as_str())
    }
}

impl Factor {
    /// Returns the number of rows of each code.
    pub(super) fn tally(&self) -> Vec<u64> {
        let mut tally = vec![0; self.values.len() + 1];
        for code in &self.codes {
            if let Some(rows) = tally.get_mut(index(*code)) {
                *rows += 1;
            }
        }
        tally
    }
}

/// Converts a code to an index.
pub(super) fn index(code: u32) -> usize {
    usize::try_from(code).unwrap_or(usize::MAX)
}

/// Returns the indices of the values at which a tally of codes is cut into quarters.
///
/// The k-th cut is the value of the first known row after k / 4 of them. There are fewer than three cuts if values
/// repeat.
pub(super) fn quarter_cuts(tally: &[u64]) -> Vec<usize> {
    let known: u64 = tally.iter().skip(1).sum();
    let mut cuts: Vec<usize> = Vec::new();
    let (mut before, mut due) = (0, 1);
    let mut lowest = None;
    for (value, rows) in tally.iter().skip(1).enumerate().filter(|(_, rows)| **rows > 0) {
        lowest.get_or_insert(value);
        before += rows;
        let mut cut = false;
        while due < 4 && before > known * due / 4 {
            (cut, due) = (true, due + 1);
        }
        if cut && lowest != Some(value) {
            cuts.push(value);
        }
    }
    cuts
}

/// Builds a [`History`] row by row.
///
/// ```
/// use warmth::evidence::HistoryBuilder;
///
/// struct Account { nps: Option<u8>, plan: String }
/// warmth::facts!(Account { nps, plan });
///
/// let mut builder = HistoryBuilder::<Account>::declared();
/// let as_of = "2026-01-31T00:00:00Z".parse()?;
/// builder.add(&Account { nps: Some(9), plan: "pro".to_owned() }, as_of, true);
/// builder.add(&Account { nps: None, plan: "free".to_owned() }, as_of, false);
/// let history = builder.build();
/// assert_eq!((history.rows(), history.events()), (2, 1));
/// assert_eq!(history.factors().collect::<Vec<_>>(), ["nps", "plan"]);
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// Each field becomes one or more factors:
///
/// | kind of field | factors |
/// | --- | --- |
/// | flag, number, text | the value |
/// | date, time | the number of civil days (UTC) from the date to `as_of` |
/// | tags | a flag for each of the 16 most frequent tags, if at least one in 20 rows has the tag |
/// | any | none |
///
/// Pass each subject as it was at `as_of`: you must leave out what became known later, and a [`Timeline`] does this for
/// you. A history does not contain activity. Use a [`Trial`] to test a model that counts events.
///
/// While you add rows, a number takes 8 bytes, a flag or text 4, a tag 4 for each row that has it, and each distinct
/// text is stored once. In the history, a cell takes 4 bytes and a distinct number 8.
///
/// [`Timeline`]: super::Timeline
/// [`Trial`]: super::Trial
#[derive(Debug)]
pub struct HistoryBuilder<T> {
    fields: Vec<Field>,
    columns: Vec<ColumnBuilder>,
    outcomes: Vec<bool>,
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    subject: PhantomData<fn(&T)>,
}

/// The cells of a field so far.
#[derive(Debug)]
enum ColumnBuilder {
    /// The code of each row: 0 if missing, 1 for false, 2 for true.
    Flags(Vec<u32>),
    /// The number of each row, NaN if missing.
    Numbers(Vec<f64>),
    /// The code of each row, 0 if missing, and the code of each text in the order of first appearance.
    Texts(Vec<u32>, HashMap<String, u32>),
    /// Whether the tags of each row are known, and the rows of each tag.
    Tags(Vec<bool>, BTreeMap<String, Vec<u32>>),
    /// For a field of the kind `Any`, which has no values.
    Nothing,
}

/// The largest number of tags of a field that are factors.
const TAGS_MAX: usize = 16;

/// A tag is a factor only if at least one in this many rows has it.
const TAG_ROWS: usize = 20;

impl<T: Facts> HistoryBuilder<T> {
    /// Creates a builder for every field that the type declares. An open type such as [`Record`] declares none; use
    /// [`of`](HistoryBuilder::of).
    pub fn declared() -> HistoryBuilder<T> {
        HistoryBuilder::with((0..).zip(T::FIELDS).map(|(index, field)| field.clone().at(index)).collect())
    }

    fn with(fields: Vec<Field>) -> HistoryBuilder<T> {
        let numeric = [Kind::Number, Kind::Date, Kind::Time];
        let gathered = |field: &Field| match field.kind() {
            Kind::Flag => ColumnBuilder::Flags(Vec::new()),
            Kind::Text => ColumnBuilder::Texts(Vec::new(), HashMap::new()),
            Kind::Tags => ColumnBuilder::Tags(Vec::new(), BTreeMap::new()),
            kind if numeric.contains(&kind) => ColumnBuilder::Numbers(Vec::new()),
            _ => ColumnBuilder::Nothing,
        };
        let columns = fields.iter().map(gathered).collect();
        HistoryBuilder { fields, columns, outcomes: Vec::new(), span: None, subject: PhantomData }
    }

    /// Adds a row: a subject as it was at `as_of`, and whether the outcome came afterwards.
    pub fn add(&mut self, subject: &T, as_of: DateTime<Utc>, outcome: bool) {
        let row = u32::try_from(self.outcomes.len()).unwrap_or(u32::MAX);
        self.outcomes.push(outcome);
        self.span = Some(self.span.map_or((as_of, as_of), |(first, last)| (first.min(as_of), last.max(as_of))));
        for (field, column) in self.fields.iter().zip(&mut self.columns) {
            let fact = subject.fact(field);
            column.add(row, if field.kind().admits(&fact) { fact } else { Fact::Missing }, as_of.date_naive());
        }
    }

    /// Builds the history. Takes time in proportion to the rows, because columns are sorted by radix.
    pub fn build(self) -> History {
        let rows = self.outcomes.len();
        let columns = self.fields.iter().zip(self.columns);
        let factors = columns.flat_map(|(field, column)| column.factors(field, rows)).collect();
        History { outcomes: self.outcomes, factors, span: self.span }
    }
}

impl HistoryBuilder<Record> {
    /// Creates a builder for these fields of records, such as [`Scorer::fields`](crate::Scorer::fields).
    ///
    /// If a name is repeated, its first kind counts.
    ///
    /// ```
    /// use warmth::evidence::HistoryBuilder;
    /// use warmth::{Kind, Record};
    ///
    /// let mut builder = HistoryBuilder::of([("nps", Kind::Number), ("tech_stack", Kind::Tags)]);
    /// let record = Record::new().with("nps", 9).with("tech_stack", ["crm"]);
    /// builder.add(&record, "2026-01-31T00:00:00Z".parse()?, true);
    /// assert_eq!(builder.build().factors().collect::<Vec<_>>(), ["nps", "tech_stack has crm"]);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn of<N: AsRef<str>>(fields: impl IntoIterator<Item = (N, Kind)>) -> HistoryBuilder<Record> {
        let mut named: Vec<Field> = Vec::new();
        for (name, kind) in fields {
            if named.iter().all(|field| field.name() != name.as_ref()) {
                named.push(Field::named(name.as_ref(), kind).at(named.len()));
            }
        }
        HistoryBuilder::with(named)
    }
}

impl ColumnBuilder {
    fn add(&mut self, row: u32, fact: Fact<'_>, today: NaiveDate) {
        match self {
            ColumnBuilder::Flags(codes) => codes.push(match fact {
                Fact::Flag(flag) => 1 + u32::from(flag),
                _ => 0,
            }),
            ColumnBuilder::Numbers(numbers) => {
                // Every difference of two dates fits: chrono has fewer than 2^28 days.
                let days = |day: NaiveDate| {
                    i32::try_from(today.signed_duration_since(day).num_days()).map_or(f64::NAN, f64::from)
                };
                numbers.push(match fact {
                    Fact::Number(number) => number,
                    Fact::Date(date) => days(date),
                    Fact::Time(time) => days(time.date_naive()),
                    _ => f64::NAN,
                });
            }
            ColumnBuilder::Texts(codes, seen) => codes.push(match fact {
                Fact::Text(text) => {
                    let next = u32::try_from(seen.len()).unwrap_or(u32::MAX).saturating_add(1);
                    seen.get(text).copied().unwrap_or_else(|| *seen.entry(text.to_owned()).or_insert(next))
                }
                _ => 0,
            }),
            ColumnBuilder::Tags(known, rows) => {
                let Fact::Tags(tags) = fact else { return known.push(false) };
                known.push(true);
                tags.any(|tag| {
                    match rows.get_mut(tag) {
                        Some(with) if with.last() == Some(&row) => {} // the tag is repeated
                        Some(with) => with.push(row),
                        None => _ = rows.insert(tag.to_owned(), vec![row]),
                    }
                    false
                });
            }
            ColumnBuilder::Nothing => {}
        }
    }

    fn factors(self, field: &Field, rows: usize) -> Vec<Factor> {
        let factor = |name: String, source, codes, values| Factor {
            name,
            field: field.name().to_owned(),
            source,
            codes,
            values,
        };
        let name = || field.name().to_owned();
        let flags = || DistinctValues::Numbers(vec![0.0, 1.0]);
        match self {
            ColumnBuilder::Flags(codes) => vec![factor(name(), FactorSource::Flag, codes, flags())],
            ColumnBuilder::Numbers(numbers) => {
                let source = if field.kind() == Kind::Number { FactorSource::Number } else { FactorSource::Days };
                let (codes, values) = ranked(&numbers);
                vec![factor(name(), source, codes, DistinctValues::Numbers(values))]
            }
            ColumnBuilder::Texts(mut codes, seen) => {
                let mut sorted: Vec<(String, u32)> = seen.into_iter().collect();
                sorted.sort_unstable();
                let mut final_codes = vec![0; sorted.len() + 1];
                for (rank, (_, code)) in (1..).zip(&sorted) {
                    if let Some(slot) = final_codes.get_mut(index(*code)) {
                        *slot = rank;
                    }
                }
                for code in &mut codes {
                    *code = final_codes.get(index(*code)).copied().unwrap_or(0);
                }
                let texts = sorted.into_iter().map(|(text, _)| text).collect();
                vec![factor(name(), FactorSource::Text, codes, DistinctValues::Texts(texts))]
            }
            ColumnBuilder::Tags(known, by_tag) => {
                let mut frequent: Vec<_> =
                    by_tag.into_iter().filter(|(_, with)| with.len().saturating_mul(TAG_ROWS) >= rows).collect();
                frequent.sort_by_key(|(_, with)| std::cmp::Reverse(with.len()));
                frequent.truncate(TAGS_MAX);
                frequent.sort();
                let of_tag = |(tag, with): (String, Vec<u32>)| {
                    let mut codes: Vec<u32> = known.iter().map(|known| u32::from(*known)).collect();
                    for row in with {
                        if let Some(code) = codes.get_mut(index(row)) {
                            *code = 2;
                        }
                    }
                    factor(format!("{} has {tag}", field.name()), FactorSource::Tag(tag), codes, flags())
                };
                frequent.into_iter().map(of_tag).collect()
            }
            ColumnBuilder::Nothing => Vec::new(),
        }
    }
}

/// Returns the code of each number, 0 for NaN, and the distinct numbers in rising order.
fn ranked(numbers: &[f64]) -> (Vec<u32>, Vec<f64>) {
    let known = (0_u32..).zip(numbers).filter(|(_, number)| !number.is_nan());
    let mut rows: Vec<(u64, u32)> = known.map(|(row, number)| (order::key(*number), row)).collect();
    order::sort(&mut rows);
    let mut codes = vec![0; numbers.len()];
    let mut values = Vec::new();
    for (code, same) in (1..).zip(rows.chunk_by(|a, b| a.0 == b.0)) {
        values.extend(same.first().map(|(key, _)| order::number(*key)));
        for (_, row) in same {
            if let Some(slot) = codes.get_mut(index(*row)) {
                *slot = code;
            }
        }
    }
    (codes, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_cut_at_its_quarters() {
        let cuts = |numbers: &[f64]| {
            let (codes, values) = ranked(numbers);
            let factor = Factor {
                name: String::new(),
                field: String::new(),
                source: FactorSource::Number,
                codes,
                values: DistinctValues::Numbers(values.clone()),
            };
            quarter_cuts(&factor.tally()).into_iter().map(|value| values[value]).collect::<Vec<_>>()
        };
        assert_eq!(cuts(&[8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]), [3.0, 5.0, 7.0]);
        assert_eq!(cuts(&[1.0, 1.0, 1.0, 1.0, f64::NAN]), [0.0; 0]);
        assert_eq!(cuts(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0]), [1.0]);
        assert_eq!(cuts(&[]), [0.0; 0]);
    }
}
