//! Pinyin put after a traditional character: 機(jī)關(guān). Leaves the gloss of a
//! rare name, 李玥(yuè), teaching text, 學(xué)生(shēng), and (见附件) alone.
//!
//! A damaged page annotates every occurrence of the characters of a fixed
//! table, and only characters that differ between the scripts: that, and not
//! the bracket, tells it from a page that means its glosses.

use std::collections::{HashMap, HashSet};

use pinyin::ToPinyinMulti;

use super::chars::is_han;
use super::edits::Change;
use super::gbk;
use crate::fold::{fold, simplify};

/// A syllable in half-width brackets after a character that is read so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    /// The character.
    pub(super) at: usize,
    /// One past the closing bracket.
    pub(super) end: usize,
}

/// A letter of a syllable with its tone mark (the letters of GBK row A8).
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_lowercase() || "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü".contains(c)
}

/// The readings of a character, with tone marks, the usual one first.
pub(super) fn readings(c: char) -> impl Iterator<Item = &'static str> {
    let own = c.to_pinyin_multi().into_iter().flatten();
    let simple = Some(simplify(c))
        .filter(|&s| s != c)
        .and_then(|s| s.to_pinyin_multi())
        .into_iter()
        .flatten();
    own.chain(simple).map(|p| p.with_tone())
}

/// The syllable that starts at `from`, a blank allowed before the closing
/// bracket: the place behind the bracket and the syllable.
pub(super) fn syllable(page: &[char], from: usize) -> Option<(usize, String)> {
    let mut at = from;
    if page.get(at) == Some(&' ') {
        at += 1;
    }
    let start = at;
    while at < page.len() && at - start < 7 && is_letter(page[at]) {
        at += 1;
    }
    let end = at;
    if page.get(at) == Some(&' ') {
        at += 1;
    }
    (end > start && page.get(at) == Some(&')')).then(|| (at + 1, page[start..end].iter().collect()))
}

/// Where the bracket of pinyin that ends right before `end` opens.
pub(super) fn bracket_before(page: &[char], end: usize) -> Option<usize> {
    if end == 0 || page.get(end - 1) != Some(&')') {
        return None;
    }
    let open = (end.saturating_sub(10)..end)
        .rev()
        .find(|&i| page[i] == '(')?;
    syllable(page, open + 1)
        .filter(|(close, _)| *close == end)
        .map(|_| open)
}

/// The last character of a text, its own pinyin left out.
pub(super) fn unread(page: &[char]) -> Option<char> {
    let end = bracket_before(page, page.len()).unwrap_or(page.len());
    page.get(end.checked_sub(1)?).copied()
}

/// The hit at the bracket `open`, if it is one.
fn hit(page: &[char], open: usize) -> Option<Hit> {
    let at = open.checked_sub(1)?;
    let c = *page.get(at)?;
    if !is_han(c) {
        return None;
    }
    let (end, said) = syllable(page, open + 1)?;
    readings(c).any(|r| r == said).then_some(Hit { at, end })
}

/// A table character found across a hanzi and the ASCII letter behind it,
/// 為T(mén)NT (為 ends in E9, and E954 is 門): the bracket means nothing.
fn across(page: &[char], open: usize) -> Option<Change> {
    let (before, letter) = (page.get(open.checked_sub(2)?)?, page.get(open - 1)?);
    if !matches!(letter, '@'..='~') {
        return None;
    }
    let (end, said) = syllable(page, open + 1)?;
    let c = gbk::char(gbk::bytes(*before)?.1, *letter as u8)?;
    (differs(c) && readings(c).any(|r| r == said)).then(|| Change::delete(open, end))
}

/// All brackets of the page that give a reading of the character before them.
pub(super) fn hits(page: &[char]) -> Vec<Hit> {
    page.iter()
        .enumerate()
        .filter(|&(_, &c)| c == '(')
        .filter_map(|(i, _)| hit(page, i))
        .collect()
}

/// Whether the two scripts differ in this character.
pub(super) fn differs(c: char) -> bool {
    simplify(c) != c || fold(c) != c
}

