//! The README: every command prints the output on the page, and every mapping is read.

use crate::preview::changed_sample;
use crate::{Folder, page};

/// The texts of the blocks in a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_page_shows_what_the_command_prints() {
    let page = page();
    let folder = Folder::sample("readme");
    folder.write("new.toml", changed_sample(&folder));
    let consoles = blocks(&page, "console");
    assert_eq!(consoles.len(), 11);
    for block in consoles {
        let (command, expected) = block.split_once('\n').unwrap();
        let args: Vec<&str> = command.strip_prefix("$ warmth ").unwrap().split(' ').collect();
        let outcome = folder.run(&args);
        assert_eq!(outcome.out + &outcome.err, expected, "{command}");
    }
    let mappings = blocks(&page, "toml");
    assert_eq!(folder.read("mapping.toml"), mappings[0]);
    for mapping in mappings {
        folder.write("other.toml", mapping);
        folder.run(&["map", "contacts.csv", "--map", "other.toml", "--separator", ",", "--skip", "0"]).says(0, &[]);
    }
    let [events] = blocks(&page, "json")[..] else { panic!("the page shows one event") };
    folder.write("events.jsonl", events);
    folder.write("other.toml", "id = \"Record ID\"");
    let score = ["score", "leads.toml", "contacts.csv", "--events", "events.jsonl", "--map", "other.toml"];
    folder.run(&score).says(0, &["the model reads the event `pricing_view`, which no row has"]);
}
