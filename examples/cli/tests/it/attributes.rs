//! Attributes of events: columns, objects of JSON lines, drafts, and what never matched.

use serde_json::json;

use crate::{Folder, contains};

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

fn with_model(test: &str) -> Folder {
    Folder::new(&format!("attributes/{test}")).with("model.toml", MODEL).with("records.csv", "id\na\nb\n")
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

const MAPPED: [&str; 5] = ["records.csv", "--events", "events.csv", "--map", "mapping.toml"];

#[test]
fn columns_of_events_are_attributes() {
    let folder = with_model("columns").with("events.csv", EVENTS).with("mapping.toml", MAPPING);
    let outcome = folder.score(&MAPPED);
    outcome.gives(0, "a 57, b 0");
    assert!(!outcome.err.contains("warning"), "{}", outcome.err);

    // A cell that does not fit counts as missing, and its event counts.
    folder.write("mapping.toml", MAPPING.replace(", thousands = \",\"", ""));
    let outcome = folder.score(&MAPPED);
    outcome.gives(0, "a 56, b 0");
    let warning = "warning: events.csv: `Seconds`: 1 cell is not read as a number and counts as missing, first `1,060` on \
        line 2; to read them, write into the mapping: [events] attributes.seconds = { column = \"Seconds\", thousands = \",\" }";
    contains(&outcome.err, &[warning]);
}

#[test]
fn json_lines_have_an_object_of_attributes() {
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
    let folder = with_model("json").with("events.jsonl", events.concat());
    let outcome = folder.score(&["records.csv", "--events", "events.jsonl"]);
    assert_eq!((outcome.scores().as_str(), outcome.err.as_str()), ("a 31, b 0", ""));
    // A key outside of `attributes` is an attribute, too. A mapping renames a key inside of it.
    let events = r#"{"id":"a","event":"form","at":"2026-11-20","is_test":false,"attributes":{"which":"demo"}}"#;
    folder.write("events.jsonl", events);
    folder.write("mapping.toml", "events.attributes.form = \"which\"");
    folder.score(&["records.csv", "--events", "events.jsonl", "--map", "mapping.toml"]).gives(0, "a 20, b 0");
}

#[test]
fn map_drafts_the_columns_of_attributes() {
    let folder = with_model("map").with("events.csv", EVENTS);
    let args = ["map", "records.csv", "model.toml", "--events", "events.csv", "--out", "mapping.toml"];
    folder.run(&args).says(0, &["is the attribute `path` of events the column `Page`?"]);
    contains(
        &folder.read("mapping.toml"),
        &[
            "attributes.form = { column = \"Form\" }   # text, such as `demo`",
            "attributes.is_test = { column = \"Is test\", yes = \"Yes\", no = \"No\" }   # flag, such as `No`",
            "attributes.path = { column = \"Page\" }   # text, such as `/pricing`",
            "attributes.seconds = { column = \"Seconds\", thousands = \",\" }   # number, such as `1,060`",
        ],
    );
    folder.score(&MAPPED).gives(0, "a 57, b 0");

    folder.write("events.csv", "id,event,at\na,page_view,2026-11-20\n");
    folder.run(&args).says(0, &["no column is like the attribute `path`"]);
}

#[test]
fn attributes_that_never_match_are_named() {
    let folder = with_model("matched");
    let line = "\nattributes of events: form (any), is_test (flag), path (text), seconds (number)\n";
    contains(&folder.run(&["check", "model.toml"]).out, &[line]);

    let events = "id,event,at,path,page_seconds,is_test\na,page_view,2026-11-20,/prices,9,false\n";
    folder.write("events.csv", events);
    let outcome = folder.score(&["records.csv", "--events", "events.csv", "--report", "report.json"]);
    outcome.gives(0, "a 0, b 0");
    contains(
        &outcome.err,
        &[
            "warning: the model reads the attribute `form` of events, which no row has\n",
            "warning: the model reads the attribute `seconds` of events, which no row has; if it is `page_seconds`, \
             write into the mapping: [events] attributes = { seconds = \"page_seconds\" }\n",
            "warning: `pricing` looks in the attribute `path` for `/pricing`, which no row has\n",
        ],
    );
    let report = folder.json("report.json");
    assert_eq!(report["attributes"][1], json!({ "attribute": "seconds", "nearest": "page_seconds" }));
    assert_eq!(
        report["attribute_texts"],
        json!([{ "field": "path", "text": "/pricing", "at": "pricing", "nearest": null }])
    );
}
