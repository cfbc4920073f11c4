//! Rollups: compared with simple formulas in rationals, and properties of every account.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::collection::vec;
use proptest::prelude::*;
use warmth::rollup::{Member, Rollup};
use warmth::{Points, Record};

use crate::support::{cases, scorer, toml_model};

/// Points, weight, role.
type Row = (i64, i64, Option<&'static str>);

fn member(&(points, weight, role): &Row) -> Member<'static> {
    let member = Member::new(Points::from_micros(points)).weight(Points::from_micros(weight));
    role.map_or(member, |role| member.role(role))
}

fn rollup(rows: &[Row]) -> Rollup<'static> {
    rows.iter().map(member).collect()
}

fn row() -> impl Strategy<Value = Row> {
    let round = |unit: i64, most: i64| (0..=most).prop_map(move |n| n * unit);
    let points = prop_oneof![3 => round(1_000_000, 100), 2 => 0..=100_000_000_i64, 1 => -50_000_000..0_i64];
    let weight = prop_oneof![4 => Just(1_000_000_i64), 2 => round(100_000, 30), 1 => 0..3_000_000_i64];
    let role = prop::option::of(prop::sample::select(vec!["champion", "economic-buyer", "technical-owner"]));
    (points, weight, role)
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    vec(row(), 0..12)
}

fn whole(number: i64) -> BigRational {
    BigRational::from(BigInt::from(number))
}

/// Millionths, rounded as the documentation says.
fn points(value: &BigRational) -> Points {
    let half = BigRational::new(1.into(), 2.into());
    let magnitude = (value.abs() + half).floor().to_integer();
    let micros = i64::try_from(magnitude).unwrap();
    Points::from_micros(if value.is_negative() { -micros } else { micros })
}

