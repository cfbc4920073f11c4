//! Every word leads to what exists at its place.

use std::collections::BTreeSet;

use super::keys::Help::{Say, Write};
use super::keys::KEYS;
use super::operators::{Advice, OPERATORS};
use super::{help_with_operator, squashed};
use crate::model::condition::{NumberOp, TextOp};
use crate::model::document::names::{IGNORE_CASE, Named};
use crate::model::document::node::Node;
use crate::model::document::operators::{EventOp, FieldOp};
use crate::model::document::read::Reader;
use crate::model::document::read::keys::Keys;
use crate::model::document::read::tables as t;
use crate::model::document::table::Table;
use crate::problem::{Path, Problems};

const TABLES: [&Table; 28] = [
    t::Model::TABLE,
    t::Gate::TABLE,
    t::Axis::TABLE,
    t::Group::TABLE,
    t::Rule::TABLE,
    t::Missing::TABLE,
    t::Otherwise::TABLE,
    t::Row::TABLE,
    t::Band::TABLE,
    t::PerUnit::TABLE,
    t::EventsMeasure::TABLE,
    t::FieldMeasure::TABLE,
    t::ValueOptions::TABLE,
    t::Signal::TABLE,
    t::Decay::TABLE,
    t::Stepped::TABLE,
    t::Calendar::TABLE,
    t::AtLeastOf::TABLE,
    t::Promoter::TABLE,
    t::Limit::TABLE,
    t::Grade::TABLE,
    t::Cuts::TABLE,
    t::State::TABLE,
    t::Segment::TABLE,
    t::Play::TABLE,
    t::Case::TABLE,
    t::CaseEvent::TABLE,
    t::Expect::TABLE,
];

/// The help for a key that is alone in a table.
fn help(table: &'static Table, word: &str) -> Option<String> {
    let entries = [(word.to_owned(), Node::Flag(true))];
    let mut reader = Reader { problems: Problems::default() };
    Keys::new(&entries, &Path::Root, table).finish(&mut reader);
    let mut problems = reader.problems.as_mut_slice().iter();
    problems.find(|problem| problem.code() == "unknown-key").and_then(|problem| problem.help()).map(str::to_owned)
}

fn table(name: &str) -> &'static Table {
    TABLES.into_iter().find(|table| table.name == name).unwrap_or_else(|| panic!("there is no table {name}"))
}

#[test]
fn each_word_leads_to_a_key_of_its_table() {
    let all: BTreeSet<_> = TABLES.iter().flat_map(|table| table.keys).map(|key| key.name).collect();
    for (name, rows) in KEYS {
        let (table, mut seen) = (table(name), BTreeSet::new());
        for (words, advice) in *rows {
            let expected = match advice {
                Write(own) => {
                    assert!(table.has(own), "{name}.{own}");
                    format!("write `{own}`")
                }
                Say(sentence) => {
                    for quoted in sentence.split('`').skip(1).step_by(2) {
                        let path = quoted.split(' ').next().unwrap_or_default();
                        assert!(path.split('.').all(|key| all.contains(key)), "{name}: {path} in {sentence}");
                    }
                    (*sentence).to_owned()
                }
            };
            for word in words.split(' ') {
                assert_eq!(squashed(word), word);
                assert!(seen.insert(word), "{name}: {word} is there twice");
                assert!(table.keys.iter().all(|key| squashed(key.name) != word), "{name}: {word} is a key");
                assert_eq!(help(table, word), Some(expected.clone()), "{name}: {word}");
            }
        }
    }
}

#[test]
fn every_other_unknown_key_lists_the_keys() {
    for table in TABLES {
        let help = help(table, "zzzzzz").unwrap_or_default();
        for key in table.keys {
            assert!(help.contains(&format!("`{}`", key.name)), "{}: {help}", table.name);
        }
    }
}

/// The operators that are known at the places of operators.
fn families() -> [Vec<&'static str>; 5] {
    let options = |tables: &[&'static Table]| tables.iter().flat_map(|table| table.keys).map(|key| key.name).collect();
    let mut counts: Vec<_> = options(&[t::MeasureOptions::TABLE, t::CountOptions::TABLE]);
    let mut axes: Vec<_> = options(&[t::AxisOptions::TABLE]);
    counts.extend(NumberOp::names());
    axes.extend(NumberOp::names());
    [
        FieldOp::all().map(|(name, _)| name).collect(),
        EventOp::all().map(|(name, _)| name).collect(),
        counts,
        axes,
        TextOp::names().chain([IGNORE_CASE]).collect(),
    ]
}

#[test]
fn each_operator_leads_to_operators_of_its_place() {
    let families = families();
    let mut all: BTreeSet<_> = families.iter().flatten().copied().collect();
    all.extend(["not", "coverage", "amount", "mean_amount", "latest_amount"]);
    for (words, advice) in OPERATORS {
        let own = advice.operator();
        assert!(families.iter().any(|known| known.contains(&own)), "{own}");
        if let Advice::Say(_, sentence) = advice {
            for quoted in sentence.split('`').skip(1).step_by(2) {
                let path = quoted.split(' ').next().unwrap_or_default();
                assert!(path.split('.').all(|operator| all.contains(operator)), "{path} in {sentence}");
            }
        }
        for word in words.split(' ') {
            assert_eq!(squashed(word), word);
            // At a place that has the operator, the word is not an operator and leads to this advice.
            let leads = families.iter().filter(|known| known.contains(&own)).any(|known| {
                let help = help_with_operator(word, &Path::Root, known);
                known.iter().all(|known| squashed(known) != word) && help == Some(advice.text(&Path::Root, known))
            });
            assert!(leads, "{word} does not lead to {own}");
        }
    }
}

/// Whatever a word negates, its help negates too: by `not`, or by an operator that is a negation.
#[test]
fn a_negation_leads_to_a_negation() {
    for known in families() {
        for own in &known {
            for negation in ["not_", "does_not_", "is_not_", "isnt_", "doesnt_", "non_", "never_"] {
                let word = format!("{negation}{own}");
                let Some(help) = help_with_operator(&word, &Path::Root, &known) else { continue };
                let negates = ["not = {", "`is_not`", "none_of", "has_none", "none_within", "never", "known = false"];
                let dates = ["on_or_after", "`before`", "more_than = 30"]; // `not_before`, `not_after`, `not_within`
                assert!(negates.iter().chain(&dates).any(|negates| help.contains(negates)), "{word}: {help}");
            }
        }
    }
}
