//! Nodes as indented JSON.

use std::fmt::{Formatter, Result, Write as _};

use crate::model::document::node::Node;

/// The longest list or table that is written on one line, in bytes.
const LINE_BYTES_MAX: usize = 96;

/// Writes a node, indented by two spaces for each level.
pub(super) fn write(node: &Node, level: usize, f: &mut Formatter<'_>) -> Result {
    let mut line = String::new();
    flat(node, &mut line)?;
    if line.len() <= LINE_BYTES_MAX {
        return f.write_str(&line);
    }
    match node {
        Node::List(items) => entries(items, level, f, ('[', ']'), |item, f| write(item, level + 1, f)),
        Node::Table(rows) => entries(rows, level, f, ('{', '}'), |(key, value), f| {
            let mut name = String::new();
            quoted(key, &mut name)?;
            write!(f, "{name}: ")?;
            write(value, level + 1, f)
        }),
        _ => f.write_str(&line),
    }
}

fn entries<T>(
    items: &[T],
    level: usize,
    f: &mut Formatter<'_>,
    (open, close): (char, char),
    each: impl Fn(&T, &mut Formatter<'_>) -> Result,
) -> Result {
    f.write_char(open)?;
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(f, "{comma}\n{:1$}", "", 2 * (level + 1))?;
        each(item, f)?;
    }
    write!(f, "\n{:1$}{close}", "", 2 * level)
}

/// Writes a node on one line.
fn flat(node: &Node, out: &mut String) -> Result {
    match node {
        Node::Null | Node::Refused => out.write_str("null"),
        Node::Flag(flag) => write!(out, "{flag}"),
        Node::Whole(whole) => write!(out, "{whole}"),
        Node::Number(number) => write!(out, "{number:?}"),
        Node::Text(text) => quoted(text, out),
        Node::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                flat(item, out)?;
            }
            out.push(']');
            Ok(())
        }
        Node::Table(rows) if rows.is_empty() => out.write_str("{}"),
        Node::Table(rows) => {
            for (index, (key, value)) in rows.iter().enumerate() {
                out.push_str(if index == 0 { "{ " } else { ", " });
                quoted(key, out)?;
                out.push_str(": ");
                flat(value, out)?;
            }
            out.write_str(" }")
        }
    }
}

fn quoted(text: &str, out: &mut String) -> Result {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => write!(out, "\\u{:04x}", u32::from(letter))?,
            letter => out.push(letter),
        }
    }
    out.push('"');
    Ok(())
}
