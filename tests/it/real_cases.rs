//! Models and rows from public reports, requests and published scorecards, each with the right value.
//!
//! The page on documents shows how each kind is written; these tests hold the values.

use chrono::{DateTime, TimeDelta, Utc};
use warmth::model::Case;
use warmth::{Activity, Event, Model, NextChange, Points, Projection, Record, Resolution, Scorer, Verdict};

fn at(text: &str) -> DateTime<Utc> {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    text.parse().unwrap()
}

const AS_OF: &str = "2026-11-22T09:00:00Z";

fn scorer(document: &str) -> Scorer<Record> {
    let model: Model = toml::from_str(document).unwrap();
    Scorer::new(&model).unwrap_or_else(|error| panic!("{error}"))
}

/// A model with one axis of 100 points and these rules.
fn rules(rules: &str) -> Scorer<Record> {
    scorer(&format!("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\navailable = 100\n{rules}"))
}

fn raw(scorer: &Scorer<Record>, record: &Record) -> String {
    scorer.score(record, at(AS_OF)).axes().next().unwrap().raw.to_string()
}

/// Points of 1,000,000 for each 1,000,000,000 of an amount.
const PER_BILLION: &str =
    "[[axis.rule]]\nid = 'spent'\nsignal = { event = 'order', points_per_unit = 0.001, max = 100 }\n";

#[test]
fn an_order_of_4_2_billion_counts_in_full() {
    let spent = |amounts: &[&str]| {
        let mut activity = Activity::new();
        for amount in amounts {
            activity.record_with("order", at("2026-11-01"), 1, amount.parse::<Points>().unwrap());
        }
        Record::new().with_activity(activity)
    };
    let scorer = rules(
        "[[axis.rule]]\nid = 'exactly'\nwhen.events.order.amount = 4200000000\npoints = 40\n\
         [[axis.rule]]\nid = 'more'\nwhen.events.order.amount.more_than = 1000000000\npoints = 2\n",
    );
    assert_eq!(raw(&scorer, &spent(&["4200000000"])), "42");
    assert_eq!(raw(&scorer, &spent(&["9000000000000", "-8995800000000"])), "42");
    assert_eq!(raw(&scorer, &spent(&["1000000000"])), "0");
    // Gains and losses beyond the range of one amount do not cancel to nothing.
    let most = "9223372036854.775807";
    assert_eq!(raw(&scorer, &spent(&[most, most, "-9223372036854.775807", "-9219172036854.775807"])), "42");

    let scorer = rules(&PER_BILLION.replace("0.001", "0.000001"));
    assert_eq!(raw(&scorer, &spent(&["42000000"])), "42");
    assert_eq!(raw(&scorer, &spent(&["5000000000000", "-4999958000000"])), "42");
}

#[test]
fn per_unit_counts_every_unit() {
    let scorer = rules("[[axis.rule]]\nid = 'revenue'\nper_unit.revenue = { points = 0.00001, max = 90000 }\n");
    assert_eq!(raw(&scorer, &Record::new().with("revenue", 4.2e9)), "42000");
    assert_eq!(raw(&scorer, &Record::new().with("revenue", 1e300)), "90000");
    assert_eq!(raw(&scorer, &Record::new().with("revenue", -1e300)), "-1000000000");
    let steps =
        rules("[[axis.rule]]\nid = 'r'\nper_unit.n = { points = 0.000001, every = 1000000000, max = 1000000 }\n");
    for (number, points) in [(1e19, "10000"), (1e20, "100000"), (1e22, "1000000"), (f64::MAX, "1000000")] {
        assert_eq!(raw(&steps, &Record::new().with("n", number)), points, "{number}");
    }
}

#[test]
fn the_steps_of_a_signal_name_what_its_bound_took() {
    let mut activity = Activity::new();
    activity.record_with("order", at("2026-11-01"), u32::MAX, Points::from_micros(i64::MAX));
    activity.record_with("order", at("2026-11-02"), u32::MAX, Points::from_micros(i64::MAX));
    for (rule, bound) in [("max = 100, ", "100"), ("", "1000000000")] {
        let scorer = rules(&format!(
            "[[axis.rule]]\nid = 'spent'\nsignal = {{ event = 'order', points_per_unit = 1000000, {rule}decay.linear = '90d' }}\n"
        ));
        let record = Record::new().with_activity(activity.clone());
        let explanation = scorer.explain(&record, at(AS_OF));
        let lines = explanation.lines();
        let line = lines.iter().find(|line| line.id == Some("spent")).unwrap();
        assert_eq!(line.points.to_string(), bound);
        let steps = line.steps();
        assert_eq!(steps.iter().map(|step| step.points).sum::<Points>(), line.points, "{steps:?}");
        assert_eq!(steps.last().unwrap().kind.to_string(), "cap");
        assert_eq!(lines.iter().map(|line| line.score).sum::<Points>(), explanation.score().value());
    }
}

/// The add-on rule of the shipped template: 2026-08-01 an order of 1,000, all of it returned on 2026-10-30.
#[test]
fn a_returned_order_leaves_nobody_below_who_never_bought() {
    let scorer = scorer(
        "format = 1\nname = 'add-ons'\n[[axis]]\nname = 'activity'\nbase = 50\navailable = 100\n[[axis.rule]]\nid = 'add-ons'\n\
         signal = { event = 'addon_purchase', points_per_unit = 0.01, max = 10, decay.keep = { percent = 90, every = '30d' } }\n",
    );
    let value = |activity: &Activity, when: &str| {
        let record = Record::new().with_activity(activity.clone());
        scorer.score(&record, at(when)).value().to_string()
    };
    let (ordered, returned, thousand) = (at("2026-08-01"), at("2026-10-30"), Points::from(1_000));
    let mut activity = Activity::new();
    activity.record_with("addon_purchase", ordered, 1, thousand);
    assert_eq!(value(&activity, "2026-11-01"), "57.29");

    let mut corrected = activity.clone();
    assert!(corrected.correct("addon_purchase", ordered, thousand, Points::from(400)));
    assert_eq!(value(&corrected, "2026-11-01"), "52.916");
    assert!(!corrected.remove("addon_purchase", ordered, thousand));
    assert!(corrected.remove("addon_purchase", ordered, Points::from(400)));
    for when in ["2026-11-01", "2027-03-01"] {
        assert_eq!(value(&corrected, when), "50");
    }

    // What the page for hosts warns of.
    activity.record_with("addon_purchase", returned, 1, Points::from(-1_000));
    assert_eq!(value(&activity, "2026-11-01"), "47.29");
}

