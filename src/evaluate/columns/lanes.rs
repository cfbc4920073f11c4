//! The domain of lanes (SIMD): one value of each thing for each row of a block.
//!
//! A thing with few possible values is a mask for each value, so that one instruction serves 64 rows. Numbers and
//! indices are arrays. Points stay sums of terms with masks as long as they can.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::kernels::lanes_where;
use super::mask::{LANES, Mask, WORDS, lanes_of};
use crate::evaluate::domain::{Domain, Numbers, Plain, Values};
use crate::evaluate::{AxisResult, Decided, Exact, Outcome, Truth};
use crate::grade::Verdict;
use crate::model::limits::AXES_MAX;
use crate::program::Place;

/// One value for each row of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Abreast;

/// Values of one sort, one for each lane.
pub(crate) trait Lanes<V>: Clone + Debug {
    /// To be filled by [`put`](Lanes::put) for every lane.
    fn unfilled() -> Self;
    fn put(&mut self, value: V, lanes: Mask);
    /// Every value among these lanes with those that have it.
    fn among(&self, lanes: Mask, each: impl FnMut(V, Mask));
    /// Other values in these lanes, by those that are there.
    fn change(&mut self, lanes: Mask, f: impl Fn(V) -> V);
    /// Adds a number for each value, where there is room for it in a sum.
    fn gain(&self, sum: &mut Sum, f: impl Fn(V) -> i64) -> bool;
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
pub(crate) struct Masks<V>([Mask; 4], std::marker::PhantomData<V>);

impl Masks<bool> {
    /// True in these lanes, false in the others.
    #[inline]
    pub(crate) fn where_true(lanes: Mask) -> Masks<bool> {
        let mut masks = Masks::unfilled();
        masks.put(true, lanes);
        masks.put(false, !lanes);
        masks
    }
}

impl<V: Few> Masks<V> {
    #[inline]
    fn take(&mut self, value: V, lanes: Mask) {
        if let Some(mask) = self.0.get_mut(value.number()) {
            *mask = *mask & !lanes;
        }
    }

    /// The lanes that have a value.
    #[inline]
    pub(crate) fn of(&self, value: V) -> Mask {
        self.0.get(value.number()).copied().unwrap_or(Mask::NONE)
    }
}

impl Masks<Verdict> {
    #[inline]
    pub(crate) fn at(&self, lane: usize) -> Verdict {
        let has = |verdict: &Verdict| self.of(*verdict).has(lane);
        // Each lane has one.
        Verdict::ALL.into_iter().find(has).unwrap_or(Verdict::Undetermined)
    }
}

impl Masks<Truth> {
    /// Known truths, and the lanes of which nothing is known.
    #[inline]
    pub(crate) fn truths(holds: Mask, unknown: Mask) -> Masks<Truth> {
        let known = !unknown;
        Masks([!holds & known, unknown, holds & known, Mask::NONE], std::marker::PhantomData)
    }
}

impl<V: Few + Debug> Lanes<V> for Masks<V> {
    #[inline]
    fn unfilled() -> Masks<V> {
        Masks([Mask::NONE; 4], std::marker::PhantomData)
    }

    #[inline]
    fn put(&mut self, value: V, lanes: Mask) {
        if let Some(mask) = self.0.get_mut(value.number()) {
            *mask = *mask | lanes;
        }
    }

    #[inline]
    fn among(&self, lanes: Mask, mut each: impl FnMut(V, Mask)) {
        for value in V::ALL {
            let own = self.of(*value) & lanes;
            if !own.is_none() {
                each(*value, own);
            }
        }
    }

    #[inline]
    fn change(&mut self, lanes: Mask, f: impl Fn(V) -> V) {
        let before = *self;
        for value in V::ALL {
            let to = f(*value);
            if to.number() != value.number() {
                let moved = before.of(*value) & lanes;
                self.take(*value, moved);
                self.put(to, moved);
            }
        }
    }

    #[inline]
    fn gain(&self, sum: &mut Sum, f: impl Fn(V) -> i64) -> bool {
        // The terms hang on what the values are worth alone, and not on which lanes have them.
        let mut values = V::ALL.iter().map(|value| (f(*value), self.of(*value)));
        let Some((base, _)) = values.next() else { return true };
        sum.gain(base, values.map(|(number, lanes)| (number.checked_sub(base), lanes)))
    }

