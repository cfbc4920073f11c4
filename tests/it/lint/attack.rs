//! A search against every claim of a lint: random subjects score a model, and the model without the part that is claimed
//! to do nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use fastrand::Rng;
use serde_json::{Map, Value as Json, json};
use warmth::explain::{CheckKind, Explanation};
use warmth::{Lint, PathSegment, Points, Record, Score, Scorer, Truth, Verdict, Warning};

use crate::support::{instance, model, on_all_processors, record, scaled, scorer, second};

/// How many subjects attack each model.
const SUBJECTS: u64 = 24;

/// A subject and the instant to score it at.
struct Attacker {
    record: Record,
    as_of: DateTime<Utc>,
}

/// A claim that a subject can refute.
enum Claim {
    /// The model without the part, or with another part in its place. Of subjects that are scored, these are the same.
    Same(Scorer<Record>, What),
    /// The truth of a condition: of the gate, the limit or the segment `probe` of this scorer.
    Truth(Scorer<Record>, CheckKind, fn(Truth) -> bool),
    /// The truth of two conditions: of the gates `probe` and `other`.
    Both(Scorer<Record>, fn(Truth, Truth) -> bool),
    NotState(String),
    NotSegment(String),
    NotPlay(String),
    NotGrades(Vec<String>),
    /// All scores of an axis are on one side of a cut.
    OneSide(String, Points),
    /// The rule gives nobody points, or everybody.
    Fires(String, bool),
    Nobody,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Verdict,
    /// The raw points of the axes.
    Raw,
    /// Everything but coverage.
    Outcome,
}

/// The element of a document at a path.
fn at<'d>(document: &'d mut Json, path: &[PathSegment]) -> &'d mut Json {
    path.iter().fold(document, |value, segment| match segment {
        PathSegment::Key(key) => &mut value[key.as_str()],
        PathSegment::Index(index) => &mut value[*index],
    })
}

fn removed(document: &Json, path: &[PathSegment]) -> Json {
    let mut document = document.clone();
    let (last, parent) = path.split_last().unwrap();
    match (at(&mut document, parent), last) {
        (Json::Object(table), PathSegment::Key(key)) => _ = table.remove(key),
        (Json::Array(list), PathSegment::Index(index)) => _ = list.remove(*index),
        other => panic!("{other:?}"),
    }
    document
}

/// Keys next to operators that change what they test.
const OPTIONS: [&str; 6] = ["within", "where", "ignore_case", "ratio_to", "distinct", "field"];

/// Whether an entry of a table with operators is an option of them.
fn is_option(key: &str, value: &Json) -> bool {
    let ages = key == "between" && value[0].is_string();
    // Over fields, `ratio_to` is a table of operators; as an option it is a name.
    ages || (OPTIONS.contains(&key) && (key == "where" || !value.is_object() || key == "within"))
}

/// Whether a condition joins others, and how many segments lead to one of them.
fn joined(condition: &Json, path: &[PathSegment]) -> Option<usize> {
    let PathSegment::Key(key) = path.first()? else { return None };
    let wanted = match key.as_str() {
        "all" | "any" => 2,
        // A path that ends here is the path of the negation.
        "not" if path.len() > 1 => 1,
        "at_least_of" => 3,
        _ => return None,
    };
    (condition[key.as_str()].is_object() || condition[key.as_str()].is_array()).then_some(wanted)
}

/// A path to a condition as the path of the table that holds it, and the keys of one test in that table. No keys if the path
/// is that of the whole table.
fn split<'p>(document: &Json, path: &'p [PathSegment], start: usize) -> (&'p [PathSegment], Vec<PathSegment>) {
    let mut document = document.clone();
    let mut end = start;
    while let Some(more) = joined(at(&mut document, &path[..end]), &path[end..]) {
        if path.len() < end + more {
            break;
        }
        end += more;
    }
    let (table, keys) = path.split_at(end);
    let mut keys = keys.to_vec();
    // A reserved name is below `field`, and may be without need.
    let condition = at(&mut document, table);
    if let Some(PathSegment::Key(key)) = keys.first()
        && condition[key.as_str()].is_null()
    {
        keys.insert(0, PathSegment::Key("field".to_owned()));
    }
    (table, keys)
}

