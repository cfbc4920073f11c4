//! Arithmetic around scores: shares, metered plans, potential, the monthly sheet; and the sizes and counts in the docs.

use proptest::prelude::*;
use warmth::governance::{KpiSheet, Opportunity, Revenue};
use warmth::offer::{MeteredPlan, potential};
use warmth::{Points, Score};

use crate::guide::page;
use crate::support::cases;

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

/// Published limits of a price: at most 20 % of the plan, elsewhere at most 30 %.
#[test]
fn shares_are_rounded_and_clamped() {
    let share = |part: i32, whole: i32| Points::from(part).percent_of(Points::from(whole)).unwrap();
    assert_eq!(share(7, 235), points("2.978723"));
    assert_eq!(share(8, 29), points("27.586207"));
    assert!(share(7, 235) <= Points::from(20));
    assert!(share(8, 29) > Points::from(20) && share(8, 29) <= Points::from(30));
    assert_eq!(share(-1, 3), points("-33.333333"));
    assert_eq!(Points::from(1).percent_of(Points::ZERO), None);
    assert_eq!(Points::from_micros(i64::MAX).percent_of(Points::from_micros(1)), Some(Points::from_micros(i64::MAX)));
    assert_eq!(Points::from_micros(i64::MIN).percent_of(Points::from_micros(1)), Some(Points::from_micros(i64::MIN)));
    assert_eq!(Points::from_micros(i64::MIN).percent_of(Points::from_micros(i64::MIN)), Some(Points::from(100)));
}

#[test]
fn bills_and_break_even_of_a_metered_plan() {
    let small = MeteredPlan::new(75).metered(1_000, points("0.1"));
    let bill = small.bill(2_000);
    let saving = bill - Points::from(125);
    assert_eq!((bill, saving), (Points::from(175), Points::from(50)));
    assert_eq!(format!("{:.1}", saving.percent_of(bill).unwrap()), "28.5"); // rounded down from 28.571...
    assert_eq!(saving.percent_of(bill), Some(points("28.571429")));
    assert_eq!(small.break_even(125), Some(Points::from(1_500)));
    assert_eq!((small.bill(1_500), small.bill(points("1499.99"))), (Points::from(125), points("124.999")));

    assert_eq!(small.bill(0), Points::from(75));
    assert_eq!(small.break_even(75), Some(Points::ZERO));
    assert_eq!(MeteredPlan::new(75).break_even(125), None);
    assert_eq!(MeteredPlan::new(75).metered(0, -1).break_even(125), None);
    assert_eq!(MeteredPlan::new(0).metered(0, points("0.000001")).break_even(Points::from_micros(i64::MAX)), None);

    // Negative included units count as zero.
    assert_eq!(MeteredPlan::new(10).metered(-5, 1), MeteredPlan::new(10).metered(0, 1));
}

/// Only results are clamped, not the steps of a calculation.
#[test]
fn bills_and_break_even_agree_at_extreme_values() {
    let ends = [i64::MIN, -1, 0, 1, i64::MAX].map(Points::from_micros);
    for price in ends {
        for included in ends {
            for per_unit in ends {
                let plan = MeteredPlan::new(price).metered(included, per_unit);
                for other in ends {
                    if let Some(usage) = plan.break_even(other) {
                        assert!(plan.bill(usage) >= other, "{plan:?} at {usage} against {other}");
                    }
                }
            }
        }
    }
    let least = MeteredPlan::new(Points::from_micros(i64::MIN)).metered(0, Points::from_micros(i64::MAX));
    assert_eq!(least.bill(1), Points::from_micros(-1));
    assert_eq!(least.bill(2), Points::from_micros(i64::MAX - 1));
}

#[test]
fn potential_is_the_price_times_the_units_and_is_clamped() {
    assert_eq!(potential(166, 7_400), Points::from(1_228_400));
    assert_eq!(potential(Points::from_micros(i64::MAX), u32::MAX), Points::from_micros(i64::MAX));
    assert_eq!(potential(Points::from_micros(i64::MIN), 2), Points::from_micros(i64::MIN));
    assert_eq!(potential(166, 0), Points::ZERO);
}

