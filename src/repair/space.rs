//! Blanks and line breaks that a page's layout put there: indents, blanks before
//! a mark, `会 议 强 调`, hard-wrapped paragraphs. A blank that parts two names
//! or the halves of a headline (`记者 方 冰`) stays.

use super::chars::{ends_clause, is_blank, is_chinese_mark, is_han, lines};
use super::edits::Change;

/// Single hanzi with one blank between each before a run of them is a run and no list of names.
const RUN: usize = 6;
/// The same, on a page that has a run of [`RUN`].
const SHORT_RUN: usize = 4;
/// Lines of one width before they are taken for a wrapped paragraph.
const WRAPPED: usize = 4;
/// Widths (in columns) a wrapped line may have.
const WIDTHS: std::ops::RangeInclusive<usize> = 32..=120;

pub(super) fn tidy(page: &[char]) -> Vec<Change> {
    let lines = lines(page);
    let spaced = lines
        .iter()
        .flat_map(|line| runs(page, line))
        .any(|run| run.1 >= RUN);
    let mut out = Vec::new();
    for line in &lines {
        let text = &page[line.clone()];
        let indent = text.iter().take_while(|&&c| is_blank(c)).count();
        let trail = text[indent..]
            .iter()
            .rev()
            .take_while(|&&c| is_blank(c))
            .count();
        let end = line.end - trail;
        if indent > 0
            && (text[..indent].contains(&'　')
                || text
                    .get(indent)
                    .is_none_or(|&c| is_han(c) || is_chinese_mark(c)))
        {
            out.push(Change::delete(line.start, line.start + indent));
        }
        inner(page, line.start + indent..end, spaced, &mut out);
        if trail > 0 {
            out.push(Change::delete(end, line.end));
        }
    }
    out.extend(wraps(page, &lines));
    out.sort_by_key(|change| change.start);
    out
}

/// Blanks inside a line, trimmed already.
fn inner(page: &[char], line: std::ops::Range<usize>, spaced: bool, out: &mut Vec<Change>) {
    let shortest = if spaced { SHORT_RUN } else { usize::MAX };
    let mut joined = vec![];
    for (start, count) in runs(page, &line) {
        if count >= shortest {
            joined.extend((1..count).map(|i| start + 2 * i - 1));
        }
    }
    let mut joined = joined.into_iter().peekable();
    // The only blank of a sentence: names and headlines have several, or no comma.
    let text = &page[line.clone()];
    let alone = text.contains(&'，') && text.iter().filter(|&&c| is_blank(c)).count() == 1;
    let mut i = line.start;
    while i < line.end {
        if !is_blank(page[i]) {
            i += 1;
            continue;
        }
        let start = i;
        while i < line.end && is_blank(page[i]) {
            i += 1;
        }
        let before_mark = i < line.end
            && matches!(page[i], '，' | '。' | '、' | '；')
            && start > line.start
            && (is_han(page[start - 1]) || matches!(page[start - 1], '”' | '》' | '）'));
        let in_run = joined.next_if(|&j| j == start).is_some();
        if in_run || before_mark || (alone && after_preposition(page, start, &line)) {
            out.push(Change::delete(start, i));
        }
    }
}

/// A blank behind 以, 把, 將 or 被: it parts nothing, for no clause ends so (a
/// quotation mark that was lost leaves such a blank).
fn after_preposition(page: &[char], blank: usize, line: &std::ops::Range<usize>) -> bool {
    let hanzi = |at: Option<usize>| at.is_some_and(|at| line.contains(&at) && is_han(page[at]));
    page[blank] == ' '
        && blank > line.start
        && matches!(page[blank - 1], '以' | '把' | '将' | '將' | '被')
        && hanzi(blank.checked_sub(2))
        && hanzi(Some(blank + 1))
        && hanzi(Some(blank + 2))
}

