//! One subject at one instant.

mod domain;
mod subject;

pub(crate) use domain::Concrete;
pub(crate) use subject::Subject;
