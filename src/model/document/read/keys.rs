//! A table whose keys are read one by one.

use super::Reader;
use crate::model::document::names::{DISTINCT, IGNORE_CASE, KEY_ADVICE, PREVIOUS, WHERE, WINDOW_KEYS, squashed};
use crate::model::document::node::Node;
use crate::problem::{Path, Problem, nearest};

/// Options of a rule's forms, and the forms that they belong to.
pub(super) const OPTIONS: [(&str, &str); 11] = [
    ("otherwise", "`first` and `values`"),
    ("bounds", "`bands`"),
    ("below", "`bands`"),
    ("by", "`bands` over dates and events"),
    ("ratio_to", "`bands` over numbers and events"),
    ("within", "`bands` over events, except by `days_since_last`"),
    ("window", "`signal`; `bands` and `per_unit` over events take `within`"),
    (WHERE, "`bands`, `per_unit` and `when` over events, and to `signal`"),
    (DISTINCT, "`bands`, `per_unit` and `when` over the `count` of events"),
    ("combine", "`values` of tags"),
    (IGNORE_CASE, "`values`, or to `when` below the name of the field"),
];

/// A table while its keys are read. Keys that nobody has read are unknown.
pub(super) struct Keys<'n, 'p> {
    entries: &'n [(String, Node)],
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
    pub(super) path: &'p Path<'p>,
}

impl<'n, 'p> Keys<'n, 'p> {
    pub(super) fn new(entries: &'n [(String, Node)], path: &'p Path<'p>) -> Keys<'n, 'p> {
        Keys { entries, known: Vec::new(), missing: Vec::new(), path }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }

    /// Makes keys known that are not read.
    pub(super) fn know(&mut self, keys: impl IntoIterator<Item = &'static str>) {
        self.known.extend(keys);
    }

    /// Returns the keys that nobody has read so far.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &'n str> {
        self.entries.iter().map(|(key, _)| key.as_str()).filter(|key| !self.known.contains(key))
    }

    pub(super) fn required<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnOnce(&mut Reader, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = self.optional(reader, key, read)?;
        if value.is_none() {
            self.missing.push(key);
        }
        value
    }

    /// Returns `Some(None)` if the key is absent and `None` if its value is wrong.
    #[expect(clippy::option_option, reason = "an absent value differs from a wrong one")]
    pub(super) fn optional<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnOnce(&mut Reader, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        self.known.push(key);
        match self.get(key) {
            None => Some(None),
            Some(value) => read(reader, value, &self.path.key(key)).map(Some),
        }
    }

    pub(super) fn or_default<T: Default>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnOnce(&mut Reader, &'n Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        self.optional(reader, key, read).map(Option::unwrap_or_default)
    }

    /// Reads every item of a list. An absent list is empty.
    pub(super) fn list<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnMut(&mut Reader, &Node, &Path<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.or_default(reader, key, |reader, node, path| reader.list(node, path, read))
    }

    /// Notes unknown keys, and missing keys unless an unknown one is a misspelling of them. Returns whether all keys
    /// are known.
    pub(super) fn finish(mut self, reader: &mut Reader) -> bool {
        let unknown: Vec<_> = self.unknown().collect();
        for key in &unknown {
            let nearest = nearest(key, self.known.iter().copied());
            self.missing.retain(|missing| Some(*missing) != nearest);
            reader.problems.note_with(|found| {
                let problem = Problem::new("unknown-key", &self.path.key(key), format!("unknown key `{key}`"));
                let written = squashed(key);
                let advice = KEY_ADVICE
                    .iter()
                    .find(|(own, names, _)| self.known.contains(own) && names.contains(&written.as_str()));
                if let Some((.., advice)) = advice {
                    return problem.with_help(*advice);
                }
                let option = OPTIONS.iter().find(|(option, _)| self.known.contains(&"per_unit") && option == key);
                let is_of_decay = ["half_life", "linear", "drop", "keep", "table"].contains(key);
                match option {
                    None if is_of_decay && self.known.contains(&"decay") => {
                        problem.with_help(format!("write `decay.{key}`"))
                    }
                    None if WINDOW_KEYS.contains(key) && self.known.contains(&"window") => {
                        problem.with_help(format!("write `window.{key}`"))
                    }
                    Some((_, forms)) => problem.with_help(format!("it belongs to {forms}")),
                    None if nearest.is_none() && self.known.contains(&PREVIOUS) => {
                        problem.with_help("write one of `this`, `previous`, `since`, `until`")
                    }
                    None if nearest.is_none() && self.known.contains(&"attributes") => {
                        problem.with_help(format!("if it is an attribute, write `attributes.{key}`"))
                    }
                    None => problem.suggesting(found, key, self.known.iter().copied()),
                }
            });
        }
        for key in self.missing {
            reader.problems.refuse::<()>("missing-key", self.path, format!("the key `{key}` is missing"));
        }
        unknown.is_empty()
    }
}
