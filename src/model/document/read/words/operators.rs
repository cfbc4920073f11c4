//! Operators of other products and query languages: `MongoDB`, JSON Logic, SQL, HubSpot, Marketo, Salesforce and Segment.

use super::SELECTING;
use crate::model::condition::TextOp;
use crate::model::document::names::{
    BETWEEN, COUNT, DAYS_SINCE_LAST, DISTINCT, IGNORE_CASE, IS, IS_NOT, KNOWN, NEVER, Named, RATIO_TO, WHERE, WITHIN,
};
use crate::problem::Path;

/// What to write instead of an operator of another tool.
#[derive(Clone, Copy)]
pub(super) enum Advice {
    /// This operator, with the same operand.
    Write(&'static str),
    /// This operator inside `not`.
    Not(&'static str),
    /// A sentence about this operator.
    Say(&'static str, &'static str),
}

impl Advice {
    /// Returns the operator that the advice is about. Without it, the advice does not apply.
    pub(super) fn operator(self) -> &'static str {
        match self {
            Advice::Write(operator) | Advice::Not(operator) | Advice::Say(operator, _) => operator,
        }
    }

    /// Returns the help at a path where these operators are known.
    pub(super) fn text(self, path: &Path<'_>, known: &[&str]) -> String {
        match (self, path) {
            (Advice::Write(own), _) => format!("write `{own}`"),
            (Advice::Say(_, sentence), _) => sentence.to_owned(),
            (Advice::Not(own), Path::Key(Path::Key(_, subject), _)) if known.contains(&TextOp::Contains.name()) => {
                format!("did you mean `not = {{ {subject} = {{ {own} = ... }} }}`?")
            }
            (Advice::Not(own), _) => format!("did you mean `{own}` inside `not = {{ ... }}`?"),
        }
    }
}

const YEARS_SINCE: &str = "count the months, 12 to a year, as in `months_since.at_least = 12`";
const YEARS_UNTIL: &str = "count the months, 12 to a year, as in `months_until.at_most = 12`";
const WEEKS_SINCE: &str = "count the days, 7 to a week, as in `days_since.at_least = 7`";
const WEEKS_UNTIL: &str = "count the days, 7 to a week, as in `days_until.at_most = 7`";
const IS_EMPTY: &str =
    "write `known = false` for a missing fact, `is = \"\"` for an empty text, or `count = 0` for an empty list of tags";
const NO_PATTERNS: &str = "there are no patterns; write `starts_with`, `ends_with`, `contains` or `has_word`";

const NO_PATTERNS_IN_NOT: &str =
    "there are no patterns; put `starts_with`, `ends_with`, `contains` or `has_word` into `not = { ... }`";
const DAYS_AGO: &str = "count the days, as in `days_since.at_least = 30`";
const MONTHS_AGO: &str = "count the months, as in `months_since.at_least = 6`";
const DAYS_TO_COME: &str = "count the days, as in `days_until.at_most = 30`";
const OLDER: &str = "count the days, as in `days_since.more_than = 30`";
const NEWER: &str = "count the days, as in `days_since.between = [0, 30]`";
const COMING: &str = "count the days, as in `days_until.between = [0, 30]`";
const TIMES: &str = "write `count`, as in `count.at_least = 3`";
const ONLY_FIELDS: &str =
    "only fields have `known`; a promoter, limit or segment can ask how much is known, as in `coverage.at_least = 50`";
const NO_SUCH_AMOUNT: &str = "there are `amount`, `mean_amount` and `latest_amount`; give other amounts as a field";
const COUNTING_DISTINCT: &str = "unique uniques uniqueby countdistinct distinctcount countunique uniquecount";

/// Operators of other tools and languages, [`squashed`](super::squashed) and separated by spaces, and what to write here.
pub(super) const OPERATORS: &[(&str, Advice)] = &[
    (">= gte ge min greaterorequal greaterthanorequal greaterthanorequalto", Advice::Write("at_least")),
    ("> gt greater greaterthan above over", Advice::Write("more_than")),
    ("<= lte le max lessorequal lessthanorequal lessthanorequalto upto", Advice::Write("at_most")),
    ("< lt less fewerthan below under", Advice::Write("less_than")),
    ("inrange isbetween range", Advice::Write(BETWEEN)),
    ("notbetween isnotbetween notinrange outside", Advice::Not(BETWEEN)),
    ("= == === eq equal equals equalto isequalto exactly", Advice::Write(IS)),
    (
        "notlike notilike nlike notregex notregexp notmatch notmatches !~ !~*",
        Advice::Say("contains", NO_PATTERNS_IN_NOT),
    ),
    ("istrue", Advice::Say(IS, "write `is = true`")),
    ("isfalse", Advice::Say(IS, "write `is = false`")),
    (
        "!= <> ne neq not notequal notequals notequalto isnotequalto doesnotequal isnt doesntequal",
        Advice::Write(IS_NOT),
    ),
    ("in isin anyof isanyof isoneof equalsany equalsanyof isany", Advice::Write("one_of")),
    ("notin nin isnotin notanyof notoneof isnoneof isnotanyof isnotoneof", Advice::Write("none_of")),
    ("beginswith begins startwith prefix hasprefix", Advice::Write("starts_with")),
    ("notstartswith notstartwith doesnotstartwith notbeginswith doesnotbeginwith", Advice::Not("starts_with")),
    ("endwith suffix hassuffix", Advice::Write("ends_with")),
    ("notendswith notendwith doesnotendwith", Advice::Not("ends_with")),
    ("contain include includes substring", Advice::Write("contains")),
    (
        "containsany containsanyof containsoneof includesany",
        Advice::Say("contains", "write `contains`, which takes a list"),
    ),
    (
        "icontains iequals iexact ieq",
        Advice::Say("contains", "write `contains` or `is`, and add `ignore_case = true` next to it"),
    ),
    ("notcontain notcontains ncontains doesnotcontain doesntcontain notincludes excludes", Advice::Not("contains")),
    (
        "like ilike match matches regex regexp rlike similarto pattern glob ~ ~* search",
        Advice::Say("contains", NO_PATTERNS),
    ),
    ("word words haswords hasanyword wholeword containsword containstoken", Advice::Write("has_word")),
    ("nothasword doesnothaveword notcontainstoken", Advice::Not("has_word")),
    ("caseinsensitive insensitive nocase", Advice::Write(IGNORE_CASE)),
    (
        "casesensitive",
        Advice::Say(IGNORE_CASE, "remove it: texts that differ in case are different, unless `ignore_case = true`"),
    ),
    ("hasoneof hasanyof intersects overlaps some haveany", Advice::Write("has_any")),
    ("hasallof hasevery containsall containsallof all haveall", Advice::Write("has_all")),
    ("hasnoneof disjoint", Advice::Write("has_none")),
    ("nothas hasnot doesnothave hasnt doesnthave", Advice::Say("has_none", "write `has_none`, which takes a list")),
    ("length len size", Advice::Write(COUNT)),
    ("exists isknown ispresent present isset hasvalue isdefined defined !!", Advice::Write(KNOWN)),
    (
        "isnotempty notempty isnotnull notnull isfilled isnotblank notblank hasproperty isnotmissing",
        Advice::Say(KNOWN, "write `known = true`"),
    ),
    (
        "missing ismissing unknown isunknown null isnull notexists doesnotexist isnotset notset notknown \
          isnotknown nothasproperty undefined nil",
        Advice::Say(KNOWN, "write `known = false`"),
    ),
    ("empty isempty blank isblank", Advice::Say(KNOWN, IS_EMPTY)),
    ("isbefore earlierthan", Advice::Write("before")),
    ("since notbefore onorlater", Advice::Write("on_or_after")),
    ("after isafter laterthan", Advice::Say("on_or_after", "write `on_or_after` with the next day")),
    ("onorbefore notafter until", Advice::Say("before", "write `before` with the next day")),
    ("yearssince yearsago ageinyears", Advice::Say("months_since", YEARS_SINCE)),
    ("yearsuntil inyears", Advice::Say("months_until", YEARS_UNTIL)),
    (
        "on ison ondate sameday",
        Advice::Say("on_or_after", "write `on_or_after` with the day and `before` with the next day"),
    ),
    ("isafterorequal onandafter startingfrom", Advice::Write("on_or_after")),
    ("daysago dayspast ageindays dayssincedate", Advice::Say("days_since", DAYS_AGO)),
    ("monthsago ageinmonths", Advice::Say("months_since", MONTHS_AGO)),
    ("daysfromnow indays daysto daystill", Advice::Say("days_until", DAYS_TO_COME)),
    ("olderthan morethandaysago notinlast notinpast notinthelast notwithin", Advice::Say("days_since", OLDER)),
    (
        "newerthan youngerthan lessthandaysago inlast inthelast inpast withinlast lastdays lastndays pastdays",
        Advice::Say("days_since", NEWER),
    ),
    ("innext inthenext nextdays nextndays withinnext infuture", Advice::Say("days_until", COMING)),
    ("weekssince weeksago", Advice::Say("days_since", WEEKS_SINCE)),
    ("weeksuntil inweeks", Advice::Say("days_until", WEEKS_UNTIL)),
    (
        "within this previous lastwithin nonewithin",
        Advice::Say("on_or_after", "windows are for events; use `on_or_after`, `before` or `days_since`"),
    ),
    ("ratio ratioof dividedby percentof", Advice::Write(RATIO_TO)),
    ("inlast inthelast inpast withinlast happenedwithin recent recently", Advice::Write("last_within")),
    ("notinlast notinthelast notinpast notwithin notrecently nonein", Advice::Write("none_within")),
    (
        "happened occurred performed done did ever exists known any",
        Advice::Say(NEVER, "write `never = false`, or `last_within` with a window"),
    ),
    (
        "nothappened notoccurred notperformed notdone didnot didnothappen hasnothappened notexists none",
        Advice::Say(NEVER, "write `never = true`, or `none_within` with a window"),
    ),
    ("dayssince dayssincelatest recency dayssinceevent", Advice::Write(DAYS_SINCE_LAST)),
    ("times numberoftimes frequency occurrences number mintimes", Advice::Say(NEVER, TIMES)),
    ("known isknown exists missing unknown", Advice::Say("at_least", ONLY_FIELDS)),
    // `where` is a key of the tests on events, `within` of the measures of events, and neither is one of the other.
    ("mean average avg avgamount averageamount", Advice::Write("mean_amount")),
    ("sum total sumamount totalamount amountsum", Advice::Write("amount")),
    ("maxamount minamount firstamount max min first", Advice::Say(WHERE, NO_SUCH_AMOUNT)),
    (SELECTING, Advice::Say(WHERE, "select events with `where`")),
    (COUNTING_DISTINCT, Advice::Say(WHERE, "write `count = { distinct = ... }`")),
    (
        "distinct within ratioto atleast morethan atmost lessthan is isnot between countwithin amountwithin \
          dayswithin",
        Advice::Say(WHERE, "it belongs inside a measure: `count = { ... }`"),
    ),
    (COUNTING_DISTINCT, Advice::Write(DISTINCT)),
    ("window period inthelast", Advice::Write(WITHIN)),
    ("where filter filters", Advice::Say(WITHIN, "write `where` one level up, in the table of the event")),
];
