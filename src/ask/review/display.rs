//! A review for people to read.

use std::fmt;

use super::{Dimension, Direction, FireCount, Move, MovedCounts, Period, Reason, ReviewSheet};
use crate::ask::explain::LineKind;
use crate::num::points::Points;

impl Direction {
    /// Returns the word for the direction, such as `up`.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
            Direction::Across => "across",
            Direction::Same => "same",
        }
    }
}

/// Writes `3 up, 1 down`, without directions that nobody moves in.
impl fmt::Display for MovedCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [(self.up, "up"), (self.down, "down"), (self.across, "across")];
        let counts: Vec<_> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, way)| format!("{count} {way}")).collect();
        f.pad(&if counts.is_empty() { "none".to_owned() } else { counts.join(", ") })
    }
}

/// Writes `Pricing visits +12.5`, with at most two decimal places unless the change is smaller.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.change) {
            (LineKind::Gate, Points::ZERO) => f.write_str(&self.label),
            _ => write!(f, "{} {}", self.label, signed(self.change)),
        }
    }
}

/// Writes `warm to hot`.
impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".to_owned());
        if self.from == self.to {
            return write!(f, "{}, unchanged", name(&self.to));
        }
        write!(f, "{} to {}", name(&self.from), name(&self.to))
    }
}

impl fmt::Display for ReviewSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReviewSheet { before, after, .. } = self;
        let mut head = vec![vec![String::new(), "before".to_owned(), "after".to_owned()]];
        let mut put = |name: &str, text: &dyn Fn(&Period) -> String| {
            head.push(vec![name.to_owned(), text(before), text(after)]);
        };
        put("model", &|period| period.model.clone());
        put("fingerprint", &|period| period.fingerprint.to_string().chars().take(8).collect());
        put("subjects", &|period| period.rows.to_string());
        put("scored", &|period| period.scored.to_string());
        put("mean score", &|period| period.mean.map_or("-".to_owned(), |mean| format!("{mean:.2}")));
        let new = after.verdicts.keys().filter(|verdict| !before.verdicts.contains_key(*verdict));
        for verdict in before.verdicts.keys().chain(new) {
            put(verdict, &|period| period.verdicts.get(verdict).copied().unwrap_or(0).to_string());
        }
        write_table(f, &head)?;
        writeln!(f, "\nother score: {}; moved: {}", self.rescored, self.moved)?;
        for dimension in Dimension::ALL {
            let moves = self.moves(dimension);
            if !moves.is_empty() {
                let header = [dimension.as_str(), "subjects", "largest mean changes"];
                let mut rows = vec![header.map(str::to_owned).to_vec()];
                for own in moves {
                    let reasons: Vec<_> = own.reasons.iter().map(ToString::to_string).collect();
                    rows.push(vec![own.to_string(), own.rows.to_string(), reasons.join(", ")]);
                }
                writeln!(f)?;
                write_table(f, &rows)?;
            }
        }
        let mut rows = vec![["fires for", "before", "after"].map(str::to_owned).to_vec()];
        for FireCount { kind, id, before, after } in &self.fired {
            let share = |fired: Option<u64>, period: &Period| match fired {
                Some(fired) if period.rows > 0 => percent(fired, period.rows),
                _ => "-".to_owned(),
            };
            rows.push(vec![format!("{kind} `{id}`"), share(*before, &self.before), share(*after, &self.after)]);
        }
        writeln!(f)?;
        write_table(f, &rows)
    }
}

/// Returns a share with one decimal place, rounded half up.
fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
    let tenths = (part * 2_000 + whole) / (2 * whole);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Returns a change with its sign, cut after two decimal places unless nothing would be left.
fn signed(change: Points) -> String {
    let (sign, size) = if change < Points::ZERO { ('-', -change) } else { ('+', change) };
    let rounded = format!("{size:.2}");
    match rounded.trim_end_matches('0').trim_end_matches('.') {
        "0" => format!("{sign}{size}"),
        short => format!("{sign}{short}"),
    }
}

/// Writes rows in columns of equal width. All columns but the first and the last of three are aligned to the right.
fn write_table(f: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..3).map(|column| width(column).unwrap_or(0)).collect();
    let is_figure = |cell: &String| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let is_right = |column: usize| column > 0 && rows.iter().skip(1).filter_map(|row| row.get(column)).all(is_figure);
    let right: Vec<bool> = (0..3).map(is_right).collect();
    for row in rows {
        let cells =
            row.iter().zip(&widths).zip(&right).map(|((cell, width), right)| {
                if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
        writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
