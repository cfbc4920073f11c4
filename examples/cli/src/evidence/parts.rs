//! Splits a history into the rows that models are built from and the rows that test them.

use super::history::Row;

/// How rows are chosen for the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Split {
    /// The last quarter of the rows, by `as_of`
    Date,
    /// A quarter of the subjects, drawn by their ids; needed if all rows have the same `as_of`
    Random,
}

/// The two parts of a history.
pub(crate) struct Parts<'a> {
    /// The rows that models are built from.
    pub(crate) built: Vec<&'a Row>,
    /// The rows that test the models.
    pub(crate) tested: Vec<&'a Row>,
    /// The words for `built`, such as `before 2026-02-01`.
    pub(crate) built_words: String,
    /// The words for `tested`, such as `since 2026-02-01`.
    pub(crate) tested_words: String,
}

impl Parts<'_> {
    /// # Errors
    ///
    /// If a part would be empty.
    pub(crate) fn of(rows: &[Row], split: Split) -> Result<Parts<'_>, String> {
        let middle = rows.get(rows.len() * 3 / 4).ok_or("the history has no rows")?;
        let (built, tested): (Vec<&Row>, Vec<&Row>) = match split {
            Split::Date => rows.iter().partition(|row| row.as_of < middle.as_of),
            Split::Random => rows.iter().partition(|row| !draw(&row.id).is_multiple_of(4)),
        };
        if built.is_empty() || tested.is_empty() {
            return Err(match split {
                Split::Date => {
                    "three quarters of the rows or more have the same `as_of`; use `--split random`".to_owned()
                }
                Split::Random => "the history has too few subjects to draw a quarter of them".to_owned(),
            });
        }
        let day = middle.as_of.date_naive();
        let (built_words, tested_words) = match split {
            Split::Date => (format!("before {day}"), format!("since {day}")),
            Split::Random => ("of three quarters of the subjects".to_owned(), "of the other subjects".to_owned()),
        };
        Ok(Parts { built, tested, built_words, tested_words })
    }
}

/// Draws a number for an id: the same on every machine, and without order for ids in order.
///
/// FNV-1a, then the finalizer of `SplitMix64` (Steele, Lea and Flood 2014).
fn draw(id: &str) -> u64 {
    let hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_quarter_of_the_ids_is_drawn() {
        let drawn = (0..10_000).filter(|id| draw(&format!("cus-{id}")).is_multiple_of(4)).count();
        assert!((2_400..2_600).contains(&drawn), "{drawn}");
    }
}
