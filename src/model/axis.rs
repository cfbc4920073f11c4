//! Axes: rules whose points add up, in groups.

use super::condition::Condition;
use super::worth::Worth;
use crate::num::points::Points;

/// One dimension of a score: rules whose points add up and are scaled to 0-100.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    pub(crate) weight: Points,
    pub(crate) base: Points,
    pub(crate) available: Option<Points>,
    pub(crate) missing: AxisMissing,
    pub(crate) min_coverage: Option<Points>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) groups: Vec<Group>,
}

impl Axis {
    /// Creates an axis without rules.
    pub fn new(name: impl Into<String>) -> Axis {
        Axis {
            name: name.into(),
            label: None,
            weight: Points::from(1),
            base: Points::ZERO,
            available: None,
            missing: AxisMissing::Zero,
            min_coverage: None,
            rules: Vec::new(),
            groups: Vec::new(),
        }
    }
}

setters!(Axis {
    /// Sets the text that explanations show in place of the name. Defaults to the name.
    label(label: impl Into<String>) label = Some(label.into());
    /// Sets the weight of the axis in the weighted mean; it must not be negative. Defaults to 1.
    weight(weight: impl Into<Points>) weight = weight.into();
    /// Sets the raw points to start from. Defaults to 0.
    base(points: impl Into<Points>) base = points.into();
    /// Sets the raw points that count as 100. Defaults to the most that the rules can reach.
    available(points: impl Into<Points>) available = Some(points.into());
    /// Sets what happens if too little is known about the axis. Defaults to [`AxisMissing::Zero`].
    missing(missing: AxisMissing) missing = missing;
    /// Sets the coverage, above 0 and at most 100, below which [`AxisMissing::Skip`] skips the axis. By default it is
    /// skipped if its coverage is 0.
    min_coverage(percent: impl Into<Points>) min_coverage = Some(percent.into());
});

adders!(Axis {
    /// Adds a rule.
    rule(rule: Rule) rules;
    /// Adds a group, which rules can name.
    group(group: Group) groups;
});

getters!(Axis {
    /// Returns the name.
    name(self) -> &str = &self.name;
    /// Returns the label, if the axis has one.
    get_label(self) -> Option<&str> = self.label.as_deref();
    /// Returns the weight in the weighted mean.
    get_weight(self) -> Points = self.weight;
    /// Returns the raw points to start from.
    get_base(self) -> Points = self.base;
    /// Returns the raw points that count as 100, if the axis states them.
    get_available(self) -> Option<Points> = self.available;
    /// Returns what happens if too little is known about the axis.
    get_missing(self) -> AxisMissing = self.missing;
    /// Returns the coverage below which the axis is skipped, if it states one.
    get_min_coverage(self) -> Option<Points> = self.min_coverage;
    /// Returns the rules, in document order.
    rules(self) -> &[Rule] = &self.rules;
    /// Returns the groups, in document order.
    groups(self) -> &[Group] = &self.groups;
});

/// What happens to an axis if too little is known about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AxisMissing {
    /// Its unknown rules count as they say, by default as zero points.
    #[default]
    Zero,
    /// The axis is skipped: it leaves the total, together with its weight. If no axis is left, the subject has no score,
    /// and its verdict is [`Uncovered`](crate::Verdict::Uncovered).
    Skip,
}

/// Rules of an axis whose sum is clamped, together with the groups inside of this one.
///
/// ```
/// use warmth::model::{Axis, Group, Rule, Signal};
///
/// let axis = Axis::new("engagement")
///     .group(Group::new("engagement").max(100))
///     .group(Group::new("email").max(20).group("engagement"))
///     .rule(Rule::new("opens", Signal::new("email_open", 2).most_recent(20)).group("email"))
///     .rule(Rule::new("visits", Signal::new("visit", 5).most_recent(30)).group("engagement"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    pub(crate) inside: Option<String>,
    pub(crate) min: Option<Points>,
    pub(crate) max: Option<Points>,
}