/// The points of each member, repeated once per `unit` of its weight, the best first.
fn repeated(rows: &[Row], unit: i64) -> Vec<i64> {
    let mut repeated: Vec<i64> =
        rows.iter().flat_map(|(points, weight, _)| vec![*points; usize::try_from(weight / unit).unwrap()]).collect();
    repeated.sort_unstable_by(|a, b| b.cmp(a));
    repeated
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn sums_means_and_shares_follow_their_formulas(rows in rows(), size in 1_u32..5_000) {
        let million = whole(1_000_000);
        let sum = rows.iter().fold(BigRational::zero(), |sum, (p, w, _)| sum + whole(*p) * whole(*w) / &million);
        let weight = rows.iter().fold(BigRational::zero(), |sum, (_, w, _)| sum + whole(*w) / &million);
        let account = rollup(&rows);
        prop_assert_eq!(account.sum(), points(&sum));
        prop_assert_eq!(account.mean(), (!weight.is_zero()).then(|| points(&(&sum / &weight))));
        prop_assert_eq!(account.per(size), Some(points(&(&sum / whole(size.into())))));
        let best = rows.iter().filter(|row| row.1 > 0).map(|(p, w, _)| whole(*p) * whole(*w) / &million).max();
        let share = best.filter(|_| sum.is_positive()).map(|best| points(&(best.min(sum.clone()) / &sum * whole(100_000_000))));
        prop_assert_eq!(account.share_of_best(), share);
    }

    /// With weights in tenths, a member of weight 1 counts like ten members of weight 0.1.
    #[test]
    fn maximum_top_and_median_are_those_of_repeated_members(rows in vec((0..=100_i64, 0..=30_i64), 0..10), count in 0_u32..6) {
        let rows: Vec<Row> = rows.into_iter().map(|(p, w)| (p * 1_000_000, w * 100_000, None)).collect();
        let tenths = repeated(&rows, 100_000);
        let account = rollup(&rows);

        prop_assert_eq!(account.max(), tenths.first().map(|best| Points::from_micros(*best)));
        let ranks = usize::try_from(count * 10).unwrap();
        let best: i64 = tenths.iter().take(ranks).sum();
        let top = if ranks == 0 { Points::ZERO } else { points(&(whole(best) / whole(ranks.try_into().unwrap()))) };
        prop_assert_eq!(account.top(count), top);
        let middle = (!tenths.is_empty()).then(|| {
            let (low, high) = (tenths[(tenths.len() - 1) / 2], tenths[tenths.len() / 2]);
            points(&(whole(low + high) / whole(2)))
        });
        prop_assert_eq!(account.median(), middle);
    }

    #[test]
    fn the_order_of_members_does_not_change_a_rollup(rows in rows(), seed: u64, count in 0_u32..6) {
        let mut shuffled = rows.clone();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        let (account, other) = (rollup(&rows), rollup(&shuffled));
        prop_assert_eq!(&account, &other);
        prop_assert_eq!(account.top(count), other.top(count));
        prop_assert_eq!(account.roles().collect::<Vec<_>>(), other.roles().collect::<Vec<_>>());
    }

    #[test]
    fn of_role_is_the_rollup_of_the_members_with_the_role(rows in rows()) {
        let champions: Vec<Row> = rows.iter().filter(|row| row.2 == Some("champion")).copied().collect();
        prop_assert_eq!(rollup(&rows).of_role("champion"), rollup(&champions));
        prop_assert!(rollup(&rows).of_role("intern").is_empty());
    }

    #[test]
    fn a_member_equals_two_members_that_share_its_weight(rows in rows(), split in 0_i64..=1_000_000, count in 0_u32..6) {
        let parts: Vec<Row> = rows
            .iter()
            .flat_map(|&(points, weight, role)| {
                let part = weight * split / 1_000_000;
                [(points, part, role), (points, weight - part, role)]
            })
            .collect();
        let (whole, parts) = (rollup(&rows), rollup(&parts));
        prop_assert_eq!(whole.sum(), parts.sum());
        prop_assert_eq!(whole.mean(), parts.mean());
        prop_assert_eq!(whole.median(), parts.median());
        prop_assert_eq!(whole.max(), parts.max());
        prop_assert_eq!(whole.top(count), parts.top(count));
        prop_assert_eq!(whole.roles().collect::<Vec<_>>(), parts.roles().collect::<Vec<_>>());
    }

    #[test]
    fn mean_median_and_maximum_are_within_the_points_of_the_members(rows in rows(), count in 1_u32..6) {
        let account = rollup(&rows);
        let present = || rows.iter().filter(|row| row.1 > 0).map(|row| Points::from_micros(row.0));
        let (least, greatest) = (present().min(), present().max());
        for figure in [account.mean(), account.median(), account.max()] {
            prop_assert!(figure >= least && figure <= greatest, "{:?} {:?}", figure, account);
        }
        prop_assert_eq!(account.is_empty(), account.mean().is_none());
        prop_assert!(account.top(count) <= greatest.unwrap_or_default().max(Points::ZERO));
    }

    #[test]
    fn one_more_member_never_lowers_the_top_of_an_account_without_negative_points(rows in rows(), more in 0..=100_000_000_i64, weight in 0..3_000_000_i64, count in 0_u32..6) {
        let mut rows: Vec<Row> = rows.into_iter().filter(|row| row.0 >= 0).collect();
        let before = rollup(&rows).top(count);
        rows.push((more, weight, None));
        prop_assert!(rollup(&rows).top(count) >= before);
    }
}