    #[inline]
    fn numbers(&self, f: impl Fn(V) -> i64) -> LaneNumbers {
        if let Some(mut sum) = Sum::one(0)
            && self.gain(&mut sum, &f)
        {
            return LaneNumbers::Sum(sum);
        }
        let mut each = [[0; LANES]; WORDS];
        for value in V::ALL {
            put_in(&mut each, f(*value), self.of(*value));
        }
        LaneNumbers::Each(each)
    }
}

/// A value in these lanes.
#[inline]
fn put_in<V: Copy>(each: &mut [[V; LANES]; WORDS], value: V, lanes: Mask) {
    for (own, lanes) in each.iter_mut().zip(lanes.words()) {
        if lanes == u64::MAX {
            *own = [value; LANES];
            continue;
        }
        for lane in lanes_of(lanes) {
            if let Some(own) = own.get_mut(lane) {
                *own = value;
            }
        }
    }
}

/// The value in a lane.
#[inline]
fn value_at<V: Copy>(each: &[[V; LANES]; WORDS], lane: usize) -> Option<V> {
    each.as_flattened().get(lane).copied()
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
pub(crate) struct Each<V>([[V; LANES]; WORDS]);

impl<V: Plain> Each<V> {
    #[inline]
    pub(crate) fn at(&self, lane: usize) -> V {
        value_at(&self.0, lane).unwrap_or(V::FIRST)
    }
}

impl<V: Plain> Lanes<V> for Each<V> {
    #[inline]
    fn unfilled() -> Each<V> {
        Each([[V::FIRST; LANES]; WORDS])
    }

    #[inline]
    fn put(&mut self, value: V, lanes: Mask) {
        put_in(&mut self.0, value, lanes);
    }

    #[inline]
    fn among(&self, lanes: Mask, mut each: impl FnMut(V, Mask)) {
        for lane in lanes.lanes() {
            each(self.at(lane), Mask::one(lane));
        }
    }

    #[inline]
    fn change(&mut self, lanes: Mask, f: impl Fn(V) -> V) {
        for lane in lanes.lanes() {
            if let Some(own) = self.0.as_flattened_mut().get_mut(lane) {
                *own = f(*own);
            }
        }
    }

    #[inline]
    fn gain(&self, _sum: &mut Sum, _f: impl Fn(V) -> i64) -> bool {
        false
    }

    #[inline]
    fn numbers(&self, f: impl Fn(V) -> i64) -> LaneNumbers {
        LaneNumbers::Each(self.0.map(|own| own.map(&f)))
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
    Place = Place::NONE;
    (usize, usize) = (0, 0);
    Decided = Decided::Not;
}

/// For each lane, the bit that it has in each of at most eight masks, that in the first lowest.
#[inline]
pub(crate) fn codes(masks: impl Iterator<Item = u64>) -> [u8; LANES] {
    let mut codes = [0_u64; LANES / 8];
    for (place, mask) in masks.enumerate() {
        for (own, byte) in codes.iter_mut().zip(mask.to_le_bytes()) {
            *own |= SPREAD.get(usize::from(byte)).copied().unwrap_or(0) << place;
        }
    }
    let mut each = [0; LANES];
    for (eight, own) in each.as_chunks_mut::<8>().0.iter_mut().zip(codes) {
        *eight = own.to_le_bytes();
    }
    each
}

/// For each byte its bits, a byte for each.
static SPREAD: [u64; 256] = spread();

#[expect(clippy::indexing_slicing, reason = "worked out by the compiler")]
const fn spread() -> [u64; 256] {
    let mut spread = [0; 256];
    let mut byte = 1;
    while byte < spread.len() {
        spread[byte] = spread[byte / 2] << 8 | (byte % 2) as u64;
        byte += 1;
    }
    spread
}

/// A number for each lane.
#[derive(Clone, Debug)]
pub(crate) enum LaneNumbers {
    Sum(Sum),
    Each([[i64; LANES]; WORDS]),
}

/// How many terms a sum has room for.
const TERMS: usize = 12;

/// How many terms are added up together: as many as have 64 sums.
const TOGETHER: usize = 6;

/// A number that all lanes have, and others that some have on top of it: points of rules, before they are looked at.
///
/// Never overflows, whichever of them a lane has.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    base: i64,
    terms: [(i64, Mask); TERMS],
    count: usize,
    /// The most that it can be to either side of zero.
    span: i64,
}

impl Sum {
    /// `None` of a base without a magnitude.
    #[inline]
    fn one(base: i64) -> Option<Sum> {
        Some(Sum { base, terms: [(0, Mask::NONE); TERMS], count: 0, span: base.checked_abs()? })
    }

    /// `None` where there are too many terms, or they could overflow.
    #[inline]
    fn of(base: Option<i64>, terms: impl Iterator<Item = (Option<i64>, Mask)>) -> Option<Sum> {
        let mut sum = Sum::one(0)?;
        sum.gain(base?, terms).then_some(sum)
    }

    /// `None` where there is no room, or it could overflow.
    #[inline]
    fn push(&mut self, number: i64, lanes: Mask) -> Option<()> {
        if number != 0 {
            self.span = self.span.checked_add(number.checked_abs()?)?;
            *self.terms.get_mut(self.count)? = (number, lanes);
            self.count += 1;
        }
        Some(())
    }

    /// Adds what all lanes have and what some do, or nothing at all where there is no room, or it could overflow.
    #[inline]
    fn gain(&mut self, base: i64, mut terms: impl Iterator<Item = (Option<i64>, Mask)>) -> bool {
        let before = (self.base, self.span, self.count);
        let gained = (|| {
            self.base = self.base.checked_add(base)?;
            self.span = self.span.checked_add(base.checked_abs()?)?;
            terms.try_for_each(|(number, lanes)| self.push(number?, lanes))
        })();
        if gained.is_none() {
            (self.base, self.span, self.count) = before;
        }
        gained.is_some()
    }

    #[inline]
    pub(crate) fn base(&self) -> i64 {
        self.base
    }

    #[inline]
    pub(crate) fn terms(&self) -> &[(i64, Mask)] {
        self.terms.get(..self.count).unwrap_or(&self.terms)
    }

    /// The terms, in these lanes alone.
    #[inline]
    fn among(&self, lanes: Mask) -> impl Iterator<Item = (Option<i64>, Mask)> {
        self.terms().iter().map(move |(number, own)| (Some(*number), *own & lanes))
    }

    /// The number, if it is the same in all lanes.
    #[inline]
    fn same(&self) -> Option<i64> {
        self.terms().iter().try_fold(self.base, |sum, (number, lanes)| match *lanes {
            lanes if lanes.is_none() => Some(sum),
            lanes if lanes.is_all() => Some(sum + number),
            _ => None,
        })
    }

    #[inline]
    pub(crate) fn at(&self, lane: usize) -> i64 {
        self.terms().iter().fold(self.base, |sum, (number, lanes)| if lanes.has(lane) { sum + number } else { sum })
    }

    fn each(&self) -> [[i64; LANES]; WORDS] {
        let mut each = [[self.base; LANES]; WORDS];
        for terms in self.terms().chunks(TOGETHER) {
            // The sums of all that a lane can have of them.
            let mut sums = [0; 1 << TOGETHER];
            for (place, (number, _)) in terms.iter().enumerate() {
                let (without, with) = sums.split_at_mut(1 << place);
                with.iter_mut().zip(without).for_each(|(with, without)| *with = *without + number);
            }
            for (word, each) in each.iter_mut().enumerate() {
                let codes = codes(terms.iter().map(|(_, lanes)| lanes.word(word)));
                for (own, code) in each.iter_mut().zip(codes) {
                    *own += sums.get(usize::from(code)).copied().unwrap_or(0);
                }
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
            LaneNumbers::Each(numbers) => value_at(numbers, lane).unwrap_or(0),
        }
    }

    #[inline]
    pub(crate) fn each(&self) -> [[i64; LANES]; WORDS] {
        match self {
            LaneNumbers::Sum(sum) => sum.each(),
            LaneNumbers::Each(numbers) => *numbers,
        }
    }

    /// As a sum, where it is kept as one.
    #[inline]
    pub(crate) fn sum(&self) -> Option<&Sum> {
        match self {
            LaneNumbers::Sum(sum) => Some(sum),
            LaneNumbers::Each(_) => None,
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
        masks.put(value, Mask::ALL);
        masks
    }

    #[inline]
    fn only(&self) -> Option<V> {
        V::ALL.iter().copied().find(|value| self.of(*value).is_all())
    }

    #[inline]
    fn is(&self, value: V) -> bool {
        self.of(value).is_all()
    }

    #[inline]
    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        V::ALL.iter().any(|value| !self.of(*value).is_none() && f(*value))
    }
}

impl<V: Plain> Values<V> for Each<V> {
    #[inline]
    fn one(value: V) -> Each<V> {
        Each([[value; LANES]; WORDS])
    }

    #[inline]
    fn only(&self) -> Option<V> {
        let (first, rest) = self.0.as_flattened().split_first()?;
        rest.iter().all(|value| value == first).then_some(*first)
    }

    #[inline]
    fn is(&self, value: V) -> bool {
        self.0.as_flattened().iter().all(|own| *own == value)
    }

    #[inline]
    fn any(&self, f: impl Fn(V) -> bool) -> bool {
        self.0.as_flattened().iter().any(|value| f(*value))
    }
}

impl Numbers for LaneNumbers {
    #[inline]
    fn one(number: i64) -> LaneNumbers {
        Sum::one(number).map_or_else(|| LaneNumbers::Each([[number; LANES]; WORDS]), LaneNumbers::Sum)
    }

    fn add(&mut self, other: &LaneNumbers) {
        if let (LaneNumbers::Sum(own), LaneNumbers::Sum(other)) = (&mut *self, other)
            && own.gain(other.base, other.terms().iter().map(|(number, lanes)| (Some(*number), *lanes)))
        {
            return;
        }
        match (self.same(), other.same()) {
            (Some(0), _) => self.clone_from(other),
            (_, Some(0)) => {}
            _ => *self = self.with(other, i64::saturating_add),
        }
    }

    #[inline]
    fn map(&self, f: impl Fn(i64) -> i64) -> LaneNumbers {
        match self.same() {
            Some(number) => LaneNumbers::one(f(number)),
            None => LaneNumbers::Each(self.each().map(|own| own.map(&f))),
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
                let others = other.each();
                let both = results.as_flattened_mut().iter_mut().zip(others.as_flattened());
                both.for_each(|(a, b)| *a = f(*a, *b));
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
        of.among(Mask::ALL, |a, lanes| mapped.put(f(a), lanes));
        mapped
    }

    #[inline]
    fn both<A: Plain, B: Plain, C: Plain>(a: &A::Lanes, b: &B::Lanes, f: impl Fn(A, B) -> C) -> C::Lanes {
        let mut both = C::Lanes::unfilled();
        a.among(Mask::ALL, |a, lanes| b.among(lanes, |b, lanes| both.put(f(a, b), lanes)));
        both
    }

    #[inline]
    fn change<A: Plain, B: Plain>(of: &mut A::Lanes, by: &B::Lanes, f: impl Fn(A, B) -> A) {
        by.among(Mask::ALL, |b, lanes| of.change(lanes, |a| f(a, b)));
    }

    #[inline]
    fn places(of: &LaneNumbers, f: impl Fn(i64) -> usize) -> Each<usize> {
        match of.same() {
            Some(number) => Each::one(f(number)),
            None => Each(of.each().map(|own| own.map(&f))),
        }
    }

    #[inline]
    fn within(of: &LaneNumbers, range: &RangeInclusive<i64>) -> Masks<bool> {
        match of.same() {
            Some(number) => Masks::one(range.contains(&number)),
            None => Masks::where_true(Mask::of(
                of.each().each_ref().map(|own| lanes_where(own, |number| range.contains(number))),
            )),
        }
    }

    #[inline]
    fn number<A: Plain>(of: &A::Lanes, f: impl Fn(A) -> Option<i64>) -> LaneNumbers {
        of.numbers(|value| f(value).unwrap_or(0))
    }

    #[inline]
    fn gain<A: Plain>(sum: &mut LaneNumbers, of: &A::Lanes, f: impl Fn(A) -> i64) {
        if let LaneNumbers::Sum(sum) = sum
            && of.gain(sum, &f)
        {
            return;
        }
        sum.add(&of.numbers(f));
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
        let both = chosen.as_flattened_mut().iter_mut().zip(yes.as_flattened());
        for (lane, (own, yes)) in both.enumerate() {
            *own = if lanes.has(lane) { *yes } else { *own };
        }
        LaneNumbers::Each(chosen)
    }

    fn jointly<'n>(of: impl Iterator<Item = &'n LaneNumbers>, f: impl Fn(&[i64]) -> i64) -> LaneNumbers {
        let of: SmallVec<[&LaneNumbers; AXES_MAX]> = of.collect();
        let each: SmallVec<[[[i64; LANES]; WORDS]; AXES_MAX]> = of.iter().map(|numbers| numbers.each()).collect();
        let at = |lane: usize| {
            let own = each.iter().map(|numbers| value_at(numbers, lane).unwrap_or(0));
            f(&own.collect::<SmallVec<[i64; AXES_MAX]>>())
        };
        if of.iter().all(|numbers| numbers.same().is_some()) {
            LaneNumbers::one(at(0))
        } else {
            let mut joint = [[0; LANES]; WORDS];
            joint.as_flattened_mut().iter_mut().enumerate().for_each(|(lane, own)| *own = at(lane));
            LaneNumbers::Each(joint)
        }
    }
}

impl Outcome<Abreast> {
    /// The outcome in a lane.
    pub(crate) fn lane(&self, lane: usize) -> Outcome<Exact> {
        let axis = |axis: &AxisResult<Abreast>| AxisResult {
            raw: axis.raw.at(lane),
            available: axis.available.at(lane),
            carried: axis.carried.at(lane),
            score: axis.score.at(lane),
        };
        Outcome {
            verdict: self.verdict.at(lane),
            value: self.value.at(lane),
            axes: self.axes.iter().map(axis).collect(),
            grade: self.grade.at(lane),
            state: self.state.at(lane),
            segment: self.segment.at(lane),
            play: self.play.at(lane),
        }
    }
}