#[test]
fn a_removed_event_is_as_if_never_recorded() {
    let mut activity = Activity::with_resolution(Resolution::Day);
    let (morning, evening) = (at("2026-11-01T08:00:00Z"), at("2026-11-01T20:00:00Z"));
    for count in [u32::MAX, 2] {
        activity.record_with("login", morning, count, Points::ZERO);
    }
    let before = activity.clone();
    activity.record("login", evening);
    assert!(activity.remove("login", morning, Points::ZERO));
    assert_eq!(activity, before);
    assert!(!activity.remove("login", at("2026-11-02"), Points::ZERO));
    assert!(!activity.remove("logn", morning, Points::ZERO));
    assert!(!activity.correct("login", morning, Points::from(1), Points::ZERO));
    assert_eq!(activity, before);
}

#[test]
fn a_date_is_four_digits_two_and_two() {
    let scorer = rules("[[axis.rule]]\nid = 'old'\nwhen.start.days_since.at_least = 3\npoints = 10\n");
    for (text, points) in [
        ("2026-01-05", "10"),
        ("2026-01-05T09:00:00+07:00", "10"),
        ("26-01-05", "0"),
        ("2026-1-5", "0"),
        ("+2026-01-05", "0"),
        (" 2026-01-05", "0"),
        ("2026-01-05 ", "0"),
        ("2026 - 01 - 05", "0"),
        ("2026-01-05 09:00:00Z", "0"),
        ("2026-01-05t09:00:00Z", "0"),
        ("2026-01-05T09:00:00z", "0"),
        // Only years after 9999 and before 0 have a sign.
        ("0000-01-01", "10"),
        ("-0000-01-01", "0"),
        ("-0044-03-15", "10"),
        ("-0044-03-15T09:00:00Z", "10"),
        ("-44-03-15", "0"),
        ("+0044-03-15", "0"),
        ("-0044-03-15T09:00:00+00:00", "0"),
    ] {
        let record = Record::new().with("start", text);
        assert_eq!(raw(&scorer, &record), points, "{text}");
        let explanation = scorer.explain(&record, at(AS_OF));
        assert_eq!(explanation.missing().is_empty(), points == "10", "{text}");
    }
}

#[test]
fn times_of_every_year_survive_serde() {
    let times = ["2026-11-22T09:00:00Z", "9999-12-31T23:59:59.999Z", "+10000-01-01T00:00:00Z", "-0001-12-31T23:59:59Z"];
    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    let times = times.map(|time| time.parse().unwrap());
    let scorer = rules(
        "[[axis.rule]]\nid = 'known'\nwhen.a.known = true\nwhen.b.known = true\nwhen.a.before = '+262142-12-31'\nwhen.b.months_since.at_least = -9999999\npoints = 10\n",
    );
    for time in times.into_iter().chain(ends) {
        let record = Record::new().with("a", time.date_naive()).with("b", time);
        let read: Record = serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
        assert_eq!(raw(&scorer, &read), raw(&scorer, &record), "{time}");
        let case = Case::new("late", time, Record::new()).expect_axis("fit", 0);
        let document = serde_json::to_string(&Model::new("x").case(case)).unwrap();
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Model>(&document).unwrap()).unwrap(), document);
    }
}

#[test]
fn a_cap_can_hold_for_whom_nothing_is_known() {
    let capped = |missing: &str| {
        scorer(&format!(
            "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\nbase = 60\navailable = 100\n\
             [[limit]]\nwhen.status.none_of = ['working']\nwhen.events.visit.none_within = '45d'\n{missing}at_most = 50\n"
        ))
    };
    let value = |missing: &str, record: &Record| capped(missing).score(record, at(AS_OF)).value().to_string();
    let (nobody, working) = (Record::new(), Record::new().with("status", "working"));
    assert_eq!(value("", &nobody), "60");
    assert_eq!(value("missing = 'holds'\n", &nobody), "50");
    assert_eq!(value("missing = 'holds'\n", &working), "60");
    assert_eq!(value("missing = 'fails'\n", &nobody), "60");
}

#[test]
fn promoters_and_segments_say_what_unknown_counts_as() {
    let scorer = scorer(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\nbase = 60\navailable = 100\n\
         [[promoter]]\nid = 'p'\nwhen.referred = true\nmissing = 'holds'\nplus = 5\n\
         [[segment]]\nname = 'large'\nwhen.employees.at_least = 1000\nmissing = 'holds'\n[[segment]]\nname = 'rest'\n",
    );
    let of = |record: &Record| {
        let score = scorer.score(record, at(AS_OF));
        (score.value().to_string(), score.segment().unwrap().to_owned())
    };
    assert_eq!(of(&Record::new()), ("65".to_owned(), "large".to_owned()));
    let known = Record::new().with("referred", false).with("employees", 10);
    assert_eq!(of(&known), ("60".to_owned(), "rest".to_owned()));
}

#[test]
fn first_is_known_if_every_row_that_may_apply_is_worth_the_same() {
    let first =
        |rows: &str| rules(&format!("[[axis.rule]]\nid = 'r'\nmissing.points = 7\notherwise = 3\nfirst = [{rows}]\n"));
    let known = Record::new().with("b", true).with("c", false);
    for (rows, points) in [
        // `a` is missing.
        ("{ when.a = true, points = 10 }, { when.b = true, points = 10 }", "10"),
        ("{ when.a = true, points = 10 }, { when.b = true, points = 5 }", "7"),
        ("{ when.a = true, points = 10 }, { when.c = true, points = 10 }", "7"),
        ("{ when.a = true, points = 3 }, { when.c = true, points = 10 }", "3"),
        ("{ when.c = true, points = 10 }, { when.a = true, points = 3 }", "3"),
        ("{ when.b = true, points = 10 }, { when.a = true, points = 3 }", "10"),
        ("{ when.a = true, points = 3 }, { when.a = false, points = 4 }", "7"),
    ] {
        assert_eq!(raw(&first(rows), &known), points, "{rows}");
    }
}

