//! Gates: the conditions that decide the verdict.

use super::condition::{Condition, IfUnknown};

/// A condition that must be true (`[[required]]`) or must not be true (`[[disqualifying]]`).
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) when: Condition,
    pub(crate) missing: IfUnknown,
}

impl Gate {
    /// Creates a gate with an id and a condition.
    pub fn new(id: impl Into<String>, when: Condition) -> Gate {
        Gate { id: id.into(), label: None, when, missing: IfUnknown::Unknown }
    }
}

setters!(Gate {
    /// Sets the text that explanations show in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
    /// Sets how the gate counts if its condition is unknown. Defaults to [`IfUnknown::Unknown`].
    missing(missing: IfUnknown) missing = missing;
});

getters!(Gate {
    /// Returns the id.
    id(self) -> &str = &self.id;
    /// Returns the label, if the gate has one.
    get_label(self) -> Option<&str> = self.label.as_deref();
    /// Returns the condition.
    when(self) -> &Condition = &self.when;
    /// Returns how the gate counts if its condition is unknown.
    get_missing(self) -> IfUnknown = self.missing;
});
