//! The values that change in a part.

use super::parts::{entries, items, of};
use super::words::{condition, key, path, tests, value, value_of};
pub(super) use super::{Detail, Part};
use crate::model::document::names::WHERE;
use crate::model::document::node::Node;

type Entries = [(String, Node)];

const POINTS: &str = "points";
const PER_UNIT: &str = "points per unit";

impl Detail {
    /// A value that both sides may have.
    pub(super) fn compared(what: &str, unit: &'static str, before: String, after: String) -> Detail {
        Detail { what: what.to_owned(), unit, before: Some(before), after: Some(after), compared: true }
    }
}

/// Returns the change of the id or name, if the part is renamed.
pub(super) fn renamed(old: &Entries, new: &Entries) -> Vec<Detail> {
    let names = ["id", "name"].into_iter().filter_map(|key| Some((key, of(old, key)?, of(new, key)?)));
    let changed = names.filter(|(_, before, after)| before != after);
    changed.map(|(key, before, after)| Detail::compared(key, "", value(before), value(after))).collect()
}

/// Returns the values that differ between two sides of a part: all values, if only one side has the part.
pub(super) fn details(part: Part, old: Option<&Entries>, new: Option<&Entries>) -> Vec<Detail> {
    let mut walk = Walk { part, compared: old.is_some() && new.is_some(), details: Vec::new() };
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    if part == Part::Case {
        walk.case(old, new);
    } else {
        walk.part(old, new);
    }
    walk.details
}

/// The details of a part so far.
struct Walk {
    part: Part,
    compared: bool,
    details: Vec<Detail>,
}

/// The values of a key on both sides.
type Sides<'n> = [Option<&'n Node>; 2];

fn keys<'n>(old: &'n Entries, new: &'n Entries) -> impl Iterator<Item = (&'n str, Sides<'n>)> {
    let added = new.iter().filter(|(key, _)| of(old, key).is_none());
    old.iter().chain(added).map(|(key, _)| (key.as_str(), [of(old, key), of(new, key)]))
}

/// Goes into tables with a single table, such as `bands.events.login`, and returns the names on the way and the end.
fn inside(node: &Node) -> (Vec<&str>, &Node) {
    match node {
        Node::Table(entries) => match &entries[..] {
            [(name, inner @ (Node::Table(_) | Node::List(_)))] => {
                let (mut names, end) = inside(inner);
                names.insert(0, name);
                (names, end)
            }
            _ => (Vec::new(), node),
        },
        _ => (Vec::new(), node),
    }
}

impl Walk {
    fn push(&mut self, what: String, unit: &'static str, [before, after]: [Option<String>; 2]) {
        if before != after {
            self.details.push(Detail { what, unit, before, after, compared: self.compared });
        }
    }

    fn part(&mut self, old: &Entries, new: &Entries) {
        // What a part gives comes first, and its condition last.
        let place = |key: &str| match key {
            "points" | "bands" | "values" | "per_unit" | "signal" => 0,
            "first" => 2,
            "when" => 3,
            _ => 1,
        };
        // The label of a new or removed part is its subject.
        let identity = |key: &str| match key {
            "id" => true,
            "name" => self.part != Part::Settings,
            "label" => !self.compared,
            _ => false,
        };
        let mut all: Vec<_> = keys(old, new).filter(|(key, _)| !identity(key)).collect();
        all.sort_by_key(|(key, _)| place(key));
        let exclusive = [old, new].map(|side| of(side, "bounds").is_some());
        for (key, sides) in &all {
            if sides[0] == sides[1] && !(*key == "bands" && exclusive[0] != exclusive[1]) {
                continue;
            }
            match *key {
                "when" | WHERE => self.condition("", key, *sides),
                "signal" => self.signal(*sides),
                "bands" => self.bands(*sides, exclusive),
                "values" => self.values(*sides),
                "per_unit" => self.per_unit(*sides),
                "first" => self.first(*sides),
                "bounds" => {}
                key => self.value(&[], key, *sides),
            }
        }
    }

