//! Says what each row of a point table is about, and where it belongs.

use super::events::Events;
use super::shape::{Product, Role};
use super::sheet::{Row, Sheet};
use super::test::{Test, sentence, test};
use super::words::given;
use crate::names::{folded, snake};

/// Where a row belongs.
#[derive(Clone, PartialEq)]
pub(super) struct Place {
    pub(super) axis: String,
    pub(super) is_activity: bool,
    pub(super) group: Option<String>,
}

/// A row with its place and what it is about.
pub(super) struct Line<'s> {
    pub(super) row: &'s Row,
    /// The row as comments show it.
    pub(super) shown: String,
    pub(super) place: Place,
    /// What the row gives points for, or why no rule can express it.
    pub(super) subject: Result<Subject, String>,
}

/// What a row gives points for.
pub(super) enum Subject {
    Field { field: String, test: Test },
    Events(Box<Events>),
}

/// Words of categories that are axes, and whether an axis of events.
const DIMENSIONS: [(&str, bool); 18] = [
    ("fit", false),
    ("profile", false),
    ("demographic", false),
    ("demographics", false),
    ("firmographic", false),
    ("firmographics", false),
    ("technographic", false),
    ("explicit", false),
    ("engagement", true),
    ("behavior", true),
    ("behaviour", true),
    ("behavioral", true),
    ("behavioural", true),
    ("activity", true),
    ("activities", true),
    ("implicit", true),
    ("intent", true),
    ("interest", true),
];

/// Words that name something that a person does; each may end with `s`, `d`, `ed` or `ing`.
#[rustfmt::skip]
const DEEDS: [&str; 36] = [
    "visit", "view", "open", "click", "submit", "submitted", "submission", "fill", "download", "attend", "register",
    "registration", "request", "reply", "replies", "replied", "respond", "watch", "booked", "signed", "subscribe",
    "unsubscribe", "login", "logged", "started", "purchase", "bought", "called", "webinar", "meeting", "bounce", "inactive",
    "inactivity", "activity", "completed", "installed",
];

/// Names of rows that are no criterion but sums and thresholds.
const SUMS: [&str; 10] =
    ["total", "subtotal", "sum", "grandtotal", "totalscore", "totalpoints", "maxscore", "threshold", "mql", "sql"];

/// The axis of a category, if the category is one.
fn dimension(category: &str) -> Option<(String, bool)> {
    let axis = category.to_lowercase();
    let axis =
        ["score", "criteria", "model", "scoring", "points"].iter().fold(axis, |axis, word| axis.replace(word, ""));
    let axis = snake(&axis);
    DIMENSIONS.iter().find(|(word, _)| *word == axis).map(|(_, is_activity)| (axis, *is_activity))
}

/// The rows of a sheet with their places and subjects.
pub(super) fn lines(sheet: &Sheet, is_one_of_several: bool) -> Vec<Line<'_>> {
    let mut before: Option<Place> = None;
    let mut lines = Vec::new();
    for row in &sheet.rows {
        let name = folded(row.criterion());
        let subject = match &row.error {
            Some(error) => Err(error.clone()),
            None if name.is_empty() => Err("the row has no criterion".to_owned()),
            None if SUMS.contains(&name.as_str()) || name.contains("threshold") => {
                Err("a sum or a threshold is not a criterion: for a threshold, write a state".to_owned())
            }
            None => Ok(is_about_events(sheet, row)),
        };
        let place = match (&subject, &before) {
            (Err(_), Some(before)) => before.clone(),
            (subject, _) => place(sheet, row, *subject.as_ref().unwrap_or(&false)),
        };
        let subject = match subject {
            Ok(true) => Events::of(sheet, row).map(|events| Subject::Events(Box::new(events))),
            Ok(false) => field(sheet, row).map(|(field, test)| Subject::Field { field, test }),
            Err(reason) => Err(reason),
        };
        let file = if is_one_of_several { format!("{}, row", sheet.path) } else { "Row".to_owned() };
        let shown = format!("{file} {}: {}", row.line, row.words);
        before = Some(place.clone());
        lines.push(Line { row, shown, place, subject });
    }
    lines
}

