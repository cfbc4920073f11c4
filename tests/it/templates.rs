//! The shipped templates: they verify, every outcome that they name occurs in random subjects and in the portfolio, and
//! the guide shows their contents.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use chrono::{DateTime, Days, Utc};
use fastrand::Rng;
use serde_json::Value as Json;
use toml::{Table, Value as Toml};
use warmth::explain::CheckKind;
use warmth::rollup::{Member, Rollup};
use warmth::templates::{self, Template};
use warmth::{Kind, Model, Play, Points, Record, Score, Scorer, Truth, Value, Verdict};

use crate::guide::{code, page, rows};
use crate::portfolio::{records, shipped};
use crate::support::{at, scorer, toml_model};

fn document(template: Template) -> Table {
    template.document().parse().unwrap()
}

#[test]
fn the_cases_of_the_templates_verify() {
    for template in templates::all() {
        match toml_model(template.document()).verify() {
            Ok(cases) => assert!(cases > 2, "{}", template.name()),
            Err(error) => panic!("{}: {error}", template.name()),
        }
    }
}

#[test]
fn all_lists_every_file() {
    let listed: BTreeSet<_> = templates::all().iter().map(|template| format!("{}.toml", template.name())).collect();
    let files =
        fs::read_dir("src/kit/templates").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(listed, files.filter(|file| file != "mod.rs").collect());
    for template in templates::all() {
        let model = toml_model(template.document());
        assert_eq!(model.name().replace('-', "_"), template.name());
        assert_eq!(model.description(), Some(template.purpose()));
    }
}

/// Salespeople read labels, not ids.
#[test]
fn everything_with_an_id_has_a_label() {
    for template in templates::all() {
        for (path, entry) in entries(&document(*template)) {
            let named = ["state", "segment", "play", "grade", "axis"].iter().any(|kind| path.starts_with(kind));
            assert!(named || entry.contains_key("label"), "{}: {path}", template.name());
        }
    }
}

// ---- Outcomes ----------------------------------------------------------------------------------

