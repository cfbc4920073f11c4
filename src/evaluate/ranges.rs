//! Sets of whole numbers.

use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::domain::Numbers;

/// How many separate ranges are kept; beyond that the closest are taken together.
const RANGES_MAX: usize = 32;

/// How many combinations of ranges are looked at where several sets meet in one formula.
const COMBINATIONS_MAX: usize = 1_024;

/// A set of whole numbers as ranges in rising order, at least one.
///
/// Every operation gives a set that holds each result for each member. It may hold more once there are more separate
/// ranges than are kept; the least and the greatest member are always results themselves if those of the operands are.
/// Most sets are one range, so each operation asks for that first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ranges(Few); // rising, at least one number between neighbours

/// Two are what a rule makes that is worth its points or nothing.
type Few = SmallVec<[(i64, i64); 2]>;

impl Ranges {
    /// From the lesser to the greater of both, whichever comes first.
    #[inline]
    pub(crate) fn from_to(a: i64, b: i64) -> Ranges {
        Ranges(SmallVec::from_buf_and_len([(a.min(b), a.max(b)); 2], 1))
    }

    /// The only range, if there is no other.
    #[inline]
    pub(super) fn single(&self) -> Option<(i64, i64)> {
        if let [only] = self.0[..] { Some(only) } else { None }
    }

    /// Of ranges in any order; `None` of none.
    pub(crate) fn of(ranges: impl IntoIterator<Item = (i64, i64)>) -> Option<Ranges> {
        let mut few = Few::new();
        for (a, b) in ranges {
            few.push((a.min(b), a.max(b)));
        }
        match few[..] {
            [] => None,
            [_] => Some(Ranges(few)),
            _ => Some(Ranges::sorted(few)),
        }
    }

    /// Of ranges in any order, at least one.
    fn sorted(mut ranges: Few) -> Ranges {
        // Most come in order, and those of a sum in a few runs, of which only a stable sort makes use.
        if !ranges.is_sorted() {
            #[expect(clippy::stable_sort_primitive, reason = "it finds the runs that are there")]
            ranges.sort();
        }
        ranges.dedup_by(|later, first| {
            let meets = later.0 <= first.1.saturating_add(1);
            if meets {
                first.1 = first.1.max(later.1);
            }
            meets
        });
        Ranges(ranges).coarser(RANGES_MAX)
    }

