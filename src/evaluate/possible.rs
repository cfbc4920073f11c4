//! Sets of the small things that an evaluation meets, and the domain of sets.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::domain::{Domain, Numbers, Plain, Values};
use super::ranges::Ranges;
use super::{AxisResult, Measured};
use crate::model::limits::AXES_MAX;

/// Sets of subjects and instants: every thing is a set that holds all its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Possible;

/// A small set of values, sorted, at least one.
///
/// Nearly every set has one value, so each operation asks for that first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Set<V>(Few<V>);

/// There is room for every truth.
type Few<V> = SmallVec<[V; 3]>;

impl<V: Copy + Ord> Set<V> {
    /// `None` of no values.
    #[inline]
    pub(crate) fn of(values: impl IntoIterator<Item = V>) -> Option<Set<V>> {
        let mut few = Few::new();
        values.into_iter().for_each(|value| few.push(value));
        (!few.is_empty()).then(|| Set::sorted(few))
    }

    /// Of values in any order, at least one.
    #[inline]
    fn sorted(mut values: Few<V>) -> Set<V> {
        if values.len() > 1 {
            values.sort_unstable();
            values.dedup();
        }
        Set(values)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = V> {
        self.0.iter().copied()
    }

    /// Puts in what is in the other.
    #[inline]
    pub(crate) fn unite(&mut self, other: &Set<V>) {
        for value in other.iter() {
            if let Err(place) = self.0.binary_search(&value) {
                self.0.insert(place, value);
            }
        }
    }

    /// Whether every value is one of `other`'s.
    pub(crate) fn lies_in(&self, other: &Set<V>) -> bool {
        self.iter().all(|value| other.0.contains(&value))
    }
}

impl<V: Copy> Clone for Set<V> {
    #[inline]
    fn clone(&self) -> Set<V> {
        match self.0[..] {
            [only] => Set(SmallVec::from_buf_and_len([only; 3], 1)),
            _ => Set(SmallVec::from_slice(&self.0)),
        }
    }
}

impl<V: Copy + Ord + Debug> Values<V> for Set<V> {
    #[inline]
    fn one(value: V) -> Set<V> {
        Set(SmallVec::from_buf_and_len([value; 3], 1))
    }

    #[inline]
    fn only(&self) -> Option<V> {
        if let [only] = self.0[..] { Some(only) } else { None }
    }

    #[inline]
    fn is(&self, value: V) -> bool {
        self.only() == Some(value)
    }

    #[inline]
    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        self.iter().any(f)
    }
}

impl Domain for Possible {
    type Of<V: Plain> = Set<V>;
    type Number = Ranges;
    type Axes = [AxisResult<Possible>; 1];

    #[inline]
    fn map<A: Plain, B: Plain>(of: &Set<A>, f: impl Fn(A) -> B) -> Set<B> {
        if let [only] = of.0[..] {
            return Set::one(f(only));
        }
        let mut values = Few::new();
        of.iter().for_each(|value| values.push(f(value)));
        Set::sorted(values)
    }

    #[inline]
    fn both<A: Plain, B: Plain, C: Plain>(a: &Set<A>, b: &Set<B>, f: impl Fn(A, B) -> C) -> Set<C> {
        if let ([a], [b]) = (&a.0[..], &b.0[..]) {
            return Set::one(f(*a, *b));
        }
        let mut values = Few::new();
        for a in a.iter() {
            b.iter().for_each(|b| values.push(f(a, b)));
        }
        Set::sorted(values)
    }

    #[inline]
    fn places(of: &Ranges, f: impl Fn(i64) -> usize) -> Set<usize> {
        let ends = |(least, greatest)| {
            let a = f(least);
            (a, if least == greatest { a } else { f(greatest) })
        };
        if let Some((a, b)) = of.single().map(ends)
            && a == b
        {
            return Set::one(a);
        }
        let mut places = Few::new();
        for (a, b) in of.iter().map(ends) {
            places.extend(a.min(b)..=a.max(b));
        }
        Set::sorted(places)
    }

    #[inline]
    fn within(of: &Ranges, range: &RangeInclusive<i64>) -> Set<bool> {
        match of.within(range) {
            (true, true) => Set(SmallVec::from_buf_and_len([false, true, true], 2)),
            (inside, _) => Set::one(inside),
        }
    }

    #[inline]
    fn number<A: Plain>(of: &Set<A>, f: impl Fn(A) -> Option<i64>) -> Ranges {
        if let [only] = of.0[..] {
            return Ranges::one(f(only).unwrap_or(0));
        }
        let numbers = of.iter().filter_map(f).map(|number| (number, number));
        Ranges::of(numbers).unwrap_or_else(|| Ranges::one(0))
    }

    #[inline]
    fn choose(so: &Set<bool>, mut yes: Ranges, no: Ranges) -> Ranges {
        match so.only() {
            Some(true) => yes,
            Some(false) => no,
            None => {
                yes.unite(&no);
                yes
            }
        }
    }

    #[inline]
    fn jointly<'n>(of: impl Iterator<Item = &'n Ranges>, f: impl Fn(&[i64]) -> i64) -> Ranges {
        let of: SmallVec<[&Ranges; AXES_MAX]> = of.collect();
        Ranges::jointly(&of, f).unwrap_or_else(|| Ranges::one(0))
    }
}

/// A number that may be unknown: which numbers there can be, and whether it can be unknown. One of both is so.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) known: Option<Ranges>,
    pub(super) unknown: bool,
}

impl From<Found> for Measured<Possible> {
    fn from(Found { known, unknown }: Found) -> Measured<Possible> {
        let mut unknown = Set::one(unknown || known.is_none());
        if known.is_some() {
            unknown.unite(&Set::one(false));
        }
        Measured { number: known.unwrap_or_else(|| Ranges::one(0)), unknown }
    }
}
