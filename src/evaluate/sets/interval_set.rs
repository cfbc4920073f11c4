//! Interval sets: sets of whole numbers as sorted intervals, the numbers of abstract interpretation.

use std::ops::RangeInclusive;

use smallvec::SmallVec;

use crate::evaluate::domain::Numbers;

/// How many separate intervals a set keeps. Beyond that, widening merges the closest ones.
const INTERVALS_MAX: usize = 32;

/// How many combinations of intervals an n-ary map evaluates before it widens its operands.
const MAP_COMBINATIONS_MAX: usize = 1_024;

/// A set of whole numbers as sorted intervals, not empty.
///
/// Every operation returns a set that contains the result for each member. The set may contain more once widening has
/// merged intervals; its least and greatest members are results themselves if those of the operands are. Most sets are one
/// interval, so each operation checks for that first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IntervalSet(InlineIntervals); // ascending, with a gap of at least one number between neighbours

/// Room for the two numbers of a rule that gives its points or nothing.
type InlineIntervals = SmallVec<[(i64, i64); 2]>;

impl IntervalSet {
    /// The interval between two numbers in either order.
    #[inline]
    pub(crate) fn from_to(a: i64, b: i64) -> IntervalSet {
        IntervalSet(SmallVec::from_buf_and_len([(a.min(b), a.max(b)); 2], 1))
    }

    /// The interval, if there is only one.
    #[inline]
    pub(super) fn interval(&self) -> Option<(i64, i64)> {
        if let [only] = self.0[..] { Some(only) } else { None }
    }

    /// The set of these intervals, in any order; `None` if there are none.
    pub(crate) fn of(ranges: impl IntoIterator<Item = (i64, i64)>) -> Option<IntervalSet> {
        let mut inline = InlineIntervals::new();
        for (a, b) in ranges {
            inline.push((a.min(b), a.max(b)));
        }
        match inline[..] {
            [] => None,
            [_] => Some(IntervalSet(inline)),
            _ => Some(IntervalSet::sorted(inline)),
        }
    }

    /// The set of these intervals, in any order, at least one.
    fn sorted(mut ranges: InlineIntervals) -> IntervalSet {
        // Most are sorted, and those of a sum form a few sorted runs, which only a stable sort exploits.
        if !ranges.is_sorted() {
            #[expect(clippy::stable_sort_primitive, reason = "it exploits sorted runs")]
            ranges.sort();
        }
        ranges.dedup_by(|later, first| {
            let meets = later.0 <= first.1.saturating_add(1);
            if meets {
                first.1 = first.1.max(later.1);
            }
            meets
        });
        IntervalSet(ranges).widen(INTERVALS_MAX)
    }

    /// Widens the set: merges the neighbours with the smallest gaps until at most `most` intervals are left.
    fn widen(mut self, most: usize) -> IntervalSet {
        let Some(surplus) = self.0.len().checked_sub(most.max(1)).filter(|surplus| *surplus > 0) else {
            return self;
        };
        let gap = |before: &(i64, i64), after: &(i64, i64)| after.0.abs_diff(before.1);
        let mut gaps: SmallVec<[u64; 32]> =
            self.0.iter().zip(self.0.iter().skip(1)).map(|(before, after)| gap(before, after)).collect();
        let (_, closed, _) = gaps.select_nth_unstable(surplus - 1);
        let closed = *closed;
        self.0.dedup_by(|later, first| {
            let close = gap(first, later) <= closed;
            if close {
                first.1 = later.1;
            }
            close
        });
        self
    }

    /// Adds an interval.
    fn add(&mut self, (least, greatest): (i64, i64)) {
        // Most are beyond the last interval or inside it.
        match self.0.last() {
            Some((_, to)) if to.saturating_add(1) < least => return self.0.push((least, greatest)),
            Some((from, to)) if *from <= least && greatest <= *to => return,
            _ => {}
        }
        // Merge it with the intervals that it meets.
        let first = self.0.partition_point(|(_, to)| to.saturating_add(1) < least);
        let after = self.0.partition_point(|(from, _)| *from <= greatest.saturating_add(1));
        let to = after.checked_sub(1).and_then(|last| self.0.get(last)).map_or(greatest, |(_, to)| greatest.max(*to));
        match self.0.get_mut(first) {
            Some(met) if first < after => {
                *met = (met.0.min(least), to);
                if first + 1 < after {
                    self.0.drain(first + 1..after);
                }
            }
            _ => self.0.insert(first, (least, greatest)),
        }
    }

