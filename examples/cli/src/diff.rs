//! What changes from one model to another, part by part.

use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;

use crate::document::Document;
use crate::messages::{Messages, Stop, counted};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The model in use, .toml or .json
    old: PathBuf,
    /// The new model, .toml or .json
    new: PathBuf,
}

pub(crate) fn run(args: &Args, messages: &Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let read = |path: &PathBuf| -> Result<Value, Stop> {
        let model = Document::checked_model(path, messages)?;
        serde_json::to_value(&model).map_err(|error| error.to_string().into())
    };
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let mut changes = Vec::new();
    compare("", &old, &new, &mut changes);
    for change in &changes {
        writeln!(out, "{change}")?;
    }
    Ok(writeln!(out, "{}", counted(changes.len(), ["change", "changes"]))?)
}

/// Adds a line for each difference. Parts with an id or a name are compared with the part of the same name.
fn compare(at: &str, old: &Value, new: &Value, changes: &mut Vec<String>) {
    let within = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}, {key}") };
    match (old, new) {
        _ if old == new => {}
        (Value::Object(before), Value::Object(after)) => {
            let added = after.keys().filter(|key| !before.contains_key(*key));
            for key in before.keys().chain(added) {
                match (before.get(key), after.get(key)) {
                    (Some(Value::Array(before)), Some(Value::Array(after)))
                        if are_parts(before) && are_parts(after) =>
                    {
                        parts(&within(key), before, after, changes);
                    }
                    (Some(before), Some(after)) => compare(&within(key), before, after, changes),
                    (Some(Value::Array(list)), None) if are_parts(list) => parts(&within(key), list, &[], changes),
                    (None, Some(Value::Array(list))) if are_parts(list) => parts(&within(key), &[], list, changes),
                    (Some(before), None) => changes.push(format!("{}: removed, was {before}", within(key))),
                    (None, Some(after)) => changes.push(format!("{}: added, {after}", within(key))),
                    (None, None) => {}
                }
            }
        }
        _ => changes.push(format!("{at}: {old} -> {new}")),
    }
}

/// Compares lists of parts, such as rules.
fn parts(at: &str, old: &[Value], new: &[Value], changes: &mut Vec<String>) {
    for before in old {
        let Some(name) = name(before) else { continue };
        match new.iter().find(|after| self::name(after) == Some(name)) {
            Some(after) => compare(&format!("{at} `{name}`"), before, after, changes),
            None => changes.push(format!("{at} `{name}`: removed")),
        }
    }
    for after in new {
        let Some(name) = name(after) else { continue };
        if !old.iter().any(|before| self::name(before) == Some(name)) {
            changes.push(format!("{at} `{name}`: added, {after}"));
        }
    }
    let order = |list: &[Value], other: &[Value]| -> Vec<String> {
        let common =
            list.iter().filter_map(name).filter(|name| other.iter().any(|part| self::name(part) == Some(*name)));
        common.map(str::to_owned).collect()
    };
    if order(old, new) != order(new, old) {
        changes.push(format!("{at}: another order, {}", order(new, old).join(", ")));
    }
}

/// Whether every element of a list has a name.
fn are_parts(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|part| name(part).is_some())
}

fn name(part: &Value) -> Option<&str> {
    part.get("id").or_else(|| part.get("name"))?.as_str()
}
