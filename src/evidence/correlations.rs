//! How every factor goes together with the outcome and with every other one.

use std::fmt;

use serde::Serialize;

use super::association::{Moments, cramers_v, twice_the_middle};
use super::estimate::{Estimate, real};
use super::grid::{Grid, fixed};
use super::history::{Factor, History, Source, Values, index, quarter_cuts};

/// The correlation matrix of a history: every factor with the outcome, and every two factors.
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
/// assert_eq!(format!("{:.3}", correlations.between("nps", "trial").unwrap().pearson.unwrap().value), "1.000"); // one thing twice
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// [`Display`](fmt::Display) prints the factors with the outcome, and the matrix below it: Pearson's r of each two
/// factors, or Cramér's V with an asterisk where one of them is a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Correlations {
    /// The names of the factors.
    pub factors: Vec<String>,
    /// Each factor with the outcome, in the order of the factors.
    pub with_outcome: Vec<Correlation>,
    /// Each two factors: the second with the first, the third with the first and the second, and so on.
    pub between: Vec<Correlation>,
}

/// How two things go together, in the rows in which both are known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Correlation {
    /// In how many rows both are known.
    pub n: u64,
    /// Pearson's r of flags (0 and 1) and numbers: point-biserial where one is a flag, phi where both are. `None` for
    /// texts and for what never varies.
    pub pearson: Option<Estimate>,
    /// Spearman's rank correlation of flags and numbers.
    pub spearman: Option<Estimate>,
    /// Pearson's r with numbers put into quarters, numbered from 0 to 3, where one side is a number.
    pub quarters: Option<Estimate>,
    /// Cramér's V, numbers put into quarters. Of texts the 31 most frequent count, and the others together.
    pub cramers_v: Option<Estimate>,
}

/// So many texts are categories of their own; the others are one together.
const TEXTS_MAX: u8 = 31;

impl Correlations {
    /// The correlations of the factors of a history.
    ///
    /// Takes time in proportion to rows x factors^2, and beside the history a byte a cell and 4 for each different value.
    pub fn new(history: &History) -> Correlations {
        let outcomes: Vec<u32> = history.outcomes.iter().map(|outcome| 1 + u32::from(*outcome)).collect();
        let outcome = Series::flag(&outcomes);
        let series: Vec<Series<'_>> = history.factors.iter().map(Series::new).collect();
        let with_outcome = series.iter().map(|own| own.with(&outcome)).collect();
        let pairs = series.iter().enumerate().flat_map(|(place, own)| series.iter().take(place).map(move |o| (own, o)));
        let between = pairs.map(|(own, other)| own.with(other)).collect();
        Correlations { factors: history.factors().map(str::to_owned).collect(), with_outcome, between }
    }

    /// Two factors by name; `None` if they are one or unknown.
    pub fn between(&self, one: &str, other: &str) -> Option<&Correlation> {
        let place = |name: &str| self.factors.iter().position(|factor| factor == name);
        let (one, other) = (place(one)?, place(other)?);
        let (low, high) = (one.min(other), one.max(other));
        if low == high { None } else { self.between.get(high * (high - 1) / 2 + low) }
    }

    /// A factor with the outcome, by name.
    pub fn with_outcome(&self, factor: &str) -> Option<&Correlation> {
        self.with_outcome.get(self.factors.iter().position(|own| own == factor)?)
    }
}

/// A column with what each of its codes stands for.
struct Series<'a> {
    codes: &'a [u32],
    complete: bool,
    /// By code, if it has an order.
    ordered: Option<Ordered<'a>>,
    /// By row, for the same reason as the bands of a card; 0 also where it is not known.
    categories: Vec<u8>,
    kinds: usize,
    quartered: bool,
}

struct Ordered<'a> {
    /// By code, from 1 on.
    numbers: &'a [f64],
    /// By code.
    ranks: Vec<u32>,
    mean: f64,
}

/// Twice the mean rank of each code.
fn ranks(tally: impl IntoIterator<Item = u64>) -> Vec<u32> {
    let mut before = 0;
    let of_code = tally.into_iter().enumerate().map(|(code, rows)| {
        let rows = if code == 0 { 0 } else { rows };
        let rank = twice_the_middle(before, rows);
        before += rows;
        // Of 2^31 rows and more, which would take 8 GiB a column, the last ones would tie.
        u32::try_from(rank).unwrap_or(u32::MAX)
    });
    of_code.collect()
}

impl<'a> Series<'a> {
    fn flag(codes: &'a [u32]) -> Series<'a> {
        let mut tally = [0_u64; 3];
        for code in codes {
            if let Some(own) = tally.get_mut(index(*code)) {
                *own += 1;
            }
        }
        Series::ordered(codes, &tally, &[0.0, 1.0], &[0, 0, 1], false)
    }

    fn ordered(codes: &'a [u32], tally: &[u64], numbers: &'a [f64], categories: &[u8], quartered: bool) -> Series<'a> {
        let known: u64 = tally.iter().skip(1).sum();
        let sum: f64 = tally.iter().skip(1).zip(numbers).map(|(rows, number)| real(*rows) * number).sum();
        let mean = if known > 0 { sum / real(known) } else { 0.0 };
        let ordered = Some(Ordered { numbers, ranks: ranks(tally.iter().copied()), mean });
        Series::of(codes, tally, ordered, categories, quartered)
    }

