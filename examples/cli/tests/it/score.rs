//! `warmth score`.

use crate::{Folder, Outcome, shipped, warmth};

const MODEL: &str = r#"
format = 1
name = "small"

[[required]]
id = "flagship"
when.has_flagship = true

[[disqualifying]]
id = "renewal"
when.renewal_date.days_until.between = [0, 60]

[[axis]]
name = "fit"
available = 100

[[axis.rule]]
id = "nps"
bands.nps = [[0, 0], [7, 40], [9, 80]]

[[axis.rule]]
id = "crm"
when.tech_stack.has = "crm"
points = 20

[[axis]]
name = "activity"
available = 100

[[axis.rule]]
id = "visits"
signal.event = "visit"
signal.points = 10
signal.most_recent = 5

[[axis.rule]]
id = "spend"
signal.event = "purchase"
signal.points_per_unit = 1
signal.max = 50

[grade]
fit = { axis = "fit", cuts = [75, 50, 25] }
activity = { axis = "activity", cuts = [75, 50, 25] }

[[state]]
name = "ready"
at_least = 50

[[state]]
name = "cold"
at_least = 0

[[play]]
name = "call"
grades = ["A*"]

[[play]]
name = "wait"
otherwise = true
"#;

const RECORDS: &str = "\
id,name,has_flagship,nps,tech_stack,renewal_date,not_in_the_model
low,Low Ltd,true,3,,2027-11-22,x
gone,Gone GmbH,false,9,crm,2027-11-22,x
best,Best BV,true,9,erp;crm,2027-11-22,x
open,Open Oy,,9,crm,,x
soon,Soon SA,true,9,crm,2026-12-01,x
";

const EVENTS: &str = "\
id,event,at,count,amount
best,visit,2026-11-22T12:00:00Z,3,
best,purchase,2026-10-01T08:00:00+02:00,,12.345678
best,visit,2026-11-22T12:00:01Z,,
";

const AS_OF: [&str; 2] = ["--as-of", "2026-11-22T12:00:00Z"];

/// A folder with the small model, its records and its events.
fn with_files(test: &str) -> Folder {
    let folder = Folder::new(&format!("score/{test}")).with("model.toml", MODEL);
    folder.with("records.csv", RECORDS).with("events.csv", EVENTS)
}

fn score(folder: &Folder, args: &[&str]) -> Outcome {
    folder.run(&[&["score"], args, &AS_OF].concat())
}

