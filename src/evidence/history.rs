//! A labelled history: what was known of subjects at an instant, and what came of them.

use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

use chrono::{DateTime, Utc};

use super::estimate::count;
use super::order;
use crate::input::facts::{Fact, Facts, Field, Kind, Record};
use crate::time::{civil_day, day_of, second_of};

/// Facts of subjects as of an instant each, and whether the outcome came: what correlations and proposals are made from.
///
/// Held as columns of 4 bytes a row, with each different value once; see [`HistoryBuilder`].
#[derive(Clone, Debug)]
pub struct History {
    pub(super) outcomes: Vec<bool>,
    pub(super) factors: Vec<Factor>,
    /// The first and the last second as of which a row is.
    pub(super) span: Option<(i64, i64)>,
}

/// Something about the subjects that may go together with the outcome.
#[derive(Clone, Debug)]
pub(super) struct Factor {
    pub(super) name: String,
    pub(super) field: String,
    pub(super) source: Source,
    /// For each row 0 where it is not known, else 1 and the place among the values.
    pub(super) codes: Vec<u32>,
    pub(super) values: Values,
}

/// How a factor is read from its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Flag,
    Number,
    /// Civil days from a date to the instant.
    Days,
    Text,
    /// Whether a tag is in the set.
    Tag(String),
}

/// Every different value, rising.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

impl Values {
    pub(super) fn len(&self) -> usize {
        match self {
            Values::Numbers(numbers) => numbers.len(),
            Values::Texts(texts) => texts.len(),
        }
    }
}

impl History {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.outcomes.len()
    }

    /// In how many of them the outcome came.
    pub fn events(&self) -> u64 {
        count(self.outcomes.iter().filter(|outcome| **outcome).count())
    }

    /// The names of the factors: those of the fields, and `FIELD has TAG` for the more frequent tags.
    pub fn factors(&self) -> impl Iterator<Item = &str> {
        self.factors.iter().map(|factor| factor.name.as_str())
    }
}

impl Factor {
    /// How many rows have each code.
    pub(super) fn tally(&self) -> Vec<u64> {
        let mut tally = vec![0; self.values.len() + 1];
        for code in &self.codes {
            if let Some(own) = tally.get_mut(index(*code)) {
                *own += 1;
            }
        }
        tally
    }
}

/// A code as an index.
pub(super) fn index(code: u32) -> usize {
    usize::try_from(code).unwrap_or(usize::MAX)
}

/// The places (among the values) of the cuts that part a tally of codes into quarters: each the value that follows the
/// first k / 4 of the known rows. Fewer than three where values are equal.
pub(super) fn quarter_cuts(tally: &[u64]) -> Vec<usize> {
    let known: u64 = tally.iter().skip(1).sum();
    let mut cuts: Vec<usize> = Vec::new();
    let (mut before, mut due) = (0, 1);
    let mut lowest = None;
    for (place, rows) in tally.iter().skip(1).enumerate().filter(|(_, rows)| **rows > 0) {
        lowest.get_or_insert(place);
        before += rows;
        let mut cut = false;
        while due < 4 && before > known * due / 4 {
            (cut, due) = (true, due + 1);
        }
        if cut && lowest != Some(place) {
            cuts.push(place);
        }
    }
    cuts
}

/// Takes a history in, row by row.
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
/// Flags, numbers and texts are factors as they are, and a date is the number of civil days (UTC) from it to `as_of`.
/// Of tags, each of the 16 most frequent that at least one in 20 rows has is a flag. Fields of which a model asks
/// only whether they are known are left out.
///
/// A subject must be as it was at `as_of`: what a field held later is the host's to leave out, and a [`Timeline`] does
/// it. Of what subjects did nothing is read here; judge a model that counts events with a [`Trial`].
///
/// [`Timeline`]: super::Timeline
/// [`Trial`]: super::Trial
///
/// While rows come in, a number takes 8 bytes, a text and a flag 4, a tag 4 for each row that has it, and each different
/// text is held once; when it is built, every cell takes 4, and each different number 8.
#[derive(Debug)]
pub struct HistoryBuilder<T> {
    fields: Vec<Field>,
    columns: Vec<Gathered>,
    outcomes: Vec<bool>,
    span: Option<(i64, i64)>,
    subject: PhantomData<fn(&T)>,
}