/// The purpose of `top`: a group of interested buyers ranks above one eager intern and above a large headcount.
#[test]
fn top_ranks_a_buying_group_above_an_intern_and_above_a_crowd() {
    let intern: Rollup = [Member::new(100).role("intern")].into_iter().collect();
    let crowd: Rollup = (0..5_000).map(|_| Member::new(20)).collect();
    let group: Rollup = [
        Member::new(75).role("champion"),
        Member::new(65).role("economic-buyer"),
        Member::new(55).role("technical-owner"),
        Member::new(5),
    ]
    .into_iter()
    .collect();

    for other in [&intern, &crowd] {
        assert!(group.top(3) > other.top(3));
        assert!(group.roles().count() > other.roles().count());
    }
    // Other figures rank them differently, so they are no use for ranking.
    assert!(intern.max() > group.max() && intern.mean() > group.mean());
    assert!(crowd.sum() > group.sum());
    // Penetration of the account, and dependence on one member.
    assert!(group.per(40) > crowd.per(50_000));
    assert_eq!(intern.share_of_best(), Some(Points::from(100)));
    assert_eq!(group.share_of_best(), Some("37.5".parse().unwrap()));
    assert_eq!(group.of_role("economic-buyer").sum().percent_of(group.sum()), Some("32.5".parse().unwrap()));

    // The intern joins the group. With a small weight it does not count like a buyer.
    let joined = |weight: &str| -> Points {
        let intern = Member::new(100).weight(weight.parse::<Points>().unwrap());
        [75, 65, 55].map(Member::new).into_iter().chain([intern]).collect::<Rollup>().top(3)
    };
    assert_eq!(joined("0").to_string(), "65");
    assert_eq!(joined("0.1").to_string(), "66.5"); // (10 + 75 + 65 + 0.9 x 55) / 3
    assert_eq!(joined("1").to_string(), "80");
}

#[test]
fn a_rollup_without_members_has_figures() {
    for empty in [Rollup::default(), rollup(&[(50_000_000, 0, Some("champion"))])] {
        assert_eq!((empty.len(), empty.is_empty()), (0, true));
        assert_eq!((empty.sum(), empty.top(3)), (Points::ZERO, Points::ZERO));
        assert_eq!((empty.mean(), empty.median(), empty.max(), empty.share_of_best()), (None, None, None, None));
        assert_eq!((empty.per(10), empty.per(0)), (Some(Points::ZERO), None));
        assert_eq!(empty.roles().count(), 0);
    }
    assert_eq!(rollup(&[(50_000_000, 1_000_000, None)]).top(0), Points::ZERO);
}

#[test]
fn extreme_points_and_weights_are_clamped() {
    let extremes = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX];
    let rows: Vec<Row> = extremes.iter().flat_map(|p| extremes.iter().map(|w| (*p, *w, None))).collect();
    let account = rollup(&rows);
    assert_eq!(account.max(), Some(Points::from(1_000_000_000)));
    // Two members at the lower end and one at the upper end, with a weight of a million each, of 4,294,967,295.
    assert_eq!(account.top(u32::MAX).to_string(), "-232830.643708");
    assert_eq!(account.per(1), Some(account.sum()));
    let one_way: Rollup = (0..10_000).map(|_| member(&(i64::MAX, i64::MAX, None))).collect();
    assert_eq!(one_way.sum(), Points::from_micros(i64::MAX));
    assert_eq!(one_way.mean(), Some(Points::from(1_000_000_000)));
    assert_eq!(one_way.share_of_best(), Some("0.01".parse().unwrap()));
}

#[test]
fn a_subject_that_a_gate_holds_back_is_not_a_member() {
    let model = toml_model(
        "format = 1\nname = 'contacts'\n[[disqualifying]]\nid = 'gone'\nwhen.gone = true\n\
         [[axis]]\nname = 'fit'\navailable = 100\n[[axis.rule]]\nid = 'nps'\nper_unit.nps = { points = 10, max = 100 }",
    );
    let scorer = scorer(&model);
    let contacts = [
        Record::new().with("nps", 9).with("gone", false),
        Record::new().with("nps", 7),
        Record::new().with("nps", 10).with("gone", true),
    ];
    let now = "2026-11-22T09:00:00Z".parse().unwrap();
    let account: Rollup = contacts.iter().filter_map(|contact| Member::of(&scorer.score(contact, now))).collect();
    assert_eq!((account.len(), account.mean()), (2, Some(Points::from(80))));
}
