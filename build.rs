//! Makes the table of words that `src/segment/table.rs` reads (jieba's
//! dictionary and the project's own words as a double array), what `src/pack` knows of its
//! tokens, and the classes of characters of `src/chars.rs`, so that a program that starts has
//! nothing to load.

// This is how a build script talks to cargo.
#![allow(clippy::print_stdout)]

use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;

#[path = "src/segment/block.rs"]
mod block;
#[path = "src/chars/class.rs"]
mod class;
#[allow(dead_code, unreachable_pub)]
#[path = "src/fold.rs"]
mod fold;
#[path = "build/joints.rs"]
mod joints;
#[allow(dead_code, unreachable_pub)]
#[path = "src/trie.rs"]
mod trie;

use trie::CELL_BITS;

/// jieba's own words: `word freq`, a line each.
const JIEBA: &str = "src/segment/jieba.txt";
/// Words added to jieba's one after the other: `word freq`, and perhaps more.
const ADDED: &[&str] = &["src/segment/folded.txt", LEXICON];
/// Terms of our own: `word freq year kind`, with `-` for what is not known or not wanted.
const LEXICON: &str = "src/segment/lexicon.txt";

/// The tokens of packed texts, a line each.
const TOKENS: &str = "src/pack/tokens.txt";

/// Bits of the number of a word's count, and of the code of a token and one more.
const COUNT_BITS: u32 = 14;
const TOKEN_BITS: u32 = 16;
/// Codes of characters have 14 bits: children of one node lie in one block of
/// so many cells.
const CODES: usize = 1 << 14;
/// Nodes with more children are looked after like those with so many.
const MANY: usize = 256;
/// Holes that are tried in vain before a search moves on for good.
const PATIENCE: usize = 400;
/// Marks the code of a character that may stand in no word that is cut.
const OUTSIDE: u16 = 1 << 15;
/// No cell is this one's parent: it is empty.
const NOBODY: u64 = (1 << CELL_BITS) - 1;

fn main() -> Result<(), Box<dyn Error>> {
    for path in [
        JIEBA,
        TOKENS,
        "src/chars/class.rs",
        "src/fold.rs",
        "src/fold/t2s.txt",
        "src/segment/block.rs",
        "src/trie.rs",
    ]
    .iter()
    .chain(ADDED)
    {
        println!("cargo::rerun-if-changed={path}");
    }
    let mut words = read_words()?;
    let total: u64 = words.iter().map(|(_, count)| count).sum();
    // Text is folded before it is cut, so nothing finds these; they are part of
    // the total all the same.
    words.retain(|(word, _)| word.chars().all(|c| fold::fold(c) == c));
    let longest = words.iter().map(|(word, _)| word.chars().count());
    let longest = longest.max().unwrap_or_default();
    let codes = codes(&words);
    let mut counts: Vec<u64> = words.iter().map(|(_, count)| *count).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts.dedup();
    if counts.len() >= 1 << COUNT_BITS {
        return Err("too many different counts for a cell".into());
    }
    // Number 0 stands for "no word", so the first count is number 1.
    let valued = words.iter().map(|(word, count)| Word {
        codes: coded(word, &codes),
        value: counts.partition_point(|other| other > count) as u64 + 1,
        weight: *count,
    });
    let cells = Builder::new(valued.collect(), COUNT_BITS).build()?;

    let out = std::env::var("OUT_DIR")?;
    let out = Path::new(&out);
    fs::write(out.join("cells.bin"), bytes_of(&cells))?;
    let joints = joints::joints(&words, total, &codes, &cells)?;
    let hash = hash(&words, &joints);
    fs::write(out.join("joints.bin"), joints)?;
    let mut plane = vec![0_u16; 0x10000];
    let mut beyond: Vec<(char, u16)> = Vec::new();
    for (&c, &code) in &codes {
        match plane.get_mut(c as usize) {
            Some(place) if block::is_block(c) => *place = code,
            Some(place) => *place = code | OUTSIDE,
            None => beyond.push((c, code)),
        }
    }
    beyond.sort_unstable();
    fs::write(
        out.join("codes.bin"),
        plane
            .iter()
            .flat_map(|code| code.to_le_bytes())
            .collect::<Vec<u8>>(),
    )?;
    let mut table = vec![0.0_f64.to_bits()];
    table.extend(counts.iter().map(|count| (*count as f64).ln().to_bits()));
    fs::write(
        out.join("logs.bin"),
        table
            .iter()
            .flat_map(|log| log.to_le_bytes())
            .collect::<Vec<u8>>(),
    )?;
    fs::write(out.join("lexicon.rs"), lexicon()?)?;
    fs::write(out.join("classes.bin"), classes())?;
    counts.insert(0, 0);
    fs::write(
        out.join("words.rs"),
        format!(
            "/// Sum of all counts.\n\
             const TOTAL: u64 = {total};\n\
             /// Names the words, their counts and where their parts meet.\n\
             pub(super) const HASH: u64 = {hash};\n\
             /// Characters of the longest word.\n\
             pub(super) const LONGEST: usize = {longest};\n\
             /// Number of words a folded text can hold.\n\
             #[cfg(test)]\nconst WORD_COUNT: usize = {};\n\
             /// Number of cells.\n\
             const CELLS: usize = {};\n\
             /// Characters beyond the basic plane and their codes, sorted.\n\
             const BEYOND: &[(char, u16)] = &{beyond:?};\n\
             /// The different counts of words, largest first.\n\
             const COUNTS: &[u64] = &{counts:?};\n",
            words.len(),
            cells.len(),
        ),
    )?;
    tokens(out)
}