/// Runs of single hanzi, and marks among them, with one blank between each: first character,
/// number of characters.
fn runs(page: &[char], line: &std::ops::Range<usize>) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let text = &page[line.clone()];
    let before = |i: usize| i.checked_sub(1).map(|before| text[before]);
    let lone = |i: usize| match text[i] {
        c if is_han(c) => {
            before(i).is_none_or(|c| !is_han(c)) && text.get(i + 1).is_none_or(|&c| !is_han(c))
        }
        // A mark is one of them where it has a blank on both sides.
        c if is_chinese_mark(c) && !is_blank(c) && c != '·' => {
            before(i) == Some(' ') && text.get(i + 1).is_none_or(|&c| c == ' ')
        }
        _ => false,
    };
    let mut i = 0;
    while i < text.len() {
        if !lone(i) {
            i += 1;
            continue;
        }
        let start = i;
        while i + 2 < text.len() && text[i + 1] == ' ' && lone(i + 2) {
            i += 2;
        }
        let count = (i - start) / 2 + 1;
        if count > 1 {
            out.push((line.start + start, count));
        }
        i += 1;
    }
    out
}

/// Columns a line takes on a terminal.
fn width(line: &[char]) -> usize {
    line.iter()
        .map(|&c| if c < '\u{1100}' { 1 } else { 2 })
        .sum()
}

/// Line breaks inside wrapped paragraphs: several lines of one width that end
/// nowhere in particular, and go on with a hanzi.
fn wraps(page: &[char], lines: &[std::ops::Range<usize>]) -> Vec<Change> {
    let mut out = Vec::new();
    let widths: Vec<usize> = lines
        .iter()
        .map(|line| width(&page[line.clone()]))
        .collect();
    let is_marked = |line: &usize| {
        let prose = |c: &char| matches!(c, '，' | '。' | '、' | ',' | '“');
        page[lines[*line].clone()].iter().any(prose)
    };
    let breaks = |line: usize, first: usize| {
        full(page, &lines[line], widths[line], first) && goes_on(page, lines, line)
    };
    // A page that is wrapped all over: so many lines are as wide as any, and short paragraphs
    // are wrapped like long ones.
    let widest = widths.iter().skip(1).copied().max().unwrap_or(0);
    let wide = (1..lines.len()).filter(|line| breaks(*line, widest));
    let (wide, prose) = wide.fold((0, 0), |(wide, prose), line| {
        (wide + 1, prose + usize::from(is_marked(&line)))
    });
    let least = match wide >= WRAPPED && prose * 2 > wide {
        true => 1,
        false => WRAPPED,
    };
    // The first line is the title or may be: nothing is joined to it.
    let mut i = 1;
    while i < lines.len() {
        let first = if least < WRAPPED { widest } else { widths[i] };
        let mut end = i;
        let joins = |line: usize| {
            breaks(line, first)
                || least < WRAPPED
                    && full(page, &lines[line], widths[line], first)
                    && goes_on_in_numbers(page, lines, line)
        };
        while end < lines.len() && joins(end) {
            end += 1;
        }
        // The run's last line may be any length, but not longer.
        let marked = (i..end).filter(is_marked).count();
        if end - i >= least
            && marked * 2 > end - i
            && widths.get(end).is_some_and(|&w| w <= widths[i] + 2)
        {
            out.extend((i..end).map(|l| Change::delete(lines[l].end, lines[l + 1].start)));
            i = end + 1;
        } else {
            i = end.max(i + 1);
        }
    }
    out
}

/// Whether a line is as wide as the first of its run, give or take a mark that may not start a line.
fn full(page: &[char], line: &std::ops::Range<usize>, width: usize, first: usize) -> bool {
    WIDTHS.contains(&width)
        && width.abs_diff(first) <= 2
        && page[line.clone()]
            .last()
            .is_some_and(|&c| !ends_clause(c) && !is_blank(c))
}

/// Whether the line after this one may continue it.
fn goes_on(page: &[char], lines: &[std::ops::Range<usize>], line: usize) -> bool {
    lines
        .get(line + 1)
        .and_then(|next| page.get(next.start).filter(|_| !next.is_empty()))
        .is_some_and(|&c| is_han(c) || matches!(c, '“' | '《' | '，' | '。' | '、'))
}

