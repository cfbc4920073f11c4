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

/// What to write instead of an operator of another tool.
#[derive(Clone, Copy)]
pub(crate) enum Advice {
    /// This operator, with the same operand.
    Write(&'static str),
    /// This operator inside `not`.
    Not(&'static str),
    /// A sentence about this operator.
    Say(&'static str, &'static str),
}

impl Advice {
    /// Returns the operator that the advice is about. Without it, the advice does not apply.
    pub(crate) fn operator(self) -> &'static str {
        match self {
            Advice::Write(operator) | Advice::Not(operator) | Advice::Say(operator, _) => operator,
        }
    }
}

/// Returns an operator in lower case and without separators: `notContains` and `not_contains` are one spelling.
pub(crate) fn squashed(operator: &str) -> String {
    operator.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

const YEARS_SINCE: &str = "count the months, 12 to a year, as in `months_since.at_least = 12`";
const YEARS_UNTIL: &str = "count the months, 12 to a year, as in `months_until.at_most = 12`";
const WEEKS_SINCE: &str = "count the days, 7 to a week, as in `days_since.at_least = 7`";
const WEEKS_UNTIL: &str = "count the days, 7 to a week, as in `days_until.at_most = 7`";
const IS_EMPTY: &str =
    "write `known = false` for a missing fact, `is = \"\"` for an empty text, or `count = 0` for an empty list of tags";
const NO_PATTERNS: &str = "there are no patterns; write `starts_with`, `ends_with`, `contains` or `has_word`";

/// Operators of other tools and languages, [`squashed`], and what to write here.
pub(crate) const ADVICE: [(&[&str], Advice); 53] = [
    (
        &[">=", "gte", "ge", "min", "greaterorequal", "greaterthanorequal", "greaterthanorequalto"],
        Advice::Write("at_least"),
    ),
    (&[">", "gt", "greater", "greaterthan", "above", "over"], Advice::Write("more_than")),
    (
        &["<=", "lte", "le", "max", "lessorequal", "lessthanorequal", "lessthanorequalto", "upto"],
        Advice::Write("at_most"),
    ),
    (&["<", "lt", "less", "fewerthan", "below", "under"], Advice::Write("less_than")),
    (&["inrange", "isbetween", "range"], Advice::Write(BETWEEN)),
    (&["notbetween", "isnotbetween", "notinrange", "outside"], Advice::Not(BETWEEN)),
    (&["=", "==", "===", "eq", "equal", "equals", "equalto", "isequalto", "exactly"], Advice::Write(IS)),
    (&["istrue"], Advice::Say(IS, "write `is = true`")),
    (&["isfalse"], Advice::Say(IS, "write `is = false`")),
    (
        &["!=", "<>", "ne", "neq", "not", "notequal", "notequals", "notequalto", "isnotequalto", "doesnotequal"],
        Advice::Write(IS_NOT),
    ),
    (&["in", "isin", "anyof", "isanyof", "isoneof"], Advice::Write("one_of")),
    (
        &["notin", "nin", "isnotin", "notanyof", "notoneof", "isnoneof", "isnotanyof", "isnotoneof"],
        Advice::Write("none_of"),
    ),
    (&["beginswith", "begins", "startwith", "prefix", "hasprefix"], Advice::Write("starts_with")),
    (
        &["notstartswith", "notstartwith", "doesnotstartwith", "notbeginswith", "doesnotbeginwith"],
        Advice::Not("starts_with"),
    ),
    (&["endwith", "suffix", "hassuffix"], Advice::Write("ends_with")),
    (&["notendswith", "notendwith", "doesnotendwith"], Advice::Not("ends_with")),
    (&["contain", "include", "includes", "substring"], Advice::Write("contains")),
    (
        &["containsany", "containsanyof", "containsoneof", "includesany"],
        Advice::Say("contains", "write `contains`, which takes a list"),
    ),
    (
        &["icontains", "iequals", "iexact", "ieq"],
        Advice::Say("contains", "write `contains` or `is`, and add `ignore_case = true` next to it"),
    ),
    (
        &["notcontain", "notcontains", "ncontains", "doesnotcontain", "doesntcontain", "notincludes", "excludes"],
        Advice::Not("contains"),
    ),
    (
        &["like", "ilike", "match", "matches", "regex", "regexp", "pattern", "glob"],
        Advice::Say("contains", NO_PATTERNS),
    ),
    (&["word", "words", "haswords", "hasanyword", "wholeword", "containsword"], Advice::Write("has_word")),
    (&["nothasword", "doesnothaveword"], Advice::Not("has_word")),
    (&["caseinsensitive", "insensitive", "nocase"], Advice::Write(IGNORE_CASE)),
    (
        &["casesensitive"],
        Advice::Say(IGNORE_CASE, "remove it: texts that differ in case are different, unless `ignore_case = true`"),
    ),
    (&["hasoneof", "hasanyof", "intersects", "overlaps"], Advice::Write("has_any")),
    (&["hasallof", "hasevery", "containsall", "containsallof"], Advice::Write("has_all")),
    (&["hasnoneof", "disjoint"], Advice::Write("has_none")),
    (&["nothas", "hasnot", "doesnothave"], Advice::Say("has_none", "write `has_none`, which takes a list")),
    (&["length", "len", "size"], Advice::Write(COUNT)),
    (&["exists", "isknown", "ispresent", "present", "isset", "hasvalue"], Advice::Write(KNOWN)),
    (&["isnotempty", "notempty", "isnotnull", "notnull", "isfilled"], Advice::Say(KNOWN, "write `known = true`")),
    (
        &["missing", "ismissing", "unknown", "isunknown", "null", "isnull", "notexists", "doesnotexist", "isnotset"],
        Advice::Say(KNOWN, "write `known = false`"),
    ),
    (&["empty", "isempty", "blank", "isblank"], Advice::Say(KNOWN, IS_EMPTY)),
    (&["isbefore", "earlierthan"], Advice::Write("before")),
    (&["since", "notbefore", "onorlater"], Advice::Write("on_or_after")),
    (&["after", "isafter", "laterthan"], Advice::Say("on_or_after", "write `on_or_after` with the next day")),
    (&["onorbefore", "notafter", "until"], Advice::Say("before", "write `before` with the next day")),
    (&["yearssince", "yearsago", "ageinyears"], Advice::Say("months_since", YEARS_SINCE)),
    (&["yearsuntil", "inyears"], Advice::Say("months_until", YEARS_UNTIL)),
    (&["weekssince", "weeksago"], Advice::Say("days_since", WEEKS_SINCE)),
    (&["weeksuntil", "inweeks"], Advice::Say("days_until", WEEKS_UNTIL)),
    (
        &["within", "this", "previous", "lastwithin", "nonewithin"],
        Advice::Say("on_or_after", "windows are for events; use `on_or_after`, `before` or `days_since`"),
    ),
    (&["known", "isknown", "exists", "missing", "unknown"], Advice::Say("at_least", ONLY_FIELDS)),
    // `where` is a key of the tests on events, `within` of the measures of events, and neither is one of the other.
    (&["mean", "average", "avg", "avgamount", "averageamount"], Advice::Write("mean_amount")),
    (&["sum", "total", "sumamount", "totalamount", "amountsum"], Advice::Write("amount")),
    (&["maxamount", "minamount", "firstamount", "max", "min", "first"], Advice::Say(WHERE, NO_SUCH_AMOUNT)),
    (SELECTING, Advice::Say(WHERE, "select events with `where`")),
    (COUNTING_DISTINCT, Advice::Say(WHERE, "write `count = { distinct = ... }`")),
    (
        &[
            "distinct",
            "within",
            "ratioto",
            "atleast",
            "morethan",
            "atmost",
            "lessthan",
            "is",
            "isnot",
            "between",
            "countwithin",
            "amountwithin",
            "dayswithin",
        ],
        Advice::Say(WHERE, "it belongs inside a measure: `count = { ... }`"),
    ),
    (COUNTING_DISTINCT, Advice::Write(DISTINCT)),
    (&["window", "period", "inthelast"], Advice::Write(WITHIN)),
    (&["where", "filter", "filters"], Advice::Say(WITHIN, "write `where` one level up, in the table of the event")),
];

const ONLY_FIELDS: &str =
    "only fields have `known`; a promoter, limit or segment can ask how much is known, as in `coverage.at_least = 50`";
const NO_SUCH_AMOUNT: &str = "there are `amount`, `mean_amount` and `latest_amount`; give other amounts as a field";
const SELECTING: &[&str] =
    &["filter", "filters", "filterby", "property", "properties", "attribute", "attributes", "with", "having"];
const COUNTING_DISTINCT: &[&str] =
    &["unique", "uniques", "uniqueby", "countdistinct", "distinctcount", "countunique", "uniquecount"];
const LATER: &str = "a window has no later end than the instant of scoring; write `this` for the current period";

/// Keys of other tools, [`squashed`], in tables that have the first key, and the help.
pub(crate) const KEY_ADVICE: [(&str, &[&str], &str); 17] = [
    (
        "utc_offset",
        &["fiscalyear", "fiscalyearstarts", "fiscalyearstart", "yearstart"],
        "write `year_starts` and the name of a month",
    ),
    ("utc_offset", &["timezone", "tz", "zone"], "a model has a fixed `utc_offset`"),
    ("utc_offset", &["mincoverage"], "it belongs to an axis with `missing = \"skip\"`"),
    (PREVIOUS, &["last", "prior", "preceding"], "write `previous`"),
    (PREVIOUS, &["current"], "write `this`"),
    (PREVIOUS, &["from", "after", "start", "onorafter"], "write `since`, which includes the day"),
    (PREVIOUS, &["to", "before", "end", "onorbefore"], "write `until`, which includes the day"),
    (PREVIOUS, &["next", "upcoming", "coming"], LATER),
    ("once_per", &["within", "last"], "write `window`"),
    (
        "once_per",
        &["maxperday", "dailymax", "dailycap", "dailylimit", "capperday", "frequencycap", "maxperweek", "maxpermonth"],
        "write `per_day`, `per_week` or `per_month` for events, or `max_points_per_day`, `max_points_per_week` or `max_points_per_month` for points",
    ),
    ("once_per", &["distinct", "unique", "uniqueby", "distinctby", "dedupeby"], "write `once_per`"),
    ("group", &["parent", "inside", "partof", "ingroup", "outer"], "write `group`"),
    (WHERE, SELECTING, "write `where`"),
    (WITHIN, &["window"], "write `within`"),
    (DISTINCT, &["onceper", "unique", "uniqueby", "countdistinct"], "write `distinct`"),
    ("as_of", &["date", "now", "at"], "write `as_of`"),
    ("attributes", &["name", "type", "eventname"], "write `event`"),
];

/// Choices of other tools, [`squashed`], and the choice.
pub(crate) const CHOICE_ADVICE: [(&[&str], &str); 2] =
    [(&["last", "newest", "mostrecent"], "latest"), (&["earliest", "oldest"], "first")];

/// Returns the window that people mean by a text such as `last_month`.
pub(crate) fn spoken_window(text: &str) -> Option<(&'static str, Period)> {
    let text = squashed(text);
    let prefixes = [("this", THIS), ("current", THIS), ("last", PREVIOUS), ("previous", PREVIOUS), ("", THIS)];
    prefixes.iter().find_map(|(prefix, key)| Some((*key, Period::named(text.strip_prefix(prefix)?)?)))
}
