//! Single values: texts, numbers, spans, dates, choices.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::keys::Keys;
use super::words::{CHOICES, has, spoken_window, squashed};
use super::{Reader, tables};
use crate::model::document::names::{Named, lookup};
use crate::model::document::node::Node;
use crate::model::document::table::Table;
use crate::model::window::{Period, Window, WindowEdge};
use crate::num::points::Points;
use crate::problem::Path;
use crate::time::{Span, parse_date, parse_instant};

/// 2^33. Neighbouring doubles beyond it are more than a millionth apart, so a decimal may have become another one.
const EXACT_MAX: f64 = 8_589_934_592.0;

/// Returns how many days or months there are, if a text is a date of a day that does not exist, such as `2026-02-30`.
fn no_such_day(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '-');
    let mut number = |digits: usize| parts.next().filter(|part| part.len() == digits)?.parse::<u16>().ok();
    let (year, month, day) = (i32::from(number(4)?), number(2)?, u32::from(number(2)?));
    let date = |day| NaiveDate::from_ymd_opt(year, month.into(), day);
    let Some(last) = (28..=31).rev().find(|day| date(*day).is_some()) else {
        return Some("a year has the months 01 to 12".to_owned());
    };
    date(day).is_none().then(|| format!("that month has the days 01 to {last}"))
}

impl Reader {
    pub(super) fn wrong_type<T>(&mut self, node: &Node, path: &Path<'_>, expected: &str) -> Option<T> {
        if *node == Node::Refused {
            return None;
        }
        self.problems.refuse("wrong-type", path, format!("expected {expected}, found {}", node.what()))
    }

    /// As [`wrong_type`](Reader::wrong_type), for a list whose length may be wrong.
    pub(super) fn wrong_length<T>(&mut self, node: &Node, path: &Path<'_>, expected: &str) -> Option<T> {
        let Node::List(items) = node else {
            return self.wrong_type(node, path, expected);
        };
        self.problems.refuse("wrong-type", path, format!("expected {expected}, found a list of {}", items.len()))
    }

    pub(super) fn entries<'n>(&mut self, node: &'n Node, path: &Path<'_>) -> Option<&'n [(String, Node)]> {
        match node {
            Node::Table(entries) => Some(entries),
            _ => self.wrong_type(node, path, "a table"),
        }
    }

    pub(super) fn keys<'n, 'p>(
        &mut self,
        node: &'n Node,
        path: &'p Path<'p>,
        table: &'static Table,
    ) -> Option<Keys<'n, 'p>> {
        self.entries(node, path).map(|entries| Keys::new(entries, path, table))
    }

    /// Reads every item of a list. Returns `None` if one of them is wrong.
    pub(super) fn list<T>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        mut read: impl FnMut(&mut Reader, &Node, &Path<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Node::List(items) = node else {
            return self.wrong_type(node, path, "a list");
        };
        let read: Vec<Option<T>> =
            items.iter().enumerate().map(|(index, item)| read(self, item, &path.index(index))).collect();
        read.into_iter().collect()
    }

    /// Reads every entry of a table into its key and value. Returns `None` if one of them is wrong.
    pub(super) fn rows<T>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        mut read: impl FnMut(&mut Reader, &Node, &Path<'_>) -> Option<T>,
    ) -> Option<Vec<(String, T)>> {
        let entries = self.entries(node, path)?;
        let rows: Vec<_> = entries
            .iter()
            .map(|(key, node)| read(self, node, &path.key(key)).map(|value| (key.clone(), value)))
            .collect();
        rows.into_iter().collect()
    }

    pub(super) fn flag(&mut self, node: &Node, path: &Path<'_>) -> Option<bool> {
        match node {
            Node::Flag(flag) => Some(*flag),
            _ => self.wrong_type(node, path, "true or false"),
        }
    }

    pub(super) fn text(&mut self, node: &Node, path: &Path<'_>) -> Option<String> {
        match node {
            Node::Text(text) => Some(text.clone()),
            _ => self.wrong_type(node, path, "text"),
        }
    }

    /// Reads a text that must not be empty.
    pub(super) fn name(&mut self, node: &Node, path: &Path<'_>) -> Option<String> {
        let text = self.text(node, path)?;
        if text.is_empty() {
            return self.problems.refuse("empty", path, "a name must not be empty");
        }
        Some(text)
    }

