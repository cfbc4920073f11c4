//! Reads a point table as rows of cells by role.

use std::collections::BTreeMap;
use std::path::Path;

use super::shape::{Columns, Product, Role, Shape};
use super::words::number;
use crate::input::{Column, FileOptions, Source};
use crate::messages::{Messages, Stop};

/// How many lines before the header are passed over to find it.
const TITLES: u64 = 10;

/// A point table.
pub(super) struct Sheet {
    pub(super) path: String,
    pub(super) shape: &'static Shape,
    pub(super) rows: Vec<Row>,
    /// The headers whose cells are only kept in comments.
    pub(super) others: Vec<String>,
    /// The headers by which the shape was recognised.
    pub(super) told_by: Vec<String>,
    units: Vec<(Role, String)>,
    /// The header of the criterion, without capitals and spaces.
    pub(super) criterion: String,
}

/// A row of a point table.
pub(super) struct Row {
    /// The number of the row in the file.
    pub(super) line: u64,
    cells: BTreeMap<Role, String>,
    /// All cells that are not empty, as a comment shows them.
    pub(super) words: String,
    /// Why no cells could be read.
    pub(super) error: Option<String>,
    /// Whether the row has a cell in the first column only, such as a heading.
    is_heading: bool,
}

impl Row {
    /// The cell of a role, if it is not empty.
    pub(super) fn get(&self, role: Role) -> Option<&str> {
        self.cells.get(&role).map(String::as_str)
    }

    /// The cell of the criterion; each row of a sheet has one.
    pub(super) fn criterion(&self) -> &str {
        self.get(Role::Criterion).unwrap_or_default()
    }
}

impl Sheet {
    /// Opens a table, and reads it as the product's or as its headers say.
    pub(super) fn read(
        path: &Path,
        options: &FileOptions,
        from: Option<Product>,
        messages: &Messages,
    ) -> Result<Sheet, Stop> {
        let first = Source::open(path, options)?;
        let (mut source, shape, columns) = headed(first, path, options, from, messages)?;
        source.write_notes(messages);
        let mut rows = Vec::new();
        loop {
            match source.advance()? {
                Ok(false) => break,
                Ok(true) => rows.push(row(&source, &columns, None)),
                Err(error) => rows.push(row(&source, &columns, Some(error))),
            }
        }
        let mut sheet = Sheet {
            path: source.path().to_owned(),
            shape,
            rows,
            others: columns.others,
            told_by: columns.told_by,
            units: columns.units,
            criterion: columns.criterion,
        };
        sheet.read_fractions();
        sheet.apply_headings();
        sheet.continue_cells(Role::Category, &[]);
        sheet.continue_cells(Role::Group, &[Role::GroupLimit, Role::Decay]);
        sheet.continue_cells(Role::Criterion, &[Role::Source, Role::Weighting]);
        Ok(sheet)
    }

    /// The unit of bare numbers in a column.
    pub(super) fn unit(&self, role: Role) -> &str {
        self.units.iter().find(|(own, _)| *own == role).map_or("days", |(_, unit)| unit)
    }

    /// Reads percentages that a workbook stores as fractions: if all weightings are at most 1, 0.3 is 30 %.
    fn read_fractions(&mut self) {
        let percentages: &[Role] =
            if self.shape.first_row { &[Role::Weighting, Role::Decay, Role::Points] } else { &[] };
        for role in percentages {
            let texts = || self.rows.iter().filter_map(|row| row.get(*role));
            let is_fraction = |text: &str| number(text).is_some_and(|number| (0.0..=1.0).contains(&number));
            let has_places = |text: &str| number(text).is_some_and(|number| number.fract() != 0.0);
            if !texts().all(|text| is_fraction(text) && !text.contains('%')) || !texts().any(has_places) {
                continue;
            }
            for text in self.rows.iter_mut().filter_map(|row| row.cells.get_mut(role)) {
                let percent = number(text).map(|number| (number * 1e8).round() / 1e6);
                *text = percent.map_or_else(|| text.clone(), |percent| format!("{percent}%"));
            }
        }
    }

