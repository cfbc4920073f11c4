//! What an evaluation computes with: one value of each thing for a score, sets of values for the questions beyond it.
//!
//! The law that joins the two: whatever an evaluation finds for one subject at one instant is among what it finds for
//! a set of subjects and instants that holds this one.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::{Array, SmallVec};

use super::AxisResult;
use crate::model::limits::AXES_MAX;

/// One value, or a set of them, of each thing that an evaluation meets.
pub(crate) trait Domain: Copy + Debug + Sized {
    /// Truths, verdicts, grades and places in lists.
    type Of<V: Copy + Ord + Debug>: Values<V>;
    /// Points and counts.
    type Number: Numbers;
    /// Room for what the axes came to.
    type Axes: Array<Item = AxisResult<Self>>;

    fn map<A: Copy + Ord + Debug, B: Copy + Ord + Debug>(of: &Self::Of<A>, f: impl Fn(A) -> B) -> Self::Of<B>;

    /// Each of one with each of the other.
    fn both<A, B, C>(a: &Self::Of<A>, b: &Self::Of<B>, f: impl Fn(A, B) -> C) -> Self::Of<C>
    where
        A: Copy + Ord + Debug,
        B: Copy + Ord + Debug,
        C: Copy + Ord + Debug;

    /// Where numbers stand among rising or falling bounds; `f` is monotone.
    fn places(of: &Self::Number, f: impl Fn(i64) -> usize) -> Self::Of<usize>;

    fn within(of: &Self::Number, range: &RangeInclusive<i64>) -> Self::Of<bool>;

    fn number<A: Copy + Ord + Debug>(of: &Self::Of<A>, f: impl Fn(A) -> i64) -> Self::Number;

    /// One of each by a function that falls in none of them.
    fn jointly(of: &[&Self::Number], f: impl Fn(&[i64]) -> i64) -> Self::Number;
}

/// One value of a small thing, or a set of them.
pub(crate) trait Values<V>: Clone + Debug {
    fn one(value: V) -> Self;
    /// The value, if there is no other.
    fn only(&self) -> Option<V>;
    /// Whether some value satisfies `f`.
    fn any(&self, f: impl Fn(V) -> bool) -> bool;
    /// Puts in what is in the other.
    fn unite(&mut self, other: &Self);

    /// What is in either.
    fn joined(mut self, other: &Self) -> Self {
        self.unite(other);
        self
    }
}

/// One number, or a set of them.
pub(crate) trait Numbers: Clone + Debug {
    fn one(number: i64) -> Self;
    fn least(&self) -> i64;
    fn greatest(&self) -> i64;
    fn plus(&self, other: &Self) -> Self;
    /// Puts in what is in the other.
    fn unite(&mut self, other: &Self);

    /// What is in either.
    fn joined(mut self, other: &Self) -> Self {
        self.unite(other);
        self
    }

    /// By a function that never falls.
    fn map(&self, f: impl Fn(i64) -> i64) -> Self;
    /// Each of one with each of the other, by a function that is monotone in either argument.
    fn with(&self, other: &Self, f: impl Fn(i64, i64) -> i64) -> Self;
}

/// One subject at one instant: every thing is its one value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact;

impl Domain for Exact {
    type Of<V: Copy + Ord + Debug> = V;
    type Number = i64;
    type Axes = [AxisResult<Exact>; AXES_MAX];

    fn map<A: Copy + Ord + Debug, B: Copy + Ord + Debug>(of: &A, f: impl Fn(A) -> B) -> B {
        f(*of)
    }

    fn both<A: Copy + Ord + Debug, B: Copy + Ord + Debug, C: Copy + Ord + Debug>(
        a: &A,
        b: &B,
        f: impl Fn(A, B) -> C,
    ) -> C {
        f(*a, *b)
    }

    fn places(of: &i64, f: impl Fn(i64) -> usize) -> usize {
        f(*of)
    }

    fn within(of: &i64, range: &RangeInclusive<i64>) -> bool {
        range.contains(of)
    }

    fn number<A: Copy + Ord + Debug>(of: &A, f: impl Fn(A) -> i64) -> i64 {
        f(*of)
    }

    fn jointly(of: &[&i64], f: impl Fn(&[i64]) -> i64) -> i64 {
        let of: SmallVec<[i64; 8]> = of.iter().map(|number| **number).collect();
        f(&of)
    }
}

impl<V: Copy + Ord + Debug> Values<V> for V {
    fn one(value: V) -> V {
        value
    }

    fn only(&self) -> Option<V> {
        Some(*self)
    }

    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        f(*self)
    }

    /// There are no two ways in which a single value comes about.
    fn unite(&mut self, _: &V) {}
}

impl Numbers for i64 {
    fn one(number: i64) -> i64 {
        number
    }

    fn least(&self) -> i64 {
        *self
    }

    fn greatest(&self) -> i64 {
        *self
    }

    fn plus(&self, other: &i64) -> i64 {
        self.saturating_add(*other)
    }

    /// There are no two ways in which a single number comes about.
    fn unite(&mut self, _: &i64) {}

    fn map(&self, f: impl Fn(i64) -> i64) -> i64 {
        f(*self)
    }

    fn with(&self, other: &i64, f: impl Fn(i64, i64) -> i64) -> i64 {
        f(*self, *other)
    }
}
