//! Plain text: no fixed form, so all there is to read are lines and a name.

use crate::article::Draft;
use crate::extract::paragraphs;

/// The one draft of a text.
pub(crate) fn read(text: &str) -> Vec<Draft> {
    vec![Draft {
        body: paragraphs(text),
        ..Draft::default()
    }]
}

/// Names that programs give to files nobody has named.
const NAMELESS: &[&str] = &[
    "新建",
    "未命名",
    "无标题",
    "副本",
    "文本文档",
    "正文",
    "附件",
    "全文",
    "目录",
];

/// The fewest hanzi a headline has.
const FEWEST: usize = 6;

/// The headline a file's name is: hanzi with marks between, after endings,
/// dates and numbers are taken off (`003_关于召开会议的通知(2018-06-01).txt`).
pub(crate) fn title_of_name(file: &str) -> Option<String> {
    let mut stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    // A dot may stand inside a title as well: take off known endings only.
    if !file.is_ascii() {
        stem = file;
        while let Some((head, ending)) = stem.rsplit_once('.') {
            if ending.len() > 8 || !ending.chars().all(|c| c.is_ascii_alphanumeric()) {
                break;
            }
            stem = head;
        }
    }
    let number = |c: char| {
        c.is_ascii_digit()
            || matches!(
                c,
                '-' | '_'
                    | '.'
                    | ' '
                    | '('
                    | ')'
                    | '（'
                    | '）'
                    | '['
                    | ']'
                    | '、'
                    | '年'
                    | '月'
                    | '日'
            )
    };
    let title = stem
        .trim_start_matches(|c: char| number(c) && !matches!(c, '年' | '月' | '日' | '(' | '（'));
    let tail = title.rfind(|c| !number(c)).map_or(0, |at| {
        at + title[at..].chars().next().map_or(0, char::len_utf8)
    });
    // `…通知(2018-06-01)` loses its day, `…通知（试行）` and `…的2018年` keep what they have.
    let title = match title[tail..].find(['(', '（', '[', '_', ' ']) {
        Some(at) if title[tail + at..].chars().any(|c| c.is_ascii_digit()) => &title[..tail + at],
        _ => title,
    };
    let hanzi = title
        .chars()
        .filter(|c| matches!(c, '\u{3400}'..='\u{9FFF}'))
        .count();
    let nameless = NAMELESS
        .iter()
        .any(|name| title.starts_with(name) && hanzi < name.chars().count() + FEWEST);
    (hanzi >= FEWEST && hanzi * 2 >= title.chars().count() && !nameless)
        .then(|| title.trim().replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_titles() {
        for (name, want) in [
            (
                "关于召开党建工作会议的通知.txt",
                Some("关于召开党建工作会议的通知"),
            ),
            (
                "003_关于召开党建工作会议的通知.txt.gz",
                Some("关于召开党建工作会议的通知"),
            ),
            (
                "2018-06-01 市委常委会召开会议.txt",
                Some("市委常委会召开会议"),
            ),
            ("基本农田管理办法(2011-01-08).md", Some("基本农田管理办法")),
            (
                "行政复议实施办法（试行）.txt",
                Some("行政复议实施办法（试行）"),
            ),
            ("市委召开会议总结2018年.txt", Some("市委召开会议总结2018年")),
            ("000_408ab240c9f18da1.txt", None),
            ("20180601.txt", None),
            ("新建文本文档.txt", None),
            ("新建文本文档 (2).txt", None),
            ("要闻.txt", None),
            ("readme.txt", None),
            ("", None),
        ] {
            assert_eq!(title_of_name(name).as_deref(), want, "{name}");
        }
    }
}