/// Whether keys lead to a text with `is` and other operators, so that they may mean `is` or all of them.
fn is_ambiguous(condition: &Json, keys: &[PathSegment]) -> bool {
    let value = keys.iter().fold(condition, |value, key| match key {
        PathSegment::Key(key) => &value[key.as_str()],
        PathSegment::Index(_) => &Json::Null,
    });
    let operators = value.as_object().into_iter().flatten();
    value["is"].is_string() && operators.filter(|(key, value)| !is_option(key, value)).count() > 1
}

/// The test at these keys of a condition alone, with its options.
fn only(condition: &Json, keys: &[PathSegment]) -> Json {
    let Some((PathSegment::Key(key), rest)) = keys.split_first() else { return condition.clone() };
    // `is` may be left out.
    let Json::Object(table) = condition else { return condition.clone() };
    let value = &condition[key.as_str()];
    let mut table = table.clone();
    table.retain(|own, value| own != key && is_option(own, value));
    table.insert(key.clone(), only(value, rest));
    table.into()
}

/// A condition without the test at these keys.
fn without(condition: &Json, keys: &[PathSegment]) -> Json {
    let (PathSegment::Key(key), rest) = keys.split_first().unwrap() else { panic!("{keys:?}") };
    let mut table = condition.as_object().unwrap().clone();
    let value = &condition[key.as_str()];
    let left = match (rest, value) {
        ([], _) => None,
        // `is` is left out.
        (_, value) if !value.is_object() => None,
        _ => Some(without(value, rest)),
    };
    let is_left =
        |left: &Json| left.as_object().is_some_and(|table| table.iter().any(|(key, value)| !is_option(key, value)));
    match left.filter(is_left) {
        Some(mut left) => {
            // Nothing that is left may have upper and lower case.
            if let Some(own) = left.as_object_mut()
                && own.keys().all(|key| key == "known" || key == "ignore_case")
            {
                own.remove("ignore_case");
            }
            table.insert(key.clone(), left);
        }
        None => _ = table.remove(key),
    }
    table.into()
}

/// How many segments lead to the condition of a path.
fn start(path: &[PathSegment]) -> usize {
    let when = path.iter().position(|segment| *segment == PathSegment::Key("when".to_owned()));
    when.expect("a condition") + 1
}

/// The document with a required gate `probe`, and no other gates.
fn probed(document: &Json, when: &Json) -> Json {
    let mut document = document.clone();
    document["disqualifying"] = json!([]);
    document["required"] = json!([{ "id": "probe", "when": when }]);
    document
}

/// The scorer of a changed document; `None` if nothing is left in it that can count as 100.
fn compiled(document: &Json) -> Option<Scorer<Record>> {
    match Scorer::new(&model(document)) {
        Ok(scorer) => Some(scorer),
        Err(error) if error.problems().iter().all(|problem| problem.code() == "not-available") => None,
        Err(error) => panic!("{error}\n{document:#}"),
    }
}

fn claim_of_truth(document: &Json, path: &[PathSegment], warning: &Warning) -> Option<Claim> {
    let is_key = |segment: &PathSegment, key: &str| *segment == PathSegment::Key(key.to_owned());
    let holds: fn(Truth) -> bool = match warning.code() {
        "never-true" => |truth| truth != Truth::True,
        _ if warning.message().contains("whenever") => |truth| truth != Truth::False,
        _ => |truth| truth == Truth::True,
    };
    // The condition of events: no event is selected, or none is left out.
    if let Some(place) = path.iter().position(|segment| is_key(segment, "where")) {
        let (table, keys) = split(document, path, place + 1);
        let mut copy = document.clone();
        if is_ambiguous(at(&mut copy, table), &keys) {
            return None;
        }
        let condition = only(at(&mut copy, table), &keys);
        let condition = if warning.code() == "never-true" { condition } else { json!({ "not": condition }) };
        let when = json!({ "events": { "*": { "where": condition, "never": false } } });
        return Some(Claim::Truth(compiled(&probed(document, &when))?, CheckKind::Required, |truth| {
            truth != Truth::True
        }));
    }
    let (table, keys) = split(document, path, start(path));
    let mut copy = document.clone();
    if is_ambiguous(at(&mut copy, table), &keys) {
        return None;
    }
    let condition = only(at(&mut copy, table), &keys);
    let section = if let PathSegment::Key(section) = &path[0] { section.as_str() } else { "" };
    let (probe, kind) = match section {
        "promoter" | "limit" => {
            let mut limits = document["limit"].as_array().cloned().unwrap_or_default();
            limits.push(json!({ "id": "probe", "when": condition, "at_most": 100 }));
            let mut probe = document.clone();
            probe["limit"] = limits.into();
            (probe, CheckKind::Limit)
        }
        "segment" => {
            let mut probe = document.clone();
            probe["segment"].as_array_mut().unwrap().insert(0, json!({ "name": "probe", "when": condition }));
            (probe, CheckKind::Segment)
        }
        _ => (probed(document, &condition), CheckKind::Required),
    };
    Some(Claim::Truth(compiled(&probe)?, kind, holds))
}

