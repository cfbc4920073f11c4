//! Columns bound to a program: its fields found, its tests on texts answered once for each dictionary.

use std::ops::{Range, RangeInclusive};

use super::kernels::{FEW_KEYS, days_within};
use super::mask::{LANES, Mask, Rows, WordRows};
use crate::evaluate::test as concrete;
use crate::input::activity::Activity;
use crate::input::buffers::Keys;
use crate::input::columns::{Column, ColumnValues, Columns};
use crate::input::facts::{Fact, Facts, Field};
use crate::program::{FieldIndex, Program, ReadSite, TagTest, Test, TextSubject};

/// The columns that a program reads.
pub(crate) struct BoundColumns<'c> {
    columns: &'c Columns<'c>,
    by_index: Box<[Option<&'c Column<'c>>]>, // by `Field::index`
    indices: Box<[usize]>,                   // `Field::index` by `FieldIndex`
    truths: Box<[KeyTruths]>,                // by slot of the program's tests on texts
}

/// For which keys of a dictionary a test holds.
#[derive(Clone, Default)]
struct KeyTruths {
    table: Box<[bool]>,
    /// The one key with another truth than all others, and its truth.
    odd: Option<(i64, bool)>,
    /// The keys for which the test holds if they are few, the first one repeated to fill the array.
    few: Option<[i64; FEW_KEYS]>,
}

impl KeyTruths {
    fn new(table: Box<[bool]>) -> KeyTruths {
        let odd = [true, false].into_iter().find_map(|is| {
            let mut those = (0..).zip(&table).filter(|(_, own)| **own == is).map(|(key, _)| (key, is));
            those.next().filter(|_| those.next().is_none())
        });
        let those = || (0..).zip(&table).filter(|(_, own)| **own).map(|(key, _)| key);
        let few = those().next().filter(|_| those().count() <= FEW_KEYS).map(|first| {
            let mut few = [first; FEW_KEYS];
            few.iter_mut().zip(those()).for_each(|(own, key)| *own = key);
            few
        });
        KeyTruths { table, odd, few }
    }

    /// The rows for whose key the test holds, and the rows whose key is in the dictionary.
    #[inline]
    fn among(&self, keys: Keys<'_>, rows: Rows<'_>) -> (Mask, Mask) {
        match self.odd {
            Some((odd, is)) => {
                let (equal, known) = keys.equal(rows, odd, self.table.len());
                (if is { equal } else { !equal }, known)
            }
            None => keys.looked_up(rows, &self.table, self.few),
        }
    }
}

