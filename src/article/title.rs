//! A headline for a text that has none of its own.

use crate::article::date::{date_at, month_day_at};
use crate::article::names::is_hanzi;

/// The shortest line that can be a headline, in characters: a line of three is a name.
const SHORTEST: usize = 4;

/// The longest line that can be a headline, in characters.
const LONGEST: usize = 60;

/// The longest headline that ends in a question or a quote, in characters.
const SAID: usize = 30;

/// The longest headline that is made out of a sentence, in characters.
const MADE: usize = 36;

/// The shortest clause that makes one, in characters.
const SHORT: usize = 10;

/// Days a story begins with that say nothing.
const DAYS: &[&str] = &[
    "日前",
    "近日",
    "昨日",
    "昨天",
    "今日",
    "今天",
    "连日来",
    "連日來",
    "近期",
    "今早",
    "今晨",
];

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
        // `【数字】单位GDP能耗下降12.9%`: half of a headline may be figures and marks.
        && line.chars().filter(|c| is_hanzi(*c)).count() * 5 >= length * 2
        && !line.ends_with([
            '。', '，', '；', '：', '、', '…', ',', ';', ':', '.', '）', ')',
        ])
        // A question or a quoted word may end a headline; what is longer or has
        // clauses is something that somebody said.
        && (!line.ends_with(['”', '’', '?', '？'])
            || length <= SAID && !line.contains(['，', ',']) && !line.starts_with(['“', '‘']))
        && !line.contains('。')
        && !line.starts_with(['（', '('])
}

/// Words that say that a headline follows.
const LABELS: &[&str] = &["标题", "题目", "新闻标题", "文章标题"];

/// The headline that a line names as one: `标题：我市获评文明城市`.
pub(crate) fn unlabelled(line: &str) -> Option<&str> {
    let (label, headline) = line.split_once(['：', ':'])?;
    let label = label.chars().filter(|c| !c.is_whitespace());
    let label: String = label.take(8).map(crate::fold::fold).collect();
    let headline = headline.trim();
    let fits = !headline.is_empty() && headline.chars().count() <= LONGEST * 2;
    (LABELS.contains(&label.as_str()) && fits).then_some(headline)
}

/// A headline out of the first sentence of a text, cut at the border of a
/// clause where the sentence is long. The day it begins with is left out.
pub(crate) fn from_sentence(text: &str) -> String {
    let text = without_opening(text);
    let mut cut = 0;
    let mut clause = None;
    // A clause inside quotes that were opened on the way is not a whole one.
    let outside = i32::from(text.starts_with(['“', '「', '‘']));
    let mut depth = 0;
    for (count, (at, c)) in text.char_indices().enumerate() {
        if ends_sentence(c) || count == MADE {
            break;
        }
        match c {
            '“' | '‘' | '「' | '《' | '（' | '(' => depth += 1,
            '”' | '’' | '」' | '》' | '）' | ')' => depth -= 1,
            '，' | '；' | '：' | '、' | '…' | ' ' | ',' | ';' | ':' | '\u{3000}'
                if count >= SHORT && depth <= outside =>
            {
                clause = Some(at)
            }
            _ => {}
        }
        cut = at + c.len_utf8();
    }
    // The whole sentence when it is short enough, else up to the last clause.
    let whole = cut == text.len() || text[cut..].starts_with(ends_sentence);
    balanced(text[..if whole { cut } else { clause.unwrap_or(cut) }].trim())
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '!' | '?' | '\n')
}

/// The text from where a headline would begin: after marks, a label in brackets
/// (`【摘要】`), and the day (`6月1日，`, `日前，`).
fn without_opening(text: &str) -> &str {
    let marks = |c: char| {
        c.is_whitespace() || matches!(c, '，' | '。' | '、' | '：' | ',' | ':' | '▲' | '△' | '●')
    };
    let mut text = text.trim_start_matches(marks);
    if text.starts_with(['【', '[', '〔', '（', '('])
        && let Some((at, c)) = text
            .char_indices()
            .take(14)
            .find(|(_, c)| matches!(c, '】' | ']' | '〕' | '）' | ')'))
    {
        text = text[at + c.len_utf8()..].trim_start_matches(marks);
    }
    let after = match month_day_at(text) {
        Some((_, _, after)) => Some(after),
        None => date_at(text).map(|(_, after)| after),
    };
    let after = after.or_else(|| DAYS.iter().find_map(|day| text.strip_prefix(day)));
    let after = after
        .map(|after| after.trim_start_matches(['上', '下', '午', '晚', '间']))
        .filter(|after| after.is_empty() || after.starts_with(['，', ',', ' ', '\u{3000}']));
    after.map_or(text, |after| after.trim_start_matches(marks))
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
    let mut key = String::with_capacity(text.len());
    key.extend(letters(text, fold));
    key
}

/// Whether two texts have the same [`key`]: the first letter that differs tells.
pub(crate) fn same_key(one: &str, other: &str, fold: fn(char) -> char) -> bool {
    letters(one, fold).eq(letters(other, fold))
}

fn letters(text: &str, fold: fn(char) -> char) -> impl Iterator<Item = char> {
    // Nearly all are hanzi of the first block, which need no table.
    let is_letter = |c: &char| matches!(c, '\u{4E00}'..='\u{9FFF}') || c.is_alphanumeric();
    text.chars().map(fold).filter(is_letter)
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
                "6月1日，市委组织部、市直机关工委联合召开全市水利工程现场推进会议，总结去年的各项工作。",
                "市委组织部、市直机关工委联合召开全市水利工程现场推进会议",
            ),
            (
                "“守住一方净土，我们靠的是一支常年巡护的队伍，日夜不停，换来了林区二十年没有大火的成绩。”",
                "守住一方净土，我们靠的是一支常年巡护的队伍，日夜不停",
            ),
            ("日前,省防汛指挥部来市检查。", "省防汛指挥部来市检查"),
            ("【摘要】入冬以来，全区清理河道。", "入冬以来，全区清理河道"),
            (
                "“护好这一条河流，以‘一长、两员’为骨干，建立巡查队伍，守护全县三百里水岸线的安全。”",
                "护好这一条河流，以‘一长、两员’为骨干，建立巡查队伍",
            ),
            (
                "全县把乡村道路养护管理作为今年的重点任务，以“一路、一长、一牌、一个台账”为办法推进",
                "全县把乡村道路养护管理作为今年的重点任务",
            ),
            ("会", "会"),
        ] {
            assert_eq!(from_sentence(text), want);
        }
    }
}