fn claim(document: &Json, warning: &Warning) -> Option<Claim> {
    let path = warning.segments();
    let same = |document: Json, what| Some(Claim::Same(compiled(&document)?, what));
    let name = || warning.id().unwrap_or_default().to_owned();
    let last = path.last().and_then(|last| if let PathSegment::Key(key) = last { Some(key.as_str()) } else { None });
    match warning.code() {
        "never-true" | "always-true" => claim_of_truth(document, path, warning),
        "redundant-test" if !path.contains(&PathSegment::Key("where".to_owned())) => {
            let (table, keys) = split(document, path, start(path));
            if keys.is_empty() {
                return same(removed(document, table), What::Outcome);
            }
            let mut copy = document.clone();
            let own = at(&mut copy, table);
            if is_ambiguous(own, &keys) {
                return None;
            }
            *own = without(own, &keys);
            let is_empty = own.as_object().is_some_and(Map::is_empty);
            same(if is_empty { removed(document, table) } else { copy }, What::Outcome)
        }
        "nobody-scored" => Some(Claim::Nobody),
        "constant-rule" => Some(Claim::Fires(name(), !warning.message().starts_with("no subject"))),
        "idle-missing" if path.len() == 3 && path[0] == PathSegment::Key("axis".to_owned()) => {
            let mut copy = removed(document, path);
            at(&mut copy, &path[..2]).as_object_mut().unwrap().remove("min_coverage");
            same(copy, What::Outcome)
        }
        // The points of `missing` count in what counts as 100.
        "idle-missing" if path[0] == PathSegment::Key("axis".to_owned()) => same(removed(document, path), What::Raw),
        "idle-missing" | "idle-promoter" | "idle-window" | "idle-weight" => {
            same(removed(document, path), What::Outcome)
        }
        // A floor at the cap does the same.
        "opposed-limits" => {
            let mut copy = document.clone();
            let when = at(&mut copy, &path[..2])["when"].clone();
            let caps = document["limit"].as_array().unwrap().iter().filter(|limit| limit["when"] == when);
            let cap = caps.filter_map(|limit| limit["at_most"].as_f64()).reduce(f64::min).unwrap();
            *at(&mut copy, path) = json!(cap);
            same(copy, What::Outcome)
        }
        "cap-never-binds" if path[0] == PathSegment::Key("limit".to_owned()) => {
            same(removed(document, &path[..2]), What::Outcome)
        }
        "cap-never-binds" if last == Some("max") && path.contains(&PathSegment::Key("per_unit".to_owned())) => {
            let mut copy = document.clone();
            let max = at(&mut copy, path);
            *max = json!(max.as_f64().unwrap() + 1.0);
            same(copy, What::Raw)
        }
        "cap-never-binds" => same(removed(document, path), What::Raw),
        "unreachable-row" if path.contains(&PathSegment::Key("first".to_owned())) => {
            let mut copy = document.clone();
            let (PathSegment::Index(row), rows) = path.split_last().unwrap() else { panic!("{path:?}") };
            let rows = at(&mut copy, rows).as_array().unwrap().clone();
            let mut probe = probed(document, &rows[*row]["when"]);
            let earlier: Vec<Json> = rows[..*row].iter().map(|row| row["when"].clone()).collect();
            let never = vec![json!({ "probe": { "known": true } })];
            let rows = [never, earlier].concat();
            let other = json!({ "id": "other", "when": { "any": rows } });
            probe["required"].as_array_mut().unwrap().push(other);
            let guard = &at(&mut copy, &path[..path.len() - 2])["when"];
            let guard = if guard.is_null() { json!({ "probe": { "known": false } }) } else { guard.clone() };
            let row = json!({ "all": [probe["required"][0]["when"], { "not": { "not": guard } }] });
            probe["required"][0]["when"] = row;
            Some(Claim::Both(compiled(&probe)?, |row, earlier| row != Truth::True || earlier == Truth::True))
        }
        "unreachable-row" => {
            let mut copy = document.clone();
            let row = at(&mut copy, path);
            // Nearer to zero, so that the points stay within their limit.
            let other = |points: &Json| {
                let points = points.as_f64().unwrap();
                json!(if points > 0.0 { points - 1.0 } else { points + 1.0 })
            };
            if row.is_number() {
                *row = other(row);
            } else if row.is_array() {
                row[1] = other(&row[1]);
            } else {
                row["points"] = other(&row["points"]);
            }
            same(copy, What::Raw)
        }
        "unreachable-state" => Some(Claim::NotState(name())),
        "unreachable-segment" => Some(Claim::NotSegment(name())),
        "unreachable-play" => Some(Claim::NotPlay(name())),
        "unreachable-grade" => {
            Some(Claim::NotGrades(warning.message().split('`').skip(1).step_by(2).map(str::to_owned).collect()))
        }
        "unreachable-cut" => {
            let cut = at(&mut document.clone(), path).to_string().parse().unwrap();
            Some(Claim::OneSide(warning.axis().unwrap().to_owned(), cut))
        }
        _ => None,
    }
}

