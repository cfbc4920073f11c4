//! `testing::verify_documents`.

use std::fs;
use std::path::{Path, PathBuf};

use warmth::testing::{DocumentsError, verify_documents};
use warmth::{Record, facts, templates};

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("testing").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("more")).unwrap();
    folder
}

fn verify(folder: &Path) -> Result<usize, DocumentsError> {
    verify_documents::<Record, _>(folder, "toml", |text| toml::from_str(text))
}

const GOOD: &str = "format = 1\nname = 'x'\n[[required]]\nid = 'a'\nwhen.nps.at_least = 9\n\
    [[case]]\nname = 'promoter'\nas_of = '2026-11-22T09:00:00Z'\nfacts.nps = 9\nexpect.verdict = 'eligible'\n";

#[test]
fn documents_of_a_folder_and_its_subfolders_are_verified() {
    let folder = folder("good");
    fs::write(folder.join("a.toml"), GOOD).unwrap();
    fs::write(folder.join("more/b.toml"), [GOOD, &GOOD[GOOD.find("[[case]]").unwrap()..]].concat()).unwrap();
    fs::write(folder.join("more/notes.md"), "not a document").unwrap();
    assert_eq!(verify(&folder), Ok(3));
    assert!(verify(Path::new("src/kit/templates")).unwrap() > 2 * templates::all().len());
}

#[test]
fn every_failure_is_listed_with_its_path() {
    struct Lead {
        employees: Option<u32>,
    }
    facts!(Lead { employees });
    assert!(Lead { employees: None }.employees.is_none());

    let folder = folder("bad");
    fs::write(folder.join("a.toml"), GOOD.replace("facts.nps = 9", "facts.nps = 8")).unwrap();
    fs::write(folder.join("b.toml"), GOOD).unwrap();
    fs::write(folder.join("c.toml"), GOOD.replace("at_least", "at_leest")).unwrap();
    fs::write(folder.join("more/d.toml"), b"\xff").unwrap();
    let error = verify(&folder).unwrap_err();
    let failed: Vec<_> = error.failures().map(|(path, _)| path.strip_prefix(&folder).unwrap()).collect();
    assert_eq!(failed, ["a.toml", "c.toml", "more/d.toml"].map(Path::new));
    let text = error.to_string();
    assert_eq!(format!("{error:?}"), text);
    for part in [
        "a.toml: the model has 1 problem\n  case-failed at `case[0].expect.verdict`: the case `promoter` expects `eligible`, \
         found `ineligible`; correct the model; if the change is intended, correct the case\n",
        "did you mean `at_least`?",
        "more/d.toml: stream did not contain valid UTF-8",
    ] {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }

    // The documents must fit the type of the host.
    let error = verify_documents::<Lead, _>(folder, "toml", |text| toml::from_str(text)).unwrap_err();
    assert!(error.to_string().contains("unknown-field at `required[0].when.nps`: there is no field `nps`"), "{error}");
    assert_eq!(error.failures().len(), 4);
}

#[test]
fn a_folder_without_documents_fails() {
    let folder = folder("empty");
    let error = verify(&folder).unwrap_err().to_string();
    assert_eq!(error, format!("{}: there is no file with the extension `toml`", folder.display()));
    let error = verify(&folder.join("nowhere")).unwrap_err();
    assert_eq!(error.failures().len(), 1);
}
