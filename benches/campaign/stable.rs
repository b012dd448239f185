//! One archive, built in several ways: every way must give the same answers.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;

use jianbao::fold::fold;
use jianbao::index::{COMMIT_EVERY, Mode, Options, Store, Writer};
use jianbao::ingest::{Settings, ingest};
use jianbao::search::query::parse;
use jianbao::search::{Page, Searcher};
use jianbao::source::inputs;
use tempfile::TempDir;

use crate::program::Dice;

/// Hits of a query that are compared.
const HITS: usize = 50;

pub(crate) fn stable(corpus: &str, count: usize) {
    let lines = read(corpus);
    let queries = draw(&lines, count);
    let dir = TempDir::new().unwrap();
    let one = build(&dir, "one", &lines, 1, 1);
    merge(&one);
    let want = answers(&one, &queries);
    println!(
        "{} records, {count} queries, {} of which find something; 1 segment, 1 thread",
        lines.len(),
        want.iter()
            .filter(|answer| !answer.ends_with("\t0 0"))
            .count()
    );
    let compare = |what: &str, index: &Path| {
        let segments = Store::open(index).unwrap().segments().len();
        let is = answers(index, &queries);
        let mut differ = 0;
        for (is, want) in is.iter().zip(&want) {
            if is != want {
                differ += 1;
                println!("- {want}\n+ {is}");
            }
        }
        println!("{what}, {segments} segments: {differ} of {count} differ");
        differ
    };
    let mut differ = compare("2 threads", &build(&dir, "two", &lines, 1, 2));
    for parts in [14, 50] {
        let index = build(&dir, &format!("of-{parts}"), &lines, parts, 1);
        assert_eq!(Store::open(&index).unwrap().segments().len(), parts);
        differ += compare("before merging", &index);
        merge(&index);
        differ += compare("after merging", &index);
    }
    assert_eq!(differ, 0, "the order depends on how the index was built");
}

/// The same queries in another script, width and quotes, and the same archive in
/// another script: the same articles must be found, in the same order.
pub(crate) fn scripts(corpus: &str, count: usize) {
    let lines = read(corpus);
    let queries = draw(&lines, count);
    let traditional = traditional();
    let convert = |text: &String| -> String {
        let of = |c: char| traditional.get(&c).copied().unwrap_or(c);
        text.chars().map(of).collect()
    };
    let wide = |text: &String| -> String {
        let of = |c: char| match c {
            '“' => '「',
            '”' => '」',
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
            c => c,
        };
        text.chars().map(of).collect()
    };
    let dir = TempDir::new().unwrap();
    let index = build(&dir, "one", &lines, 1, 1);
    let want = answers(&index, &queries);
    let report = |what: &str, is: Vec<String>| {
        let mut same = (0, 0);
        for (is, want) in is.iter().zip(&want) {
            let (is, want) = (found(is), found(want));
            let ids = |all: &[&str]| -> Vec<String> {
                let ids = all
                    .iter()
                    .map(|hit| hit.split(' ').next().unwrap().to_owned());
                ids.collect()
            };
            same.0 += usize::from(is == want);
            same.1 += usize::from(ids(&is) == ids(&want));
        }
        println!(
            "{what}: the same passages in the same order for {} of {count}, the same scores for {}",
            same.1, same.0
        );
    };
    let asked = |change: &dyn Fn(&String) -> String| -> Vec<String> {
        let queries: Vec<String> = queries.iter().map(change).collect();
        answers(&index, &queries)
    };
    report("queries in full width, with 「」", asked(&wide));
    report("queries in traditional characters", asked(&convert));
    let converted: Vec<String> = lines.iter().map(convert).collect();
    let index = build(&dir, "traditional", &converted, 1, 1);
    report(
        "archive in traditional characters",
        answers(&index, &queries),
    );
}

/// An answer without the query.
fn found(answer: &str) -> Vec<&str> {
    answer.split('\t').skip(1).collect()
}

