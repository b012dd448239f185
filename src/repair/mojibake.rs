//! A text read in the wrong encoding: UTF-8 as GBK (`涓浗` for 中国), UTF-8 as
//! Latin-1 (`ä¸…å›½`), GBK as Latin-1 (`ÖÐ¹ú`). One layer a round; a text twice
//! garbled takes two.

use std::cell::OnceCell;

use super::chars::{is_han, lines};
use super::edits::Change;
use super::gbk;
use super::judge::{Frame, Judge};
use super::shift::likeliest;

/// Shortest stretch, in characters, that is taken for garbled.
const SHORTEST: usize = 4;
/// The same for a stretch of hanzi without a mark.
const SHORTEST_UNMARKED: usize = 3;

const LOST: char = '\u{FFFD}';

/// By how much (natural logarithm) a stretch without a mark must read better when undone.
const GAIN: f32 = 4.0;

pub(super) fn undo(page: &[char]) -> Vec<Change> {
    // 。 、 “ ， of UTF-8 begin with these when read as GBK; text of any length holds one.
    let marked = page.iter().any(|c| matches!(c, '銆' | '锛' | '鈥'));
    let as_gbk = marked
        || lines(page)
            .iter()
            .any(|line| begins_garbled(page[line.clone()].iter().copied()));
    let judge = OnceCell::new();
    let mut out = Vec::new();
    let mut at = 0;
    while at < page.len() {
        let start = at;
        if latin(page[at]).is_some() && page[at] >= '\u{80}' {
            while at < page.len() && page[at] >= '\u{80}' && latin(page[at]).is_some() {
                at += 1;
            }
            push(&mut out, start, at, from_latin(&page[start..at]));
        } else if as_gbk && is_garbled(page[at]) {
            while at < page.len() && is_garbled(page[at]) {
                at += 1;
            }
            let run = &page[start..at];
            let Some((text, cut)) = from_gbk(run, page.get(at)) else {
                continue;
            };
            let judge = || judge.get_or_init(|| Judge::new(&[]));
            let better = || {
                let judge = judge();
                let text: Vec<char> = text.chars().collect();
                run.len() >= SHORTEST_UNMARKED && judge.score(&text) > judge.score(run) + GAIN
            };
            if marked || better() {
                // A `?` that ends the stretch stands for the last byte of its last character.
                let ends = text.ends_with(LOST) && !run.contains(&LOST);
                at += usize::from(ends && page.get(at) == Some(&'?'));
                let mut change = Change::new(start, at, &text);
                if !cut.is_empty() {
                    change.candidates = candidates(&change.to, &cut, judge());
                }
                out.push(change);
            }
        } else {
            at += 1;
        }
    }
    out
}

/// Whether the first characters outside ASCII are the bytes of two characters of
/// UTF-8, so that the line may be garbled though no mark shows it (a headline).
pub(super) fn begins_garbled(line: impl Iterator<Item = char>) -> bool {
    let mut line = line.skip_while(char::is_ascii);
    let mut next = || match line.next().and_then(gbk::raw) {
        Some((lead, trail)) => [lead, trail],
        None => [0, 0],
    };
    // One after the other: nearly every line fails at the first.
    matches!(next(), [0xE3..=0xE9, 0x80..=0xBF])
        && matches!(next(), [0x80..=0xBF, 0xE3..=0xE9 | 0xEF])
        && matches!(next(), [0x80..=0xBF, 0x80..=0xBF])
}

fn push(out: &mut Vec<Change>, start: usize, end: usize, text: Option<String>) {
    if let Some(text) = text {
        out.push(Change::new(start, end, &text));
    }
}

/// A character a stretch of UTF-8 read as GBK may hold.
fn is_garbled(c: char) -> bool {
    c >= '\u{80}' && (c == '€' || c == '\u{FFFD}' || gbk::raw(c).is_some())
}