    pub(super) fn names(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<String>> {
        self.list(node, path, Reader::name)
    }

    /// Reads a list of names that must not be empty.
    pub(super) fn some_names(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<String>> {
        let names = self.names(node, path)?;
        if names.is_empty() {
            return self.problems.refuse_with_help("empty", path, "an empty list names nothing", "remove the key");
        }
        Some(names)
    }

    /// Reads a list of texts that must not be empty.
    pub(super) fn texts(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<String>> {
        let texts = self.list(node, path, Reader::text)?;
        if texts.is_empty() {
            return self.problems.refuse("empty", path, "an empty list matches nothing or everything");
        }
        Some(texts)
    }

    pub(super) fn number(&mut self, node: &Node, path: &Path<'_>) -> Option<f64> {
        match node.number() {
            Some(number) => Some(number),
            None => self.wrong_type(node, path, "a number"),
        }
    }

    pub(super) fn points(&mut self, node: &Node, path: &Path<'_>) -> Option<Points> {
        let number = self.number(node, path)?;
        match Points::try_from(number) {
            Ok(_) if matches!(node, Node::Number(_)) && number.abs() > EXACT_MAX => {
                let message = format!("`{number}` is too large for decimal places, which are not exact beyond 2^33");
                self.problems.refuse_with_help("too-precise", path, message, "write a whole number")
            }
            Ok(points) => Some(points),
            Err(_) if number.abs() > 1e12 => {
                self.problems.refuse("out-of-range", path, format!("`{number:?}` is too large"))
            }
            Err(_) => {
                // In full, unless that takes hundreds of zeros.
                let number = if number.abs() < 1e-15 { format!("{number:e}") } else { number.to_string() };
                let message = format!("`{number}` has more than six decimal places");
                self.problems.refuse_with_help("too-precise", path, message, "round it to six decimal places")
            }
        }
    }

    pub(super) fn count(&mut self, node: &Node, path: &Path<'_>) -> Option<u32> {
        match (node.whole().map(u32::try_from), node) {
            (Some(Ok(count)), _) if count >= 1 => Some(count),
            (_, Node::Whole(_) | Node::Number(_)) => {
                self.problems.refuse("out-of-range", path, "a count must be a whole number from 1 to 4294967295")
            }
            _ => self.wrong_type(node, path, "a whole number"),
        }
    }

    pub(super) fn span(&mut self, node: &Node, path: &Path<'_>) -> Option<Span> {
        let Node::Text(text) = node else {
            return self.wrong_type(node, path, "a span of time as text, such as \"14d\"");
        };
        match text.parse::<Span>() {
            Ok(span) => Some(span),
            Err(error) => self.problems.refuse("bad-span", path, error.to_string()),
        }
    }

    /// Reads a window of time: a span, or a table such as `{ this = "month" }`.
    pub(super) fn window(&mut self, node: &Node, path: &Path<'_>) -> Option<Window> {
        match node {
            Node::Table(_) => {}
            Node::Text(text) => {
                let Some((key, period)) = spoken_window(text) else {
                    return self.span(node, path).map(Window::Last);
                };
                let message = format!("`{text}` is not a span of time");
                let help = format!("write `{{ {key} = \"{}\" }}`", period.name());
                return self.problems.refuse_with_help("bad-span", path, message, help);
            }
            _ => return self.wrong_type(node, path, "a span of time such as \"30d\", or `{ this = \"month\" }`"),
        }
        let mut keys = self.keys(node, path, tables::Calendar::TABLE)?;
        let this = keys.optional(self, tables::Calendar::THIS);
        let previous = keys.optional(self, tables::Calendar::PREVIOUS);
        let since = keys.optional(self, tables::Calendar::SINCE);
        let until = keys.optional(self, tables::Calendar::UNTIL);
        keys.finish(self);
        match (this?, previous?, since?, until?) {
            (Some(period), None, None, None) => Some(Window::This(period)),
            (None, Some(period), None, None) => Some(Window::Previous(period)),
            (None, None, Some(since), None) => Some(Window::Since(since)),
            (None, None, None, Some(until)) => Some(Window::Until(until)),
            (None, None, Some(since), Some(until)) => Some(Window::Between(since, until)),
            _ => None,
        }
    }

    pub(super) fn period(&mut self, node: &Node, path: &Path<'_>) -> Option<Period> {
        let fiscal = match node {
            Node::Text(text) => squashed(text).strip_prefix("fiscal").and_then(Period::named),
            _ => None,
        };
        let Some(period) = fiscal else { return self.choice(node, path) };
        let help = format!("write `{}`, and set `year_starts`", period.name());
        self.problems.refuse_with_help("unknown-choice", path, "there are no separate fiscal periods", help)
    }

    /// Reads a day of a window: a date, or the name of a date field.
    pub(super) fn window_edge(&mut self, node: &Node, path: &Path<'_>) -> Option<WindowEdge> {
        match node {
            Node::Text(text) if text.parse::<Span>().is_ok() => {
                let message = format!("`{text}` is a span of time, not a date");
                let help = match path {
                    Path::Key(Path::Key(_, window), _) => format!("write `{window} = \"{text}\"`"),
                    _ => format!("write \"{text}\" for the window"),
                };
                self.problems.refuse_with_help("bad-date", path, message, help)
            }
            Node::Text(text) if text.starts_with(|c: char| c.is_ascii_digit()) => {
                self.date(node, path).map(WindowEdge::Date)
            }
            Node::Text(_) => self.name(node, path).map(WindowEdge::Field),
            _ => self.wrong_type(node, path, "a date such as \"2026-11-22\", or the name of a date field"),
        }
    }

    pub(super) fn date(&mut self, node: &Node, path: &Path<'_>) -> Option<NaiveDate> {
        let text = self.text(node, path)?;
        let Some(date) = parse_date(&text) else {
            if let Some(no_such_day) = no_such_day(&text) {
                let message = format!("`{text}` is not a date: there is no such day");
                return self.problems.refuse_with_help("bad-date", path, message, no_such_day);
            }
            let message = format!("`{text}` is not a date");
            let help = match text.trim().parse::<NaiveDate>() {
                Ok(date) if date.year() >= 1_000 => format!("write \"{date}\""),
                Ok(_) => "write the year with four digits, as in \"2026-11-22\"".to_owned(),
                Err(_) => "write dates like \"2026-11-22\"".to_owned(),
            };
            return self.problems.refuse_with_help("bad-date", path, message, help);
        };
        Some(date)
    }

    pub(super) fn instant(&mut self, node: &Node, path: &Path<'_>) -> Option<DateTime<Utc>> {
        let text = self.text(node, path)?;
        let Some(instant) = parse_instant(&text) else {
            if let Some(no_such_day) = text.split_once('T').and_then(|(day, _)| no_such_day(day)) {
                let message = format!("`{text}` is not an instant: there is no such day");
                return self.problems.refuse_with_help("bad-date", path, message, no_such_day);
            }
            let message = format!("`{text}` is not an instant");
            let help = "write instants like \"2026-11-22T09:00:00Z\"";
            return self.problems.refuse_with_help("bad-date", path, message, help);
        };
        Some(instant)
    }

    /// Reads `+05:30` in seconds.
    pub(super) fn utc_offset(&mut self, node: &Node, path: &Path<'_>) -> Option<i32> {
        let text = self.text(node, path)?;
        let parse = || {
            let sign = if text.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
            let two_digits = |part: &str| {
                let plain = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| part.parse::<u8>().ok()).flatten()
            };
            let (hours, minutes) = (two_digits(hours).filter(|h| *h < 24)?, two_digits(minutes).filter(|m| *m < 60)?);
            Some(sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60))
        };
        let Some(secs) = parse() else {
            let message = format!("`{text}` is not an offset from UTC");
            return self.problems.refuse_with_help("bad-offset", path, message, "write offsets like \"+01:00\"");
        };
        Some(secs)
    }

    /// Reads one of the choices of a family.
    pub(super) fn choice<T: Named>(&mut self, node: &Node, path: &Path<'_>) -> Option<T> {
        self.choice_of(node, path, T::NAMES)
    }

    /// Reads one of the choices of a table.
    pub(super) fn choice_of<T: Copy>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text(node, path)?;
        let chosen = lookup(choices, &text);
        if chosen.is_none() {
            let known: Vec<_> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
            let one_of = if known.len() > 1 { "one of " } else { "" };
            let message = format!("expected {one_of}{}, found `{text}`", known.join(", "));
            let (written, names) = (squashed(&text), choices.iter().map(|(name, _)| *name));
            let advice = CHOICES.iter().find(|(others, own)| has(others, &written) && lookup(choices, own).is_some());
            if let Some((_, own)) = advice {
                return self.problems.refuse_with_help("unknown-choice", path, message, format!("write `{own}`"));
            }
            self.problems.refuse_unknown::<()>("unknown-choice", path, message, &text, names);
        }
        chosen
    }
}
