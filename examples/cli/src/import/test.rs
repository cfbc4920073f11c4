//! The tests of point tables: an operator and a value, or a sentence such as `Job title contains VP`.

use chrono::NaiveDate;
use warmth::model::{Condition, Handle, Measure, TextField, kind};

use super::operator::{Operator, Phrase, inside, leading};
use super::words::{number, span};

/// What a row demands of a field or of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Is(Vec<String>),
    IsNot(Vec<String>),
    Contains(Vec<String>),
    ContainsNot(Vec<String>),
    StartsWith(Vec<String>),
    EndsWith(Vec<String>),
    Known(bool),
    Flag(bool),
    Number(Numbers),
    /// Days since a date.
    DaysSince(Numbers),
    Before(NaiveDate),
    OnOrAfter(NaiveDate),
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Numbers {
    AtLeast(f64),
    MoreThan(f64),
    AtMost(f64),
    LessThan(f64),
    Between(f64, f64),
}

/// The kind of a field, which all of its tests share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    Flag,
    Number,
    Text,
    Date,
}

/// The words that mean true and false.
const YES: [&str; 4] = ["yes", "true", "checked", "y"];
const NO: [&str; 4] = ["no", "false", "unchecked", "n"];

/// The test of a row with an operator, a value, or both; `None` if the row has neither.
pub(super) fn test(operator: Option<&str>, value: Option<&str>) -> Result<Option<Test>, String> {
    let test = match (operator, value) {
        (None, None) => return Ok(None),
        (None, Some(value)) => match leading(value) {
            Some((phrase, rest)) => apply(phrase, rest),
            None => implied(value),
        },
        (Some(operator), value) => match leading(operator) {
            Some((phrase, "")) => apply(phrase, value.unwrap_or_default()),
            _ => Err(format!("`{operator}` is not an operator that the import knows")),
        },
    };
    test.map(Some)
}

/// A sentence such as `Job title contains VP`: its subject and its test.
pub(super) fn sentence(text: &str) -> Option<(&str, Result<Test, String>)> {
    let (subject, phrase, value) = inside(text)?;
    Some((subject, apply(phrase, value)))
}

/// The test of an operator with its value.
fn apply(phrase: Phrase, value: &str) -> Result<Test, String> {
    let numbers = |numbers: fn(f64) -> Numbers| -> Result<Test, String> {
        if let Some(days) = days_ago(value) {
            // A date that is less than 30 days ago is not in the future.
            return Ok(Test::DaysSince(match numbers(days) {
                Numbers::LessThan(days) => Numbers::Between(0.0, days - 1.0),
                Numbers::AtMost(days) => Numbers::Between(0.0, days),
                numbers => numbers,
            }));
        }
        measured(value).map(|number| Test::Number(numbers(number))).ok_or_else(|| format!("`{value}` is not a number"))
    };
    let list = |test: fn(Vec<String>) -> Test| {
        let items = if phrase.takes_list() { items(value) } else { texts(value)? };
        if items.is_empty() { Err("the operator has no value".to_owned()) } else { Ok(test(items)) }
    };
    let date = || value.parse::<NaiveDate>().map_err(|_| format!("`{value}` is not a date such as 2026-11-22"));
    match phrase.operator {
        Operator::Is if YES.contains(&value.to_lowercase().as_str()) => Ok(Test::Flag(true)),
        Operator::Is if NO.contains(&value.to_lowercase().as_str()) => Ok(Test::Flag(false)),
        Operator::Is => list(Test::Is),
        Operator::IsNot => list(Test::IsNot),
        Operator::Contains => list(Test::Contains),
        Operator::ContainsNot => list(Test::ContainsNot),
        Operator::StartsWith => list(Test::StartsWith),
        Operator::EndsWith => list(Test::EndsWith),
        Operator::Known(known) => Ok(Test::Known(known)),
        Operator::Flag(flag) => Ok(Test::Flag(flag)),
        Operator::MoreThan => numbers(Numbers::MoreThan),
        Operator::AtLeast => numbers(Numbers::AtLeast),
        Operator::LessThan => numbers(Numbers::LessThan),
        Operator::AtMost => numbers(Numbers::AtMost),
        Operator::Between => match range(value) {
            Some((low, high)) => Ok(Test::Number(Numbers::Between(low, high))),
            None => Err(format!("`{value}` is not a range such as `50 to 499`")),
        },
        Operator::Before => date().map(Test::Before),
        Operator::After => date()?.succ_opt().map(Test::OnOrAfter).ok_or_else(|| format!("`{value}` is too late")),
    }
}

