//! How likely a stretch of text is: words of jieba's dictionary, and what the
//! page itself says elsewhere. Loaded only when a page needs it.

mod frame;
mod halves;
mod table;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::chars::is_han;
use crate::fold::simplify;
pub(super) use frame::Frame;
pub(super) use halves::{Half, Halves, halves};
use table::{Fast, LONGEST, entry, key, single};

/// Longest window scored at once, in code points.
const WINDOW: usize = 64;

/// Simplified forms that are no traditional characters besides (业, but not 后
/// or 修): those outside the 5,401 common characters of Big5.
static SIMPLE: LazyLock<HashSet<char, Fast>> = LazyLock::new(|| {
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

/// The judge of one page.
pub(super) struct Judge {
    /// Neighbours in the page, in simplified script, and how often they meet.
    pairs: HashMap<u64, u32, Fast>,
    /// Whether the page is in traditional script.
    traditional: bool,
    /// Characters of the other script that the page holds nevertheless (后, 里).
    used: HashSet<char, Fast>,
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

    /// Whether sentences of the page end in a line break.
    pub(super) fn breaks(&self) -> bool {
        ['。', '”', '！', '!']
            .iter()
            .any(|&c| self.pairs.contains_key(&key(&[c, '\n'])))
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
            words(simple, i, |end, share| {
                best[end] = best[end].max(best[i] + share);
            });
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
            .map(|pair| self.meet(pair[0], pair[1]))
            .sum()
    }

    /// The same for two neighbours, in simplified script.
    pub(super) fn meet(&self, a: char, b: char) -> f32 {
        if is_stop(a) && is_stop(b) {
            return -6.0;
        }
        match self.pairs.get(&key(&[a, b])) {
            None | Some(0) => 0.0,
            Some(1) => 1.5,
            Some(_) => 2.5,
        }
    }
}

/// The words that begin at a place of a text in simplified script, a mark by
/// itself among them: where each ends and its share.
#[inline]
fn words(simple: &[char], at: usize, mut found: impl FnMut(usize, f32)) {
    let c = simple[at];
    if !is_han(c) {
        found(at + 1, mark(c));
        return;
    }
    let mut word = 0;
    for end in at + 1..=simple.len().min(at + LONGEST) {
        word = word << 16 | (simple[end - 1] as u64 & 0xFFFF);
        let known = entry(word);
        if end == at + 1 {
            found(end, single(known));
        } else if known.share > f32::NEG_INFINITY {
            found(end, known.share);
        }
        if !known.goes_on {
            return;
        }
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
    }
}
