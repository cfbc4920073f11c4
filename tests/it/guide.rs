//! The guide and the README: every TOML block is a model or a part of one, and every table agrees with the sources.

mod modules;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use warmth::{DocumentLimits, Model, Record, Scorer};

/// A fenced block of a page.
struct Block {
    /// The page, and the line of the opening fence.
    at: String,
    info: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn page(name: &str) -> String {
    fs::read_to_string(root().join("src/_guide").join(name)).unwrap()
}

/// The pages of the guide, and the README if there is one.
fn pages() -> Vec<PathBuf> {
    let guide = fs::read_dir(root().join("src/_guide")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = guide.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    pages.sort();
    pages.extend(Some(root().join("README.md")).filter(|path| path.exists()));
    pages
}

fn blocks(path: &Path) -> Vec<Block> {
    let text = fs::read_to_string(path).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, content) in (1..).zip(text.lines()) {
        match (content.strip_prefix("```"), open.take()) {
            (Some(info), None) => {
                let at = format!("{}:{line}", path.file_name().unwrap().display());
                open = Some(Block { at, info: info.to_owned(), text: String::new() });
            }
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(block)) => open = Some(Block { text: block.text + content + "\n", ..block }),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{}: an open fence", path.display());
    blocks
}

/// The block as a document. Blocks leave out `format`, `name` and the head of the axis.
fn document(block: &Block) -> String {
    let lines = || block.text.lines().map(str::trim);
    if lines().any(|line| line == "format = 1") {
        return block.text.clone();
    }
    let first = lines().find(|line| line.starts_with('[')).unwrap_or_default();
    let axis = match first {
        "[[axis.rule]]" | "[[axis.group]]" => "[[axis]]\nname = \"fit\"\navailable = 100\n",
        _ => "",
    };
    format!("format = 1\nname = \"guide\"\n{axis}{}", block.text)
}

/// Reads, compiles and verifies. Returns the number of cases.
fn checked(text: &str) -> Result<usize, String> {
    let model: Model = toml::from_str(text).map_err(|error| error.to_string())?;
    Scorer::<Record>::new(&model).map_err(|error| error.to_string())?;
    model.verify().map_err(|error| error.to_string())
}

/// The place and the text of each document that the pages show.
pub(crate) fn documents() -> impl Iterator<Item = (String, String)> {
    let blocks = pages().into_iter().flat_map(|path| blocks(&path));
    let documents = blocks.map(|block| (block.at.clone(), document(&block)));
    documents.filter(|(_, text)| checked(text).is_ok())
}

/// Without a blank line before it, a table is rendered as text.
#[test]
fn tables_follow_a_blank_line() {
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for (line, (before, row)) in (2..).zip(lines.iter().zip(lines.iter().skip(1))) {
            let begins = row.starts_with("| ") && !before.starts_with('|');
            assert!(!begins || before.is_empty(), "{}:{line}", path.display());
        }
    }
}

#[test]
fn every_toml_block_is_a_model_unless_marked_as_broken() {
    let mut cases = 0;
    for block in pages().iter().flat_map(|page| blocks(page)) {
        match (block.info.as_str(), checked(&document(&block))) {
            ("toml", _) if block.text.starts_with("[dependencies]") => {} // the README's, for Cargo
            ("toml", Ok(verified)) => cases += verified,
            ("toml", Err(error)) => panic!("{}: {error}", block.at),
            ("toml,broken", Ok(_)) => panic!("{}: nothing is wrong with this model", block.at),
            (info, _) => assert!(!info.contains("toml") || info == "toml,broken", "{}: {info}", block.at),
        }
    }
    assert!(cases > 0, "no case was found");
}

/// The ends of the documented ranges, and values just beyond them.
#[test]
fn documented_ranges_are_enforced() {
    let signal = |keys: &str| format!("[[axis.rule]]\nid = 's'\nsignal = {{ event = 'login', points = 1, {keys} }}");
    let points = |points: &str| format!("[[axis.rule]]\nid = 'r'\nwhen.a = true\npoints = {points}");
    let axis = |keys: &str| format!("[[axis]]\nname = 'a'\navailable = 100\n{keys}");
    let cuts = |count: u32| {
        let cuts: Vec<_> = (0..count).map(|cut| (90 - cut).to_string()).collect();
        axis(&format!(
            "[grade]\nfit = {{ axis = 'a', cuts = [{0}] }}\nactivity = {{ axis = 'a', cuts = [50] }}",
            cuts.join(", ")
        ))
    };
    let nested = |levels: usize| format!("[[required]]\nid = 'g'\nwhen.{}a = true", "not.".repeat(levels));
    for (inside, outside) in [
        ("utc_offset = '+23:59'".to_owned(), "utc_offset = '+24:00'".to_owned()),
        ("utc_offset = '-23:59'".to_owned(), "utc_offset = '-24:00'".to_owned()),
        (points("1000000"), points("1000000.000001")),
        (points("-1000000"), points("-1000000.000001")),
        (points("0.000001"), points("0.0000001")),
        (signal("most_recent = 1"), signal("most_recent = 0")),
        (signal("most_recent = 4294967295"), signal("most_recent = 4294967296")),
        (signal("window = '1s'"), signal("window = '0s'")),
        (signal("window = '36525d'"), signal("window = '3155760001s'")),
        (
            signal("decay.drop = { percent = 100, every = '1d' }"),
            signal("decay.drop = { percent = 100.1, every = '1d' }"),
        ),
        (
            signal("decay.keep = { percent = 0.000001, every = '1d' }"),
            signal("decay.keep = { percent = 0, every = '1d' }"),
        ),
        (signal("max = 0"), signal("max = -1")),
        (axis("weight = 0.5"), axis("weight = -0.5")),
        (axis("").replace("100", "1000000000"), axis("").replace("100", "1000000000.5")),
        (
            axis("[[state]]\nname = 's'\nat_least = 0"),
            axis("[[state]]\nname = 's'\nat_least = 0\n[[state]]\nname = 't'\nat_least = 100.5"),
        ),
        (cuts(1), cuts(0)),
        (cuts(8), cuts(9)),
        (nested(32), nested(33)),
    ] {
        let whole = |text: String| document(&Block { at: String::new(), info: String::new(), text });
        let (inside, outside) = (whole(inside), whole(outside));
        assert_eq!(checked(&inside), Ok(0), "{inside}");
        assert!(checked(&outside).is_err(), "{outside}");
    }
}

/// The cells of every row of a page's tables.
pub(crate) fn rows(page: &str) -> impl Iterator<Item = Vec<&str>> {
    page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")).map(|row| row.split(" | ").collect())
}

pub(crate) fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The codes of problems in a source.
fn codes_in(source: &str) -> BTreeSet<String> {
    let source = source.replace("::<()>", "");
    let calls = ["Problem::new(", ".refuse(", ".refuse_with_help(", ".refuse_unknown("];
    let after = calls.iter().flat_map(|call| source.split(call).skip(1));
    after.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).map(str::to_owned).collect()
}

