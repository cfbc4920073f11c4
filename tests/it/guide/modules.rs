//! The module tables of the design page agree with the paths in the sources, and so does their order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{code, page, root, sources};

/// A path in a source, and the name that it is imported as.
struct Import {
    path: Vec<String>,
    name: String,
}

/// The library by module, such as `evaluate/sets`; the crate root is the empty text.
struct Library {
    /// The code of each module without comments, tests and re-exports.
    code: BTreeMap<String, String>,
    /// What each module re-exports: the path behind a name.
    reexports: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// A row of a module table.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: String,
    /// Modules above this one.
    uses: BTreeSet<String>,
    /// Modules below this one, which are therefore in a circle with it.
    circle: BTreeSet<String>,
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The module of a file, relative to `src`.
fn module_of(file: &Path) -> String {
    let path = file.with_extension("").to_str().unwrap().to_owned();
    let path = path.strip_suffix("mod").filter(|path| path.is_empty() || path.ends_with('/')).unwrap_or(&path);
    if path == "lib" { String::new() } else { path.trim_end_matches('/').to_owned() }
}

/// The lines of a source without comments and without items for tests alone.
fn shipped_lines(source: &str) -> Vec<&str> {
    let mut lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut shipped = Vec::new();
    while let Some(line) = lines.next() {
        if line.trim_start() != "#[cfg(test)]" {
            shipped.push(line);
            continue;
        }
        // The item ends with the first closing line at its own indentation.
        let indentation = |line: &str| line.len() - line.trim_start().len();
        let own = indentation(line);
        lines.find(|line| indentation(line) == own && line.ends_with(['}', ';']));
    }
    shipped
}

/// The lines of a file by module: those of the file itself under an empty name, and those of each inline module.
fn by_inline_module(source: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut modules = BTreeMap::from([("", Vec::new())]);
    let mut own = "";
    for line in shipped_lines(source) {
        let inline =
            line.strip_suffix(" {").and_then(|head| head.strip_prefix("pub ").unwrap_or(head).strip_prefix("mod "));
        own = if line == "}" { "" } else { inline.unwrap_or(own) };
        modules.entry(own).or_default().push(line);
    }
    modules
}

/// Splits the code of a module into its re-exports and everything else.
fn split(lines: Vec<&str>) -> (String, String) {
    let (mut reexports, mut rest) = (String::new(), String::new());
    let mut lines = lines.into_iter();
    while let Some(line) = lines.next() {
        let is_reexport =
            ["pub use ", "pub(crate) use ", "pub(super) use "].iter().any(|start| line.starts_with(start));
        let into = if is_reexport { &mut reexports } else { &mut rest };
        into.extend([line, "\n"]);
        if is_reexport && !line.ends_with(';') {
            let tail: Vec<_> = lines.by_ref().take_while(|line| *line != "};").collect();
            reexports.extend([&tail.join("\n"), "};\n"]);
        }
    }
    (reexports, rest)
}

/// Reads a tree of paths, such as `a::{b, c as d}`, that begins at `prefix`. Returns the text after it.
fn read_tree<'t>(text: &'t str, prefix: &[String], imports: &mut Vec<Import>) -> &'t str {
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            rest = read_tree(rest, prefix, imports).trim_start();
            assert!(rest.starts_with([',', '}']), "not a tree of paths: {text}");
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
    }
    if let Some(rest) = text.strip_prefix('*') {
        panic!("a glob import hides what it uses: {rest}");
    }
    let (segment, rest) = text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len()));
    let mut path = prefix.to_vec();
    if segment != "self" || path.is_empty() {
        path.extend(Some(segment.to_owned()).filter(|segment| !segment.is_empty()));
    }
    if let Some(rest) = rest.strip_prefix("::").filter(|rest| rest.starts_with(|c| is_name(c) || c == '{' || c == '*'))
    {
        return read_tree(rest, &path, imports);
    }
    let (name, rest) = match rest.strip_prefix(" as ") {
        Some(alias) => alias.split_at(alias.find(|c| !is_name(c)).unwrap_or(alias.len())),
        None => (path.last().map_or("", String::as_str), rest),
    };
    imports.push(Import { name: name.to_owned(), path: path.clone() });
    rest
}