impl Group {
    /// Creates a group without bounds.
    pub fn new(name: impl Into<String>) -> Group {
        Group { name: name.into(), label: None, inside: None, min: None, max: None }
    }
}

setters!(Group {
    /// Sets the text that explanations show in place of the name. Defaults to the name.
    label(label: impl Into<String>) label = Some(label.into());
    /// Sets the group of the axis that the clamped sum of this group counts in. Defaults to no group.
    /// Groups nest at most 4 deep.
    group(name: impl Into<String>) inside = Some(name.into());
    /// Sets the least that its rules and inner groups count together. Defaults to no bound.
    min(points: impl Into<Points>) min = Some(points.into());
    /// Sets the most that its rules and inner groups count together. Defaults to no bound.
    max(points: impl Into<Points>) max = Some(points.into());
});

getters!(Group {
    /// Returns the name.
    name(self) -> &str = &self.name;
    /// Returns the label, if the group has one.
    get_label(self) -> Option<&str> = self.label.as_deref();
    /// Returns the name of the group that this group is in, if it is in one.
    get_group(self) -> Option<&str> = self.inside.as_deref();
    /// Returns the least that its rules count together, if there is a bound.
    get_min(self) -> Option<Points> = self.min;
    /// Returns the most that its rules count together, if there is a bound.
    get_max(self) -> Option<Points> = self.max;
});

/// One reason for points.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) when: Option<Condition>,
    pub(crate) worth: Worth,
    pub(crate) missing: Missing,
}

/// The points of a rule that is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// These points. The default is zero.
    Points(Points),
    /// No points, and the points that the rule could reach do not count as available either.
    Skip,
}

impl Missing {
    /// Returns the points in millionths.
    pub(crate) fn micros(self) -> i64 {
        match self {
            Missing::Points(points) => points.micros(),
            Missing::Skip => 0,
        }
    }
}

impl Default for Missing {
    fn default() -> Missing {
        Missing::Points(Points::ZERO)
    }
}

impl Rule {
    /// Creates a rule with an id and its worth: [`Points`] or whole points, [`First`](super::First),
    /// [`Bands`](super::Bands), [`Values`](super::Values), [`PerUnit`](super::PerUnit) or a [`Signal`](super::Signal).
    pub fn new(id: impl Into<String>, worth: impl Into<Worth>) -> Rule {
        Rule { id: id.into(), label: None, group: None, when: None, worth: worth.into(), missing: Missing::default() }
    }

    /// Returns every condition of the rule: its own, then those of the rows of a [`First`](super::First).
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let rows = match &self.worth {
            Worth::First(first) => &first.rows[..],
            _ => &[],
        };
        self.when.iter().chain(rows.iter().map(|(when, _)| when))
    }
}

setters!(Rule {
    /// Sets the text that explanations show in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
    /// Sets the group of the axis that the rule counts in. Defaults to no group.
    group(name: impl Into<String>) group = Some(name.into());
    /// Sets the condition of plain points, or the guard of any other form. Plain points need one. Defaults to none.
    when(condition: Condition) when = Some(condition);
    /// Sets the points of the rule if it is unknown. Defaults to 0.
    missing(missing: Missing) missing = missing;
});

getters!(Rule {
    /// Returns the id.
    id(self) -> &str = &self.id;
    /// Returns the label, if the rule has one.
    get_label(self) -> Option<&str> = self.label.as_deref();
    /// Returns the name of the rule's group, if it is in one.
    get_group(self) -> Option<&str> = self.group.as_deref();
    /// Returns the condition of plain points, or the guard of any other form.
    get_when(self) -> Option<&Condition> = self.when.as_ref();
    /// Returns the form of the rule.
    worth(self) -> &Worth = &self.worth;
    /// Returns the points of the rule if it is unknown.
    get_missing(self) -> Missing = self.missing;
});
