//! The bodies of the fuzz targets: any bytes go in, and a law must hold.
//!
//! `fuzz/` gives them to libFuzzer, `benches/fuzz.rs` to a mutator of its own where
//! there is no nightly toolchain, `tests/it/fuzz.rs` for a moment in `cargo test`.
//!
//! No file begins with a byte below 8, so such a byte is a word to the target: what
//! follows is to be wrapped ([`wrapped`]), with every checksum right, so that what
//! lies behind the checksums is reached.

use std::io::Write;
use std::sync::LazyLock;

use jianbao::article::{Article, Draft, Origin};
use jianbao::chars::units;
use jianbao::decode::{Hint, decode};
use jianbao::extract::{FieldMap, extract};
use jianbao::passage::passages;
use jianbao::render::{self, Style, json_line, printable};
use jianbao::repair::{repair, undo};
use jianbao::search::query::parse;
use jianbao::search::{Hit, Hits};
use jianbao::segment::{Segmenter, parse_dict};
use jianbao::source::{Format, Input, Limits, Raw, records};

use crate::pack::{Entry, bz2, docx_of, gz, tar, tar_sums, xz, xz_around, zip, zst};

/// A target.
pub(crate) type Target = fn(&[u8]);

/// Every target, by name.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("decode", decoding),
    ("repair", repairing),
    ("text", |bytes| extracting(Format::Text, bytes)),
    ("markdown", |bytes| extracting(Format::Markdown, bytes)),
    ("json", |bytes| extracting(Format::Json, bytes)),
    ("html", |bytes| extracting(Format::Html, bytes)),
    ("docx", |bytes| {
        extracting(Format::Docx, &wrapped("docx", bytes));
    }),
    ("xml", |bytes| extracting(Format::Xml, bytes)),
    ("warc_record", |bytes| extracting(Format::Warc, bytes)),
    ("table", |bytes| extracting(Format::Csv, bytes)),
    ("zip", |bytes| reading("zip", bytes)),
    ("tar", |bytes| reading("tar", bytes)),
    ("tar_gz", |bytes| reading("tar.gz", bytes)),
    ("zst", |bytes| reading("jsonl.zst", bytes)),
    ("xz", |bytes| reading("jsonl.xz", bytes)),
    ("bz2", |bytes| reading("jsonl.bz2", bytes)),
    ("jsonl", |bytes| reading("jsonl", bytes)),
    ("json_file", |bytes| reading("json", bytes)),
    ("csv", |bytes| reading("csv", bytes)),
    ("xml_file", |bytes| reading("xml", bytes)),
    ("warc", |bytes| reading("warc", bytes)),
    ("passages", cutting),
    ("segment", segmenting),
    ("dictionary", dictionary),
    ("query", asking),
    ("snippet", showing),
    ("ledger", |bytes| {
        jianbao::index::read_ledger(&wrapped("ledger", bytes));
    }),
    ("seal", |bytes| jianbao::index::read_seal_file(bytes)),
];

/// Runs one by name: the way in of `fuzz/`.
#[allow(dead_code)]
pub(crate) fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(target, _)| *target == name);
    target.expect("a target of this name").1(bytes);
}

/// The ways of [`wrapped`] for a kind of file; 0 where there is none.
#[allow(dead_code)]
pub(crate) fn ways(name: &str) -> u8 {
    match name {
        "zip" | "tar" | "tar_gz" | "xz" => 3,
        "docx" | "ledger" => 2,
        "zst" | "bz2" => 1,
        _ => 0,
    }
}