/// What every character of the first plane counts as, for `src/chars.rs`.
fn classes() -> Vec<u8> {
    let class = |code| {
        // A surrogate stands in no text; a few characters are folded to one of another plane.
        let class = char::from_u32(code).map_or(class::TRANSPARENT, class::class_of);
        u16::try_from(class).unwrap_or(class::BEYOND)
    };
    (0..1 << 16)
        .flat_map(|code| class(code).to_le_bytes())
        .collect()
}

/// Cells as they lie in a file.
fn bytes_of(cells: &[u64]) -> Vec<u8> {
    cells.iter().flat_map(|cell| cell.to_le_bytes()).collect()
}

/// A word as the codes of its characters.
fn coded(word: &str, codes: &HashMap<char, u16>) -> Vec<u16> {
    word.chars()
        .filter_map(|c| codes.get(&c).copied())
        .collect()
}

/// Where each token of packed texts stands in its list, how many characters it
/// has if all of them stand for themselves, which of those hold a character, and the tokens as a tree.
fn tokens(out: &Path) -> Result<(), Box<dyn Error>> {
    let list = fs::read_to_string(TOKENS)?;
    let mut places: Vec<u8> = 0_u32.to_le_bytes().to_vec();
    let mut solid: Vec<u8> = Vec::new();
    let mut holding: BTreeMap<char, Vec<u16>> = BTreeMap::new();
    let mut at = 0;
    let mut words = Vec::new();
    for (code, token) in list.split_terminator('\n').enumerate() {
        let text = if token == "\\n" { "\n" } else { token };
        // They are ordered by use, and a word is used so often (Zipf).
        words.push((text.to_owned(), 1_000_000 / (code as u64 + 1)));
        at += token.len() as u32 + 1;
        places.extend(at.to_le_bytes());
        // Of characters that stand for themselves alone, each as its class, folded.
        let classes: Vec<u32> = text.chars().map(class::class_of).collect();
        let is_solid = classes.iter().all(|class| *class > class::BREAK);
        solid.push(if is_solid { classes.len() as u8 } else { 0 });
        for c in classes.into_iter().filter_map(char::from_u32) {
            if is_solid {
                holding.entry(c).or_default().push(code as u16);
            }
        }
    }
    let mut lists = Vec::new();
    let mut index = Vec::new();
    for (c, mut codes) in holding {
        codes.dedup();
        index.extend(u32::from(c).to_le_bytes());
        index.extend((lists.len() as u32 / 2).to_le_bytes());
        lists.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
    }
    let codes = codes(&words);
    let valued = (1..).zip(&words).map(|(value, (word, weight))| Word {
        codes: coded(word, &codes),
        value,
        weight: *weight,
    });
    let cells = Builder::new(valued.collect(), TOKEN_BITS).build()?;
    let mut plane = vec![0_u16; 0x10000];
    for (c, code) in codes {
        *plane
            .get_mut(c as usize)
            .ok_or("a token is beyond the first plane")? = code;
    }
    let plane: Vec<u8> = plane.into_iter().flat_map(u16::to_le_bytes).collect();
    fs::write(out.join("token-cells.bin"), bytes_of(&cells))?;
    fs::write(out.join("token-codes.bin"), plane)?;
    fs::write(out.join("token-places.bin"), places)?;
    fs::write(out.join("token-solid.bin"), solid)?;
    fs::write(out.join("token-index.bin"), index)?;
    fs::write(out.join("token-lists.bin"), lists)?;
    Ok(())
}

