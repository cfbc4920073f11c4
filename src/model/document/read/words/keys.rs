//! Keys of other products: what each table calls what they call otherwise.

use super::{SELECTING, has, squashed};

/// What to write instead of a key.
#[derive(Clone, Copy)]
pub(super) enum Help {
    /// This key of the table.
    Write(&'static str),
    /// A sentence, for a key that has no single counterpart. Keys are in backquotes.
    Say(&'static str),
}

use Help::{Say, Write};

const WHEN: &str = "if condition conditions criteria criterion where match matches expression filter filters test \
  onlyif requires";
const MISSING: &str = "unknown ifunknown ifmissing onmissing whenmissing onunknown ifnull nulls";

/// The words of one table, [`squashed`] and separated by spaces, with their help.
pub(super) type Words = (&'static str, &'static [(&'static str, Help)]);

/// Every table by its name. A word has one meaning in a table.
pub(super) const KEYS: &[Words] = &[
    (
        "model",
        &[
            ("rule rules criteria factors signals signal", Say("a rule belongs to an axis: write `axis.rule`")),
            (
                "version schemaversion formatversion modelversion revision",
                Say("write `format = 1`; a version of the model belongs into its `name` or `description`"),
            ),
            ("title id label modelname", Write("name")),
            ("about notes note comment comments summary doc", Write("description")),
            (
                "axes dimension dimensions category categories component components pillar pillars score scores",
                Write("axis"),
            ),
            (
                "gate gates filter filters eligibility qualification conditions",
                Say("write `required` for what must be true, and `disqualifying` for what must not be true"),
            ),
            (
                "requires requirement requirements must prerequisite prerequisites mandatory includeif",
                Write("required"),
            ),
            (
                "exclude excludes exclusion exclusions excludeif disqualify disqualified disqualifier disqualifiers \
              blocker blockers blocklist suppression suppressions knockout knockouts mustnot negative",
                Write("disqualifying"),
            ),
            ("promoters bonus bonuses boost boosts booster boosters", Write("promoter")),
            (
                "penalty penalties demoter demoters malus deduction deductions",
                Say("a penalty is a rule with negative `points`, or a `limit` on the score"),
            ),
            ("cap caps floor floors ceiling clamp max maxscore", Write("limit")),
            ("grades grading letter lettergrade", Write("grade")),
            (
                "stage stages tier tiers threshold thresholds level levels status statuses bucket buckets band bands \
              temperature",
                Write("state"),
            ),
            ("cohort cohorts audience audiences list lists", Write("segment")),
            (
                "action actions playbook playbooks recommendation recommendations nextbestaction route routing",
                Write("play"),
            ),
            ("test tests example examples fixture fixtures", Write("case")),
            ("combine aggregation aggregate aggregator method join", Write("total")),
            ("weekstart firstdayofweek startofweek weekbegins", Write("week_starts")),
            (
                "fiscalyear fiscalyearstarts fiscalyearstart yearstart",
                Say("write `year_starts` and the name of a month"),
            ),
            ("timezone tz zone", Say("a model has a fixed `utc_offset`")),
            ("mincoverage", Say("it belongs to an axis with `missing = \"skip\"`")),
            ("decay halflife", Say("each signal has its own `decay`: write `axis.rule.signal.decay`")),
            ("weight weights", Say("each axis has its own `weight`: write `axis.weight`")),
            ("group groups", Say("a group belongs to an axis: write `axis.group`")),
        ],
    ),
    (
        "gate",
        &[
            ("name key identifier", Write("id")),
            ("title description reason message text displayname", Write("label")),
            (WHEN, Write("when")),
            (MISSING, Write("missing")),
            (
                "points score weight atmost max",
                Say("a gate has no points; points are in `axis.rule`, and a cap on the score is a `limit`"),
            ),
        ],
    ),
    (
        "axis",
        &[
            ("id key", Write("name")),
            ("title description displayname", Write("label")),
            ("weights share importance weighting", Write("weight")),
            ("start startsfrom initial offset intercept default constant", Write("base")),
            ("outof maxpoints fullscore denominator scale normalizeby possible", Write("available")),
            (
                "max cap limit maximum ceiling atmost",
                Say("write `available` for the points that count as 100, or a `group` with `max` to cap rules"),
            ),
            ("min floor minimum atleast", Say("write a `group` with `min`; an axis score is never below 0")),
            ("criteria criterion factor factors signal signals attributes questions", Write("rule")),
            ("subgroup subgroups bucket buckets", Write("group")),
            ("coverage minknown requiredcoverage completeness", Write("min_coverage")),
            (MISSING, Write("missing")),
            (
                "when if condition conditions where filter",
                Say("an axis has no condition; write `when` in each rule, or a `required` gate"),
            ),
        ],
    ),
    (
        "group",
        &[
            ("id key", Write("name")),
            ("title description displayname", Write("label")),
            ("cap limit ceiling maximum atmost maxpoints upto upper", Write("max")),
            ("floor minimum atleast minpoints lower", Write("min")),
            ("parent inside partof ingroup outer", Write("group")),
            ("rule rules members items criteria", Say("a rule names its group: write `group` in the rule")),
        ],
    ),
    (
        "rule",
        &[
            ("name key identifier", Write("id")),
            ("title description reason displayname text", Write("label")),
            ("if condition conditions criteria criterion filter test requires", Write("when")),
            (MISSING, Write("missing")),
            ("score weight plus give gives award add adds pts", Write("points")),
            ("else elsepoints default fallback", Say("write `otherwise`, which belongs to `first` and `values`")),
            ("ranges range thresholds tiers steps buckets brackets bins intervals", Write("bands")),
            ("rows switch cases firstof firstmatch conditional", Write("first")),
            ("lookup map mapping table picklist options byvalue valuemap choices", Write("values")),
            ("per multiply multiplier times rate each perpoint linear scale coefficient", Write("per_unit")),
            ("event events activity behavior behaviour engagement trigger", Write("signal")),
            (
                "max cap limit maximum atmost ceiling maxpoints",
                Say("write `max` in `signal` or in `per_unit`, or put the rule into a `group` with `max`"),
            ),
            ("min floor minimum atleast", Say("write `min` in `per_unit`, or put the rule into a `group` with `min`")),
            ("fade expiry expires ttl", Say("a decay belongs to a signal: write `signal.decay`")),
            ("axis dimension category", Say("a rule belongs to an axis: write `axis.rule`")),
        ],
    ),
    (
        "row",
        &[
            (WHEN, Write("when")),
            ("score value then plus give gives award weight", Write("points")),
            ("else otherwise default fallback", Say("write `otherwise` next to `first`")),
        ],
    ),
    (
        "band",
        &[
            ("min atleast gte ge start lower minimum", Write("from")),
            ("gt morethan over greaterthan exclusive", Write("above")),
            ("score value plus give weight", Write("points")),
            (
                "to max below until upto lt lte atmost lessthan end upper maximum",
                Say("a band ends where the next one begins; write only its `from` or `above`"),
            ),
        ],
    ),
    (
        "per_unit",
        &[
            ("value score rate factor multiplier weight coefficient pointsperunit", Write("points")),
            ("per step unit size steps each", Write("every")),
            ("cap limit atmost maximum ceiling maxpoints upto", Write("max")),
            ("floor atleast minimum minpoints", Write("min")),
        ],
    ),
    (
        "events",
        &[
            (SELECTING, Write("where")),
            ("window period lookback timeframe inthelast last", Write("within")),
            ("onceper unique uniqueby countdistinct", Write("distinct")),
            ("measure metric aggregate aggregation function", Write("by")),
        ],
    ),
    ("field", &[("unit measure metric", Write("by")), ("ratio divideby per", Write("ratio_to"))]),
    (
        "value_options",
        &[
            ("caseinsensitive insensitive nocase", Write("ignore_case")),
            ("aggregate aggregation mode method", Write("combine")),
        ],
    ),
    (
        "signal",
        &[
            ("name type events eventname eventtype on activity action trigger match", Write("event")),
            (SELECTING, Write("where")),
            ("score value weight plus pointsperevent perevent give", Write("points")),
            ("perunit peramount pointsperamount multiplier pointsper", Write("points_per_unit")),
            ("step unit per", Write("every")),
            ("within last lookback period timeframe timewindow inthelast days maxage recency", Write("window")),
            (
                "maxperday dailymax dailycap dailylimit capperday frequencycap maxperweek maxpermonth weeklycap \
              weeklymax monthlycap monthlymax ratelimit capperweek cappermonth",
                Say(
                    "write `per_day`, `per_week` or `per_month` for events, or `max_points_per_day`, `max_points_per_week` or `max_points_per_month` for points",
                ),
            ),
            (
                "maxpointsperhour maxpointsperyear perhour hourlycap maxperhour peryear yearlycap maxperyear cooldown",
                Say("caps are per calendar period: write `per_day`, `per_week` or `per_month`"),
            ),
            ("distinct unique uniqueby distinctby dedupeby dedupe deduplicate onceby", Write("once_per")),
            ("maxevents maxcount take latest keep top lastn maxoccurrences maxtimes", Write("most_recent")),
            ("cap limit maximum maxpoints atmost ceiling maxscore capat upto totalcap", Write("max")),
            ("atleast minevents threshold mintimes minoccurrences minimumcount", Write("min_count")),
            ("min floor minimum minpoints", Say("a signal has no `min`; put the rule into a `group` with `min`")),
            ("order sort sortby strategy", Write("prefer")),
            ("fade aging ageing expiry expires ttl depreciation timedecay recencyweight", Write("decay")),
        ],
    ),
    (
        "decay",
        &[
            ("exponential exp halve halving half expdecay", Write("half_life")),
            ("lin until over fadeout zeroat", Write("linear")),
            ("poly misp root", Write("polynomial")),
            ("subtract minus reduce lose reduceby loss", Write("drop")),
            ("retain remaining compound multiply", Write("keep")),
            ("ages curve schedule steps points stepped", Write("table")),
            (
                "type kind function method model mode rate days period",
                Say(
                    "write the kind as the key, such as `half_life = \"14d\"`, `linear = \"60d\"` or `drop = { percent = 10, every = \"7d\" }`",
                ),
            ),
        ],
    ),
    (
        "stepped",
        &[
            ("percentage rate by share amount factor pct value", Write("percent")),
            ("per after each interval period span days unit", Write("every")),
        ],
    ),
    (
        "window",
        &[
            ("last prior preceding", Write("previous")),
            ("current now", Write("this")),
            ("from after start onorafter begin startdate", Say("write `since`, which includes the day")),
            ("to before end onorbefore through enddate", Say("write `until`, which includes the day")),
            (
                "next upcoming coming",
                Say("a window has no later end than the instant of scoring; write `this` for the current period"),
            ),
        ],
    ),
    (
        "at_least_of",
        &[
            ("number n k min minimum atleast threshold required", Write("count")),
            ("conditions any all in from tests rules items list", Write("of")),
        ],
    ),
    (
        "promoter",
        &[
            ("name key identifier", Write("id")),
            ("title description reason displayname text", Write("label")),
            (WHEN, Write("when")),
            (MISSING, Write("missing")),
            ("points add adds bonus score value boost amount increase by give", Write("plus")),
            (
                "minus subtract penalty decrease deduct reduce",
                Say("a promoter only adds; a penalty is a rule with negative `points`, or a `limit` on the score"),
            ),
            (
                "times multiply multiplier factor percent weight",
                Say("a promoter adds points: write `plus`; to scale an axis, write `axis.weight`"),
            ),
        ],
    ),
    (
        "limit",
        &[
            ("name key identifier", Write("id")),
            ("title description reason displayname text", Write("label")),
            (WHEN, Write("when")),
            (MISSING, Write("missing")),
            ("cap max maximum upto ceiling lte le maxscore nomorethan", Write("at_most")),
            ("floor min minimum gte ge minscore nolessthan", Write("at_least")),
            (
                "above below lessthan morethan lt gt set is value score points bound clamp",
                Say("both bounds are inclusive: write `at_most` for a cap, or `at_least` for a floor"),
            ),
        ],
    ),
    (
        "grade",
        &[
            ("letter letters profile firmographic firmographics demographic explicit rows vertical", Write("fit")),
            ("number numbers engagement behavior behaviour intent implicit columns horizontal", Write("activity")),
            (
                "axis axes cuts thresholds name bands",
                Say("write `fit` for the letter and `activity` for the number, each with `axis` and `cuts`"),
            ),
        ],
    ),
    (
        "cuts",
        &[
            ("name of dimension score", Write("axis")),
            ("cut thresholds threshold bounds limits steps boundaries levels breakpoints", Write("cuts")),
        ],
    ),
    (
        "state",
        &[
            ("id label title state key", Write("name")),
            ("from min minimum threshold gte ge floor score start lower minscore", Write("at_least")),
            ("points minpoints raw rawpoints pointsfrom", Write("at_least_points")),
            ("above morethan gt over greaterthan", Say("`at_least` includes its bound")),
            (
                "to max below upto until atmost lt lte lessthan maximum upper end between range",
                Say("a state ends where the next one begins; write only `at_least`"),
            ),
            (
                "when if condition conditions where criteria filter test requires",
                Say("a state follows from the score alone; for a condition write a `segment` with `when`"),
            ),
        ],
    ),
    (
        "segment",
        &[
            ("id label title segment key", Write("name")),
            (WHEN, Write("when")),
            (MISSING, Write("missing")),
            ("otherwise else fallback catchall", Say("leave out `when` in the last segment, which is everybody else")),
        ],
    ),
    (
        "play",
        &[
            ("id label title play action key task text description", Write("name")),
            ("grade forgrades letters", Write("grades")),
            ("state forstates stages tiers status", Write("states")),
            ("segment forsegments cohorts audience", Write("segments")),
            ("default else fallback catchall", Write("otherwise")),
            ("assignee team assignedto assignto role who responsible assign", Write("owner")),
            ("sla within deadline due duein respondin responsetime timeout", Write("respond_within")),
            (
                "when if condition conditions where criteria",
                Say(
                    "a play applies by its `grades`, `states` and `segments`; for a condition write a `segment` with `when`",
                ),
            ),
        ],
    ),
    (
        "case",
        &[
            ("id title label description", Write("name")),
            ("date now at time today instant", Write("as_of")),
            ("record subject given input fields attributes data properties when", Write("facts")),
            ("activity activities history event", Write("events")),
            ("expected expects then output result outcome assert should want", Write("expect")),
        ],
    ),
    (
        "case_event",
        &[
            ("name type eventname", Write("event")),
            ("date time timestamp when occurredat on asof ts", Write("at")),
            ("times number n repeat quantity", Write("count")),
            ("value revenue price", Write("amount")),
            ("properties props metadata params data fields", Write("attributes")),
        ],
    ),
    (
        "expect",
        &[
            ("points value total", Write("score")),
            ("stage tier status level", Write("state")),
            ("eligible qualified eligibility gate", Write("verdict")),
            ("axis dimensions scores", Write("axes")),
            ("cohort audience", Write("segment")),
            ("action recommendation", Write("play")),
            ("letter", Write("grade")),
            ("completeness", Write("coverage")),
        ],
    ),
    ("missing", &[("score value weight default", Write("points"))]),
];

/// Returns what to write instead of a key, if it is a word of one of these tables. `knows` says whether a key may be here.
pub(in super::super) fn help_with_key<'t>(
    tables: impl IntoIterator<Item = &'t str>,
    key: &str,
    knows: impl Fn(&str) -> bool,
) -> Option<String> {
    let word = squashed(key);
    tables.into_iter().find_map(|table| {
        let (_, rows) = KEYS.iter().find(|(own, _)| *own == table)?;
        let (_, help) = rows.iter().find(|(words, _)| has(words, &word))?;
        match help {
            Write(own) => knows(own).then(|| format!("write `{own}`")),
            Say(sentence) => Some((*sentence).to_owned()),
        }
    })
}