/// Whether the line after one that ends in a hanzi may continue it with a number or a Latin
/// word, and is no point of a list.
fn goes_on_in_numbers(page: &[char], lines: &[std::ops::Range<usize>], line: usize) -> bool {
    let hanzi = page[lines[line].clone()].last().is_some_and(|c| is_han(*c));
    let next = lines
        .get(line + 1)
        .map_or(&[][..], |next| &page[next.clone()]);
    let word = next
        .iter()
        .take_while(|c| c.is_ascii_alphanumeric())
        .count();
    let point = |c: &char| matches!(c, '.' | '．' | '、' | ')' | '）' | ':' | '：' | ' ');
    hanzi && word > 0 && next.get(word).is_some_and(|c| !point(c))
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::{check, same};

    #[test]
    fn layout_goes() {
        for (from, to) in [
            (
                "标题\n　　会议强调，要抓好落实。 \n  各地积极行动。",
                "标题\n会议强调，要抓好落实。\n各地积极行动。",
            ),
            ("会议强调 ，要抓好落实 。", "会议强调，要抓好落实。"),
            (
                "全市开展了以 学习先进为主题的活动，党员踊跃参加。",
                "全市开展了以学习先进为主题的活动，党员踊跃参加。",
            ),
            (
                "会 议 强 调 要 抓 好 落 实，各 地 积 极 行 动。",
                "会议强调要抓好落实，各地积极行动。",
            ),
            (
                "标题\n为进一步推动机关党建工作提质增效，各单位\n结合自身实际，制定工作清单，明确责任分工，\n把学习教育同中心工作结合起来，深入基层一线\n开展调查研究，帮助群众解决实际困难，受到广\n泛好评。\n下一段。",
                "标题\n为进一步推动机关党建工作提质增效，各单位结合自身实际，制定工作清单，明确责任分工，把学习教育同中心工作结合起来，深入基层一线开展调查研究，帮助群众解决实际困难，受到广泛好评。\n下一段。",
            ),
            ("会 议 强 调 ， 要 抓 好 落 实 。", "会议强调，要抓好落实。"),
            // Short paragraphs of a page that is wrapped all over, with a number at a break.
            (
                "标题\n为进一步推动机关党建工作提质增效，各单位\n结合自身实际，制定工作清单，明确责任分工，\n把学习教育同中心工作结合起来，深入基层一线\n开展调查研究，帮助群众解决实际困难，受到广\n泛好评。\n市直机关工委负责同志介绍说，今年以来已有\n230个支部完成整改。\n下一步，要把好的做法固定下来，形成制度并\n长期坚持。",
                "标题\n为进一步推动机关党建工作提质增效，各单位结合自身实际，制定工作清单，明确责任分工，把学习教育同中心工作结合起来，深入基层一线开展调查研究，帮助群众解决实际困难，受到广泛好评。\n市直机关工委负责同志介绍说，今年以来已有230个支部完成整改。\n下一步，要把好的做法固定下来，形成制度并长期坚持。",
            ),
        ] {
            check(from, to);
        }
    }

    #[test]
    fn meant_blanks_stay() {
        for text in [
            "【科学规划 稳步推进】",
            "记者 方 冰",
            "张三 李四 王五 赵六 钱七 孙八",
            "通 知",
            "把 关",
            "李以 王强 出席了会议，记者 方 冰",
            "标题\n床前明月光\n疑是地上霜\n举头望明月\n低头思故乡",
            "甲\n\n乙",
            // Two lines of one width are no wrapped page, and points of a list stay apart.
            "标题\n市直机关工委负责同志介绍说，今年以来已有\n不少支部完成整改。",
            "标题\n为进一步推动机关党建工作提质增效，各单位要：\n1.结合自身实际，制定清单，明确责任分工到人\n2.把学习教育同中心工作结合起来，深入到基层\n3.开展调查研究，帮助群众解决一批实际困难\n4.把好的做法固定下来，形成制度并长期坚持\n5.逐项销号。",
            "    let x = 1;",
        ] {
            same(text);
        }
    }
}
