//! What an evaluation computes with: one value of each thing for a score, sets of values for the questions beyond it.
//!
//! The law that joins the two: whatever an evaluation finds for one subject at one instant is among what it finds for
//! a set of subjects and instants that holds this one.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::Array;

use super::AxisResult;
use super::columns::Lanes;
use crate::model::limits::AXES_MAX;

/// A small thing that an evaluation meets: a truth, a verdict, a place in a list.
pub(crate) trait Plain: Copy + Ord + Debug {
    /// Any of its values.
    const FIRST: Self;
    /// One for each of several subjects.
    type Lanes: Lanes<Self> + Values<Self>;
}

/// One value, a set of them, or one for each of several subjects, of each thing that an evaluation meets.
pub(crate) trait Domain: Copy + Debug + Sized {
    /// Truths, verdicts, grades and places in lists.
    type Of<V: Plain>: Values<V>;
    /// Points and counts.
    type Number: Numbers;
    /// Room for what the axes came to.
    type Axes: Array<Item = AxisResult<Self>>;

    fn map<A: Plain, B: Plain>(of: &Self::Of<A>, f: impl Fn(A) -> B) -> Self::Of<B>;

    /// Each of one with each of the other.
    fn both<A, B, C>(a: &Self::Of<A>, b: &Self::Of<B>, f: impl Fn(A, B) -> C) -> Self::Of<C>
    where
        A: Plain,
        B: Plain,
        C: Plain;

    /// Changes each of one by each of the other.
    #[inline]
    fn change<A: Plain, B: Plain>(of: &mut Self::Of<A>, by: &Self::Of<B>, f: impl Fn(A, B) -> A) {
        *of = Self::both(of, by, f);
    }

    /// Where numbers stand among rising or falling bounds; `f` is monotone.
    fn places(of: &Self::Number, f: impl Fn(i64) -> usize) -> Self::Of<usize>;

    fn within(of: &Self::Number, range: &RangeInclusive<i64>) -> Self::Of<bool>;

    /// The numbers of those that have one; zero where none has.
    fn number<A: Plain>(of: &Self::Of<A>, f: impl Fn(A) -> Option<i64>) -> Self::Number;

    /// Adds a number to those that have one.
    #[inline]
    fn gain<A: Plain>(sum: &mut Self::Number, of: &Self::Of<A>, f: impl Fn(A) -> i64) {
        sum.add(&Self::number(of, |value| Some(f(value))));
    }

    /// `yes` where that is so, `no` where it is not.
    fn choose(so: &Self::Of<bool>, yes: Self::Number, no: Self::Number) -> Self::Number;

    /// One of each, at most as many as there can be axes, by a function that falls in none of them.
    fn jointly<'n>(of: impl Iterator<Item = &'n Self::Number>, f: impl Fn(&[i64]) -> i64) -> Self::Number
    where
        Self: 'n;
}

/// One value of a small thing, or a set of them.
pub(crate) trait Values<V>: Clone + Debug {
    fn one(value: V) -> Self;
    /// The value, if there is no other.
    fn only(&self) -> Option<V>;
    /// Whether there is this value and no other.
    fn is(&self, value: V) -> bool;
    /// Whether some value satisfies `f`.
    fn any(&self, f: impl Fn(V) -> bool) -> bool;
}

/// One number, or a set of them.
pub(crate) trait Numbers: Clone + Debug {
    fn one(number: i64) -> Self;
    fn add(&mut self, other: &Self);
    /// By a function that never falls.
    fn map(&self, f: impl Fn(i64) -> i64) -> Self;
    /// Each of one with each of the other, by a function that is monotone in either argument.
    fn with(&self, other: &Self, f: impl Fn(i64, i64) -> i64) -> Self;
}

/// One subject at one instant: every thing is its one value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact;

impl Domain for Exact {
    type Of<V: Plain> = V;
    type Number = i64;
    type Axes = [AxisResult<Exact>; AXES_MAX];

    #[inline]
    fn map<A: Plain, B: Plain>(of: &A, f: impl Fn(A) -> B) -> B {
        f(*of)
    }

    #[inline]
    fn both<A: Plain, B: Plain, C: Plain>(a: &A, b: &B, f: impl Fn(A, B) -> C) -> C {
        f(*a, *b)
    }

    #[inline]
    fn places(of: &i64, f: impl Fn(i64) -> usize) -> usize {
        f(*of)
    }

    #[inline]
    fn within(of: &i64, range: &RangeInclusive<i64>) -> bool {
        range.contains(of)
    }

    #[inline]
    fn number<A: Plain>(of: &A, f: impl Fn(A) -> Option<i64>) -> i64 {
        f(*of).unwrap_or(0)
    }

    #[inline]
    fn choose(so: &bool, yes: i64, no: i64) -> i64 {
        if *so { yes } else { no }
    }

    #[inline]
    fn jointly<'n>(of: impl Iterator<Item = &'n i64>, f: impl Fn(&[i64]) -> i64) -> i64 {
        let mut all = [0; AXES_MAX];
        let mut count = 0;
        for (own, number) in all.iter_mut().zip(of) {
            *own = *number;
            count += 1;
        }
        f(all.get(..count).unwrap_or(&all))
    }
}

impl<V: Copy + PartialEq + Debug> Values<V> for V {
    #[inline]
    fn one(value: V) -> V {
        value
    }

    #[inline]
    fn only(&self) -> Option<V> {
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
        // Exact: no rule is worth more than 10^9 points, and of so many rules there is room for the sum; see `Limits::held`.
        *self += *other;
    }

    #[inline]
    fn map(&self, f: impl Fn(i64) -> i64) -> i64 {
        f(*self)
    }

    #[inline]
    fn with(&self, other: &i64, f: impl Fn(i64, i64) -> i64) -> i64 {
        f(*self, *other)
    }
}