#[test]
fn an_unknown_guard_does_not_matter_to_a_form_that_is_worth_nothing() {
    let scorer = rules("[[axis.rule]]\nid = 'r'\nwhen.a = true\nmissing.points = 7\nbands.nps = [[9, 10]]\n");
    for (record, points) in [
        (Record::new().with("nps", 3), "0"),
        (Record::new().with("nps", 9), "7"),
        (Record::new(), "7"),
        (Record::new().with("a", false), "0"),
    ] {
        assert_eq!(raw(&scorer, &record), points);
    }
    assert_eq!(scorer.score(&Record::new(), at(AS_OF)).verdict(), Verdict::Eligible);
}

#[test]
fn points_for_each_full_step_of_an_amount() {
    let orders = |amounts: &[&str]| {
        let mut activity = Activity::new();
        for (amount, day) in amounts.iter().zip(1..) {
            activity.record_with("order", at(&format!("2026-11-{day:02}")), 1, amount.parse::<Points>().unwrap());
        }
        Record::new().with_activity(activity)
    };
    // 5 points for every full 2.50.
    let scorer = rules("[[axis.rule]]\nid = 'r'\nsignal = { event = 'order', points_per_unit = 5, every = 2.5 }\n");
    assert_eq!(raw(&scorer, &orders(&["3.00"])), "5");
    assert_eq!(raw(&scorer, &orders(&["2.499999", "-2.5", "7.50"])), "10");
    // Whole points of each transaction.
    let whole = |points: &str, every: &str| {
        rules(&format!(
            "[[axis.rule]]\nid = 'r'\nsignal = {{ event = 'order', points_per_unit = {points}, every = {every} }}\n"
        ))
    };
    assert_eq!(raw(&whole("1", "0.1"), &orders(&["149.99"])), "1499");
    assert_eq!(raw(&whole("1", "0.5"), &orders(&["127.43"])), "254");
    // The range of amounts and the smallest step.
    let most = "9223372036854.775807";
    assert_eq!(raw(&whole("0.000001", "0.000001"), &orders(&[most])), "1000000000");
    assert_eq!(raw(&whole("1", "1000000000"), &orders(&[most, most])), "18446");
}

#[test]
fn a_point_for_every_five_clicks() {
    let scorer =
        rules("[[axis.rule]]\nid = 'r'\nper_unit.events.click = { by = 'count', points = 1, every = 5, max = 20 }\n");
    for (clicks, points) in [(0, "0"), (4, "0"), (5, "1"), (14, "2"), (15, "3"), (u32::MAX, "20")] {
        let mut activity = Activity::new();
        activity.record_with("click", at("2026-11-21"), clicks, Points::ZERO);
        assert_eq!(raw(&scorer, &Record::new().with_activity(activity)), points, "{clicks}");
    }
}

#[test]
fn points_in_proportion_to_a_ratio() {
    let scorer = rules(
        "[[axis.rule]]\nid = 'r'\nmissing.points = 7\nper_unit.accepted = { points = 100, max = 100, ratio_to = 'received' }\n",
    );
    let of = |accepted: i32, received: i32| Record::new().with("accepted", accepted).with("received", received);
    assert_eq!(raw(&scorer, &of(9, 10)), "90");
    assert_eq!(raw(&scorer, &of(1, 3)), "33.3333");
    assert_eq!(raw(&scorer, &of(12, 10)), "100");
    assert_eq!(raw(&scorer, &of(1, 0)), "7");
    assert_eq!(raw(&scorer, &Record::new().with("accepted", 1)), "7");
}

#[test]
fn points_for_each_full_year_of_a_contract() {
    let scorer = rules(
        "[[axis.rule]]\nid = 'r'\nper_unit.start = { by = 'months_since', points = 10, every = 12, min = 0, max = 50 }\n",
    );
    for (start, points) in
        [("2026-11-22", "0"), ("2024-11-23", "10"), ("2024-11-22", "20"), ("2000-01-01", "50"), ("2030-01-01", "0")]
    {
        assert_eq!(raw(&scorer, &Record::new().with("start", start)), points, "{start}");
    }
}

#[test]
fn a_top_bound_belongs_to_the_band_below() {
    let scorer = rules(
        "[[axis.rule]]\nid = 'r'\nbands.urine = [[0, 10], [671, 5], [1427, 1], [2544, 0], { above = 6896, points = 8 }]\n",
    );
    for (urine, points) in [(670.999, "10"), (671.0, "5"), (6896.0, "0"), (6_896.000_001, "8"), (6897.0, "8")] {
        assert_eq!(raw(&scorer, &Record::new().with("urine", urine)), points, "{urine}");
    }
    // The band of exactly one value.
    let scorer =
        rules("[[axis.rule]]\nid = 'r'\nbounds = 'above'\nbands.n = [[1, 1], { from = 5, points = 2 }, [5, 3]]\n");
    for (n, points) in [(1.0, "0"), (4.0, "1"), (5.0, "2"), (5.5, "3")] {
        assert_eq!(raw(&scorer, &Record::new().with("n", n)), points, "{n}");
    }
}

#[test]
fn eight_pages_in_one_visit_are_not_four_on_two_days() {
    let scorer =
        rules("[[axis.rule]]\nid = 'r'\nwhen.events.page.most_per_day = { within = '7d', at_least = 8 }\npoints = 7\n");
    let pages = |rows: &[(&str, u32)]| {
        let mut activity = Activity::new();
        for (day, count) in rows {
            activity.record_with("page", at(day), *count, Points::ZERO);
        }
        Record::new().with_activity(activity)
    };
    assert_eq!(raw(&scorer, &pages(&[("2026-11-20", 4), ("2026-11-21", 4)])), "0");
    assert_eq!(raw(&scorer, &pages(&[("2026-11-20T08:00:00Z", 4), ("2026-11-20T20:00:00Z", 4)])), "7");
    assert_eq!(raw(&scorer, &pages(&[("2026-11-10", 9), ("2026-11-21", 4)])), "0");
}

