//! The example program `evidence`, run as a user runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use warmth::{Model, Record, Scorer};

/// What the program printed, to its output and to its errors, and whether it went well.
fn run(args: &[&str]) -> (bool, String, String) {
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap();
    let path = built.join("examples/evidence").with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.exists(), "{} is built by `cargo test --all-features`", path.display());
    let output = Command::new(path).current_dir(env!("CARGO_MANIFEST_DIR")).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("evidence").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
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
    let (well, out, errors) = run(&SHIPPED);
    assert!(well, "{errors}");
    let guide = fs::read_to_string("src/_guide/evidence.md").unwrap();
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
    let (_, out, _) = run(&SHIPPED);
    for document in
        ["`bought-correlation` 2564c2a665bbffb970b6fea54fae3132", "`bought-overlap` f374ff168fab496a337d4bf72926ed15"]
    {
        assert!(out.contains(document), "{document} in\n{out}");
    }
}

#[test]
fn documents_and_a_page_that_needs_nothing_else_are_written() {
    let out = folder("page");
    let (well, _, errors) = run(&[&SHIPPED[..], &["--out", out.to_str().unwrap()]].concat());
    assert!(well, "{errors}");
    for name in ["bought-correlation", "bought-overlap"] {
        let model: Model = toml::from_str(&fs::read_to_string(out.join(format!("{name}.toml"))).unwrap()).unwrap();
        assert_eq!(model.name(), name);
        assert!(Scorer::<Record>::new(&model).is_ok());
    }
    let page = fs::read_to_string(out.join("report.html")).unwrap();
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
fn few_rows_are_told_to_be_few() {
    let out = folder("few");
    let text = fs::read_to_string("examples/data/history.csv").unwrap();
    let few: String = text.lines().take(200).map(|line| line.to_owned() + "\n").collect();
    let path = out.join("few.csv");
    fs::write(&path, few).unwrap();
    let (well, printed, errors) = run(&[path.to_str().unwrap(), "--outcome", "bought"]);
    assert!(well, "{errors}");
    assert!(printed.contains("Nothing is proposed: "), "{printed}");
    assert!(printed.contains("of each are needed"), "{printed}");
}

#[test]
fn misuse_is_told() {
    let out = folder("misuse");
    let path = out.join("bad.csv");
    fs::write(&path, "as_of,bought,x\n2026-01-01,true,1\n").unwrap();
    let bad = path.to_str().unwrap();
    for (args, expected) in [
        (&[][..], "evidence: HISTORY is required; see --help\n".to_owned()),
        (&["x.csv"][..], "evidence: `--outcome COLUMN` is required; see --help\n".to_owned()),
        (&["x.csv", "--colour", "red"][..], "evidence: unknown option `--colour`; see --help\n".to_owned()),
        (
            &["x.csv", "--require", "nps"][..],
            "evidence: --require: expected FACTOR=rising or FACTOR=falling, found `nps`; see --help\n".to_owned(),
        ),
        (
            &["examples/data/history.csv", "--outcome", "bougth"][..],
            "evidence: examples/data/history.csv: the header has no column `bougth`\n".to_owned(),
        ),
        (
            &["examples/data/history.csv", "--outcome", "bought", "--require", "npss=rising"][..],
            "evidence: there is no factor `npss` in the history; name one of its factors\n".to_owned(),
        ),
        (
            &[bad, "--outcome", "bought"][..],
            format!(
                "evidence: {bad}:2: column `as_of`: expected an instant such as `2026-06-01T00:00:00Z`, found `2026-01-01`\n"
            ),
        ),
    ] {
        let (well, _, errors) = run(args);
        assert!(!well);
        assert_eq!(errors, expected);
    }
    let (well, help, _) = run(&["--help"]);
    assert!(well && help.contains("usage: evidence HISTORY"), "{help}");
}
