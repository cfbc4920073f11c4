//! Gates: the conditions that decide the verdict.

use super::condition::Condition;

/// A condition that must be true (`[[required]]`) or must not be true (`[[disqualifying]]`).
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) when: Condition,
    pub(crate) missing: GateMissing,
}

/// How a gate counts if its condition is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateMissing {
    /// As unknown: a required gate leaves the subject undetermined, a disqualifying gate does not disqualify.
    #[default]
    Unknown,
    /// As if the condition were true.
    Holds,
    /// As if the condition were false.
    Fails,
}

impl Gate {
    /// Creates a gate with an id and a condition.
    pub fn new(id: impl Into<String>, when: Condition) -> Gate {
        Gate { id: id.into(), label: None, when, missing: GateMissing::Unknown }
    }
}

setters!(Gate {
    /// Sets the text that explanations show in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
    /// Sets how the gate counts if its condition is unknown. Defaults to [`GateMissing::Unknown`].
    missing(missing: GateMissing) missing = missing;
});

getters!(Gate {
    /// Returns the id.
    id(self) -> &str = &self.id;
    /// Returns the label, if the gate has one.
    get_label(self) -> Option<&str> = self.label.as_deref();
    /// Returns the condition.
    when(self) -> &Condition = &self.when;
    /// Returns how the gate counts if its condition is unknown.
    get_missing(self) -> GateMissing = self.missing;
});
