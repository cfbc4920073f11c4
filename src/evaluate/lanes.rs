//! Sixty-four subjects abreast: every thing is one value for each of them.
//!
//! What there are few values of is kept as masks, one for each value, so that one instruction serves all subjects;
//! numbers and places are kept one by one.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::domain::{Domain, Numbers, Plain, Values};
use super::{AxisResult, Decided, Truth};
use crate::facts::lanes_where;
use crate::grade::Verdict;
use crate::model::limits::AXES_MAX;

/// How many subjects go abreast: as many as a mask has bits.
pub(crate) const LANES: usize = crate::facts::BLOCK;

/// One value for each of [`LANES`] subjects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Abreast;

/// Values of one sort, one for each lane.
pub(crate) trait Lanes<V>: Clone + Debug {
    /// To be filled by [`put`](Lanes::put) for every lane.
    fn unfilled() -> Self;
    fn put(&mut self, value: V, lanes: u64);
    /// Every value among these lanes with those that have it.
    fn among(&self, lanes: u64, each: impl FnMut(V, u64));
    /// A number for each value.
    fn numbers(&self, f: impl Fn(V) -> i64) -> LaneNumbers;
}

/// A thing of which there are at most four different ones.
pub(crate) trait Few: Copy + 'static {
    const ALL: &'static [Self];
    fn number(self) -> usize;
}

/// The lanes that have each value, in its number's place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Masks<V>([u64; 4], std::marker::PhantomData<V>);

impl Masks<bool> {
    /// True in these lanes, false in the others.
    #[inline]
    pub(crate) fn where_true(lanes: u64) -> Masks<bool> {
        let mut masks = Masks::unfilled();
        masks.put(true, lanes);
        masks.put(false, !lanes);
        masks
    }
}

impl<V: Few> Masks<V> {
    /// The lanes that have a value.
    #[inline]
    pub(crate) fn of(&self, value: V) -> u64 {
        self.0.get(value.number()).copied().unwrap_or(0)
    }
}

impl Masks<Verdict> {
    #[inline]
    pub(crate) fn at(&self, lane: usize) -> Verdict {
        let has = |verdict: &Verdict| self.of(*verdict) >> lane & 1 == 1;
        // Each lane has one.
        Verdict::ALL.into_iter().find(has).unwrap_or(Verdict::Undetermined)
    }

    /// One after the other.
    #[inline]
    pub(crate) fn each(&self) -> [Verdict; LANES] {
        let [_, undetermined, ineligible, disqualified] = self.0;
        codes([undetermined | disqualified, ineligible | disqualified].into_iter()).map(|code| match code & 3 {
            0 => Verdict::Eligible,
            1 => Verdict::Undetermined,
            2 => Verdict::Ineligible,
            _ => Verdict::Disqualified,
        })
    }
}

impl Masks<Truth> {
    /// Known truths, and the lanes of which nothing is known.
    #[inline]
    pub(crate) fn truths(holds: u64, unknown: u64) -> Masks<Truth> {
        let mut masks = Masks::unfilled();
        masks.put(Truth::True, holds & !unknown);
        masks.put(Truth::Unknown, unknown);
        masks.put(Truth::False, !holds & !unknown);
        masks
    }
}

impl<V: Few + Debug> Lanes<V> for Masks<V> {
    #[inline]
    fn unfilled() -> Masks<V> {
        Masks([0; 4], std::marker::PhantomData)
    }

    #[inline]
    fn put(&mut self, value: V, lanes: u64) {
        if let Some(mask) = self.0.get_mut(value.number()) {
            *mask |= lanes;
        }
    }

    #[inline]
    fn among(&self, lanes: u64, mut each: impl FnMut(V, u64)) {
        for value in V::ALL {
            let own = self.of(*value) & lanes;
            if own != 0 {
                each(*value, own);
            }
        }
    }

    #[inline]
    fn numbers(&self, f: impl Fn(V) -> i64) -> LaneNumbers {
        let mut there = V::ALL.iter().map(|value| (*value, self.of(*value))).filter(|(_, lanes)| *lanes != 0);
        // There are lanes, so there is a value.
        let Some((first, _)) = there.next() else { return LaneNumbers::one(0) };
        let base = f(first);
        let more = there.clone().map(|(value, lanes)| (f(value).checked_sub(base), lanes));
        Sum::of(Some(base), more).map_or_else(
            || {
                let mut each = [base; LANES];
                there.for_each(|(value, lanes)| {
                    lanes_of(lanes).for_each(|lane| each.get_mut(lane).into_iter().for_each(|own| *own = f(value)));
                });
                LaneNumbers::Each(each)
            },
            LaneNumbers::Sum,
        )
    }
}

