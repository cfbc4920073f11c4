//! `warmth lint`.

use serde_json::{Value, json};

use crate::{Folder, Outcome, contains, page, shipped, warmth};

const DOCUMENT: &str = "\
format = 1
name = \"x\"

[[axis]]
name = \"fit\"
available = 50

[[axis.rule]]
id = \"nps\"
bands.nps = [[7, 10], [9, 40]]
";

#[test]
fn lint_shows_warnings_at_their_place_and_the_reach_of_each_axis() {
    let folder = Folder::new("lint").with("model.toml", DOCUMENT);
    let run = |args: &[&str]| folder.run(&[&["lint", "model.toml"], args].concat());
    let expected = "\
warning[top-not-reached]: the score of this axis is at most 80: subjects reach at most 40 of 50 points
 --> model.toml:6:1
  |
6 | available = 50
  | ^^^^^^^^^^^^^^ axis[0].available
  |
  = help: lower `available`, or add rules

";
    let table =
        "model.toml: `x` has 1 warning\n       least  greatest\nfit        0        80\nscore      0        80\n";
    run(&[]).is(0, table, expected);
    contains(&page(), &[expected.trim_end()]);
    run(&["--strict"]).is(3, table, expected);

    let lines = run(&["--format", "jsonl", "--strict"]);
    assert_eq!((lines.code, lines.err.as_str()), (Some(3), ""));
    let lines: Vec<Value> = lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [warning, possible] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&warning["code"], &warning["path"]), (&json!("top-not-reached"), &json!("axis[0].available")));
    assert_eq!(possible["possible"]["axes"]["fit"]["score"], json!([0, 80]));

    folder.write("model.json", r#"{ "format": 1, "name": "x", "axis": [{ "name": "a", "available": 9 }] }"#);
    contains(&folder.run(&["lint", "model.json"]).err, &["warning[constant-axis]", "--> model.json:1:"]);
}

#[test]
fn shipped_models_pass_a_strict_lint() {
    for file in ["cross_sell.toml", "readiness.toml", "upsell.toml"] {
        let outcome = Outcome::of(warmth("lint").arg(shipped(file)).arg("--strict").output().unwrap());
        assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""), "{}", outcome.out);
        assert!(outcome.out.contains("has 0 warnings\n"), "{}", outcome.out);
    }
}

#[test]
fn a_broken_model_is_refused_as_by_check() {
    let folder = Folder::new("lint-broken").with("broken.toml", "format = 1\nname = \"x\"\ntotal = \"maen\"\n");
    folder.run(&["lint", "broken.toml"]).refuses(2, &["did you mean `mean`?", "--> broken.toml:3:"]);
}
