//! `cargo bench --bench query [-- CORPUS.jsonl[.zst] | INDEX] [--times N] [--only KIND]`:
//! how long an answer takes, in one process and from cold, as a Markdown table. With
//! `--only` questions of the kinds whose name holds KIND, and none from cold.
//!
//! Questions are drawn from the archive itself with a seed: the same archive is
//! asked the same. A corpus is indexed first, with `--times N` repeated N times
//! with changed ids, digits and names. Without one, one is made from `corpus/`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs
)]

mod draw;
#[allow(dead_code)]
#[path = "../ingest/corpus.rs"]
mod made;
mod repeat;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use draw::Question;
use jianbao::search::Searcher;

/// Rounds of all questions; the first warms up and is not counted.
const ROUNDS: usize = 4;
/// Processes from cold.
const COLD: usize = 21;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this once, only to see that it starts.
    if args.iter().any(|arg| arg == "--test") {
        return;
    }
    let (mut times, mut only, mut given) = (1, None, None);
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--bench" => {}
            "--times" => times = rest.next().and_then(|n| n.parse().ok()).unwrap_or(1),
            "--only" => only = rest.next(),
            path => given = Some(PathBuf::from(path)),
        }
    }
    let temporary = tempfile::tempdir().unwrap();
    let index = match given {
        Some(dir) if dir.is_dir() => dir,
        corpus => {
            let corpus = corpus.unwrap_or_else(|| made::generate(temporary.path()));
            indexed(&corpus, times, temporary.path())
        }
    };
    let searcher = Searcher::open(&index).unwrap();
    let passages: u64 = searcher
        .store()
        .segments()
        .iter()
        .map(|segment| u64::from(segment.num_docs()))
        .sum();
    println!("{passages} passages, in one process, milliseconds:\n");
    println!("| questions | | p50 | p90 | p99 | most |");
    println!("|---|---|---|---|---|---|");
    for (name, questions) in draw::all(&searcher) {
        if only.is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let mut took: Vec<(Duration, &Question)> = questions
            .iter()
            .map(|question| (Duration::MAX, question))
            .collect();
        for round in 0..ROUNDS {
            for (best, question) in &mut took {
                let begin = Instant::now();
                question.ask(&searcher);
                if round > 0 {
                    *best = begin.elapsed().min(*best);
                }
            }
        }
        took.sort_by_key(|(time, _)| *time);
        let at = |share: f64| ms(took[((took.len() - 1) as f64 * share).round() as usize].0);
        println!(
            "| {name} | {} | {} | {} | {} | {} ({}) |",
            took.len(),
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0),
            took[took.len() - 1].1.shown(),
        );
    }
    drop(searcher);
    if only.is_some() {
        return;
    }
    println!("\nFrom cold, whole processes, median of {COLD}:\n\n| query | ms |\n|---|---|");
    for query in ["主题党日", "“合作共赢”", "“中国”", "--count 中国"] {
        let mut times: Vec<Duration> = (0..COLD).map(|_| cold(&index, query)).collect();
        times.sort();
        println!("| `{query}` | {} |", ms(times[COLD / 2]));
    }
}

fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

fn cold(index: &Path, query: &str) -> Duration {
    let begin = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_jianbao"))
        .args(["search", "--index"])
        .arg(index)
        .args(query.split(' '))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    let took = begin.elapsed();
    assert!(status.code().is_some_and(|code| code < 2), "{status}");
    took
}

/// An index of a corpus, repeated so many times.
fn indexed(corpus: &Path, times: usize, dir: &Path) -> PathBuf {
    let index = dir.join("index");
    let repeated = dir.join("repeated.jsonl");
    let corpus = match times {
        1 => corpus,
        times => {
            repeat::repeat(made::open(corpus), times, &repeated);
            &repeated
        }
    };
    let status = Command::new(env!("CARGO_BIN_EXE_jianbao"))
        .arg("index")
        .arg(corpus)
        .arg("--index")
        .arg(&index)
        .arg("-q")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    index
}
