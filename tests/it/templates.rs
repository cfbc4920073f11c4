//! The shipped templates.

use warmth::{Model, templates};

#[test]
fn cases_verify() {
    for template in templates::all() {
        let model: Model = toml::from_str(template.document()).unwrap_or_else(|e| panic!("{}: {e}", template.name()));
        match model.verify() {
            Ok(cases) => assert!(cases > 2, "{}", template.name()),
            Err(error) => panic!("{}: {error}", template.name()),
        }
    }
}
