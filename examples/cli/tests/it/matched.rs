//! What never matched: warnings, the report, and strict runs.

use std::fmt::Write as _;

use serde_json::json;

use crate::{Folder, Outcome, contains, shipped, warmth};

const MODEL: &str = r#"
format = 1
name = "x"

[[required]]
id = "in-europe"
when.country.one_of = ["NL", "DE", "Atlantis"]

[[axis]]
name = "fit"
available = 100

[[axis.rule]]
id = "industry"
values.industry = { software = 20, logistics = 10, space = 5 }

[[axis.rule]]
id = "title"
when.title = { contains = "chief", ignore_case = true }
points = 10

[[axis.rule]]
id = "known"
when.nps.known = true
points = 1

[[axis]]
name = "activity"
available = 100

[[axis.rule]]
id = "pricing"
signal = { event = "pricing_view", points = 10, most_recent = 5 }

[[axis.rule]]
id = "visits"
signal = { event = "demo_request", points = 10, most_recent = 5 }

[[axis.rule]]
id = "logins"
signal = { event = "login", points = 10, max = 1000 }
"#;

fn with_files(test: &str) -> Folder {
    let mut records = "id,country,industry,title,nps,phone\n".to_owned();
    let mut events = "id,event,at\n".to_owned();
    for id in 0..24 {
        let industry = ["software", "Software", "logistics;space"][id % 3];
        let title = if id == 5 { "CHIEF of staff" } else { "clerk" };
        let (country, nps) = (["NL", "DE"][id % 2], if id < 20 { "" } else { "7" });
        writeln!(records, "c{id},{country},{industry},{title},{nps},x").unwrap();
        for event in ["Pricing View", "login"] {
            writeln!(events, "c{id},{event},2026-11-01T00:00:00Z").unwrap();
        }
    }
    let folder = Folder::new(&format!("matched/{test}")).with("model.toml", MODEL);
    folder.with("records.csv", records).with("events.csv", events)
}

fn run(command: &str, folder: &Folder, args: &[&str]) -> Outcome {
    let files = [command, "model.toml", "records.csv", "--events", "events.csv", "--as-of", "2026-11-22"];
    folder.run(&[&files[..], args].concat())
}

const WARNINGS: &str = "\
warning: the model reads the event `demo_request`, which no row has
warning: the model reads the event `pricing_view`, which no row has; 24 rows have `Pricing View`
warning: `in-europe` looks in `country` for `Atlantis`, which no row has
warning: `industry` looks in `industry` for `logistics` (the rows have `logistics;space`), `space` (the rows have `logistics;space`), which no row has
warning: 8 rows have `Software` in `industry`, which the model does not count as `software`; correct one of them, or write `ignore_case = true` in `industry`
warning: 24 rows have the event `Pricing View`, which the model does not read as `pricing_view`; to rename it, write into the mapping: [events] names = { \"Pricing View\" = \"pricing_view\" }
warning: `nps` is missing for 20 of 24 records
warning: 8 cells of `industry` look like lists, such as `logistics;space`: the model reads it as one text; if they are lists, use the operators of tags, such as `has`
warning: these fire for none of 24 scored records: `pricing`, `visits`
";

#[test]
fn what_never_matched_is_said_after_a_run() {
    let folder = with_files("score");
    let outcome = run("score", &folder, &["--report", "report.json"]);
    assert_eq!(outcome.code, Some(0));
    assert_eq!(outcome.err.replace("score: ", ""), WARNINGS);

    let report = folder.json("report.json");
    assert_eq!((&report["model"], &report["records"]), (&json!("x"), &json!(24)));
    assert_eq!(report["events"][1], json!({ "event": "pricing_view", "nearest": "Pricing View", "rows": 24 }));
    assert_eq!(report["unread_events"], json!({ "Pricing View": 24 }));
    assert_eq!(
        report["texts"][0],
        json!({ "field": "country", "text": "Atlantis", "at": "in-europe", "nearest": null })
    );
    let spelling =
        json!({ "field": "industry", "text": "software", "at": ["industry"], "found": "Software", "rows": 8 });
    assert_eq!(report["spellings"][0], spelling);
    assert_eq!(report["missing"][0], json!({ "field": "nps", "missing": 20, "has_column": true }));
    assert_eq!(report["rules"][0], json!({ "id": "pricing", "fired": 0, "of": 24 }));
    assert_eq!(report["verdicts"], json!({ "eligible": 24 }));
}

#[test]
fn a_strict_run_fails_if_anything_never_matched() {
    let folder = with_files("strict");
    let (loose, strict) = (run("score", &folder, &[]), run("score", &folder, &["--strict"]));
    assert_eq!((strict.code, &strict.out, &strict.err), (Some(3), &loose.out, &loose.err));
    assert_eq!(run("check", &folder, &["--strict"]).code, Some(3));

    // The shipped portfolio has nothing to warn of.
    let mut clean = warmth("score");
    clean.arg(shipped("cross_sell.toml")).arg(shipped("accounts.csv")).arg("--events").arg(shipped("events.csv"));
    let clean = Outcome::of(clean.args(["--as-of", "2026-11-22T18:00:00Z", "--strict"]).output().unwrap());
    assert_eq!((clean.code, clean.err.as_str()), (Some(0), ""));
}

#[test]
fn check_also_names_constant_rules_and_idle_caps() {
    let folder = with_files("check");
    let outcome = run("check", &folder, &[]);
    let expected = "\
model.toml: `x` has no problems: 2 axes, 6 rules; 0 cases passed
records.csv: 24 records scored; 9 warnings
";
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), expected));
    let notes = "\
note: these fire for every scored record: `logins`
note: these caps change no points: the `max` of `logins`
note: the model does not read these events of the file: `Pricing View`
";
    assert_eq!(outcome.err.replace("check: ", ""), [WARNINGS, notes].concat());
}

