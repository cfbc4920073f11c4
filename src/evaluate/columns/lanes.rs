//! Truths, verdicts and numbers of the 256 rows of a block.
//!
//! A truth is two masks, a verdict three, so that one instruction serves 64 rows. Points stay a sum of terms, each with
//! the mask of the lanes that have it, as long as they can: most rules give the same points wherever they hold.

use super::mask::{LANES, Mask, WORDS, lanes_of};
use crate::grade::Verdict;
use crate::program::ByTruth;
use crate::truth::Truth;

/// A truth for each lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truths {
    pub(super) holds: Mask,
    pub(super) unknown: Mask, // disjoint from `holds`
}

impl Truths {
    pub(super) const TRUE: Truths = Truths { holds: Mask::ALL, unknown: Mask::NONE };
    pub(super) const FALSE: Truths = Truths { holds: Mask::NONE, unknown: Mask::NONE };

    /// From the lanes in which a test holds, if it is known, and the lanes in which it is known.
    #[inline]
    pub(super) fn new(holds: Mask, known: Mask) -> Truths {
        Truths { holds: holds & known, unknown: !known }
    }

    #[inline]
    pub(super) fn fails(self) -> Mask {
        !(self.holds | self.unknown)
    }

    /// Strong Kleene negation, as [`Truth::negated`].
    #[inline]
    pub(super) fn negated(self) -> Truths {
        Truths { holds: self.fails(), unknown: self.unknown }
    }

    /// Strong Kleene conjunction: the lesser truth.
    #[inline]
    pub(super) fn and(self, other: Truths) -> Truths {
        let holds = self.holds & other.holds;
        let possible = (self.holds | self.unknown) & (other.holds | other.unknown);
        Truths { holds, unknown: possible & !holds }
    }

    /// Strong Kleene disjunction: the greater truth.
    #[inline]
    pub(super) fn or(self, other: Truths) -> Truths {
        let holds = self.holds | other.holds;
        Truths { holds, unknown: (self.unknown | other.unknown) & !holds }
    }

    #[inline]
    pub(super) fn set(&mut self, lane: usize, truth: Truth) {
        match truth {
            Truth::True => self.holds = self.holds | Mask::one(lane),
            Truth::Unknown => self.unknown = self.unknown | Mask::one(lane),
            Truth::False => {}
        }
    }
}

/// A verdict for each lane: the gates that it has passed or failed so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdicts {
    disqualified: Mask,
    ineligible: Mask,   // may overlap with `disqualified`, which is worse
    undetermined: Mask, // may overlap with both
}

impl Verdicts {
    pub(super) const ELIGIBLE: Verdicts =
        Verdicts { disqualified: Mask::NONE, ineligible: Mask::NONE, undetermined: Mask::NONE };

    /// Takes in a disqualifying gate.
    #[inline]
    pub(super) fn disqualify(&mut self, gate: Truths) {
        self.disqualified = self.disqualified | gate.holds;
    }

    /// Takes in a required gate.
    #[inline]
    pub(super) fn require(&mut self, gate: Truths) {
        self.undetermined = self.undetermined | gate.unknown;
        self.ineligible = self.ineligible | gate.fails();
    }

    /// The lanes that pass the gates.
    #[inline]
    pub(super) fn scored(self) -> Mask {
        !(self.disqualified | self.ineligible)
    }

    /// The lanes with a verdict.
    #[inline]
    pub(crate) fn of(self, verdict: Verdict) -> Mask {
        match verdict {
            Verdict::Disqualified => self.disqualified,
            // Gates do not know it.
            Verdict::Uncovered => Mask::NONE,
            Verdict::Ineligible => self.ineligible & !self.disqualified,
            Verdict::Undetermined => self.undetermined & self.scored(),
            Verdict::Eligible => !self.undetermined & self.scored(),
        }
    }
}

/// A number for each lane.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a box would allocate for each block")]
pub(crate) enum LaneNumbers {
    Sum(LaneSum),
    Each([[i64; LANES]; WORDS]),
}

/// How many terms a sum has room for.
const TERMS: usize = 12;

/// How many terms are added up together; six have 64 different sums.
const TOGETHER: usize = 6;

/// A number that all lanes have, and terms that some lanes have on top of it.
///
/// Never overflows, whichever terms a lane has.
#[derive(Clone, Debug)]
pub(crate) struct LaneSum {
    base: i64,
    terms: [(i64, Mask); TERMS],
    count: usize,
    /// The greatest magnitude that a lane can have.
    span: i64,
}

impl LaneSum {
    /// `None` if the base has no magnitude in 64 bits.
    #[inline]
    fn one(base: i64) -> Option<LaneSum> {
        Some(LaneSum { base, terms: [(0, Mask::NONE); TERMS], count: 0, span: base.checked_abs()? })
    }

    /// `None` if there is no room, or the sum could overflow.
    #[inline]
    fn push(&mut self, number: i64, lanes: Mask) -> Option<()> {
        if number != 0 {
            self.span = self.span.checked_add(number.checked_abs()?)?;
            *self.terms.get_mut(self.count)? = (number, lanes);
            self.count += 1;
        }
        Some(())
    }

    /// Adds a number for all lanes and terms for some. Adds nothing and returns false if there is no room, or the sum could
    /// overflow.
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

    #[inline]
    pub(crate) fn at(&self, lane: usize) -> i64 {
        self.terms().iter().fold(self.base, |sum, (number, lanes)| if lanes.has(lane) { sum + number } else { sum })
    }

