//! Columns as a table, their fields found and their dictionaries asked beforehand.

use std::ops::{Range, RangeInclusive};

use super::block::{Table, in_words};
use super::fact;
use super::lanes::LANES;
use crate::activity::Activity;
use crate::facts::{
    Codes, Column, Columns, FEW, Fact, Facts, Field, Items, Mask, Rows, Values, days_within, gather, is_a_day,
    lanes_of, lanes_where,
};
use crate::program::{FieldIndex, Mention, Program, TagTest, Test, TextSubject};
use crate::time::civil_day;

/// Columns, those that a program reads in the places of its fields.
pub(crate) struct Bound<'c> {
    columns: &'c Columns<'c>,
    read: Box<[Option<&'c Column<'c>>]>, // by `Field::index`
    fields: Box<[usize]>,                // the indices of the program's fields
    truths: Box<[Truths]>,               // by slot of the program
}

/// For which texts of a dictionary a test holds.
#[derive(Clone, Default)]
struct Truths {
    table: Box<[bool]>,
    /// The one text of which it is another than of all others, and what it is.
    odd: Option<(i64, bool)>,
    /// All of them, the first again and again where they are fewer.
    few: Option<[i64; FEW]>,
}

impl Truths {
    fn new(table: Box<[bool]>) -> Truths {
        let odd = [true, false].into_iter().find_map(|is| {
            let mut those = (0..).zip(&table).filter(|(_, own)| **own == is).map(|(place, _)| (place, is));
            those.next().filter(|_| those.next().is_none())
        });
        let those = || (0..).zip(&table).filter(|(_, own)| **own).map(|(place, _)| place);
        let few = those().next().filter(|_| those().count() <= FEW).map(|first| {
            let mut few = [first; FEW];
            few.iter_mut().zip(those()).for_each(|(own, place)| *own = place);
            few
        });
        Truths { table, odd, few }
    }

    /// The rows whose text is one for which the test holds, and those that have one.
    #[inline]
    fn among<const W: usize>(&self, codes: Codes<'_>, rows: Rows<'_, W>) -> (Mask<W>, Mask<W>) {
        match self.odd {
            Some((odd, is)) => {
                let (equal, known) = codes.equal(rows, odd, self.table.len());
                (if is { equal } else { !equal }, known)
            }
            None => codes.looked_up(rows, &self.table, self.few),
        }
    }
}

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
            Bound { columns, read: read.into(), fields, truths: vec![Truths::default(); program.slots].into() };
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
    fn dictionary_truths(&self, test: &Test) -> Option<(usize, Truths)> {
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
        Some((slot, Truths::new((0..texts.len()).map(|place| texts.get(place).is_some_and(holds)).collect())))
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

    fn read_ahead(&self, rows: Range<usize>) {
        // Those of fewer rows are in the caches, where this would be another way through them.
        const MANY: usize = 1 << 17;
        if self.columns.len() > MANY {
            self.read.iter().flatten().for_each(|column| column.read_ahead(rows.clone()));
        }
    }

    fn subject(&self, row: usize) -> Option<Row<'_>> {
        Some(self.row(row))
    }

    fn facts<'t>(&'t self, field: &Field, rows: Rows<'_, 1>, lanes: u64, mut each: impl FnMut(u64, Fact<'t>)) {
        let column = self.column(field.index());
        lanes_of(lanes)
            .for_each(|lane| each(1 << lane, column.map_or(Fact::Missing, |column| column.fact(rows.at(lane)))));
    }

    fn numbers(&self, field: &Field, rows: Rows<'_, 1>, _: u64, numbers: &mut [f64; LANES]) -> u64 {
        let Some(column) = self.column(field.index()) else { return 0 };
        let Values::Numbers(own) = column.values else { return 0 };
        own.at(rows, numbers);
        column.valid_among(rows).word(0)
    }

    fn days(&self, field: &Field, offset_secs: i64, rows: Rows<'_, 1>, _: u64, days: &mut [i64; LANES]) -> u64 {
        let Some(column) = self.column(field.index()) else { return 0 };
        match &column.values {
            Values::Dates(own) => gather(own, rows, days, i64::from),
            Values::Times(own, per_second) => {
                gather(own, rows, days, |count| civil_day(count.div_euclid(*per_second), offset_secs));
            }
            _ => return 0,
        }
        lanes_where(days, |day| is_a_day(*day)) & column.valid_among(rows).word(0)
    }

    fn within<const W: usize>(
        &self,
        field: &Field,
        rows: Rows<'_, W>,
        _: Mask<W>,
        least: f64,
        greatest: f64,
    ) -> (Mask<W>, Mask<W>) {
        let nowhere = (Mask::NONE, Mask::NONE);
        let Some(column) = self.column(field.index()) else { return nowhere };
        let Values::Numbers(own) = column.values else { return nowhere };
        let (inside, known) = own.within(rows, least, greatest);
        (inside, known & column.valid_among(rows))
    }

    fn test<const W: usize>(&self, test: &Test, rows: Rows<'_, W>) -> Option<(Mask<W>, Mask<W>)> {
        match test {
            Test::Flag { field, is } => {
                let column = self.of(*field)?;
                let Values::Flags(flags) = column.values else { return None };
                let flags = flags.among(rows);
                Some((if *is { flags } else { !flags }, column.valid_among(rows)))
            }
            Test::Text { of: TextSubject::Field(field), slot, .. } => {
                let column = self.of(*field)?;
                let Values::Coded(codes, _) = &column.values else { return None };
                let (holds, known) = self.truths.get(*slot)?.among(*codes, rows);
                Some((holds, known & column.valid_among(rows)))
            }
            Test::Tags { field, test: TagTest::HasAny(_), slot, negate } => {
                let column = self.of(*field)?;
                let Values::Lists(offsets, Items::Coded(codes, _)) = &column.values else { return None };
                let truths = self.truths.get(*slot)?;
                let any = offsets.any(*codes, rows, &truths.table, truths.few);
                Some((if *negate { !any } else { any }, column.valid_among(rows)))
            }
            _ => None,
        }
    }

    fn days_within<const W: usize>(
        &self,
        field: &Field,
        offset_secs: i64,
        rows: Rows<'_, W>,
        lanes: Mask<W>,
        within: &RangeInclusive<i64>,
    ) -> (Mask<W>, Mask<W>) {
        if let Some(column) = self.column(field.index())
            && let Values::Dates(days) = column.values
        {
            let (inside, known) = days_within(days, rows, within);
            return (inside, known & column.valid_among(rows));
        }
        let mut days = [0; LANES];
        in_words(lanes, |word, lanes| {
            let known = self.days(field, offset_secs, rows.block(word), lanes, &mut days);
            (lanes_where(&days, |day| within.contains(day)), known)
        })
    }
}
