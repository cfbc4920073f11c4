//! Writes a draft as a document: rules with their rows as comments, and comments for rows that are no rule.

use std::fmt::Write as _;

use warmth::model::{Axis, Rule};
use warmth::{Model, Record, Scorer};

use super::draft::{Draft, DraftAxis, Item};
use super::listed;
use super::sheet::Sheet;
use crate::dotted::{Braces, Tree};
use crate::mapping::infer::quoted;
use crate::messages::{Stop, counted};

impl Draft {
    /// The document. Rules that the library refuses become comments first, with the reason.
    pub(super) fn document(&mut self, name: &str, sheets: &[Sheet]) -> Result<String, Stop> {
        if problem(&self.text(name, sheets)?).is_some() {
            self.leave_out_refused(name, sheets)?;
        }
        let text = self.text(name, sheets)?;
        match problem(&text) {
            None => Ok(text),
            Some(problem) => Err(format!("the document cannot be used: {problem}").into()),
        }
    }

    /// The number of rules, and the number of rows that are only comments.
    pub(super) fn counts(&self) -> (usize, usize) {
        let is_rule = |item: &&Item| matches!(item, Item::Rule { .. });
        let rules = self.items().filter(is_rule).count();
        (rules, self.items().count() - rules)
    }

    /// Adds the rules again, and makes comments of those that the library refuses.
    fn leave_out_refused(&mut self, name: &str, sheets: &[Sheet]) -> Result<(), Stop> {
        let all: Vec<Vec<Item>> = self.axes.iter_mut().map(|axis| std::mem::take(&mut axis.items)).collect();
        all.into_iter().enumerate().try_for_each(|(axis, items)| self.add_items(axis, items, name, sheets))
    }

    /// Adds items to an axis, all at once if possible, or else in halves.
    fn add_items(&mut self, axis: usize, mut items: Vec<Item>, name: &str, sheets: &[Sheet]) -> Result<(), Stop> {
        let Some(own) = self.axes.get_mut(axis) else { return Ok(()) };
        let (before, half) = (own.items.len(), items.len() / 2);
        own.items.append(&mut items);
        let Some(reason) = problem(&self.text(name, sheets)?) else { return Ok(()) };
        let Some(own) = self.axes.get_mut(axis) else { return Ok(()) };
        let mut refused = own.items.split_off(before);
        if half == 0 {
            own.items.extend(refused.into_iter().flat_map(|item| item.left_out(&reason)));
            return Ok(());
        }
        let rest = refused.split_off(half);
        self.add_items(axis, refused, name, sheets)?;
        self.add_items(axis, rest, name, sheets)
    }

    fn text(&self, name: &str, sheets: &[Sheet]) -> Result<String, Stop> {
        let (rules, left_out) = self.counts();
        let rows = sheets.iter().map(|sheet| sheet.rows.len()).sum::<usize>();
        let files: Vec<&str> = sheets.iter().map(|sheet| sheet.path.as_str()).collect();
        let mut text = format!("# Imported from {}.\n", files.join(" and "));
        let _ = match left_out {
            0 => writeln!(text, "# {} became {}.", counted(rows, ["row", "rows"]), counted(rules, ["rule", "rules"])),
            _ => writeln!(
                text,
                "# {} of {} became {}. The others are comments: search for \"Not imported\".",
                rows.saturating_sub(left_out),
                counted(rows, ["row", "rows"]),
                counted(rules, ["rule", "rules"]),
            ),
        };
        for sheet in sheets.iter().filter(|sheet| !sheet.others.is_empty()) {
            let _ = writeln!(text, "# The rules of {} do not read {}.", sheet.path, listed(&sheet.others));
        }
        text.push_str(HEAD);
        let _ = writeln!(text, "format = 1\nname = {}", quoted(name));
        for axis in &self.axes {
            axis.write(&mut text)?;
        }
        self.write_grade(sheets, &mut text);
        Ok(text)
    }