macro_rules! few {
    ($($value:ty, first $first:expr, $($own:pat => $number:literal = $all:expr),+;)*) => {$(
        impl Few for $value {
            const ALL: &'static [$value] = &[$($all),+];

            #[inline]
            fn number(self) -> usize {
                match self { $($own => $number),+ }
            }
        }

        impl Plain for $value {
            const FIRST: $value = $first;
            type Lanes = Masks<$value>;
        }
    )*};
}

few! {
    bool, first false, false => 0 = false, true => 1 = true;
    Truth, first Truth::False, Truth::False => 0 = Truth::False, Truth::Unknown => 1 = Truth::Unknown, Truth::True => 2 = Truth::True;
    Verdict, first Verdict::Eligible, Verdict::Eligible => 0 = Verdict::Eligible, Verdict::Undetermined => 1 = Verdict::Undetermined,
        Verdict::Ineligible => 2 = Verdict::Ineligible, Verdict::Disqualified => 3 = Verdict::Disqualified;
    Option<bool>, first None, None => 0 = None, Some(false) => 1 = Some(false), Some(true) => 2 = Some(true);
}

/// A value for each lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Each<V>([V; LANES]);

impl<V: Plain> Each<V> {
    #[inline]
    pub(crate) fn at(&self, lane: usize) -> V {
        self.0.get(lane).copied().unwrap_or(V::FIRST)
    }
}

impl<V: Plain> Lanes<V> for Each<V> {
    #[inline]
    fn unfilled() -> Each<V> {
        Each([V::FIRST; LANES])
    }

    #[inline]
    fn put(&mut self, value: V, lanes: u64) {
        if lanes == u64::MAX {
            self.0 = [value; LANES];
            return;
        }
        for lane in lanes_of(lanes) {
            if let Some(own) = self.0.get_mut(lane) {
                *own = value;
            }
        }
    }

    #[inline]
    fn among(&self, lanes: u64, mut each: impl FnMut(V, u64)) {
        for lane in lanes_of(lanes) {
            if let Some(value) = self.0.get(lane) {
                each(*value, 1 << lane);
            }
        }
    }

    #[inline]
    fn numbers(&self, f: impl Fn(V) -> i64) -> LaneNumbers {
        LaneNumbers::Each(self.0.map(f))
    }
}

macro_rules! each {
    ($($value:ty = $first:expr;)*) => {$(
        impl Plain for $value {
            const FIRST: $value = $first;
            type Lanes = Each<$value>;
        }
    )*};
}

each! {
    usize = 0;
    Option<usize> = None;
    (usize, usize) = (0, 0);
    Decided = Decided::Not;
}

/// The lanes of a mask, the first first.
#[inline]
pub(crate) fn lanes_of(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = mask.trailing_zeros();
        mask &= mask.checked_sub(1)?;
        usize::try_from(lane).ok()
    })
}

/// For each lane, the bit that it has in each of at most eight masks, that in the first lowest.
#[inline]
fn codes(masks: impl Iterator<Item = u64>) -> [u8; LANES] {
    let mut codes = [0_u64; LANES / 8];
    for (place, mask) in masks.enumerate() {
        for (own, byte) in codes.iter_mut().zip(mask.to_le_bytes()) {
            // A byte for each bit, of which the bit alone is kept, and made a one.
            let kept = u64::from(byte).wrapping_mul(0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
            *own |= ((kept + 0x7f7f_7f7f_7f7f_7f7f) >> 7 & 0x0101_0101_0101_0101) << place;
        }
    }
    let mut each = [0; LANES];
    for (eight, own) in each.as_chunks_mut::<8>().0.iter_mut().zip(codes) {
        *eight = own.to_le_bytes();
    }
    each
}

/// A number for each lane.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "on the stack, so that nothing is allocated")]
pub(crate) enum LaneNumbers {
    Sum(Sum),
    Each([i64; LANES]),
}

/// A number that all lanes have, and others that some have on top of it: points of rules, before they are looked at.
///
/// Never overflows, whichever of them a lane has.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    base: i64,
    terms: [(i64, u64); Sum::ROOM],
    count: usize,
}

impl Sum {
    const ROOM: usize = 12;
    /// How many terms are added up together: as many as have 64 sums.
    const TOGETHER: usize = 6;

