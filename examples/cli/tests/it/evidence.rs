//! `warmth evidence`.

use std::fs;

use warmth::{Model, Record, Scorer};

use crate::{Folder, Outcome, root, shipped, warmth};

fn run(args: &[&str]) -> Outcome {
    Outcome::of(warmth("evidence").current_dir(root()).args(args).output().expect("the program starts"))
}

const SHIPPED: [&str; 7] = [
    "examples/data/history.csv",
    "--outcome",
    "bought",
    "--model",
    "examples/data/upsell.toml",
    "--require",
    "nps=rising",
];

#[test]
fn the_guide_shows_what_the_program_prints() {
    let Outcome { code, out, err } = run(&SHIPPED);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let guide = fs::read_to_string(root().join("src/_guide/evidence.md")).unwrap();
    let blocks = guide.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut lines = 0;
    for line in blocks.flat_map(str::lines) {
        assert!(out.lines().any(|own| own == line), "not printed: {line}");
        lines += 1;
    }
    assert_eq!(lines, 7);
}

/// The same bits on every machine, down to the documents; another result here is a change that users see.
#[test]
fn the_shipped_history_gives_these_documents() {
    let out = run(&SHIPPED).out;
    for document in
        ["`bought-correlation` 8079d8045f533f15fbca952b062e606f", "`bought-overlap` 708cb9d7de0b52fb44e58cfe7a89eed1"]
    {
        assert!(out.contains(document), "{document} in\n{out}");
    }
}

#[test]
fn documents_and_a_self_contained_page_are_written() {
    let out = Folder::new("evidence/page");
    let outcome = run(&[&SHIPPED[..], &["--out", &out.path("")]].concat());
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    assert!(outcome.out.ends_with(&format!("\nwritten to {}\n", out.path(""))));
    for name in ["bought-correlation", "bought-overlap"] {
        let model: Model = toml::from_str(&out.read(&format!("{name}.toml"))).unwrap();
        assert_eq!(model.name(), name);
        assert!(Scorer::<Record>::new(&model).is_ok());
    }
    let page = out.read("report.html");
    for outside in ["http", "src=", "url(", "<script", "<link", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for picture in ["gains curve", "grade matrix", "correlation matrix"] {
        assert!(page.contains(&format!("aria-label=\"{picture}\"")), "{picture}");
    }
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert!(page.contains("when.not.tech_stack") || page.contains("tech_stack has netsuite"));
}

#[test]
fn too_few_rows_give_no_proposal() {
    let text = fs::read_to_string(shipped("history.csv")).unwrap();
    let few: String = text.lines().take(200).map(|line| line.to_owned() + "\n").collect();
    let few = Folder::new("evidence/few").with("few.csv", few).path("few.csv");
    let Outcome { code, out, err } = run(&[&few, "--outcome", "bought"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("Nothing is proposed: "), "{out}");
    assert!(out.contains("of each are needed"), "{out}");
}

#[test]
fn unusable_input_is_refused() {
    let folder = Folder::new("evidence/unusable").with("bad.csv", "as_of,bought,x\n2026-01-01,true,1\n");
    let bad = &*folder.path("bad.csv");
    let instant = "an instant such as `2026-11-22T18:00:00Z`";
    for (args, expected) in [
        (&[][..], "<HISTORY>"),
        (&["x.csv"], "--outcome <COLUMN>"),
        (&["x.csv", "y.csv", "--outcome", "x"], "unexpected argument 'y.csv'"),
        (&["x.csv", "--colour", "red"], "unexpected argument '--colour'"),
        (&["x.csv", "--outcome", "x", "--require", "nps"], "expected FACTOR=rising or FACTOR=falling"),
    ] {
        run(args).refuses(2, &[expected]);
    }
    for (args, expected) in [
        (
            &["examples/data/history.csv", "--outcome", "bougth"][..],
            "examples/data/history.csv: the header has no column `bougth`".to_owned(),
        ),
        (
            &["examples/data/history.csv", "--outcome", "bought", "--require", "npss=rising"][..],
            "there is no factor `npss` in the history; name one of its factors".to_owned(),
        ),
        (&[bad, "--outcome", "bought"][..], format!("{bad}:2: column `as_of`: expected {instant}, found `2026-01-01`")),
    ] {
        run(args).is(2, "", &format!("evidence: {expected}\n"));
    }
}