/// An activity of events with one attribute: instant, number of events, amount, value.
fn with_attribute(event: &str, attribute: &str, rows: &[(&str, u32, i32, &str)]) -> Record {
    let mut activity = Activity::new();
    for (instant, count, amount, value) in rows {
        let attributes = [(attribute, (*value).into())];
        activity.record_event(Event::new(event, at(instant)).count(*count).amount(*amount).attributes(&attributes));
    }
    Record::new().with_activity(activity)
}

#[test]
fn each_mail_counts_once_and_there_may_be_any_number_of_mails() {
    let scorer = rules("[[axis.rule]]\nid = 'r'\nsignal = { event = 'open', points = 2, once_per = 'mail' }\n");
    let rows = [("2026-11-01", 3, 0, "a"), ("2026-11-02", 5, 0, "b"), ("2026-11-03", 1, 0, "c")];
    assert_eq!(raw(&scorer, &with_attribute("open", "mail", &rows)), "6");
    let mut activity = Activity::new();
    // More than fit in the memory on the stack.
    for mail in 0..40_000 {
        let mail = format!("mail-{mail}");
        activity.record_event(Event::new("open", at("2026-11-01")).count(2).attributes(&[("mail", (&mail).into())]));
    }
    assert_eq!(raw(&scorer, &Record::new().with_activity(activity)), "80000");
}

#[test]
fn a_form_that_a_tracker_sends_twice_counts_once_and_two_forms_of_a_day_twice() {
    let scorer = rules("[[axis.rule]]\nid = 'r'\nsignal = { event = 'form', points = 5, once_per = 'submission' }\n");
    let rows = [("2026-11-01T08:00:00Z", 1, 0, "s-1"), ("2026-11-01T08:00:03Z", 1, 0, "s-1")];
    assert_eq!(raw(&scorer, &with_attribute("form", "submission", &rows)), "5");
    let rows = [("2026-11-01T08:00:00Z", 1, 0, "s-1"), ("2026-11-01T09:00:00Z", 1, 0, "s-2")];
    assert_eq!(raw(&scorer, &with_attribute("form", "submission", &rows)), "10");
}

#[test]
fn the_first_six_grants_of_a_day_count() {
    let rule = |more: &str| {
        rules(&format!(
            "[[axis.rule]]\nid = 'r'\nsignal = {{ event = 'grant', points_per_unit = 1, per_day = 6{more} }}\n"
        ))
    };
    let mut activity = Activity::new();
    activity.record_with("grant", at("2026-11-20T08:00:00Z"), 6, Points::from(50));
    activity.record_with("grant", at("2026-11-20T20:00:00Z"), 2, Points::from(10));
    let record = Record::new().with_activity(activity);
    assert_eq!(raw(&rule(", prefer = 'first'"), &record), "300");
    assert_eq!(raw(&rule(""), &record), "220");
}

#[test]
fn caps_limit_the_events_and_points_of_days_weeks_and_months() {
    // Sunday 2026-11-15 and Monday 2026-11-16; the months change two weeks later.
    let events = [
        ("2026-11-15T08:00:00Z", 2, 30),
        ("2026-11-16T08:00:00Z", 1, 30),
        ("2026-11-16T20:00:00Z", 3, 10),
        ("2026-12-01T08:00:00Z", 1, -25),
        ("2026-12-01T09:00:00Z", 1, 100),
    ];
    let mut activity = Activity::new();
    for (instant, count, amount) in events {
        activity.record_with("grant", at(instant), count, Points::from(amount));
    }
    let record = Record::new().with_activity(activity);
    for (keys, points) in [
        // 60 + 60 + 75 points without a cap.
        ("points_per_unit = 1", "195"),
        // 40 + 40 + 40 - 25.
        ("points_per_unit = 1, max_points_per_day = 40", "95"),
        // Gains and losses are capped apart: 20 + 20 + 20 - 20.
        ("points_per_unit = 1, max_points_per_day = 20", "40"),
        // A week starts on Monday: 60, 60 and 70 - 25; on Sunday, the first two days are one week.
        ("points_per_unit = 1, max_points_per_week = 70", "165"),
        // 70 - 25 of December, and 70 of November.
        ("points_per_unit = 1, max_points_per_month = 70", "115"),
        // Each cap applies to what the caps before it let through: 40 and 40 become 50.
        ("points_per_unit = 1, max_points_per_day = 40, max_points_per_month = 50", "65"),
        // The first events of a day: 30 and 10 of the 16th, and -25 and 40 of the 100 of the 1st.
        ("points_per_unit = 1, max_points_per_day = 40, prefer = 'first'", "95"),
        // 2 steps of 25, 1 step, and 4 steps that are capped, less 1 step.
        ("points_per_unit = 10, every = 25, max_points_per_day = 25", "45"),
        // Points for events: 2, 4 and 2 of them; the last one of a day counts in part.
        ("points = 5", "40"),
        ("points = 5, max_points_per_day = 12", "32"),
        ("points = 5, max_points_per_day = 12, most_recent = 3", "15"),
        ("points = 5, max_points_per_day = 12, most_recent = 5", "22"),
        // An event that counts in part is an event.
        ("points = 5, max_points_per_day = 12, min_count = 7", "32"),
        ("points = 5, max_points_per_day = 12, min_count = 8", "0"),
        ("points = -5, max_points_per_week = 12", "-32"),
        ("points = 5, per_week = 2", "30"),
        ("points = 5, per_month = 3", "25"),
        ("points = 5, per_week = 2, per_month = 3", "25"),
        // Caps on events come before caps on points: 5 of the three events of the 16th, and 5 of the 1st.
        ("points = 5, per_month = 3, max_points_per_day = 5", "10"),
    ] {
        let scorer = rules(&format!("[[axis.rule]]\nid = 'r'\nsignal = {{ event = 'grant', max = 1000, {keys} }}\n"));
        let score = scorer.score(&record, at("2026-12-02T09:00:00Z"));
        assert_eq!(score.axes().next().unwrap().raw.to_string(), points, "{keys}");
    }
}