/// The byte that Latin-1, or Windows-1252, reads as this character.
fn latin(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(c as u32) {
        return Some(byte);
    }
    if !matches!(c, '\u{152}'..='\u{192}' | '\u{2C6}' | '\u{2DC}' | '\u{2013}'..='\u{203A}' | '€' | '™')
    {
        return None;
    }
    let mut buffer = [0; 4];
    let (bytes, _, bad) = encoding_rs::WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
    match *bytes {
        [byte] if !bad => Some(byte),
        _ => None,
    }
}

/// Latin letters that are the bytes of Chinese text.
fn from_latin(run: &[char]) -> Option<String> {
    let bytes: Vec<u8> = run.iter().filter_map(|&c| latin(c)).collect();
    // Two marks and no letter (`··`, `“”`) say nothing.
    if bytes.len() < 3 || !run.iter().any(|c| matches!(c, '\u{A1}'..='\u{FF}')) {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(&bytes) {
        if text.chars().any(is_chinese) {
            return Some(text.to_owned());
        }
        // Twice over: what comes out is such letters again.
        let inner: Vec<char> = text.chars().collect();
        let letters = inner.iter().all(|&c| c >= '\u{80}' && latin(c).is_some());
        return (letters && inner.len() < run.len())
            .then(|| from_latin(&inner))
            .flatten();
    }
    if bytes.len() < SHORTEST || !bytes.len().is_multiple_of(2) {
        return None;
    }
    // Common hanzi and marks only: rows A1, A3 and B0 to D7.
    let common = bytes
        .chunks(2)
        .all(|two| matches!(two, [0xA1 | 0xA3 | 0xB0..=0xD7, 0xA1..=0xFE]));
    // A row of signs (`×÷±°`) would pass for hanzi: letters must be among them, or many.
    let letters = run.iter().filter(|&&c| c.is_alphabetic()).count();
    if letters * 4 < run.len() && run.len() < 12 {
        return None;
    }
    let (text, bad) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
    let hanzi = text.chars().filter(|&c| is_han(c)).count();
    (common && !bad && hanzi >= 2).then(|| text.into_owned())
}

/// A character that only Chinese text has.
fn is_chinese(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3000}'..='\u{301F}' | '\u{FF01}'..='\u{FF5E}')
}

