//! Warnings about cases.

use std::collections::HashMap;

use super::Lints;
use super::warning::About;
use crate::problem::Path;

impl Lints<'_> {
    /// Warns of cases with the name of an earlier one.
    pub(super) fn cases(&mut self) {
        let cases = Path::Root.key("case");
        let mut first = HashMap::new();
        for (index, case) in self.model.cases.iter().enumerate() {
            let earlier = *first.entry(case.name.as_str()).or_insert(index);
            if earlier != index {
                let message = format!("`case[{earlier}]` has the name `{}` too", case.name);
                let help = "give each case its own name: messages about cases name only the case";
                self.warnings.warn(
                    "repeated-case",
                    &cases.index(index).key("name"),
                    About::id(&case.name),
                    message,
                    help,
                );
            }
        }
    }
}
