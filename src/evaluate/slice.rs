//! Subjects of a slice as a table.

use super::block::Table;
use crate::facts::{Fact, Facts, Field, Rows, lanes_of};

/// Subjects of a slice.
pub(crate) struct Slice<'s, T>(pub(crate) &'s [T]);

impl<T: Facts> Table for Slice<'_, T> {
    type Subject<'t>
        = &'t T
    where
        Self: 't;

    #[inline]
    fn subject(&self, row: usize) -> Option<&T> {
        self.0.get(row)
    }

    #[inline]
    fn facts<'t>(&'t self, field: &Field, rows: Rows<'_, 1>, lanes: u64, mut each: impl FnMut(u64, Fact<'t>)) {
        let mut left = lanes;
        T::each_fact(field, lanes_of(lanes).filter_map(|lane| self.0.get(rows.at(lane))), |fact| {
            let lane = left & left.wrapping_neg();
            left ^= lane;
            each(lane, fact);
        });
    }
}