    #[inline]
    pub(crate) fn least(&self) -> i64 {
        self.0.first().map_or(0, |(least, _)| *least)
    }

    #[inline]
    pub(crate) fn greatest(&self) -> i64 {
        self.0.last().map_or(0, |(_, greatest)| *greatest)
    }

    /// Adds the members of another set.
    pub(crate) fn union_with(&mut self, other: &IntervalSet) {
        other.iter().for_each(|range| self.add(range));
        if self.0.len() > INTERVALS_MAX {
            *self = std::mem::replace(self, IntervalSet::one(0)).widen(INTERVALS_MAX);
        }
    }

    /// The member, if there is only one.
    pub(crate) fn single(&self) -> Option<i64> {
        (self.least() == self.greatest()).then(|| self.least())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, i64)> {
        self.0.iter().copied()
    }

    /// Whether every member is in `other`.
    pub(crate) fn is_subset(&self, other: &IntervalSet) -> bool {
        self.iter().all(|(least, greatest)| other.iter().any(|(from, to)| from <= least && greatest <= to))
    }

    /// Whether some member is within `range`, and whether some is not.
    pub(crate) fn within(&self, range: &RangeInclusive<i64>) -> (bool, bool) {
        let (from, to) = (*range.start(), *range.end());
        let inside = self.iter().any(|(least, greatest)| from <= to && least <= to && from <= greatest);
        let outside = self.iter().any(|(least, greatest)| from > to || least < from || greatest > to);
        (inside, outside)
    }

    /// One member of each, by a function that falls in none of them.
    pub(crate) fn map_all(of: &[&IntervalSet], f: impl Fn(&[i64]) -> i64) -> Option<IntervalSet> {
        if let [only] = of {
            return Some(only.map(|number| f(&[number])));
        }
        // The greatest number of ranges a set may have for the combinations to stay within their bound.
        let most = (1..=INTERVALS_MAX)
            .rev()
            .find(|most| {
                of.iter()
                    .try_fold(1_usize, |all, set| all.checked_mul(set.0.len().min(*most)))
                    .is_some_and(|all| all <= MAP_COMBINATIONS_MAX)
            })
            .unwrap_or(1);
        let coarse: SmallVec<[IntervalSet; 8]> = of.iter().map(|set| (*set).clone().widen(most)).collect();
        let mut combinations: Vec<(Members, Members)> = vec![Default::default()];
        for set in &coarse {
            let longer = combinations.iter().flat_map(|(low, high)| {
                set.iter().map(move |(least, greatest)| {
                    let (mut low, mut high) = (low.clone(), high.clone());
                    low.push(least);
                    high.push(greatest);
                    (low, high)
                })
            });
            combinations = longer.collect();
        }
        IntervalSet::of(combinations.iter().map(|(low, high)| (f(low), f(high))))
    }
}

impl Clone for IntervalSet {
    #[inline]
    fn clone(&self) -> IntervalSet {
        match self.0[..] {
            [only] => IntervalSet(SmallVec::from_buf_and_len([only; 2], 1)),
            _ => IntervalSet(SmallVec::from_slice(&self.0)),
        }
    }
}

impl Numbers for IntervalSet {
    #[inline]
    fn one(number: i64) -> IntervalSet {
        IntervalSet::from_to(number, number)
    }

    /// Maps by a function that never falls, or one that never rises.
    #[inline]
    fn map(&self, f: impl Fn(i64) -> i64) -> IntervalSet {
        let changed = |(a, b)| {
            let least = f(a);
            (least, if a == b { least } else { f(b) })
        };
        if let Some((a, b)) = self.interval().map(changed) {
            return IntervalSet::from_to(a, b);
        }
        IntervalSet::of(self.iter().map(changed)).unwrap_or_else(|| self.clone())
    }