/// For each simplified character one traditional one, the first that folds to it.
fn traditional() -> HashMap<char, char> {
    let mut table = HashMap::new();
    for c in '\u{3400}'..='\u{9fff}' {
        if fold(c) != c {
            table.entry(fold(c)).or_insert(c);
        }
    }
    table
}

/// The records of JSON lines, packed by zstd or not.
fn read(corpus: &str) -> Vec<String> {
    let file = File::open(corpus).unwrap();
    let file: Box<dyn Read> = if corpus.ends_with(".zst") {
        Box::new(zstd::Decoder::new(file).unwrap())
    } else {
        Box::new(file)
    };
    let lines = BufReader::new(file).lines().map(Result::unwrap);
    lines.filter(|line| !line.trim().is_empty()).collect()
}

fn options(threads: usize) -> Options {
    Options {
        threads,
        memory: 2 << 30,
        dict: None,
        mode: Mode::Update,
        commit_every: COMMIT_EVERY,
    }
}

/// Deals the records to so many files and reads each in a run of its own; as
/// one file they are one run, and tantivy merges as it likes.
fn build(
    dir: &TempDir,
    name: &str,
    lines: &[String],
    parts: usize,
    threads: usize,
) -> std::path::PathBuf {
    let index = dir.path().join(name).join("index");
    for part in 0..parts {
        let path = dir.path().join(name).join(format!("{part:02}.jsonl"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = std::io::BufWriter::new(File::create(&path).unwrap());
        for line in lines.iter().skip(part).step_by(parts) {
            writeln!(file, "{line}").unwrap();
        }
        file.into_inner().unwrap().sync_all().unwrap();
        let mut writer = Writer::open(&index, &options(threads)).unwrap();
        if parts > 1 {
            writer.keep_segments();
        }
        let found: Result<Vec<_>, _> = inputs(&path).unwrap().collect();
        let settings = Arc::new(Settings::default());
        let tally = ingest(found.unwrap(), &mut writer, &settings, &mut |_| {}).unwrap();
        assert_eq!(tally.rejected, 0);
        writer.finish().unwrap();
    }
    index
}

fn merge(index: &Path) {
    let mut writer = Writer::open(index, &options(1)).unwrap();
    writer.merge_all().unwrap();
    writer.finish().unwrap();
    assert_eq!(Store::open(index).unwrap().segments().len(), 1);
}

/// Headlines, pieces of text, exact strings and pairs of pieces, in turn.
fn draw(lines: &[String], count: usize) -> Vec<String> {
    let mut dice = Dice::new(1);
    let mut queries = Vec::new();
    while queries.len() < count {
        let line = &lines[dice.below(lines.len() as u64) as usize];
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let text: Vec<char> = field("body")
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect();
        let mut piece = |least: u64, most: u64| -> String {
            let start = dice.below(text.len() as u64) as usize;
            let length = least + dice.below(most - least + 1);
            text.iter().skip(start).take(length as usize).collect()
        };
        let query = match queries.len() % 4 {
            0 => field("title"),
            1 => piece(10, 30),
            2 => format!("“{}”", piece(2, 8)),
            _ => format!("{} {}", piece(2, 3), piece(2, 3)),
        };
        if parse(&query).query.is_some() {
            queries.push(query);
        }
    }
    queries
}

/// What each query finds: ids, passages, scores to the last bit, counts.
fn answers(index: &Path, queries: &[String]) -> Vec<String> {
    let searcher = Searcher::open(index).unwrap();
    let page = Page {
        limit: HITS,
        ..Page::default()
    };
    let answer = |query: &String| {
        let hits = searcher
            .search(&parse(query).query.unwrap(), &page)
            .unwrap();
        let mut line = query.clone();
        for hit in &hits.hits {
            let score = hit.score.to_bits();
            let (copies, more) = (hit.copies, hit.more);
            line += &format!(
                "\t{}/{} {score:x} {copies} {more}",
                hit.article, hit.passage
            );
        }
        line + &format!("\t{} {}", hits.passages, hits.articles)
    };
    queries.iter().map(answer).collect()
}
