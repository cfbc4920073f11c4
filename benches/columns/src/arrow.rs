//! arrow: its kernels over its arrays, which are made from the columns without a change of layout.
//!
//! The one kernel for "in a list", `in_list`, makes an array for each row and looks for one text, so items of lists are
//! looked at in a loop here. Where a kernel takes a closure (`unary`, `binary`) it is given one, which the
//! compiler makes vectors of.

use std::sync::Arc;

use arrow_arith::arity::{binary, unary};
use arrow_arith::boolean::{and, and_not, not, or};
use arrow_arith::numeric::add_wrapping;
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowDictionaryKeyType, Float64Type, Int32Type, UInt8Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, ListArray, PrimitiveArray,
    Scalar, StringArray, UInt8Array, UInt32Array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer};
use arrow_ord::cmp::{eq, gt_eq, lt, neq};
use arrow_schema::Field;
use arrow_select::filter::FilterBuilder;
use arrow_select::nullif::nullif;
use arrow_select::take::take;
use arrow_select::zip::zip;

use warmth::columns::{Bits, Keys, Column, ColumnError, Columns, Texts};

use crate::columns;
use crate::columns::{Coded, Outcomes};

pub(crate) struct Arrays {
    active_users: UInt32Array,
    in_onboarding: BooleanArray,
    decision_maker: DictionaryArray<UInt8Type>,
    renewal_date: Date32Array,
    has_flagship: BooleanArray,
    health: DictionaryArray<UInt8Type>,
    rules: Rules,
}

/// What the rules read.
struct Rules {
    icp_segment: DictionaryArray<UInt8Type>,
    tech_stack: ListArray,
    intent: Float64Array,
    nps: UInt8Array,
    seats: Int32Array,
    seat_limit: Int32Array,
    country: DictionaryArray<Int32Type>,
}

/// Points and states of rows; null or 0 where a gate holds a row back.
pub(crate) struct Reached {
    points: UInt32Array,
    states: UInt8Array,
}

pub(crate) fn outcomes(reached: Reached) -> Outcomes {
    Outcomes {
        points: reached.points.iter().map(Option::unwrap_or_default).collect(),
        states: reached.states.iter().map(Option::unwrap_or_default).collect(),
    }
}

impl Arrays {
    pub(crate) fn new(columns: &columns::Columns) -> Arrays {
        let rows = columns.active_users.len();
        let bits = |bytes: &[u8]| BooleanBuffer::new(Buffer::from(bytes.to_vec()), 0, rows);
        let items: ArrayRef = Arc::new(dictionary::<Int32Type>(&columns.tech_stack.items));
        Arrays {
            active_users: columns.active_users.clone().into(),
            in_onboarding: BooleanArray::new(bits(&columns.in_onboarding), None),
            decision_maker: dictionary(&columns.decision_maker),
            renewal_date: columns.renewal_date.clone().into(),
            has_flagship: BooleanArray::new(bits(&columns.has_flagship), None),
            health: dictionary(&columns.health),
            rules: Rules {
                icp_segment: dictionary(&columns.icp_segment),
                tech_stack: ListArray::new(
                    Arc::new(Field::new_list_field(items.data_type().clone(), false)),
                    OffsetBuffer::new(columns.tech_stack.offsets.clone().into()),
                    items,
                    None,
                ),
                intent: columns.intent.clone().into(),
                nps: UInt8Array::new(columns.nps.clone().into(), Some(NullBuffer::new(bits(&columns.nps_known)))),
                seats: columns.seats.clone().into(),
                seat_limit: columns.seat_limit.clone().into(),
                country: dictionary(&columns.country),
            },
        }
    }

    /// For warmth, which reads their buffers where they are.
    pub(crate) fn borrowed(&self) -> Result<Columns<'_>, ColumnError> {
        let Rules { icp_segment, tech_stack, intent, nps, seats, seat_limit, country } = &self.rules;
        let items = tech_stack.values().as_dictionary::<Int32Type>();
        let item_texts = texts(items.values().as_string())?;
        Columns::new(self.active_users.len())
            .with("active_users", Column::numbers(&self.active_users.values()[..]))?
            .with("in_onboarding", Column::flags(bits(self.in_onboarding.values())?))?
            .with("decision_maker", coded(&self.decision_maker)?)?
            .with("renewal_date", Column::dates(self.renewal_date.values()))?
            .with("has_flagship", Column::flags(bits(self.has_flagship.values())?))?
            .with("health", coded(&self.health)?)?
            .with("icp_segment", coded(icp_segment)?)?
            .with(
                "tech_stack",
                Column::dictionary_lists(&tech_stack.offsets()[..], &items.keys().values()[..], item_texts)?,
            )?
            .with("intent", Column::numbers(&intent.values()[..]))?
            .with("nps", valid(Column::numbers(&nps.values()[..]), nps)?)?
            .with("seats", Column::numbers(&seats.values()[..]))?
            .with("seat_limit", Column::numbers(&seat_limit.values()[..]))?
            .with("country", coded(country)?)
    }

    /// Every rule for every row.
    pub(crate) fn every_row(&self, today: i32) -> Reached {
        let held = not(&self.open(today)).unwrap();
        let (points, states) = self.rules.points_and_states();
        Reached {
            points: nullif(&points, &held).unwrap().as_primitive().clone(),
            states: nullif(&states, &held).unwrap().as_primitive().clone(),
        }
    }

    /// The rules for the rows that no gate holds back, in arrays of those alone. What comes out is spread over all rows
    /// in a loop here, as `merge` adds what is left out row by row.
    pub(crate) fn rows_left(&self, today: i32) -> Reached {
        let open = self.open(today);
        let (points, states) = self.rules.filtered(&open).points_and_states();
        let (mut all_points, mut all_states) = (vec![0; open.len()], vec![0; open.len()]);
        for (row, (points, state)) in open.values().set_indices().zip(points.values().iter().zip(states.values())) {
            all_points[row] = *points;
            all_states[row] = *state;
        }
        Reached { points: all_points.into(), states: all_states.into() }
    }

    fn open(&self, today: i32) -> BooleanArray {
        let active = neq(&self.active_users, &UInt32Array::new_scalar(0)).unwrap();
        let happy = neq(&self.decision_maker, &text("unhappy")).unwrap();
        let past = lt(&self.renewal_date, &Date32Array::new_scalar(today)).unwrap();
        let far = gt_eq(&self.renewal_date, &Date32Array::new_scalar(today + 61)).unwrap();
        let green = eq(&self.health, &text("green")).unwrap();
        let open = and_not(&active, &self.in_onboarding).unwrap();
        let open = and(&open, &happy).unwrap();
        let open = and(&open, &or(&past, &far).unwrap()).unwrap();
        let open = and(&open, &self.has_flagship).unwrap();
        and(&open, &green).unwrap()
    }
}

