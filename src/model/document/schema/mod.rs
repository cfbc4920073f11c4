//! The JSON Schema of documents, from the tables with which they are read.

mod condition;
mod json;
mod types;

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use self::types::Writer;
use super::node::Node;
use crate::input::facts::{Facts, Field};
use crate::model::Model;

/// The JSON Schema (2020-12) of model documents, for editors and validators.
///
/// [`Display`](fmt::Display) writes it as indented JSON. It serializes as the same JSON.
///
/// An editor with a JSON Schema completes keys and operators while somebody types, explains them, and marks unknown keys
/// and values of a wrong type. Save the schema next to your models, and name it at the top of each:
/// `#:schema model.schema.json` in TOML, `"$schema": "model.schema.json"` in JSON.
///
/// [`Model::schema`] describes every document. [`Schema::of`] also knows the fields and events of your type:
///
/// ```
/// use warmth::facts;
/// use warmth::model::Schema;
///
/// enum Plan { Free, Pro }
/// facts!(enum Plan { Free => "free", Pro => "pro" });
///
/// struct Account { nps: Option<u8>, plan: Plan }
/// facts!(Account { nps, plan; events = ["login", "pricing_view"] });
/// # let _ = (Account { nps: None, plan: Plan::Free }.nps, Plan::Pro);
///
/// let schema: serde_json::Value = serde_json::from_str(&Schema::of::<Account>().to_string())?;
/// let tests = &schema["$defs"]["condition"]["properties"];
/// assert_eq!(tests["nps"]["$ref"], "#/$defs/number_field");
/// assert!(schema["$defs"]["number_field"]["properties"]["starts_with"].is_null());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A schema checks names, types, and the keys that a table needs. It accepts some documents that [`Model::read`] refuses:
///
/// - values out of range, such as the date `2026-02-30`, and points with more than six decimal places
/// - documents beyond the [`DocumentLimits`](crate::model::DocumentLimits)
/// - keys that exclude each other because of a value, such as `within` and `by = "days_since_last"`
/// - a case with an empty `expect`
///
/// It also accepts documents that only [`Scorer::new`](crate::Scorer::new) refuses: bounds in the wrong order, repeated ids,
/// names of axes, groups and states that do not exist, empty lists such as `first = []`, and plays without `grades`,
/// `states`, `segments` and `otherwise`.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    host: Host,
}

/// What is known about the host. `None`: documents may have any name.
#[derive(Clone, Debug, Default)]
struct Host {
    fields: Option<Vec<Field>>,
    events: Option<Vec<Cow<'static, str>>>,
    attributes: Option<Vec<Field>>,
}

impl Model {
    /// Returns the schema of all documents.
    ///
    /// ```
    /// use warmth::Model;
    ///
    /// let schema: serde_json::Value = serde_json::from_str(&Model::schema().to_string())?;
    /// assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    /// assert_eq!(schema["required"], serde_json::json!(["format", "name"]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn schema() -> Schema {
        Schema::default()
    }
}

impl Schema {
    /// Returns the schema of documents for a type: its fields with the operators of their kinds, the texts of its enums,
    /// and the events that it declares.
    ///
    /// For an open type such as [`Record`](crate::Record), fields may have any name; set them with
    /// [`fields`](Schema::fields).
    pub fn of<T: Facts>() -> Schema {
        let fields = (!T::OPEN).then(|| T::FIELDS.to_vec());
        let events = T::EVENTS.map(|events| events.iter().map(|event| Cow::Borrowed(*event)).collect());
        Schema { host: Host { fields, events, attributes: None } }
    }

    /// Sets the fields that conditions and rules can name.
    ///
    /// ```
    /// use warmth::{Field, Kind, Model};
    ///
    /// let schema = Model::schema().fields([Field::named("nps", Kind::Number)]).events(["login"]);
    /// assert!(schema.to_string().contains(r##""nps": { "$ref": "#/$defs/number_field" }"##));
    /// ```
    #[must_use]
    pub fn fields(mut self, fields: impl IntoIterator<Item = Field>) -> Schema {
        self.host.fields = Some(fields.into_iter().collect());
        self
    }

    /// Sets the names of events that conditions and rules can name.
    #[must_use]
    pub fn events<N: Into<String>>(mut self, events: impl IntoIterator<Item = N>) -> Schema {
        self.host.events = Some(events.into_iter().map(|event| Cow::Owned(event.into())).collect());
        self
    }

    /// Sets the attributes of events that `where`, `distinct` and `once_per` can name.
    #[must_use]
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = Field>) -> Schema {
        self.host.attributes = Some(attributes.into_iter().collect());
        self
    }

    fn node(&self) -> Node {
        Writer::new(&self.host).document()
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        json::write(&self.node(), 0, f)
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.node().serialize(serializer)
    }
}