/// The passes in which a source finds problems.
fn passes_of(source: &Path) -> Option<&'static [&'static str]> {
    let passes: [(_, &[_]); 5] = [
        ("model", &["reading"]),
        ("compile", &["compiling"]),
        ("ask/verify.rs", &["cases"]),
        ("ask/recourse", &["asking"]),
        // Limits their number.
        ("problem.rs", &["reading", "compiling", "cases"]),
    ];
    passes.into_iter().find(|(path, _)| source.starts_with(path)).map(|(_, passes)| passes)
}

#[test]
fn the_guide_lists_every_problem_code_with_its_pass() {
    let root = root().join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        for code in codes_in(&fs::read_to_string(&file).unwrap()) {
            let passes = passes_of(file.strip_prefix(&root).unwrap());
            let passes = passes.unwrap_or_else(|| panic!("{}: `{code}` belongs to no pass", file.display()));
            found.entry(code).or_default().extend(passes);
        }
    }
    let passes: BTreeSet<&str> = found.values().flatten().copied().collect();
    assert_eq!(passes, BTreeSet::from(["reading", "compiling", "cases", "asking"]));
    let text = page("problems.md");
    let listed: Vec<(String, BTreeSet<&str>)> = rows(&text)
        .filter(|row| row.len() == 4)
        .filter_map(|row| Some((code(row[0])?.to_owned(), row[1].split(", ").collect())))
        .collect();
    assert!(listed.is_sorted_by_key(|(code, _)| code.clone()), "the codes are not sorted");
    assert_eq!(listed.into_iter().collect::<BTreeMap<_, _>>(), found);
}

