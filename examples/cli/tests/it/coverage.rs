//! Coverage, skipped axes and uncovered records.

use crate::{Folder, contains, page};

const MODEL: &str = r#"
format = 1
name = "x"

[[required]]
id = "open"
when.closed = false

[[axis]]
name = "fit"
missing = "skip"
min_coverage = 50

[[axis.rule]]
id = "nps"
when.nps.at_least = 9
points = 60

[[axis.rule]]
id = "plan"
when.plan = "pro"
points = 40

[[axis]]
name = "activity"
missing = "skip"
min_coverage = 100

[[axis.rule]]
id = "logins"
when.logins.at_least = 3
points = 100

[[promoter]]
id = "pro"
when.plan = "pro"
plus = 5
"#;

const RECORDS: &str =
    "id,closed,nps,plan,logins\nA1,false,9,pro,5\nA2,false,9,,\nA3,true,,,\nA4,false,,pro,\nA5,false,,,\n";

fn with_model(test: &str) -> Folder {
    Folder::new(&format!("coverage/{test}")).with("model.toml", MODEL).with("records.csv", RECORDS)
}

const SCORE: [&str; 5] = ["score", "model.toml", "records.csv", "--as-of", "2026-11-22"];

#[test]
fn uncovered_records_are_not_ranked() {
    let folder = with_model("table");
    let table = "\
id  score  coverage  grade  state  segment  play  missing
A1  100.0     100.0  -      -      -        -           0
A2   60.0      30.0  -      -      -        -           2

5 scored: 2 eligible, 2 uncovered, 1 ineligible
1 ineligible by `open`: A3
";
    let uncovered = "2 uncovered (too little known about fit, activity): A4, A5\n";
    let outcome = folder.run(&[&SCORE[..], &["--report", "report.json"]].concat());
    assert_eq!(outcome.out, [table, uncovered].concat());
    contains(&page(), &[uncovered]);
    let report = folder.json("report.json");
    assert_eq!(report["verdicts"]["uncovered"], 2);
    assert_eq!(report["held_back"], serde_json::json!({ "open": 1 }));
}

#[test]
fn coverage_is_a_column_and_a_skipped_axis_has_no_score() {
    let folder = with_model("columns");
    let csv = "\
id,name,verdict,score,coverage,fit,activity,grade,state,segment,play,held_back_by,missing
A1,,eligible,100,100,100,100,,,,,,
A2,,eligible,60,30,60,,,,,,,plan;logins
A3,,ineligible,,,,,,,,,open,nps;plan;logins
A4,,uncovered,,20,,,,,,,,nps;logins
A5,,uncovered,,0,,,,,,,,nps;plan;logins
";
    assert_eq!(folder.score(&["records.csv"]).out, csv);
    let jsonl = folder.run(&[&SCORE[..], &["--format", "jsonl"]].concat()).out;
    let lines: Vec<&str> = jsonl.lines().collect();
    let a2 = r#""score":60,"coverage":30,"axes":{"fit":{"raw":60,"score":60},"activity":{"raw":0,"score":null,"skipped":true}}"#;
    assert!(lines[1].contains(a2), "{jsonl}");
    assert!(!lines[2].contains("coverage") && lines[3].contains("\"coverage\":20"), "{jsonl}");
}
