//! The words of the dictionary as `build.rs` laid them out: a double array that
//! is read where it lies, so that nothing is loaded.

use std::sync::LazyLock;

use crate::trie::{self, Trie};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

// A constant would lie in the program once for each unit of code that reads it.
static CELL_BYTES: &[u8; CELLS * 8] = include_bytes!(concat!(env!("OUT_DIR"), "/cells.bin"));
static CODE_BYTES: &[u8; 0x2_0000] = include_bytes!(concat!(env!("OUT_DIR"), "/codes.bin"));
static JOINT_BYTES: &[u8; CELLS] = include_bytes!(concat!(env!("OUT_DIR"), "/joints.bin"));
static LOG_BYTES: &[u8; COUNTS.len() * 8] = include_bytes!(concat!(env!("OUT_DIR"), "/logs.bin"));

/// Sum of the counts of all words.
pub(super) fn total() -> u64 {
    TOTAL
}

/// The code of a character that is folded, may stand in a word and is of the
/// basic plane; `None` says that one of these has to be looked at.
#[inline]
pub(super) fn plain_code(c: char) -> Option<u16> {
    let code = u16::from_le_bytes(*CODE_BYTES.as_chunks::<2>().0.get(c as usize)?);
    (code != 0 && code & OUTSIDE == 0).then_some(code)
}

/// The code of a folded character, 0 for one that stands in no word.
pub(super) fn code(c: char) -> u16 {
    match CODE_BYTES.as_chunks::<2>().0.get(c as usize) {
        Some(code) => u16::from_le_bytes(*code) & !OUTSIDE,
        None => BEYOND
            .binary_search_by_key(&c, |&(other, _)| other)
            .map_or(0, |index| BEYOND[index].1),
    }
}

/// A node of the words: its value is the number of the word's count.
pub(super) type Node = trie::Node<COUNT_BITS>;

/// The words.
pub(super) static WORDS: Trie<COUNT_BITS> = Trie::new(CELL_BYTES);

/// Marks the code of a character outside of words, as in `build.rs`.
const OUTSIDE: u16 = 1 << 15;
/// Bits of the number of a count, as in `build.rs`.
const COUNT_BITS: u32 = 14;

/// Numbers of words are below this.
pub(super) const NUMBERS: usize = CELLS;

/// The natural logarithm of the count of this number.
#[inline]
pub(super) fn log(count: u32) -> f64 {
    LOG_BYTES
        .as_chunks::<8>()
        .0
        .get(count as usize)
        .map_or(0.0, |bytes| f64::from_le_bytes(*bytes))
}

/// How often a folded word was met; `None` when the dictionary lacks it.
pub(super) fn count(word: &str) -> Option<u64> {
    find(word).map(|node| COUNTS[node.value() as usize])
}

/// The number of a folded word; 0 when the dictionary lacks it.
pub(super) fn number(word: &str) -> u32 {
    find(word).map_or(0, Node::number)
}

/// Characters of a word behind which parts are known to meet or not.
pub(super) const JOINTS: usize = 8;

/// Where the parts of a word meet, by its number: bit n says behind n + 1 characters, of
/// [`JOINTS`].
#[inline]
pub(super) fn joints(number: u32) -> u8 {
    JOINT_BYTES.get(number as usize).copied().unwrap_or(0)
}

/// The character of each code; made when it is first asked for.
static CHARS: LazyLock<Vec<char>> = LazyLock::new(|| {
    let plane = CODE_BYTES.as_chunks::<2>().0.iter();
    let plane = (0..)
        .zip(plane)
        .filter_map(|(c, code)| Some((char::from_u32(c)?, u16::from_le_bytes(*code) & !OUTSIDE)));
    let mut chars = vec!['\0'; usize::from(OUTSIDE)];
    for (c, code) in plane.chain(BEYOND.iter().copied()) {
        chars[usize::from(code)] = c;
    }
    chars
});

/// The word with a number; empty for a number that no word has.
pub(super) fn spell(number: u32) -> String {
    let codes = WORDS.spell(number).into_iter();
    codes
        .filter_map(|code| CHARS.get(usize::from(code)))
        .collect()
}

fn find(word: &str) -> Option<Node> {
    let mut node = Node::ROOT;
    for c in word.chars() {
        node = WORDS.child(node, code(c))?;
    }
    (node.value() != 0).then_some(node)
}

/// Number of words a folded text can hold.
#[cfg(test)]
pub(super) fn words() -> usize {
    WORD_COUNT
}