/// `1,048,576` without commas.
fn plain(number: &str) -> String {
    number.replace(',', "")
}

#[test]
fn the_guide_lists_the_default_limits() {
    let debug = format!("{:?}", DocumentLimits::default());
    let fields = debug.strip_prefix("DocumentLimits { ").and_then(|text| text.strip_suffix(" }")).unwrap();
    let expected: Vec<(String, String)> = fields
        .split(", ")
        .map(|field| field.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let text = page("document.md");
    let (_, section) = text.split_once("\n# Limits\n").unwrap();
    let listed: Vec<_> = rows(section).filter_map(|row| Some((code(row[0])?.to_owned(), plain(row.get(1)?)))).collect();
    assert_eq!(listed, expected);
}

#[test]
fn the_guide_says_how_deep_groups_nest() {
    let text = page("document.md");
    let limit = rows(&text).find(|row| row[0] == "nested groups").unwrap()[1].parse().unwrap();
    for text in [&text, &fs::read_to_string(root().join("src/model/axis.rs")).unwrap()] {
        assert!(text.contains(&format!("Groups nest at most {limit} deep.")));
    }
    let nested = |depth: usize| {
        let inner = (2..=depth).map(|group| format!("[[axis.group]]\nname = '{group}'\ngroup = '{}'\n", group - 1));
        checked(&format!(
            "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n[[axis.group]]\nname = '1'\n{}\
             [[axis.rule]]\nid = 'r'\ngroup = '{depth}'\nwhen.a = true\npoints = 1\n",
            inner.collect::<String>()
        ))
    };
    assert_eq!(nested(limit), Ok(0));
    assert!(nested(limit + 1).unwrap_err().contains(&format!("nested more than {limit} deep")));
}

/// The code spans outside of fenced blocks.
pub(crate) fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

#[test]
fn files_and_tests_that_contributors_read_about_exist() {
    let contributing = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let design = page("design.md");
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    sources(&root().join("tests"), &mut files);
    let texts: Vec<(PathBuf, String)> =
        files.into_iter().map(|file| (file.clone(), fs::read_to_string(file).unwrap())).collect();
    let (mut paths, mut tests) = (0, 0);
    for span in code_spans(&contributing).chain(code_spans(&design)) {
        let first = span.split('/').next().unwrap();
        if ["src", "tests", "benches", "examples", ".ci"].contains(&first) && !span.contains(' ') {
            assert!(root().join(span).exists(), "there is no `{span}`");
            paths += 1;
        }
        // A test is written as the name of its file and its own.
        if let Some((module, test)) = span.split_once("::").filter(|(_, test)| test.matches('_').count() > 2) {
            let exists = texts.iter().any(|(file, text)| {
                file.file_stem().is_some_and(|stem| stem == module) && text.contains(&format!("fn {test}("))
            });
            assert!(exists, "there is no test `{span}`");
            tests += 1;
        }
    }
    assert!(paths > 40 && tests > 10, "{paths} paths and {tests} tests were found");
}

/// The value of a constant in the sources.
fn constant(name: &str, sources: &[String]) -> Option<u64> {
    let mut definitions =
        sources.iter().filter_map(|text| text.split_once(&format!("const {name}: "))?.1.split_once(" = "));
    let (value, _) = definitions.next()?.1.split_once(';')?;
    match value.split_once(" << ") {
        Some((one, bits)) => Some(one.parse::<u64>().ok()? << bits.parse::<u32>().ok()?),
        None => value.replace('_', "").parse().ok(),
    }
}

#[test]
fn constants_on_the_design_page_have_the_values_that_it_says() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let sources: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let text = page("design.md");
    let mut checked = 0;
    for (index, span) in text.split('`').enumerate().skip(1).step_by(2) {
        if span.len() > 3 && span.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            let value = constant(span, &sources).unwrap_or_else(|| panic!("there is no constant `{span}`"));
            let before = text.split('`').nth(index - 1).unwrap();
            assert!(
                plain(before).contains(&value.to_string()),
                "`{span}` is {value}, but the page says: {before}`{span}`"
            );
            checked += 1;
        }
    }
    assert!(checked > 3, "only {checked} constants were found");
}