/// The test of a value without an operator: a range, a list, a word.
fn implied(value: &str) -> Result<Test, String> {
    let lower = value.to_lowercase();
    if let Some((low, _)) = value.split_once('+').and_then(|(low, rest)| Some((number(low)?, rest))).filter(is_unit) {
        return Ok(Test::Number(Numbers::AtLeast(low)));
    }
    if let Some((low, high)) = range(value) {
        return Ok(Test::Number(Numbers::Between(low, high)));
    }
    if YES.contains(&lower.as_str()) || NO.contains(&lower.as_str()) {
        return Ok(Test::Flag(YES.contains(&lower.as_str())));
    }
    if value.contains('(') && (value.contains(',') || lower.contains("e.g")) {
        return Err(format!("`{value}` describes values: write the values, with `;` between them"));
    }
    texts(value).map(Test::Is)
}

/// The texts of a value that is no list by its operator. A rule would look for `VP, Head` as one text and never find it.
fn texts(value: &str) -> Result<Vec<String>, String> {
    let lower = value.to_lowercase();
    if let Some(word) = [" AND ", " OR "].into_iter().find(|word| value.contains(word)) {
        return Err(format!("`{value}` joins tests with{word}and a row has one test: write a row for each"));
    }
    if ["similar to ", "like "].iter().any(|start| lower.starts_with(start)) {
        return Err(format!("`{value}` does not say which texts are meant"));
    }
    let texts = split(value, &[';', '|']);
    let commas = |text: &str| text.contains(',') && number(text).is_none();
    if !value.contains(['"', '“']) && texts.iter().any(|text| commas(text)) {
        return Err(format!(
            "`{value}` is one text or a list: use an operator such as `is any of` or `contains any of` for a list, or quote \
             a text with a comma"
        ));
    }
    Ok(texts)
}

/// Whether what follows a number is empty, or words such as `employees`.
fn is_unit((_, rest): &(f64, &str)) -> bool {
    rest.chars().all(|letter| letter.is_alphabetic() || letter.is_whitespace())
}

/// The items of a list: with `;` or `|` between them, else with commas.
fn items(value: &str) -> Vec<String> {
    let items = split(value, &[';', '|']);
    if items.len() > 1 { items } else { split(value, &[',']) }
}

fn split(value: &str, separators: &[char]) -> Vec<String> {
    let items = value.split(separators).map(|item| item.trim().trim_matches(['"', '“', '”']).to_owned());
    items.filter(|item| !item.is_empty()).collect()
}

/// A number with words behind it, such as `50 employees`.
fn measured(text: &str) -> Option<f64> {
    let text = text.trim();
    number(text).or_else(|| {
        let (head, unit) = text.rsplit_once(' ')?;
        let is_word = unit.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '/' | '%'));
        is_word.then(|| number(head)).flatten()
    })
}

/// A range such as `50-499`, `50 to 499 employees` or `$1M - $10M`.
fn range(text: &str) -> Option<(f64, f64)> {
    let (low, high) = ["–", "—", " to ", " and ", "-"].iter().find_map(|between| {
        let (low, high) = text.split_once(between)?;
        Some((number(low)?, measured(high)?))
    })?;
    (low <= high).then_some((low, high))
}

/// `30 days ago` in days.
fn days_ago(text: &str) -> Option<f64> {
    let span = span(text.to_lowercase().strip_suffix("ago")?.trim(), "days")?;
    let days = u32::try_from(span.value.secs() / 86_400).ok()?;
    Some(f64::from(days))
}

impl Test {
    /// The kind of field that the test asks for; `None` if several kinds have it.
    pub(super) fn kind(&self) -> Option<FieldKind> {
        match self {
            Test::Number(_) => Some(FieldKind::Number),
            Test::Flag(_) => Some(FieldKind::Flag),
            Test::DaysSince(_) | Test::Before(_) | Test::OnOrAfter(_) => Some(FieldKind::Date),
            Test::Contains(_) | Test::ContainsNot(_) | Test::StartsWith(_) | Test::EndsWith(_) => Some(FieldKind::Text),
            Test::Is(texts) | Test::IsNot(texts) if texts.iter().any(|text| number(text).is_none()) => {
                Some(FieldKind::Text)
            }
            Test::Is(_) | Test::IsNot(_) | Test::Known(_) => None,
        }
    }

    /// The kind of a field with these tests.
    pub(super) fn kind_of(tests: &[&Test]) -> FieldKind {
        let certain = |kind: &FieldKind| tests.iter().any(|test| test.kind() == Some(*kind));
        // Ranges make a number of a field, whatever else it is compared with.
        let ranges = tests.iter().any(|test| matches!(test, Test::Number(_)));
        let numbers = tests.iter().any(|test| matches!(test, Test::Is(_) | Test::IsNot(_)));
        match [FieldKind::Text, FieldKind::Date, FieldKind::Flag].into_iter().find(certain) {
            _ if ranges => FieldKind::Number,
            Some(kind) => kind,
            None if numbers => FieldKind::Number,
            None => FieldKind::Text,
        }
    }

