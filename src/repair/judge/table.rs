//! The words the judge knows and how common each is.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// Words, front-coded and compressed; see `judge/NOTICE`.
const WORDS: &[u8] = include_bytes!("words.zst");
/// Sum of all counts of the dictionary, as a logarithm.
const TOTAL: f32 = 17.91; // ln 60,101,750
/// Longest word of the table, in code points.
pub(super) const LONGEST: usize = 4;

/// A hasher for keys that are well spread after one multiplication.
#[derive(Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u32(&mut self, key: u32) {
        self.write_u64(u64::from(key));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = (self.0 ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Counts and sets under keys that [`Spread`] hashes.
pub(super) type Fast = BuildHasherDefault<Spread>;

/// What the table says of a run of characters.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// Logarithm of the word's share of all text; minus infinity for no word.
    pub(super) share: f32,
    /// Whether a longer word begins so.
    pub(super) goes_on: bool,
}

const NO_WORD: Entry = Entry {
    share: f32::NEG_INFINITY,
    goes_on: false,
};

/// A word of up to four characters of the basic plane as one number.
pub(super) fn key(word: &[char]) -> u64 {
    word.iter()
        .fold(0, |key, &c| key << 16 | (c as u64 & 0xFFFF))
}

static TABLE: LazyLock<HashMap<u64, Entry, Fast>> = LazyLock::new(|| {
    let mut table = HashMap::<u64, Entry, Fast>::default();
    let text = zstd::decode_all(WORDS).unwrap_or_default();
    let text = String::from_utf8(text).unwrap_or_default();
    let mut word: Vec<char> = Vec::new();
    for c in text.chars() {
        match c {
            '0'..='9' => word.truncate(c as usize - '0' as usize),
            '@'..='\u{7F}' => {
                let twice_log2 = (c as u32 - '@' as u32) as f32;
                let share = twice_log2 * 0.5 * std::f32::consts::LN_2 - TOTAL;
                table.entry(key(&word)).or_insert(NO_WORD).share = share;
                for len in 1..word.len() {
                    table.entry(key(&word[..len])).or_insert(NO_WORD).goes_on = true;
                }
            }
            c => word.push(c),
        }
    }
    table
});

/// What is known of the word with this [`key`].
#[inline]
pub(super) fn entry(key: u64) -> Entry {
    TABLE.get(&key).copied().unwrap_or(NO_WORD)
}

/// The logarithm of a single hanzi's share; a little is left to those no dictionary has.
#[inline]
pub(super) fn single(entry: Entry) -> f32 {
    entry.share.max(-TOTAL - 1.0)
}

/// Whether the characters are a word.
pub(super) fn is_word(word: &[char]) -> bool {
    entry(key(word)).share > f32::NEG_INFINITY
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_words_are_in() {
        assert!(super::TABLE.len() > 130_000);
        assert!(super::is_word(&['干', '部']) && !super::is_word(&['部', '干']));
    }
}
