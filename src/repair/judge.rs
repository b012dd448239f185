//! How likely a stretch of text is: words of jieba's dictionary, and what the
//! page itself says elsewhere. Loaded only when a page needs it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;
use std::sync::LazyLock;

use super::gbk;
use super::shift::Bytes;
use crate::fold::simplify;

/// Words, front-coded and compressed; see `judge/NOTICE`.
const WORDS: &[u8] = include_bytes!("judge/words.zst");
/// Sum of all counts of the dictionary, as a logarithm.
const TOTAL: f32 = 17.91; // ln 60,101,750
/// Likeliest characters tried for the second of two dropped halves.
const COMMON: usize = 40;
/// Longest window scored at once, in code points.
const WINDOW: usize = 64;
/// Longest word of the table, in code points.
const LONGEST: usize = 4;

/// A hasher for keys that are well spread after one multiplication.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = (self.0 ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

type Table = HashMap<u64, f32, BuildHasherDefault<Spread>>;

/// A word of up to four characters of the basic plane as one number.
fn key(word: &[char]) -> u64 {
    word.iter()
        .fold(0, |key, &c| key << 16 | (c as u64 & 0xFFFF))
}

/// The logarithm of each word's share of all text.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    let text = zstd::decode_all(WORDS).unwrap_or_default();
    let text = String::from_utf8(text).unwrap_or_default();
    let mut word: Vec<char> = Vec::new();
    for c in text.chars() {
        match c {
            '0'..='9' => word.truncate(c as usize - '0' as usize),
            '@'..='\u{7F}' => {
                let twice_log2 = (c as u32 - '@' as u32) as f32;
                table.insert(
                    key(&word),
                    twice_log2 * 0.5 * std::f32::consts::LN_2 - TOTAL,
                );
            }
            c => word.push(c),
        }
    }
    table
});

/// Simplified forms that are no traditional characters besides (业, but not 后
/// or 修): those outside the 5,401 common characters of Big5.
static SIMPLE: LazyLock<HashSet<char>> = LazyLock::new(|| {
    ('\u{4E00}'..='\u{9FFF}')
        .filter(|&c| simplify(c) != c)
        .map(simplify)
        .filter(|c| {
            let mut buffer = [0; 4];
            let (bytes, _, _) = encoding_rs::BIG5.encode(c.encode_utf8(&mut buffer));
            !matches!(*bytes, [0xA4..=0xC6, _])
        })
        .collect()
});

/// Share of a mark in news, as a logarithm (rounded; 100 characters of news hold about 4 ，).
fn mark(c: char) -> f32 {
    match c {
        '，' | ',' => -3.2,
        '。' => -3.9,
        '、' => -4.3,
        '“' | '”' => -5.2,
        '《' | '》' | '：' | ':' | '\n' => -6.0,
        '；' | '！' | '？' | '（' | '）' | '(' | ')' | ';' | '!' => -7.0,
        '?' => -8.5,
        '0'..='9' => -4.5,
        '%' | '.' | '·' | '—' | '…' | '-' => -7.0,
        ' ' | '　' => -6.5,
        '\u{FFFD}' => -6.0,
        '％' => -9.0,
        '\u{FF01}'..='\u{FF5E}' => -16.0, // letters of a width news never uses
        _ => -10.5,
    }
}

/// A mark that no other such mark follows.
fn is_stop(c: char) -> bool {
    matches!(
        c,
        '，' | '。' | '、' | '；' | '：' | '！' | '？' | '!' | '?' | ';' | ':'
    )
}

/// What two characters may have been whose inner bytes are gone.
#[derive(Debug)]
pub(super) struct Halves {
    /// The first, with its lost trail byte.
    pub(super) first: Vec<(char, u8)>,
    /// The second, with its lost lead byte: the commonest ones.
    pub(super) second: Vec<(char, u8)>,
    /// Pairs that are words.
    pub(super) words: Vec<(char, char)>,
}

impl Halves {
    fn of(two: &Bytes) -> Self {
        let (first, mut second) = two.dropped();
        let mut words = Vec::new();
        for &(a, trail) in &first {
            for &(b, lead) in &second {
                if gbk::vanishes(trail, lead)
                    && TABLE.contains_key(&key(&[simplify(a), simplify(b)]))
                {
                    words.push((a, b));
                }
            }
        }
        let share = |c: char| {
            TABLE
                .get(&key(&[simplify(c)]))
                .copied()
                .unwrap_or_else(|| mark(c))
        };
        second.sort_by(|a, b| share(b.0).total_cmp(&share(a.0)));
        second.truncate(COMMON);
        Halves {
            first,
            second,
            words,
        }
    }
}

