//! `warmth case`.

use std::collections::BTreeSet;
use std::fs;

use warmth::templates;

use crate::{Folder, contains, shipped};

const AS_OF: [&str; 2] = ["--as-of", "2026-11-22T18:00:00Z"];

/// Appends the cases of some records to the model, checks the model, and returns the verdicts of the cases.
fn append(folder: &Folder, ids: &[&str], files: &[&str]) -> BTreeSet<String> {
    let document = folder.read("model.toml");
    let own = document.matches("[[case]]").count();
    let mut cases = String::new();
    for id in ids {
        let outcome = folder.run(&[&["case", "model.toml", files[0], id], &files[1..], &AS_OF].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        cases += &outcome.out;
    }
    // Also after a last line without a line break.
    folder.write("model.toml", document.trim_end().to_owned() + &cases);
    let passed = format!("; {} cases passed\n", own + ids.len());
    let outcome = folder.run(&["check", "model.toml"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    contains(&outcome.out, &[&passed]);
    cases.lines().filter_map(|line| line.strip_prefix("expect.verdict = ")).map(str::to_owned).collect()
}

#[test]
fn cases_of_the_portfolio_pass_the_check() {
    let (accounts, events) = (shipped("accounts.csv"), shipped("events.csv"));
    let files = [accounts.to_str().unwrap(), "--events", events.to_str().unwrap()];
    let text = fs::read_to_string(&accounts).unwrap();
    let ids: Vec<&str> = text.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    let shipped = ["cross_sell", "readiness", "upsell"]
        .map(|name| (name, fs::read_to_string(shipped(&format!("{name}.toml"))).unwrap()));
    let templates = templates::all().iter().map(|own| (own.name(), own.document().to_owned()));
    let mut verdicts = BTreeSet::new();
    for (number, (name, document)) in shipped.into_iter().chain(templates).enumerate() {
        let folder = Folder::new(&format!("case/{number}-{name}")).with("model.toml", document);
        let some: Vec<&str> = ids.iter().copied().skip(number).step_by(if number < 3 { 20 } else { 90 }).collect();
        verdicts.extend(append(&folder, &some, &files));
    }
    let all = ["disqualified", "eligible", "ineligible", "undetermined"].map(|verdict| format!("\"{verdict}\""));
    assert_eq!(verdicts, BTreeSet::from(all));
}

const MODEL: &str = r#"
format = 1
name = "x"
[[required]]
id = "open"
when."is open" = true
[[axis]]
name = "fit & more"
available = 100
missing = "skip"
min_coverage = 50
[[axis.rule]]
id = "nps"
when.nps.at_least = 9
points = 60
[[axis.rule]]
id = "notes"
when.notes.contains = "new\nline"
points = 10
[[axis]]
name = "activity"
available = 60
missing = "skip"
min_coverage = 100
[[axis.rule]]
id = "pages"
signal = { event = "page \"view\"", where.path.starts_with = "/pricing", points_per_unit = 0.1, max = 30 }
[[axis.rule]]
id = "logins"
when.logins.at_least = 1
points = 30
"#;

const RECORDS: &str = "id,name,is open,nps,notes,logins,phone
a,\"Ann \"\"A\"\"\",true,9,\"a new
line\",2,0031201
b,,true,,,,
c,Cy,false,9,,,
d,Di,true,many,,3,
";

const EVENTS: &str = "id,event,at,count,amount,path,browser
a,\"page \"\"view\"\"\",2026-11-20,2,3.5,/pricing,x
a,\"page \"\"view\"\"\",2026-12-20,1,1,/pricing,x
a,login,2026-11-20,1,,,
d,\"page \"\"view\"\"\",2026-11-20,1,12345678901.5,/pricing,x
";

const FILES: [&str; 3] = ["records.csv", "--events", "events.csv"];

fn with_files(test: &str) -> Folder {
    let folder = Folder::new(&format!("case/{test}")).with("model.toml", MODEL);
    folder.with("records.csv", RECORDS).with("events.csv", EVENTS)
}

#[test]
fn a_case_has_what_the_model_reads_and_the_whole_outcome() {
    let folder = with_files("whole");
    let expected = r#"
[[case]]
name = 'a Ann "A"'
as_of = "2026-11-22T18:00:00Z"
facts."is open" = true
facts.logins = 2
facts.notes = """
a new
line"""
facts.nps = 9
events = [
  { event = 'page "view"', at = "2026-11-20T00:00:00Z", count = 2, amount = 3.5, attributes.path = "/pricing" },
]
expect.verdict = "eligible"
expect.score = 60.583333
expect.coverage = 100
expect.axes."fit & more" = 70
expect.axes.activity = 51.166667
"#;
    let outcome = folder.run(&[&["case", "model.toml", "records.csv", "a"], &FILES[1..], &AS_OF].concat());
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), expected), "{}", outcome.err);
    let named = ["case", "model.toml", "records.csv", "b", "--name", "too little known"];
    let named = folder.run(&[&named, &FILES[1..], &AS_OF].concat());
    let uncovered = "facts.\"is open\" = true\nexpect.verdict = \"uncovered\"\nexpect.coverage = 25\n";
    contains(&named.out, &["name = \"too little known\"\n", uncovered]);

    let verdicts = append(&folder, &["a", "b", "c"], &FILES);
    assert_eq!(verdicts, BTreeSet::from(["eligible", "ineligible", "uncovered"].map(|own| format!("\"{own}\""))));
    // A later change of the model fails.
    folder.write("model.toml", folder.read("model.toml").replace("points = 60", "points = 61"));
    folder
        .run(&["check", "model.toml"])
        .refuses(2, &["error[case-failed]", "the case `a Ann \"A\"` expects `70`, found `71`"]);
}

#[test]
fn a_model_in_json_gets_an_object() {
    let folder = with_files("json");
    let model: serde_json::Value = serde_json::to_value(toml::from_str::<warmth::Model>(MODEL).unwrap()).unwrap();
    folder.write("model.json", model.to_string());
    let outcome = folder.run(&[&["case", "model.json", "records.csv", "a"], &FILES[1..], &AS_OF].concat());
    let case: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    let mut model = model;
    model["case"] = serde_json::json!([case]);
    folder.write("model.json", model.to_string());
    contains(&folder.run(&["check", "model.json"]).out, &["; 1 case passed\n"]);
}

#[test]
fn records_that_give_no_case_are_refused() {
    let folder = with_files("refused");
    let without = |args: &[&str]| folder.run(&[&["case", "model.toml"], args, &AS_OF].concat());
    without(&["records.csv", "a"]).refuses(2, &["the model reads events", "pass their file with --events"]);
    let case = |args: &[&str]| without(&[args, &["--events", "events.csv"]].concat());
    case(&["records.csv", "A"])
        .refuses(2, &["case: records.csv: no record that can be read has the id `A`; did you mean `a`?"]);
    case(&["records.csv"]).refuses(2, &["<ID>"]);
    case(&["nowhere.csv", "a"]).refuses(2, &["nowhere.csv: "]);
    without(&["events.csv", "a", "--events", "records.csv"])
        .refuses(2, &["next: `warmth map events.csv --events records.csv"]);
    // The cell of `nps` is left out with a warning, and the amount has too many digits for a document.
    folder.write("few.csv", EVENTS.split_inclusive('\n').take(2).collect::<String>());
    without(&["records.csv", "d", "--events", "few.csv"])
        .says(0, &["`nps`: 1 cell is not read as a number and counts as missing, first `many`"]);
    let too_precise = ["error[too-precise]", "--> model.toml:", "write a whole number"];
    case(&["records.csv", "d"]).refuses(2, &too_precise);
}
