//! Whether a query can hurt: queries that nobody would type are asked of an
//! index, and the slowest named.
//!
//! ```text
//! cargo run --release --example hostile -- INDEX [COUNT] [SEED] [ANSWERS]
//! cargo run --release --example hostile -- INDEX [COUNT] [SEED] cold PROGRAM
//! cargo run --release --example hostile -- INDEX [COUNT] [SEED] read
//! cargo run --release --example hostile -- INDEX [COUNT] [SEED] print
//! ```
//!
//! COUNT (10000) queries of all kinds in turn; SEED (1) decides which. Each is
//! read, searched, counted and explained, and where it finds nothing the lines
//! to try are looked for. A digest of every answer goes to the file ANSWERS, so
//! that two versions can be compared. `cold` asks PROGRAM (the `jianbao` that
//! was built) in a process for each query instead, and measures it from start
//! to end. `read` only reads
//! them, and what each was read as again; `print` writes the queries as `jianbao search --queries` takes them.
#![allow(clippy::print_stdout)]

mod make;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use jianbao::search::query::{MAX_BYTES, parse};
use jianbao::search::{Hits, Page, Searcher};
use make::{KINDS, Maker};

/// The promise.
const LIMIT: Duration = Duration::from_millis(100);
/// Slowest queries that are shown.
const SHOWN: usize = 12;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let index = args.first().context("which index?")?;
    let number = |at: usize, default: usize| args.get(at).map_or(Ok(default), |n| n.parse());
    let (count, seed) = (number(1, 10_000)?, number(2, 1)?);
    let searcher = Searcher::open(Path::new(index))?;
    let mut maker = Maker::read(&searcher, seed as u64)?;
    match args.get(3).map(String::as_str) {
        Some("cold") => {
            let program = args.get(4).context("which program?")?;
            drop(searcher);
            cold(index, &mut maker, count, program)
        }
        Some("read") => read(&mut maker, count),
        Some("print") => {
            for number in 0..count {
                let text = maker.query(number).1;
                let id = number.to_string();
                println!("{}", serde_json::json!({ "id": id, "text": text }));
            }
            Ok(())
        }
        answers => {
            // A kept searcher of its own: nothing was read through it yet.
            drop(searcher);
            warm(
                &Searcher::open(Path::new(index))?,
                &mut maker,
                count,
                answers,
            )
        }
    }
}

/// Times of one thing that was asked of every query.
struct Times {
    what: &'static str,
    all: Vec<(Duration, usize)>,
}

impl Times {
    fn new(what: &'static str) -> Times {
        Times {
            what,
            all: Vec::new(),
        }
    }

    fn note<T>(&mut self, number: usize, run: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = run();
        self.all.push((start.elapsed(), number));
        done
    }