#[test]
fn caps_on_points_hold_at_the_ends_of_counts_and_amounts() {
    let scorer = rules(
        "[[axis.rule]]\nid = 'r'\nsignal = { event = 'e', points_per_unit = 1000000, max_points_per_day = 10.000001, max = 1000000 }\n",
    );
    let mut activity = Activity::new();
    for _ in 0..3 {
        activity.record_with("e", at("2026-11-20T08:00:00Z"), u32::MAX, Points::from_micros(i64::MAX));
        activity.record_with("e", at("2026-11-21T08:00:00Z"), u32::MAX, Points::from_micros(-i64::MAX));
    }
    activity.record_with("e", at("2026-11-21T08:00:00Z"), 1, Points::from_micros(2));
    assert_eq!(raw(&scorer, &Record::new().with_activity(activity)), "2");
}

#[test]
fn pages_are_selected_by_path_and_counted_once() {
    let rows = [
        ("2026-11-20T08:00:00Z", 2, 0, "/pricing"),
        ("2026-11-20T08:01:00Z", 1, 0, "/pricing/teams"),
        ("2026-11-20T08:02:00Z", 1, 0, "/Pricing"),
        ("2026-11-20T08:03:00Z", 1, 0, "/jobs"),
    ];
    let record = with_attribute("page", "path", &rows);
    for (rule, points) in [
        ("signal = { event = 'page', points = 1, where.path.starts_with = '/pricing' }", "3"),
        ("signal = { event = 'page', points = 1, where.path = { starts_with = '/pricing', ignore_case = true } }", "4"),
        ("signal = { event = 'page', points = 1, where.not.path.starts_with = '/pricing' }", "2"),
        ("signal = { event = 'page', points = 1, where.path.is_not = '/jobs', once_per = 'path' }", "3"),
        ("signal = { event = 'page', points = 1, where.form.known = false }", "5"),
        ("signal = { event = 'page', points = 1, where.form.is_not = 'x' }", "0"),
        ("signal = { event = 'page', points = 1, once_per = 'form' }", "0"),
        ("per_unit.events.page = { by = 'count', distinct = 'path', points = 1, max = 9 }", "4"),
        ("bands.events.page = [[3, 7]]\nby = 'count'\nwhere.path.contains = 'ricing'", "7"),
        ("when.events.page = { where.path = '/jobs', last_within = '10d' }\npoints = 1", "1"),
        ("when.events.page = { where.path = '/about', never = true }\npoints = 1", "1"),
        ("per_unit.events.page = { by = 'days_since_last', where.path = '/jobs', points = 1, max = 9 }", "2"),
    ] {
        assert_eq!(raw(&rules(&format!("[[axis.rule]]\nid = 'r'\n{rule}\n")), &record), points, "{rule}");
    }
}

/// Earned in 2018 and good to the end of 2019; good on 31 March; done today; this month, quarter and fiscal year.
#[test]
fn windows_by_the_calendar_end_where_the_calendar_says() {
    let at_offset = |offset: &str, rules: &str| {
        scorer(&format!(
            "format = 1\nname = 'x'\nutc_offset = '{offset}'\nyear_starts = 'april'\nweek_starts = 'sunday'\n\
             [[axis]]\nname = 'fit'\navailable = 100\n[[axis.rule]]\nid = 'r'\n{rules}\n"
        ))
    };
    let points = |scorer: &Scorer<Record>, events: &[&str], as_of: &str| {
        let mut activity = Activity::new();
        for event in events {
            activity.record_with("earn", at(event), 1, Points::from(10));
        }
        let record = Record::new().with("expires", "2026-03-31").with_activity(activity);
        scorer.score(&record, at(as_of)).axes().next().unwrap().raw.to_string()
    };

    // What was earned in 2018, while it is not over.
    let earned = at_offset(
        "+00:00",
        "signal = { event = 'earn', points_per_unit = 1, max = 90, window = { since = '2018-01-01', until = '2018-12-31' } }",
    );
    let events = ["2017-12-31T23:59:59Z", "2018-01-01", "2018-12-31T23:59:59Z", "2019-01-01"];
    assert_eq!(points(&earned, &events, "2019-12-31T23:59:59Z"), "20");

    // What expires on 31 March is good on 31 March.
    let until = at_offset("-08:00", "signal = { event = 'earn', points = 10, max = 90, window.until = 'expires' }");
    let events = ["2026-04-01T07:59:59Z", "2026-04-01T08:00:00Z"];
    assert_eq!(points(&until, &events, "2026-06-01"), "10");

    // Today, this week from Sunday, this month, this quarter and this fiscal year, each begun a second ago or in a second.
    for (period, start) in [
        ("day", "2026-11-22T08:00:00Z"),
        ("week", "2026-11-22T08:00:00Z"),
        ("month", "2026-11-01T08:00:00Z"),
        ("quarter", "2026-10-01T08:00:00Z"),
        ("year", "2026-04-01T08:00:00Z"),
    ] {
        let this = at_offset(
            "-08:00",
            &format!("per_unit.events.earn = {{ by = 'count', within.this = '{period}', points = 1, max = 9 }}"),
        );
        let before = at(start) - chrono::TimeDelta::seconds(1);
        let events = [before.to_rfc3339(), start.to_owned(), AS_OF.to_owned()];
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        assert_eq!(points(&this, &events, AS_OF), "2", "{period}");
        let previous = at_offset(
            "-08:00",
            &format!("when.events.earn.count = {{ is = 1, within.previous = '{period}' }}\npoints = 1"),
        );
        assert_eq!(points(&previous, &events, AS_OF), "1", "{period}");
    }
}

/// What the page for hosts says about daylight saving: the offset of the other part of the year is an hour off.
#[test]
fn the_offset_of_the_other_part_of_the_year_moves_an_event_at_midnight_alone() {
    let done = |offset: &str| {
        scorer(&format!(
            "format = 1\nname = 'x'\nutc_offset = '{offset}'\n[[axis]]\nname = 'fit'\navailable = 100\n\
             [[axis.rule]]\nid = 'r'\nwhen.events.done.last_within.this = 'day'\npoints = 1\n"
        ))
    };
    let (winter, summer) = (done("-08:00"), done("-07:00"));
    let today = |scorer: &Scorer<Record>, when: &str| {
        let mut activity = Activity::new();
        activity.record("done", at(when));
        let record = Record::new().with_activity(activity);
        scorer.score(&record, at("2025-07-15T15:00:00Z")).axes().next().unwrap().raw.to_string()
    };
    for (when, in_summer, in_winter) in [
        ("2025-07-15T06:59:59Z", "0", "0"),
        ("2025-07-15T07:00:00Z", "1", "0"),
        ("2025-07-15T07:30:00Z", "1", "0"),
        ("2025-07-15T08:00:00Z", "1", "1"),
        ("2025-07-15T14:59:59Z", "1", "1"),
    ] {
        assert_eq!(
            (today(&summer, when), today(&winter, when)),
            (in_summer.to_owned(), in_winter.to_owned()),
            "{when}"
        );
    }
}