impl<'c> BoundColumns<'c> {
    pub(crate) fn new(program: &Program, columns: &'c Columns<'c>) -> BoundColumns<'c> {
        let fields = program.fields.iter().map(|reading| &reading.field);
        let mut by_index = vec![None; fields.clone().map(|field| field.index() + 1).max().unwrap_or(0)];
        for field in fields.clone() {
            if let Some(own) = by_index.get_mut(field.index()) {
                *own = columns.column(field.name());
            }
        }
        let indices = fields.map(Field::index).collect();
        let truths = vec![KeyTruths::default(); program.slots].into();
        let mut bound = BoundColumns { columns, by_index: by_index.into(), indices, truths };
        let mut truths = std::mem::take(&mut bound.truths);
        program.read_sites(|site| {
            let ReadSite::Test(test) = site else { return };
            if let Some((slot, table)) = bound.dictionary_truths(test)
                && let Some(own) = truths.get_mut(slot)
            {
                *own = table;
            }
        });
        BoundColumns { truths, ..bound }
    }

    /// The answers of a test on texts to each entry of its column's dictionary.
    fn dictionary_truths(&self, test: &Test) -> Option<(usize, KeyTruths)> {
        let (slot, field) = match test {
            Test::Text { of: TextSubject::Field(field), slot, .. }
            | Test::Tags { field, test: TagTest::HasAny(_), slot, .. } => (*slot, *field),
            _ => return None,
        };
        let texts = match &self.of(field)?.values {
            ColumnValues::Dictionary(_, texts) => *texts,
            ColumnValues::Lists(_, items) => items.dictionary()?.1,
            _ => return None,
        };
        let holds = |text: &str| match test {
            Test::Tags { test: TagTest::HasAny(any), ignore_case: true, .. } => any.has_ignoring_case(text),
            Test::Tags { test: TagTest::HasAny(any), .. } => any.iter().any(|tag| **tag == *text),
            _ => concrete::holds(test, Fact::Text(text)) == Some(true),
        };
        Some((slot, KeyTruths::new((0..texts.len()).map(|key| texts.get(key).is_some_and(holds)).collect())))
    }

    /// The column of a field of the program.
    pub(super) fn of(&self, field: FieldIndex) -> Option<&'c Column<'c>> {
        self.column(*self.indices.get(field)?)
    }

    fn column(&self, index: usize) -> Option<&'c Column<'c>> {
        *self.by_index.get(index)?
    }

    /// The subject in a row.
    pub(crate) fn row(&self, row: usize) -> RowFacts<'_> {
        RowFacts { bound: self, row }
    }

    /// Prefetches the columns of rows that are about to be tested, a field of one block at a time.
    pub(crate) fn read_ahead(&self, rows: Range<usize>) {
        // The columns of fewer rows fit in cache, where prefetching would only be a second pass.
        const MANY: usize = 1 << 17;
        if self.columns.len() > MANY {
            self.by_index.iter().flatten().for_each(|column| column.read_ahead(rows.clone()));
        }
    }

    /// The numbers of a field, NaN where missing, and the lanes that are valid.
    #[inline]
    pub(super) fn numbers(&self, field: FieldIndex, rows: WordRows<'_>, numbers: &mut [f64; LANES]) -> u64 {
        let Some(column) = self.of(field) else { return 0 };
        match column.values {
            ColumnValues::Numbers(own) => own.at(rows, numbers),
            ColumnValues::Decimals(own) => own.at(rows, numbers),
            _ => return 0,
        }
        column.valid_in(rows)
    }

    /// The rows whose number is in a range, and the rows that have one.
    #[inline]
    pub(super) fn numbers_within(&self, field: FieldIndex, rows: Rows<'_>, least: f64, greatest: f64) -> (Mask, Mask) {
        let nowhere = (Mask::NONE, Mask::NONE);
        let Some(column) = self.of(field) else { return nowhere };
        let (inside, known) = match column.values {
            ColumnValues::Numbers(own) => own.within(rows, least, greatest),
            ColumnValues::Decimals(own) => own.within(rows, least, greatest),
            _ => return nowhere,
        };
        (inside, known & column.valid_among(rows))
    }

    /// The civil days of a field, and the lanes that have one.
    #[inline]
    pub(super) fn days(&self, field: FieldIndex, offset_secs: i64, rows: WordRows<'_>, days: &mut [i64; LANES]) -> u64 {
        let Some(column) = self.of(field) else { return 0 };
        column.days_at(offset_secs, rows, days) & column.valid_in(rows)
    }

    /// The rows whose date is in a range of days, and the rows that have one; `None` of a column of anything but dates.
    #[inline]
    pub(super) fn dates_within(
        &self,
        field: FieldIndex,
        rows: Rows<'_>,
        within: &RangeInclusive<i64>,
    ) -> Option<(Mask, Mask)> {
        let column = self.of(field)?;
        let ColumnValues::Dates(days) = column.values else { return None };
        let (inside, known) = days_within(days, rows, within);
        Some((inside, known & column.valid_among(rows)))
    }

    /// The rows for which a test on one fact holds, and the rows for which it is known; `None` if there is no kernel.
    #[inline]
    pub(super) fn test(&self, test: &Test, rows: Rows<'_>) -> Option<(Mask, Mask)> {
        match test {
            Test::Flag { field, is } => {
                let column = self.of(*field)?;
                let ColumnValues::Flags(flags) = column.values else { return None };
                let flags = flags.among(rows);
                Some((if *is { flags } else { !flags }, column.valid_among(rows)))
            }
            Test::Text { of: TextSubject::Field(field), slot, .. } => {
                let column = self.of(*field)?;
                let ColumnValues::Dictionary(keys, texts) = &column.values else { return None };
                if texts.has_missing() {
                    return None;
                }
                let (holds, known) = self.truths.get(*slot)?.among(*keys, rows);
                Some((holds, known & column.valid_among(rows)))
            }
            Test::Tags { field, test: TagTest::HasAny(_), slot, negate, .. } => {
                let column = self.of(*field)?;
                let ColumnValues::Lists(offsets, items) = &column.values else { return None };
                let (keys, _) = items.dictionary()?;
                let truths = self.truths.get(*slot)?;
                let any = offsets.any(keys, rows, &truths.table, truths.few);
                Some((if *negate { !any } else { any }, column.valid_among(rows)))
            }
            _ => None,
        }
    }
}

/// One subject of columns.
#[derive(Clone, Copy)]
pub(crate) struct RowFacts<'t> {
    bound: &'t BoundColumns<'t>,
    row: usize,
}

impl Facts for RowFacts<'_> {
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
