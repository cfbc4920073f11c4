//! Lint names every planted flaw, says nothing about the shipped models, and never claims what a search refutes.

mod attack;
mod flaws;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::json;
use warmth::{Lint, Model, Points, Record, Warning, facts, templates};

use self::flaws::{FLAWS, Flaw};
use crate::support::toml_model;

fn lint(document: &str) -> Lint {
    toml_model(document).lint::<Record>().unwrap_or_else(|error| panic!("{error}\n{document}"))
}

fn flawed((before, flaw, _): &Flaw) -> String {
    let top_level = ["state", "segment", "play", "grade", "required", "disqualifying", "total"];
    let is_top = top_level.iter().any(|key| flaw.starts_with(key));
    // Keys of the document come before its first table.
    let (first, last) = if is_top { (flaw, before) } else { (before, flaw) };
    format!("format = 1\nname = 'x'\n{first}\n{last}\n")
}

#[test]
fn every_planted_flaw_is_named_and_nothing_else() {
    let mut wrong = Vec::new();
    for flaw in FLAWS {
        let document = flawed(flaw);
        let lint = lint(&document);
        let found: Vec<_> = lint.warnings().iter().map(|warning| (warning.code(), warning.path())).collect();
        if found != flaw.2 {
            wrong.push(format!("{}\nexpected {:?}\nfound {lint}", flaw.1, flaw.2));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn shipped_models_have_no_warnings() {
    let read = |path: &str| (path.to_owned(), fs::read_to_string(path).unwrap());
    let mut documents: Vec<(String, String)> = ["cross_sell", "readiness", "upsell"]
        .map(|name| read(&format!("examples/data/{name}.toml")))
        .into_iter()
        .chain([read("examples/cli/sample/leads.toml"), read("benches/cross_sell.toml")])
        .collect();
    documents
        .extend(templates::all().iter().map(|template| (template.name().to_owned(), template.document().to_owned())));
    for (name, document) in documents {
        let model: Model = toml_model(&document);
        let lint = model.lint::<Record>().unwrap();
        assert!(lint.warnings().is_empty(), "{name}: {lint}");
    }
}

/// What authors read about every planted flaw. `UPDATE_SNAPSHOTS=1` rewrites the file.
#[test]
fn messages_are_the_expected_ones() {
    let mut text = String::new();
    for flaw in FLAWS {
        for warning in lint(&flawed(flaw)).warnings() {
            writeln!(text, "{}\n  {warning}\n", flaw.1).unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/lint/messages.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        fs::write(&path, &text).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == text, "run with UPDATE_SNAPSHOTS=1 and read the difference\n{text}");
}

/// The codes in the sources of lint.
fn codes() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ask/lint");
    let mut codes = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        let after = source.split(".warn(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
        codes.extend(after.map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    codes
}

#[test]
fn every_code_is_planted_and_has_an_example_in_the_guide() {
    let planted: BTreeSet<String> = FLAWS.iter().flat_map(|flaw| flaw.2).map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(planted, codes());
    let page = crate::guide::page("warnings.md");
    let mut listed = BTreeSet::new();
    for section in page.split("\n## `").skip(1) {
        let (code, rest) = section.split_once('`').unwrap();
        let example = rest.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let lint = lint(&format!("format = 1\nname = 'x'\n{example}"));
        let found: Vec<_> = lint.warnings().iter().map(Warning::code).collect();
        assert!(found.contains(&code), "{code}: {lint}");
        listed.insert(code.to_owned());
    }
    assert_eq!(listed, codes());
}

#[test]
fn a_warning_names_its_place_and_its_part() {
    let document = "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\navailable = 50\n[[axis.rule]]\nid = 'nps'\n\
        bands.nps = [[7, 10], [9, 40]]\n";
    let lint = lint(document);
    let [warning] = lint.warnings() else { panic!("{lint}") };
    assert_eq!((warning.code(), warning.path()), ("top-not-reached", "axis[0].available"));
    assert_eq!((warning.axis(), warning.id()), (Some("fit"), None));
    assert_eq!(warning.message(), "the score of this axis is at most 80: subjects reach at most 40 of 50 points");
    assert_eq!(warning.help(), "lower `available`, or add rules");
    assert_eq!(
        serde_json::to_value(&lint).unwrap(),
        json!({
            "warnings": [{
                "code": "top-not-reached", "path": "axis[0].available", "segments": ["axis", 0, "available"],
                "message": warning.message(), "help": warning.help(), "axis": "fit", "id": null,
            }],
            "possible": {
                "verdicts": ["eligible"], "score": [0, 80], "axes": { "fit": { "raw": [0, 40], "score": [0, 80] } },
                "grades": [], "states": [], "segments": [], "plays": [], "decided": true,
            },
        })
    );
}

#[test]
fn a_model_is_checked_against_the_fields_of_its_type() {
    struct Account {
        nps: Option<u8>,
    }
    facts!(Account { nps });
    let model = toml_model("format = 1\nname = 'x'\nrequired = [{ id = 'a', when.plan = 'pro' }]");
    assert_eq!(model.lint::<Account>().unwrap_err().problems()[0].code(), "unknown-field");
    let model = toml_model("format = 1\nname = 'x'\nrequired = [{ id = 'a', when.nps.at_least = 9 }]");
    let lint = model.lint::<Account>().unwrap();
    assert_eq!((lint.warnings().len(), lint.possible().value()), (0, Points::ZERO..=Points::ZERO));
    fn is_shared<T: Send + Sync + 'static>(_: &T) {}
    is_shared(&lint);
}