/// The axis and the group of a row.
fn place(sheet: &Sheet, row: &Row, is_activity: bool) -> Place {
    let category = row.get(Role::Category);
    let axis = category.and_then(dimension);
    // A category that is no axis is a group.
    let category = category.filter(|_| axis.is_none());
    let group = match (category, row.get(Role::Group)) {
        (Some(category), Some(group)) => Some(format!("{category}: {group}")),
        (category, group) => category.or(group).map(str::to_owned),
    };
    let [fit, activity] = sheet.shape.axes;
    let (axis, is_activity) = axis.unwrap_or((if is_activity { activity } else { fit }.to_owned(), is_activity));
    Place { axis, is_activity, group }
}

/// Whether a trigger of Marketo is about a fact that changes.
fn is_change(criterion: &str) -> bool {
    let name = folded(criterion);
    name.starts_with("datavalue") || matches!(name.as_str(), "personiscreated" | "leadiscreated" | "personcreated")
}

/// Whether a row is about events, and not about a fact.
fn is_about_events(sheet: &Sheet, row: &Row) -> bool {
    if is_change(row.criterion()) {
        return false;
    }
    if let Some((_, is_activity)) = row.get(Role::Category).and_then(dimension) {
        return is_activity;
    }
    match sheet.criterion.as_str() {
        "profilefield" | "profilecriteria" | "property" | "field" | "fieldname" | "demographic" => return false,
        "behavior" | "behaviour" | "engagementcriteria" | "action" | "activity" | "event" | "trigger" => return true,
        _ => {}
    }
    let of_events = [Role::Frequency, Role::LeastFrequency, Role::MostFrequency, Role::Timeframe, Role::Decay];
    let criterion = row.criterion().to_lowercase();
    let is_deed = |word: &str| {
        let is_form =
            |deed: &&str| word.strip_prefix(*deed).is_some_and(|end| ["", "s", "d", "ed", "ing"].contains(&end));
        DEEDS.iter().any(is_form)
    };
    criterion.split_whitespace().any(is_deed) || of_events.into_iter().any(|role| given(row.get(role)).is_some())
}

/// The field of a row and its test.
fn field(sheet: &Sheet, row: &Row) -> Result<(String, Test), String> {
    let (criterion, value) = (row.criterion(), row.get(Role::Value));
    let own = |test| (snake(row.get(Role::Source).unwrap_or(criterion)), test);
    if is_change(criterion) {
        return changed(value.unwrap_or_default());
    }
    let operator = row.get(Role::Operator);
    if sheet.shape.product == Product::Marketo
        && operator.is_none()
        && let Some((subject, test)) = value.and_then(sentence)
    {
        return Ok((snake(subject), test?));
    }
    match test(operator, value)? {
        Some(test) => Ok(own(test)),
        None => match sentence(criterion) {
            Some((subject, test)) => Ok((snake(subject), test?)),
            None => Ok(own(Test::Flag(true))),
        },
    }
}

/// The field and the test of a constraint such as `Attribute is Job Title; New Value contains VP`, or `Job Title contains VP`.
fn changed(constraint: &str) -> Result<(String, Test), String> {
    let mut attribute = None;
    let mut found = None;
    for part in constraint.split([';', '|']).map(str::trim).filter(|part| !part.is_empty()) {
        let (subject, test) = sentence(part).ok_or_else(|| format!("`{part}` is not a constraint with an operator"))?;
        let name = folded(subject);
        match test? {
            test if name == "attribute" => attribute = test.texts().and_then(<[String]>::first).map(|name| snake(name)),
            test if found.is_none() => found = Some(((name != "newvalue").then(|| snake(subject)), test)),
            _ => return Err(format!("`{constraint}` has several tests: write a row for each")),
        }
    }
    match (attribute, found) {
        (Some(attribute), Some((None, test))) => Ok((attribute, test)),
        (None, Some((Some(field), test))) => Ok((field, test)),
        _ => Err("which attribute changes, and to which value? Write `Job Title contains VP`".to_owned()),
    }
}