/// Points of a year expire with it, and what was spent stays spent: a balance by years is right if each year has a window
/// of its own and cannot fall below zero.
#[test]
fn points_of_a_year_expire_with_it() {
    let scorer = rules(
        "group = [{ name = 'of 2025', min = 0 }, { name = 'of 2026', min = 0 }]\n\
         [[axis.rule]]\nid = 'earned in 2025'\ngroup = 'of 2025'\nwhen.good_until_2025.days_until.at_least = 0\n\
         signal = { event = 'points', points_per_unit = 1, window = { since = '2025-01-01', until = '2025-12-31' } }\n\
         [[axis.rule]]\nid = 'earned in 2026'\ngroup = 'of 2026'\n\
         signal = { event = 'points', points_per_unit = 1, window.since = '2026-01-01' }\n",
    );
    let mut activity = Activity::new();
    for (day, amount) in [("2025-03-01", 100), ("2025-09-01", -80), ("2026-02-01", 50)] {
        activity.record_with("points", at(day), 1, Points::from(amount));
    }
    let record = Record::new().with("good_until_2025", "2026-12-31").with_activity(activity);
    let balance = |when: &str| scorer.score(&record, at(when)).axes().next().unwrap().raw.to_string();
    assert_eq!((balance("2026-12-31"), balance("2027-01-01")), ("70".to_owned(), "50".to_owned()));
}

#[test]
fn an_explanation_names_the_window() {
    let scorer = rules(
        "[[axis.rule]]\nid = 'a'\nper_unit.events.login = { by = 'count', within.this = 'month', points = 1, max = 9 }\n\
         [[axis.rule]]\nid = 'b'\nper_unit.events.login = { by = 'count', within.previous = 'quarter', points = 1, max = 9 }\n\
         [[axis.rule]]\nid = 'c'\nper_unit.events.login = { by = 'count', within.previous = 'day', points = 1, max = 9 }\n\
         [[axis.rule]]\nid = 'd'\nsignal = { event = 'login', points = 1, max = 9, window.since = 'opened' }\n\
         [[axis.rule]]\nid = 'e'\nsignal = { event = 'login', points = 1, max = 9, window = { since = '2026-01-01', until = '2026-03-31' } }\n",
    );
    let explanation = scorer.explain(&Record::new(), at(AS_OF));
    let found: Vec<_> = explanation
        .lines()
        .iter()
        .flat_map(|line| {
            let unknown = line.unknown;
            line.findings()
                .map(move |finding| (finding.subject(), finding.observed().to_string(), unknown))
                .collect::<Vec<_>>()
        })
        .collect();
    let subjects: Vec<_> = found.iter().map(|(subject, ..)| subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "login events this month",
            "login events in the previous quarter",
            "login events yesterday",
            "login events since opened",
            "login events from 2026-01-01 to 2026-03-31",
        ]
    );
    // Without the date, nobody knows how many there are.
    assert_eq!(found.iter().map(|(_, _, unknown)| *unknown).collect::<Vec<_>>(), [false, false, false, true, false]);
    assert_eq!(found[3].1, "not known");
    assert_eq!(explanation.missing(), ["opened"]);
}

/// At most 2 % of sales with a defect and 7 % late; opens of what was delivered.
#[test]
fn a_share_of_two_kinds_of_events() {
    let seller = rules(
        "[[axis.rule]]\nid = 'defects'\nwhen.events.defect.count = { ratio_to = 'sale', at_most = 0.02 }\npoints = 1\n\
         [[axis.rule]]\nid = 'late'\nwhen.events.late.count = { ratio_to = 'sale', at_most = 0.07, within = '90d' }\npoints = 10\n\
         missing.points = 5\n\
         [[axis.rule]]\nid = 'value'\nper_unit.events.refund = { by = 'amount', ratio_to = 'sale', points = -100, max = 0, min = -50 }\n",
    );
    let points = |events: &[(&str, &str, u32, i32)]| {
        let mut activity = Activity::new();
        for (name, day, count, amount) in events {
            activity.record_with(name, at(day), *count, Points::from(*amount));
        }
        raw(&seller, &Record::new().with_activity(activity))
    };
    assert_eq!(
        points(&[("sale", "2026-11-01", 100, 3), ("defect", "2026-11-02", 2, 0), ("late", "2026-11-02", 7, 0)]),
        "11"
    );
    assert_eq!(
        points(&[("sale", "2026-11-01", 99, 3), ("defect", "2026-11-02", 2, 0), ("late", "2026-11-02", 7, 0)]),
        "0"
    );
    // A refund of 30 of 300 is a tenth.
    assert_eq!(points(&[("sale", "2026-11-01", 100, 3), ("refund", "2026-11-02", 1, 30)]), "1");
    // Without a sale in 90 days, nobody knows how punctual the seller is.
    assert_eq!(points(&[("sale", "2026-01-01", 100, 3), ("late", "2026-11-02", 7, 0)]), "6");
    assert_eq!(points(&[]), "5");
}

#[test]
fn the_mean_and_the_latest_amount_need_an_event() {
    let scorer = rules(
        "[[axis.rule]]\nid = 'mean'\nper_unit.events.order = { by = 'mean_amount', points = 1, max = 90, within = '90d' }\n\
         missing.points = 1\n\
         [[axis.rule]]\nid = 'latest'\nbands.events.order = [[-9, 100], [0, 200], [20, 300]]\nby = 'latest_amount'\n",
    );
    let points = |events: &[(&str, u32, &str)]| {
        let mut activity = Activity::new();
        for (instant, count, amount) in events {
            activity.record_with("order", at(instant), *count, amount.parse().unwrap());
        }
        raw(&scorer, &Record::new().with_activity(activity))
    };
    assert_eq!(points(&[]), "1");
    assert_eq!(points(&[("2026-11-01", 1, "10"), ("2026-11-02", 2, "5")]), "206.666667");
    // At one instant, the greater amount is the later; a return is an amount too.
    assert_eq!(points(&[("2026-11-01", 1, "-9"), ("2026-11-01", 1, "20")]), "305.5");
    assert_eq!(points(&[("2026-11-01", 1, "20"), ("2026-11-02", 1, "-9")]), "105.5");
    assert_eq!(points(&[("2026-01-01", 1, "20")]), "301");
}

