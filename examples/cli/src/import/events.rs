//! Rows about events: what happened, how often, how long ago, and what it is worth.

use warmth::model::{Condition, EventField, Measure, PerUnit, Period, Rule, Signal, Window, Worth, event};
use warmth::shapes::breadcrumbs_category;
use warmth::{Decay, Points, Span};

use super::shape::Role;
use super::sheet::{Row, Sheet};
use super::test::{FieldKind, Numbers, Test, sentence, test};
use super::words::{self, Frequency, given};
use crate::names::{folded, snake};

/// A row about events.
#[derive(Clone)]
pub(super) struct Events {
    /// The name of the events; `*` means all.
    pub(super) name: String,
    conditions: Vec<Condition>,
    window: Option<Window>,
    frequency: Option<Frequency>,
    /// Whether the row is about a time without events.
    is_quiet: bool,
    /// What a reader of the document must know about the rule.
    pub(super) notes: Vec<String>,
}

/// Attributes of events whose name contains the attribute, such as `page` of `Page viewed`.
const ATTRIBUTES: [&str; 10] = ["page", "url", "form", "link", "email", "webinar", "asset", "file", "program", "list"];

impl Events {
    /// Reads what happened, how often and when. The points are read where the rule is made.
    pub(super) fn of(sheet: &Sheet, row: &Row) -> Result<Events, String> {
        let criterion = row.get(Role::Source).unwrap_or(row.criterion());
        let mut events = Events {
            name: snake(criterion),
            conditions: Vec::new(),
            window: None,
            frequency: None,
            is_quiet: false,
            notes: Vec::new(),
        };
        events.read_name(criterion)?;
        events.read_value(row.get(Role::Operator), row.get(Role::Value))?;
        if let Some(text) = given(row.get(Role::Timeframe)).filter(|text| !is_ever(text)) {
            events.set_window(text, sheet.unit(Role::Timeframe))?;
        }
        if let Some(text) = given(row.get(Role::Frequency)) {
            let read = words::frequency(text).ok_or_else(|| {
                format!(
                    "`{text}` is not a frequency that the import knows, such as `every time`, `only once`, `once per week` or \
                     `at least 3 times`"
                )
            })?;
            events.set_frequency(read)?;
        }
        match (events.is_quiet, &events.window, events.frequency) {
            (true, None, _) => Err("without a time frame, such as `30 days`, nobody is inactive".to_owned()),
            (true, _, Some(Frequency::Each | Frequency::Once) | None) | (false, ..) => Ok(events),
            (true, ..) => Err("nobody is inactive several times".to_owned()),
        }
    }

    /// A name such as `No activity in 30 days` is about a time without events. Numbers in other names are refused.
    fn read_name(&mut self, criterion: &str) -> Result<(), String> {
        let lower = criterion.to_lowercase();
        let quiet = ["no activity", "no web activity", "inactivity", "inactive", "not active", "no engagement"];
        if let Some(rest) = quiet.iter().find_map(|word| Some(lower.split_once(word)?.1)) {
            "*".clone_into(&mut self.name);
            self.is_quiet = true;
            return if rest.trim().is_empty() { Ok(()) } else { self.set_window(rest, "days") };
        }
        if lower.split_whitespace().any(|word| word.starts_with(|letter: char| letter.is_ascii_digit())) {
            return Err(format!(
                "`{criterion}` has a number in its name: write how often and how recently in columns, such as `Frequency` \
                 and `Timeframe`"
            ));
        }
        Ok(())
    }

