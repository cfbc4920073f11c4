//! From raw points to scores, and from scores to names.

use smallvec::SmallVec;

use super::domain::{Atoms, Domain, Numbers, first_true};
use super::{AxisCoverage, AxisOutcome, Concrete, Truth};
use crate::grade::Grade;
use crate::model::limits::AXES_MAX;
use crate::model::{Missing, Total};
use crate::num::points::MICROS;
use crate::num::u384::{U384, rounded, saturated_i64};
use crate::program::{Axis, AxisPart, Cuts, Grading, Index, InnerGroups, Program, Rule, States};

/// 100 in millionths.
pub(crate) const FULL_SCORE: i64 = 100 * MICROS;

/// 100 to twelve places.
const FULL_CARRIED: i64 = 100_000_000_000_000;

/// Twice as much.
const FULL_HALVES: i64 = 2 * FULL_CARRIED;

/// What the rules of an axis add up to besides their points.
pub(super) struct AxisTally<D: Domain> {
    /// The points that count as 100.
    pub(super) expected: D::Number,
    /// The stakes of the rules that are known.
    pub(super) stake: D::Number,
    inner: InnerGroups<GroupTally<D>>,
}

/// What the rules of a part add up to besides their points.
pub(super) struct PartTally<D: Domain> {
    expected: D::Number,
    stake: D::Number,
}

/// What some groups add up to.
struct GroupTally<D: Domain> {
    points: D::Number,
    expected: D::Number,
}

impl<D: Domain> AxisTally<D> {
    pub(super) fn new(axis: &Axis) -> AxisTally<D> {
        AxisTally { expected: D::Number::one(axis.base), stake: D::Number::one(0), inner: InnerGroups::NONE }
    }

    /// The tally of a part, which starts with what is already known. Adds the groups inside of it to it, and to its points.
    pub(super) fn part(&mut self, part: &AxisPart, known: (i64, i64), points: &mut D::Number) -> PartTally<D> {
        let (expected, stake) = known;
        let mut own = PartTally::<D> { expected: D::Number::one(expected), stake: D::Number::one(stake) };
        if let Some(inner) = self.inner.take(part) {
            points.add(&inner.points);
            own.expected.add(&inner.expected);
        }
        own
    }

    /// Adds a part and its points, to the points of the axis or of the group that the part is in.
    pub(super) fn add(&mut self, part: &AxisPart, own: &PartTally<D>, points: D::Number, raw: &mut D::Number) {
        self.stake.add(&own.stake);
        let expected = own.expected.map(|points| part.clamped(points));
        let Some(outer) = self.inner.around(part) else {
            raw.add(&points);
            self.expected.add(&expected);
            return;
        };
        match outer {
            Some(outer) => {
                outer.points.add(&points);
                outer.expected.add(&expected);
            }
            None => *outer = Some(GroupTally { points, expected }),
        }
    }
}

impl<D: Domain> PartTally<D> {
    /// Adds a rule, given where it is unknown.
    pub(super) fn add(&mut self, rule: &Rule, unknown: &D::Of<bool>) {
        self.expected.add(&expected_of::<D>(rule, unknown));
        self.stake.add(&D::select(unknown, D::Number::one(0), D::Number::one(rule.stake)));
    }
}

/// What a rule adds to the points that count as 100: its reach, or zero where it is skipped.
pub(super) fn expected_of<D: Domain>(rule: &Rule, unknown: &D::Of<bool>) -> D::Number {
    let reach = D::Number::one(rule.reach.unwrap_or(0));
    match rule.missing {
        Missing::Points(_) => reach,
        Missing::Skip => D::select(unknown, D::Number::one(0), reach),
    }
}

/// Raw points as a score from 0 to 100 of what is available.
#[inline]
pub(super) fn axis_outcome<D: Domain>(raw: D::Number, available: D::Number) -> AxisOutcome<D> {
    let any = D::within(&available, &(1..=i64::MAX));
    let halves = if any.single() == Some(false) {
        D::Number::one(0)
    } else {
        // Falls as `available` rises, where that is positive.
        let halves = raw.map2(&available.map(|available| available.max(1)), |raw, available| match raw {
            _ if raw <= 0 => 0,
            _ if raw >= available => FULL_HALVES,
            _ => halves(raw, available),
        });
        D::select(&any, halves, D::Number::one(0))
    };
    let (carried, score) = (halves.map(|halves| (halves + 1) / 2), halves.map(to_score));
    AxisOutcome { raw, available, carried, score, known: None }
}

