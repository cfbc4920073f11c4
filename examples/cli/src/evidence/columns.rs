//! The columns of a history: their kinds, and the columns that cannot be factors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use warmth::Kind;

use crate::messages::shortened;
use crate::names::snake;
use crate::records::instant;

/// A text or tag is a band only if one in this many rows has it, as in a proposal.
const FREQUENT: usize = 20;

/// A column of the history, and what the command does with it.
pub(crate) struct ColumnUse {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) known: usize,
    pub(crate) rows: usize,
    /// The number of different cells; of different tags if the cells are lists.
    pub(crate) values: usize,
    pub(crate) role: Role,
}

/// What the command does with a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    Factor,
    /// The user left the column out.
    Ignored,
    /// No cell has a value.
    Empty,
    /// Every row has the same cell.
    Constant(String),
    /// The cells name the rows.
    Ids,
    /// Texts of several words that hardly repeat.
    FreeText,
    /// Texts or tags that hardly repeat.
    Rare,
    /// The leak check refuses the factors of this name.
    Refused,
}

impl Role {
    /// Whether `--allow` makes the column a factor.
    pub(crate) fn can_be_allowed(&self) -> bool {
        matches!(self, Role::Ids | Role::FreeText | Role::Rare | Role::Refused)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Factor => f.write_str("factor"),
            Role::Ignored => f.write_str("ignored, as you asked"),
            Role::Empty => f.write_str("set aside: it is empty"),
            Role::Constant(cell) => write!(f, "set aside: every row has `{}`", shortened(cell)),
            Role::Ids => f.write_str("set aside: ids"),
            Role::FreeText => f.write_str("set aside: free text"),
            Role::Rare => write!(f, "set aside: no value is in one of {FREQUENT} rows"),
            Role::Refused => f.write_str("refused: it may know the outcome"),
        }
    }
}

impl ColumnUse {
    /// The share of the rows in which the column is known, in percent.
    pub(crate) fn known_percent(&self) -> usize {
        (self.known * 100).checked_div(self.rows).unwrap_or(0)
    }

    /// Finds the kind and the role of a column from its cells, `None` if a cell is empty.
    pub(crate) fn of<'a>(name: &str, cells: &(impl Iterator<Item = Option<&'a str>> + Clone)) -> ColumnUse {
        let known = cells.clone().flatten();
        let kind = kind(&known);
        let mut rows_of: BTreeMap<&str, usize> = BTreeMap::new();
        for cell in known.clone() {
            if kind == Kind::Tags {
                let tags: BTreeSet<&str> = cell.split(';').map(str::trim).filter(|tag| !tag.is_empty()).collect();
                for tag in tags {
                    *rows_of.entry(tag).or_default() += 1;
                }
            } else {
                *rows_of.entry(cell).or_default() += 1;
            }
        }
        let (rows, count) = (cells.clone().count(), known.clone().count());
        let most = rows_of.values().copied().max().unwrap_or(0);
        let repeats = most * FREQUENT >= count;
        let role = match kind {
            _ if count == 0 => Role::Empty,
            _ if rows_of.len() == 1 && count == rows => Role::Constant(known.clone().next().unwrap_or("").to_owned()),
            Kind::Number if !repeats && (is_id(name) || is_numbering(&known)) => Role::Ids,
            Kind::Text | Kind::Tags if !repeats && is_prose(&known) => Role::FreeText,
            Kind::Text if !repeats && (is_id(name) || most == 1) => Role::Ids,
            Kind::Text | Kind::Tags if !repeats => Role::Rare,
            _ => Role::Factor,
        };
        ColumnUse { name: name.to_owned(), kind, known: count, rows, values: rows_of.len(), role }
    }
}

/// The kind that all cells of a column have.
fn kind<'a>(cells: &(impl Iterator<Item = &'a str> + Clone)) -> Kind {
    let all = |is: fn(&str) -> bool| cells.clone().all(is);
    if all(|cell| cell.parse::<bool>().is_ok()) {
        Kind::Flag
    } else if all(|cell| cell.parse::<f64>().is_ok_and(f64::is_finite)) {
        Kind::Number
    } else if all(|cell| cell.parse::<NaiveDate>().is_ok() || instant(cell).is_some()) {
        Kind::Date
    } else if cells.clone().any(|cell| cell.contains(';')) {
        Kind::Tags
    } else {
        Kind::Text
    }
}