/// A column that is not sorted yet.
#[derive(Debug)]
enum Gathered {
    /// 0 where it is not known, 1 for false, 2 for true.
    Flags(Vec<u32>),
    /// Not a number where it is not known.
    Numbers(Vec<f64>),
    /// 0 where it is not known, else the number under which the text was first seen.
    Texts(Vec<u32>, HashMap<String, u32>),
    /// Whether the tags are known, and the rows of each tag.
    Tags(Vec<bool>, BTreeMap<String, Vec<u32>>),
    Nothing,
}

/// Of one field, so many tags are factors,
const TAGS_MAX: usize = 16;
/// and only those that at least one in so many rows has.
const TAG_ROWS: usize = 20;

impl<T: Facts> HistoryBuilder<T> {
    /// Factors from every field that the type declares. An open type such as [`Record`] declares none.
    pub fn declared() -> HistoryBuilder<T> {
        HistoryBuilder::with((0..).zip(T::FIELDS).map(|(index, field)| field.clone().at(index)).collect())
    }

    fn with(fields: Vec<Field>) -> HistoryBuilder<T> {
        let gathered = |field: &Field| match field.kind() {
            Kind::Flag => Gathered::Flags(Vec::new()),
            Kind::Number | Kind::Date | Kind::Time => Gathered::Numbers(Vec::new()),
            Kind::Text => Gathered::Texts(Vec::new(), HashMap::new()),
            Kind::Tags => Gathered::Tags(Vec::new(), BTreeMap::new()),
            Kind::Any => Gathered::Nothing,
        };
        let columns = fields.iter().map(gathered).collect();
        HistoryBuilder { fields, columns, outcomes: Vec::new(), span: None, subject: PhantomData }
    }

    /// Adds a subject as it was at `as_of`, and whether the outcome came afterwards.
    pub fn add(&mut self, subject: &T, as_of: DateTime<Utc>, outcome: bool) {
        let row = u32::try_from(self.outcomes.len()).unwrap_or(u32::MAX);
        self.outcomes.push(outcome);
        let now = second_of(as_of);
        self.span = Some(self.span.map_or((now, now), |(first, last)| (first.min(now), last.max(now))));
        for (field, column) in self.fields.iter().zip(&mut self.columns) {
            let fact = subject.fact_cow(field);
            let fact = fact.as_fact();
            column.add(row, if field.kind().admits(&fact) { fact } else { Fact::Missing }, civil_day(now, 0));
        }
    }

    /// The history of the rows so far. Takes time in proportion to them: columns are sorted byte by byte.
    pub fn build(self) -> History {
        let rows = self.outcomes.len();
        let columns = self.fields.iter().zip(self.columns);
        let factors = columns.flat_map(|(field, column)| column.factors(field, rows)).collect();
        History { outcomes: self.outcomes, factors, span: self.span }
    }
}

impl HistoryBuilder<Record> {
    /// Factors from these fields of records, for example those that a scorer [reads](crate::Scorer::fields). Of two of
    /// one name the first counts.
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
                named.push(Field::named(name.as_ref(), kind, named.len()));
            }
        }
        HistoryBuilder::with(named)
    }
}

