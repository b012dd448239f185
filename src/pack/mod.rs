//! Text as codes of words: a third of the bytes of UTF-8, and any text is read
//! by itself, without unpacking its neighbours.
//!
//! A fixed list of 32,640 tokens (words of jieba's dictionary, MIT; the hanzi of
//! GB 2312 and of Big5 level 1; marks, ASCII) is ordered by use. The first 128 are
//! one byte, the others two; what is no token is written as UTF-16, three
//! bytes a unit. Text is coded greedily, the longest token first.
//!
//! Measured on 33,449 news stories (48 MB): 33 % of UTF-8, against 60 % for
//! zstd, level 1, in blocks of 16 KB, as tantivy's document store has it; a
//! passage is read in about a microsecond, where a block takes thirty.

mod units;

use crate::trie::{self, Trie};

pub use units::{holding, solid};

/// One token a line, `\n` for the line break; its line is its code. Chosen and
/// ordered by their use in news of 2012 to 2018 and their frequency in jieba's
/// dictionary. Changing it changes the format of the index.
static TOKENS: &str = include_str!("tokens.txt");

/// Codes of one byte.
const SHORT: usize = 128;
/// What follows is a unit of UTF-16, high byte first.
const ESCAPE: u8 = 0xFF;
/// Codes in all: one byte below 128, or a lead of 0x80 to 0xFE and a byte.
pub const CODES: usize = SHORT + 127 * 256;

/// Where each token begins in [`TOKENS`], and where the last one ends: u32 each.
static PLACES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/token-places.bin"));

fn place(code: usize) -> Option<usize> {
    let (place, _) = PLACES.get(code * 4..)?.split_first_chunk()?;
    Some(u32::from_le_bytes(*place) as usize)
}

fn token(code: usize) -> Option<&'static str> {
    match TOKENS.get(place(code)?..place(code + 1)? - 1)? {
        "\\n" => Some("\n"),
        token => Some(token),
    }
}

/// A node of the tree of tokens: its value is the code, and one more.
type Node = trie::Node<TOKEN_BITS>;

/// Bits of such a value, as in `build.rs`.
const TOKEN_BITS: u32 = 16;

/// The tokens.
static TREE: Trie<TOKEN_BITS> =
    Trie::new(include_bytes!(concat!(env!("OUT_DIR"), "/token-cells.bin")));

/// For every character of the first plane, where all tokens are, its code in [`TREE`]: u16 each.
static CHARS: &[u8; 0x2_0000] = include_bytes!(concat!(env!("OUT_DIR"), "/token-codes.bin"));

/// The longest token a text begins with: its code and its bytes.
#[inline]
fn longest(text: &str) -> Option<(u16, usize)> {
    let mut found = None;
    let mut node = Node::ROOT;
    let mut chars = text.chars();
    while let Some(next) = chars.next().and_then(|c| after(node, c)) {
        node = next;
        if node.value() != 0 {
            found = Some((node.value(), chars.as_str().len()));
        }
        if node.is_leaf() {
            break;
        }
    }
    let (value, rest) = found?;
    Some(((value - 1) as u16, text.len() - rest))
}

#[inline]
fn after(node: Node, c: char) -> Option<Node> {
    let code = CHARS.as_chunks().0.get(c as usize)?;
    TREE.child(node, u16::from_le_bytes(*code))
}

/// Appends a text to packed bytes.
pub fn pack(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() / 2);
    let mut rest = text;
    while !rest.is_empty() {
        let length = match longest(rest) {
            Some((code, length)) => {
                let code = usize::from(code);
                if code < SHORT {
                    out.push(code as u8);
                } else {
                    let code = code - SHORT;
                    out.extend([(SHORT + code / 256) as u8, (code % 256) as u8]);
                }
                length
            }
            None => {
                let c = rest.chars().next().unwrap_or_default();
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let [high, low] = unit.to_be_bytes();
                    out.extend([ESCAPE, high, low]);
                }
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
}

/// A piece of packed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A token, by its code.
    Token(u16),
    /// A character that is no token.
    Char(char),
}

impl Piece {
    /// Its text; `buffer` holds that of a character.
    #[inline]
    pub fn text(self, buffer: &mut [u8; 4]) -> &str {
        match self {
            Piece::Token(code) => token(usize::from(code)).unwrap_or_default(),
            Piece::Char(c) => c.encode_utf8(buffer),
        }
    }
}

/// The pieces of packed bytes, in order; `None` among them, and nothing after
/// it, where the bytes are none that [`pack`] made.
pub fn pieces(packed: &[u8]) -> Pieces<'_> {
    Pieces { rest: packed }
}

