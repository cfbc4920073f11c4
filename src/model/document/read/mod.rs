//! From nodes to a model. Reading notes every wrong key, type and spelling, and goes on.

mod axis;
mod case;
mod condition;
mod keys;
mod operator;
mod outcome;
mod tables;
mod value;
mod values;
mod words;
mod worth;

use std::collections::HashMap;

use super::node::Node;
use super::table::{Table, ValueType};
use crate::model::Model;
use crate::model::gate::Gate;
use crate::problem::{ModelError, Path, PathSegment, Problem, Problems};

/// The whole document.
pub(super) const MODEL: &Table = tables::Model::TABLE;

/// The keys next to the operators of tests on ratios, on events, on the number of events, and on axes.
pub(super) const RATIO_OPTIONS: &Table = tables::Ratio::TABLE;
pub(super) const MEASURE_OPTIONS: &Table = tables::MeasureOptions::TABLE;
pub(super) const COUNT_OPTIONS: &Table = tables::CountOptions::TABLE;
pub(super) const AXIS_OPTIONS: &Table = tables::AxisOptions::TABLE;

/// The type of a window of events.
pub(super) const WINDOW: ValueType = <values::AnyWindow as values::Typed>::TYPE;

/// The table below `at_least_of`.
pub(super) const AT_LEAST_OF: &Table = tables::AtLeastOf::TABLE;

/// The only version of the document.
pub(super) const FORMAT: i64 = 1;

/// Reads a model; `problems` were found while the document was taken in.
pub(in crate::model) fn model(node: &Node, problems: Problems) -> Result<Model, ModelError> {
    let mut reader = Reader { problems };
    let model = reader.model(node);
    in_document_order(reader.problems.as_mut_slice(), node, 0);
    reader.problems.unless_none(model)
}

/// Sorts problems into document order. Keys are read in a fixed order, which is not the document's.
///
/// All problems are at `node` or below it, `depth` segments into the document.
fn in_document_order(problems: &mut [Problem], node: &Node, depth: usize) {
    if problems.len() < 2 {
        return;
    }
    // The children of a node follow it. A key that is not in the table was refused on the way in, and comes last.
    let keys: HashMap<&str, usize> = match node {
        Node::Table(entries) => entries.iter().zip(1..).map(|((key, _), index)| (key.as_str(), index)).collect(),
        _ => HashMap::new(),
    };
    let order = |problem: &Problem| match problem.segments().get(depth) {
        None => 0,
        Some(PathSegment::Key(key)) => keys.get(key.as_str()).copied().unwrap_or(usize::MAX),
        Some(PathSegment::Index(index)) => index.saturating_add(1),
    };
    problems.sort_by_key(order);
    for same in problems.chunk_by_mut(|a, b| order(a) == order(b)) {
        let child = same.first().and_then(|problem| order(problem).checked_sub(1));
        let child = child.and_then(|index| match node {
            Node::Table(entries) => entries.get(index).map(|(_, child)| child),
            Node::List(items) => items.get(index),
            _ => None,
        });
        if let Some(child) = child {
            in_document_order(same, child, depth + 1);
        }
    }
}

/// Returns the value of a key.
fn find<'n>(entries: &'n [(String, Node)], key: &str) -> Option<&'n Node> {
    entries.iter().find(|(own, _)| own == key).map(|(_, node)| node)
}

struct Reader {
    problems: Problems,
}

/// Returns whether a format is one that only later versions of this crate read.
fn is_newer(format: &Node) -> bool {
    format.whole().is_some_and(|format| format > FORMAT)
}

impl Reader {
    fn model(&mut self, node: &Node) -> Option<Model> {
        let root = Path::Root;
        let mut keys = self.keys(node, &root, tables::Model::TABLE)?;
        let format = keys.required(self, tables::Model::FORMAT);
        if keys.get(tables::Model::FORMAT.name).is_some_and(is_newer) {
            // The other keys may be right in that format.
            return None;
        }
        let schema = keys.optional(self, tables::Model::SCHEMA);
        let name = keys.required(self, tables::Model::NAME);
        let description = keys.optional(self, tables::Model::DESCRIPTION);
        let utc_offset_secs = keys.or_default(self, tables::Model::UTC_OFFSET);
        let week_starts = keys.optional(self, tables::Model::WEEK_STARTS);
        let year_starts = keys.optional(self, tables::Model::YEAR_STARTS);
        let total = keys.or_default(self, tables::Model::TOTAL);
        let coverage = keys.or_default(self, tables::Model::COVERAGE);
        let required = keys.or_default(self, tables::Model::REQUIRED);
        let disqualifying = keys.or_default(self, tables::Model::DISQUALIFYING);
        let axes = keys.or_default(self, tables::Model::AXIS);
        let promoters = keys.or_default(self, tables::Model::PROMOTER);
        let limits = keys.or_default(self, tables::Model::LIMIT);
        let grade = keys.optional(self, tables::Model::GRADE);
        let states = keys.or_default(self, tables::Model::STATE);
        let segments = keys.or_default(self, tables::Model::SEGMENT);
        let plays = keys.or_default(self, tables::Model::PLAY);
        let cases = keys.or_default(self, tables::Model::CASE);
        keys.finish(self);
        format?;
        schema?;
        let default = Model::new(name?);
        Some(Model {
            description: description?,
            utc_offset_secs: utc_offset_secs?,
            week_starts: week_starts?.unwrap_or(default.week_starts),
            year_starts: year_starts?.unwrap_or(default.year_starts),
            total: total?,
            coverage: coverage?,
            required: required?,
            disqualifying: disqualifying?,
            axes: axes?,
            promoters: promoters?,
            limits: limits?,
            grade: grade?,
            states: states?,
            segments: segments?,
            plays: plays?,
            cases: cases?,
            ..default
        })
    }

    fn format(&mut self, node: &Node, path: &Path<'_>) -> Option<()> {
        match (node.whole(), node) {
            (Some(FORMAT), _) => Some(()),
            (Some(format), _) if is_newer(node) => {
                let message = format!("this document is in format {format}, which is newer than format {FORMAT}");
                self.problems.refuse_with_help("format", path, message, "use a newer version of warmth")
            }
            (_, Node::Whole(_) | Node::Number(_)) => {
                self.problems.refuse("format", path, format!("there is no such format; write `format = {FORMAT}`"))
            }
            _ => self.wrong_type(node, path, "the number 1"),
        }
    }

    fn gate(&mut self, node: &Node, path: &Path<'_>) -> Option<Gate> {
        let mut keys = self.keys(node, path, tables::Gate::TABLE)?;
        let id = keys.required(self, tables::Gate::ID);
        let label = keys.optional(self, tables::Gate::LABEL);
        let when = keys.required(self, tables::Gate::WHEN);
        let missing = keys.or_default(self, tables::Gate::MISSING);
        keys.finish(self);
        Some(Gate { id: id?, label: label?, when: when?, missing: missing? })
    }
}