    /// The texts of a test for equality, for `values`.
    pub(super) fn texts(&self) -> Option<&[String]> {
        match self {
            Test::Is(texts) => Some(texts),
            _ => None,
        }
    }

    /// The test as a condition on a field of this kind. Texts are compared regardless of case, as the products do.
    pub(super) fn condition(&self, field: &str, kind: FieldKind) -> Result<Condition, String> {
        let text = || Handle::<kind::Text>::new(field).ignore_case();
        let fits = |wanted: FieldKind| {
            let other = || format!("other rows compare `{field}` as another kind of fact");
            if kind == wanted { Ok(()) } else { Err(other()) }
        };
        Ok(match self {
            Test::Known(known) => known_in(field, kind, *known),
            Test::Flag(flag) => {
                fits(FieldKind::Flag)?;
                Handle::<kind::Flag>::new(field).is(*flag)
            }
            Test::Number(numbers) => {
                fits(FieldKind::Number)?;
                numbers.of(Handle::<kind::Number>::new(field).into())
            }
            Test::DaysSince(numbers) => {
                fits(FieldKind::Date)?;
                numbers.of(Handle::<kind::Date>::new(field).days_since())
            }
            Test::Before(date) => {
                fits(FieldKind::Date)?;
                Handle::<kind::Date>::new(field).before(*date)
            }
            Test::OnOrAfter(date) => {
                fits(FieldKind::Date)?;
                Handle::<kind::Date>::new(field).on_or_after(*date)
            }
            Test::Is(texts) if kind == FieldKind::Number => one_of_numbers(field, texts)?,
            Test::IsNot(texts) if kind == FieldKind::Number => !one_of_numbers(field, texts)?,
            texts => {
                fits(FieldKind::Text)?;
                texts.on_text(text())
            }
        })
    }

    fn on_text(&self, field: TextField) -> Condition {
        match self {
            Test::IsNot(texts) => match &texts[..] {
                [text] => field.is_not(text),
                texts => field.none_of(texts),
            },
            Test::Contains(texts) => either(field, texts, TextField::contains, TextField::contains_any),
            Test::ContainsNot(texts) => !either(field, texts, TextField::contains, TextField::contains_any),
            Test::StartsWith(texts) => either(field, texts, TextField::starts_with, TextField::starts_with_any),
            Test::EndsWith(texts) => either(field, texts, TextField::ends_with, TextField::ends_with_any),
            other => either(field, other.texts().unwrap_or_default(), TextField::is, TextField::one_of),
        }
    }
}

/// The test of one text, or of several.
fn either(
    field: TextField,
    texts: &[String],
    one: fn(TextField, String) -> Condition,
    several: fn(TextField, Vec<String>) -> Condition,
) -> Condition {
    match texts {
        [text] => one(field, text.clone()),
        texts => several(field, texts.to_vec()),
    }
}

fn one_of_numbers(field: &str, texts: &[String]) -> Result<Condition, String> {
    let is = |text: &String| match number(text) {
        Some(number) => Ok(Handle::<kind::Number>::new(field).is(number)),
        None => Err(format!("`{text}` is not a number, and other rows compare `{field}` with numbers")),
    };
    let mut tests = texts.iter().map(is).collect::<Result<Vec<_>, _>>()?;
    Ok(match tests.len() {
        1 => tests.remove(0),
        _ => Condition::any(tests),
    })
}

fn known_in(field: &str, kind: FieldKind, known: bool) -> Condition {
    macro_rules! known_as {
        ($kind:ident) => {{
            let field = Handle::<kind::$kind>::new(field);
            if known { field.is_known() } else { field.is_missing() }
        }};
    }
    match kind {
        FieldKind::Flag => known_as!(Flag),
        FieldKind::Number => known_as!(Number),
        FieldKind::Text => known_as!(Text),
        FieldKind::Date => known_as!(Date),
    }
}

