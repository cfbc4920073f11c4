//! Subjects of a slice as a table.

use super::block::Table;
use super::fact;
use super::lanes::LANES;
use crate::facts::{Fact, Facts, Field, Rows};

/// Subjects of a slice.
pub(crate) struct Slice<'s, T>(pub(crate) &'s [T]);

impl<'s, T: Facts> Slice<'s, T> {
    fn each(&self, field: &Field, rows: &Rows, mut each: impl FnMut(usize, Fact<'s>)) {
        let mut lane = 0;
        T::each_fact(field, rows.iter().filter_map(|row| self.0.get(row)), |fact| {
            each(lane, fact);
            lane += 1;
        });
    }
}

impl<T: Facts> Table for Slice<'_, T> {
    type Subject<'t>
        = &'t T
    where
        Self: 't;

    #[inline]
    fn subject(&self, row: usize) -> Option<&T> {
        self.0.get(row)
    }

    fn numbers(&self, field: &Field, rows: &Rows, numbers: &mut [f64; LANES]) -> u64 {
        let mut known = 0;
        self.each(field, rows, |lane, fact| {
            if let (Fact::Number(number), Some(own)) = (fact, numbers.get_mut(lane)) {
                *own = number;
                known |= 1 << lane;
            }
        });
        known
    }

    fn texts<'t>(&'t self, field: &Field, rows: &Rows, texts: &mut [&'t str; LANES]) -> u64 {
        let mut known = 0;
        self.each(field, rows, |lane, fact| {
            if let (Fact::Text(text), Some(own)) = (fact, texts.get_mut(lane)) {
                *own = text;
                known |= 1 << lane;
            }
        });
        known
    }

    fn days(&self, field: &Field, offset_secs: i64, rows: &Rows, days: &mut [i64; LANES]) -> u64 {
        let mut known = 0;
        self.each(field, rows, |lane, fact| {
            if let (Some(day), Some(own)) = (fact::day(fact, offset_secs), days.get_mut(lane)) {
                *own = day;
                known |= 1 << lane;
            }
        });
        known
    }

    fn flags(&self, field: &Field, rows: &Rows) -> (u64, u64) {
        let (mut yes, mut known) = (0, 0);
        self.each(field, rows, |lane, fact| {
            if let Fact::Flag(flag) = fact {
                yes |= u64::from(flag) << lane;
                known |= 1 << lane;
            }
        });
        (yes, known)
    }
}