    fn each(&self) -> [[i64; LANES]; WORDS] {
        let mut each = [[self.base; LANES]; WORDS];
        for terms in self.terms().chunks(TOGETHER) {
            // The sums of every subset of these terms.
            let mut sums = [0; 1 << TOGETHER];
            for (index, (number, _)) in terms.iter().enumerate() {
                let (without, with) = sums.split_at_mut(1 << index);
                with.iter_mut().zip(without).for_each(|(with, without)| *with = *without + number);
            }
            for (word, each) in each.iter_mut().enumerate() {
                let subsets = subsets(terms.iter().map(|(_, lanes)| lanes.word(word)));
                for (own, subset) in each.iter_mut().zip(subsets) {
                    *own += sums.get(usize::from(subset)).copied().unwrap_or(0);
                }
            }
        }
        each
    }
}

/// For each lane of a word, the set of the masks that contain it: a bit for each of at most eight masks, the first lowest.
#[inline]
pub(crate) fn subsets(masks: impl Iterator<Item = u64>) -> [u8; LANES] {
    let mut subsets = [0_u64; LANES / 8];
    for (index, mask) in masks.enumerate() {
        for (own, byte) in subsets.iter_mut().zip(mask.to_le_bytes()) {
            *own |= SPREAD.get(usize::from(byte)).copied().unwrap_or(0) << index;
        }
    }
    let mut each = [0; LANES];
    for (eight, own) in each.as_chunks_mut::<8>().0.iter_mut().zip(subsets) {
        *eight = own.to_le_bytes();
    }
    each
}

/// For each byte its bits, spread to a byte each.
static SPREAD: [u64; 256] = spread();

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
const fn spread() -> [u64; 256] {
    let mut spread = [0; 256];
    let mut byte = 1;
    while byte < spread.len() {
        spread[byte] = spread[byte / 2] << 8 | (byte % 2) as u64;
        byte += 1;
    }
    spread
}

impl LaneNumbers {
    #[inline]
    pub(crate) fn one(number: i64) -> LaneNumbers {
        LaneSum::one(number).map_or_else(|| LaneNumbers::Each([[number; LANES]; WORDS]), LaneNumbers::Sum)
    }

    #[inline]
    pub(crate) fn at(&self, lane: usize) -> i64 {
        match self {
            LaneNumbers::Sum(sum) => sum.at(lane),
            LaneNumbers::Each(numbers) => numbers.as_flattened().get(lane).copied().unwrap_or(0),
        }
    }

    #[inline]
    pub(crate) fn each(&self) -> [[i64; LANES]; WORDS] {
        match self {
            LaneNumbers::Sum(sum) => sum.each(),
            LaneNumbers::Each(numbers) => *numbers,
        }
    }

    /// The sum, if the numbers are kept as one.
    #[inline]
    pub(crate) fn sum(&self) -> Option<&LaneSum> {
        match self {
            LaneNumbers::Sum(sum) => Some(sum),
            LaneNumbers::Each(_) => None,
        }
    }

    /// The number of every lane, if no lane has another.
    #[inline]
    fn same(&self) -> Option<i64> {
        self.sum().filter(|sum| sum.count == 0).map(|sum| sum.base)
    }

    pub(super) fn add(&mut self, other: &LaneNumbers) {
        if let (LaneNumbers::Sum(own), LaneNumbers::Sum(other)) = (&mut *self, other)
            && own.gain(other.base, other.terms().iter().map(|(number, lanes)| (Some(*number), *lanes)))
        {
            return;
        }
        match (self.same(), other.same()) {
            (Some(0), _) => self.clone_from(other),
            (_, Some(0)) => {}
            _ => {
                let mut sums = self.each();
                let others = other.each();
                let both = sums.as_flattened_mut().iter_mut().zip(others.as_flattened());
                both.for_each(|(own, other)| *own = own.saturating_add(*other));
                *self = LaneNumbers::Each(sums);
            }
        }
    }

    /// Adds the points of a rule by the truth of its condition.
    #[inline]
    pub(super) fn add_by_truth(&mut self, truths: Truths, points: &ByTruth) {
        let terms = [(Some(points.of(Truth::Unknown)), truths.unknown), (Some(points.of(Truth::True)), truths.holds)];
        if let LaneNumbers::Sum(sum) = self
            && sum.gain(0, terms.into_iter())
        {
            return;
        }
        self.add_where(truths.unknown, points.of(Truth::Unknown));
        self.add_where(truths.holds, points.of(Truth::True));
    }

    /// Adds a number in these lanes.
    pub(super) fn add_where(&mut self, lanes: Mask, number: i64) {
        if let LaneNumbers::Sum(sum) = self
            && sum.gain(0, [(Some(number), lanes)].into_iter())
        {
            return;
        }
        let mut numbers = self.each();
        for (own, lanes) in numbers.iter_mut().zip(lanes.words()) {
            for lane in lanes_of(lanes) {
                if let Some(own) = own.get_mut(lane) {
                    *own = own.saturating_add(number);
                }
            }
        }
        *self = LaneNumbers::Each(numbers);
    }

    #[inline]
    pub(super) fn map(&self, f: impl Fn(i64) -> i64) -> LaneNumbers {
        match self.same() {
            Some(number) => LaneNumbers::one(f(number)),
            None => LaneNumbers::Each(self.each().map(|own| own.map(&f))),
        }
    }
}
