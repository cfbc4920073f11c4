//! The page of the command: every command prints what the page shows, and every mapping is one.

use std::fs;
use std::path::Path;

use crate::{Outcome, folder, warmth};

/// The texts of the blocks in a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_page_shows_what_the_command_prints() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(here.join("README.md")).unwrap();
    let folder = folder("readme");
    for file in ["leads.toml", "contacts.csv", "events.csv"] {
        fs::copy(here.join("sample").join(file), folder.join(file)).unwrap();
    }
    let consoles = blocks(&page, "console");
    assert_eq!(consoles.len(), 5);
    for block in consoles {
        let (command, expected) = block.split_once('\n').unwrap();
        let args: Vec<&str> = command.strip_prefix("$ warmth ").unwrap().split(' ').collect();
        let outcome = Outcome::of(warmth(args[0]).current_dir(&folder).args(&args[1..]).output().unwrap());
        assert_eq!(outcome.out + &outcome.err, expected, "{command}");
    }
    let mappings = blocks(&page, "toml");
    assert_eq!(fs::read_to_string(folder.join("mapping.toml")).unwrap(), mappings[0]);
    for mapping in mappings {
        fs::write(folder.join("other.toml"), mapping).unwrap();
        let args = ["contacts.csv", "--map", "other.toml", "--separator", ",", "--skip", "0"];
        let outcome = Outcome::of(warmth("map").current_dir(&folder).args(args).output().unwrap());
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    }
}