/// The months without deliveries count neither as 0 nor as 100: 100, 80, 90 and 100 of seven months.
#[test]
fn the_mean_of_the_months_with_deliveries() {
    let month = |month: usize| {
        format!(
            "[[axis]]\nname = 'm{month}'\nmissing = 'skip'\n[[axis.rule]]\nid = 'r{month}'\n\
             per_unit.accepted_{month} = {{ points = 100, min = 0, max = 100, ratio_to = 'received_{month}' }}\n"
        )
    };
    let scorer = scorer(&format!("format = 1\nname = 'supplier'\n{}", (1..=7).map(month).collect::<String>()));
    let delivered = |rows: [(i32, i32); 7]| {
        rows.into_iter().zip(1..).fold(Record::new(), |record, ((accepted, received), month)| {
            record.with(format!("accepted_{month}"), accepted).with(format!("received_{month}"), received)
        })
    };
    let record = delivered([(10, 10), (0, 0), (4, 5), (0, 0), (9, 10), (0, 0), (7, 7)]);
    let score = scorer.score(&record, at(AS_OF));
    assert_eq!((score.value().to_string(), score.coverage().unwrap().to_string()), ("92.5".into(), "57.142857".into()));
    let score = scorer.score(&delivered([(0, 0); 7]), at(AS_OF));
    assert_eq!((score.verdict(), score.value()), (Verdict::Uncovered, Points::ZERO));
}

/// Of the 100 of January, 80 were spent and 20 expire. The 50 of July are untouched.
#[test]
fn points_that_expire_are_spent_oldest_first() {
    let rule = |keys: &str| {
        scorer(&format!(
            "format = 1\nname = 'wallet'\n[[axis]]\nname = 'balance'\navailable = 1000\n[[axis.rule]]\nid = 'points'\n\
             signal = {{ event = 'points', points_per_unit = 1, window = '365d'{keys} }}\n"
        ))
    };
    let scorer = rule(", spend = 'oldest_first'");
    let mut activity = Activity::new();
    for (instant, amount) in [("2026-01-01", 100), ("2026-04-01", -80), ("2026-07-01", 50)] {
        activity.record_with("points", at(instant), 1, Points::from(amount));
    }
    let record = Record::new().with_activity(activity.clone());
    let left = |record: &Record, instant: &str| {
        scorer.score(record, at(instant)).axes().next().unwrap().raw.to_string().parse::<i64>().unwrap()
    };
    for (instant, points) in [
        ("2025-12-31", 0),
        ("2026-01-01", 100),
        ("2026-03-31T23:59:59Z", 100),
        ("2026-04-01", 20),
        ("2026-12-31", 70),
        ("2026-12-31T23:59:59Z", 70),
        ("2027-01-01", 50),
        ("2027-01-02", 50),
        ("2027-04-02", 50),
        ("2027-07-01", 0),
    ] {
        assert_eq!(left(&record, instant), points, "{instant}");
    }
    // Without the key, the debit outlives the credit.
    assert_eq!(rule("").score(&record, at("2027-01-02")).axes().next().unwrap().raw.to_string(), "-30");

    // The forecast finds the two expiries, to the second.
    let changes = scorer.changes(&record, at("2026-12-31"), at("2028-01-01"), Projection::Score(1.into()));
    let expiries: Vec<_> = changes.map(|change| change.at()).collect();
    assert_eq!(expiries, [at("2027-01-01"), at("2027-07-01")]);

    // The explanation counts the events that are not all spent, and nothing else.
    let unspent = |instant: &str| {
        let explanation = scorer.explain(&record, at(instant));
        let finding = explanation.lines().iter().find_map(|line| line.findings().next()).unwrap();
        assert_eq!(finding.subject(), "unspent points events in the last 365d");
        finding.observed().to_string()
    };
    assert_eq!([unspent("2026-03-31"), unspent("2026-12-31"), unspent("2027-01-02")], ["1", "2", "1"]);

    // Nothing can be dropped: what is left depends on everything that was spent before.
    assert_eq!(scorer.lifespan(), None);

    // More than there is spends everything, and is no debt. At one instant, gains come first.
    let spent = |events: &[(&str, u32, i32)]| {
        let mut activity = Activity::new();
        for (instant, count, amount) in events {
            activity.record_with("points", at(instant), *count, Points::from(*amount));
        }
        left(&Record::new().with_activity(activity), "2026-11-22")
    };
    assert_eq!(spent(&[("2026-01-01", 1, 10), ("2026-02-01", 1, -30), ("2026-03-01", 1, 5)]), 5);
    assert_eq!(spent(&[("2026-01-01", 1, 10), ("2026-01-01", 1, -4), ("2026-01-01", 3, -2)]), 0);
    assert_eq!(spent(&[("2026-01-01", 3, 10), ("2026-02-01", 2, -4)]), 22);
    // An amount that had expired before cannot be spent.
    assert_eq!(spent(&[("2025-01-01", 1, 10), ("2026-01-01", 1, -10), ("2026-02-01", 1, 7)]), 7);
    assert_eq!(spent(&[("2025-12-01", 1, 10), ("2026-01-01", 1, 7), ("2026-02-01", 1, -10)]), 7);
}

