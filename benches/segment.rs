//! `cargo bench --bench segment [-- CORPUS] [--runs N]`: megabytes a second of cutting
//! text into words, one thread, beside jieba-rs, and what starting costs; rounds in
//! turn, medians, as Markdown tables. Every text is compared first: a difference ends
//! the bench. The corpus is a file, a folder or an archive of any kind that the program
//! reads; without it one is made from `corpus/`, as the bench of indexing does.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

// Only the stories are of use here, not their size.
#[allow(dead_code)]
#[path = "ingest/corpus.rs"]
mod corpus;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jianbao::chars::{is_solid, units};
use jianbao::extract::{FieldMap, extract};
use jianbao::fold::fold_str;
use jianbao::segment::{Room, Segmenter, UserWord};
use jianbao::source::{Limits, inputs, records};
use jieba_rs::Jieba;

/// Something that is timed.
struct Lane<'a> {
    label: &'static str,
    run: Box<dyn FnMut() -> usize + 'a>,
    seconds: Vec<f64>,
}

fn lane<'a>(label: &'static str, run: impl FnMut() -> usize + 'a) -> Lane<'a> {
    Lane {
        label,
        run: Box::new(run),
        seconds: Vec::new(),
    }
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
    let texts = paragraphs(&archive);
    let folded: Vec<String> = texts.iter().map(|text| fold_str(text)).collect();
    let megabytes = texts.iter().map(String::len).sum::<usize>() as f64 / 1e6;

    let jieba = jieba();
    let segmenter = Segmenter::new(&[]);
    let user = user_words();
    let with_user = Segmenter::new(&user);
    let mut words = 0;
    for (text, folded) in texts.iter().zip(&folded) {
        words += same(&segmenter, &jieba, text, folded);
    }

    let mut lanes = [
        lane("jieba-rs, text folded beforehand", || {
            let words = folded.iter().map(|text| jieba.cut_for_search(text, false));
            words.map(|words| black_box(words).len()).sum()
        }),
        lane("jieba-rs: fold, cut, leave out punctuation", || {
            let mut count = 0;
            for text in &texts {
                let folded = fold_str(text);
                for token in jieba.cut_for_search(&folded, false) {
                    count += usize::from(black_box(token.word).chars().any(is_solid));
                }
            }
            count
        }),
        lane("jianbao: the same", || count(&segmenter, &texts)),
        lane("jianbao with 1,000 user words", || {
            count(&with_user, &texts)
        }),
        lane("characters, for comparison", || {
            texts.iter().map(|text| units(text).count()).sum()
        }),
    ];
    let mut starts = [
        lane("`Jieba::new`", || {
            usize::from(black_box(Jieba::new()).has_word("党"))
        }),
        lane("jianbao", || black_box(Segmenter::new(&[])).cut("党").len()),
        lane("jianbao with 1,000 user words", || {
            black_box(Segmenter::new(&user)).cut("党").len()
        }),
    ];
    // The first round only warms caches.
    for run in 0..=runs {
        for lane in lanes.iter_mut().chain(&mut starts) {
            let begun = Instant::now();
            black_box((lane.run)());
            if run > 0 {
                lane.seconds.push(begun.elapsed().as_secs_f64());
            }
        }
    }

    let name = named.as_deref().and_then(Path::file_name).map_or_else(
        || "generated from `corpus/`".into(),
        |name| name.to_string_lossy(),
    );
    println!();
    println!(
        "corpus: {name}, {} paragraphs, {megabytes:.1} MB, {words} words, 0 differences; one thread, {runs} rounds in turn, medians",
        texts.len()
    );
    println!();
    println!("| cutting | s | MB/s | × jieba-rs |");
    println!("|---|---|---|---|");
    let base = median(&lanes[0].seconds);
    for lane in &lanes {
        let seconds = median(&lane.seconds);
        println!(
            "| {} | {seconds:.3} | {:.1} | {:.2} |",
            lane.label,
            megabytes / seconds,
            base / seconds
        );
    }
    println!();
    println!("| starting | ms |");
    println!("|---|---|");
    for lane in &starts {
        println!("| {} | {:.3} |", lane.label, median(&lane.seconds) * 1e3);
    }
}

/// Words are counted, and their bytes looked at.
fn count(segmenter: &Segmenter, texts: &[String]) -> usize {
    let mut room = Room::default();
    let mut count = 0;
    for text in texts {
        segmenter.each(text, &mut room, |word, _| {
            count += usize::from(!black_box(word).is_empty());
        });
    }
    count
}

/// Compares the words of a text; returns how many there are.
fn same(segmenter: &Segmenter, jieba: &Jieba, text: &str, folded: &str) -> usize {
    let tokens = jieba.cut_for_search(folded, false);
    let mut theirs = tokens
        .iter()
        .filter(|token| token.word.chars().any(is_solid));
    let mut count = 0;
    segmenter.each(text, &mut Room::default(), |word, bytes| {
        assert_eq!(theirs.next().map(|token| token.word), Some(word), "{text}");
        assert_eq!(fold_str(&text[bytes]), word);
        count += 1;
    });
    assert!(theirs.next().is_none(), "{text}");
    count
}

/// jieba with the words that the program adds to its dictionary.
fn jieba() -> Jieba {
    let mut jieba = Jieba::new();
    let folded = include_str!("../src/segment/folded.txt").lines();
    let lexicon = include_str!("../src/segment/lexicon.txt").lines();
    for line in folded.chain(lexicon) {
        let mut fields = line.split(' ');
        if let (Some(word), Some(Ok(freq))) = (fields.next(), fields.next().map(str::parse)) {
            jieba.add_word(word, Some(freq), None);
        }
    }
    jieba
}

/// Names of places such as a user would add, with a frequency and without.
fn user_words() -> Vec<UserWord> {
    let heads: Vec<char> = "临江清河白云青山石桥金沙红旗新民长安".chars().collect();
    let mut words = Vec::new();
    for (index, a) in heads.iter().enumerate() {
        for b in &heads {
            for tail in ["街道", "党支部", "开发区", "示范点"] {
                let word = format!("{a}{b}{tail}");
                let freq = (index % 2 == 0).then_some(100);
                words.push(UserWord { word, freq });
            }
        }
    }
    words.truncate(1000);
    words
}

/// Titles and paragraphs of what the program would read of a file, a folder or an archive.
fn paragraphs(archive: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for input in inputs(archive).unwrap().flatten() {
        for raw in records(&input, &Limits::default()).flatten() {
            for draft in extract(&raw, &FieldMap::default(), None).unwrap_or_default() {
                let title = draft.title.iter().flat_map(|title| title.value.lines());
                texts.extend(title.chain(draft.body.lines()).map(str::to_owned));
            }
        }
    }
    texts
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
