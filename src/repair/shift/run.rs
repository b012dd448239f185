//! A stretch that was decoded one byte off, read back into bytes and paired anew.

use super::{is_plausible, lost};
use crate::repair::chars::is_han;
use crate::repair::gbk;
use crate::repair::judge::{Halves, halves};
use crate::repair::pinyin::{self, syllable};

/// A character of the original, as far as the bytes tell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    /// An ASCII character.
    Known(char),
    /// Both bytes are there; but where a decoder drops private use without a
    /// trace, they may be the first of one character and the last of the next.
    Pair(Bytes),
    /// One byte is there: the characters it can be.
    OneOf(Vec<char>),
    /// An ASCII byte that was eaten.
    Lost,
    /// The same, a line break if the character before ends a sentence.
    Line,
}

/// A lead and a trail byte, and the pinyin that stands behind them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bytes {
    lead: u8,
    trail: u8,
    said: Option<String>,
}

impl Bytes {
    /// Whether a character may be the last these bytes make.
    pub(super) fn fits(&self, c: char) -> bool {
        is_plausible(c)
            && self
                .said
                .as_ref()
                .is_none_or(|said| pinyin::readings(c).any(|r| r == said))
    }

    /// The one character they make.
    pub(super) fn one(&self) -> Option<char> {
        gbk::char(self.lead, self.trail).filter(|&c| self.fits(c))
    }

    /// Two characters whose inner bytes a decoder dropped.
    pub(super) fn dropped(&self) -> Halves {
        halves(self.lead, self.trail, |c| self.fits(c))
    }
}

/// A reading of a stretch: what was there, where the page is in step again, and
/// the lead byte that waits for its trail.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) slots: Vec<Slot>,
    pub(super) end: usize,
    /// Whether the page shows the shift without a judge's help (a bracket nothing opens).
    pub(super) sure: bool,
    lead: u8,
}

/// The full-width mark a page folded, with its bytes as the damage saw them.
fn mark(c: char) -> Option<(u8, u8)> {
    Some(match c {
        ',' | '，' => (0xA3, 0xAC),
        '。' => (0xA1, 0xA3),
        '、' => (0xA1, 0xA2),
        ';' | '；' => (0xA3, 0xBB),
        '!' | '！' => (0xA3, 0xA1),
        '?' | '？' => (0xA3, 0xBF),
        _ => return None,
    })
}

/// The bytes of a character in a stretch: folded marks count as full-width, for
/// a bare ASCII byte below 40 can't stand where a lead byte belongs.
fn pair(c: char) -> Option<(u8, u8)> {
    if matches!(c, '!'..='/' | ':' | ';' | '<'..='>' | '?') {
        Some((0xA3, c as u8 + 0x80))
    } else {
        gbk::bytes(c)
    }
}

/// The ways a stretch may begin at a `?`. `tail` tells the character before, brackets left out.
pub(super) fn starts(page: &[char], at: usize, tail: Option<char>) -> Vec<Run> {
    let next = page.get(at + 1).copied().unwrap_or('\0');
    if let Some((y, z)) = mark(next) {
        // The mark was found across two characters: `?` is the lead of the first and the comma.
        let choices: Vec<char> = (0x81..=0xFE)
            .filter_map(|lead| gbk::char(lead, y))
            .filter(|&c| is_plausible(c))
            .collect();
        return vec![Run {
            slots: vec![Slot::OneOf(choices)],
            end: at + 2,
            sure: false,
            lead: z,
        }];
    }
    // `?py)`: a table character was found across two; `?` is its second byte and the bracket.
    let Some((end, said)) = syllable(page, at + 1) else {
        return Vec::new();
    };
    let Some((_, y)) = tail.and_then(gbk::bytes) else {
        return Vec::new();
    };
    (0x81..=0xFE)
        .filter(|&z| {
            gbk::char(y, z)
                .is_some_and(|c| pinyin::differs(c) && pinyin::readings(c).any(|r| r == said))
        })
        .map(|z| Run {
            slots: Vec::new(),
            end,
            sure: true,
            lead: z,
        })
        .collect()
}

/// Reads on from a start until the page is in step again: one run for each place where that may be.
pub(super) fn follow(page: &[char], start: Run, longest: usize) -> Vec<Run> {
    let mut out = Vec::new();
    let stop = page.len().min(start.end + longest);
    let mut run = start;
    loop {
        let Some(&c) = page.get(run.end).filter(|_| run.end < stop) else {
            if run.end >= page.len() {
                run.slots.push(Slot::OneOf(with_lead(run.lead, |_| true)));
                out.push(run);
            }
            return out;
        };
        match c {
            // A trail byte that is an ASCII letter, or 80.
            '@'..='~' | '€' => {
                let trail = if c == '€' { 0x80 } else { c as u8 };
                run.end += 1;
                let said = (page.get(run.end) == Some(&'('))
                    .then(|| syllable(page, run.end + 1))
                    .flatten();
                run.slots.push(Slot::Pair(Bytes {
                    lead: run.lead,
                    trail,
                    said: said.map(|(_, said)| said),
                }));
                out.push(run);
                return out;
            }
            // The trail byte and the ASCII byte behind it made no pair.
            '?' => {
                let mut closed = run.clone();
                closed.end += 1;
                if let Some((end, said)) = syllable(page, closed.end) {
                    // The byte eaten was the bracket: a table character, read so.
                    let choices = with_lead(run.lead, |c| {
                        pinyin::differs(c) && pinyin::readings(c).any(|r| r == said)
                    });
                    if !choices.is_empty() {
                        closed.slots.push(Slot::OneOf(choices));
                        closed.end = end;
                        closed.sure = true;
                        out.push(closed);
                        return out;
                    }
                }
                closed
                    .slots
                    .push(Slot::OneOf(with_lead(run.lead, |_| true)));
                if closed.end < page.len() && page.get(closed.end).copied().and_then(mark).is_none()
                {
                    closed.slots.push(match page[closed.end..] {
                        [c, ..] if is_han(c) && !lost::is_counted(c) => Slot::Line,
                        _ => Slot::Lost,
                    });
                } // else the byte eaten was the comma put before the mark, or the text ends in half a character
                out.push(closed);
                if out.len() > 2 {
                    return out;
                }
            }
            // A comma put before a mark inside the stretch.
            ',' if page.get(run.end + 1).copied().and_then(mark).is_some() => {
                run.end += 1;
                continue;
            }
            _ => {}
        }
        let Some((trail, lead)) = pair(c) else {
            return out;
        };
        run.slots.push(Slot::Pair(Bytes {
            lead: run.lead,
            trail,
            said: None,
        }));
        run.end += 1;
        // A table character of the stretch itself, with its pinyin.
        if page.get(run.end) == Some(&'(')
            && let Some((end, said)) = syllable(page, run.end + 1)
            && pinyin::readings(c).any(|r| r == said)
        {
            run.end = end;
        }
        if lead < 0x80 {
            run.slots.push(Slot::Known(lead as char));
            out.push(run);
            return out;
        }
        run.lead = lead;
    }
}

/// The characters with this lead byte that pass.
fn with_lead(lead: u8, pass: impl Fn(char) -> bool) -> Vec<char> {
    (0x40..=0xFE)
        .filter_map(|trail| gbk::char(lead, trail))
        .filter(|&c| is_plausible(c) && pass(c))
        .collect()
}
