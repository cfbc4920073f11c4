//! The findings of a run, as a value for JSON and as messages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use warmth::Verdict;

use crate::mapping::infer::{key, quoted};
use crate::messages::{Messages, Stop, counted, first_few};
use crate::misfits::Misfit;
use crate::output::write_file;

/// Rules and missing fields are reported from this number of records: among fewer, such a finding may be chance.
const ENOUGH: u64 = 20;

/// What a run says if a model reads events, and there is no file of them.
pub(crate) const NO_EVENTS: &str = "the model reads events, and there is no file of them; pass it with --events";

/// What never matched, and what could not be read.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(super) model: String,
    pub(super) records: u64,
    pub(super) skipped_rows: u64,
    pub(super) verdicts: BTreeMap<Verdict, u64>,
    /// The number of records that each gate held back.
    pub(super) held_back: BTreeMap<String, u64>,
    pub(super) cells: Vec<ReportedCells>,
    /// Whether there is a file of events, or the model reads none.
    pub(super) has_events: bool,
    pub(super) events: Vec<UnmatchedEvent>,
    /// Events of the file that the model does not read.
    pub(super) unread_events: BTreeMap<String, u64>,
    pub(super) ids_without_record: usize,
    /// Attributes of events that the model reads and no row has.
    pub(super) attributes: Vec<UnmatchedAttribute>,
    /// Texts that the model looks for in attributes of events; `field` is the attribute.
    pub(super) attribute_texts: Vec<UnmatchedText>,
    pub(super) texts: Vec<UnmatchedText>,
    /// Texts and events of rows that differ from the model only in capitals, spaces or punctuation.
    pub(super) spellings: Vec<OtherSpelling>,
    pub(super) missing: Vec<MissingField>,
    pub(super) lists: Vec<ListLike>,
    /// Rules, promoters and limits that fired for none or all of the scored records.
    pub(super) rules: Vec<RuleCount>,
    pub(super) caps: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct ReportedCells {
    #[serde(flatten)]
    pub(super) cells: serde_json::Value,
    pub(super) mapping: Option<String>,
}

#[derive(Serialize)]
pub(super) struct UnmatchedEvent {
    pub(super) event: String,
    pub(super) nearest: Option<String>,
    pub(super) rows: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct UnmatchedAttribute {
    pub(super) attribute: String,
    /// A column of the file that may be meant.
    pub(super) nearest: Option<String>,
}

#[derive(Serialize)]
pub(super) struct UnmatchedText {
    pub(super) field: String,
    pub(super) text: String,
    /// The id of the rule, gate, promoter, limit or segment.
    pub(super) at: String,
    pub(super) nearest: Option<String>,
}

#[derive(Serialize)]
pub(super) struct OtherSpelling {
    /// The field; `None` for the name of an event.
    pub(super) field: Option<String>,
    /// The text of the model.
    pub(super) text: String,
    /// The ids of the rules, gates, promoters, limits and segments that look for the text of the model.
    pub(super) at: BTreeSet<String>,
    /// The text of the rows.
    pub(super) found: String,
    pub(super) rows: u64,
}

#[derive(Serialize)]
pub(super) struct MissingField {
    pub(super) field: String,
    pub(super) missing: u64,
    pub(super) has_column: bool,
}

#[derive(Serialize)]
pub(super) struct ListLike {
    pub(super) field: String,
    pub(super) cells: u64,
    pub(super) example: String,
    pub(super) is_tags: bool,
}

#[derive(Serialize)]
pub(super) struct RuleCount {
    pub(super) id: String,
    pub(super) fired: u64,
    pub(super) of: u64,
}

impl ReportedCells {
    pub(super) fn of(misfit: &Misfit) -> ReportedCells {
        ReportedCells { cells: serde_json::to_value(misfit).unwrap_or_default(), mapping: misfit.line() }
    }
}

impl Report {
    /// Names the caps that changed no points.
    pub(crate) fn set_idle_caps(&mut self, caps: Vec<String>) {
        self.caps = caps;
    }

    /// Writes the report to a file of JSON.
    pub(crate) fn write_json(&self, path: &Path) -> Result<(), Stop> {
        let json = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        write_file(path, &(json + "\n"))
    }

    /// Writes what never matched as warnings.
    pub(crate) fn write(&self, messages: &mut Messages) {
        if !self.has_events {
            messages.note(NO_EVENTS);
        }
        self.write_events(messages);
        self.write_texts(messages);
        self.write_spellings(messages);
        self.write_fields(messages);
        self.write_silent(messages);
        let gates = self.held_back.iter().filter(|(_, count)| **count == self.records && self.records > 1);
        for (gate, count) in gates {
            messages.warning(&format!("the gate `{gate}` holds back all {count} records"));
        }
    }

