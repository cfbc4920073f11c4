//! Pairs the parts of two documents.

use super::details::{Detail, details, renamed};
use super::{Part, PartChange, PartChangeKind};
use crate::model::document::node::Node;

type Entries = [(String, Node)];

/// The lists of parts of a document, in the order in which changes are listed.
const LISTS: [(&str, Part); 9] = [
    ("required", Part::Required),
    ("disqualifying", Part::Disqualifying),
    ("axis", Part::Axis),
    ("promoter", Part::Promoter),
    ("limit", Part::Limit),
    ("state", Part::State),
    ("segment", Part::Segment),
    ("play", Part::Play),
    ("case", Part::Case),
];

/// The lists of parts of an axis.
const AXIS_LISTS: [(&str, Part); 2] = [("group", Part::Group), ("rule", Part::Rule)];

const GRADE: &str = "grade";

/// Returns the value of a key.
pub(super) fn of<'n>(entries: &'n Entries, key: &str) -> Option<&'n Node> {
    entries.iter().find(|(own, _)| own == key).map(|(_, value)| value)
}

pub(super) fn entries(node: &Node) -> &Entries {
    match node {
        Node::Table(entries) => entries,
        _ => &[],
    }
}

pub(super) fn items(node: Option<&Node>) -> &[Node] {
    match node {
        Some(Node::List(items)) => items,
        _ => &[],
    }
}

fn text<'n>(entries: &'n Entries, key: &str) -> Option<&'n str> {
    match of(entries, key) {
        Some(Node::Text(text)) => Some(text),
        _ => None,
    }
}

/// Returns whether a key of a table holds parts, which are compared on their own.
fn holds_parts(part: Part, key: &str, value: &Node) -> bool {
    match part {
        Part::Settings => key == GRADE || LISTS.iter().any(|(list, _)| *list == key),
        Part::Axis => AXIS_LISTS.iter().any(|(list, _)| *list == key) && matches!(value, Node::List(_)),
        _ => false,
    }
}

/// Returns the table without parts of its own.
fn own_keys(part: Part, node: &Node) -> Vec<(String, Node)> {
    entries(node).iter().filter(|(key, value)| !holds_parts(part, key, value)).cloned().collect()
}

pub(super) fn changes(old: &Node, new: &Node) -> Vec<PartChange> {
    let mut changes = Vec::new();
    let settings = [old, new].map(|model| own_keys(Part::Settings, model));
    let all = details(Part::Settings, Some(&settings[0]), Some(&settings[1]));
    push_changed(&mut changes, (Part::Settings, None), None, None, all);
    let (old, new) = (entries(old), entries(new));
    for (key, part) in LISTS {
        if part == Part::State {
            grade(old, new, &mut changes);
        }
        list(part, None, items(of(old, key)), items(of(new, key)), &mut changes);
    }
    changes
}

fn grade(old: &Entries, new: &Entries, changes: &mut Vec<PartChange>) {
    let sides = [old, new].map(|model| of(model, GRADE).map(entries));
    let details = details(Part::Grade, sides[0], sides[1]);
    let change = match sides {
        [None, Some(_)] => PartChangeKind::Added,
        [Some(_), None] => PartChangeKind::Removed,
        _ => return push_changed(changes, (Part::Grade, None), None, None, details),
    };
    changes.push(PartChange { part: Part::Grade, axis: None, id: None, label: None, change, details });
}

fn push_changed(
    changes: &mut Vec<PartChange>,
    (part, axis): (Part, Option<&str>),
    id: Option<String>,
    label: Option<&str>,
    details: Vec<Detail>,
) {
    if !details.is_empty() {
        let (axis, label) = (axis.map(str::to_owned), label.map(str::to_owned));
        changes.push(PartChange { part, axis, id, label, change: PartChangeKind::Changed, details });
    }
}

/// The id or name of the part at an index: explanations call a limit without an id by its index.
fn id(part: Part, index: usize, node: &Node) -> String {
    let entries = entries(node);
    let id = text(entries, "id").or_else(|| text(entries, "name"));
    id.map_or_else(|| format!("{}[{index}]", part.as_str()), str::to_owned)
}

