//! Differences of models in words: one line per change, and nothing for equal documents.

use serde_json::Value;
use warmth::model::diff::{Part, PartChangeKind};
use warmth::{Model, templates};

use crate::support::{scaled, subject, toml_model};

const OLD: &str = r#"
format = 1
name = "leads"
[[required]]
id = "customer"
label = "Is a customer"
when.all = [{ plan.one_of = ["team", "pro"] }, { country = "NL" }]
[[axis]]
name = "fit"
available = 100
[[axis.group]]
name = "size"
max = 40
[[axis.rule]]
id = "nps"
label = "Would recommend us"
bands.nps = [[7, 10], [9, 40]]
[[axis.rule]]
id = "plan"
group = "size"
values.plan = { team = 20, pro = 40 }
[[axis.rule]]
id = "seats"
group = "size"
per_unit.seats = { points = 0.5, max = 10 }
[[axis.rule]]
id = "title"
when.title = { contains = ["ceo", "cfo"], ignore_case = true }
points = 10
[[axis]]
name = "activity"
available = 100
[[axis.rule]]
id = "pricing"
label = "Pricing visits"
signal = { event = "pricing_view", points = 8, most_recent = 5, decay.half_life = "14d" }
[[axis.rule]]
id = "logins"
first = [{ when.events.login.count = { at_least = 9, within = "30d" }, points = 20 }, { when.events.login.never = false, points = 5 }]
[[limit]]
when.axis.fit.less_than = 20
at_most = 40
[[state]]
name = "hot"
at_least = 60
[[state]]
name = "cold"
at_least = 0
[[play]]
name = "call"
states = ["hot"]
owner = "sales"
respond_within = "1d"
[[play]]
name = "wait"
otherwise = true
[[case]]
name = "a promoter"
as_of = "2026-11-22T09:00:00Z"
facts = { nps = 9, plan = "pro", country = "NL" }
expect.axes.fit = 80
"#;

