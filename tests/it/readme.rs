//! The pages in the root of the repository: what they say to paste is right, and their links lead somewhere on a code
//! host, on docs.rs and in the packaged crate.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use toml::{Table, Value};

const PAGES: [&str; 3] = ["README.md", "CONTRIBUTING.md", "SECURITY.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// The dependencies that the README says to add.
fn dependencies() -> Table {
    let readme = text("README.md");
    let (_, rest) = readme.split_once("```toml\n[dependencies]\n").unwrap();
    rest.split("```").next().unwrap().parse().unwrap()
}

#[test]
fn the_dependencies_are_those_of_this_version() {
    let manifest: Table = text("Cargo.toml").parse().unwrap();
    let package = &manifest["package"];
    let shared = &manifest["workspace"]["dependencies"];
    for (name, shown) in &dependencies() {
        if name == "warmth" {
            let version = shown.as_str().or_else(|| shown["version"].as_str()).unwrap();
            let current = package["version"].as_str().unwrap();
            assert_eq!(current.rsplit_once('.').unwrap().0, version, "the README names warmth {version}");
            let features = shown.get("features").and_then(Value::as_array).into_iter().flatten();
            for feature in features {
                assert!(manifest["features"].get(feature.as_str().unwrap()).is_some(), "no feature {feature}");
            }
        } else {
            assert_eq!(Some(shown), shared.get(name), "{name}");
        }
    }
}

/// Every crate that the README's programs name is in the README's dependencies.
#[test]
fn the_dependencies_are_those_of_the_programs() {
    let readme = text("README.md");
    let paths = readme.split("```rust\n").skip(1).flat_map(|rest| {
        let program = rest.split("```").next().unwrap();
        program.split(|c: char| !c.is_alphanumeric() && !"_:".contains(c)).filter_map(|path| path.split_once("::"))
    });
    let crates: BTreeSet<_> = paths
        .map(|(first, _)| first)
        .filter(|first| first.starts_with(char::is_lowercase) && *first != "std")
        .collect();
    assert_eq!(crates, dependencies().keys().map(String::as_str).collect());
}

/// The targets of the links of a page.
fn links(page: &str) -> Vec<String> {
    text(page).split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()).collect()
}

#[test]
fn relative_links_lead_into_the_package() {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["package", "--list", "--allow-dirty", "--offline", "--package", "warmth"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let packaged = String::from_utf8(output.stdout).unwrap().replace('\\', "/");
    let packaged: BTreeSet<_> = packaged.lines().collect();
    let mut relative = 0;
    for page in PAGES {
        assert!(packaged.contains(page), "{page}");
        for link in links(page).iter().filter(|link| !link.starts_with("https://")) {
            assert!(packaged.contains(link.as_str()), "{page}: {link} is not in the package");
            assert!(root().join(link).is_file(), "{page}: {link}");
            relative += 1;
        }
    }
    assert!(relative > 0);
}

/// `.ci/run` looks for the same addresses in what `cargo doc` writes.
#[test]
fn links_to_the_guide_name_its_pages() {
    let mut pages = BTreeSet::new();
    for link in PAGES.iter().flat_map(|page| links(page)) {
        let Some(rest) = link.strip_prefix("https://docs.rs/warmth/latest/warmth/_guide/") else { continue };
        let (page, _) = rest.split_once("/index.html").unwrap_or_else(|| panic!("{link}"));
        assert!(root().join("src/_guide").join(page).with_extension("md").is_file(), "{link}");
        pages.insert(page.to_owned());
    }
    assert!(pages.len() > 5, "{pages:?}");
}

#[test]
fn the_paths_for_contributors_exist() {
    let text = text("CONTRIBUTING.md");
    let folders = ["src/", "tests/", "examples/", "benches/", ".ci/"];
    let code = text.split('`').skip(1).step_by(2);
    let paths: Vec<_> = code.filter(|path| folders.iter().any(|folder| path.starts_with(folder))).collect();
    for path in &paths {
        assert!(root().join(path).exists(), "{path}");
    }
    assert!(paths.len() > 20, "{paths:?}");
}