const OUTCOMES: &str = "\
{\"id\":\"low\",\"verdict\":\"eligible\",\"score\":0,\"axes\":{\"fit\":{\"raw\":0,\"score\":0},\"activity\":{\"raw\":0,\"score\":0}},\
\"grade\":\"D4\",\"state\":\"cold\",\"segment\":null,\"play\":\"wait\",\"missing\":[\"tech_stack\"]}
{\"id\":\"gone\",\"verdict\":\"ineligible\",\"score\":0,\"axes\":{},\
\"grade\":null,\"state\":null,\"segment\":null,\"play\":null,\"missing\":[]}
{\"id\":\"best\",\"verdict\":\"eligible\",\"score\":71.172839,\
\"axes\":{\"fit\":{\"raw\":100,\"score\":100},\"activity\":{\"raw\":42.345678,\"score\":42.345678}},\
\"grade\":\"A3\",\"state\":\"ready\",\"segment\":null,\"play\":\"call\",\"missing\":[]}
{\"id\":\"open\",\"verdict\":\"undetermined\",\"score\":50,\"axes\":{\"fit\":{\"raw\":100,\"score\":100},\"activity\":{\"raw\":0,\"score\":0}},\
\"grade\":\"A4\",\"state\":\"ready\",\"segment\":null,\"play\":\"call\",\"missing\":[\"has_flagship\",\"renewal_date\"]}
{\"id\":\"soon\",\"verdict\":\"disqualified\",\"score\":0,\"axes\":{},\
\"grade\":null,\"state\":null,\"segment\":null,\"play\":null,\"missing\":[]}
";

#[test]
fn jsonl_has_one_object_per_record_in_the_order_of_the_input() {
    let folder = with_files("jsonl");
    score(&folder, &["model.toml", "records.csv", "--events", "events.csv", "--format", "jsonl"]).is(0, OUTCOMES, "");
}

#[test]
fn jsonl_files_say_the_same_as_csv_files() {
    let records = r#"{"id":"low","has_flagship":true,"nps":3,"tech_stack":null,"renewal_date":"2027-11-22"}
{"id":"gone","has_flagship":false,"nps":9,"tech_stack":["crm"],"renewal_date":"2027-11-22"}

{"id":"best","has_flagship":true,"nps":9,"tech_stack":["erp","crm"],"renewal_date":"2027-11-22","more":{"a":1}}
{"id":"open","nps":9.0,"tech_stack":["crm"]}
{"id":"soon","has_flagship":true,"nps":9,"tech_stack":["crm"],"renewal_date":"2026-12-01"}
"#;
    let events = r#"{"id":"best","event":"visit","at":"2026-11-22T12:00:00Z","count":3}
{"id":"best","event":"purchase","at":"2026-10-01T06:00:00Z","amount":12.345678}
"#;
    let folder = with_files("jsonl-files").with("records.jsonl", records).with("events.jsonl", events);
    score(&folder, &["model.toml", "records.jsonl", "--events", "events.jsonl", "--format", "jsonl"])
        .is(0, OUTCOMES, "");
}

#[test]
fn the_table_ranks_those_who_passed_the_gates_and_counts_the_others() {
    let folder = with_files("table");
    let table = "\
id    name     score  grade  state  segment  play  missing
best  Best BV   71.1  A3     ready  -        call        0
open  Open Oy   50.0  A4     ready  -        call        2
low   Low Ltd    0.0  D4     cold   -        wait        1

5 scored: 2 eligible, 1 undetermined, 1 ineligible, 1 disqualified; 2 ready, 1 cold
1 ineligible by `flagship`: gone
1 disqualified by `renewal`: soon
";
    score(&folder, &["model.toml", "records.csv", "--events", "events.csv"]).is(0, table, "");

    let best = "\
id    name     score  grade  state  segment  play  missing
best  Best BV   71.1  A3     ready  -        call        0

5 scored: 2 eligible, 1 undetermined, 1 ineligible, 1 disqualified; 2 ready, 1 cold
1 ineligible by `flagship`: gone
1 disqualified by `renewal`: soon
";
    score(&folder, &["model.toml", "records.csv", "--events", "events.csv", "--top", "1"]).is(0, best, "");
}

#[test]
fn a_model_without_states_ranks_as_well() {
    let (stateless, _) = MODEL.split_once("[[state]]").expect("the model has states");
    let folder = with_files("stateless").with("model.toml", stateless);
    let table = "\
id    name     score  grade  state  segment  play  missing
best  Best BV   71.1  A3     -      -        -           0

5 scored: 2 eligible, 1 undetermined, 1 ineligible, 1 disqualified
1 ineligible by `flagship`: gone
1 disqualified by `renewal`: soon
";
    score(&folder, &["model.toml", "records.csv", "--events", "events.csv", "--top", "1"]).is(0, table, "");
}

#[test]
fn bad_records_are_reported_with_their_line_and_the_rest_is_scored() {
    // As a spreadsheet writes it: a byte order mark, carriage returns, a cell of two lines, a blank line.
    let records = "\u{feff}id,name,has_flagship,nps,tech_stack,renewal_date\r
a,\"Two\nlines\",yes,9,crm,2027-11-22\r
b,B,true,nine,crm,2027-11-22\r
\r
c,C,true,9,crm,22.11.2027\r
,D,true,9,crm,2027-11-22\r
b,E,true,9,crm,2027-11-22\r
f,F,true\r
g,G, true ,9,crm; erp,2027-11-22T00:00:00Z\r
";
    let folder = with_files("bad-records").with("records.csv", records);
    let outcome = score(&folder, &["model.toml", "records.csv"]);
    let table = "\
id  name       score  grade  state  segment  play  missing
a   Two lines   50.0  A4     ready  -        call        1
c   C           50.0  A4     ready  -        call        1
g   G           50.0  A4     ready  -        call        0
b   B           10.0  D4     cold   -        wait        1

4 scored: 3 eligible, 1 undetermined; 3 ready, 1 cold
";
    let reports = "\
records.csv:7: column `id`: the id is empty; the row is left out
records.csv:8: column `id`: `b` is the id of an earlier row
records.csv:9: expected 6 cells, found 3
score: warning: records.csv: `has_flagship`: 1 cell is not read as a flag and counts as missing, first `yes` on line 2; \
to read them, write into the mapping: [fields] has_flagship = { yes = \"yes\" }
score: warning: records.csv: `nps`: 1 cell is not read as a number and counts as missing, first `nine` on line 4; \
correct the cells, or list them under `missing` in the mapping
score: warning: records.csv: `renewal_date`: 1 cell is not read as a date and counts as missing, first `22.11.2027` on line 6; \
to read them, write into the mapping: [fields] renewal_date = { date = \"%d.%m.%Y\" }
score: note: the model reads events, and there is no file of them; pass it with --events
score: note: next: `warmth map records.csv model.toml --out mapping.toml` drafts a mapping from the cells; read it, \
then add `--map mapping.toml`
";
    outcome.is(1, table, reports);
}

#[test]
fn bad_events_are_reported_and_those_of_unknown_ids_are_counted() {
    let events = "\
id,event,at,count,amount
best,visit,yesterday,,
best,visit,2026-11-22T12:00:00Z,-1,
best,purchase,2026-11-22T12:00:00Z,,1.2345678
,visit,2026-11-22T12:00:00Z,,
stranger,visit,2026-11-22T12:00:00Z,3,
other,visit,2026-11-22T12:00:00Z,,
nobody,visit,2026-11-22T12:00:00Z,0,
";
    let folder = with_files("bad-events").with("events.csv", events);
    let outcome = score(&folder, &["model.toml", "records.csv", "--events", "events.csv", "--top", "0"]);
    let reports = "\
events.csv:5: column `id`: the id is empty; the row is left out
score: warning: events.csv: `amount`: 1 cell is not read as a decimal with up to 6 places and the event is left out, \
first `1.2345678` on line 4; correct the cells, or list them under `missing` in the mapping
score: warning: events.csv: `count`: 1 cell is not read as a whole number below 2^32 and the event is left out, \
first `-1` on line 3; correct the cells, or list them under `missing` in the mapping
score: warning: events.csv: `at`: 1 cell is not read as a time and the event is left out, first `yesterday` on line 2; \
correct the cells, or list them under `missing` in the mapping
score: warning: 4 events belong to 2 ids without a record, such as `other`
score: note: next: `warmth map records.csv --events events.csv model.toml --out mapping.toml` drafts a mapping from the \
cells; read it, then add `--map mapping.toml`
";
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(1), reports));
}

#[test]
fn rows_that_are_no_json_objects_are_reported() {
    let records = "{\"id\":\"a\",\"has_flagship\":true}\n[1]\n{\"id\":\n{\"id\":\"b\",\"nps\":{\"x\":1}}\n";
    let folder = with_files("bad-jsonl").with("records.jsonl", records);
    let outcome = score(&folder, &["model.toml", "records.jsonl"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.err);
    let lines: Vec<_> = outcome.err.lines().collect();
    assert!(lines[0].starts_with("records.jsonl:2: expected a JSON object"), "{}", outcome.err);
    assert!(lines[1].starts_with("records.jsonl:3: expected a JSON object"), "{}", outcome.err);
    assert!(
        lines[2].contains("`nps`: 1 cell is not read as a number and counts as missing, first `{\"x\":1}` on line 4")
    );
    assert_eq!(lines.len(), 5);
}

#[test]
fn a_column_that_the_model_reads_and_the_file_lacks_is_a_warning() {
    let folder =
        with_files("no-column").with("records.csv", "id,has_flagship,npss,tech_stack,renewal_date\na,true,9,,\n");
    let outcome = score(&folder, &["model.toml", "records.csv"]);
    assert_eq!(outcome.code, Some(0));
    let warning = "score: warning: records.csv has no column `nps`, which the model reads; \
        if it is `npss`, write into the mapping: [fields] nps = { column = \"npss\" }\n\
        score: note: the model reads events, and there is no file of them; pass it with --events\n";
    assert_eq!(outcome.err, warning);
}

#[test]
fn explain_prints_one_record_and_nothing_else() {
    let folder = with_files("explain");
    let outcome = score(&folder, &["model.toml", "records.csv", "--events", "events.csv", "--explain", "best"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    assert!(outcome.out.contains("71.17 of 100") && outcome.out.contains("+12.35 "), "{}", outcome.out);
    assert!(!outcome.out.contains("low"), "{}", outcome.out);

    score(&folder, &["model.toml", "records.csv", "--explain", "nobody"]).refuses(2, &["records.csv", "`nobody`"]);
}

#[test]
fn unusable_input_is_refused() {
    let folder = with_files("unusable")
        .with("model.yaml", MODEL)
        .with("headless.csv", "name,nps\nA,9\n")
        .with("empty.csv", "id,nps\n")
        .with("typo.toml", MODEL.replace("most_recent", "most_recnt"))
        .with("twice.toml", MODEL.replace("id = \"crm\"", "id = \"nps\""));
    score(&folder, &["model.yaml", "records.csv"])
        .refuses(2, &["model.yaml: expected a model in a .toml or .json file"]);
    score(&folder, &["typo.toml", "records.csv"])
        .refuses(2, &["typo.toml", "most_recnt", "did you mean `most_recent`?"]);
    score(&folder, &["twice.toml", "records.csv"]).refuses(2, &["twice.toml", "`nps`"]);
    score(&folder, &["model.toml", "nowhere.csv"]).refuses(2, &["nowhere.csv"]);
    score(&folder, &["model.toml", "headless.csv"]).refuses(2, &["headless.csv: the header has no column `id`"]);
    score(&folder, &["model.toml", "empty.csv"]).refuses(2, &["empty.csv: there is no record that can be scored"]);
    score(&folder, &["model.toml"]).refuses(2, &["<RECORDS>", "--help"]);
    score(&folder, &["model.toml", "records.csv", "--fromat", "jsonl"])
        .refuses(2, &["unexpected argument '--fromat'", "'--format'"]);
    score(&folder, &["model.toml", "records.csv", "--format", "xml"])
        .refuses(2, &["invalid value 'xml'", "table, csv, jsonl"]);
    score(&folder, &["model.toml", "records.csv", "--top", "few"]).refuses(2, &["expected a whole number or `all`"]);
}

#[test]
fn an_instant_may_be_written_with_any_offset() {
    let folder = with_files("offset");
    let score = |as_of: &str| {
        let args = ["model.toml", "records.csv", "--events", "events.csv", "--as-of", as_of];
        Outcome::of(warmth("score").current_dir(&folder.0).args(args).output().expect("the program starts"))
    };
    assert_eq!(score("2026-11-22T12:00:00Z").out, score("2026-11-22T17:30:00+05:30").out);
    assert_ne!(score("2026-11-22T12:00:00Z").out, score("2026-11-22T12:00:00+05:30").out);
}

#[test]
fn the_shipped_portfolio_has_no_bad_row_and_fills_every_grade() {
    let output = warmth("score")
        .arg(shipped("cross_sell.toml"))
        .arg(shipped("accounts.csv"))
        .arg("--events")
        .arg(shipped("events.csv"))
        .args(["--as-of", "2026-11-22T18:00:00Z", "--format", "jsonl"])
        .output();
    let outcome = Outcome::of(output.expect("the program starts"));
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    assert_eq!(outcome.out.lines().count(), 300);
    for fit in ["A", "B", "C", "D"] {
        for activity in ["1", "2", "3", "4"] {
            assert!(outcome.out.contains(&format!("\"grade\":\"{fit}{activity}\"")), "no account is {fit}{activity}");
        }
    }
}
