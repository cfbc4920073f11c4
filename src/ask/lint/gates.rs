//! Gates that decide nothing, alone or next to the others.

use super::Lints;
use super::conditions::{Both, Role, Truths, sites};
use super::space::Space;
use super::warning::About;
use crate::evaluate::{AnySubject, Evaluation, Truth, gate_verdict};
use crate::grade::Verdict;
use crate::model::{self, IfUnknown, Scope};
use crate::problem::Path;
use crate::program::{Gate, ReadSite};

/// How many gates are compared with each other.
const COMPARED_MAX: usize = 256;

/// A gate of a model, its place and what its condition can be.
struct Placed<'m> {
    written: &'m model::Gate,
    compiled: &'m Gate,
    required: bool,
    index: usize,
    truths: Truths,
}

/// The least and the greatest verdict of a gate in one combination of cells.
type Ends = (Verdict, Verdict);

impl Lints<'_> {
    /// Warns about gates. Returns whether one of them alone holds every subject back.
    pub(super) fn gates(&mut self, space: &Space<'_>) -> bool {
        let (model, program) = (self.model, self.program);
        let mut placed: Vec<Placed<'_>> = Vec::new();
        for (required, written) in [(true, &model.required), (false, &model.disqualifying)] {
            let list = Path::Root.key(section(required));
            for (index, (written, compiled)) in written.iter().zip(program.gates(required)).enumerate() {
                let role = if required { Role::Required } else { Role::Disqualifying };
                let both = Both {
                    written: &written.when,
                    compiled: &compiled.when,
                    role,
                    missing: written.missing,
                    about: About::id(&written.id),
                };
                let path = list.index(index);
                let truths = both.check(program, space, &path.key("when"), Scope::Subject, &mut self.warnings);
                self.idle_policy(written.missing, &truths, &path, About::id(&written.id));
                placed.push(Placed { written, compiled, required, index, truths });
            }
        }
        self.implied_gates(space, &placed);
        let held_back = |required| if required { Truth::False } else { Truth::True };
        placed.iter().any(|gate| gate.truths.is_decided(gate.written.missing, held_back(gate.required)))
    }

    /// Warns if a condition is never unknown, but a policy says what to do then.
    pub(super) fn idle_policy(&mut self, missing: IfUnknown, truths: &Truths, path: &Path<'_>, about: About<'_>) {
        if missing != IfUnknown::Unknown && !truths.may_be_unknown() {
            let message = "the condition is never unknown, so `missing` never applies";
            let help = "remove `missing`; counts of events and tests with `known` are never unknown";
            self.warnings.warn("idle-missing", &path.key("missing"), about, message, help);
        }
    }

    fn implied_gates(&mut self, space: &Space<'_>, placed: &[Placed<'_>]) {
        if placed.len() > COMPARED_MAX {
            return;
        }
        let all: Vec<ReadSite<'_>> = placed.iter().flat_map(|gate| sites(&gate.compiled.when)).collect();
        let mut table: Vec<Vec<Ends>> = Vec::new();
        space.each(&all, |evaluation| table.push(placed.iter().map(|gate| ends(gate, evaluation)).collect()));
        let mut kept = vec![true; placed.len()];
        let candidates = placed.iter().enumerate().rev().filter(|(_, gate)| !gate.truths.is_constant());
        for (own, _) in candidates {
            let implied = table.iter().all(|row| {
                let others = row.iter().zip(&kept).enumerate().filter(|(index, (_, kept))| *index != own && **kept);
                let guaranteed = others.map(|(_, ((least, _), _))| *least).max();
                guaranteed >= row.get(own).map(|(_, greatest)| *greatest)
            });
            kept.get_mut(own).into_iter().for_each(|kept| *kept = !implied);
        }
        for (gate, _) in placed.iter().zip(kept).filter(|(_, kept)| !kept) {
            let path = Path::Root.key(section(gate.required));
            let id = &gate.written.id;
            let message = format!("the other gates already decide everything that the gate `{id}` decides");
            let help = "remove the gate, or correct its condition";
            self.warnings.warn("implied-gate", &path.index(gate.index), About::id(id), message, help);
        }
    }
}

fn section(required: bool) -> &'static str {
    if required { "required" } else { "disqualifying" }
}

/// The least and the greatest verdict that a gate alone leads to.
fn ends<'m>(gate: &Placed<'m>, evaluation: &Evaluation<AnySubject<'m, '_>>) -> Ends {
    let truths = evaluation.truth(&gate.compiled.when);
    let verdicts = truths.iter().map(|truth| gate_verdict(gate.required, gate.compiled.missing.decided(truth)));
    let ends = verdicts.map(|verdict| (verdict, verdict));
    ends.reduce(|(a, b), (c, d)| (a.min(c), b.max(d))).unwrap_or((Verdict::Eligible, Verdict::Disqualified))
}
