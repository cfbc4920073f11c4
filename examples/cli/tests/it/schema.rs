//! `warmth schema`.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::{Folder, Outcome, shipped, warmth};

fn run(command: &mut Command) -> Outcome {
    Outcome::of(command.output().unwrap())
}

fn schema(outcome: &Outcome) -> Value {
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    serde_json::from_str(&outcome.out).unwrap()
}

#[test]
fn the_schema_of_all_models_is_the_shipped_one() {
    let outcome = run(&mut warmth("schema"));
    let kept = fs::read_to_string(shipped("model.schema.json")).unwrap();
    outcome.is(
        0,
        &kept,
        "schema: note: next: write `#:schema model.schema.json` as the first line of a TOML model in the same folder\n",
    );
}

/// The fields of a condition, without its joins.
fn fields(schema: &Value, condition: &str) -> Vec<(String, String)> {
    let tests = schema["$defs"][condition]["properties"].as_object().unwrap();
    let kind = |tests: &Value| Some(tests["$ref"].as_str()?.strip_prefix("#/$defs/")?.to_owned());
    let fields = tests.iter().filter(|(_, tests)| tests["description"].is_null());
    fields.map(|(name, tests)| (name.clone(), kind(tests).unwrap_or_default())).collect()
}

#[test]
fn columns_are_fields_of_their_kinds_and_events_have_their_names() {
    let folder = Folder::sample("schema");
    let expected = [
        ("annual_revenue", "number_field"),
        ("company_name", "text_field"),
        ("create_date", "date_field"),
        ("first_name", "text_field"),
        ("interests", "tags_field"),
        ("job_title", "text_field"),
        ("opted_out", "flag_field"),
    ];
    let expected = expected.map(|(name, kind)| (name.to_owned(), kind.to_owned()));
    let args = ["--for", "contacts.csv", "--events", "events.csv"];
    let drafted = folder.run(&[&["schema"], &args[..]].concat());
    assert!(drafted.err.contains("the schema has 7 fields, 1 event, 0 attributes"), "{}", drafted.err);
    let schema_of_files = schema(&drafted);
    let mut found = fields(&schema_of_files, "condition");
    found.sort();
    assert_eq!(found, expected);
    let events = &schema_of_files["$defs"]["condition"]["properties"]["events"];
    assert!(events["properties"]["Pricing View"].is_object(), "{events}");
    assert_eq!(events["additionalProperties"], false);

    // A mapping names fields and events.
    let map = ["contacts.csv", "--events", "events.csv", "leads.toml", "--out", "mapping.toml"];
    assert_eq!(folder.run(&[&["map"], &map[..]].concat()).code, Some(0));
    let args = ["--for", "contacts.csv", "--events", "events.csv", "--map", "mapping.toml"];
    let mapped = schema(&folder.run(&[&["schema"], &args[..]].concat()));
    let mut found = fields(&mapped, "condition");
    found.sort();
    assert_eq!(found, expected);
    let events = &mapped["$defs"]["condition"]["properties"]["events"]["properties"];
    assert!(events["pricing_view"].is_object() && events["Pricing View"].is_null(), "{events}");
}

#[test]
fn a_mapping_says_what_cells_are() {
    let folder = Folder::new("schema-mapping");
    folder.write(
        "records.csv",
        "id,ok,size,day,stack,staff,empty\n1,J,\"1,5\",05.01.2026,a|b,ca. 5,\n2,N,2,06.01.2026,b|c,ca. 7,\n",
    );
    let mapping = "[fields]\nfine = { column = \"ok\", yes = \"J\", no = \"N\" }\nsize = { decimal = \",\" }\n\
                   day = { date = \"%d.%m.%Y\" }\nstack = { list = \"|\" }\nstaff = { strip = \"ca.\" }\nabsent = {}\n";
    folder.write("mapping.toml", mapping);
    let args = ["--for", "records.csv", "--map", "mapping.toml"];
    let schema = schema(&folder.run(&[&["schema"], &args[..]].concat()));
    let mut found = fields(&schema, "condition");
    found.sort();
    let expected = [
        ("day", "date_field"),
        ("empty", "field_tests"),
        ("fine", "flag_field"),
        ("size", "number_field"),
        ("stack", "tags_field"),
        ("staff", "number_field"),
    ];
    assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
}

#[test]
fn attributes_are_the_other_columns_of_events() {
    let folder = Folder::new("schema-attributes");
    folder.write("records.csv", "id,nps\n1,9\n2,8\n");
    let events =
        "id,event,at,path,seconds\n1,view,2026-11-20T09:00:00Z,/pricing,40\n2,view,2026-11-21T09:00:00Z,/docs,5\n";
    folder.write("events.csv", events);
    let args = ["--for", "records.csv", "--events", "events.csv", "--out", "own.schema.json"];
    let outcome = folder.run(&[&["schema"], &args[..]].concat());
    outcome.is(
        0,
        "",
        "schema: note: the schema has 1 field, 1 event, 2 attributes; next: write `#:schema own.schema.json` as the first line of a TOML model in the same folder\n",
    );
    let schema = folder.json("own.schema.json");
    let found = fields(&schema, "attribute_condition");
    assert_eq!(
        found,
        [("path".to_owned(), "text_field".to_owned()), ("seconds".to_owned(), "number_field".to_owned())]
    );
    assert_eq!(schema["$defs"]["signal"]["properties"]["once_per"]["enum"], serde_json::json!(["path", "seconds"]));
}

#[test]
fn attributes_of_json_lines_are_the_keys_of_their_object() {
    let folder = Folder::new("schema-json");
    folder.write("records.csv", "id,nps\n1,9\n2,8\n");
    let event = r#"{"id":"1","event":"form","at":"2026-11-20","test":false,"attributes":{"which":"demo","seconds":4}}"#;
    folder.write("events.jsonl", event);
    folder.write("mapping.toml", "[events]\nattributes.form = \"which\"\n");
    let args = ["schema", "--for", "records.csv", "--events", "events.jsonl", "--map", "mapping.toml"];
    let mut found = fields(&schema(&folder.run(&args)), "attribute_condition");
    found.sort();
    let expected = [("form", "text_field"), ("seconds", "number_field"), ("test", "flag_field")];
    assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
}

#[test]
fn options_that_need_files_say_so() {
    run(warmth("schema").args(["--events", "events.csv"])).refuses(2, &["--for <RECORDS>"]);
    run(warmth("schema").args(["--preset", "hubspot"])).refuses(2, &["pass the file of records too: `--for RECORDS`"]);
}
