//! Points, lists and findings as texts for people: at most two decimals, and of a long list its beginning.

use std::fmt::Write as _;

use super::OwnedFinding;
use super::owned::OwnedObserved;
use crate::evaluate::Truth;
use crate::num::points::Points;

/// The longest list of texts that is shown in full.
const LIST_MAX: usize = 8;

/// How many texts of a longer list are shown.
const LIST_HEAD: usize = 3;

/// The most findings that are shown with a line, and the most expectations that are shown with a finding.
const FINDINGS: usize = 4;

/// The longest text that is shown in full, in characters.
const TEXT_MAX: usize = 80;

/// Returns points with their sign and at most two decimals: `+40`, `-12.5` and `0`. Less than half a hundredth is `+0.00`.
pub(crate) fn signed(points: Points) -> String {
    let shown = points.nearest_hundredth();
    match (points == Points::ZERO, shown == Points::ZERO) {
        (true, _) => "0".to_owned(),
        (false, true) if points < Points::ZERO => "-0.00".to_owned(),
        (false, true) => "+0.00".to_owned(),
        (false, false) => format!("{shown:+}"),
    }
}

/// Returns texts separated by commas: of many texts the first few, and how many more there are.
pub(super) fn enumerated<'t>(texts: impl ExactSizeIterator<Item = &'t str>) -> String {
    let count = texts.len();
    let shown = if count > LIST_MAX { LIST_HEAD } else { LIST_MAX };
    let list = texts.take(shown).collect::<Vec<_>>().join(", ");
    match count.saturating_sub(shown) {
        0 => list,
        more => format!("{list} and {} more", grouped(more)),
    }
}

/// Returns a number with its digits in groups of three: `2,997`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns a text on one line, and of a long text its beginning.
pub(super) fn shortened(text: &str) -> String {
    let start: String =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(TEXT_MAX).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

/// Returns a number with at most two decimals, or two digits if it is small. A rounded number is `about 0.83`.
pub(super) fn number(number: f64) -> String {
    let exact = number.to_string();
    let decimals = exact.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if decimals <= 2 {
        return exact;
    }
    let rounded = if number.abs() < 0.1 { format!("{number:.1e}") } else { format!("{number:.2}") };
    let rounded = rounded.parse::<f64>().map_or(rounded, |rounded| rounded.to_string());
    format!("about {rounded}")
}

/// Returns `nps is`, or `login events:` for a subject in the plural.
pub(crate) fn with_verb(subject: &str) -> String {
    format!("{subject}{}", if subject.contains("events") { ":" } else { " is" })
}

/// Returns the findings that decide the result: `nps is 8 (expected: at least 9); plan is team`.
pub(super) fn in_words(findings: &[OwnedFinding]) -> String {
    joined(findings, |finding| match (&finding.expected, finding.truth) {
        // If the value is not known, what was expected does not matter.
        (None, _) | (_, Truth::Unknown) => None,
        (Some(expected), Truth::True) => adds(expected, &finding.observed).then(|| expected.to_string()),
        (Some(expected), Truth::False) => Some(format!("expected: {expected}")),
    })
}

/// Returns the findings that decide the result, without expectations: `nps is 8; plan is team`.
pub(super) fn observed(findings: &[OwnedFinding]) -> String {
    joined(findings, |_| None)
}

/// Whether an expectation that holds says more than the observed value.
fn adds(expected: &str, observed: &OwnedObserved) -> bool {
    !matches!(expected, "known" | "some" | "none")
        && !expected.starts_with("one of ")
        && *expected != observed.to_string()
}

/// Each subject once, with what was expected of it.
fn joined(findings: &[OwnedFinding], expectation: impl Fn(&OwnedFinding) -> Option<String>) -> String {
    let mut shown: Vec<(String, Vec<String>)> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.decisive) {
        let text = format!("{} {}", with_verb(&finding.subject), finding.observed);
        let expected = expectation(finding);
        match shown.iter_mut().find(|(own, _)| *own == text) {
            Some((_, all)) => all.extend(expected.filter(|expected| !all.contains(expected))),
            None => shown.push((text, expected.into_iter().collect())),
        }
    }
    let texts = shown.into_iter().map(|(text, expected)| match expected.split_first() {
        None => text,
        Some((first, more)) => {
            let more = more.iter().map(|more| more.strip_prefix("expected: ").unwrap_or(more).to_owned());
            format!("{text} ({})", limited(std::iter::once(first.clone()).chain(more).collect()))
        }
    });
    limited(texts.collect())
}

/// Returns texts separated by semicolons: of many texts the first few, and how many more there are.
fn limited(mut texts: Vec<String>) -> String {
    let more = if texts.len() > FINDINGS { texts.len() - (FINDINGS - 1) } else { 0 };
    texts.truncate(texts.len() - more);
    let mut text = texts.join("; ");
    if more > 0 {
        let _ = write!(text, "; and {more} more");
    }
    text
}
