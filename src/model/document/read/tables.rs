//! The tables of a document and their keys. Each key is declared here, once: reading accepts these keys, and the schema
//! describes them.

use super::Reader;
use super::values::{
    Ages, AnyPeriod, AnyWindow, AttributeCondition, AttributeName, Attributes, Bands, Bounds, ByText, Choice,
    Conditions, Count, EachUnit, Edge, EventName, EventNames, Facts, Flag, Format, Instant, List, Measured,
    MissingOfAxis, MissingOfRule, Name, Number, NumberField, NumberTests, Offset, OneEventName, Optional,
    OutcomeCondition, Parts, Points, PointsByName, Required, Span, SubjectCondition, Text, Typed, Unknown, Value,
};
use crate::decay;
use crate::model::axis;
use crate::model::case;
use crate::model::condition;
use crate::model::document::names::{
    DISTINCT, GREATEST_RULE, IGNORE_CASE, PREVIOUS, RATIO_FIELD, RATIO_TO, SINCE, THIS, UNTIL, WHERE, WITHIN,
};
use crate::model::document::node::Node;
use crate::model::document::table::{Form, Table, ValueType};
use crate::model::gate;
use crate::model::outcome;
use crate::model::worth;
use crate::num::points;
use crate::problem::Path;
use crate::time;

macro_rules! tables {
    ($(
        $table:ident = $name:literal, $about:literal $(=> $read_by:path, $read:ty)?;
        $(one of $one_of:expr;)?
        $(forms $forms:expr;)?
        {$($key:ident: $need:ident<$value:ty> = $key_name:expr, $key_about:literal;)*}
    )*) => {$(
        pub(super) struct $table;

        impl $table {
            $(pub(super) const $key: $need<$value> = $need::new($key_name, $key_about);)*

            pub(super) const TABLE: &'static Table = &Table {
                name: $name,
                about: $about,
                keys: &[$(Self::$key.key()),*],
                one_of: tables!(@or_none $($one_of)?),
                forms: tables!(@or_none $($forms)?),
            };
        }

        impl Typed for $table {
            const TYPE: ValueType = ValueType::Table(&[$table::TABLE]);
        }

        $(impl Value for $table {
            type Read = $read;

            fn read(reader: &mut Reader, node: &Node, path: &Path<'_>) -> Option<$read> {
                $read_by(reader, node, path)
            }
        })?
    )*};
    (@or_none $list:expr) => { $list };
    (@or_none) => { &[] };
}

/// The forms of a rule, and the options of each.
pub(super) const FORMS: &[Form] = &[
    Form { key: Rule::POINTS.name, options: &[], options_of_events: &[] },
    Form { key: Rule::FIRST.name, options: &[Otherwise::TABLE], options_of_events: &[] },
    Form {
        key: Rule::BANDS.name,
        options: &[BandOptions::TABLE, FieldMeasure::TABLE],
        options_of_events: &[BandOptions::TABLE, EventsMeasure::TABLE],
    },
    Form { key: Rule::VALUES.name, options: &[Otherwise::TABLE, ValueOptions::TABLE], options_of_events: &[] },
    Form { key: Rule::PER_UNIT.name, options: &[], options_of_events: &[] },
    Form { key: Rule::SIGNAL.name, options: &[], options_of_events: &[] },
];

