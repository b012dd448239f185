//! Files made to do harm, or harmed on the way: each is rejected by name or
//! read as the manual says, the rest is indexed, nothing is written elsewhere.
//! The full sizes are tried by `tests/forms/hostile.py`; here the limits are small.

mod packed;
mod records;
mod tars;
mod zips;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::env::Env;
use crate::pack::{Entry, gz};

/// Stands in every article that is to be read, and nowhere else.
const NEWS: &str = "区里召开审计整改推进会，逐项对账销号，三季度前全部办结。";

/// The limits of these runs: a text, an archive, entries.
const LIMITS: [&str; 6] = [
    "--max-entry",
    "2M",
    "--max-archive",
    "8M",
    "--max-entries",
    "300",
];

/// A file, the articles that come out of it, and what is said of it: the place
/// in it, and words of the reason.
struct Bad {
    name: String,
    bytes: Vec<u8>,
    good: usize,
    said: Vec<(String, &'static str)>,
}

fn bad(name: &str, bytes: impl Into<Vec<u8>>, good: usize, said: &[(&str, &'static str)]) -> Bad {
    Bad {
        name: name.to_owned(),
        bytes: bytes.into(),
        good,
        said: said
            .iter()
            .map(|(place, words)| (format!("in/{name}{place}"), *words))
            .collect(),
    }
}

fn entry<'a>(name: &'a [u8], content: &'a [u8]) -> Entry<'a> {
    Entry {
        name,
        content,
        flags: 0,
    }
}

/// Text with a byte changed.
fn broken(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 0x55;
    bytes
}

fn cut(bytes: Vec<u8>) -> Vec<u8> {
    let half = bytes.len() / 2;
    bytes[..half].to_vec()
}

/// Bytes that mean nothing, the same in every run.
fn noise(length: usize, mut state: u64) -> Vec<u8> {
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Prose that does not pack well, with [`NEWS`] at its head.
fn prose() -> Vec<u8> {
    let rest: String = noise(9000, 7)
        .chunks(2)
        .filter_map(|pair| {
            char::from_u32(0x4E00 + u32::from(pair[0]) * 64 + u32::from(pair[1] % 64))
        })
        .collect();
    format!("{NEWS}{rest}").into_bytes()
}

/// Everything below a folder but the index: path, length, whether a folder.
fn listing(root: &Path, index: &Path, all: &mut BTreeMap<String, u64>) {
    for entry in fs::read_dir(root).unwrap().flatten() {
        let path = entry.path();
        if path == index {
            continue;
        }
        let kind = entry.file_type().unwrap();
        let length = if kind.is_file() {
            entry.metadata().unwrap().len()
        } else {
            0
        };
        all.insert(path.display().to_string(), length);
        if kind.is_dir() {
            listing(&path, index, all);
        }
    }
}

#[track_caller]
fn figures(tally: &Value) -> [u64; 3] {
    ["accepted", "unchanged", "rejected"].map(|name| tally[name].as_u64().unwrap())
}

#[test]
fn hostile_files_are_named_and_the_rest_is_indexed() {
    let all: Vec<Bad> = [
        packed::packed(),
        zips::zips(),
        tars::tars(),
        records::records(),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(all.len() > 100, "{}", all.len());
    let env = Env::new().write("in/sound.txt", NEWS);
    for bad in &all {
        env.put(&format!("in/{}", bad.name), &bad.bytes);
    }
    env.put("rejects.jsonl", "");
    let mut before = BTreeMap::new();
    listing(&env.path(""), env.index(), &mut before);
    let args: Vec<&str> = [
        "index",
        "in",
        "--memory",
        "256M",
        "--json",
        "--rejects",
        "rejects.jsonl",
    ]
    .into_iter()
    .chain(LIMITS)
    .collect();
    let begun = Instant::now();
    let run = env.run(&args).code(3);
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );

    // Each is named, with its reason, and nothing else is.
    let mut said: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for line in env.read("rejects.jsonl").lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let path = line["path"].as_str().unwrap().to_owned();
        let mut place = path.clone();
        if let Some(entry) = line["entry"].as_str() {
            place += &format!("!{entry}");
        }
        if let Some(record) = line["record"].as_u64() {
            place += &format!(":{record}");
        }
        let reason = line["reason"].as_str().unwrap();
        assert_eq!(reason.lines().count(), 1, "{place}: {reason}");
        assert!(!reason.contains("bug"), "{place}: {reason}");
        said.entry(path)
            .or_default()
            .push((place, reason.to_owned()));
    }
    // The articles of each file.
    let mut good: BTreeMap<String, usize> = BTreeMap::new();
    for hit in env
        .run(&[
            "search",
            "“逐项对账销号”",
            "--json",
            "-n",
            "1000",
            "--group",
            "passage",
        ])
        .code(0)
        .json()
    {
        let path = hit["path"].as_str().unwrap();
        let file = path.split(['!', ':']).next().unwrap_or_default();
        *good.entry(file.to_owned()).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for bad in &all {
        let path = format!("in/{}", bad.name);
        let is = said.remove(&path).unwrap_or_default();
        let fits = is.len() == bad.said.len()
            && is
                .iter()
                .zip(&bad.said)
                .all(|((place, reason), (want, words))| place == want && reason.contains(words));
        if !fits {
            wrong.push(format!("{}: {is:#?}", bad.name));
        }
        let is = good.remove(&path).unwrap_or(0);
        if is != bad.good {
            wrong.push(format!("{}: {is} articles, not {}", bad.name, bad.good));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(said, BTreeMap::new(), "nothing else is rejected");
    assert_eq!(
        good.into_iter().collect::<Vec<_>>(),
        [("in/sound.txt".to_owned(), 1)]
    );

    // Nothing was written elsewhere, the figures add up, the index is whole.
    env.put("rejects.jsonl", "");
    let mut after = BTreeMap::new();
    listing(&env.path(""), env.index(), &mut after);
    assert_eq!(before, after);
    let first = figures(&run.object());
    let again = figures(&env.run(&args).code(3).object());
    assert_eq!(first[1], 0);
    assert_eq!(again, [0, first[0], first[2]]);
    env.run(&["check", "--full"]).code(0);
}

#[test]
fn what_was_refused_is_read_again_under_other_limits() {
    let env = Env::new()
        .write("in/sound.txt", NEWS)
        .write("in/long.txt", NEWS.repeat(20));
    let args = ["index", "in", "--json", "--max-entry", "1K"];
    assert_eq!(figures(&env.run(&args).code(3).object()), [1, 0, 1]);
    assert_eq!(figures(&env.run(&args).code(3).object()), [0, 1, 1]);
    assert_eq!(
        figures(&env.run(&["index", "in", "--json"]).code(0).object()),
        [1, 1, 0]
    );
    for wrong in ["0", "much", "1T"] {
        env.run(&["index", "in", "--max-entry", wrong]).code(2);
    }
}

#[test]
fn noise_and_nothing_under_every_ending() {
    let endings = [
        "txt", "text", "md", "markdown", "jsonl", "ndjson", "json", "csv", "tsv", "warc", "docx",
        "xml", "rss", "atom", "html", "htm", "shtml", "xhtml", "zip", "tar",
    ];
    let env = Env::new().write("in/sound.txt", NEWS);
    for (n, ending) in endings.iter().enumerate() {
        env.put(&format!("in/nothing.{ending}"), "");
        env.put(&format!("in/noise.{ending}"), noise(3000, n as u64 + 11));
        for packing in ["gz", "bz2", "xz", "zst"] {
            env.put(
                &format!("in/noise.{ending}.{packing}"),
                noise(700, n as u64 + 77),
            );
        }
    }
    env.put("in/nothing.txt.gz", gz(b""));
    env.put("in/nothing.tar.gz", gz(b""));
    let run = env
        .run(&["index", "in", "--json", "--rejects", "rejects.jsonl"])
        .code(3);
    let log = env.read("rejects.jsonl");
    for ending in endings {
        assert!(
            log.contains(&format!("\"in/nothing.{ending}\"")),
            "nothing.{ending} is named"
        );
        for packing in ["gz", "bz2", "xz", "zst"] {
            assert!(
                log.contains(&format!("\"in/noise.{ending}.{packing}\"")),
                "noise.{ending}.{packing} is named"
            );
        }
    }
    assert!(
        log.contains("\"in/nothing.txt.gz\"") && log.contains("\"in/nothing.tar.gz\""),
        "{log}"
    );
    let first = figures(&run.object());
    let again = figures(&env.run(&["index", "in", "--json"]).code(3).object());
    assert_eq!(again, [0, first[0], first[2]]);
    env.run(&["search", "逐项对账"]).code(0);
    env.run(&["check", "--full"]).code(0);
}

/// What takes the square of its length would take days here.
#[test]
fn a_million_quote_marks_take_no_longer_than_their_length() {
    let title = "审计整改推进会";
    let env = Env::new();
    let article = |body: String| json!({ "title": title, "body": body }).to_string();
    // Behind the headline that the text repeats, which is looked through by itself.
    for (n, mark) in ["“”", "《", "\u{200b}"].into_iter().enumerate() {
        let run = mark.repeat(1_000_000 / mark.len());
        let name = format!("in/titled{n}.jsonl");
        env.put(&name, article(format!("{title}{run}\n{NEWS}")));
    }
    let run = "“”".repeat(160_000);
    env.put("in/before.jsonl", article(format!("{run}{NEWS}")));
    env.put("in/behind.jsonl", article(format!("{NEWS}{run}")));
    let run = env.run(&["index", "in", "--json"]).code(0);
    assert_eq!(figures(&run.object()), [5, 0, 0]);
    env.run(&["search", "“逐项对账”", "--count"])
        .code(0)
        .prints("5 articles");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_named_and_never_waited_for() {
    use std::os::unix::fs::symlink;
    let env = Env::new()
        .write("in/sound.txt", NEWS)
        .write("in/folder.txt/inner.txt", NEWS)
        .write("in/folder.zip/inner.txt", NEWS)
        .write("outside.txt", NEWS);
    symlink(".", env.path("in/loop")).unwrap();
    symlink("loop2", env.path("in/loop2")).unwrap();
    symlink("nowhere.txt", env.path("in/gone.txt")).unwrap();
    symlink("../outside.txt", env.path("in/linked.txt")).unwrap();
    symlink("/dev/zero", env.path("in/zero.txt")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(env.path("in/pipe.jsonl"))
        .status();
    assert!(made.unwrap().success(), "mkfifo");
    let run = env
        .run(&["index", "in", "--json", "--rejects", "rejects.jsonl"])
        .code(3);
    let mut places: Vec<String> = env
        .read("rejects.jsonl")
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["path"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    places.sort();
    assert_eq!(
        places,
        ["in/gone.txt", "in/loop2", "in/pipe.jsonl", "in/zero.txt"]
    );
    assert_eq!(figures(&run.object()), [4, 0, 4]);
    env.run(&["index", "in/pipe.jsonl"])
        .fails_in_one_line()
        .says("neither a file nor a folder");
}

#[test]
fn a_record_of_many_stories_costs_what_they_cost_alone() {
    let story = |n: usize| json!({"title": "简讯", "body": format!("{NEWS}{n}")}).to_string();
    let stories: Vec<String> = (0..8_000).map(story).collect();
    let env = Env::new()
        .write("many.json", format!("{{\"list\":[{}]}}", stories.join(",")))
        .write("many.jsonl", stories.join("\n"));
    let time = |name: &str| {
        let begun = Instant::now();
        let tally = env
            .run(&["index", name, "--rebuild", "--json"])
            .code(0)
            .object();
        assert_eq!(figures(&tally), [8_000, 0, 0], "{name}");
        begun.elapsed()
    };
    let alone = time("many.jsonl");
    let together = time("many.json");
    assert!(
        together < alone * 3 + Duration::from_secs(1),
        "{together:?} against {alone:?}"
    );
}
