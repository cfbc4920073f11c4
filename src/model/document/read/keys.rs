//! A table whose keys are read one by one.

use super::values::{Optional, Required, Value};
use super::words::{help_with_key, squashed};
use super::{Reader, find, tables};
use crate::model::document::names::{DISTINCT, IGNORE_CASE, RATIO_TO, WHERE, WITHIN};
use crate::model::document::node::Node;
use crate::model::document::table::Table;
use crate::problem::{Path, Problem, nearest};

/// Options of a rule's forms, and the forms that they belong to.
const OPTIONS: [(&str, &str); 11] = [
    ("otherwise", "`first` and `values`"),
    ("bounds", "`bands`"),
    ("below", "`bands`"),
    ("by", "`bands` over dates and events"),
    (RATIO_TO, "`bands` over numbers and events"),
    (WITHIN, "`bands` over events, except by `days_since_last`"),
    ("window", "`signal`; `bands` and `per_unit` over events take `within`"),
    (WHERE, "`bands`, `per_unit` and `when` over events, and to `signal`"),
    (DISTINCT, "`bands`, `per_unit` and `when` over the `count` of events"),
    ("combine", "`values` of tags"),
    (IGNORE_CASE, "`values`, or to `when` below the name of the field"),
];

/// A table while its keys are read. A key that its tables do not declare is unknown.
pub(super) struct Keys<'n, 'p> {
    entries: &'n [(String, Node)],
    tables: Vec<&'static Table>,
    /// Declared keys that do not go with what was read.
    excluded: Vec<&'static str>,
    missing: Vec<&'static str>,
    pub(super) path: &'p Path<'p>,
}

impl<'n, 'p> Keys<'n, 'p> {
    pub(super) fn new(entries: &'n [(String, Node)], path: &'p Path<'p>, table: &'static Table) -> Keys<'n, 'p> {
        Keys { entries, tables: vec![table], excluded: Vec::new(), missing: Vec::new(), path }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        find(self.entries, key)
    }

    /// Makes the keys of more tables known.
    pub(super) fn extend(&mut self, tables: &[&'static Table]) {
        self.tables.extend_from_slice(tables);
    }

    /// Makes a key unknown.
    pub(super) fn exclude(&mut self, key: &'static str) {
        self.excluded.push(key);
    }

    fn known(&self) -> impl Iterator<Item = &'static str> {
        let keys = self.tables.iter().flat_map(|table| table.keys).map(|key| key.name);
        keys.filter(|key| !self.excluded.contains(key))
    }

    fn knows(&self, key: &str) -> bool {
        self.known().any(|known| known == key)
    }

    /// Returns the keys of the document that are not known.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &'n str> {
        self.entries.iter().map(|(key, _)| key.as_str()).filter(|key| !self.knows(key))
    }

    pub(super) fn required<V: Value>(&mut self, reader: &mut Reader, key: Required<V>) -> Option<V::Read> {
        self.required_by(reader, key, V::read)
    }

    /// Reads a key whose value depends on what surrounds it.
    pub(super) fn required_by<V, T>(
        &mut self,
        reader: &mut Reader,
        key: Required<V>,
        read: impl FnOnce(&mut Reader, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        match self.get(key.name) {
            None => {
                self.missing.push(key.name);
                None
            }
            Some(value) => read(reader, value, &self.path.key(key.name)),
        }
    }

    /// Returns `Some(None)` if the key is absent and `None` if its value is wrong.
    #[expect(clippy::option_option, reason = "an absent value differs from a wrong one")]
    pub(super) fn optional<V: Value>(&mut self, reader: &mut Reader, key: Optional<V>) -> Option<Option<V::Read>> {
        match self.get(key.name) {
            None => Some(None),
            Some(value) => V::read(reader, value, &self.path.key(key.name)).map(Some),
        }
    }

    pub(super) fn or_default<V: Value<Read: Default>>(
        &mut self,
        reader: &mut Reader,
        key: Optional<V>,
    ) -> Option<V::Read> {
        self.optional(reader, key).map(Option::unwrap_or_default)
    }

    /// Refuses keys of several alternatives, or of none, for each table that needs exactly one. A key that is unknown may
    /// be a misspelling of the one that is needed.
    fn check_alternatives(&self, reader: &mut Reader, all_known: bool) {
        for table in self.tables.iter().filter(|table| !table.one_of.is_empty()) {
            let given = |keys: &&&[&'static str]| keys.iter().copied().find(|key| self.get(key).is_some());
            let given: Vec<_> = table.one_of.iter().filter_map(|keys| given(&keys)).collect();
            let message = match given[..] {
                [_] => continue,
                [] if !all_known => continue,
                [first, second, ..] if table.one_of.iter().any(|keys| keys.len() > 1) => {
                    format!("`{first}` and `{second}` exclude each other")
                }
                _ => table.needs(),
            };
            reader.problems.refuse::<()>("forms", self.path, message);
        }
    }

    /// Notes unknown keys, missing keys unless an unknown one is a misspelling of them, and keys that exclude each other.
    pub(super) fn finish(mut self, reader: &mut Reader) {
        let unknown: Vec<_> = self.unknown().collect();
        for key in &unknown {
            let nearest = nearest(key, self.known());
            self.missing.retain(|missing| Some(*missing) != nearest);
            reader.problems.note_with(|found| {
                let problem = Problem::new("unknown-key", &self.path.key(key), format!("unknown key `{key}`"));
                let word = squashed(key);
                if let Some(own) = self.known().find(|own| squashed(own) == word) {
                    return problem.with_help(format!("write `{own}`"));
                }
                // What a key belongs to is the more exact the later its table was added.
                let tables = self.tables.iter().rev().map(|table| table.name);
                if let Some(help) = help_with_key(tables, key, |own| self.knows(own)) {
                    return problem.with_help(help);
                }
                let option = OPTIONS.iter().find(|(option, _)| self.knows("per_unit") && option == key);
                let is_of_decay = tables::Decay::TABLE.has(key);
                match option {
                    None if is_of_decay && self.knows("decay") => problem.with_help(format!("write `decay.{key}`")),
                    None if tables::Calendar::TABLE.has(key) && self.knows("window") => {
                        problem.with_help(format!("write `window.{key}`"))
                    }
                    Some((_, forms)) => problem.with_help(format!("it belongs to {forms}")),
                    None if nearest.is_none() && self.knows("attributes") => {
                        let help = format!("if it is an attribute, write `attributes.{key}`");
                        problem.with_help(help).listing(found, self.known())
                    }
                    None => problem.suggesting(found, key, self.known()).listing(found, self.known()),
                }
            });
        }
        self.check_alternatives(reader, unknown.is_empty());
        for key in self.missing {
            reader.problems.refuse::<()>("missing-key", self.path, format!("the key `{key}` is missing"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_option_of_a_form_has_its_help() {
        let options = tables::FORMS.iter().flat_map(|form| form.options.iter().chain(form.options_of_events));
        let mut declared: BTreeSet<_> = options.flat_map(|table| table.keys).map(|key| key.name).collect();
        // It belongs to a signal, next to whose form people write it.
        declared.insert(tables::Signal::WINDOW.name);
        assert_eq!(OPTIONS.map(|(option, _)| option).into_iter().collect::<BTreeSet<_>>(), declared);
    }
}