    /// The same set, neighbours with the smallest gaps taken together until no more than `most` are left.
    fn coarser(mut self, most: usize) -> Ranges {
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

    /// Puts in a range.
    fn add(&mut self, (least, greatest): (i64, i64)) {
        // Most come in order, or are there.
        match self.0.last() {
            Some((_, to)) if to.saturating_add(1) < least => return self.0.push((least, greatest)),
            Some((from, to)) if *from <= least && greatest <= *to => return,
            _ => {}
        }
        // Those that it meets become one with it.
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

    /// Puts in what is in the other.
    pub(crate) fn unite(&mut self, other: &Ranges) {
        other.iter().for_each(|range| self.add(range));
        if self.0.len() > RANGES_MAX {
            *self = std::mem::replace(self, Ranges::one(0)).coarser(RANGES_MAX);
        }
    }

    /// The only member, if there is no other.
    pub(crate) fn only(&self) -> Option<i64> {
        (self.least() == self.greatest()).then(|| self.least())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, i64)> {
        self.0.iter().copied()
    }

    /// Whether every member is one of `other`.
    pub(crate) fn lies_in(&self, other: &Ranges) -> bool {
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
    pub(crate) fn jointly(of: &[&Ranges], f: impl Fn(&[i64]) -> i64) -> Option<Ranges> {
        if let [only] = of {
            return Some(only.map(|number| f(&[number])));
        }
        // The greatest number of ranges a set may have for the combinations to stay within their bound.
        let most = (1..=RANGES_MAX)
            .rev()
            .find(|most| {
                of.iter()
                    .try_fold(1_usize, |all, set| all.checked_mul(set.0.len().min(*most)))
                    .is_some_and(|all| all <= COMBINATIONS_MAX)
            })
            .unwrap_or(1);
        let coarse: SmallVec<[Ranges; 8]> = of.iter().map(|set| (*set).clone().coarser(most)).collect();
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
        Ranges::of(combinations.iter().map(|(low, high)| (f(low), f(high))))
    }
}

impl Clone for Ranges {
    #[inline]
    fn clone(&self) -> Ranges {
        match self.0[..] {
            [only] => Ranges(SmallVec::from_buf_and_len([only; 2], 1)),
            _ => Ranges(SmallVec::from_slice(&self.0)),
        }
    }
}

impl Numbers for Ranges {
    #[inline]
    fn one(number: i64) -> Ranges {
        Ranges::from_to(number, number)
    }

    /// Each member changed by a function that never falls, or one that never rises.
    #[inline]
    fn map(&self, f: impl Fn(i64) -> i64) -> Ranges {
        let changed = |(a, b)| {
            let least = f(a);
            (least, if a == b { least } else { f(b) })
        };
        if let Some((a, b)) = self.single().map(changed) {
            return Ranges::from_to(a, b);
        }
        Ranges::of(self.iter().map(changed)).unwrap_or_else(|| self.clone())
    }

    /// Each member of one with each of the other, by a function that is monotone in either argument.
    #[inline]
    fn with(&self, other: &Ranges, f: impl Fn(i64, i64) -> i64) -> Ranges {
        let corners = |(a, b), (c, d)| {
            let rows = |c| if a == b { [f(a, c); 2] } else { [f(a, c), f(b, c)] };
            let [first, second] = rows(c);
            let [third, fourth] = if c == d { [first, second] } else { rows(d) };
            (first.min(second).min(third).min(fourth), first.max(second).max(third).max(fourth))
        };
        let corners = &corners;
        let corners = self.iter().flat_map(|own| other.iter().map(move |other| corners(own, other)));
        Ranges::of(corners).unwrap_or_else(|| self.clone())
    }

    #[inline]
    fn add(&mut self, other: &Ranges) {
        let sum = |(a, b): (i64, i64), (c, d): (i64, i64)| (a.saturating_add(c), b.saturating_add(d));
        if let (Some(own), Some(other)) = (self.single(), other.single()) {
            self.0 = SmallVec::from_buf_and_len([sum(own, other); 2], 1);
            return;
        }
        // Rising sums one after the other are sorted in little more than one go.
        let (few, many) = if self.0.len() < other.0.len() { (&*self, other) } else { (other, &*self) };
        let sums = few.iter().flat_map(|few| many.iter().map(move |many| sum(few, many)));
        if let Some(sums) = Ranges::of(sums) {
            *self = sums;
        }
    }
}

/// One member of each of several sets.
type Members = SmallVec<[i64; 8]>;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set() -> impl Strategy<Value = Ranges> {
        proptest::collection::vec((-40_i64..40, 0_i64..5), 1..6)
            .prop_map(|ranges| Ranges::of(ranges.into_iter().map(|(from, more)| (from, from + more))).unwrap())
    }

    fn members(set: &Ranges) -> Vec<i64> {
        set.iter().flat_map(|(a, b)| a..=b).collect()
    }

    fn holds(set: &Ranges, number: i64) -> bool {
        set.within(&(number..=number)).0
    }

    proptest! {
        #[test]
        fn operations_are_those_on_every_member(a in set(), b in set(), low in -40_i64..40, more in 0_i64..20) {
            let sums = a.with(&b, i64::saturating_add);
            let mut joined = a.clone();
            joined.unite(&b);
            let held = a.map(|number| number.clamp(low, low + more));
            for x in members(&a) {
                prop_assert!(holds(&joined, x) && holds(&held, x.clamp(low, low + more)));
                for y in members(&b) {
                    prop_assert!(holds(&sums, x + y));
                }
            }
            prop_assert_eq!((sums.least(), sums.greatest()), (a.least() + b.least(), a.greatest() + b.greatest()));
            let range = low..=low + more;
            let expected = (members(&a).iter().any(|x| range.contains(x)), members(&a).iter().any(|x| !range.contains(x)));
            prop_assert_eq!(a.within(&range), expected);
            prop_assert_eq!(a.lies_in(&b), members(&a).iter().all(|x| holds(&b, *x)));
            let product = Ranges::jointly(&[&a, &b], |both| both.iter().sum()).unwrap();
            prop_assert_eq!(product, sums);
        }

        #[test]
        fn coarser_sets_hold_what_finer_ones_do(a in set(), most in 1_usize..4) {
            let coarse = a.clone().coarser(most);
            prop_assert!(a.lies_in(&coarse) && coarse.0.len() <= most);
            prop_assert_eq!((coarse.least(), coarse.greatest()), (a.least(), a.greatest()));
        }
    }

    #[test]
    fn nothing_lies_within_a_range_that_is_empty() {
        #[expect(clippy::reversed_empty_ranges, reason = "what is tested")]
        let empty = 3..=2;
        assert_eq!(Ranges::one(2).within(&empty), (false, true));
        assert_eq!(Ranges::of([]), None);
    }
}
