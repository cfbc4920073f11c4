//! The names of operators and choices. Each name is spelled here and nowhere else.

use chrono::{Month, Weekday};

use crate::model::axis::{AxisMissing, Missing};
use crate::model::condition::{Calendar, DayOp, EventMeasure, IfUnknown, NumberOp, RecencyOp, TagOp, TextOp};
use crate::model::outcome::Total;
use crate::model::window::Period;
use crate::model::worth::{Combine, Prefer, Spend};

/// A family of names: operators of one kind, or the choices of one key.
pub(crate) trait Named: Copy + 'static {
    /// Every name with its variant, in the order in which messages list them.
    const NAMES: &'static [(&'static str, Self)];

    /// Returns the name in documents.
    fn name(self) -> &'static str;

    /// Returns what the operator or choice means, for editors. Empty if the name says it.
    fn about(self) -> &'static str;

    /// Returns the variant of that name.
    fn named(name: &str) -> Option<Self> {
        lookup(Self::NAMES, name)
    }

    /// Returns the names alone.
    fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|(name, _)| *name)
    }
}

/// Returns the variant of that name in a table.
pub(crate) fn lookup<T: Copy>(names: &[(&'static str, T)], name: &str) -> Option<T> {
    names.iter().find(|(own, _)| *own == name).map(|(_, variant)| *variant)
}

/// Returns the name of a variant in a table.
pub(crate) fn name_in<T: PartialEq>(names: &[(&'static str, T)], variant: &T) -> Option<&'static str> {
    names.iter().find(|(_, own)| own == variant).map(|(name, _)| *name)
}

/// Implements [`Named`]. The `match` makes the compiler refuse a variant without a name.
macro_rules! names {
    ($($type:ty { $($variant:ident = $name:expr $(, $about:literal)?;)* })*) => {$(
        impl Named for $type {
            const NAMES: &'static [(&'static str, Self)] = &[$(($name, Self::$variant)),*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }

            fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($about)?)),*
                }
            }
        }
    )*};
}

names! {
    TextOp {
        Is = IS, "True if the text is this text.";
        IsNot = IS_NOT, "True if the text is known and is not this text.";
        OneOf = "one_of", "True if the text is in the list.";
        NoneOf = "none_of", "True if the text is known and is not in the list.";
        StartsWith = "starts_with", "True if the text starts with this text, or with one of a list.";
        EndsWith = "ends_with", "True if the text ends with this text, or with one of a list.";
        Contains = "contains", "True if the text contains this text, or one of a list.";
        HasWord = "has_word", "True if the text contains this whole word, or one of a list.";
    }
    TagOp {
        Has = "has", "True if the set contains this tag.";
        HasAny = "has_any", "True if the set contains at least one of these tags.";
        HasAll = "has_all", "True if the set contains all of these tags.";
        HasNone = "has_none", "True if the set is known and contains none of these tags.";
    }
    DayOp {
        Before = "before", "True if the day is before this date.";
        OnOrAfter = "on_or_after", "True if the day is this date or later.";
    }
    RecencyOp {
        LastWithin = "last_within", "True if at least one event is in this window.";
        NoneWithin = "none_within", "True if no event is in this window.";
    }
    Calendar {
        DaysSince = "days_since", "The days from the date to today.";
        DaysUntil = "days_until", "The days from today to the date.";
        MonthsSince = "months_since", "The whole months from the date to today.";
        MonthsUntil = "months_until", "The whole months from today to the date.";
    }
    EventMeasure {
        Count = COUNT, "The number of events.";
        Amount = "amount", "The sum of the amounts of the events.";
        Days = "days", "The number of civil days with an event.";
        MostPerDay = "most_per_day", "The most events on one civil day.";
        MeanAmount = "mean_amount", "The mean of the amounts of the events.";
        LatestAmount = "latest_amount", "The amount of the latest event.";
    }
    ConditionKey {
        All = "all", "True if all conditions of the list are true.";
        Any = "any", "True if at least one condition of the list is true.";
        Not = "not", "True if the condition is false.";
        AtLeastOf = "at_least_of", "True if at least `count` conditions of the list `of` are true.";
        Events = EVENTS, "Tests the events of a name; `*` stands for all names.";
        Field = FIELD, "Fields whose names are reserved, such as `field.score`.";
        Axis = AXIS, "Tests the score of an axis, from 0 to 100.";
        Rule = RULE, "Tests the points of a rule.";
        Score = SCORE, "Tests the score, from 0 to 100.";
        Coverage = COVERAGE, "Tests how much is known, from 0 to 100.";
        Grade = GRADE, "Tests the grade, such as `A1`.";
        Verdict = VERDICT, "Tests the verdict, such as `eligible`.";
    }
    Total {
        Mean = "mean";
        Min = "min";
        Product = "product";
    }
    Combine {
        Best = "best";
        Sum = "sum";
    }
    Prefer {
        First = "first";
        Latest = "latest";
    }
    Spend {
        OldestFirst = "oldest_first";
    }
    Period {
        Day = "day";
        Week = "week";
        Month = "month";
        Quarter = "quarter";
        Year = "year";
    }
    Weekday {
        Mon = "monday";
        Tue = "tuesday";
        Wed = "wednesday";
        Thu = "thursday";
        Fri = "friday";
        Sat = "saturday";
        Sun = "sunday";
    }
    Month {
        January = "january";
        February = "february";
        March = "march";
        April = "april";
        May = "may";
        June = "june";
        July = "july";
        August = "august";
        September = "september";
        October = "october";
        November = "november";
        December = "december";
    }
}