/// Every gate that the others imply, removed together: a gate is implied by the gates that stay.
fn without_implied(document: &Json, lint: &Lint) -> Option<Claim> {
    let implied: Vec<_> = lint.warnings().iter().filter(|warning| warning.code() == "implied-gate").collect();
    let copy = implied.iter().rev().fold(document.clone(), |document, warning| removed(&document, warning.segments()));
    if implied.is_empty() { None } else { Some(Claim::Same(compiled(&copy)?, What::Verdict)) }
}

fn truth_of(explanation: &Explanation<'_>, kind: CheckKind, id: &str) -> Option<Truth> {
    explanation.checks().find(|check| check.kind == kind && check.id == id).map(|check| check.truth)
}

fn outcome(score: &Score<'_>) -> Json {
    let mut outcome = serde_json::to_value(score).unwrap();
    let table = outcome.as_object_mut().unwrap();
    for key in ["coverage", "model", "fingerprint"] {
        table.remove(key);
    }
    for axis in table.get_mut("axes").and_then(Json::as_object_mut).into_iter().flat_map(Map::values_mut) {
        axis.as_object_mut().unwrap().remove("coverage");
    }
    outcome
}

/// Whether a subject refutes a claim about its score.
fn refutes(claim: &mut Claim, attacker: &Attacker, score: &Score<'_>, fired: bool, side: &mut BTreeSet<bool>) -> bool {
    let Attacker { record, as_of } = attacker;
    let scored = score.verdict().is_scored();
    match claim {
        Claim::Same(other, What::Verdict) => other.score(record, *as_of).verdict() != score.verdict(),
        Claim::Same(other, What::Raw) => {
            let raw = |score: &Score<'_>| score.axes().map(|axis| axis.raw).collect::<Vec<_>>();
            let other = other.score(record, *as_of);
            // Bounds count in the coverage, by which a subject can have no score.
            scored && other.verdict().is_scored() && raw(&other) != raw(score)
        }
        Claim::Same(other, What::Outcome) => outcome(&other.score(record, *as_of)) != outcome(score),
        Claim::Truth(probe, kind, holds) => {
            let explanation = probe.explain(record, *as_of);
            let truth = truth_of(&explanation, *kind, "probe").unwrap();
            (scored || *kind == CheckKind::Required) && !holds(truth)
        }
        Claim::Both(probe, holds) => {
            let explanation = probe.explain(record, *as_of);
            let truth = |id| truth_of(&explanation, CheckKind::Required, id).unwrap();
            !holds(truth("probe"), truth("other"))
        }
        Claim::NotState(name) => score.state() == Some(name.as_str()),
        Claim::NotSegment(name) => score.segment() == Some(name.as_str()),
        Claim::NotPlay(name) => score.play().is_some_and(|play| play.name() == name),
        Claim::NotGrades(names) => score.grade().is_some_and(|grade| names.iter().any(|own| own == grade.as_str())),
        Claim::OneSide(axis, cut) => {
            if let Some(axis) = score.axis(axis).filter(|axis| !axis.skipped) {
                side.insert(axis.score >= *cut);
            }
            side.len() > 1
        }
        Claim::Fires(_, always) => scored && fired != *always,
        Claim::Nobody => scored,
    }
}