    /// A value, or the values of a table.
    fn value(&mut self, names: &[&str], name: &str, sides: Sides<'_>) {
        if let [Some(Node::Table(before)), Some(Node::Table(after))] = sides
            && name != "missing"
        {
            let names: Vec<&str> = names.iter().copied().chain([name]).collect();
            for (key, sides) in keys(before, after).filter(|(_, sides)| sides[0] != sides[1]) {
                self.value(&names, key, sides);
            }
            return;
        }
        if let [Some(Node::List(before)), Some(Node::List(after))] = sides
            && self.list(&what(names, name), before, after)
        {
            return;
        }
        let default = self.default(name).filter(|_| self.compared).map(str::to_owned);
        let unit = unit(name, sides);
        let words = sides.map(|side| side.map(|side| words(name, side)).or_else(|| default.clone()));
        let is_points = matches!(name, POINTS | "points_per_unit") && names.is_empty();
        let what = if is_points { String::new() } else { what(names, name) };
        self.push(what, unit, words);
    }

    /// What a key means if it is not in the document.
    fn default(&self, name: &str) -> Option<&'static str> {
        Some(match (self.part, name) {
            (Part::Axis, "weight") => "1",
            (Part::Axis, "base") | (Part::Rule, "otherwise" | "below") => "0",
            (Part::Axis, "missing") => "zero",
            (Part::Rule, "missing") => "0 points",
            (_, "missing") => "unknown",
            (Part::Rule, "prefer") => "latest",
            (Part::Rule, "ignore_case") | (Part::Play, "otherwise") | (Part::Settings, "coverage") => "no",
            (Part::Settings, "utc_offset") => "+00:00",
            (Part::Settings, "week_starts") => "monday",
            (Part::Settings, "year_starts") => "january",
            (Part::Settings, "total") => "mean",
            _ => return None,
        })
    }

    /// Two long lists of texts: what the new list adds and drops. Returns false for other lists.
    fn list(&mut self, what: &str, old: &[Node], new: &[Node]) -> bool {
        let is_long = old.len().max(new.len()) > 6;
        let is_text = |items: &[Node]| items.iter().all(|item| matches!(item, Node::Text(_)));
        if !is_long || !is_text(old) || !is_text(new) {
            return false;
        }
        let without = |items: &[Node], others: &[Node]| -> Vec<Node> {
            items.iter().filter(|item| !others.contains(item)).cloned().collect()
        };
        let (added, dropped) = (without(new, old), without(old, new));
        if added.is_empty() && dropped.is_empty() {
            // The same texts in another order mean the same, but the documents differ.
            let (before, after) = (old.first().map(value), new.first().map(value));
            self.details.push(Detail { what: format!("{what}, order"), unit: "", before, after, compared: true });
        }
        for (verb, items, is_new) in [("adds", added, true), ("drops", dropped, false)] {
            if !items.is_empty() {
                let words = Some(value(&Node::List(items)));
                let (before, after) = if is_new { (None, words) } else { (words, None) };
                self.details.push(Detail { what: format!("{what} {verb}"), unit: "", before, after, compared: false });
            }
        }
        true
    }

    /// A condition: the operands that change, or the tests that only one side has.
    fn condition(&mut self, before: &str, name: &str, sides: Sides<'_>) {
        if let [Some(old), Some(new)] = sides {
            if same_shape(old, new) {
                return self.operands(before, &mut Vec::new(), old, new);
            }
            if let ([(any, Node::List(old))], [(other, Node::List(new))]) = (entries(old), entries(new))
                && any == "any"
                && other == "any"
            {
                let [old, new] = [old, new].map(|parts| parts.iter().map(condition).collect::<Vec<_>>());
                return self.only(format!("{before}{} any of", key(name)), " or ", &old, &new);
            }
        }
        let [old, new] = sides.map(|side| side.map_or_else(Vec::new, tests));
        self.only(format!("{before}{}", key(name)), " and ", &old, &new);
    }

    /// The tests that only one side has.
    fn only(&mut self, what: String, join: &str, old: &[String], new: &[String]) {
        let without = |tests: &[String], others: &[String]| {
            let tests: Vec<&str> = tests.iter().filter(|test| !others.contains(test)).map(String::as_str).collect();
            Some(tests.join(join)).filter(|tests| !tests.is_empty())
        };
        let sides = [without(old, new), without(new, old)];
        if sides[0] == sides[1] {
            // The same tests, joined in another way.
            let all = |tests: &[String]| Some(tests.join(join));
            self.details.push(Detail { what, unit: "", before: all(old), after: all(new), compared: self.compared });
        } else {
            self.push(what, "", sides);
        }
    }

    /// The operands that differ between two conditions of the same shape.
    fn operands<'n>(&mut self, before: &str, names: &mut Vec<&'n str>, old: &'n Node, new: &'n Node) {
        match (old, new) {
            (Node::Table(inner), Node::Table(_)) => {
                for (name, sides) in keys(inner, entries(new)) {
                    if let [Some(old), Some(new)] = sides
                        && old != new
                    {
                        let joins = matches!(name, "all" | "any" | "not" | "at_least_of" | "of") && names.is_empty();
                        if name == WHERE || joins {
                            let what = if name == WHERE {
                                format!("{before}{} where ", path(names))
                            } else {
                                before.to_owned()
                            };
                            self.operands(&what, &mut Vec::new(), old, new);
                        } else {
                            names.push(name);
                            self.operands(before, names, old, new);
                            names.pop();
                        }
                    }
                }
            }
            (Node::List(before_items), Node::List(after_items)) if is_tables(before_items) => {
                for (old, new) in before_items.iter().zip(after_items) {
                    self.operands(before, names, old, new);
                }
            }
            _ if old == new => {}
            _ => {
                let what = format!("{before}{}", path(names));
                if let (Node::List(old), Node::List(new)) = (old, new)
                    && self.list(&what, old, new)
                {
                    return;
                }
                let name = names.last().copied().unwrap_or_default();
                self.push(what, "", [old, new].map(|side| Some(value_of(name, side))));
            }
        }
    }

    fn signal(&mut self, sides: Sides<'_>) {
        let [old, new] = sides.map(|side| side.map_or(&[][..], entries));
        let mut all: Vec<_> = keys(old, new).filter(|(_, sides)| sides[0] != sides[1]).collect();
        all.sort_by_key(|(key, _)| ["decay", WHERE].iter().position(|last| last == key).map_or(0, |place| place + 1));
        for (key, sides) in all {
            match key {
                WHERE => self.condition("", WHERE, sides),
                "decay" => self.decay(sides),
                key => self.value(&[], key, sides),
            }
        }
    }

    fn decay(&mut self, sides: Sides<'_>) {
        if let [Some(old), Some(new)] = sides.map(|side| side.map(entries))
            && let ([(old_curve, _)], [(new_curve, _)]) = (old, new)
            && old_curve != new_curve
        {
            return self.push(String::new(), "", sides.map(|side| side.map(value)));
        }
        let [old, new] = sides.map(|side| side.map_or(&[][..], entries));
        for (key, sides) in keys(old, new) {
            self.value(&[], key, sides);
        }
    }

    fn bands(&mut self, sides: Sides<'_>, exclusive: [bool; 2]) {
        let ends = sides.map(|side| side.map(inside));
        let names = ends.each_ref().map(|end| end.as_ref().map(|(names, _)| path(names)));
        if self.compared && names[0] != names[1] {
            self.push("bands of".to_owned(), "", names.clone());
        }
        let [old_name, new_name] = names;
        let of = new_name.or(old_name).unwrap_or_default();
        let [old, new] = [0, 1].map(|side| {
            let (end, exclusive) = (ends.get(side).and_then(Option::as_ref), exclusive.get(side).copied());
            let rows = items(end.map(|(_, rows)| *rows)).iter();
            rows.map(|row| band(row, exclusive.unwrap_or(false))).collect::<Vec<_>>()
        });
        let lacks = |rows: &[(String, String)], bound: &str| !rows.iter().any(|(own, _)| own == bound);
        let lost: Vec<_> = old.iter().filter(|(bound, _)| lacks(&new, bound)).collect();
        let gained: Vec<_> = new.iter().filter(|(bound, _)| lacks(&old, bound)).collect();
        let shifted = lost.len() == gained.len() && lost.iter().zip(&gained).all(|(old, new)| old.1 == new.1);
        for (bound, points) in &old {
            let after = new.iter().find(|(own, _)| own == bound).map(|(_, points)| points.clone());
            if after.is_some() || !shifted {
                self.push(format!("{of} {bound}:"), POINTS, [Some(points.clone()), after]);
            }
        }
        if shifted {
            for ((old, points), (new, _)) in lost.iter().zip(&gained) {
                // `20 points from 7 -> 8`, but `20 points from 7 -> above 8`.
                let (word, bound) = old.split_once(' ').unwrap_or(("", old));
                let same = new.split_once(' ').filter(|(other, _)| *other == word).map(|(_, bound)| bound);
                let after = same.unwrap_or(new).to_owned();
                self.push(format!("{of}: {points} points {word}"), "", [Some(bound.to_owned()), Some(after)]);
            }
        } else {
            for (bound, points) in gained {
                self.push(format!("{of} {bound}:"), POINTS, [None, Some(points.clone())]);
            }
        }
    }

    fn values(&mut self, sides: Sides<'_>) {
        let ends = sides.map(|side| side.map(inside));
        let names = ends.each_ref().map(|end| end.as_ref().map(|(names, _)| path(names)));
        if self.compared && names[0] != names[1] {
            self.push("values of".to_owned(), "", names.clone());
        }
        let [old_name, new_name] = names;
        let of = new_name.or(old_name).unwrap_or_default();
        let [old, new] = ends.map(|end| end.map_or(&[][..], |(_, rows)| entries(rows)));
        for (text, sides) in keys(old, new) {
            self.push(format!("{of} {text}:"), POINTS, sides.map(|side| side.map(value)));
        }
    }

    fn per_unit(&mut self, sides: Sides<'_>) {
        let ends = sides.map(|side| side.map(inside));
        let names = ends.each_ref().map(|end| end.as_ref().map(|(names, _)| path(names)));
        if self.compared && names[0] != names[1] {
            self.push("per unit of".to_owned(), "", names.clone());
        }
        let [old_name, new_name] = names;
        let of = new_name.or(old_name).unwrap_or_default();
        let [old, new] = ends.map(|end| end.map_or(&[][..], |(_, options)| entries(options)));
        for (name, sides) in keys(old, new).filter(|(_, sides)| sides[0] != sides[1]) {
            match name {
                POINTS => self.push(of.clone(), PER_UNIT, sides.map(|side| side.map(value))),
                WHERE => self.condition(&format!("{of} "), WHERE, sides),
                name => self.value(&[&of], name, sides),
            }
        }
    }

    fn first(&mut self, sides: Sides<'_>) {
        let [old, new] = sides.map(items);
        for index in 0..old.len().max(new.len()) {
            let rows = [old.get(index), new.get(index)];
            let row = format!("row {}:", index + 1);
            match rows {
                [Some(before), Some(after)] => {
                    let points = rows.map(|side| side.and_then(|side| of(entries(side), POINTS)).map(value));
                    self.push(row.clone(), POINTS, points);
                    let [old, new] = [before, after].map(|side| of(entries(side), "when"));
                    if old != new {
                        self.condition(&format!("{row} "), "when", [old, new]);
                    }
                }
                rows => self.push(row, "", rows.map(|side| side.map(row_in_words))),
            }
        }
    }

    /// A case: what it expects, then its facts and events: their number, if only one side has the case.
    fn case(&mut self, old: &Entries, new: &Entries) {
        let [before, after] = [old, new].map(|side| of(side, "expect").map_or(&[][..], entries));
        for (name, sides) in keys(before, after).filter(|(_, sides)| sides[0] != sides[1]) {
            let verb = if self.compared || self.details.is_empty() { &["expects"][..] } else { &[] };
            self.value(verb, name, sides);
        }
        let facts = [old, new].map(|side| of(side, "facts").map_or(&[][..], entries));
        let events = [old, new].map(|side| items(of(side, "events")));
        if self.compared {
            for (name, sides) in keys(facts[0], facts[1]).filter(|(_, sides)| sides[0] != sides[1]) {
                self.push(name.to_owned(), "", sides.map(|side| side.map(value)));
            }
            if events[0] != events[1] {
                let [old, new] = events.map(|events| events.iter().map(event).collect::<Vec<_>>());
                self.only("events".to_owned(), ", ", &old, &new);
            }
            if of(old, "as_of") != of(new, "as_of") {
                self.value(&[], "as_of", [of(old, "as_of"), of(new, "as_of")]);
            }
            return;
        }
        let counts = [(facts.map(<[_]>::len), ["fact", "facts"]), (events.map(<[_]>::len), ["event", "events"])];
        for (counts, [one, several]) in counts {
            let unit = if counts.contains(&1) { one } else { several };
            self.push(String::new(), unit, counts.map(|count| Some(count.to_string()).filter(|_| count > 0)));
        }
    }
}

