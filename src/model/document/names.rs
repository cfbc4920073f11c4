//! The names of operators and choices. Each name is spelled here and nowhere else.

use crate::model::axis::Missing;
use crate::model::condition::{Calendar, DayOp, EventMeasure, NumberOp, RecencyOp, TagOp, TextOp};
use crate::model::gate::GateMissing;
use crate::model::outcome::Total;
use crate::model::worth::Combine;

/// A family of names: operators of one kind, or the choices of one key.
pub(crate) trait Named: Copy + 'static {
    /// Every name with its variant, in the order in which messages list them.
    const NAMES: &'static [(&'static str, Self)];

    /// Returns the name in documents.
    fn name(self) -> &'static str;

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
    ($($type:ty { $($variant:ident = $name:expr;)* })*) => {$(
        impl Named for $type {
            const NAMES: &'static [(&'static str, Self)] = &[$(($name, Self::$variant)),*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }
        }
    )*};
}

names! {
    TextOp {
        Is = IS;
        IsNot = IS_NOT;
        OneOf = "one_of";
        NoneOf = "none_of";
        StartsWith = "starts_with";
        EndsWith = "ends_with";
        Contains = "contains";
        HasWord = "has_word";
    }
    TagOp {
        Has = "has";
        HasAny = "has_any";
        HasAll = "has_all";
        HasNone = "has_none";
    }
    DayOp {
        Before = "before";
        OnOrAfter = "on_or_after";
    }
    RecencyOp {
        LastWithin = "last_within";
        NoneWithin = "none_within";
    }
    Calendar {
        DaysSince = "days_since";
        DaysUntil = "days_until";
        MonthsSince = "months_since";
        MonthsUntil = "months_until";
    }
    EventMeasure {
        Count = COUNT;
        Amount = "amount";
        Days = "days";
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
}

// Operators on their own, or of several families.
pub(crate) const KNOWN: &str = "known";
pub(crate) const IS: &str = "is";
pub(crate) const IS_NOT: &str = "is_not";
pub(crate) const COUNT: &str = "count";
pub(crate) const RATIO_TO: &str = "ratio_to";
pub(crate) const ANY_NOT_IN: &str = "any_not_in";
pub(crate) const NEVER: &str = "never";
pub(crate) const DAYS_SINCE_LAST: &str = "days_since_last";

// Keys next to operators that change their meaning.
pub(crate) const IGNORE_CASE: &str = "ignore_case";
pub(crate) const WITHIN: &str = "within";
pub(crate) const BETWEEN: &str = "between";
pub(crate) const RATIO_FIELD: &str = "field";

// Choices whose default has no name, and choices that are not an enum.
pub(crate) const GATE_MISSING: [(&str, GateMissing); 2] =
    [("holds", GateMissing::Holds), ("fails", GateMissing::Fails)];
pub(crate) const SKIP: &str = "skip";
pub(crate) const RULE_MISSING: [(&str, Missing); 1] = [(SKIP, Missing::Skip)];
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

    /// Returns the names of all number operators.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NumberOp::COMPARISONS.iter().map(|(name, _)| *name).chain([BETWEEN])
    }
}

/// Names that operators have in other languages, and their names here.
pub(crate) const ALIASES: [(&[&str], &str); 9] = [
    (&[">=", "gte", "ge", "min"], "at_least"),
    (&[">", "gt", "greater_than", "above"], "more_than"),
    (&["<=", "lte", "le", "max"], "at_most"),
    (&["<", "lt", "fewer_than", "below"], "less_than"),
    (&["=", "==", "eq", "equals"], IS),
    (&["!=", "<>", "ne", "neq", "not", "not_equals"], IS_NOT),
    (&["in"], "one_of"),
    (&["not_in"], "none_of"),
    (&["exists"], KNOWN),
];