/// The coverage of an axis, given the stakes of its known rules, and whether the axis is skipped.
#[cold]
#[inline(never)]
pub(crate) fn axis_coverage<D: Domain>(axis: &Axis, stake: &D::Number) -> AxisCoverage<D> {
    let coverage = stake.map(|stake| covered(stake, axis.stake));
    let never = || D::Of::one(false);
    let skipped = axis.min_coverage.map_or_else(never, |least| D::within(&coverage, &(0..=least - 1)));
    AxisCoverage { coverage, skipped }
}

/// A part of a whole as a number from 0 to 100 in millionths. It is 0 only of nothing, and 100 only of everything.
pub(crate) fn covered(part: i64, whole: i64) -> i64 {
    if part >= whole {
        FULL_SCORE
    } else if part <= 0 {
        0
    } else {
        let share = rounded(i128::from(part) * i128::from(FULL_SCORE), whole.into());
        saturated_i64(share).clamp(1, FULL_SCORE - 1)
    }
}

/// The mean of the coverages of all axes, skipped ones too.
#[cold]
#[inline(never)]
pub(super) fn coverage<D: Domain>(program: &Program, axes: &[AxisOutcome<D>]) -> D::Number {
    let coverages = axes.iter().filter_map(|axis| axis.known.as_ref()).map(|known| &known.coverage);
    D::map_all(coverages, |coverages| mean_coverage(program, coverages))
}

/// The mean of coverages by the weights of their axes; monotone in each.
pub(crate) fn mean_coverage(program: &Program, coverages: &[i64]) -> i64 {
    let parts = program.axes.iter().zip(coverages);
    let sum: i128 = parts.map(|(axis, coverage)| i128::from(axis.weight) * i128::from(*coverage)).sum();
    let whole = i128::from(program.weight) * i128::from(FULL_SCORE);
    if sum >= whole {
        return FULL_SCORE;
    }
    saturated_i64(rounded(sum, program.weight.into())).clamp((sum > 0).into(), FULL_SCORE - 1)
}

/// A score in halves of the twelfth place, to the nearest millionth, ties up.
#[inline]
fn to_score(halves: i64) -> i64 {
    (halves + MICROS) / (2 * MICROS)
}

/// `raw x 2 x 10^14 / available`, truncated, for `0 < raw < available`: the score in halves of the
/// twelfth place. The ties of both roundings are whole halves, so truncation changes neither.
///
/// The quotient in doubles is off by far less than one half before it is rounded. Its
/// remainder, which is small enough for arithmetic modulo 2^64, corrects it. A division of 128 bits costs much more.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "a guess that the remainder corrects")]
fn halves(raw: i64, available: i64) -> i64 {
    // From here to twice as much, doubles are the whole numbers, so the difference of their bits is a whole number.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    if available > i64::MAX / 4 {
        return saturated_i64(i128::from(raw) * i128::from(FULL_HALVES) / i128::from(available));
    }
    let guess = raw as f64 * (FULL_HALVES as f64 / available as f64) + WHOLE;
    let guess = guess.to_bits().wrapping_sub(WHOLE.to_bits()).cast_signed();
    let rest = raw.wrapping_mul(FULL_HALVES).wrapping_sub(guess.wrapping_mul(available));
    guess - i64::from(rest < 0)
}

/// The total of the axes before promoters, rounded to millionths: the last rounding of a score.
pub(super) fn base<D: Domain>(program: &Program, axes: &[AxisOutcome<D>]) -> D::Number {
    if let [only] = axes {
        return only.carried.map(to_six_places);
    }
    D::map_all(axes.iter().map(|axis| &axis.carried), |carried| joined_all(program, carried))
}

