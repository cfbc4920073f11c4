//! The document: reading it from any format that serde supports, and writing it.

pub(crate) mod location;
pub(crate) mod names;
pub(super) mod node;
mod operators;
pub(super) mod read;
pub(super) mod schema;
mod table;
pub(super) mod write;
