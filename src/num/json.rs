//! Numbers that `serde_json` passes as text.

use serde::de::MapAccess;

/// `serde_json` passes fractions as a map with this key if any crate in the build enables `arbitrary_precision`.
pub(crate) const JSON_NUMBER: &str = "$serde_json::private::Number";

/// Reads such a map as a double; `None` if it is another map, or not a number.
pub(crate) fn json_number<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<f64>, A::Error> {
    if map.next_key::<String>()?.as_deref() != Some(JSON_NUMBER) {
        return Ok(None);
    }
    Ok(map.next_value::<String>()?.parse().ok())
}