/// An order that was given back counts as if it had never been placed, and a part of it as if less had been bought.
#[test]
fn a_refund_does_not_cost_points_under_decay() {
    let scorer = scorer(
        "format = 1\nname = 'add-ons'\n[[axis]]\nname = 'activity'\nbase = 50\navailable = 100\n[[axis.rule]]\n\
         id = 'add-ons'\nsignal.event = 'addon_purchase'\nsignal.points_per_unit = 0.01\nsignal.max = 10\n\
         signal.spend = 'oldest_first'\nsignal.decay.keep = { percent = 90, every = '30d' }\n",
    );
    let value = |returned: i32| {
        let mut activity = Activity::new();
        activity.record_with("addon_purchase", at("2026-08-01"), 1, Points::from(1_000));
        activity.record_with("addon_purchase", at("2026-10-30"), 1, Points::from(-returned));
        scorer.score(&Record::new().with_activity(activity), at("2026-11-01")).value().to_string()
    };
    assert_eq!((value(0), value(1_000), value(600)), ("57.29".into(), "50".into(), "52.916".into()));
}

/// NEWS2: seven vital signs with 0 to 3 points. 3 points for one of them are urgent, whatever the sum.
const NEWS2: &str = r#"
    format = 1
    name = "NEWS2"

    [[axis]]
    name = "vitals"
    available = 100
    rule = [
        { id = "respiration", bands.respiration = [[0, 3], [9, 1], [12, 0], [21, 2], [25, 3]] },
        { id = "saturation", first = [
            { when = { hypercapnic = true, saturation.at_most = 83 }, points = 3 },
            { when = { hypercapnic = true, saturation.at_most = 85 }, points = 2 },
            { when = { hypercapnic = true, saturation.at_most = 87 }, points = 1 },
            { when = { hypercapnic = true, any = [{ saturation.at_most = 92 }, { oxygen = false }] }, points = 0 },
            { when = { hypercapnic = true, saturation.at_most = 94 }, points = 1 },
            { when = { hypercapnic = true, saturation.at_most = 96 }, points = 2 },
            { when.hypercapnic = true, points = 3 },
            { when.saturation.at_most = 91, points = 3 },
            { when.saturation.at_most = 93, points = 2 },
            { when.saturation.at_most = 95, points = 1 },
        ] },
        { id = "oxygen", when.oxygen = true, points = 2 },
        { id = "pressure", bands.pressure = [[0, 3], [91, 2], [101, 1], [111, 0], [220, 3]] },
        { id = "pulse", bands.pulse = [[0, 3], [41, 1], [51, 0], [91, 1], [111, 2], [131, 3]] },
        { id = "consciousness", when.alert = false, points = 3 },
        { id = "temperature", bands.temperature = [[0, 3], [35.1, 1], [36.1, 0], [38.1, 1], [39.1, 2]] },
    ]

    [[segment]]
    name = "high"
    when.axis.vitals.at_least = 7

    [[segment]]
    name = "medium"
    when.axis.vitals.at_least = 5

    [[segment]]
    name = "low-medium"
    when.axis.vitals.greatest_rule.at_least = 3

    [[segment]]
    name = "low"
"#;

#[test]
fn one_vital_sign_worth_3_is_urgent_whatever_the_sum() {
    let scorer = scorer(NEWS2);
    let well = Record::new()
        .with("respiration", 16)
        .with("hypercapnic", false)
        .with("saturation", 97)
        .with("oxygen", false)
        .with("pressure", 120)
        .with("pulse", 70)
        .with("alert", true)
        .with("temperature", 37.0);
    let check = |record: &Record, points: &str, segment: &str| {
        let score = scorer.score(record, at(AS_OF));
        assert_eq!((raw(&scorer, record).as_str(), score.segment()), (points, Some(segment)), "{score:?}");
    };
    check(&well, "0", "low");
    check(&well.clone().with("temperature", 38.0), "0", "low");
    check(&well.clone().with("temperature", 38.1), "1", "low");
    check(&well.clone().with("respiration", 21).with("oxygen", true), "4", "low");
    // Each of the 11 ways to 3 points.
    for (sign, value) in [
        ("respiration", 8),
        ("respiration", 25),
        ("saturation", 91),
        ("pressure", 90),
        ("pressure", 220),
        ("pulse", 40),
        ("pulse", 131),
        ("temperature", 35),
    ] {
        check(&well.clone().with(sign, value), "3", "low-medium");
    }
    check(&well.clone().with("alert", false), "3", "low-medium");
    let hypercapnic = well.clone().with("hypercapnic", true);
    check(&hypercapnic.clone().with("saturation", 83), "3", "low-medium");
    check(&hypercapnic.clone().with("oxygen", true), "5", "medium");
    check(&well.clone().with("pulse", 40).with("respiration", 21), "5", "medium");
    check(&well.clone().with("pulse", 40).with("respiration", 21).with("oxygen", true), "7", "high");
    // One sign of 3 is enough, whatever is not known.
    let racing = Record::new().with("pulse", 140);
    check(&racing, "3", "low-medium");
    let bounds = scorer.bounds(&racing, at(AS_OF));
    assert_eq!(bounds.segments().collect::<Vec<_>>(), ["high", "medium", "low-medium"]);
}

#[test]
fn a_sighting_under_polynomial_decay_is_let_through_at_the_right_second() {
    // 80 x (1 - (age / 3 d)^(1 / 2.3)) is 30 at an age of 87,934.447 seconds.
    let scorer = scorer(
        "format = 1
        name = 'phishing'
        [[state]]
        name = 'allow'
        at_least = 0
        [[state]]
        name = 'block'
        at_least = 30
        [[axis]]
        name = 'threat'
        available = 100
        [[axis.rule]]
        id = 'sighting'
        signal = { event = 'sighting', points = 80, most_recent = 1, decay.polynomial = { lifetime = '3d', speed = 2.3 } }",
    );
    let seen = at("2026-11-22");
    let record = Record::new().with_activity([Event::new("sighting", seen)].into_iter().collect());
    let after = |seconds| seen + TimeDelta::seconds(seconds);
    let score = scorer.score(&record, after(86_400));
    assert_eq!((score.value().to_string().as_str(), score.state()), ("30.381234", Some("block")));
    let NextChange::At(change) = scorer.next_change(&record, seen, after(1_000_000), Projection::State) else {
        panic!()
    };
    assert_eq!((change.at(), change.after().state()), (after(87_935), Some("allow")));
    assert_eq!(scorer.score(&record, after(259_199)).state(), Some("allow"));
    assert!(scorer.score(&record, after(259_199)).value() > Points::ZERO);
    assert_eq!(scorer.score(&record, after(259_200)).value(), Points::ZERO);
}
