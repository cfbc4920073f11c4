//! The models that the examples ship: their cases verify.

use std::fs;

use warmth::Model;

fn model(name: &str) -> Model {
    toml::from_str(&fs::read_to_string(format!("examples/data/{name}")).unwrap()).unwrap()
}

#[test]
fn cases_verify() {
    for (name, cases) in [("cross_sell.toml", 6), ("readiness.toml", 1)] {
        assert_eq!(model(name).verify(), Ok(cases), "{name}");
    }
}
