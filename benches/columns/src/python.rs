//! numpy and polars: scripts of `python/` beside this, which are given the columns in files of a directory, are asked
//! for one pass at a time, and say how long it took.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;

use crate::Pass;
use crate::columns::{Coded, Columns, Outcomes};

/// Files that are gone when this is.
pub(crate) struct Directory(PathBuf);

impl Directory {
    /// Every column in a file, numbers as they lie in memory, which is little-endian.
    pub(crate) fn of(columns: &Columns) -> Directory {
        let path = std::env::temp_dir().join(format!("warmth-columns-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        let directory = Directory(path);
        directory.write("active_users", columns.active_users.iter().flat_map(|own| own.to_le_bytes()));
        directory.write("in_onboarding", columns.in_onboarding.iter().copied());
        directory.coded("decision_maker", &columns.decision_maker, |code| [code]);
        directory.write("renewal_date", columns.renewal_date.iter().flat_map(|own| own.to_le_bytes()));
        directory.write("has_flagship", columns.has_flagship.iter().copied());
        directory.coded("health", &columns.health, |code| [code]);
        directory.coded("icp_segment", &columns.icp_segment, |code| [code]);
        directory.write("tech_stack.offsets", columns.tech_stack.offsets.iter().flat_map(|own| own.to_le_bytes()));
        directory.coded("tech_stack", &columns.tech_stack.items, i32::to_le_bytes);
        directory.write("intent", columns.intent.iter().flat_map(|own| own.to_le_bytes()));
        directory.write("nps", columns.nps.iter().copied());
        directory.write("nps_known", columns.nps_known.iter().copied());
        directory.write("seats", columns.seats.iter().flat_map(|own| own.to_le_bytes()));
        directory.write("seat_limit", columns.seat_limit.iter().flat_map(|own| own.to_le_bytes()));
        directory.coded("country", &columns.country, i32::to_le_bytes);
        directory
    }

    fn coded<K: Copy, const N: usize>(&self, name: &str, own: &Coded<K>, bytes: impl Fn(K) -> [u8; N]) {
        self.write(name, own.codes.iter().flat_map(|code| bytes(*code)));
        fs::write(self.0.join(format!("{name}.texts")), own.texts.join("\n")).unwrap();
    }

    fn write(&self, name: &str, bytes: impl Iterator<Item = u8>) {
        fs::write(self.0.join(name), bytes.collect::<Vec<u8>>()).unwrap();
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// A script that waits for what it is asked. It ends when its input does.
struct Script<'a> {
    directory: &'a Path,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Script<'_> {
    fn ask(&mut self, verb: &str, name: &str) -> String {
        writeln!(self.input.as_mut().unwrap(), "{verb}|{name}").unwrap();
        self.line()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Script<'_> {
    fn drop(&mut self) {
        drop(self.input.take());
        self.child.wait().unwrap();
    }
}

/// One of the passes of a script.
struct Scripted<'a> {
    script: Rc<RefCell<Script<'a>>>,
    name: String,
}

impl Pass for Scripted<'_> {
    fn nanoseconds(&mut self) -> f64 {
        self.script.borrow_mut().ask("time", &self.name).parse().unwrap()
    }

    fn outcomes(&mut self) -> Outcomes {
        let mut script = self.script.borrow_mut();
        assert_eq!(script.ask("check", &self.name), "written");
        let bytes = |kind| fs::read(script.directory.join(format!("{}.{kind}", self.name))).unwrap();
        let points = bytes("points").as_chunks::<4>().0.iter().map(|own| u32::from_le_bytes(*own)).collect();
        Outcomes { points, states: bytes("states") }
    }
}

/// The release of what a script uses, and its passes with their names; none where Python lacks one of the modules. The
/// interpreter is that of the variable `PYTHON`, else `python3`.
pub(crate) fn passes<'a>(
    script: &str,
    modules: &str,
    directory: &'a Directory,
    today: i32,
) -> Option<(String, Vec<(String, Box<dyn Pass + 'a>)>)> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imports = Command::new(&python).args(["-c", &format!("import {modules}")]).stderr(Stdio::null()).status();
    if !imports.is_ok_and(|status| status.success()) {
        return None;
    }
    let mut child = Command::new(&python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script))
        .arg(&directory.0)
        .arg(today.to_string())
        .env("POLARS_MAX_THREADS", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
    let mut script = Script { directory: &directory.0, child, input, output };
    let line = script.line();
    let (release, names) = line.split_once('|').expect("a script that begins");
    let script = Rc::new(RefCell::new(script));
    let passes = names
        .split('|')
        .map(|name| {
            let pass = Scripted { script: Rc::clone(&script), name: name.to_owned() };
            (name.to_owned(), Box::new(pass) as Box<dyn Pass + 'a>)
        })
        .collect();
    Some((release.to_owned(), passes))
}