    /// Notes findings that may be intended: rules that fire for every scored record, and caps that never bind.
    pub(crate) fn write_idle(&self, messages: &Messages) {
        let constant = self.rules.iter().filter(|rule| rule.fired > 0 && rule.of >= ENOUGH);
        let constant: Vec<_> = constant.map(|rule| format!("`{}`", rule.id)).collect();
        if !constant.is_empty() {
            messages.note(&format!("these fire for every scored record: {}", constant.join(", ")));
        }
        if !self.caps.is_empty() {
            messages.note(&format!("these caps change no points: {}", self.caps.join(", ")));
        }
        if !self.unread_events.is_empty() {
            let names: Vec<_> = self.unread_events.keys().map(|name| format!("`{name}`")).collect();
            let names = first_few(&names, 10);
            messages.note(&format!("the model does not read these events of the file: {names}"));
        }
    }

    fn write_silent(&self, messages: &mut Messages) {
        // The spelling has a warning of its own, which explains why the rule does not fire.
        let misspelt = |id: &String| self.spellings.iter().any(|spelling| spelling.at.contains(id));
        let silent = self.rules.iter().filter(|rule| rule.fired == 0 && rule.of >= ENOUGH && !misspelt(&rule.id));
        let ids: Vec<_> = silent.clone().map(|rule| format!("`{}`", rule.id)).collect();
        if let Some(rule) = silent.clone().next() {
            messages.warning(&format!("these fire for none of {} scored records: {}", rule.of, ids.join(", ")));
        }
    }

    fn write_events(&self, messages: &mut Messages) {
        for UnmatchedEvent { event, nearest, rows } in &self.events {
            let mut message = format!("the model reads the event `{event}`, which no row has");
            if let (Some(nearest), Some(rows)) = (nearest, rows) {
                let _ = write!(message, "; {} `{nearest}`", rows_have(*rows));
            }
            messages.warning(&message);
        }
        for UnmatchedAttribute { attribute, nearest } in &self.attributes {
            let mut message = format!("the model reads the attribute `{attribute}` of events, which no row has");
            if let Some(nearest) = nearest {
                let (name, column) = (key(attribute), quoted(nearest));
                let _ = write!(
                    message,
                    "; if it is `{nearest}`, write into the mapping: [events] attributes = {{ {name} = {column} }}"
                );
            }
            messages.warning(&message);
        }
    }

    /// Texts and events that the rows spell otherwise than the model.
    fn write_spellings(&self, messages: &mut Messages) {
        for OtherSpelling { field, text, at, found, rows } in &self.spellings {
            let at: Vec<_> = at.iter().map(|at| format!("`{at}`")).collect();
            messages.warning(&match field {
                Some(field) => format!(
                    "{} `{found}` in `{field}`, which the model does not count as `{text}`; \
                     correct one of them, or write `ignore_case = true` in {}",
                    rows_have(*rows),
                    at.join(" and ")
                ),
                None => format!(
                    "{} the event `{found}`, which the model does not read as `{text}`; \
                     to rename it, write into the mapping: [events] names = {{ {} = {} }}",
                    rows_have(*rows),
                    key(found),
                    quoted(text)
                ),
            });
        }
    }

    /// Whether the rows have the text in another spelling, which has a warning of its own.
    fn is_other_spelling(&self, text: &UnmatchedText) -> bool {
        let same = |field: &Option<String>| field.as_deref() == Some(text.field.as_str());
        self.spellings.iter().any(|own| same(&own.field) && own.text == text.text && own.at.contains(&text.at))
    }

    fn write_fields(&self, messages: &mut Messages) {
        let missing = self.missing.iter().filter(|missing| missing.has_column && self.records >= ENOUGH);
        for MissingField { field, missing, .. } in missing {
            messages.warning(&format!("`{field}` is missing for {missing} of {} records", self.records));
        }
        for ListLike { field, cells, example, is_tags } in &self.lists {
            let advice = if *is_tags {
                "set `list` in the mapping to their separator"
            } else {
                "the model reads it as one text; if they are lists, use the operators of tags, such as `has`"
            };
            messages.warning(&format!("{cells} cells of `{field}` look like lists, such as `{example}`: {advice}"));
        }
    }

    /// Listed texts that no row has, by field and place.
    fn write_texts(&self, messages: &mut Messages) {
        let mut groups: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
        let of_events = self.attribute_texts.iter().map(|text| (text, format!("the attribute `{}`", text.field)));
        let of_records = self.texts.iter().filter(|text| !self.is_other_spelling(text));
        let of_records = of_records.map(|text| (text, format!("`{}`", text.field)));
        for (UnmatchedText { text, at, nearest, .. }, place) in of_records.chain(of_events) {
            let nearest = nearest.as_ref().map_or(String::new(), |nearest| format!(" (the rows have `{nearest}`)"));
            groups.entry((at, place)).or_default().push(format!("`{text}`{nearest}"));
        }
        for ((at, place), texts) in groups {
            let texts = first_few(&texts, 5);
            messages.warning(&format!("`{at}` looks in {place} for {texts}, which no row has"));
        }
    }
}

fn rows_have(rows: u64) -> String {
    counted(rows, ["row has", "rows have"])
}
