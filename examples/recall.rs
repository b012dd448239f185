//! Whether exact strings find in a damaged archive what they find in the sound
//! one: the archive is damaged as five kinds of site would, written as JSONL,
//! both are indexed with the program, and both are asked for random strings.
//!
//! `cargo build --release && cargo run --release --example recall -- PATH DIR [STRINGS] [SEED]`
//!
//! PATH is `.jsonl` or `.jsonl.zst` (`id`, `title`, `body`); DIR takes the
//! damaged archives and the indexes. STRINGS (1000) pieces of 2 to 8 code points
//! are drawn from paragraphs of sound bodies, SEED (1) decides which; the damage
//! itself leaves nothing to chance.
#![allow(clippy::print_stdout)]

#[path = "../tests/it/damage.rs"]
mod damage;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use damage::{Damaged, SITES, Script, damage};
use jianbao::chars::{Unit, is_solid, units};
use serde_json::{Value, json};

/// Marks that would end the quotation of a query.
const QUOTES: &str = "“”\"「」『』";

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let path = PathBuf::from(args.next().context("which archive?")?);
    let dir = PathBuf::from(args.next().context("where to?")?);
    let count = args.next().map_or(Ok(1000), |n| n.parse())?;
    let seed = args.next().map_or(Ok(1), |n| n.parse())?;
    std::fs::create_dir_all(&dir)?;

    let stories = read(&path)?;
    let needles = draw(&stories, count, seed)?;
    let queries = dir.join("queries.jsonl");
    let mut out = BufWriter::new(File::create(&queries)?);
    for (id, needle) in needles.iter().enumerate() {
        let text = format!("“{needle}”");
        writeln!(out, "{}", json!({ "id": id.to_string(), "text": text }))?;
    }
    out.flush()?;

    let texts = stories.iter().map(page);
    let scanned = scan(texts, &needles);
    let sound = ask(&path, &dir.join("sound"), &queries)?;
    println!(
        "{} articles, {count} strings, seed {seed}; sound: {} articles found, a scan finds {}, the same number for {} strings",
        stories.len(),
        sum(&sound),
        sum(&scanned),
        same(&sound, &scanned)
    );

    let script = Script::new();
    for &(name, site) in SITES {
        let archive = dir.join(format!("{name}.jsonl"));
        let mut out = BufWriter::new(File::create(&archive)?);
        let (mut found, mut left) = (Vec::new(), Vec::new());
        for story in &stories {
            let damaged = damage(&page(story), site, &script);
            let mut story = story.clone();
            match damaged.text.split_once('\n') {
                Some((title, body)) => {
                    story["title"] = title.into();
                    story["body"] = body.into();
                }
                // The line break fell between the halves of a character.
                None => {
                    story["title"] = Value::Null;
                    story["body"] = damaged.text.as_str().into();
                }
            }
            writeln!(out, "{story}")?;
            left.push(what_is_left(&damaged));
            found.push(damaged.text);
        }
        out.flush()?;
        let restored = ask(&archive, &dir.join(name), &queries)?;
        let found = scan(found.into_iter(), &needles);
        let left = scan(left.into_iter(), &needles);
        println!();
        println!("{name}:");
        println!("| archive | strings with the sound number | articles found | of the sound |");
        println!("|---|---|---|---|");
        for (label, counts) in [
            ("as damaged (a scan)", &found),
            ("restored (the program)", &restored),
            ("all that the bytes still tell (a scan)", &left),
        ] {
            println!(
                "| {label} | {} | {} | {:.3} % |",
                same(counts, &sound),
                sum(counts),
                100.0 * sum(counts) as f64 / sum(&sound) as f64
            );
        }
        let beyond: u64 = restored
            .iter()
            .zip(&sound)
            .map(|(got, want)| got.saturating_sub(*want))
            .sum();
        let other: Vec<String> = (0..needles.len())
            .filter(|&i| restored[i] != sound[i])
            .map(|i| format!("{} {}/{}", needles[i], restored[i], sound[i]))
            .collect();
        let short: u64 = restored
            .iter()
            .zip(&left)
            .map(|(got, want)| want.saturating_sub(*got))
            .sum();
        println!(
            "restored: {} articles missed ({short} of those that the bytes tell), {beyond} found beyond the sound number; {} strings with another number (restored/sound): {}",
            sum(&sound) + beyond - sum(&restored),
            other.len(),
            other.join("; ")
        );
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Value>> {
    let file = File::open(path)?;
    let reader: Box<dyn Read> = match path.extension().and_then(|ext| ext.to_str()) {
        Some("zst") => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(file),
    };
    let mut stories = Vec::new();
    for line in BufReader::with_capacity(1 << 20, reader).lines() {
        stories.push(serde_json::from_str(&line?)?);
    }
    Ok(stories)
}

/// Title and body as the site's script saw them: one page.
fn page(story: &Value) -> String {
    let part = |key: &str| story[key].as_str().unwrap_or_default();
    format!("{}\n{}", part("title"), part("body"))
}

/// The original with U+FFFD where bytes are gone.
fn what_is_left(damaged: &Damaged) -> String {
    damaged
        .original
        .iter()
        .zip(&damaged.kept)
        .map(|(&c, &kept)| if kept || c == '\n' { c } else { '\u{FFFD}' })
        .collect()
}

/// Pieces of 2 to 8 code points, each of one paragraph of a body.
fn draw(stories: &[Value], count: usize, mut seed: u64) -> Result<Vec<String>> {
    // SplitMix64 (Steele, Lea, Flood 2014).
    let mut below = |n: usize| {
        seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    };
    let mut needles = Vec::new();
    let mut tries = 0;
    while needles.len() < count {
        tries += 1;
        ensure!(tries < 100 * count + 1000, "too little text to draw from");
        let body = stories.get(below(stories.len())).map(|s| &s["body"]);
        let body = body.and_then(Value::as_str).unwrap_or_default();
        let paragraphs: Vec<&str> = body.lines().collect();
        let Some(paragraph) = paragraphs.get(below(paragraphs.len())) else {
            continue;
        };
        let paragraph: Vec<char> = paragraph.chars().collect();
        let (start, length) = (below(paragraph.len()), 2 + below(7));
        let Some(piece) = paragraph.get(start..start + length) else {
            continue;
        };
        if piece.iter().any(|&c| is_solid(c)) && !piece.iter().any(|c| QUOTES.contains(*c)) {
            needles.push(piece.iter().collect());
        }
    }
    Ok(needles)
}

/// A text as exact strings see it, paragraphs apart.
fn seen(text: &str) -> Vec<char> {
    units(text)
        .map(|placed| match placed.unit {
            Unit::Char(c) => c,
            Unit::Stop => ',',
            Unit::Break => '\n',
        })
        .collect()
}

/// In how many of the texts each string stands, by looking.
fn scan(texts: impl Iterator<Item = String>, needles: &[String]) -> Vec<u64> {
    let needles: Vec<Vec<char>> = needles.iter().map(|needle| seen(needle)).collect();
    let mut by_first: HashMap<char, Vec<usize>> = HashMap::new();
    for (id, needle) in needles.iter().enumerate() {
        by_first.entry(needle[0]).or_default().push(id);
    }
    let mut counts = vec![0; needles.len()];
    let mut last = vec![usize::MAX; needles.len()];
    for (number, text) in texts.enumerate() {
        let text = seen(&text);
        for at in 0..text.len() {
            for &id in by_first.get(&text[at]).into_iter().flatten() {
                if last[id] != number && text[at..].starts_with(&needles[id]) {
                    last[id] = number;
                    counts[id] += 1;
                }
            }
        }
    }
    counts
}

/// Indexes an archive with the program and counts the articles of each query.
fn ask(archive: &Path, index: &Path, queries: &Path) -> Result<Vec<u64>> {
    let me = std::env::current_exe()?;
    let built = me.parent().and_then(Path::parent).context("no folder")?;
    let program = built.join(format!("jianbao{}", std::env::consts::EXE_SUFFIX));
    let status = Command::new(&program)
        .args(["index", "--rebuild", "-q", "--index"])
        .args([index, archive])
        .status()
        .with_context(|| format!("{}: build it first", program.display()))?;
    ensure!(status.success(), "{}: not indexed", archive.display());
    let output = Command::new(&program)
        .args(["search", "--count", "--json", "--index"])
        .arg(index)
        .arg("--queries")
        .arg(queries)
        .output()?;
    let mut counts = Vec::new();
    for line in output.stdout.lines() {
        let answer: Value = serde_json::from_str(&line?)?;
        let id: Option<usize> = answer["query"].as_str().and_then(|id| id.parse().ok());
        ensure!(id == Some(counts.len()), "out of order");
        counts.push(answer["articles"].as_u64().context("no count")?);
    }
    Ok(counts)
}

fn sum(counts: &[u64]) -> u64 {
    counts.iter().sum()
}

fn same(a: &[u64], b: &[u64]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a == b).count()
}