fn assert_possible(lint: &Lint, score: &Score<'_>) {
    let possible = lint.possible();
    let both = || format!("{possible:#?}\n{score:#?}");
    assert!(possible.verdicts().contains(&score.verdict()), "{}", both());
    assert!(possible.value().contains(&score.value()), "{}", both());
    if !score.verdict().is_scored() {
        return;
    }
    for (axis, own) in possible.axes().iter().zip(score.axes()) {
        assert!(axis.raw.contains(&own.raw) && axis.score.contains(&own.score), "{}", both());
    }
    assert!(score.coverage().is_none_or(|own| possible.coverage().unwrap().contains(&own)), "{}", both());
    assert!(score.state().is_none_or(|own| possible.states().iter().any(|name| **name == *own)), "{}", both());
    assert!(score.segment().is_none_or(|own| possible.segments().iter().any(|name| **name == *own)), "{}", both());
    assert!(score.grade().is_none_or(|own| possible.grades().contains(&own)), "{}", both());
    assert!(score.play().is_none_or(|own| possible.plays().iter().any(|play| *play == own.to_owned())), "{}", both());
}

#[test]
fn no_search_refutes_a_claim() {
    attack(scaled(3_000));
}

#[test]
#[ignore = "takes minutes; run it with `cargo test --all-features --test it -- --ignored lint::`"]
fn no_search_refutes_a_claim_about_10_000_models() {
    attack(10_000);
}

/// The record without the facts that a field of the model cannot have. Such a fact is missing, but without a test on it, the
/// field may have another kind, and then the fact is known.
fn fitting(scorer: &Scorer<Record>, mut record: Record) -> Record {
    for field in scorer.fields() {
        if record.get(field.name()).is_some_and(|value| !value.fits(field.kind())) {
            record.remove(field.name());
        }
    }
    record
}

/// Attacks the claims about this many random models.
fn attack(models: u64) {
    let attacked: Mutex<BTreeMap<&'static str, u64>> = Mutex::default();
    on_all_processors(0..models, |seed| {
        let mut rng = Rng::with_seed(seed);
        let own = instance(&mut rng);
        let document = &own.model;
        let model = model(document);
        let lint = model.lint::<Record>().unwrap();
        let scorer = scorer(&model);
        let others = (0..SUBJECTS).map(|_| instance(&mut rng));
        let attackers: Vec<Attacker> = std::iter::once(own.clone())
            .chain(others)
            .map(|other| Attacker { record: fitting(&scorer, record(&other)), as_of: second(other.as_of) })
            .collect();
        let claims =
            lint.warnings().iter().filter_map(|warning| Some((warning.to_string(), claim(document, warning)?)));
        let implied = without_implied(document, &lint).map(|claim| ("implied-gate".to_owned(), claim));
        let mut claims: Vec<(String, Claim, BTreeSet<bool>)> =
            claims.chain(implied).map(|(text, claim)| (text, claim, BTreeSet::new())).collect();
        for attacker in &attackers {
            let mut fired = warmth::Fired::new();
            let score = scorer.score_fired(&attacker.record, attacker.as_of, &mut fired);
            assert_possible(&lint, &score);
            let fired: BTreeSet<&str> = fired.ids().collect();
            for (text, claim, side) in &mut claims {
                let fires = matches!(claim, Claim::Fires(id, _) if fired.contains(&**id));
                let refuted = refutes(claim, attacker, &score, fires, side);
                assert!(!refuted, "{text}\n{document:#}\n{:#?}\n{:?}", attacker.record, attacker.as_of);
            }
        }
        let mut attacked = attacked.lock().unwrap();
        let implied = claims.iter().any(|(text, ..)| text == "implied-gate").then_some("implied-gate");
        for code in lint.warnings().iter().map(Warning::code).filter(|code| *code != "implied-gate").chain(implied) {
            *attacked.entry(code).or_default() += 1;
        }
    });
    let attacked = attacked.into_inner().unwrap();
    let claimed =
        ["never-true", "always-true", "redundant-test", "constant-rule", "unreachable-row", "cap-never-binds"];
    for code in claimed.into_iter().chain(["idle-missing", "unreachable-state", "unreachable-cut", "unreachable-play"])
    {
        assert!(attacked.get(code).is_some_and(|count| *count >= models / 200), "too few claims {code}: {attacked:#?}");
    }
}

#[test]
fn verdicts_are_in_the_order_of_precedence() {
    // Gates are compared by the greatest verdict.
    assert!(Verdict::Eligible < Verdict::Undetermined && Verdict::Undetermined < Verdict::Ineligible);
    assert!(Verdict::Ineligible < Verdict::Disqualified);
}