#[track_caller]
fn lines(edits: &[(&str, &str)], expected: &[&str]) {
    let mut new = OLD.to_owned();
    for (from, to) in edits {
        assert!(new.contains(from), "{from}");
        new = new.replacen(from, to, 1);
    }
    let diff = toml_model(OLD).diff(&toml_model(&new));
    let text = diff.to_string();
    assert_eq!(text.lines().collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn another_decay_reads_as_people_say_it() {
    lines(
        &[("decay.half_life = \"14d\"", "decay.polynomial = { lifetime = \"3d\", speed = 2.3 }")],
        &["Pricing visits: half-life 14 d -> polynomial lifetime 3 d, speed 2.3"],
    );
}

#[test]
fn a_change_reads_as_people_say_it() {
    lines(
        &[("points = 8", "points = 10"), ("\"14d\"", "\"21d\"")],
        &["Pricing visits: 8 -> 10 points, half-life 14 d -> 21 d"],
    );
    lines(&[("[9, 40]", "[9, 50]")], &["Would recommend us: nps from 9: 40 -> 50 points"]);
    lines(&[("[7, 10]", "[6, 10]")], &["Would recommend us: nps: 10 points from 7 -> 6"]);
    lines(&[("[[7, 10], ", "[")], &["Would recommend us: nps from 7: 10 points -> none"]);
    lines(
        &[("[[7, 10], ", "[[7, 10], { above = 8, points = 20 }, ")],
        &["Would recommend us: nps above 8: none -> 20 points"],
    );
    lines(
        &[("[[7, 10], ", "[{ above = 7, points = 10 }, ")],
        &["Would recommend us: nps: 10 points from 7 -> above 7"],
    );
    lines(&[("pro = 40", "pro = 50, free = 1")], &["plan: plan pro: 40 -> 50 points, plan free: none -> 1 point"]);
    lines(&[("points = 0.5", "points = 1")], &["seats: seats 0.5 -> 1 point per unit"]);
    lines(&[("max = 40", "max = 50")], &["group size: max 40 -> 50 points"]);
    lines(&[("most_recent = 5, ", "")], &["Pricing visits: most recent 5 -> none"]);
    lines(
        &[("decay.half_life = \"14d\"", "decay.linear = \"60d\"")],
        &["Pricing visits: half-life 14 d -> linear decay 60 d"],
    );
    lines(
        &[("most_recent = 5, decay.half_life", "max = 40, decay.half_life")],
        &["Pricing visits: most recent 5 -> none, max none -> 40 points"],
    );
    lines(&[("at_least = 9", "at_least = 5")], &["logins: row 1: login count at least 9 -> 5"]);
    lines(&[("points = 5 }", "points = 6 }")], &["logins: row 2: 5 -> 6 points"]);
    lines(
        &[("less_than = 20", "less_than = 30"), ("at_most = 40", "at_most = 45")],
        &["limit limit[0]: at most 40 -> 45, axis fit less than 20 -> 30"],
    );
    lines(&[("at_least = 60", "at_least = 65")], &["state hot: at least 60 -> 65"]);
    lines(&[("\"1d\"", "\"4h\"")], &["play call: respond within 1 d -> 4 h"]);
    lines(&[("name = \"leads\"\n", "name = \"leads\"\ntotal = \"min\"\n")], &["model: total mean -> min"]);
    lines(&[("name = \"activity\"\n", "name = \"activity\"\nweight = 2\n")], &["axis activity: weight 1 -> 2"]);
    lines(&[("id = \"plan\"\n", "id = \"plan\"\nmissing = { points = 5 }\n")], &["plan: missing 0 points -> 5 points"]);
    lines(
        &[("label = \"Would recommend us\"", "label = \"Promoter\"")],
        &["Promoter: label \"Would recommend us\" -> \"Promoter\""],
    );
}

#[test]
fn conditions_name_the_tests_that_differ() {
    lines(&[("\"team\", \"pro\"", "\"pro\"")], &["required gate Is a customer: plan one of team, pro -> pro"]);
    lines(&[("{ country = \"NL\" }", "{ country = \"BE\" }")], &["required gate Is a customer: country is NL -> BE"]);
    lines(&[(", { country = \"NL\" }", "")], &["required gate Is a customer: when country is NL -> none"]);
    lines(
        &[("when.all = [", "when.any = [")],
        &[
            "required gate Is a customer: when plan one of team, pro and country is NL -> (plan one of team, pro or country is NL)",
        ],
    );
    let long = ["vp", "cto", "coo", "cmo", "founder", "owner"].map(|word| format!("\"{word}\"")).join(", ");
    lines(
        &[("\"ceo\", \"cfo\"", &format!("\"cfo\", {long}"))],
        &["title: title contains adds vp, cto, coo, cmo, founder, owner, title contains drops ceo"],
    );
}

#[test]
fn parts_are_new_removed_renamed_and_moved() {
    lines(
        &[("[[state]]\nname = \"cold\"", "[[state]]\nname = \"warm\"\nat_least = 30\n[[state]]\nname = \"cold\"")],
        &["state warm: new, at least 30"],
    );
    lines(&[("id = \"title\"\nwhen.title", "id = \"role\"\nwhen.title")], &["title: id title -> role"]);
    lines(&[("[[play]]\nname = \"wait\"\notherwise = true\n", "")], &["play wait: removed, was otherwise yes"]);
    let plays = "[[play]]\nname = \"call\"\nstates = [\"hot\"]\nowner = \"sales\"\nrespond_within = \"1d\"\n";
    let wait = "[[play]]\nname = \"wait\"\notherwise = true\n";
    lines(&[(&format!("{plays}{wait}"), &format!("{wait}{plays}"))], &["plays: order call, wait -> wait, call"]);
    let added = "[[axis.rule]]\nid = \"demo\"\nlabel = \"Asked for a demo\"\nwhen.plan = \"pro\"\n\
                 signal = { event = \"demo\", points = 20, most_recent = 1, decay.half_life = \"30d\" }\n";
    lines(
        &[("[[limit]]", &format!("{added}[[limit]]"))],
        &["Asked for a demo: new, event demo, 20 points, most recent 1, half-life 30 d, when plan is pro"],
    );
    let grade = "[grade]\nfit = { axis = \"fit\", cuts = [50] }\nactivity = { axis = \"activity\", cuts = [50] }\n";
    lines(
        &[("[[limit]]", &format!("{grade}[[limit]]"))],
        &["grade: new, fit axis fit, cuts 50, activity axis activity, cuts 50"],
    );
}

#[test]
fn a_case_is_a_name_and_what_it_expects() {
    let case = "[[case]]\nname = \"1002 Bolt\"\nas_of = \"2026-11-22T09:00:00Z\"\nfacts = { nps = 7, plan = \"pro\", country = \"NL\" }\n\
                events = [{ event = \"login\", at = \"2026-11-20T09:00:00Z\" }]\nexpect.score = 5\nexpect.state = \"cold\"\n";
    lines(
        &[("[[case]]", &format!("{case}[[case]]"))],
        &["case 1002 Bolt: new, expects score 5, state cold, 3 facts, 1 event"],
    );
    lines(
        &[("expect.axes.fit = 80", "expect.axes.fit = 70"), ("nps = 9", "nps = 8")],
        &["case a promoter: expects axes fit 80 -> 70, nps 9 -> 8"],
    );
    let event =
        "country = \"NL\" }\nevents = [{ event = \"login\", at = \"2026-11-20T09:00:00Z\", count = 2 }]\nexpect.axes";
    lines(
        &[("country = \"NL\" }\nexpect.axes", event)],
        &["case a promoter: events none -> login at 2026-11-20T09:00:00Z count 2"],
    );
}

/// A text cannot break its line, and a long text is shortened.
#[test]
fn hostile_names_stay_on_one_line() {
    let label = format!("label = \"a\\nb {}\"", "c".repeat(200));
    let diff = toml_model(OLD).diff(&toml_model(&OLD.replace("label = \"Would recommend us\"", &label)));
    let text = diff.to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("a b ccc") && text.contains('…') && text.len() < 400, "{text}");
    assert!(diff.changes()[0].details[0].after.as_ref().unwrap().len() > 200);
}

#[test]
fn changes_are_data() {
    let diff = toml_model(OLD).diff(&toml_model(&OLD.replace("points = 8", "points = 10")));
    let [change] = diff.changes() else { panic!("{diff}") };
    assert_eq!((change.part, change.change), (Part::Rule, PartChangeKind::Changed));
    let json = serde_json::json!([{
        "part": "rule", "axis": "activity", "id": "pricing", "label": "Pricing visits", "change": "changed",
        "details": [{ "what": "", "unit": "points", "before": "8", "after": "10" }],
    }]);
    assert_eq!(serde_json::to_value(&diff).unwrap(), json);
}

/// A part as written, without the order of keys.
fn document(model: &Model) -> Value {
    serde_json::to_value(model).unwrap()
}

/// No difference is overlooked, none is invented, and the way back has the same changes.
#[test]
fn random_models_differ_if_their_documents_do() {
    let mut differ = 0;
    for seed in 0..scaled(3_000) {
        let own = crate::support::model(&subject(seed).instance.model);
        assert!(own.diff(&own).is_empty(), "seed {seed}");
        let again: Model = toml_model(&toml::to_string(&own).unwrap());
        assert!(own.diff(&again).is_empty(), "seed {seed}: {}", own.diff(&again));
        let mut changed = document(&own);
        let Some(edited) = edit(&mut changed, usize::try_from(seed).unwrap()) else { continue };
        let Ok(new) = serde_json::from_value::<Model>(changed.clone()) else { continue };
        let (forth, back) = (own.diff(&new), new.diff(&own));
        assert_eq!(forth.is_empty(), document(&own) == document(&new), "seed {seed}: {edited}\n{forth}");
        assert_eq!(forth.changes().len(), back.changes().len(), "seed {seed}: {edited}\n{forth}\n{back}");
        for change in forth.changes() {
            assert!(change.details.iter().all(|own| own.before != own.after), "seed {seed}: {edited}\n{change}");
            assert!(!change.details.is_empty() || change.change != PartChangeKind::Changed, "seed {seed}: {change}");
        }
        differ += u64::from(!forth.is_empty());
    }
    assert!(differ > scaled(3_000) / 4, "{differ}");
}

/// Changes a number, a flag or a text of a document, or removes a value. Returns the place.
fn edit(value: &mut Value, which: usize) -> Option<String> {
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        if !["", "/format", "/name", "/axis"].contains(&at) {
            found.push(at.to_owned());
        }
        let mut inner: Vec<(String, &Value)> = Vec::new();
        match value {
            Value::Array(items) => inner.extend(items.iter().enumerate().map(|(index, own)| (index.to_string(), own))),
            Value::Object(entries) => {
                inner.extend(entries.iter().map(|(key, own)| (key.replace('~', "~0").replace('/', "~1"), own)));
            }
            _ => {}
        }
        for (key, own) in inner {
            places(own, &format!("{at}/{key}"), found);
        }
    }
    let mut found = Vec::new();
    places(value, "", &mut found);
    let place = found.get(which.wrapping_mul(7_919) % found.len().max(1))?.clone();
    let own = value.pointer_mut(&place)?;
    match own.clone() {
        Value::Bool(flag) => *own = Value::Bool(!flag),
        Value::String(text) => *own = Value::String(format!("{text}x")),
        Value::Number(number) => *own = Value::from(number.as_f64()? + 1.0),
        _ => {
            let (outer, key) = place.rsplit_once('/')?;
            match value.pointer_mut(outer)? {
                Value::Array(items) => drop(items.remove(key.parse().ok()?)),
                Value::Object(entries) => drop(entries.remove(&key.replace("~1", "/").replace("~0", "~"))),
                _ => return None,
            }
        }
    }
    Some(place)
}

/// Each template against each other: no line is empty or longer than people read.
#[test]
fn templates_differ_in_readable_lines() {
    let models: Vec<Model> = templates::all().iter().map(|template| toml_model(template.document())).collect();
    for old in &models {
        for new in &models {
            for change in old.diff(new).changes() {
                let line = change.to_string();
                assert!(!change.details.is_empty() || change.change != PartChangeKind::Changed, "{line}");
                assert!(!line.contains(['{', '}', '\n']), "{line}");
                assert!(line.chars().count() < 900, "{line}");
            }
        }
    }
}