    /// Reads the constraints: sentences such as `Web page contains /pricing`, or a value with an operator.
    fn read_value(&mut self, operator: Option<&str>, value: Option<&str>) -> Result<(), String> {
        let Some(value) = value.filter(|value| !is_any(value)) else {
            return match operator {
                Some(operator) => Err(format!("`{operator}` has no value")),
                None => Ok(()),
            };
        };
        if operator.is_some() {
            return self.add_test(None, test(operator, Some(value))?);
        }
        let mut values = Vec::new();
        for part in value.split([';', '|']).map(str::trim).filter(|part| !part.is_empty()) {
            let name = folded(part);
            if let Some(times) = name.strip_prefix("min").unwrap_or(&name).strip_prefix("numberoftimes") {
                let count = times.trim_start_matches("is").parse().map_err(|_| format!("`{part}` has no number"))?;
                self.set_frequency(Frequency::AtLeast(count))?;
            } else if name.starts_with("dateofactivity") {
                self.set_window(part.split_once("ctivity").map_or("", |(_, rest)| rest), "days")?;
            } else if let Some((subject, test)) = sentence(part) {
                self.add_test(Some(subject), Some(test?))?;
            } else if let Some((subject, value)) = part.split_once(": ") {
                self.add_test(Some(subject), test(None, Some(value))?)?;
            } else {
                values.push(part);
            }
        }
        match values[..] {
            [] => Ok(()),
            [value] => self.add_test(None, test(None, Some(value))?),
            ref several => {
                self.add_test(None, Some(Test::Is(several.iter().map(|value| (*value).to_owned()).collect())))
            }
        }
    }

    /// Adds a test of an attribute. Without a subject, the name of the event tells the attribute.
    fn add_test(&mut self, subject: Option<&str>, test: Option<Test>) -> Result<(), String> {
        let Some(test) = test else { return Ok(()) };
        if let Some([only]) = test.texts()
            && is_any(only)
        {
            return Ok(()); // `Form is any`
        }
        let guessed = || ATTRIBUTES.iter().find(|attribute| self.name.contains(**attribute)).map_or("name", |own| own);
        let attribute = subject.map_or_else(|| guessed().to_owned(), snake);
        if subject.is_none() {
            self.note(format!("Check: the sheet does not name the attribute, and `{attribute}` is a guess."));
        }
        let kind = test.kind().unwrap_or(FieldKind::Text);
        self.conditions.push(test.condition(&attribute, kind)?);
        Ok(())
    }

    fn set_window(&mut self, text: &str, bare: &str) -> Result<(), String> {
        let read = words::window(text, bare).ok_or_else(|| format!("`{}` is not a span of time", text.trim()))?;
        if let Some(rough) = read.rough {
            self.note(rough);
        }
        match self.window.replace(read.value) {
            None => Ok(()),
            Some(_) => Err("the row has two time frames".to_owned()),
        }
    }

    fn set_frequency(&mut self, frequency: Frequency) -> Result<(), String> {
        match self.frequency.replace(frequency) {
            None => Ok(()),
            Some(_) => Err("the row has two frequencies".to_owned()),
        }
    }

    /// Adds what a reader must know about a value, once.
    fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn selected(&self) -> EventField {
        match self.matching() {
            Some(condition) => event(&*self.name).matching(condition),
            None => event(&*self.name),
        }
    }

    fn matching(&self) -> Option<Condition> {
        match &self.conditions[..] {
            [] => None,
            [condition] => Some(condition.clone()),
            several => Some(Condition::all(several.iter().cloned())),
        }
    }

    fn counted(&self) -> Measure {
        let count = self.selected().count();
        match &self.window {
            Some(window) => count.within(window.clone()),
            None => count,
        }
    }

    /// The condition that the events happened as often as the row says, for products that give points once.
    pub(super) fn condition(&self) -> Result<Condition, String> {
        if let (true, Some(window)) = (self.is_quiet, &self.window) {
            return Ok(self.selected().none_within(window.clone()));
        }
        let number = f64::from;
        Ok(match self.frequency {
            None | Some(Frequency::Once) => self.counted().at_least(1),
            Some(Frequency::AtLeast(count)) => self.counted().at_least(count),
            Some(Frequency::AtMost(count)) => self.counted().at_most(count),
            Some(Frequency::Exactly(count)) => self.counted().is(count),
            Some(Frequency::Between(low, high)) => Numbers::Between(number(low), number(high)).of(self.counted()),
            Some(Frequency::Each | Frequency::Per(..) | Frequency::EveryNth(_)) => {
                return Err("this frequency gives points several times, and the product gives them once".to_owned());
            }
        })
    }

