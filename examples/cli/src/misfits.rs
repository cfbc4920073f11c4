//! The cells that do not fit the form of their column, reported once per column.

use std::collections::BTreeMap;

use serde::Serialize;
use warmth::{Kind, Value};

use crate::input::{Cell, EXACT};
use crate::mapping::form::{Form, Read};
use crate::mapping::infer::{Hints, Proposal, key, propose, quoted};
use crate::messages::{Messages, shortened};

/// The prefix of the names of the columns of events.
const EVENTS: &str = "events.";

/// How many different cells of a column are kept, to propose a form that reads them.
const EXAMPLES: usize = 50;

/// The misfits of one file, by column.
pub(crate) struct Misfits {
    path: String,
    columns: BTreeMap<String, Misfit>,
}

#[derive(Serialize)]
pub(crate) struct Misfit {
    /// The name of the field; for events `time`, `count`, `amount` or an attribute.
    field: String,
    column: String,
    #[serde(skip)]
    kind: Kind,
    #[serde(skip)]
    form: Form,
    cells: u64,
    first_line: u64,
    first_cell: String,
    #[serde(skip)]
    examples: Vec<String>,
    garbled: bool,
}

/// A column as messages and mappings name it.
#[derive(Clone, Copy)]
pub(crate) struct ColumnOf<'a> {
    pub(crate) field: &'a str,
    pub(crate) column: &'a str,
    pub(crate) kind: Kind,
    pub(crate) form: &'a Form,
}

impl Misfits {
    pub(crate) fn of(path: &str) -> Misfits {
        Misfits { path: path.to_owned(), columns: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, of: ColumnOf<'_>, cell: &Cell<'_>, line: u64) {
        let misfit = self.columns.entry(of.field.to_owned()).or_insert_with(|| Misfit {
            field: of.field.to_owned(),
            column: of.column.to_owned(),
            kind: of.kind,
            form: of.form.clone(),
            cells: 0,
            first_line: line,
            first_cell: shortened(&cell.to_string()),
            examples: Vec::new(),
            garbled: false,
        });
        misfit.cells += 1;
        misfit.garbled |= matches!(cell, Cell::Garbled);
        if misfit.examples.len() < EXAMPLES
            && let Some(text) = cell.plain()
            && !misfit.examples.contains(&text)
        {
            misfit.examples.push(text);
        }
    }

    /// Reads a cell with the form of its column. `None` if the cell is missing or does not fit.
    pub(crate) fn read(&mut self, of: ColumnOf<'_>, cell: &Cell<'_>, line: u64) -> Option<Value> {
        match of.form.read(cell, of.kind) {
            Read::Missing => None,
            Read::Value(value) => Some(value),
            Read::Misfit => {
                self.add(of, cell, line);
                None
            }
        }
    }

    /// The number of cells that were not read.
    pub(crate) fn cells(&self) -> u64 {
        self.columns.values().map(|misfit| misfit.cells).sum()
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = &Misfit> {
        self.columns.values()
    }

    /// Writes one warning per column, with the line of a mapping that reads the cells.
    /// `cost` names the consequence, for one cell and for several.
    pub(crate) fn write(&self, messages: &mut Messages, cost: [&str; 2]) {
        if !self.columns.is_empty() {
            messages.found_misfits();
        }
        for misfit in self.columns.values() {
            let Misfit { field, column, cells, first_line, first_cell, .. } = misfit;
            let shown = if field == column || field.starts_with(EVENTS) {
                format!("`{column}`")
            } else {
                format!("`{field}`, from the column `{column}`")
            };
            let ([one, _], [_, several]) = (cost, cost);
            let (are, cost) = if *cells == 1 { ("cell is", one) } else { ("cells are", several) };
            messages.warning(&format!(
                "{}: {shown}: {cells} {are} not read as {} and {cost}, first `{first_cell}` on line {first_line}; {}",
                self.path,
                misfit.expected(),
                misfit.advice(),
            ));
        }
    }
}

impl Misfit {
    fn proposal(&self) -> Option<Proposal> {
        propose(self.kind, &self.examples, &self.form, Hints::default()).filter(|proposal| proposal.read > 0)
    }

    /// The line of the mapping that reads the cells; `None` if no line does.
    pub(crate) fn line(&self) -> Option<String> {
        let proposal = self.proposal()?;
        Some(match self.field.strip_prefix(EVENTS) {
            Some(own) => match own.strip_prefix("attributes.") {
                None => format!("[events] {}", proposal.toml()),
                Some(attribute) => {
                    let column = quoted(&self.column);
                    format!("[events] attributes.{} = {{ column = {column}, {} }}", key(attribute), proposal.toml())
                }
            },
            None if self.field == self.column => format!("[fields] {} = {{ {} }}", key(&self.field), proposal.toml()),
            None => {
                let column = quoted(&self.column);
                format!("[fields] {} = {{ column = {column}, {} }}", key(&self.field), proposal.toml())
            }
        })
    }

    fn expected(&self) -> &'static str {
        match self.kind {
            _ if self.field == "events.time" => "a time",
            _ if self.field == "events.count" => "a whole number below 2^32",
            _ if self.field == "events.amount" => "a decimal with up to 6 places",
            Kind::Flag => "a flag",
            Kind::Number => "a number",
            Kind::Date | Kind::Time => "a date",
            Kind::Tags => "a list",
            _ => "a text",
        }
    }

    fn is_beyond_exact(&self) -> bool {
        self.examples.iter().all(|cell| cell.parse::<f64>().is_ok_and(|number| number.abs() >= EXACT))
    }

    fn advice(&self) -> String {
        if self.garbled {
            return "the bytes are no UTF-8: try --encoding latin-1".to_owned();
        }
        match self.proposal() {
            None if self.kind == Kind::Number && self.is_beyond_exact() => {
                "whole numbers beyond 2^53 are not exact; shorten them, or test them as texts".to_owned()
            }
            None => "correct the cells, or list them under `missing` in the mapping".to_owned(),
            Some(proposal) => {
                let all = proposal.read >= self.examples.len();
                let reads = if all { "to read them" } else { "to read most of them" };
                let doubt = proposal.doubt.as_ref().map_or(String::new(), |doubt| format!(" ({doubt})"));
                format!("{reads}, write into the mapping: {}{doubt}", self.line().unwrap_or_default())
            }
        }
    }
}