impl Gathered {
    fn add(&mut self, row: u32, fact: Fact<'_>, today: i64) {
        match self {
            Gathered::Flags(codes) => codes.push(match fact {
                Fact::Flag(flag) => 1 + u32::from(flag),
                _ => 0,
            }),
            Gathered::Numbers(numbers) => {
                let days = |day: i64| i32::try_from(today.saturating_sub(day)).map_or(f64::NAN, f64::from);
                numbers.push(match fact {
                    Fact::Number(number) => number,
                    Fact::Date(date) => days(day_of(date)),
                    Fact::Time(time) => days(civil_day(second_of(time), 0)),
                    _ => f64::NAN,
                });
            }
            Gathered::Texts(codes, seen) => codes.push(match fact {
                Fact::Text(text) => {
                    let next = u32::try_from(seen.len()).unwrap_or(u32::MAX).saturating_add(1);
                    seen.get(text).copied().unwrap_or_else(|| *seen.entry(text.to_owned()).or_insert(next))
                }
                _ => 0,
            }),
            Gathered::Tags(known, rows) => {
                let Fact::Tags(tags) = fact else { return known.push(false) };
                known.push(true);
                tags.any(|tag| {
                    match rows.get_mut(tag) {
                        Some(own) if own.last() == Some(&row) => {}
                        Some(own) => own.push(row),
                        None => _ = rows.insert(tag.to_owned(), vec![row]),
                    }
                    false
                });
            }
            Gathered::Nothing => {}
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
        let flags = || Values::Numbers(vec![0.0, 1.0]);
        match self {
            Gathered::Flags(codes) => vec![factor(name(), Source::Flag, codes, flags())],
            Gathered::Numbers(numbers) => {
                let source = if field.kind() == Kind::Number { Source::Number } else { Source::Days };
                let (codes, values) = ranked(&numbers);
                vec![factor(name(), source, codes, Values::Numbers(values))]
            }
            Gathered::Texts(mut codes, seen) => {
                let mut sorted: Vec<(String, u32)> = seen.into_iter().collect();
                sorted.sort_unstable();
                let mut place = vec![0; sorted.len() + 1];
                for (rank, (_, code)) in (1..).zip(&sorted) {
                    if let Some(own) = place.get_mut(index(*code)) {
                        *own = rank;
                    }
                }
                for code in &mut codes {
                    *code = place.get(index(*code)).copied().unwrap_or(0);
                }
                let texts = sorted.into_iter().map(|(text, _)| text).collect();
                vec![factor(name(), Source::Text, codes, Values::Texts(texts))]
            }
            Gathered::Tags(known, by_tag) => {
                let mut frequent: Vec<_> =
                    by_tag.into_iter().filter(|(_, own)| own.len().saturating_mul(TAG_ROWS) >= rows).collect();
                frequent.sort_by_key(|(_, own)| std::cmp::Reverse(own.len()));
                frequent.truncate(TAGS_MAX);
                frequent.sort();
                let of_tag = |(tag, own): (String, Vec<u32>)| {
                    let mut codes: Vec<u32> = known.iter().map(|known| u32::from(*known)).collect();
                    for row in own {
                        if let Some(code) = codes.get_mut(index(row)) {
                            *code = 2;
                        }
                    }
                    factor(format!("{} has {tag}", field.name()), Source::Tag(tag), codes, flags())
                };
                frequent.into_iter().map(of_tag).collect()
            }
            Gathered::Nothing => Vec::new(),
        }
    }
}

/// The code of each number, and every different number, rising.
fn ranked(numbers: &[f64]) -> (Vec<u32>, Vec<f64>) {
    let known = (0_u32..).zip(numbers).filter(|(_, number)| !number.is_nan());
    let mut rows: Vec<(u64, u32)> = known.map(|(row, number)| (order::key(*number), row)).collect();
    order::sort(&mut rows);
    let mut codes = vec![0; numbers.len()];
    let mut values = Vec::new();
    for (code, same) in (1..).zip(rows.chunk_by(|a, b| a.0 == b.0)) {
        values.extend(same.first().map(|(key, _)| order::number(*key)));
        for (_, row) in same {
            if let Some(own) = codes.get_mut(index(*row)) {
                *own = code;
            }
        }
    }
    (codes, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_of_a_column() {
        let cuts = |numbers: &[f64]| {
            let (codes, values) = ranked(numbers);
            let factor = Factor {
                name: String::new(),
                field: String::new(),
                source: Source::Number,
                codes,
                values: Values::Numbers(values.clone()),
            };
            let places = quarter_cuts(&factor.tally());
            places.into_iter().map(|place| values[place]).collect::<Vec<_>>()
        };
        assert_eq!(cuts(&[8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]), [3.0, 5.0, 7.0]);
        assert_eq!(cuts(&[1.0, 1.0, 1.0, 1.0, f64::NAN]), [0.0; 0]);
        assert_eq!(cuts(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0]), [1.0]);
        assert_eq!(cuts(&[]), [0.0; 0]);
    }
}
