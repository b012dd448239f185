//! Whether every string of an archive is found: strings are drawn at random
//! from an index, asked for in quotes, and counted by a plain scan of the texts.
//!
//! `cargo run --release --example scan -- INDEX [STRINGS] [SEED] [SCRIPT]`
//!
//! STRINGS (2000) pieces of 2 to 8 characters, each of one title or paragraph,
//! across whatever quote marks stand there; SEED (1) decides which. SCRIPT is a
//! table of one character to one, `traditional<TAB>simplified` a line. The scan
//! says for itself what a string is compared in: nothing of the program's
//! analysis is used.
#![allow(clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use jianbao::search::query::parse;
use jianbao::search::{Count, Group, Page, Searcher};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Marks that are passed over on both sides.
const QUOTES: &str = "“”‘’「」『』《》〈〉\"'";
/// Marks that would end the quotation.
const CLOSING: &str = "“”\"＂「」『』\\";

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let index = args.next().context("which index?")?;
    let count = args.next().map_or(Ok(2000), |n| n.parse())?;
    let seed = args.next().map_or(Ok(1), |n| n.parse())?;
    let script = match args.next() {
        None => HashMap::new(),
        Some(path) => std::fs::read_to_string(path)?
            .lines()
            .filter_map(|line| {
                let mut chars = line.chars();
                let from = chars.next()?;
                Some((from, chars.find(|c| !c.is_whitespace())?))
            })
            .collect(),
    };
    let searcher = Searcher::open(Path::new(&index))?;
    let archive = Archive::read(&searcher, &script)?;
    println!(
        "{} articles, {} passages, {count} strings, seed {seed}",
        archive.articles, archive.passages
    );
    let needles = draw(&archive, count, seed)?;
    let (mut same, mut hits, mut slowest) = (0, 0, Duration::ZERO);
    let mut asking = Duration::ZERO;
    for needle in &needles {
        let quoted: String = needle.chars().filter(|c| !CLOSING.contains(*c)).collect();
        let query = parse(&format!("“{quoted}”")).query.context("no query")?;
        let start = Instant::now();
        let found = searcher.count(&query, &Page::default())?;
        asking += start.elapsed();
        slowest = slowest.max(start.elapsed());
        let want = archive.scan(&normal(&quoted, &script));
        hits += want.articles;
        if found == want {
            same += 1;
        } else {
            println!("{needle}: {found:?}, a scan finds {want:?}");
        }
    }
    println!(
        "the same passages and articles for {same} of {count}; {hits} articles in all; {:.2} ms a string, {:.2} at the most",
        asking.as_secs_f64() * 1e3 / f64::from(count.max(1)),
        slowest.as_secs_f64() * 1e3
    );
    ensure!(same == needles.len(), "not the same");
    Ok(())
}

/// What an exact string is compared in: no blanks, controls and quote marks, a
/// comma for a run of other punctuation, one width, one case, one script.
fn normal(text: &str, script: &HashMap<char, char>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => script.get(&c).copied().unwrap_or(c),
        };
        let c = c.to_ascii_lowercase();
        if c.is_whitespace() || QUOTES.contains(c) {
            continue;
        }
        match c.general_category_group() {
            GeneralCategoryGroup::Other if !c.is_alphanumeric() && is_control(c) => {}
            GeneralCategoryGroup::Punctuation => {
                if !out.ends_with(',') {
                    out.push(',');
                }
            }
            _ => out.push(c),
        }
    }
    out
}

fn is_control(c: char) -> bool {
    c.is_control() || c.general_category() == unicode_properties::GeneralCategory::Format
}

/// All texts in normal form, one line a title or paragraph.
struct Archive {
    lines: Vec<String>,
    text: String,
    /// Byte of `text` from which on what stands there belongs to a passage.
    owners: Vec<(usize, (usize, u32))>,
    articles: usize,
    passages: usize,
}

