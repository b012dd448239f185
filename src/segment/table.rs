//! The words of the dictionary as `build.rs` laid them out: a double array that
//! is read where it lies, so that nothing is loaded.

include!(concat!(env!("OUT_DIR"), "/words.rs"));

static CELL_BYTES: &[u8; CELLS * 8] = include_bytes!(concat!(env!("OUT_DIR"), "/cells.bin"));
static CODE_BYTES: &[u8; 0x2_0000] = include_bytes!(concat!(env!("OUT_DIR"), "/codes.bin"));
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

/// A node of the trie of words: what its own characters spell is, or begins, a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    cell: u32,
    bits: u64,
}

/// Marks the code of a character outside of words, as in `build.rs`.
const OUTSIDE: u16 = 1 << 15;
/// Bits of a cell, as in `build.rs`: the number of a count, the base of the
/// children, the parent's cell.
const COUNT_BITS: u32 = 14;
const CELL_BITS: u32 = 20;

impl Node {
    /// The node of no characters.
    pub(super) const ROOT: Node = Node { cell: 0, bits: 0 };

    /// The node with one more character; `None` when nothing goes on so.
    #[inline]
    pub(super) fn child(self, code: u16) -> Option<Node> {
        let base = (self.bits >> COUNT_BITS) as u32 & ((1 << CELL_BITS) - 1);
        let cell = base ^ u32::from(code);
        let bits = u64::from_le_bytes(*CELL_BYTES.as_chunks::<8>().0.get(cell as usize)?);
        ((bits >> (COUNT_BITS + CELL_BITS)) as u32 == self.cell).then_some(Node { cell, bits })
    }

    /// The number of the word's count; 0 when this is no word.
    #[inline]
    pub(super) fn count(self) -> usize {
        self.bits as usize & ((1 << COUNT_BITS) - 1)
    }

    /// The number of the word, not 0.
    #[inline]
    pub(super) fn number(self) -> u32 {
        self.cell
    }
}

/// Numbers of words are below this.
pub(super) const NUMBERS: usize = CELLS;

/// The natural logarithm of the count of this number.
#[inline]
pub(super) fn log(count: usize) -> f64 {
    LOG_BYTES
        .as_chunks::<8>()
        .0
        .get(count)
        .map_or(0.0, |bytes| f64::from_le_bytes(*bytes))
}

/// How often a folded word was met; `None` when the dictionary lacks it.
pub(super) fn count(word: &str) -> Option<u64> {
    find(word).map(|node| COUNTS[node.count()])
}

/// The number of a folded word; 0 when the dictionary lacks it.
pub(super) fn number(word: &str) -> u32 {
    find(word).map_or(0, Node::number)
}

fn find(word: &str) -> Option<Node> {
    let mut node = Node::ROOT;
    for c in word.chars() {
        node = node.child(code(c))?;
    }
    (node.count() != 0).then_some(node)
}

/// Number of words a folded text can hold.
#[cfg(test)]
pub(super) fn words() -> usize {
    WORDS
}