/// As [`base`] of the axes that are not skipped, and whether one of them counts; zero if none does.
#[cold]
#[inline(never)]
pub(super) fn base_of_kept<D: Domain>(program: &Program, axes: &[AxisOutcome<D>]) -> (D::Number, D::Of<bool>) {
    /// How many axes may be open for the combinations of their numbers to be evaluated, not only the ends.
    const OPEN: usize = 3;
    let mut weight = D::Of::one(0);
    for (axis, result) in program.axes.iter().zip(axes) {
        let own = weight_of(program, axis);
        weight = D::map2(&weight, &result.skipped(), |sum: i64, skipped| if skipped { sum } else { sum + own });
    }
    let coarse = axes.iter().filter(|axis| axis.skipped().single().is_none()).count() > OPEN;
    let skipped: SmallVec<[D::Of<bool>; AXES_MAX]> = axes.iter().map(AxisOutcome::skipped).collect();
    let base = D::choices(skipped.iter(), |skipped| {
        let mut carried: SmallVec<[D::Number; AXES_MAX]> = SmallVec::new();
        let kept = axes.iter().zip(skipped).filter(|(_, skipped)| !**skipped).map(|(axis, _)| &axis.carried);
        carried.extend(kept.map(|carried| if coarse { carried.hull() } else { carried.clone() }));
        let weights = program.axes.iter().zip(skipped).filter(|(_, skipped)| !**skipped);
        let weights = weights.map(|(axis, _)| weight_of(program, axis));
        let weight = weights.clone().sum();
        let join = |carried: &[i64]| joined(program.total, weights.clone(), weight, carried);
        (weight > 0).then(|| D::map_all(carried.iter(), join))
    });
    (base.unwrap_or_else(|| D::Number::one(0)), D::map(&weight, |weight| weight > 0))
}

/// How much an axis counts in the total; only a mean has weights.
fn weight_of(program: &Program, axis: &Axis) -> i64 {
    if program.total == Total::Mean { axis.weight } else { 1 }
}

/// The total of the scores of all axes.
#[inline]
fn joined_all(program: &Program, carried: &[i64]) -> i64 {
    joined(program.total, program.axes.iter().map(|axis| axis.weight), program.weight, carried)
}

/// Rounds a number with twelve places to the nearest millionth, ties up.
#[inline]
fn to_six_places(carried: i64) -> i64 {
    (carried + MICROS / 2) / MICROS
}

/// The total of axis scores with twelve places; monotone in each. The sum of the weights is `weight`.
fn joined(total: Total, weights: impl Iterator<Item = i64>, weight: i64, carried: &[i64]) -> i64 {
    match total {
        // The weight of a single axis cancels out.
        _ if carried.len() < 2 => carried.first().copied().map_or(0, to_six_places),
        Total::Mean => {
            let sum = weights.zip(carried).map(|(weight, carried)| i128::from(weight) * i128::from(*carried)).sum();
            saturated_i64(rounded(sum, i128::from(weight) * i128::from(MICROS)))
        }
        Total::Min => carried.iter().copied().min().map_or(0, to_six_places),
        Total::Product => {
            // (c1 / 10^14) x (c2 / 10^14) x ... x 10^8, the last factor taken out of the first divisor.
            let product = carried.iter().fold(U384::from(1), |product, carried| product.times(carried.unsigned_abs()));
            let mut divisors = [FULL_CARRIED.unsigned_abs(); AXES_MAX];
            let [first, ..] = &mut divisors;
            *first /= FULL_SCORE.unsigned_abs();
            i64::try_from(product.rounded_quotient(divisors.get(..carried.len()).unwrap_or(&divisors)))
                .unwrap_or(FULL_SCORE)
        }
    }
}

/// The total of the axes before promoters if one of them had other raw points.
pub(crate) fn base_with(program: &Program, axes: &[AxisOutcome<Concrete>], axis: usize, raw: i64) -> i64 {
    let raised = |own: usize, outcome: &AxisOutcome<Concrete>| {
        if own == axis { axis_outcome::<Concrete>(raw, outcome.available).carried } else { outcome.carried }
    };
    let kept = || program.axes.iter().zip(axes).enumerate().filter(|(_, (_, outcome))| !outcome.skipped());
    let weights = kept().map(|(_, (axis, _))| weight_of(program, axis));
    let carried: SmallVec<[i64; AXES_MAX]> = kept().map(|(own, (_, axis))| raised(own, axis)).collect();
    let weight = weights.clone().sum();
    if weight > 0 { joined(program.total, weights, weight, &carried) } else { 0 }
}