proptest! {
    #![proptest_config(cases(256))]

    /// At the break-even the bill reaches the price, a millionth before it does not.
    #[test]
    fn break_even_is_the_least_usage_that_costs_as_much(
        price in 0..1_000_000_000_i64,
        included in 0..5_000_000_000_i64,
        per_unit in 1..50_000_000_i64,
        more in 1..1_000_000_000_i64,
    ) {
        let plan = MeteredPlan::new(Points::from_micros(price))
            .metered(Points::from_micros(included), Points::from_micros(per_unit));
        let other = Points::from_micros(price + more);
        let usage = plan.break_even(other).unwrap();
        prop_assert!(plan.bill(usage) >= other);
        let further = |usage: i64| i128::from(usage - included) * i128::from(per_unit);
        let exact = i128::from(more) * 1_000_000;
        prop_assert!(further(usage.micros()) >= exact && further(usage.micros() - 1) < exact);
    }

    #[test]
    fn less_usage_never_costs_more(a in 0..9_000_000_000_i64, b in 0..9_000_000_000_i64, per_unit in 0..9_000_000_i64) {
        let plan = MeteredPlan::new(10).metered(1_000, Points::from_micros(per_unit));
        let bill = |usage: i64| plan.bill(Points::from_micros(usage));
        prop_assert!(bill(a.min(b)) <= bill(a.max(b)));
    }

    #[test]
    fn the_sheet_does_not_depend_on_the_order_of_its_rows(
        revenue in prop::collection::vec((0..5_000_i32, 0..5_000_i32), 0..20),
        won in prop::collection::vec((any::<u32>(), prop::option::of(0..=100_i32)), 0..20),
        lost in 0..20_usize,
        seed: u64,
    ) {
        let mut accounts: Vec<_> =
            revenue.iter().map(|(before, after)| Revenue::new(*before, *after)).collect();
        let mut opportunities: Vec<_> = won
            .iter()
            .map(|(days, adoption)| adoption.map_or(Opportunity::won(*days), |score| Opportunity::won(*days).adoption_after(score)))
            .chain(std::iter::repeat_n(Opportunity::lost(), lost))
            .collect();
        let sheet = KpiSheet::new(accounts.clone(), opportunities.clone());
        let mut rng = fastrand::Rng::with_seed(seed);
        rng.shuffle(&mut accounts);
        rng.shuffle(&mut opportunities);
        prop_assert_eq!(KpiSheet::new(accounts, opportunities), sheet);
        prop_assert!(sheet.churn_impact.is_none_or(|percent| percent <= Points::from(100)));
        prop_assert_eq!(sheet.expansion_conversion.is_none(), won.is_empty() && lost == 0);
    }
}

#[test]
fn an_empty_month_has_a_sheet_without_figures() {
    let sheet = KpiSheet::new([Revenue::new(0, 100)], []);
    assert_eq!((sheet.net_revenue_retention, sheet.churn_impact), (None, None));
    assert_eq!((sheet.expansion_conversion, sheet.days_to_close, sheet.adoption_after), (None, None, None));

    let printed = "\
expansion conversion      -
time to close             -
adoption after expansion  -
net revenue retention     -
churn impact              -";
    assert_eq!(sheet.to_string(), printed);

    let lost = KpiSheet::new([], [Opportunity::lost(), Opportunity::lost().adoption_after(80)]);
    assert_eq!((lost.expansion_conversion, lost.days_to_close, lost.adoption_after), (Some(Points::ZERO), None, None));
}

#[test]
fn a_sheet_prints_a_line_for_each_figure() {
    let revenue = |before: u32, after: u32| Revenue::new(before, after);
    let sheet = KpiSheet::new(
        // The last one is a new customer, who had no revenue to retain.
        [revenue(900, 1_150), revenue(500, 500), revenue(100, 0), revenue(0, 700)],
        [Opportunity::won(34).adoption_after(80), Opportunity::lost(), Opportunity::lost()],
    );
    let printed = "\
expansion conversion      33.3 %
time to close             34.0 days
adoption after expansion  80.0
net revenue retention     110.0 %
churn impact              6.6 %";
    assert_eq!(sheet.to_string(), printed);
    let stored = serde_json::to_value(sheet).unwrap();
    assert_eq!((&stored["net_revenue_retention"], &stored["churn_impact"]), (&110.into(), &6.666667.into()));
}

/// The page for hosts states the size, as "A `Score` is 120 bytes" or "at most 120 bytes".
#[test]
#[cfg(target_pointer_width = "64")]
fn a_score_is_copy_and_no_larger_than_documented() {
    fn size_of_copy<T: Copy>() -> usize {
        size_of::<T>()
    }
    let page = page("hosting.md");
    let (_, documented) = page.split_once("| `Score` | ").unwrap();
    let (documented, _) = documented.split_once(" bytes").unwrap();
    assert!(size_of_copy::<Score<'_>>() <= documented.parse().unwrap());
}

/// The table of instructions in `benches/README.md` has the counts of the baseline and their ratios.
#[test]
fn the_documented_instruction_counts_are_those_of_the_baseline() {
    let readme = include_str!("../../benches/README.md");
    let counted: Vec<u64> = include_str!("../../benches/instructions.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    let number = |text: &str| -> u64 { text.rsplit(' ').next().unwrap().replace(',', "").parse().unwrap() };
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 6 && cells[1].starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    assert_eq!(rows.len(), 11);
    for cells in rows {
        let (ours, against, ratio) = (number(cells[1]), number(cells[2]), cells[3]);
        assert!(counted.contains(&ours) && counted.contains(&against), "{cells:?}");
        let decimals = ratio.len() - ratio.find('.').unwrap() - 1;
        assert_eq!(ratio, format!("{:.decimals$}", ours as f64 / against as f64), "{cells:?}");
    }
    let compiling = readme.lines().find(|line| line.starts_with("Compiling the twelve conditions")).unwrap();
    let numbers =
        compiling.split(' ').filter(|word| word.contains(',') && word.starts_with(|c: char| c.is_ascii_digit()));
    let numbers: Vec<u64> =
        numbers.map(|word| word.trim_end_matches(['.', ',']).replace(',', "").parse().unwrap()).collect();
    assert!(numbers.iter().filter(|number| counted.contains(number)).count() == 2, "{numbers:?}");
}
