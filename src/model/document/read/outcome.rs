//! Promoters, limits, the grade, states, segments and plays.

use super::{Reader, tables};
use crate::model::document::node::Node;
use crate::model::outcome::{Bound, Cuts, GradeCuts, Limit, Play, Promoter, Segment, State, StateBound};
use crate::problem::Path;

impl Reader {
    pub(super) fn promoter(&mut self, node: &Node, path: &Path<'_>) -> Option<Promoter> {
        let mut keys = self.keys(node, path, tables::Promoter::TABLE)?;
        let id = keys.required(self, tables::Promoter::ID);
        let label = keys.optional(self, tables::Promoter::LABEL);
        let when = keys.required(self, tables::Promoter::WHEN);
        let missing = keys.or_default(self, tables::Promoter::MISSING);
        let plus = keys.required(self, tables::Promoter::PLUS);
        keys.finish(self);
        Some(Promoter { id: id?, label: label?, when: when?, missing: missing?, plus: plus? })
    }

    pub(super) fn limit(&mut self, node: &Node, path: &Path<'_>) -> Option<Limit> {
        let mut keys = self.keys(node, path, tables::Limit::TABLE)?;
        let id = keys.optional(self, tables::Limit::ID);
        let label = keys.optional(self, tables::Limit::LABEL);
        let when = keys.required(self, tables::Limit::WHEN);
        let missing = keys.or_default(self, tables::Limit::MISSING);
        let at_most = keys.optional(self, tables::Limit::AT_MOST);
        let at_least = keys.optional(self, tables::Limit::AT_LEAST);
        keys.finish(self);
        let bound = match (at_most?, at_least?) {
            (Some(score), None) => Bound::AtMost(score),
            (None, Some(score)) => Bound::AtLeast(score),
            _ => return None,
        };
        Some(Limit { id: id?, label: label?, when: when?, missing: missing?, bound })
    }

    pub(super) fn grade(&mut self, node: &Node, path: &Path<'_>) -> Option<GradeCuts> {
        let mut keys = self.keys(node, path, tables::Grade::TABLE)?;
        let fit = keys.required(self, tables::Grade::FIT);
        let activity = keys.required(self, tables::Grade::ACTIVITY);
        keys.finish(self);
        Some(GradeCuts { fit: fit?, activity: activity? })
    }

    pub(super) fn cuts(&mut self, node: &Node, path: &Path<'_>) -> Option<Cuts> {
        let mut keys = self.keys(node, path, tables::Cuts::TABLE)?;
        let axis = keys.required(self, tables::Cuts::AXIS);
        let cuts = keys.required(self, tables::Cuts::CUTS);
        keys.finish(self);
        Some(Cuts { axis: axis?, cuts: cuts? })
    }

    pub(super) fn state(&mut self, node: &Node, path: &Path<'_>) -> Option<State> {
        let mut keys = self.keys(node, path, tables::State::TABLE)?;
        let name = keys.required(self, tables::State::NAME);
        let score = keys.optional(self, tables::State::AT_LEAST);
        let points = keys.optional(self, tables::State::AT_LEAST_POINTS);
        keys.finish(self);
        let from = match (score?, points?) {
            (Some(score), None) => StateBound::Score(score),
            (None, Some(points)) => StateBound::Points(points),
            _ => return None,
        };
        Some(State { name: name?, from })
    }

    pub(super) fn segment(&mut self, node: &Node, path: &Path<'_>) -> Option<Segment> {
        let mut keys = self.keys(node, path, tables::Segment::TABLE)?;
        let name = keys.required(self, tables::Segment::NAME);
        let when = keys.optional(self, tables::Segment::WHEN);
        let missing = keys.or_default(self, tables::Segment::MISSING);
        keys.finish(self);
        Some(Segment { name: name?, when: when?, missing: missing? })
    }

    pub(super) fn play(&mut self, node: &Node, path: &Path<'_>) -> Option<Play> {
        let mut keys = self.keys(node, path, tables::Play::TABLE)?;
        let name = keys.required(self, tables::Play::NAME);
        let grades = keys.or_default(self, tables::Play::GRADES);
        let states = keys.or_default(self, tables::Play::STATES);
        let segments = keys.or_default(self, tables::Play::SEGMENTS);
        let otherwise = keys.or_default(self, tables::Play::OTHERWISE);
        let owner = keys.optional(self, tables::Play::OWNER);
        let respond_within = keys.optional(self, tables::Play::RESPOND_WITHIN);
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
