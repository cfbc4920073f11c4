//! Sixty-four subjects abreast: every thing is one value for each of them.
//!
//! What there are few values of is kept as masks, one for each value, so that one instruction serves all subjects;
//! numbers and places are kept one by one.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::domain::{Domain, Numbers, Plain, Values};
use super::{AxisResult, Decided, Outcome, Truth};
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

/// The lanes of whose value `holds` is true.
#[inline]
pub(crate) fn lanes_where<V>(values: &[V; LANES], mut holds: impl FnMut(&V) -> bool) -> u64 {
    // A byte each first, which the compiler makes of several values at once; then the lowest bits of eight bytes.
    let mut bytes = [0_u8; LANES];
    bytes.iter_mut().zip(values).for_each(|(byte, value)| *byte = holds(value).into());
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().rev().fold(0, |lanes, eight| {
        const GATHERED: u64 = 0x0102_0408_1020_4080;
        lanes << 8 | u64::from_le_bytes(*eight).wrapping_mul(GATHERED) >> 56
    })
}

/// A number for each lane.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "on the stack, so that nothing is allocated")]
pub(crate) enum LaneNumbers {
    /// The same for all.
    Same(i64),
    Each([i64; LANES]),
}

impl LaneNumbers {
    #[inline]
    pub(crate) fn at(&self, lane: usize) -> i64 {
        match self {
            LaneNumbers::Same(number) => *number,
            LaneNumbers::Each(numbers) => numbers.get(lane).copied().unwrap_or(0),
        }
    }

    /// Gives these lanes another number.
    #[inline]
    fn set(&mut self, number: i64, lanes: u64) {
        if let LaneNumbers::Same(own) = self {
            if *own == number || lanes == 0 {
                return;
            }
            *self = LaneNumbers::Each([*own; LANES]);
        }
        if let LaneNumbers::Each(numbers) = self {
            for lane in lanes_of(lanes) {
                if let Some(own) = numbers.get_mut(lane) {
                    *own = number;
                }
            }
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
        LaneNumbers::Same(number)
    }

    fn plus(&self, other: &LaneNumbers) -> LaneNumbers {
        if let (LaneNumbers::Same(0), more) | (more, LaneNumbers::Same(0)) = (self, other) {
            return more.clone();
        }
        self.with(other, i64::saturating_add)
    }

    #[inline]
    fn map(&self, f: impl Fn(i64) -> i64) -> LaneNumbers {
        match self {
            LaneNumbers::Same(number) => LaneNumbers::Same(f(*number)),
            LaneNumbers::Each(numbers) => LaneNumbers::Each(numbers.map(f)),
        }
    }

    #[inline]
    fn with(&self, other: &LaneNumbers, f: impl Fn(i64, i64) -> i64) -> LaneNumbers {
        match (self, other) {
            (LaneNumbers::Same(a), LaneNumbers::Same(b)) => LaneNumbers::Same(f(*a, *b)),
            (LaneNumbers::Each(a), LaneNumbers::Same(b)) => LaneNumbers::Each(a.map(|a| f(a, *b))),
            (LaneNumbers::Same(a), LaneNumbers::Each(b)) => LaneNumbers::Each(b.map(|b| f(*a, b))),
            (LaneNumbers::Each(a), LaneNumbers::Each(b)) => {
                let mut results = *a;
                results.iter_mut().zip(b).for_each(|(a, b)| *a = f(*a, *b));
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
        match of {
            LaneNumbers::Same(number) => Each::one(f(*number)),
            LaneNumbers::Each(numbers) => Each(numbers.map(f)),
        }
    }

    #[inline]
    fn within(of: &LaneNumbers, range: &RangeInclusive<i64>) -> Masks<bool> {
        match of {
            LaneNumbers::Same(number) => Masks::one(range.contains(number)),
            LaneNumbers::Each(numbers) => Masks::where_true(lanes_where(numbers, |number| range.contains(number))),
        }
    }

    #[inline]
    fn number<A: Plain>(of: &A::Lanes, f: impl Fn(A) -> Option<i64>) -> LaneNumbers {
        let mut found: Option<LaneNumbers> = None;
        of.among(u64::MAX, |value, lanes| {
            let number = f(value).unwrap_or(0);
            match &mut found {
                None => found = Some(LaneNumbers::Same(number)),
                Some(numbers) => numbers.set(number, lanes),
            }
        });
        // There are lanes, so there is a value.
        found.unwrap_or(LaneNumbers::Same(0))
    }

    fn choose(so: &Masks<bool>, yes: LaneNumbers, mut no: LaneNumbers) -> LaneNumbers {
        match (so.only(), yes) {
            (Some(true), yes) => yes,
            (Some(false), _) => no,
            (None, LaneNumbers::Same(yes)) => {
                no.set(yes, so.of(true));
                no
            }
            (None, LaneNumbers::Each(yes)) => {
                let mut chosen = yes;
                for lane in lanes_of(so.of(false)) {
                    if let Some(own) = chosen.get_mut(lane) {
                        *own = no.at(lane);
                    }
                }
                LaneNumbers::Each(chosen)
            }
        }
    }

    fn jointly<'n>(of: impl Iterator<Item = &'n LaneNumbers>, f: impl Fn(&[i64]) -> i64) -> LaneNumbers {
        let of: SmallVec<[&LaneNumbers; AXES_MAX]> = of.collect();
        let at = |lane| {
            let own: SmallVec<[i64; AXES_MAX]> = of.iter().map(|numbers| numbers.at(lane)).collect();
            f(&own)
        };
        if of.iter().all(|numbers| matches!(numbers, LaneNumbers::Same(_))) {
            LaneNumbers::Same(at(0))
        } else {
            LaneNumbers::Each(std::array::from_fn(at))
        }
    }
}

impl Outcome<Abreast> {
    /// The verdict on one of the subjects.
    pub(crate) fn verdict_at(&self, lane: usize) -> Verdict {
        let has = |verdict: &Verdict| self.verdict.of(*verdict) >> lane & 1 == 1;
        // Each lane has one.
        Verdict::ALL.into_iter().find(has).unwrap_or(Verdict::Undetermined)
    }
}