    /// A letter and a number, as the product has them, from an axis of facts and an axis of events.
    fn write_grade(&self, sheets: &[Sheet], text: &mut String) {
        let axes: Vec<&DraftAxis> = self.axes.iter().filter(|axis| axis.has_rules()).collect();
        let grades = sheets.iter().any(|sheet| sheet.shape.grades);
        if let [a, b] = axes[..]
            && a.is_activity != b.is_activity
            && grades
        {
            let (fit, activity) = if a.is_activity { (b, a) } else { (a, b) };
            let cuts = |axis: &DraftAxis| format!("{{ axis = {}, cuts = [75, 50, 25] }}", quoted(&axis.name));
            text.push_str("\n# The letter and the number. Check the cuts: the sheet does not have them.\n");
            let _ = writeln!(text, "[grade]\nfit = {}\nactivity = {}", cuts(fit), cuts(activity));
        }
    }
}

const HEAD: &str = "#
# `available = 100` keeps the points of the sheet: 20 points in the sheet raise the axis score by 20. Without it, the most
# that the rules can reach would count as 100. An axis score stops at 100.
#
# The score is the mean of the axis scores. For levels of the sum of all points, write states with `at_least_points`.
";

impl Item {
    /// The rows of a rule as comments.
    fn left_out(self, reason: &str) -> Vec<Item> {
        match self {
            Item::Rule { rows, .. } => {
                rows.into_iter().map(|row| Item::LeftOut { row, reason: reason.to_owned() }).collect()
            }
            item @ Item::LeftOut { .. } => vec![item],
        }
    }
}

impl DraftAxis {
    fn has_rules(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Rule { .. }))
    }

    fn write(&self, text: &mut String) -> Result<(), Stop> {
        if self.has_rules() {
            let _ = writeln!(text, "\n[[axis]]\nname = {}\navailable = 100", quoted(&self.name));
        } else {
            let _ = writeln!(text, "\n# The axis {} has no rule.", quoted(&self.name));
        }
        let rules =
            || self.items.iter().filter_map(|item| if let Item::Rule { rule, .. } = item { Some(rule) } else { None });
        for (name, limit) in self.groups.iter().filter(|(name, _)| rules().any(|rule| rule.get_group() == Some(name))) {
            let _ = writeln!(text, "\n[[axis.group]]\nname = {}", quoted(name));
            if let Some(limit) = limit {
                let _ = writeln!(text, "max = {limit}");
            }
        }
        for item in &self.items {
            text.push('\n');
            match item {
                Item::Rule { rows, notes, rule } => {
                    for line in rows.iter().chain(notes) {
                        let _ = writeln!(text, "# {line}");
                    }
                    text.push_str("[[axis.rule]]\n");
                    write_rule(rule, text)?;
                }
                Item::LeftOut { row, reason } => {
                    let _ = writeln!(text, "# Not imported. {row}\n# Reason: {reason}");
                }
            }
        }
        Ok(())
    }
}

fn write_rule(rule: &Rule, text: &mut String) -> Result<(), Stop> {
    // Only a whole model is written with serde.
    let model = Model::new("rule").axis(Axis::new("axis").rule(rule.clone()));
    let tree = Tree::of(&model).map_err(|error| error.to_string())?;
    tree.at("axis.0.rule.0").iter().for_each(|rule| rule.write(Braces::AroundSmallTables, text));
    Ok(())
}

/// The first problem of a document, if it has one.
fn problem(text: &str) -> Option<String> {
    let read = match toml::Deserializer::parse(text) {
        Ok(deserializer) => Model::read(deserializer),
        Err(error) => return Some(error.message().to_owned()),
    };
    let error = read.and_then(|model| Scorer::<Record>::new(&model).map(drop)).err()?;
    let first = error.problems().first().map(|problem| problem.message().to_owned());
    Some(first.unwrap_or_else(|| error.to_string()))
}