    #[inline]
    fn one(base: i64) -> Sum {
        Sum { base, terms: [(0, 0); Sum::ROOM], count: 0 }
    }

    /// `None` where there are too many terms, or they could overflow.
    #[inline]
    fn of(base: Option<i64>, terms: impl Iterator<Item = (Option<i64>, u64)>) -> Option<Sum> {
        let mut sum = Sum::one(base?);
        let mut span = sum.base.checked_abs()?;
        for (number, lanes) in terms {
            let number = number?;
            if number != 0 && lanes != 0 {
                span = span.checked_add(number.checked_abs()?)?;
                *sum.terms.get_mut(sum.count)? = (number, lanes);
                sum.count += 1;
            }
        }
        Some(sum)
    }

    #[inline]
    fn terms(&self) -> &[(i64, u64)] {
        self.terms.get(..self.count).unwrap_or(&self.terms)
    }

    /// The terms, in these lanes alone.
    #[inline]
    fn among(&self, lanes: u64) -> impl Iterator<Item = (Option<i64>, u64)> {
        self.terms().iter().map(move |(number, own)| (Some(*number), own & lanes))
    }

    /// The number, if it is the same in all lanes.
    #[inline]
    fn same(&self) -> Option<i64> {
        (self.count == 0).then_some(self.base)
    }

    #[inline]
    fn at(&self, lane: usize) -> i64 {
        self.terms()
            .iter()
            .fold(self.base, |sum, (number, lanes)| if lanes >> lane & 1 == 1 { sum + number } else { sum })
    }

    fn each(&self) -> [i64; LANES] {
        let mut each = [self.base; LANES];
        for terms in self.terms().chunks(Sum::TOGETHER) {
            // The sums of all that a lane can have of them.
            let mut sums = [0; 1 << Sum::TOGETHER];
            for (place, (number, _)) in terms.iter().enumerate() {
                let (without, with) = sums.split_at_mut(1 << place);
                with.iter_mut().zip(without).for_each(|(with, without)| *with = *without + number);
            }
            let codes = codes(terms.iter().map(|(_, lanes)| *lanes));
            for (own, code) in each.iter_mut().zip(codes) {
                *own += sums.get(usize::from(code)).copied().unwrap_or(0);
            }
        }
        each
    }
}

impl LaneNumbers {
    #[inline]
    pub(crate) fn at(&self, lane: usize) -> i64 {
        match self {
            LaneNumbers::Sum(sum) => sum.at(lane),
            LaneNumbers::Each(numbers) => numbers.get(lane).copied().unwrap_or(0),
        }
    }

    #[inline]
    pub(crate) fn each(&self) -> [i64; LANES] {
        match self {
            LaneNumbers::Sum(sum) => sum.each(),
            LaneNumbers::Each(numbers) => *numbers,
        }
    }

    /// The number, if it is known to be the same in all lanes.
    #[inline]
    fn same(&self) -> Option<i64> {
        match self {
            LaneNumbers::Sum(sum) => sum.same(),
            LaneNumbers::Each(_) => None,
        }
    }
}

impl<V: Few + Debug> Values<V> for Masks<V> {
    #[inline]
    fn one(value: V) -> Masks<V> {
        let mut masks = Masks::unfilled();
        masks.put(value, u64::MAX);
        masks
    }

    #[inline]
    fn only(&self) -> Option<V> {
        V::ALL.iter().copied().find(|value| self.of(*value) == u64::MAX)
    }

    #[inline]
    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        V::ALL.iter().any(|value| self.of(*value) != 0 && f(*value))
    }
}

impl<V: Plain> Values<V> for Each<V> {
    #[inline]
    fn one(value: V) -> Each<V> {
        Each([value; LANES])
    }

    #[inline]
    fn only(&self) -> Option<V> {
        let [first, rest @ ..] = &self.0;
        rest.iter().all(|value| value == first).then_some(*first)
    }

    #[inline]
    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        self.0.iter().any(|value| f(*value))
    }
}

impl Numbers for LaneNumbers {
    #[inline]
    fn one(number: i64) -> LaneNumbers {
        LaneNumbers::Sum(Sum::one(number))
    }

    fn plus(&self, other: &LaneNumbers) -> LaneNumbers {
        if let (LaneNumbers::Sum(a), LaneNumbers::Sum(b)) = (self, other)
            && let Some(sum) = Sum::of(a.base.checked_add(b.base), a.among(u64::MAX).chain(b.among(u64::MAX)))
        {
            return LaneNumbers::Sum(sum);
        }
        match (self.same(), other.same()) {
            (Some(0), _) => other.clone(),
            (_, Some(0)) => self.clone(),
            _ => self.with(other, i64::saturating_add),
        }
    }