/// A key of a condition that is not the name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConditionKey {
    All,
    Any,
    Not,
    AtLeastOf,
    Events,
    Field,
    Axis,
    Rule,
    Score,
    Coverage,
    Grade,
    Verdict,
}

impl ConditionKey {
    /// Returns whether the key tests the outcome, which only promoters, limits and segments can do.
    pub(crate) fn tests_outcome(self) -> bool {
        use ConditionKey::{Axis, Coverage, Grade, Rule, Score, Verdict};
        matches!(self, Axis | Rule | Score | Coverage | Grade | Verdict)
    }
}

pub(crate) const EVENTS: &str = "events";
/// The key that lets a field have a reserved name: `field.score` is the field `score`.
pub(crate) const FIELD: &str = "field";
pub(crate) const AXIS: &str = "axis";
pub(crate) const RULE: &str = "rule";
pub(crate) const SCORE: &str = "score";
pub(crate) const COVERAGE: &str = "coverage";
pub(crate) const GRADE: &str = "grade";
pub(crate) const VERDICT: &str = "verdict";

// Operators on their own, or of several families.
pub(crate) const KNOWN: &str = "known";
pub(crate) const IS: &str = "is";
pub(crate) const IS_NOT: &str = "is_not";
pub(crate) const COUNT: &str = "count";
pub(crate) const RATIO_TO: &str = "ratio_to";
pub(crate) const ANY_NOT_IN: &str = "any_not_in";
pub(crate) const NEVER: &str = "never";
pub(crate) const DAYS_SINCE_LAST: &str = "days_since_last";
pub(crate) const GREATEST_RULE: &str = "greatest_rule";

// Keys next to operators that change their meaning.
pub(crate) const IGNORE_CASE: &str = "ignore_case";
pub(crate) const WITHIN: &str = "within";
pub(crate) const BETWEEN: &str = "between";
pub(crate) const RATIO_FIELD: &str = "field";
pub(crate) const WHERE: &str = "where";
pub(crate) const DISTINCT: &str = "distinct";

// Keys of a window by the calendar.
pub(crate) const THIS: &str = "this";
pub(crate) const PREVIOUS: &str = "previous";
pub(crate) const SINCE: &str = "since";
pub(crate) const UNTIL: &str = "until";

// Choices whose default has no name, and choices that are not an enum.
pub(crate) const IF_UNKNOWN: [(&str, IfUnknown); 2] = [("holds", IfUnknown::Holds), ("fails", IfUnknown::Fails)];
pub(crate) const SKIP: &str = "skip";
pub(crate) const RULE_MISSING: [(&str, Missing); 1] = [(SKIP, Missing::Skip)];
pub(crate) const AXIS_MISSING: [(&str, AxisMissing); 2] = [(SKIP, AxisMissing::Skip), ("zero", AxisMissing::Zero)];
/// Whether the bounds of bands are exclusive.
pub(crate) const BOUNDS: [(&str, bool); 2] = [("above", true), ("from", false)];

/// Number operators with one operand.
type UnaryOp = fn(f64) -> NumberOp;

impl NumberOp {
    pub(crate) const COMPARISONS: [(&'static str, UnaryOp); 6] = [
        (IS, NumberOp::Is),
        (IS_NOT, NumberOp::IsNot),
        ("at_least", NumberOp::AtLeast),
        ("more_than", NumberOp::MoreThan),
        ("at_most", NumberOp::AtMost),
        ("less_than", NumberOp::LessThan),
    ];

    /// Returns the name in documents.
    pub(crate) fn name(self) -> &'static str {
        let same = |comparison: UnaryOp| std::mem::discriminant(&comparison(0.0)) == std::mem::discriminant(&self);
        NumberOp::COMPARISONS.iter().find(|(_, comparison)| same(*comparison)).map_or(BETWEEN, |(name, _)| name)
    }

    /// Returns every number operator with its name, each with some operand.
    pub(crate) fn all() -> impl Iterator<Item = (&'static str, NumberOp)> {
        let between = (BETWEEN, NumberOp::Between(0.0, 0.0));
        NumberOp::COMPARISONS.iter().map(|(name, comparison)| (*name, comparison(0.0))).chain([between])
    }

    /// Returns what the operator means, for editors.
    pub(crate) fn about(self) -> &'static str {
        match self {
            NumberOp::Is(_) => "True if the number is this number.",
            NumberOp::IsNot(_) => "True if the number is known and is not this number.",
            NumberOp::AtLeast(_) => "True if the number is this number or more.",
            NumberOp::MoreThan(_) => "True if the number is more than this number.",
            NumberOp::AtMost(_) => "True if the number is this number or less.",
            NumberOp::LessThan(_) => "True if the number is less than this number.",
            NumberOp::Between(..) => "True if the number is between these two numbers, both included.",
        }
    }

    /// Returns the names of all number operators.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NumberOp::all().map(|(name, _)| name)
    }
}
