//! The guide and the README: every TOML block is a model or a part of one, and every table agrees with the sources.

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
    let nested = |levels: usize| format!("[[required]]\nid = 'g'\nwhen.{}a = true", "not.".repeat(levels - 1));
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
    let calls = ["Problem::new(", ".refuse(", ".refuse_with_help(", ".refuse_unknown("];
    let after = calls.iter().flat_map(|call| source.split(call).skip(1));
    after.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn the_guide_lists_every_problem_code() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        let folder = file.strip_prefix(root().join("src")).unwrap().components().next().unwrap();
        let pass = match folder.as_os_str().to_str().unwrap() {
            "model" => "reading",
            "compile" => "compiling",
            "verify.rs" => "cases",
            "recourse.rs" => "asking",
            other => other,
        };
        for code in codes_in(&fs::read_to_string(&file).unwrap()) {
            assert!(!pass.contains('.'), "{}: `{code}` belongs to no pass", file.display());
            found.entry(code).or_default().insert(match pass {
                "reading" => "reading",
                "compiling" => "compiling",
                "asking" => "asking",
                _ => "cases",
            });
        }
    }
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

/// The modules that a source uses.
fn modules_in(source: &str) -> impl Iterator<Item = &str> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    // `$crate::` is a path in the expansion of a macro, not a use by its module.
    code.flat_map(|line| {
        line.match_indices("crate::").filter(|(at, _)| !line[..*at].ends_with('$')).map(|(at, path)| {
            let rest = &line[at + path.len()..];
            &rest[..rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len())]
        })
    })
    .filter(|module| !module.is_empty())
}

#[test]
fn modules_depend_on_each_other_as_the_guide_says() {
    let root = root().join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let first = file.strip_prefix(&root).unwrap().components().next().unwrap();
        let module = Path::new(first.as_os_str()).file_stem().unwrap().to_str().unwrap().to_owned();
        if module != "lib" && module != "_guide" {
            let source = fs::read_to_string(&file).unwrap();
            let uses = found.entry(module.clone()).or_default();
            uses.extend(modules_in(&source).filter(|used| *used != module).map(str::to_owned));
        }
    }
    let text = page("design.md");
    let (_, section) = text.split_once("\n# Where things are\n").unwrap();
    let listed: BTreeMap<String, BTreeSet<String>> = section
        .lines()
        .filter_map(|line| {
            let cells: Vec<_> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
            let module = code(cells[0])?.to_owned();
            Some((module, cells[2].split(", ").filter_map(code).map(str::to_owned).collect()))
        })
        .collect();
    assert_eq!(listed, found);
}