/// Compares lists of parts.
fn list(part: Part, axis: Option<&str>, old: &[Node], new: &[Node], changes: &mut Vec<PartChange>) {
    let partners = partners(part, old, new);
    let mut removed: Vec<usize> = (0..old.len()).filter(|index| !partners.contains(&Some(*index))).collect();
    for (index, (after, partner)) in new.iter().zip(&partners).enumerate() {
        let label = text(entries(after), "label");
        let Some((at, before)) = partner.and_then(|at| Some((at, old.get(at)?))) else {
            let details = details(part, None, Some(&own_keys(part, after)));
            let change = PartChangeKind::Added;
            changes.push(whole(part, axis, id(part, index, after), label, change, details));
            inner(part, None, Some(after), changes);
            continue;
        };
        let mut all = renamed(entries(before), entries(after));
        all.extend(details(part, Some(&own_keys(part, before)), Some(&own_keys(part, after))));
        push_changed(changes, (part, axis), Some(id(part, at, before)), label, all);
        inner(part, Some(before), Some(after), changes);
    }
    for at in removed.drain(..) {
        let Some(before) = old.get(at) else { continue };
        let details = details(part, Some(&own_keys(part, before)), None);
        let label = text(entries(before), "label");
        changes.push(whole(part, axis, id(part, at, before), label, PartChangeKind::Removed, details));
        inner(part, Some(before), None, changes);
    }
    let common: Vec<usize> = partners.iter().flatten().copied().collect();
    if !common.is_sorted() {
        let names = |at: &mut dyn Iterator<Item = usize>| {
            let names: Vec<String> = at.filter_map(|at| Some(id(part, at, old.get(at)?))).collect();
            names.join(", ")
        };
        let mut sorted = common.clone();
        sorted.sort_unstable();
        let order = Detail::compared("order", "", names(&mut sorted.into_iter()), names(&mut common.into_iter()));
        let axis = axis.map(str::to_owned);
        let change = PartChangeKind::Reordered;
        changes.push(PartChange { part, axis, id: None, label: None, change, details: vec![order] });
    }
}

fn whole(
    part: Part,
    axis: Option<&str>,
    id: String,
    label: Option<&str>,
    change: PartChangeKind,
    details: Vec<Detail>,
) -> PartChange {
    PartChange { part, axis: axis.map(str::to_owned), id: Some(id), label: label.map(str::to_owned), change, details }
}

/// Compares the groups and rules of an axis.
fn inner(part: Part, old: Option<&Node>, new: Option<&Node>, changes: &mut Vec<PartChange>) {
    if part == Part::Axis {
        let axis = new.or(old).and_then(|axis| text(entries(axis), "name"));
        for (key, part) in AXIS_LISTS {
            let of = |side: Option<&_>| -> Vec<Node> {
                side.map_or_else(Vec::new, |axis| items(of(entries(axis), key)).to_vec())
            };
            list(part, axis, &of(old), &of(new), changes);
        }
    }
}

/// Returns the index of the old part for each new part: the part of the same name, then an equal part of another name.
fn partners(part: Part, old: &[Node], new: &[Node]) -> Vec<Option<usize>> {
    let named = |node: &Node| {
        let entries = entries(node);
        text(entries, "id").or_else(|| text(entries, "name")).map(str::to_owned)
    };
    let content = |node: &Node| -> Vec<(String, Node)> {
        entries(node).iter().filter(|(key, _)| key != "id" && key != "name").cloned().collect()
    };
    let mut free: Vec<bool> = vec![true; old.len()];
    let mut partners: Vec<Option<usize>> = vec![None; new.len()];
    let mut pair = |same: &dyn Fn(&Node, &Node) -> bool| {
        for (after, partner) in new.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            let found = old.iter().zip(&mut free).position(|(before, free)| *free && same(before, after));
            if let Some(at) = found {
                *partner = Some(at);
                free.iter_mut().skip(at).take(1).for_each(|free| *free = false);
            }
        }
    };
    pair(&|before, after| named(before).is_some() && named(before) == named(after));
    pair(&|before, after| content(before) == content(after));
    if part == Part::Limit {
        pair(&|before, after| named(before).is_none() && named(after).is_none());
    }
    partners
}