impl Rules {
    fn filtered(&self, open: &BooleanArray) -> Rules {
        let predicate = FilterBuilder::new(open).optimize().build();
        let left = |array: &dyn Array| predicate.filter(array).unwrap();
        Rules {
            icp_segment: left(&self.icp_segment).as_dictionary().clone(),
            tech_stack: left(&self.tech_stack).as_list().clone(),
            intent: left(&self.intent).as_primitive().clone(),
            nps: left(&self.nps).as_primitive().clone(),
            seats: left(&self.seats).as_primitive().clone(),
            seat_limit: left(&self.seat_limit).as_primitive().clone(),
            country: left(&self.country).as_dictionary().clone(),
        }
    }

    fn points_and_states(&self) -> (UInt32Array, UInt8Array) {
        let ratio: Float64Array =
            binary(&self.seats, &self.seat_limit, |seats, limit| f64::from(seats) / f64::from(limit)).unwrap();
        let promoters = gt_eq(&self.nps, &UInt8Array::new_scalar(9)).unwrap();
        let rules = [
            worth(&eq(&self.icp_segment, &text("high")).unwrap(), 6),
            worth(&self.technologies(), 10),
            worth(&gt_eq(&self.intent, &Float64Array::new_scalar(70.0)).unwrap(), 5),
            worth(&promoters, 4),
            worth(&gt_eq(&ratio, &PrimitiveArray::<Float64Type>::new_scalar(0.8)).unwrap(), 3),
            worth(&one_of(&self.country, &["DE", "FR", "NL", "SE"]), 2),
        ];
        let points = rules.into_iter().reduce(|sum, rule| add_wrapping(&sum, &rule).unwrap()).unwrap();
        let points: &UInt8Array = points.as_primitive();
        let states = unary(points, |points| 1 + u8::from(points >= 10) + u8::from(points >= 20));
        (unary(points, u32::from), states)
    }

    fn technologies(&self) -> BooleanArray {
        let items = self.tech_stack.values().as_dictionary::<Int32Type>();
        let wanted = any_of(items.values(), &["rivalsoft", "otherware"]);
        let wanted: Vec<bool> = wanted.values().iter().collect();
        let (codes, offsets) = (items.keys().values(), self.tech_stack.offsets());
        let any = |row: usize| {
            codes[offsets[row] as usize..offsets[row + 1] as usize].iter().any(|code| wanted[*code as usize])
        };
        BooleanArray::new(BooleanBuffer::collect_bool(self.tech_stack.len(), any), None)
    }
}

fn bits(buffer: &BooleanBuffer) -> Result<Bits<'_>, ColumnError> {
    Bits::packed(buffer.values(), buffer.offset(), buffer.len())
}

fn texts(array: &StringArray) -> Result<Texts<'_>, ColumnError> {
    Texts::new(array.value_offsets(), array.value_data())
}

fn coded<'a, K: ArrowDictionaryKeyType>(array: &'a DictionaryArray<K>) -> Result<Column<'a>, ColumnError>
where
    Keys<'a>: From<&'a [K::Native]>,
{
    Ok(Column::dictionary(&array.keys().values()[..], texts(array.values().as_string())?))
}

/// With the array's nulls, if it has any.
fn valid<'a>(column: Column<'a>, array: &'a dyn Array) -> Result<Column<'a>, ColumnError> {
    match array.nulls() {
        Some(nulls) => Ok(column.with_validity(bits(nulls.inner())?)),
        None => Ok(column),
    }
}

fn dictionary<K: ArrowDictionaryKeyType>(own: &Coded<K::Native>) -> DictionaryArray<K> {
    let keys = PrimitiveArray::<K>::new(own.codes.clone().into(), None);
    DictionaryArray::new(keys, Arc::new(StringArray::from_iter_values(&own.texts)))
}

fn text(text: &str) -> Scalar<StringArray> {
    StringArray::new_scalar(text)
}

fn worth(rule: &BooleanArray, points: u8) -> ArrayRef {
    zip(rule, &UInt8Array::new_scalar(points), &UInt8Array::new_scalar(0)).unwrap()
}

/// Compares the texts of the dictionary, then takes the answers by the codes.
fn one_of<K: ArrowDictionaryKeyType>(column: &DictionaryArray<K>, texts: &[&str]) -> BooleanArray {
    take(&any_of(column.values(), texts), column.keys(), None).unwrap().as_boolean().clone()
}

fn any_of(column: &ArrayRef, texts: &[&str]) -> BooleanArray {
    let each = texts.iter().map(|own| eq(column, &text(own)).unwrap());
    each.reduce(|any, own| or(&any, &own).unwrap()).unwrap()
}
