//! The models of the examples, and the error in the README.

use std::fs;

use warmth::{Model, Scorer, facts};

fn model(name: &str) -> Model {
    toml::from_str(&fs::read_to_string(format!("examples/data/{name}")).unwrap()).unwrap()
}

#[test]
fn the_cases_of_the_example_models_verify() {
    for (name, cases) in [("cross_sell.toml", 6), ("readiness.toml", 1), ("upsell.toml", 1)] {
        assert_eq!(model(name).verify(), Ok(cases), "{name}");
    }
}

#[test]
fn the_readme_shows_the_error_of_its_broken_document() {
    struct Account {
        nps: Option<u8>,
    }
    facts!(Account { nps });
    let document = "
        format = 1
        name = 'x'
        [[axis]]
        name = 'fit'
        [[axis.rule]]
        id = 'nps'
        bands.npss = [[0, -20], [7, 10], [6, 40]]
    ";
    let error = Scorer::<Account>::new(&toml::from_str(document).unwrap()).unwrap_err().to_string();
    assert!(fs::read_to_string("README.md").unwrap().contains(&error), "{error}");
}
