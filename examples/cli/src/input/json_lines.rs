//! JSON lines: one object per line.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};

use serde_json::Value as Json;

use super::{Cell, RowError};

/// The prefix of the columns in the object `attributes`: `attributes.path`.
pub(super) const ATTRIBUTES: &str = "attributes.";

type Object = HashMap<String, Json>;

pub(crate) struct JsonLines {
    reader: BufReader<Box<dyn Read>>,
    bytes: Vec<u8>,
    columns: Vec<String>,
    object: Object,
    line: u64,
}

impl JsonLines {
    /// The columns are the keys of the objects in `start`, the beginning of the text.
    pub(crate) fn new(input: Box<dyn Read>, start: &str) -> Result<(JsonLines, Vec<String>), String> {
        if start.trim_start().starts_with('[') {
            return Err("this is a JSON list; write one object per line instead".to_owned());
        }
        let mut columns: Vec<String> = Vec::new();
        for line in start.lines().take(1_000) {
            let Ok(object) = serde_json::from_str::<serde_json::Map<String, Json>>(line.trim()) else { continue };
            for (key, value) in object {
                // The attributes of an event are columns too.
                let inner = value.as_object().filter(|_| key == "attributes");
                let inner = inner.into_iter().flat_map(|inner| inner.keys().map(|key| format!("{ATTRIBUTES}{key}")));
                for name in inner.chain([key.clone()]) {
                    if !columns.contains(&name) {
                        columns.push(name);
                    }
                }
            }
        }
        let reader = BufReader::new(input);
        let rows = JsonLines { reader, bytes: Vec::new(), columns: columns.clone(), object: Object::new(), line: 0 };
        Ok((rows, columns))
    }

    /// Adds a column that later objects may have.
    pub(crate) fn add(&mut self, name: &str) -> usize {
        self.columns.push(name.to_owned());
        self.columns.len() - 1
    }

    pub(crate) fn advance(&mut self) -> io::Result<Result<bool, RowError>> {
        loop {
            self.bytes.clear();
            self.line += 1;
            if self.reader.read_until(b'\n', &mut self.bytes)? == 0 {
                return Ok(Ok(false));
            }
            let Ok(mut text) = str::from_utf8(&self.bytes) else {
                return Ok(Err("expected text in UTF-8".to_owned()));
            };
            if self.line == 1 {
                text = text.strip_prefix('\u{feff}').unwrap_or(text); // a byte order mark
            }
            if text.trim().is_empty() {
                continue;
            }
            return Ok(match serde_json::from_str(text.trim()) {
                Ok(object) => {
                    self.object = object;
                    Ok(true)
                }
                Err(error) => {
                    let message = format!("expected a JSON object: {error}");
                    Err(message.replace(" at line 1 column ", " at character "))
                }
            });
        }
    }

    pub(crate) fn cell(&self, column: usize) -> Cell<'_> {
        let attribute = |name: &str| self.object.get("attributes")?.get(name.strip_prefix(ATTRIBUTES)?);
        let json = self.columns.get(column).and_then(|name| self.object.get(name).or_else(|| attribute(name)));
        match json {
            None | Some(Json::Null) => Cell::Empty,
            Some(Json::String(text)) => Cell::text(text),
            Some(Json::Bool(flag)) => Cell::Flag(*flag),
            Some(Json::Number(number)) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Cell::Whole(whole),
                (None, Some(number)) => Cell::Number(number),
                (None, None) => Cell::Other(number.to_string()),
            },
            Some(json @ Json::Array(items)) => {
                let texts: Option<Vec<&str>> = items.iter().map(|item| item.as_str().map(str::trim)).collect();
                texts.map_or_else(|| Cell::Other(json.to_string()), Cell::List)
            }
            Some(json @ Json::Object(_)) => Cell::Other(json.to_string()),
        }
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }
}
