//! Columns as a table, their fields found and their dictionaries asked beforehand.

use super::block::Table;
use super::fact;
use super::lanes::{LANES, lanes_where};
use crate::activity::Activity;
use crate::facts::{Column, Columns, Fact, Facts, Field, Items, Rows, Values, gather, is_a_day};
use crate::program::{FieldIndex, Mention, Program, TagTest, Test, TextSubject};
use crate::time::civil_day;

/// Columns, those that a program reads in the places of its fields.
pub(crate) struct Bound<'c> {
    columns: &'c Columns<'c>,
    read: Box<[Option<&'c Column<'c>>]>, // by `Field::index`
    fields: Box<[usize]>,                // the indices of the program's fields
    /// For each slot of the program, whether the test holds for the texts of a dictionary.
    truths: Box<[Box<[u8]>]>,
}

/// What there is of a text in a table of truths.
const HOLDS: u8 = 1;
const UNKNOWN: u8 = 2;

impl<'c> Bound<'c> {
    pub(crate) fn new(program: &Program, columns: &'c Columns<'c>) -> Bound<'c> {
        let fields = program.fields.iter().map(|reading| &reading.field);
        let mut read = vec![None; fields.clone().map(|field| field.index() + 1).max().unwrap_or(0)];
        for field in fields.clone() {
            if let Some(own) = read.get_mut(field.index()) {
                *own = columns.column(field.name());
            }
        }
        let fields = fields.map(Field::index).collect();
        let mut bound =
            Bound { columns, read: read.into(), fields, truths: vec![Box::default(); program.slots].into() };
        let mut truths = std::mem::take(&mut bound.truths);
        program.mentions(|mention| {
            let Mention::Test(test) = mention else { return };
            if let Some((slot, table)) = bound.dictionary_truths(test)
                && let Some(own) = truths.get_mut(slot)
            {
                *own = table;
            }
        });
        Bound { truths, ..bound }
    }

    /// For a test on texts of a dictionary, whether it holds for each.
    fn dictionary_truths(&self, test: &Test) -> Option<(usize, Box<[u8]>)> {
        let (slot, field) = match test {
            Test::Text { of: TextSubject::Field(field), slot, .. }
            | Test::Tags { field, test: TagTest::HasAny(_), slot, .. } => (*slot, *field),
            _ => return None,
        };
        let (Values::Coded(_, texts) | Values::Lists(_, Items::Coded(_, texts))) = &self.of(field)?.values else {
            return None;
        };
        let holds = |text: &str| match test {
            Test::Tags { test: TagTest::HasAny(any), .. } => any.iter().any(|tag| **tag == *text),
            _ => fact::holds(test, Fact::Text(text)) == Some(true),
        };
        Some((
            slot,
            (0..texts.len()).map(|place| texts.get(place).map_or(UNKNOWN, |text| holds(text).into())).collect(),
        ))
    }

    /// The column of a field of the program.
    fn of(&self, field: FieldIndex) -> Option<&'c Column<'c>> {
        self.column(*self.fields.get(field)?)
    }

    fn column(&self, index: usize) -> Option<&'c Column<'c>> {
        *self.read.get(index)?
    }

    /// The subject in a row.
    pub(crate) fn row(&self, row: usize) -> Row<'_> {
        Row { bound: self, row }
    }
}

/// One subject of columns.
#[derive(Clone, Copy)]
pub(crate) struct Row<'t> {
    bound: &'t Bound<'t>,
    row: usize,
}

impl Facts for Row<'_> {
    const FIELDS: &'static [Field] = &[];
    const OPEN: bool = true;

    fn fact(&self, field: &Field) -> Fact<'_> {
        self.bound.column(field.index()).map_or(Fact::Missing, |column| column.fact(self.row))
    }

    fn activity(&self) -> &Activity {
        const NOTHING: &Activity = &Activity::new();
        self.bound.columns.activity(self.row).unwrap_or(NOTHING)
    }
}

impl Table for Bound<'_> {
    type Subject<'t>
        = Row<'t>
    where
        Self: 't;

    fn subject(&self, row: usize) -> Option<Row<'_>> {
        Some(self.row(row))
    }

    fn numbers(&self, field: &Field, rows: &Rows, numbers: &mut [f64; LANES]) -> u64 {
        let Some(column) = self.column(field.index()) else { return 0 };
        let Values::Numbers(own) = column.values else { return 0 };
        own.at(rows, numbers);
        column.valid_among(rows)
    }

    fn days(&self, field: &Field, offset_secs: i64, rows: &Rows, days: &mut [i64; LANES]) -> u64 {
        let Some(column) = self.column(field.index()) else { return 0 };
        let known = match &column.values {
            Values::Dates(own) => {
                gather(own, rows, days, i64::from);
                lanes_where(days, |day| is_a_day(*day))
            }
            Values::Times(own, per_second) => {
                gather(own, rows, days, |count| civil_day(count.div_euclid(*per_second), offset_secs));
                lanes_where(days, |day| is_a_day(*day))
            }
            _ => 0,
        };
        known & column.valid_among(rows)
    }

    fn flags(&self, field: &Field, rows: &Rows) -> (u64, u64) {
        let Some(column) = self.column(field.index()) else { return (0, 0) };
        let Values::Flags(flags) = column.values else { return (0, 0) };
        (flags.among(rows), column.valid_among(rows))
    }

    fn texts<'t>(&'t self, field: &Field, rows: &Rows, texts: &mut [&'t str; LANES]) -> u64 {
        let mut known = 0;
        let Some(column) = self.column(field.index()) else { return 0 };
        for ((lane, own), row) in texts.iter_mut().enumerate().zip(rows.iter()) {
            if let Fact::Text(text) = column.fact(row) {
                *own = text;
                known |= 1 << lane;
            }
        }
        known
    }

    fn test(&self, test: &Test, rows: &Rows) -> Option<(u64, u64)> {
        match test {
            Test::Text { of: TextSubject::Field(field), slot, .. } => {
                let column = self.of(*field)?;
                let Values::Coded(codes, _) = &column.values else { return None };
                let mut truths = [UNKNOWN; LANES];
                codes.looked_up(rows, self.truths.get(*slot)?, UNKNOWN, &mut truths);
                let known = lanes_where(&truths, |truth| *truth != UNKNOWN) & column.valid_among(rows);
                Some((lanes_where(&truths, |truth| *truth == HOLDS), known))
            }
            Test::Tags { field, test: TagTest::HasAny(_), slot, negate } => {
                let column = self.of(*field)?;
                let Values::Lists(offsets, Items::Coded(codes, _)) = &column.values else { return None };
                let any = offsets.any(*codes, rows, self.truths.get(*slot)?, HOLDS);
                Some((if *negate { !any } else { any }, column.valid_among(rows)))
            }
            _ => None,
        }
    }
}
