//! Points: printed, parsed, stored, added.

use proptest::prelude::*;
use warmth::Points;

use crate::support::cases;

fn micros() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -200_000_000..=200_000_000_i64,
        (-200..=200_i64).prop_map(|whole| whole * 1_000_000),
        proptest::sample::select(vec![i64::MIN, i64::MIN + 1, i64::MAX, -1, 0, 1, 999_999, -999_999]),
    ]
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn printed_points_parse_back(micros in micros()) {
        let points = Points::from_micros(micros);
        let text = points.to_string();
        prop_assert_eq!(text.parse(), Ok(points));
        prop_assert!(!text.contains('.') || !text.ends_with(['0', '.']), "{}", text);
        prop_assert_eq!(points.micros(), micros);
    }

    #[test]
    fn stored_points_read_back(micros in -4_294_967_296_000_000..=4_294_967_296_000_000_i64) {
        let points = Points::from_micros(micros);
        let text = serde_json::to_string(&points).unwrap();
        prop_assert_eq!(serde_json::from_str::<Points>(&text).unwrap(), points, "{}", text);
        prop_assert_eq!(serde_json::from_value::<Points>(serde_json::to_value(points).unwrap()).unwrap(), points);
        prop_assert_eq!(Points::try_from(points.to_f64()), Ok(points));
    }

    #[test]
    fn whole_points_are_stored_exactly_in_the_full_range(whole in -9_223_372_036_854..=9_223_372_036_854_i64) {
        let points = Points::from_micros(whole * 1_000_000);
        let text = serde_json::to_string(&points).unwrap();
        prop_assert_eq!(&text, &whole.to_string());
        prop_assert_eq!(serde_json::from_str::<Points>(&text).unwrap(), points);
    }

    #[test]
    fn a_precision_rounds_down(micros in micros(), places in 0_usize..9) {
        let points = Points::from_micros(micros);
        let text = format!("{points:.places$}");
        prop_assert_eq!(text.split_once('.').map_or(0, |(_, fraction)| fraction.len()), places);
        let unit = 10_i128.pow(6 - places.min(6) as u32);
        let floor = i128::from(micros).div_euclid(unit) * unit;
        // The floor of the lowest values is out of range.
        if floor >= i128::from(i64::MIN) {
            let shown: Points = text.get(..text.len().min(text.find('.').unwrap_or(text.len()) + 7)).unwrap().parse().unwrap();
            prop_assert_eq!(i128::from(shown.micros()), floor, "{}", text);
        }
    }

    #[test]
    fn points_below_a_cut_never_print_as_the_cut(cut in 0..=10_000_i64, short in 1..=1_000_000_i64, places in 0_usize..3) {
        // A cut with two decimals, and points below it by a millionth or more.
        let cut = Points::from_micros(cut * 10_000);
        let shown: Points = format!("{:.places$}", cut - Points::from_micros(short)).parse().unwrap();
        prop_assert!(shown < cut);
    }

    #[test]
    fn sums_of_points_are_exact_and_saturate(one in micros(), other in micros()) {
        let (a, b) = (Points::from_micros(one), Points::from_micros(other));
        prop_assert_eq!((a + b).micros(), one.saturating_add(other));
        prop_assert_eq!((a - b).micros(), one.saturating_sub(other));
        prop_assert_eq!((-a).micros(), one.saturating_neg());
        prop_assert_eq!([a, b].into_iter().sum::<Points>(), a + b);
        prop_assert_eq!([a, b].iter().sum::<Points>(), a + b);
        let (mut sum, mut difference) = (a, a);
        sum += b;
        difference -= b;
        prop_assert_eq!((sum, difference), (a + b, a - b));
    }

    #[test]
    fn points_convert_from_integers_in_range(whole: i64) {
        let micros = whole.checked_mul(1_000_000).map(Points::from_micros);
        prop_assert_eq!(Points::try_from(whole).ok(), micros);
        let small = whole / 1_000_000;
        prop_assert_eq!(Points::try_from(small), Ok(Points::from_micros(small * 1_000_000)));
    }

    #[test]
    fn debug_prints_the_decimal(micros in micros()) {
        let points = Points::from_micros(micros);
        prop_assert_eq!(format!("{points:?}"), format!("Points({points})"));
    }
}

#[test]
fn points_parse_from_decimals_only() {
    for (text, micros, printed) in [
        ("0", 0, "0"),
        ("-0", 0, "0"),
        ("+5", 5_000_000, "5"),
        ("007.50", 7_500_000, "7.5"),
        ("-0.000001", -1, "-0.000001"),
        ("9223372036854.775807", i64::MAX, "9223372036854.775807"),
        ("-9223372036854.775808", i64::MIN, "-9223372036854.775808"),
    ] {
        let points: Points = text.parse().unwrap();
        assert_eq!((points.micros(), points.to_string().as_str()), (micros, printed), "{text}");
    }
    for text in [
        "",
        "-",
        ".",
        ".5",
        "5.",
        "1e3",
        "0.0000001",
        "1_000",
        " 1",
        "1 ",
        "--1",
        "+-1",
        "NaN",
        "inf",
        "0x1",
        "１",
        "9223372036854.775808",
        "1.-5",
        "1.+5",
    ] {
        assert!(text.parse::<Points>().is_err(), "{text:?}");
    }
}

#[test]
fn points_convert_from_numbers_with_at_most_six_decimals() {
    for (number, micros) in
        [(0.1, 100_000), (-0.0, 0), (1e-6, 1), (33.333_333, 33_333_333), (1e12, 1_000_000_000_000_000_000)]
    {
        assert_eq!(Points::try_from(number), Ok(Points::from_micros(micros)), "{number}");
    }
    for number in [1e-7, 0.1 + 0.2, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e13, -1e13, 1e300, 5e-324] {
        assert!(Points::try_from(number).is_err(), "{number}");
    }
    for text in ["\"five\"", "null", "0.0000001", "1e13", "9223372036855", "18446744073709551615", "true"] {
        assert!(serde_json::from_str::<Points>(text).is_err(), "{text}");
    }
}

#[test]
fn format_widths_and_signs_are_respected() {
    let value: Points = "-2.5".parse().unwrap();
    assert_eq!(format!("{value:>8}|{value:<8}|{value:08.2}|{:+}", Points::from(3)), "    -2.5|-2.5    |-0002.50|+3");
    assert_eq!(format!("{:.0}", Points::from_micros(-1)), "-1");
}
