//! Texts as people have them: titles, addresses and picklists.

use serde_json::json;
use warmth::{Explanation, Record, Scorer};

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

/// A picklist as a CRM exports it.
#[test]
fn values_ignore_the_case_of_texts_and_tags() {
    let rules = "
        [[axis.rule]]
        id = 'industry'
        values.industry = { software = 20, 'financial services' = 10 }
        otherwise = 1
        ignore_case = true
        [[axis.rule]]
        id = 'partners'
        values.partners = { salesforce = 15, hubspot = 15, 'Größe' = 1 }
        combine = 'sum'
        ignore_case = true";
    for (industry, partners, expected) in [
        ("Software", ["Salesforce", "HubSpot"], "50"),
        ("SOFTWARE", ["salesforce", "Salesforce"], "35"),
        ("Financial Services", ["GRÖSSE", "gro\u{308}ße"], "11"),
        ("software services", ["sales force", ""], "1"),
    ] {
        assert_eq!(
            points(rules, &Record::new().with("industry", industry).with("partners", partners)),
            expected,
            "{industry}"
        );
    }
}

#[test]
fn case_is_ignored_for_every_letter_and_every_way_to_compose_it() {
    let document = json!({
        "format": 1, "name": "x",
        "required": [{ "id": "r", "when": { "f": { "contains": "geschäftsführer", "ignore_case": true } } }],
    });
    let scorer = scorer(&model(&document));
    for (text, expected) in [
        ("GESCHÄFTSFÜHRER", true),
        ("Gescha\u{308}ftsfu\u{308}hrer der X GmbH", true),
        ("GESCHAFTSFUHRER", false),
        ("Geschäftsfuhrer", false),
    ] {
        let verdict = scorer.score(&Record::new().with("f", text), second(0)).verdict();
        assert_eq!(verdict == warmth::Verdict::Eligible, expected, "{text}");
    }
}

/// What the gates expect, in words.
fn expectations(explanation: &Explanation<'_>) -> Vec<String> {
    explanation.checks().flat_map(|check| check.findings()).filter_map(|finding| finding.expected()).collect()
}

#[test]
fn an_explanation_shows_texts_as_the_document_has_them() {
    let document = json!({
        "format": 1, "name": "x",
        "required": [
            { "id": "a", "when": { "f": { "one_of": ["Straße", "Allee"], "ignore_case": true } } },
            { "id": "b", "when": { "g": { "has_all": ["CRM", "ERP"], "ignore_case": true } } },
            { "id": "c", "when": { "f": { "has_word": ["Weg", "Platz"] } } },
            { "id": "d", "when": { "not": { "f": { "ends_with": ["weg", "platz"] } } } },
        ],
    });
    let scorer = scorer(&model(&document));
    let explanation = scorer.explain(&Record::new().with("f", "ALLEE").with("g", ["crm"]), second(0));
    assert_eq!(
        expectations(&explanation),
        [
            "one of Straße, Allee",
            "with all of CRM, ERP",
            "with one of the words Weg, Platz",
            "not ending with one of weg, platz",
        ]
    );
}

/// A text of 2,000 bytes is folded on the heap.
#[test]
fn a_long_text_is_folded_as_a_short_one() {
    let document = json!({
        "format": 1, "name": "x",
        "required": [{ "id": "r", "when": { "f": { "has_word": "ÉLAN", "ignore_case": true } } }],
    });
    let scorer = scorer(&model(&document));
    for (text, expected) in [("É ".repeat(500) + "élan", "eligible"), ("É ".repeat(500) + "élans", "ineligible")] {
        assert_eq!(scorer.score(&Record::new().with("f", text), second(0)).verdict().as_str(), expected);
    }
}

#[test]
fn a_long_list_is_shortened_in_an_explanation() {
    let explained = |count: usize| {
        let domains: Vec<String> = (0..count).map(|domain| format!("d{domain}")).collect();
        let document = json!({
            "format": 1, "name": "x",
            "required": [{ "id": "r", "when": { "f": { "one_of": domains } } }],
        });
        expectations(&scorer(&model(&document)).explain(&Record::new().with("f", "d1"), second(0)))
    };
    for (count, expected) in [
        (8, "one of d0, d1, d2, d3, d4, d5, d6, d7"),
        (9, "one of d0, d1, d2 and 6 more"),
        (3_000, "one of d0, d1, d2 and 2,997 more"),
    ] {
        assert_eq!(explained(count), [expected]);
    }
}
