//! The effects of a model's conditions and rules on one subject.

use crate::explain::{Explanation, Line, LineKind};
use crate::review::ConditionKind;
use crate::{Points, Truth};

/// Returns the kind, id, label and effect of every condition and rule of an explanation.
pub(super) fn effects<'m>(
    explanation: &Explanation<'m>,
) -> impl Iterator<Item = (ConditionKind, &'m str, &'m str, Effect)> {
    let checks =
        explanation.checks().map(|check| (check.kind.into(), check.id, check.label, Effect::Condition(check.truth)));
    let rules = explanation.lines().into_iter().filter(|line| line.kind == LineKind::Rule).map(|line| {
        (ConditionKind::Rule, line.id.unwrap_or(line.label), line.label, Effect::Points(RulePoints::of(&line)))
    });
    checks.chain(rules)
}

/// The effect of a condition or a rule on one subject.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    Condition(Truth),
    Points(RulePoints),
}

impl Effect {
    /// Returns whether a condition is true, or a rule gives points other than 0.
    pub(super) fn fired(self) -> bool {
        match self {
            Effect::Condition(truth) => truth == Truth::True,
            Effect::Points(rule) => rule.points != Points::ZERO,
        }
    }
}

/// The points of a rule for one subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct RulePoints {
    pub(super) unknown: bool,
    pub(super) points: Points,
    reach: Option<Points>,
}

impl RulePoints {
    fn of(line: &Line<'_, '_>) -> RulePoints {
        RulePoints { unknown: line.unknown, points: line.points, reach: line.reach }
    }

    /// Returns the quarter of the rule's reach that contains the points.
    pub(super) fn quarter(self) -> ReachQuarter {
        match (self.points.micros(), self.reach.map_or(0, Points::micros)) {
            (0, _) => ReachQuarter::Zero,
            (points, _) if points < 0 => ReachQuarter::Negative,
            (_, reach) if reach <= 0 => ReachQuarter::Unbounded,
            (points, reach) => {
                let within = |quarters: i128| 4 * i128::from(points) <= quarters * i128::from(reach);
                match (within(1), within(2), within(3)) {
                    (true, ..) => ReachQuarter::First,
                    (_, true, _) => ReachQuarter::Second,
                    (.., true) => ReachQuarter::Third,
                    _ => ReachQuarter::Fourth,
                }
            }
        }
    }
}

/// A band of points, relative to the most that a rule can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ReachQuarter {
    Negative,
    Zero,
    First,
    Second,
    Third,
    Fourth,
    /// Above 0 for a rule without a reach.
    Unbounded,
}

impl ReachQuarter {
    /// Returns the label of the band in a table.
    pub(super) fn label(self) -> &'static str {
        match self {
            ReachQuarter::Negative => "worth less than 0",
            ReachQuarter::Zero => "worth 0",
            ReachQuarter::First => "up to 25% of its reach",
            ReachQuarter::Second => "up to 50%",
            ReachQuarter::Third => "up to 75%",
            ReachQuarter::Fourth => "up to 100%",
            ReachQuarter::Unbounded => "worth more than 0",
        }
    }
}
