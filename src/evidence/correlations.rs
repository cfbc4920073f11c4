//! The correlation matrix of a history.

use std::fmt;

use serde::Serialize;

use super::association::{Moments, cramers_v, doubled_mean_rank};
use super::estimate::{Estimate, real};
use super::grid::{Grid, fixed};
use super::history::{DistinctValues, Factor, FactorSource, History, index, quarter_cuts};

/// The correlations of a history: each factor with the outcome, and each pair of factors.
///
/// ```
/// use warmth::evidence::{Correlations, HistoryBuilder};
/// use warmth::{Kind, Record};
///
/// let mut builder = HistoryBuilder::of([("trial", Kind::Flag), ("nps", Kind::Number)]);
/// let as_of = "2026-01-31T00:00:00Z".parse()?;
/// for (trial, nps, bought, times) in [(true, 9, true, 30), (true, 9, false, 10), (false, 3, true, 20), (false, 3, false, 40)] {
///     for _ in 0..times {
///         builder.add(&Record::new().with("trial", trial).with("nps", nps), as_of, bought);
///     }
/// }
/// let correlations = Correlations::new(&builder.build());
/// let trial = correlations.with_outcome("trial").unwrap();
/// assert_eq!(trial.pearson.unwrap().to_string(), "0.408 (0.230 to 0.560)"); // phi of the two flags
/// assert_eq!(format!("{:.3}", correlations.between("nps", "trial").unwrap().pearson.unwrap().value), "1.000"); // the same information twice
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// [`Display`](fmt::Display) prints the correlations with the outcome, and below them the matrix of the factors: Pearson's r,
/// or Cramér's V with an asterisk if one of the two is a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Correlations {
    /// The names of the factors.
    pub factors: Vec<String>,
    /// The correlation of each factor with the outcome, in the order of `factors`.
    pub with_outcome: Vec<Correlation>,
    /// The correlation of each pair of factors: the second with the first, the third with the first and the second, and
    /// so on.
    pub between: Vec<Correlation>,
}

/// The correlation of two factors, or of a factor and the outcome, over the rows in which both are known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Correlation {
    /// The number of rows in which both are known.
    pub n: u64,
    /// Pearson's r of numbers and flags (as 0 and 1): point-biserial if one is a flag, phi if both are. `None` if one
    /// is a text or constant.
    pub pearson: Option<Estimate>,
    /// Spearman's rank correlation of numbers and flags. `None` if one is a text or constant.
    pub spearman: Option<Estimate>,
    /// Pearson's r with numbers replaced by their quarter, from 0 to 3. `None` unless one is a number and the other a
    /// number or a flag.
    pub quarters: Option<Estimate>,
    /// Cramér's V, with numbers replaced by their quarter. The 31 most frequent texts are categories; all other texts
    /// are one more.
    pub cramers_v: Option<Estimate>,
}

/// The number of texts that are categories of their own. All other texts are one more category.
const TEXTS_MAX: u8 = 31;

impl Correlations {
    /// Computes the correlations of a history.
    ///
    /// Takes time in proportion to rows x factors^2. In addition to the history, it takes 1 byte a cell and 4 bytes for
    /// each distinct value.
    pub fn new(history: &History) -> Correlations {
        let outcomes: Vec<u32> = history.outcomes.iter().map(|outcome| 1 + u32::from(*outcome)).collect();
        let outcome = Series::flag(&outcomes);
        let series: Vec<Series<'_>> = history.factors.iter().map(Series::new).collect();
        let with_outcome = series.iter().map(|factor| factor.with(&outcome)).collect();
        let pairs =
            series.iter().enumerate().flat_map(|(at, second)| series.iter().take(at).map(move |first| (second, first)));
        let between = pairs.map(|(second, first)| second.with(first)).collect();
        Correlations { factors: history.factors().map(str::to_owned).collect(), with_outcome, between }
    }

    /// Returns the correlation of two factors. `None` if a name is unknown or both are the same factor.
    pub fn between(&self, one: &str, other: &str) -> Option<&Correlation> {
        let index = |name: &str| self.factors.iter().position(|factor| factor == name);
        let (one, other) = (index(one)?, index(other)?);
        let (low, high) = (one.min(other), one.max(other));
        if low == high { None } else { self.between.get(high * (high - 1) / 2 + low) }
    }

