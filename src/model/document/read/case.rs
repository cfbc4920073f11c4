//! Cases: facts, events and expectations.

use super::Reader;
use crate::input::activity::{Activity, Event, listed};
use crate::input::facts::Record;
use crate::input::value::Value;
use crate::model::case::{Case, Expect};
use crate::model::document::node::Node;
use crate::problem::{Path, Problem};

impl Reader {
    pub(super) fn case(&mut self, node: &Node, path: &Path<'_>) -> Option<Case> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let as_of = keys.required(self, "as_of", Reader::instant);
        let facts = keys.or_default(self, "facts", Reader::facts);
        let events = keys.or_default(self, "events", Reader::events);
        let expect = keys.required(self, "expect", Reader::expect);
        keys.finish(self);
        Some(Case { name: name?, as_of: as_of?, subject: facts?.with_activity(events?), expect: expect? })
    }

    fn facts(&mut self, node: &Node, path: &Path<'_>) -> Option<Record> {
        let mut record = Record::new();
        let mut complete = true;
        for (field, node) in self.entries(node, path)? {
            let path = path.key(field);
            let value: Option<Value> = match node {
                Node::Null => continue,
                Node::Flag(flag) => Some((*flag).into()),
                Node::Whole(whole) => Some((*whole).into()),
                Node::Number(number) => Some((*number).into()),
                Node::Text(text) => Some(text.as_str().into()),
                Node::List(_) => self.list(node, &path, Reader::text).map(Into::into),
                Node::Table(_) | Node::Refused => {
                    self.wrong_type(node, &path, "a fact: true or false, a number, text or a list of texts")
                }
            };
            complete &= value.is_some();
            if let Some(value) = value {
                record.set(field, value);
            }
        }
        complete.then_some(record)
    }

    fn events(&mut self, node: &Node, path: &Path<'_>) -> Option<Activity> {
        let mut activity = Activity::new();
        let rows = self.list(node, path, |reader, node, path| {
            let mut keys = reader.keys(node, path)?;
            let event = keys.required(reader, "event", Reader::name);
            let at = keys.required(reader, "at", Reader::instant);
            let count = keys.optional(reader, "count", Reader::count);
            let amount = keys.or_default(reader, "amount", Reader::points);
            let attributes = keys.or_default(reader, "attributes", Reader::attributes);
            keys.finish(reader);
            Some((event?, at?, count?.unwrap_or(1), amount?, attributes?))
        });
        for (event, at, count, amount, attributes) in rows? {
            let attributes = listed(attributes.iter().map(|(name, value)| (name, value)));
            activity.record_event(Event::new(&event, at).count(count).amount(amount).attributes(&attributes));
        }
        Some(activity)
    }

    fn attributes(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<(String, Value)>> {
        let expected = "an attribute: true or false, a number or text";
        let rows = self.rows(node, path, |reader, node, path| match node {
            Node::Null => Some(None),
            Node::Flag(flag) => Some(Some((*flag).into())),
            Node::Whole(whole) => Some(Some((*whole).into())),
            Node::Number(number) => Some(Some((*number).into())),
            Node::Text(text) => Some(Some(text.as_str().into())),
            Node::List(_) | Node::Table(_) | Node::Refused => reader.wrong_type(node, path, expected),
        });
        Some(rows?.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
    }

    fn expect(&mut self, node: &Node, path: &Path<'_>) -> Option<Expect> {
        let mut keys = self.keys(node, path)?;
        if keys.len() == 0 {
            self.problems.note(Problem::new("empty", path, "a case needs at least one expectation"));
        }
        let verdict = keys.optional(self, "verdict", Reader::name);
        let score = keys.optional(self, "score", Reader::points);
        let coverage = keys.optional(self, "coverage", Reader::points);
        let axes = keys.or_default(self, "axes", |reader, node, path| reader.rows(node, path, Reader::points));
        let grade = keys.optional(self, "grade", Reader::name);
        let state = keys.optional(self, "state", Reader::name);
        let segment = keys.optional(self, "segment", Reader::name);
        let play = keys.optional(self, "play", Reader::name);
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
