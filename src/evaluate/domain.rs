//! Domains: what the truths and numbers of an evaluation are.
//!
//! Soundness relates the two domains: what an evaluation finds for one subject at one instant is an element of what it
//! finds for a set of subjects and instants that contains this one. It holds because each operation here does.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::Array;

use super::outcome::AxisOutcome;
use crate::program::Index;
use crate::truth::Truth;

/// A small value: a truth, a verdict, an index.
pub(crate) trait Atom: Copy + Ord + Debug {}

impl<V: Copy + Ord + Debug> Atom for V {}

/// One value, or a set of values, of everything that an evaluation computes.
pub(crate) trait Domain: Copy + Debug + Sized {
    /// Truths, verdicts, grades and indices.
    type Of<V: Atom>: Atoms<V>;
    /// Points and counts.
    type Number: Numbers;
    /// Room for the axes.
    type Axes: Array<Item = AxisOutcome<Self>>;

    fn map<A: Atom, B: Atom>(of: &Self::Of<A>, f: impl Fn(A) -> B) -> Self::Of<B>;

    /// Each value of `a` with each value of `b`.
    fn map2<A: Atom, B: Atom, C: Atom>(a: &Self::Of<A>, b: &Self::Of<B>, f: impl Fn(A, B) -> C) -> Self::Of<C>;

    /// The rank of numbers among sorted bounds; `f` is monotone.
    fn rank(of: &Self::Number, f: impl Fn(i64) -> usize) -> Self::Of<usize>;

    fn within(of: &Self::Number, range: &RangeInclusive<i64>) -> Self::Of<bool>;

    /// The numbers of the values that have one; zero if none has.
    fn number<A: Atom>(of: &Self::Of<A>, f: impl Fn(A) -> Option<i64>) -> Self::Number;

    /// `yes` where the condition is true, `no` where it is false.
    fn select(condition: &Self::Of<bool>, yes: Self::Number, no: Self::Number) -> Self::Number;

    /// n-ary map over at most as many numbers as there can be axes; `f` is monotone in every argument.
    fn map_all<'n>(of: impl Iterator<Item = &'n Self::Number>, f: impl Fn(&[i64]) -> i64) -> Self::Number
    where
        Self: 'n;

    /// The numbers of `f` for every choice of one value for each flag, at most as many flags as there can be axes; `None` if
    /// `f` has no number for any choice.
    fn choices<'n>(
        flags: impl Iterator<Item = &'n Self::Of<bool>>,
        f: impl Fn(&[bool]) -> Option<Self::Number>,
    ) -> Option<Self::Number>
    where
        Self: 'n;
}

/// One small value, or a set of them.
pub(crate) trait Atoms<V>: Clone + Debug {
    fn one(value: V) -> Self;
    /// The value, if there is only one.
    fn single(&self) -> Option<V>;
    /// Whether this is the only value.
    fn is(&self, value: V) -> bool;
    /// Whether some value satisfies `f`.
    fn any(&self, f: impl Fn(V) -> bool) -> bool;
}

/// One number, or a set of them.
pub(crate) trait Numbers: Clone + Debug {
    fn one(number: i64) -> Self;
    fn add(&mut self, other: &Self);
    /// Maps by a function that never falls.
    fn map(&self, f: impl Fn(i64) -> i64) -> Self;
    /// All numbers between the least and the greatest.
    fn hull(&self) -> Self;
    /// Each number of `self` with each of `other`, by a function that is monotone in either argument.
    fn map2(&self, other: &Self, f: impl Fn(i64, i64) -> i64) -> Self;
}

/// The points of the first of several rows that applies, while the rows are evaluated in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FirstRow {
    /// No row has applied yet. Rows that are unknown have these points, if there are any.
    None(Option<i64>),
    /// Whichever row applies, the points are these.
    Known(i64),
    /// Different rows may apply, with different points.
    Unknown,
}

impl FirstRow {
    /// The state after one more row.
    fn then(self, truth: Truth, points: i64) -> FirstRow {
        match (self, truth) {
            (FirstRow::None(Some(other)), Truth::True | Truth::Unknown) if other != points => FirstRow::Unknown,
            (FirstRow::None(_), Truth::True) => FirstRow::Known(points),
            (FirstRow::None(_), Truth::Unknown) => FirstRow::None(Some(points)),
            (settled, _) => settled,
        }
    }

    /// The points; `None` if unknown.
    pub(super) fn points(self) -> Option<i64> {
        if let FirstRow::Known(points) = self { Some(points) } else { None }
    }
}

/// The points of the first row that is true, or else `otherwise`. Rows after the result is settled are not evaluated.
pub(super) fn first_row<D: Domain>(rows: impl Iterator<Item = (D::Of<Truth>, i64)>, otherwise: i64) -> D::Of<FirstRow> {
    let mut first = D::Of::one(FirstRow::None(None));
    for (truth, points) in rows {
        first = D::map2(&first, &truth, |first, truth| first.then(truth, points));
        if !first.any(|first| matches!(first, FirstRow::None(_))) {
            return first;
        }
    }
    D::map(&first, |first| first.then(Truth::True, otherwise))
}

/// The index of the first condition that is true. Later ones are not evaluated.
pub(super) fn first_true<D: Domain>(truths: impl Iterator<Item = D::Of<Truth>>) -> D::Of<Index> {
    let mut first = D::Of::one(Index::NONE);
    for (index, truth) in truths.enumerate() {
        first = D::map2(&first, &truth, |first, truth| match (first, truth) {
            (Index::NONE, Truth::True) => Index::at(index),
            (first, _) => first,
        });
        if !first.any(|first| first == Index::NONE) {
            break;
        }
    }
    first
}