tables! {
    Model = "model", "A scoring model.";
    {
        SCHEMA: Optional<Text> = "$schema", "The schema of this document, for editors. Scores do not depend on it.";
        FORMAT: Required<Format> = "format", "The version of the document format.";
        NAME: Required<Name> = "name", "Names the model.";
        DESCRIPTION: Optional<Text> = "description", "Says what the model is for.";
        UTC_OFFSET: Optional<Offset> = "utc_offset", "Sets where civil days begin and end. Default: `+00:00`.";
        WEEK_STARTS: Optional<Choice<chrono::Weekday>> = "week_starts",
            "Sets the first day of the week, for windows of weeks and caps per week. Default: `monday`.";
        YEAR_STARTS: Optional<Choice<chrono::Month>> = "year_starts",
            "Sets the first month of the fiscal year, for windows of quarters and years. Default: `january`.";
        TOTAL: Optional<Choice<outcome::Total>> = "total",
            "Says how the axis scores are combined into the score. Default: `mean`.";
        COVERAGE: Optional<Flag> = "coverage", "Gives every score its coverage. Default: `false`.";
        REQUIRED: Optional<List<Gate>> = "required", "Conditions that must be true.";
        DISQUALIFYING: Optional<List<Gate>> = "disqualifying", "Conditions that must not be true.";
        AXIS: Optional<List<Axis>> = "axis", "Dimensions of the score, at most 8.";
        PROMOTER: Optional<List<Promoter>> = "promoter", "Each adds to the score if its condition is true.";
        LIMIT: Optional<List<Limit>> = "limit", "Each caps or raises the score if its condition is true.";
        GRADE: Optional<Grade> = "grade", "Combines two axes into a letter and a number.";
        STATE: Optional<List<State>> = "state", "Names for ranges of the score.";
        SEGMENT: Optional<List<Segment>> = "segment", "Named groups of subjects; the first that fits applies.";
        PLAY: Optional<List<Play>> = "play", "What to do about an outcome.";
        CASE: Optional<List<Case>> = "case", "Examples with their expected results.";
    }

    Gate = "gate", "A condition that decides who is scored." => Reader::gate, gate::Gate;
    {
        ID: Required<Name> = "id", "Unique among gates, rules, promoters and limits.";
        LABEL: Optional<Text> = "label", "The text that people see. Default: the id.";
        WHEN: Required<SubjectCondition> = "when", "What must be true, or must not be true.";
        MISSING: Optional<Unknown> = "missing", "What an unknown condition counts as.";
    }

    Axis = "axis", "One dimension of the score, such as fit or activity." => Reader::axis, axis::Axis;
    {
        NAME: Required<Name> = "name", "Unique among axes.";
        LABEL: Optional<Text> = "label", "The text that people see. Default: the name.";
        WEIGHT: Optional<Points> = "weight", "The weight of the axis in the mean of all axes. Default: 1.";
        BASE: Optional<Points> = "base", "Points that every subject has. Default: 0.";
        AVAILABLE: Optional<Points> = "available",
            "The points that count as 100. Default: the points that the rules can reach.";
        MISSING: Optional<MissingOfAxis> = "missing",
            "What happens if too little is known about the axis. Default: `zero`.";
        MIN_COVERAGE: Optional<Points> = "min_coverage",
            "The coverage below which `missing = \"skip\"` skips the axis.";
        RULE: Optional<List<Rule>> = "rule", "Rules that give points.";
        GROUP: Optional<List<Group>> = "group", "Groups that bound the points of several rules together.";
    }

    Group = "group", "Adds up the points of its rules and inner groups, and clamps the sum."
        => Reader::group, axis::Group;
    {
        NAME: Required<Name> = "name", "Unique among the groups of the axis.";
        LABEL: Optional<Text> = "label", "The text that people see. Default: the name.";
        GROUP: Optional<Name> = "group", "Puts the group into another group of the axis.";
        MIN: Optional<Points> = "min", "The least that the group is worth.";
        MAX: Optional<Points> = "max", "The most that the group is worth.";
    }

    Rule = "rule", "Gives points in one of six forms." => Reader::rule, axis::Rule;
        forms FORMS;
    {
        ID: Required<Name> = "id", "Unique among gates, rules, promoters and limits.";
        LABEL: Optional<Text> = "label", "The text that people see. Default: the id.";
        GROUP: Optional<Name> = "group", "Puts the rule into a group of the axis.";
        WHEN: Optional<SubjectCondition> = "when", "With `points`, the condition; with any other form, a guard.";
        MISSING: Optional<MissingOfRule> = "missing",
            "What the rule is worth if it is unknown. Default: `{ points = 0 }`.";
        POINTS: Optional<Points> = "points", "Points if the condition is true.";
        FIRST: Optional<List<Row>> = "first", "Points for the first of several conditions that is true.";
        BANDS: Optional<Bands> = "bands",
            "Points for the range in which a number, a date or a measure of events falls.";
        VALUES: Optional<ByText> = "values", "Points for a text, or for tags.";
        PER_UNIT: Optional<EachUnit> = "per_unit",
            "Points for every unit of a number, a ratio, a date or a measure of events.";
        SIGNAL: Optional<Signal> = "signal", "Points for events, which may fade with age.";
    }

    Missing = "missing", "What a rule is worth if it is unknown.";
    {
        POINTS: Required<Points> = "points", "Points if the rule is unknown.";
    }

    Otherwise = "otherwise", "An option of `first` and `values`.";
    {
        OTHERWISE: Optional<Points> = "otherwise", "Points if no row applies. Default: 0.";
    }

    Row = "row", "A condition and its points." => Reader::row, (condition::Condition, points::Points);
    {
        WHEN: Required<SubjectCondition> = "when", "The condition of the row.";
        POINTS: Required<Points> = "points", "Points if this is the first row whose condition is true.";
    }

    BandOptions = "band_options", "Options of `bands`.";
    {
        BOUNDS: Optional<Bounds> = "bounds",
            "Whether a value equal to a bound reaches it (`from`) or not (`above`). Default: `from`.";
        BELOW: Optional<Points> = "below", "Points for a value below the first bound. Default: 0.";
    }

    Band = "band", "A band with a bound of its own kind, such as `{ above = 10, points = 8 }`."
        => Reader::band_with_its_own_bound, (f64, Option<bool>, points::Points);
        one of &[&[Band::FROM.name], &[Band::ABOVE.name]];
    {
        FROM: Optional<Number> = "from", "The least number of the band.";
        ABOVE: Optional<Number> = "above", "The number below the band.";
        POINTS: Required<Points> = "points", "Points for a value in the band.";
    }

    FieldMeasure = "field", "What to measure of a field.";
    {
        BY: Optional<Choice<condition::Calendar>> = "by", "What to measure of a date. Required for dates.";
        RATIO_TO: Optional<NumberField> = RATIO_TO, "Divides the number by this field first.";
    }

    EventsMeasure = "events", "What to measure of events.";
    {
        BY: Required<Measured> = "by", "What to measure.";
        WITHIN: Optional<AnyWindow> = WITHIN, "Measures only the events in this window. Default: any time.";
        RATIO_TO: Optional<EventName> = RATIO_TO, "Divides the measure by the same measure of these events.";
        DISTINCT: Optional<AttributeName> = DISTINCT,
            "With `by = \"count\"`, counts the different values of this attribute.";
        WHERE: Optional<AttributeCondition> = WHERE, "Measures only the events whose attributes match.";
    }

    ValueOptions = "value_options", "Options of `values`.";
    {
        COMBINE: Optional<Choice<worth::Combine>> = "combine", "What several tags are worth. Required for tags.";
        IGNORE_CASE: Optional<Flag> = IGNORE_CASE, "Compares regardless of upper and lower case. Default: `false`.";
    }

    PerUnit = "per_unit", "Points for every unit.";
    {
        POINTS: Required<Points> = "points", "Points for each unit, or for each step.";
        EVERY: Optional<Points> = "every", "Gives the points for each full step of this many units.";
        MIN: Optional<Points> = "min", "The least that the rule is worth.";
        MAX: Required<Points> = "max", "The most that the rule is worth.";
    }

    Signal = "signal", "Points for events, which may fade with age." => Reader::signal, worth::Signal;
        one of &[&[Signal::POINTS.name], &[Signal::POINTS_PER_UNIT.name]];
    {
        EVENT: Required<EventNames> = "event", "The events: a name, a list of names, or `*` for all.";
        WHERE: Optional<AttributeCondition> = WHERE, "Drops events whose attributes do not match.";
        POINTS: Optional<Points> = "points", "Points for each event.";
        POINTS_PER_UNIT: Optional<Points> = "points_per_unit", "Points for each unit of an event's amount.";
        EVERY: Optional<Points> = "every",
            "With `points_per_unit`, gives the points for each full step of this many units of an event's amount.";
        WINDOW: Optional<AnyWindow> = "window", "Drops events outside of this window.";
        SPEND: Optional<Choice<worth::Spend>> = "spend",
            "With `points_per_unit`, makes negative amounts spend the positive ones that are still in the `window`.";
        ONCE_PER: Optional<AttributeName> = "once_per", "Keeps one event for each value of this attribute.";
        PER_DAY: Optional<Count> = "per_day", "Keeps at most this many events of each civil day.";
        PER_WEEK: Optional<Count> = "per_week", "Keeps at most this many events of each week.";
        PER_MONTH: Optional<Count> = "per_month", "Keeps at most this many events of each month.";
        MAX_POINTS_PER_DAY: Optional<Points> = "max_points_per_day",
            "Caps the points of the events of each civil day, before decay.";
        MAX_POINTS_PER_WEEK: Optional<Points> = "max_points_per_week",
            "Caps the points of the events of each week, before decay.";
        MAX_POINTS_PER_MONTH: Optional<Points> = "max_points_per_month",
            "Caps the points of the events of each month, before decay.";
        PREFER: Optional<Choice<worth::Prefer>> = "prefer",
            "Which events `once_per` and the caps keep. Default: `latest`.";
        MIN_COUNT: Optional<Count> = "min_count", "Makes the signal worth 0 if fewer events than this are left.";
        MOST_RECENT: Optional<Count> = "most_recent", "Keeps only this many events, the latest ones.";
        MAX: Optional<Points> = "max", "Clamps the signal to the range from `-max` to `max`.";
        DECAY: Optional<Decay> = "decay", "Reduces the points of an event as it ages.";
    }

    Decay = "decay", "How the points of an event fade with its age." => Reader::decay, decay::Decay;
        one of &[
            &[Decay::HALF_LIFE.name],
            &[Decay::LINEAR.name],
            &[Decay::POLYNOMIAL.name],
            &[Decay::DROP.name],
            &[Decay::KEEP.name],
            &[Decay::AGES.name],
        ];
    {
        HALF_LIFE: Optional<Span> = "half_life", "Halves the points with each span, along a smooth curve.";
        LINEAR: Optional<Span> = "linear", "Lets the points fall evenly to nothing at this age.";
        POLYNOMIAL: Optional<Polynomial> = "polynomial", "Lets the points fall to nothing at a lifetime, fast at first or slowly at first.";
        DROP: Optional<Stepped> = "drop", "Takes a percentage of the original points after each span.";
        KEEP: Optional<Stepped> = "keep", "Keeps a percentage of what was left after each span.";
        AGES: Optional<Ages> = "table", "A percentage from each age on, such as `[[\"0d\", 100], [\"45d\", 85]]`.";
    }

    Polynomial = "polynomial", "A curve to nothing at a lifetime." => Reader::polynomial, (time::Span, points::Points);
    {
        LIFETIME: Required<Span> = "lifetime", "The age at which nothing is left.";
        SPEED: Required<Points> = "speed", "From 0.1 to 100. Above 1 the points fall fast at first, below 1 slowly at first.";
    }

    Stepped = "stepped", "A percentage for each span." => Reader::stepped, (points::Points, time::Span);
    {
        PERCENT: Required<Points> = "percent", "The percentage, above 0 and up to 100.";
        EVERY: Required<Span> = "every", "The span after which it applies again.";
    }

    Calendar = "window", "A window by the calendar.";
        one of &[&[Calendar::THIS.name], &[Calendar::PREVIOUS.name], &[Calendar::SINCE.name, Calendar::UNTIL.name]];
    {
        THIS: Optional<AnyPeriod> = THIS, "The current period, up to the instant of scoring.";
        PREVIOUS: Optional<AnyPeriod> = PREVIOUS, "The period before the current one.";
        SINCE: Optional<Edge> = SINCE, "The first day: a date, or the name of a date field.";
        UNTIL: Optional<Edge> = UNTIL, "The last day: a date, or the name of a date field.";
    }

    AtLeastOf = "at_least_of", "True if at least `count` conditions of the list `of` are true.";
    {
        COUNT: Required<Count> = "count", "How many conditions must be true.";
        OF: Required<Conditions> = "of", "The conditions.";
    }

    Ratio = "ratio", "A ratio of two fields.";
    {
        FIELD: Required<NumberField> = RATIO_FIELD, "Divides by this field.";
    }

    MeasureOptions = "measure_options", "Options of a test on events.";
    {
        WITHIN: Optional<AnyWindow> = WITHIN, "Measures only the events in this window. Default: any time.";
        RATIO_TO: Optional<EventName> = RATIO_TO, "Divides the measure by the same measure of these events.";
    }

    CountOptions = "count_options", "Options of a test on the number of events.";
    {
        DISTINCT: Optional<AttributeName> = DISTINCT, "Counts the different values of this attribute.";
    }

    AxisOptions = "axis_options", "Options of a test on an axis.";
    {
        GREATEST_RULE: Optional<NumberTests> = GREATEST_RULE, "Tests the greatest points of a rule of the axis.";
    }

    Promoter = "promoter", "Adds to the score if its condition is true." => Reader::promoter, outcome::Promoter;
    {
        ID: Required<Name> = "id", "Unique among gates, rules, promoters and limits.";
        LABEL: Optional<Text> = "label", "The text that people see. Default: the id.";
        WHEN: Required<OutcomeCondition> = "when", "The condition, which may test the outcome.";
        MISSING: Optional<Unknown> = "missing", "What an unknown condition counts as. Default: not true.";
        PLUS: Required<Points> = "plus", "Adds these points to the score.";
    }

    Limit = "limit", "Caps or raises the score if its condition is true." => Reader::limit, outcome::Limit;
        one of &[&[Limit::AT_MOST.name], &[Limit::AT_LEAST.name]];
    {
        ID: Optional<Name> = "id", "Unique among gates, rules, promoters and limits.";
        LABEL: Optional<Text> = "label", "The text that people see. Default: the id.";
        WHEN: Required<OutcomeCondition> = "when", "The condition, which may test the outcome.";
        MISSING: Optional<Unknown> = "missing", "What an unknown condition counts as. Default: not true.";
        AT_MOST: Optional<Points> = "at_most", "Caps the score.";
        AT_LEAST: Optional<Points> = "at_least", "Raises the score.";
    }

    Grade = "grade", "Combines two axes into a letter and a number." => Reader::grade, outcome::GradeCuts;
    {
        FIT: Required<Cuts> = "fit", "The axis of the letter, and its cuts.";
        ACTIVITY: Required<Cuts> = "activity", "The axis of the number, and its cuts.";
    }

    Cuts = "cuts", "An axis and the scores at which it is cut." => Reader::cuts, outcome::Cuts;
    {
        AXIS: Required<Name> = "axis", "The name of the axis.";
        CUTS: Required<List<Points>> = "cuts", "Scores, the highest first.";
    }

    State = "state", "A name for a range of the score." => Reader::state, outcome::State;
        one of &[&[State::AT_LEAST.name], &[State::AT_LEAST_POINTS.name]];
    {
        NAME: Required<Name> = "name", "Unique among states.";
        AT_LEAST: Optional<Points> = "at_least", "The score at which the state begins.";
        AT_LEAST_POINTS: Optional<Points> = "at_least_points",
            "The points of all axes together at which the state begins.";
    }

    Segment = "segment", "A named group of subjects." => Reader::segment, outcome::Segment;
    {
        NAME: Required<Name> = "name", "Unique among segments.";
        WHEN: Optional<OutcomeCondition> = "when", "The condition, which may test the outcome.";
        MISSING: Optional<Unknown> = "missing", "What an unknown condition counts as. Default: not true.";
    }

    Play = "play", "What to do about an outcome." => Reader::play, outcome::Play;
    {
        NAME: Required<Name> = "name", "Unique among plays.";
        GRADES: Optional<Parts> = "grades", "The grades that it applies to, such as `A1`, `C*` and `*4`. Default: any.";
        STATES: Optional<Parts> = "states", "The states that it applies to. Default: any.";
        SEGMENTS: Optional<Parts> = "segments", "The segments that it applies to. Default: any.";
        OTHERWISE: Optional<Flag> = "otherwise", "Makes the play apply if no other play fits. Default: `false`.";
        OWNER: Optional<Text> = "owner", "Who does it.";
        RESPOND_WITHIN: Optional<Span> = "respond_within", "How soon.";
    }

    Case = "case", "An example with its expected result." => Reader::case, case::Case;
    {
        NAME: Required<Name> = "name", "Says what the example shows.";
        AS_OF: Required<Instant> = "as_of", "The instant of scoring, such as `2026-11-22T09:00:00Z`.";
        FACTS: Optional<Facts> = "facts", "What is known about the subject.";
        EVENTS: Optional<List<CaseEvent>> = "events", "What the subject did.";
        EXPECT: Required<Expect> = "expect", "The expected result.";
    }

    CaseEvent = "case_event", "An event of a case." => Reader::case_event, super::case::CaseEvent;
    {
        EVENT: Required<OneEventName> = "event", "The name of the event.";
        AT: Required<Instant> = "at", "The instant of the event, such as `2026-11-22T09:00:00Z`.";
        COUNT: Optional<Count> = "count", "How many events. Default: 1.";
        AMOUNT: Optional<Points> = "amount", "The amount of the event. Default: 0.";
        ATTRIBUTES: Optional<Attributes> = "attributes", "What else is known about the event.";
    }

    Expect = "expect", "The expected result of a case." => Reader::expect, case::Expect;
    {
        VERDICT: Optional<Name> = "verdict", "The expected verdict, such as `eligible`.";
        SCORE: Optional<Points> = "score", "The expected score.";
        COVERAGE: Optional<Points> = "coverage", "The expected coverage.";
        AXES: Optional<PointsByName> = "axes", "The expected scores of axes.";
        GRADE: Optional<Name> = "grade", "The expected grade.";
        STATE: Optional<Name> = "state", "The expected state.";
        SEGMENT: Optional<Name> = "segment", "The expected segment.";
        PLAY: Optional<Name> = "play", "The expected play.";
    }
}