/// The judge of one page.
pub(super) struct Judge {
    /// Neighbours in the page, in simplified script, and how often they meet.
    pairs: HashMap<u64, u32, BuildHasherDefault<Spread>>,
    /// Whether the page is in traditional script.
    traditional: bool,
    /// Characters of the other script that the page holds nevertheless (后, 里).
    used: HashSet<char>,
    /// What was asked before.
    halves: RefCell<HashMap<Bytes, Rc<Halves>>>,
}

impl Judge {
    pub(super) fn new(page: &[char]) -> Self {
        let mut pairs = HashMap::default();
        let mut scripts = (0, 0);
        for pair in page.windows(2) {
            let pair = [simplify(pair[0]), simplify(pair[1])];
            *pairs.entry(key(&pair)).or_default() += 1;
        }
        for &c in page {
            if simplify(c) != c {
                scripts.0 += 1;
            } else if SIMPLE.contains(&c) {
                scripts.1 += 1;
            }
        }
        Judge {
            pairs,
            traditional: scripts.0 > scripts.1,
            halves: RefCell::default(),
            used: page
                .iter()
                .copied()
                .filter(|c| SIMPLE.contains(c))
                .collect(),
        }
    }

    /// Whether the page has commas before its marks.
    pub(super) fn doubled(&self) -> bool {
        [',', '。', '、']
            .iter()
            .map(|&c| self.pairs.get(&key(&[',', c])).copied().unwrap_or(0))
            .sum::<u32>()
            > 0
    }

    /// What the two characters around a dropped pair of bytes may be.
    pub(super) fn halves(&self, two: &Bytes) -> Rc<Halves> {
        if let Some(known) = self.halves.borrow().get(two) {
            return Rc::clone(known);
        }
        let halves = Rc::new(Halves::of(two));
        self.halves
            .borrow_mut()
            .insert(two.clone(), Rc::clone(&halves));
        halves
    }

    /// Logarithm of how likely the text is, over its best cut into words.
    pub(super) fn score(&self, text: &[char]) -> f32 {
        let mut simple = ['\0'; WINDOW];
        let mut best = [f32::NEG_INFINITY; WINDOW + 1];
        // A window is cut where it is too long for the tables on the stack.
        if text.len() > WINDOW {
            return text.chunks(WINDOW).map(|part| self.score(part)).sum();
        }
        let simple = &mut simple[..text.len()];
        for (to, &c) in simple.iter_mut().zip(text) {
            *to = simplify(c);
        }
        best[0] = 0.0;
        for i in 0..simple.len() {
            let c = simple[i];
            if !super::chars::is_han(c) {
                best[i + 1] = best[i + 1].max(best[i] + mark(c));
                continue;
            }
            let mut word = 0;
            for len in 1..=LONGEST.min(simple.len() - i) {
                word = word << 16 | (simple[i + len - 1] as u64 & 0xFFFF);
                let share = match TABLE.get(&word).copied() {
                    Some(share) => share,
                    None if len == 1 => -TOTAL - 1.0,
                    None => continue,
                };
                best[i + len] = best[i + len].max(best[i] + share);
            }
        }
        let script: f32 = text.iter().map(|&c| self.out_of_script(c)).sum();
        best[simple.len()] + script + self.met(simple)
    }

    /// What a character of the other script costs; one the page uses anyway costs little.
    fn out_of_script(&self, c: char) -> f32 {
        let other = if self.traditional {
            SIMPLE.contains(&c)
        } else {
            simplify(c) != c
        };
        match other {
            false => 0.0,
            true if self.used.contains(&c) => -0.5,
            true => -6.0,
        }
    }

    /// What neighbours that the page holds elsewhere add.
    fn met(&self, simple: &[char]) -> f32 {
        simple
            .windows(2)
            .map(|pair| {
                if is_stop(pair[0]) && is_stop(pair[1]) {
                    -6.0
                } else {
                    match self.pairs.get(&key(pair)) {
                        None | Some(0) => 0.0,
                        Some(1) => 1.5,
                        Some(_) => 2.5,
                    }
                }
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_likelier_than_their_characters_shuffled() {
        let judge = Judge::new(&[]);
        for (good, bad) in [
            ("借船出海", "借船出保"),
            ("當地開展", "當数亻展"),
            ("素質。”今年", "素质苯衲"),
            ("中国共产党", "党共国产中"),
        ] {
            let score = |s: &str| judge.score(&s.chars().collect::<Vec<_>>());
            assert!(
                score(good) > score(bad),
                "{good} {} {bad} {}",
                score(good),
                score(bad)
            );
        }
        assert!(TABLE.len() > 130_000);
    }
}