    /// The rule of a product that adds points for each event, unless the row says how often.
    pub(super) fn rule(
        mut self,
        id: &str,
        sheet: &Sheet,
        row: &Row,
        worth: Points,
    ) -> Result<(Rule, Vec<String>), String> {
        let cap = given(row.get(Role::Cap)).map(words::points).transpose()?;
        let decay = self.decay(sheet, row, worth)?;
        let once = self.is_quiet || !matches!(self.frequency, None | Some(Frequency::Each | Frequency::Per(..)));
        if once && decay != Decay::None {
            return Err("points for a number of events do not decay: leave out the frequency or the decay".to_owned());
        }
        let rule = match self.frequency {
            Some(Frequency::EveryNth(step)) => {
                let cap = cap.ok_or("points for every few events need a cap: fill `Max points`")?;
                Rule::new(id, PerUnit::new(self.counted(), worth, cap).every(step))
            }
            _ if once => {
                if cap.is_some_and(|cap| cap < worth) {
                    return Err("the cap is below the points".to_owned());
                }
                Rule::new(id, worth).when(self.condition()?)
            }
            frequency => {
                let mut signal = Signal::new(&*self.name, worth).decay(decay);
                if let Some(condition) = self.matching() {
                    signal = signal.matching(condition);
                }
                if let Some(window) = &self.window {
                    signal = signal.window(window.clone());
                }
                if let Some(Frequency::Per(period, count)) = frequency {
                    let (own, note) = match period {
                        Period::Day => (signal.per_day(count), "A day is a day of the calendar."),
                        Period::Week => (signal.per_week(count), "A week is a week of the calendar."),
                        _ => (signal.per_month(count), "A month is a month of the calendar."),
                    };
                    signal = own;
                    self.note(note);
                }
                Rule::new(id, cap.map_or(signal.clone(), |cap| signal.max(cap)))
            }
        };
        Ok((rule, self.notes))
    }

    fn decay(&mut self, sheet: &Sheet, row: &Row, worth: Points) -> Result<Decay, String> {
        let Some(text) = given(row.get(Role::Decay)).filter(|text| words::number(text) != Some(0.0)) else {
            return Ok(Decay::None);
        };
        let unit = sheet.unit(Role::Interval);
        let interval = row.get(Role::Interval).map(|text| match words::count(text) {
            Some(_) => format!("{text} {unit}"),
            None => text.to_owned(),
        });
        let read = words::decay(text, interval.as_deref(), worth);
        let read =
            read.ok_or_else(|| format!("`{text}` is not a decay such as `50% every month` or `half-life 14 days`"))?;
        if let Some(rough) = read.rough {
            self.note(rough);
        }
        Ok(read.value)
    }

    /// The rule of a category of Breadcrumbs: a weight, a least and a most frequency, and an absolute decay.
    pub(super) fn category(mut self, id: &str, sheet: &Sheet, row: &Row) -> Result<(Rule, Vec<String>), String> {
        if self.window.is_some() || self.frequency.is_some() || self.is_quiet {
            return Err("a category counts events between its frequencies; it has no time frame".to_owned());
        }
        let weight = words::points(row.get(Role::Weighting).ok_or("the category has no weight")?)?;
        let whole = |role| match given(row.get(role)) {
            Some(text) => words::count(text).map(Some).ok_or_else(|| format!("`{text}` is not a whole number")),
            None => Ok(None),
        };
        let least = whole(Role::LeastFrequency)?.unwrap_or(1);
        let most = whole(Role::MostFrequency)?.unwrap_or(least.max(1));
        let (percent, every) = match self.decay(sheet, row, weight)? {
            Decay::None => (Points::ZERO, Span::days(1)),
            Decay::Drop { percent, every } => (percent, every),
            _ => return Err("the decay is not a percentage for each interval".to_owned()),
        };
        let rule = breadcrumbs_category(id, &*self.name, weight, least..=most, percent, every);
        let (Worth::Signal(signal), Some(condition)) = (rule.worth(), self.matching()) else {
            return Ok((rule, self.notes));
        };
        Ok((Rule::new(id, signal.clone().matching(condition)), self.notes))
    }
}

/// Whether a constraint allows every value.
fn is_any(value: &str) -> bool {
    matches!(value.trim().to_lowercase().as_str(), "any" | "all" | "*" | "-" | "n/a")
}

/// Whether a time frame means any time.
fn is_ever(text: &str) -> bool {
    matches!(folded(text).as_str(), "ever" | "anytime" | "alltime" | "always" | "lifetime")
}
