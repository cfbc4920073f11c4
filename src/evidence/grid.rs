//! Aligned columns of text, and the format of figures.

use std::fmt;

/// A table to print. Columns of figures are aligned right; the first column and columns of text are aligned left.
pub(super) struct Grid {
    rows: Vec<Vec<String>>,
}

impl Grid {
    pub(super) fn new<C: Into<String>>(header: impl IntoIterator<Item = C>) -> Grid {
        Grid { rows: vec![header.into_iter().map(Into::into).collect()] }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let is_figure = |cell: &String| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let is_numeric = |column: usize| {
            let mut cells = self.rows.iter().skip(1).filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
            column > 0 && cells.all(is_figure)
        };
        let right: Vec<bool> = (0..widths.len()).map(is_numeric).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).zip(&right).map(|((cell, width), right)| {
                if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// Formats a figure with a fixed number of decimal places. A figure that rounds to zero has no sign.
pub(super) fn fixed(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    if text.contains(|c: char| ('1'..='9').contains(&c)) { text } else { text.replace('-', "") }
}

/// Formats a figure with a fixed number of decimal places, or `-` for `None`.
pub(super) fn figure(value: Option<f64>, places: usize) -> String {
    value.map_or("-".to_owned(), |value| fixed(value, places))
}

/// Formats a share in percent with one decimal place, or `-` for `None`.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1}%", share * 100.0))
}
