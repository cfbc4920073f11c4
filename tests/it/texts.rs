//! Texts as people have them: titles, addresses and picklists.

use serde_json::json;
use warmth::{Record, Scorer};

use crate::support::{at, model, scorer, second, toml_model};

/// The points of a record on the axis `fit`, in a model with these rules.
#[track_caller]
fn points(rules: &str, record: &Record) -> String {
    let head = "format = 1\nname = 'texts'\n[[axis]]\nname = 'fit'\navailable = 100\n";
    let scorer = Scorer::<Record>::new(&toml_model(&format!("{head}{rules}"))).unwrap();
    scorer.score(record, at("2026-11-22")).axes().next().unwrap().raw.to_string()
}

/// A published table for titles: `cto` is in `Director`, `intern` is in `International`, `coo` is in `Coordinator`.
#[test]
fn titles_match_by_whole_words() {
    let rules = "
        [[axis.rule]]
        id = 'c-suite'
        when.title = { has_word = ['ceo', 'coo', 'cto', 'cfo', 'c-level'], ignore_case = true }
        points = 25
        [[axis.rule]]
        id = 'director'
        when.title = { has_word = ['director', 'head of'], ignore_case = true }
        points = 20
        [[axis.rule]]
        id = 'intern'
        when.title = { has_word = 'intern', ignore_case = true }
        points = -30";
    for (title, expected) in [
        ("Director of Sales", "20"),
        ("Office Coordinator", "0"),
        ("VP International Sales", "0"),
        ("VP, C-Level", "25"),
        ("CTO/Co-founder", "25"),
        ("acting cto", "25"),
        ("Head  of Sales", "0"),
        ("head of IT (Intern)", "-10"),
        ("Intern2", "0"),
        ("", "0"),
    ] {
        assert_eq!(points(rules, &Record::new().with("title", title)), expected, "{title}");
    }
}

#[test]
fn a_word_may_begin_and_end_with_punctuation() {
    let verdict = |word: &str, text: &str| {
        let required = json!([{ "id": "r", "when": { "skills": { "has_word": word } } }]);
        let scorer = scorer(&model(&json!({ "format": 1, "name": "x", "required": required })));
        scorer.score(&Record::new().with("skills", text), second(0)).verdict() == warmth::Verdict::Eligible
    };
    for (word, text, expected) in [
        ("C++", "C++", true),
        ("C++", "knows C++ well", true),
        ("C++", "ObjC++", false),
        (".NET", "ASP.NET", true),
        (".NET", "a .NETwork", false),
        ("R&D", "R&D lead", true),
        ("R&D", "HR&D lead", false),
        // A later place counts if the first one is part of a longer word, also where the two overlap.
        ("a a", "xa a a", true),
        ("ne", "née ne", true),
        ("ne", "nés née", false),
        ("é", "née", false),
        ("é", "n é e", true),
    ] {
        assert_eq!(verdict(word, text), expected, "{word} in {text}");
    }
}

/// A list is one test, so that a condition can name thousands of texts.
#[test]
fn an_address_ends_with_one_of_three_thousand_domains() {
    let domains: Vec<String> = (0..3_000).map(|domain| format!("@free-{domain}.example")).collect();
    let document = json!({
        "format": 1, "name": "x",
        "axis": [{ "name": "fit", "base": 10, "available": 10, "rule": [
            { "id": "free", "when": { "email": { "ends_with": domains, "ignore_case": true } }, "points": -10 },
        ] }],
    });
    let scorer = scorer(&model(&document));
    for (email, expected) in [
        ("ada@free-0.example", "0"),
        ("ada@FREE-2999.example", "0"),
        ("ada@free-3000.example", "10"),
        ("@free-7.example.org", "10"),
    ] {
        let score = scorer.score(&Record::new().with("email", email), second(0));
        assert_eq!(score.axes().next().unwrap().raw.to_string(), expected, "{email}");
    }
}

#[test]
fn a_list_of_one_text_is_that_text() {
    let fingerprint = |operand: serde_json::Value| {
        let when = json!({ "f": { "contains": operand.clone(), "has_word": operand } });
        model(&json!({ "format": 1, "name": "x", "required": [{ "id": "r", "when": when }] })).fingerprint()
    };
    assert_eq!(fingerprint(json!(["a"])), fingerprint(json!("a")));
    assert_ne!(fingerprint(json!(["a", "b"])), fingerprint(json!("a")));
}