impl Numbers {
    pub(super) fn of(self, measure: Measure) -> Condition {
        match self {
            Numbers::AtLeast(number) => measure.at_least(number),
            Numbers::MoreThan(number) => measure.more_than(number),
            Numbers::AtMost(number) => measure.at_most(number),
            Numbers::LessThan(number) => measure.less_than(number),
            Numbers::Between(low, high) => measure.between(low, high),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn operators_and_values_are_read() {
        for (operator, value, expected) in [
            (Some("is any of"), "CEO, CTO", Test::Is(texts(&["CEO", "CTO"]))),
            (Some("is equal to"), "\"Software, Inc\"", Test::Is(texts(&["Software, Inc"]))),
            (Some("contains"), "1,000", Test::Contains(texts(&["1,000"]))),
            (Some("is none of"), "Ltd; GmbH", Test::IsNot(texts(&["Ltd", "GmbH"]))),
            (Some("Contains"), "VP", Test::Contains(texts(&["VP"]))),
            (Some("doesn't contain"), "intern", Test::ContainsNot(texts(&["intern"]))),
            (Some(">="), "$10M", Test::Number(Numbers::AtLeast(1e7))),
            (Some("is between"), "50 and 499", Test::Number(Numbers::Between(50.0, 499.0))),
            (Some("is"), "Yes", Test::Flag(true)),
            (Some("is less than"), "30 days ago", Test::DaysSince(Numbers::Between(0.0, 29.0))),
            (Some("is more than"), "90 days ago", Test::DaysSince(Numbers::MoreThan(90.0))),
            (Some("is after"), "2026-01-01", Test::OnOrAfter("2026-01-02".parse().unwrap())),
            (None, "500+ employees", Test::Number(Numbers::AtLeast(500.0))),
            (None, "11-50 employees", Test::Number(Numbers::Between(11.0, 50.0))),
            (None, "$1M-$10M", Test::Number(Numbers::Between(1e6, 1e7))),
            (None, "Under $1M", Test::Number(Numbers::LessThan(1e6))),
            (None, "more than 500 employees", Test::Number(Numbers::MoreThan(500.0))),
            (None, "contains VP", Test::Contains(texts(&["VP"]))),
            (None, "is known", Test::Known(true)),
            (None, "no", Test::Flag(false)),
            (None, "CEO | CTO", Test::Is(texts(&["CEO", "CTO"]))),
            (None, "Istanbul", Test::Is(texts(&["Istanbul"]))),
            (None, "2026-11-22", Test::Is(texts(&["2026-11-22"]))),
        ] {
            assert_eq!(test(operator, Some(value)), Ok(Some(expected)), "{operator:?} {value}");
        }
        assert_eq!(test(None, None), Ok(None));
        assert_eq!(test(Some("is known"), None), Ok(Some(Test::Known(true))));
        for (operator, value, message) in [
            (Some("is growing"), None, "`is growing` is not an operator"),
            (Some("is"), None, "the operator has no value"),
            (Some("is greater than"), Some("many"), "`many` is not a number"),
            (Some("is between"), Some("50"), "`50` is not a range"),
            (Some("is before"), Some("May"), "`May` is not a date"),
            (None, Some("C-level (CEO, CTO)"), "describes values"),
            (None, Some("VP, Chief"), "use an operator such as `is any of`"),
            (Some("contains"), Some("VP, Chief, Head"), "use an operator such as `is any of`"),
            (Some("is"), Some("VP Sales, CEO"), "or quote a text with a comma"),
            (Some("contains"), Some("/pricing AND Referrer contains google"), "joins tests with AND"),
            (Some("is"), Some("similar to our best customers"), "does not say which texts are meant"),
        ] {
            assert!(test(operator, value).unwrap_err().contains(message), "{operator:?}");
        }
    }

    #[test]
    fn sentences_have_a_subject() {
        let vp = Test::Contains(texts(&["VP"]));
        assert_eq!(sentence("Job Title contains VP"), Some(("Job Title", Ok(vp))));
        let many = Test::Number(Numbers::MoreThan(100.0));
        assert_eq!(
            sentence("Number of Employees is greater than 100"),
            Some(("Number of Employees", Ok(many.clone())))
        );
        assert_eq!(sentence("Employees>100"), Some(("Employees", Ok(many))));
        assert_eq!(sentence("Requested a demo"), None);
        assert_eq!(sentence("Is VP"), None);
    }

    #[test]
    fn all_tests_of_a_field_decide_its_kind() {
        let is = Test::Is(texts(&["100"]));
        let at_least = Test::Number(Numbers::AtLeast(5.0));
        let words = Test::Is(texts(&["100", "many"]));
        for (tests, kind) in [
            (&[&is][..], FieldKind::Number),
            (&[&is, &words], FieldKind::Text),
            (&[&words, &at_least], FieldKind::Number),
            (&[&Test::Flag(true)], FieldKind::Flag),
            (&[&Test::Known(true)], FieldKind::Text),
        ] {
            assert_eq!(Test::kind_of(tests), kind, "{tests:?}");
        }
        assert!(words.condition("size", FieldKind::Number).unwrap_err().contains("`many` is not a number"));
    }
}