/// Every word and its count, by jieba's rules: a word that is added replaces
/// the count of one that is there.
fn read_words() -> Result<Vec<(String, u64)>, Box<dyn Error>> {
    let mut words: HashMap<String, u64> = HashMap::new();
    for path in std::iter::once(&JIEBA).chain(ADDED) {
        let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        for (number, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut parts = line.split_whitespace();
            match (
                parts.next(),
                parts.next().map(|count| (count, count.parse())),
            ) {
                (Some(word), Some((_, Ok(count)))) => {
                    words.insert(word.to_owned(), count);
                }
                (Some(_), Some(("-", _))) => {}
                _ => return Err(format!("{path}:{}: a line is: word, count", number + 1).into()),
            }
        }
    }
    let mut words: Vec<(String, u64)> = words.into_iter().collect();
    words.sort_unstable();
    Ok(words)
}

/// The terms of the lexicon with their years and kinds, sorted, as Rust.
fn lexicon() -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(LEXICON)?;
    let mut terms = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        match fields[..] {
            [] | ["#", ..] => {}
            [word, _, year, kind] if year == "-" || year.parse::<u16>().is_ok() => {
                let year = year.parse::<u16>().ok();
                terms.push(format!(
                    "Term {{ word: {word:?}, year: {year:?}, kind: {kind:?} }},\n"
                ));
            }
            _ => {
                let at = number + 1;
                return Err(format!("{LEXICON}:{at}: a line is: word, count, year, kind").into());
            }
        }
    }
    terms.sort();
    Ok(format!("&[\n{}]\n", terms.concat()))
}

/// Names the words, their counts and where their parts meet: FNV-1a of 64 bits (RFC 9923).
fn hash(words: &[(String, u64)], joints: &[u8]) -> u64 {
    let lines = words
        .iter()
        .map(|(word, count)| format!("{word} {count}\n"));
    let bytes = lines
        .flat_map(String::into_bytes)
        .chain(joints.iter().copied());
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// A code for each character, the most frequent first: what is common lies together.
fn codes(words: &[(String, u64)]) -> HashMap<char, u16> {
    let mut counts: HashMap<char, u64> = HashMap::new();
    // Letters, digits and what joins them have a code each, for it tells that
    // they may stand in a word.
    for c in ('!'..='~').filter(|c| block::is_block(*c) && fold::fold(*c) == *c) {
        counts.insert(c, 1 << 20);
    }
    for (word, count) in words {
        for c in word.chars() {
            *counts.entry(c).or_default() += count;
        }
    }
    let mut order: Vec<(u64, char)> = counts.into_iter().map(|(c, count)| (count, c)).collect();
    order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    order
        .iter()
        .enumerate()
        .map(|(index, &(_, c))| (c, index as u16 + 1))
        .collect()
}

/// A node that has no place for its children yet: how often it is passed, its
/// words, how many characters they share, its cell.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    passed: u64,
    first: std::cmp::Reverse<usize>,
    end: usize,
    depth: usize,
    cell: usize,
}

/// A word of a tree.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    codes: Vec<u16>,
    /// What the tree says of it; not 0.
    value: u64,
    /// How often it is met: what is common lies together.
    weight: u64,
}

/// Makes the cells that `src/trie.rs` reads.
struct Builder {
    /// Sorted.
    words: Vec<Word>,
    /// Sums of weights up to each word.
    sums: Vec<u64>,
    value_bits: u32,
    cells: Vec<u64>,
    taken: Vec<bool>,
    /// For a node of so many children the cell at which the search begins.
    begin: [usize; MANY],
}