    /// Takes a heading as the category of the rows below it, if no column says the category.
    fn apply_headings(&mut self) {
        if self.rows.iter().any(|row| row.get(Role::Category).is_some()) {
            return;
        }
        let headings: Vec<bool> = self.rows.iter().map(|row| row.is_heading).collect();
        let mut heading: Option<String> = None;
        let mut rows = Vec::new();
        for (index, mut row) in std::mem::take(&mut self.rows).into_iter().enumerate() {
            if row.is_heading && headings.get(index + 1) == Some(&false) {
                heading = Some(row.words);
                continue;
            }
            if let Some(heading) = &heading {
                row.cells.insert(Role::Category, heading.clone());
            }
            rows.push(row);
        }
        self.rows = rows;
    }

    /// Continues merged cells: an empty cell has the text of the cell above it, and so have the columns that belong to it.
    ///
    /// A column that repeats a text in two rows has no merged cells.
    fn continue_cells(&mut self, role: Role, belonging: &[Role]) {
        let neighbours = self.rows.iter().zip(self.rows.iter().skip(1));
        if neighbours.into_iter().any(|(a, b)| a.get(role).is_some() && a.get(role) == b.get(role)) {
            return;
        }
        let mut above = BTreeMap::new();
        for row in &mut self.rows {
            if row.get(role).is_some() {
                let kept = belonging.iter().chain([&role]);
                above = kept.filter_map(|role| Some((*role, row.get(*role)?.to_owned()))).collect();
            } else if row.error.is_none() {
                for (role, text) in &above {
                    row.cells.entry(*role).or_insert_with(|| text.clone());
                }
            }
        }
    }
}

/// The source behind its header, which may follow a title.
fn headed(
    first: Source,
    path: &Path,
    options: &FileOptions,
    from: Option<Product>,
    messages: &Messages,
) -> Result<(Source, &'static Shape, Columns), Stop> {
    let shaped = |source: &Source| {
        let shape = from.map_or_else(|| Shape::recognised(source), Shape::of);
        shape.columns(source).map(|columns| (shape, columns))
    };
    if let Some((shape, columns)) = shaped(&first) {
        return Ok((first, shape, columns));
    }
    let can_reopen = path.as_os_str() != "-" && options.skip.is_none();
    for skip in (1..=TITLES).take_while(|_| can_reopen) {
        let Ok(source) = Source::open(path, &FileOptions { skip: Some(skip), ..options.clone() }) else { break };
        if let Some((shape, columns)) = shaped(&source) {
            let line = skip + 1;
            messages.note(&format!("{}: the header is in line {line}; the lines above it are not read", source.path()));
            return Ok((source, shape, columns));
        }
    }
    Err(no_table(&first, from))
}

/// The refusal of a file that is no point table.
fn no_table(source: &Source, from: Option<Product>) -> Stop {
    let found: Vec<String> = source.plain_names().map(|name| format!("`{name}`")).collect();
    let shape = from.map_or("a point table", |product| Shape::of(product).shown);
    Stop::Unusable(format!(
        "{}: this is not {shape}: expected a column for the criterion, such as `Property`, `Profile field`, `Behavior`, \
         `Trigger`, `Category` (Breadcrumbs) or `Criterion`, and a column for its worth, such as `Points`, `Score`, \
         `Change score` or `Weighting`; found {}. If a header in another line has them, pass `--skip` with the number of \
         lines before it",
        source.path(),
        if found.is_empty() { "no column".to_owned() } else { found.join(", ") }
    ))
}

fn row(source: &Source, columns: &Columns, error: Option<String>) -> Row {
    let text = |column: Column| source.cell(column).plain().map(|text| one_line(&text)).filter(|text| !text.is_empty());
    let cells = columns.roles.iter().filter_map(|(role, column)| Some((*role, text(*column)?)));
    let words: Vec<String> = source.columns().filter_map(|(column, _)| text(column)).collect();
    let is_first = source.columns().next().is_some_and(|(column, _)| text(column).is_some());
    let is_heading = is_first && words.len() == 1 && error.is_none();
    Row { line: source.line(), cells: cells.collect(), words: words.join(" | "), error, is_heading }
}

/// The text without control characters, which a comment cannot contain. Line breaks separate the items of a list.
fn one_line(text: &str) -> String {
    let text = text.replace("\r\n", "; ").replace(['\n', '\r'], "; ");
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