/// A file whose first byte says how the rest is to be wrapped.
fn wrapped(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let Some((way @ 1..8, rest)) = bytes.split_first() else {
        return bytes.to_vec();
    };
    // A name and a content, for archives.
    let cut = rest.iter().take(60).position(|byte| *byte == b'\n');
    let (name, content) = rest.split_at(cut.unwrap_or(0));
    let summed = |bytes: &[u8]| {
        let mut blocks = bytes.to_vec();
        tar_sums(&mut blocks);
        blocks
    };
    match (kind, *way) {
        ("zip", 1) => zip(&[entry(name, content), entry(b"b/c.json", content)]),
        ("zip", 2) => zip(&[entry(b"inner.zip", rest), entry(b"c.tar.gz", rest)]),
        ("zip", _) => zip(&[entry(b"inner.zip", &zip(&[entry(name, content)]))]),
        ("tar", 1) | ("tar.gz", 2) => {
            let blocks = summed(rest);
            if kind == "tar" { blocks } else { gz(&blocks) }
        }
        ("tar", 2) => tar(&[("a.zip", rest), ("b.jsonl.gz", rest)]),
        ("tar", _) => tar(&[("a.txt", rest), ("b.html", rest)]),
        ("tar.gz", 1) => gz(rest),
        ("tar.gz", _) => gz(&tar(&[("a.docx", rest), ("b.csv", rest)])),
        ("jsonl.zst", _) => zst(rest),
        ("jsonl.bz2", _) => bz2(rest),
        ("jsonl.xz", 1) => xz(rest),
        ("jsonl.xz", 2) => xz_around([rest, &[0]].concat(), b""),
        ("jsonl.xz", _) => xz_around(rest.to_vec(), content),
        ("docx", 1) => docx_of(rest, None),
        ("docx", _) => docx_of(content, Some(rest)),
        ("ledger", way) => ledger(rest, way),
        _ => bytes.to_vec(),
    }
}

fn entry<'a>(name: &'a [u8], content: &'a [u8]) -> Entry<'a> {
    Entry {
        name,
        content,
        flags: 0,
    }
}

/// Lines of a ledger, made of any bytes; `way` 1: all of them whole.
fn ledger(bytes: &[u8], way: u8) -> Vec<u8> {
    let mut lines = Vec::new();
    for part in bytes.chunks(24) {
        let number = part
            .iter()
            .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let line = serde_json::json!({
            "path": text(part), "name": text(&part[part.len() / 2..]), "read_ns": number as i64,
            "stamp": {"bytes": number, "mtime_ns": -(number as i64 >> 1)}, "articles": number >> 9,
            "more_rejected": number & 3, "shadows": part, "gone": number % 5 == 0,
        });
        lines.extend(line.to_string().bytes().chain(*b"\n"));
    }
    if way > 1 {
        let at = bytes.len() % lines.len().max(1);
        lines.splice(at..at, bytes.iter().take(9).copied());
    }
    lines
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn decoding(bytes: &[u8]) {
    let free = decode(bytes, Hint::default());
    // Bytes with NULs between may be UTF-16.
    let plain = std::str::from_utf8(bytes).ok();
    if let Some(text) = plain.filter(|text| !text.contains('\0')) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        assert_eq!(free.text, text, "UTF-8 is itself");
    }
    for label in ["gb18030", "big5", "utf-16le", "no-such-label"] {
        decode(
            bytes,
            Hint {
                forced: Some(label),
                declared: None,
            },
        );
        decode(
            bytes,
            Hint {
                forced: None,
                declared: Some(label),
            },
        );
    }
}

fn repairing(bytes: &[u8]) {
    let text = text(bytes);
    let once = repair(&text);
    assert_eq!(undo(&once.text, &once.edits), text, "undone");
    assert_eq!(repair(&once.text).text, once.text, "settled");
}

/// A record of any format, on its way to an article.
fn extracting(format: Format, bytes: &[u8]) {
    let raw = Raw {
        origin: Origin {
            path: "a/b".to_owned(),
            ..Origin::default()
        },
        format,
        span: 0..bytes.len() as u64,
        bytes: bytes.to_vec(),
        hash: None,
    };
    let Ok(drafts) = extract(&raw, &FieldMap::default(), None) else {
        return;
    };
    for draft in drafts {
        through(draft);
    }
}

