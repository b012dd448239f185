//! The words of a user dictionary: how they are written, and how they lie over
//! those that come with jianbao.

use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_64;

use crate::chars::is_solid;
use crate::fold::fold;

/// One word of a user dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWord {
    /// The word, folded.
    pub word: String,
    /// How often it is met; `None` lets jieba choose one that keeps it whole.
    pub freq: Option<usize>,
}

/// A line of a user dictionary that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counted from 1.
    pub line: usize,
    /// Why.
    pub reason: &'static str,
}

/// Reads a user dictionary: `word`, `word freq` or `word freq tag` a line.
///
/// A byte order mark, CRLF, blank lines and comments are fine: `#` begins one at
/// the start of a line and after a blank.
pub fn parse_dict(text: &str) -> (Vec<UserWord>, Vec<BadLine>) {
    let mut words = Vec::new();
    let mut bad = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match parse_line(line) {
            None => {}
            Some(Ok(word)) => words.push(word),
            Some(Err(reason)) => bad.push(BadLine {
                line: index + 1,
                reason,
            }),
        }
    }
    (words, bad)
}

/// The word of one line; `None` when it holds none.
pub(super) fn parse_line(line: &str) -> Option<Result<UserWord, &'static str>> {
    let comment = line
        .char_indices()
        .scan(' ', |before, (at, c)| {
            Some((std::mem::replace(before, c), at, c))
        })
        .find(|(before, _, c)| *c == '#' && before.is_whitespace());
    let line = comment.map_or(line, |(_, at, _)| &line[..at]).trim();
    (!line.is_empty()).then(|| parse_word(line))
}

fn parse_word(line: &str) -> Result<UserWord, &'static str> {
    let mut parts = line.split_whitespace();
    let word: String = parts.next().unwrap_or_default().chars().map(fold).collect();
    if !word.chars().all(is_solid) {
        return Err("a word holds no punctuation");
    }
    if word.chars().count() > 32 {
        return Err("a word has at most 32 characters");
    }
    let freq = match parts.next() {
        None => None,
        Some(field) => match field.parse() {
            Ok(freq) => Some(freq),
            Err(_) if parts.next().is_none() && field.bytes().all(|b| b.is_ascii_alphabetic()) => {
                None
            }
            Err(_) => return Err("the second field is a frequency: a whole number"),
        },
    };
    if parts.count() > 1 {
        return Err("a line is: word, frequency, tag");
    }
    Ok(UserWord { word, freq })
}

/// The lines of a user dictionary in one normal form, and its hash.
pub fn normal_dict(words: &[UserWord]) -> (String, u64) {
    let mut lines: Vec<String> = words
        .iter()
        .map(|word| match word.freq {
            Some(freq) => format!("{} {freq}\n", word.word),
            None => format!("{}\n", word.word),
        })
        .collect();
    lines.sort();
    lines.dedup();
    let text = lines.concat();
    let hash = xxh3_64(text.as_bytes());
    (text, hash)
}

/// Words that the table lacks or counts otherwise: a trie over that of the table.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// Nodes by their parent and character; 0 is the root.
    nodes: FxHashMap<(u32, char), u32>,
    /// For each node how often its word is met, and the logarithm of that.
    counts: Vec<Option<(u64, f64)>>,
    /// What the words begin with.
    first: FxHashSet<char>,
}

impl Overlay {
    /// True when no word begins with a character, which is asked most of all.
    #[inline]
    pub(super) fn lacks(&self, first: char) -> bool {
        !self.first.contains(&first)
    }

    /// The node with one more character; 0 is the node of none.
    pub(super) fn child(&self, node: u32, c: char) -> Option<u32> {
        self.nodes.get(&(node, c)).copied()
    }

    /// How often the word of a node is met, and the logarithm of that.
    pub(super) fn count(&self, node: u32) -> Option<(u64, f64)> {
        self.counts.get(node as usize).copied().flatten()
    }

    /// The count of a word.
    pub(super) fn find(&self, word: &str) -> Option<u64> {
        let mut node = 0;
        for c in word.chars() {
            node = self.child(node, c)?;
        }
        self.count(node).map(|(count, _)| count)
    }

    /// Adds a word, or gives it another count.
    pub(super) fn insert(&mut self, word: &str, count: u64) {
        let mut node = 0;
        self.first.extend(word.chars().next());
        self.counts.resize(self.counts.len().max(1), None);
        for c in word.chars() {
            let next = self.counts.len() as u32;
            node = *self.nodes.entry((node, c)).or_insert(next);
            if node == next {
                self.counts.push(None);
            }
        }
        self.counts[node as usize] = Some((count, (count as f64).ln()));
    }
}
