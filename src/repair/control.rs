//! Marks nobody sees: zero-width, bidi, C0 and C1 controls go, odd blanks become blanks.

use super::chars::is_han;
use super::edits::Change;

/// What an unseen mark becomes: `None` for a character that is none.
pub(super) fn replacement(c: char) -> Option<&'static str> {
    match c {
        '\n' | '\t' => None,
        // Line ends of other worlds.
        '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some("\n"),
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => Some(""),
        '\u{A0}' => Some(" "),
        '\u{AD}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' => Some(""),
        _ => None,
    }
}

/// Whether a joiner is at work here (emoji, Persian, Hindi) and not left over from a page's markup.
fn joins(c: char, before: Option<&char>) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
        && before.is_some_and(|&b| {
            b >= '\u{300}' && !is_han(b) && !matches!(b, '\u{2000}'..='\u{206F}' | '\u{2E80}'..='\u{33FF}' | '\u{FE30}'..='\u{FFEF}')
        })
}

pub(super) fn strip(page: &[char]) -> Vec<Change> {
    let mut out = Vec::new();
    for (i, &c) in page.iter().enumerate() {
        let Some(to) = replacement(c) else { continue };
        if joins(c, i.checked_sub(1).and_then(|i| page.get(i))) {
            continue;
        }
        let to = if c == '\r' && page.get(i + 1) == Some(&'\n') {
            ""
        } else {
            to
        };
        out.push(Change::new(i, i + 1, to));
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::check;

    #[test]
    fn unseen_marks_go() {
        for (from, to) in [
            ("会\u{200B}议\u{FEFF}强调", "会议强调"),
            (
                "第一段。\r\n第二段。\r第三段。",
                "第一段。\n第二段。\n第三段。",
            ),
            ("机\u{AD}关\u{202E}党建\u{0}", "机关党建"),
            ("张三\u{A0}李四", "张三 李四"),
            ("甲\u{2028}乙", "甲\n乙"),
            ("\u{1F468}\u{200D}\u{1F469}", "\u{1F468}\u{200D}\u{1F469}"),
        ] {
            check(from, to);
        }
    }
}
