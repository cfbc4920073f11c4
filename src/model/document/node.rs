//! A document in any format: tables, lists and plain values, without their meaning.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::model::limits::DocumentLimits;
use crate::num::json::JSON_NUMBER;
use crate::problem::{Path, Problems};

/// A value in a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    /// A value that is not finite or over a limit. The problem is noted already, so no pass reports it again.
    Refused,
}

impl Node {
    /// Returns the type of the value, for messages.
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Node::Null | Node::Refused => "null",
            Node::Flag(_) => "a flag",
            Node::Whole(_) | Node::Number(_) => "a number",
            Node::Text(_) => "text",
            Node::List(_) => "a list",
            Node::Table(_) => "a table",
        }
    }

    /// Returns the whole number, if the value is one. `10.0` is 10: some writers have no other form.
    pub(crate) fn whole(&self) -> Option<i64> {
        match self {
            Node::Whole(whole) => Some(*whole),
            Node::Number(number) => match Node::from(*number) {
                Node::Whole(whole) => Some(whole),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the number, if the value is one.
    #[expect(clippy::cast_precision_loss, reason = "numbers in documents are compared as doubles")]
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Node::Whole(whole) => Some(*whole as f64),
            Node::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Whole numbers have no decimal point, so that a document reads the same in every format.
impl From<f64> for Node {
    #[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "exactly whole and within 2^53")]
    fn from(number: f64) -> Node {
        if number.trunc() == number && number.abs() <= 9_007_199_254_740_992.0 {
            Node::Whole(number as i64)
        } else {
            Node::Number(number)
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Null | Node::Refused => serializer.serialize_none(),
            Node::Flag(flag) => serializer.serialize_bool(*flag),
            Node::Whole(whole) => serializer.serialize_i64(*whole),
            Node::Number(number) => serializer.serialize_f64(*number),
            Node::Text(text) => serializer.serialize_str(text),
            Node::List(items) => serializer.collect_seq(items),
            Node::Table(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// Reads a document of any format into nodes. Values over a limit and repeated keys are noted and skipped.
pub(crate) struct Intake<'l> {
    limits: &'l DocumentLimits,
    pub(crate) problems: Problems,
    bytes: usize,
}

/// Levels of a document around the joins of a condition: seven lead to `axis[0].rule[0].first[0].when`, and up to five
/// lead from the innermost join to an operand.
const OUTER_LEVELS: usize = 12;

/// The most levels of a document in one join: `at_least_of` is a table with a list of tables.
///
/// Compiling counts the joins themselves.
const LEVELS_PER_JOIN: usize = 3;

/// The bytes that every value and every key counts towards the size of a document, in addition to its text.
const VALUE_BYTES: usize = 8;

/// The `toml` crate passes TOML's own dates to serde as a table with this key.
const TOML_DATE: &str = "$__toml_private_datetime";

impl<'l> Intake<'l> {
    pub(crate) fn new(limits: &'l DocumentLimits) -> Intake<'l> {
        Intake { limits, problems: Problems::default(), bytes: 0 }
    }

    pub(crate) fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<Node, D::Error> {
        let node = Seed { intake: self, path: &Path::Root }.deserialize(deserializer)?;
        if self.bytes > self.limits.document_bytes {
            let message = format!("the document is longer than {} bytes", self.limits.document_bytes);
            // The rest of the document was skipped, so keys that seem to be missing may be there.
            self.over(&Path::Root, message, "document_bytes");
            return Ok(Node::Refused);
        }
        if self.problems.is_full() {
            // The rest was skipped here too.
            return Ok(Node::Refused);
        }
        Ok(node)
    }

    fn over(&mut self, path: &Path<'_>, message: String, limit: &str) {
        self.problems.refuse_with_help::<()>("limit", path, message, format!("the limit is `{limit}`"));
    }

    /// Counts a value towards the document's size. Returns whether there is still room.
    fn admit(&mut self, bytes: usize) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        self.bytes <= self.limits.document_bytes
    }

    /// Returns whether the rest of the document matters: the document is not too long, and its problems not too many.
    fn has_room(&self) -> bool {
        self.bytes <= self.limits.document_bytes && !self.problems.is_full()
    }

    fn admit_text(&mut self, text: &str, path: &Path<'_>) -> bool {
        let limit = self.limits.text_bytes;
        if text.len() > limit {
            self.over(path, format!("this text has {} bytes, more than {limit}", text.len()), "text_bytes");
            return false;
        }
        self.admit(VALUE_BYTES + text.len())
    }

    /// Returns whether a list or table may have another entry after `len`.
    fn admit_entry(&mut self, len: usize, path: &Path<'_>) -> bool {
        let limit = self.limits.list_entries;
        if len == limit {
            self.over(path, format!("there are more than {limit} entries here"), "list_entries");
        }
        len < limit && self.has_room()
    }

    fn admit_level(&mut self, path: &Path<'_>) -> bool {
        let levels = self.limits.nesting.saturating_mul(LEVELS_PER_JOIN).saturating_add(OUTER_LEVELS);
        let fits = path.depth() <= levels;
        if !fits {
            self.over(path, format!("tables and lists are nested deeper than {levels} levels"), "nesting");
        }
        fits
    }
}

struct Seed<'i, 'l, 'p> {
    intake: &'i mut Intake<'l>,
    path: &'p Path<'p>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, '_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_, '_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, a list, text, a number or a flag")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        self.intake.admit(VALUE_BYTES);
        Ok(Node::Flag(flag))
    }

    fn visit_i64<E>(self, whole: i64) -> Result<Node, E> {
        self.intake.admit(VALUE_BYTES);
        Ok(Node::Whole(whole))
    }

    #[expect(clippy::cast_precision_loss, reason = "a number this large is over every limit in any case")]
    fn visit_u64<E>(self, whole: u64) -> Result<Node, E> {
        self.intake.admit(VALUE_BYTES);
        Ok(i64::try_from(whole).map_or(Node::Number(whole as f64), Node::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        self.intake.admit(VALUE_BYTES);
        if !number.is_finite() {
            return Ok(self.not_finite(&number.to_string()));
        }
        Ok(Node::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        let fits = self.intake.admit_text(text, self.path);
        Ok(if fits { Node::Text(text.to_owned()) } else { Node::Refused })
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        self.intake.admit(VALUE_BYTES);
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        self.intake.admit(VALUE_BYTES);
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        self.intake.admit(VALUE_BYTES);
        let mut items = Vec::new();
        let fits = self.intake.admit_level(self.path);
        let mut open = fits;
        loop {
            if open {
                let Some(item) =
                    list.next_element_seed(Seed { intake: self.intake, path: &self.path.index(items.len()) })?
                else {
                    break;
                };
                open = self.intake.admit_entry(items.len(), self.path);
                items.push(item);
            } else if list.next_element::<IgnoredAny>()?.is_none() {
                break;
            }
        }
        Ok(if fits { Node::List(items) } else { Node::Refused })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        self.intake.admit(VALUE_BYTES);
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let fits = self.intake.admit_level(self.path);
        let mut open = fits;
        while let Some(key) = map.next_key::<String>()? {
            if !open {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let path = self.path.key(&key);
            let known = self.intake.admit_text(&key, self.path);
            if key == TOML_DATE || key == JSON_NUMBER {
                let text: String = map.next_value()?;
                return Ok(self.private_value(&key, &text));
            }
            let value = map.next_value_seed(Seed { intake: self.intake, path: &path })?;
            if !seen.insert(key.clone()) {
                let message = format!("the key `{key}` is repeated");
                self.intake.problems.refuse::<()>("duplicate-key", &path, message);
                open = self.intake.has_room();
            } else if known {
                open = self.intake.admit_entry(entries.len(), self.path);
                entries.push((key, value));
            }
        }
        Ok(if fits { Node::Table(entries) } else { Node::Refused })
    }
}

impl Seed<'_, '_, '_> {
    fn not_finite(self, number: &str) -> Node {
        let message = format!("`{number}` is not a finite number");
        self.intake.problems.refuse::<()>("not-finite", self.path, message);
        Node::Refused
    }

    /// Returns a value that a format's crate wraps in a table.
    fn private_value(self, key: &str, text: &str) -> Node {
        if key == TOML_DATE {
            let message = format!("`{text}` is a TOML date, not text");
            let help = format!("put it in quotes: \"{text}\"");
            self.intake.problems.refuse_with_help::<()>("date-as-text", self.path, message, help);
            return Node::Text(text.to_owned());
        }
        match (text.parse(), text.parse::<f64>()) {
            (Ok(whole), _) => Node::Whole(whole),
            (_, Ok(number)) if number.is_finite() => Node::Number(number),
            _ => self.not_finite(text),
        }
    }
}
