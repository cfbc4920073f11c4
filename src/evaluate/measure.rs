//! Measures of events.

use std::ops::ControlFlow;

use crate::input::activity::Selection;
use crate::model::EventMeasure;
use crate::num::u384::{rounded, saturated_i64};

/// A measure of the selected events, in its unit; `None` if it needs an event and there is none.
#[inline]
pub(super) fn of(selected: Selection<'_>, by: EventMeasure, offset_secs: i64) -> Option<i64> {
    Some(match by {
        EventMeasure::Count => selected.count(),
        EventMeasure::Amount => {
            let (gains, losses) = amounts(selected);
            saturated_i64(gains.saturating_sub(losses))
        }
        EventMeasure::Days => selected.days(offset_secs),
        EventMeasure::MostPerDay => selected.most_per_day(offset_secs),
        EventMeasure::MeanAmount => return mean_amount(selected),
        EventMeasure::LatestAmount => return latest_amount(selected),
    })
}

/// The sums of positive and of negative amounts.
pub(super) fn amounts(events: Selection<'_>) -> (i128, i128) {
    let (mut gains, mut losses) = (0_i128, 0_i128);
    for entry in events.entries() {
        let amount = i128::from(entry.amount) * i128::from(entry.count);
        let side = if amount < 0 { &mut losses } else { &mut gains };
        *side = side.saturating_add(amount.saturating_abs());
    }
    (gains, losses)
}

/// The mean amount of an event, to the nearest millionth, ties away from zero.
#[inline(never)]
fn mean_amount(events: Selection<'_>) -> Option<i64> {
    let count = events.count();
    let (gains, losses) = amounts(events);
    (count > 0).then(|| saturated_i64(rounded(gains.saturating_sub(losses), count.into())))
}

/// The amount of the latest event. Of events at one instant, the one with the greatest amount is the latest.
#[inline(never)]
pub(super) fn latest_amount(events: Selection<'_>) -> Option<i64> {
    let mut latest = None;
    events.latest_first(|event| {
        latest = Some(event.amount);
        ControlFlow::Break(())
    });
    latest
}
