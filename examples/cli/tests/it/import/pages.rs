//! The guide and the page of the command agree with the import.

use std::fs;

use warmth::Model;

use super::folder;
use crate::{contains, page, root};

/// The tables of the guide: each row on the left begins a row of a shipped sheet, and each part on the right is a line of the
/// document that the import writes.
#[test]
fn the_guide_shows_what_the_import_writes() {
    let read = |folder: &str| -> String {
        let files = fs::read_dir(root().join(folder)).unwrap().map(|file| file.unwrap().path());
        files.map(|file| fs::read_to_string(file).unwrap()).collect::<Vec<_>>().join("\n")
    };
    let (sheets, documents) = (read("examples/data/sheets"), read("examples/cli/tests/imported"));
    let page = fs::read_to_string(root().join("src/_guide/from_a_sheet.md")).unwrap();
    let code = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let mut rows = 0;
    for table in page.split("| row of the sheet | rule |\n| --- | --- |\n").skip(1) {
        for row in table.lines().take_while(|line| line.starts_with('|')) {
            let (left, right) = row.trim_matches('|').split_once(" | ").unwrap();
            let [left] = &code(left)[..] else { panic!("{row}") };
            assert!(sheets.lines().any(|line| line.starts_with(left.as_str())), "{row}");
            for part in code(right) {
                assert!(documents.lines().any(|line| line.trim() == part), "{row}: {part}");
            }
            rows += 1;
        }
    }
    assert_eq!(rows, 19);
}

/// The first example of the guide, without the key that it is about.
#[test]
fn without_available_the_points_are_scaled() {
    let page = fs::read_to_string(root().join("src/_guide/from_a_sheet.md")).unwrap();
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let lines: Vec<&str> = example.lines().filter(|line| !line.starts_with("available = 100")).collect();
    assert_eq!(lines.len() + 1, example.lines().count());
    let scaled = lines.join("\n").replace("expect.score = 20", "expect.score = 100");
    for document in [example, &scaled] {
        assert_eq!(toml::from_str::<Model>(document).unwrap().verify().unwrap(), 1);
    }
}

/// The texts of the page of the command, and of the guide.
#[test]
fn the_pages_show_what_the_import_prints() {
    let folder = folder("pages", &["hubspot.csv"]);
    let outcome = folder.run(&["import", "hubspot.csv", "--out", "model.toml"]);
    contains(&page(), &[&format!("$ warmth import hubspot.csv --out model.toml\n{}```", outcome.err)]);
    let document = folder.read("model.toml");
    let shown = page().split("each rule has its row as a comment:\n\n```text\n").nth(1).unwrap().to_owned();
    contains(&document, &[shown.split("```").next().unwrap()]);
    let guide = fs::read_to_string(root().join("src/_guide/from_a_sheet.md")).unwrap();
    let shown = guide.rsplit("```text\n").next().unwrap();
    contains(&document, &[shown.split("```").next().unwrap()]);
}
