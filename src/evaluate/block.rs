//! Subjects that lie side by side, sixty-four at a time.

use super::lanes::{Abreast, LANES, LaneNumbers, Masks, lanes_where};
use super::{Exact, Measured, Subject, Truth, Witness, World, fact};
use crate::facts::{Facts, Field, Rows};
use crate::model::NumberOp;
use crate::program::{FieldIndex, Gate, Part, Program, Quantity, Rule, Signal, Test, TextSubject, Worth};

/// Subjects that lie side by side.
pub(crate) trait Table {
    type Subject<'t>: Facts
    where
        Self: 't;

    /// The subject in a row that there is.
    fn subject(&self, row: usize) -> Option<Self::Subject<'_>>;

    /// The numbers of a field in these rows, and the lanes that have one.
    fn numbers(&self, field: &Field, rows: &Rows, numbers: &mut [f64; LANES]) -> u64;

    /// The lanes in which a test on one fact holds, and those in which it is known, where the table knows a way of its
    /// own.
    fn test(&self, _test: &Test, _rows: &Rows) -> Option<(u64, u64)> {
        None
    }

    /// The texts of a field in these rows, and the lanes that have one.
    fn texts<'t>(&'t self, field: &Field, rows: &Rows, texts: &mut [&'t str; LANES]) -> u64;

    /// The civil days of a field in these rows, and the lanes that have one.
    fn days(&self, field: &Field, offset_secs: i64, rows: &Rows, days: &mut [i64; LANES]) -> u64;

    /// The lanes in which a field is true, and those that have it.
    fn flags(&self, field: &Field, rows: &Rows) -> (u64, u64);
}

/// Rows of a table at one instant.
pub(crate) struct Block<'m, 't, T> {
    program: &'m Program,
    table: &'t T,
    rows: Rows,
    as_of: i64,
    today: i64,
}

impl<'m, 't, T: Table> Block<'m, 't, T> {
    pub(crate) fn new(program: &'m Program, table: &'t T, rows: Rows, (as_of, today): (i64, i64)) -> Block<'m, 't, T> {
        Block { program, table, rows, as_of, today }
    }

    /// What `f` says of the subject in each lane.
    fn one_by_one(&self, mut f: impl FnMut(usize, Subject<'m, '_, T::Subject<'_>>)) {
        for (lane, row) in self.rows.iter().enumerate() {
            let Some(facts) = self.table.subject(row) else { continue };
            f(lane, Subject::on(self.program, &facts, self.as_of, self.today));
        }
    }

    fn measured(&self, mut f: impl FnMut(Subject<'m, '_, T::Subject<'_>>) -> Measured<Exact>) -> Measured<Abreast> {
        let (mut numbers, mut unknown) = ([0; LANES], 0);
        self.one_by_one(|lane, subject| {
            let found = f(subject);
            unknown |= u64::from(found.unknown) << lane;
            if let Some(own) = numbers.get_mut(lane) {
                *own = found.number;
            }
        });
        Measured { number: LaneNumbers::Each(numbers), unknown: Masks::where_true(unknown) }
    }
}

impl<'m, T: Table> Block<'m, '_, T> {
    /// The lanes in which a test holds, one by one.
    fn tested(&self, test: &'m Test) -> Masks<Truth> {
        let (mut holds, mut unknown) = (0, 0);
        self.one_by_one(|lane, subject| {
            let truth = subject.test(test, &mut ());
            holds |= u64::from(truth == Truth::True) << lane;
            unknown |= u64::from(truth == Truth::Unknown) << lane;
        });
        Masks::truths(holds, unknown)
    }

    fn field(&self, field: FieldIndex) -> Option<&Field> {
        self.program.fields.get(field).map(|reading| &reading.field)
    }

    /// The lanes in which a number is within a range or outside of it, and those in which it is known.
    fn number(&self, field: FieldIndex, [least, greatest]: [f64; 2], op: NumberOp) -> (u64, u64) {
        let Some(field) = self.field(field) else { return (0, 0) };
        let mut numbers = [0.0; LANES];
        let given = self.table.numbers(field, &self.rows, &mut numbers);
        let finite = lanes_where(&numbers, |number| number.is_finite());
        let inside = lanes_where(&numbers, |number| (least..=greatest).contains(number));
        (if is_not(op) { !inside } else { inside }, given & finite)
    }

    fn day(&self, field: FieldIndex, holds: impl Fn(i64) -> bool) -> (u64, u64) {
        let Some(field) = self.field(field) else { return (0, 0) };
        let mut days = [0; LANES];
        let known = self.table.days(field, self.program.offset_secs, &self.rows, &mut days);
        (lanes_where(&days, |day| holds(*day)), known)
    }

    fn flag(&self, field: FieldIndex, is: bool) -> (u64, u64) {
        let Some(field) = self.field(field) else { return (0, 0) };
        let (yes, known) = self.table.flags(field, &self.rows);
        (if is { yes } else { !yes }, known)
    }

    fn text(&self, field: FieldIndex, holds: impl Fn(&str) -> bool) -> (u64, u64) {
        let Some(field) = self.field(field) else { return (0, 0) };
        let mut texts = [""; LANES];
        let known = self.table.texts(field, &self.rows, &mut texts);
        (lanes_where(&texts, |text| holds(text)), known)
    }
}

fn is_not(op: NumberOp) -> bool {
    matches!(op, NumberOp::IsNot(_))
}

impl<'m, T: Table> World<'m> for Block<'m, '_, T> {
    type Domain = Abreast;

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        if required { &self.program.required } else { &self.program.disqualifying }.iter()
    }

    fn rules(&self, part: &'m Part) -> (i64, i64, impl Iterator<Item = &'m Rule>) {
        (0, 0, part.rules.iter())
    }

    fn test<W: Witness<'m, Abreast>>(&self, test: &'m Test, _: &mut W) -> Masks<Truth> {
        if let Some((holds, known)) = self.table.test(test, &self.rows) {
            return Masks::truths(holds, !known);
        }
        let (holds, known) = match test {
            Test::Number { of: Quantity::Number { field }, doubles, op, .. } => self.number(*field, *doubles, *op),
            Test::Number { of: Quantity::Calendar { field, by }, within, op, .. } => {
                self.day(*field, |day| within.contains(&fact::by_calendar(*by, day, self.today)) != is_not(*op))
            }
            Test::Day { field, within, .. } => self.day(*field, |day| within.contains(&day)),
            Test::Flag { field, is } => self.flag(*field, *is),
            Test::Text { of: TextSubject::Field(field), test, ignore_case, negate, .. } => {
                self.text(*field, |text| fact::text_matches(text, test, *ignore_case) != *negate)
            }
            _ => return self.tested(test),
        };
        Masks::truths(holds, !known)
    }

    fn quantity<W: Witness<'m, Abreast>>(
        &self,
        of: &'m Quantity,
        rows: &'m [(i64, i64)],
        _: &mut W,
    ) -> Measured<Abreast> {
        self.measured(|subject| subject.quantity(of, rows, &mut ()))
    }

    fn points<W: Witness<'m, Abreast>>(&self, form: &'m Worth, _: &mut W) -> Measured<Abreast> {
        self.measured(|subject| subject.points(form, &mut ()))
    }

    fn signal<W: Witness<'m, Abreast>>(&self, signal: &'m Signal, _: &mut W) -> LaneNumbers {
        let mut numbers = [0; LANES];
        self.one_by_one(|lane, subject| {
            if let Some(own) = numbers.get_mut(lane) {
                *own = subject.signal(signal, &mut ());
            }
        });
        LaneNumbers::Each(numbers)
    }
}