/// Whether the simplified form is one of the 3,755 common characters of GB 2312 (rows B0 to D7).
fn is_common(c: char) -> bool {
    let mut buffer = [0; 4];
    let (bytes, _, _) = encoding_rs::GBK.encode(simplify(c).encode_utf8(&mut buffer));
    matches!(*bytes, [0xB0..=0xD7, 0xA1..=0xFE])
}

/// Whether the page's brackets are damage.
fn is_damage(page: &[char], hits: &[Hit]) -> bool {
    let kinds: HashSet<char> = hits
        .iter()
        .map(|h| page[h.at])
        .filter(|&c| differs(c))
        .collect();
    if kinds.is_empty() {
        return false;
    }
    let damaged = hits.iter().filter(|h| differs(page[h.at])).count();
    // Teaching text and glosses annotate characters that are one in both scripts.
    if (hits.len() - damaged) * 20 > hits.len() {
        return false;
    }
    let mut seen: HashMap<char, usize> = HashMap::new();
    for c in page.iter().filter(|c| kinds.contains(c)) {
        *seen.entry(*c).or_default() += 1;
    }
    let bare = seen.values().sum::<usize>() - damaged;
    let common = kinds.iter().filter(|&&c| is_common(c)).count();
    let folded = !page.iter().any(|c| matches!(c, '，' | '（'));
    if kinds.len() >= 3 && folded {
        return bare * 4 <= damaged && common * 4 >= kinds.len() * 3;
    }
    if kinds.len() >= 6 {
        return bare * 4 <= damaged && common * 10 >= kinds.len() * 9;
    }
    // One or two brackets: only what no one would gloss, a common character in its usual reading.
    let usual = hits.iter().all(|h| {
        readings(page[h.at])
            .next()
            .is_some_and(|r| syllable(page, h.at + 2).is_some_and(|(_, s)| s == r))
    });
    folded && bare == 0 && common == kinds.len() && usual
}

/// How many different characters of the damage the line has.
fn glossed_kinds(line: &[char]) -> usize {
    let kinds: HashSet<char> = hits(line)
        .iter()
        .map(|h| line[h.at])
        .filter(|&c| differs(c))
        .collect();
    kinds.len()
}

pub(super) fn drop(page: &[char]) -> Vec<Change> {
    let hits = hits(page);
    if hits.is_empty() {
        return Vec::new();
    }
    if !is_damage(page, &hits) {
        // A title may come from elsewhere than the text below it.
        let title = page.iter().position(|&c| c == '\n').unwrap_or(page.len());
        return match &page[..title] {
            line if title < page.len() && glossed_kinds(line) > 1 => drop(line),
            _ => Vec::new(),
        };
    }
    let mut out: Vec<Change> = hits
        .iter()
        .filter(|h| differs(page[h.at]))
        .map(|h| Change::delete(h.at + 1, h.end))
        .collect();
    out.extend(
        (0..page.len())
            .filter(|&i| page[i] == '(')
            .filter_map(|i| across(page, i)),
    );
    out.sort_by_key(|change| change.start);
    out
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::{check, same};

    #[test]
    fn brackets_of_the_damage_go() {
        for (from, to) in [
            (
                "市直機(jī)關(guān)黨建標(biāo)準(zhǔn)化",
                "市直機關黨建標準化",
            ),
            (
                "全體會(huì )議在市里召開(kāi ),責任單位(部門)參加。",
                "全體會議在市里召開，責任單位（部門）參加。",
            ),
            ("企業(yè)服務(wù)中心掛牌", "企業服務中心掛牌"),
            (
                "市直機(jī)關(guān)啟動(dòng)“先鋒引領”行動(dòng)\n會議要求，各機關黨支部要行動起來。",
                "市直機關啟動“先鋒引領”行動\n會議要求，各機關黨支部要行動起來。",
            ),
        ] {
            check(from, to);
        }
    }

    #[test]
    fn meant_glosses_stay() {
        for text in [
            "李玥(yuè)同志任副主任，分管邕(yōng)江治理。",
            "學(xué)生(shēng)識(shí)字(zì)課本(běn)",
            "学(xué)习(xí)拼音",
            "單(shàn)縣人民醫院，單縣在山東。",
            "會議，會(kuài)計，會長。",
            "(见附件)(一)(CCTV)",
        ] {
            same(text);
        }
    }
}