/// Iterator of [`pieces`].
#[derive(Debug, Clone)]
pub struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Pieces<'a> {
    /// The bytes that were not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn escaped(&mut self) -> Option<u16> {
        let ([high, low], rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u16::from_be_bytes([*high, *low]))
    }

    #[cold]
    fn char(&mut self) -> Option<char> {
        let high = self.escaped()?;
        if !matches!(high, 0xD800..0xDC00) {
            return char::from_u32(u32::from(high));
        }
        let (escape, rest) = self.rest.split_first()?;
        self.rest = rest;
        if *escape != ESCAPE {
            return None;
        }
        let low = self.escaped()?;
        char::decode_utf16([high, low]).next()?.ok()
    }
}

impl Iterator for Pieces<'_> {
    type Item = Option<Piece>;

    #[inline]
    fn next(&mut self) -> Option<Option<Piece>> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        let piece = if usize::from(*byte) < SHORT {
            Some(Piece::Token(u16::from(*byte)))
        } else if *byte == ESCAPE {
            self.char().map(Piece::Char)
        } else {
            self.rest.split_first().map(|(second, rest)| {
                self.rest = rest;
                let long = (usize::from(*byte) - SHORT) * 256 + usize::from(*second);
                Piece::Token((SHORT + long) as u16)
            })
        };
        if piece.is_none() {
            self.rest = &[];
        }
        Some(piece)
    }
}

/// What stands from a byte of the text on: text that was unpacked on the way,
/// and packed bytes. `None` when the text has no such byte, or it lies inside a
/// character.
pub fn skip(packed: &[u8], bytes: usize) -> Option<(String, &[u8])> {
    let mut left = bytes;
    let mut pieces = pieces(packed);
    while left > 0 {
        let mut buffer = [0; 4];
        let text = pieces.next()??.text(&mut buffer);
        match left.checked_sub(text.len()) {
            Some(rest) => left = rest,
            None => return Some((text.get(left..)?.to_owned(), pieces.rest())),
        }
    }
    Some((String::new(), pieces.rest()))
}

/// Appends the text that [`pack`] made these bytes of; `None` for bytes that it
/// never made.
pub fn unpack(packed: &[u8], out: &mut String) -> Option<()> {
    out.reserve(packed.len() * 3);
    for piece in pieces(packed) {
        out.push_str(piece?.text(&mut [0; 4]));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[track_caller]
    fn round(text: &str) -> Vec<u8> {
        let mut packed = Vec::new();
        pack(text, &mut packed);
        let mut back = String::new();
        assert_eq!(unpack(&packed, &mut back), Some(()), "{text}");
        assert_eq!(back, text);
        packed
    }

    #[test]
    fn every_code_has_a_token_of_its_own() {
        let tokens: HashSet<&str> = (0..CODES).filter_map(token).collect();
        assert_eq!(tokens.len(), CODES);
        assert_eq!(token(CODES), None);
        for code in 0..CODES {
            let packed = round(token(code).unwrap());
            assert_eq!(packed.len(), if code < SHORT { 1 } else { 2 }, "{code}");
        }
    }

    #[test]
    fn news_takes_a_third() {
        let text = "全县召开党建工作推进会，部署下半年重点任务。会议强调，要把责任落到实处。";
        let packed = round(text);
        assert!(packed.len() * 10 < text.len() * 4, "{} bytes", packed.len());
        assert!(round("機關黨建標準化建設").len() <= 18);
        assert_eq!(round("𠮷").len(), 6);
        assert_eq!(round("").len(), 0);
    }

    #[test]
    fn damaged_bytes_are_refused() {
        for bytes in [
            &[0x80][..],
            &[0xFF],
            &[0xFF, 0xD8],
            &[0xFF, 0xD8, 0x00],
            &[0xFF, 0xDC, 0x00],
            &[0xFF, 0xD8, 0x00, 0x01],
        ] {
            assert_eq!(unpack(bytes, &mut String::new()), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "\\PC{0,80}|[\\x00-\\x7f\u{4e00}-\u{4eff}\u{20000}-\u{200ff}]{0,80}") {
            round(&text);
        }

        #[test]
        fn skipping_is_slicing(text in "[中国人民，a\n]{0,20}|\\PC{0,20}", bytes in 0usize..70) {
            let rest = skip(&round(&text), bytes).map(|(mut rest, packed)| {
                unpack(packed, &mut rest).unwrap();
                rest
            });
            prop_assert_eq!(rest.as_deref(), text.get(bytes..));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = unpack(&bytes, &mut String::new());
        }
    }
}