pub(super) fn grade<D: Domain>(grading: Option<&Grading>, axes: &[AxisOutcome<D>]) -> D::Of<Index> {
    let Some(grading) = grading else { return D::Of::one(Index::NONE) };
    let rank = |cuts: &Cuts| match axes.get(cuts.axis) {
        Some(axis) => D::rank(&axis.score, |score| cuts.rank(score).into()),
        None => D::Of::one(cuts.lowest().into()),
    };
    let saturated = |rank: usize| u8::try_from(rank).unwrap_or(u8::MAX);
    D::map2(&rank(&grading.fit), &rank(&grading.activity), |fit, activity| {
        Index::at(Grade::new(saturated(fit), saturated(activity)).index())
    })
}

/// As [`grade`], but none where one of its axes is skipped.
#[cold]
#[inline(never)]
pub(super) fn grade_of_kept<D: Domain>(grading: Option<&Grading>, axes: &[AxisOutcome<D>]) -> D::Of<Index> {
    let sides = grading.iter().flat_map(|grading| [&grading.fit, &grading.activity]);
    sides.filter_map(|cuts| axes.get(cuts.axis)).fold(grade(grading, axes), |grade, axis| {
        D::map2(&grade, &axis.skipped(), |grade, skipped| if skipped { Index::NONE } else { grade })
    })
}

/// The state with the greatest bound that is reached, else the lowest one.
pub(super) fn state<D: Domain>(states: &States, value: &D::Number, axes: &[AxisOutcome<D>]) -> D::Of<Index> {
    if states.rows().is_empty() {
        return D::Of::one(Index::NONE);
    }
    let mut sum;
    let decisive = match axes {
        _ if !states.by_points => value,
        [only] if only.known.is_none() => &only.raw,
        axes => {
            sum = D::Number::one(0);
            for axis in axes {
                sum.add(&D::select(&axis.skipped(), D::Number::one(0), axis.raw.clone()));
            }
            &sum
        }
    };
    let ranks = D::rank(decisive, |value| states.index(value));
    D::map(&ranks, Index::at)
}

/// The first play whose lists all name the outcome, else the play with `otherwise = true`.
pub(crate) fn play<D: Domain>(
    program: &Program,
    grade: &D::Of<Index>,
    state: &D::Of<Index>,
    segment: &D::Of<Index>,
) -> D::Of<Index> {
    let names = |list: &[usize], of: &D::Of<Index>| {
        D::map(of, |index| list.is_empty() || index.get().is_some_and(|index| list.contains(&index)))
    };
    let named = first_true::<D>(program.plays.iter().map(|play| {
        let cell =
            |grade: Index| play.cells.is_empty() || grade.get().is_some_and(|grade| play.cells.has(Grade::at(grade)));
        let by_grade = D::map(grade, |grade| !play.otherwise && cell(grade));
        let by_state = D::map2(&by_grade, &names(&play.states, state), |a, b| a && b);
        D::map2(&by_state, &names(&play.segments, segment), |a, b| Truth::of(Some(a && b)))
    }));
    let otherwise = program.plays.iter().position(|play| play.otherwise).map_or(Index::NONE, Index::at);
    D::map(&named, |index| if index == Index::NONE { otherwise } else { index })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_score_is_the_nearest_to_either_number_of_places(
            magnitude in 2_u32..63,
            bits: i64,
            part in 0_i64..1_000,
            tie: bool,
            full in prop_oneof![Just(FULL_SCORE), Just(FULL_CARRIED)],
        ) {
            // `available` is a multiple of twice the unit, so an odd multiple of half a unit is a tie.
            let unit = if tie { 2 * full } else { 1 };
            let available = ((bits & i64::MAX) >> (63 - magnitude) | 2).div_euclid(unit).max(2) * unit;
            let raw = if tie { available / unit * (2 * part + 1) } else { available / 1_000 * part + part % 7 };
            let raw = raw.clamp(1, available - 1);
            let expected = |full: i64| rounded(i128::from(raw) * i128::from(full), available.into());
            let result = axis_outcome::<Concrete>(raw, available);
            prop_assert_eq!(i128::from(result.carried), expected(FULL_CARRIED), "{} of {}", raw, available);
            prop_assert_eq!(i128::from(result.score), expected(FULL_SCORE), "{} of {}", raw, available);
        }
    }
}