#[test]
fn a_group_without_bounds_is_no_idle_cap() {
    let folder = with_files("groups");
    let model = folder.read("model.toml");
    for (bound, idle) in [("", false), ("max = 500\n", true)] {
        let group = format!("[[axis.group]]\nname = 'loose'\n{bound}[[axis.rule]]\ngroup = 'loose'");
        folder.write("model.toml", model.replacen("[[axis.rule]]", &group, 1));
        let err = run("check", &folder, &[]).err;
        assert_eq!(err.contains("the group `loose`"), idle, "{err}");
    }
}

/// The page says how many records the warnings about rules and missing fields need.
#[test]
fn few_records_say_nothing_about_rules_and_fields() {
    let folder = with_files("few");
    let all = folder.read("records.csv");
    for records in [19, 20] {
        let some: Vec<&str> = all.lines().take(records + 1).collect();
        folder.write("records.csv", some.join("\n"));
        let err = run("check", &folder, &[]).err;
        for about in ["`nps` is missing for", "these fire for none of", "these fire for every"] {
            assert_eq!(err.contains(about), records == 20, "{about}: {err}");
        }
    }
    contains(
        &crate::page().replace('\n', " "),
        &["With fewer than 20 records, rules and missing fields are not reported."],
    );
}

#[test]
fn a_gate_that_holds_back_every_record_is_named() {
    let folder = with_files("gate");
    let records = folder.read("records.csv");
    folder.write("records.csv", records.replace(",NL,", ",nl,").replace(",DE,", ",de,"));
    contains(
        &run("score", &folder, &[]).err,
        &[
            "warning: the gate `in-europe` holds back all 24 records",
            "warning: `in-europe` looks in `country` for `Atlantis`, which no row has",
            "warning: 12 rows have `nl` in `country`, which the model does not count as `NL`",
        ],
    );
}

/// One warning for one spelling, although the text never matches and its rule never fires.
#[test]
fn another_spelling_is_one_warning() {
    let folder = with_files("spelling");
    let records = folder.read("records.csv");
    folder.write("records.csv", records.replace(",software,", ",Software,"));
    let err = run("score", &folder, &[]).err;
    let warning = "warning: 16 rows have `Software` in `industry`, which the model does not count as `software`; \
        correct one of them, or write `ignore_case = true` in `industry`\n";
    contains(&err, &[warning, "these fire for none of 24 scored records: `pricing`, `visits`\n"]);
    assert_eq!(err.matches("`software`").count(), 1, "{err}");
}