    fn hull(&self) -> IntervalSet {
        IntervalSet::from_to(self.least(), self.greatest())
    }

    /// Each member of `self` with each of `other`, by a function that is monotone in either argument.
    #[inline]
    fn map2(&self, other: &IntervalSet, f: impl Fn(i64, i64) -> i64) -> IntervalSet {
        let corners = |(a, b), (c, d)| {
            let rows = |c| if a == b { [f(a, c); 2] } else { [f(a, c), f(b, c)] };
            let [first, second] = rows(c);
            let [third, fourth] = if c == d { [first, second] } else { rows(d) };
            (first.min(second).min(third).min(fourth), first.max(second).max(third).max(fourth))
        };
        let corners = &corners;
        let corners = self.iter().flat_map(|own| other.iter().map(move |other| corners(own, other)));
        IntervalSet::of(corners).unwrap_or_else(|| self.clone())
    }

    #[inline]
    fn add(&mut self, other: &IntervalSet) {
        let sum = |(a, b): (i64, i64), (c, d): (i64, i64)| (a.saturating_add(c), b.saturating_add(d));
        if let (Some(own), Some(other)) = (self.interval(), other.interval()) {
            self.0 = SmallVec::from_buf_and_len([sum(own, other); 2], 1);
            return;
        }
        // Sorted runs of sums merge in little more than one pass.
        let (few, many) = if self.0.len() < other.0.len() { (&*self, other) } else { (other, &*self) };
        let sums = few.iter().flat_map(|few| many.iter().map(move |many| sum(few, many)));
        if let Some(sums) = IntervalSet::of(sums) {
            *self = sums;
        }
    }
}

/// One member from each of several sets.
type Members = SmallVec<[i64; 8]>;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set() -> impl Strategy<Value = IntervalSet> {
        proptest::collection::vec((-40_i64..40, 0_i64..5), 1..6)
            .prop_map(|ranges| IntervalSet::of(ranges.into_iter().map(|(from, more)| (from, from + more))).unwrap())
    }

    fn members(set: &IntervalSet) -> Vec<i64> {
        set.iter().flat_map(|(a, b)| a..=b).collect()
    }

    fn holds(set: &IntervalSet, number: i64) -> bool {
        set.within(&(number..=number)).0
    }

    proptest! {
        #[test]
        fn operations_contain_the_result_for_every_member(a in set(), b in set(), low in -40_i64..40, more in 0_i64..20) {
            let sums = a.map2(&b, i64::saturating_add);
            let mut joined = a.clone();
            joined.union_with(&b);
            let clamped = a.map(|number| number.clamp(low, low + more));
            for x in members(&a) {
                prop_assert!(holds(&joined, x) && holds(&clamped, x.clamp(low, low + more)));
                for y in members(&b) {
                    prop_assert!(holds(&sums, x + y));
                }
            }
            prop_assert_eq!((sums.least(), sums.greatest()), (a.least() + b.least(), a.greatest() + b.greatest()));
            let range = low..=low + more;
            let expected = (members(&a).iter().any(|x| range.contains(x)), members(&a).iter().any(|x| !range.contains(x)));
            prop_assert_eq!(a.within(&range), expected);
            prop_assert_eq!(a.is_subset(&b), members(&a).iter().all(|x| holds(&b, *x)));
            let product = IntervalSet::map_all(&[&a, &b], |both| both.iter().sum()).unwrap();
            prop_assert_eq!(product, sums);
        }

        #[test]
        fn widening_keeps_members_and_ends(a in set(), most in 1_usize..4) {
            let wide = a.clone().widen(most);
            prop_assert!(a.is_subset(&wide) && wide.0.len() <= most);
            prop_assert_eq!((wide.least(), wide.greatest()), (a.least(), a.greatest()));
        }
    }

    #[test]
    fn no_number_is_in_an_empty_range() {
        #[expect(clippy::reversed_empty_ranges, reason = "what is tested")]
        let empty = 3..=2;
        assert_eq!(IntervalSet::one(2).within(&empty), (false, true));
        assert_eq!(IntervalSet::of([]), None);
    }
}
