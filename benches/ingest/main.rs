//! `cargo bench --bench ingest [-- CORPUS.jsonl[.zst]] [--runs N] [--times 1,3,10]
//! [--memory 128M,512M,1G] [--stages]`: jianbao beside the plain program, whole
//! processes in turn, medians and ratios, as Markdown tables; then what each stage
//! costs by itself. Without a corpus one is made from `corpus/`, repeated with
//! changed ids, and the table says so.
//!
//! `--runs 0` runs everything once, without a round to warm up and without the stages;
//! `--times` repeats the corpus that often, its ids, numbers, names and years
//! changed; `--memory` is what jianbao is given; `--stages` measures the stages only.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs
)]

mod corpus;
mod plain;
mod process;
mod stages;
mod warm;

use std::path::{Path, PathBuf};
use std::process::Command;

use process::{machine, measure, median, quantile, size};

const QUERY: &str = "主题党日";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["plain-index", corpus, dir] => plain::index(Path::new(corpus), Path::new(dir)).unwrap(),
        ["plain-search", dir, query] => plain::search(Path::new(dir), query).unwrap(),
        // `cargo test --benches` runs this once, only to see that it starts.
        words if words.contains(&"--test") => {}
        words => bench(words),
    }
}

fn bench(words: &[&str]) {
    let mut runs = 5;
    let mut corpus = None;
    let mut times = vec![1];
    let mut memories = vec!["512M".to_owned()];
    let mut stages_only = false;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "--bench" => {}
            "--stages" => stages_only = true,
            "--runs" => runs = rest.next().and_then(|n| n.parse().ok()).unwrap_or(runs),
            "--times" => {
                let list = rest.next().expect("--times takes numbers").split(',');
                times = list.map(|n| n.parse().expect("a number")).collect();
            }
            "--memory" => {
                let list = rest.next().expect("--memory takes sizes").split(',');
                memories = list.map(str::to_owned).collect();
            }
            path => corpus = Some(PathBuf::from(path)),
        }
    }
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path();
    let name = match &corpus {
        Some(path) => path.file_name().unwrap().to_string_lossy().into_owned(),
        None => "generated from `corpus/`".to_owned(),
    };
    let corpus = corpus.unwrap_or_else(|| corpus::generate(dir));
    println!();
    println!(
        "{}; corpus: {name}, {runs} runs each in turn, medians",
        machine()
    );
    if !stages_only {
        let queries = warm::queries(&corpus);
        println!();
        println!(
            "| program | × corpus | text, MB | index, s | MB/s | × plain | index, MB | × plain | peak, MB \
             | cold query, ms | cold string, ms | unchanged, s | warm p50, ms | p99, ms |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        for times in times {
            let repeated = match times {
                1 => corpus.clone(),
                _ => corpus::repeat(&corpus, times, dir),
            };
            compare(&repeated, times, runs, &memories, &queries, dir);
        }
    }
    if runs > 0 {
        stages::table(&corpus, runs, &dir.join("stages"));
    }
}

/// Prints a row for the plain program, and one for jianbao with each budget.
fn compare(
    corpus: &Path,
    times: u32,
    runs: usize,
    memories: &[String],
    queries: &[String],
    temporary: &Path,
) {
    let megabytes = corpus::text_bytes(corpus) / 1e6;
    let mut programs = vec![Program::plain(temporary)];
    programs.extend(
        memories
            .iter()
            .map(|memory| Program::jianbao(memory, temporary)),
    );
    for run in 0..=runs {
        for program in &mut programs {
            let _ = std::fs::remove_dir_all(&program.dir);
            let (seconds, peak) = measure(&mut program.index(corpus));
            // The first round only warms the page cache.
            if run > 0 || runs == 0 {
                program.seconds.push(seconds);
                program.peak.push(peak);
            }
        }
    }
    for run in 0..=runs.max(1) * 4 {
        for program in &mut programs {
            let seconds = measure(&mut program.search(QUERY)).0;
            let exact = measure(&mut program.search("“合作共赢”")).0;
            if run > 0 {
                program.cold.push(seconds);
                program.exact.push(exact);
            }
            if run < runs.max(1) && program.memory.is_some() {
                program.again.push(measure(&mut program.index(corpus)).0);
            }
        }
    }
    let plain = (median(&programs[0].seconds), size(&programs[0].dir) as f64);
    for program in &programs {
        let seconds = median(&program.seconds);
        let bytes = size(&program.dir) as f64;
        print!(
            "| {} | {times} | {megabytes:.1} | {seconds:.2} | {:.1} | {:.2} | {:.1} | {:.2} | {:.0} | {:.1} |",
            program.label,
            megabytes / seconds,
            plain.0 / seconds,
            bytes / 1e6,
            bytes / plain.1,
            median(&program.peak) / 1e6,
            median(&program.cold) * 1e3,
        );
        if program.memory.is_some() {
            let warm = warm::milliseconds(&program.dir, queries);
            println!(
                " {:.1} | {:.3} | {:.2} | {:.2} |",
                median(&program.exact) * 1e3,
                median(&program.again),
                median(&warm),
                quantile(&warm, 0.99),
            );
        } else {
            println!(" | | | |");
        }
    }
}

/// One of the programs that are compared, and what was measured of it.
struct Program {
    label: String,
    /// What jianbao is given; `None` for the plain program.
    memory: Option<String>,
    dir: PathBuf,
    seconds: Vec<f64>,
    peak: Vec<f64>,
    cold: Vec<f64>,
    exact: Vec<f64>,
    again: Vec<f64>,
}

impl Program {
    fn new(label: String, memory: Option<String>, dir: PathBuf) -> Program {
        Program {
            label,
            memory,
            dir,
            seconds: Vec::new(),
            peak: Vec::new(),
            cold: Vec::new(),
            exact: Vec::new(),
            again: Vec::new(),
        }
    }

    fn plain(temporary: &Path) -> Program {
        let label = "plain tantivy + tantivy-jieba".to_owned();
        Program::new(label, None, temporary.join("plain"))
    }

    fn jianbao(memory: &str, temporary: &Path) -> Program {
        let label = format!("jianbao, `--memory {memory}`");
        let dir = temporary.join(format!("jianbao-{memory}"));
        Program::new(label, Some(memory.to_owned()), dir)
    }

    fn index(&self, corpus: &Path) -> Command {
        match &self.memory {
            None => {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.arg("plain-index").arg(corpus).arg(&self.dir);
                command
            }
            Some(memory) => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_jianbao"));
                command
                    .arg("index")
                    .arg(corpus)
                    .arg("--index")
                    .arg(&self.dir);
                command.args(["-q", "--memory", memory]);
                command
            }
        }
    }

    fn search(&self, query: &str) -> Command {
        match self.memory {
            None => {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.arg("plain-search").arg(&self.dir).arg(query);
                command
            }
            Some(_) => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_jianbao"));
                command.args(["search", query, "--index"]).arg(&self.dir);
                command
            }
        }
    }
}