impl Library {
    fn read() -> Library {
        let src = root().join("src");
        let mut files = Vec::new();
        sources(&src, &mut files);
        let mut modules = BTreeMap::new();
        for file in files {
            let module = module_of(file.strip_prefix(&src).unwrap());
            for (inline, lines) in by_inline_module(&fs::read_to_string(&file).unwrap()) {
                let inline = Some(inline).filter(|inline| !inline.is_empty()).map(|inline| format!("/{inline}"));
                modules.insert(format!("{module}{}", inline.unwrap_or_default()), split(lines));
            }
        }
        modules.retain(|module, _| !module.starts_with("_guide"));
        let code = modules.iter().map(|(module, (_, code))| (module.clone(), code.clone())).collect();
        let mut library = Library { code, reexports: BTreeMap::new() };
        for (module, (reexports, _)) in &modules {
            let named = library.imports(module, reexports).into_iter().map(|import| (import.name, import.path));
            let named = named.collect();
            library.reexports.insert(module.clone(), named);
        }
        library
    }

    fn child(&self, module: &str, name: &str) -> Option<String> {
        let child = if module.is_empty() { name.to_owned() } else { format!("{module}/{name}") };
        self.code.contains_key(&child).then_some(child)
    }

    /// The paths of a module's code that begin at the crate, or at a module near it.
    fn imports(&self, module: &str, code: &str) -> Vec<Import> {
        let mut imports = Vec::new();
        let mut rest = code;
        let mut before = ' ';
        while let Some(c) = rest.chars().next() {
            let head = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
            // `$crate::` is a path in the expansion of a macro, not a use by its module.
            let begins = !is_name(before) && before != ':' && before != '$' && rest[head.len()..].starts_with("::");
            if begins && (["crate", "super", "self"].contains(&head) || self.child(module, head).is_some()) {
                let first = imports.len();
                rest = read_tree(rest, &[], &mut imports);
                imports[first..].iter_mut().for_each(|import| import.path = Library::absolute(module, &import.path));
                before = ' ';
            } else {
                let length = head.len().max(c.len_utf8());
                before = rest[..length].chars().next_back().unwrap_or(' ');
                rest = &rest[length..];
            }
        }
        imports
    }

    /// The path from the crate root of a path in a module.
    fn absolute(module: &str, path: &[String]) -> Vec<String> {
        let mut own: Vec<String> = module.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut rest = path.iter().peekable();
        match rest.peek().map(|first| first.as_str()) {
            Some("crate") => {
                own.clear();
                rest.next();
            }
            Some("self") => {
                rest.next();
            }
            _ => {
                while rest.next_if(|segment| *segment == "super").is_some() {
                    own.pop();
                }
            }
        }
        own.extend(rest.cloned());
        own
    }

    /// The module that defines the item at a path, seen through re-exports.
    fn definition(&self, path: &[String]) -> String {
        let mut module = String::new();
        for (index, segment) in path.iter().enumerate() {
            if let Some(child) = self.child(&module, segment) {
                module = child;
            } else if let Some(target) = self.reexports.get(&module).and_then(|names| names.get(segment)) {
                let path: Vec<String> = target.iter().chain(&path[index + 1..]).cloned().collect();
                return self.definition(&path);
            } else {
                break;
            }
        }
        module
    }

