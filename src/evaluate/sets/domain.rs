//! The domain of sets.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::interval_set::IntervalSet;
use crate::evaluate::domain::{Atom, Atoms, Domain, Numbers};
use crate::evaluate::{AxisOutcome, MaybeUnknown};
use crate::model::limits::AXES_MAX;

/// A set of values of everything: of numbers an [`IntervalSet`], of everything else a [`Set`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sets;

/// A small set of values, sorted and not empty.
///
/// Nearly every set has one value, so each operation checks for that first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Set<V>(InlineValues<V>);

/// Room for every truth without an allocation.
type InlineValues<V> = SmallVec<[V; 3]>;

impl<V: Copy + Ord> Set<V> {
    /// The set of these values; `None` if there are none.
    #[inline]
    pub(crate) fn of(values: impl IntoIterator<Item = V>) -> Option<Set<V>> {
        let mut inline = InlineValues::new();
        values.into_iter().for_each(|value| inline.push(value));
        (!inline.is_empty()).then(|| Set::sorted(inline))
    }

    /// The set of these values, in any order, at least one.
    #[inline]
    fn sorted(mut values: InlineValues<V>) -> Set<V> {
        if values.len() > 1 {
            values.sort_unstable();
            values.dedup();
        }
        Set(values)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = V> {
        self.0.iter().copied()
    }

    /// Adds the values of another set.
    #[inline]
    pub(crate) fn union_with(&mut self, other: &Set<V>) {
        for value in other.iter() {
            if let Err(index) = self.0.binary_search(&value) {
                self.0.insert(index, value);
            }
        }
    }

    /// Whether every value is one of `other`'s.
    pub(crate) fn is_subset(&self, other: &Set<V>) -> bool {
        self.iter().all(|value| other.0.contains(&value))
    }
}

impl Set<bool> {
    /// False and true.
    #[inline]
    fn both() -> Set<bool> {
        Set(SmallVec::from_buf_and_len([false, true, true], 2))
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

impl<V: Copy + Ord + Debug> Atoms<V> for Set<V> {
    #[inline]
    fn one(value: V) -> Set<V> {
        Set(SmallVec::from_buf_and_len([value; 3], 1))
    }

    #[inline]
    fn single(&self) -> Option<V> {
        if let [only] = self.0[..] { Some(only) } else { None }
    }

    #[inline]
    fn is(&self, value: V) -> bool {
        self.single() == Some(value)
    }

    #[inline]
    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        self.iter().any(f)
    }
}

impl Domain for Sets {
    type Of<V: Atom> = Set<V>;
    type Number = IntervalSet;
    type Axes = [AxisOutcome<Sets>; 1];

    #[inline]
    fn map<A: Atom, B: Atom>(of: &Set<A>, f: impl Fn(A) -> B) -> Set<B> {
        if let [only] = of.0[..] {
            return Set::one(f(only));
        }
        let mut values = InlineValues::new();
        of.iter().for_each(|value| values.push(f(value)));
        Set::sorted(values)
    }

    #[inline]
    fn map2<A: Atom, B: Atom, C: Atom>(a: &Set<A>, b: &Set<B>, f: impl Fn(A, B) -> C) -> Set<C> {
        if let ([a], [b]) = (&a.0[..], &b.0[..]) {
            return Set::one(f(*a, *b));
        }
        let mut values = InlineValues::new();
        for a in a.iter() {
            b.iter().for_each(|b| values.push(f(a, b)));
        }
        Set::sorted(values)
    }

    #[inline]
    fn rank(of: &IntervalSet, f: impl Fn(i64) -> usize) -> Set<usize> {
        let ends = |(least, greatest)| {
            let a = f(least);
            (a, if least == greatest { a } else { f(greatest) })
        };
        if let Some((a, b)) = of.interval().map(ends)
            && a == b
        {
            return Set::one(a);
        }
        let mut ranks = InlineValues::new();
        for (a, b) in of.iter().map(ends) {
            ranks.extend(a.min(b)..=a.max(b));
        }
        Set::sorted(ranks)
    }

    #[inline]
    fn within(of: &IntervalSet, range: &RangeInclusive<i64>) -> Set<bool> {
        match of.within(range) {
            (true, true) => Set::both(),
            (inside, _) => Set::one(inside),
        }
    }

    #[inline]
    fn number<A: Atom>(of: &Set<A>, f: impl Fn(A) -> Option<i64>) -> IntervalSet {
        if let [only] = of.0[..] {
            return IntervalSet::one(f(only).unwrap_or(0));
        }
        let numbers = of.iter().filter_map(f).map(|number| (number, number));
        IntervalSet::of(numbers).unwrap_or_else(|| IntervalSet::one(0))
    }

    #[inline]
    fn select(condition: &Set<bool>, mut yes: IntervalSet, no: IntervalSet) -> IntervalSet {
        match condition.single() {
            Some(true) => yes,
            Some(false) => no,
            None => {
                yes.union_with(&no);
                yes
            }
        }
    }

    #[inline]
    fn map_all<'n>(of: impl Iterator<Item = &'n IntervalSet>, f: impl Fn(&[i64]) -> i64) -> IntervalSet {
        let of: SmallVec<[&IntervalSet; AXES_MAX]> = of.collect();
        IntervalSet::map_all(&of, f).unwrap_or_else(|| IntervalSet::one(0))
    }

    fn choices<'n>(
        flags: impl Iterator<Item = &'n Set<bool>>,
        f: impl Fn(&[bool]) -> Option<IntervalSet>,
    ) -> Option<IntervalSet> {
        let mut choices: Vec<SmallVec<[bool; AXES_MAX]>> = vec![SmallVec::new()];
        for flag in flags {
            let longer = choices.iter().flat_map(|choice| {
                flag.iter().map(move |value| {
                    let mut choice = choice.clone();
                    choice.push(value);
                    choice
                })
            });
            choices = longer.collect();
        }
        choices.iter().filter_map(|choice| f(choice)).reduce(|mut all, own| {
            all.union_with(&own);
            all
        })
    }
}

impl MaybeUnknown<Sets> {
    /// Numbers that are known for some members, and whether the number may be unknown. `None` is unknown for all.
    pub(crate) fn numbers(known: Option<IntervalSet>, unknown: bool) -> MaybeUnknown<Sets> {
        let unknown = match known {
            Some(_) if unknown => Set::both(),
            Some(_) => Set::one(false),
            None => Set::one(true),
        };
        MaybeUnknown { number: known.unwrap_or_else(|| IntervalSet::one(0)), unknown }
    }

    pub(super) fn never_known() -> MaybeUnknown<Sets> {
        MaybeUnknown::numbers(None, true)
    }

    /// The numbers of the members that have one.
    pub(crate) fn some(&self) -> Option<&IntervalSet> {
        self.unknown.any(|unknown| !unknown).then_some(&self.number)
    }

    pub(crate) fn may_be_unknown(&self) -> bool {
        self.unknown.any(|unknown| unknown)
    }
}