/// A draft becomes an article and passages that cover it.
fn through(draft: Draft) {
    let Ok(article) = Article::from_draft(draft) else {
        return;
    };
    assert!(!article.title.value.is_empty() && !article.body.is_empty());
    for paragraph in &article.paragraphs {
        assert!(article.body.get(paragraph.bytes.clone()).is_some());
    }
    let mut at = 0;
    for passage in passages(&article) {
        let between = article.body.get(at..passage.bytes.start);
        assert!(
            between.is_some_and(|text| text.trim().is_empty()),
            "no gap, no copy"
        );
        assert!(
            article
                .body
                .get(passage.bytes.start..passage.tail_end)
                .is_some()
        );
        at = passage.bytes.end;
    }
    assert!(article.body[at..].trim().is_empty(), "nothing is left out");
}

fn cutting(bytes: &[u8]) {
    through(Draft {
        body: text(bytes),
        ..Draft::default()
    });
}

/// A file of some kind: everything in it is a record or a reason.
fn reading(ending: &str, bytes: &[u8]) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(format!("a.{ending}"));
    std::fs::write(&path, wrapped(ending, bytes)).expect("a file");
    let input = Input {
        name: format!("a.{ending}"),
        path,
        stamp: None,
    };
    let limits = Limits {
        record_bytes: 1 << 20,
        archive_bytes: 8 << 20,
        entries: 1000,
        ..Limits::default()
    };
    for raw in records(&input, &limits).flatten() {
        let bytes = raw.bytes.len() as u64;
        assert!(bytes <= limits.record_bytes, "the limit holds");
    }
    let left = std::fs::read_dir(dir.path()).expect("a folder").count();
    assert_eq!(left, 1, "nothing is unpacked to disk");
}

fn segmenting(bytes: &[u8]) {
    static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::new(&[]));
    let text = text(bytes);
    for word in SEGMENTER.words(&text) {
        assert!(!word.text.is_empty());
    }
    let solid = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(solid(&SEGMENTER.cut(&text).concat()), solid(&text));
}

fn dictionary(bytes: &[u8]) {
    let (words, _) = parse_dict(&text(bytes));
    let (normal, _) = jianbao::segment::normal_dict(&words);
    let (again, bad) = parse_dict(&normal);
    assert!(bad.is_empty(), "the normal form is a dictionary");
    assert_eq!(jianbao::segment::normal_dict(&again).0, normal);
}

/// Any string is a query, and what it was read as reads as itself.
fn asking(bytes: &[u8]) {
    let text = text(bytes);
    let parsed = parse(&text);
    if let Some(query) = parsed.query {
        let shown = query.to_string();
        assert!(!shown.is_empty());
    }
}

/// A hit with any text and any marks, in every form.
fn showing(bytes: &[u8]) {
    let text = text(bytes);
    let number = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(*byte));
    let hit = Hit {
        rank: 1,
        score: 1.0,
        article: text.chars().take(9).collect(),
        passage: 0,
        title: text.chars().take(30).collect(),
        title_marks: vec![number(0)..number(1), number(8)..number(9)],
        date: None,
        source: None,
        path: text.chars().rev().take(20).collect(),
        marks: vec![number(2)..number(3), number(4)..number(5) * 9],
        text: text.clone(),
        more: 0,
        copies: 0,
        points: Vec::new(),
        whole: false,
    };
    let hits = Hits {
        hits: vec![hit],
        passages: 1,
        articles: 1,
        ..Hits::default()
    };
    use jianbao::render::Format::{Csv, Json, Text, Trec};
    for format in [Text, Json, Csv, Trec] {
        let style = Style {
            format,
            width: number(6),
            context: Some(number(7)).filter(|n| n % 2 == 0),
            ..Style::default()
        };
        let mut out = Vec::new();
        render::render(&hits, None, &style, &mut out).expect("memory takes everything");
        let shown = String::from_utf8(out).expect("UTF-8");
        let bad = |c: char| c.is_control() && c != '\n' && c != '\r';
        assert!(!shown.contains(bad), "{format:?}: {shown:?}");
    }
    assert!(!printable(&text).contains(|c: char| c.is_control()));
    let mut line = Vec::new();
    json_line(&text, &mut line)
        .and_then(|()| line.flush())
        .expect("memory");
    let back: String = serde_json::from_slice(&line).expect("JSON");
    assert_eq!(back, text);
    units(&text).for_each(drop);
}
