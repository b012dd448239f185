//! An article is cut into passages: whole sentences, no copies, nothing left out.

use std::ops::Range;

use crate::article::Article;
use crate::chars::is_solid;

/// Short neighbours are joined up to here (code points).
const JOIN_BELOW: usize = 150;
/// No passage is longer, but for the punctuation that ends it (code points).
const MAX: usize = 400;
/// A long paragraph is cut into parts of about this length (code points).
const PART: usize = 280;
/// How far the characters of a passage run into the next one of the same
/// paragraph (units of [`crate::chars`]): an exact string of up to one more
/// than this is found by the index alone, a longer one is verified on the text.
pub const TAIL: usize = 63;
/// Names this way of cutting in the identity of an index.
pub const VERSION: &str = "150-400/63";

/// A passage: a byte range of the article's body.
///
/// Passages follow one another and cover every paragraph. A long paragraph is
/// cut at sentences, so a passage may begin inside one (`inside`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Bytes of the body, without the line break that ends the last paragraph.
    pub bytes: Range<usize>,
    /// It goes on with the paragraph that the passage before began.
    pub inside: bool,
    /// End of the bytes that belong to its characters in the index: runs past
    /// `bytes.end` when the paragraph goes on.
    pub tail_end: usize,
}

/// Cuts an article; the list is never empty, for a body never is.
pub fn passages(article: &Article) -> Vec<Passage> {
    let mut found: Vec<Passage> = Vec::new();
    let mut open: Option<(Range<usize>, usize)> = None; // whole paragraphs gathered, and their length
    for paragraph in &article.paragraphs {
        let text = &article.body[paragraph.bytes.clone()];
        let length = text.chars().count();
        if let Some((range, gathered)) = &mut open {
            let total = *gathered + length;
            if total <= MAX && (*gathered < JOIN_BELOW || length < JOIN_BELOW / 2) {
                range.end = paragraph.bytes.end;
                *gathered = total;
                continue;
            }
            found.push(whole(range.clone()));
        }
        if length <= MAX {
            open = Some((paragraph.bytes.clone(), length));
            continue;
        }
        open = None;
        for part in parts(text) {
            let bytes = part.start + paragraph.bytes.start..part.end + paragraph.bytes.start;
            found.push(Passage {
                inside: part.start > 0,
                tail_end: bytes.end + tail(&text[part.end..]),
                bytes,
            });
        }
    }
    if let Some((range, gathered)) = open {
        // A few last words (a byline) go with what they follow.
        match found.last_mut() {
            Some(last)
                if gathered < JOIN_BELOW / 2
                    && article.body[last.bytes.clone()].chars().count() + gathered <= MAX =>
            {
                last.bytes.end = range.end;
                last.tail_end = range.end;
            }
            _ => found.push(whole(range)),
        }
    }
    found
}

fn whole(bytes: Range<usize>) -> Passage {
    Passage {
        inside: false,
        tail_end: bytes.end,
        bytes,
    }
}

/// Bytes of the first [`TAIL`] units of what follows.
fn tail(rest: &str) -> usize {
    crate::chars::units(rest)
        .take(TAIL)
        .last()
        .map_or(0, |placed| placed.bytes.end)
}

/// Cuts a long paragraph at the ends of its sentences, into parts of nearly
/// equal length. Every part but the first begins with a character that stands
/// for itself, so that no run of punctuation is cut in two.
fn parts(text: &str) -> Vec<Range<usize>> {
    // Of text that is nearly all hanzi.
    let mut cuts: Vec<Cut> = Vec::with_capacity(text.len() / 3);
    let mut at = 0;
    let mut strength = 0;
    for (bytes, c) in text.char_indices() {
        if is_solid(c) {
            if at > 0 {
                cuts.push(Cut {
                    bytes,
                    at,
                    strength,
                });
            }
            strength = 0;
        } else {
            strength = strength.max(match c {
                '。' | '！' | '？' | '!' | '?' | '…' => 3,
                '；' | ';' => 2,
                '，' | ',' | '、' | '：' | ' ' | '\u{3000}' => 1,
                _ => 0,
            });
        }
        at += 1;
    }
    let length = at;
    let wanted = length.div_ceil(PART).max(1);
    let step = length as f64 / wanted as f64;
    let mut ranges = Vec::new();
    let (mut start, mut start_at) = (0, 0);
    let mut from = 0;
    while length - start_at > MAX {
        let ideal = start_at as f64 + step;
        // The strongest end between half a part and the most a passage may hold,
        // then the one nearest to an even division.
        let mut best: Option<(i32, f64, usize)> = None;
        for (index, cut) in cuts.iter().enumerate().skip(from) {
            let size = cut.at - start_at;
            if size > MAX {
                break;
            }
            if size < JOIN_BELOW && cut.strength < 3 || size < JOIN_BELOW / 2 {
                continue;
            }
            let distance = (cut.at as f64 - ideal).abs();
            let key = (cut.strength, -distance);
            if best.is_none_or(|(strength, near, _)| key > (strength, near)) {
                best = Some((key.0, key.1, index));
            }
        }
        // Without any solid character in reach there is no place to cut before
        // the next one: a run of punctuation stays whole.
        let index = match best {
            Some((_, _, index)) => index,
            None => match cuts.iter().skip(from).position(|cut| cut.at > start_at) {
                Some(ahead) => from + ahead,
                None => break,
            },
        };
        let cut = &cuts[index];
        ranges.push(start..cut.bytes);
        (start, start_at) = (cut.bytes, cut.at);
        from = index + 1;
    }
    ranges.push(start..text.len());
    ranges
}

/// A place where a paragraph may be cut.
struct Cut {
    bytes: usize,
    at: usize,
    strength: i32,
}