/// Whether the last word of a name is one of those that ids have.
fn is_id(name: &str) -> bool {
    let name = snake(name);
    ["id", "uuid", "guid", "key"].contains(&name.rsplit('_').next().unwrap_or(&name))
}

/// Whether the numbers count rows: whole, without repeats, and at least every second number of their range is there.
fn is_numbering<'a>(cells: &(impl Iterator<Item = &'a str> + Clone)) -> bool {
    let numbers: Option<BTreeSet<i64>> = cells.clone().map(|cell| cell.parse().ok()).collect();
    let Some(numbers) = numbers.filter(|numbers| numbers.len() == cells.clone().count()) else { return false };
    let range = numbers.last().zip(numbers.first()).map_or(0, |(last, first)| last.abs_diff(*first));
    u64::try_from(numbers.len()).is_ok_and(|len| range < 2 * len)
}

/// Whether cells have more than three words on average.
fn is_prose<'a>(cells: &(impl Iterator<Item = &'a str> + Clone)) -> bool {
    let words: usize = cells.clone().map(|cell| cell.split_whitespace().count()).sum();
    words > 3 * cells.clone().count()
}

/// Prints the columns as a table.
pub(crate) fn table(columns: &[ColumnUse]) -> String {
    let mut rows = vec![["column", "kind", "known", "values", "use"].map(str::to_owned)];
    rows.extend(columns.iter().map(|column| {
        let (known, values) = (format!("{}%", column.known_percent()), column.values.to_string());
        [column.name.clone(), column.kind.to_string(), known, values, column.role.to_string()]
    }));
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let [name_width, kind_width, known_width, values_width] = [0, 1, 2, 3].map(width);
    let line = |[name, kind, known, values, role]: &[String; 5]| {
        format!("{name:<name_width$}  {kind:<kind_width$}  {known:>known_width$}  {values:>values_width$}  {role}\n")
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str, cell: impl Fn(usize) -> Option<String>) -> Role {
        let cells: Vec<_> = (0..200).map(cell).collect();
        ColumnUse::of(name, &cells.iter().map(Option::as_deref)).role
    }

    #[test]
    fn roles_follow_from_cells() {
        let some = |text: String| Some(text);
        assert_eq!(role("crm_id", |row| some(format!("00Q{row}"))), Role::Ids);
        assert_eq!(role("row", |row| some((9_000 + row).to_string())), Role::Ids);
        assert_eq!(role("account id", |row| some((row * 7_919 % 100_003).to_string())), Role::Ids);
        assert_eq!(role("employees", |row| some((row * 7_919 % 100_003).to_string())), Role::Factor);
        assert_eq!(role("plan_id", |row| some((row % 3).to_string())), Role::Factor);
        assert_eq!(role("notes", |row| some(format!("called on day {row}, asked for a quote"))), Role::FreeText);
        assert_eq!(
            role("notes", |row| some(format!("met {row}; will call again in week {row}; sent offer {row} by mail"))),
            Role::FreeText
        );
        assert_eq!(role("city", |row| some(format!("city {}", row / 3))), Role::Rare);
        assert_eq!(role("source", |_| some("crm".to_owned())), Role::Constant("crm".to_owned()));
        assert_eq!(role("empty", |_| None), Role::Empty);
        assert_eq!(role("signed", |row| (row % 4 == 0).then(|| "true".to_owned())), Role::Factor);
        assert_eq!(
            role("plan", |row| some(["free", "team", "pro"].get(row % 3).expect("one of three").to_string())),
            Role::Factor
        );
    }

    #[test]
    fn instants_are_dates() {
        let cells = [Some("2026-01-05T08:00:00Z"), Some("2026-01-06"), None];
        let column = ColumnUse::of("seen", &cells.into_iter());
        assert_eq!((column.kind, column.known, column.rows, column.values), (Kind::Date, 2, 3, 2));
    }
}
