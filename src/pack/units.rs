//! Tokens as [`crate::chars`] sees them, so that who looks for a few characters
//! in packed texts need not unpack what holds none of them. `build.rs` makes the
//! tables.

use crate::pack::CODES;

/// Characters of each token, or 0.
static SOLID: &[u8; CODES] = include_bytes!(concat!(env!("OUT_DIR"), "/token-solid.bin"));
/// Every folded character of a solid token, sorted, and where the list of its
/// tokens begins: u32 each.
static INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/token-index.bin"));
/// Codes: u16 each.
static LISTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/token-lists.bin"));

/// For each code, how many characters its token has if every one of them stands
/// for itself: as many units. 0 for a token with a blank, a quote mark,
/// punctuation or a line break.
pub fn solid() -> &'static [u8; CODES] {
    SOLID
}

/// The codes of those tokens that hold a folded character.
pub fn holding(c: char) -> impl Iterator<Item = u16> {
    let (mut low, mut high) = (0, INDEX.len() / 8);
    while low < high {
        let middle = low + (high - low) / 2;
        if number(INDEX, middle * 2) < Some(u32::from(c)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let bytes = match number(INDEX, low * 2) {
        Some(found) if found == u32::from(c) => {
            let end = number(INDEX, low * 2 + 3).map_or(LISTS.len(), |end| end as usize * 2);
            let begin = number(INDEX, low * 2 + 1).map_or(end, |begin| begin as usize * 2);
            LISTS.get(begin..end).unwrap_or_default()
        }
        _ => &[],
    };
    bytes
        .chunks_exact(2)
        .map(|code| u16::from_le_bytes([code[0], code[1]]))
}

fn number(bytes: &[u8], nth: usize) -> Option<u32> {
    let (number, _) = bytes.get(nth * 4..)?.split_first_chunk()?;
    Some(u32::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::chars::{Unit, units};
    use crate::pack::token;

    #[test]
    fn the_tables_are_those_of_the_tokens() {
        let mut held: HashMap<char, Vec<u16>> = HashMap::new();
        for code in 0..CODES {
            let token = token(code).unwrap();
            let chars: Vec<char> = units(token)
                .filter_map(|placed| match placed.unit {
                    Unit::Char(c) => Some(c),
                    Unit::Stop | Unit::Break => None,
                })
                .collect();
            let solid = usize::from(solid()[code]);
            if chars.len() == token.chars().count() {
                assert_eq!(solid, chars.len(), "{token}");
                for c in chars {
                    let codes = held.entry(c).or_default();
                    if codes.last() != Some(&(code as u16)) {
                        codes.push(code as u16);
                    }
                }
            } else {
                assert_eq!(solid, 0, "{token}");
            }
        }
        for (c, codes) in held {
            assert_eq!(holding(c).collect::<Vec<u16>>(), codes, "{c}");
        }
        for c in ['，', '機', '\u{1F600}', '\0', char::MAX] {
            assert_eq!(holding(c).count(), 0, "{c}");
        }
    }
}
