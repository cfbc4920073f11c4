//! The shapes of other products give the numbers that their vendors publish.

use proptest::prelude::*;
use warmth::model::{Axis, GradeCuts, Handle, Rule, event, kind};
use warmth::shapes::{breadcrumbs_category, eloqua_criterion, hubspot_group};
use warmth::{Decay, Model, Points, Record, Scorer, Span};

use crate::support::{at, cases, second};

const NOW: i64 = 1_795_348_800; // 2026-11-22T12:00:00Z

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

/// A record with events: name, age in days, count.
fn with_events(events: &[(&str, i64, u32)]) -> Record {
    let mut record = Record::new();
    for (name, days, count) in events {
        record.activity_mut().record_with(name, second(NOW - days * 86_400), *count, Points::ZERO);
    }
    record
}

fn raw(axis: Axis, record: &Record) -> Points {
    let scorer = Scorer::<Record>::new(&Model::new("shape").axis(axis)).unwrap_or_else(|error| panic!("{error}"));
    let score = scorer.score(record, second(NOW));
    score.axes().next().unwrap().raw
}

fn of_rule(rule: Rule, record: &Record) -> Points {
    raw(Axis::new("axis").available(100).rule(rule), record)
}

#[test]
fn now_is_the_instant_of_its_comment() {
    assert_eq!(second(NOW), at("2026-11-22T12:00:00Z"));
}

#[test]
fn a_breadcrumbs_category_gives_40_then_34_then_28() {
    let category = || breadcrumbs_category("visits", "visit", 40, 1..=5, 15, Span::days(45));
    for (days, count, expected) in [
        (0, 5, "40"),
        (44, 5, "40"),
        (45, 5, "34"),
        (89, 5, "34"),
        (90, 5, "28"),
        (44, 1, "8"),
        (44, 9, "40"),
        (45 * 6, 5, "4"),
        (45 * 7, 5, "0"),
    ] {
        assert_eq!(
            of_rule(category(), &with_events(&[("visit", days, count)])),
            points(expected),
            "{count} after {days} days"
        );
    }
    assert_eq!(of_rule(category(), &Record::new()), Points::ZERO);
}

/// The example in the vendor's manual: 30 % for visits to the pricing page, 20 % less every 5 days.
#[test]
fn a_breadcrumbs_category_loses_a_fifth_every_five_days() {
    let category = || breadcrumbs_category("pricing", "visit", 30, 1..=5, 20, Span::days(5));
    for (days, expected) in [(4, "30"), (5, "24"), (10, "18"), (24, "6"), (25, "0")] {
        assert_eq!(of_rule(category(), &with_events(&[("visit", days, 5)])), points(expected), "after {days} days");
    }
}

#[test]
fn a_breadcrumbs_category_gives_nothing_below_its_lowest_frequency() {
    let category = || breadcrumbs_category("visits", "visit", 40, 3..=5, 0, Span::days(45));
    for (count, expected) in [(2, "0"), (3, "24"), (5, "40"), (6, "40")] {
        assert_eq!(of_rule(category(), &with_events(&[("visit", 400, count)])), points(expected), "{count} visits");
    }
    let any = breadcrumbs_category("visits", "visit", 40, 0..=5, 15, Span::days(45));
    assert_eq!(of_rule(any, &with_events(&[("visit", 1, 1)])), points("8"));
}

#[test]
fn a_breadcrumbs_category_with_a_negative_weight_takes_points_away() {
    let category = |most| breadcrumbs_category("escalations", "ticket_escalated", -40, 1..=most, 15, Span::days(45));
    for (most, days, count, expected) in [
        (5, 0, 5, "-40"),
        (5, 0, 9, "-40"),
        (5, 45, 5, "-34"),
        (5, 315, 5, "0"),
        (3, 0, 1, "-13.333334"),
        (3, 0, 3, "-40"),
    ] {
        let got = of_rule(category(most), &with_events(&[("ticket_escalated", days, count)]));
        assert_eq!(got, points(expected), "{count} of {most} after {days} days");
    }
}

#[test]
fn an_invalid_breadcrumbs_category_is_refused() {
    let code = |frequency, percent: i32| {
        let rule = breadcrumbs_category("visits", "visit", 40, frequency, percent, Span::days(45));
        let model = Model::new("shape").axis(Axis::new("axis").available(100).rule(rule));
        Scorer::<Record>::new(&model).map(|_| ()).unwrap_err().problems()[0].code().to_owned()
    };
    assert_eq!(code(0..=0, 15), "out-of-range");
    #[expect(clippy::reversed_empty_ranges, reason = "the range under test")]
    let reversed = 5..=3;
    assert_eq!(code(reversed, 15), "bounds-order");
    assert_eq!(code(1..=5, 101), "out-of-range");
    assert_eq!(code(1..=5, -1), "out-of-range");
    let never = breadcrumbs_category("visits", "visit", 40, 1..=5, 15, Span::days(0));
    let model = Model::new("shape").axis(Axis::new("axis").available(100).rule(never));
    assert_eq!(Scorer::<Record>::new(&model).unwrap_err().problems()[0].code(), "out-of-range");
}

proptest! {
    #![proptest_config(cases(256))]

    /// The last event that counts gives the rest of the weight, even if the weight is not divisible.
    #[test]
    fn a_breadcrumbs_category_reaches_its_weight_exactly(weight in 1..=100_000_000_i64, most in 1_u32..50, count in 0_u32..60) {
        let weight = Points::from_micros(weight);
        let rule = breadcrumbs_category("visits", "visit", weight, 1..=most, 15, Span::days(45));
        let got = of_rule(rule, &with_events(&[("visit", 0, count)]));
        if count >= most {
            prop_assert_eq!(got, weight);
        } else {
            let exact = i128::from(weight.micros()) * i128::from(count);
            let surplus = i128::from(got.micros()) * i128::from(most) - exact;
            prop_assert!((0..i128::from(most) * i128::from(count.max(1))).contains(&surplus));
        }
    }
}

