//! Parts of documents as people write them in TOML: dotted keys, and small tables in braces.

use std::fmt::{self, Write as _};

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use toml::Value;

use crate::mapping::infer::key;

/// The longest line that a table or a list may take.
const WIDTH: usize = 120;

/// A part of a document, with its keys in the order in which the library writes them.
pub(crate) enum Tree {
    Table(Vec<(String, Tree)>),
    List(Vec<Tree>),
    Value(Value),
}

/// Which tables are written in braces.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Braces {
    /// Items of lists.
    InLists,
    /// Items of lists, and tables that fit on a line and contain no table.
    AroundSmallTables,
}

impl Tree {
    /// The tree of a part.
    pub(crate) fn of(part: &impl Serialize) -> serde_json::Result<Tree> {
        serde_json::from_str(&serde_json::to_string(part)?)
    }

    /// The part behind a key or a number, such as `axis.0.rule`.
    pub(crate) fn at(self, path: &str) -> Option<Tree> {
        path.split('.').try_fold(self, |tree, step| match tree {
            Tree::Table(keys) => Some(keys.into_iter().find(|(own, _)| own == step)?.1),
            Tree::List(items) => items.into_iter().nth(step.parse().ok()?),
            Tree::Value(_) => None,
        })
    }

    /// Writes the keys of a table, one to a line.
    pub(crate) fn write(&self, braces: Braces, text: &mut String) {
        if let Tree::Table(keys) = self {
            for (name, tree) in keys {
                tree.write_under(&key(name), braces, text);
            }
        }
    }

    fn write_under(&self, path: &str, braces: Braces, text: &mut String) {
        let inline = self.to_string();
        let fits = path.len() + " = ".len() + inline.len() <= WIDTH;
        match self {
            Tree::Table(keys) if keys.len() < 2 || !self.is_flat() || !fits || braces == Braces::InLists => {
                for (name, tree) in keys {
                    tree.write_under(&format!("{path}.{}", key(name)), braces, text);
                }
            }
            Tree::List(items) if !self.is_flat() || !fits => {
                let _ = writeln!(text, "{path} = [");
                for item in items {
                    let _ = writeln!(text, "  {item},");
                }
                text.push_str("]\n");
            }
            _ => {
                let _ = writeln!(text, "{path} = {inline}");
            }
        }
    }

    /// The tree under a path, for a table in braces: tables with one key are dotted.
    fn pair(&self, path: &str) -> String {
        match self {
            Tree::Table(keys) if keys.len() == 1 => {
                keys.iter().map(|(name, tree)| tree.pair(&format!("{path}.{}", key(name)))).collect()
            }
            tree => format!("{path} = {tree}"),
        }
    }

    /// Whether a table or a list contains no table.
    fn is_flat(&self) -> bool {
        let holds_no_table = |tree: &Tree| match tree {
            Tree::Table(_) => false,
            Tree::List(items) => !items.iter().any(|item| matches!(item, Tree::Table(_))),
            Tree::Value(_) => true,
        };
        match self {
            Tree::Table(keys) => keys.iter().all(|(_, tree)| holds_no_table(tree)),
            list => holds_no_table(list),
        }
    }
}

/// The tree on one line.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tree::Value(value) => write!(f, "{value}"),
            Tree::List(items) => {
                let items: Vec<String> = items.iter().map(Tree::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Tree::Table(keys) => {
                let keys: Vec<String> = keys.iter().map(|(name, tree)| tree.pair(&key(name))).collect();
                write!(f, "{{ {} }}", keys.join(", "))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        struct TreeVisitor;

        impl<'de> Visitor<'de> for TreeVisitor {
            type Value = Tree;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a part of a document")
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
                Ok(Tree::Value(Value::Boolean(flag)))
            }

            fn visit_i64<E>(self, whole: i64) -> Result<Tree, E> {
                Ok(Tree::Value(Value::Integer(whole)))
            }

            fn visit_u64<E: serde::de::Error>(self, whole: u64) -> Result<Tree, E> {
                i64::try_from(whole).map(|whole| Tree::Value(Value::Integer(whole))).map_err(E::custom)
            }

            fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
                Ok(Tree::Value(Value::Float(number)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
                Ok(Tree::Value(Value::String(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Tree::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut keys: A) -> Result<Tree, A::Error> {
                let mut table = Vec::new();
                while let Some(entry) = keys.next_entry::<String, Tree>()? {
                    table.push(entry);
                }
                // People read a condition before its points, and the texts before how they are compared.
                let has_condition = table.iter().any(|(name, _)| name == "when");
                table.sort_by_key(|(name, _)| match name.as_str() {
                    "points" if has_condition => 1,
                    "ignore_case" => 2,
                    _ => 0,
                });
                Ok(Tree::Table(table))
            }
        }

        deserializer.deserialize_any(TreeVisitor)
    }
}