/// Hanzi that are the bytes of UTF-8. A last character cut short is U+FFFD.
/// With the text come, for each U+FFFD of it, the bytes that are left of the character.
fn from_gbk(run: &[char], next: Option<&char>) -> Option<(String, Vec<Vec<u8>>)> {
    let mut bytes = Vec::with_capacity(run.len() * 2);
    // Bytes the character of UTF-8 still lacks.
    let mut lacks = 0;
    for (i, &c) in run.iter().enumerate() {
        let known = gbk::raw(c).filter(|_| c != '€');
        let follows = run
            .get(i + 1)
            .and_then(|&c| gbk::raw(c))
            .map(|(lead, _)| lead);
        let from = bytes.len();
        match (known, c) {
            (Some((lead, trail)), _) => bytes.extend([lead, trail]),
            // `€` is 80, or A2 E3 where these end one character and begin another.
            (None, '€') if lacks == 1 && matches!(follows, Some(0x80..=0xBF)) => {
                bytes.extend([0xA2, 0xE3]);
            }
            (None, '€') => bytes.push(0x80),
            // One sign of loss for the character it cuts short.
            (None, _) if lacks > 0 => lacks = 0,
            (None, _) => bytes.push(0xFF),
        }
        for &byte in &bytes[from..] {
            lacks = match byte {
                0xE0..=0xEF => 2,
                0xC0..=0xDF => 1,
                0x80..=0xBF => i32::max(lacks - 1, 0),
                _ => 0,
            };
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let lost = text.matches('\u{FFFD}').count();
    let given = run.iter().filter(|&&c| c == '\u{FFFD}').count();
    let cut = usize::from(next.is_none_or(char::is_ascii));
    let good = text.chars().filter(|&c| is_han(c) || matches!(c, '\u{2010}'..='\u{203B}' | '\u{3000}'..='\u{301F}' | '\u{FF00}'..='\u{FF5E}')).count();
    let left = bytes
        .utf8_chunks()
        .map(|chunk| chunk.invalid().to_vec())
        .filter(|left| !left.is_empty())
        .collect();
    (lost <= given + cut && good >= 2 && good + lost == text.chars().count())
        .then(|| (text.into_owned(), left))
}

/// For each U+FFFD of a text, what the two bytes that are left of it may have begun.
fn candidates(text: &[char], left: &[Vec<u8>], judge: &Judge) -> Vec<Vec<char>> {
    let places: Vec<usize> = (0..text.len()).filter(|&i| text[i] == LOST).collect();
    if places.len() != left.len() {
        return Vec::new(); // some stood in the text before it was garbled
    }
    places
        .into_iter()
        .zip(left)
        .map(|(at, left)| {
            let frame = Frame::new(judge, &text[..at], &text[at + 1..]);
            let readings = (0x80..=0xBF_u8).filter_map(|last| {
                let bytes = [*left.first()?, *left.get(1)?, last];
                let c = std::str::from_utf8(&bytes).ok()?.chars().next();
                c.filter(|&c| is_chinese(c))
            });
            likeliest(readings, |c| frame.score(&[c]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::{check, same};

    const TEXT: &str = "会议强调，要抓好落实。各地积极行动，";

    fn as_latin(bytes: &[u8]) -> String {
        bytes.iter().map(|&b| b as char).collect()
    }

    #[test]
    fn wrong_encodings_are_undone() {
        let (gbk, _, _) = encoding_rs::GBK.encode(TEXT);
        let (garbled, _) = encoding_rs::GBK.decode_without_bom_handling(TEXT.as_bytes());
        let (cp1252, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(TEXT.as_bytes());
        check(&as_latin(TEXT.as_bytes()), TEXT);
        check(&as_latin(&gbk), TEXT);
        check(&garbled, TEXT);
        check(&cp1252, TEXT);
        check(&as_latin(garbled.as_bytes()), TEXT); // twice over
    }

    #[test]
    fn letters_twice_over_are_undone() {
        let (gbk, _, _) = encoding_rs::GBK.encode(TEXT);
        check(&as_latin(as_latin(TEXT.as_bytes()).as_bytes()), TEXT);
        check(&as_latin(as_latin(&gbk).as_bytes()), TEXT);
        check("增长6%ã€‚", "增长6%。");
    }

    #[test]
    fn a_byte_80_is_read_as_it_was() {
        for text in [
            "会议召开扩大会议，研究开发。",
            "全市活动启动，“开门纳谏”效果好、反响大。",
        ] {
            let (garbled, _) = encoding_rs::GBK.decode_without_bom_handling(text.as_bytes());
            if !garbled.contains('\u{FFFD}') {
                check(&garbled, text);
            }
        }
    }

    #[test]
    fn a_line_without_a_mark_is_undone() {
        for title in [
            "中国",
            "全市机关党建工作会议召开",
            "2018年主题党日活动综述",
            "我县开展“主题党日”活动",
        ] {
            let (once, _) = encoding_rs::GBK.decode_without_bom_handling(title.as_bytes());
            if once.contains('\u{FFFD}') {
                continue;
            }
            check(&once, title);
            check(
                &format!("{once}\n会议强调，要抓好落实。"),
                &format!("{title}\n会议强调，要抓好落实。"),
            );
            let (twice, _) = encoding_rs::GBK.decode_without_bom_handling(once.as_bytes());
            if !twice.contains('\u{FFFD}') {
                check(&twice, title);
            }
        }
    }

    #[test]
    fn a_last_character_cut_short_is_marked() {
        // 中国人, its last byte and the line's end lost.
        let (garbled, _) = encoding_rs::GBK.decode_without_bom_handling(&"中国人".as_bytes()[..8]);
        let page = format!("{garbled}?");
        check(&page, "中国\u{FFFD}");
        let edits = crate::repair::repair(&page).edits;
        assert!(edits[0].candidates[0].contains('人'), "{edits:?}");
    }

    #[test]
    fn other_letters_stay() {
        for text in [
            "浣溪沙 涓滴之水",
            "涓涓细流",
            "Übergröße façade naïve déjà vu",
            "法国总统（François）…",
            "“银行”·锛",
            "×÷±°··",
        ] {
            same(text);
        }
    }
}
