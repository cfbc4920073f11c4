//! The concrete domain: one value of everything.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use crate::evaluate::domain::{Atom, Atoms, Domain, Numbers};
use crate::evaluate::outcome::AxisOutcome;
use crate::model::limits::AXES_MAX;

/// One value of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Concrete;

impl Domain for Concrete {
    type Of<V: Atom> = V;
    type Number = i64;
    type Axes = [AxisOutcome<Concrete>; AXES_MAX];

    #[inline]
    fn map<A: Atom, B: Atom>(of: &A, f: impl Fn(A) -> B) -> B {
        f(*of)
    }

    #[inline]
    fn map2<A: Atom, B: Atom, C: Atom>(a: &A, b: &B, f: impl Fn(A, B) -> C) -> C {
        f(*a, *b)
    }

    #[inline]
    fn rank(of: &i64, f: impl Fn(i64) -> usize) -> usize {
        f(*of)
    }

    #[inline]
    fn within(of: &i64, range: &RangeInclusive<i64>) -> bool {
        range.contains(of)
    }

    #[inline]
    fn number<A: Atom>(of: &A, f: impl Fn(A) -> Option<i64>) -> i64 {
        f(*of).unwrap_or(0)
    }

    #[inline]
    fn select(condition: &bool, yes: i64, no: i64) -> i64 {
        if *condition { yes } else { no }
    }

    #[inline]
    fn map_all<'n>(of: impl Iterator<Item = &'n i64>, f: impl Fn(&[i64]) -> i64) -> i64 {
        let mut all = [0; AXES_MAX];
        let mut count = 0;
        for (own, number) in all.iter_mut().zip(of) {
            *own = *number;
            count += 1;
        }
        f(all.get(..count).unwrap_or(&all))
    }

    fn choices<'n>(flags: impl Iterator<Item = &'n bool>, f: impl Fn(&[bool]) -> Option<i64>) -> Option<i64> {
        f(&flags.copied().collect::<SmallVec<[bool; AXES_MAX]>>())
    }
}

impl<V: Copy + PartialEq + Debug> Atoms<V> for V {
    #[inline]
    fn one(value: V) -> V {
        value
    }

    #[inline]
    fn single(&self) -> Option<V> {
        Some(*self)
    }

    #[inline]
    fn is(&self, value: V) -> bool {
        *self == value
    }

    #[inline]
    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        f(*self)
    }
}

impl Numbers for i64 {
    #[inline]
    fn one(number: i64) -> i64 {
        number
    }

    #[inline]
    fn add(&mut self, other: &i64) {
        // Exact: no rule is worth more than 10^9 points, and the limit on rules leaves room for the sum; see
        // `DocumentLimits::clamped`.
        *self += *other;
    }

    #[inline]
    fn map(&self, f: impl Fn(i64) -> i64) -> i64 {
        f(*self)
    }

    fn hull(&self) -> i64 {
        *self
    }

    #[inline]
    fn map2(&self, other: &i64, f: impl Fn(i64, i64) -> i64) -> i64 {
        f(*self, *other)
    }
}