/// The names in an outcome: grades, states, segments and plays, each with its kind.
type Outcomes = BTreeSet<(&'static str, String)>;

fn names(document: &Table, list: &str) -> Vec<String> {
    let entries = document.get(list).and_then(Toml::as_array).into_iter().flatten();
    entries.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

fn possible(document: &Table) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for kind in ["state", "segment", "play"] {
        outcomes.extend(names(document, kind).into_iter().map(|name| (kind, name)));
    }
    if let Some(grade) = document.get("grade") {
        let cells = |side: &str| grade[side]["cuts"].as_array().unwrap().len() + 1;
        for letter in "ABCDEFGHI".chars().take(cells("fit")) {
            outcomes.extend((1..=cells("activity")).map(|number| ("grade", format!("{letter}{number}"))));
        }
    }
    outcomes
}

fn outcomes(score: &Score<'_>) -> Outcomes {
    let text = |text: Option<&str>| text.map(str::to_owned);
    [
        ("grade", score.grade().map(|grade| grade.to_string())),
        ("state", text(score.state())),
        ("segment", text(score.segment())),
        ("play", text(score.play().map(Play::name))),
    ]
    .into_iter()
    .filter_map(|(kind, name)| Some((kind, name?)))
    .collect()
}

/// The numbers and texts anywhere below a key of this name in a document, without its cases.
#[derive(Default)]
struct Literals {
    numbers: Vec<f64>,
    texts: BTreeSet<String>,
}

impl Literals {
    fn of(document: &Table, key: &str) -> Literals {
        let mut literals = Literals::default();
        let rest = document.iter().filter(|(section, _)| *section != "case");
        rest.for_each(|(_, value)| literals.search(value, key));
        literals
    }

    fn search(&mut self, value: &Toml, key: &str) {
        match value {
            Toml::Table(table) => table
                .iter()
                .for_each(|(name, value)| if name == key { self.take(value) } else { self.search(value, key) }),
            Toml::Array(items) => items.iter().for_each(|item| self.search(item, key)),
            _ => {}
        }
    }

    fn take(&mut self, value: &Toml) {
        match value {
            Toml::Integer(whole) => self.numbers.push(*whole as f64),
            Toml::Float(number) => self.numbers.push(*number),
            Toml::String(text) => _ = self.texts.insert(text.clone()),
            Toml::Array(items) => items.iter().for_each(|item| self.take(item)),
            Toml::Table(table) => table.iter().for_each(|(key, value)| {
                self.texts.insert(key.clone());
                self.take(value);
            }),
            _ => {}
        }
    }
}

fn event_names(document: &Table) -> Vec<String> {
    fn search(value: &Toml, names: &mut BTreeSet<String>) {
        match value {
            Toml::Table(table) => table.iter().for_each(|(key, value)| match (key.as_str(), value) {
                ("events", Toml::Table(events)) => names.extend(events.keys().cloned()),
                ("event", Toml::String(name)) => _ = names.insert(name.clone()),
                ("event", Toml::Array(list)) => names.extend(list.iter().map(|name| name.as_str().unwrap().to_owned())),
                _ => search(value, names),
            }),
            Toml::Array(items) => items.iter().for_each(|item| search(item, names)),
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    document.iter().filter(|(key, _)| *key != "case").for_each(|(_, value)| search(value, &mut names));
    names.into_iter().collect()
}

/// Random subjects, made of the values that the document names.
struct Population {
    fields: Vec<(String, Kind, Literals)>,
    events: Vec<String>,
    now: DateTime<Utc>,
}

impl Population {
    fn of(document: &Table, scorer: &Scorer<Record>) -> Population {
        let fields =
            scorer.fields().map(|field| (field.name().to_owned(), field.kind(), Literals::of(document, field.name())));
        Population { fields: fields.collect(), events: event_names(document), now: at("2026-11-22T12:00:00Z") }
    }

    fn draw(&self, rng: &mut Rng) -> Record {
        let mut record = Record::new();
        for (name, kind, literals) in &self.fields {
            if rng.u8(..100) < 8 {
                continue;
            }
            let text = |rng: &mut Rng| rng.choice(&literals.texts).cloned().unwrap_or_default();
            let value: Value = match kind {
                Kind::Flag => rng.bool().into(),
                Kind::Number => match rng.choice(&literals.numbers) {
                    Some(number) if rng.bool() => (number + f64::from(rng.i8(-1..=1))).into(),
                    _ => f64::from(rng.u8(..=100)).into(),
                },
                Kind::Text if rng.u8(..10) == 0 => "something else".into(),
                Kind::Text | Kind::Any => text(rng).into(),
                Kind::Tags => {
                    (0..rng.u8(..4)).map(|_| text(rng)).chain(["something else".to_owned()]).collect::<Vec<_>>().into()
                }
                _ => (self.now.date_naive() - Days::new(800) + Days::new(rng.u64(..1_600))).into(),
            };
            record.set(name, value);
        }
        let busy = rng.u8(1..8);
        for name in &self.events {
            for _ in 0..rng.u8(..busy) {
                let age = Days::new(rng.u64(..120));
                let amount = Points::from(rng.u16(..3_000));
                record.activity_mut().record_with(name, self.now - age, u32::from(rng.u8(1..3)), amount);
            }
        }
        record
    }
}

#[test]
fn every_outcome_occurs_for_some_subject() {
    for template in templates::all() {
        let document = document(*template);
        let model = toml_model(template.document());
        let scorer = scorer(&model);
        let population = Population::of(&document, &scorer);
        let mut rng = Rng::with_seed(7);
        let mut missing = possible(&document);
        let mut verdicts = BTreeSet::new();
        // Ends when all were found.
        for _ in 0..100_000 {
            let score = scorer.score(&population.draw(&mut rng), population.now);
            verdicts.insert(score.verdict());
            let found = outcomes(&score);
            missing.retain(|outcome| !found.contains(outcome));
            if missing.is_empty() {
                break;
            }
        }
        assert_eq!(missing, Outcomes::new(), "{}", template.name());
        let gated = document.contains_key("required") || document.contains_key("disqualifying");
        assert_eq!(verdicts.len() > 1, gated, "{}: {verdicts:?}", template.name());
    }
}

/// No gate, rule or promoter of a template is superfluous.
#[test]
fn every_gate_rule_and_promoter_matters_for_some_subject() {
    for template in templates::all() {
        let document = document(*template);
        let model = toml_model(template.document());
        let scorer = scorer(&model);
        let population = Population::of(&document, &scorer);
        let mut rng = Rng::with_seed(13);
        let conditions = ["required", "disqualifying", "promoter", "rule"];
        let mut missing: BTreeSet<_> = entries(&document)
            .into_keys()
            .filter_map(|path| {
                let (kind, id) = path.split_once('.')?;
                conditions.contains(&kind).then(|| id.to_owned())
            })
            .collect();
        for _ in 0..20_000 {
            let record = population.draw(&mut rng);
            let explanation = scorer.explain(&record, population.now);
            let verdict = explanation.score().verdict();
            for check in explanation.checks() {
                let decides = match verdict {
                    Verdict::Disqualified => check.kind == CheckKind::Disqualifying && check.truth == Truth::True,
                    Verdict::Ineligible => check.kind == CheckKind::Required && check.truth == Truth::False,
                    _ => false,
                };
                if decides {
                    missing.remove(check.id);
                }
            }
            for line in
                explanation.lines().iter().filter(|line| line.points != Points::ZERO || line.score != Points::ZERO)
            {
                missing.remove(line.id.unwrap_or_default());
            }
            if missing.is_empty() {
                break;
            }
        }
        assert_eq!(missing, BTreeSet::new(), "{}", template.name());
    }
}

/// Buying centres by solutions: the segment of each cell, and the mean of four metrics for upsell and for cross-sell. A
/// purchase counts for the kind of selling that won it, though its cell is now installed.
#[test]
fn the_demand_template_gives_the_published_map_and_metrics() {
    let model = toml_model(templates::demand_unit().document());
    let scorer = scorer(&model);
    let now = at("2026-11-22T12:00:00Z");
    let solutions = ["ledger", "forecast", "vault"];
    // Name, whether it is a customer, its solutions, its new solution with the euros paid, relationships, touches, quotes.
    let centres = [
        ("finance", true, &["ledger", "vault"][..], ("vault", 5_000), "high", 8, 1),
        ("freight", false, &["forecast"], ("forecast", 3_000), "medium", 4, 0),
        ("people", false, &[], ("", 0), "low", 2, 2),
    ];
    let mut map = BTreeMap::new();
    let mut metrics: BTreeMap<(bool, &str), Vec<Member<'_>>> = BTreeMap::new();
    for (centre, is_customer, has, (new, euros), relationships, touches, quotes) in centres {
        for solution in solutions {
            let mut record = Record::new()
                .with("need", "medium")
                .with("relationships", relationships)
                .with("centre_is_customer", is_customer)
                .with("centre_has_solution", has.contains(&solution));
            let activity = record.activity_mut();
            activity.record_with("webinar_attended", at("2026-11-01"), touches, Points::ZERO);
            activity.record_with("quote_sent", at("2026-11-01"), quotes, Points::ZERO);
            if solution == new {
                activity.record_with("addon_purchase", at("2026-11-01"), 1, Points::from(euros));
            }
            let score = scorer.score(&record, now);
            for metric in ["readiness", "activity", "output", "impact"] {
                let member = Member::new(score.axis(metric).unwrap().raw);
                metrics.entry((is_customer, metric)).or_default().push(member);
            }
            map.insert((centre, solution), score.segment().unwrap().to_owned());
        }
    }
    let row = |centre| solutions.map(|solution| map[&(centre, solution)].as_str());
    assert_eq!(row("finance"), ["installed", "upsell", "installed"]);
    assert_eq!(row("freight"), ["cross-sell", "installed", "cross-sell"]);
    assert_eq!(row("people"), ["cross-sell"; 3]);

    let mean = |is_customer, metric| -> Points {
        metrics[&(is_customer, metric)].iter().copied().collect::<Rollup>().mean().unwrap()
    };
    let means =
        |is_customer| ["readiness", "activity", "output", "impact"].map(|metric| mean(is_customer, metric).to_string());
    assert_eq!(means(true), ["3", "8", "1", "1666.666667"]); // upsell: 5,000 over three cells
    assert_eq!(means(false), ["1.5", "3", "1", "500"]); // cross-sell: 2 and 1, 4 and 2, 0 and 2, 3,000 over six cells
}

#[test]
fn the_grades_of_the_templates_are_4_by_4_and_3_by_3() {
    let cells = |template: Template| possible(&document(template)).iter().filter(|(kind, _)| *kind == "grade").count();
    assert_eq!(
        [cells(templates::upsell()), cells(templates::cross_sell()), cells(templates::demand_unit())],
        [16, 16, 9]
    );
}

#[test]
fn the_plays_of_the_grades_are_the_published_ones() {
    let published = [
        ("A1 A2", "A rep calls at once"),
        ("B1 B2", "Make an offer inside the product"),
        ("A3 A4", "Run two automated campaigns"),
        ("B3 B4", "Educate every quarter"),
        ("C1 C2 C3 C4 D1 D2 D3 D4", "Nudge by behaviour, and advertise"),
    ];
    let expected: BTreeMap<_, _> = published
        .iter()
        .flat_map(|(cells, play)| cells.split(' ').map(|cell| (cell.to_owned(), (*play).to_owned())))
        .collect();
    assert_eq!(expected.len(), 16);
    for template in [templates::upsell(), templates::cross_sell()] {
        let model = toml_model(template.document());
        let scorer = scorer(&model);
        let population = Population::of(&document(template), &scorer);
        let mut rng = Rng::with_seed(11);
        let mut found = BTreeMap::new();
        for _ in 0..100_000 {
            let record = population.draw(&mut rng);
            let score = scorer.score(&record, population.now);
            found.insert(score.grade().unwrap().to_string(), score.play().unwrap().name().to_owned());
            if found.len() == expected.len() {
                break;
            }
        }
        assert_eq!(found, expected, "{}", template.name());
    }
}

// ---- The portfolio -----------------------------------------------------------------------------

fn outcomes_of_the_portfolio(template: Template) -> Vec<Json> {
    let (scorer, as_of) = (scorer(&toml_model(template.document())), at("2026-11-22T18:00:00Z"));
    records(&scorer).iter().map(|record| serde_json::to_value(scorer.score(record, as_of)).unwrap()).collect()
}

#[test]
fn every_outcome_occurs_in_the_portfolio() {
    for template in templates::all() {
        let outcomes = outcomes_of_the_portfolio(*template);
        assert_eq!(outcomes.len(), 300);
        for (kind, name) in possible(&document(*template)) {
            let own =
                |outcome: &&Json| if kind == "play" { outcome[kind]["name"] == name } else { outcome[kind] == name };
            let count = outcomes.iter().filter(own).count();
            assert!(count > 0, "{}: no account has the {kind} {name}", template.name());
            assert!(count < 240, "{}: {count} accounts have the {kind} {name}", template.name());
        }
        for axis in outcomes
            .iter()
            .find_map(|outcome| outcome["axes"].as_object().filter(|axes| !axes.is_empty()))
            .unwrap()
            .keys()
        {
            let scores: BTreeSet<_> =
                outcomes.iter().map(|outcome| outcome["axes"][axis]["score"].to_string()).collect();
            assert!(scores.len() > 4, "{}: `{axis}` has the scores {scores:?} alone", template.name());
        }
    }
}

fn cells(column: &str) -> Vec<String> {
    let mut accounts = csv::Reader::from_path(shipped("accounts.csv")).unwrap();
    let index = accounts.headers().unwrap().iter().position(|header| header == column).unwrap();
    accounts.records().map(|row| row.unwrap()[index].to_owned()).collect()
}

#[test]
fn the_segment_column_of_the_portfolio_is_the_outcome_of_icp_fit() {
    let segments: Vec<_> = outcomes_of_the_portfolio(templates::icp_fit())
        .iter()
        .map(|outcome| outcome["segment"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(cells("icp_segment"), segments);
}

/// The bounds of the bands are the quartiles of the known values.
#[test]
fn the_bands_of_icp_fit_are_the_quartiles_of_the_portfolio() {
    let document = document(templates::icp_fit());
    for (rule, field) in [("web-traffic", "monthly_visits"), ("size", "employees"), ("revenue", "annual_revenue")] {
        let mut values: Vec<i64> = cells(field).iter().filter_map(|cell| cell.parse().ok()).collect();
        values.sort_unstable();
        let quartiles = [1, 2, 3].map(|quarter| values[(values.len() * quarter).div_ceil(4) - 1]);
        let bands = &entries(&document)[&format!("rule.{rule}")]["bands"][field];
        let bounds: Vec<_> = bands.as_array().unwrap().iter().map(|row| row[0].as_integer().unwrap()).collect();
        assert_eq!(bounds, quartiles, "{rule}");
    }
}

// ---- The guide ---------------------------------------------------------------------------------

/// Every entry of a document with a name or an id, as `kind.name`, and the grade.
fn entries(document: &Table) -> BTreeMap<String, Table> {
    fn add(entries: &mut BTreeMap<String, Table>, of: &Table, kind: &str) {
        for entry in of.get(kind).and_then(Toml::as_array).into_iter().flatten() {
            let entry = entry.as_table().unwrap();
            let name = entry.get("id").or(entry.get("name")).unwrap().as_str().unwrap();
            assert!(entries.insert(format!("{kind}.{name}"), entry.clone()).is_none(), "{kind}.{name}");
            if kind == "axis" {
                add(entries, entry, "rule");
                add(entries, entry, "group");
            }
        }
    }
    let mut entries = BTreeMap::new();
    for kind in ["required", "disqualifying", "axis", "promoter", "limit", "state", "segment", "play"] {
        add(&mut entries, document, kind);
    }
    if let Some(grade) = document.get("grade") {
        entries.insert("grade".to_owned(), grade.as_table().unwrap().clone());
    }
    entries
}

/// An entry without the keys that the guide shows elsewhere.
fn shown(entry: &Table) -> Table {
    let elsewhere = ["id", "name", "label", "rule", "group"];
    entry
        .iter()
        .filter(|(key, _)| !elsewhere.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[test]
fn the_guide_shows_the_entries_of_every_template() {
    let text = page("templates.md");
    for template in templates::all() {
        let (_, section) = text.split_once(&format!("\n## `{}`\n", template.name())).unwrap();
        let section = section.split("\n# ").next().unwrap().split("\n## ").next().unwrap();
        let mut listed = BTreeMap::new();
        for row in rows(section).filter(|row| code(row[1]).is_some()) {
            let entry = code(row[2]).unwrap_or_default().replace("; ", "\n");
            let entry: Table = entry.parse().unwrap_or_else(|error| panic!("{error}: {row:?}"));
            assert!(listed.insert(code(row[1]).unwrap().to_owned(), entry).is_none(), "{row:?} is repeated");
            assert!(row.len() == 4 && !row[0].is_empty() && !row[3].is_empty(), "{row:?}");
        }
        let found: BTreeMap<_, _> =
            entries(&document(*template)).iter().map(|(path, entry)| (path.clone(), shown(entry))).collect();
        for (path, entry) in &found {
            assert_eq!(listed.get(path), Some(entry), "{}: {path}", template.name());
        }
        assert_eq!(listed.len(), found.len(), "{}", template.name());
    }
}

#[test]
fn the_guide_lists_the_fields_and_events_of_every_template() {
    let text = page("templates.md");
    let (_, section) = text.split_once("\n# Facts and events\n").unwrap();
    let section = section.split("\n# ").next().unwrap();
    let (facts, events) = section.split_once("\nThe events:\n").unwrap();
    let named = |cell: &str| cell.split(", ").map(|name| code(name).unwrap().to_owned()).collect::<BTreeSet<_>>();

    let mut found: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    let mut found_events: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for template in templates::all() {
        let model = toml_model(template.document());
        for field in scorer(&model).fields() {
            let (kinds, by) = found.entry(field.name().to_owned()).or_default();
            kinds.insert(field.kind().to_string());
            by.insert(template.name().to_owned());
        }
        for event in event_names(&document(*template)) {
            found_events.entry(event).or_default().insert(template.name().to_owned());
        }
    }
    let listed = rows(facts).filter_map(|row| Some((code(row[0])?.to_owned(), (row[1].to_owned(), named(row[2])))));
    let listed: BTreeMap<_, _> = listed.collect();
    let kind = |kinds: BTreeSet<String>| {
        // `known` alone does not determine the kind of a field.
        let kinds: Vec<_> = kinds.into_iter().filter(|kind| kind != "any").collect();
        assert!(kinds.len() < 2, "{kinds:?}");
        kinds.into_iter().next().unwrap_or("any".to_owned())
    };
    let found: BTreeMap<_, _> = found.into_iter().map(|(name, (kinds, by))| (name, (kind(kinds), by))).collect();
    assert_eq!(listed, found);
    let listed: BTreeMap<_, _> =
        rows(events).filter_map(|row| Some((code(row[0])?.to_owned(), named(row[1])))).collect();
    assert_eq!(listed, found_events);
}

#[test]
fn the_guide_lists_every_template() {
    let text = page("templates.md");
    let (_, section) = text.split_once("\n# Choose a template\n").unwrap();
    let section = section.split("\n# ").next().unwrap();
    let listed: Vec<_> = rows(section).filter_map(|row| Some((code(row[0])?.to_owned(), row[1].to_owned()))).collect();
    let shipped: Vec<_> =
        templates::all().iter().map(|template| (template.name().to_owned(), template.purpose().to_owned())).collect();
    assert_eq!(listed, shipped);
    // The programs that the page names exist.
    for name in text.split('`').filter_map(|part| part.strip_suffix(".rs")) {
        let path = if name.contains('/') { format!("{name}.rs") } else { format!("examples/{name}.rs") };
        assert!(fs::exists(&path).unwrap(), "{path}");
    }
}

#[test]
fn templates_are_written_and_read_back_as_the_same_model() {
    for template in templates::all() {
        let model = toml_model(template.document());
        let read: Model = serde_json::from_value(serde_json::to_value(&model).unwrap()).unwrap();
        assert_eq!(read.fingerprint(), model.fingerprint(), "{}", template.name());
    }
}

/// Readers read an example from top to bottom.
#[test]
fn examples_are_short_and_run_in_ci() {
    let ci = fs::read_to_string(".ci/run").unwrap();
    let (_, run) = ci.split_once("\nfor example in ").unwrap();
    let run: BTreeSet<_> = run.split(';').next().unwrap().split(' ').map(str::to_owned).collect();
    let mut found = BTreeSet::new();
    for entry in fs::read_dir("examples").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            assert!(fs::read_to_string(&path).unwrap().lines().count() < 80, "{}", path.display());
            found.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(found, run);
}

#[test]
fn the_readme_lists_every_template() {
    let readme = fs::read_to_string("README.md").unwrap();
    for template in templates::all() {
        let row = format!("| [`{0}`](src/kit/templates/{0}.toml) | {1} |", template.name(), template.purpose());
        assert!(readme.contains(&row), "{row}");
    }
}