impl Archive {
    fn read(searcher: &Searcher, script: &HashMap<char, char>) -> Result<Archive> {
        let mut ids = Vec::new();
        let mut dated = true;
        searcher.articles(|meta| {
            dated &= meta.date.is_some();
            ids.push(meta.id);
        })?;
        ensure!(
            dated,
            "every article needs a date: passages are listed by it"
        );
        ids.sort();
        let all = parse("日期：0001..9999").query.context("no query")?;
        let page = Page {
            limit: usize::MAX,
            group: Group::Passage,
            ..Page::default()
        };
        let mut of: BTreeMap<String, BTreeMap<u32, String>> = BTreeMap::new();
        let mut archive = Archive {
            lines: Vec::new(),
            text: String::new(),
            owners: Vec::new(),
            articles: ids.len(),
            passages: 0,
        };
        for hit in searcher.search(&all, &page)?.hits {
            of.entry(hit.article)
                .or_default()
                .insert(hit.passage, hit.text);
            archive.passages += 1;
        }
        for (number, id) in ids.iter().enumerate() {
            let article = searcher.article(id)?.context("an article is gone")?;
            let title = article.meta.title.value;
            archive.lines.push(title.clone());
            archive.owners.push((archive.text.len(), (number, 0)));
            archive.text.push_str(&normal(&title, script));
            archive.text.push('\n');
            archive
                .lines
                .extend(article.body.lines().map(str::to_owned));
            let mut rest = article.body.as_str();
            for (passage, text) in of.get(id).into_iter().flatten() {
                rest = rest
                    .strip_prefix(text.as_str())
                    .with_context(|| format!("{id}: passages do not make the body"))?;
                for (nth, line) in text.split('\n').enumerate() {
                    if nth > 0 {
                        archive.text.push('\n');
                    }
                    archive
                        .owners
                        .push((archive.text.len(), (number, *passage)));
                    let mut line = normal(line, script);
                    // A run of marks that was cut would count twice.
                    if archive.text.ends_with(',') && line.starts_with(',') {
                        line.remove(0);
                    }
                    archive.text.push_str(&line);
                }
                if let Some(next) = rest.strip_prefix('\n') {
                    archive.text.push('\n');
                    rest = next;
                }
            }
            archive.text.push('\n');
            ensure!(rest.is_empty(), "{id}: passages do not cover the body");
        }
        Ok(archive)
    }

    fn scan(&self, needle: &str) -> Count {
        let mut found = BTreeSet::new();
        let mut at = 0;
        while let Some(next) = self.text.get(at..).and_then(|rest| rest.find(needle)) {
            let start = at + next;
            let owner = self.owners.partition_point(|(from, _)| *from <= start);
            found.insert(self.owners[owner - 1].1);
            at = start + needle.chars().next().map_or(1, char::len_utf8);
        }
        let articles: BTreeSet<usize> = found.iter().map(|(article, _)| *article).collect();
        Count {
            passages: found.len() as u64,
            articles: articles.len() as u64,
        }
    }
}

/// Pieces of titles and paragraphs, by chance.
fn draw(archive: &Archive, count: u32, mut seed: u64) -> Result<Vec<String>> {
    // SplitMix64 (Steele, Lea, Flood 2014).
    let mut below = |n: usize| {
        seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    };
    ensure!(!archive.lines.is_empty(), "an empty index");
    let mut needles = Vec::new();
    for _ in 0..u64::from(count) * 1000 {
        if needles.len() == count as usize {
            return Ok(needles);
        }
        let line: Vec<char> = archive.lines[below(archive.lines.len())].chars().collect();
        let (start, length) = (below(line.len()), 2 + below(7));
        let Some(piece) = line.get(start..start + length) else {
            continue;
        };
        if piece.iter().any(|c| c.is_alphanumeric()) {
            needles.push(piece.iter().collect());
        }
    }
    anyhow::bail!("too little text to draw from")
}
