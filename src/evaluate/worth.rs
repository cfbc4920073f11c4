//! What one rule is worth.

use super::{Evaluation, Truth, Witness, Worth};
use crate::decimal::nearest_micros;
use crate::facts::{Fact, Facts};
use crate::model::Missing;
use crate::points::{HELD, MICROS};
use crate::program::{FieldIndex, Rule, Worth as Form};
use crate::wide::{held_in_i64, rounded};

impl<'m, 's, T: Facts> Evaluation<'m, 's, T> {
    /// A rule with its guard and its policy for the unknown applied.
    pub(super) fn rule<W: Witness<'m>>(&self, rule: &'m Rule, witness: &mut W) -> Worth {
        let guard = rule.guard.as_ref().map_or(Truth::True, |guard| self.condition(guard, None, witness));
        let points = match guard {
            Truth::False => Some(0),
            Truth::Unknown => None,
            Truth::True => self.form(&rule.worth, witness),
        };
        let reach = rule.reach.unwrap_or(0);
        match (points, rule.missing) {
            (Some(points), _) => Worth { points, unknown: false, reach },
            (None, Missing::Points(points)) => Worth { points: points.micros(), unknown: true, reach },
            (None, Missing::Skip) => Worth { points: 0, unknown: true, reach: 0 },
        }
    }

    /// What the form is worth, `None` where that is unknown.
    fn form<W: Witness<'m>>(&self, form: &'m Form, witness: &mut W) -> Option<i64> {
        match form {
            Form::Points(points) => Some(*points),
            Form::First { rows, otherwise } => {
                for (when, points) in rows {
                    match self.condition(when, None, witness) {
                        Truth::True => return Some(*points),
                        Truth::Unknown => return None,
                        Truth::False => {}
                    }
                }
                Some(*otherwise)
            }
            Form::Bands { of, rows, below } => {
                let value = self.quantity(of, None);
                witness.measured(of, value);
                let reached = rows.partition_point(|(from, _)| value.is_some_and(|value| *from <= value));
                value
                    .map(|_| reached.checked_sub(1).and_then(|row| rows.get(row)).map_or(*below, |(_, points)| *points))
            }
            Form::Texts { field, rows, otherwise } => {
                let Fact::Text(text) = self.read(*field, witness) else { return None };
                Some(points_of(rows, text).unwrap_or(*otherwise))
            }
            Form::Tags { field, rows, otherwise, sum } => {
                let Fact::Tags(tags) = self.read(*field, witness) else { return None };
                // Row by row, so that a tag that the subject's list repeats counts once.
                let held = rows.iter().filter(|(tag, _)| tags.contains(tag)).map(|(_, points)| *points);
                Some(if *sum { held.reduce(i64::saturating_add) } else { held.max() }.unwrap_or(*otherwise))
            }
            Form::PerUnit { field, points, min, max } => {
                let Fact::Number(number) = self.read(*field, witness) else { return None };
                let units = nearest_micros(number, HELD)?;
                let product = rounded(i128::from(*points) * i128::from(units), MICROS.into());
                Some(held_in_i64(product).min(*max).max(*min))
            }
            Form::Signal(signal) => {
                let tally = self.tally(signal);
                witness.tallied(signal, tally);
                Some(tally.worth)
            }
        }
    }

    fn read<W: Witness<'m>>(&self, field: FieldIndex, witness: &mut W) -> Fact<'s> {
        let fact = self.fact(field);
        witness.read(field, fact);
        fact
    }
}

fn points_of(rows: &[(Box<str>, i64)], text: &str) -> Option<i64> {
    let row = rows.binary_search_by(|(own, _)| (**own).cmp(text)).ok()?;
    rows.get(row).map(|(_, points)| *points)
}
