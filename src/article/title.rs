//! A headline for a text that has none of its own.

use crate::article::names::is_hanzi;

/// The shortest line that can be a headline, in characters: a line of three is a name.
const SHORTEST: usize = 4;

/// The longest line that can be a headline, in characters.
const LONGEST: usize = 60;

/// The longest headline that is made out of a sentence, in characters.
const MADE: usize = 36;

/// Marks a programme puts before every headline.
const MARKS: &[&str] = &["[视频]", "［视频］", "【视频】", "[图文]", "[组图]", "[图]"];

/// A headline as a field gives it, without `[视频]` and blanks around; `None` when nothing is left.
pub(crate) fn tidy(title: &str) -> Option<String> {
    let mut title = title.trim();
    while let Some(rest) = MARKS.iter().find_map(|mark| title.strip_prefix(mark)) {
        title = rest.trim_start();
    }
    // A title is one line, whatever the field held.
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then_some(title)
}

/// Does a line read like a headline: short, with hanzi, and without the mark
/// that ends a sentence?
pub(crate) fn is_heading(line: &str) -> bool {
    let length = line.chars().take(LONGEST + 1).count();
    (SHORTEST..=LONGEST).contains(&length)
        && line.chars().filter(|c| is_hanzi(*c)).count() * 2 > length
        && !line.ends_with([
            '。', '，', '；', '：', '、', '…', ',', ';', ':', '.', '”', '’', '）', ')', '?', '？',
        ])
        && !line.contains('。')
        && !line.starts_with(['（', '('])
}

/// A headline out of the first sentence of a text, cut at the border of a
/// clause where the sentence is long.
pub(crate) fn from_sentence(text: &str) -> String {
    let text = text.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '，' | '。' | '、' | '：' | ',' | ':')
    });
    let mut cut = 0;
    let mut clause = None;
    for (count, (at, c)) in text.char_indices().enumerate() {
        if matches!(c, '。' | '！' | '？' | '!' | '?' | '\n') || count == MADE {
            break;
        }
        if matches!(
            c,
            '，' | '；' | '：' | '、' | '…' | ' ' | ',' | ';' | ':' | '\u{3000}'
        ) && count >= 8
        {
            clause = Some(at);
        }
        cut = at + c.len_utf8();
    }
    // The whole sentence when it is short enough, else up to the last clause.
    let whole = text[cut..].starts_with(['。', '！', '？', '!', '?', '\n']) || cut == text.len();
    let title = if whole {
        &text[..cut]
    } else {
        &text[..clause.unwrap_or(cut)]
    };
    balanced(title.trim())
}

/// Without a quote at its head that nothing closes.
fn balanced(title: &str) -> String {
    for (open, close) in [('“', '”'), ('‘', '’'), ('「', '」'), ('《', '》')] {
        if title.starts_with(open) && title.matches(close).count() < title.matches(open).count() {
            return title[open.len_utf8()..].to_owned();
        }
    }
    title.to_owned()
}

/// The letters of a headline by which two are compared: no marks, no blanks.
pub(crate) fn key(text: &str, fold: fn(char) -> char) -> String {
    text.chars()
        .map(fold)
        .filter(|c| c.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        for (title, want) in [
            ("[视频]市委召开会议", "市委召开会议"),
            (" 【科学发展】建设 提速 ", "【科学发展】建设 提速"),
            ("[视频]", ""),
            ("一\n二", "一 二"),
        ] {
            assert_eq!(tidy(title).unwrap_or_default(), want);
        }
    }

    #[test]
    fn headings() {
        for (line, want) in [
            ("全市机关党建工作推进会召开", true),
            ("抓党建 促发展", true),
            ("王小明", false),
            ("会议强调，要抓好落实。", false),
            ("会议指出：", false),
            ("（2018年6月1日）", false),
            ("GDP growth 2018", false),
        ] {
            assert_eq!(is_heading(line), want, "{line}");
        }
    }

    #[test]
    fn made_of_a_sentence() {
        for (text, want) in [
            ("市委召开会议。会议强调落实。", "市委召开会议"),
            (
                "6月1日，市委组织部、市直机关工委联合召开全市机关党建工作提升年活动动员部署会议，总结去年的工作。",
                "6月1日，市委组织部",
            ),
            (
                "“抓好机关党建工作，我们将以活动为载体，全面提升支部党员干部队伍的整体素质和服务水平。”",
                "抓好机关党建工作，我们将以活动为载体",
            ),
            ("会", "会"),
        ] {
            assert_eq!(from_sentence(text), want);
        }
    }
}
