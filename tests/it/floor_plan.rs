//! The map is tested: who may name whom, and what stays outside.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, in floor order, and the rooms it may name: only earlier ones.
const PLAN: &[(&str, &str)] = &[
    ("fold", ""),
    ("chars", "fold"),
    ("trie", ""),
    ("article", "fold"),
    ("decode", ""),
    ("source", "article decode"),
    ("pack", "chars trie"),
    ("segment", "chars fold trie"),
    ("repair", "article fold"),
    ("passage", "article chars"),
    ("extract", "article decode fold source"),
    (
        "index",
        "article chars fold pack passage repair segment source",
    ),
    ("discover", "fold index segment"),
    ("search", "article chars fold index pack passage segment"),
    ("render", "article search"),
    ("ingest", "article decode extract index repair source"),
];

/// Outside names and the rooms in which they may stand; the binary may name any
/// but those marked `-`.
const OUTSIDE: &[(&str, &str)] = &[
    ("jieba_rs", "segment"),
    ("tantivy", "index search"),
    ("clap", ""),
    ("rayon", "index ingest search"),
    ("std::fs", "source index"),
    ("zip::", "extract source"),
    ("tar::", "source"),
    ("flate2", "extract source"),
    ("encoding_rs", "decode repair source"),
    ("println!", ""),
    ("std::net", ""),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a room, its first file first.
fn files(room: &str) -> Vec<PathBuf> {
    let src = root().join("src");
    let first = [
        src.join(format!("{room}.rs")),
        src.join(room).join("mod.rs"),
    ];
    let mut files: Vec<PathBuf> = first.into_iter().filter(|path| path.exists()).collect();
    assert_eq!(files.len(), 1, "room {room} has one first file");
    let mut rest = Vec::new();
    walk(&src.join(room), &mut rest);
    rest.retain(|path| !files.contains(path));
    files.extend(rest);
    files
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// The lines of a file that are code: (number, line, whether inside `mod tests`).
fn code(path: &Path) -> Vec<(usize, String, bool)> {
    let text = fs::read_to_string(path).expect("a source file is readable");
    let whole = path.file_name().is_some_and(|name| name == "tests.rs");
    let mut in_tests = whole;
    let mut lines = Vec::new();
    let mut marked = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        // A module of tests is the end of a file; a single item of theirs is not.
        let module = line.trim_start_matches("pub(crate) ").starts_with("mod ");
        in_tests |= marked && module && line.ends_with('{');
        marked = line.starts_with("#[cfg(test)]") || marked && line.starts_with("#[");
        if !line.starts_with("//") && !line.is_empty() {
            lines.push((index + 1, line.to_owned(), in_tests));
        }
    }
    lines
}

#[test]
fn arrows_point_down() {
    for (index, (room, allowed)) in PLAN.iter().enumerate() {
        let below: Vec<&str> = PLAN[..index].iter().map(|(name, _)| *name).collect();
        for name in allowed.split_whitespace() {
            assert!(
                below.contains(&name),
                "{room} may not name {name}: it stands above"
            );
        }
    }
}

#[test]
fn lib_lists_the_rooms_in_floor_order() {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let listed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let planned: Vec<&str> = PLAN.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, planned);
}

#[test]
fn rooms_name_only_what_they_may() {
    let rooms: HashMap<&str, &str> = PLAN.iter().copied().collect();
    let mut wrong = Vec::new();
    for (room, allowed) in PLAN {
        for (nth, path) in files(room).iter().enumerate() {
            for (number, line, in_tests) in code(path) {
                let at = format!("{}:{number}", path.strip_prefix(root()).unwrap().display());
                for piece in line.split("crate::").skip(1) {
                    let name: String = piece
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    if name.is_empty() {
                        wrong.push(format!("{at}: one room a line: `use crate::room::…`"));
                    } else if rooms.contains_key(name.as_str())
                        && name != *room
                        && !allowed.split_whitespace().any(|allowed| allowed == name)
                    {
                        wrong.push(format!("{at}: {room} may not name {name}"));
                    }
                }
                if line.contains("super::super::") {
                    wrong.push(format!("{at}: super::super::"));
                }
                if nth == 0 && !in_tests && line.contains("super::") {
                    wrong.push(format!("{at}: super:: leaves the room"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn outside_names_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (room, _) in PLAN {
        for path in files(room) {
            for (number, line, in_tests) in code(&path) {
                for (name, rooms) in OUTSIDE {
                    let stands = line.match_indices(name).any(|(at, _)| {
                        !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                    });
                    if stands && !in_tests && !rooms.split_whitespace().any(|name| name == *room) {
                        wrong.push(format!(
                            "{}:{number}: {name} stands only in: {rooms}",
                            path.strip_prefix(root()).unwrap().display()
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_map_names_what_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut named = 0;
    for piece in text.split('`').skip(1).step_by(2) {
        let starts = ["src/", "tests/", "benches/", "corpus/", "docs/"];
        if starts.iter().any(|start| piece.starts_with(start))
            && !piece.contains(char::is_whitespace)
        {
            named += 1;
            assert!(
                root().join(piece).exists(),
                "ARCHITECTURE.md names {piece}, which is not there"
            );
        }
    }
    assert!(named >= PLAN.len(), "ARCHITECTURE.md names the rooms");
    for (room, _) in PLAN {
        assert!(
            text.contains(&format!("src/{room}")),
            "ARCHITECTURE.md has no section for {room}"
        );
    }
}