    /// With the category of each code.
    fn of(
        codes: &'a [u32],
        tally: &[u64],
        ordered: Option<Ordered<'a>>,
        categories: &[u8],
        quartered: bool,
    ) -> Series<'a> {
        let kinds = categories.iter().map(|category| usize::from(*category) + 1).max().unwrap_or(1);
        let categories = codes.iter().map(|code| categories.get(index(*code)).copied().unwrap_or(0)).collect();
        Series { codes, complete: tally.first() == Some(&0), ordered, categories, kinds, quartered }
    }

    fn new(factor: &'a Factor) -> Series<'a> {
        let codes = &factor.codes;
        match (&factor.values, &factor.source) {
            (Values::Numbers(_), Source::Flag | Source::Tag(_)) => Series::flag(codes),
            (Values::Numbers(numbers), _) => {
                let tally = factor.tally();
                let cuts = quarter_cuts(&tally);
                let quarter = |place: usize| cuts.iter().map(|cut| u8::from(*cut <= place)).sum();
                let categories: Vec<u8> = std::iter::once(0).chain((0..numbers.len()).map(quarter)).collect();
                Series::ordered(codes, &tally, numbers, &categories, true)
            }
            (Values::Texts(_), _) => {
                let tally = factor.tally();
                let mut frequent: Vec<usize> = (1..tally.len()).collect();
                frequent.sort_by_key(|code| std::cmp::Reverse(tally.get(*code)));
                let mut categories = vec![0; tally.len()];
                for (category, code) in (0..TEXTS_MAX).chain(std::iter::repeat(TEXTS_MAX)).zip(frequent) {
                    if let Some(own) = categories.get_mut(code) {
                        *own = category;
                    }
                }
                Series::of(codes, &tally, None, &categories, false)
            }
        }
    }

    fn with(&self, other: &Series<'_>) -> Correlation {
        let both = || {
            let pairs = self.codes.iter().zip(other.codes).filter(|(own, other)| **own > 0 && **other > 0);
            pairs.map(|(own, other)| (index(*own), index(*other)))
        };
        let number = |of: &Ordered<'_>, code: usize| of.numbers.get(code.saturating_sub(1)).copied().unwrap_or(0.0);
        let rank = |ranks: &[u32], code: usize| f64::from(ranks.get(code).copied().unwrap_or(0));

        let mut table = vec![vec![0_u64; other.kinds]; self.kinds];
        let known = self.codes.iter().zip(other.codes).map(|(own, other)| *own > 0 && *other > 0);
        let categories = self.categories.iter().zip(&other.categories).zip(known).filter(|(_, known)| *known);
        for ((own, others), _) in categories {
            let row = table.get_mut(usize::from(*own));
            if let Some(cell) = row.and_then(|row| row.get_mut(usize::from(*others))) {
                *cell += 1;
            }
        }
        let n = table.iter().flatten().sum();
        let (mut pearson, mut spearman, mut quarters) = (None, None, None);
        if let Some((x, y)) = self.ordered.as_ref().zip(other.ordered.as_ref()) {
            let mut numbers = Moments::about(x.mean, y.mean);
            let mut ranked = Moments::of_ranks(n);
            // Where a row lacks one of both, the ranks of the others are theirs alone.
            let (mut own_ranks, mut other_ranks) = (None, None);
            if !(self.complete && other.complete) {
                let (mut own, mut others) = (vec![0_u32; x.ranks.len()], vec![0_u32; y.ranks.len()]);
                for (a, b) in both() {
                    own.get_mut(a).into_iter().chain(others.get_mut(b)).for_each(|rows| *rows += 1);
                }
                let ranks = |tally: Vec<u32>| Some(ranks(tally.into_iter().map(u64::from)));
                (own_ranks, other_ranks) = (ranks(own), ranks(others));
            }
            let (own_ranks, other_ranks) =
                (own_ranks.as_ref().unwrap_or(&x.ranks), other_ranks.as_ref().unwrap_or(&y.ranks));
            for (a, b) in both() {
                numbers.add(number(x, a), number(y, b));
                ranked.add(rank(own_ranks, a), rank(other_ranks, b));
            }
            (pearson, spearman) = (numbers.pearson(), ranked.spearman());
            if self.quartered || other.quartered {
                quarters = Self::of_table(&table);
            }
        }
        Correlation { n, pearson, spearman, quarters, cramers_v: cramers_v(&table) }
    }

    /// Pearson's r of the numbers of rows and columns.
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
        let shown = |estimate: Option<Estimate>| estimate.map_or("-".to_owned(), |own| format!("{own:.2}"));
        let mut grid = Grid::new(["with the outcome", "n", "Pearson", "Spearman", "quarters", "Cramer's V"]);
        for (factor, own) in self.factors.iter().zip(&self.with_outcome) {
            grid.row([
                factor.clone(),
                own.n.to_string(),
                shown(own.pearson),
                shown(own.spearman),
                shown(own.quarters),
                shown(own.cramers_v),
            ]);
        }
        writeln!(f, "{grid}")?;
        let numbered: Vec<String> =
            (1..).zip(&self.factors).map(|(place, factor)| format!("{place} {factor}")).collect();
        let header = std::iter::once("with each other".to_owned());
        let mut grid = Grid::new(header.chain((1..self.factors.len()).map(|place| place.to_string())));
        let mut cells = self.between.iter();
        for (place, name) in numbered.into_iter().enumerate() {
            let own = cells.by_ref().take(place).map(|own| match own.pearson {
                Some(r) => fixed(r.value, 2),
                None => own.cramers_v.map_or("-".to_owned(), |v| format!("{:.2}*", v.value)),
            });
            grid.row(std::iter::once(name).chain(own));
        }
        write!(f, "{grid}")
    }
}
