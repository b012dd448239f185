//! Half-width marks beside Chinese characters become full-width again, on pages
//! whose commas were all folded. Digits, Latin, URLs, code and tables keep theirs.

use super::chars::{is_chinese_mark, is_han, lines};
use super::doubled::{is_record, rows};
use super::edits::Change;

/// The full-width form of a mark that pages fold.
fn wide(c: char) -> Option<char> {
    Some(match c {
        ',' => '，',
        ';' => '；',
        ':' => '：',
        '!' => '！',
        '?' => '？',
        '(' => '（',
        ')' => '）',
        _ => return None,
    })
}

/// A neighbour that makes a mark Chinese.
fn is_chinese(c: char) -> bool {
    is_han(c) || is_chinese_mark(c) || c == '\u{FFFD}'
}

/// Whether the page lost its widths: a half-width comma beside a hanzi, no
/// full-width one anywhere, and some mark of Chinese prose (a table of fields has none).
fn folded(page: &[char]) -> bool {
    let prose = page
        .iter()
        .any(|&c| matches!(c, '。' | '、' | '“' | '”' | '《' | '》' | '…'));
    prose
        && !page.contains(&'，')
        && page.iter().enumerate().any(|(i, &c)| {
            let near =
                |at: Option<usize>| at.and_then(|at| page.get(at)).is_some_and(|&c| is_han(c));
            c == ',' && (near(i.checked_sub(1)) || near(Some(i + 1)))
        })
}

/// A line of code or markup, where half-width marks are syntax.
fn is_code(line: &[char]) -> bool {
    let calls =
        |w: &[char]| w[0].is_ascii_alphanumeric() && w[1] == '(' && matches!(w[2], '"' | '\'');
    line.windows(3).any(calls)
        || line
            .iter()
            .any(|c| matches!(c, '{' | '}' | '=' | '<' | '>' | '`' | '\\' | '|' | '$'))
}

pub(super) fn restore(page: &[char]) -> Vec<Change> {
    if !folded(page) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let lines = lines(page);
    for (line, is_row) in lines.iter().zip(rows(page, &lines)) {
        let text = &page[line.clone()];
        if is_row || is_code(text) || is_record(text) {
            continue;
        }
        // A mark that was made full-width makes the mark beside it Chinese too: `人民”),`.
        let mut chinese: Vec<bool> = text.iter().map(|&c| is_chinese(c)).collect();
        let mut open = Vec::new();
        let mut pair = vec![None; text.len()];
        for (i, &c) in text.iter().enumerate() {
            if c == '(' {
                open.push(i);
            } else if c == ')'
                && let Some(start) = open.pop()
            {
                pair[start] = Some(i);
                pair[i] = Some(start);
            }
        }
        let beside = |chinese: &[bool], i: usize| {
            (i > 0 && chinese[i - 1]) || chinese.get(i + 1).copied().unwrap_or(false)
        };
        for (i, &c) in text.iter().enumerate() {
            if wide(c).is_none() || chinese[i] {
                continue;
            }
            let before = i.checked_sub(1).map(|b| text[b]);
            // `[摘? 要]`: before a blank it may be what became of another blank.
            let held = matches!(c, '?' | ':' | ',' | ';')
                && before.is_some_and(|b| matches!(b, '/' | '&'))
                || c == '?' && text.get(i + 1) == Some(&' ');
            let yes = match pair[i] {
                Some(other) => beside(&chinese, i) || beside(&chinese, other),
                None => !matches!(c, '(' | ')') && !held && beside(&chinese, i),
            };
            if yes {
                chinese[i] = true;
                if let Some(other) = pair[i] {
                    chinese[other] = true;
                }
            }
        }
        for (i, &c) in text.iter().enumerate() {
            if chinese[i]
                && let Some(to) = wide(c)
            {
                out.push(Change::set(line.start + i, to));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::{check, same};

    #[test]
    fn folded_marks_are_wide_again() {
        for (from, to) in [
            (
                "会议强调,要抓好落实。责任单位(部门):市委组织部",
                "会议强调，要抓好落实。责任单位（部门）：市委组织部",
            ),
            (
                "增长6.5%,其中,出口1,200万元,比分3:2,时间10:30。",
                "增长6.5%，其中，出口1,200万元，比分3:2，时间10:30。",
            ),
            (
                "他问:“怎么办?”(见附件1),都说好!",
                "他问：“怎么办？”（见附件1），都说好！",
            ),
        ] {
            check(from, to);
        }
    }

    #[test]
    fn other_marks_stay() {
        for text in [
            "会议强调，要抓好落实(部门)。",
            "姓名,性别,年龄",
            "let 人 = f(甲,乙); // 好。",
            "央视网消息(新闻联播):正文。",
        ] {
            same(text);
        }
    }
}
