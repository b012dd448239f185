//! What each stage of indexing costs by itself: in this process, one thread,
//! everything in memory, rounds in turn.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jianbao::article::{Article, Draft};
use jianbao::chars::{Unit, units};
use jianbao::decode::{Hint, decode};
use jianbao::extract::{FieldMap, extract};
use jianbao::index::{COMMIT_EVERY, Mode, Options, Signature, Writer};
use jianbao::ingest::{Settings, ingest, restore};
use jianbao::pack::pack;
use jianbao::passage::passages;
use jianbao::segment::{Met, Room, Segmenter};
use jianbao::source::{Input, Limits, Raw, inputs, records};

use crate::process::{median, processor_seconds};

/// Prints the table of stages.
pub(crate) fn table(corpus: &Path, runs: usize, dir: &Path) {
    let input: Vec<Input> = inputs(corpus).unwrap().flatten().collect();
    let raws: Vec<Raw> = read(&input);
    let megabytes = raws.iter().map(|raw| raw.bytes.len()).sum::<usize>() as f64 / 1e6;
    let drafts: Vec<Draft> = raws.iter().flat_map(drafts_of).collect();
    let restored: Vec<Draft> = drafts.iter().cloned().map(restore).collect();
    let articles: Vec<Article> = restored
        .iter()
        .cloned()
        .filter_map(|draft| Article::from_draft(draft).ok())
        .collect();
    let mut stages = [
        Stage::new("read: unpack, cut into records"),
        Stage::new("sha256 of every record"),
        Stage::new("decode"),
        Stage::new("extract: JSON, fields, paragraphs"),
        Stage::new("repair"),
        Stage::new("article: title, date, people, numbers"),
        Stage::new("passages"),
        Stage::new("units of text"),
        Stage::new("signatures"),
        Stage::new("words"),
        Stage::new("texts: packing"),
    ];
    let (mut whole, mut last, mut wall) = (Vec::new(), Vec::new(), Vec::new());
    // The first round only warms caches and tables.
    for run in 0..=runs {
        let (fresh, cloned) = (drafts.clone(), restored.clone());
        let letters: Vec<Vec<char>> = articles.iter().map(|one| letters(&one.body)).collect();
        let segmenter = Segmenter::new(&[]);
        let mut room = Room::default();
        let mut packed = Vec::new();
        let bodies = || articles.iter().map(|article| article.body.as_str());
        let mut taken = [
            time(|| read(&input).len()),
            time(|| raws.iter().map(|raw| raw.sha256().len()).sum()),
            time(|| {
                let texts = raws.iter().map(|raw| decode(&raw.bytes, Hint::default()));
                texts.map(|text| black_box(text).text.len()).sum()
            }),
            time(|| raws.iter().map(|raw| drafts_of(raw).len()).sum()),
            time(|| {
                fresh
                    .into_iter()
                    .map(|draft| restore(draft).edits.len())
                    .sum()
            }),
            time(|| {
                let articles = cloned.into_iter().map(Article::from_draft);
                articles
                    .flatten()
                    .map(|article| article.cited().len() + article.credits.len())
                    .sum()
            }),
            time(|| articles.iter().map(|article| passages(article).len()).sum()),
            time(|| bodies().map(|body| units(body).count()).sum()),
            time(|| {
                let each = letters.iter().map(|one| Signature::of(one.iter().copied()));
                each.map(|signature| signature.0[0] as usize & 1).sum()
            }),
            time(|| {
                let mut words = 0;
                for body in bodies() {
                    segmenter.each_met(body, &mut room, |met| {
                        words += usize::from(matches!(black_box(met), Met::Word(..)));
                    });
                }
                words
            }),
            time(|| {
                let mut bytes = 0;
                for body in bodies() {
                    packed.clear();
                    pack(body, &mut packed);
                    bytes += packed.len();
                }
                bytes
            }),
        ];
        // Extraction decodes: what is shown is the rest of it.
        taken[3] -= taken[2];
        let (all, end, seconds) = index(&input, dir);
        if run > 0 {
            stages
                .iter_mut()
                .zip(taken)
                .for_each(|(stage, seconds)| stage.seconds.push(seconds));
            whole.push(all);
            last.push(end);
            wall.push(seconds);
        }
    }
    let (whole, last) = (median(&whole), median(&last));
    println!();
    println!(
        "Stages, {runs} rounds in turn on one thread, medians; {megabytes:.1} MB of records, {} articles. \
         The whole is processor time of `ingest` and the commit, in this process, one thread for each of \
         reading, preparing and writing ({:.2} s from start to end):",
        articles.len(),
        median(&wall)
    );
    println!();
    println!("| stage | s | MB/s | share, % |");
    println!("|---|---|---|---|");
    let row = |label: &str, seconds: f64| {
        println!(
            "| {label} | {seconds:.3} | {:.0} | {:.1} |",
            megabytes / seconds,
            100.0 * seconds / whole
        );
    };
    let mut known = last;
    for stage in &stages {
        let seconds = median(&stage.seconds);
        row(stage.label, seconds);
        known += seconds;
    }
    row("last flush: lists to files, commit", last);
    row(
        "postings in memory, facts, columns, store, hand-over (the rest)",
        (whole - known).max(0.0),
    );
    row("whole", whole);
}

struct Stage {
    label: &'static str,
    seconds: Vec<f64>,
}

impl Stage {
    fn new(label: &'static str) -> Stage {
        Stage {
            label,
            seconds: Vec::new(),
        }
    }
}

fn time(work: impl FnOnce() -> usize) -> f64 {
    let begun = Instant::now();
    black_box(work());
    begun.elapsed().as_secs_f64()
}

fn read(input: &[Input]) -> Vec<Raw> {
    let all = input
        .iter()
        .flat_map(|input| records(input, &Limits::default()));
    all.flatten().collect()
}

fn drafts_of(raw: &Raw) -> Vec<Draft> {
    extract(raw, &FieldMap::default(), None).unwrap_or_default()
}

fn letters(text: &str) -> Vec<char> {
    let chars = units(text).filter_map(|placed| match placed.unit {
        Unit::Char(c) => Some(c),
        Unit::Stop | Unit::Break => None,
    });
    chars.collect()
}

/// Indexes it all; returns processor seconds of the whole and of its end, from
/// the last article on, and seconds from start to end.
fn index(input: &[Input], dir: &Path) -> (f64, f64, f64) {
    let _ = std::fs::remove_dir_all(dir);
    let options = Options {
        threads: 1,
        memory: 512 << 20,
        dict: None,
        mode: Mode::Update,
        commit_every: COMMIT_EVERY,
    };
    let (begun, before) = (Instant::now(), processor_seconds());
    let mut writer = Writer::open(dir, &options).unwrap();
    let settings = Arc::new(Settings::default());
    ingest(input.to_vec(), &mut writer, &settings, &mut |_| {}).unwrap();
    let prepared = processor_seconds();
    writer.finish().unwrap();
    let after = processor_seconds();
    (
        after - before,
        after - prepared,
        begun.elapsed().as_secs_f64(),
    )
}
