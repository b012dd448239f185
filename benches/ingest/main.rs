//! `cargo bench --bench ingest [-- CORPUS.jsonl[.zst]] [--runs N]`: jianbao beside
//! the plain program, whole processes in turn, medians and ratios, as a Markdown
//! table. Without a corpus one is made from `corpus/`, repeated with changed
//! ids, and the table says so.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs
)]

mod corpus;
mod plain;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const QUERY: &str = "主题党日";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["plain-index", corpus, dir] => plain::index(Path::new(corpus), Path::new(dir)).unwrap(),
        ["plain-search", dir, query] => plain::search(Path::new(dir), query).unwrap(),
        // `cargo test --benches` runs this once, only to see that it starts.
        words if words.contains(&"--test") => {}
        words => compare(words),
    }
}

fn compare(words: &[&str]) {
    let mut runs = 5;
    let mut corpus = None;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "--bench" => {}
            "--runs" => runs = rest.next().and_then(|n| n.parse().ok()).unwrap_or(runs),
            path => corpus = Some(PathBuf::from(path)),
        }
    }
    let temporary = tempfile::tempdir().unwrap();
    let named = corpus.is_some();
    let corpus = corpus.unwrap_or_else(|| corpus::generate(temporary.path()));
    let bytes = corpus::text_bytes(&corpus);
    let (ours, theirs) = (
        temporary.path().join("jianbao"),
        temporary.path().join("plain"),
    );
    let me = std::env::current_exe().unwrap();
    let jianbao = env!("CARGO_BIN_EXE_jianbao");
    let mut figures = [Figures::default(), Figures::default()];
    for run in 0..=runs {
        for (which, dir) in [(0, &theirs), (1, &ours)] {
            let _ = std::fs::remove_dir_all(dir);
            let mut command = if which == 0 {
                let mut command = Command::new(&me);
                command.arg("plain-index").arg(&corpus).arg(dir);
                command
            } else {
                let mut command = Command::new(jianbao);
                command
                    .arg("index")
                    .arg(&corpus)
                    .arg("--index")
                    .arg(dir)
                    .arg("-q");
                command
            };
            let (seconds, peak) = measure(&mut command);
            // The first round only warms the page cache.
            if run > 0 {
                figures[which].seconds.push(seconds);
                figures[which].peak.push(peak);
            }
        }
    }
    let mut again = Vec::new();
    for run in 0..runs * 4 {
        for which in [0, 1] {
            let mut command = if which == 0 {
                let mut command = Command::new(&me);
                command.arg("plain-search").arg(&theirs).arg(QUERY);
                command
            } else {
                let mut command = Command::new(jianbao);
                command.args(["search", QUERY, "--index"]).arg(&ours);
                command
            };
            let (seconds, _) = measure(&mut command);
            if run > 0 {
                figures[which].cold.push(seconds);
            }
        }
        let mut command = Command::new(jianbao);
        command.args(["search", "“合作共赢”", "--index"]).arg(&ours);
        figures[1].exact.push(measure(&mut command).0);
        if run < runs {
            let mut command = Command::new(jianbao);
            command
                .arg("index")
                .arg(&corpus)
                .arg("--index")
                .arg(&ours)
                .arg("-q");
            again.push(measure(&mut command).0);
        }
    }
    println!();
    match named {
        true => println!(
            "corpus: {} ({:.1} MB of text), {runs} runs each, medians",
            name(&corpus),
            bytes / 1e6
        ),
        false => println!(
            "corpus: generated from `corpus/` ({:.1} MB of text), {runs} runs each, medians",
            bytes / 1e6
        ),
    }
    println!();
    println!(
        "| program | index, s | MB/s | × plain | index, MB | peak memory, MB | cold query, ms |"
    );
    println!("|---|---|---|---|---|---|---|");
    let base = median(&figures[0].seconds);
    for (which, (label, dir)) in [
        ("plain tantivy + tantivy-jieba", &theirs),
        ("jianbao", &ours),
    ]
    .into_iter()
    .enumerate()
    {
        let seconds = median(&figures[which].seconds);
        println!(
            "| {label} | {seconds:.2} | {:.1} | {:.2} | {:.1} | {:.0} | {:.1} |",
            bytes / 1e6 / seconds,
            base / seconds,
            size(dir) as f64 / 1e6,
            median(&figures[which].peak) / 1e6,
            median(&figures[which].cold) * 1e3,
        );
    }
    println!();
    println!(
        "jianbao: cold exact string {:.1} ms; unchanged run {:.3} s, {:.0} × faster than the first",
        median(&figures[1].exact) * 1e3,
        median(&again),
        median(&figures[1].seconds) / median(&again)
    );
}

#[derive(Default)]
struct Figures {
    seconds: Vec<f64>,
    peak: Vec<f64>,
    cold: Vec<f64>,
    exact: Vec<f64>,
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Seconds and peak bytes of a process. The peak is read from the kernel's own
/// high-water mark until the process ends.
fn measure(command: &mut Command) -> (f64, f64) {
    let begun = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0f64;
    let mut pause = Duration::from_micros(500);
    loop {
        if child.try_wait().unwrap().is_some() {
            return (begun.elapsed().as_secs_f64(), peak);
        }
        if let Ok(text) = std::fs::read_to_string(&status)
            && let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:"))
            && let Some(kilobytes) = line
                .split_whitespace()
                .nth(1)
                .and_then(|n| n.parse::<f64>().ok())
        {
            peak = peak.max(kilobytes * 1024.0);
        }
        std::thread::sleep(pause);
        // Short runs are timed finely, long ones are not disturbed.
        pause = (pause * 11 / 10).min(Duration::from_millis(10));
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn size(dir: &Path) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let meta = entry.metadata().unwrap();
        bytes += if meta.is_dir() {
            size(&entry.path())
        } else {
            meta.len()
        };
    }
    bytes
}