    /// Prints percentiles, and the worst of each kind.
    fn show(&mut self) {
        self.all.sort();
        let n = self.all.len();
        if n == 0 {
            return;
        }
        let at = |share: f64| ms(self.all[((n - 1) as f64 * share) as usize].0);
        let over = self.all.iter().filter(|(time, _)| *time > LIMIT).count();
        let sum: f64 = self.all.iter().map(|(time, _)| ms(*time)).sum();
        println!(
            "{}: {n}, mean {:.2} ms, p50 {:.2}, p90 {:.2}, p99 {:.2}, p99.9 {:.2}, max {:.2}; {over} over {} ms",
            self.what,
            sum / n as f64,
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            at(1.0),
            LIMIT.as_millis()
        );
        let mut line = String::new();
        for (kind, (name, _)) in KINDS.iter().enumerate() {
            let of = self.all.iter().rev();
            if let Some((time, _)) = of.clone().find(|(_, number)| number % KINDS.len() == kind) {
                let _ = write!(line, "  {name} {:.1}", ms(*time));
            }
        }
        println!("  worst by kind:{line}");
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn warm(searcher: &Searcher, maker: &mut Maker, count: usize, answers: Option<&str>) -> Result<()> {
    let mut times = ["read", "search", "count", "explain", "suggest"].map(Times::new);
    let [reading, search, counting, explain, suggest] = &mut times;
    let (mut panics, mut errors, mut found) = (0, 0, 0);
    let mut queries = Vec::with_capacity(count);
    let mut digests = String::new();
    let page = Page::default();
    let explained = Page {
        explain: true,
        ..Page::default()
    };
    for number in 0..count {
        let (_, text) = maker.query(number);
        let asked = catch_unwind(AssertUnwindSafe(|| -> Result<Option<Hits>> {
            let parsed = reading.note(number, || parse(&text));
            let Some(query) = parsed.query else {
                return Ok(None);
            };
            let hits = search.note(number, || searcher.search(&query, &page))?;
            let counted = counting.note(number, || searcher.count(&query, &page))?;
            if (counted.passages, counted.articles) != (hits.passages, hits.articles) {
                bail!(
                    "counted {counted:?}, found {} {}",
                    hits.passages,
                    hits.articles
                );
            }
            explain.note(number, || searcher.search(&query, &explained))?;
            if hits.passages == 0 || hits.relaxed {
                let lines = suggest.note(number, || searcher.suggest(&query, &page))?;
                writeln!(digests, "{number}\t{lines:?}")?;
            }
            Ok(Some(hits))
        }));
        match asked {
            Ok(Ok(hits)) => {
                found += usize::from(hits.as_ref().is_some_and(|hits| hits.passages > 0));
                write!(digests, "{number}")?;
                if let Some(hits) = hits {
                    write!(digests, "\t{}\t{}", hits.passages, hits.articles)?;
                    for hit in hits.hits {
                        let score = hit.score.to_bits();
                        write!(digests, "\t{}/{}/{score:x}", hit.article, hit.passage)?;
                    }
                }
                writeln!(digests)?;
            }
            Ok(Err(error)) => {
                errors += 1;
                println!("{number}: {error:#}: {}", short(&text));
            }
            Err(_) => {
                panics += 1;
                println!("{number}: a panic: {}", short(&text));
            }
        }
        queries.push(text);
    }
    println!("{count} queries, {found} find something; {errors} errors, {panics} panics");
    for times in &mut times {
        times.show();
    }
    slowest(&times, &queries);
    if let Some(path) = answers {
        std::fs::write(path, digests)?;
    }
    if errors + panics > 0 {
        bail!("a query hurt");
    }
    Ok(())
}

/// Reads queries, and asserts that what each was read as reads as itself.
fn read(maker: &mut Maker, count: usize) -> Result<()> {
    let mut times = Times::new("read");
    let (mut panics, mut others) = (0, 0);
    for number in 0..count {
        let (_, text) = maker.query(number);
        let read = catch_unwind(AssertUnwindSafe(|| {
            let query = times.note(number, || parse(&text)).query;
            let shown = query.as_ref().map(ToString::to_string).unwrap_or_default();
            shown.len() > MAX_BYTES || parse(&shown).query == query
        }));
        panics += usize::from(read.is_err());
        if read.is_ok_and(|same| !same) {
            others += 1;
            println!(
                "{number}: is read as something else again: {}",
                short(&text)
            );
        }
    }
    println!("{count} queries; {panics} panics, {others} read as something else again");
    times.show();
    if panics + others > 0 {
        bail!("a query hurt");
    }
    Ok(())
}

fn slowest(times: &[Times], queries: &[String]) {
    for times in times.iter().filter(|times| times.what != "read") {
        let over = times.all.iter().rev().filter(|(time, _)| *time > LIMIT);
        for (time, number) in over.take(SHOWN) {
            let query = short(&queries[*number]);
            println!("{} {:.1} ms, {number}: {query}", times.what, ms(*time));
        }
    }
}

fn short(text: &str) -> String {
    let shown: String = text.chars().take(90).collect();
    format!("{shown:?}")
}

/// Every query in a process of its own.
fn cold(index: &str, maker: &mut Maker, count: usize, program: &str) -> Result<()> {
    let mut times = [Times::new("cold")];
    let mut queries = Vec::with_capacity(count);
    let mut bad = 0;
    for number in 0..count {
        // No argument of a process holds a NUL, nor more than 128 KiB.
        let text = maker.query(number).1.replace('\0', "");
        let mut command = Command::new(program);
        command
            .args(["search", "--index", index, "--lang", "zh", "--", &text])
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let output = times[0].note(number, || command.output())?;
        let said = String::from_utf8_lossy(&output.stderr);
        let known = matches!(output.status.code(), Some(0 | 1));
        if !known || said.contains("panicked") {
            bad += 1;
            println!("{number}: {}: {said}: {}", output.status, short(&text));
        }
        queries.push(text);
    }
    println!("{count} processes; {bad} that ended with neither 0 nor 1");
    times[0].show();
    slowest(&times, &queries);
    if bad > 0 {
        bail!("a query hurt");
    }
    Ok(())
}
