//! The schema and the reader agree: what one refuses, the other refuses, apart from what the lists here state.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrand::Rng;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use warmth::model::Schema;
use warmth::{Kind, Model, ModelError, Record, Scorer, facts};

use crate::broken::{Account, BROKEN, MISFITS};
use crate::support::{instance, on_all_processors, scaled};

fn validator(schema: &Schema) -> Validator {
    jsonschema::draft202012::new(&serde_json::to_value(schema).unwrap()).unwrap()
}

fn general() -> Validator {
    validator(&Model::schema())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(document: &Value) -> Result<Model, ModelError> {
    Model::read(document)
}

#[track_caller]
fn assert_valid(validator: &Validator, document: &Value, name: &str) {
    let errors: Vec<_> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {}\n{document:#}", errors.join("\n"));
}

#[test]
fn the_schema_in_the_repository_is_current() {
    let path = root().join("examples/data/model.schema.json");
    let text = format!("{}\n", Model::schema());
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        fs::write(path, text).unwrap();
        return;
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(kept == text, "the schema has changed; run with UPDATE_SNAPSHOTS=1 and read the difference");
}

#[test]
fn the_schema_is_a_schema_and_its_text_is_its_serialization() {
    for schema in [Model::schema(), Schema::of::<Account>(), Schema::of::<Record>()] {
        let tree = serde_json::to_value(&schema).unwrap();
        jsonschema::meta::validate(&tree).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(serde_json::from_str::<Value>(&schema.to_string()).unwrap(), tree);
    }
}

/// Everything that an editor shows has a description: keys, operators and options.
#[test]
fn every_property_has_a_description() {
    fn missing(schema: &Value, path: &str, found: &mut Vec<String>) {
        match schema {
            Value::Object(keys) => {
                // These repeat keys that are described elsewhere.
                let repeats = |key: &str| ["if", "then", "else", "dependentSchemas"].contains(&key);
                for (key, inner) in keys.iter().filter(|(key, _)| !repeats(key)) {
                    if let (true, Value::Object(properties)) = (key == "properties", inner) {
                        let bare = |schema: &Value| schema["description"].is_null() && schema["anyOf"].is_null();
                        found.extend(
                            properties.iter().filter(|(_, of)| bare(of)).map(|(key, _)| format!("{path}.{key}")),
                        );
                    }
                    missing(inner, &format!("{path}.{key}"), found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| missing(item, path, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    missing(&serde_json::to_value(Model::schema()).unwrap(), "", &mut found);
    assert_eq!(found, Vec::<String>::new());
}

fn toml_files(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect()
}

#[test]
fn shipped_documents_are_valid() {
    let validator = general();
    let files = ["examples/data", "examples/cli/sample", "src/kit/templates"].map(toml_files).concat();
    assert!(files.len() >= 10, "{files:?}");
    for path in files {
        let document = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_valid(&validator, &document, &path.display().to_string());
    }
}

#[test]
fn the_documents_of_the_guide_are_valid() {
    let validator = general();
    let mut count = 0;
    for (at, text) in crate::guide::documents() {
        assert_valid(&validator, &toml::from_str(&text).unwrap(), &at);
        count += 1;
    }
    assert!(count > 50, "{count} documents");
}

/// Nobody can write a key that the guide does not describe.
#[test]
fn the_guide_describes_every_key_of_the_schema() {
    fn keys(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(entries) => {
                for (key, inner) in entries {
                    if let (true, Value::Object(properties)) = (key == "properties", inner) {
                        found.extend(properties.keys().cloned());
                    }
                    keys(inner, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    keys(&serde_json::to_value(Model::schema()).unwrap(), &mut found);
    assert!(found.len() > 100, "{found:?}");
    let page = crate::guide::page("document.md");
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "_$".contains(c);
    let words: BTreeSet<&str> =
        crate::guide::code_spans(&page).flat_map(|code| code.split(|c| !is_letter(c))).collect();
    found.retain(|key| !words.contains(key.as_str()));
    assert_eq!(found, BTreeSet::new());
}

/// As written by hand, and as written by the model, in both formats.
#[test]
fn random_documents_are_valid() {
    let validator = general();
    on_all_processors(0..scaled(1_000), |seed| {
        let document = instance(&mut Rng::with_seed(seed)).model;
        assert_valid(&validator, &document, "generated");
        let model = read(&document).unwrap();
        assert_valid(&validator, &serde_json::to_value(&model).unwrap(), "written as JSON");
        let toml = toml::to_string(&model).unwrap();
        assert_valid(&validator, &toml::from_str(&toml).unwrap(), "written as TOML");
    });
}

/// Problems of reading that the schema may miss: the code, how the message begins, and the broken documents that have it.
///
/// | code | why |
/// | --- | --- |
/// | `duplicate-key`, `limit` | the validator gets a tree, in which keys occur once, and any size is valid |
/// | `too-precise`, `out-of-range`, `bad-date`, `bad-span` | the type is right, and the value is not |
/// | `forms`, `unknown-key` | two keys that exclude each other because of a value |
/// | `empty` | options without a test, and a case without an expectation |
const UNSEEN: &[(&str, &str, &[&str])] = &[
    ("duplicate-key", "the key `", &["key-twice", "key-twice-within"]),
    ("limit", "", &["limit-of-levels-in-the-document", "limit-of-entries", "limit-of-key", "limit-of-document"]),
    ("too-precise", "", &["points-too-precise"]),
    ("out-of-range", "", &["points-astronomic"]),
    ("bad-date", "", &["date-of-no-calendar", "instant-of-a-day-that-does-not-exist"]),
    ("bad-span", "", &["span-beyond-all"]),
    ("forms", "give ages with `within` or with `between`", &["events-two-windows"]),
    (
        "unknown-key",
        "unknown key `",
        &["bands-of-events-in-a-window", "per-unit-of-a-date-to-a-ratio", "events-ratio-of-days-since"],
    ),
    ("empty", "a case needs at least one expectation", &["case-expect-nothing"]),
    ("empty", "a test on a number needs an operator", &[]),
];

/// Panics unless the schema may miss all problems.
#[track_caller]
fn assert_unseen(error: &ModelError, said: &str) {
    for problem in error.problems() {
        let is_stated =
            |(code, start, _): &&(&str, &str, &[&str])| problem.code() == *code && problem.message().starts_with(start);
        assert!(UNSEEN.iter().any(|unseen| is_stated(&unseen)), "{said}: the schema does not see: {error}");
    }
}

#[test]
fn the_schema_refuses_what_reading_refuses() {
    let validator = general();
    let mut unseen = BTreeSet::new();
    for (name, document) in BROKEN.iter().chain(MISFITS) {
        let Some(tree) = document.tree() else { continue };
        match (document.read(), validator.is_valid(&tree)) {
            (Ok(_), valid) => assert!(valid, "{name} can be read, and the schema refuses it"),
            (Err(_), false) => {}
            (Err(error), true) => {
                assert_unseen(&error, name);
                unseen.insert(*name);
            }
        }
    }
    assert_eq!(unseen, UNSEEN.iter().flat_map(|(.., names)| *names).copied().collect());
}

/// The paths of all values below the root.
fn paths(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(keys) => keys.iter().map(|(key, inner)| (key.clone(), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, inner)| (index.to_string(), inner)).collect(),
        _ => Vec::new(),
    };
    for (step, inner) in children {
        path.push(step);
        found.push(path.clone());
        paths(inner, path, found);
        path.pop();
    }
}

fn inside<'v>(value: &'v mut Value, path: &[String]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match value {
        Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
        table => &mut table[step.as_str()],
    })
}

/// Renames a key, removes one, adds one, or replaces a value. Returns what it did.
fn mutate(document: &mut Value, rng: &mut Rng) -> String {
    let mut found = Vec::new();
    paths(document, &mut Vec::new(), &mut found);
    let path = found.swap_remove(rng.usize(..found.len()));
    let (last, parent) = path.split_last().unwrap();
    let table = inside(document, parent);
    if let (Value::Object(keys), true) = (&mut *table, rng.bool()) {
        return match rng.u8(..3) {
            0 => {
                let renamed = |(key, value)| (if key == *last { format!("{last}x") } else { key }, value);
                *keys = std::mem::take(keys).into_iter().map(renamed).collect::<Map<_, _>>();
                format!("renamed {path:?}")
            }
            1 => {
                keys.remove(last);
                format!("removed {path:?}")
            }
            _ => {
                let (key, value) = (*rng.choice(KEYS).unwrap(), values()[rng.usize(..values().len())].clone());
                keys.insert(key.to_owned(), value);
                format!("added `{key}` next to {path:?}")
            }
        };
    }
    let value = values()[rng.usize(..values().len())].clone();
    let said = format!("{value} for {path:?}");
    *inside(document, &path) = value;
    said
}

/// Keys from all over a document, and two from nowhere.
const KEYS: &[&str] = &[
    "id",
    "label",
    "missing",
    "points",
    "at_least",
    "at_most",
    "otherwise",
    "below",
    "bounds",
    "by",
    "within",
    "where",
    "distinct",
    "combine",
    "first",
    "signal",
    "window",
    "decay",
    "known",
    "ignore_case",
    "ratio_to",
    "one_of",
    "events",
    "field",
    "all",
    "score",
    "at_leats",
    "nonsense",
];

fn values() -> [Value; 12] {
    [
        json!(true),
        json!(3),
        json!(3.5),
        json!("x"),
        json!("14d"),
        json!("2026-11-22"),
        json!([]),
        json!([3, 5]),
        json!(["x"]),
        json!({}),
        json!({ "at_least": 3 }),
        json!(null),
    ]
}

/// A document that is one change away from a valid one is refused by both or by neither.
#[test]
fn the_schema_and_reading_agree_on_changed_documents() {
    let validator = general();
    let (valid, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    on_all_processors(0..scaled(10_000), |seed| {
        let rng = &mut Rng::with_seed(seed);
        let mut document = instance(rng).model;
        let said = mutate(&mut document, rng);
        match (read(&document), validator.validate(&document)) {
            (Ok(_), Ok(())) => _ = valid.fetch_add(1, Ordering::Relaxed),
            (Err(_), Err(_)) => _ = refused.fetch_add(1, Ordering::Relaxed),
            (Ok(_), Err(error)) => {
                panic!("seed {seed}: {said}: can be read, but {}: {error}\n{document:#}", error.instance_path())
            }
            (Err(error), Ok(())) => assert_unseen(&error, &format!("seed {seed}: {said}")),
        }
    });
    let (valid, refused) = (valid.into_inner(), refused.into_inner());
    assert!(valid > 100 && refused > 500, "{valid} are valid, {refused} are refused");
}

/// A schema of the fields, events and attributes that a model reads accepts the model.
#[test]
fn a_schema_of_what_a_model_reads_accepts_the_model() {
    on_all_processors(0..scaled(1_000), |seed| {
        let document = instance(&mut Rng::with_seed(seed)).model;
        let model = read(&document).unwrap();
        let field = |(name, kind)| warmth::Field::named(name, kind);
        let attributes = model.attributes().map(|(_, attribute)| (attribute, Kind::Any)).map(field);
        let schema = Model::schema()
            .fields(model.fields().map(field))
            .events(model.events().filter(|event| *event != "*"))
            .attributes(attributes);
        assert_valid(&validator(&schema), &document, &format!("seed {seed}"));
    });
}

/// Every operator with an operand.
fn operators() -> Vec<(&'static str, Value)> {
    let within_a_year = json!({ "at_most": 365 });
    vec![
        ("is", json!(3)),
        ("is", json!(true)),
        ("is", json!("green")),
        ("is_not", json!(3)),
        ("is_not", json!("green")),
        ("at_least", json!(3)),
        ("more_than", json!(3)),
        ("at_most", json!(3)),
        ("less_than", json!(3)),
        ("between", json!([3, 5])),
        ("one_of", json!(["green"])),
        ("none_of", json!(["green"])),
        ("starts_with", json!("green")),
        ("ends_with", json!(["green"])),
        ("contains", json!("green")),
        ("has_word", json!("green")),
        ("has", json!("green")),
        ("has_any", json!(["green"])),
        ("has_all", json!(["green"])),
        ("has_none", json!(["green"])),
        ("count", json!({ "at_least": 1 })),
        ("any_not_in", json!("plans")),
        ("before", json!("2026-11-22")),
        ("on_or_after", json!("2026-11-22")),
        ("days_since", within_a_year.clone()),
        ("days_until", within_a_year.clone()),
        ("months_since", within_a_year.clone()),
        ("months_until", within_a_year),
        ("ratio_to", json!({ "field": "nps", "at_least": 1 })),
        ("known", json!(true)),
    ]
}

fn gate(condition: &Value) -> Value {
    json!({ "format": 1, "name": "x", "required": [{ "id": "g", "when": condition }] })
}

#[test]
fn each_field_has_the_operators_of_its_kind() {
    let schema = serde_json::to_value(Model::schema()).unwrap();
    let all: BTreeSet<_> = schema["$defs"]["field_tests"]["properties"].as_object().unwrap().keys().collect();
    let tried: BTreeSet<String> =
        operators().iter().map(|(op, _)| (*op).to_owned()).chain(["ignore_case".into()]).collect();
    assert_eq!(all, tried.iter().collect::<BTreeSet<_>>());

    let validator = validator(&Schema::of::<Account>());
    let fields = ["nps", "health", "plan", "has_flagship", "renewal_date", "tech_stack", "plans", "npss"];
    for field in fields {
        for (op, operand) in operators() {
            let document = gate(&json!({ field: { op: operand } }));
            let compiled = Scorer::<Account>::new(&read(&document).unwrap());
            assert_eq!(compiled.is_ok(), validator.is_valid(&document), "{field}: {op}: {operand}: {compiled:?}");
        }
        for bare in [json!(3), json!(true), json!("green"), json!("grene")] {
            let document = gate(&json!({ field: bare }));
            let compiled = Scorer::<Account>::new(&read(&document).unwrap());
            assert_eq!(compiled.is_ok(), validator.is_valid(&document), "{field}: {bare}: {compiled:?}");
        }
    }
    for (tests, valid) in [
        (json!({ "nps": { "ratio_to": { "field": "plan", "at_least": 1 } } }), false),
        (json!({ "plans": { "any_not_in": "tech_stack" } }), true),
        (json!({ "plans": { "any_not_in": "nps" } }), false),
        (json!({ "health": { "starts_with": "gr", "contains": ["e"], "has_word": "red" } }), true),
        (json!({ "health": { "one_of": ["green", "gr"] } }), false),
        (json!({ "plans": { "has_any": ["green", "gr"] } }), false),
    ] {
        assert_eq!(Scorer::<Account>::new(&read(&gate(&tests)).unwrap()).is_ok(), valid, "{tests}");
        assert_eq!(validator.is_valid(&gate(&tests)), valid, "{tests}");
    }
    // With `ignore_case`, the texts of an enum have any case.
    for (ignore_case, valid) in [(true, true), (false, false)] {
        let mut tests = json!({ "is": "GREEN" });
        if ignore_case {
            tests["ignore_case"] = json!(true);
        }
        let document = gate(&json!({ "health": tests }));
        assert_eq!(Scorer::<Account>::new(&read(&document).unwrap()).is_ok(), valid);
        assert_eq!(validator.is_valid(&document), valid);
    }
}

/// Documents that do not compile for a type although its schema accepts them.
const UNSEEN_MISFITS: [&str; 6] = [
    // Next to `ignore_case`, and as a key of `values`, a text of an enum can have any case.
    "typed-texts-without-case",
    "typed-text-never-held-by-values",
    // Which options go with which kinds of fields: `combine` with tags, `by` with dates.
    "typed-values-of-tags",
    "typed-combine-of-text",
    "typed-bands-of-date",
    "typed-bands-by-days-of-number",
];

#[test]
fn the_schema_of_a_type_refuses_what_does_not_compile_for_it() {
    let validator = validator(&Schema::of::<Account>());
    let accepted = MISFITS.iter().filter(|(_, document)| validator.is_valid(&document.tree().unwrap()));
    assert_eq!(accepted.map(|(name, _)| *name).collect::<Vec<_>>(), UNSEEN_MISFITS);
}

/// A field with the name of a key of a condition is below `field` in the schema too.
#[test]
fn reserved_names_are_below_field() {
    struct Odd {
        all: u32,
        score: u32,
    }
    facts!(Odd { all, score });
    let odd = Odd { all: 1, score: 2 };
    assert_eq!(odd.all + odd.score, 3);
    let validator = validator(&Schema::of::<Odd>());
    let promoter = |condition: Value| json!({ "format": 1, "name": "x", "promoter": [{ "id": "p", "plus": 1, "when": condition }] });
    let rule = |bands: Value| json!({ "format": 1, "name": "x", "axis": [{ "name": "a", "rule": [{ "id": "r", "bands": bands }] }] });
    for (document, valid) in [
        (gate(&json!({ "field": { "all": 3, "score": 4 } })), true),
        (gate(&json!({ "score": 4 })), true),
        (gate(&json!({ "all": 3 })), false),
        (promoter(json!({ "field": { "score": 4 }, "score": { "at_least": 50 } })), true),
        (rule(json!({ "field": { "all": [[0, 1]] } })), true),
        (rule(json!({ "score": [[0, 1]] })), true),
        (rule(json!({ "all": [[0, 1]] })), false),
    ] {
        assert_eq!(read(&document).is_ok(), valid, "{document}");
        assert_eq!(validator.is_valid(&document), valid, "{document}");
    }
}

/// A JSON document can name its schema. It scores as without.
#[test]
fn documents_can_name_their_schema() {
    let mut document = gate(&json!({ "nps": 9 }));
    let plain = read(&document).unwrap();
    document["$schema"] = json!("model.schema.json");
    assert_valid(&general(), &document, "with `$schema`");
    let named = read(&document).unwrap();
    assert_eq!((named.fingerprint(), &named), (plain.fingerprint(), &plain));
    document["$schema"] = json!(3);
    assert!(read(&document).is_err() && !general().is_valid(&document));
}