    /// Returns the correlation of a factor with the outcome. `None` if the name is unknown.
    pub fn with_outcome(&self, factor: &str) -> Option<&Correlation> {
        self.with_outcome.get(self.factors.iter().position(|name| name == factor)?)
    }
}

/// A column of codes, with the number, rank and category of each code.
struct Series<'a> {
    codes: &'a [u32],
    /// Whether every row is known.
    complete: bool,
    /// `None` for texts.
    ordered: Option<OrderedValues<'a>>,
    /// The category of each row; 0 also if the row is unknown. By row instead of by code: random reads of a table with
    /// many codes would miss the cache.
    categories: Vec<u8>,
    category_count: usize,
    /// Whether the categories are quarters of a number.
    quartered: bool,
}

struct OrderedValues<'a> {
    /// The number of each code from 1 on.
    numbers: &'a [f64],
    /// Twice the mean rank of each code.
    ranks: Vec<u32>,
    mean: f64,
}

/// Returns twice the mean rank of each code, from the number of rows of each code.
fn ranks(tally: impl IntoIterator<Item = u64>) -> Vec<u32> {
    let mut before = 0;
    let of_code = tally.into_iter().enumerate().map(|(code, rows)| {
        let rows = if code == 0 { 0 } else { rows };
        let rank = doubled_mean_rank(before, rows);
        before += rows;
        // Saturates only from 2^31 rows on, which would take 8 GiB a column. The last ranks would tie.
        u32::try_from(rank).unwrap_or(u32::MAX)
    });
    of_code.collect()
}

impl<'a> Series<'a> {
    fn flag(codes: &'a [u32]) -> Series<'a> {
        let mut tally = [0_u64; 3];
        for code in codes {
            if let Some(rows) = tally.get_mut(index(*code)) {
                *rows += 1;
            }
        }
        Series::ordered(codes, &tally, &[0.0, 1.0], &[0, 0, 1], false)
    }

    fn ordered(codes: &'a [u32], tally: &[u64], numbers: &'a [f64], categories: &[u8], quartered: bool) -> Series<'a> {
        let known: u64 = tally.iter().skip(1).sum();
        let sum: f64 = tally.iter().skip(1).zip(numbers).map(|(rows, number)| real(*rows) * number).sum();
        let mean = if known > 0 { sum / real(known) } else { 0.0 };
        let ordered = Some(OrderedValues { numbers, ranks: ranks(tally.iter().copied()), mean });
        Series::of(codes, tally, ordered, categories, quartered)
    }

