//! Attributes of events: columns, objects of JSON lines, drafts, and what never matched.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{Outcome, folder, warmth};

const MODEL: &str = r#"
format = 1
name = "x"

[[axis]]
name = "activity"
available = 100

[[axis.rule]]
id = "pricing"
when.events.page_view.where.path.starts_with = "/pricing"
when.events.page_view.count = { at_least = 2, within = "30d" }
points = 10

[[axis.rule]]
id = "reads"
bands.events.page_view = [[3, 5]]
by = "count"
distinct = "path"
within = "30d"

[[axis.rule]]
id = "long"
signal = { event = "page_view", points = 1, max = 50, where = { seconds.at_least = 60 } }

[[axis.rule]]
id = "forms"
signal = { event = "form", points = 20, max = 40, where = { is_test = false }, once_per = "form" }
"#;

fn with_model(test: &str) -> PathBuf {
    let folder = folder(&format!("attributes/{test}"));
    fs::write(folder.join("model.toml"), MODEL).unwrap();
    fs::write(folder.join("records.csv"), "id\na\nb\n").unwrap();
    folder
}

fn run(folder: &Path, args: &[&str]) -> Outcome {
    Outcome::of(warmth(args[0]).current_dir(folder).args(&args[1..]).output().unwrap())
}

/// Ids with scores, as `a 50, b 0`.
fn scores(folder: &Path, args: &[&str]) -> (String, String) {
    let common = ["score", "model.toml", "records.csv", "--as-of", "2026-11-22", "--format", "csv", "--events"];
    let outcome = run(folder, &[&common[..], args].concat());
    let mut reader = csv::Reader::from_reader(outcome.out.as_bytes());
    let scores: Vec<String> =
        reader.records().map(|row| row.unwrap()).map(|row| format!("{} {}", &row[0], &row[3])).collect();
    (scores.join(", "), outcome.err)
}

/// Pages of a: two of pricing, three paths, two long ones. Forms of a: two, one of them twice, and one test.
const EVENTS: &str = "\
Contact,Event,At,Page,Seconds,Form,Is test
a,page_view,2026-11-20,/pricing,\"1,060\",,
a,page_view,2026-11-20,/pricing/teams,59,,
a,page_view,2026-11-21,/jobs,60,,
a,form,2026-11-21,,,demo,No
a,form,2026-11-21,,,demo,No
a,form,2026-11-21,,,trial,No
a,form,2026-11-21,,,other,Yes
b,page_view,2026-11-20,/pricing,,,
b,page_view,2026-11-21,/jobs,N/A,,
";

const MAPPING: &str = r#"
[events]
id = "Contact"
missing = "N/A"
attributes = { path = "Page", seconds = { column = "Seconds", thousands = "," }, is_test = { yes = "Yes", no = "No" } }
"#;

#[test]
fn columns_of_events_are_attributes() {
    let folder = with_model("columns");
    fs::write(folder.join("events.csv"), EVENTS).unwrap();
    fs::write(folder.join("mapping.toml"), MAPPING).unwrap();
    let (found, err) = scores(&folder, &["events.csv", "--map", "mapping.toml"]);
    assert_eq!(found, "a 57, b 0", "{err}");
    assert!(!err.contains("warning"), "{err}");

    // A cell that does not fit counts as missing, and its event counts.
    let mapping = MAPPING.replace(", thousands = \",\"", "");
    fs::write(folder.join("mapping.toml"), mapping).unwrap();
    let (found, err) = scores(&folder, &["events.csv", "--map", "mapping.toml"]);
    assert_eq!(found, "a 56, b 0");
    let warning = "warning: events.csv: `Seconds`: 1 cell is not read as a number and counts as missing, first `1,060` on \
        line 2; to read them, write into the mapping: [events] attributes.seconds = { column = \"Seconds\", thousands = \",\" }";
    assert!(err.contains(warning), "{err}");
}

