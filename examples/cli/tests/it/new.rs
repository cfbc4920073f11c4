//! `warmth new`.

use std::fs;

use warmth::templates;

use crate::Folder;

#[test]
fn templates_are_listed_with_their_purpose() {
    let outcome = Folder::new("new/list").run(&["new"]);
    outcome.says(0, &["next: `warmth new TEMPLATE --out model.toml`"]);
    let lines: Vec<&str> = outcome.out.lines().collect();
    assert_eq!(lines.len(), templates::all().len());
    for (line, template) in lines.iter().zip(templates::all()) {
        assert!(line.starts_with(template.name()) && line.ends_with(template.purpose()), "{line}");
    }
}

#[test]
fn a_template_is_written_and_passes_the_check() {
    let folder = Folder::new("new/write");
    for template in templates::all() {
        let file = format!("{}.toml", template.name());
        let _ = fs::remove_file(folder.path(&file));
        folder.run(&["new", template.name()]).is(0, template.document(), "");
        let note = format!("new: note: next: adapt {file} to your fields and events, then `warmth check {file}`\n");
        folder.run(&["new", template.name(), "--out", &file]).is(0, "", &note);
        assert_eq!(folder.read(&file), template.document());
        folder.run(&["check", &file]).says(0, &[]);
    }
}

#[test]
fn a_file_is_never_overwritten() {
    let folder = Folder::new("new/exists").with("model.toml", "mine");
    folder.run(&["new", "upsell", "--out", "model.toml"]).is(
        2,
        "",
        "new: model.toml: the file exists; choose another name\n",
    );
    assert_eq!(folder.read("model.toml"), "mine");
    folder.run(&["new", "upsell", "--out", "nowhere/model.toml"]).is(
        2,
        "",
        "new: nowhere/model.toml: the folder does not exist\n",
    );
}

#[test]
fn unknown_templates_are_refused() {
    let folder = Folder::new("new/unknown");
    folder.run(&["new", "upsel"]).refuses(2, &["invalid value 'upsel'", "a similar value exists: 'upsell'"]);
    folder.run(&["new", "--out", "model.toml"]).refuses(2, &["required arguments were not provided:\n  <TEMPLATE>"]);
}
