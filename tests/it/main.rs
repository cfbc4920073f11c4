//! The integration tests, one binary with a module for each thing that is held.

mod broken;
mod differential;
mod generate;
mod oracle;
