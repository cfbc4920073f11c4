//! Promoters, limits, the grade, states, segments and plays.

use super::Reader;
use crate::model::document::node::Node;
use crate::model::outcome::{Bound, Cuts, GradeCuts, Limit, Play, Promoter, Segment, State, StateBound};
use crate::problem::Path;

impl Reader {
    pub(super) fn promoter(&mut self, node: &Node, path: &Path<'_>) -> Option<Promoter> {
        let mut keys = self.keys(node, path)?;
        let id = keys.required(self, "id", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let when = keys.required(self, "when", Reader::outcome_condition);
        let missing = keys.or_default(self, "missing", Reader::if_unknown);
        let plus = keys.required(self, "plus", Reader::points);
        keys.finish(self);
        Some(Promoter { id: id?, label: label?, when: when?, missing: missing?, plus: plus? })
    }

    pub(super) fn limit(&mut self, node: &Node, path: &Path<'_>) -> Option<Limit> {
        let mut keys = self.keys(node, path)?;
        let id = keys.optional(self, "id", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let when = keys.required(self, "when", Reader::outcome_condition);
        let missing = keys.or_default(self, "missing", Reader::if_unknown);
        let at_most = keys.optional(self, "at_most", Reader::points);
        let at_least = keys.optional(self, "at_least", Reader::points);
        let known = keys.finish(self);
        let bound = match (at_most?, at_least?) {
            (Some(score), None) => Bound::AtMost(score),
            (None, Some(score)) => Bound::AtLeast(score),
            // An unknown key may be a misspelling of one of them.
            (None, None) if !known => return None,
            _ => return self.problems.refuse("forms", path, "a limit needs either `at_most` or `at_least`"),
        };
        Some(Limit { id: id?, label: label?, when: when?, missing: missing?, bound })
    }

    pub(super) fn grade(&mut self, node: &Node, path: &Path<'_>) -> Option<GradeCuts> {
        let side = |reader: &mut Reader, node: &Node, path: &Path<'_>| {
            let mut keys = reader.keys(node, path)?;
            let axis = keys.required(reader, "axis", Reader::name);
            let cuts = keys.required(reader, "cuts", |reader, node, path| reader.list(node, path, Reader::points));
            keys.finish(reader);
            Some(Cuts { axis: axis?, cuts: cuts? })
        };
        let mut keys = self.keys(node, path)?;
        let fit = keys.required(self, "fit", side);
        let activity = keys.required(self, "activity", side);
        keys.finish(self);
        Some(GradeCuts { fit: fit?, activity: activity? })
    }

    pub(super) fn state(&mut self, node: &Node, path: &Path<'_>) -> Option<State> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let score = keys.optional(self, "at_least", Reader::points);
        let points = keys.optional(self, "at_least_points", Reader::points);
        let known = keys.finish(self);
        let from = match (score?, points?) {
            (Some(score), None) => StateBound::Score(score),
            (None, Some(points)) => StateBound::Points(points),
            (None, None) if !known => return None,
            _ => return self.problems.refuse("forms", path, "a state needs either `at_least` or `at_least_points`"),
        };
        Some(State { name: name?, from })
    }

    pub(super) fn segment(&mut self, node: &Node, path: &Path<'_>) -> Option<Segment> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let when = keys.optional(self, "when", Reader::outcome_condition);
        let missing = keys.or_default(self, "missing", Reader::if_unknown);
        keys.finish(self);
        Some(Segment { name: name?, when: when?, missing: missing? })
    }

    pub(super) fn play(&mut self, node: &Node, path: &Path<'_>) -> Option<Play> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let grades = keys.or_default(self, "grades", Reader::some_names);
        let states = keys.or_default(self, "states", Reader::some_names);
        let segments = keys.or_default(self, "segments", Reader::some_names);
        let otherwise = keys.or_default(self, "otherwise", Reader::flag);
        let owner = keys.optional(self, "owner", Reader::text);
        let respond_within = keys.optional(self, "respond_within", Reader::span);
        keys.finish(self);
        Some(Play {
            name: name?,
            grades: grades?,
            states: states?,
            segments: segments?,
            otherwise: otherwise?,
            owner: owner?,
            respond_within: respond_within?,
        })
    }
}