#[test]
fn json_lines_have_an_object_of_attributes() {
    let folder = with_model("json");
    let event = |event: &str, attributes: &str| {
        format!("{{\"id\":\"a\",\"event\":\"{event}\",\"at\":\"2026-11-20T08:00:00Z\",\"attributes\":{attributes}}}\n")
    };
    let events = [
        event("page_view", r#"{"path":"/pricing","seconds":60}"#),
        event("page_view", r#"{"path":"/pricing","seconds":9.5,"unread":[1]}"#),
        event("page_view", r#"{"path":17}"#),
        event("page_view", "null"),
        event("form", r#"{"form":"demo","is_test":false}"#),
        event("form", r#"{"form":null,"is_test":true}"#),
    ];
    fs::write(folder.join("events.jsonl"), events.concat()).unwrap();
    let (found, err) = scores(&folder, &["events.jsonl"]);
    assert_eq!((found.as_str(), err.as_str()), ("a 31, b 0", ""));
    // A key beside the others is one too, and a mapping may rename it.
    let events = r#"{"id":"a","event":"form","at":"2026-11-20","is_test":false,"attributes":{"which":"demo"}}"#;
    fs::write(folder.join("events.jsonl"), events).unwrap();
    fs::write(folder.join("mapping.toml"), "events.attributes.form = \"which\"").unwrap();
    assert_eq!(scores(&folder, &["events.jsonl", "--map", "mapping.toml"]).0, "a 20, b 0");
}

#[test]
fn map_drafts_the_columns_of_attributes() {
    let folder = with_model("map");
    fs::write(folder.join("events.csv"), EVENTS).unwrap();
    let args = ["map", "records.csv", "model.toml", "--events", "events.csv", "--out", "mapping.toml"];
    let outcome = run(&folder, &args);
    let draft = fs::read_to_string(folder.join("mapping.toml")).unwrap();
    for line in [
        "attributes.form = { column = \"Form\" }   # text, such as `demo`",
        "attributes.is_test = { column = \"Is test\", yes = \"Yes\", no = \"No\" }   # flag, such as `No`",
        "attributes.path = { column = \"Page\" }   # text, such as `/pricing`",
        "attributes.seconds = { column = \"Seconds\", thousands = \",\" }   # number, such as `1,060`",
    ] {
        assert!(draft.contains(line), "`{line}` is not in: {draft}");
    }
    assert!(outcome.err.contains("is the attribute `path` of events the column `Page`?"), "{}", outcome.err);
    let (found, err) = scores(&folder, &["events.csv", "--map", "mapping.toml"]);
    assert_eq!(found, "a 57, b 0", "{err}");

    fs::write(folder.join("events.csv"), "id,event,at\na,page_view,2026-11-20\n").unwrap();
    let err = run(&folder, &args).err;
    assert!(err.contains("no column is like the attribute `path`"), "{err}");
}

#[test]
fn attributes_that_never_match_are_named() {
    let folder = with_model("matched");
    let summary = run(&folder, &["check", "model.toml"]).out;
    let line = "\nattributes of events: form (any), is_test (flag), path (text), seconds (number)\n";
    assert!(summary.contains(line), "{summary}");

    fs::write(
        folder.join("events.csv"),
        "id,event,at,path,page_seconds,is_test\na,page_view,2026-11-20,/prices,9,false\n",
    )
    .unwrap();
    let (found, err) = scores(&folder, &["events.csv", "--report", "report.json"]);
    assert_eq!(found, "a 0, b 0");
    for part in [
        "warning: the model reads the attribute `form` of events, which no row has\n",
        "warning: the model reads the attribute `seconds` of events, which no row has; if it is `page_seconds`, write into \
         the mapping: [events] attributes = { seconds = \"page_seconds\" }\n",
        "warning: `pricing` looks in the attribute `path` for `/pricing`, which no row has\n",
    ] {
        assert!(err.contains(part), "`{part}` is not in: {err}");
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["attributes"][1], json!({ "attribute": "seconds", "nearest": "page_seconds" }));
    assert_eq!(
        report["attribute_texts"],
        json!([{ "field": "path", "text": "/pricing", "at": "pricing", "nearest": null }])
    );
}
