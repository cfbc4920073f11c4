//! Kinds of conditions, and which conditions fired.

use std::fmt;

use serde::Serialize;

use crate::ask::explain::{CheckKind, Explanation, LineKind};
use crate::evaluate::Truth;
use crate::num::points::Points;

/// The kind of a condition of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConditionKind {
    /// A disqualifying gate.
    Disqualifying,
    /// A required gate.
    Required,
    /// A rule.
    Rule,
    /// A promoter.
    Promoter,
    /// A limit.
    Limit,
    /// A segment.
    Segment,
}

impl From<CheckKind> for ConditionKind {
    fn from(check: CheckKind) -> ConditionKind {
        match check {
            CheckKind::Disqualifying => ConditionKind::Disqualifying,
            CheckKind::Required => ConditionKind::Required,
            CheckKind::Promoter => ConditionKind::Promoter,
            CheckKind::Limit => ConditionKind::Limit,
            CheckKind::Segment => ConditionKind::Segment,
        }
    }
}

impl fmt::Display for ConditionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ConditionKind::Disqualifying => "disqualifying",
            ConditionKind::Required => "required",
            ConditionKind::Rule => "rule",
            ConditionKind::Promoter => "promoter",
            ConditionKind::Limit => "limit",
            ConditionKind::Segment => "segment",
        })
    }
}

/// Returns the kind and id of every condition and rule, and whether it fired: whether a condition is true, or a rule gives
/// points other than 0.
pub(super) fn fired<'m>(explanation: &Explanation<'m>) -> impl Iterator<Item = (ConditionKind, &'m str, bool)> {
    let checks = explanation.checks().map(|check| (check.kind.into(), check.id, check.truth == Truth::True));
    let rules = explanation.lines().into_iter().filter(|line| line.kind == LineKind::Rule);
    let rules = rules.map(|line| (ConditionKind::Rule, line.id.unwrap_or(line.label), line.points != Points::ZERO));
    checks.chain(rules)
}
