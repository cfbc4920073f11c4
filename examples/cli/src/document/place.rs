//! Finds the place of a path in the text of a document.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use warmth::PathSegment;

/// Parses a text of TOML once. Returns a function that finds the place of a path in it: the key and its value if they are on
/// one line, else the key; for an element of a list the element. If a key is missing, the place of the table that should have
/// it.
pub(crate) fn in_toml(text: &str) -> impl Fn(&[PathSegment]) -> Range<usize> {
    let table = DeTable::parse(text).ok();
    move |path| {
        let span = table.as_ref().map_or(0..0, |table| span(text, table.get_ref(), path));
        within(text, first_line(text, span))
    }
}

/// The span of the longest part of a path that a table has.
fn span(text: &str, table: &DeTable<'_>, path: &[PathSegment]) -> Range<usize> {
    let mut value = None::<&Spanned<DeValue<'_>>>;
    let mut span = 0..0;
    for segment in path {
        match segment {
            PathSegment::Key(key) => {
                let inner = match value {
                    None => Some(table),
                    Some(value) => value.get_ref().as_table(),
                };
                let found = inner.and_then(|table| table.iter().find(|(own, _)| own.get_ref() == key));
                let Some((name, found)) = found else { break };
                span = joined(text, &name.span(), &found.span());
                value = Some(found);
            }
            PathSegment::Index(index) => {
                let list = value.and_then(|value| value.get_ref().as_array());
                let Some(found) = list.and_then(|list| list.get(*index)) else { break };
                span = found.span();
                value = Some(found);
            }
        }
    }
    span
}

/// The same place in a text of JSON.
pub(crate) fn in_json(text: &str, path: &[PathSegment]) -> Range<usize> {
    let mut scanner = Scanner { text, at: 0 };
    let span = scanner.find(path).unwrap_or(0..0);
    within(text, first_line(text, span))
}

/// From the key to the end of the value, if they are on one line; else the key.
fn joined(text: &str, key: &Range<usize>, value: &Range<usize>) -> Range<usize> {
    let both = key.start..value.end;
    let one_line = value.start >= key.end && text.get(both.clone()).is_some_and(|part| !part.contains('\n'));
    if one_line { both } else { key.clone() }
}

/// The part of a span on its first line.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let part = text.get(span.clone()).unwrap_or_default();
    let length = part.find('\n').unwrap_or(part.len());
    span.start..span.start + length
}

/// The span, moved into the text and to the ends of characters.
pub(crate) fn within(text: &str, span: Range<usize>) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

/// Reads over JSON that has been parsed before, so it is well-formed.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    /// The place of the path in the value that begins here.
    fn find(&mut self, path: &[PathSegment]) -> Option<Range<usize>> {
        self.blanks();
        let start = self.at;
        let Some((segment, rest)) = path.split_first() else {
            self.value()?;
            return Some(start..self.at);
        };
        let whole = start..start + 1;
        match (segment, self.peek()?) {
            (PathSegment::Key(wanted), b'{') => {
                self.at += 1;
                loop {
                    self.blanks();
                    if self.peek()? == b'}' {
                        return Some(whole);
                    }
                    let begins = self.at;
                    self.string()?;
                    let ends = self.at;
                    let key: String = serde_json::from_str(self.text.get(begins..ends)?).ok()?;
                    self.blanks();
                    self.at += 1; // the colon
                    self.blanks();
                    if key == *wanted {
                        let value = self.at;
                        let inner = self.find(rest)?;
                        return Some(if rest.is_empty() {
                            joined(self.text, &(begins..ends), &(value..inner.end))
                        } else {
                            inner
                        });
                    }
                    self.value()?;
                    self.comma();
                }
            }
            (PathSegment::Index(index), b'[') => {
                self.at += 1;
                for _ in 0..*index {
                    self.blanks();
                    if self.peek()? == b']' {
                        return Some(whole);
                    }
                    self.value()?;
                    self.comma();
                }
                self.find(rest)
            }
            _ => Some(whole),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn comma(&mut self) {
        self.blanks();
        if self.peek() == Some(b',') {
            self.at += 1;
        }
    }

    /// Moves over a value.
    fn value(&mut self) -> Option<()> {
        self.blanks();
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                byte if depth > 0 || !byte.is_ascii_whitespace() => {
                    self.at += 1;
                    let ends = |byte: u8| byte.is_ascii_whitespace() || b",]}".contains(&byte);
                    while depth == 0 && self.peek().is_some_and(|byte| !ends(byte)) {
                        self.at += 1;
                    }
                }
                _ => self.at += 1,
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(segments: &[&str]) -> Vec<PathSegment> {
        let segment = |segment: &&str| match segment.parse() {
            Ok(index) => PathSegment::Index(index),
            Err(_) => PathSegment::Key((*segment).to_owned()),
        };
        segments.iter().map(segment).collect()
    }

    #[test]
    fn places_in_toml() {
        let text = "name = \"x\"\n\n[[axis]]\nname = \"fit\"\n[[axis.rule]]\nid = \"nps\"\nbands.npss = [[0, 1],\n  [7, 40]]\nsignal.most_recnt = 5\n";
        let found = |segments: &[&str]| text.get(in_toml(text)(&path(segments))).unwrap();
        assert_eq!(found(&["axis", "0", "rule", "0", "signal", "most_recnt"]), "most_recnt = 5");
        assert_eq!(found(&["axis", "0", "rule", "0", "bands", "npss"]), "npss");
        assert_eq!(found(&["axis", "0", "rule", "0", "bands", "npss", "1", "1"]), "40");
        assert_eq!(found(&["name"]), "name = \"x\"");
        assert_eq!(found(&["axis", "0", "available"]), "[[axis]]");
        assert_eq!(found(&[]), "");
    }

    #[test]
    fn places_in_json() {
        let text =
            r#"{ "name": "x}", "axis": [{"a": [1, {"b]": "\"["}]}, {"rule": [{ "ö": 1, "id" : "nps" }, true] }]}"#;
        let found = |segments: &[&str]| text.get(in_json(text, &path(segments))).unwrap();
        assert_eq!(found(&["axis", "1", "rule", "0", "id"]), r#""id" : "nps""#);
        assert_eq!(found(&["axis", "1", "rule", "1"]), "true");
        assert_eq!(found(&["axis", "0", "a", "1", "b]"]), r#""b]": "\"[""#);
        assert_eq!(found(&["axis", "1", "rule", "0", "points"]), "{");
        assert_eq!(found(&["axis", "7"]), "[");
    }
}