    /// The rows of the table of `room`, in the order of `names`, as they follow from the sources. The name `mod` is the
    /// room's own `mod.rs`.
    fn rows(&self, room: &str, names: &[String]) -> Vec<Row> {
        // The row of a module: the longest name that is the module or contains it.
        let row_of = |module: &str| -> Option<String> {
            let own = if room.is_empty() { module } else { module.strip_prefix(room)?.trim_start_matches('/') };
            let own = if own.is_empty() { "mod" } else { own };
            let contains = |name: &&String| {
                own.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            Some(names.iter().filter(contains).max_by_key(|name| name.len()).cloned().unwrap_or_else(|| own.to_owned()))
        };
        let in_room = |module: &str| {
            module == room || module.strip_prefix(room).is_some_and(|rest| room.is_empty() || rest.starts_with('/'))
        };
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, code) in self.code.iter().filter(|(module, _)| in_room(module) && !module.is_empty()) {
            let own = row_of(module).unwrap();
            let used = self.imports(module, code).into_iter().map(|import| self.definition(&import.path));
            let used: BTreeSet<String> = used.filter(|used| in_room(used)).filter_map(|used| row_of(&used)).collect();
            // A `mod.rs` that only declares and re-exports has no row.
            let items = ["fn ", "struct ", "enum ", "trait ", "macro_rules! "];
            let defines = code.lines().any(|line| items.iter().any(|item| line.contains(item)));
            if defines {
                // A module that defines items uses the names that it re-exports.
                let reexported = self.reexports[module].values().map(|path| self.definition(path));
                let used =
                    used.into_iter().chain(reexported.filter(|used| in_room(used)).filter_map(|used| row_of(&used)));
                found.entry(own.clone()).or_default().extend(used.filter(|used| *used != own));
            }
        }
        let above = |name: &String, other: &String| {
            names.iter().position(|own| own == other) < names.iter().position(|own| own == name)
        };
        let mut rows: Vec<Row> = found
            .into_iter()
            .map(|(name, used)| {
                let (uses, circle) = used.into_iter().partition(|used| above(&name, used));
                Row { name, uses, circle }
            })
            .collect();
        rows.sort_by_key(|row| names.iter().position(|name| *name == row.name));
        rows
    }
}

/// The rows of the first table of a section.
fn listed(section: &str) -> Vec<Row> {
    let mut lines = section.lines().skip_while(|line| !line.starts_with("| `"));
    let names = |cell: &str| cell.split(", ").filter_map(code).map(str::to_owned).collect();
    lines
        .by_ref()
        .map_while(|line| {
            let cells: Vec<_> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
            Some(Row {
                name: code(cells[0])?.to_owned(),
                uses: names(cells[2]),
                circle: cells.get(3).map(|cell| names(cell)).unwrap_or_default(),
            })
        })
        .collect()
}

#[test]
fn modules_use_what_the_design_page_says_and_in_its_order() {
    let library = Library::read();
    let text = page("design.md");
    let (_, section) = text.split_once("\n# Where things are\n").unwrap();
    let section = section.split("\n# ").next().unwrap();
    let mut tables = section.split("\n## ");
    let top = listed(tables.next().unwrap());
    assert!(top.iter().all(|row| row.circle.is_empty()), "a top module is in a circle");
    let (mut compared, mut different) = (Vec::new(), Vec::new());
    for (room, listed) in [("", top)].into_iter().chain(tables.filter_map(|table| {
        let room = code(table.lines().next()?.strip_prefix("Parts of ")?)?;
        Some((room, listed(table)))
    })) {
        let names: Vec<String> = listed.iter().map(|row| row.name.clone()).collect();
        let found = library.rows(room, &names);
        let rows = listed.iter().zip(&found).filter(|(listed, found)| listed != found);
        different.extend(rows.map(|(listed, found)| format!("{room}: the page: {listed:?}\nthe sources: {found:?}")));
        let missing = found.iter().skip(listed.len());
        different.extend(missing.map(|row| format!("{room}: the page does not list {row:?}")));
        compared.push(room);
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert_eq!(compared, ["", "input", "model", "evaluate", "ask"]);
}
