//! From raw points to scores, and from scores to names.

use smallvec::SmallVec;

use super::AxisResult;
use crate::grade::Grade;
use crate::model::Total;
use crate::model::limits::AXES_MAX;
use crate::points::MICROS;
use crate::program::{Cuts, Grading, Play, Program, States};
use crate::wide::{Wide, held_in_i64, rounded};

/// 100 in millionths.
pub(super) const FULL_SCORE: i64 = 100 * MICROS;

/// 100 carried to twelve places.
const FULL_CARRIED: i64 = 100_000_000_000_000;

/// Raw points as a score from 0 to 100 of what is available.
pub(super) fn axis_result(raw: i64, available: i64) -> AxisResult {
    let score = |full: i64| match raw {
        _ if raw <= 0 || available <= 0 => 0,
        _ if raw >= available => full,
        _ => held_in_i64(rounded(i128::from(raw) * i128::from(full), available.into())),
    };
    AxisResult { raw, available, carried: score(FULL_CARRIED), score: score(FULL_SCORE) }
}

/// The total of the axes before promoters: the third and last place where anything is rounded.
pub(super) fn base(program: &Program, axes: &[AxisResult]) -> i64 {
    let carried = axes.iter().map(|axis| axis.carried);
    match program.total {
        _ if axes.is_empty() => 0,
        Total::Mean => {
            let sum = program
                .axes
                .iter()
                .zip(carried)
                .map(|(axis, carried)| i128::from(axis.weight) * i128::from(carried))
                .sum();
            held_in_i64(rounded(sum, i128::from(program.weight) * i128::from(MICROS)))
        }
        Total::Min => held_in_i64(rounded(carried.min().unwrap_or(0).into(), MICROS.into())),
        Total::Product => {
            // (c1 / 10^14) x (c2 / 10^14) x ... x 10^8, the last factor taken out of the first divisor.
            let product = carried.fold(Wide::from(1), |product, carried| product.times(carried.unsigned_abs()));
            let mut divisors = [FULL_CARRIED.unsigned_abs(); AXES_MAX];
            let [first, ..] = &mut divisors;
            *first /= FULL_SCORE.unsigned_abs();
            i64::try_from(product.rounded_quotient(divisors.get(..axes.len()).unwrap_or(&divisors)))
                .unwrap_or(FULL_SCORE)
        }
    }
}

/// The total of the axes before promoters if one of them had other raw points.
pub(crate) fn base_with(program: &Program, axes: &[AxisResult], place: usize, raw: i64) -> i64 {
    let mut axes: SmallVec<[AxisResult; AXES_MAX]> = axes.into();
    if let Some(axis) = axes.get_mut(place) {
        *axis = axis_result(raw, axis.available);
    }
    base(program, &axes)
}

pub(super) fn grade(grading: &Grading, axes: &[AxisResult]) -> Grade {
    let place = |cuts: &Cuts| {
        let score = axes.get(cuts.axis).map_or(0, |axis| axis.score);
        let place = cuts.cuts.iter().position(|cut| score >= *cut).unwrap_or(cuts.cuts.len());
        u8::try_from(place).unwrap_or(u8::MAX)
    };
    Grade::new(place(&grading.fit), place(&grading.activity))
}

/// The state with the greatest bound that is reached, else the lowest one.
pub(super) fn state(states: &States, value: i64, axes: &[AxisResult]) -> Option<usize> {
    let value =
        if states.by_points { axes.iter().fold(0_i64, |sum, axis| sum.saturating_add(axis.raw)) } else { value };
    let reached = states.rows.partition_point(|(bound, _)| *bound <= value);
    (!states.rows.is_empty()).then(|| reached.saturating_sub(1))
}

/// The first play whose every list names the outcome, else the one for everybody else.
pub(super) fn play(
    plays: &[Play],
    grade: Option<Grade>,
    state: Option<usize>,
    segment: Option<usize>,
) -> Option<usize> {
    fn names<V: PartialEq>(list: &[V], value: Option<V>) -> bool {
        list.is_empty() || value.is_some_and(|value| list.contains(&value))
    }
    let named = |play: &Play| {
        !play.otherwise
            && (play.cells.is_empty() || grade.is_some_and(|grade| play.cells.has(grade)))
            && names(&play.states, state)
            && names(&play.segments, segment)
    };
    plays.iter().position(named).or_else(|| plays.iter().position(|play| play.otherwise))
}
