//! HTML entities that were escaped twice: `&ldquo;` in the text itself. A page
//! that shows markup (`&lt;p&gt;`) keeps its own.

use super::edits::Change;

/// Names of marks that Chinese pages write as entities; `&amp;` and the brackets of tags are not among them.
const NAMES: &[(&str, char)] = &[
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("middot", '·'),
    ("bull", '•'),
    ("times", '×'),
    ("deg", '°'),
    ("permil", '‰'),
    ("quot", '"'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
];

/// The character between `&` and `;`.
fn meaning(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code)
            .filter(|&c| c >= '\u{A1}' && !matches!(c, '\u{E000}'..='\u{F8FF}'));
    }
    NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|&(_, c)| c)
}

pub(super) fn resolve(page: &[char]) -> Vec<Change> {
    let markup = page.contains(&'<')
        || page
            .windows(4)
            .any(|w| matches!(w, ['&', 'l' | 'g', 't', ';']));
    let mut out = Vec::new();
    if markup {
        return out;
    }
    let mut at = 0;
    while at < page.len() {
        let start = at;
        at += 1;
        if page[start] != '&' {
            continue;
        }
        let Some(len) = page[at..].iter().take(9).position(|&c| c == ';') else {
            continue;
        };
        let name: String = page[at..at + len].iter().collect();
        if let Some(c) = meaning(&name) {
            at += len + 1;
            out.push(Change::new(start, at, c.encode_utf8(&mut [0; 4])));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::{check, same};

    #[test]
    fn entities_are_marks() {
        check(
            "他说：&ldquo;好&rdquo;&#8230;&#x2026;&nbsp;张三",
            "他说：“好”…… 张三",
        );
    }

    #[test]
    fn markup_stays() {
        same("用&nbsp;表示空格，写作&lt;b&gt;。");
        same("AT&T；R&D;甲");
    }
}