impl Builder {
    fn new(mut words: Vec<Word>, value_bits: u32) -> Builder {
        words.sort_unstable();
        let mut sums = vec![0];
        for word in &words {
            let last = sums.last().copied().unwrap_or_default();
            sums.push(last + word.weight);
        }
        Builder {
            words,
            sums,
            value_bits,
            cells: Vec::new(),
            taken: Vec::new(),
            begin: [CODES; MANY],
        }
    }

    /// Gives the nodes that are passed most the first cells.
    fn build(mut self) -> Result<Vec<u64>, Box<dyn Error>> {
        let codes = self.words.iter().flat_map(|word| &word.codes);
        if codes.max().is_some_and(|code| usize::from(*code) >= CODES) {
            return Err("too many characters".into());
        }
        self.grow();
        // The children of the root take the first block whole, so that a
        // character's code is its cell.
        self.taken[..CODES].fill(true);
        let mut waiting = BinaryHeap::new();
        self.place(0, 0..self.words.len(), 0, 0, &mut waiting);
        while let Some(node) = waiting.pop() {
            let words = node.first.0..node.end;
            let base = self.find(&self.children(words.clone(), node.depth));
            if base >= NOBODY as usize {
                return Err("too many words for the table".into());
            }
            self.cells[node.cell] |= (base as u64) << self.value_bits;
            self.place(base, words, node.depth, node.cell, &mut waiting);
        }
        while self.cells.len() > CODES && !self.taken[self.cells.len() - CODES..].contains(&true) {
            self.cells.truncate(self.cells.len() - CODES);
        }
        Ok(self.cells)
    }

    /// Bits before those of the parent.
    fn parent_bits(&self) -> u32 {
        self.value_bits + CELL_BITS
    }

    fn grow(&mut self) {
        self.cells
            .resize(self.cells.len() + CODES, NOBODY << self.parent_bits());
        self.taken.resize(self.cells.len(), false);
    }

    /// The codes that follow in a range of words, each once.
    fn children(&self, words: Range<usize>, depth: usize) -> Vec<u16> {
        let mut codes: Vec<u16> = self.words[words]
            .iter()
            .filter_map(|word| word.codes.get(depth).copied())
            .collect();
        codes.dedup();
        codes
    }

    /// A base whose cells are free for every code, among the first ones.
    fn find(&mut self, codes: &[u16]) -> usize {
        let size = codes.len().min(MANY) - 1;
        let mut free = self.begin[size].max(self.begin[0]);
        let mut tries = 0;
        loop {
            if free == self.taken.len() {
                self.grow();
            }
            if !self.taken[free] {
                let base = free ^ codes[0] as usize;
                if base != 0 && codes.iter().all(|code| !self.taken[base ^ *code as usize]) {
                    break;
                }
                tries += 1;
            }
            free += 1;
        }
        // Holes in which such a node finds no place are left to smaller ones.
        if size == 0 {
            self.begin[0] = free;
        } else if tries > PATIENCE {
            for begin in &mut self.begin[size..] {
                *begin = free.max(*begin);
            }
        }
        free ^ codes[0] as usize
    }

    /// Writes the children of a node and lets those that have children wait.
    fn place(
        &mut self,
        base: usize,
        words: Range<usize>,
        depth: usize,
        parent: usize,
        waiting: &mut BinaryHeap<Waiting>,
    ) {
        let mut at = words.start;
        while at < words.end {
            let Some(&code) = self.words[at].codes.get(depth) else {
                at += 1; // the node's own word
                continue;
            };
            let mut end = at + 1;
            while end < words.end && self.words[end].codes.get(depth) == Some(&code) {
                end += 1;
            }
            let cell = base ^ code as usize;
            let own = self.words[at].codes.len() == depth + 1;
            let value = if own { self.words[at].value } else { 0 };
            self.cells[cell] = (parent as u64) << self.parent_bits() | value;
            self.taken[cell] = true;
            if end > at + usize::from(own) {
                waiting.push(Waiting {
                    passed: self.sums[end] - self.sums[at],
                    first: std::cmp::Reverse(at),
                    end,
                    depth: depth + 1,
                    cell,
                });
            }
            at = end;
        }
    }
}
