//! Tests for the documents of a host.
//!
//! A document can stop fitting your code: a field is renamed, or a colleague changes a threshold. Run all documents in one
//! test:
//!
//! ```
//! use warmth::{Record, testing};
//!
//! // In a `#[test]`, with your folder, and your type instead of `Record`:
//! testing::verify_documents::<Record, _>("src/kit/templates", "toml", |text| toml::from_str(text)).unwrap();
//! ```
//!
//! [`Model::capture_case`] turns the score of a real subject into a case for this test.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::input::facts::Facts;
use crate::model::Model;
use crate::scorer::Scorer;

/// Reads every document in a folder and its subfolders, compiles it for `T`, and runs its cases. Returns the number of
/// cases.
///
/// A document is a file with the given extension, such as `"toml"`. `read` parses the text of a file. A relative path starts
/// at the root of your package, because `cargo test` runs tests there.
///
/// Use it in tests. It is the only function in the crate that reads files.
///
/// ```
/// use warmth::{Record, testing};
///
/// let cases = testing::verify_documents::<Record, _>("src/kit/templates", "toml", |text| toml::from_str(text))?;
/// assert!(cases > 20);
/// # Ok::<(), testing::DocumentsError>(())
/// ```
///
/// # Errors
///
/// If the folder has no document, or if a document cannot be read, does not compile for `T`, or has a case with another
/// outcome. The error lists every document that fails, with all of its problems. `unwrap` prints it as text.
pub fn verify_documents<T: Facts, E: fmt::Display>(
    folder: impl AsRef<Path>,
    extension: &str,
    read: impl Fn(&str) -> Result<Model, E>,
) -> Result<usize, DocumentsError> {
    let folder = folder.as_ref();
    let mut documents = Vec::new();
    let mut failures: Vec<(PathBuf, String)> = Vec::new();
    find(folder, extension, &mut documents, &mut failures);
    if documents.is_empty() && failures.is_empty() {
        failures.push((folder.to_owned(), format!("there is no file with the extension `{extension}`")));
    }
    documents.sort();
    let mut cases = 0;
    for path in documents {
        match verify::<T, E>(&path, &read) {
            Ok(own) => cases += own,
            Err(message) => failures.push((path, message)),
        }
    }
    if failures.is_empty() { Ok(cases) } else { Err(DocumentsError { failures }) }
}

/// Adds the documents in a folder and its subfolders, and the folders that cannot be read.
fn find(folder: &Path, extension: &str, documents: &mut Vec<PathBuf>, failures: &mut Vec<(PathBuf, String)>) {
    let entries: std::io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    let entries = entries.unwrap_or_else(|error| {
        failures.push((folder.to_owned(), error.to_string()));
        Vec::new()
    });
    for entry in entries {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            find(&path, extension, documents, failures);
        } else if path.extension().is_some_and(|own| own == extension) {
            documents.push(path);
        }
    }
}

fn verify<T: Facts, E: fmt::Display>(path: &Path, read: impl Fn(&str) -> Result<Model, E>) -> Result<usize, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let model = read(&text).map_err(|error| error.to_string())?;
    Scorer::<T>::new(&model).map_err(|error| error.to_string())?;
    model.verify().map_err(|error| error.to_string())
}

/// The error of [`verify_documents`]: every document that fails, with its problems.
///
/// [`Debug`](fmt::Debug) prints the same text as [`Display`](fmt::Display), so that a failed `unwrap` in a test is
/// readable.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct DocumentsError {
    failures: Vec<(PathBuf, String)>,
}

impl DocumentsError {
    /// Returns the path of every document that fails, with the text of its problems.
    pub fn failures(&self) -> impl ExactSizeIterator<Item = (&Path, &str)> {
        self.failures.iter().map(|(path, message)| (path.as_path(), message.as_str()))
    }
}

impl fmt::Display for DocumentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failures().enumerate().try_for_each(|(index, (path, message))| {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {}", path.display(), message.trim_end())
        })
    }
}

impl fmt::Debug for DocumentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
