//! `cargo bench --bench repair [-- CORPUS.jsonl[.zst]] [--runs N]`: megabytes a
//! second of `repair`, one thread, on a corpus as it is and as sites of each
//! kind would damage it, beside the whole indexing of the same corpus by the
//! program; rounds in turn, medians, as Markdown tables. Without a corpus one is
//! made from `corpus/`, as the bench of indexing does.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[path = "ingest/corpus.rs"]
mod corpus;
// Only the damaged text is of use here, not what became of each character.
#[allow(dead_code)]
#[path = "../tests/it/damage.rs"]
mod damage;

use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use damage::{SITES, Script, damage};
use jianbao::repair::repair;

/// A kind of text, what it costs each round, and what was found in it.
struct Kind {
    label: String,
    pages: Vec<String>,
    seconds: Vec<f64>,
    changed: usize,
    repairs: usize,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this once, only to see that it starts.
    if args.iter().any(|arg| arg == "--test") {
        return;
    }
    let mut runs = 5;
    let mut named = None;
    let mut rest = args.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        match word {
            "--bench" => {}
            "--runs" => runs = rest.next().and_then(|n| n.parse().ok()).unwrap_or(runs),
            path => named = Some(PathBuf::from(path)),
        }
    }
    let temporary = tempfile::tempdir().unwrap();
    let archive = named
        .clone()
        .unwrap_or_else(|| corpus::generate(temporary.path()));
    let sound = pages(&archive);
    let mut kinds = vec![kind("as it is", sound.clone())];
    let script = Script::new();
    for &(label, site) in SITES {
        let damaged = sound.iter().map(|page| damage(page, site, &script).text);
        kinds.push(kind(label, damaged.collect()));
    }
    let mut indexing = [("1", Vec::new()), ("0", Vec::new())];
    // The first round only warms caches and tables.
    for run in 0..=runs {
        for kind in &mut kinds {
            let begun = Instant::now();
            let (mut changed, mut repairs) = (0, 0);
            for page in &kind.pages {
                let done = black_box(repair(black_box(page)));
                changed += usize::from(!done.edits.is_empty());
                repairs += done.edits.len();
            }
            let seconds = begun.elapsed().as_secs_f64();
            (kind.changed, kind.repairs) = (changed, repairs);
            if run > 0 {
                kind.seconds.push(seconds);
            }
        }
        for (threads, seconds) in &mut indexing {
            let took = index(&archive, &temporary.path().join("index"), threads);
            if run > 0 {
                seconds.push(took);
            }
        }
    }
    report(named.as_deref(), runs, &kinds, &indexing, &archive);
}

fn report(
    named: Option<&Path>,
    runs: usize,
    kinds: &[Kind],
    indexing: &[(&str, Vec<f64>)],
    archive: &Path,
) {
    let name = named.and_then(Path::file_name).map_or_else(
        || "generated from `corpus/`".into(),
        |name| name.to_string_lossy(),
    );
    println!();
    println!(
        "corpus: {name}, {} articles, {runs} rounds in turn, medians; repair on one thread",
        kinds[0].pages.len()
    );
    println!();
    println!("| text | MB | articles changed | repairs | s | MB/s |");
    println!("|---|---|---|---|---|---|");
    for kind in kinds {
        let megabytes = kind.pages.iter().map(String::len).sum::<usize>() as f64 / 1e6;
        let seconds = median(&kind.seconds);
        println!(
            "| {} | {megabytes:.1} | {} | {} | {seconds:.3} | {:.1} |",
            kind.label,
            kind.changed,
            kind.repairs,
            megabytes / seconds
        );
    }
    println!();
    println!("| indexing the corpus as it is | s | MB/s | repair's share |");
    println!("|---|---|---|---|");
    let megabytes = corpus::text_bytes(archive) / 1e6;
    for (threads, seconds) in indexing {
        let label = match *threads {
            "1" => "one thread",
            _ => "all cores (repair still on one)",
        };
        let seconds = median(seconds);
        println!(
            "| {label} | {seconds:.2} | {:.1} | {:.2} % |",
            megabytes / seconds,
            100.0 * median(&kinds[0].seconds) / seconds
        );
    }
}

fn kind(label: &str, pages: Vec<String>) -> Kind {
    Kind {
        label: label.to_owned(),
        pages,
        seconds: Vec::new(),
        changed: 0,
        repairs: 0,
    }
}

/// Title and body of each story, as one string each.
fn pages(archive: &Path) -> Vec<String> {
    BufReader::with_capacity(1 << 20, corpus::open(archive))
        .lines()
        .map(|line| {
            let story: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let part = |key: &str| story[key].as_str().unwrap_or_default();
            format!("{}\n{}", part("title"), part("body"))
        })
        .collect()
}

/// Seconds the program takes to index an archive anew.
fn index(archive: &Path, dir: &Path, threads: &str) -> f64 {
    let _ = std::fs::remove_dir_all(dir);
    let begun = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_jianbao"))
        .arg("index")
        .arg(archive)
        .arg("--index")
        .arg(dir)
        .args(["-q", "--threads", threads])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(
        matches!(status.code(), Some(0 | 3)),
        "{}: not indexed",
        archive.display()
    );
    begun.elapsed().as_secs_f64()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
