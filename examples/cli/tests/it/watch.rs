//! `warmth watch`.

use crate::{Outcome, warmth};

fn watch(args: &[&str]) -> Outcome {
    Outcome::of(warmth("watch").args(args).output().expect("the program starts"))
}

/// The changes and crossings of an account, without their reasons.
fn of<'a>(id: &str, text: &'a str) -> Vec<&'a str> {
    let lines =
        text.lines().filter(|line| line.contains(&format!("Z {id} ")) || line.contains(&format!("{id} crosses")));
    lines.map(str::trim_start).collect()
}

#[test]
fn changes_are_listed_with_their_reasons() {
    let outcome = watch(&[]);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    let (calendar, rest) = outcome.out.split_once("\nAt ").expect("an event comes in");
    assert!(calendar.starts_with("Changes of state up to 2027-02-20T18:00:00Z if no event comes in (87 of 300 accounts never change):\n\n2026-11-23T07:45:57Z acc-10103 "), "{calendar}");

    // One change after another, each with a reason.
    let lines: Vec<_> = calendar.lines().skip(2).collect();
    let entries: Vec<_> = lines.iter().filter(|line| line.starts_with("202")).collect();
    assert!(entries.is_sorted_by_key(|line| line.split(' ').next()), "{calendar}");
    assert_eq!(entries.len(), 170);
    for (line, next) in lines.iter().zip(&lines[1..]).filter(|(line, _)| line.starts_with("202")) {
        assert!(next.starts_with("    time: "), "{line}\n{next}");
    }
    for reason in [
        // A half-life, a date that comes nearer, a window that is left, days in a window, a step, a table.
        "time: -0.15, as Logs in aged (-0.14), Downloaded a white paper or a case study aged (-0.06)",
        "blocked by In a renewal period (-76.81: days until renewal_date is 60, was 62)",
        "as Attended a webinar (-2.67: webinar_attended events in the last 180d: 0, was 1), Logs in aged (-0.02); state cold, was watch",
        "as Days with a login in the last 60 (-2.67: days with login events in the last 60d: 5, was 8)",
        "as Looked at prices aged (-0.8), Logs in aged (-0.63); state watch, was warming",
        "as Asked for a demonstration aged (-2.78), Attended a webinar aged (-1.67)",
    ] {
        assert!(calendar.contains(reason), "{reason} is not in: {calendar}");
    }

    // The settled state is left two points below the bound, and not before.
    assert_eq!(
        of("acc-10103", calendar)[..2],
        [
            "2026-11-23T07:45:57Z acc-10103 Umber Pike Tools SAS: C1 ready 70.00 -> C1 warming 69.99 (today C1 ready 70.14)",
            r#"acc-10103 crosses: {"from":"ready","to":"warming","direction":"down","at":"2026-12-03T17:15:12Z"}"#,
        ]
    );
    assert_eq!(
        rest,
        r#"2026-12-04T18:00:00Z, a demo_request of acc-10103 comes in:

cross-sell-readiness, 2026-12-03T17:15:12Z to 2026-12-04T18:00:00Z: from C1 warming 67.99 to C1 ready 77.71, +9.72
time: -0.14, as Logs in aged (-0.14), Downloaded a white paper or a case study aged (-0.11), website together, clamped to 40 (+0.11), Asked for a demonstration aged (-0.01), and rounding (+0.01)
events: +9.86, as Asked for a demonstration (+9.87), and rounding (-0.01); state ready, was warming
facts: nothing changed
model: nothing changed
    acc-10103 crosses: {"from":"warming","to":"ready","direction":"up","at":"2026-12-04T18:00:00Z"}
next look: 2026-12-17T20:09:53Z, was 2027-02-03T08:07:31Z

The missing facts of acc-10103 leave these outcomes open:

acc-10103 Umber Pike Tools SAS is C1 ready 77.71 and may be 73.719915 to 93.719915; A1, B1, C1; ready
    `nps` narrows this range by at least 12 points
    `decision_maker_role` narrows this range by at least 8 points
"#
    );
}

#[test]
fn it_looks_ahead_from_any_instant() {
    assert_eq!(watch(&["--as-of", "2026-11-22T19:00:00+01:00"]).out, watch(&[]).out);
    let later = watch(&["--as-of", "2026-12-01T12:39:34Z"]).out;
    let first = later.lines().nth(2).expect("an account changes");
    assert_eq!(
        first,
        "2026-12-01T12:39:35Z acc-10174 Marble Lantern Insurance Ltd: B3 warming 50.22 -> B3 watch 49.42 (today B3 warming 50.22)"
    );
}

#[test]
fn unknown_arguments_are_refused() {
    for (args, saying) in [
        (&["--as-of", "tomorrow"][..], "'--as-of <INSTANT>': expected an instant such as `2026-11-22T18:00:00Z`"),
        (&["--as-of"], "a value is required for '--as-of <INSTANT>'"),
        (&["accounts.csv"], "unexpected argument 'accounts.csv'"),
        (&["--until", "x"], "unexpected argument '--until'"),
    ] {
        watch(args).refuses(2, &[saying]);
    }
}
