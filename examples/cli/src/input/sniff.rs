//! Detects the encoding, the form and the separator of a file from its beginning.

use std::fmt;
use std::io::Read;
use std::path::Path;

use encoding_rs_io::DecodeReaderBytesBuilder;

/// How many bytes of a file are examined.
pub(crate) const PREFIX: u64 = 64 * 1024;

const SEPARATORS: [(u8, &str, &str); 4] =
    [(b',', ",", "`,`"), (b';', ";", "`;`"), (b'\t', "tab", "tabs"), (b'|', "|", "`|`")];

/// An encoding of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// Windows-1252, as spreadsheets write Latin-1.
    Latin1,
}

impl Encoding {
    pub(crate) const NAMES: &'static str = "utf-8, utf-16le, utf-16be or latin-1";

    pub(crate) fn named(name: &str) -> Option<Encoding> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Encoding::Utf8,
            "utf-16" | "utf-16le" => Encoding::Utf16Le,
            "utf-16be" => Encoding::Utf16Be,
            "latin-1" | "latin1" | "iso-8859-1" | "windows-1252" | "cp1252" => Encoding::Latin1,
            _ => return None,
        })
    }

    /// The name in mappings and options.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Latin1 => "latin-1",
        }
    }

    /// Decodes to UTF-8. UTF-8 itself passes as it is, so that a bad byte costs one cell and not the file.
    pub(crate) fn reader(self, input: impl Read + 'static) -> Box<dyn Read> {
        match self {
            Encoding::Utf8 => Box::new(input),
            other => Box::new(other.decode(input)),
        }
    }

    pub(crate) fn decode(self, input: impl Read) -> impl Read {
        let encoding = match self {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
            Encoding::Latin1 => encoding_rs::WINDOWS_1252,
        };
        DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).strip_bom(true).build(input)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::Latin1 => "Latin-1",
        })
    }
}

/// The encoding of the byte order mark, then the encoding of the options, then UTF-8.
pub(crate) fn encoding(start: &[u8], said: Option<Encoding>) -> Result<Encoding, String> {
    Ok(match start {
        [0xef, 0xbb, 0xbf, ..] => Encoding::Utf8,
        [0xff, 0xfe, ..] => Encoding::Utf16Le,
        [0xfe, 0xff, ..] => Encoding::Utf16Be,
        _ => match said {
            Some(said) => said,
            None if start.iter().take(1_000).any(|byte| *byte == 0) => {
                return Err("the text has zero bytes, as UTF-16 has; try --encoding utf-16le".to_owned());
            }
            None => Encoding::Utf8,
        },
    })
}

/// The beginning as text, without a last line that is cut off.
pub(crate) fn text(mut decoded: impl Read, complete: bool) -> String {
    let mut bytes = Vec::new();
    // Reads from memory, so it does not fail.
    let _ = decoded.read_to_end(&mut bytes);
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    if !complete && let Some(end) = text.rfind('\n') {
        text.truncate(end + 1);
    }
    text
}

pub(crate) fn is_json(path: &Path, start: &str) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("").to_ascii_lowercase();
    match extension.as_str() {
        "jsonl" | "ndjson" | "json" => true,
        "csv" | "tsv" => false,
        _ => start.trim_start().starts_with(['{', '[']),
    }
}

/// The separator of a first line such as `sep=;`.
pub(crate) fn said_separator(start: &str) -> Option<u8> {
    separator_named(start.lines().next()?.strip_prefix("sep=")?)
}

/// The separator with which the first rows have the most cells, and the same number each.
pub(crate) fn separator(start: &str) -> u8 {
    let score = |separator: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(start.as_bytes());
        let widths: Vec<usize> = reader.byte_records().take(50).filter_map(Result::ok).map(|row| row.len()).collect();
        let header = widths.first().copied().unwrap_or(0);
        let same = widths.iter().filter(|width| **width == header).count();
        // Most rows must agree with the header; a title or a footer may differ.
        (header > 1 && same * 10 >= widths.len() * 7, if header > 1 { header } else { 0 })
    };
    let best = SEPARATORS.iter().map(|(separator, ..)| *separator).rev().max_by_key(|separator| score(*separator));
    best.unwrap_or(b',')
}

pub(crate) fn separator_named(name: &str) -> Option<u8> {
    match name {
        "\t" => Some(b'\t'),
        name => SEPARATORS.iter().find(|(_, own, _)| *own == name).map(|(separator, ..)| *separator),
    }
}

/// The separator as messages show it.
pub(crate) fn separator_shown(separator: u8) -> &'static str {
    SEPARATORS.iter().find(|(own, ..)| *own == separator).map_or("another character", |(.., shown)| shown)
}