/// Oracle publishes both tables. The rows that hold give 77 and 83.75.
#[test]
fn eloqua_criteria_give_77_and_83_75() {
    const TITLE: Handle<kind::Text> = Handle::new("title");
    const INDUSTRY: Handle<kind::Text> = Handle::new("industry");
    const REVENUE: Handle<kind::Number> = Handle::new("revenue");
    const SOLUTION: Handle<kind::Text> = Handle::new("solution");
    let profile = Axis::new("profile")
        .available(100)
        .rule(eloqua_criterion(
            "title",
            30,
            [(TITLE.is("VP Marketing"), 100), (TITLE.is("Director of Sales"), 50), (TITLE.is("Manager of Sales"), 25)],
        ))
        .rule(eloqua_criterion("industry", 30, [(INDUSTRY.is("Software"), 100), (INDUSTRY.is("Pharmaceutical"), 100)]))
        .rule(eloqua_criterion("revenue", 25, [(REVENUE.at_least(1e9), 100), (REVENUE.at_least(1e8), 20)]))
        .rule(eloqua_criterion(
            "solution",
            15,
            [(SOLUTION.is("Competitor 1"), 100), (SOLUTION.is("Competitor 2"), 80)],
        ));
    let times = |name: &str, days: u32| event(name).count().within(Span::days(days));
    let thrice = |name: &str, last: i32| {
        [(times(name, 7).at_least(3), 100), (times(name, 30).at_least(3), 75), (times(name, 14).is(1), last)]
    };
    let engagement = Axis::new("engagement")
        .available(100)
        .rule(eloqua_criterion(
            "form",
            35,
            [7, 14, 30].map(|days| times("form", days).at_least(1)).into_iter().zip([100, 75, 50]),
        ))
        .rule(eloqua_criterion("click", 20, thrice("click", 50)))
        .rule(eloqua_criterion(
            "visit",
            30,
            [
                (times("visit", 7).at_least(3), 100),
                (times("visit", 30).at_least(3), 75),
                (times("visit", 14).at_least(1), 50),
            ],
        ))
        .rule(eloqua_criterion("open", 15, thrice("open", 100)));
    let model = Model::new("eloqua")
        .axis(profile)
        .axis(engagement)
        .grade(GradeCuts::fit("profile", [75, 50, 25]).activity("engagement", [75, 50, 25]));
    let scorer = Scorer::<Record>::new(&model).unwrap();

    let record = with_events(&[
        ("form", 10, 1),
        ("click", 1, 3),
        ("visit", 5, 1),
        ("visit", 8, 1),
        ("visit", 29, 1),
        ("open", 2, 3),
    ])
    .with("title", "VP Marketing")
    .with("industry", "Software")
    .with("revenue", 150_000_000)
    .with("solution", "Competitor 2");
    let score = scorer.score(&record, second(NOW));
    assert_eq!(score.axis("profile").unwrap().score, points("77")); // 30 + 30 + 5 + 12
    assert_eq!(score.axis("engagement").unwrap().score, points("83.75")); // 26.25 + 20 + 22.5 + 15
    assert_eq!(score.grade().unwrap().as_str(), "A1");
}

#[test]
fn a_hubspot_group_gives_half_after_a_month_and_0_after_two() {
    let decay = Decay::Drop { percent: Points::from(50), every: Span::days(30) };
    let axis = || {
        let rows = [("form_submit", 10), ("page_view", 2), ("unsubscribe", -15)];
        hubspot_group(Axis::new("engagement").available(100), "marketing", 40, &decay, rows)
    };
    for (events, expected) in [
        (&[("form_submit", 0, 1)][..], "10"),
        (&[("form_submit", 29, 1)], "10"),
        (&[("form_submit", 30, 1)], "5"),
        (&[("form_submit", 60, 1)], "0"),
        (&[("form_submit", 0, 5)], "40"),
        (&[("form_submit", 0, 3), ("page_view", 0, 8)], "40"),
        // The limit applies to the sum, so negative points come off the five submissions first.
        (&[("form_submit", 0, 5), ("unsubscribe", 0, 1)], "35"),
        (&[("form_submit", 30, 2), ("page_view", 30, 1)], "11"),
    ] {
        assert_eq!(raw(axis(), &with_events(events)), points(expected), "{events:?}");
    }
    // Two groups with a limit each, within the axis.
    let both = hubspot_group(axis(), "sales", 60, &Decay::None, [("form_submit", 7), ("meeting", 50)]);
    assert_eq!(raw(both, &with_events(&[("form_submit", 0, 9), ("meeting", 400, 2)])), points("100"));
}

#[test]
fn shapes_are_written_and_read_like_any_document() {
    let axis = hubspot_group(Axis::new("a").available(100), "g", 40, &Decay::Linear(Span::days(90)), [("e", 10)])
        .rule(breadcrumbs_category("b", "visit", 40, 1..=5, 15, Span::days(45)))
        .rule(eloqua_criterion("c", 35, [(event("form").count().at_least(1), 75)]));
    let model = Model::new("shapes").axis(axis);
    let read: Model = toml::from_str(&toml::to_string(&model).unwrap()).unwrap();
    assert_eq!(read, model);
}