/// An event of a case in words.
fn event(event: &Node) -> String {
    let words = |(key, node): &(String, Node)| match key.as_str() {
        "event" => value(node),
        "at" => format!("at {}", value(node)),
        key => format!("{} {}", self::key(key), value(node)),
    };
    entries(event).iter().map(words).collect::<Vec<_>>().join(" ")
}

/// Returns the value of a key in words.
fn words(name: &str, node: &Node) -> String {
    match (name, node) {
        ("missing", Node::Table(entries)) => {
            format!("{} points", of(entries, POINTS).map_or_else(String::new, value))
        }
        ("label" | "description", Node::Text(text)) => format!("\"{text}\""),
        (_, node) => value_of(name, node),
    }
}

/// Returns the unit of a key.
fn unit(name: &str, sides: Sides<'_>) -> &'static str {
    let is_number = sides.into_iter().flatten().all(|side| side.number().is_some());
    match name {
        "points_per_unit" => PER_UNIT,
        "points" | "plus" | "base" | "available" | "below" | "otherwise" | "at_least_points" | "min" | "max"
            if is_number =>
        {
            POINTS
        }
        name if name.starts_with("max_points_per_") => POINTS,
        _ => "",
    }
}

fn what(names: &[&str], name: &str) -> String {
    let names = names.iter().copied().map(str::to_owned).chain([key(name)]);
    names.collect::<Vec<_>>().join(" ")
}

/// The bound of a row in words, and its points.
fn band(row: &Node, exclusive: bool) -> (String, String) {
    match row {
        Node::List(pair) => {
            let word = |at: usize| pair.get(at).map_or_else(String::new, value);
            (format!("{} {}", if exclusive { "above" } else { "from" }, word(0)), word(1))
        }
        other => {
            let points = of(entries(other), POINTS).map_or_else(String::new, value);
            let bound = entries(other).iter().find(|(key, _)| key != POINTS);
            (bound.map_or_else(String::new, |(key, bound)| format!("{key} {}", value(bound))), points)
        }
    }
}

fn row_in_words(row: &Node) -> String {
    let entries = entries(row);
    let points = of(entries, POINTS).map_or_else(String::new, value);
    format!("{points} points if {}", of(entries, "when").map_or_else(String::new, condition))
}

fn is_tables(items: &[Node]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item, Node::Table(_)))
}

/// Returns whether two conditions have the same tests, with other operands at most.
fn same_shape(old: &Node, new: &Node) -> bool {
    match (old, new) {
        (Node::Table(before), Node::Table(after)) => {
            before.len() == after.len()
                && before.iter().all(|(key, inner)| of(after, key).is_some_and(|other| same_shape(inner, other)))
        }
        (Node::Table(_), _) | (_, Node::Table(_)) => false,
        (Node::List(before), Node::List(after)) if is_tables(before) || is_tables(after) => {
            before.len() == after.len() && before.iter().zip(after).all(|(old, new)| same_shape(old, new))
        }
        _ => true,
    }
}
