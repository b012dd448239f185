//! What two characters may have been whose inner bytes a decoder dropped: the
//! lead byte of the first and the trail byte of the second are left.

use std::sync::OnceLock;

use super::mark;
use super::table::{entry, is_word, key};
use crate::fold::simplify;
use crate::repair::gbk;
use crate::repair::shift::is_plausible;

/// A character, and the one of its bytes that was lost.
pub(in crate::repair) type Half = (char, u8);

/// Two characters.
type Pair = (char, char);

/// The choices for two such characters.
pub(in crate::repair) struct Halves {
    /// The first, with its lost trail byte.
    pub(in crate::repair) first: &'static [Half],
    /// The second, with its lost lead byte: the commonest ones.
    pub(in crate::repair) second: Vec<Half>,
    /// Pairs that are words.
    pub(in crate::repair) words: &'static [Pair],
}

/// Likeliest characters tried for the second.
const COMMON: usize = 40;
/// First byte that leads, and first that trails.
const LEAD: u8 = 0x81;
const TRAIL: u8 = 0x40;
const TRAILS: usize = 0x100 - TRAIL as usize;

// Each list is made when it is first asked for; together they hold each
// character and each word of two at most once a script.
static FIRST: [OnceLock<Box<[Half]>>; 0x100] = [const { OnceLock::new() }; 0x100];
static SECOND: [OnceLock<Box<[Half]>>; 0x100] = [const { OnceLock::new() }; 0x100];
static WORDS: [OnceLock<Box<[Pair]>>; 0x80 * TRAILS] = [const { OnceLock::new() }; 0x80 * TRAILS];

/// What the characters with this lead and this trail byte may be; the second must pass `fits`.
pub(in crate::repair) fn halves(lead: u8, trail: u8, fits: impl Fn(char) -> bool) -> Halves {
    let first = FIRST[usize::from(lead)].get_or_init(|| first(lead));
    let second = SECOND[usize::from(trail)].get_or_init(|| second(trail));
    let place = usize::from(lead & 0x7F) * TRAILS + usize::from(trail.saturating_sub(TRAIL));
    let words = WORDS[place].get_or_init(|| words(first, second));
    Halves {
        first,
        second: second
            .iter()
            .filter(|half| fits(half.0))
            .take(COMMON)
            .copied()
            .collect(),
        words,
    }
}

fn first(lead: u8) -> Box<[Half]> {
    (0xA1..=0xFE)
        .filter(|&t| (LEAD..=0xFE).any(|l| gbk::vanishes(t, l)))
        .filter_map(|t| Some((gbk::char(lead, t).filter(|&c| is_plausible(c))?, t)))
        .collect()
}

/// The commonest first.
fn second(trail: u8) -> Box<[Half]> {
    let share = |c: char| {
        let known = entry(key(&[simplify(c)])).share;
        if known > f32::NEG_INFINITY {
            known
        } else {
            mark(c)
        }
    };
    let mut all: Vec<Half> = (LEAD..=0xFE)
        .filter_map(|l| Some((gbk::char(l, trail).filter(|&c| is_plausible(c))?, l)))
        .collect();
    all.sort_by(|a, b| share(b.0).total_cmp(&share(a.0)));
    all.into()
}

fn words(first: &[Half], second: &[Half]) -> Box<[Pair]> {
    // In the order of the second's lead byte, as a decoder would meet them.
    let mut second: Vec<Half> = second.to_vec();
    second.sort_by_key(|half| half.1);
    let mut out = Vec::new();
    for &(a, trail) in first {
        for &(b, lead) in &second {
            if gbk::vanishes(trail, lead) && is_word(&[simplify(a), simplify(b)]) {
                out.push((a, b));
            }
        }
    }
    out.into()
}