    #[inline]
    fn map(&self, f: impl Fn(i64) -> i64) -> LaneNumbers {
        match self.same() {
            Some(number) => LaneNumbers::one(f(number)),
            None => LaneNumbers::Each(self.each().map(f)),
        }
    }

    #[inline]
    fn with(&self, other: &LaneNumbers, f: impl Fn(i64, i64) -> i64) -> LaneNumbers {
        match (self.same(), other.same()) {
            (Some(a), Some(b)) => LaneNumbers::one(f(a, b)),
            (_, Some(b)) => self.map(|a| f(a, b)),
            (Some(a), _) => other.map(|b| f(a, b)),
            (None, None) => {
                let mut results = self.each();
                results.iter_mut().zip(other.each()).for_each(|(a, b)| *a = f(*a, b));
                LaneNumbers::Each(results)
            }
        }
    }
}

impl Domain for Abreast {
    type Of<V: Plain> = V::Lanes;
    type Number = LaneNumbers;
    type Axes = [AxisResult<Abreast>; AXES_MAX];

    #[inline]
    fn map<A: Plain, B: Plain>(of: &A::Lanes, f: impl Fn(A) -> B) -> B::Lanes {
        let mut mapped = B::Lanes::unfilled();
        of.among(u64::MAX, |a, lanes| mapped.put(f(a), lanes));
        mapped
    }

    #[inline]
    fn both<A: Plain, B: Plain, C: Plain>(a: &A::Lanes, b: &B::Lanes, f: impl Fn(A, B) -> C) -> C::Lanes {
        let mut both = C::Lanes::unfilled();
        a.among(u64::MAX, |a, lanes| b.among(lanes, |b, lanes| both.put(f(a, b), lanes)));
        both
    }

    #[inline]
    fn places(of: &LaneNumbers, f: impl Fn(i64) -> usize) -> Each<usize> {
        match of.same() {
            Some(number) => Each::one(f(number)),
            None => Each(of.each().map(f)),
        }
    }

    #[inline]
    fn within(of: &LaneNumbers, range: &RangeInclusive<i64>) -> Masks<bool> {
        match of.same() {
            Some(number) => Masks::one(range.contains(&number)),
            None => Masks::where_true(lanes_where(&of.each(), |number| range.contains(number))),
        }
    }

    #[inline]
    fn number<A: Plain>(of: &A::Lanes, f: impl Fn(A) -> Option<i64>) -> LaneNumbers {
        of.numbers(|value| f(value).unwrap_or(0))
    }

    fn choose(so: &Masks<bool>, yes: LaneNumbers, no: LaneNumbers) -> LaneNumbers {
        match so.only() {
            Some(true) => return yes,
            Some(false) => return no,
            None => {}
        }
        let lanes = so.of(true);
        if let (LaneNumbers::Sum(yes), LaneNumbers::Sum(no)) = (&yes, &no)
            && let more = std::iter::once((yes.base.checked_sub(no.base), lanes))
            && let Some(sum) = Sum::of(Some(no.base), more.chain(yes.among(lanes)).chain(no.among(!lanes)))
        {
            return LaneNumbers::Sum(sum);
        }
        let (mut chosen, yes) = (no.each(), yes.each());
        for (lane, (own, yes)) in chosen.iter_mut().zip(yes).enumerate() {
            *own = if lanes >> lane & 1 == 1 { yes } else { *own };
        }
        LaneNumbers::Each(chosen)
    }

    fn jointly<'n>(of: impl Iterator<Item = &'n LaneNumbers>, f: impl Fn(&[i64]) -> i64) -> LaneNumbers {
        let of: SmallVec<[&LaneNumbers; AXES_MAX]> = of.collect();
        let each: SmallVec<[[i64; LANES]; AXES_MAX]> = of.iter().map(|numbers| numbers.each()).collect();
        let at = |lane: usize| {
            let own = each.iter().map(|numbers| numbers.get(lane).copied().unwrap_or(0));
            f(&own.collect::<SmallVec<[i64; AXES_MAX]>>())
        };
        if of.iter().all(|numbers| numbers.same().is_some()) {
            LaneNumbers::one(at(0))
        } else {
            LaneNumbers::Each(std::array::from_fn(at))
        }
    }
}
