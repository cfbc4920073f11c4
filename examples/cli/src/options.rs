//! Options that several commands have.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::input::{Encoding, separator_named};
use crate::mapping::Mapping;
use crate::mapping::infer::quoted;
use crate::messages::Stop;
use crate::population::Files;
use crate::records::{INSTANT, instant};

/// Options of the commands that score records. Each of these commands has an argument `records`.
#[derive(clap::Args)]
pub(crate) struct PopulationArgs {
    /// Events in one of the same forms, with the columns `id`, `event` and `at`; `count`, `amount` and attributes are optional
    #[arg(long, value_name = "FILE", requires = "records")]
    events: Option<PathBuf>,
    /// RFC 3339, such as 2026-11-22T18:00:00+01:00, or a date for its midnight in UTC (default: now)
    #[arg(long, value_name = "INSTANT", value_parser = as_of)]
    as_of: Option<DateTime<Utc>>,
    /// Count equal rows of events once: rows that are the same in every cell
    #[arg(long)]
    drop_duplicates: bool,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

impl PopulationArgs {
    /// The files of these options, with these records.
    pub(crate) fn files<'a>(&'a self, records: &'a Path) -> Result<Files<'a>, Stop> {
        let (events, mapping) = (self.events.as_deref(), self.file.mapping()?);
        Ok(Files { records, events, mapping, drop_duplicates: self.drop_duplicates })
    }

    /// The instant to score at; now by default.
    pub(crate) fn as_of(&self) -> DateTime<Utc> {
        self.as_of.unwrap_or_else(now)
    }

    /// Says which command drafts a mapping for these files.
    pub(crate) fn next_mapping(&self, records: &Path, model: &Path) -> String {
        let events = self.events.as_ref().map_or(String::new(), |path| format!(" --events {}", path.display()));
        format!(
            "next: `warmth map {}{events} {} --out mapping.toml` drafts a mapping from the cells; read it, then add `--map mapping.toml`",
            records.display(),
            model.display()
        )
    }
}

/// Options of the commands that report what never matched. Each of these commands has an argument `records`.
#[derive(clap::Args)]
pub(crate) struct ReportArgs {
    /// Also write all findings to a file of JSON
    #[arg(long, value_name = "FILE", requires = "records")]
    pub(crate) report: Option<PathBuf>,
    /// Exit with 3 if there are warnings
    #[arg(long)]
    pub(crate) strict: bool,
}

/// How files are read.
#[derive(clap::Args)]
pub(crate) struct FileArgs {
    /// A mapping of columns to facts and events; `warmth map` drafts one
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// A shipped mapping: hubspot, marketo, pipedrive or salesforce
    #[arg(long, value_name = "NAME", conflicts_with = "map")]
    pub(crate) preset: Option<String>,
    /// The separator of the columns: `,` `;` `|` or `tab` (default: detected)
    #[arg(long, value_name = "CHARACTER", value_parser = separator)]
    separator: Option<u8>,
    /// The encoding without a byte order mark: utf-8, utf-16le, utf-16be or latin-1 (default: utf-8)
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<Encoding>,
    /// The sheet of a workbook of records (default: the first)
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The number of lines before the header of the records, such as the title of a report (default: 0)
    #[arg(long, value_name = "LINES")]
    skip: Option<u64>,
}

impl FileArgs {
    /// The mapping of these options.
    pub(crate) fn mapping(&self) -> Result<Mapping, Stop> {
        let mut mapping = match (&self.map, &self.preset) {
            (Some(path), _) => Mapping::read(path)?,
            (None, Some(name)) => Mapping::preset(name)?,
            (None, None) => Mapping::default(),
        };
        for file in [&mut mapping.file, &mut mapping.events.file] {
            file.separator = self.separator.or(file.separator);
            file.encoding = self.encoding.or(file.encoding);
        }
        mapping.file.skip = self.skip.or(mapping.file.skip);
        if self.sheet.is_some() {
            mapping.file.sheet.clone_from(&self.sheet);
        }
        Ok(mapping)
    }

    /// These options as lines of a mapping, for the records and for the events.
    pub(crate) fn lines(&self) -> (Vec<String>, Vec<String>) {
        let line = |key: &str, value: &str| format!("{key} = {}", quoted(value));
        let separator = self.separator.map(|separator| line("separator", &char::from(separator).to_string()));
        let encoding = self.encoding.map(|encoding| line("encoding", encoding.name()));
        let both: Vec<String> = [separator, encoding].into_iter().flatten().collect();
        let sheet = self.sheet.as_ref().map(|sheet| line("sheet", sheet));
        let skip = self.skip.map(|skip| format!("skip = {skip}"));
        (both.iter().cloned().chain(sheet).chain(skip).collect(), both)
    }

    /// Whether a mapping is given.
    pub(crate) fn is_mapped(&self) -> bool {
        self.map.is_some() || self.preset.is_some()
    }
}

/// Reads the value of `--separator`.
pub(crate) fn separator(text: &str) -> Result<u8, String> {
    separator_named(text).ok_or_else(|| "expected `,`, `;`, `|` or `tab`".to_owned())
}

/// Reads the value of `--encoding`.
pub(crate) fn encoding(text: &str) -> Result<Encoding, String> {
    Encoding::named(text).ok_or_else(|| format!("expected {}", Encoding::NAMES))
}

/// The only place that reads a clock: a scorer gets the time from its caller.
#[expect(clippy::disallowed_methods, reason = "the clock is the host's")]
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Reads the value of `--as-of`: an instant, or a date for its midnight in UTC.
pub(crate) fn as_of(text: &str) -> Result<DateTime<Utc>, String> {
    let midnight = || {
        let day = text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text)?;
        Some(day.and_time(NaiveTime::MIN).and_utc())
    };
    instant(text).or_else(midnight).ok_or_else(|| format!("expected {INSTANT}, or a date such as `2026-11-22`"))
}

/// Reads the value of `--top`.
pub(crate) fn top(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        number => number.parse().map_err(|_| "expected a whole number or `all`".to_owned()),
    }
}