    /// Creates a series from the category of each code.
    fn of(
        codes: &'a [u32],
        tally: &[u64],
        ordered: Option<OrderedValues<'a>>,
        categories: &[u8],
        quartered: bool,
    ) -> Series<'a> {
        let category_count = categories.iter().map(|category| usize::from(*category) + 1).max().unwrap_or(1);
        let categories = codes.iter().map(|code| categories.get(index(*code)).copied().unwrap_or(0)).collect();
        Series { codes, complete: tally.first() == Some(&0), ordered, categories, category_count, quartered }
    }

    fn new(factor: &'a Factor) -> Series<'a> {
        let codes = &factor.codes;
        match (&factor.values, &factor.source) {
            (DistinctValues::Numbers(_), FactorSource::Flag | FactorSource::Tag(_)) => Series::flag(codes),
            (DistinctValues::Numbers(numbers), _) => {
                let tally = factor.tally();
                let cuts = quarter_cuts(&tally);
                let quarter = |value: usize| cuts.iter().map(|cut| u8::from(*cut <= value)).sum();
                let categories: Vec<u8> = std::iter::once(0).chain((0..numbers.len()).map(quarter)).collect();
                Series::ordered(codes, &tally, numbers, &categories, true)
            }
            (DistinctValues::Texts(_), _) => {
                let tally = factor.tally();
                let mut frequent: Vec<usize> = (1..tally.len()).collect();
                frequent.sort_by_key(|code| std::cmp::Reverse(tally.get(*code)));
                let mut categories = vec![0; tally.len()];
                for (category, code) in (0..TEXTS_MAX).chain(std::iter::repeat(TEXTS_MAX)).zip(frequent) {
                    if let Some(slot) = categories.get_mut(code) {
                        *slot = category;
                    }
                }
                Series::of(codes, &tally, None, &categories, false)
            }
        }
    }

    /// Returns the correlation with another series.
    fn with(&self, other: &Series<'_>) -> Correlation {
        let both = || {
            let pairs = self.codes.iter().zip(other.codes).filter(|(x, y)| **x > 0 && **y > 0);
            pairs.map(|(x, y)| (index(*x), index(*y)))
        };
        let number =
            |of: &OrderedValues<'_>, code: usize| of.numbers.get(code.saturating_sub(1)).copied().unwrap_or(0.0);
        let rank = |ranks: &[u32], code: usize| f64::from(ranks.get(code).copied().unwrap_or(0));

        let mut table = vec![vec![0_u64; other.category_count]; self.category_count];
        let known = self.codes.iter().zip(other.codes).map(|(x, y)| *x > 0 && *y > 0);
        let categories = self.categories.iter().zip(&other.categories).zip(known).filter(|(_, known)| *known);
        for ((x, y), _) in categories {
            let row = table.get_mut(usize::from(*x));
            if let Some(cell) = row.and_then(|row| row.get_mut(usize::from(*y))) {
                *cell += 1;
            }
        }
        let n = table.iter().flatten().sum();
        let (mut pearson, mut spearman, mut quarters) = (None, None, None);
        if let Some((x, y)) = self.ordered.as_ref().zip(other.ordered.as_ref()) {
            let mut numbers = Moments::about(x.mean, y.mean);
            let mut ranked = Moments::of_ranks(n);
            // If a row lacks one of the two, the ranks of this pair are those of the rows with both.
            let (mut x_ranks, mut y_ranks) = (None, None);
            if !(self.complete && other.complete) {
                let (mut x_tally, mut y_tally) = (vec![0_u32; x.ranks.len()], vec![0_u32; y.ranks.len()]);
                for (a, b) in both() {
                    x_tally.get_mut(a).into_iter().chain(y_tally.get_mut(b)).for_each(|rows| *rows += 1);
                }
                let ranks = |tally: Vec<u32>| Some(ranks(tally.into_iter().map(u64::from)));
                (x_ranks, y_ranks) = (ranks(x_tally), ranks(y_tally));
            }
            let (x_ranks, y_ranks) = (x_ranks.as_ref().unwrap_or(&x.ranks), y_ranks.as_ref().unwrap_or(&y.ranks));
            for (a, b) in both() {
                numbers.add(number(x, a), number(y, b));
                ranked.add(rank(x_ranks, a), rank(y_ranks, b));
            }
            (pearson, spearman) = (numbers.pearson(), ranked.spearman());
            if self.quartered || other.quartered {
                quarters = Self::of_table(&table);
            }
        }
        Correlation { n, pearson, spearman, quarters, cramers_v: cramers_v(&table) }
    }

    /// Returns Pearson's r of the row index and the column index.
    fn of_table(table: &[Vec<u64>]) -> Option<Estimate> {
        let mut moments = Moments::about(1.0, 1.0);
        for (x, row) in (0_u8..).zip(table) {
            for (y, cell) in (0_u8..).zip(row) {
                moments.add_many(f64::from(x), f64::from(y), real(*cell));
            }
        }
        moments.pearson()
    }
}

impl fmt::Display for Correlations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |estimate: Option<Estimate>| estimate.map_or("-".to_owned(), |estimate| format!("{estimate:.2}"));
        let mut grid = Grid::new(["with the outcome", "n", "Pearson", "Spearman", "quarters", "Cramer's V"]);
        for (factor, correlation) in self.factors.iter().zip(&self.with_outcome) {
            grid.row([
                factor.clone(),
                correlation.n.to_string(),
                shown(correlation.pearson),
                shown(correlation.spearman),
                shown(correlation.quarters),
                shown(correlation.cramers_v),
            ]);
        }
        writeln!(f, "{grid}")?;
        let numbered: Vec<String> =
            (1..).zip(&self.factors).map(|(number, factor)| format!("{number} {factor}")).collect();
        let header = std::iter::once("with each other".to_owned());
        let mut grid = Grid::new(header.chain((1..self.factors.len()).map(|number| number.to_string())));
        let mut cells = self.between.iter();
        for (at, name) in numbered.into_iter().enumerate() {
            let row = cells.by_ref().take(at).map(|correlation| match correlation.pearson {
                Some(r) => fixed(r.value, 2),
                None => correlation.cramers_v.map_or("-".to_owned(), |v| format!("{:.2}*", v.value)),
            });
            grid.row(std::iter::once(name).chain(row));
        }
        write!(f, "{grid}")
    }
}
