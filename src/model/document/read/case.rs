//! Cases: facts, events and expectations.

use chrono::{DateTime, Utc};

use super::{Reader, tables};
use crate::input::activity::{Activity, Event, listed};
use crate::input::facts::Record;
use crate::input::value::Value;
use crate::model::case::{Case, Expect};
use crate::model::document::node::Node;
use crate::num::points::Points;
use crate::problem::{Path, Problem};

/// An event of a case.
pub(super) struct CaseEvent {
    event: String,
    at: DateTime<Utc>,
    count: u32,
    amount: Points,
    attributes: Vec<(String, Value)>,
}

fn activity(events: &[CaseEvent]) -> Activity {
    let mut activity = Activity::new();
    for CaseEvent { event, at, count, amount, attributes } in events {
        let attributes = listed(attributes.iter().map(|(name, value)| (name, value)));
        activity.record_event(Event::new(event, *at).count(*count).amount(*amount).attributes(&attributes));
    }
    activity
}

/// Returns the flag, the number or the text of a node.
fn scalar(node: &Node) -> Option<Value> {
    match node {
        Node::Flag(flag) => Some((*flag).into()),
        Node::Whole(whole) => Some((*whole).into()),
        Node::Number(number) => Some((*number).into()),
        Node::Text(text) => Some(text.as_str().into()),
        Node::Null | Node::List(_) | Node::Table(_) | Node::Refused => None,
    }
}

impl Reader {
    pub(super) fn case(&mut self, node: &Node, path: &Path<'_>) -> Option<Case> {
        let mut keys = self.keys(node, path, tables::Case::TABLE)?;
        let name = keys.required(self, tables::Case::NAME);
        let as_of = keys.required(self, tables::Case::AS_OF);
        let facts = keys.or_default(self, tables::Case::FACTS);
        let events = keys.or_default(self, tables::Case::EVENTS);
        let expect = keys.required(self, tables::Case::EXPECT);
        keys.finish(self);
        Some(Case { name: name?, as_of: as_of?, subject: facts?.with_activity(activity(&events?)), expect: expect? })
    }

    pub(super) fn facts(&mut self, node: &Node, path: &Path<'_>) -> Option<Record> {
        let mut record = Record::new();
        let mut complete = true;
        for (field, node) in self.entries(node, path)? {
            let path = path.key(field);
            let expected = "a fact: true or false, a number, text or a list of texts";
            let value = match node {
                Node::Null => continue,
                Node::List(_) => self.list(node, &path, Reader::text).map(Into::into),
                _ => scalar(node).or_else(|| self.wrong_type(node, &path, expected)),
            };
            complete &= value.is_some();
            if let Some(value) = value {
                record.set(field, value);
            }
        }
        complete.then_some(record)
    }

    pub(super) fn case_event(&mut self, node: &Node, path: &Path<'_>) -> Option<CaseEvent> {
        let mut keys = self.keys(node, path, tables::CaseEvent::TABLE)?;
        let event = keys.required(self, tables::CaseEvent::EVENT);
        let at = keys.required(self, tables::CaseEvent::AT);
        let count = keys.optional(self, tables::CaseEvent::COUNT);
        let amount = keys.or_default(self, tables::CaseEvent::AMOUNT);
        let attributes = keys.or_default(self, tables::CaseEvent::ATTRIBUTES);
        keys.finish(self);
        Some(CaseEvent { event: event?, at: at?, count: count?.unwrap_or(1), amount: amount?, attributes: attributes? })
    }

    pub(super) fn attributes(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<(String, Value)>> {
        let expected = "an attribute: true or false, a number or text";
        let rows = self.rows(node, path, |reader, node, path| match node {
            Node::Null => Some(None),
            _ => scalar(node).or_else(|| reader.wrong_type(node, path, expected)).map(Some),
        });
        Some(rows?.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
    }

    pub(super) fn expect(&mut self, node: &Node, path: &Path<'_>) -> Option<Expect> {
        let mut keys = self.keys(node, path, tables::Expect::TABLE)?;
        if keys.len() == 0 {
            self.problems.note(Problem::new("empty", path, "a case needs at least one expectation"));
        }
        let verdict = keys.optional(self, tables::Expect::VERDICT);
        let score = keys.optional(self, tables::Expect::SCORE);
        let coverage = keys.optional(self, tables::Expect::COVERAGE);
        let axes = keys.or_default(self, tables::Expect::AXES);
        let grade = keys.optional(self, tables::Expect::GRADE);
        let state = keys.optional(self, tables::Expect::STATE);
        let segment = keys.optional(self, tables::Expect::SEGMENT);
        let play = keys.optional(self, tables::Expect::PLAY);
        keys.finish(self);
        Some(Expect {
            verdict: verdict?,
            score: score?,
            coverage: coverage?,
            axes: axes?,
            grade: grade?,
            state: state?,
            segment: segment?,
            play: play?,
        })
    }
}
