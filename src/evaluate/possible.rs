//! Sets of the small things that an evaluation meets, and the domain of sets.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::Measured;
use super::domain::{Domain, Numbers, Plain, Values};
use super::ranges::Ranges;
use crate::model::limits::AXES_MAX;

/// Sets of subjects and instants: every thing is a set that holds all its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Possible;

/// A small set of values, sorted, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set<V>(SmallVec<[V; 4]>);

impl<V: Copy + Ord> Set<V> {
    /// `None` of no values.
    pub(crate) fn of(values: impl IntoIterator<Item = V>) -> Option<Set<V>> {
        let mut values: SmallVec<[V; 4]> = values.into_iter().collect();
        if values.len() > 1 {
            values.sort_unstable();
            values.dedup();
        }
        (!values.is_empty()).then_some(Set(values))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = V> {
        self.0.iter().copied()
    }

    /// What is in either.
    pub(crate) fn joined(&self, other: &Set<V>) -> Set<V> {
        Set::of(self.iter().chain(other.iter())).unwrap_or_else(|| self.clone())
    }

    /// Whether every value is one of `other`'s.
    pub(crate) fn lies_in(&self, other: &Set<V>) -> bool {
        self.iter().all(|value| other.0.contains(&value))
    }
}

impl<V: Copy + Ord + Debug> Values<V> for Set<V> {
    fn one(value: V) -> Set<V> {
        Set(SmallVec::from_buf_and_len([value; 4], 1))
    }

    fn only(&self) -> Option<V> {
        if let [only] = self.0[..] { Some(only) } else { None }
    }

    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        self.iter().any(f)
    }
}

impl Domain for Possible {
    type Of<V: Plain> = Set<V>;
    type Number = Ranges;

    fn map<A: Plain, B: Plain>(of: &Set<A>, f: impl Fn(A) -> B) -> Set<B> {
        let mut values: SmallVec<[B; 4]> = of.iter().map(f).collect();
        values.sort_unstable();
        values.dedup();
        Set(values)
    }

    fn both<A: Plain, B: Plain, C: Plain>(a: &Set<A>, b: &Set<B>, f: impl Fn(A, B) -> C) -> Set<C> {
        let f = &f;
        let mut values: SmallVec<[C; 4]> = a.iter().flat_map(|a| b.iter().map(move |b| f(a, b))).collect();
        values.sort_unstable();
        values.dedup();
        Set(values)
    }

    fn places(of: &Ranges, f: impl Fn(i64) -> usize) -> Set<usize> {
        let mut places: SmallVec<[usize; 4]> = SmallVec::new();
        for (least, greatest) in of.iter() {
            let (a, b) = (f(least), f(greatest));
            places.extend(a.min(b)..=a.max(b));
        }
        places.sort_unstable();
        places.dedup();
        Set(places)
    }

    fn within(of: &Ranges, range: &RangeInclusive<i64>) -> Set<bool> {
        match of.within(range) {
            (true, true) => Set(SmallVec::from_slice(&[false, true])),
            (inside, _) => Set::one(inside),
        }
    }

    fn number<A: Plain>(of: &Set<A>, f: impl Fn(A) -> Option<i64>) -> Ranges {
        let numbers = of.iter().filter_map(f).map(|number| (number, number));
        Ranges::of(numbers).unwrap_or_else(|| Ranges::one(0))
    }

    fn choose(so: &Set<bool>, yes: Ranges, no: Ranges) -> Ranges {
        match so.only() {
            Some(true) => yes,
            Some(false) => no,
            None => yes.joined(&no),
        }
    }

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
        let unknown = Set::of([known.is_none(), known.is_none() || unknown]).unwrap_or_else(|| Set::one(true));
        Measured { number: known.unwrap_or_else(|| Ranges::one(0)), unknown }
    }
}
