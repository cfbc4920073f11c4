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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ranges(SmallVec<[(i64, i64); 4]>); // rising, at least one number between neighbours

impl Ranges {
    /// From the lesser to the greater of both, whichever comes first.
    pub(crate) fn from_to(a: i64, b: i64) -> Ranges {
        Ranges(SmallVec::from_slice(&[(a.min(b), a.max(b))]))
    }

    /// Of ranges in any order; `None` of none.
    pub(crate) fn of(ranges: impl IntoIterator<Item = (i64, i64)>) -> Option<Ranges> {
        let mut ranges: SmallVec<[(i64, i64); 4]> = ranges.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
        if ranges.len() > 1 {
            ranges.sort_unstable();
            ranges.dedup_by(|later, first| {
                let meets = later.0 <= first.1.saturating_add(1);
                if meets {
                    first.1 = first.1.max(later.1);
                }
                meets
            });
        }
        (!ranges.is_empty()).then(|| Ranges(ranges).coarser(RANGES_MAX))
    }

    /// The same set, neighbours with the smallest gaps taken together until no more than `most` are left.
    fn coarser(mut self, most: usize) -> Ranges {
        let Some(surplus) = self.0.len().checked_sub(most.max(1)).filter(|surplus| *surplus > 0) else {
            return self;
        };
        let gap = |before: &(i64, i64), after: &(i64, i64)| after.0.abs_diff(before.1);
        let mut gaps: SmallVec<[u64; 32]> =
            self.0.iter().zip(self.0.iter().skip(1)).map(|(before, after)| gap(before, after)).collect();
        gaps.sort_unstable();
        let closed = gaps.get(surplus - 1).copied().unwrap_or(u64::MAX);
        self.0.dedup_by(|later, first| {
            let close = gap(first, later) <= closed;
            if close {
                first.1 = later.1;
            }
            close
        });
        self
    }

    pub(crate) fn least(&self) -> i64 {
        self.0.first().map_or(0, |(least, _)| *least)
    }

    pub(crate) fn greatest(&self) -> i64 {
        self.0.last().map_or(0, |(_, greatest)| *greatest)
    }

    /// What is in either.
    pub(crate) fn joined(&self, other: &Ranges) -> Ranges {
        if self == other {
            return self.clone();
        }
        Ranges::of(self.iter().chain(other.iter())).unwrap_or_else(|| self.clone())
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

impl Numbers for Ranges {
    fn one(number: i64) -> Ranges {
        Ranges::from_to(number, number)
    }

    /// Each member changed by a function that never falls, or one that never rises.
    fn map(&self, f: impl Fn(i64) -> i64) -> Ranges {
        Ranges::of(self.iter().map(|(a, b)| (f(a), f(b)))).unwrap_or_else(|| self.clone())
    }

    /// Each member of one with each of the other, by a function that is monotone in either argument.
    fn with(&self, other: &Ranges, f: impl Fn(i64, i64) -> i64) -> Ranges {
        let pairs = self.iter().flat_map(|(a, b)| other.iter().map(move |(c, d)| ((a, b), (c, d))));
        let corners = pairs.map(|((a, b), (c, d))| {
            let corners = [f(a, c), f(a, d), f(b, c), f(b, d)];
            let least = corners.into_iter().fold(i64::MAX, i64::min);
            (least, corners.into_iter().fold(i64::MIN, i64::max))
        });
        Ranges::of(corners).unwrap_or_else(|| self.clone())
    }

    fn plus(&self, other: &Ranges) -> Ranges {
        self.with(other, i64::saturating_add)
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
            let joined = a.joined(&b);
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
