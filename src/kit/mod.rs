//! The kit around the engine: models to start from, and the arithmetic of revenue teams.

pub mod governance;
pub mod offer;
pub mod rollup;
pub mod shapes;
pub mod templates;
pub mod testing;
